// SPDX-License-Identifier: MIT
#pragma once

// Where everything stands while a plan runs, decided by the compiler. A value that lives within one run over the samples has one
// place in each thread's workspace; one that is needed after that run, by a layer on batches or by the backward pass of an earlier
// stage, is kept for every sample of the batch. Each has its place from the step that writes it to the last one that reads it;
// afterwards another value takes it.

#include <denim/machine/each_index.hpp>
#include <denim/network/plan.hpp>
#include <denim/network/place_line.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

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
    static constexpr std::size_t count = Plan::count, values = Plan::values;
    // Numbers between places. Nobody reads them: a layer stays inside of its places. But places a whole number of pages apart compete for
    // the same lines of the cache.
    static constexpr std::size_t apart = 64;

    std::array<Place, values> activations{}, gradients{};
    std::array<Place, count> records{};
    std::array<std::size_t, count> scratch{};  // on samples: numbers of each thread's; on batches: where it begins
    std::array<std::size_t, count> prepared{}, accumulators{}, batch_scratch{};
    std::size_t thread_numbers = 0, thread_bytes = 0;
    std::size_t batch_numbers = 0, batch_bytes = 0;      // for each sample
    std::size_t batch_scratch_fixed = 0, batch_scratch_per_sample = 0;
    std::size_t prepared_numbers = 0;
    // Of most layers what is prepared says all: a predictor keeps only the others' rows as they are.
    std::array<std::size_t, count> rows{}, numbers_in_rows{};
    std::size_t row_numbers = 0;
    std::array<std::size_t, count + 1> stage_accumulators{};  // numbers of each stage's, which all begin at 0: one stage is finished before
    std::size_t accumulator_numbers = 0;                      // the next begins; and the most of them, for each share

    /// The places of a plan.
    static consteval Memory of() {
        Memory memory;
        memory.place_values();
        each_index<0, count>([&]<std::size_t Index>() { memory.template add_node<Index>(); });
        return memory;
    }

private:
    // The steps of a batch in their order: forward through node n is step n, the loss (or the answer) step count, backward through
    // node n step 2 count - n. Runs over the samples are intervals of them.
    static constexpr bool training = Plan::mode == Mode::training;
    static constexpr std::size_t at_loss = count, steps = 2 * count + 1;
    static constexpr std::size_t back(std::size_t node) { return 2 * count - node; }
    static constexpr std::size_t last_stage = Plan::stages.count - 1;

    struct Run {
        std::size_t first, last;
        bool on_samples;
    };
    static consteval std::array<Run, steps> runs_of_steps() {
        std::array<Run, steps> runs{};
        for (std::size_t stage = 0; stage <= last_stage; ++stage) {
            const auto [first, end, works] = Plan::stages.list[stage];
            const bool on_samples = works == Works::on_samples;
            if (stage == last_stage) {
                for (std::size_t step = first; step <= back(first); ++step) runs[step] = {first, back(first), on_samples};
            } else {
                for (std::size_t node = first; node < end; ++node) {
                    runs[node] = {first, end - 1, on_samples};
                    runs[back(node)] = {back(end - 1), back(first), on_samples};
                }
            }
        }
        return runs;
    }

    // From the first step that touches something to the last, and whether all of them are one run over the samples.
    struct Life {
        std::size_t first = steps, last = 0;
        bool one_run = true;

        constexpr void touch(std::size_t step, const std::array<Run, steps>& runs) {
            if (first <= last) one_run = one_run && runs[step].first == runs[first].first;
            one_run = one_run && runs[step].on_samples;
            first = std::min(first, step);
            last = std::max(last, step);
        }
        [[nodiscard]] constexpr bool any() const { return first <= last; }
    };

    consteval void place_values() {
        const std::array<Run, steps> runs = runs_of_steps();
        std::array<Life, values> of_activations{}, of_gradients{};
        const auto follow = [&]<std::size_t Index>() {
            using Layer = typename Plan::template LayerAt<Index>;
            constexpr Node node = Plan::template node<Index>;
            of_activations[node.to].touch(Index, runs);
            for (std::size_t n = 0; n < node.inputs; ++n) of_activations[node.from[n]].touch(Index, runs);
            if constexpr (training) {
                if (Layer::backward_reads_output) of_activations[node.to].touch(back(Index), runs);
                of_gradients[node.to].touch(back(Index), runs);
                for (std::size_t n = 0; n < node.inputs; ++n) {
                    const std::size_t from = node.from[n];
                    if (from == 0) continue;  // the picture has no gradient, and is loaded again for backward
                    if (Layer::backward_reads_input) of_activations[from].touch(back(Index), runs);
                    of_gradients[from].touch(back(Index), runs);
                }
            }
        };
        each_index<0, count>(follow);
        of_activations[Plan::result].touch(at_loss, runs);
        if (training && Plan::result != 0) of_gradients[Plan::result].touch(at_loss, runs);
        if (of_activations[0].any()) {
            of_activations[0].first = 0;
            if (training) of_activations[0].last = steps - 1;
        }

        PlaceLine<2 * values, steps> thread, batch;
        const auto add = [&](Place& place, const Life& life, std::size_t value) {
            if (!life.any()) return;
            const std::size_t size = round_up(Plan::layouts[value].size() + apart, 16);
            place.held = life.one_run ? Held::by_thread : Held::by_batch;
            if (life.one_run)
                thread.add({&place.offset, &place.shared, life.first, life.last, size});
            else
                batch.add({&place.offset, &place.shared, runs[life.first].first, runs[life.last].last, size});
        };
        for (std::size_t value = 0; value < values; ++value) {
            add(activations[value], of_activations[value], value);
            add(gradients[value], of_gradients[value], value);
        }
        thread_numbers = thread.settle();
        batch_numbers = batch.settle();
    }

    std::size_t stage = 0;  // of the node that is added

    template <std::size_t Index>
    constexpr void add_node() {
        using Layer = typename Plan::template LayerAt<Index>;
        while (Index >= Plan::stages.list[stage].last) ++stage;
        rows[Index] = row_numbers;
        numbers_in_rows[Index] = Layer::forward_reads_parameters ? Plan::template parameter_count<Index> : 0;
        row_numbers += numbers_in_rows[Index];
        prepared[Index] = prepared_numbers;
        prepared_numbers += round_up(Layer::prepared_size, 16) + (Layer::prepared_size ? apart : 0);
        if constexpr (Layer::works == Works::on_samples) {
            if (Plan::mode == Mode::training && Layer::record_size) {
                const bool by_thread = stage == last_stage;
                std::size_t& end = by_thread ? thread_bytes : batch_bytes;
                records[Index] = {by_thread ? Held::by_thread : Held::by_batch, end};
                end += round_up(Layer::record_size, 64);
            }
            scratch[Index] = Layer::scratch_size ? round_up(Layer::scratch_size + apart, 16) : 0;
            std::size_t& sums = stage_accumulators[stage];
            accumulators[Index] = sums;
            sums += round_up(Layer::accumulator_size, 16);
            accumulator_numbers = std::max(accumulator_numbers, sums);
        } else {
            scratch[Index] = batch_scratch_fixed;
            batch_scratch[Index] = batch_scratch_per_sample;
            batch_scratch_fixed += round_up(Layer::scratch_size, 16);
            batch_scratch_per_sample += Layer::scratch_per_sample;
        }
    }
};

/// The places of a plan, computed once.
template <class Plan>
inline constexpr Memory<Plan> places = Memory<Plan>::of();

}  // namespace denim::inline DENIM_TARGET
