// SPDX-License-Identifier: MIT
#pragma once

// Holds a fast convolution against the plain one in double precision.

#include <denim/kernel/plain_convolution.hpp>
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>

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
    std::size_t height, width, channels, filters, window, stride = 1;
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
    std::size_t dilation = 1, groups = 1;
};

constexpr Convolution convolution(Case of) {
    const auto [height, width, channels, filters, window, stride] = of.sizes;
    const std::size_t reach = (window - 1) * of.dilation + 1;
    const std::size_t rows = (height + of.zeros.top + of.zeros.bottom - reach) / stride + 1;
    const std::size_t columns = (width + of.zeros.left + of.zeros.right - reach) / stride + 1;
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

/// Everything a convolution does, once, in its own scalar. `unaligned` puts every float array one number off.
template <class Kernel, class Scalar, Convolution Of>
struct Run {
    static constexpr std::size_t off = sizeof(Scalar) == 4 ? 1 : 0;
    static constexpr Scalar untouched = Scalar(-12345);
    std::vector<Scalar> output, weights_gradient, bias_gradient, written, added;
    std::vector<std::uint8_t> record;

    static std::vector<Scalar> shifted(const std::vector<float>& from) {
        std::vector<Scalar> to(off, untouched);
        to.insert(to.end(), from.begin(), from.end());
        return to;
    }

    explicit Run(bool backwards = false) {
        auto input = shifted(picture(Of.input, 2, 0));
        auto weights = shifted(numbers(Of.weights(), 3)), bias = shifted(numbers(Of.filters(), 4));
        std::vector<Scalar> prepared(Kernel::prepared_size + off, std::numeric_limits<Scalar>::quiet_NaN());
        for (std::size_t part = Kernel::prepare_parts; part-- > 0;)
            Kernel::prepare(weights.data() + off, Of.bias ? bias.data() + off : nullptr, prepared.data() + off, part);
        output.assign(Of.output.size() + off + 1, untouched);
        std::vector<Scalar> scratch(Kernel::scratch_size + off);
        record.assign(Kernel::record_size + 1, 77);
        const auto band = [&](std::size_t b) {
            Kernel::forward(input.data() + off, prepared.data() + off, output.data() + off, record.data(), scratch.data() + off,
                            b, b + 1);
        };
        for (std::size_t b = 0; b < Kernel::bands; ++b) band(backwards ? Kernel::bands - 1 - b : b);
        CHECK(record.back() == 77);
        CHECK(output.back() == untouched);
        for (auto* gradient : {&written, &added}) {
            auto output_gradient = shifted(picture(Of.output, 5, 0));
            std::vector<Scalar> accumulator(Kernel::accumulator_size + off);
            *gradient = shifted(picture(Of.input, 6, static_cast<float>(untouched)));
            gradient->push_back(untouched);
            auto call = [&](auto mode) {
                Kernel::template backward<decltype(mode)::value>(
                    input.data() + off, output.data() + off, output_gradient.data() + off, prepared.data() + off,
                    gradient->data() + off, record.data(), scratch.data() + off, accumulator.data() + off);
            };
            if (gradient == &written)
                call(std::integral_constant<Gradient, Gradient::write>{});
            else
                call(std::integral_constant<Gradient, Gradient::add>{});
            CHECK(gradient->back() == untouched);
            std::vector<Scalar> one(Of.weights()), two(Of.filters());
            for (std::size_t part = 0; part < Kernel::finish_parts; ++part)
                Kernel::finish(accumulator.data() + off, 1, Kernel::accumulator_size, one.data(), two.data(), part);
            if (gradient == &added) {
                CHECK(one == weights_gradient);
                CHECK(two == bias_gradient);
            }
            weights_gradient = one;
            bias_gradient = two;
        }
        for (auto* array : {&output, &written, &added}) array->erase(array->begin(), array->begin() + off);
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
    CAPTURE(of.sizes.window);
    CAPTURE(of.sizes.stride);
    CAPTURE(static_cast<int>(of.epilogue));
    const Run<Kernel<Of>, float, Of> fast;
    const Run<kernel::PlainConvolution<Of, double>, double, Of> plain;
    const Run<Kernel<Of>, float, Of> again{true};
    const bool transforms = std::string_view{Kernel<Of>::name}.find("transformed") != std::string_view::npos;
    const double tolerance = (transforms ? 4e-6 : 1e-6) * std::sqrt(static_cast<double>(Of.rows * Of.columns + Of.weights()));
    CHECK(difference(inside(fast.output, Of.output), inside(plain.output, Of.output)) < tolerance);
    CHECK(difference(fast.weights_gradient, plain.weights_gradient) < tolerance);
    if (Of.bias) CHECK(difference(fast.bias_gradient, plain.bias_gradient) < tolerance);
    CHECK(difference(inside(fast.written, Of.input), inside(plain.written, Of.input)) < tolerance);
    CHECK(difference(inside(fast.added, Of.input), inside(plain.added, Of.input)) < tolerance);
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
