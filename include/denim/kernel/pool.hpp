// SPDX-License-Identifier: MIT
#pragma once

// Max and average pooling in float, vectors along the channels.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/windows.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

/// Every pixel of a pool's output, a vector of channels at a time; the last one is cut where a pixel has no room for a whole one.
template <Layout Out, Layout In>
struct PoolVectors {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, channels = Out.shape.channels;
    static constexpr std::size_t padded = (channels + lanes - 1) / lanes * lanes;
    static constexpr bool whole = padded <= Out.stride && padded <= In.stride;

    template <bool Whole>
    struct Rest {
        static constexpr bool all = Whole;
    };
    template <class Part>
    static Vector load(const float* from, Part) {
        if constexpr (Part::all)
            return simd::load(from);
        else
            return simd::load_first(from, channels % lanes);
    }
    template <class Part>
    static void store(float* to, Vector value, Part) {
        if constexpr (Part::all)
            simd::store(to, value);
        else
            simd::store_first(to, value, channels % lanes);
    }
    template <class Each>
    static void for_each(Each each) {
        constexpr std::size_t full = whole ? padded : channels / lanes * lanes;
        std::size_t n = 0;
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x, n += padded) {
                for (std::size_t c = 0; c < full; c += lanes) each(y, x, c, Rest<true>{}, n + c);
                if constexpr (full < channels) each(y, x, full, Rest<false>{}, n + full);
            }
    }
    /// Zeros where forward wrote nothing.
    static void fill_rest(float* output) {
        constexpr std::size_t written = whole ? padded : channels;
        if constexpr (Out.stride > written)
            for (std::size_t y = 0; y < Out.shape.height; ++y)
                for (std::size_t x = 0; x < Out.shape.width; ++x)
                    std::fill_n(output + Out.offset(y, x) + written, Out.stride - written, 0.0f);
    }
    static void clear(float* input_gradient) {
        for (std::size_t y = 0; y < In.shape.height; ++y) std::fill_n(input_gradient + In.offset(y, 0), In.shape.width * In.stride, 0.0f);
    }
    static constexpr bool tiled(const Windows& of) {  // every number of the input stands in one window: no zeros before backward
        return !of.clipped && of.stride == of.size && Out.shape.height * of.stride.rows == In.shape.height &&
               Out.shape.width * of.stride.columns == In.shape.width && padded == In.stride;
    }
    static constexpr std::size_t place(const Windows& of, std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return In.offset(y * of.stride.rows + i - of.top, x * of.stride.columns + j - of.left);
    }
};

}  // namespace detail

/// The same interface and the same winners as PlainMaxPool. The record is (row, column, channels rounded up to whole vectors).
template <Layout Out, Layout In, Windows Of>
struct MaxPool : private detail::PoolVectors<Out, In> {
private:
    using Vectors = detail::PoolVectors<Out, In>;
    using typename Vectors::Vector;
    static constexpr bool tiled = Vectors::tiled(Of);

public:
    static_assert(Of.size.count() <= 256, "denim: MaxPool: windows of more than 256 pixels are not supported.");
    static constexpr std::size_t record_size = Out.shape.height * Out.shape.width * Vectors::padded;  ///< bytes

    /// `record` may be null.
    static void forward(const float* input, float* output, std::uint8_t* record) {
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t n) {
            const std::size_t top = Of.first_row(y), left = Of.first_column(x);  // inside the picture
            Vector best = Vectors::load(input + Vectors::place(Of, y, x, top, left) + c, rest);
            Vector winner = simd::broadcast(static_cast<float>(top * Of.size.columns + left));
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                if (i == top && j == left) return;
                const Vector candidate = Vectors::load(input + Vectors::place(Of, y, x, i, j) + c, rest);
                const auto stays = simd::stays_largest(best, candidate);
                best = simd::select(stays, best, candidate);
                winner = simd::select(stays, winner, simd::broadcast(static_cast<float>(i * Of.size.columns + j)));
            });
            Vectors::store(output + Out.offset(y, x) + c, best, rest);
            if (record) simd::store_bytes(record + n, winner);
        });
        Vectors::fill_rest(output);
    }

    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write && !tiled) Vectors::clear(input_gradient);
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t n) {
            const Vector gradient = Vectors::load(output_gradient + Out.offset(y, x) + c, rest), winner = simd::load_bytes(record + n);
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                float* place = input_gradient + Vectors::place(Of, y, x, i, j) + c;
                const auto won = winner == simd::broadcast(static_cast<float>(i * Of.size.columns + j));
                Vector value = simd::select(won, gradient, simd::broadcast(0.0f));
                if constexpr (Input == Gradient::add || !tiled) value = value + Vectors::load(place, rest);
                Vectors::store(place, value, rest);
            });
        });
    }
};

/// The mean of each window; what lies outside of the picture does not count, as in Keras.
template <Layout Out, Layout In, Windows Of>
struct AveragePool : private detail::PoolVectors<Out, In> {
private:
    using Vectors = detail::PoolVectors<Out, In>;
    using typename Vectors::Vector;
    static constexpr bool tiled = Vectors::tiled(Of);
    static Vector share(std::size_t y, std::size_t x) {
        return simd::broadcast(1.0f / static_cast<float>(Of.places(y, x, In.shape.height, In.shape.width)));
    }

public:
    static constexpr std::size_t record_size = 0;

    static void forward(const float* input, float* output, std::uint8_t* /*record*/) {
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t) {
            Vector sum = simd::broadcast(0.0f);
            each_place<Of, In.shape.height, In.shape.width>(
                y, x, [&](std::size_t i, std::size_t j) { sum = sum + Vectors::load(input + Vectors::place(Of, y, x, i, j) + c, rest); });
            Vectors::store(output + Out.offset(y, x) + c, sum * share(y, x), rest);
        });
        Vectors::fill_rest(output);
    }

    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* /*record*/, float* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write && !tiled) Vectors::clear(input_gradient);
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t) {
            const Vector gradient = Vectors::load(output_gradient + Out.offset(y, x) + c, rest) * share(y, x);
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                float* place = input_gradient + Vectors::place(Of, y, x, i, j) + c;
                Vectors::store(place, Input == Gradient::add || !tiled ? gradient + Vectors::load(place, rest) : gradient, rest);
            });
        });
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
