// SPDX-License-Identifier: MIT
#pragma once

// Where everything stands while a plan runs. A value that lives within one run over the samples has one place in each thread's
// workspace; one that is needed after that run, by a layer on batches or by the backward pass of an earlier stage, is kept for
// every sample of the batch.

#include <denim/network/plan.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim {

/// Where one thing stands: in each thread's workspace, or once for the batch.
enum class Held { nowhere, by_thread, by_batch };

/// A place, in numbers (records: in bytes) from the start of the block; in the batch's block times the number of samples.
struct Place {
    Held held = Held::nowhere;
    std::size_t offset = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

template <class Plan>
struct Memory {
    static constexpr std::size_t count = Plan::count, values = Plan::values;
    static constexpr std::size_t slack = 64;  // numbers behind every place, so that a kernel may read a vector beyond its end

    std::array<Place, values> activations{}, gradients{};
    std::array<Place, count> records{};
    std::array<std::size_t, count> scratch{};  // on samples: numbers of each thread's; on batches: where it begins
    std::array<std::size_t, count> prepared{}, accumulators{}, batch_scratch{};
    std::size_t thread_numbers = 0, thread_bytes = 0;
    std::size_t batch_numbers = 0, batch_bytes = 0;      // for each sample
    std::size_t batch_scratch_fixed = 0, batch_scratch_per_sample = 0;
    std::size_t prepared_numbers = 0, accumulator_numbers = 0;

    /// The places of a plan.
    static consteval Memory of() {
        Memory memory;
        constexpr std::size_t last = Plan::stages.count - 1;
        const auto touches = touched();
        for (std::size_t value = 0; value < values; ++value) {
            const Touched& at = touches[value];
            if (!at.any) continue;
            const std::size_t size = round_up(Plan::layouts[value].size() + slack, 16);
            const bool one_run = at.first == at.last && Plan::stages.list[at.first].works == Works::on_samples;
            const bool again = Plan::mode == Mode::training && at.last != last && value != 0;  // backward comes in a later run
            memory.put(memory.activations[value], one_run && !again, size);
            if (Plan::mode == Mode::training && value != 0) memory.put(memory.gradients[value], one_run, size);
        }
        [&]<std::size_t... Index>(std::index_sequence<Index...>) { (memory.template add_node<Index>(), ...); }(std::make_index_sequence<count>{});
        return memory;
    }

private:
    struct Touched {
        bool any = false;
        std::size_t first = 0, last = 0;  // stages
        constexpr void by(std::size_t stage) {
            first = any ? std::min(first, stage) : stage;
            last = any ? std::max(last, stage) : stage;
            any = true;
        }
    };
    static consteval std::array<Touched, values> touched() {
        std::array<Touched, values> touches{};
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (
                [&] {
                    constexpr Node node = Plan::template node<Index>;
                    touches[node.to].by(Plan::stage_of(Index));
                    for (std::size_t n = 0; n < node.inputs; ++n) touches[node.from[n]].by(Plan::stage_of(Index));
                }(),
                ...);
        }(std::make_index_sequence<count>{});
        touches[Plan::result].by(Plan::stages.count - 1);
        return touches;
    }
    constexpr void put(Place& place, bool by_thread, std::size_t size) {
        std::size_t& end = by_thread ? thread_numbers : batch_numbers;
        place = {by_thread ? Held::by_thread : Held::by_batch, end};
        end += size;
    }
    template <std::size_t Index>
    constexpr void add_node() {
        using Layer = typename Plan::template LayerAt<Index>;
        prepared[Index] = prepared_numbers;
        prepared_numbers += round_up(Layer::prepared_size, 16) + (Layer::prepared_size ? slack : 0);
        if constexpr (Layer::works == Works::on_samples) {
            if (Plan::mode == Mode::training && Layer::record_size) {
                const bool by_thread = Plan::stage_of(Index) == Plan::stages.count - 1;
                std::size_t& end = by_thread ? thread_bytes : batch_bytes;
                records[Index] = {by_thread ? Held::by_thread : Held::by_batch, end};
                end += round_up(Layer::record_size, 64);
            }
            scratch[Index] = Layer::scratch_size ? round_up(Layer::scratch_size + slack, 16) : 0;
            accumulators[Index] = accumulator_numbers;
            accumulator_numbers += round_up(Layer::accumulator_size, 16);
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
