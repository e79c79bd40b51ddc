// SPDX-License-Identifier: MIT
#pragma once

// ONNX files, read and written through protozero; what they mean to a network stands in exchange/export_onnx.hpp and
// exchange/import_onnx.hpp.

#include <denim/format/onnx_model.hpp>
#include <denim/format/onnx_read.hpp>
#include <denim/format/onnx_write.hpp>
