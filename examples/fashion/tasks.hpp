// SPDX-License-Identifier: MIT
#pragma once

// The tasks of the study at their own settings, compiled in tasks.cpp, shoes_tasks.cpp and task_runs.cpp: a program that
// includes this does not compile their networks again.

#include "fashion/task_runs.hpp"

namespace fashion {

extern template denim::SweepTable train_runs<Primary>(const Options&, const SetsOf<Primary>&, const Family&, Primary::Setting);
extern template denim::SweepTable train_runs<Glasses>(const Options&, const SetsOf<Glasses>&, const Family&, Glasses::Setting);
extern template denim::SweepTable train_runs<TrousersAll>(const Options&, const SetsOf<TrousersAll>&, const Family&,
                                                          TrousersAll::Setting);
extern template denim::SweepTable train_runs<TrousersGender>(const Options&, const SetsOf<TrousersGender>&, const Family&,
                                                             TrousersGender::Setting);
extern template denim::SweepTable train_runs<TrousersMale>(const Options&, const SetsOf<TrousersMale>&, const Family&,
                                                           TrousersMale::Setting);
extern template denim::SweepTable train_runs<TrousersFemale>(const Options&, const SetsOf<TrousersFemale>&, const Family&,
                                                             TrousersFemale::Setting);
extern template denim::SweepTable train_runs<ShoesAll>(const Options&, const SetsOf<ShoesAll>&, const Family&,
                                                       ShoesAll::Setting);
extern template denim::SweepTable train_runs<ShoesGender>(const Options&, const SetsOf<ShoesGender>&, const Family&,
                                                          ShoesGender::Setting);
extern template denim::SweepTable train_runs<ShoesMale>(const Options&, const SetsOf<ShoesMale>&, const Family&,
                                                        ShoesMale::Setting);
extern template denim::SweepTable train_runs<ShoesFemale>(const Options&, const SetsOf<ShoesFemale>&, const Family&,
                                                          ShoesFemale::Setting);
extern template denim::SweepTable train_runs<EveryLabel>(const Options&, const SetsOf<EveryLabel>&, const Family&,
                                                         EveryLabel::Setting);
extern template TaskResult run_task<Primary>(const Options&, const SetsOf<Primary>&);
extern template TaskResult run_task<Glasses>(const Options&, const SetsOf<Glasses>&);
extern template TaskResult run_task<TrousersAll>(const Options&, const SetsOf<TrousersAll>&);
extern template TaskResult run_task<TrousersGender>(const Options&, const SetsOf<TrousersGender>&);
extern template TaskResult run_task<TrousersMale>(const Options&, const SetsOf<TrousersMale>&);
extern template TaskResult run_task<TrousersFemale>(const Options&, const SetsOf<TrousersFemale>&);
extern template TaskResult run_task<ShoesAll>(const Options&, const SetsOf<ShoesAll>&);
extern template TaskResult run_task<ShoesGender>(const Options&, const SetsOf<ShoesGender>&);
extern template TaskResult run_task<ShoesMale>(const Options&, const SetsOf<ShoesMale>&);
extern template TaskResult run_task<ShoesFemale>(const Options&, const SetsOf<ShoesFemale>&);
extern template TaskResult run_task<EveryLabel>(const Options&, const SetsOf<EveryLabel>&);

}  // namespace fashion
