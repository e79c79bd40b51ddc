// SPDX-License-Identifier: MIT
// Trousers or jeans, for men or women: one network answers both.
#include "fashion/tasks.hpp"

int main(int count, char** words) {
    return fashion::run_program(count, words, "trousers_all", "Trains one network for trousers and jeans of both genders.",
                                [](const auto& options) { fashion::run_program_task<fashion::TrousersAll>(options); });
}
