// SPDX-License-Identifier: MIT
#pragma once

#include <denim/network/plan_table.hpp>
#include <denim/tensor/aligned_array.hpp>
#include <denim/tensor/clear_border.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The numbers that a plan works on: values and scratch for each thread, and a block for the batch. It knows where everything stands, and
/// hands each step the pointers of one call.
template <class Stored, class Computed = Stored>
class Workspace {
public:
    Workspace(const PlanTable<Stored, Computed>& plan, std::size_t largest_batch) : plan_(&plan) { reserve_samples(largest_batch); }

    /// The largest batch that there is room for.
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Makes room for batches of so many samples; what stood in the batch's block is lost.
    void reserve_samples(std::size_t largest_batch) {
        if (largest_batch <= capacity_) return;
        const MemorySizes& sizes = plan_->sizes;
        capacity_ = 0;  // nothing, should the memory not suffice
        batch_ = {};
        batch_scratch_ = {};
        batch_ = AlignedArray<std::uint8_t>(sizes.batch_bytes * largest_batch);
        batch_scratch_ = AlignedArray<std::uint8_t>(sizes.batch_scratch_fixed + sizes.batch_scratch_per_sample * largest_batch);
        capacity_ = largest_batch;
    }

    /// Makes room for `count` threads that each take samples of their own; to be called before they start.
    void reserve_threads(std::size_t count) {
        reserve_values(count);
        reserve_scratch(count);
    }
    /// Makes room for `count` threads that share the bands of one sample, whose values are the first thread's: as many as can find a
    /// band of some layer at a time.
    void reserve_bands(std::size_t count) {
        std::size_t most_bands = 0;
        for (const LayerTable<Stored, Computed>& layer : plan_->layers)
            if (layer.scratch_size > 0) most_bands = std::max(most_bands, layer.bands);
        reserve_values(1);
        reserve_scratch(std::min(count, most_bands));
    }

    /// The value of a life and a sample, its border included.
    Stored* activation(std::size_t life, std::size_t sample, std::size_t worker) {
        return at(plan_->lives[life].place, layout_of(life), sample, worker);
    }
    /// The gradient to a value; none for the picture.
    Stored* gradient(std::size_t value, std::size_t sample, std::size_t worker) {
        return at(plan_->gradients[value], plan_->layouts[value], sample, worker);
    }

    /// To be called before a value of a sample, or the gradient to it, is written: its border, and what pads its channels, are zero.
    /// Where `begins_...` is false there is nothing to do.
    [[nodiscard]] bool begins_activation(std::size_t life) const { return finds_no_zeros(plan_->lives[life].place, layout_of(life)); }
    [[nodiscard]] bool begins_gradient(std::size_t value) const { return finds_no_zeros(plan_->gradients[value], plan_->layouts[value]); }
    void begin_activation(std::size_t life, std::size_t sample, std::size_t worker) {
        begin(plan_->lives[life].place, layout_of(life), sample, worker);
    }
    /// The same in parts, one for each thread that is about to write: only borders are cleared, so that others may write meanwhile. Not for padded
    /// channels, whose place is cleared whole.
    [[nodiscard]] bool begins_in_parts(std::size_t life) const { return !padded(layout_of(life)); }
    void begin_activation(std::size_t life, std::size_t sample, std::size_t worker, std::size_t part, std::size_t parts) {
        const Place& place = plan_->lives[life].place;
        const Layout& layout = layout_of(life);
        const std::size_t rows = layout.shape.height;
        if (finds_no_zeros(place, layout)) clear_border(layout, at(place, layout, sample, worker), part * rows / parts, (part + 1) * rows / parts);
    }
    void begin_gradient(std::size_t value, std::size_t sample, std::size_t worker) {
        begin(plan_->gradients[value], plan_->layouts[value], sample, worker);
    }

    /// The scratch of a node: each thread's, where layers on samples find what others left, or its own.
    Computed* scratch(std::size_t node, std::size_t worker) {
        const NodePlaces& places = plan_->node_places[node];
        return numbers_at<Computed>(plan_->layers[node].works == Works::on_samples
                                        ? scratch_.data() + plan_->sizes.thread_scratch * worker
                                        : batch_scratch_.data() + places.batch_scratch + places.batch_scratch_of_samples * capacity_);
    }

    /// The pointers of a forward call, for a node whose own parameters are given, and a sample (on batches: from sample 0).
    ForwardOf<Stored, Computed> forward(std::size_t step, const Stored* parameters, const std::uint8_t* prepared, std::span<const LayerSettings> settings,
                                        std::size_t sample, std::size_t worker) {
        const auto [index, does] = plan_->steps[step];
        const Node& node = plan_->nodes[index];
        const StepPlaces& lives = plan_->step_places[step];
        ForwardOf<Stored, Computed> call;
        for (std::size_t n = 0; n < node.inputs && !only_joins(does); ++n) call.inputs[n] = activation(lives.inputs[n], sample, worker);
        if (does != Does::gather && does != Does::join) call.output = activation(lives.output, sample, worker);
        call.parameters = parameters;
        call.prepared = numbers_at<Stored>(prepared + plan_->node_places[index].prepared);
        if (plan_->node_places[index].record_step == step) call.record = record(index, sample, worker);
        call.scratch = scratch(index, worker);
        call.gathered = gathered(index, sample);
        call.settings = &settings[node.first];
        call.again = does == Does::again;
        call.last_band = plan_->layers[index].bands;
        return call;
    }
    /// The pointers of a backward call, alike; accumulator and gradients are the caller's to add.
    BackwardOf<Stored, Computed> backward(std::size_t step, const Stored* parameters, const std::uint8_t* prepared, std::span<const LayerSettings> settings,
                                          std::size_t sample, std::size_t worker) {
        const auto [index, does] = plan_->steps[step];
        const Node& node = plan_->nodes[index];
        const StepPlaces& lives = plan_->step_places[step];
        BackwardOf<Stored, Computed> call;
        for (std::size_t n = 0; n < node.inputs && !only_joins(does); ++n) {
            call.inputs[n] = activation(lives.inputs[n], sample, worker);
            if (does == Does::backward) call.input_gradients[n] = gradient(node.from[n], sample, worker);
        }
        if (!only_joins(does)) {
            call.output = activation(lives.output, sample, worker);
            call.output_gradient = gradient(node.to, sample, worker);
        }
        call.parameters = parameters;
        call.prepared = numbers_at<Stored>(prepared + plan_->node_places[index].prepared);
        call.record = record(index, sample, worker);
        call.scratch = scratch(index, worker);
        call.gathered = gathered(index, sample);
        call.settings = &settings[node.first];
        return call;
    }

private:
    [[nodiscard]] const Layout& layout_of(std::size_t life) const { return plan_->layouts[plan_->lives[life].value]; }
    // A place that nothing else takes is zero from the beginning, where no layer writes.
    static bool finds_no_zeros(const Place& place, const Layout& layout) {
        return place.shared && (layout.border != Border{} || layout.stride != layout.shape.channels);
    }

    void reserve_values(std::size_t threads) {
        while (threads_.size() < threads) threads_.emplace_back(plan_->sizes.thread_bytes);
    }
    void reserve_scratch(std::size_t threads) {
        if (const std::size_t wanted = plan_->sizes.thread_scratch * threads; scratch_.size() < wanted) {
            scratch_ = {};
            scratch_ = AlignedArray<std::uint8_t>(wanted);
        }
    }

    // A place, where each sample of a batch has so many bytes.
    std::uint8_t* at(const Place& place, std::size_t size, std::size_t sample, std::size_t worker) {
        if (place.held == Held::nowhere) return nullptr;
        if (place.held == Held::by_thread) return threads_[worker].data() + place.offset;
        return batch_.data() + place.offset * capacity_ + sample * size;
    }
    Stored* at(const Place& place, const Layout& layout, std::size_t sample, std::size_t worker) {
        return numbers_at<Stored>(at(place, layout.size() * sizeof(Stored), sample, worker));
    }
    [[nodiscard]] static bool padded(const Layout& layout) { return layout.stride != layout.shape.channels; }
    void begin(const Place& place, const Layout& layout, std::size_t sample, std::size_t worker) {
        if (!finds_no_zeros(place, layout)) return;
        Stored* const to = at(place, layout, sample, worker);
        if (padded(layout))
            std::fill_n(to, layout.size(), Stored{0});
        else
            clear_border(layout, to);
    }
    Computed* gathered(std::size_t node, std::size_t sample) {
        const LayerTable<Stored, Computed>& layer = plan_->layers[node];
        return layer.works == Works::on_joined_samples ? scratch(node, 0) + layer.scratch_size + sample * layer.scratch_per_sample : nullptr;
    }
    std::uint8_t* record(std::size_t node, std::size_t sample, std::size_t worker) {
        return at(plan_->node_places[node].record, plan_->layers[node].record_size, sample, worker);
    }

    const PlanTable<Stored, Computed>* plan_;
    std::size_t capacity_ = 0;
    AlignedArray<std::uint8_t> batch_, batch_scratch_;
    std::vector<AlignedArray<std::uint8_t>> threads_;
    AlignedArray<std::uint8_t> scratch_;  // of all threads
};

}  // namespace denim::inline DENIM_TARGET
