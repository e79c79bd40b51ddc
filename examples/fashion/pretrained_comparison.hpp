// SPDX-License-Identifier: MIT
#pragma once

// Networks from scratch beside a network that others taught before, on the same photographs of the study: its trunk as it is with a last layer of
// its own (frozen), and with its last blocks learning too (tuned).

#include "fashion/comparison.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace fashion {

/// What the pretrained contestants begin with.
struct PretrainedOptions {
    std::filesystem::path photographs = "photos";  ///< the folder that convert_images read: its frame is too small for their trunk
    std::filesystem::path weights;                 ///< empty: where examples/pretrained/get puts them
    std::string trunk, size = "225x193";           ///< lite or small; empty: lite where the weights are
    std::size_t versions = 3;                      ///< of each photograph, the first as it is
};

/// Trains what is missing of the tasks, of the network with heads and of the pretrained contestants, and compares them on the test photographs of
/// all categories. Without weights it says so, and compares the others. What was compared once is found in the logs.
Comparison compare_pretrained(const Options& options, const PretrainedOptions& pretrained);

/// The same of the seeds, from `options.seed` on, for which the logs have it already: nothing of a trunk is computed. None where there are none.
std::optional<Comparison> comparison_in_logs(const Options& options);

}  // namespace fashion
