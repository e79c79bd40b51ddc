// SPDX-License-Identifier: MIT
// Trousers or jeans, for men or women: a network for the gender and one for the type of each. --grid trains 108, 54 and 18
// settings.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_grid_program(
        count, words, "trousers_separate", "Trains three networks for trousers: gender, type of men's, type of women's.",
        [](const auto& options) {
            using namespace fashion;
            run_program_task<TrousersGender>(options, {{model_3(), trousers_gender_grid()}});
            run_program_task<TrousersMale>(options, {{model_3(), trousers_male_grid()}});
            run_program_task<TrousersFemale>(options, {{model_3(), trousers_female_grid()}});
        });
}
