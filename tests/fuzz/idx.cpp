// SPDX-License-Identifier: MIT
#include <denim/format/idx.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) { static_cast<void>(denim::read_idx(denim::ByteSource{"fuzz", bytes})); });
}
