// SPDX-License-Identifier: MIT
#include <denim/kernel/toom_cook.hpp>

#include <doctest/doctest.h>

using namespace denim::kernel;

namespace {

// The transforms are bilinear, so it is enough that every pair of unit vectors convolves exactly.
template <std::size_t Outputs, std::size_t Taps>
constexpr bool convolves_exactly() {
    const auto output = output_matrix<Outputs>();
    const auto weight = weight_matrix<Taps>();
    const auto input = input_matrix();
    for (std::size_t k = 0; k < Outputs; ++k)
        for (std::size_t d = 0; d < tile; ++d)
            for (std::size_t g = 0; g < Taps; ++g) {
                Rational sum = 0;
                for (std::size_t i = 0; i < tile; ++i) sum = sum + output[k][i] * weight[i][g] * input[i][d];
                if (sum != Rational{d == k + g}) return false;
            }
    return true;
}

static_assert(convolves_exactly<6, 3>(), "forward and input gradient of 3 x 3");
static_assert(convolves_exactly<4, 5>(), "forward and input gradient of 5 x 5");
static_assert(convolves_exactly<2, 7>(), "forward and input gradient of 7 x 7");
static_assert(convolves_exactly<3, 6>(), "weight gradient of 3 x 3");
static_assert(convolves_exactly<5, 4>(), "weight gradient of 5 x 5");
static_assert(convolves_exactly<7, 2>(), "weight gradient of 7 x 7");

static_assert(Rational{6, -4} == Rational{-3, 2});
static_assert(Rational{1, 2} + Rational{1, 3} == Rational{5, 6});
static_assert(Rational{1, 2} / Rational{-3, 4} == Rational{-2, 3});

}  // namespace

TEST_CASE("coefficients in single precision are the fractions rounded once") {
    const auto weight = rounded(weight_matrix<5>());
    CHECK(weight[0][0] == -1.0f);
    CHECK(weight[1][0] == static_cast<float>(-2.0 / 9.0));
    CHECK(weight[3][4] == static_cast<float>(16.0 / 90.0));
}
