// SPDX-License-Identifier: MIT
#pragma once

// The contract speaks: what the author of a layer forgot or spelled otherwise becomes one sentence of the compiler, the first that fits.
// A network asks these functions before it uses a layer, and so does check_layer, the closing line of a layer's header.

#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Type, class Inputs>
inline constexpr bool joins = false;
template <class Type, std::size_t... Input>
inline constexpr bool joins<Type, std::index_sequence<Input...>> = requires(Shape in) {
    { Type::accepts((static_cast<void>(Input), in)...) } -> std::same_as<bool>;
    { Type::output((static_cast<void>(Input), in)...) } -> std::same_as<Shape>;
    typename std::bool_constant<(Type::accepts((static_cast<void>(Input), probe)...) ? Type::output((static_cast<void>(Input), probe)...) == Shape{}
                                                                                       : true)>;
};
template <class Type>
concept AnswersAtAll = requires(Shape in) { Type::accepts(in); } || requires(Shape in) { Type::output(in); } || requires(Shape in) { Type::parameters(in); };
template <class Type>
concept CountsInputs = SizeConstant<decltype(Type::inputs)> && (Type::inputs >= 2 && Type::inputs <= max_inputs);
template <class Type>
concept WithoutParameters = (Type::parameters(probe).size() == 0);

// Whether a function of the layer is its own, not that of LayerDefaults; one that is overloaded is. Told by types: with sanitizers g++
// takes a comparison of addresses for no constant.
template <auto Function>
struct Address {};
template <class Type>
consteval bool prepares_by_itself() {
    if constexpr (requires { Address<&Type::prepare>{}; })
        return !std::same_as<Address<&Type::prepare>, Address<&LayerDefaults<Type>::prepare>>;
    else
        return true;
}
template <class Type>
consteval bool joins_by_itself() {
    if constexpr (!GathersAndJoins<Type>)
        return false;
    else if constexpr (requires { Address<&Type::gather>{}; Address<&Type::join>{}; })
        return !std::same_as<Address<&Type::gather>, Address<&LayerDefaults<Type>::gather>> &&
               !std::same_as<Address<&Type::join>, Address<&LayerDefaults<Type>::join>>;
    else
        return true;
}
template <class Type>
consteval bool finishes_by_itself() {
    if constexpr (requires { Address<&Type::finish>{}; })
        return !std::same_as<Address<&Type::finish>, Address<&LayerDefaults<Type>::finish>>;
    else
        return true;
}

}  // namespace detail

/// A spec of several inputs: what the forks in front of it remembered, in order, and last the value that flows. It has no parameters.
template <class Type>
concept Join = detail::role_of<Type>() == Role::join && detail::CountsInputs<Type> && detail::WithoutParameters<Type> && detail::WantsBorder<Type> &&
               detail::joins<Type, std::make_index_sequence<Type::inputs>>;

namespace detail {

// The chains of sentences. Each gives whether all is there; with Speak the compiler says the first thing that is not.

template <class Type, bool Speak>
consteval bool check_join() {
    if constexpr (!CountsInputs<Type>)
        static_assert(!Speak, "denim: layer: of a join, static constexpr std::size_t inputs was expected, from 2 to 8.");
    else if constexpr (!joins<Type, std::make_index_sequence<Type::inputs>>)
        static_assert(!Speak, "denim: layer: of a join, static constexpr bool accepts(Shape...) and static constexpr Shape output(Shape...) were "
                              "expected, which take as many shapes as it has inputs.");
    else if constexpr (!WantsBorder<Type>)
        static_assert(!Speak, "denim: layer: of a join, template <class Arithmetic> static constexpr Border border(Shape in) was expected, asked for "
                              "each of its inputs; SpecDefaults has one.");
    else if constexpr (!WithoutParameters<Type>)
        static_assert(!Speak, "denim: layer: of a join, no parameters were expected; a layer behind it may have some.");
    else
        return true;
    return false;
}

template <class Type, bool Speak>
consteval bool check_spec() {
    if constexpr (role_of<Type>() == Role::join)
        return check_join<Type, Speak>();
    else if constexpr (!AnswersAtAll<Type>)
        static_assert(!Speak, "denim: layer: a type among the layers is none: one was expected that derives from SpecDefaults or has accepts, output, "
                              "parameters and border; an activation alone is an Activation<...>, an option stands inside of a layer.");
    else if constexpr (!Accepts<Type>)
        static_assert(!Speak, "denim: layer: static constexpr bool accepts(Shape in) was expected: whether the layer takes this shape.");
    else if constexpr (!GivesShape<Type>)
        static_assert(!Speak, "denim: layer: static constexpr Shape output(Shape in) was expected: what leaves where this shape enters.");
    else if constexpr (!ListsParameters<Type>)
        static_assert(!Speak, "denim: layer: static constexpr std::array<Parameter, N> parameters(Shape in) was expected.");
    else if constexpr (!WantsBorder<Type>)
        static_assert(!Speak, "denim: layer: template <class Arithmetic> static constexpr Border border(Shape in) was expected: the zeros that it wants "
                              "around its input.");
    else
        return true;
    return false;
}

/// Of a layer that is bound: what a trained network asks.
template <class Type, class Arithmetic, bool Speak>
consteval bool check_forward() {
    if constexpr (std::same_as<Type, void>)
        static_assert(!Speak, "denim: layer: template <class Arithmetic, Layout Out, Layout In> Layer was expected, a type or an alias, with a Layout "
                              "for each input: what computes.");
    else if constexpr (!SaysItsNumbers<Type>)
        static_assert(!Speak, "denim: layer: using Stored = typename Arithmetic::Stored and using Computed = typename Arithmetic::Computed were expected; "
                              "LayerDefaults<Arithmetic> has both.");
    else if constexpr (!std::same_as<typename Type::Stored, typename Arithmetic::Stored> ||
                       !std::same_as<typename Type::Computed, typename Arithmetic::Computed>)
        static_assert(!Speak, "denim: layer: its Stored and Computed were expected to be those of the network, Arithmetic::Stored and Arithmetic::Computed.");
    else if constexpr (!SaysWhereItWorks<Type>)
        static_assert(!Speak, "denim: layer: static constexpr Works works was expected, Works::on_samples, Works::on_batches or Works::on_joined_samples.");
    else if constexpr (!NamesAlgorithm<Type>)
        static_assert(!Speak, "denim: layer: static constexpr const char* algorithm was expected: what summary() calls its kernel.");
    else if constexpr (!SaysWhatItReads<Type>)
        static_assert(!Speak, "denim: layer: backward_reads_input, backward_reads_output and forward_reads_parameters were expected, each a static "
                              "constexpr bool; LayerDefaults has them.");
    else if constexpr (!HasSizes<Type>)
        static_assert(!Speak, "denim: layer: prepared_size, accumulator_size, scratch_size, scratch_per_sample, record_size and operations were "
                              "expected, each a static constexpr std::size_t; LayerDefaults has them.");
    else if constexpr (!HasParts<Type>)
        static_assert(!Speak, "denim: layer: bands, prepare_parts and finish_parts were expected, each a static constexpr std::size_t of at least 1; "
                              "LayerDefaults has them.");
    else if constexpr (!Prepares<Type>)
        static_assert(!Speak, "denim: layer: static void prepare(const Stored* parameters, Stored* prepared, std::size_t part) was expected.");
    else if constexpr (Type::prepared_size > 0 && !prepares_by_itself<Type>())
        static_assert(!Speak, "denim: layer: a prepare of its own was expected, since prepared_size is not 0.");
    else if constexpr (!GoesForward<Type>)
        static_assert(!Speak, "denim: layer: static void forward(const Forward<Arithmetic>& at) was expected.");
    else if constexpr (Type::works == Works::on_samples && Type::scratch_per_sample > 0)
        static_assert(!Speak, "denim: layer: a scratch_per_sample of 0 was expected of a layer on samples; scratch_size is what each thread has, "
                              "record_size what each sample keeps.");
    else
        return true;
    return false;
}

/// What a trained network asks beside that.
template <class Type, bool Speak>
consteval bool check_trained() {
    if constexpr (Type::works == Works::on_joined_samples)
        static_assert(!Speak, "denim: layer: an InferenceLayer was expected beside a Layer on joined samples: a trained network has no batch to join.");
    else
        return true;
    return false;
}

/// What one asks that learns, of so many inputs and parameters.
template <class Type, std::size_t Inputs, std::size_t Parameters, bool Speak>
consteval bool check_backward() {
    using Each = std::make_index_sequence<Inputs>;
    if constexpr (!goes_back<Type, Gradient::write, 0, Each>)
        static_assert(!Speak, "denim: layer: template <Gradient Input> static void backward(const Backward<Arithmetic>& at) was expected, with a Gradient "
                              "for each input.");
    else if constexpr (!goes_back_every_way<Type, Each>)
        static_assert(!Speak, "denim: layer: a backward was expected that takes Gradient::write, Gradient::add and Gradient::none for each input.");
    else if constexpr (Type::works == Works::on_joined_samples && !joins_by_itself<Type>())
        static_assert(!Speak, "denim: layer: a gather and a join of its own, and a gather_back and a join_back, were expected of a layer on joined "
                              "samples, each static void of const Forward<Arithmetic>& or const Backward<Arithmetic>&; LayerDefaults has the latter two.");
    else if constexpr (!Finishes<Type>)
        static_assert(!Speak, "denim: layer: static void finish(const Finish<Arithmetic>& sum, std::size_t part) was expected.");
    else if constexpr (Type::works == Works::on_batches && Type::record_size > 0)
        static_assert(!Speak, "denim: layer: a record_size of 0 was expected of a layer on batches; what its backward wants to know again stays in "
                              "scratch_per_sample.");
    else if constexpr (Type::works == Works::on_batches && Type::accumulator_size > 0)
        static_assert(!Speak, "denim: layer: an accumulator_size of 0 was expected of a layer on batches; its backward writes the gradients themselves.");
    else if constexpr (Type::accumulator_size > 0 && !finishes_by_itself<Type>())
        static_assert(!Speak, "denim: layer: a finish of its own was expected, since accumulator_size is not 0.");
    else if constexpr (Type::works == Works::on_samples && Type::accumulator_size == 0 && Parameters > 0)
        static_assert(!Speak, "denim: layer: an accumulator_size was expected, since its spec has parameters: there backward gathers their gradients.");
    else
        return true;
    return false;
}

/// Whether a Fused computes what stands in its list: the neighbours `Specs`. A specialisation says so itself.
template <class Type, class First, class... Behind>
consteval bool fuses() {
    if constexpr (!requires { requires std::same_as<decltype(Type::exists), const bool>; })
        static_assert(std::same_as<Type, void>, "denim: layer: of a Fused, static constexpr bool exists = true was expected.");
    else if constexpr (!Type::exists)
        return false;
    else if constexpr (((role_of<Behind>() != Role::layer) || ...))
        static_assert(std::same_as<Type, void>, "denim: layer: of a Fused, layers of one input were expected behind the first; it may be a join.");
    else if constexpr (!WantsBorder<Type>)
        static_assert(std::same_as<Type, void>, "denim: layer: of a Fused, template <class Arithmetic> static constexpr Border border(Shape in) was "
                                                "expected, as of its first layer.");
    else
        return true;
    return false;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
