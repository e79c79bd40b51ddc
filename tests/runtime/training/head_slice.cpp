// SPDX-License-Identifier: MIT
#include <denim/training/head_slice.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("a head by itself: the pictures that have a label for it, and its own logits") {
    const std::vector<std::size_t> heads{2, 3};
    const std::vector<float> logits{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    const std::vector<std::int32_t> labels{1, 2, no_label, 0, 0, no_label};
    const auto first = head_slice<float>(logits, labels, heads, 0), second = head_slice<float>(logits, labels, heads, 1);
    CHECK(first.labels == std::vector<std::int32_t>{1, 0});
    CHECK(first.logits == std::vector<float>{0, 1, 10, 11});
    CHECK(second.labels == std::vector<std::int32_t>{2, 0});
    CHECK(second.logits == std::vector<float>{2, 3, 4, 7, 8, 9});
}
