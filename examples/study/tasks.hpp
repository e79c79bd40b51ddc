// SPDX-License-Identifier: MIT
#pragma once

// What of the study trains networks, in a source file of its own: compilers take two small ones at once.

#include "fashion/comparison.hpp"

namespace fashion {

/// Every task at its own setting, in the study's order, with a line on standard output for each.
std::vector<TaskResult> run_every_task(const Options& options);

/// One network against three, for trousers and for shoes.
std::vector<Comparison> compare_approaches(const Options& options);

}  // namespace fashion
