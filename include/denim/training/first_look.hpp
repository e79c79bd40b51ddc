// SPDX-License-Identifier: MIT
#pragma once

// Mistakes that stop no run and spoil its result: looked for before the first step, one line on standard error for each.

#include <denim/machine/say_once.hpp>
#include <denim/training/fit_options.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Pictures in another range than their type's: bytes that are only 0 and 1, floats that go from 0 to 255.
inline void look_at_pictures(const Pictures& pictures) {
    if (!pictures.bytes && !pictures.floats) return;  // of a source
    const std::size_t size = pictures.shape.size();
    if (pictures.bytes) {
        const std::uint8_t *first = pictures.bytes, *last = first + pictures.count * size;
        if (std::none_of(first, last, [](std::uint8_t byte) { return byte > 1; }) && std::find(first, last, 1) != last)
            say_once(
                "fit: the bytes of the training set are only 0 and 1, of 0 to 255, so the network sees 0 and 1/255; "
                "multiply them by 255, or give floats");
        return;
    }
    if (pictures.shape.vector()) return;  // what was measured has ranges of its own
    constexpr std::size_t looked_at = 1000;  // pictures, spread over the set
    float largest = 0;
    for (std::size_t n = 0; n < pictures.count; n += std::max<std::size_t>(pictures.count / looked_at, 1))
        for (const float number : std::span{pictures.floats + n * size, size}) {
            if (!Accepted{.highest = 255}.takes(static_cast<double>(number))) return;
            largest = std::max(largest, number);
        }
    if (largest > 16)
        say_once("fit: the floats of the training set go from 0 to " + shortest_text(largest) +
                 ", and the network sees them as they are; divide them by 255, or give bytes, which are scaled on the way");
}

/// A softmax or a sigmoid before a loss that has one of its own.
inline void look_at_end(const Learner& learner, const LossOfHeads& losses) {
    for (std::size_t head = 0; head < learner.heads().size(); ++head) {
        const Squash end = learner.ends_in(head);
        if (end == Squash::none || losses.of(head).gives() == Gives::numbers) continue;
        std::string line{"fit: the network ends in a "};
        line.append(end == Squash::softmax ? "softmax" : "sigmoid").append(", but ")
            .append(losses.of(head).name().empty() ? "the loss" : losses.of(head).name());
        say_once(line.append(" takes logits and does that itself; let the last layer be linear"));
    }
}

/// Whether each output of a network with one head begins with a bias that leaves it no probability: room for later, of which no label is expected.
inline std::vector<bool> shut_outputs(Learner& learner) {
    constexpr float shut = -1000;
    std::vector<bool> all(learner.classes());
    const std::span<const Row> rows = learner.rows();
    if (learner.heads().size() != 1 || rows.empty() || !rows.back().name.ends_with(".bias") || rows.back().size() != all.size()) return all;
    for (std::size_t n = 0; n < all.size(); ++n) all[n] = learner.parameters()[rows.back().offset + n] <= shut;
    return all;
}

/// Classes that no label names.
inline void look_at_labels(Learner& learner, const Samples& train) {
    const auto heads = learner.heads();
    for (std::size_t head = 0; head < heads.size() && !train.labels.empty(); ++head) {
        std::vector<bool> used = heads.size() == 1 ? shut_outputs(learner) : std::vector<bool>(heads[head]);
        for (std::size_t n = head; n < train.labels.size(); n += heads.size())
            if (train.labels[n] != no_label) used[static_cast<std::size_t>(train.labels[n])] = true;
        std::string unused;
        std::size_t count = 0;
        constexpr std::size_t named = 10;
        for (std::size_t label = 0; label < used.size(); ++label)
            if (!used[label] && ++count <= named) unused += (count > 1 ? ", " : "") + std::to_string(label);
        if (count == 0) continue;
        if (count > named) unused += " and " + std::to_string(count - named) + " more";
        const bool several = count > 1;
        say_once(std::string{several ? "fit: no picture of the training set has one of the labels " : "fit: no picture of the training set has the label "} +
                 unused + (heads.size() > 1 ? " of head " + std::to_string(head) : "") +
                 (several ? ", but the network has outputs for them; labels go from 0 to " : ", but the network has an output for it; labels go from 0 to ") +
                 std::to_string(heads[head] - 1));
    }
}

/// All of these.
inline void take_first_look(Learner& learner, const Samples& train, const FitOptions& options) {
    look_at_pictures(train.pictures);
    look_at_end(learner, {options.loss, options.head_losses});
    look_at_labels(learner, train);
}

}  // namespace denim::inline DENIM_TARGET::detail
