// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/draw.hpp>
#include <denim/machine/finite.hpp>

#include <cmath>
#include <span>

namespace denim::inline DENIM_TARGET {

/// Draws the filters of a first layer, weights (window, window, channels, filters): mid-grey is 0, all share one scale. Three
/// channels are red, green and blue; others are averaged to grey; what is not finite is magenta. `zoom` is the side of a weight in
/// pixels, 0 for one that gives about 600.
inline Picture draw_filters(std::span<const float> weights, std::size_t window, std::size_t channels, std::size_t zoom = 0) {
    const std::size_t block = window * window * channels;
    if (block == 0 || weights.empty() || weights.size() % block != 0)
        throw std::invalid_argument("denim: draw_filters: weights (window, window, channels, filters) of a window of " +
                                    std::to_string(window) + " and " + std::to_string(channels) +
                                    " channels were expected, but got " + std::to_string(weights.size()) + " numbers");
    const std::size_t filters = weights.size() / block;
    const auto columns = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(filters)))),
               rows = (filters + columns - 1) / columns;
    if (zoom == 0) zoom = std::max<std::size_t>(600 / (columns * (window + 1)), 4);
    const std::size_t gap = std::max<std::size_t>(zoom / 2, 2), step = window * zoom + gap;
    float largest = 0;
    for (const float weight : weights) largest = is_finite(weight) ? std::max(largest, std::fabs(weight)) : largest;
    Picture picture{Size{rows * step + gap, columns * step + gap}};
    for (std::size_t filter = 0; filter < filters; ++filter)
        for (std::size_t y = 0; y < window; ++y)
            for (std::size_t x = 0; x < window; ++x) {
                const auto byte = [&](float weight) {
                    return static_cast<std::uint8_t>(std::lround(127.5f + (largest > 0 ? 127.5f * weight / largest : 0)));
                };
                const auto weight = [&](std::size_t channel) {
                    return weights[((y * window + x) * channels + channel) * filters + filter];
                };
                float mean = 0;
                for (std::size_t channel = 0; channel < channels; ++channel)
                    mean += weight(channel) / static_cast<float>(channels);
                const Colour colour = !is_finite(mean) ? Colour{255, 0, 255}
                                      : channels == 3  ? Colour{byte(weight(0)), byte(weight(1)), byte(weight(2))}
                                                       : Colour{byte(mean), byte(mean), byte(mean)};
                fill(picture,
                     {static_cast<int>(gap + filter % columns * step + x * zoom),
                      static_cast<int>(gap + filter / columns * step + y * zoom), static_cast<int>(zoom),
                      static_cast<int>(zoom)},
                     colour);
            }
    return picture;
}

/// draw_filters(network.layer<0>().weights())
template <class Weights>
    requires requires(const Weights& weights) { weights.shape(3); }
Picture draw_filters(const Weights& weights, std::size_t zoom = 0) {
    std::vector<float> numbers;
    in_row_major_order(weights, [&](float number) { numbers.push_back(number); });
    return draw_filters(numbers, weights.shape(0), weights.shape(2), zoom);
}

}  // namespace denim::inline DENIM_TARGET
