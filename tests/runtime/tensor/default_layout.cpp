// SPDX-License-Identifier: MIT
// A program whose xtensor keeps columns together unless told otherwise: pictures, labels and numbers stay where they belong.
#define XTENSOR_DEFAULT_LAYOUT ::xt::layout_type::column_major
#define XTENSOR_DEFAULT_TRAVERSAL ::xt::layout_type::column_major
#include <denim/loss/mean_squared_error.hpp>
#include <denim/training/samples.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

using namespace denim;

namespace {

constexpr Shape shape{4, 3, 2};
constexpr std::array<std::size_t, 4> extents{5, 4, 3, 2};

// Each number is its place in (N, H, W, C) order.
template <class Pixels>
Pixels counted() {
    Pixels pixels(extents);
    float place = 0;
    for (std::size_t n = 0; n < 5; ++n)
        for (std::size_t y = 0; y < 4; ++y)
            for (std::size_t x = 0; x < 3; ++x)
                for (std::size_t c = 0; c < 2; ++c) pixels(n, y, x, c) = place++;
    return pixels;
}

bool in_order(const Pictures& pictures) {
    bool right = pictures.count == 5 && pictures.floats;
    for (std::size_t n = 0; right && n < 120; ++n) right = pictures.floats[n] == static_cast<float>(n);
    return right;
}

}  // namespace

TEST_CASE("arrays and views of Denim's are in rows, whatever the default is") {
    using Columns = xt::xtensor<float, 4>;
    REQUIRE(Columns{extents}.layout() == xt::layout_type::column_major);
    const auto pixels = counted<Array<float, 4>>();
    CHECK(pixels.layout() == xt::layout_type::row_major);
    for (std::size_t n = 0; n < 120; ++n) CHECK(pixels.data()[n] == static_cast<float>(n));
    const auto seen = view(pixels.data(), extents);
    CHECK(seen(1, 0, 2, 1) == pixels(1, 0, 2, 1));
    CHECK(in_order(Pictures::of(pixels, shape)));
    CHECK(in_order(Pictures::of(seen, shape)));
    CHECK(Pictures::of(seen, shape).floats == pixels.data());
}

TEST_CASE("pictures in columns are copied in the order of rows") {
    CHECK(in_order(Pictures::of(counted<xt::xtensor<float, 4>>(), shape)));
    CHECK(in_order(Pictures::of(1.0f * counted<xt::xtensor<float, 4>>(), shape)));
    CHECK(in_order(Pictures::of(1.0f * counted<Array<float, 4>>(), shape)));
}

TEST_CASE("labels and numbers in columns belong to their pictures") {
    const auto images = counted<Array<float, 4>>();
    const xt::xtensor<int, 2> labels{{0, 1}, {2, 0}, {1, 1}, {0, 0}, {2, 1}};
    REQUIRE(labels.data()[1] == 2);
    const std::array<std::size_t, 2> heads{3, 2};
    CHECK(Samples::of(LabelledPair{images, labels}, shape, heads, "training").kept == std::vector<std::int32_t>{0, 1, 2, 0, 1, 1, 0, 0, 2, 1});
    const xt::xtensor<float, 2> numbers{{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}};
    const std::array<std::size_t, 1> outputs{2};
    CHECK(Samples::of(LabelledPair{images, numbers}, shape, outputs, "training", MeanSquaredError{}).numbers ==
          std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}
