// SPDX-License-Identifier: MIT
// Compiled once for all programs: the tasks of photographs, glasses and trousers, and the gender of shoes, whose network is
// that of trousers.
#include "fashion/tasks.hpp"

namespace fashion {

template struct StudyTask<Primary>;
template struct StudyTask<Glasses>;
template struct StudyTask<TrousersAll>;
template struct StudyTask<TrousersGender>;
template struct StudyTask<TrousersMale>;
template struct StudyTask<TrousersFemale>;
template struct StudyTask<ShoesGender>;

}  // namespace fashion
