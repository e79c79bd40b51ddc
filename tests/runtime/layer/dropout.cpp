// SPDX-License-Identifier: MIT
// What dropout keeps and what it is divided by, word for word of the random numbers; the gradient has the same mask.
#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/dropout.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace denim;

namespace {

constexpr std::size_t count = 4096;
constexpr Layout flat{{1, 1, count}, {}, count};
using Dropped = DropoutLayer<Fast, flat, flat>;

// Ones through the layer, forward and as a gradient.
struct Passed {
    std::vector<float> output = std::vector<float>(count), gradient = std::vector<float>(count);

    explicit Passed(float rate, Random random) {
        const std::vector<float> input(count, 1.0f);
        std::vector<float> wanted(count, 1.0f);
        const LayerSettings settings{.rate = rate};
        Dropped::forward({.inputs = {input.data()}, .output = output.data(), .settings = &settings, .random = random});
        Dropped::backward<Gradient::write>({.inputs = {input.data()}, .input_gradients = {gradient.data()}, .output = output.data(),
                                            .output_gradient = wanted.data(), .settings = &settings, .random = random});
    }
};

// The word that decides over number n.
std::uint32_t word(const Random& random, std::size_t n) { return random.block(n / 64 * 16 + n % 16)[n % 64 / 16]; }

}  // namespace

TEST_CASE("each number is dropped by its random word, and what is kept is divided by the share that is kept") {
    const Random random{Seed{9}, 3};
    for (const float rate : {0.0f, 0.25f, 0.5f, 0.9f}) {
        const Passed passed{rate, random};
        std::size_t kept = 0;
        for (std::size_t n = 0; n < count; ++n) {
            const bool stays = static_cast<double>(word(random, n)) >= static_cast<double>(rate) * 0x1p32;
            kept += stays;
            CHECK(passed.output[n] == (stays ? doctest::Approx(1 / (1 - static_cast<double>(rate))) : doctest::Approx(0)));
        }
        CHECK(passed.gradient == passed.output);
        CHECK(static_cast<double>(kept) / count == doctest::Approx(1 - static_cast<double>(rate)).epsilon(0.05));
    }
}

TEST_CASE("a number whose word is the rate itself stays: a rate of r drops the share r, not more") {
    const Random random{Seed{9}, 3};
    std::size_t found = 0;
    for (std::size_t n = 0; n < count; ++n) {
        const float rate = static_cast<float>(word(random, n)) * 0x1p-32f;
        if (static_cast<double>(rate) * 0x1p32 != static_cast<double>(word(random, n)) || rate > 0.95f) continue;
        ++found;
        CHECK(Passed{rate, random}.output[n] > 0);
    }
    CHECK(found > 4);
}
