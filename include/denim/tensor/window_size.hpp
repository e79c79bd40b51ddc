// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Rows and columns of a window, or of the step from one window or tap to the next. A number alone stands for as many of both: Conv<5, 64> is
/// Conv<Window<5, 5>, 64>.
struct WindowSize {
    std::size_t rows = 1, columns = 1;

    constexpr WindowSize() = default;
    constexpr WindowSize(std::size_t side) : rows(side), columns(side) {}  // NOLINT: meant to convert
    constexpr WindowSize(std::size_t of_rows, std::size_t of_columns) : rows(of_rows), columns(of_columns) {}

    [[nodiscard]] constexpr bool square() const { return rows == columns; }
    /// Pixels of a window.
    [[nodiscard]] constexpr std::size_t count() const { return rows * columns; }

    friend constexpr bool operator==(const WindowSize&, const WindowSize&) = default;
};

/// A window of so many rows and columns, where a layer takes a window: Conv<Window<1, 7>, 64>, Pool<Max, Window<2, 1>>.
template <std::size_t Rows, std::size_t Columns>
inline constexpr WindowSize Window{Rows, Columns};

}  // namespace denim::inline DENIM_TARGET
