// SPDX-License-Identifier: MIT
// The kinds of shoes by three networks: gender, type of men's, type of women's.
#include "fashion/tasks.hpp"

int main(int count, char** words) {
    return fashion::run_program(count, words, "shoes_separate",
                                "Trains three networks for shoes: gender, type of men's, type of women's.",
                                [](const auto& options) {
                                    fashion::run_program_task<fashion::ShoesGender>(options);
                                    fashion::run_program_task<fashion::ShoesMale>(options);
                                    fashion::run_program_task<fashion::ShoesFemale>(options);
                                });
}
