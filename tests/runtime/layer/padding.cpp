// SPDX-License-Identifier: MIT
#include "gradients.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace denim;
using testing::check_gradients;

namespace {

/// The same pictures with zeros around them.
Array<float, 4> padded(const Array<float, 4>& from, Border zeros) {
    Array<float, 4> to{std::array<std::size_t, 4>{from.shape(0), zeros.top + from.shape(1) + zeros.bottom, zeros.left + from.shape(2) + zeros.right, from.shape(3)}};
    to.fill(0.0f);
    for (std::size_t n = 0; n < from.shape(0); ++n)
        for (std::size_t y = 0; y < from.shape(1); ++y)
            for (std::size_t x = 0; x < from.shape(2); ++x)
                for (std::size_t c = 0; c < from.shape(3); ++c) to(n, zeros.top + y, zeros.left + x, c) = from(n, y, x, c);
    return to;
}

/// A layer with a Padding gives what it gives without one on pictures with these zeros in them.
template <class With, class Without, std::size_t Height, std::size_t Width, std::size_t Channels, std::size_t Top, std::size_t Left, std::size_t Bottom, std::size_t Right>
void compare() {
    using Tested = Network<Image<Height, Width, Channels>, Sequential<With, Dense<3>>>;
    using Wider = Network<Image<Top + Height + Bottom, Left + Width + Right, Channels>, Sequential<Without, Dense<3>>>;
    CAPTURE(Tested{}.summary());
    Tested network{Seed{4}};
    testing::scatter(network);
    Wider wider{Seed{5}};
    REQUIRE(wider.parameters().size() == network.parameters().size());
    wider.edit_parameters([&](auto numbers) { std::copy(network.parameters().begin(), network.parameters().end(), numbers.begin()); });
    const testing::Problem problem{Tested::input, 3, Tested::heads};
    const auto logits = network.predict(problem.images), expected = wider.predict(padded(problem.images, {Top, Left, Bottom, Right}));
    for (std::size_t n = 0; n < 3; ++n)
        for (std::size_t k = 0; k < 3; ++k) CHECK(static_cast<double>(logits(n, k)) == doctest::Approx(static_cast<double>(expected(n, k))).epsilon(1e-4));
}

/// What a pool makes of one picture, each number by itself: a dense layer looks at one after the other.
template <class Spec, std::size_t Height, std::size_t Width>
std::vector<double> pooled(const Array<float, 4>& picture) {
    constexpr Shape out = Spec::output({Height, Width, 1});
    Network<Image<Height, Width, 1>, Sequential<Spec, Dense<2, NoBias>>> network;
    std::vector<double> all;
    for (std::size_t place = 0; place < out.size(); ++place) {
        network.edit_parameters([&](auto numbers) {
            std::fill(numbers.begin(), numbers.end(), 0.0f);
            numbers[place * 2] = 1.0f;
        });
        all.push_back(static_cast<double>(network.predict(picture)(0, 0)));
    }
    return all;
}

/// PyTorch's definition, number by number.
std::vector<double> pooled_by_hand(const Array<float, 4>& picture, bool average, long size, long stride, long pad, bool ceil, bool count_padding) {
    const long height = static_cast<long>(picture.shape(1)), width = static_cast<long>(picture.shape(2));
    const auto count = [&](long in) {
        long windows = (in + 2 * pad - size + (ceil ? stride - 1 : 0)) / stride + 1;
        if (ceil && (windows - 1) * stride >= in + pad) --windows;
        return windows;
    };
    std::vector<double> all;
    for (long y = 0; y < count(height); ++y)
        for (long x = 0; x < count(width); ++x) {
            double sum = 0, largest = -std::numeric_limits<double>::infinity();
            long inside = 0, with_zeros = 0;
            for (long i = y * stride - pad; i < y * stride - pad + size; ++i)
                for (long j = x * stride - pad; j < x * stride - pad + size; ++j) {
                    with_zeros += i < height + pad && j < width + pad;
                    if (i < 0 || j < 0 || i >= height || j >= width) continue;
                    const auto number = static_cast<double>(picture(0, static_cast<std::size_t>(i), static_cast<std::size_t>(j), 0));
                    sum += number;
                    largest = std::max(largest, number);
                    ++inside;
                }
            all.push_back(average ? sum / static_cast<double>(count_padding ? with_zeros : inside) : largest);
        }
    return all;
}

template <class Spec, std::size_t Height, std::size_t Width>
void check_pool(bool average, long size, long stride, long pad, bool ceil = false, bool count_padding = false) {
    Random random{Seed{6}};
    Array<float, 4> picture{std::array<std::size_t, 4>{1, Height, Width, 1}};
    for (float& number : picture) number = static_cast<float>(random.uniform(-2, -1));  // zeros would be larger than all
    const std::vector<double> result = pooled<Spec, Height, Width>(picture), expected = pooled_by_hand(picture, average, size, stride, pad, ceil, count_padding);
    REQUIRE(result.size() == expected.size());
    for (std::size_t n = 0; n < result.size(); ++n) CHECK(result[n] == doctest::Approx(expected[n]).epsilon(1e-6));
}

}  // namespace

TEST_CASE("Padding: a convolution sees zeros around the picture") {
    compare<Conv<3, 4, Padding<1>, Linear>, Conv<3, 4, Linear>, 9, 8, 3, 1, 1, 1, 1>();                                     // as Same
    compare<Conv<3, 4, Padding<2>>, Conv<3, 4>, 9, 8, 5, 2, 2, 2, 2>();                                                     // transformed
    compare<Conv<5, 4, Padding<4, 0, 1, 3>>, Conv<5, 4>, 9, 8, 3, 4, 0, 1, 3>();
    compare<Conv<7, 4, Padding<3, 6, 5, 0>>, Conv<7, 4>, 5, 6, 16, 3, 6, 5, 0>();
    compare<Conv<3, 4, Padding<1>, Stride<2>>, Conv<3, 4, Stride<2>>, 8, 9, 3, 1, 1, 1, 1>();                              // direct
    compare<Conv<7, 8, Padding<3>, Stride<2>>, Conv<7, 8, Stride<2>>, 12, 14, 3, 3, 3, 3, 3>();
    compare<Conv<2, 4, Padding<0, 1, 1, 0>>, Conv<2, 4>, 6, 7, 3, 0, 1, 1, 0>();
    compare<Conv<3, 4, Padding<2>, Dilation<2>>, Conv<3, 4, Dilation<2>>, 7, 8, 3, 2, 2, 2, 2>();                          // in parts
    compare<Conv<3, 4, Padding<1>, Groups<2>>, Conv<3, 4, Groups<2>>, 7, 8, 4, 1, 1, 1, 1>();
    compare<DepthwiseConv<3, Padding<1>, Stride<2>>, DepthwiseConv<3, Stride<2>>, 8, 9, 5, 1, 1, 1, 1>();
    compare<DepthwiseConv<5, Padding<2, 1, 0, 4>>, DepthwiseConv<5>, 8, 9, 5, 2, 1, 0, 4>();
}

TEST_CASE("Padding: a window that does not fit without it") {
    compare<Conv<5, 4, Padding<2>>, Conv<5, 4>, 1, 2, 3, 2, 2, 2, 2>();
    static_assert(!Conv<5, 4, Padding<1>>::accepts({2, 8, 3}));
    static_assert(Conv<5, 4, Padding<1, 0, 2, 0>>::accepts({2, 5, 3}));
}

TEST_CASE("Padding: gradients") {
    check_gradients<Image<7, 6, 3>, Sequential<Conv<3, 4, Padding<1>, Stride<2>>, Conv<3, 3, Padding<2, 0, 1, 2>>, Dense<3>>>(4);
    check_gradients<Image<7, 6, 2>, Sequential<Conv<1, 4>, Conv<5, 4, Padding<4, 1, 0, 3>, SiLU>, MaxPool, Dense<3>>>(4);
    check_gradients<Image<7, 8, 2>, Sequential<Conv<1, 4>, DepthwiseConv<3, Padding<1>, Stride<2>>, Conv<3, 4, Padding<2>, Dilation<2>, Groups<2>>, Dense<3>>>(4);
    check_gradients<Image<8, 7, 2>, Sequential<Conv<3, 4, Padding<1>>, Pool<Max, 3, Padding<1>, Stride<2>>, Pool<Average, 3, Padding<1>, Stride<1>, CountPadding>, Dense<3>>>(4);
    check_gradients<Image<8, 7, 2>, Sequential<Conv<1, 4>, Pool<Average, 3, Stride<2>, CeilMode>, Pool<Max, 2, CeilMode>, Dense<3>>>(4);
}

TEST_CASE("pools with a Padding, CeilMode and CountPadding are PyTorch's") {
    check_pool<Pool<Max, 3, Padding<1>, Stride<2>>, 8, 7>(false, 3, 2, 1);
    check_pool<Pool<Max, 3, Stride<2>, CeilMode>, 8, 7>(false, 3, 2, 0, true);
    check_pool<Pool<Max, 2, Padding<1>, Stride<3>, CeilMode>, 2, 5>(false, 2, 3, 1, true);
    check_pool<Pool<Average, 3, Padding<1>, Stride<2>>, 8, 7>(true, 3, 2, 1);
    check_pool<Pool<Average, 3, Padding<1>, Stride<2>, CountPadding>, 8, 7>(true, 3, 2, 1, false, true);
    check_pool<Pool<Average, 3, Padding<1>, Stride<2>, CountPadding, CeilMode>, 8, 6>(true, 3, 2, 1, true, true);
    check_pool<Pool<Average, 4, Padding<1>, Stride<3>, CeilMode>, 8, 7>(true, 4, 3, 1, true);
}

TEST_CASE("an axis of windows: PyTorch's counts") {
    static_assert(Conv<3, 8, Padding<1>, Stride<2>>::output({7, 10, 4}) == Shape{4, 5, 8});
    static_assert(Conv<3, 8, Padding<1, 0, 2, 1>>::output({7, 10, 4}) == Shape{8, 9, 8});
    static_assert(Conv<7, 64, Padding<3>, Stride<2>>::output({224, 224, 3}) == Shape{112, 112, 64});
    static_assert(Pool<Max, 3, Padding<1>, Stride<2>>::output({112, 112, 64}) == Shape{56, 56, 64});
    static_assert(Pool<Max, 3, Stride<2>, CeilMode>::output({112, 111, 64}) == Shape{56, 55, 64});
    static_assert(Pool<Max, 2, Padding<1>, Stride<3>, CeilMode>::output({2, 5, 1}) == Shape{1, 2, 1});  // a window of zeros alone falls away
    static_assert(DepthwiseConv<3, Padding<1>>::output({7, 10, 4}) == Shape{7, 10, 4});
}
