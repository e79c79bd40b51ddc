// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Up to four extents, as in {window, window, channels, filters}.
struct Extents {
    std::array<std::size_t, 4> values{};
    std::size_t rank = 0;

    constexpr Extents() = default;
    template <class... Sizes>
    constexpr Extents(std::size_t first, Sizes... more) : values{first, static_cast<std::size_t>(more)...}, rank(1 + sizeof...(more)) {}

    [[nodiscard]] constexpr std::size_t size() const {
        std::size_t product = 1;
        for (std::size_t d = 0; d < rank; ++d) product *= values[d];
        return product;
    }
    friend constexpr bool operator==(const Extents&, const Extents&) = default;
};

}  // namespace denim::inline DENIM_TARGET
