// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

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
    CHECK(ActivationFunction<Function>);
    for (double x = -6; x <= 6; x += 0.37) {
        INFO("x = ", x);
        CHECK(Function::value(x) == doctest::Approx(expected(x)).epsilon(1e-12));
        const float y = Function::value(static_cast<float>(x));
        CHECK(static_cast<double>(y) == doctest::Approx(expected(x)).epsilon(1e-5));
    }
}

// Values and slopes of vectors are those of numbers, over the whole range and between.
template <class Function>
void compare_vectors() {
    constexpr std::size_t lanes = simd::lanes<float>;
    std::array<float, lanes> x{}, y{}, slope{};
    for (float first = -100; first <= 100; first += 0.173f * static_cast<float>(lanes)) {
        for (std::size_t n = 0; n < lanes; ++n) x[n] = first + 0.173f * static_cast<float>(n);
        simd::store(y.data(), Function::value(simd::load(x.data())));
        simd::store(slope.data(), Function::slope(simd::load(x.data()), simd::load(y.data())));
        for (std::size_t n = 0; n < lanes; ++n) {
            INFO("x = ", x[n]);
            const double exact = static_cast<double>(x[n]), right = Function::value(exact);
            CHECK(std::abs(static_cast<double>(y[n]) - right) <= 1e-5 * std::abs(right) + 1e-30);
            CHECK(std::abs(static_cast<double>(slope[n]) - Function::slope(exact, right)) <= 2e-5);
        }
    }
}

// A NaN gives NaN, infinities the limits.
template <class Function>
void check_corners(double below, double above) {
    const auto check = [](auto zero) {
        using Scalar = decltype(zero);
        const auto infinity = std::numeric_limits<Scalar>::infinity();
        CHECK(is_nan(Function::value(not_a_number<Scalar>())));
        return std::array{static_cast<double>(Function::value(-infinity)), static_cast<double>(Function::value(infinity))};
    };
    const std::array limits{below, above};
    CHECK(check(0.0f) == limits);
    CHECK(check(0.0) == limits);
    constexpr std::size_t lanes = simd::lanes<float>;
    std::array<float, lanes> y{};
    simd::store(y.data(), Function::value(simd::broadcast(not_a_number<float>())));
    CHECK(is_nan(y[0]));
    simd::store(y.data(), Function::value(simd::broadcast(std::numeric_limits<float>::infinity())));
    CHECK(static_cast<double>(y[lanes - 1]) == above);
    simd::store(y.data(), Function::value(simd::broadcast(-std::numeric_limits<float>::infinity())));
    CHECK(static_cast<double>(y[0]) == below);
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
    compare<LeakyReLUOf<0.01>>([](double x) { return std::max(x, 0.01 * x); });
    compare<LeakyReLUOf<0>>([](double x) { return std::max(x, 0.0); });
    compare<ELUOf<0.5>>([](double x) { return x > 0 ? x : 0.5 * std::expm1(x); });
    compare<ReLU6>([](double x) { return std::min(std::max(x, 0.0), 6.0); });
    compare<Clip<-1, 2.5>>([](double x) { return std::min(std::max(x, -1.0), 2.5); });
    compare<HardSigmoid>([](double x) { return std::min(std::max(x + 3, 0.0), 6.0) / 6; });
    compare<Softplus>([](double x) { return std::log1p(std::exp(x)); });
    compare<Times<-0.1>>([](double x) { return -0.1 * x; });
    compare<Mish>([](double x) { return x * std::tanh(std::log1p(std::exp(x))); });
}

TEST_CASE("vectors give what numbers give") {
    compare_vectors<LeakyReLUOf<0.01>>();
    compare_vectors<ELUOf<0.5>>();
    compare_vectors<ReLU6>();
    compare_vectors<Clip<-1, 2.5>>();
    compare_vectors<HardSigmoid>();
    compare_vectors<Softplus>();
    compare_vectors<Mish>();
    compare_vectors<Times<-0.1>>();
}

TEST_CASE("slopes at and beyond the limits") {
    CHECK(ReLU6::slope(0.0, ReLU6::value(0.0)) == 0);
    CHECK(ReLU6::slope(3.0, ReLU6::value(3.0)) == 1);
    CHECK(ReLU6::slope(6.0, ReLU6::value(6.0)) == 0);
    CHECK(Clip<-1, 2.5>::slope(-1.0f, -1.0f) == 0);
    CHECK(HardSigmoid::slope(-3.0, HardSigmoid::value(-3.0)) == 0);
    CHECK(HardSigmoid::slope(0.0, HardSigmoid::value(0.0)) == doctest::Approx(1.0 / 6));
    CHECK(HardSigmoid::slope(3.5, HardSigmoid::value(3.5)) == 0);
    CHECK(Softplus::slope(-40.0f, Softplus::value(-40.0f)) == doctest::Approx(std::exp(-40.0)).epsilon(1e-5));
}

TEST_CASE("not numbers, and infinite ones") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check_corners<ReLU>(0, infinity);
    check_corners<LeakyReLUOf<0.01>>(-infinity, infinity);
    check_corners<ELUOf<0.5>>(-0.5, infinity);
    check_corners<ReLU6>(0, 6);
    check_corners<Clip<-1, 2.5>>(-1, 2.5);
    check_corners<HardSigmoid>(0, 1);
    check_corners<Sigmoid>(0, 1);
    check_corners<Tanh>(-1, 1);
    check_corners<Softplus>(0, infinity);
    check_corners<Mish>(0, infinity);
    CHECK(Mish::slope(infinity, infinity) == 1);
    CHECK(Mish::slope(-infinity, 0.0) == 0);
}

TEST_CASE("numbers among a template's arguments are spelled as they were written") {
    CHECK(detail::spelling<Clip<-0.5, 6>>() == "Clip<-0.5, 6>");
    CHECK(detail::spelling<Conv<3, 8, LeakyReLUOf<0.01>, Same>>() == "Conv<3, 8, LeakyReLUOf<0.01>, Same>");
    CHECK(detail::spelling<LeakyReLUOf<0.3f>>() == "LeakyReLUOf<0.3>");
    CHECK(detail::spelling<ELUOf<1.0 / 3>>() == "ELUOf<0.3333333333333333>");
    CHECK(detail::spelling<Clip<-1e-7, 120.25>>() == "Clip<-0.0000001, 120.25>");
    CHECK(std::is_same_v<Clip<0, 6.0>, Clip<0.0, 6>>);
    CHECK(Decimal{0.1}.value() == 0.1);
    CHECK(Decimal{-2.5e-4}.value() == -2.5e-4);
    CHECK(Decimal{1e10}.value() == 1e10);
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
    check<LeakyReLUOf<0.01>>();
    check<ELUOf<0.5>>();
    check<Clip<-0.25, 0.5>>();
    check<ReLU6>();
    check<HardSigmoid>();
    check<Softplus>();
    check<Mish>();
    check<Times<-0.5>>();
    check_gradients<Image<5, 4, 4>, Sequential<DepthwiseConv<3, Mish>, DepthwiseConv<1, ReLU6>, Dense<3>>>(3);
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
        detail::activate<Softmax, float>(x.data(), y.data(), 3);
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
