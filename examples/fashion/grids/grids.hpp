// SPDX-License-Identifier: MIT
#pragma once

// The study's large grids, compiled in source files of their own: a program that includes this compiles none of their networks. The small
// ones stand in the programs.

#include <denim/sweep/sweep_point.hpp>

#include <cstddef>
#include <vector>

namespace fashion {

using GridPoints = std::vector<denim::SweepPoint>;

GridPoints trousers_model_2();      ///< windows 3, 5, 7; 32, 64, 96, 128 filters; second windows 3, 5: 24 networks of 4 classes
GridPoints trousers_model_3();      ///< these with a layer of 256, 512 or 1024: 72
GridPoints trousers_gender_grid();  ///< of 2 classes, second window 7 too: 108
GridPoints trousers_male_grid();    ///< the same with 32 or 64 filters: 54
GridPoints trousers_female_grid();  ///< the same with second window 3: 18
GridPoints shoes_gender_grid();     ///< the same 18
GridPoints shoes_male_grid();       ///< the same 18, of 5 classes
GridPoints shoes_female_grid();     ///< the same 18, of 6 classes

/// What the large ones are made of: networks with the same two windows and the same filters, and so the same convolutions.
struct GridPart {
    GridPoints model_2;                                            ///< of 4 classes
    GridPoints model_3, model_3_of_2, model_3_of_5, model_3_of_6;  ///< of 4 classes, of 2, of 5, of 6
};

/// Defined in grid_part.hpp. Windows 3, 5, 7 of each convolution with filters 32, 64 or 96, 128 have a source file each.
template <std::size_t Kernel, std::size_t Second, std::size_t... Filters>
GridPart grid_part();

}  // namespace fashion
