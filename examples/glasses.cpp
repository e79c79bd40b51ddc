// SPDX-License-Identifier: MIT
// Optical glasses or sunglasses? --grid trains the study's 4 settings.
#include "fashion/tasks.hpp"

using namespace denim;

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "glasses", "Trains the network that tells glasses and sunglasses apart.", [](const auto& options) {
            using Study = fashion::Families<2>;
            fashion::run_program_task<fashion::Glasses>(
                options, fashion::TaskGrid{fashion::base(), Grid<Study::Base, Values<3, 5>, Values<32, 64>>{}});
        });
}
