// SPDX-License-Identifier: MIT
#pragma once

// A picture in, the same picture at another size out. Each new pixel is a weighted sum of the old ones that it covers: the
// filter is stretched by the ratio of the sizes, so that nothing aliases. Rows and columns in turn, whole numbers throughout
// and rounded to bytes in between, as Pillow's Image.resize does it and to the same bits, for every vector width.

#include <denim/image/raster.hpp>
#include <denim/machine/simd.hpp>
#include <denim/machine/simd_order.hpp>

#include <cmath>
#include <numbers>

namespace denim {

/// How a new pixel weighs the old ones: Keys' cubic with a = -0.5, or Lanczos' windowed sinc with three lobes.
enum class Filter { bicubic, lanczos };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

inline double filter_support(Filter filter) { return filter == Filter::bicubic ? 2 : 3; }

/// The weight at distance `x` from the middle, in old pixels after stretching.
inline double filter_weight(Filter filter, double x) {
    x = std::abs(x);
    if (x >= filter_support(filter)) return 0;
    if (filter == Filter::bicubic) {
        constexpr double a = -0.5;
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : (((x - 5) * x + 8) * x - 4) * a;
    }
    const auto sinc = [](double t) { return t == 0 ? 1 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t); };
    return sinc(x) * sinc(x / 3);
}

/// For each new pixel of a row or column: where its old ones begin, how many they are, and their weights in 2^-22.
struct Weights {
    static constexpr int bits = 22;

    struct Span {
        std::size_t first, count;
        const std::int32_t* weights;
    };

    Weights(Filter filter, std::size_t from, std::size_t to) {
        const double scale = static_cast<double>(from) / static_cast<double>(to), stretch = std::max(scale, 1.0);
        const double support = filter_support(filter) * stretch;
        most_ = static_cast<std::size_t>(std::ceil(support)) * 2 + 1;
        rows_.resize(to);
        weights_.resize(to * most_);
        std::vector<double> exact(most_);
        for (std::size_t i = 0; i < to; ++i) {
            const double centre = (static_cast<double>(i) + 0.5) * scale;
            const auto first = static_cast<std::size_t>(std::max(centre - support + 0.5, 0.0));
            const auto last = std::min(static_cast<std::size_t>(centre + support + 0.5), from);
            double sum = 0;
            for (std::size_t k = first; k < last; ++k)
                sum += exact[k - first] = filter_weight(filter, (static_cast<double>(k) - centre + 0.5) / stretch);
            for (std::size_t k = first; k < last; ++k) {
                const double weight = (sum != 0 ? exact[k - first] / sum : exact[k - first]) * (1 << bits);
                weights_[i * most_ + k - first] = static_cast<std::int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            rows_[i] = {first, last - first};
        }
    }

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] Span operator[](std::size_t index) const {
        return {rows_[index].first, rows_[index].second, weights_.data() + index * most_};
    }

private:
    std::size_t most_ = 0;
    std::vector<std::pair<std::size_t, std::size_t>> rows_;
    std::vector<std::int32_t> weights_;
};

using Words = simd::Vector<Raster::Word>;
inline constexpr std::size_t word_lanes = simd::lanes<Raster::Word>;

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 suspects the shifts of its own header
#endif

/// Weighs `count` vectors of words that stand `step` words apart: the same sum for each of their three bytes.
DENIM_INLINE Words weighted_sum(const Raster::Word* from, std::size_t step, const std::int32_t* weights, std::size_t count) {
    const Words byte = simd::broadcast<Raster::Word>(255), half = simd::broadcast<Raster::Word>(1 << (Weights::bits - 1));
    Words red = half, green = half, blue = half;
    for (std::size_t k = 0; k < count; ++k) {
        const Words words = simd::load(from + k * step), weight = simd::broadcast(weights[k]);
        red += (words & byte) * weight;
        green += ((words >> 8) & byte) * weight;
        blue += ((words >> 16) & byte) * weight;
    }
    const auto to_byte = [&](Words sum) {
        return simd::min(simd::max(sum >> Weights::bits, simd::broadcast<Raster::Word>(0)), byte);
    };
    return to_byte(red) | (to_byte(green) << 8) | (to_byte(blue) << 16);
}

/// As many rows as a vector has lanes at a time: their words are put side by side, so that every lane is a row.
inline Raster resize_across(const Raster& picture, std::size_t width, Filter filter) {
    const Size old = picture.size();
    const Weights weights{filter, old.width, width};
    Raster result{{old.height, width}};
    std::vector<Raster::Word> columns(old.width * word_lanes);
    for (std::size_t top = 0; top < old.height; top += word_lanes) {
        const std::size_t rows = std::min(word_lanes, old.height - top);
        constexpr std::size_t tile = 16;  // columns at a time stay in the nearest cache
        for (std::size_t left = 0; left < old.width; left += tile)
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t x = left; x < std::min(left + tile, old.width); ++x)
                    columns[x * word_lanes + r] = picture.words()[(top + r) * old.width + x];
        for (std::size_t x = 0; x < width; ++x) {
            const Weights::Span span = weights[x];
            alignas(64) Raster::Word lanes[word_lanes];
            simd::store(lanes, weighted_sum(columns.data() + span.first * word_lanes, word_lanes, span.weights, span.count));
            for (std::size_t r = 0; r < rows; ++r) result.words()[(top + r) * width + x] = lanes[r];
        }
    }
    return result;
}

inline Raster resize_down(const Raster& picture, std::size_t height, Filter filter) {
    const std::size_t width = picture.size().width;
    const Weights weights{filter, picture.size().height, height};
    Raster result{{height, width}};
    for (std::size_t y = 0; y < height; ++y) {
        const Weights::Span span = weights[y];
        const Raster::Word* from = picture.words() + span.first * width;
        Raster::Word* to = result.words() + y * width;
        std::size_t x = 0;
        for (; x + word_lanes <= width; x += word_lanes)
            simd::store(to + x, weighted_sum(from + x, width, span.weights, span.count));
        if (x == width) continue;
        // The rest of the row, in vectors of its own.
        std::vector<Raster::Word> rest(span.count * word_lanes);
        for (std::size_t k = 0; k < span.count; ++k)
            std::copy(from + k * width + x, from + (k + 1) * width, &rest[k * word_lanes]);
        alignas(64) Raster::Word lanes[word_lanes];
        simd::store(lanes, weighted_sum(rest.data(), word_lanes, span.weights, span.count));
        std::copy_n(lanes, width - x, to + x);
    }
    return result;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

DENIM_ONCE Raster resized(Raster picture, Size size, Filter filter);

}  // namespace detail

/// The picture at another size, whatever its aspect.
DENIM_ONCE Picture resize(const Picture& picture, Size size, Filter filter = Filter::bicubic);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE Raster resized(Raster picture, Size size, Filter filter) {
    if (picture.size().pixels() == 0 || size.pixels() == 0)
        throw std::invalid_argument("denim: a picture without pixels cannot be resized, nor to none");
    const Size old = picture.size();
    const auto across = [&] {
        if (old.width != size.width) picture = resize_across(picture, size.width, filter);
    };
    const auto down = [&] {
        if (old.height != size.height) picture = resize_down(picture, size.height, filter);
    };
    // Rounding in between makes the order visible at hard edges, so it is Pillow 13's.
    const bool down_first = old.height > size.height && old.height - size.height + 2 * size.width > 2 * old.width;
    if (down_first) down();
    across();
    if (!down_first) down();
    return picture;
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE Picture resize(const Picture& picture, Size size, Filter filter) {
    return detail::resized(detail::Raster::of(picture), size, filter).picture();
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
