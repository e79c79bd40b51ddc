// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace denim;

static_assert(check_layer<InstanceNorm, Shape{2, 2, 8}>());

TEST_CASE("InstanceNorm is GroupNorm of one channel a group") {
    using Channel = Network<Image<3, 2, 5>, Sequential<InstanceNormOf<Epsilon<0.5>>>>;
    using Groups = Network<Image<3, 2, 5>, Sequential<GroupNorm<5, Epsilon<0.5>>>>;
    static_assert(Channel::parameter_count == 10);
    static_assert(Network<Image<3, 2, 5>, Sequential<InstanceNormOf<NoGamma, NoBeta>>>::parameter_count == 0);
    Channel channel;
    channel.edit_parameters([](std::span<float> numbers) {
        for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = static_cast<float>(n) / 4 - 1;
    });
    Groups groups;
    groups.edit_parameters([&](std::span<float> numbers) { std::ranges::copy(channel.parameters(), numbers.begin()); });
    Array<float, 3> picture({3, 2, 5});
    Random random{Seed{2}};
    for (float& number : picture) number = static_cast<float>(random.uniform(-1, 1));
    CHECK(channel.predict(picture) == groups.predict(picture));
}
