// SPDX-License-Identifier: MIT
// Trousers or jeans, for men or women: one network answers both. --grid trains models 1, 2 and 3: 12, 24 and 72 settings.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "trousers_all", "Trains one network for trousers and jeans of both genders.", [](const auto& options) {
            using namespace fashion;
            run_program_task<TrousersAll>(
                options,
                {{model_1(), trousers_model_1()}, {model_2(), trousers_model_2()}, {model_3(), trousers_model_3()}});
        });
}
