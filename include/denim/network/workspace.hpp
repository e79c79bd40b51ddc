// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/each_index.hpp>
#include <denim/network/memory.hpp>
#include <denim/tensor/aligned_array.hpp>
#include <denim/tensor/clear_border.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The numbers that a plan works on: values and scratch for each thread, and a block for the batch. It knows where everything stands, and
/// hands each step the pointers of one call.
template <class Plan>
class Workspace {
public:
    using Scalar = typename Plan::Scalar;
    static constexpr const Memory<Plan>& memory = places<Plan>;

private:
    using Order = Steps<Plan>;
    template <std::size_t Life>
    static constexpr const Layout& layout_of = Plan::layouts[memory.value_of[Life]];
    // A place that nothing else takes is zero from the beginning, where no layer writes.
    static constexpr bool finds_no_zeros(const Place& place, const Layout& layout) {
        return place.shared && (layout.border != Border{} || layout.stride != layout.shape.channels);
    }

public:
    explicit Workspace(std::size_t largest_batch) { reserve_samples(largest_batch); }

    /// The largest batch that there is room for.
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Makes room for batches of so many samples; what stood in the batch's block is lost.
    void reserve_samples(std::size_t largest_batch) {
        if (largest_batch <= capacity_) return;
        capacity_ = 0;  // nothing, should the memory not suffice
        batch_ = {};
        batch_records_ = {};
        batch_scratch_ = {};
        batch_ = AlignedArray<Scalar>(memory.batch_numbers * largest_batch);
        batch_records_ = AlignedArray<std::uint8_t>(memory.batch_bytes * largest_batch);
        batch_scratch_ = AlignedArray<Scalar>(memory.batch_scratch_fixed + memory.batch_scratch_per_sample * largest_batch);
        capacity_ = largest_batch;
    }

    /// Makes room for `count` threads that each take samples of their own; to be called before they start.
    void reserve_threads(std::size_t count) {
        reserve_values(count);
        reserve_scratch(count);
    }
    /// Makes room for `count` threads that share the bands of one sample, whose values are the first thread's.
    void reserve_bands(std::size_t count) {
        reserve_values(1);
        reserve_scratch(std::min(count, most_bands));
    }

    /// The value of a life (see Memory) and a sample, its border included.
    template <std::size_t Life>
    Scalar* activation(std::size_t sample, std::size_t worker) {
        return at<memory.activations[Life]>(layout_of<Life>.size(), sample, worker);
    }
    /// The gradient to value `Value`; none for the picture.
    template <std::size_t Value>
    Scalar* gradient(std::size_t sample, std::size_t worker) {
        return at<memory.gradients[Value]>(Plan::layouts[Value].size(), sample, worker);
    }

    /// To be called before a value of a sample, or the gradient to it, is written: its border, and what pads its channels, are zero.
    /// Where `begins_...` is false there is nothing to do.
    template <std::size_t Life>
    static constexpr bool begins_activation = finds_no_zeros(memory.activations[Life], layout_of<Life>);
    template <std::size_t Value>
    static constexpr bool begins_gradient = finds_no_zeros(memory.gradients[Value], Plan::layouts[Value]);
    template <std::size_t Life>
    void begin_activation(std::size_t sample, std::size_t worker) {
        begin<memory.activations[Life], layout_of<Life>>(sample, worker);
    }
    template <std::size_t Value>
    void begin_gradient(std::size_t sample, std::size_t worker) {
        begin<memory.gradients[Value], Plan::layouts[Value]>(sample, worker);
    }

    /// The scratch of node `Index`: each thread's, where its layers find what others left, or for a layer on batches its own.
    template <std::size_t Index>
    Scalar* scratch(std::size_t worker) {
        if constexpr (Layer<Index>::works == Works::on_samples)
            return scratch_.data() + memory.thread_scratch * worker;
        else
            return batch_scratch_.data() + memory.batch_scratch[Index] + memory.batch_scratch_of_samples[Index] * capacity_;
    }

    /// The pointers of a forward call in step `Step`, for a node whose own parameters are given, and a sample (on batches: from sample 0).
    template <std::size_t Step>
    Forward<Scalar> forward(const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings, std::size_t sample,
                            std::size_t worker) {
        constexpr std::size_t index = Order::list[Step].node;
        Forward<Scalar> call;
        each_input<Step>([&]<std::size_t N, std::size_t Life>() { call.inputs[N] = activation<Life>(sample, worker); });
        call.output = activation<memory.output[Step]>(sample, worker);
        call.parameters = parameters;
        call.prepared = prepared + memory.prepared[index];
        if constexpr (Order::training && memory.record_step[index] == Step) call.record = record<index>(sample, worker);
        call.scratch = scratch<index>(worker);
        call.settings = &settings[node<index>.first];
        call.again = Order::list[Step].does == Does::again;
        call.last_band = Layer<index>::bands;
        return call;
    }
    /// The pointers of a backward call, alike; accumulator and gradients are the caller's to add.
    template <std::size_t Step>
    Backward<Scalar> backward(const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings, std::size_t sample,
                              std::size_t worker) {
        constexpr std::size_t index = Order::list[Step].node;
        Backward<Scalar> call;
        each_input<Step>([&]<std::size_t N, std::size_t Life>() {
            call.inputs[N] = activation<Life>(sample, worker);
            call.input_gradients[N] = gradient<node<index>.from[N]>(sample, worker);
        });
        call.output = activation<memory.output[Step]>(sample, worker);
        call.output_gradient = gradient<node<index>.to>(sample, worker);
        call.parameters = parameters;
        call.prepared = prepared + memory.prepared[index];
        call.record = record<index>(sample, worker);
        call.scratch = scratch<index>(worker);
        call.settings = &settings[node<index>.first];
        return call;
    }

private:
    template <std::size_t Index>
    using Layer = typename Plan::template LayerAt<Index>;
    template <std::size_t Index>
    static constexpr Node node = Plan::template node<Index>;

    struct Thread {
        AlignedArray<Scalar> numbers{memory.thread_numbers};
        AlignedArray<std::uint8_t> records{memory.thread_bytes};
    };

    // As many threads as can find a band of some layer at a time.
    static constexpr std::size_t most_bands = [] {
        std::size_t most = 0;
        each_index<0, Plan::count>([&]<std::size_t Index>() {
            if (Layer<Index>::scratch_size > 0) most = std::max(most, Layer<Index>::bands);
        });
        return most;
    }();

    void reserve_values(std::size_t threads) {
        while (threads_.size() < threads) threads_.emplace_back();
    }
    void reserve_scratch(std::size_t threads) {
        if (const std::size_t wanted = memory.thread_scratch * threads; scratch_.size() < wanted) {
            scratch_ = {};
            scratch_ = AlignedArray<Scalar>(wanted);
        }
    }

    template <std::size_t Step, class Each>
    static void each_input(Each each) {
        [&]<std::size_t... N>(std::index_sequence<N...>) {
            (each.template operator()<N, memory.inputs[Step][N]>(), ...);
        }(std::make_index_sequence<node<Order::list[Step].node>.inputs>{});
    }
    template <Place Of>
    Scalar* at(std::size_t size, std::size_t sample, std::size_t worker) {
        if constexpr (Of.held == Held::nowhere) return nullptr;
        if constexpr (Of.held == Held::by_thread) return threads_[worker].numbers.data() + Of.offset;
        return batch_.data() + Of.offset * capacity_ + sample * size;
    }
    template <Place Of, Layout In>
    void begin(std::size_t sample, std::size_t worker) {
        if constexpr (Of.shared) {
            Scalar* const to = at<Of>(In.size(), sample, worker);
            if constexpr (In.stride != In.shape.channels)
                std::fill_n(to, In.size(), Scalar{0});
            else if constexpr (In.border != Border{})
                clear_border(In, to);
        }
    }
    template <std::size_t Index>
    std::uint8_t* record(std::size_t sample, std::size_t worker) {
        constexpr Place place = memory.records[Index];
        if constexpr (place.held == Held::nowhere) return nullptr;
        if constexpr (place.held == Held::by_thread) return threads_[worker].records.data() + place.offset;
        return batch_records_.data() + place.offset * capacity_ + sample * Layer<Index>::record_size;
    }

    std::size_t capacity_ = 0;
    AlignedArray<Scalar> batch_;
    AlignedArray<std::uint8_t> batch_records_;
    AlignedArray<Scalar> batch_scratch_;
    std::vector<Thread> threads_;
    AlignedArray<Scalar> scratch_;  // of all threads
};

/// Multiplications and additions of steps [First, Last) for one sample: backward has two for one of forward.
template <class Plan, std::size_t First, std::size_t Last>
constexpr std::size_t operations() {
    std::size_t total = 0;
    each_index<First, Last>([&]<std::size_t Step>() {
        constexpr NodeStep step = Steps<Plan>::list[Step];
        if constexpr (step.does != Does::answer)
            total += (step.does == Does::backward ? 2 : 1) * Plan::template LayerAt<step.node>::operations;
    });
    return total;
}

}  // namespace denim::inline DENIM_TARGET
