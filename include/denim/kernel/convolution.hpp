// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/layout.hpp>
#include <denim/tensor/window_size.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// What follows the sum inside the same kernel.
enum class Epilogue {
    linear,     ///< bias
    relu,       ///< bias, then max(0, x)
    relu6,      ///< bias, then min(max(0, x), 6)
    relu_pool,  ///< bias, max(0, x), then the maximum of each 2 x 2 window at stride 2; an odd last row or column falls away
};

/// Which kernel shall compute it.
enum class Choice { fastest, direct, transformed };

/// One convolution with every size known:
/// z(y, x, f) = bias(f) + sum over i, j, c of input(y * stride.rows + i * dilation.rows - top, x * stride.columns + j * dilation.columns - left, c) *
/// weights(i, j, c, f), for y < rows and x < columns, then the epilogue. With groups, channels and filters are cut into as many
/// runs, and a filter sums over the channels of its own run, which count from 0 in the weights. The border of `input` holds
/// every zero that a window touches, so kernels ask for no bounds. Weights are (window.rows, window.columns, channels / groups,
/// filters), as Keras has them.
struct Convolution {
    Layout input = {};
    Layout output = {};  ///< what is stored: with Epilogue::relu_pool, the pooled picture
    std::size_t rows = 0, columns = 0;  ///< of z, before any pool
    WindowSize window = 1, stride = 1;
    std::size_t top = 0, left = 0;  ///< zeros in front of the first window
    Epilogue epilogue = Epilogue::linear;
    bool bias = true;
    Choice choice = Choice::fastest;
    WindowSize dilation = 1;
    std::size_t groups = 1;

    [[nodiscard]] constexpr std::size_t channels() const { return input.shape.channels; }
    [[nodiscard]] constexpr std::size_t filters() const { return output.shape.channels; }
    /// Rows of a square window, and its columns.
    [[nodiscard]] constexpr std::size_t side() const { return window.rows; }
    /// Rows and columns from the first tap of a window to the last, those between with them.
    [[nodiscard]] constexpr WindowSize reach() const { return {(window.rows - 1) * dilation.rows + 1, (window.columns - 1) * dilation.columns + 1}; }
    [[nodiscard]] constexpr bool pooled() const { return epilogue == Epilogue::relu_pool; }
    [[nodiscard]] constexpr std::size_t weights() const { return window.count() * (channels() / groups) * filters(); }
    /// Multiplications and additions of the direct sum for one sample, forward.
    [[nodiscard]] constexpr std::size_t operations() const { return 2 * rows * columns * weights(); }

    friend constexpr bool operator==(const Convolution&, const Convolution&) = default;
};

/// How a backward kernel treats the gradient to its input.
enum class Gradient {
    none,   ///< nobody asks for it
    write,  ///< it is written
    add,    ///< it is added to what stands there: another branch was first
};

}  // namespace denim::inline DENIM_TARGET::kernel
