// SPDX-License-Identifier: MIT
#pragma once

// What a network that others taught before says of the study's test photographs after it has learned the training photographs; a file in the logs
// for each seed.

#include "fashion/contest.hpp"
#include "fashion/pretrained_comparison.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fashion {

/// What one way to learn came to.
struct TrunkAnswers {
    std::vector<std::int32_t> answers = {};  ///< places among all kinds
    double seconds = 0;                      ///< of training, with the features of all photographs, which several seeds share
    double milliseconds = 0;                 ///< for a photograph
    double validation = 0;                   ///< share of validation photographs that are right
};

/// One seed: the trunk as it is, and with its last blocks learning too.
struct TrunkRun {
    TrunkAnswers frozen, tuned;
    std::size_t parameters = 0;
    std::string trunk, setting;  ///< "lite-225x193", and what was chosen
    std::size_t versions = 0;
};

struct PretrainedRuns {
    std::vector<TrunkRun> all;  ///< by seed
    std::size_t epochs = 0;     ///< of the last blocks, at most

    /// How they came about, in a few sentences.
    [[nodiscard]] std::string note() const;
};

/// Trains what the logs have not yet. Throws denim::FileError for photographs that are not those of the sets, and for weights that are none.
PretrainedRuns train_pretrained(const Options& options, const PretrainedOptions& pretrained, const Contest& contest);

/// What the logs have of seeds that follow each other, from the first on.
PretrainedRuns runs_in_logs(const Options& options, const Contest& contest);

}  // namespace fashion
