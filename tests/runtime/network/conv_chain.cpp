// SPDX-License-Identifier: MIT
// A trained network's depthwise convolutions with the 1 x 1 around them, row by row in one layer: the bits of the layers one after the other.
#include "kept_threads.hpp"

#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>

using namespace denim;

namespace {

// Stands between links so that nothing is chained.
using Apart = Activation<Linear>;

template <class Net>
void scatter(Net& network) {
    Random random{Seed{5}};
    network.edit_parameters([&](std::span<float> numbers) {
        for (float& number : numbers) number = static_cast<float>(random.uniform(-0.5, 0.5));
    });
    for (const Row& row : network.rows())
        if (row.name.ends_with("variance"))
            network.edit_parameters([&](std::span<float> numbers) {
                for (float& number : numbers.subspan(row.offset, row.size())) number = 0.2f + std::abs(number);
            });
}

template <class From, class To>
void copy_parameters(const From& from, To& to) {
    to.edit_parameters([&](auto numbers) { std::copy(from.parameters().begin(), from.parameters().end(), numbers.begin()); });
}

template <class A, class B>
bool same_bits(const A& a, const B& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

template <Shape Of, class Chained, class Separate>
void check(std::size_t nodes, std::size_t apart) {
    using Input = Image<Of.height, Of.width, Of.channels>;
    using Tested = Network<Input, Chained>;
    CAPTURE(Of.height);
    CAPTURE(Of.width);
    CHECK(Predictor<Tested>::Plan::count == nodes);
    CHECK(Predictor<Network<Input, Separate>>::Plan::count == apart);
    Tested tested{Seed{1}};
    scatter(tested);
    Network<Input, Separate> separate;
    Network<Input, Chained, Plain<double>> exact;
    copy_parameters(tested, separate);
    copy_parameters(tested, exact);
    Array<float, 4> pictures(std::array<std::size_t, 4>{7, Of.height, Of.width, Of.channels});
    Random random{Seed{2}};
    for (float& number : pictures) number = static_cast<float>(random.uniform(-1, 1));
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    const auto expected = Predictor{separate}.predict(pictures);
    const auto right = exact.predict(pictures);
    double largest = 0, magnitude = 0;
    for (std::size_t n = 0; n < right.size(); ++n) {
        largest = std::max(largest, std::abs(static_cast<double>(expected.flat(n)) - right.flat(n)));
        magnitude = std::max(magnitude, std::abs(right.flat(n)));
    }
    CHECK(largest < 1e-5 * magnitude);
    for (const std::size_t threads : {1u, 2u, 5u}) {
        CAPTURE(threads);
        set_threads(threads);
        const Predictor predictor{tested};
        CHECK(same_bits(predictor.predict(pictures), expected));
        Array<float, 4> one(std::array<std::size_t, 4>{1, Of.height, Of.width, Of.channels});
        std::copy_n(pictures.data() + 3 * one.size(), one.size(), one.data());
        const auto alone = predictor.predict(one);
        CHECK(std::memcmp(alone.data(), expected.data() + 3 * alone.size(), alone.size() * sizeof(float)) == 0);
    }
}

}  // namespace

TEST_CASE("a depthwise convolution and the 1 x 1 behind it are one layer of the same bits: strides, windows, paddings, channels, rows") {
    check<Shape{19, 13, 3}, Sequential<Conv<3, 24, Same>, DepthwiseConv<3, Same>, Conv<1, 40>, Dense<3>>,
          Sequential<Conv<3, 24, Same>, DepthwiseConv<3, Same>, Apart, Conv<1, 40>, Dense<3>>>(3, 5);
    check<Shape{37, 9, 20}, Sequential<DepthwiseConv<5, Same, Stride<2>, Linear>, BatchNorm, Activation<ReLU6>, Conv<1, 7, Linear, NoBias>, BatchNorm, GlobalPool<Average>>,
          Sequential<DepthwiseConv<5, Same, Stride<2>, Linear>, BatchNorm, Activation<ReLU6>, Apart, Conv<1, 7, Linear, NoBias>, BatchNorm, GlobalPool<Average>>>(2, 4);
    check<Shape{16, 16, 16}, Sequential<DepthwiseConv<3, Dilation<2>>, Conv<1, 33, Linear>, MaxPool, Dense<2>>,
          Sequential<DepthwiseConv<3, Dilation<2>>, Apart, Conv<1, 33, Linear>, MaxPool, Dense<2>>>(3, 5);
    check<Shape{5, 31, 8}, Sequential<DepthwiseConv<Window<2, 3>, Padding<1>, Stride<3, 2>>, Conv<1, 16>, GlobalPool<Max>>,
          Sequential<DepthwiseConv<Window<2, 3>, Padding<1>, Stride<3, 2>>, Apart, Conv<1, 16>, GlobalPool<Max>>>(2, 4);
}

TEST_CASE("with the 1 x 1 in front of it too, its rows above and below the picture being zero and not its bias") {
    check<Shape{18, 15, 16}, Sequential<Residual<Conv<1, 96, ReLU6>, DepthwiseConv<3, Same, ReLU6>, Conv<1, 16, Linear>>, GlobalPool<Average>>,
          Sequential<Residual<Conv<1, 96, ReLU6>, Apart, DepthwiseConv<3, Same, ReLU6>, Apart, Conv<1, 16, Linear>>, GlobalPool<Average>>>(3, 7);
    check<Shape{41, 10, 3}, Sequential<Conv<1, 40, Linear>, BatchNorm, Activation<ReLU>, DepthwiseConv<5, Same, Stride<2>, Linear>, BatchNorm, Activation<ReLU>,
                                       Conv<1, 24, Linear>, BatchNorm, DepthwiseConv<3, Same, Linear>, Dense<3>>,
          Sequential<Conv<1, 40, Linear>, BatchNorm, Activation<ReLU>, Apart, DepthwiseConv<5, Same, Stride<2>, Linear>, BatchNorm, Activation<ReLU>, Apart,
                     Conv<1, 24, Linear>, BatchNorm, DepthwiseConv<3, Same, Linear>, Dense<3>>>(3, 7);
    check<Shape{24, 24, 8}, Sequential<Conv<1, 20>, DepthwiseConv<2, Stride<3>>, Conv<1, 17>, Conv<3, 4>>,
          Sequential<Conv<1, 20>, Apart, DepthwiseConv<2, Stride<3>>, Apart, Conv<1, 17>, Conv<3, 4>>>(2, 6);
}

TEST_CASE("nothing is chained that others read, that has another activation, a stride of 1 x 1 or too many weights, nor where a network learns") {
    const auto count = []<class Body>(Sequential<Body>*) { return Plan<Graph<Image<12, 12, 16>, Body>, Fast, Mode::inference>::count; };
    CHECK(count(static_cast<Sequential<Sequential<Conv<1, 16>, Residual<DepthwiseConv<3, Same>, Conv<1, 16>>>>*>(nullptr)) == 3);
    CHECK(count(static_cast<Sequential<Sequential<DepthwiseConv<3, Same, SiLU>, Conv<1, 16>>>*>(nullptr)) == 2);
    CHECK(count(static_cast<Sequential<Sequential<DepthwiseConv<3, Same>, Conv<1, 16, Stride<2>>>>*>(nullptr)) == 2);
    CHECK(count(static_cast<Sequential<Sequential<DepthwiseConv<3, Same>, Conv<1, 32, Groups<2>>>>*>(nullptr)) == 2);
    CHECK(count(static_cast<Sequential<Sequential<DepthwiseConv<3, Same>, Conv<1, 16>>>*>(nullptr)) == 1);
    CHECK(count(static_cast<Sequential<Sequential<Conv<1, 2048>, DepthwiseConv<3, Same>, Conv<1, 16>>>*>(nullptr)) == 2);
    CHECK(Plan<Graph<Image<12, 12, 16>, Sequential<DepthwiseConv<3, Same>, Conv<1, 16>>>, Fast, Mode::training>::count == 2);
    CHECK(Plan<Graph<Image<12, 12, 16>, Sequential<DepthwiseConv<3, Same>, Conv<1, 16>>>, Plain<float>, Mode::inference>::count == 2);
}
