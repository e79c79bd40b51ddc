// SPDX-License-Identifier: MIT
// Compiled once for all programs: the network with a head for each question.
#include "fashion/task_runs.hpp"

namespace fashion {

template denim::SweepTable train_runs<EveryLabel>(const Options&, const SetsOf<EveryLabel>&, const Family&,
                                                  EveryLabel::Setting);

template TaskResult run_task<EveryLabel>(const Options&, const SetsOf<EveryLabel>&);

template void run_program_task<EveryLabel>(const Options&, const std::vector<TaskGrid>&);

}  // namespace fashion
