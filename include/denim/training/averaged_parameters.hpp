// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/threads.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The average of a network's parameters beside those that learn. While it is shown, the two have changed places.
class AveragedParameters {
public:
    /// Takes parameters into the average with their share of it.
    void take(std::span<const float> parameters, double share) {
        if (share <= 0) return;
        if (numbers_.empty()) share = 1;
        numbers_.resize(parameters.size());
        constexpr std::size_t block = 16384;
        parallel_for((parameters.size() + block - 1) / block, 4 * parameters.size(), [&](std::size_t index) {
            const std::size_t first = index * block, last = std::min(first + block, parameters.size());
            if (share >= 1)
                std::copy(parameters.data() + first, parameters.data() + last, numbers_.data() + first);
            else
                for (std::size_t n = first; n < last; ++n)
                    numbers_[n] += static_cast<float>(share) * (parameters[n] - numbers_[n]);
        });
    }
    /// Gives the network the average, where there is one, or what learns again.
    void show(bool shown, std::span<float> parameters) {
        if (shown != shown_ && !numbers_.empty()) {
            std::swap_ranges(parameters.begin(), parameters.end(), numbers_.begin());
            shown_ = shown;
        }
    }
    [[nodiscard]] bool shown() const { return shown_; }
    /// The average, or while it is shown what learns.
    [[nodiscard]] std::span<const float> numbers() const { return numbers_; }
    /// Goes on from an average.
    void resume(std::span<const float> average) {
        numbers_.assign(average.begin(), average.end());
        shown_ = false;
    }

private:
    std::vector<float> numbers_;
    bool shown_ = false;
};

}  // namespace denim::inline DENIM_TARGET
