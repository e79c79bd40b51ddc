// SPDX-License-Identifier: MIT
#pragma once

// The layer contract. A *spec* is an empty type, what users write: Conv<5, 64>. It answers on values, at compile time: what
// shape leaves for a shape that enters, which parameters it has. Bound to the layouts of its input and output it becomes a
// *layer*: static functions and constexpr sizes that hold nothing. The network owns every number and hands the layer its part.
//
// A training step has three beats. Prepare: parameters to what kernels read. Samples: forward and backward, one sample after
// the other in one thread's workspace, a share of the batch at a time with an accumulator of its own. Finish: the shares'
// accumulators, added in order, to gradients. A layer that needs the whole batch at once (BatchNorm, a wide Dense) works on
// batches instead: the network stores its input and output for every sample and calls it between two runs over the samples.

#include <denim/kernel/convolution.hpp>
#include <denim/layer/arithmetic.hpp>
#include <denim/layer/parameter.hpp>
#include <denim/machine/random.hpp>
#include <denim/tensor/layout.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace denim {

/// What a user may set while the program runs, for each layer. A layer has a rate if its spec says `has_rate = true`, L2 if it has
/// weights that decay, frozen if it has parameters; what it does not have is not looked at.
struct LayerSettings {
    float rate = 0.5f;    ///< Dropout: the share of numbers that become zero, from 0 to less than 1
    float l2 = 0;         ///< adds l2 * sum of squares of the layer's weights to the loss
    bool frozen = false;  ///< parameters stay as they are; a frozen BatchNorm uses its running statistics
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
template <class Scalar>
struct Forward {
    std::array<const Scalar*, max_inputs> inputs{};
    Scalar* output = nullptr;
    const Scalar* parameters = nullptr;  ///< the layer's rows, one after the other
    const Scalar* prepared = nullptr;
    std::uint8_t* record = nullptr;  ///< what backward wants to know again (winners of a pool); null when there is no backward
    Scalar* scratch = nullptr;       ///< zero at first, then this layer's and this thread's own; on batches: the layer's own
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};           ///< of this layer and step; on samples, of this sample
    std::size_t count = 1;           ///< samples in the batch; on samples 1
    std::size_t first_band = 0, last_band = 1;  ///< which of its `bands` to compute; on batches all

    [[nodiscard]] const Scalar* input() const { return inputs[0]; }
};

/// One backward call: what forward had, and the gradients.
template <class Scalar>
struct Backward {
    std::array<const Scalar*, max_inputs> inputs{};
    std::array<Scalar*, max_inputs> input_gradients{};  ///< laid out as the inputs
    const Scalar* output = nullptr;
    Scalar* output_gradient = nullptr;  ///< laid out as the output; nobody reads it afterwards, so it may be changed
    const Scalar* parameters = nullptr;
    const Scalar* prepared = nullptr;
    const std::uint8_t* record = nullptr;
    Scalar* scratch = nullptr;
    Scalar* accumulator = nullptr;  ///< on samples: of this share, grows by the sample's gradient
    Scalar* gradients = nullptr;    ///< on batches: the layer's gradients themselves, laid out as the parameters
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};
    std::size_t count = 1;

    [[nodiscard]] const Scalar* input() const { return inputs[0]; }
    [[nodiscard]] Scalar* input_gradient() const { return input_gradients[0]; }
};

/// From the accumulators of all shares, `distance` numbers apart, to the layer's gradients.
template <class Scalar>
struct Finish {
    const Scalar* accumulators = nullptr;
    std::size_t shares = 0, distance = 0;
    Scalar* gradients = nullptr;
};

/// What a layer is unless it says otherwise: on samples, without parameters, memory or parts. Layers derive from it.
template <class Number>
struct LayerDefaults {
    using Scalar = Number;
    static constexpr Works works = Works::on_samples;
    static constexpr const char* algorithm = "";
    static constexpr std::size_t prepared_size = 0;     // numbers
    static constexpr std::size_t accumulator_size = 0;  // numbers, for each share
    static constexpr std::size_t scratch_size = 0;      // numbers, for each thread; on batches: once
    static constexpr std::size_t scratch_per_sample = 0;  // numbers behind those, for each sample; on batches alone
    static constexpr std::size_t record_size = 0;       // bytes, for each sample
    static constexpr std::size_t bands = 1;             // parts of a sample that forward can compute side by side
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1;
    static constexpr std::size_t operations = 0;        // multiplications and additions of a forward sample
    // What backward reads again is kept until then; the place of what it does not read is another value's meanwhile. A layer
    // whose forward takes everything from what is prepared lets a Predictor go without its rows.
    static constexpr bool backward_reads_input = true, backward_reads_output = true, forward_reads_parameters = true;

    static void prepare(const Scalar* /*parameters*/, Scalar* /*prepared*/, std::size_t /*part*/) {}
    static void finish(const Finish<Scalar>& /*shares*/, std::size_t /*part*/) {}
};

/// What users write in a network: a type that answers on shapes. `Problem<In>` holds the static_asserts, as sentences, that
/// explain why `accepts(In)` is false.
template <class Type>
concept Spec = requires(Shape shape) {
    { Type::accepts(shape) } -> std::same_as<bool>;
    { Type::output(shape) } -> std::same_as<Shape>;
    { Type::parameters(shape).size() } -> std::convertible_to<std::size_t>;
};

/// A spec bound to layouts. The closing line of every layer's header proves it.
template <class Type>
concept Layer = requires(const Forward<typename Type::Scalar>& forward, const Backward<typename Type::Scalar>& backward,
                         const Finish<typename Type::Scalar>& shares, const typename Type::Scalar* parameters,
                         typename Type::Scalar* numbers, std::size_t part) {
    { Type::works } -> std::convertible_to<Works>;
    requires Type::prepared_size + Type::accumulator_size + Type::scratch_size + Type::record_size + Type::bands > 0;
    Type::prepare(parameters, numbers, part);
    Type::forward(forward);
    Type::template backward<Gradient::write>(backward);
    Type::template backward<Gradient::add>(backward);
    Type::template backward<Gradient::none>(backward);
    Type::finish(shares, part);
};

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
