// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <denim/kernel/algorithm.hpp>
#include <denim/kernel/arithmetic.hpp>

#include <string>

using namespace compare;

// What a network would take; the cases below must all be split.
template <Convolution Of>
struct Split : denim::kernel::algorithm<Of, Fast> {
    static_assert(denim::kernel::family<Fast>(Of) == denim::kernel::Family::split);
};

template <Case... Cases>
void all() {
    (check<Split, Cases>(), ...);
}

TEST_CASE("groups") {
    all<Case{.sizes = {7, 8, 4, 6, 2}, .groups = 2},
        Case{.sizes = {9, 14, 6, 9, 3}, .epilogue = Epilogue::relu, .zeros = {1, 1, 1, 1}, .groups = 3},
        Case{.sizes = {10, 11, 24, 30, 5}, .epilogue = Epilogue::relu6, .zeros = {2, 2, 2, 2}, .input_step = 16, .groups = 3},
        Case{.sizes = {11, 10, 32, 40, 5, 2}, .epilogue = Epilogue::relu, .zeros = {2, 1, 2, 2}, .input_step = 16, .groups = 4},
        Case{.sizes = {6, 6, 4, 8, 3}, .bias = false, .input_step = 8, .output_border = {1, 0, 2, 1}, .groups = 4},
        Case{.sizes = {13, 14, 8, 12, 3}, .epilogue = Epilogue::relu_pool, .zeros = {1, 1, 1, 1}, .groups = 4},
        Case{.sizes = {9, 9, 6, 10, 4, 2}, .epilogue = Epilogue::relu_pool, .groups = 2}>();
}

TEST_CASE("dilations, with phases of different sizes") {
    all<Case{.sizes = {9, 8, 3, 5, 3}, .dilation = 2},
        Case{.sizes = {13, 20, 17, 18, 3}, .epilogue = Epilogue::relu, .zeros = {2, 2, 2, 2}, .dilation = 2},
        Case{.sizes = {11, 10, 2, 4, 2}, .bias = false, .dilation = 3},
        Case{.sizes = {7, 6, 5, 3, 2}, .input_step = 16, .dilation = 5},
        Case{.sizes = {14, 15, 4, 6, 3},
             .epilogue = Epilogue::relu,
             .zeros = {2, 2, 2, 2},
             .spare = {1, 0, 1, 2},
             .dilation = 2,
             .groups = 2}>();
}

TEST_CASE("dilations by axis, with strides along the other, and windows that are not square") {
    all<Case{.sizes = {9, 12, 3, 5, 3}, .zeros = {1, 2, 1, 2}, .dilation = {1, 2}},
        Case{.sizes = {13, 9, 17, 18, Window<3, 1>}, .epilogue = Epilogue::relu, .zeros = {2, 0, 2, 0}, .dilation = {2, 1}},
        Case{.sizes = {11, 10, 2, 4, Window<2, 3>, {2, 1}}, .bias = false, .dilation = {1, 3}},
        Case{.sizes = {8, 13, 6, 4, Window<3, 2>, {1, 2}}, .epilogue = Epilogue::relu, .zeros = {2, 0, 2, 1}, .dilation = {3, 1}, .groups = 2},
        Case{.sizes = {9, 14, 6, 9, Window<1, 5>}, .epilogue = Epilogue::relu_pool, .zeros = {0, 2, 0, 2}, .groups = 3},
        Case{.sizes = {10, 10, 4, 6, Window<2, 3>}, .dilation = {3, 2}}>();
}

TEST_CASE("a part takes the kernel that is quickest for it, and says so") {
    CHECK(std::string{Split<convolution({.sizes = {18, 18, 8, 8, 3}, .groups = 2})>::name} == "grouped, transformed F(6,3)");
    CHECK(std::string{Split<convolution({.sizes = {9, 9, 8, 8, 4}, .dilation = 2, .groups = 2})>::name} ==
          "dilated, grouped, direct");
}
