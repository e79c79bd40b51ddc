// SPDX-License-Identifier: MIT
#include "gradients.hpp"
#include "layer_layouts.hpp"

using namespace denim;
using testing::check_gradients;

namespace {

template <class Function>
using Block = Sequential<Residual<Conv<1, 3, Linear>>, Activation<Function>, Dense<2>>;

template <class Function, class Numbers, Mode For>
constexpr std::size_t nodes = Plan<typename Network<Image<5, 4, 3>, Block<Function>, Numbers>::Graph, Numbers, For>::count;

template <class Function>
struct ActivatedSum : AdditionOf<3> {
    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = ActivatedSumLayer<Arithmetic, Function, Out, Ins...>;
};

}  // namespace

TEST_CASE("a sum and the activation behind it are one node, in training where the slope is one of the output") {
    CHECK(nodes<ReLU, Fast, Mode::training> == 3);
    CHECK(nodes<ReLU, Fast, Mode::inference> == 3);
    CHECK(nodes<SiLU, Fast, Mode::training> == 4);
    CHECK(nodes<SiLU, Fast, Mode::inference> == 3);
    CHECK(nodes<ReLU, Plain<double>, Mode::inference> == 4);
}

TEST_CASE("a sum and its activation: by hand") {
    CHECK(Network<Image<1, 1, 3>, Sequential<Residual<Activation<ReLU>>, Activation<ReLU6>>>{}.predict(Array<float, 3>{{{2, -4, 5}}}) == Array<float, 1>{4, 0, 6});
    using Branches = Sum<Sequential<>, Activation<ReLU>, Sequential<>>;
    CHECK(Network<Image<1, 1, 2>, Sequential<Branches, Activation<LeakyReLUOf<0.5>>>>{}.predict(Array<float, 3>{{{2, -4}}}) == Array<float, 1>{6, -4});
}

TEST_CASE("a sum and its activation in every layout") {
    testing::layouts::check<ActivatedSum<ReLU>, true, Shape{4, 3, 5}, Shape{4, 3, 5}, Shape{4, 3, 5}>("ReLU");
    testing::layouts::check<ActivatedSum<Tanh>, true, Shape{2, 3, 32}, Shape{2, 3, 32}, Shape{2, 3, 32}>("Tanh");
}

TEST_CASE("a sum and its activation: gradients") {
    check_gradients<Image<5, 4, 3>, Block<ReLU>>(9);
    check_gradients<Image<5, 4, 3>, Sequential<Residual<Conv<3, 3, Same, Linear>>, Activation<ReLU6>, Residual<Conv<1, 3>, BatchNorm>, Activation<Sigmoid>, Dense<3>>>(4);
    check_gradients<Image<4, 4, 2>, Sequential<Sum<Conv<1, 3, Linear>, Conv<3, 3, Same>, Conv<1, 3, Linear>>, Activation<SiLU>, Dense<3>>>(4);
}
