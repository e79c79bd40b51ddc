// SPDX-License-Identifier: MIT
#pragma once

// Holds a fast convolution against the plain one in double precision.

#include "fenced.hpp"

#include <denim/kernel/plain_convolution.hpp>
#include <denim/machine/random.hpp>
#include <denim/machine/simd.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace compare {

using namespace denim;
using denim::kernel::Convolution;
using denim::kernel::Epilogue;
using denim::kernel::Gradient;

struct Sizes {
    std::size_t height, width, channels, filters;
    WindowSize window, stride = 1;
};

struct Case {
    Sizes sizes;
    Epilogue epilogue = Epilogue::linear;
    bool bias = true;
    Border zeros = {};           ///< that the window sees
    Border spare = {};           ///< of the input, beyond those
    std::size_t input_step = 1;  ///< the stride of a pixel is a multiple of this
    std::size_t output_step = 16;
    Border output_border = {};
    WindowSize dilation = 1;
    std::size_t groups = 1;
};

constexpr Convolution convolution(Case of) {
    const auto [height, width, channels, filters, window, stride] = of.sizes;
    const std::size_t down = (window.rows - 1) * of.dilation.rows + 1, across = (window.columns - 1) * of.dilation.columns + 1;
    const std::size_t rows = (height + of.zeros.top + of.zeros.bottom - down) / stride.rows + 1;
    const std::size_t columns = (width + of.zeros.left + of.zeros.right - across) / stride.columns + 1;
    const std::size_t pool = of.epilogue == Epilogue::relu_pool ? 2 : 1;
    const Border border{of.zeros.top + of.spare.top, of.zeros.left + of.spare.left, of.zeros.bottom + of.spare.bottom,
                        of.zeros.right + of.spare.right};
    return {.input = {{height, width, channels}, border, round_up(channels, of.input_step)},
            .output = {{rows / pool, columns / pool, filters}, of.output_border, round_up(filters, of.output_step)},
            .rows = rows,
            .columns = columns,
            .window = window,
            .stride = stride,
            .top = of.zeros.top,
            .left = of.zeros.left,
            .epilogue = of.epilogue,
            .bias = of.bias,
            .dilation = of.dilation,
            .groups = of.groups};
}

/// Random numbers in the picture, `border` around it and in the padding.
inline std::vector<float> picture(const Layout& layout, std::uint64_t stream, float elsewhere) {
    std::vector<float> numbers(layout.size(), elsewhere);
    Random random{Seed{1}, stream};
    for (std::size_t y = 0; y < layout.shape.height; ++y)
        for (std::size_t x = 0; x < layout.shape.width; ++x)
            for (std::size_t c = 0; c < layout.shape.channels; ++c)
                numbers[layout.offset(y, x) + c] = static_cast<float>(random.uniform(-1, 1));
    return numbers;
}

inline std::vector<float> numbers(std::size_t count, std::uint64_t stream) { return picture({{1, 1, count}}, stream, 0); }

/// The largest difference, relative to the mean magnitude of what is right.
template <class Left, class Right>
double difference(const Left& got, const Right& right) {
    double largest = 0, magnitude = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
        const double d = std::abs(static_cast<double>(got[i]) - static_cast<double>(right[i]));
        if (!(d <= largest)) largest = d;  // a NaN shows
        magnitude += std::abs(static_cast<double>(right[i]));
    }
    return largest / (magnitude / static_cast<double>(right.size()) + 1e-30);
}

/// The numbers of the picture alone.
template <class Numbers>
Numbers inside(const Numbers& all, const Layout& layout) {
    Numbers some;
    for (std::size_t y = 0; y < layout.shape.height; ++y)
        for (std::size_t x = 0; x < layout.shape.width; ++x)
            for (std::size_t c = 0; c < layout.shape.channels; ++c) some.push_back(all[layout.offset(y, x) + c]);
    return some;
}

/// Everything a convolution does, once, in its own scalar, each array beside memory that nobody may touch: a kernel reads and writes
/// nothing in front of its arrays or behind them, wherever they stand.
template <class Kernel, class Scalar, Convolution Of>
struct Run {
    static constexpr Scalar untouched = Scalar(-12345);
    std::vector<Scalar> output, weights_gradient, bias_gradient, written, added;
    std::vector<std::uint8_t> record;

    explicit Run(testing::Fence fence = {}, bool backwards = false) {
        const auto fenced = [&](const std::vector<float>& from) {
            testing::Fenced<Scalar> to{from.size(), fence};
            std::copy(from.begin(), from.end(), to.begin());
            return to;
        };
        const auto filled = [&](std::size_t size, Scalar with) {
            testing::Fenced<Scalar> to{size, fence};
            std::fill(to.begin(), to.end(), with);
            return to;
        };
        auto input = fenced(picture(Of.input, 2, 0)), weights = fenced(numbers(Of.weights(), 3)), bias = fenced(numbers(Of.filters(), 4));
        auto prepared = filled(Kernel::prepared_size, std::numeric_limits<Scalar>::quiet_NaN());
        for (std::size_t part = Kernel::prepare_parts; part-- > 0;)
            Kernel::prepare(weights.data(), Of.bias ? bias.data() : nullptr, prepared.data(), part);
        auto outputs = filled(Of.output.size(), untouched), scratch = filled(Kernel::scratch_size, std::numeric_limits<Scalar>::quiet_NaN());
        testing::Fenced<std::uint8_t> records{Kernel::record_size, fence};
        const auto band = [&](std::size_t b) {
            Kernel::forward(input.data(), prepared.data(), outputs.data(), records.data(), scratch.data(), b, b + 1);
        };
        for (std::size_t b = 0; b < Kernel::bands; ++b) band(backwards ? Kernel::bands - 1 - b : b);
        output.assign(outputs.begin(), outputs.end());
        record.assign(records.begin(), records.end());
        for (auto* gradient : {&written, &added}) {
            auto output_gradient = fenced(picture(Of.output, 5, 0)), input_gradient = fenced(picture(Of.input, 6, static_cast<float>(untouched)));
            auto accumulator = filled(Kernel::accumulator_size, 0);
            auto call = [&](auto mode) {
                Kernel::template backward<decltype(mode)::value>(input.data(), outputs.data(), output_gradient.data(), prepared.data(),
                                                                 input_gradient.data(), records.data(), scratch.data(), accumulator.data());
            };
            std::fill(scratch.begin(), scratch.end(), std::numeric_limits<Scalar>::quiet_NaN());
            if (gradient == &written)
                call(std::integral_constant<Gradient, Gradient::write>{});
            else
                call(std::integral_constant<Gradient, Gradient::add>{});
            gradient->assign(input_gradient.begin(), input_gradient.end());
            std::vector<Scalar> one(Of.weights()), two(Of.filters());
            for (std::size_t part = 0; part < Kernel::finish_parts; ++part)
                Kernel::finish(accumulator.data(), one.data(), two.data(), part);
            if (gradient == &added) {
                CHECK(one == weights_gradient);
                CHECK(two == bias_gradient);
            }
            weights_gradient = one;
            bias_gradient = two;
        }
    }
};

/// Everything of `Kernel` against the plain convolution: values, gradients, padding, and bands in any order.
template <template <Convolution> class Kernel, Case of>
void check() {
    static constexpr Convolution Of = convolution(of);
    CAPTURE(of.sizes.height);
    CAPTURE(of.sizes.width);
    CAPTURE(of.sizes.channels);
    CAPTURE(of.sizes.filters);
    CAPTURE(of.sizes.window.rows);
    CAPTURE(of.sizes.window.columns);
    CAPTURE(of.sizes.stride.rows);
    CAPTURE(of.sizes.stride.columns);
    CAPTURE(static_cast<int>(of.epilogue));
    const Run<Kernel<Of>, float, Of> fast;
    const Run<kernel::PlainConvolution<Of, double>, double, Of> plain;
    const Run<Kernel<Of>, float, Of> again{testing::Fence{testing::Fence::Side::before, 1}, true};
    const bool transforms = std::string_view{Kernel<Of>::name}.find("transformed") != std::string_view::npos;
    const double tolerance = (transforms ? 4e-6 : 1e-6) * std::sqrt(static_cast<double>(Of.rows * Of.columns + Of.weights()));
    CHECK(difference(inside(fast.output, Of.output), inside(plain.output, Of.output)) < tolerance);
    CHECK(difference(fast.weights_gradient, plain.weights_gradient) < tolerance);
    if (Of.bias) CHECK(difference(fast.bias_gradient, plain.bias_gradient) < tolerance);
    CHECK(difference(inside(fast.written, Of.input), inside(plain.written, Of.input)) < tolerance);
    CHECK(difference(inside(fast.added, Of.input), inside(plain.added, Of.input)) < tolerance);
    if (Of.operations() < 50'000)
        for (std::size_t offset = 1; offset < simd::lanes<float>; ++offset) {
            const Run<Kernel<Of>, float, Of> moved{testing::Fence{testing::Fence::Side::behind, offset}};
            CHECK(moved.output == fast.output);
            CHECK(moved.weights_gradient == fast.weights_gradient);
            CHECK(moved.written == fast.written);
        }
    CHECK(again.output == fast.output);
    CHECK(again.record == fast.record);
    CHECK(again.weights_gradient == fast.weights_gradient);
    CHECK(again.written == fast.written);
    std::size_t wrong = 0;
    for (std::size_t y = 0; y < Of.output.shape.height + Of.output.border.top + Of.output.border.bottom; ++y)
        for (std::size_t x = 0; x < Of.output.row(); ++x) {
            const std::size_t column = x / Of.output.stride - Of.output.border.left, c = x % Of.output.stride;
            const bool picture = y - Of.output.border.top < Of.output.shape.height && column < Of.output.shape.width;
            const float value = fast.output[y * Of.output.row() + x];
            if (!picture) wrong += value != -12345.0f;
            if (picture && c >= Of.filters()) wrong += value != 0.0f;
        }
    CHECK_MESSAGE(wrong == 0, "the border is left alone, padding is zero");
    wrong = 0;
    for (std::size_t n = 0; n < Of.input.size(); ++n)
        wrong += (plain.written[n] == -12345.0) && fast.written[n] != -12345.0f && n % Of.input.stride < Of.channels();
    CHECK_MESSAGE(wrong == 0, "no gradient is written to the border");
}

}  // namespace compare
