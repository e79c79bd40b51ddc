// SPDX-License-Identifier: MIT
// What is left out, for which samples, and what is kept is divided by; gradients, settings, and a trained network without it.
#include "gradients.hpp"

#include <algorithm>
#include <vector>

using namespace denim;
using testing::check_gradients;

static_assert(check_layer<StochasticDepth<0.5>, Shape{2, 2, 8}>());

namespace {

constexpr Layout inner{{3, 2, 5}, {1, 1, 0, 2}, 8}, outer{{3, 2, 5}, {0, 0, 1, 1}, 5};

// What becomes of ones, forward and as a gradient; 7 where nothing was written.
template <class Arithmetic>
struct Passed {
    using Stored = typename Arithmetic::Stored;
    std::vector<Stored> output = std::vector<Stored>(outer.size(), 7), gradient = std::vector<Stored>(inner.size(), 7);

    Passed(float rate, Random random) {
        const std::vector<Stored> input(inner.size(), 1);
        std::vector<Stored> wanted(outer.size(), 1);
        const LayerSettings settings{.rate = rate};
        using Layer = StochasticDepthLayer<Arithmetic, outer, inner>;
        Layer::forward({.inputs = {input.data()}, .output = output.data(), .settings = &settings, .random = random});
        Layer::template backward<Gradient::write>({.inputs = {input.data()}, .input_gradients = {gradient.data()}, .output = output.data(),
                                                   .output_gradient = wanted.data(), .settings = &settings, .random = random});
    }
    [[nodiscard]] Stored factor() const { return output[outer.offset(0, 0)]; }
};

}  // namespace

TEST_CASE("StochasticDepth: all numbers of a sample are dropped by its random word, or divided by the share that is kept") {
    for (const float rate : {0.0f, 0.1f, 0.5f, 0.9f}) {
        std::size_t kept = 0;
        for (std::uint64_t sample = 0; sample < 2000; ++sample) {
            const Random random{Seed{9}, sample};
            const bool stays = static_cast<double>(random.block(0)[0]) >= static_cast<double>(rate) * 0x1p32;
            kept += stays;
            const Passed<Fast> passed{rate, random};
            REQUIRE(passed.factor() == (stays ? doctest::Approx(1 / (1 - static_cast<double>(rate))) : doctest::Approx(0)));
        }
        CHECK(static_cast<double>(kept) / 2000 == doctest::Approx(1 - static_cast<double>(rate)).epsilon(0.15));
    }
}

TEST_CASE("StochasticDepth: forward and backward have one factor for all pixels and channels, and nothing else is written") {
    const auto check = []<class Arithmetic>(Arithmetic /*numbers*/) {
        for (std::uint64_t sample = 0; sample < 8; ++sample) {
            const Passed<Arithmetic> passed{0.5f, Random{Seed{9}, sample}};
            std::vector<typename Arithmetic::Stored> output(outer.size(), 7), gradient(inner.size(), 7);
            for (std::size_t y = 0; y < 3; ++y)
                for (std::size_t x = 0; x < 2; ++x)
                    for (std::size_t c = 0; c < 5; ++c) output[outer.offset(y, x) + c] = gradient[inner.offset(y, x) + c] = passed.factor();
            CHECK(passed.output == output);
            CHECK(passed.gradient == gradient);
        }
    };
    check(Fast{});
    check(Plain<double>{});
}

TEST_CASE("StochasticDepth: fast against the plain twin, at every rate, written and added") {
    Random random{Seed{6}};
    std::vector<float> x(inner.size()), dy(outer.size());
    for (float& number : x) number = static_cast<float>(random.uniform(-3, 3));
    for (float& number : dy) number = static_cast<float>(random.uniform(-3, 3));
    for (const float rate : {0.0f, 0.25f, 0.6f, 1.0f})
        for (std::uint64_t sample = 0; sample < 8; ++sample) {
            const LayerSettings settings{.rate = rate};
            const auto passed = [&]<class Layer>(Layer /*layer*/) {
                std::vector<float> all(outer.size(), 7), gradient(inner.size(), 7), dy_of_layer = dy;
                const Random stream{Seed{9}, sample};
                Layer::forward({.inputs = {x.data()}, .output = all.data(), .settings = &settings, .random = stream});
                const Backward<Fast> at{.inputs = {x.data()}, .input_gradients = {gradient.data()}, .output = all.data(),
                                         .output_gradient = dy_of_layer.data(), .settings = &settings, .random = stream};
                Layer::template backward<Gradient::write>(at);
                const std::vector<float> written = gradient;
                Layer::template backward<Gradient::add>(at);
                all.insert(all.end(), written.begin(), written.end());
                all.insert(all.end(), gradient.begin(), gradient.end());
                return all;
            };
            const auto fast = passed(StochasticDepthLayer<Fast, outer, inner>{}), plain = passed(StochasticDepthLayer<Plain<float>, outer, inner>{});
            for (std::size_t n = 0; n < fast.size(); ++n) REQUIRE(fast[n] == doctest::Approx(plain[n]).epsilon(1e-6));
        }
}

TEST_CASE("StochasticDepth: its rate begins where its type says, and is a setting from there") {
    using Net = Network<Image<4, 4, 2>, Sequential<Residual<Conv<3, 2, Same>, StochasticDepth<0.2>>, Residual<Conv<3, 2, Same>, Dropout, StochasticDepth<0>>, Dense<3>>>;
    Net network;
    CHECK(network.settings<0, 1>().rate == 0.2f);
    CHECK(network.settings<1, 1>().rate == 0.5f);
    CHECK(network.settings<1, 2>().rate == 0.0f);
    network.settings<0>().rate = 0.3f;
    CHECK(network.settings<0, 1>().rate == 0.3f);
    CHECK(network.summary().find("StochasticDepth<0.2>") != std::string::npos);
    network.settings<0>().rate = 1;
    CHECK_THROWS_AS(check_settings(graph_table<Net::Graph>, network.all_settings()), std::invalid_argument);
    static_assert(Predictor<Net>::Plan::count == Predictor<Network<Image<4, 4, 2>, Sequential<Residual<Conv<3, 2, Same>>, Residual<Conv<3, 2, Same>>, Dense<3>>>>::Plan::count);
}

TEST_CASE("StochasticDepth: gradients, at the end of residuals, by itself and with Recompute around") {
    check_gradients<Image<5, 4, 3>, Sequential<Residual<Conv<3, 3, Same, Linear>, StochasticDepth<0.5>>, StochasticDepth<0.25>, Dense<3>>>(9);
    check_gradients<Image<4, 4, 2>, Sequential<Conv<3, 17>, Recompute<Residual<Conv<1, 17>, StochasticDepth<0.5>>, Activation<Tanh>>, Dense<3>>>(7, 5);
}
