// SPDX-License-Identifier: MIT
#pragma once

// The inner loops of the gradients through live outputs: one filter's list of live gradients is walked, while the sums of a window, or its
// weights, stay in registers.

#include <denim/kernel/window_slices.hpp>
#include <denim/machine/simd.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace denim::inline DENIM_TARGET::kernel {

/// One filter's list: `count` places in a slice, and the gradients of z there.
struct LiveList {
    const float *where, *value;  ///< of `where`, the bits are a whole number
    std::uint32_t count;
};

namespace detail {

/// Calls each(n, run) for the vectors of taps First to Last of the window at `window`, whose rows stand `row` numbers apart.
template <std::size_t Across, std::size_t Group, std::size_t First, std::size_t Last, class Number, class Each>
DENIM_INLINE void each_of_window(Number* window, std::size_t row, Each each) {
    constexpr std::size_t lanes = simd::lanes<float>;
#pragma GCC unroll 32
    for (std::size_t n = 0; n < (Last - First) * Group; ++n) {
        const std::size_t tap = First + n / Group;
        each(n, window + tap / Across * row + tap % Across * Group * lanes + n % Group * lanes);
    }
}

}  // namespace detail

/// Taps First to Last of one filter's weight gradients grow by each live gradient times its window.
template <std::size_t Across, std::size_t Group, std::size_t First, std::size_t Last>
DENIM_KERNEL void gather_windows(const LiveList& live, const float* slice, std::size_t row, float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>, held = (Last - First) * Group;
    const LiveList of = live;
    simd::Vector<float> kept[held];
    sums += First * Group * lanes;
#pragma GCC unroll 32
    for (std::size_t n = 0; n < held; ++n) kept[n] = simd::load(sums + n * lanes);
#pragma GCC unroll 1
    for (std::uint32_t entry = 0; entry < of.count; ++entry) {
        const auto gradient = simd::broadcast(of.value[entry]);
        detail::each_of_window<Across, Group, First, Last>(slice + std::bit_cast<std::uint32_t>(of.where[entry]), row, [&](std::size_t n, const float* run) {
            kept[n] = simd::fma(gradient, simd::load(run), kept[n]);
        });
    }
#pragma GCC unroll 32
    for (std::size_t n = 0; n < held; ++n) simd::store(sums + n * lanes, kept[n]);
}

/// The windows of the live gradients grow by them times taps First to Last of the filter's weights.
template <std::size_t Across, std::size_t Group, std::size_t First, std::size_t Last>
DENIM_KERNEL void scatter_windows(const LiveList& live, float* slice, std::size_t row, const float* weights) {
    constexpr std::size_t lanes = simd::lanes<float>, held = (Last - First) * Group;
    const LiveList of = live;
    simd::Vector<float> kept[held];
    weights += First * Group * lanes;
#pragma GCC unroll 32
    for (std::size_t n = 0; n < held; ++n) kept[n] = simd::load(weights + n * lanes);
#pragma GCC unroll 1
    for (std::uint32_t entry = 0; entry < of.count; ++entry) {
        const auto gradient = simd::broadcast(of.value[entry]);
        detail::each_of_window<Across, Group, First, Last>(slice + std::bit_cast<std::uint32_t>(of.where[entry]), row, [&](std::size_t n, float* run) {
            simd::store(run, simd::fma(gradient, kept[n], simd::load(run)));
        });
    }
}

/// Walks of one filter's list, one after the other: each has as many taps as fit into the registers.
using Gather = void(const LiveList& live, const float* slice, std::size_t row, float* sums);
using Scatter = void(const LiveList& live, float* slice, std::size_t row, const float* weights);

namespace detail {

template <std::size_t Taps, std::size_t Group>
inline constexpr std::size_t walks = (Taps + WindowSlices::held / Group - 1) / (WindowSlices::held / Group);

template <std::size_t Across, std::size_t Taps, std::size_t Group>
inline constexpr auto gathers = []<std::size_t... Part>(std::index_sequence<Part...>) {
    constexpr std::size_t parts = sizeof...(Part);
    return std::array<Gather*, parts>{&gather_windows<Across, Group, Taps * Part / parts, Taps*(Part + 1) / parts>...};
}(std::make_index_sequence<walks<Taps, Group>>{});

template <std::size_t Across, std::size_t Taps, std::size_t Group>
inline constexpr auto scatters = []<std::size_t... Part>(std::index_sequence<Part...>) {
    constexpr std::size_t parts = sizeof...(Part);
    return std::array<Scatter*, parts>{&scatter_windows<Across, Group, Taps * Part / parts, Taps*(Part + 1) / parts>...};
}(std::make_index_sequence<walks<Taps, Group>>{});

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET::kernel
