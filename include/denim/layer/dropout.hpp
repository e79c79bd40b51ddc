// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. In training each number becomes zero with probability `rate`, else it is divided by 1 - rate; a trained network
// has no dropout. Srivastava et al. (2014), "inverted" as in Keras.

#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/machine/decimal.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET {

/// A dropout bound to its layouts; backward draws the same mask again.
template <class Arithmetic, Layout Out, Layout In>
struct DropoutLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t operations = In.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_run(*at.settings, at.random, [x = at.input(), y = at.output](std::size_t in, std::size_t out, const Computed* factors, std::size_t count) {
            for (std::size_t n = 0; n < count; ++n) y[out + n] = static_cast<Stored>(x[in + n] * factors[n]);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none)
            for_each_run(*at.settings, at.random,
                         [dx = at.input_gradient(), dy = at.output_gradient](std::size_t in, std::size_t out, const Computed* factors, std::size_t count) {
                             for (std::size_t n = 0; n < count; ++n)
                                 dx[in + n] = static_cast<Stored>(dy[out + n] * factors[n] + (Input == Gradient::add ? dx[in + n] : Stored{0}));
                         });
    }

private:
    // Number n of the sample is kept if word n / 16 % 4 of block n % 16, of the sixteen blocks n / 64, is not below the rate. Calls
    // each(in, out, factors, count) for neighbours of one pixel.
    template <class Each>
    static void for_each_run(const LayerSettings& settings, Random random, Each each) {
        const double kept = 1.0 - static_cast<double>(settings.rate);
        const double dropped = settings.rate > 0 ? std::min(static_cast<double>(settings.rate), 1.0) : 0.0;  // whatever the rate is
        const Computed factor = dropped == 1 ? Computed{0} : static_cast<Computed>(1.0 / kept);
        const auto threshold = dropped == 1 ? 0 : static_cast<std::uint32_t>(dropped * 0x1p32);
        std::array<Computed, 64> factors{};
        std::size_t number = 0;
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x)
                for (std::size_t c = 0, count = 0; c < In.shape.channels; c += count, number += count) {
                    if (number % 64 == 0) draw(random.blocks(number / 4), threshold, factor, factors);
                    count = std::min(64 - number % 64, In.shape.channels - c);
                    each(In.offset(y, x) + c, Out.offset(y, x) + c, factors.data() + number % 64, count);
                }
    }
    static void draw(const Random::Blocks& blocks, std::uint32_t threshold, Computed factor, std::array<Computed, 64>& factors) {
        for (std::size_t word = 0; word < 4; ++word)
            for (std::size_t n = 0; n < 16; ++n) factors[16 * word + n] = blocks[word][n] >= threshold ? factor : Computed{0};
    }
};

/// Sets a share of the numbers to zero while the network learns: network.settings<layer>().rate, from 0 to less than 1; 0.5
/// unless set.
struct Dropout : SpecDefaults {
    static constexpr bool training_only = true;
    static constexpr bool has_rate = true;

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = DropoutLayer<Arithmetic, Out, In>;
};

/// Dropout whose rate begins at Rate, from 0 to less than 1.
template <Decimal Rate>
struct DropoutOf : Dropout {
    static_assert(Rate.value() >= 0 && Rate.value() < 1, "denim: DropoutOf: a rate from 0 to less than 1 was expected.");
    static constexpr float rate = static_cast<float>(Rate.value());
};

static_assert(check_layer<Dropout, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
