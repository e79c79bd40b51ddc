// SPDX-License-Identifier: MIT
#include <denim/format/onnx.hpp>
#include <denim/format/onnx_weights.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) {
        const denim::OnnxModel model = denim::read_onnx(denim::ByteSource{"fuzz", bytes});
        static_cast<void>(denim::to_bytes(model));
        static_cast<void>(denim::onnx_weights("fuzz", model, 1e-3));
    });
}
