// SPDX-License-Identifier: MIT
#pragma once

// What a program for a single task sees of it: the rest is compiled elsewhere.

#include "fashion/grids/grids.hpp"
#include "fashion/networks.hpp"
#include "fashion/options.hpp"

#include <vector>

namespace fashion {

/// A grid of one family of a task.
struct TaskGrid {
    Family family;
    GridPoints networks;
};

/// The whole of a program for one task: its own setting, or with --grid all of these; tables, pages, the model.
/// Defined in task_runs.hpp, and compiled once for each task.
template <class Task>
void run_program_task(const Options& options, const std::vector<TaskGrid>& grids = {});

}  // namespace fashion
