// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/stroke.hpp"

#include <span>

namespace denim::inline DENIM_TARGET::wardrobe {

/// How much of each pixel of a window is covered, 0 to 1. Rows from the top; pixel (x, y) reaches from x to x + 1.
struct Mask {
    int left = 0, top = 0, width = 0, height = 0;
    std::vector<float> value;

    [[nodiscard]] bool empty() const { return width <= 0 || height <= 0; }
    [[nodiscard]] std::size_t index(int x, int y) const {
        return static_cast<std::size_t>(y - top) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x - left);
    }
    /// 0 outside the window.
    [[nodiscard]] float at(int x, int y) const {
        return x < left || y < top || x >= left + width || y >= top + height ? 0 : value[index(x, y)];
    }
};

namespace detail {

/// Adds what lies right of one edge to the differences along each row.
inline void add_edge(Mask& mask, Point from, Point to) {
    if (from.y == to.y) return;
    const double sign = from.y < to.y ? 1 : -1;
    if (sign < 0) std::swap(from, to);
    const double slope = (to.x - from.x) / (to.y - from.y);
    const double low = std::max(from.y, 0.0), high = std::min(to.y, static_cast<double>(mask.height));
    const double widest = mask.width;
    for (int row = static_cast<int>(low); row < high; ++row) {
        const double y0 = std::max<double>(low, row), y1 = std::min<double>(high, row + 1);
        if (y1 <= y0) continue;
        double x0 = std::clamp(from.x + (y0 - from.y) * slope, 0.0, widest);
        double x1 = std::clamp(from.x + (y1 - from.y) * slope, 0.0, widest);
        if (x0 > x1) std::swap(x0, x1);
        float* line = mask.value.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(mask.width);
        const double share = sign * (y1 - y0);
        const auto add = [&](int column, double amount) {
            if (column < mask.width) line[column] += static_cast<float>(amount);
        };
        const int first = static_cast<int>(x0), last = static_cast<int>(x1);
        if (first == last) {
            const double covered = share * (1 - ((x0 + x1) / 2 - first));
            add(first, covered);
            add(first + 1, share - covered);
            continue;
        }
        double before = 0;  // covered by this edge in the pixel to the left
        const double rate = share / (x1 - x0);
        for (int column = first; column <= last + 1; ++column) {
            const double a = std::clamp(x0, column + 0.0, column + 1.0), b = std::clamp(x1, column + 0.0, column + 1.0);
            const double passed = std::clamp(column - x0, 0.0, x1 - x0) * rate;
            const double covered = passed + (b - a) * rate * (column + 1 - (a + b) / 2);
            add(column, covered - before);
            before = covered;
        }
    }
}

}  // namespace detail

/// The exact area of every pixel that the outlines (in pixels, y down) cover, within a canvas of width x height.
inline Mask rasterise(const Paths& outlines, int width, int height) {
    double left = width, right = 0, top = height, bottom = 0;
    for (const Path& path : outlines) {
        for (const Point point : path) {
            left = std::min(left, point.x), right = std::max(right, point.x);
            top = std::min(top, point.y), bottom = std::max(bottom, point.y);
        }
    }
    Mask mask;
    mask.left = std::clamp(static_cast<int>(std::floor(left)), 0, width);
    mask.top = std::clamp(static_cast<int>(std::floor(top)), 0, height);
    mask.width = std::clamp(static_cast<int>(std::ceil(right)), 0, width) - mask.left;
    mask.height = std::clamp(static_cast<int>(std::ceil(bottom)), 0, height) - mask.top;
    if (mask.empty()) return {};
    mask.value.assign(static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height), 0.0F);
    const Point origin{static_cast<double>(mask.left), static_cast<double>(mask.top)};
    for (const Path& path : outlines) {
        for (std::size_t i = 0; i < path.size(); ++i) {
            detail::add_edge(mask, path[i] - origin, path[(i + 1) % path.size()] - origin);
        }
    }
    for (int row = 0; row < mask.height; ++row) {
        float sum = 0;
        for (float& value :
             std::span(mask.value).subspan(static_cast<std::size_t>(row * mask.width), static_cast<std::size_t>(mask.width))) {
            sum += value;
            value = std::min(1.0F, std::abs(sum));
        }
    }
    return mask;
}

}  // namespace denim::inline DENIM_TARGET::wardrobe
