// SPDX-License-Identifier: MIT
#pragma once

// A step throws before it changes anything: what an optimizer is about to do is looked at first.

#include <denim/machine/finite.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/machine/threads.hpp>
#include <denim/optimizer/optimizer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

inline constexpr std::size_t checked_at_once = 16384;  // numbers that one thread takes at a time

/// The largest magnitude of some numbers; not finite where one of them is not.
inline float largest_magnitude_shared(std::span<const float> numbers) {
    std::vector<float> largest((numbers.size() + checked_at_once - 1) / checked_at_once);
    parallel_for(largest.size(), numbers.size(), [&](std::size_t block) {
        const std::size_t first = block * checked_at_once;
        largest[block] = largest_magnitude(numbers.subspan(first, std::min(checked_at_once, numbers.size() - first)));
    });
    return largest_magnitude(std::span<const float>{largest});
}

/// Whether the step leaves finite numbers in a row and its state: tried on copies, a block at a time.
inline bool stays_finite(const Optimizer& optimizer, const OptimizerState& state, const Row& row, std::span<const float> parameters,
                         std::span<const float> gradients, float rate) {
    std::array<std::vector<float>, 4> copies;
    for (std::size_t first = row.offset, last = row.offset + row.size(); first < last; first += checked_at_once) {
        const std::size_t count = std::min(checked_at_once, last - first);
        std::vector<float> after(parameters.begin() + static_cast<std::ptrdiff_t>(first),
                                 parameters.begin() + static_cast<std::ptrdiff_t>(first + count));
        Update update{after.data(), gradients.data() + first, {}, count, rate, state.step + 1, row.decays};
        for (std::size_t n = 0; n < optimizer.state_arrays(); ++n) {
            const float* kept = state.numbers.data() + n * parameters.size() + first;
            copies[n].assign(kept, kept + count);
            update.state[n] = copies[n].data();
        }
        optimizer.apply(update);
        if (!all_finite(after)) return false;
        for (std::size_t n = 0; n < optimizer.state_arrays(); ++n)
            if (!all_finite(copies[n])) return false;
    }
    return true;
}

}  // namespace detail

/// Throws NotFinite where the step that comes next, at a finite rate, would leave infinities or NaNs; reads only. Gradients are read once; where they or the rate are so large that a finite step may not stay finite, it is tried first.
inline void check_step(const Optimizer& optimizer, const OptimizerState& state, std::span<const Row> rows,
                       std::span<const float> parameters, std::span<const float> gradients, float rate) {
    for (const Row& row : rows) {
        if (!row.trained && row.moved != Moved::by_layer) continue;
        const float own_rate = rate * row.rate_factor;
        const float largest = detail::largest_magnitude_shared(gradients.subspan(row.offset, row.size()));
        if (!is_finite(largest)) throw GradientNotFinite{row.name};
        constexpr float large_gradient = 1e15f, large_rate = 1e6f;  // its square, or a step of it, may leave the range
        const bool may_leave = largest > large_gradient / std::max(own_rate, 1.0f) || own_rate > large_rate;
        if (may_leave && row.moved != Moved::by_layer && !detail::stays_finite(optimizer, state, row, parameters, gradients, own_rate))
            throw WeightsNotFinite{row.name, own_rate};
    }
}

}  // namespace denim::inline DENIM_TARGET
