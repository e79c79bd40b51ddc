// SPDX-License-Identifier: MIT
// Glasses, trousers or shoes? The first network of the study; --grid trains all its 12 settings.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "primary", "Trains the network that tells glasses, trousers and shoes apart.", [](const auto& options) {
            using namespace fashion;
            run_program_task<Primary>(options, {{base(), primary_grid()}});
        });
}
