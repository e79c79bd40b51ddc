// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C), flattened in that order, -> (1, 1, Outputs): y = x W + bias, then the activation. Weights (H * W * C, Outputs).

#include <denim/kernel/matrix_product.hpp>
#include <denim/kernel/plain_dense.hpp>
#include <denim/kernel/small_dense.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/pixels.hpp>
#include <denim/machine/peers.hpp>
#include <denim/machine/shares.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A dense layer of few weights, a sample at a time.
template <Layout Out, Layout In, bool Bias>
struct SmallDenseLayer : LayerDefaults<Fast> {
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels, size = In.size();
    using Kernel = kernel::SmallDense<size, outputs>;

    static constexpr const char* algorithm = "dot products";
    static constexpr bool backward_reads_output = false, forward_reads_parameters = false;
    static constexpr std::size_t prepared_size = size * outputs + outputs, accumulator_size = prepared_size;
    static constexpr std::size_t operations = 2 * inputs * outputs;

    static void prepare(const float* parameters, float* prepared, std::size_t /*part*/) {
        for_each_number<In>([&](std::size_t flat, std::size_t place) {
            for (std::size_t o = 0; o < outputs; ++o) prepared[o * size + place] = parameters[flat * outputs + o];
        });
        if (Bias) std::copy_n(parameters + inputs * outputs, outputs, prepared + size * outputs);
    }
    static void forward(const Forward<Fast>& at) {
        Kernel::forward(at.input(), at.prepared, at.prepared + size * outputs, at.output + Out.offset(0, 0));
    }
    template <Gradient Input>
    static void backward(const Backward<Fast>& at) {
        const float* dy = at.output_gradient + Out.offset(0, 0);
        for (std::size_t o = 0; Bias && o < outputs; ++o) at.accumulator[size * outputs + o] += dy[o];
        Kernel::template backward<Input == Gradient::write, Input == Gradient::add>(at.input(), at.prepared, dy, at.input_gradient(),
                                                                                   at.accumulator);
    }
    static void finish(const Finish<Fast>& of, std::size_t /*part*/) {
        for_each_number<In>([&](std::size_t flat, std::size_t place) {
            for (std::size_t o = 0; o < outputs; ++o) of.gradients[flat * outputs + o] = of.accumulator[o * size + place];
        });
        for (std::size_t o = 0; Bias && o < outputs; ++o) of.gradients[inputs * outputs + o] = of.accumulator[size * outputs + o];
    }
};

/// A wide dense layer, the whole batch at once: matrix products over the weights as they stand.
template <Layout Out, Layout In, bool Bias>
struct WideDenseLayer : LayerDefaults<Fast> {
    static constexpr Works works = Works::on_batches;
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels, first = Out.offset(0, 0);
    static constexpr kernel::MatrixProduct product{inputs, outputs};
    static constexpr bool in_place = In.dense();  // else the pictures are packed before the product, and unpacked behind it

    static constexpr const char* algorithm = "matrix product";
    static constexpr bool backward_reads_output = false, sums_with_peers = true;
    static constexpr std::size_t product_scratch = std::max(product.scratch_size(1), outputs);
    static constexpr std::size_t scratch_per_sample = product_scratch + (in_place ? 0 : inputs);
    static constexpr std::size_t operations = 2 * inputs * outputs;

    static void forward(const Forward<Fast>& at) {
        const float* x = packed(at.input(), at.scratch, at.count);
        product.forward(x, in_place ? In.size() : inputs, at.parameters, Bias ? at.parameters + inputs * outputs : nullptr, at.output + first,
                        Out.size(), at.count, at.scratch);
    }
    template <Gradient Input>
    static void backward(const Backward<Fast>& at) {
        const float* x = packed(at.input(), at.scratch, at.count);
        const float* dy = at.output_gradient + first;
        constexpr std::size_t x_distance = in_place ? In.size() : inputs;
        part_of(at).sum(inputs * outputs + (Bias ? outputs : 0), at.gradients, [&](const Shares& shares, std::size_t sample, float* to) {
            product.weight_gradient(x + sample * x_distance, x_distance, dy + sample * Out.size(), Out.size(), to,
                                    Bias ? to + inputs * outputs : nullptr, shares, at.scratch);
        });
        if constexpr (Input == Gradient::none) return;
        if constexpr (in_place) {
            product.input_gradient(dy, Out.size(), at.parameters, at.input_gradient(), In.size(), at.count,
                                   Input == Gradient::add, at.scratch);
        } else {
            float* dx = at.scratch + product_scratch * at.count;
            product.input_gradient(dy, Out.size(), at.parameters, dx, inputs, at.count, false, at.scratch);
            parallel_for(at.count, at.count * inputs, [&](std::size_t sample) {
                float* to = at.input_gradient() + sample * In.size();
                for_each_number<In>([&](std::size_t flat, std::size_t place) {
                    to[place] = dx[sample * inputs + flat] + (Input == Gradient::add ? to[place] : 0.0f);
                });
            });
        }
    }

private:
    static const float* packed(const float* pictures, float* scratch, std::size_t count) {
        if (in_place) return pictures;
        float* to = scratch + product_scratch * count;
        parallel_for(count, count * inputs, [&](std::size_t sample) {
            const float* from = pictures + sample * In.size();
            for_each_number<In>([&](std::size_t flat, std::size_t place) { to[sample * inputs + flat] = from[place]; });
        });
        return to;
    }
};

/// The plain twin of both.
template <class Arithmetic, Layout Out, Layout In, bool Bias>
struct PlainDenseLayer : LayerDefaults<Arithmetic> {
    using Twin = kernel::PlainDense<Out, In, Bias, typename Arithmetic::Stored, typename Arithmetic::Computed>;
    static constexpr Works works = Works::on_batches;  // its gradients are then the network's own, however many there are
    static constexpr std::size_t operations = 2 * Twin::inputs * Twin::outputs;
    static constexpr bool backward_reads_output = false, sums_with_peers = true;

    static void forward(const Forward<Arithmetic>& at) {
        for (std::size_t n = 0; n < at.count; ++n) Twin::forward(at.input() + n * In.size(), at.parameters, at.output + n * Out.size());
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        part_of(at).sum(Twin::inputs * Twin::outputs + (Bias ? Twin::outputs : 0), at.gradients, [&](const Shares& shares, std::size_t sample, auto* to) {
            Twin::gradients(at.input() + sample * In.size(), at.output_gradient + sample * Out.size(), shares, to);
        });
        for (std::size_t n = 0; Input != Gradient::none && n < at.count; ++n)
            Twin::template backward<Input>(at.parameters, at.output_gradient + n * Out.size(), at.input_gradient() + n * In.size());
    }
};

namespace detail {

/// Up to this many weights a dense layer works on samples: they stay in the cache from one sample to the next.
inline constexpr std::size_t small_dense_weights = 65'536;
/// Or of so few outputs, up to so many: a product would use a part of its vectors. (Dense<3> on 27 x 19 x 64 takes a tenth of the time for one picture,
/// Dense<6> on 64 x 64 x 3 a quarter; at 8 outputs training is faster by the product.)
inline constexpr std::size_t few_dense_outputs = 6, few_outputs_weights = 262'144;

template <class Arithmetic, Layout Out, Layout In, bool Bias>
struct ChooseDense {
    using type = PlainDenseLayer<Arithmetic, Out, In, Bias>;
};
template <class Arithmetic, Layout Out, Layout In, bool Bias>
    requires(Arithmetic::policy != Policy::plain)
struct ChooseDense<Arithmetic, Out, In, Bias> {
    static constexpr std::size_t weights = In.shape.size() * Out.shape.channels;
    static constexpr bool small = weights <= (Out.shape.channels <= few_dense_outputs ? few_outputs_weights : small_dense_weights);
    using type = std::conditional_t<small, SmallDenseLayer<Out, In, Bias>, WideDenseLayer<Out, In, Bias>>;
};

}  // namespace detail

/// Every input to every output. Options: an activation (Linear unless said otherwise), NoBias, GlorotUniform,
/// GlorotNormal, HeUniform, HeNormal.
template <std::size_t Outputs, class... Options>
struct Dense : SpecDefaults {
    static_assert(Outputs > 0, "denim: Dense: there must be at least one output.");
    static constexpr bool known = ((detail::has<Options, NoBias> || detail::is_initialiser<Options> || detail::passes_as_activation<Options>) && ...);
    static_assert(known, "denim: Dense: an option is not one of NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: Dense: options contradict each other; take one initialiser and one activation at most.");

    using Function = detail::activation_among<Linear, Options...>;
    static constexpr bool bias = !detail::has<NoBias, Options...>;

    static constexpr Shape output(Shape /*in*/) { return {1, 1, Outputs}; }
    static constexpr auto parameters(Shape in) {
        const Parameter weights{"weights", {in.size(), Outputs}, detail::initial_of<Options...>(), true, Moved::by_gradient, in.size(), Outputs};
        if constexpr (bias)
            return std::array{weights, Parameter{"bias", {Outputs}}};
        else
            return std::array{weights};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = detail::activated<typename detail::ChooseDense<Arithmetic, Out, In, bias>::type, Function, Out>;
};

static_assert(check_layer<Dense<3>, Shape{5, 4, 8}>());

}  // namespace denim::inline DENIM_TARGET
