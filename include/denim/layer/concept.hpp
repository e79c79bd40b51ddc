// SPDX-License-Identifier: MIT
#pragma once

// The layer contract. A *spec* is an empty type, what users write: Conv<5, 64>. It answers on values, at compile time: what
// shape leaves for a shape that enters, which parameters it has. Bound to the layouts of its input and output it becomes a
// *layer*: static functions and constexpr sizes that hold nothing. The network owns every number and hands the layer its part.
//
// A training step has three beats. Prepare: parameters to what kernels read. Samples: forward and backward, one sample after
// the other in one thread's workspace, a share of the batch at a time with an accumulator of its own. Finish: the sum
// of the shares' accumulators to gradients. A layer that needs the whole batch at once (BatchNorm, a wide Dense) works on
// batches instead: the network stores its input and output for every sample and calls it between two runs over the samples.
//
// A layer stays inside of its places: it reads and writes no number in front of one or behind it. The rest of a row that is no whole
// number of vectors goes through simd::load_first and simd::store_first. The border of an input, and what stands between channels and
// stride, are zeros, which a layer may read; it writes zeros between channels and stride, and nothing to a border.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/parameter.hpp>
#include <denim/machine/peers.hpp>
#include <denim/machine/random.hpp>
#include <denim/tensor/layout.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace denim {

/// What a user may set while the program runs, for each layer. A layer has a rate if its spec says `has_rate = true`, L2 if it has
/// weights that decay, frozen and a rate_factor if it has parameters; what it does not have is not looked at.
struct LayerSettings {
    float rate = 0.5f;    ///< Dropout: the share of numbers that become zero, from 0 to less than 1; StochasticDepth: of samples
    float l2 = 0;         ///< adds l2 * sum of squares of the layer's weights to the loss
    bool frozen = false;  ///< parameters stay as they are; a frozen BatchNorm uses its running statistics
    float rate_factor = 1;  ///< what its parameters take of the learning rate: 0.1 lets it move a tenth as far
};

/// Where a layer works.
enum class Works {
    on_samples,  ///< forward and backward take one sample
    on_batches,  ///< forward and backward take the whole batch, and cut it themselves (parallel_for, by shape and count alone)
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

using kernel::Gradient;

/// Layers of more than one input (joins of branches) take at most this many.
inline constexpr std::size_t max_inputs = 8;

/// One forward call. Pointers stand at the start of a sample (its border included), or of the first of `count` samples.
template <class Stored, class Computed = Stored>
struct ForwardOf {
    std::array<const Stored*, max_inputs> inputs{};
    Stored* output = nullptr;
    const Stored* parameters = nullptr;  ///< the layer's rows, one after the other
    const Stored* prepared = nullptr;
    std::uint8_t* record = nullptr;  ///< what backward wants to know again (winners of a pool); null when there is no backward
    /// Of this thread: any numbers stand there, as other layers take it between two calls. On batches its own: zero at first, then as it left them.
    Computed* scratch = nullptr;
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};           ///< of this layer and step; on samples, of this sample
    /// The same call a second time in this step, for its output (Recompute): what a layer on batches keeps in its scratch stands there.
    bool again = false;
    std::size_t count = 1;           ///< samples in the batch, of those that are computed here; on samples 1
    const BatchPart<Computed>* part = nullptr;  ///< on batches, where others compute the rest of it, see sums_with_peers; else null
    std::size_t first_band = 0, last_band = 1;  ///< which of its `bands` to compute; on batches all

    [[nodiscard]] const Stored* input() const { return inputs[0]; }
};

/// One backward call: what forward had, and the gradients.
template <class Stored, class Computed = Stored>
struct BackwardOf {
    std::array<const Stored*, max_inputs> inputs{};
    std::array<Stored*, max_inputs> input_gradients{};  ///< laid out as the inputs
    const Stored* output = nullptr;
    Stored* output_gradient = nullptr;  ///< laid out as the output; nobody reads it afterwards, so it may be changed
    const Stored* parameters = nullptr;
    const Stored* prepared = nullptr;
    const std::uint8_t* record = nullptr;
    Computed* scratch = nullptr;
    Computed* accumulator = nullptr;  ///< on samples: of this share, grows by the sample's gradient
    Stored* gradients = nullptr;      ///< on batches: the layer's gradients themselves, laid out as the parameters
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};
    std::size_t count = 1;
    const BatchPart<Computed>* part = nullptr;

    [[nodiscard]] const Stored* input() const { return inputs[0]; }
    [[nodiscard]] Stored* input_gradient() const { return input_gradients[0]; }
};

/// The part of the batch that a call on batches is for: what it sums over samples goes through this.
template <class Call>
[[nodiscard]] auto part_of(const Call& at) {
    using Part = std::remove_cvref_t<decltype(*at.part)>;
    return at.part ? *at.part : Part{Shares{at.count}};
}

/// From what the layer has gathered to its gradients. The accumulators of the shares are added already.
template <class Stored, class Computed = Stored>
struct FinishOf {
    const Computed* accumulator = nullptr;
    Stored* gradients = nullptr;
};

/// What a layer is unless it says otherwise: on samples, without parameters, memory or parts. Layers derive from it.
template <class StoredNumber, class ComputedNumber = StoredNumber>
struct LayerDefaultsOf {
    using Stored = StoredNumber;
    using Computed = ComputedNumber;
    static constexpr Works works = Works::on_samples;
    static constexpr const char* algorithm = "";
    /// On batches: what it sums over samples goes through part_of(call), so that others may compute a part of the batch.
    static constexpr bool sums_with_peers = false;
    static constexpr std::size_t prepared_size = 0;     // numbers as they are stored
    static constexpr std::size_t accumulator_size = 0;  // numbers as they are computed, for each share; so are those of scratch
    static constexpr std::size_t scratch_size = 0;      // numbers, for each thread, of which none is kept; on batches: once, and kept
    static constexpr std::size_t scratch_per_sample = 0;  // numbers behind those, for each sample; on batches alone
    static constexpr std::size_t record_size = 0;       // bytes, for each sample
    static constexpr std::size_t bands = 1;             // parts of a sample that forward can compute side by side
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1;
    static constexpr std::size_t operations = 0;        // multiplications and additions of a forward sample
    // What backward reads again is kept until then; the place of what it does not read is another value's meanwhile. A layer
    // whose forward takes everything from what is prepared lets a Predictor go without its rows.
    static constexpr bool backward_reads_input = true, backward_reads_output = true, forward_reads_parameters = true;

    static void prepare(const Stored* /*parameters*/, Stored* /*prepared*/, std::size_t /*part*/) {}
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
