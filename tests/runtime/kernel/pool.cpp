// SPDX-License-Identifier: MIT
#include "compare.hpp"

#include <denim/layer/pool.hpp>

#include <algorithm>
#include <cmath>

using namespace compare;

namespace {

struct Pooling {
    std::size_t height, width, channels;
    WindowSize window, stride;
    std::size_t input_step = 1, output_step = 1;
    Border input_border = {}, output_border = {};
};

constexpr float untouched = -12345.0f;

bool near(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) { return std::abs(x - y) <= 1e-5f * std::max(1.0f, std::abs(x)); });
}

/// Equal, or both NaN.
bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// `wrong`: some of the numbers are infinities and NaNs.
template <Pooling of, class Operation = Max, class... Options>
void check_pool(bool wrong = false) {
    CAPTURE(of.height);
    CAPTURE(of.channels);
    CAPTURE(of.window.rows);
    CAPTURE(of.window.columns);
    CAPTURE(of.stride.rows);
    CAPTURE(of.stride.columns);
    static constexpr Layout in{{of.height, of.width, of.channels}, of.input_border, round_up(of.channels, of.input_step)};
    using Spec = denim::Pool<Operation, of.window, Stride<of.stride.rows, of.stride.columns>, Options...>;
    static constexpr Layout out{Spec::output(in.shape), of.output_border, round_up(of.channels, of.output_step)};
    using Fast = typename Spec::template Kernel<denim::Fast, out, in>::type;
    using Plain = typename Spec::template Kernel<denim::Plain<float>, out, in>::type;

    // Few different numbers, so that many are equal: the first of them wins in both.
    auto input = picture(in, 1, 0);
    for (float& number : input) number = std::round(4 * number);
    if (wrong) {
        Random random{Seed{6}};
        for (std::size_t y = 0; y < of.height; ++y)
            for (std::size_t x = 0; x < of.width; ++x)
                for (std::size_t c = 0; c < of.channels; ++c)
                    if (const auto kind = random.below(8); kind < 6)
                        input[in.offset(y, x) + c] = kind == 0   ? std::numeric_limits<float>::quiet_NaN()
                                                     : kind == 1 ? std::numeric_limits<float>::infinity()
                                                                 : -std::numeric_limits<float>::infinity();
    }
    const auto gradient = picture(out, 2, 0);
    const auto run = [&]<class Pool>(Pool*, std::size_t off) {
        struct {
            std::vector<float> output, silent, written, added;
        } result;
        const auto shifted = [&](const std::vector<float>& from) {
            std::vector<float> to(off, untouched);
            to.insert(to.end(), from.begin(), from.end());
            to.push_back(untouched);
            return to;
        };
        result.output = result.silent = shifted(std::vector<float>(out.size(), untouched));
        result.written = result.added = shifted(picture(in, 3, untouched));
        std::vector<std::uint8_t> record(Pool::record_size + 1, 99);
        const auto from = shifted(input), pull = shifted(gradient);
        Pool::forward(from.data() + off, result.output.data() + off, record.data(), 0, Pool::bands);
        for (std::size_t band = 0; band < Pool::bands; ++band) Pool::forward(from.data() + off, result.silent.data() + off, nullptr, band, band + 1);
        Pool::template backward<Gradient::write>(pull.data() + off, record.data(), result.written.data() + off);
        Pool::template backward<Gradient::add>(pull.data() + off, record.data(), result.added.data() + off);
        CHECK(record.back() == 99);
        for (auto* numbers : {&result.output, &result.silent, &result.written, &result.added}) {
            CHECK(numbers->back() == untouched);
            numbers->erase(numbers->begin(), numbers->begin() + static_cast<std::ptrdiff_t>(off));
        }
        return result;
    };
    const auto fast = run(static_cast<Fast*>(nullptr), 1);
    const auto plain = run(static_cast<Plain*>(nullptr), 0);
    if constexpr (std::same_as<Operation, Max>) {
        CHECK(same(inside(fast.output, out), inside(plain.output, out)));
        CHECK(inside(fast.written, in) == inside(plain.written, in));
        CHECK(inside(fast.added, in) == inside(plain.added, in));
    } else {
        CHECK(near(inside(fast.output, out), inside(plain.output, out)));
        CHECK(near(inside(fast.written, in), inside(plain.written, in)));
        CHECK(near(inside(fast.added, in), inside(plain.added, in)));
    }
    CHECK(same(fast.silent, fast.output));
    // The border is left alone, the padding of the output is zero.
    std::size_t zeros = 0, marks = 0;
    for (std::size_t n = 0; n < out.size(); ++n) {
        zeros += n % out.stride >= of.channels && fast.output[n] == 0.0f;
        marks += fast.output[n] == untouched;
    }
    CHECK(zeros >= out.shape.height * out.shape.width * (out.stride - of.channels));
    CHECK(marks == out.size() - out.shape.height * out.shape.width * out.stride);
}

}  // namespace

TEST_CASE("max pool: windows, strides, layouts") {
    check_pool<Pooling{4, 4, 1, 2, 2}>();
    check_pool<Pooling{5, 7, 3, 2, 2}>();
    check_pool<Pooling{8, 6, 64, 2, 2, 16, 16}>();
    check_pool<Pooling{9, 9, 17, 3, 2, 1, 32}>();
    check_pool<Pooling{9, 8, 33, 3, 1, 16, 1, {1, 1, 2, 2}, {0, 1, 1, 0}}>();
    check_pool<Pooling{10, 10, 10, 3, 3, 16, 16, {1, 1, 1, 1}, {2, 2, 2, 2}}>();
    check_pool<Pooling{7, 7, 5, 1, 3, 8, 8}>();
    check_pool<Pooling{6, 16, 20, 4, 2, 64, 48}>();
    check_pool<Pooling{16, 16, 16, 16, 16}>();
}

TEST_CASE("max pool: the first NaN wins, and among infinities the first") {
    check_pool<Pooling{4, 4, 1, 2, 2}>(true);
    check_pool<Pooling{9, 9, 17, 3, 2, 1, 32}>(true);
    check_pool<Pooling{8, 6, 64, 2, 2, 16, 16}>(true);
    check_pool<Pooling{5, 7, 3, 2, 2}, Max, Same>(true);
    check_pool<Pooling{4, 3, 16, 5, 1, 16, 16, {1, 1, 2, 2}, {0, 1, 1, 0}}, Max, Same>(true);
}

TEST_CASE("max pool: windows that reach beyond the picture") {
    check_pool<Pooling{5, 7, 3, 2, 2}, Max, Same>();
    check_pool<Pooling{9, 8, 33, 3, 2, 16, 16}, Max, Same>();
    check_pool<Pooling{4, 3, 16, 5, 1, 16, 16, {1, 1, 2, 2}, {0, 1, 1, 0}}, Max, Same>();
    check_pool<Pooling{7, 7, 5, 1, 3, 8, 8}, Max, Same>();
}

TEST_CASE("average pool") {
    check_pool<Pooling{4, 4, 1, 2, 2}, Average>();
    check_pool<Pooling{9, 9, 17, 3, 2, 1, 32}, Average>();
    check_pool<Pooling{8, 6, 64, 2, 2, 16, 16}, Average>();
    check_pool<Pooling{5, 7, 3, 2, 2}, Average, Same>();
    check_pool<Pooling{9, 8, 33, 3, 1, 16, 1, {1, 1, 2, 2}, {0, 1, 1, 0}}, Average, Same>();
    check_pool<Pooling{4, 3, 16, 5, 1, 16, 16}, Average, Same>();
}

TEST_CASE("pools: windows that are not square, strides by axis") {
    check_pool<Pooling{8, 6, 17, Window<2, 1>, {2, 1}, 16, 16}>();
    check_pool<Pooling{7, 9, 5, Window<1, 3>, {1, 2}}>(true);
    check_pool<Pooling{9, 8, 33, Window<3, 2>, {1, 2}, 16, 16, {1, 1, 2, 2}, {0, 1, 1, 0}}, Max, Same>();
    check_pool<Pooling{6, 8, 3, Window<3, 1>, {2, 1}}, Max, Padding<1, 0, 2, 0>, CeilMode>();
    check_pool<Pooling{3, 90, 2, Window<3, 85>, 1}>();  // numbers of winners up to 254
    check_pool<Pooling{8, 6, 17, Window<2, 1>, {2, 1}, 16, 16}, Average>();
    check_pool<Pooling{7, 9, 5, Window<1, 4>, {2, 3}}, Average, Same>();
    check_pool<Pooling{6, 8, 3, Window<3, 2>, {1, 2}}, Average, Padding<2, 1, 1, 0>, CountPadding>();
}
