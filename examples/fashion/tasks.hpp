// SPDX-License-Identifier: MIT
#pragma once

// The tasks of the study at their own settings, compiled in tasks.cpp: a program that includes this does not compile their
// networks again.

#include "fashion/task_runs.hpp"

namespace fashion {

extern template denim::SweepTable train_runs<Primary>(const Options&, const TaskSets&, const Family&, Primary::Setting);
extern template denim::SweepTable train_runs<Glasses>(const Options&, const TaskSets&, const Family&, Glasses::Setting);
extern template denim::SweepTable train_runs<TrousersAll>(const Options&, const TaskSets&, const Family&, TrousersAll::Setting);
extern template denim::SweepTable train_runs<TrousersGender>(const Options&, const TaskSets&, const Family&,
                                                             TrousersGender::Setting);
extern template denim::SweepTable train_runs<TrousersMale>(const Options&, const TaskSets&, const Family&,
                                                           TrousersMale::Setting);
extern template denim::SweepTable train_runs<TrousersFemale>(const Options&, const TaskSets&, const Family&,
                                                             TrousersFemale::Setting);
extern template denim::SweepTable train_runs<ShoesAll>(const Options&, const TaskSets&, const Family&, ShoesAll::Setting);
extern template denim::SweepTable train_runs<ShoesGender>(const Options&, const TaskSets&, const Family&, ShoesGender::Setting);
extern template denim::SweepTable train_runs<ShoesMale>(const Options&, const TaskSets&, const Family&, ShoesMale::Setting);
extern template denim::SweepTable train_runs<ShoesFemale>(const Options&, const TaskSets&, const Family&, ShoesFemale::Setting);
extern template TaskResult run_task<Primary>(const Options&, const TaskSets&);
extern template TaskResult run_task<Glasses>(const Options&, const TaskSets&);
extern template TaskResult run_task<TrousersAll>(const Options&, const TaskSets&);
extern template TaskResult run_task<TrousersGender>(const Options&, const TaskSets&);
extern template TaskResult run_task<TrousersMale>(const Options&, const TaskSets&);
extern template TaskResult run_task<TrousersFemale>(const Options&, const TaskSets&);
extern template TaskResult run_task<ShoesAll>(const Options&, const TaskSets&);
extern template TaskResult run_task<ShoesGender>(const Options&, const TaskSets&);
extern template TaskResult run_task<ShoesMale>(const Options&, const TaskSets&);
extern template TaskResult run_task<ShoesFemale>(const Options&, const TaskSets&);

}  // namespace fashion
