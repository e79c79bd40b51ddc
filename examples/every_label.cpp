// SPDX-License-Identifier: MIT
// All labels of all photographs by one network: category, gender and types, a head for each over one trunk.
#include "fashion/program_task.hpp"

int main(int count, char** words) {
    return fashion::run_program(count, words, "every_label",
                                "Trains one network with heads for category, gender and the types of each category.",
                                [](const auto& options) { fashion::run_program_task<fashion::EveryLabel>(options); });
}
