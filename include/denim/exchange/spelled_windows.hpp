// SPDX-License-Identifier: MIT
#pragma once

// Windows of convolutions and pools as users write them, while a file of another framework is spelled.

#include <denim/exchange/spelled_layer.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim {

/// Windows and steps of a convolution or pool, steps between taps, each of rows and columns; zeros at the top, left, bottom and right.
struct LayerWindows {
    std::array<std::size_t, 2> size{1, 1}, step{1, 1}, dilation{1, 1};
    bool same = false;  ///< zeros as Keras's "same" puts them, whatever `zeros` says
    std::array<std::size_t, 4> zeros{};
    bool counts_padding = false;  ///< of a mean: the zeros count
};

}  // namespace denim

namespace denim::inline DENIM_TARGET::detail {

/// The window and its options, and what it makes of a picture's rows and columns. `step` is what no Stride stands for.
inline std::vector<std::string> window_parts(const LayerWindows& windows, std::array<std::size_t, 2> step, Shape& shape) {
    const std::array extents{shape.height, shape.width};
    std::array<std::size_t, 2> dilation{}, spans{}, counts{};
    std::array<std::size_t, 4> same{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::size_t stride = windows.step[axis];
        if (windows.size[axis] == 0 || stride == 0 || windows.dilation[axis] == 0)
            throw std::invalid_argument("windows, steps and dilations of at least 1 were expected");
        dilation[axis] = windows.size[axis] > 1 ? windows.dilation[axis] : 1;
        if (stride > 1 && dilation[axis] > 1)
            throw std::invalid_argument("steps of more than 1 together with a dilation have no spelling");
        spans[axis] = (windows.size[axis] - 1) * dilation[axis] + 1;
        counts[axis] = (extents[axis] + stride - 1) / stride;
        const std::size_t reach = (counts[axis] - 1) * stride + spans[axis], zeros = reach > extents[axis] ? reach - extents[axis] : 0;
        same[axis] = zeros / 2, same[2 + axis] = zeros - zeros / 2;
    }
    const std::string size = numbers_text(windows.size);
    std::vector<std::string> parts{windows.size[0] == windows.size[1] ? size : "Window<" + size + ">"};
    const bool none = std::ranges::count(windows.zeros, std::size_t{0}) == 4;
    if (windows.same || (!none && !windows.counts_padding && windows.zeros == same)) {
        if (same != std::array<std::size_t, 4>{} || windows.step != std::array<std::size_t, 2>{1, 1}) parts.push_back("Same");
    } else {
        std::array<bool, 2> all_alike{};  // as many zeros behind as in front change nothing: no window is more
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t front = windows.zeros[axis], padded = extents[axis] + front + windows.zeros[2 + axis], stride = windows.step[axis];
            if (padded < spans[axis]) throw std::invalid_argument("a window is larger than its picture");
            if (front >= spans[axis] || windows.zeros[2 + axis] >= spans[axis])
                throw std::invalid_argument("windows outside the picture have no spelling");
            counts[axis] = (padded - spans[axis]) / stride + 1;
            all_alike[axis] = front == windows.zeros[0] && (extents[axis] + 2 * front - spans[axis]) / stride + 1 == counts[axis] &&
                              extents[axis] + 2 * front >= spans[axis] && (!windows.counts_padding || front == windows.zeros[2 + axis]);
        }
        if (!none) parts.push_back(all_alike[0] && all_alike[1]
                                       ? sentence("Padding<", windows.zeros[0], ">")
                                       : "Padding<" + edges_text(windows.zeros) + ">");
    }
    shape = {counts[0], counts[1], shape.channels};
    if (dilation != std::array<std::size_t, 2>{1, 1}) parts.push_back("Dilation<" + numbers_text(dilation) + ">");
    if (windows.step != step) parts.push_back("Stride<" + numbers_text(windows.step) + ">");
    return parts;
}

}  // namespace denim::inline DENIM_TARGET::detail
