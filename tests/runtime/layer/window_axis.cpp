// SPDX-License-Identifier: MIT
// Windows that are not square, strides and dilations by axis. tests/golden holds them against PyTorch.
#include "gradients.hpp"

#include <concepts>
#include <string>

using namespace denim;
using testing::check_gradients;

namespace {

template <class Spec>
using On = Network<Image<8, 9, 3>, Sequential<Spec, Dense<3>>>;

template <class Spec>
constexpr kernel::Family family_of = kernel::family<Fast>(Spec::geometry({{30, 30, 4}}, {Spec::output({30, 30, 4})}, kernel::Epilogue::relu));

}  // namespace

TEST_CASE("Window: a number alone is a square, and the same type") {
    static_assert(std::same_as<Conv<5, 4>, Conv<Window<5, 5>, 4>> && std::same_as<MaxPool, Pool<Max, Window<2, 2>>>);
    constexpr std::size_t side = 3;
    static_assert(std::same_as<DepthwiseConv<side>, DepthwiseConv<3>>);
    CHECK(detail::spelling<Conv<5, 4>>() == "Conv<5, 4>");
    CHECK(detail::spelling<Conv<Window<1, 7>, 4, Stride<2, 1>>>() == "Conv<Window<1, 7>, 4, Stride<2, 1>>");
    CHECK(detail::spelling<Sequential<Pool<Average, Window<12, 3>>, MaxPool>>() == "Sequential<Pool<Average, Window<12, 3>>, MaxPool>");
    CHECK(On<Conv<Window<1, 7>, 4>>{}.summary().find("Conv<Window<1, 7>, 4>") != std::string::npos);
}

TEST_CASE("Window, Stride, Dilation: shapes by axis, as PyTorch counts them") {
    static_assert(Conv<Window<1, 7>, 8>::output({5, 9, 2}) == Shape{5, 3, 8});
    static_assert(Conv<Window<1, 7>, 8, Same>::output({5, 9, 2}) == Shape{5, 9, 8});
    static_assert(Conv<Window<7, 1>, 8, Padding<3, 0, 3, 0>>::output({5, 9, 2}) == Shape{5, 9, 8});
    static_assert(Conv<Window<3, 1>, 8, Stride<2, 1>>::output({9, 9, 2}) == Shape{4, 9, 8});
    static_assert(Conv<3, 8, Dilation<1, 2>>::output({9, 9, 2}) == Shape{7, 5, 8});
    static_assert(Conv<3, 8, Stride<2, 1>, Dilation<1, 3>>::output({9, 9, 2}) == Shape{4, 3, 8});
    static_assert(Pool<Max, Window<2, 1>>::output({9, 9, 2}) == Shape{4, 9, 2});
    static_assert(Pool<Max, Window<2, 3>, Stride<1, 2>, CeilMode>::output({9, 8, 2}) == Shape{8, 4, 2});
    static_assert(DepthwiseConv<Window<2, 5>, Same, Stride<1, 3>>::output({9, 8, 2}) == Shape{9, 3, 2});
    static_assert(!Conv<Window<1, 7>, 8>::accepts({9, 6, 2}) && Conv<Window<1, 7>, 8>::accepts({1, 7, 2}));
    static_assert(On<Conv<Window<1, 7>, 4>>::parameter_count == 7 * 3 * 4 + 4 + 8 * 3 * 4 * 3 + 3);
    const auto fans = Conv<Window<2, 3>, 5>::parameters({9, 9, 4});
    CHECK(fans[0].extents == Extents{2, 3, 4, 5});
}

TEST_CASE("Window, Stride, Dilation: the kernels that know no axes serve squares") {
    using kernel::Family;
    static_assert(family_of<Conv<3, 8>> == Family::transformed);
    static_assert(family_of<Conv<Window<3, 1>, 8>> == Family::direct && family_of<Conv<Window<5, 7>, 8>> == Family::direct);
    static_assert(family_of<Conv<3, 8, Stride<1, 2>>> == Family::direct && family_of<Conv<3, 8, Dilation<1, 2>>> == Family::split);
}

TEST_CASE("Window, Stride, Dilation: gradients") {
    check_gradients<Image<5, 9, 3>, Sequential<Conv<Window<1, 7>, 4, Same>, Conv<Window<3, 1>, 3, Stride<2, 1>>, Dense<3>>>(4);
    check_gradients<Image<9, 6, 2>, Sequential<Conv<Window<7, 1>, 4, Padding<2, 0, 1, 0>, SiLU>, Conv<Window<1, 3>, 3>, MaxPool, Dense<3>>>(4);
    check_gradients<Image<8, 7, 2>, Sequential<Conv<3, 4, Dilation<1, 2>, Padding<1>>, Conv<2, 4, Stride<2, 1>, Dilation<1, 2>, Groups<2>>, Dense<3>>>(4);
    check_gradients<Image<8, 9, 2>, Sequential<Conv<1, 4>, DepthwiseConv<Window<1, 5>, Stride<1, 2>, Same>, DepthwiseConv<Window<3, 1>, Dilation<2, 1>>, Dense<3>>>(4);
    check_gradients<Image<8, 9, 2>, Sequential<Conv<1, 4>, Pool<Max, Window<2, 1>>, Pool<Average, Window<1, 3>, Stride<2, 1>, Padding<0, 1, 0, 2>>, Dense<3>>>(4);
}
