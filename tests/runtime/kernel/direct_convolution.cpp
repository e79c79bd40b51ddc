// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <denim/kernel/direct_convolution.hpp>

using namespace compare;
using denim::kernel::DirectConvolution;

template <Case... Cases>
void all() {
    (check<DirectConvolution, Cases>(), ...);
}

TEST_CASE("direct convolution: sums only") {
    all<Case{.sizes = {5, 5, 1, 1, 5}}, Case{.sizes = {1, 1, 3, 5, 1}, .output_step = 1}, Case{.sizes = {4, 7, 16, 17, 1}},
        Case{.sizes = {6, 17, 10, 33, 2}, .output_step = 1}, Case{.sizes = {9, 8, 3, 10, 3}, .bias = false, .output_step = 5},
        Case{.sizes = {11, 9, 20, 16, 7}, .zeros = {3, 3, 3, 3}, .input_step = 16},
        Case{.sizes = {7, 40, 5, 40, 4},
             .zeros = {1, 1, 2, 2},
             .spare = {1, 2, 3, 0},
             .input_step = 8,
             .output_border = {1, 1, 2, 2}},
        Case{.sizes = {3, 3, 100, 70, 3}, .output_step = 32}>();
}

TEST_CASE("direct convolution: strides") {
    all<Case{.sizes = {12, 11, 3, 10, 3, 2}},
        Case{.sizes = {13, 10, 17, 33, 5, 3}, .epilogue = Epilogue::relu, .zeros = {2, 1, 1, 2}, .output_step = 1},
        Case{.sizes = {8, 8, 32, 16, 1, 2}, .epilogue = Epilogue::relu, .bias = false},
        Case{.sizes = {9, 10, 32, 33, 3, 2}, .epilogue = Epilogue::relu6, .zeros = {1, 1, 1, 1}},
        Case{.sizes = {10, 9, 24, 16, 5}, .epilogue = Epilogue::relu6},
        Case{.sizes = {7, 9, 6, 5, 2, 3}, .input_step = 16},
        Case{.sizes = {17, 15, 3, 5, 4, 2}, .epilogue = Epilogue::relu_pool, .zeros = {1, 1, 1, 1}}>();
}

TEST_CASE("direct convolution: stride 2, whose gradient to the input has four phases") {
    constexpr Case wide{.sizes = {12, 11, 32, 33, 3, 2}, .zeros = {1, 1, 1, 1}};
    static_assert(kernel::has_phases(convolution(wide)) && !kernel::has_phases(convolution(Case{.sizes = {12, 11, 33, 33, 3, 2}})));
    all<wide, Case{.sizes = {9, 12, 16, 20, 7, 2}, .zeros = {3, 2, 3, 4}, .spare = {0, 1, 2, 0}, .output_border = {1, 0, 0, 2}},
        Case{.sizes = {7, 8, 20, 5, 1, 2}, .input_step = 16}, Case{.sizes = {8, 8, 64, 70, 4, 2}, .epilogue = Epilogue::relu, .zeros = {1, 1, 1, 1}},
        Case{.sizes = {2, 1, 16, 16, 2, 2}, .zeros = {1, 1, 0, 0}, .output_step = 1}, Case{.sizes = {6, 9, 48, 16, Window<3, 1>, 2}, .zeros = {0, 0, 1, 0}}>();
}

TEST_CASE("direct convolution: ReLU") {
    all<Case{.sizes = {8, 9, 1, 5, 3, 1}, .epilogue = Epilogue::relu, .zeros = {1, 1, 1, 1}},
        Case{.sizes = {10, 21, 64, 64, 5, 1}, .epilogue = Epilogue::relu},
        Case{.sizes = {6, 7, 33, 17, 6, 1},
             .epilogue = Epilogue::relu,
             .bias = false,
             .zeros = {2, 2, 3, 3},
             .output_step = 1}>();
}

TEST_CASE("direct convolution: ReLU and pool") {
    all<Case{.sizes = {14, 12, 3, 64, 5, 1}, .epilogue = Epilogue::relu_pool},
        Case{.sizes = {11, 15, 64, 32, 5, 1}, .epilogue = Epilogue::relu_pool, .output_border = {0, 0, 2, 1}},
        Case{.sizes = {4, 4, 1, 1, 3, 1}, .epilogue = Epilogue::relu_pool, .output_step = 1},
        Case{.sizes = {9, 30, 17, 33, 3, 1}, .epilogue = Epilogue::relu_pool, .bias = false},
        Case{.sizes = {8, 11, 48, 17, 7, 1},
             .epilogue = Epilogue::relu_pool,
             .zeros = {3, 3, 3, 3},
             .input_step = 16,
             .output_step = 1},
        Case{.sizes = {9, 9, 2, 10, 1, 1}, .epilogue = Epilogue::relu_pool}>();
}

TEST_CASE("direct convolution: windows that are not square, strides by axis") {
    all<Case{.sizes = {5, 12, 3, 10, Window<1, 7>}, .zeros = {0, 3, 0, 3}}, Case{.sizes = {12, 5, 16, 17, Window<7, 1>}, .zeros = {2, 0, 4, 0}},
        Case{.sizes = {9, 8, 20, 33, Window<3, 1>, {2, 1}}, .epilogue = Epilogue::relu, .zeros = {1, 0, 0, 0}, .input_step = 16},
        Case{.sizes = {9, 14, 2, 5, Window<2, 5>, {1, 3}}, .epilogue = Epilogue::relu, .bias = false, .output_step = 1},
        Case{.sizes = {8, 9, 5, 6, 3, {1, 2}}, .zeros = {1, 1, 1, 1}, .spare = {0, 1, 2, 1}, .output_border = {1, 0, 0, 2}},
        Case{.sizes = {9, 13, 17, 32, Window<1, 3>}, .epilogue = Epilogue::relu_pool, .zeros = {0, 1, 0, 1}, .input_step = 16},
        Case{.sizes = {11, 8, 3, 18, Window<5, 2>, {2, 1}}, .epilogue = Epilogue::relu_pool, .zeros = {2, 0, 2, 1}}>();
}

TEST_CASE("direct convolution: so many weights that a group of filters goes over all rows") {
    constexpr Case wide{.sizes = {6, 5, 150, 70, 3}, .epilogue = Epilogue::relu, .zeros = {1, 1, 1, 1}, .output_step = 32};
    constexpr Case pooled{.sizes = {7, 5, 96, 96, 3}, .epilogue = Epilogue::relu_pool, .zeros = {1, 1, 1, 1}, .output_border = {1, 0, 0, 2}};
    static_assert(kernel::register_tiles(convolution(wide)).by_filters && kernel::register_tiles(convolution(pooled)).by_filters);
    static_assert(!kernel::register_tiles(convolution(Case{.sizes = {6, 5, 30, 70, 3}})).by_filters);
    all<wide, pooled>();
}
