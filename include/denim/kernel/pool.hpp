// SPDX-License-Identifier: MIT
#pragma once

// Max and average pooling in float, vectors along the channels. Kernels are templates over the window, and told everything else.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/windows.hpp>
#include <denim/machine/simd_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET::kernel {

/// A pool as its kernels are told it.
struct PoolSizes {
    Layout out, in;
    Windows of;

    /// Channels in whole vectors: as many bytes a pixel of the output has in a record.
    [[nodiscard]] constexpr std::size_t padded() const { return round_up(out.shape.channels, simd::lanes<float>); }
    /// Numbers of a pixel that go by whole vectors: all of them, or, where one of the pictures has no room for the last, those before it.
    [[nodiscard]] constexpr std::size_t whole() const {
        return padded() <= out.stride && padded() <= in.stride ? padded() : out.shape.channels / simd::lanes<float> * simd::lanes<float>;
    }
    /// True if every number of the input stands in one window: no zeros before backward.
    [[nodiscard]] constexpr bool tiled() const {
        return !of.clipped && of.stride == of.size && out.shape.height * of.stride.rows == in.shape.height &&
               out.shape.width * of.stride.columns == in.shape.width && padded() == in.stride;
    }
};

namespace detail {

/// Numbers of a vector, of which the last may be cut.
struct WholeVector {
    static simd::Vector<float> load(const float* from) { return simd::load(from); }
    static void store(float* to, simd::Vector<float> value) { simd::store(to, value); }
};
struct CutVector {
    std::size_t count;
    [[nodiscard]] simd::Vector<float> load(const float* from) const { return simd::load_first(from, count); }
    void store(float* to, simd::Vector<float> value) const { simd::store_first(to, value, count); }
};

/// The places of one window that lie inside the picture.
template <WindowSize Size, bool Clipped>
struct PoolWindow {
    std::size_t y, x;  // of the output
    std::size_t top = 0, left = 0, bottom = Size.rows, right = Size.columns;

    PoolWindow(const PoolSizes& sizes, std::size_t row, std::size_t column) : y(row), x(column) {
        if constexpr (Clipped) {
            top = sizes.of.first_row(y), bottom = sizes.of.last_row(y, sizes.in.shape.height);
            left = sizes.of.first_column(x), right = sizes.of.last_column(x, sizes.in.shape.width);
        }
    }
    [[nodiscard]] bool whole() const { return top == 0 && left == 0 && bottom == Size.rows && right == Size.columns; }
    /// Calls each(numbers behind the window's corner, number of the place) for every one of them.
    template <class Each>
    DENIM_INLINE void each_place(const PoolSizes& sizes, Each each) const {
        const std::size_t row = sizes.in.row(), pixel = sizes.in.stride;
        for (std::size_t i = Clipped ? top : 0; i < (Clipped ? bottom : Size.rows); ++i)
            for (std::size_t j = Clipped ? left : 0; j < (Clipped ? right : Size.columns); ++j) each(i * row + j * pixel, i * Size.columns + j);
    }
};

/// Calls each(window, corner of the window in the input, place in the output, place in the record, a vector's numbers) for every vector of
/// channels of every window, or of those in the rows of the output from `first` to before `last`.
template <WindowSize Size, bool Clipped, class Each>
DENIM_INLINE void each_pool_vector(const PoolSizes& of, std::size_t first, std::size_t last, Each each) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t whole = of.whole(), channels = of.out.shape.channels;
    std::size_t record = first * of.out.shape.width * of.padded();
    for (std::size_t y = first; y < last; ++y)
        for (std::size_t x = 0; x < of.out.shape.width; ++x, record += of.padded()) {
            const std::size_t in = of.in.offset(y * of.of.stride.rows - of.of.top, x * of.of.stride.columns - of.of.left), out = of.out.offset(y, x);
            const auto vectors = [&](const auto& window) {
                for (std::size_t c = 0; c < whole; c += lanes) each(window, in + c, out + c, record + c, WholeVector{});
                if (whole < channels) each(window, in + whole, out + whole, record + whole, CutVector{channels - whole});
            };
            const PoolWindow<Size, Clipped> window{of, y, x};
            if (Clipped && !window.whole())
                vectors(window);
            else
                vectors(PoolWindow<Size, false>{of, y, x});  // all of its places, which are constants
        }
}

}  // namespace detail

/// The largest of each window; which of its places won goes to `record`, unless that is null.
template <WindowSize Size, bool Clipped>
DENIM_KERNEL void max_pool(const PoolSizes& sizes, const float* input, float* output, std::uint8_t* record, std::size_t first_row, std::size_t last_row) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, first_row, last_row, [&](const auto& window, std::size_t in, std::size_t out, std::size_t at, auto part) {
        const std::size_t first = window.top * Size.columns + window.left;
        auto best = part.load(input + in + window.top * of.in.row() + window.left * of.in.stride);
        auto winner = simd::broadcast(static_cast<float>(first));
        window.each_place(of, [&](std::size_t place, std::size_t number) {
            if (number == first) return;
            const auto candidate = part.load(input + in + place);
            const auto stays = simd::stays_largest(best, candidate);
            best = simd::select(stays, best, candidate);
            winner = simd::select(stays, winner, simd::broadcast(static_cast<float>(number)));
        });
        part.store(output + out, best);
        if (record) simd::store_bytes(record + at, winner);
    });
}

/// The gradient to each winner, and zero to the others, written or added.
template <WindowSize Size, bool Clipped>
DENIM_KERNEL void max_pool_gradient(const PoolSizes& sizes, bool add, const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, 0, of.out.shape.height, [&](const auto& window, std::size_t in, std::size_t out, std::size_t at, auto part) {
        const auto gradient = part.load(output_gradient + out), winner = simd::load_bytes(record + at);
        window.each_place(of, [&](std::size_t place, std::size_t number) {
            float* const to = input_gradient + in + place;
            const auto won = winner == simd::broadcast(static_cast<float>(number));
            const auto value = simd::select(won, gradient, simd::broadcast(0.0f));
            part.store(to, add ? value + part.load(to) : value);
        });
    });
}

namespace detail {

DENIM_INLINE simd::Vector<float> share_of_window(const PoolSizes& of, std::size_t y, std::size_t x) {
    return simd::broadcast(1.0f / static_cast<float>(of.of.places(y, x, of.in.shape.height, of.in.shape.width)));
}

}  // namespace detail

/// The mean of each window.
template <WindowSize Size, bool Clipped>
DENIM_KERNEL void average_pool(const PoolSizes& sizes, const float* input, float* output, std::size_t first_row, std::size_t last_row) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, first_row, last_row, [&](const auto& window, std::size_t in, std::size_t out, std::size_t, auto part) {
        auto sum = simd::broadcast(0.0f);
        window.each_place(of, [&](std::size_t place, std::size_t) { sum = sum + part.load(input + in + place); });
        part.store(output + out, sum * detail::share_of_window(of, window.y, window.x));
    });
}

template <WindowSize Size, bool Clipped>
DENIM_KERNEL void average_pool_gradient(const PoolSizes& sizes, bool add, const float* output_gradient, float* input_gradient) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, 0, of.out.shape.height, [&](const auto& window, std::size_t in, std::size_t out, std::size_t, auto part) {
        const auto gradient = part.load(output_gradient + out) * detail::share_of_window(of, window.y, window.x);
        window.each_place(of, [&](std::size_t place, std::size_t) {
            float* const to = input_gradient + in + place;
            part.store(to, add ? gradient + part.load(to) : gradient);
        });
    });
}

/// Zeros behind the channels of a pool's output, where its kernel wrote nothing.
void fill_pool_rest(const PoolSizes& of, float* output, std::size_t first_row, std::size_t last_row);
/// Whether a backward kernel adds: not where windows that tile the picture write. Zeros for those that add to what nobody wrote.
bool clear_pool_gradient(const PoolSizes& of, Gradient mode, float* input_gradient);

/// The same interface and the same winners as PlainMaxPool. The record is (row, column, channels rounded up to whole vectors).
template <Layout Out, Layout In, Windows Of>
struct MaxPool {
private:
    static constexpr PoolSizes sizes{Out, In, Of};

public:
    static_assert(Of.size.count() <= 256, "denim: MaxPool: windows of more than 256 pixels are not supported.");
    static constexpr std::size_t bands = Out.shape.height;                                            ///< its rows
    static constexpr std::size_t record_size = Out.shape.height * Out.shape.width * sizes.padded();  ///< bytes

    /// `record` may be null.
    static void forward(const float* input, float* output, std::uint8_t* record, std::size_t first, std::size_t last) {
        max_pool<Of.size, Of.clipped>(sizes, input, output, record, first, last);
        fill_pool_rest(sizes, output, first, last);
    }
    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
        if constexpr (Input != Gradient::none)
            max_pool_gradient<Of.size, Of.clipped>(sizes, clear_pool_gradient(sizes, Input, input_gradient), output_gradient, record, input_gradient);
    }
};

/// The mean of each window; what lies outside of the picture does not count, as in Keras.
template <Layout Out, Layout In, Windows Of>
struct AveragePool {
private:
    static constexpr PoolSizes sizes{Out, In, Of};

public:
    static constexpr std::size_t bands = Out.shape.height, record_size = 0;

    static void forward(const float* input, float* output, std::uint8_t* /*record*/, std::size_t first, std::size_t last) {
        average_pool<Of.size, Of.clipped>(sizes, input, output, first, last);
        fill_pool_rest(sizes, output, first, last);
    }
    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* /*record*/, float* input_gradient) {
        if constexpr (Input != Gradient::none)
            average_pool_gradient<Of.size, Of.clipped>(sizes, clear_pool_gradient(sizes, Input, input_gradient), output_gradient, input_gradient);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void fill_pool_rest(const PoolSizes& of, float* output, std::size_t first_row, std::size_t last_row) {
    const std::size_t written = std::max(of.whole(), of.out.shape.channels);
    for (std::size_t y = first_row; written < of.out.stride && y < last_row; ++y)
        for (std::size_t x = 0; x < of.out.shape.width; ++x) std::fill_n(output + of.out.offset(y, x) + written, of.out.stride - written, 0.0f);
}

DENIM_ONCE bool clear_pool_gradient(const PoolSizes& of, Gradient mode, float* input_gradient) {
    if (mode == Gradient::write && of.tiled()) return false;
    for (std::size_t y = 0; mode == Gradient::write && y < of.in.shape.height; ++y)
        std::fill_n(input_gradient + of.in.offset(y, 0), of.in.shape.width * of.in.stride, 0.0f);
    return true;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
