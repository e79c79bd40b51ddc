// SPDX-License-Identifier: MIT
// Every function of the door to vectors. This program is built once for each vector unit: runtime.machine.simd.avx and so on.
#include <denim/machine/random.hpp>
#include <denim/machine/simd_functions.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

using namespace denim;

namespace {

constexpr std::size_t lanes = simd::lanes<float>;

template <class Scalar>
using Numbers = std::array<Scalar, simd::lanes<Scalar>>;

template <class Scalar>
simd::Vector<Scalar> vector(const Numbers<Scalar>& from) {
    return simd::load(from.data());
}
template <class Scalar>
Numbers<Scalar> numbers(simd::Vector<Scalar> from) {
    Numbers<Scalar> to;
    simd::store(to.data(), from);
    return to;
}
template <class Scalar>
Numbers<Scalar> random_numbers(std::uint64_t stream, double low, double high) {
    Random random{Seed{4}, stream};
    Numbers<Scalar> result;
    for (Scalar& number : result) number = static_cast<Scalar>(random.uniform(low, high));
    return result;
}

/// Each of these in each lane, the others before and behind it.
template <class Scalar>
std::vector<Scalar> corners() {
    using Limits = std::numeric_limits<Scalar>;
    return {not_a_number<Scalar>(), Scalar(0), Scalar(-1.5), infinite<Scalar>(), Limits::max(), -not_a_number<Scalar>(), Limits::lowest(),
            -infinite<Scalar>(), Limits::min(), Scalar(-0.0), Scalar(7)};
}
template <class Scalar>
Numbers<Scalar> some_corners(std::size_t first) {
    const std::vector<Scalar> all = corners<Scalar>();
    Numbers<Scalar> result;
    for (std::size_t n = 0; n < result.size(); ++n) result[n] = all[(first + n) % all.size()];
    return result;
}

/// The same number, or both NaN; zeros are equal.
template <class Scalar>
bool same(Scalar left, Scalar right) {
    return is_nan(left) || is_nan(right) ? is_nan(left) && is_nan(right) : left == right;
}

/// Calls act(a, b) with all pairs of corners in all lanes.
template <class Scalar, class Act>
void each_pair(Act act) {
    const std::size_t all = corners<Scalar>().size();
    for (std::size_t a = 0; a < all; ++a)
        for (std::size_t b = 0; b < all; ++b) act(some_corners<Scalar>(a), some_corners<Scalar>(b));
}

template <class Scalar>
Scalar larger(Scalar a, Scalar b) {
    return is_nan(a) || is_nan(b) ? not_a_number<Scalar>() : a > b ? a : b;
}

template <class Scalar>
double worst(Scalar (*exact)(Scalar), simd::Vector<Scalar> (*fast)(simd::Vector<Scalar>), double low, double high) {
    double error = 0;
    for (std::uint64_t stream = 0; stream < 500; ++stream) {
        const auto x = random_numbers<Scalar>(stream, low, high), y = numbers<Scalar>(fast(vector<Scalar>(x)));
        for (std::size_t n = 0; n < x.size(); ++n) {
            const double right = static_cast<double>(exact(x[n]));
            error = std::max(error, std::abs(static_cast<double>(y[n]) - right) / std::max(std::abs(right), 1e-30));
        }
    }
    return error / static_cast<double>(std::numeric_limits<Scalar>::epsilon());
}

}  // namespace

TEST_CASE("this is the vector unit that was asked for") {
    if (const char* wanted = std::getenv("DENIM_TEST_VECTORS")) CHECK(std::string_view{wanted} == DENIM_TEXT(DENIM_VECTORS));
    CHECK(lanes == simd::width / sizeof(float));
    CHECK(simd::lanes<double> == lanes / 2);
}

TEST_CASE_TEMPLATE("reading and writing, whole and in part, at any alignment", Scalar, float, double) {
    constexpr std::size_t count = simd::lanes<Scalar>;
    std::vector<Scalar> from(3 * count), to(3 * count);
    for (std::size_t n = 0; n < from.size(); ++n) from[n] = static_cast<Scalar>(n + 1);
    for (std::size_t offset = 0; offset < count; ++offset) {
        std::fill(to.begin(), to.end(), Scalar(-1));
        simd::store(to.data() + offset, simd::load(from.data() + offset));
        for (std::size_t n = 0; n < to.size(); ++n) REQUIRE(to[n] == (n >= offset && n < offset + count ? from[n] : Scalar(-1)));
        for (std::size_t some = 0; some <= count; ++some) {
            const auto part = numbers<Scalar>(simd::load_first(from.data() + offset, some));
            for (std::size_t n = 0; n < count; ++n) REQUIRE(part[n] == (n < some ? from[offset + n] : Scalar(0)));
            std::fill(to.begin(), to.end(), Scalar(-1));
            simd::store_first(to.data() + offset, simd::load(from.data()), some);
            for (std::size_t n = 0; n < to.size(); ++n)
                REQUIRE(to[n] == (n >= offset && n < offset + some ? from[n - offset] : Scalar(-1)));
        }
    }
    for (const Scalar number : numbers<Scalar>(simd::broadcast(Scalar(2.5)))) CHECK(number == Scalar(2.5));
    CHECK(numbers<Scalar>(simd::keep(simd::load(from.data()))) == numbers<Scalar>(simd::load(from.data())));
    simd::prefetch(from.data());
}

TEST_CASE("bytes") {
    std::vector<std::uint8_t> from(256 + lanes), to(lanes + 2);
    for (std::size_t n = 0; n < from.size(); ++n) from[n] = static_cast<std::uint8_t>(n * 37);
    for (std::size_t first = 0; first < 256; ++first) {
        const auto wide = numbers<float>(simd::load_bytes(from.data() + first));
        for (std::size_t n = 0; n < lanes; ++n) REQUIRE(wide[n] == static_cast<float>(from[first + n]));
        std::fill(to.begin(), to.end(), std::uint8_t{99});
        simd::store_bytes(to.data() + 1, vector<float>(wide));
        for (std::size_t n = 0; n < lanes; ++n) REQUIRE(to[n + 1] == from[first + n]);
        REQUIRE(to.front() == 99);
        REQUIRE(to.back() == 99);
    }
}

TEST_CASE_TEMPLATE("arithmetic", Scalar, float, double) {
    const auto a = random_numbers<Scalar>(1, -2, 2), b = random_numbers<Scalar>(2, -2, 2), c = random_numbers<Scalar>(3, -2, 2);
    const auto fused = numbers<Scalar>(simd::fma(vector<Scalar>(a), vector<Scalar>(b), vector<Scalar>(c)));
    const auto roots = numbers<Scalar>(simd::sqrt(vector<Scalar>(a) * vector<Scalar>(a)));
    const auto chosen = numbers<Scalar>(simd::select(vector<Scalar>(a) > vector<Scalar>(b), vector<Scalar>(c), vector<Scalar>(a)));
    double sum = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        const double exact = static_cast<double>(a[n]) * static_cast<double>(b[n]) + static_cast<double>(c[n]);
        CHECK(std::abs(static_cast<double>(fused[n]) - exact) <= 4 * static_cast<double>(std::numeric_limits<Scalar>::epsilon()));
        CHECK(static_cast<double>(roots[n]) == doctest::Approx(std::abs(static_cast<double>(a[n]))));
        CHECK(chosen[n] == (a[n] > b[n] ? c[n] : a[n]));
        sum += static_cast<double>(a[n]);
    }
    CHECK(static_cast<double>(simd::sum(vector<Scalar>(a))) == doctest::Approx(sum));
}

TEST_CASE_TEMPLATE("functions agree with the library's, in units of the last place", Scalar, float, double) {
    const auto exp = +[](Scalar x) { return simd::exp(x); };
    const auto tanh = +[](Scalar x) { return simd::tanh(x); };
    const auto erf = +[](Scalar x) { return simd::erf(x); };
    CHECK(worst<Scalar>(exp, +[](simd::Vector<Scalar> x) { return simd::exp(x); }, -80, 80) < 4);
    CHECK(worst<Scalar>(tanh, +[](simd::Vector<Scalar> x) { return simd::tanh(x); }, -9, 9) < 8);
    CHECK(worst<Scalar>(erf, +[](simd::Vector<Scalar> x) { return simd::erf(x); }, -4, 4) < 64);
    const auto log1p = +[](Scalar x) { return simd::log1p(x); };
    CHECK(worst<Scalar>(log1p, +[](simd::Vector<Scalar> x) { return simd::log1p(x); }, 0, 1) < 4);
    CHECK(worst<Scalar>(log1p, +[](simd::Vector<Scalar> x) { return simd::log1p(x); }, 0, 1e-9) < 4);
    CHECK(simd::select(true, Scalar(1), Scalar(2)) == 1);
    CHECK(simd::select(false, Scalar(1), Scalar(2)) == 2);
}

TEST_CASE_TEMPLATE("functions of a NaN are NaN, those of infinities their limits", Scalar, float, double) {
    for (std::size_t first = 0; first < corners<Scalar>().size(); ++first) {
        const auto x = some_corners<Scalar>(first);
        const auto exp = numbers<Scalar>(simd::exp(vector<Scalar>(x))), tanh = numbers<Scalar>(simd::tanh(vector<Scalar>(x))),
                   erf = numbers<Scalar>(simd::erf(vector<Scalar>(x))), sqrt = numbers<Scalar>(simd::sqrt(vector<Scalar>(x))),
                   log1p = numbers<Scalar>(simd::log1p(vector<Scalar>(x))), clamp = numbers<Scalar>(simd::clamp(vector<Scalar>(x), -0.5, 2));
        for (std::size_t n = 0; n < x.size(); ++n) {
            CAPTURE(magnitude_bits(x[n]));
            CHECK(same(clamp[n], is_nan(x[n]) ? x[n] : std::min(std::max(x[n], Scalar(-0.5)), Scalar(2))));
            CHECK(same(simd::clamp(x[n], -0.5, 2), clamp[n]));
            if (is_nan(x[n])) {
                CHECK(is_nan(exp[n]));
                CHECK(is_nan(tanh[n]));
                CHECK(is_nan(erf[n]));
                CHECK(is_nan(sqrt[n]));
                CHECK(is_nan(log1p[n]));
            } else if (std::abs(static_cast<double>(x[n])) > 1e9) {
                CHECK(magnitude_bits(exp[n]) == (x[n] > 0 ? infinity_bits<Scalar> : 0));
                CHECK(static_cast<double>(tanh[n]) == doctest::Approx(x[n] > 0 ? 1 : -1));
                CHECK(static_cast<double>(erf[n]) == doctest::Approx(x[n] > 0 ? 1 : -1));
            }
        }
        if (x.size() >= corners<Scalar>().size()) CHECK(is_nan(simd::sum(vector<Scalar>(x))));
    }
}

TEST_CASE_TEMPLATE("a NaN comes through the larger and the smaller of two, in either place", Scalar, float, double) {
    each_pair<Scalar>([](const Numbers<Scalar>& a, const Numbers<Scalar>& b) {
        const auto most = numbers<Scalar>(simd::max(vector<Scalar>(a), vector<Scalar>(b)));
        const auto least = numbers<Scalar>(simd::min(vector<Scalar>(a), vector<Scalar>(b)));
        for (std::size_t n = 0; n < a.size(); ++n) {
            INFO(a[n] << " and " << b[n]);
            REQUIRE(same(most[n], larger(a[n], b[n])));
            REQUIRE(same(least[n], static_cast<Scalar>(-larger<Scalar>(-a[n], -b[n]))));
        }
    });
}

TEST_CASE("whole numbers have their order") {
    using Whole = std::int32_t;
    const Numbers<Whole> a = [] {
        Numbers<Whole> all;
        for (std::size_t n = 0; n < all.size(); ++n) all[n] = static_cast<Whole>(n * 7 % 5) - 2;
        return all;
    }();
    const auto most = numbers<Whole>(simd::max(vector<Whole>(a), simd::broadcast(Whole{0}))), least = numbers<Whole>(simd::min(vector<Whole>(a), simd::broadcast(Whole{1})));
    for (std::size_t n = 0; n < a.size(); ++n) {
        CHECK(most[n] == std::max(a[n], 0));
        CHECK(least[n] == std::min(a[n], 1));
    }
}

TEST_CASE("the largest of four, with a NaN in any place") {
    const std::size_t all = corners<float>().size();
    for (std::size_t code = 0; code < all * all * all * all; ++code) {
        const std::array places{code % all, code / all % all, code / all / all % all, code / all / all / all};
        const auto a = some_corners<float>(places[0]), b = some_corners<float>(places[1]), c = some_corners<float>(places[2]),
                   d = some_corners<float>(places[3]);
        const auto most = numbers<float>(simd::largest_of(vector<float>(a), vector<float>(b), vector<float>(c), vector<float>(d)));
        bool right = true;
        for (std::size_t n = 0; n < lanes; ++n) right &= same(most[n], larger(larger(a[n], b[n]), larger(c[n], d[n])));
        if (!right) FAIL("corners " << places[0] << ' ' << places[1] << ' ' << places[2] << ' ' << places[3]);
    }
}

TEST_CASE_TEMPLATE("NaNs are seen, ReLU lets them through, and they rank above all numbers", Scalar, float, double) {
    const auto ones = [](auto condition) {
        return numbers<Scalar>(simd::select(condition, simd::broadcast(Scalar(1)), simd::broadcast(Scalar(0))));
    };
    each_pair<Scalar>([&](const Numbers<Scalar>& a, const Numbers<Scalar>& b) {
        const auto x = vector<Scalar>(a), y = vector<Scalar>(b);
        const auto nan = ones(simd::is_nan(x)), stays = ones(simd::stays_largest(x, y));
        const auto relu = numbers<Scalar>(simd::relu(x)), gradient = numbers<Scalar>(simd::relu_gradient(x, y));
        for (std::size_t n = 0; n < a.size(); ++n) {
            INFO(a[n] << " and " << b[n]);
            REQUIRE((nan[n] == 1) == is_nan(a[n]));
            REQUIRE((stays[n] == 1) == !outranks(b[n], a[n]));
            REQUIRE((stays[n] == 1) == (is_nan(a[n]) || (!is_nan(b[n]) && b[n] <= a[n])));
            REQUIRE(same(relu[n], is_nan(a[n]) ? a[n] : std::max(a[n], Scalar(0))));
            REQUIRE(same(relu[n], simd::relu(a[n])));
            REQUIRE(same(gradient[n], is_nan(a[n]) || a[n] > 0 ? b[n] : Scalar(0)));
            REQUIRE(same(gradient[n], simd::relu_gradient(a[n], b[n])));
        }
        if constexpr (sizeof(Scalar) == sizeof(float)) {
            const auto either = ones(simd::is_nan(x, y));
            for (std::size_t n = 0; n < a.size(); ++n) REQUIRE((either[n] == 1) == (is_nan(a[n]) || is_nan(b[n])));
        }
    });
    CHECK(is_nonzero(Scalar(-1)));
    CHECK(is_nonzero(not_a_number<Scalar>()));
    volatile Scalar large = std::numeric_limits<Scalar>::max();
    CHECK(is_nonzero(static_cast<Scalar>(large * 10)));
    CHECK_FALSE(is_nonzero(Scalar(-0.0)));
}

TEST_CASE_TEMPLATE("rows become columns", Scalar, float, double) {
    constexpr std::size_t count = simd::lanes<Scalar>, from_distance = count + 3, to_distance = count + 1;
    std::vector<Scalar> from(count * from_distance), to(count * to_distance, Scalar(-1));
    for (std::size_t n = 0; n < from.size(); ++n) from[n] = static_cast<Scalar>(n);
    simd::transpose(from.data(), from_distance, to.data(), to_distance);
    for (std::size_t y = 0; y < count; ++y)
        for (std::size_t x = 0; x < to_distance; ++x)
            CHECK(to[y * to_distance + x] == (x < count ? from[x * from_distance + y] : Scalar(-1)));
}
