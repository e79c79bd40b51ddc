// SPDX-License-Identifier: MIT
#pragma once

// Files that other tools read: needs zlib, nlohmann-json and protozero.

#include <denim/format/any_array.hpp>
#include <denim/format/embed.hpp>
#include <denim/format/event_file.hpp>
#include <denim/format/idx.hpp>
#include <denim/format/mapped_array.hpp>
#include <denim/format/memory_map.hpp>
#include <denim/format/npy.hpp>
#include <denim/format/npz.hpp>
#include <denim/format/onnx.hpp>
#include <denim/format/pytorch.hpp>
#include <denim/format/safetensors.hpp>
#include <denim/format/weights.hpp>
#include <denim/machine/atomic_file.hpp>
