// SPDX-License-Identifier: MIT
#pragma once

// Max pooling in float, vectors along the channels.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// The same interface and the same winners as PlainMaxPool. The record is (row, column, channels rounded up to whole vectors).
template <Layout Out, Layout In, std::size_t Window, std::size_t Stride>
struct MaxPool {
private:
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, channels = Out.shape.channels;
    static constexpr std::size_t padded = (channels + lanes - 1) / lanes * lanes;
    static constexpr bool whole = padded <= Out.stride && padded <= In.stride;
    // Every number of the input stands in one window: its gradient is written once and needs no zero before.
    static constexpr bool tiled = Stride == Window && Out.shape.height * Stride == In.shape.height &&
                                  Out.shape.width * Stride == In.shape.width && padded == In.stride;

public:
    static_assert(Window <= 16, "denim: MaxPool: windows of more than 16 x 16 are not supported.");
    static constexpr std::size_t record_size = Out.shape.height * Out.shape.width * padded;  ///< bytes

    /// `record` may be null.
    static void forward(const float* input, float* output, std::uint8_t* record) {
        for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t n) {
            const float* corner = input + In.offset(y * Stride, x * Stride) + c;
            Vector best = load(corner, rest), winner = simd::broadcast(0.0f);
            for (std::size_t q = 1; q < Window * Window; ++q) {
                const Vector candidate = load(corner + q / Window * In.row() + q % Window * In.stride, rest);
                const auto better = candidate > best;
                best = simd::select(better, candidate, best);
                winner = simd::select(better, simd::broadcast(static_cast<float>(q)), winner);
            }
            store(output + Out.offset(y, x) + c, best, rest);
            if (record) simd::store_bytes(record + n, winner);
        });
        constexpr std::size_t written = whole ? padded : channels;
        if constexpr (Out.stride > written)
            for (std::size_t y = 0; y < Out.shape.height; ++y)
                for (std::size_t x = 0; x < Out.shape.width; ++x)
                    std::fill_n(output + Out.offset(y, x) + written, Out.stride - written, 0.0f);
    }

    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write && !tiled)
            for (std::size_t y = 0; y < In.shape.height; ++y)
                std::fill_n(input_gradient + In.offset(y, 0), In.shape.width * In.stride, 0.0f);
        for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t n) {
            const Vector gradient = load(output_gradient + Out.offset(y, x) + c, rest), winner = simd::load_bytes(record + n);
            float* corner = input_gradient + In.offset(y * Stride, x * Stride) + c;
            for (std::size_t q = 0; q < Window * Window; ++q) {
                float* place = corner + q / Window * In.row() + q % Window * In.stride;
                Vector value = simd::select(winner == simd::broadcast(static_cast<float>(q)), gradient, simd::broadcast(0.0f));
                if constexpr (Input == Gradient::add || !tiled) value = value + load(place, rest);
                store(place, value, rest);
            }
        });
    }

private:
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

    // Every pixel of the output, a vector of channels at a time; the last one is cut where a pixel has no room for a whole one.
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
};

}  // namespace denim::inline DENIM_TARGET::kernel
