// SPDX-License-Identifier: MIT
// Compiled once for all programs: the tasks of photographs, glasses and trousers, and the gender of shoes, whose network is
// that of trousers.
#include "fashion/task_runs.hpp"

namespace fashion {

template denim::SweepTable train_runs<Primary>(const Options&, const SetsOf<Primary>&, const Family&, Primary::Setting);
template denim::SweepTable train_runs<Glasses>(const Options&, const SetsOf<Glasses>&, const Family&, Glasses::Setting);
template denim::SweepTable train_runs<TrousersAll>(const Options&, const SetsOf<TrousersAll>&, const Family&,
                                                   TrousersAll::Setting);
template denim::SweepTable train_runs<TrousersGender>(const Options&, const SetsOf<TrousersGender>&, const Family&,
                                                      TrousersGender::Setting);
template denim::SweepTable train_runs<TrousersMale>(const Options&, const SetsOf<TrousersMale>&, const Family&,
                                                    TrousersMale::Setting);
template denim::SweepTable train_runs<TrousersFemale>(const Options&, const SetsOf<TrousersFemale>&, const Family&,
                                                      TrousersFemale::Setting);
template denim::SweepTable train_runs<ShoesGender>(const Options&, const SetsOf<ShoesGender>&, const Family&,
                                                   ShoesGender::Setting);

template TaskResult run_task<Primary>(const Options&, const SetsOf<Primary>&);
template TaskResult run_task<Glasses>(const Options&, const SetsOf<Glasses>&);
template TaskResult run_task<TrousersAll>(const Options&, const SetsOf<TrousersAll>&);
template TaskResult run_task<TrousersGender>(const Options&, const SetsOf<TrousersGender>&);
template TaskResult run_task<TrousersMale>(const Options&, const SetsOf<TrousersMale>&);
template TaskResult run_task<TrousersFemale>(const Options&, const SetsOf<TrousersFemale>&);
template TaskResult run_task<ShoesGender>(const Options&, const SetsOf<ShoesGender>&);

template void run_program_task<Primary>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<Glasses>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<TrousersAll>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<TrousersGender>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<TrousersMale>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<TrousersFemale>(const Options&, const std::vector<TaskGrid>&);
template void run_program_task<ShoesGender>(const Options&, const std::vector<TaskGrid>&);

}  // namespace fashion
