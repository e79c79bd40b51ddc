// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace denim {

/// What a picture should give: the number of its class, or a number for each output.
struct Target {
    std::int32_t label = 0;
    std::span<const float> numbers = {};
};

/// Which of the two a loss wants.
enum class Wants { label, numbers };

/// What the outputs of a head are, by the loss that it learned by: logits of classes of which one is right (probabilities are
/// their softmax), of labels that may stand side by side (a sigmoid each), or numbers that are no probabilities.
enum class Gives { classes, labels, numbers };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The words for them in files, in their order.
inline constexpr std::array<std::string_view, 3> gives_words{"classes", "labels", "numbers"};

/// A word for each head.
inline std::vector<std::string> words_of(std::span<const Gives> heads) {
    std::vector<std::string> words;
    for (const Gives head : heads) words.emplace_back(gives_words[static_cast<std::size_t>(head)]);
    return words;
}

}  // namespace denim::inline DENIM_TARGET
