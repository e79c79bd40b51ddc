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

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace denim {

/// Where one thing stands: in each thread's workspace, or once for the batch.
enum class Held { nowhere, by_thread, by_batch };

/// A place, in numbers (records: in bytes) from the start of the block; in the batch's block times the number of samples. A shared
/// one holds something else at other times, so whoever begins to write there finds no zeros.
struct Place {
    Held held = Held::nowhere;
    std::size_t offset = 0;
    bool shared = false;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

template <class Plan>
struct Memory {
    using Order = Steps<Plan>;
    static constexpr std::size_t count = Plan::count, values = Plan::values;
    // Numbers between places. Nobody reads them: a layer stays inside of its places. But places a whole number of pages apart compete for
    // the same lines of the cache.
    static constexpr std::size_t apart = 64;

    // Life 0 is the picture's, life s + 1 is that of the value which step s writes.
    static constexpr std::size_t lives = Order::count + 1;
    std::array<Place, lives> activations{};
    std::array<std::size_t, lives> value_of{};
    std::array<std::array<std::size_t, max_inputs>, Order::count> inputs{};  // the lives that a step reads
    std::array<std::size_t, Order::count> output{};                          // and the one it writes, or backward reads; at the answer the result

    std::array<Place, values> gradients{};
    std::array<Place, count> records{};
    std::array<std::size_t, count> record_step{};  // the last one before backward that computes the node, which makes the record
    std::array<std::size_t, count> prepared{}, accumulators{}, batch_scratch{}, batch_scratch_of_samples{};
    std::size_t thread_numbers = 0, thread_bytes = 0, thread_scratch = 0;  // the layers on samples take turns with one scratch
    std::size_t batch_numbers = 0, batch_bytes = 0;                        // for each sample
    std::size_t batch_scratch_fixed = 0, batch_scratch_per_sample = 0;     // each layer on batches keeps its own
    std::size_t prepared_numbers = 0;
    // Of most layers what is prepared says all: a predictor keeps only the others' rows as they are.
    std::array<std::size_t, count> rows{}, numbers_in_rows{};
    std::size_t row_numbers = 0;
    std::array<std::size_t, Order::count> run_accumulators{};  // numbers of each run's, which all begin at 0: one run is finished before
    std::size_t accumulator_numbers = 0;                       // the next begins; and the most of them, for each share

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
    static constexpr std::size_t steps = Order::count;
    static constexpr const StepRun& run_of(std::size_t step) { return Order::runs.list[Order::run_of[step]]; }

    // From the first step that touches something to the last, and whether all of them are one run over the samples.
    struct Life {
        std::size_t first = steps, last = 0;
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
        std::array<Life, lives> of_activations{};
        std::array<Life, values> of_gradients{};
        std::array<std::size_t, values> now{};  // the life of each value at the step
        for (std::size_t step = 0; step < steps; ++step) {
            const auto [index, does] = Order::list[step];
            if (does == Does::answer) {
                of_activations[output[step] = now[Plan::result]].touch(step);
                if (training && Plan::result != 0) of_gradients[Plan::result].touch(step);
                continue;
            }
            const Node& node = Plan::nodes[index];
            const bool back = does == Does::backward;
            for (std::size_t n = 0; n < node.inputs; ++n) {
                const std::size_t from = node.from[n];
                inputs[step][n] = now[from];
                if (from == 0 && does != Does::forward) continue;  // the picture has no gradient, and is loaded again in later runs
                if (!back || Order::reads_input(index)) of_activations[now[from]].touch(step);
                if (back) of_gradients[from].touch(step);
            }
            if (!back) {
                now[node.to] = step + 1;
                value_of[step + 1] = node.to;
                record_step[index] = step;
            }
            output[step] = now[node.to];
            if (!back || Order::reads_output(index)) of_activations[now[node.to]].touch(step);
            if (back) of_gradients[node.to].touch(step);
        }
        if (of_activations[0].any()) {
            of_activations[0].first = 0;
            if (training) of_activations[0].last = steps - 1;
        }

        PlaceLine<lives + values, steps> thread, batch;
        const auto add = [&](Place& place, const Life& life, std::size_t value) {
            if (!life.any()) return;
            const std::size_t size = round_up(Plan::layouts[value].size() + apart, 16);
            place.held = life.one_run ? Held::by_thread : Held::by_batch;
            if (life.one_run)
                thread.add({&place.offset, &place.shared, life.first, life.last, size});
            else
                batch.add({&place.offset, &place.shared, run_of(life.first).first, run_of(life.last).last - 1, size});
        };
        for (std::size_t life = 0; life < lives; ++life) add(activations[life], of_activations[life], value_of[life]);
        for (std::size_t value = 0; value < values; ++value) add(gradients[value], of_gradients[value], value);
        thread_numbers = thread.settle();
        batch_numbers = batch.settle();
    }

    template <std::size_t Index>
    constexpr void add_node() {
        using Layer = typename Plan::template LayerAt<Index>;
        rows[Index] = row_numbers;
        numbers_in_rows[Index] = Layer::forward_reads_parameters ? Plan::template parameter_count<Index> : 0;
        row_numbers += numbers_in_rows[Index];
        prepared[Index] = prepared_numbers;
        prepared_numbers += round_up(Layer::prepared_size, 16) + (Layer::prepared_size ? apart : 0);
        if constexpr (Layer::works == Works::on_samples) {
            thread_scratch = std::max(thread_scratch, Layer::scratch_size ? round_up(Layer::scratch_size + apart, 16) : 0);
        } else {
            batch_scratch[Index] = batch_scratch_fixed;
            batch_scratch_of_samples[Index] = batch_scratch_per_sample;
            batch_scratch_fixed += round_up(Layer::scratch_size, 16);
            batch_scratch_per_sample += Layer::scratch_per_sample;
        }
        accumulators[Index] = round_up(Layer::accumulator_size, 16);  // a size; add_backward makes a place of it
        records[Index].offset = round_up(Layer::record_size, 64);     // likewise
    }

    consteval void add_backward() {
        if (!training) return;
        for (std::size_t step = steps; step-- > 0;) {
            const auto [index, does] = Order::list[step];
            if (does != Does::backward || !run_of(step).on_samples) continue;
            const std::size_t run = Order::run_of[step];
            const std::size_t sums = std::exchange(accumulators[index], run_accumulators[run]), bytes = records[index].offset;
            run_accumulators[run] += sums;
            accumulator_numbers = std::max(accumulator_numbers, run_accumulators[run]);
            if (bytes == 0) continue;
            const bool by_thread = Order::run_of[record_step[index]] == run;
            std::size_t& end = by_thread ? thread_bytes : batch_bytes;
            records[index] = {by_thread ? Held::by_thread : Held::by_batch, end};
            end += bytes;
        }
    }
};

/// The places of a plan, computed once.
template <class Plan>
inline constexpr Memory<Plan> places = Memory<Plan>::of();

}  // namespace denim::inline DENIM_TARGET
