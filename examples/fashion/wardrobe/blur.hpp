// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/coverage.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

namespace detail {

/// The mean of 2 * reach + 1 numbers around each; 0 beyond the ends. `step` floats lie between neighbours, `lanes` lines go
/// side by side.
inline void box_mean(const float* from, float* to, int count, int step, int lanes, int reach, std::vector<float>& sums) {
    sums.assign(static_cast<std::size_t>(lanes), 0.0F);
    const float scale = 1.0F / static_cast<float>(2 * reach + 1);
    for (int i = -reach; i < count; ++i) {
        const int entering = i + reach, leaving = i - reach - 1;
        for (int lane = 0; lane < lanes; ++lane) {
            float& sum = sums[static_cast<std::size_t>(lane)];
            if (entering < count) sum += from[entering * step + lane];
            if (leaving >= 0) sum -= from[leaving * step + lane];
            if (i >= 0) to[i * step + lane] = sum * scale;
        }
    }
}

}  // namespace detail

/// The mask, `margin` pixels wider on each side, as far as the canvas goes.
inline Mask widened(const Mask& mask, int margin, int width, int height) {
    Mask wide;
    wide.left = std::max(0, mask.left - margin);
    wide.top = std::max(0, mask.top - margin);
    wide.width = std::min(width, mask.left + mask.width + margin) - wide.left;
    wide.height = std::min(height, mask.top + mask.height + margin) - wide.top;
    wide.value.assign(static_cast<std::size_t>(wide.width) * static_cast<std::size_t>(wide.height), 0.0F);
    for (int y = mask.top; y < mask.top + mask.height; ++y) {
        std::copy_n(mask.value.data() + mask.index(mask.left, y), mask.width, wide.value.data() + wide.index(mask.left, y));
    }
    return wide;
}

/// The mask out of focus: two means over a square of about `radius` pixels; what lies outside counts as 0.
inline Mask blurred(Mask mask, double radius) {
    const int reach = std::max(1, static_cast<int>(std::lround(radius * 0.7)));
    if (mask.empty()) return mask;
    std::vector<float> other(mask.value.size()), sums;
    for (int pass = 0; pass < 2; ++pass) {
        for (int row = 0; row < mask.height; ++row) {
            const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(row) * mask.width;
            detail::box_mean(mask.value.data() + begin, other.data() + begin, mask.width, 1, 1, reach, sums);
        }
        detail::box_mean(other.data(), mask.value.data(), mask.height, mask.width, mask.width, reach, sums);
    }
    return mask;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
