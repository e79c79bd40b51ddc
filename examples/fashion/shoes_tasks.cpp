// SPDX-License-Identifier: MIT
// Compiled once for all programs: the tasks of shoes.
#include "fashion/task_runs.hpp"

namespace fashion {

template denim::SweepTable train_runs<ShoesAll>(const Options&, const SetsOf<ShoesAll>&, const Family&, ShoesAll::Setting);
template denim::SweepTable train_runs<ShoesMale>(const Options&, const SetsOf<ShoesMale>&, const Family&, ShoesMale::Setting);
template denim::SweepTable train_runs<ShoesFemale>(const Options&, const SetsOf<ShoesFemale>&, const Family&,
                                                   ShoesFemale::Setting);

template TaskResult run_task<ShoesAll>(const Options&, const SetsOf<ShoesAll>&);
template TaskResult run_task<ShoesMale>(const Options&, const SetsOf<ShoesMale>&);
template TaskResult run_task<ShoesFemale>(const Options&, const SetsOf<ShoesFemale>&);

template void run_program_task<ShoesAll>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<ShoesMale>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<ShoesFemale>(const Options&, const std::vector<TaskGrid>&);

}  // namespace fashion
