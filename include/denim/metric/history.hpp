// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace denim {

/// Loss and accuracy over a set; NaN where there was none.
struct Score {
    double loss = not_a_number<double>();
    double accuracy = not_a_number<double>();
};

/// One pass over the training set. `train` is the mean over its batches while the network was learning from them.
struct Epoch {
    std::size_t number = 0;  ///< from 1
    Score train, validation;
    double rate = 0;     ///< the learning rate
    double seconds = 0;  ///< validation included
    double images_per_second = 0;  ///< of training alone
    double waited = 0;             ///< seconds in which training waited for pictures; 0 in epochs that a snapshot told of
};

/// All passes of a run.
struct History {
    std::vector<Epoch> epochs;
    std::size_t best_epoch = 0;  ///< whose weights the network has now, where a callback went back to the best; else 0
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// "accuracy 0.9375, loss 0.183", without the accuracy of a loss that has none; a loss that is no number is "loss nan".
inline std::ostream& operator<<(std::ostream& out, const Score& score) {
    if (!is_nan(score.accuracy)) out << "accuracy " + detail::general(score.accuracy) + ", ";
    return out << "loss " + detail::general(score.loss);
}

}  // namespace denim::inline DENIM_TARGET
