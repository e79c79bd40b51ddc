// SPDX-License-Identifier: MIT
#include "gradients.hpp"

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<ChannelRun<1, 2>, Shape{2, 2, 8}>());

TEST_CASE("SplitChannels: each branch has its run of the channels") {
    using Net = Network<Image<1, 2, 4>, Sequential<SplitChannels<Sequential<>, Conv<1, 1, Linear>>>>;
    Net network;
    network.edit([](auto& layers) {
        layers.template get<0, 1>().weights()(0, 0, 0, 0) = 10;
        layers.template get<0, 1>().weights()(0, 0, 1, 0) = 100;
    });
    const Array<float, 3> picture{{{1, 2, 3, 4}, {5, 6, 7, 8}}};
    CHECK(network.predict(picture) == Array<float, 1>{1, 2, 430, 5, 6, 870});
    CHECK(Network<Image<1, 2, 4>, Sequential<SplitChannels<Sequential<>, Sequential<>, Sequential<>, Sequential<>>>>{}.predict(picture) ==
          Array<float, 1>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("SplitChannels: branches are named as those of Parallel, and its runs and its end as itself") {
    using Net = Network<Image<5, 4, 6>, Sequential<SplitChannels<Sequential<>, Sequential<Conv<1, 2>, Conv<3, 4, Same>>, Conv<1, 5>>, Dense<2>>>;
    Net network;
    CHECK(network.rows()[0].name == "0.1.0.weights");
    CHECK(network.rows()[2].name == "0.1.1.weights");
    CHECK(network.rows()[4].name == "0.2.weights");
    network.template freeze<0, 1, 1>();
    CHECK(network.template settings<0, 1, 1>().frozen);
    CHECK(!network.template settings<0, 2>().frozen);
    const auto layers = describe(network).layers;
    CHECK(layers[0].name == "0");
    CHECK(layers[0].layer == "ChannelRun<0, 3>");
    CHECK(layers[0].output == Shape{5, 4, 2});
    CHECK(layers[6].layer == "Concatenated");
    CHECK(layers[6].output == Shape{5, 4, 2 + 4 + 5});
}

TEST_CASE("SplitChannels is Parallel with a Slice at the beginning of each branch") {
    using Short = Network<Image<5, 4, 6>, Sequential<SplitChannels<Conv<3, 4, Same>, Sequential<>, Conv<1, 5>>, Dense<2>>>;
    using Long = Network<Image<5, 4, 6>, Sequential<Parallel<Sequential<Slice<0, 2>, Conv<3, 4, Same>>, Slice<2, 2>, Sequential<Slice<4, 2>, Conv<1, 5>>>, Dense<2>>>;
    const Short one{Seed{3}};
    Long other{Seed{4}};
    other.edit_parameters([&](std::span<float> numbers) { std::ranges::copy(one.parameters(), numbers.begin()); });
    Array<float, 3> picture({5, 4, 6});
    Random random{Seed{5}};
    for (float& number : picture) number = static_cast<float>(random.uniform(-1, 1));
    CHECK(one.predict(picture) == other.predict(picture));
}

TEST_CASE("gradients of SplitChannels: one in the other, beside others that read the value, in blocks of CSPNet and Res2Net") {
    check_gradients<Image<5, 4, 2>, Sequential<Conv<3, 8, Linear>, SplitChannels<Sequential<>, Sequential<BatchNorm, Conv<3, 5, Same>>>, ShuffleChannels<3>, Dense<3>>>(5);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<1, 36>, Residual<SplitChannels<SplitChannels<Conv<3, 9, Same>, Sequential<>>, Conv<1, 18, Linear>>>, MaxPool, Dense<3>>>(4, 3);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<1, 12>, Residual<SplitChannels<Sequential<>, Conv<3, 4, Same>, Sequential<Conv<3, 4, Same>, Conv<3, 4, Same>>>>, Dense<3>>>(3);
}
