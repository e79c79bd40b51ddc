// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <denim/kernel/depthwise_convolution.hpp>

using namespace compare;
using denim::kernel::DepthwiseConvolution;

template <Case... Cases>
void all() {
    (check<DepthwiseConvolution, Cases>(), ...);
}

TEST_CASE("depthwise convolution: windows and channels") {
    all<Case{.sizes = {5, 5, 2, 2, 3}, .input_step = 16, .groups = 2},
        Case{.sizes = {9, 21, 17, 17, 3}, .zeros = {1, 1, 1, 1}, .input_step = 16, .groups = 17},
        Case{.sizes = {7, 14, 32, 32, 5}, .epilogue = Epilogue::relu, .zeros = {2, 2, 2, 2}, .input_step = 16, .groups = 32},
        Case{.sizes = {14, 13, 17, 17, 7}, .epilogue = Epilogue::relu6, .zeros = {3, 3, 3, 3}, .input_step = 16, .groups = 17},
        Case{.sizes = {8, 9, 5, 5, 7},
             .zeros = {3, 3, 3, 3},
             .spare = {1, 0, 2, 1},
             .input_step = 16,
             .output_border = {1, 2, 0, 1},
             .groups = 5},
        Case{.sizes = {4, 3, 40, 40, 1}, .epilogue = Epilogue::relu, .bias = false, .input_step = 16, .groups = 40},
        Case{.sizes = {6, 6, 16, 16, 4}, .zeros = {1, 1, 2, 2}, .input_step = 16, .groups = 16},
        Case{.sizes = {5, 60, 40, 40, 3}, .zeros = {1, 1, 1, 1}, .input_step = 16, .groups = 40}>();  // blocks of 32 channels, and a rest
}

TEST_CASE("depthwise convolution: strides and dilations") {
    all<Case{.sizes = {9, 10, 18, 18, 3, 2}, .epilogue = Epilogue::relu, .zeros = {0, 0, 1, 1}, .input_step = 16, .groups = 18},
        Case{.sizes = {11, 12, 6, 6, 5, 3}, .zeros = {2, 1, 2, 2}, .input_step = 16, .groups = 6},
        Case{.sizes = {9, 8, 3, 3, 2, 3}, .input_step = 16, .groups = 3},
        Case{.sizes = {12, 11, 20, 20, 3},
             .epilogue = Epilogue::relu,
             .zeros = {2, 2, 2, 2},
             .input_step = 16,
             .dilation = 2,
             .groups = 20},
        Case{.sizes = {13, 14, 4, 4, 3, 2}, .zeros = {1, 0, 0, 1}, .input_step = 16, .dilation = 3, .groups = 4}>();
}

TEST_CASE("depthwise convolution: windows that are not square, strides and dilations by axis") {
    all<Case{.sizes = {5, 12, 17, 17, Window<1, 7>}, .zeros = {0, 3, 0, 3}, .input_step = 16, .groups = 17},
        Case{.sizes = {9, 8, 6, 6, Window<3, 1>, {2, 1}}, .epilogue = Epilogue::relu, .zeros = {1, 0, 0, 0}, .input_step = 16, .groups = 6},
        Case{.sizes = {7, 9, 32, 32, Window<2, 3>}, .zeros = {1, 2, 0, 2}, .input_step = 16, .dilation = {1, 2}, .groups = 32},
        Case{.sizes = {12, 11, 5, 5, 3, {1, 3}}, .bias = false, .zeros = {3, 1, 3, 0}, .spare = {1, 0, 0, 1}, .input_step = 16, .output_border = {0, 1, 1, 0}, .dilation = {3, 1}, .groups = 5}>();
}
