// SPDX-License-Identifier: MIT
// Compiled once for all programs: the tasks of shoes, and the one whose network has a head for each question.
#include "fashion/tasks.hpp"

namespace fashion {

template struct StudyTask<ShoesAll>;
template struct StudyTask<ShoesMale>;
template struct StudyTask<ShoesFemale>;
template struct StudyTask<EveryLabel>;

}  // namespace fashion
