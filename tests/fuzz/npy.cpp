// SPDX-License-Identifier: MIT
#include <denim/format/npy.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) {
        const denim::AnyArray array = denim::read_npy(denim::ByteSource{"fuzz", bytes});
        if (array.bytes.size() != *denim::checked_size(array.shape, denim::element_size(array.type))) __builtin_trap();
    });
}
