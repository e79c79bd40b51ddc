// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

/// What every reader must do with any bytes: give what they hold or throw a FileError. Anything else ends the fuzzer.
template <class Read>
int attempt(const std::uint8_t* data, std::size_t size, Read read) {
    try {
        read(std::as_bytes(std::span{data, size}));
    } catch (const denim::FileError&) {
    }
    return 0;
}
