// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/decode.hpp>

#include <string>
#include <vector>

/// Why the bytes are no picture, or "read".
inline std::string refusal(const std::vector<std::uint8_t>& file, denim::PictureLimits limits = {}) {
    try {
        denim::decode(file, limits);
    } catch (const denim::PictureError& error) {
        return error.what();
    }
    return "read";
}
