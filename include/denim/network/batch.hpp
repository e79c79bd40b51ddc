// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/random.hpp>
#include <denim/tensor/pictures.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>

namespace denim {

/// What came out of a step: the mean loss of the batch, and how many samples were right; see HeadLosses.
struct StepResult {
    double loss = 0;
    double correct = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What a training step learns from: sample n of the batch is picture order[n], with the label labels[order[n]]; of a network
/// with several heads, the labels are (pictures, heads). Losses that want numbers find those of the picture in `numbers`.
struct Batch {
    const Pictures& pictures;
    std::span<const std::int32_t> labels;
    std::span<const std::uint32_t> order;
    Seed seed{};
    std::uint64_t step = 0;                    ///< parts the random numbers of one step from those of another
    std::span<const float> head_weights = {};  ///< factors of the heads' losses; all 1 unless given
    std::span<const float> numbers = {};       ///< (pictures, outputs), instead of labels
    std::size_t samples_of_all = 0;            ///< of a part of a batch, see BatchPart: those of the whole; 0: this is the whole
    std::size_t first_sample = 0;              ///< the number of its first sample in the whole

    [[nodiscard]] std::size_t size() const { return order.size(); }
    /// Of the whole batch: what a mean over it divides by.
    [[nodiscard]] std::size_t whole() const { return samples_of_all == 0 ? size() : samples_of_all; }

    /// Throws std::invalid_argument unless the pictures have the shape `input`, and every picture of `order` is there with its
    /// targets, for a network whose heads have so many outputs.
    void check(Shape input, std::span<const std::size_t> heads) const {
        pictures.check(input);
        const std::size_t reach = order.empty() ? 0 : std::size_t{*std::max_element(order.begin(), order.end())} + 1;
        const std::size_t outputs = std::accumulate(heads.begin(), heads.end(), std::size_t{0});
        const auto expect = [](const char* what, std::size_t there, std::size_t expected) {
            if (there < expected)
                throw std::invalid_argument("denim: a batch with at least " + std::to_string(expected) + what + " was expected, but it has " +
                                            std::to_string(there));
        };
        expect(" pictures", pictures.count, reach);
        if (numbers.empty())
            expect(" labels", labels.size(), reach * heads.size());
        else
            expect(" numbers to aim at", numbers.size(), reach * outputs);
        if (!head_weights.empty()) expect(" weights of heads", head_weights.size(), heads.size());
    }
};

}  // namespace denim::inline DENIM_TARGET
