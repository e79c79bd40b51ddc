// SPDX-License-Identifier: MIT
#pragma once

// How large a picture a few bytes may be.

#include <denim/image/picture.hpp>
#include <denim/image/picture_error.hpp>

#include <string_view>

namespace denim::inline DENIM_TARGET::detail {

inline std::string size_text(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels"; }

/// Throws if a file cannot be a picture so large, as one byte codes `most` pixels. For kinds that may leave out what they do
/// not draw: their picture may well be a large canvas with little on it, but only up to the size of a small photograph.
inline void check_density(std::string_view kind, std::size_t bytes, Size size, std::size_t most) {
    constexpr std::size_t believed = 4'000'000;
    if (size.pixels() <= believed || size.pixels() / most <= bytes) return;
    throw PictureError("the " + std::string{kind} + " is damaged: it has " + size_text(size) + ", more than its " +
                       std::to_string(bytes) + " bytes can hold");
}

}  // namespace denim::inline DENIM_TARGET::detail
