// SPDX-License-Identifier: MIT
// A number instead of a class: how far the hands of a clock stand from twelve, read from its picture.
#include <denim/all.hpp>
#include <iostream>
#include <numbers>
using namespace denim;

using Clock = Network<Image<32, 32, 3>, Sequential<Conv<5, 16>, MaxPool, Conv<3, 32>, MaxPool, Dense<64, ReLU>, Dense<2>>>;

/// Pictures of one hand; the labels are the sine and the cosine of its angle, which jump nowhere.
struct Clocks {
    Array<std::uint8_t, 4> images;
    Array<float, 2> labels;

    Clocks(std::size_t count, Seed seed) : images(std::array<std::size_t, 4>{count, 32, 32, 3}), labels(std::array<std::size_t, 2>{count, 2}) {
        Random random{seed};
        for (std::size_t n = 0; n < count; ++n) {
            const double angle = random.uniform(0, 2 * std::numbers::pi);
            labels(n, 0) = static_cast<float>(std::sin(angle)), labels(n, 1) = static_cast<float>(std::cos(angle));
            Picture picture{Size{32, 32}};
            for (double along = 0; along < 13; along += 0.5)
                fill(picture, {static_cast<int>(16 + along * std::sin(angle)), static_cast<int>(16 - along * std::cos(angle)), 2, 2}, {30, 30, 30});
            std::ranges::copy(picture.pixels, &images(n, 0, 0, 0));
        }
    }
};

int main() {
    const Clocks train{2000, Seed{1}}, test{500, Seed{2}};
    Clock network{Seed{3}};
    fit(network, train, {.epochs = 12, .batch = 32, .loss = MeanSquaredError{}, .schedule = CosineRate{}});
    std::cout << evaluate_targets(network, test);

    const auto answers = network.predict(test.images);
    double worst = 0;
    for (std::size_t n = 0; n < 500; ++n)
        worst = std::max(worst, std::abs(std::remainder(std::atan2(answers(n, 0), answers(n, 1)) - std::atan2(test.labels(n, 0), test.labels(n, 1)),
                                                        2 * std::numbers::pi)));
    std::cout << "the worst of 500 is wrong by " << worst * 180 / std::numbers::pi << " degrees\n";
    return worst < 0.6 ? 0 : 1;
}
