// SPDX-License-Identifier: MIT
// A frozen BatchNorm: what it is in training is what it is in a predictor, and nothing of it moves.
#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using namespace denim;

TEST_CASE("a frozen BatchNorm uses its running statistics, and keeps them and its factors") {
    using Small = Network<Image<4, 4, 2>, Sequential<BatchNorm, Dense<2>>>;
    Array<float, 4> images(std::array<std::size_t, 4>{10, 4, 4, 2});
    Array<std::int32_t, 1> labels(std::array<std::size_t, 1>{10});
    Random random{Seed{2}};
    for (float& number : images) number = static_cast<float>(random.uniform(-1, 3));
    for (std::int32_t& label : labels) label = static_cast<std::int32_t>(random.below(2));
    const LabelledPair set{images, labels};

    for (const bool frozen : {true, false}) {
        Small network{Seed{1}};
        network.edit_parameters([](std::span<float> numbers) {
            Random more{Seed{3}};
            for (float& number : numbers) number += static_cast<float>(more.uniform(0.0, 0.5));
        });
        if (frozen) network.freeze<0>();
        const std::vector<float> before(network.parameters().begin(), network.parameters().end());
        const double untrained = evaluate(network, set).loss;
        const History history = fit(network, set, {.epochs = 1, .batch = 10, .optimizer = Sgd{.rate = 0.1f}});
        // The one step's loss is that of the network before it: of the running statistics only where BatchNorm is frozen.
        CHECK((std::abs(history.epochs[0].train.loss - untrained) < 1e-5) == frozen);
        for (const Row& row : network.rows()) {
            const auto same = std::equal(before.begin() + static_cast<std::ptrdiff_t>(row.offset),
                                         before.begin() + static_cast<std::ptrdiff_t>(row.offset + row.size()),
                                         network.parameters().begin() + static_cast<std::ptrdiff_t>(row.offset));
            INFO(row.name);
            CHECK(same == (frozen && row.name.starts_with("0.")));
        }
    }
}
