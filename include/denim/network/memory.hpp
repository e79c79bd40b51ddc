// SPDX-License-Identifier: MIT
#pragma once

// Where everything stands while a plan runs, decided by the compiler. A value that lives within one run over the samples has one
// place in each thread's workspace; one that is needed after that run, by a layer on batches or by a step of a later run, is kept for
// every sample of the batch. Each has its place from the step that writes it to the last one that reads it; afterwards another value
// takes it. A value that is computed again (Recompute) lives again, in another place.

#include <denim/machine/each_index.hpp>
#include <denim/network/place_line.hpp>
#include <denim/network/plan.hpp>
#include <denim/network/steps.hpp>
#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace denim {

/// Where one thing stands: in each thread's workspace, or once for the batch.
enum class Held { nowhere, by_thread, by_batch };

/// A place, in bytes from the start of the block; in the batch's block times the number of samples. A shared one holds something else at other
/// times, so whoever begins to write there finds no zeros.
struct Place {
    Held held = Held::nowhere;
    std::size_t offset = 0;
    bool shared = false;
};

/// From the step that writes a value to the last one that reads it.
struct Life {
    Place place;
    std::size_t value = 0;
};

/// What a step reads and writes.
struct StepPlaces {
    std::array<std::size_t, max_inputs> inputs{};  ///< lives
    std::size_t output = 0;               ///< the life that it writes, or backward reads; at the answer the result's
};

/// What a node has beside values. Offsets, in bytes.
struct NodePlaces {
    Place record;
    std::size_t record_step = 0;  ///< the last one before backward that computes the node, which makes the record
    std::size_t prepared = 0, accumulator = 0;
    std::size_t batch_scratch = 0, batch_scratch_of_samples = 0;
    std::size_t row = 0, numbers_in_rows = 0;  ///< in numbers: of most layers what is prepared says all, a predictor keeps only the others' rows as they are
};

/// How large the blocks are, in bytes.
struct MemorySizes {
    std::size_t thread_bytes = 0, batch_bytes = 0;                      ///< values and records: of each thread, and of each sample of a batch
    std::size_t thread_scratch = 0;                                     ///< the layers on samples take turns with it
    std::size_t batch_scratch_fixed = 0, batch_scratch_per_sample = 0;  ///< each layer on batches or joined samples keeps its own
    std::size_t prepared_bytes = 0;
    std::size_t accumulator_bytes = 0;  ///< the most of all runs, for each share
    std::size_t row_numbers = 0;        ///< in numbers
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

template <class Plan>
struct Memory : MemorySizes {
    using Order = Steps<Plan>;
    static constexpr std::size_t count = Plan::count, values = Plan::values;
    using Stored = typename Plan::Stored;
    using Computed = typename Plan::Computed;
    static constexpr std::size_t alignment = AlignedArray<std::uint8_t>::alignment;
    // Bytes between places. Nobody reads them: a layer stays inside of its places. But places a whole number of pages apart compete for
    // the same lines of the cache.
    static constexpr std::size_t apart = 256;

    std::array<Life, Order::count + 1> lives{};  // life 0 is the picture's, life s + 1 is that of the value which step s writes
    std::array<StepPlaces, Order::count> steps{};
    std::array<Place, values> gradients{};
    std::array<NodePlaces, count> nodes{};
    std::array<std::size_t, Order::count> run_accumulators{};  // bytes of each run's, which all begin at 0: one run is finished before the next

    /// The places of a plan.
    static consteval Memory of() {
        Memory memory;
        memory.place_values();
        each_index<0, count>([&]<std::size_t Index>() { memory.template add_node<Index>(); });
        memory.add_backward();
        return memory;
    }

private:
    static constexpr bool training = Order::training;
    static constexpr std::size_t step_count = Order::count;
    static constexpr const StepRun& run_of(std::size_t step) { return Order::runs.list[Order::run_of[step]]; }

    // From the first step that touches something to the last, and whether all of them are one run over the samples.
    struct Reach {
        std::size_t first = step_count, last = 0;
        bool one_run = true;

        constexpr void touch(std::size_t step) {
            if (first <= last) one_run = one_run && Order::run_of[step] == Order::run_of[first];
            one_run = one_run && run_of(step).on_samples;
            first = std::min(first, step);
            last = std::max(last, step);
        }
        [[nodiscard]] constexpr bool any() const { return first <= last; }
    };

    consteval void place_values() {
        std::array<Reach, step_count + 1> of_activations{};
        std::array<Reach, values> of_gradients{};
        std::array<std::size_t, values> now{};  // the life of each value at the step
        for (std::size_t step = 0; step < step_count; ++step) {
            const auto [index, does] = Order::list[step];
            if (does == Does::answer) {
                of_activations[steps[step].output = now[Plan::result]].touch(step);
                if (training && Plan::result != 0) of_gradients[Plan::result].touch(step);
                continue;
            }
            if (only_joins(does)) continue;
            const Node& node = Plan::nodes[index];
            const bool back = does == Does::backward || does == Does::gather_back;
            for (std::size_t n = 0; n < node.inputs; ++n) {
                const std::size_t from = node.from[n];
                steps[step].inputs[n] = now[from];
                if (from == 0 && does != Does::forward) continue;  // the picture has no gradient, and is loaded again in later runs
                if (!back || Order::reads_input(index)) of_activations[now[from]].touch(step);
                if (does == Does::backward) of_gradients[from].touch(step);
            }
            if (does == Does::gather) continue;
            if (!back) {
                now[node.to] = step + 1;
                lives[step + 1].value = node.to;
                nodes[index].record_step = step;
            }
            steps[step].output = now[node.to];
            if (!back || Order::reads_output(index)) of_activations[now[node.to]].touch(step);
            if (back) of_gradients[node.to].touch(step);
        }
        if (of_activations[0].any()) {
            of_activations[0].first = 0;
            if (training) of_activations[0].last = step_count - 1;
        }

        PlaceLine<step_count + 1 + values, step_count> thread, batch;
        const auto add = [&](Place& place, const Reach& reach, std::size_t value) {
            if (!reach.any()) return;
            const std::size_t size = round_up(Plan::layouts[value].size() * sizeof(Stored) + apart, alignment);
            place.held = reach.one_run ? Held::by_thread : Held::by_batch;
            if (reach.one_run)
                thread.add({&place.offset, &place.shared, reach.first, reach.last, size});
            else
                batch.add({&place.offset, &place.shared, run_of(reach.first).first, run_of(reach.last).last - 1, size});
        };
        for (std::size_t life = 0; life <= step_count; ++life) add(lives[life].place, of_activations[life], lives[life].value);
        for (std::size_t value = 0; value < values; ++value) add(gradients[value], of_gradients[value], value);
        thread_bytes = thread.settle();
        batch_bytes = batch.settle();
    }

    template <std::size_t Index>
    constexpr void add_node() {
        using Layer = typename Plan::template LayerAt<Index>;
        NodePlaces& node = nodes[Index];
        node.row = row_numbers;
        node.numbers_in_rows = Layer::forward_reads_parameters ? Plan::template parameter_count<Index> : 0;
        row_numbers += node.numbers_in_rows;
        node.prepared = prepared_bytes;
        prepared_bytes += round_up(Layer::prepared_size * sizeof(Stored), alignment) + (Layer::prepared_size ? apart : 0);
        constexpr std::size_t scratch = Layer::scratch_size * sizeof(Computed);
        if constexpr (Layer::works == Works::on_samples) {
            thread_scratch = std::max(thread_scratch, scratch ? round_up(scratch + apart, alignment) : 0);
        } else {
            node.batch_scratch = batch_scratch_fixed;
            node.batch_scratch_of_samples = batch_scratch_per_sample;
            batch_scratch_fixed += round_up(scratch, alignment);
            batch_scratch_per_sample += Layer::scratch_per_sample * sizeof(Computed);
        }
        node.accumulator = round_up(Layer::accumulator_size * sizeof(Computed), alignment);  // a size; add_backward makes a place of it
        node.record.offset = round_up(Layer::record_size, alignment);                        // likewise
    }

    consteval void add_backward() {
        if (!training) return;
        for (std::size_t step = step_count; step-- > 0;) {
            const auto [index, does] = Order::list[step];
            if (does != Does::backward || !run_of(step).on_samples) continue;
            NodePlaces& node = nodes[index];
            const std::size_t run = Order::run_of[step];
            const std::size_t sums = std::exchange(node.accumulator, run_accumulators[run]), size = node.record.offset;
            run_accumulators[run] += sums;
            accumulator_bytes = std::max(accumulator_bytes, run_accumulators[run]);
            if (size == 0) continue;
            const bool by_thread = Order::run_of[node.record_step] == run;
            std::size_t& end = by_thread ? thread_bytes : batch_bytes;  // records stand behind the values
            node.record = {by_thread ? Held::by_thread : Held::by_batch, end};
            end += size;
        }
    }
};

/// The places of a plan, computed once.
template <class Plan>
inline constexpr Memory<Plan> places = Memory<Plan>::of();

}  // namespace denim::inline DENIM_TARGET
