// SPDX-License-Identifier: MIT
#pragma once

// One layer by itself on a batch whose samples stand one behind the other, called as a trainer calls it: told the call of the first sample, with
// the count of all.

#include <denim/layer/concept.hpp>

#include <cstddef>

namespace testing {

/// `in` and `out`: numbers of a sample. A layer on joined samples gathers, joins and goes forward, one on batches goes forward.
template <class Layer>
void forward_batch(const denim::Forward<Layer>& all, std::size_t in, std::size_t out) {
    if constexpr (Layer::works == denim::Works::on_joined_samples) {
        const auto of_sample = [&](std::size_t sample) {
            denim::Forward<Layer> call = all;
            call.inputs[0] += sample * in;
            call.output += sample * out;
            call.gathered = all.scratch + Layer::scratch_size + sample * Layer::scratch_per_sample;
            call.count = 1;
            return call;
        };
        for (std::size_t sample = 0; sample < all.count; ++sample) Layer::gather(of_sample(sample));
        denim::Forward<Layer> join = all;
        join.gathered = all.scratch + Layer::scratch_size;
        Layer::join(join);
        for (std::size_t sample = 0; sample < all.count; ++sample) Layer::forward(of_sample(sample));
    } else {
        Layer::forward(all);
    }
}

/// Likewise back.
template <class Layer, denim::Gradient Input>
void backward_batch(const denim::Backward<Layer>& all, std::size_t in, std::size_t out) {
    if constexpr (Layer::works == denim::Works::on_joined_samples) {
        const auto of_sample = [&](std::size_t sample) {
            denim::Backward<Layer> call = all;
            call.inputs[0] += sample * in;
            if (call.input_gradients[0]) call.input_gradients[0] += sample * in;
            if (call.output) call.output += sample * out;
            call.output_gradient += sample * out;
            call.gathered = all.scratch + Layer::scratch_size + sample * Layer::scratch_per_sample;
            call.count = 1;
            return call;
        };
        for (std::size_t sample = 0; sample < all.count; ++sample) Layer::gather_back(of_sample(sample));
        denim::Backward<Layer> join = all;
        join.gathered = all.scratch + Layer::scratch_size;
        Layer::join_back(join);
        for (std::size_t sample = 0; sample < all.count; ++sample) Layer::template backward<Input>(of_sample(sample));
    } else {
        Layer::template backward<Input>(all);
    }
}

}  // namespace testing
