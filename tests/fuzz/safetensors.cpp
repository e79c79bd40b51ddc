// SPDX-License-Identifier: MIT
#include <denim/format/weights.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) {
        const denim::Weights weights{denim::Safetensors{"fuzz", bytes}};
        float sum = 0;
        for (const denim::NamedTensor& tensor : weights.tensors())
            for (const float value : tensor.values) sum += value;
        static_cast<void>(sum);
        static_cast<void>(denim::write_metadata(weights.metadata()));
        check_weights(weights, weights.tensors(), weights.metadata().architecture);
    });
}
