// SPDX-License-Identifier: MIT
// An auto-encoder: a picture through 16 numbers and back, the flattened picture as the answer. What it has never seen it cannot draw.
#include <denim/all.hpp>
#include <iostream>
using namespace denim;

constexpr std::size_t side = 16;
using Coder = Network<Image<side, side, 1>, Sequential<Conv<3, 16, Stride<2>>, Dense<64, ReLU>, Dense<16>,  // these 16 tell all
                                                       Dense<64, ReLU>, Dense<side * side>>>;

/// Round spots, or upright crosses.
Array<float, 4> drawn(std::size_t count, bool crosses, Seed seed) {
    Array<float, 4> images(std::array<std::size_t, 4>{count, side, side, 1}, 0.0f);
    Random random{seed};
    for (std::size_t n = 0; n < count; ++n) {
        const double cx = random.uniform(4, 12), cy = random.uniform(4, 12), radius = random.uniform(2, 4);
        for (std::size_t y = 0; y < side; ++y)
            for (std::size_t x = 0; x < side; ++x) {
                const double dx = std::abs(static_cast<double>(x) - cx), dy = std::abs(static_cast<double>(y) - cy);
                const double distance = crosses ? std::max(std::min(dx, dy) + 2, std::max(dx, dy)) : std::hypot(dx, dy);
                images(n, y, x, 0) = static_cast<float>(std::clamp(radius + 0.5 - distance, 0.0, 1.0));
            }
    }
    return images;
}

int main() {
    const Array<float, 4> train = drawn(2000, false, Seed{1}), spots = drawn(200, false, Seed{2}), crosses = drawn(200, true, Seed{3});
    const Array<float, 2> answers = xt::reshape_view(train, {std::size_t{2000}, side * side});
    Coder network{Seed{4}};
    fit(network, LabelledPair{train, answers}, {.epochs = 40, .batch = 32, .loss = MeanSquaredError{}, .schedule = CosineRate{}});

    const auto missed = [&](const Array<float, 4>& images) {
        const Array<float, 2> wanted = xt::reshape_view(images, {images.shape(0), side * side});
        return evaluate(network, LabelledPair{images, wanted}, MeanSquaredError{}).loss;
    };
    const double known = missed(spots), strange = missed(crosses);
    std::cout << "squared error of other spots " << known << ", of crosses " << strange << '\n';
    return strange > 1.5 * known ? 0 : 1;
}
