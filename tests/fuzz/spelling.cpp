// SPDX-License-Identifier: MIT
#include <denim/exchange/spell_keras.hpp>
#include <denim/exchange/spell_onnx.hpp>
#include <denim/format/onnx.hpp>

#include "attempt.hpp"

// Models of Keras and of ONNX, to the spelling of a network.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    attempt(data, size, [](auto bytes) { static_cast<void>(denim::spell_keras(denim::ByteSource{"fuzz", bytes})); });
    return attempt(data, size, [](auto bytes) {
        static_cast<void>(denim::spell_onnx("fuzz", denim::read_onnx(denim::ByteSource{"fuzz", bytes})));
    });
}
