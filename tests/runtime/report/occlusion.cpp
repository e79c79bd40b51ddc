// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>
#include <denim/report/occlusion.hpp>

#include <doctest/doctest.h>

using namespace denim;

TEST_CASE("a network that looks at one corner is seen to look there") {
    Network<Image<24, 16, 1>, Sequential<Dense<2>>> network;
    network.edit([](auto& layers) {
        auto weights = layers.template get<0>().weights();
        std::fill(weights.begin(), weights.end(), 0.0f);
        for (std::size_t y = 16; y < 24; ++y)
            for (std::size_t x = 0; x < 4; ++x) weights(y * 16 + x, 1) = 0.2f;
    });
    Array<std::uint8_t, 3> photograph(std::array<std::size_t, 3>{24, 16, 1}, std::uint8_t{255});
    const Occlusion seen = occlude(Predictor{network}, photograph, {.patch = 4, .step = 4, .grey = 0});
    CHECK(seen.predicted == 1);
    CHECK(seen.probability > 0.9);
    REQUIRE(seen.rows == 6);
    REQUIRE(seen.columns == 4);
    for (std::size_t n = 0; n < seen.drops.size(); ++n) {
        INFO(n);
        if (n == 16 || n == 20)
            CHECK(seen.drops[n] > 0.01f);
        else
            CHECK(seen.drops[n] == doctest::Approx(0).epsilon(1e-6));
    }
    const Picture grey{Size{24, 16}, Colour{100, 100, 100}};
    const Picture drawn = draw_occlusion(grey, seen, 240);
    CHECK(drawn.size == Size{240, 160});
    CHECK(drawn.at(200, 20)[0] > drawn.at(200, 20)[2] + 60);
    CHECK(drawn.at(20, 140)[0] == 100);
}

TEST_CASE("of several heads the one that is asked for is measured") {
    Network<Image<16, 16, 1>, Sequential<Heads<Dense<3>, Dense<2>>>> network;
    network.edit([](auto& layers) {
        auto first = layers.template get<0, 0>().weights(), second = layers.template get<0, 1>().weights();
        std::fill(first.begin(), first.end(), 0.0f);
        std::fill(second.begin(), second.end(), 0.0f);
        first(0, 2) = 3.0f;     // the first head looks at one corner
        second(255, 1) = 2.0f;  // the second at the other
    });
    Array<std::uint8_t, 3> photograph(std::array<std::size_t, 3>{16, 16, 1}, std::uint8_t{255});
    const Predictor predictor{network};
    const OcclusionOptions corners{.patch = 8, .step = 8, .grey = 0};
    const Occlusion first = occlude(predictor, photograph, corners);
    CHECK(first.predicted == 2);
    CHECK(first.probability == doctest::Approx(std::exp(3.0) / (std::exp(3.0) + 2)));
    CHECK(first.drops[0] == doctest::Approx(first.probability - 1.0 / 3));
    CHECK(first.drops[3] == doctest::Approx(0).epsilon(1e-6));
    OcclusionOptions options = corners;
    options.head = 1;
    const Occlusion second = occlude(predictor, photograph, options);
    CHECK(second.predicted == 1);
    CHECK(second.probability == doctest::Approx(std::exp(2.0) / (std::exp(2.0) + 1)));
    CHECK(second.drops[0] == doctest::Approx(0).epsilon(1e-6));
    CHECK(second.drops[3] == doctest::Approx(second.probability - 0.5));
    options.head = 2;
    CHECK_THROWS_WITH_AS(occlude(predictor, photograph, options),
                         "denim: occlude: the network has 2 heads, counted from 0, but head 2 was asked for",
                         std::invalid_argument);
}

TEST_CASE("patches and steps of any size are cut at the picture, of a long picture too") {
    Network<Image<24, 4, 1>, Sequential<Dense<2>>> network;
    network.edit([](auto& layers) {
        auto weights = layers.template get<0>().weights();
        std::fill(weights.begin(), weights.end(), 0.0f);
        weights(0, 1) = 2.0f;
    });
    const Predictor predictor{network};
    const Array<std::uint8_t, 3> photograph(std::array<std::size_t, 3>{24, 4, 1}, std::uint8_t{255});
    const auto drops = [&](std::size_t patch, std::size_t step) {
        const Occlusion seen = occlude(predictor, photograph, {.patch = patch, .step = step, .grey = 0});
        CHECK(seen.drops.size() == seen.rows * seen.columns);
        return seen.drops;
    };
    constexpr std::size_t huge = std::numeric_limits<std::size_t>::max();
    CHECK(drops(2, huge) == std::vector<float>{0});  // one place, whose middle lies beside the picture
    CHECK(drops(huge, huge).size() == 1);
    CHECK(drops(huge, huge)[0] > 0.3f);
    for (const float drop : drops(huge, 12)) CHECK(drop > 0.3f);
    CHECK(drops(1, 1).size() == 24 * 4);
    CHECK(drops(1, 1)[0] > 0.3f);
    CHECK(drops(1, 1)[1] == 0);
}

TEST_CASE("a network itself can be asked, the short way") {
    const Network<Image<16, 16, 1>, Sequential<Conv<3, 4>, MaxPool, Dense<3>>> network{Seed{2}};
    Array<std::uint8_t, 3> photograph(std::array<std::size_t, 3>{16, 16, 1}, std::uint8_t{90});
    photograph(3, 4, 0) = 250;
    const Occlusion with = occlude(Predictor{network}, photograph, {.patch = 4}), without = occlude(network, photograph, {.patch = 4});
    CHECK(without.predicted == with.predicted);
    CHECK(without.probability == with.probability);
    CHECK(without.drops == with.drops);
    for (const std::size_t count : {0u, 2u}) {
        const Array<std::uint8_t, 4> some(std::array<std::size_t, 4>{count, 16, 16, 1}, std::uint8_t{90});
        CHECK_THROWS_WITH_AS(occlude(network, some), ("denim: occlude: one photograph was expected, but " + std::to_string(count) + " came").c_str(),
                             std::invalid_argument);
    }
}
