// SPDX-License-Identifier: MIT
// Trousers or jeans, for men or women: a network for the gender and one for the type of each.
#include "fashion/tasks.hpp"

int main(int count, char** words) {
    return fashion::run_program(count, words, "trousers_separate",
                                "Trains three networks for trousers: gender, type of men's, type of women's.",
                                [](const auto& options) {
                                    fashion::run_program_task<fashion::TrousersGender>(options);
                                    fashion::run_program_task<fashion::TrousersMale>(options);
                                    fashion::run_program_task<fashion::TrousersFemale>(options);
                                });
}
