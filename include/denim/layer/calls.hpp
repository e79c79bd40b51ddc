// SPDX-License-Identifier: MIT
#pragma once

// What a layer is handed, call by call; see concept.hpp.

#include <denim/kernel/convolution.hpp>
#include <denim/layer/parameter.hpp>
#include <denim/machine/peers.hpp>
#include <denim/machine/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

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
    /// gather takes one sample, join takes what all have gathered, then forward takes one sample; on the way back gather_back, join_back and
    /// backward do likewise. A trained network has no batch: there its spec has an InferenceLayer.
    on_joined_samples,
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
    /// Of this thread: any numbers stand there, as other layers take it between two calls. On batches and joined samples its own: zero at first,
    /// then as it left them.
    Computed* scratch = nullptr;
    Computed* gathered = nullptr;    ///< on joined samples: scratch_per_sample numbers of this sample; in join those of all, one after the other
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};           ///< of this layer and step; on samples, of this sample
    /// The same call a second time in this step, for its output (Recompute): what a layer on batches keeps in its scratch stands there.
    bool again = false;
    std::size_t count = 1;           ///< samples in the batch, of those that are computed here; where it takes one sample 1
    const BatchPart<Computed>* part = nullptr;  ///< where others compute the rest of the batch, see sums_with_peers; else null
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
    Computed* gathered = nullptr;
    Computed* accumulator = nullptr;  ///< where it takes one sample: of this share, grows by the sample's gradient
    Stored* gradients = nullptr;      ///< on batches and in join_back: the layer's gradients themselves, laid out as the parameters
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};
    std::size_t count = 1;
    const BatchPart<Computed>* part = nullptr;

    [[nodiscard]] const Stored* input() const { return inputs[0]; }
    [[nodiscard]] Stored* input_gradient() const { return input_gradients[0]; }
};

/// The part of the batch that a call on batches, or a join, is for: what it sums over samples goes through this.
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

}  // namespace denim::inline DENIM_TARGET
