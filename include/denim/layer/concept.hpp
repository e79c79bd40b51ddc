// SPDX-License-Identifier: MIT
#pragma once

// The layer contract. A *spec* is an empty type, what users write: Conv<5, 64>. It answers on values, at compile time: what
// shape leaves for a shape that enters, which parameters it has. Bound to the layouts of its input and output it becomes a
// *layer*: static functions and constexpr sizes that hold nothing. The network owns every number and hands the layer its part.
//
// A training step has three beats. Prepare: parameters to what kernels read. Samples: forward and backward, one sample after
// the other in one thread's workspace, a share of the batch at a time with an accumulator of its own. Finish: the sum
// of the shares' accumulators to gradients. A layer that needs the whole batch at once (a wide Dense) works on batches instead: the
// network stores its input and output for every sample and calls it between two runs over the samples. One that needs only a few sums
// of the batch (BatchNorm) works on joined samples: each sample gives its sums where its input is made and still near, these are joined
// between two runs, and what it then makes of a sample is still near where the next layer reads it.
//
// A layer stays inside of its places: it reads and writes no number in front of one or behind it. The rest of a row that is no whole
// number of vectors goes through simd::load_first and simd::store_first. The border of an input, and what stands between channels and
// stride, are zeros, which a layer may read; it writes zeros between channels and stride, and nothing to a border.

#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/calls.hpp>
#include <denim/layer/parameter.hpp>
#include <denim/tensor/layout.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// What a layer is unless it says otherwise: on samples, without parameters, memory or parts. Layers derive from it.
template <class StoredNumber, class ComputedNumber = StoredNumber>
struct LayerDefaultsOf {
    using Stored = StoredNumber;
    using Computed = ComputedNumber;
    static constexpr Works works = Works::on_samples;
    static constexpr const char* algorithm = "";
    /// On batches and joined samples: what it sums over samples goes through part_of(call), so that others may compute a part of the batch.
    static constexpr bool sums_with_peers = false;
    /// Its output is made again in less time than it is fetched from the batch's memory, so that the plan need not keep it (recomputation.hpp).
    static constexpr bool quick = false;
    static constexpr std::size_t prepared_size = 0;     // numbers as they are stored
    static constexpr std::size_t accumulator_size = 0;  // numbers as they are computed, for each share; so are those of scratch
    static constexpr std::size_t scratch_size = 0;      // numbers, for each thread, of which none is kept; else once, and kept
    static constexpr std::size_t scratch_per_sample = 0;  // numbers behind those, for each sample; not of a layer on samples
    static constexpr std::size_t record_size = 0;       // bytes, for each sample
    static constexpr std::size_t bands = 1;             // parts of a sample that forward can compute side by side
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1;
    static constexpr std::size_t operations = 0;        // multiplications and additions of a forward sample
    // What backward reads again is kept until then; the place of what it does not read is another value's meanwhile. A layer
    // whose forward takes everything from what is prepared lets a Predictor go without its rows.
    static constexpr bool backward_reads_input = true, backward_reads_output = true, forward_reads_parameters = true;

    static void prepare(const Stored* /*parameters*/, Stored* /*prepared*/, std::size_t /*part*/) {}
    static void gather(const ForwardOf<Stored, Computed>& /*at*/) {}
    static void join(const ForwardOf<Stored, Computed>& /*at*/) {}
    static void gather_back(const BackwardOf<Stored, Computed>& /*at*/) {}
    static void join_back(const BackwardOf<Stored, Computed>& /*at*/) {}
    static void finish(const FinishOf<Stored, Computed>& /*sum*/, std::size_t /*part*/) {}
};

// As a layer writes them, whose first parameter is the network's arithmetic. What runs layers asks for no policy.
template <class Arithmetic>
using Forward = ForwardOf<typename Arithmetic::Stored, typename Arithmetic::Computed>;
template <class Arithmetic>
using Backward = BackwardOf<typename Arithmetic::Stored, typename Arithmetic::Computed>;
template <class Arithmetic>
using Finish = FinishOf<typename Arithmetic::Stored, typename Arithmetic::Computed>;
template <class Arithmetic>
using LayerDefaults = LayerDefaultsOf<typename Arithmetic::Stored, typename Arithmetic::Computed>;

namespace detail {

/// A shape that nearly every layer accepts: on it the answers of a spec must be constants.
inline constexpr Shape probe{64, 64, 16};

template <class Type>
concept Accepts = requires(Shape in) {
    { Type::accepts(in) } -> std::same_as<bool>;
    typename std::bool_constant<Type::accepts(probe)>;
};
template <class Type>
concept GivesShape = requires(Shape in) {
    { Type::output(in) } -> std::same_as<Shape>;
    typename std::bool_constant<(Type::accepts(probe) ? Type::output(probe) == Shape{} : true)>;
};
template <std::size_t Count>
void as_parameters(const std::array<Parameter, Count>&);
template <class Type>
concept ListsParameters = requires(Shape in) {
    detail::as_parameters(Type::parameters(in));
    typename std::bool_constant<(Type::accepts(probe) ? Type::parameters(probe).size() == 0 : true)>;
};
template <class Type>
concept WantsBorder = requires(Shape in) {
    { Type::template border<Fast>(in) } -> std::same_as<Border>;
    typename std::bool_constant<(Type::template border<Fast>(probe) == Border{})>;
};

template <class Type>
concept SaysItsNumbers = requires { typename Type::Stored; typename Type::Computed; };
template <class Type>
concept SaysWhereItWorks = std::same_as<decltype(Type::works), const Works>;
template <class Type>
concept NamesAlgorithm = std::same_as<decltype(Type::algorithm), const char* const>;

template <class Type>
concept SaysWhatItReads = std::same_as<decltype(Type::backward_reads_input), const bool> && std::same_as<decltype(Type::backward_reads_output), const bool> &&
                          std::same_as<decltype(Type::forward_reads_parameters), const bool>;

template <class Number>
concept SizeConstant = std::same_as<Number, const std::size_t>;
template <class Type>
concept HasSizes = SizeConstant<decltype(Type::prepared_size)> && SizeConstant<decltype(Type::accumulator_size)> && SizeConstant<decltype(Type::scratch_size)> &&
                   SizeConstant<decltype(Type::scratch_per_sample)> && SizeConstant<decltype(Type::record_size)> && SizeConstant<decltype(Type::operations)>;
template <class Type>
concept HasParts = SizeConstant<decltype(Type::bands)> && SizeConstant<decltype(Type::prepare_parts)> && SizeConstant<decltype(Type::finish_parts)> &&
                   (Type::bands > 0 && Type::prepare_parts > 0 && Type::finish_parts > 0);

template <class Type>
concept Prepares = requires(const typename Type::Stored* parameters, typename Type::Stored* prepared, std::size_t part) {
    Type::prepare(parameters, prepared, part);
};
template <class Type>
concept GoesForward = requires(const Forward<Type>& call) { Type::forward(call); };
template <class Type>
concept GathersAndJoins = requires(const Forward<Type>& call, const Backward<Type>& back) {
    Type::gather(call);
    Type::join(call);
    Type::gather_back(back);
    Type::join_back(back);
};
template <class Type>
concept Finishes = requires(const Finish<Type>& sum, std::size_t part) { Type::finish(sum, part); };

template <class Type, Gradient... To>
concept GoesBackTo = requires(const Backward<Type>& call) { Type::template backward<To...>(call); };
/// Backward to input `Input` as `To` says, and written to the others.
template <class Type, Gradient To, std::size_t Input, class Inputs>
inline constexpr bool goes_back = false;
template <class Type, Gradient To, std::size_t Input, std::size_t... Number>
inline constexpr bool goes_back<Type, To, Input, std::index_sequence<Number...>> =
    GoesBackTo<Type, (Number == Input ? To : Gradient::write)...>;
template <class Type, class Inputs>
inline constexpr bool goes_back_every_way = false;
template <class Type, std::size_t... Input>
inline constexpr bool goes_back_every_way<Type, std::index_sequence<Input...>> =
    ((goes_back<Type, Gradient::write, Input, std::index_sequence<Input...>> && goes_back<Type, Gradient::add, Input, std::index_sequence<Input...>> &&
      goes_back<Type, Gradient::none, Input, std::index_sequence<Input...>>) &&
     ...);

}  // namespace detail

/// What users write in a network: a type that answers on shapes, at compile time. `Problem<In>` holds the static_asserts, as
/// sentences, that explain why `accepts(In)` is false. contract.hpp says in a sentence what a type lacks.
template <class Type>
concept Spec = detail::Accepts<Type> && detail::GivesShape<Type> && detail::ListsParameters<Type> && detail::WantsBorder<Type>;

/// A spec bound to layouts, as far as a trained network asks.
template <class Type>
concept ForwardLayer = detail::SaysItsNumbers<Type> && detail::SaysWhereItWorks<Type> && detail::NamesAlgorithm<Type> && detail::SaysWhatItReads<Type> &&
                       detail::HasSizes<Type> && detail::HasParts<Type> && detail::Prepares<Type> && detail::GoesForward<Type>;

/// A spec bound to layouts that learns: of so many inputs, each of which may want its gradient written, added, or not at all.
template <class Type, std::size_t Inputs = 1>
concept Layer = ForwardLayer<Type> && detail::goes_back_every_way<Type, std::make_index_sequence<Inputs>> && detail::Finishes<Type>;

/// The answers that most specs share: any shape is welcome, the same shape leaves, no parameters, no border.
struct SpecDefaults {
    static constexpr bool accepts(Shape /*in*/) { return true; }
    static constexpr Shape output(Shape in) { return in; }
    static constexpr std::array<Parameter, 0> parameters(Shape /*in*/) { return {}; }
    /// Zeros that the layer wants around its input.
    template <class Arithmetic>
    static constexpr Border border(Shape /*in*/) {
        return {};
    }
};

}  // namespace denim::inline DENIM_TARGET
