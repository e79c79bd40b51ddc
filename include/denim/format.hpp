// SPDX-License-Identifier: MIT
#pragma once

// Files that other tools read, and networks saved and loaded: needs zlib, nlohmann-json and protozero.

#include <denim/format/any_array.hpp>
#include <denim/format/embed.hpp>
#include <denim/format/event_file.hpp>
#include <denim/format/idx.hpp>
#include <denim/format/npy.hpp>
#include <denim/format/npz.hpp>
#include <denim/format/onnx.hpp>
#include <denim/format/safetensors.hpp>
#include <denim/format/spell_keras.hpp>
#include <denim/format/spell_onnx.hpp>
#include <denim/format/weights.hpp>
#include <denim/machine/atomic_file.hpp>

#include <denim/training/checkpoint.hpp>
#include <denim/training/export_onnx.hpp>
#include <denim/training/import_onnx.hpp>
#include <denim/training/import_weights.hpp>
#include <denim/training/load_matching.hpp>
#include <denim/training/save.hpp>
