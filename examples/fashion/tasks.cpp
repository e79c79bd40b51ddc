// SPDX-License-Identifier: MIT
// Every task is compiled here, once for all programs.
#include "fashion/task_runs.hpp"

namespace fashion {

template denim::SweepTable train_runs<Primary>(const Options&, const TaskSets&, const Family&, Primary::Setting);
template denim::SweepTable train_runs<Glasses>(const Options&, const TaskSets&, const Family&, Glasses::Setting);
template denim::SweepTable train_runs<TrousersAll>(const Options&, const TaskSets&, const Family&, TrousersAll::Setting);
template denim::SweepTable train_runs<TrousersGender>(const Options&, const TaskSets&, const Family&, TrousersGender::Setting);
template denim::SweepTable train_runs<TrousersMale>(const Options&, const TaskSets&, const Family&, TrousersMale::Setting);
template denim::SweepTable train_runs<TrousersFemale>(const Options&, const TaskSets&, const Family&, TrousersFemale::Setting);
template denim::SweepTable train_runs<ShoesAll>(const Options&, const TaskSets&, const Family&, ShoesAll::Setting);
template denim::SweepTable train_runs<ShoesGender>(const Options&, const TaskSets&, const Family&, ShoesGender::Setting);
template denim::SweepTable train_runs<ShoesMale>(const Options&, const TaskSets&, const Family&, ShoesMale::Setting);
template denim::SweepTable train_runs<ShoesFemale>(const Options&, const TaskSets&, const Family&, ShoesFemale::Setting);

template TaskResult run_task<Primary>(const Options&, const TaskSets&);
template TaskResult run_task<Glasses>(const Options&, const TaskSets&);
template TaskResult run_task<TrousersAll>(const Options&, const TaskSets&);
template TaskResult run_task<TrousersGender>(const Options&, const TaskSets&);
template TaskResult run_task<TrousersMale>(const Options&, const TaskSets&);
template TaskResult run_task<TrousersFemale>(const Options&, const TaskSets&);
template TaskResult run_task<ShoesAll>(const Options&, const TaskSets&);
template TaskResult run_task<ShoesGender>(const Options&, const TaskSets&);
template TaskResult run_task<ShoesMale>(const Options&, const TaskSets&);
template TaskResult run_task<ShoesFemale>(const Options&, const TaskSets&);

}  // namespace fashion
