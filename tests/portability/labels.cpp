// SPDX-License-Identifier: MIT
// Prints labels that every compiler, standard, vector unit and -ffast-math must agree on: those of random pictures from fresh weights,
// those of three patterns from a network that learned them, and that a training run which diverges is told so.
#include <denim/denim.hpp>

#include <algorithm>
#include <iostream>

using namespace denim;

namespace {

using Fresh = Network<Image<24, 20, 3>,
                      Sequential<Conv<5, 16>, MaxPool, Conv<3, 24, Same>, BatchNorm, Residual<Conv<3, 24, Same>, BatchNorm>,
                                 DepthwiseConv<3, Same>, Parallel<Conv<1, 8>, Conv<3, 8, Same, Dilation<2>>>,
                                 Activation<SiLU>, Pool<Average, 2>, Flatten, LayerNorm, Dense<32, GELU>, Dense<10>>>;

using Trained = Network<Image<16, 16, 1>, Sequential<Conv<3, 8>, MaxPool, Conv<3, 12>, MaxPool, Dropout, Dense<3>>>;

/// Bright pictures with stripes across, stripes down, or squares, and noise.
struct Patterns {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    Patterns(std::size_t count, Random random)
        : images(std::array<std::size_t, 4>{count, 16, 16, 1}), labels(std::array<std::size_t, 1>{count}) {
        for (std::size_t n = 0; n < count; ++n) {
            labels(n) = static_cast<std::int32_t>(n % 3);
            for (std::size_t y = 0; y < 16; ++y)
                for (std::size_t x = 0; x < 16; ++x) {
                    const std::size_t down = y / 2 % 2, across = x / 2 % 2;
                    const std::size_t bright = n % 3 == 0 ? down : n % 3 == 1 ? across : down ^ across;
                    images(n, y, x, 0) = static_cast<std::uint8_t>((bright ? 150u : 0u) + random.below(100));
                }
        }
    }
};

std::size_t label(const Array<float, 2>& logits, std::size_t row) {
    const float* first = &logits(row, 0);
    return static_cast<std::size_t>(std::max_element(first, first + logits.shape(1)) - first);
}

}  // namespace

int main() {
    Random random{Seed{5}};
    Array<std::uint8_t, 4> noise{std::array<std::size_t, 4>{300, 24, 20, 3}};
    for (std::uint8_t& value : noise) value = static_cast<std::uint8_t>(random.below(256));
    const auto fresh = Fresh{Seed{3}}.predict(noise);
    for (std::size_t n = 0; n < 300; ++n) std::cout << label(fresh, n);
    std::cout << '\n';

    const Patterns train(192, Random{Seed{1}}), others(90, Random{Seed{2}});
    Trained trained{Seed{1}};
    fit(trained, train, {.epochs = 12, .batch = 32, .optimizer = Adam{.rate = 3e-3f}, .augmentation = {.flip = true}});
    const auto learned = trained.predict(others.images);
    for (std::size_t n = 0; n < 90; ++n) std::cout << label(learned, n);
    std::cout << '\n';

    Trained diverging{Seed{1}};
    try {
        fit(diverging, train, {.epochs = 2, .optimizer = Sgd{.rate = 1e20f}});
        std::cout << "a loss that is not a number went by\n";
    } catch (const LossNotFinite&) {
        std::cout << "diverged\n";
    }
    std::cerr << machine_line("fp32") << ": " << evaluate(trained, others).accuracy << '\n';
}
