// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/number_text.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace denim::inline DENIM_TARGET {

/// The extents of one sample: rows, columns, channels. A vector of n numbers is {1, 1, n}.
struct Shape {
    std::size_t height = 1, width = 1, channels = 1;

    /// How many numbers a sample holds.
    [[nodiscard]] constexpr std::size_t size() const { return height * width * channels; }
    /// One pixel: n numbers without a place, which arrays hold as (n), and several as (N, n).
    [[nodiscard]] constexpr bool vector() const { return height == 1 && width == 1; }

    friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// "(120, 90, 3)"
inline std::string to_string(Shape shape) {
    return detail::shape_text(std::array{shape.height, shape.width, shape.channels});
}

}  // namespace denim::inline DENIM_TARGET
