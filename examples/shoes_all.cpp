// SPDX-License-Identifier: MIT
// All 11 kinds of shoes in one network, photographs flipped at random: the study's one setting; repeat it.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_program(count, words, "shoes_all", "Trains one network for all 11 kinds of shoes.",
                                [](const auto& options) { fashion::run_program_task<fashion::ShoesAll>(options); });
}
