// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each channel: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, over the batch and all pixels in training
// (biased variance), by running statistics in a trained network. Ioffe and Szegedy (2015); Keras's constants unless others are asked for.

#include <denim/layer/batch_norm_pass.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/norm_settings.hpp>
#include <denim/layer/options.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Training: on joined samples, see batch_norm_pass.hpp.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct BatchNormLayer : LayerDefaults<Arithmetic> {
    using Pass = BatchNormPass<typename Arithmetic::Stored, typename Arithmetic::Computed>;
    static constexpr Pass pass{{In, Out}, Arithmetic::policy != Policy::plain, Settings::has_gamma, Settings::has_beta, Settings::epsilon, Settings::momentum};
    static constexpr Works works = Works::on_joined_samples;
    static constexpr std::size_t scratch_size = pass.scratch_size(), scratch_per_sample = pass.scratch_per_sample();
    static constexpr bool backward_reads_output = false, sums_with_peers = true, quick = true;
    static constexpr std::size_t operations = 4 * In.shape.size();

    static void gather(const Forward<Arithmetic>& at) { pass.gather(at); }
    static void join(const Forward<Arithmetic>& at) { pass.join(at); }
    static void forward(const Forward<Arithmetic>& at) { pass.forward(at); }
    static void gather_back(const Backward<Arithmetic>& at) { pass.gather_back(at); }
    static void join_back(const Backward<Arithmetic>& at) { pass.join_back(at); }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        pass.backward(at, Input);
    }
};

/// A trained network: on samples, one multiplication and one addition.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct BatchNormInference : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Pass = BatchNormPass<Stored, typename Arithmetic::Computed>;
    static constexpr Pass pass = BatchNormLayer<Arithmetic, Out, In, Settings>::pass;
    static constexpr std::size_t prepared_size = 2 * In.shape.channels, operations = 2 * In.shape.size();
    static constexpr bool forward_reads_parameters = false;

    static void prepare(const Stored* parameters, Stored* prepared, std::size_t /*part*/) { pass.prepare(parameters, prepared); }
    static void forward(const Forward<Arithmetic>& at) { pass.infer(at); }
};

/// Batch normalisation over the channels. Options: Epsilon<0.001>, Momentum<0.99>, NoGamma, NoBeta.
template <class... Options>
struct BatchNormOf : SpecDefaults {
    static constexpr bool known = ((detail::is_epsilon<Options> || detail::is_momentum<Options> || detail::has<Options, NoGamma, NoBeta>) && ...);
    static_assert(known, "denim: BatchNorm: an option is not one of Epsilon<...>, Momentum<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: BatchNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) {
        return Settings::template rows<2>(in.channels, {Parameter{"mean", {in.channels}, Initial::zeros, false, Moved::by_layer},
                                                        Parameter{"variance", {in.channels}, Initial::ones, false, Moved::by_layer}});
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BatchNormLayer<Arithmetic, Out, In, Settings>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BatchNormInference<Arithmetic, Out, In, Settings>;
};

/// Batch normalisation with Keras's constants: epsilon 1e-3, momentum 0.99.
struct BatchNorm : BatchNormOf<> {};

namespace detail {

template <class... Options>
std::true_type as_batch_norm(const BatchNormOf<Options...>&);
std::false_type as_batch_norm(...);
/// True of BatchNorm and of BatchNormOf.
template <class Type>
inline constexpr bool is_batch_norm = decltype(detail::as_batch_norm(std::declval<const Type&>()))::value;

}  // namespace detail

static_assert(check_layer<BatchNorm, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
