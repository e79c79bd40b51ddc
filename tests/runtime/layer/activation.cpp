// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <array>
#include <cmath>
#include <cstddef>

using namespace denim;
using testing::check_gradients;

namespace {

// By itself and as an option, whole vectors of channels and parts.
template <class Function>
void check() {
    check_gradients<Image<4, 3, 2>, Sequential<Conv<2, 18, Function>, Activation<Function>, Dense<6, Function>, Dense<3>>>(3);
}

// Values by the functions' definitions, written once more.
template <class Function, class Expected>
void compare(Expected expected) {
    for (double x = -6; x <= 6; x += 0.37) {
        INFO("x = ", x);
        CHECK(Function::value(x) == doctest::Approx(expected(x)).epsilon(1e-12));
        const float y = Function::value(static_cast<float>(x));
        CHECK(static_cast<double>(y) == doctest::Approx(expected(x)).epsilon(1e-5));
    }
}

}  // namespace

TEST_CASE("values") {
    compare<ReLU>([](double x) { return std::max(x, 0.0); });
    compare<LeakyReLU>([](double x) { return std::max(x, 0.3 * x); });
    compare<ELU>([](double x) { return x > 0 ? x : std::expm1(x); });
    compare<GELU>([](double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); });
    compare<SiLU>([](double x) { return x / (1 + std::exp(-x)); });
    compare<HardSwish>([](double x) { return x * std::min(std::max(x + 3, 0.0), 6.0) / 6; });
    compare<Sigmoid>([](double x) { return 1 / (1 + std::exp(-x)); });
    compare<Tanh>([](double x) { return std::tanh(x); });
}

TEST_CASE("gradients") {
    check<LeakyReLU>();
    check<ELU>();
    check<GELU>();
    check<SiLU>();
    check<HardSwish>();
    check<Sigmoid>();
    check<Tanh>();
    check<Softmax>();
    check<ReLU>();
    check_gradients<Image<8, 8, 3>, Sequential<Dense<400, GELU>, Dense<3>>>(9, 997);
}

TEST_CASE("far from zero nothing overflows") {
    for (const float x : {-1e4f, -100.0f, 100.0f, 1e4f}) {
        CHECK(std::isfinite(SiLU::value(x)));
        CHECK(std::isfinite(GELU::value(x)));
        CHECK(std::isfinite(ELU::value(x)));
        CHECK(std::isfinite(Sigmoid::value(x)));
        CHECK(std::isfinite(Sigmoid::slope(x, Sigmoid::value(x))));
        CHECK(std::isfinite(GELU::slope(x, 0.0f)));
    }
    // A softmax is of differences: the same far from zero, in place and beside it.
    for (const float far : {0.0f, 1e4f, -1e4f}) {
        const std::array<float, 3> x{far, far + 1, far + 3};
        std::array<float, 3> y{};
        detail::activate<Softmax>(x.data(), y.data(), 3);
        const double sum = 1 + std::exp(1.0) + std::exp(3.0);
        CHECK(y[0] == doctest::Approx(1 / sum));
        CHECK(y[1] == doctest::Approx(std::exp(1.0) / sum));
        CHECK(y[2] == doctest::Approx(std::exp(3.0) / sum));
    }
}

namespace {

struct Square {  // a class of one's own
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * x;
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        return x + x;
    }
};

}  // namespace

TEST_CASE("a function of one's own") {
    check_gradients<Image<4, 3, 2>, Sequential<Conv<2, 5, Square>, Activation<Square>, Dense<3>>>(4);
}
