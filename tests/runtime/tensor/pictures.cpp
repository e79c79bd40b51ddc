// SPDX-License-Identifier: MIT
// What a network takes as pictures: arrays of any kind and owner, used where they lie if they are contiguous, else copied once.
#include "views.hpp"

#include <denim/tensor/pictures.hpp>

#if __has_include(<Eigen/Core>)
#include <Eigen/Core>
#endif
#if __has_include(<opencv2/core.hpp>)
#include <opencv2/core.hpp>
#endif

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

using namespace denim;

namespace {

template <std::size_t Rank>
using Sizes = std::array<std::size_t, Rank>;

Array<float, 4> counted(Sizes<4> extents) {
    Array<float, 4> array(extents);
    std::iota(array.data(), array.data() + array.size(), 0.0f);
    return array;
}

Shape shape_of(Sizes<4> extents) { return {extents[1], extents[2], extents[3]}; }

// True if the pictures were copied, and hold the numbers of the expression in (N, H, W, C) order.
template <class Expression>
bool copied_right(const Pictures& pictures, const Expression& expression) {
    std::size_t n = 0;
    bool right = pictures.kept != nullptr;
    for (const auto value : expression) {
        right = right && (pictures.floats ? pictures.floats[n] == static_cast<float>(value)
                                          : pictures.bytes[n] == static_cast<std::uint8_t>(value));
        ++n;
    }
    return right;
}

}  // namespace

TEST_CASE("contiguous arrays of any owner are used where they lie") {
    const std::vector<std::uint8_t> bytes(5 * 4 * 3 * 2);
    const Sizes<4> extents{5, 4, 3, 2};
    const Shape shape{4, 3, 2};
    const auto same_place = [&](const Pictures& pictures, const std::uint8_t* place, std::size_t count) {
        return pictures.bytes == place && !pictures.kept && pictures.count == count && pictures.floats == nullptr;
    };
    CHECK(same_place(Pictures::of(view(bytes.data(), extents), shape), bytes.data(), 5));
    CHECK(same_place(Pictures::of(view(bytes.data() + 24, Sizes<3>{4, 3, 2}), shape), bytes.data() + 24, 1));
    CHECK(same_place(Pictures::of(xt::adapt(bytes, extents), shape), bytes.data(), 5));
    const Array<std::uint8_t, 4> tensor(extents);
    CHECK(same_place(Pictures::of(tensor, shape), tensor.data(), 5));
    const xt::xarray<std::uint8_t> dynamic(std::vector<std::size_t>{5, 4, 3, 2});
    CHECK(same_place(Pictures::of(dynamic, shape), dynamic.data(), 5));
    const xt::xtensor_fixed<std::uint8_t, xt::xshape<5, 4, 3, 2>> fixed{};
    CHECK(same_place(Pictures::of(fixed, shape), fixed.data(), 5));
    CHECK(same_place(Pictures::of(xt::view(tensor, xt::range(2, 4)), shape), tensor.data() + 48, 2));
    CHECK(same_place(Pictures::of(xt::view(tensor, 3), shape), tensor.data() + 72, 1));
    const Array<float, 4> floats = counted(extents);
    const Pictures pictures = Pictures::of(floats, shape);
    CHECK(pictures.floats == floats.data());
    CHECK(pictures.bytes == nullptr);
}

TEST_CASE("extents of 1, whose strides are 0, do not make an array less contiguous") {
    for (const Sizes<4> extents : {Sizes<4>{1, 4, 3, 2},
                                   {5, 1, 3, 2},
                                   {5, 4, 1, 2},
                                   {5, 4, 3, 1},
                                   {1, 1, 3, 2},
                                   {1, 4, 1, 1},
                                   {5, 1, 1, 1},
                                   {1, 1, 1, 1}}) {
        CAPTURE(extents[0]);
        CAPTURE(to_string(shape_of(extents)));
        const Array<float, 4> array = counted(extents);
        const auto uncopied = [&](const Pictures& pictures, const float* place) {
            return pictures.floats == place && !pictures.kept;
        };
        CHECK(uncopied(Pictures::of(array, shape_of(extents)), array.data()));
        CHECK(uncopied(Pictures::of(view(array.data(), extents), shape_of(extents)), array.data()));
        CHECK(uncopied(Pictures::of(xt::view(array, xt::all()), shape_of(extents)), array.data()));
        CHECK(uncopied(Pictures::of(xt::view(array, 0), shape_of(extents)), array.data()));
        CHECK(uncopied(Pictures::of(xt::view(array, xt::range(extents[0] - 1, extents[0])), shape_of(extents)),
                       array.data() + (extents[0] - 1) * shape_of(extents).size()));
    }
    const Array<float, 4> none(Sizes<4>{0, 4, 3, 2});
    CHECK(Pictures::of(none, {4, 3, 2}).count == 0);
}

TEST_CASE("what is not contiguous, or not computed yet, is copied once, with the right numbers") {
    const Array<float, 4> array = counted({3, 6, 6, 2});
    const auto columns = xt::view(array, xt::all(), xt::all(), xt::range(1, 6, 2));
    CHECK(copied_right(Pictures::of(columns, {6, 3, 2}), columns));
    const auto part = xt::view(array, xt::all(), xt::range(1, 4), xt::range(2, 5));
    CHECK(copied_right(Pictures::of(part, {3, 3, 2}), part));
    const auto one_channel = xt::view(array, xt::all(), xt::all(), xt::all(), xt::range(0, 1));
    CHECK(copied_right(Pictures::of(one_channel, {6, 6, 1}), one_channel));
    const auto lazy = array * 2.0f + 1.0f;
    CHECK(copied_right(Pictures::of(lazy, {6, 6, 2}), lazy));
    const xt::xtensor<float, 4, xt::layout_type::column_major> fortran = array;
    CHECK(copied_right(Pictures::of(fortran, {6, 6, 2}), array));
    const auto strided = view(array.data() + 14, Sizes<4>{3, 2, 3, 2}, std::array<std::ptrdiff_t, 4>{72, 12, 2, 1});
    CHECK(copied_right(Pictures::of(strided, {2, 3, 2}), xt::view(array, xt::all(), xt::range(1, 3), xt::range(1, 4))));
}

#if __has_include(<Eigen/Core>)
TEST_CASE("matrices and maps of Eigen") {
    using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Matrix grey = Matrix::Random(5, 7);  // one picture of one channel
    const Pictures one = Pictures::of(view(grey.data(), Sizes<3>{5, 7, 1}), {5, 7, 1});
    CHECK(one.floats == grey.data());
    CHECK_FALSE(one.kept);
    const Matrix rows = Matrix::Random(4, 30);  // four pictures, one a row
    const Eigen::Map<const Matrix> map{rows.data() + 30, 2, 30};
    const Pictures two = Pictures::of(view(map.data(), Sizes<4>{2, 5, 2, 3}), {5, 2, 3});
    CHECK(two.floats == rows.data() + 30);
    CHECK(two.count == 2);
    const Eigen::MatrixXf columns = grey;  // Eigen's own order: columns after another
    const auto turned = view(columns.data(), Sizes<3>{5, 7, 1}, std::array<std::ptrdiff_t, 3>{1, 5, 1});
    CHECK(copied_right(Pictures::of(turned, {5, 7, 1}), view(grey.data(), Sizes<3>{5, 7, 1})));
}
#else
TEST_CASE("matrices and maps of Eigen" * doctest::skip()) { MESSAGE("Eigen is not installed"); }
#endif

#if __has_include(<opencv2/core.hpp>)
TEST_CASE("matrices of OpenCV") {
    cv::Mat photo(6, 8, CV_8UC3);
    for (int n = 0; n < 6 * 8 * 3; ++n) photo.data[n] = static_cast<std::uint8_t>(n);
    const auto extents = [](const cv::Mat& mat) {
        return Sizes<3>{static_cast<std::size_t>(mat.rows), static_cast<std::size_t>(mat.cols),
                        static_cast<std::size_t>(mat.channels())};
    };
    REQUIRE(photo.isContinuous());
    const Pictures whole = Pictures::of(view(photo.data, extents(photo)), {6, 8, 3});
    CHECK(whole.bytes == photo.data);
    CHECK_FALSE(whole.kept);
    const cv::Mat part = photo(cv::Rect(2, 1, 4, 3));  // x, y, width, height
    REQUIRE_FALSE(part.isContinuous());
    const std::array<std::ptrdiff_t, 3> steps{static_cast<std::ptrdiff_t>(part.step1()), part.channels(), 1};
    const Pictures cut = Pictures::of(view(part.data, extents(part), steps), {3, 4, 3});
    const auto all = view(photo.data, Sizes<3>{6, 8, 3});
    CHECK(copied_right(cut, xt::view(all, xt::range(1, 4), xt::range(2, 6))));
}
#else
TEST_CASE("matrices of OpenCV" * doctest::skip()) { MESSAGE("OpenCV is not installed"); }
#endif
