// SPDX-License-Identifier: MIT
#pragma once

// A picture and a part of it, some of its rows, columns and channels: the numbers of one to the other. Pad, Crop, Slice and SplitChannels
// move these.

#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The part begins at this pixel and channel of the whole.
template <Layout Whole, Layout Part, std::size_t Top, std::size_t Left, std::size_t First>
struct PartOfPicture {
    static constexpr std::size_t channels = Part.shape.channels;

    /// The numbers of the part, as `To` says what becomes of them.
    template <Gradient To, class Number>
    static void take(const Number* whole, Number* part) {
        for_each_row_and_column<Part.shape>(
            [&](std::size_t y, std::size_t x) { move<To>(whole + Whole.offset(Top + y, Left + x) + First, part + Part.offset(y, x)); });
    }
    /// The way back: where numbers are written, zeros are what lies outside of the part.
    template <Gradient To, class Number>
    static void put(const Number* part, Number* whole) {
        if constexpr (To == Gradient::write) clear_outside(whole);
        for_each_row_and_column<Part.shape>(
            [&](std::size_t y, std::size_t x) { move<To>(part + Part.offset(y, x), whole + Whole.offset(Top + y, Left + x) + First); });
    }

private:
    template <Gradient To, class Number>
    static void move(const Number* from, Number* to) {
        if constexpr (To == Gradient::write)
            std::copy_n(from, channels, to);
        else if constexpr (To == Gradient::add)
            for (std::size_t c = 0; c < channels; ++c) to[c] += from[c];
    }
    template <class Number>
    static void clear_outside(Number* whole) {
        constexpr std::size_t all = Whole.shape.channels, behind = First + channels;
        for_each_row_and_column<Whole.shape>([&](std::size_t y, std::size_t x) {
            Number* pixel = whole + Whole.offset(y, x);
            if (y < Top || y >= Top + Part.shape.height || x < Left || x >= Left + Part.shape.width) {
                std::fill_n(pixel, all, Number{0});
            } else {
                std::fill_n(pixel, First, Number{0});
                std::fill_n(pixel + behind, all - behind, Number{0});
            }
        });
    }
};

}  // namespace detail

/// A part of what comes, bound to its layouts: Crop and Slice.
template <class Arithmetic, Layout Out, Layout In, std::size_t Top, std::size_t Left, std::size_t First>
struct PartLayer : LayerDefaults<Arithmetic> {
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) { Part::template take<Gradient::write>(at.input(), at.output); }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none) Part::template put<Input>(at.output_gradient, at.input_gradient());
    }

private:
    using Part = detail::PartOfPicture<In, Out, Top, Left, First>;
};

}  // namespace denim::inline DENIM_TARGET
