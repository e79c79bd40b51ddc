// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

namespace {

template <class Numbers, Mode For, class... Layers>
constexpr std::size_t nodes = Plan<typename Network<Image<5, 4, 3>, Sequential<Layers...>, Numbers>::Graph, Numbers, For>::count;

}  // namespace

TEST_CASE("BatchNorm and a ReLU behind it are one node, unless a convolution takes both in") {
    CHECK(nodes<Fast, Mode::training, BatchNorm, Activation<ReLU>, Dense<2>> == 2);
    CHECK(nodes<Fast, Mode::inference, BatchNorm, Activation<ReLU6>, Dense<2>> == 2);
    CHECK(nodes<Fast, Mode::training, Conv<3, 4, Linear>, BatchNorm, Activation<ReLU>, Dense<2>> == 3);
    CHECK(nodes<Fast, Mode::inference, Conv<3, 4, Linear>, BatchNorm, Activation<ReLU>, Dense<2>> == 2);
    CHECK(nodes<Fast, Mode::training, BatchNorm, Activation<SiLU>, Dense<2>> == 3);
    CHECK(nodes<Plain<double>, Mode::training, BatchNorm, Activation<ReLU>, Dense<2>> == 3);
}

TEST_CASE("BatchNorm with ReLU and ReLU6: gradients") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 20, Linear>, BatchNorm, Activation<ReLU>, Conv<1, 3>, Dense<3>>>(6, 3);
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 4, Linear>, BatchNorm, Activation<ReLU6>, Dense<3>>>(9);
    check_gradients<Image<5, 4, 3>, Sequential<BatchNorm, Activation<ReLU>, Conv<3, 4>, Dense<3>>>(6);  // pixels of three numbers
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 4, Linear>, BatchNormOf<NoGamma>, Activation<ReLU>, Dense<3>>>(
        6, 1, [](auto& network) { network.template freeze<1>(); });
}

TEST_CASE("BatchNorm with ReLU and ReLU6: a trained network answers as its plain twin") {
    const auto check = []<class Net, class Exact>(Net*, Exact*) {
        Net network{Seed{1}};
        Exact exact{Seed{1}};
        network.edit([](auto& layers) { layers.template get<0>().mean().fill(0.3f), layers.template get<0>().variance().fill(0.01f); });
        exact.edit([](auto& layers) { layers.template get<0>().mean().fill(0.3f), layers.template get<0>().variance().fill(0.01f); });
        Array<float, 4> pictures{std::array<std::size_t, 4>{3, 4, 5, 20}};
        Random random{Seed{4}};
        for (float& number : pictures) number = static_cast<float>(random.uniform(0, 1));
        const auto got = network.predict(pictures);
        const auto expected = exact.predict(pictures);
        for (std::size_t n = 0; n < got.size(); ++n) CHECK(got.data()[n] == doctest::Approx(static_cast<double>(expected.data()[n])).epsilon(1e-4));
    };
    using Six = Sequential<BatchNorm, Activation<ReLU6>, GlobalPool<Average>>;
    using Zero = Sequential<BatchNorm, Activation<ReLU>, GlobalPool<Max>>;
    check(static_cast<Network<Image<4, 5, 20>, Six>*>(nullptr), static_cast<Network<Image<4, 5, 20>, Six, Plain<double>>*>(nullptr));
    check(static_cast<Network<Image<4, 5, 20>, Zero>*>(nullptr), static_cast<Network<Image<4, 5, 20>, Zero, Plain<double>>*>(nullptr));
}
