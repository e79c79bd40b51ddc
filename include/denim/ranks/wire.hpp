// SPDX-License-Identifier: MIT
#pragma once

// Numbers as they travel: floats, or bf16, the upper half of one.

#include <denim/machine/threads.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::detail {

/// The nearest one, of two the even one; a NaN stays one, and what is larger than all becomes infinite.
inline std::uint16_t to_bf16(float number) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
    return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
inline float from_bf16(std::uint16_t half) { return std::bit_cast<float>(std::uint32_t{half} << 16); }

/// Each number of a row changed by `change`, to another.
template <class From, class To, class Change>
void change_each(const From* from, std::size_t numbers, To* to, Change change) {
    constexpr std::size_t block = 1 << 15;
    parallel_for((numbers + block - 1) / block, numbers, [&](std::size_t n) {
        for (std::size_t at = n * block; at < std::min(numbers, (n + 1) * block); ++at) to[at] = change(from[at]);
    });
}

}  // namespace denim::inline DENIM_TARGET::detail
