// SPDX-License-Identifier: MIT
// One network for all labels of shoes, or three, for the gender and for the type of each gender? Ten seeds of both.
#include "fashion/comparison.hpp"

int main(int count, char** words) {
    return fashion::run_comparison(count, words, "compare_shoes",
                                   "Compares one network for shoes with three, on the same test photographs.",
                                   fashion::compare_shoes);
}
