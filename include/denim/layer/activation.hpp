// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: y = f(x), number by number; Softmax over the channels of each pixel.

#include <denim/layer/activation_function.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/clip_function.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/leaky_function.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/layer/softplus_function.hpp>
#include <denim/layer/times_function.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// An activation bound to its layouts.
template <class Arithmetic, Layout Out, Layout In, class Function>
struct ActivationLayer : LayerDefaults<Arithmetic> {
    using Computed = typename Arithmetic::Computed;
    static constexpr std::size_t channels = In.shape.channels, bands = In.shape.height, operations = In.shape.size();
    static constexpr bool backward_reads_input = Function::of_input, quick = true;

    static void forward(const Forward<Arithmetic>& at) {
        for_each_pixel<In, Out>(at.first_band, at.last_band,
                                [&](std::size_t in, std::size_t out) { detail::activate<Function, Computed>(at.input() + in, at.output + out, channels); });
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                detail::activate_gradient<Function, Input == Gradient::add, Computed>(at.input() + in, at.output + out, at.output_gradient + out,
                                                                                      at.input_gradient() + in, channels);
            });
    }
};

/// An activation by itself: ReLU, GELU, Clip<-1, 1>, Softmax, another of the ..._function.hpp beside this header, or a class of one's own
/// that is an ActivationFunction. Conv and Dense take the same names as options.
template <class Applied>
struct Activation : SpecDefaults {
    using Function = Applied;
    static_assert(is_activation<Function>, "denim: Activation: the function must be one of Denim's, for example ReLU, or a class with value(x), "
                                           "slope(x, y) and of_input.");

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ActivationLayer<Arithmetic, Out, In, Function>;
};

/// A linear layer with an activation behind it, in place. Where the slope is of the input, that is kept until backward: on
/// samples in the record, of which a linear layer has none; on batches in the scratch.
template <class Base, class Function, Layout Out>
struct ActivatedLayer : Base {
    using typename Base::Stored, typename Base::Computed;
    static constexpr bool on_samples = Base::works == Works::on_samples;
    static constexpr std::size_t channels = Out.shape.channels;
    static constexpr std::size_t kept = Function::of_input ? round_up(Out.size(), 16) : 0;  // numbers
    static_assert(Base::record_size == 0);
    static constexpr std::size_t record_size = on_samples ? kept * sizeof(Stored) : 0;  // bytes
    static constexpr std::size_t scratch_per_sample = Base::scratch_per_sample + (on_samples ? 0 : kept);
    static constexpr std::size_t bands = 1, operations = Base::operations + Out.shape.size();
    static constexpr bool backward_reads_output = true;

    static void forward(const ForwardOf<Stored, Computed>& at) {
        ForwardOf<Stored, Computed> linear = at;
        linear.last_band = Base::bands;
        Base::forward(linear);
        for (std::size_t sample = 0; sample < at.count; ++sample) {
            Stored* y = at.output + sample * Out.size();
            if (kept && (at.record || !on_samples)) std::copy_n(y, Out.size(), kept_input(at, sample));
            for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) { detail::activate<Function, Computed>(y + pixel, y + pixel, channels); });
        }
    }
    template <Gradient Input>
    static void backward(const BackwardOf<Stored, Computed>& at) {
        for (std::size_t sample = 0; sample < at.count; ++sample) {
            const Stored *y = at.output + sample * Out.size(), *x = kept ? kept_input(at, sample) : y;
            Stored* dy = at.output_gradient + sample * Out.size();
            for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) {
                detail::activate_gradient<Function, false, Computed>(x + pixel, y + pixel, dy + pixel, dy + pixel, channels);
            });
        }
        Base::template backward<Input>(at);
    }

private:
    template <class Call>
    static auto* kept_input(const Call& at, std::size_t sample) {
        if constexpr (on_samples) {
            using Bytes = std::remove_pointer_t<decltype(at.record)>;
            using Number = std::conditional_t<std::is_const_v<Bytes>, const Stored, Stored>;
            return reinterpret_cast<Number*>(at.record);
        } else {
            return reinterpret_cast<Stored*>(at.scratch + Base::scratch_size + Base::scratch_per_sample * at.count + sample * kept);
        }
    }
};

namespace detail {

template <class Default, class... Options>
struct ActivationAmong {
    using type = Default;
};
template <class Default, class First, class... Rest>
struct ActivationAmong<Default, First, Rest...> {
    using type = typename std::conditional_t<is_activation<First>, ActivationAmong<First>, ActivationAmong<Default, Rest...>>::type;
};

/// The activation that the options ask for, else Default.
template <class Default, class... Options>
using activation_among = typename ActivationAmong<Default, Options...>::type;

template <class Base, class Function, Layout Out>
struct Activate {
    using type = ActivatedLayer<Base, Function, Out>;
};
template <class Base, Layout Out>
struct Activate<Base, Linear, Out> {
    using type = Base;
};

/// The linear layer with the activation behind it.
template <class Base, class Function, Layout Out>
using activated = typename Activate<Base, Function, Out>::type;

}  // namespace detail

static_assert(check_layer<Activation<GELU>, Shape{2, 2, 8}>());
static_assert(check_layer<Activation<Softmax>, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
