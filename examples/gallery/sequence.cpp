// SPDX-License-Identifier: MIT
// A sequence is a picture of one row: 1-D convolutions tell three kinds of waves apart, whatever their pitch, phase and noise.
#include <denim/all.hpp>
#include <iostream>
#include <numbers>
using namespace denim;

using Waves = Network<Image<1, 128, 1>, Sequential<Conv<Window<1, 9>, 16, Stride<1, 2>>, Pool<Max, Window<1, 2>>,  //
                                                   Conv<Window<1, 5>, 32>, GlobalPool<Average>, Dense<3>>>;

struct Recordings {
    Array<float, 4> images;  // (N, 1, 128, 1)
    Array<std::int32_t, 1> labels;
    std::vector<std::string> class_names{"sine", "square", "saw"};

    Recordings(std::size_t count, Seed seed) : images(std::array<std::size_t, 4>{count, 1, 128, 1}), labels(std::array{count}) {
        Random random{seed};
        for (std::size_t n = 0; n < count; ++n) {
            labels(n) = static_cast<std::int32_t>(n % 3);
            const double pitch = random.uniform(0.02, 0.06), phase = random.uniform(0, 1);
            for (std::size_t t = 0; t < 128; ++t) {
                const double turn = std::fmod(phase + pitch * static_cast<double>(t), 1), sine = std::sin(2 * std::numbers::pi * turn);
                const double wave = n % 3 == 0 ? sine : n % 3 == 1 ? std::copysign(0.8, sine) : 2 * turn - 1;
                images(n, 0, t, 0) = static_cast<float>(wave + 0.1 * random.normal());
            }
        }
    }
};

int main() {
    const Recordings train{1500, Seed{1}}, test{300, Seed{2}};
    Waves network{Seed{3}};
    fit(network, train, {.epochs = 12, .batch = 32, .optimizer = Adam{.rate = 3e-3f}});
    const Evaluation result = evaluate(network, test);
    std::cout << network.summary() << result;
    return result.accuracy > 0.9 ? 0 : 1;
}
