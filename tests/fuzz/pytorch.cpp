// SPDX-License-Identifier: MIT
#include <denim/format/pytorch.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) {
        const denim::PyTorchWeights file{denim::ByteSource{"fuzz", bytes}};
        for (std::size_t n = 0; n < file.names().size(); ++n) {
            try {
                const denim::AnyArray array = file.read(n);
                if (array.bytes.size() != *denim::checked_size(array.shape, denim::element_size(array.type))) __builtin_trap();
            } catch (const denim::FileError&) {
            }
        }
    });
}
