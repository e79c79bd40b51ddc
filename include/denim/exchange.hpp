// SPDX-License-Identifier: MIT
#pragma once

// Networks from and to files, Denim's and those of other frameworks, and runs that go on: needs what denim/format.hpp needs.

#include <denim/exchange/export_onnx.hpp>
#include <denim/exchange/import_onnx.hpp>
#include <denim/exchange/import_weights.hpp>
#include <denim/exchange/load_matching.hpp>
#include <denim/exchange/save.hpp>
#include <denim/exchange/spell_keras.hpp>
#include <denim/exchange/spell_onnx.hpp>
#include <denim/exchange/spelled_program.hpp>
#include <denim/exchange/spelled_weights.hpp>
#include <denim/training/checkpoint.hpp>
