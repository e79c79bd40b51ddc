// SPDX-License-Identifier: MIT
// A whole network, BatchNorm and a residual block inside, against what Keras gives in float64.
#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

using namespace denim;

namespace {

template <class Network>
void check_chain(double tolerance) {
    using Stored = typename Network::Stored;
    const Npz file{"golden/network.npz"};
    const auto read = [&](const std::string& what) { return file.read(std::string{"chain."}.append(what)).as<double>(); };
    const std::vector<std::string> names{"weights_0", "bias_0",      "gamma_2",  "beta_2",    "weights_3_0",
                                         "bias_3_0",  "weights_3_1", "bias_3_1", "weights_4", "bias_4"};
    Network network;
    std::vector<const Row*> rows;
    for (const Row& row : network.rows())
        if (row.moved == Moved::by_gradient) rows.push_back(&row);
    REQUIRE(rows.size() == names.size());
    network.edit_parameters([&](std::span<Stored> parameters) {
        for (std::size_t n = 0; n < names.size(); ++n) {
            const auto values = read(names[n]);
            REQUIRE_MESSAGE(values.size() == rows[n]->size(), names[n]);
            for (std::size_t k = 0; k < values.size(); ++k) parameters[rows[n]->offset + k] = static_cast<Stored>(values[k]);
        }
    });
    const auto input = read("input");
    const auto labels = file.read("chain.labels").as<std::int32_t>();
    Array<float, 4> images(std::array<std::size_t, 4>{labels.size(), 12, 11, 2});
    std::ranges::transform(input, images.begin(), [](double x) { return static_cast<float>(x); });
    std::vector<std::uint32_t> order(labels.size());
    std::iota(order.begin(), order.end(), 0u);

    const Pictures pictures = Pictures::of(images, Network::input);
    Trainer<typename Network::Graph, typename Network::Numbers, SoftmaxCrossEntropy> trainer{labels.size()};
    const StepResult result = trainer.step(network.parameters(), network.all_settings(), {pictures, labels, order, Seed{}, 0});
    CHECK(result.loss == doctest::Approx(read("loss").at(0)).epsilon(tolerance));
    for (std::size_t n = 0; n < names.size(); ++n) {
        const auto expected = read(names[n] + "_gradient");
        double magnitude = 1e-3, error = 0;
        for (std::size_t k = 0; k < expected.size(); ++k) {
            magnitude = std::max(magnitude, std::abs(expected[k]));
            error = std::max(error, std::abs(static_cast<double>(trainer.gradients()[rows[n]->offset + k]) - expected[k]));
        }
        CHECK_MESSAGE(error <= tolerance * magnitude, names[n] << ": off by " << error << ", the largest is " << magnitude);
    }
}

}  // namespace

TEST_CASE("a network's loss and gradients are Keras's") {
    using Body = Sequential<Conv<3, 4>, MaxPool, BatchNorm, Residual<Conv<3, 4, Same>, Conv<3, 4, Same, Linear>>, Dense<3>>;
    check_chain<Network<Image<12, 11, 2>, Body, Plain<double>>>(1e-7);
    check_chain<Network<Image<12, 11, 2>, Body>>(2e-5);
}
