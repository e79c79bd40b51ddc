// SPDX-License-Identifier: MIT
// The kinds of shoes by three networks: gender, type of men's, type of women's. --grid trains 18 settings of each.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "shoes_separate", "Trains three networks for shoes: gender, type of men's, type of women's.",
        [](const auto& options) {
            using namespace fashion;
            run_program_task<ShoesGender>(options, {{model_3(), shoes_gender_grid()}});
            run_program_task<ShoesMale>(options, {{model_3(), shoes_male_grid()}});
            run_program_task<ShoesFemale>(options, {{model_3(), shoes_female_grid()}});
        });
}
