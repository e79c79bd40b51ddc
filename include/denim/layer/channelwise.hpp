// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: y = f(x, p), where p is a number that each channel has and learns: PReLU and Scale.

#include <denim/kernel/plain_channelwise.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/decimal.hpp>
#include <denim/machine/simd.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A function of each number and its channel's parameter, bound to its layouts. `Rule` has value(x, p), along_x(x, p), its derivative by x, and
/// along_p(x), that by p, for vectors; its plain twin; its word in the table of spellings, and what the parameter is called. The accumulator is
/// the gradient of the parameters.
template <class Arithmetic, Layout Out, Layout In, class Rule>
struct ChannelwiseLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, accumulator_size = channels, operations = In.shape.size();
    static constexpr std::size_t bands = Arithmetic::policy == Policy::plain ? 1 : In.shape.height;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        if constexpr (Arithmetic::policy == Policy::plain)
            Twin::forward(at.input(), at.parameters, at.output);
        else
            each_channels([&](auto take, auto give, std::size_t c) {
                const auto p = take(at.parameters + c);
                for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
                    give(at.output + out + c, Rule::value(take(at.input() + in + c), p));
                });
            });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        Stored* const to = Input == Gradient::none ? nullptr : at.input_gradient();
        if constexpr (Arithmetic::policy == Policy::plain)
            Twin::template backward<Input>(at.input(), at.parameters, at.output_gradient, to, at.accumulator);
        else
            each_channels([&](auto take, auto give, std::size_t c) {
                const auto p = take(at.parameters + c);
                auto sum = take(at.accumulator + c);
                for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                    const auto x = take(at.input() + in + c), dy = take(at.output_gradient + out + c);
                    sum = sum + dy * Rule::along_p(x);
                    if constexpr (Input != Gradient::none) {
                        Stored* const dx = to + in + c;
                        const auto gradient = dy * Rule::along_x(x, p);
                        give(dx, Input == Gradient::add ? take(dx) + gradient : gradient);
                    }
                });
                give(at.accumulator + c, sum);
            });
    }
    static void finish(const Finish<Arithmetic>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, channels, of.gradients); }

private:
    using Twin = kernel::PlainChannelwise<Out, In, typename Rule::template Twin<Computed>, Stored, Computed>;

    // A vector of channels at a time, and what is left.
    template <class Act>
    static void each_channels(Act act) {
        using Vector = simd::Vector<Stored>;
        constexpr std::size_t lanes = simd::lanes<Stored>, rest = channels % lanes;
        std::size_t c = 0;
        for (; c + lanes <= channels; c += lanes)
            act([](const Stored* from) { return simd::load(from); }, [](Stored* to, Vector all) { simd::store(to, all); }, c);
        if constexpr (rest > 0)
            act([](const Stored* from) { return simd::load_first(from, rest); }, [](Stored* to, Vector all) { simd::store_first(to, all, rest); }, c);
    }
};

/// What specs of such layers share: one row, which every channel begins alike.
template <class Rule, Decimal Start>
struct Channelwise : SpecDefaults {
    static constexpr auto parameters(Shape in) {
        return std::array{Parameter{Rule::parameter, {in.channels}, Initial::constant, false, Moved::by_gradient, 1, 1, Start.value()}};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ChannelwiseLayer<Arithmetic, Out, In, Rule>;
};

}  // namespace denim::inline DENIM_TARGET
