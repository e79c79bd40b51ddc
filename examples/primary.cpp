// SPDX-License-Identifier: MIT
// Glasses, trousers or shoes? The first network of the study; --grid trains all its 12 settings.
#include "fashion/tasks.hpp"

using namespace denim;

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "primary", "Trains the network that tells glasses, trousers and shoes apart.", [](const auto& options) {
            using Study = fashion::Families<3>;
            fashion::run_program_task<fashion::Primary>(
                options, fashion::TaskGrid{fashion::base(), Grid<Study::Base, Values<3, 5, 7>, Values<32, 64, 96, 128>>{}});
        });
}
