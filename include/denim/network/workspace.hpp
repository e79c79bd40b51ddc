// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/each_index.hpp>
#include <denim/network/memory.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Zeros around a picture.
template <class Scalar>
void clear_border(const Layout& of, Scalar* picture) {
    const std::size_t row = of.row(), left = of.border.left * of.stride, right = of.border.right * of.stride;
    std::fill_n(picture, of.border.top * row + left, Scalar{0});
    Scalar* end = picture + of.border.top * row;  // of a row of the picture
    for (std::size_t y = 0; y + 1 < of.shape.height; ++y) {
        end += row;
        std::fill_n(end - right, right + left, Scalar{0});
    }
    std::fill_n(end + row - right, right + of.border.bottom * row, Scalar{0});
}

/// The numbers that a plan works on: values for each thread, scratch for each thread and node, and a block for the batch. It knows
/// where everything stands, and hands each node the pointers of one call.
template <class Plan>
class Workspace {
public:
    using Scalar = typename Plan::Scalar;
    static constexpr const Memory<Plan>& memory = places<Plan>;

private:
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
        each_index<0, Plan::count>([&]<std::size_t Index>() { reserve_scratch<Index>(count); });
    }
    /// Makes room for `count` threads that share the bands of one sample, whose values are the first thread's.
    void reserve_bands(std::size_t count) {
        reserve_values(1);
        each_index<0, Plan::count>([&]<std::size_t Index>() { reserve_scratch<Index>(std::min(count, Layer<Index>::bands)); });
    }

    /// Value `Value` of a sample, its border included.
    template <std::size_t Value>
    Scalar* activation(std::size_t sample, std::size_t worker) {
        return at<memory.activations[Value]>(Plan::layouts[Value].size(), sample, worker);
    }
    /// The gradient to it; none for the picture.
    template <std::size_t Value>
    Scalar* gradient(std::size_t sample, std::size_t worker) {
        return at<memory.gradients[Value]>(Plan::layouts[Value].size(), sample, worker);
    }

    /// To be called before `Value` of a sample, or the gradient to it, is written: its border, and what pads its channels, are zero.
    /// Where `begins_...` is false there is nothing to do.
    template <std::size_t Value>
    static constexpr bool begins_activation = finds_no_zeros(memory.activations[Value], Plan::layouts[Value]);
    template <std::size_t Value>
    static constexpr bool begins_gradient = finds_no_zeros(memory.gradients[Value], Plan::layouts[Value]);
    template <std::size_t Value>
    void begin_activation(std::size_t sample, std::size_t worker) {
        begin<memory.activations[Value], Plan::layouts[Value]>(sample, worker);
    }
    template <std::size_t Value>
    void begin_gradient(std::size_t sample, std::size_t worker) {
        begin<memory.gradients[Value], Plan::layouts[Value]>(sample, worker);
    }

    /// The scratch of node `Index`: each thread's own, or for a layer on batches the only one.
    template <std::size_t Index>
    Scalar* scratch(std::size_t worker) {
        if constexpr (Layer<Index>::works == Works::on_samples) return scratch_[Index].data() + memory.scratch[Index] * worker;
        return batch_scratch_.data() + memory.scratch[Index] + memory.batch_scratch[Index] * capacity_;
    }

    /// The pointers of a forward call, for node `Index`, whose own parameters are given, and a sample (on batches: from sample 0).
    template <std::size_t Index>
    Forward<Scalar> forward(const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings, std::size_t sample,
                            std::size_t worker) {
        Forward<Scalar> call;
        each_input<Index>([&]<std::size_t N, std::size_t Value>() { call.inputs[N] = activation<Value>(sample, worker); });
        call.output = activation<node<Index>.to>(sample, worker);
        call.parameters = parameters;
        call.prepared = prepared + memory.prepared[Index];
        call.record = Plan::mode == Mode::training ? record<Index>(sample, worker) : nullptr;
        call.scratch = scratch<Index>(worker);
        call.settings = &settings[node<Index>.first];
        call.last_band = Layer<Index>::bands;
        return call;
    }
    /// The pointers of a backward call, alike; accumulator and gradients are the caller's to add.
    template <std::size_t Index>
    Backward<Scalar> backward(const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings, std::size_t sample,
                              std::size_t worker) {
        Backward<Scalar> call;
        each_input<Index>([&]<std::size_t N, std::size_t Value>() {
            call.inputs[N] = activation<Value>(sample, worker);
            call.input_gradients[N] = gradient<Value>(sample, worker);
        });
        call.output = activation<node<Index>.to>(sample, worker);
        call.output_gradient = gradient<node<Index>.to>(sample, worker);
        call.parameters = parameters;
        call.prepared = prepared + memory.prepared[Index];
        call.record = record<Index>(sample, worker);
        call.scratch = scratch<Index>(worker);
        call.settings = &settings[node<Index>.first];
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

    void reserve_values(std::size_t threads) {
        while (threads_.size() < threads) threads_.emplace_back();
    }
    template <std::size_t Index>
    void reserve_scratch(std::size_t threads) {
        if constexpr (Layer<Index>::works == Works::on_samples)
            if (const std::size_t wanted = memory.scratch[Index] * threads; scratch_[Index].size() < wanted) {
                scratch_[Index] = {};
                scratch_[Index] = AlignedArray<Scalar>(wanted);
            }
    }

    template <std::size_t Index, class Each>
    static void each_input(Each each) {
        [&]<std::size_t... N>(std::index_sequence<N...>) {
            (each.template operator()<N, node<Index>.from[N]>(), ...);
        }(std::make_index_sequence<node<Index>.inputs>{});
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
    std::array<AlignedArray<Scalar>, Plan::count> scratch_;
};

/// Multiplications and additions of nodes [First, Last) for one sample, forward.
template <class Plan, std::size_t First, std::size_t Last>
constexpr std::size_t operations() {
    std::size_t total = 0;
    each_index<First, Last>([&]<std::size_t Index>() { total += Plan::template LayerAt<Index>::operations; });
    return total;
}

}  // namespace denim::inline DENIM_TARGET
