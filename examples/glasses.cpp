// SPDX-License-Identifier: MIT
// Optical glasses or sunglasses? --grid trains the study's 4 settings.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "glasses", "Trains the network that tells glasses and sunglasses apart.", [](const auto& options) {
            using namespace fashion;
            run_program_task<Glasses>(options, {{base(), glasses_grid()}});
        });
}
