// SPDX-License-Identifier: MIT
#pragma once

// A grid of numbers laid over a photograph.

#include <denim/image/draw.hpp>
#include <denim/image/resize.hpp>
#include <denim/machine/finite.hpp>
#include <denim/report/colour_scale.hpp>
#include <denim/tensor/pictures.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Throws std::invalid_argument, under the name of what was called, unless there is one picture.
inline void require_one(const Pictures& pictures, const char* what) {
    if (pictures.count != 1)
        throw std::invalid_argument(std::string{"denim: "} + what + ": one photograph was expected, but " + std::to_string(pictures.count) + " came");
}

}  // namespace detail

/// Lays numbers (rows, columns) over the photograph, enlarged to `height` rows, as heat: the largest, or `least` where all are smaller, is red;
/// zero and what is below it leave the photograph as it is. Throws std::invalid_argument for a photograph or a height without pixels, and unless
/// there are rows x columns numbers, all of them finite.
inline Picture draw_heat(const Picture& photograph, std::span<const float> numbers, std::size_t rows, std::size_t columns,
                         std::size_t height = 400, float least = 0) {
    if (photograph.size.pixels() == 0 || height == 0)
        throw std::invalid_argument("denim: draw_heat: a photograph with pixels and a height of at least 1 were expected, but got " +
                                    std::to_string(photograph.size.height) + " x " + std::to_string(photograph.size.width) + " pixels and " +
                                    std::to_string(height));
    if (numbers.empty() || rows == 0 || numbers.size() % rows != 0 || numbers.size() / rows != columns)
        throw std::invalid_argument("denim: draw_heat: a number for each of " + std::to_string(rows) + " x " + std::to_string(columns) +
                                    " places, of which there is one at least, was expected, but got " + std::to_string(numbers.size()));
    if (!std::ranges::all_of(numbers, [](float number) { return is_finite(number); }))
        throw std::invalid_argument("denim: draw_heat: finite numbers were expected, but one is not");
    Picture result =
        resize(photograph, Size{height, std::max<std::size_t>(photograph.size.width * height / photograph.size.height, 1)});
    float largest = least;
    for (const float number : numbers) largest = std::max(largest, number);
    if (!(largest > 0)) return result;
    const auto at = [&](std::ptrdiff_t row, std::ptrdiff_t column) {
        row = std::clamp<std::ptrdiff_t>(row, 0, static_cast<std::ptrdiff_t>(rows) - 1);
        column = std::clamp<std::ptrdiff_t>(column, 0, static_cast<std::ptrdiff_t>(columns) - 1);
        return std::max(numbers[static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(column)], 0.0f) / largest;
    };
    for (std::size_t y = 0; y < result.size.height; ++y)
        for (std::size_t x = 0; x < result.size.width; ++x) {
            const auto place = [](std::size_t pixel, std::size_t pixels, std::size_t places) {
                return (static_cast<float>(pixel) + 0.5f) * static_cast<float>(places) / static_cast<float>(pixels) - 0.5f;
            };
            const float row = place(y, result.size.height, rows), column = place(x, result.size.width, columns);
            const auto top = static_cast<std::ptrdiff_t>(std::floor(row)), left = static_cast<std::ptrdiff_t>(std::floor(column));
            const float down = row - static_cast<float>(top), right = column - static_cast<float>(left);
            const float heat = (at(top, left) * (1 - right) + at(top, left + 1) * right) * (1 - down) +
                               (at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right) * down;
            blend(result, static_cast<int>(x), static_cast<int>(y), heat_scale(static_cast<double>(heat)), 0.75f * heat);
        }
    return result;
}

}  // namespace denim::inline DENIM_TARGET
