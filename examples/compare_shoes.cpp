// SPDX-License-Identifier: MIT
// One network for all labels of shoes, three, for the gender and for the type of each gender, or one with heads for all labels
// of all photographs? Ten seeds of each.
#include "fashion/comparison.hpp"

int main(int count, char** words) {
    return fashion::run_comparison(count, words, "compare_shoes",
                                   "Compares one network for shoes, three, and one with heads, on the same test photographs.",
                                   fashion::compare_shoes);
}
