// SPDX-License-Identifier: MIT
// Several labels at once: which of three things a picture shows, none, one, two or all of them. Each output is a yes or no of its own.
#include <denim/all.hpp>
#include <iostream>
using namespace denim;

using Things = Network<Image<32, 32, 3>, Sequential<Conv<3, 16, Same>, MaxPool, Conv<3, 32, Same>, MaxPool, Dense<3>>>;
const std::vector<std::string> names{"a red box", "a green box", "a blue box"};

struct Boxes {
    Array<std::uint8_t, 4> images;
    Array<float, 2> labels;  // (N, 3): 1 where it is there

    Boxes(std::size_t count, Seed seed) : images(std::array<std::size_t, 4>{count, 32, 32, 3}), labels(std::array<std::size_t, 2>{count, 3}) {
        Random random{seed};
        for (std::size_t n = 0; n < count; ++n) {
            Picture picture{Size{32, 32}};
            for (std::size_t k = 0; k < 3; ++k) {
                labels(n, k) = static_cast<float>(random.below(2));
                const auto place = [&] { return static_cast<int>(random.below(24)); };
                const auto level = [&](std::size_t of) { return static_cast<std::uint8_t>(of == k ? 220 : 30); };
                if (labels(n, k) > 0) fill(picture, {place(), place(), 8, 8}, {level(0), level(1), level(2)});
            }
            std::ranges::copy(picture.pixels, &images(n, 0, 0, 0));
        }
    }
};

int main() {
    const Boxes train{1500, Seed{1}}, test{300, Seed{2}};
    Things network{Seed{3}};
    fit(network, train, {.epochs = 6, .batch = 32, .loss = BinaryCrossEntropy{}});
    const Score score = evaluate(network, test, BinaryCrossEntropy{});
    std::cout << score << " of labels one by one\n";

    const auto p = network.probabilities(test.images);  // a sigmoid each, as the loss says
    for (std::size_t n = 0; n < 3; ++n) {
        std::cout << "picture " << n << ":";
        for (std::size_t k = 0; k < 3; ++k)
            if (p(n, k) > 0.5f) std::cout << ' ' << names[k] << ',';
        std::cout << " and that is all\n";
    }
    return score.accuracy > 0.9 ? 0 : 1;
}
