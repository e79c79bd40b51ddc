// SPDX-License-Identifier: MIT
#include "kept_threads.hpp"

#include <denim/machine/random.hpp>
#include <denim/optimizer/clip.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace denim;

TEST_CASE("the gradient of trained rows is shortened together, the same for any number of threads") {
    const testing::KeptThreads kept_threads;
    const std::vector<Row> rows{{"0.weights", {40'003}, 0},
                                {"0.bias", {7}, 40'003},
                                {"1.weights", {100}, 40'010, false},
                                {"2.mean", {9}, 40'110, false, false, Moved::by_layer}};
    std::vector<float> gradients(40'119);
    Random random{Seed{1}};
    for (float& number : gradients) number = static_cast<float>(random.uniform(-1, 1));
    double squares = 0;
    for (std::size_t n = 0; n < 40'010; ++n) squares += static_cast<double>(gradients[n]) * static_cast<double>(gradients[n]);
    std::vector<float> first;
    for (const std::size_t wanted : {1u, 2u, 5u}) {
        set_threads(wanted);
        set_serial_threshold(0);
        std::vector<float> clipped = gradients;
        CHECK(clip_by_norm(rows, clipped, 2.5) == doctest::Approx(std::sqrt(squares)).epsilon(1e-12));
        for (std::size_t n = 0; n < gradients.size(); ++n) {
            const double factor = n < 40'010 ? 2.5 / std::sqrt(squares) : 1;
            if (std::abs(static_cast<double>(clipped[n]) - factor * static_cast<double>(gradients[n])) > 1e-7) FAIL(n);
        }
        CHECK(clip_by_norm(rows, clipped, 1e9) == doctest::Approx(2.5).epsilon(1e-6));
        if (first.empty()) first = clipped;
        CHECK(clipped == first);
        std::vector<float> kept = gradients;
        clip_by_norm(rows, kept, 1e9);
        CHECK(kept == gradients);
    }
    for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        std::vector<float> bad = gradients;
        bad[40'004] = wrong;
        CHECK_THROWS_AS(clip_by_norm(rows, bad, 2.5), GradientNotFinite);
        CHECK(std::equal(bad.begin(), bad.begin() + 40'004, gradients.begin()));
        bad = gradients;
        bad[40'020] = wrong;  // of a frozen row: nobody asks
        CHECK(clip_by_norm(rows, bad, 2.5) == doctest::Approx(std::sqrt(squares)).epsilon(1e-12));
    }
    std::vector<float> large(40'119, 3e38f);
    CHECK(clip_by_norm(rows, large, 1) == doctest::Approx(3e38 * std::sqrt(40'010)).epsilon(1e-6));
    CHECK(large[0] == doctest::Approx(1 / std::sqrt(40'010)));
    std::vector<float> nothing(40'119);
    CHECK(clip_by_norm(rows, nothing, 1) == 0);
    CHECK(nothing == std::vector<float>(40'119));
}
