// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/denim.hpp>
#include <denim/network/inner_values.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace denim;

namespace {

// Both sides of the same weights: the whole, and the part that stands behind the residual block.
using Block = Residual<Conv<3, 4, Same, Linear>, BatchNorm>;
using Whole = Network<Image<8, 6, 2>, Sequential<Conv<3, 4, Linear>, Block, Activation<ReLU>, Dropout, Dense<3>>, Plain<double>>;
using Behind = Network<Image<6, 4, 4>, Sequential<Activation<ReLU>, Dropout, Dense<3>>, Plain<double>>;

Whole whole() {
    Whole network{Seed{5}};
    network.edit([](auto& layers) {  // statistics that change something
        auto mean = layers.template get<1, 1>().mean(), variance = layers.template get<1, 1>().variance();
        for (std::size_t c = 0; c < 4; ++c) mean(c) = 0.1 * static_cast<double>(c), variance(c) = 0.5 + static_cast<double>(c);
    });
    return network;
}
Array<float, 4> pictures() {
    Array<float, 4> all(std::array<std::size_t, 4>{19, 8, 6, 2});  // more than go through at once
    for (std::size_t n = 0; n < all.size(); ++n) all.data()[n] = static_cast<float>(n * 37 % 101) / 101;
    return all;
}

}  // namespace

TEST_CASE("what a layer gives, put into the layers behind it, gives the network's outputs; gradients are those of these layers") {
    const Whole network = whole();
    const auto input = pictures();
    std::vector<std::size_t> of;
    for (std::size_t n = 0; n < 19; ++n) of.push_back(n % 3);
    const auto seen = inner_values(network, "1", input, of);
    REQUIRE(seen.activations.shape() == std::array<std::size_t, 4>{19, 6, 4, 4});
    REQUIRE(seen.gradients.shape() == seen.activations.shape());
    const auto expected = network.predict(input);
    Behind behind;
    behind.edit_parameters([&](auto to) {
        std::copy(network.parameters().end() - static_cast<std::ptrdiff_t>(to.size()), network.parameters().end(), to.begin());
    });
    Array<float, 4> values = xt::cast<float>(seen.activations);
    const auto outputs = behind.predict(values);
    for (std::size_t n = 0; n < 19; ++n)
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK(seen.outputs(n, k) == doctest::Approx(expected(n, k)).epsilon(1e-9));
            CHECK(outputs(n, k) == doctest::Approx(expected(n, k)).epsilon(1e-4));
        }
    for (const std::size_t n : {0u, 7u, 18u})
        for (std::size_t place = 0; place < 96; place += 7) {
            const float before = values.data()[n * 96 + place], step = 1.0f / 64;
            const auto at = [&](float value) {
                values.data()[n * 96 + place] = value;
                const double output = behind.predict(values)(n, of[n]);
                values.data()[n * 96 + place] = before;
                return output;
            };
            if (std::abs(before) < step) continue;  // ReLU bends there
            CHECK(seen.gradients.data()[n * 96 + place] == doctest::Approx((at(before + step) - at(before - step)) / (2.0 * step)).epsilon(1e-4));
        }
    CHECK(activations(network, "1", input) == seen.activations);
    const auto to_third = gradients(network, "1", input, 2);
    CHECK(std::equal(to_third.data() + 2 * 96, to_third.data() + 3 * 96, seen.gradients.data() + 2 * 96));
}

TEST_CASE("the last layer gives the outputs, and a layer inside of a composition is asked for by its place") {
    const Whole network = whole();
    const auto input = pictures();
    const auto last = activations(network, "4", input);
    REQUIRE(last.shape() == std::array<std::size_t, 4>{19, 1, 1, 3});
    CHECK(last(3, 0, 0, 1) == doctest::Approx(network.predict(input)(3, 1)));
    const auto conv = activations(network, "1.0", input), norm = activations(network, "1.1", input), sum = activations(network, "1", input),
               before = activations(network, "0", input);
    CHECK(norm(2, 3, 1, 3) == doctest::Approx((conv(2, 3, 1, 3) - 0.3) / std::sqrt(3.5 + 1e-3)));
    CHECK(sum(2, 3, 1, 3) == doctest::Approx(norm(2, 3, 1, 3) + before(2, 3, 1, 3)));
}

TEST_CASE("a fused layer, a name and outputs that there are not are errors") {
    Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, MaxPool, Dense<2>>> network;
    const Array<float, 4> input(std::array<std::size_t, 4>{2, 8, 8, 1}, 0.5f);
    CHECK(message_of([&] { static_cast<void>(activations(network, "0", input)); }) ==
          "denim: inner_values: '0' is computed as one with what stands behind it; ask for '1'");
    CHECK(activations(network, "1", input).shape(1) == 3);
    CHECK(message_of([&] { static_cast<void>(activations(network, "7", input)); }) ==
          "denim: inner_values: '7' names no layer; names from '0' to '2' were expected, or of layers inside, as summary() lists them");
    CHECK(message_of([&] { static_cast<void>(gradients(network, "1", input, 2)); }) ==
          "denim: inner_values: an output from 0 to 1 was expected for each of 2 pictures");
    CHECK(activations(network, "1", Array<float, 4>(std::array<std::size_t, 4>{0, 8, 8, 1})).size() == 0);
}
