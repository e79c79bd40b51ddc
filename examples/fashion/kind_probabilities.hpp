// SPDX-License-Identifier: MIT
#pragma once

// What the heads of one network say together about the 17 kinds.

#include "fashion/catalogue.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace fashion {

/// The probability of each kind from those of the answers of `head_tasks`, one's behind another's. A category is as likely as
/// its head says. Within it a kind is as likely as its gender times its type, shared among the kinds that there are: nobody
/// makes women's formal shoes here, whatever two heads think.
inline std::vector<double> kind_probabilities(std::span<const float> answers) {
    std::vector<double> all(kinds.size(), 1);
    std::vector<double> categories(kinds.size(), 0);  // of each kind
    std::size_t first = 0;
    for (const Task& question : head_tasks) {
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            if (!concerns(question, kinds[k])) continue;
            const auto probability = static_cast<double>(answers[first + static_cast<std::size_t>(label(question, kinds[k]))]);
            (question.answer == &Kind::category ? categories : all)[k] =
                question.answer == &Kind::category ? probability : all[k] * probability;
        }
        first += class_names(question).size();
    }
    for (std::size_t begin = 0; begin < kinds.size();) {
        std::size_t end = begin;
        double sum = 0;
        for (; end < kinds.size() && kinds[end].category == kinds[begin].category; ++end) sum += all[end];
        for (std::size_t k = begin; k < end; ++k)
            all[k] = categories[k] * (sum > 0 ? all[k] / sum : 1 / static_cast<double>(end - begin));
        begin = end;
    }
    return all;
}

}  // namespace fashion
