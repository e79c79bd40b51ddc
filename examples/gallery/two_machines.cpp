// SPDX-License-Identifier: MIT
// Two machines learn one network: mpirun -n 2 --host ONE,OTHER two_machines, or both ranks on one machine, or any number of them. Each
// computes its part of every batch. Then the first learns once more by itself, to see that the weights are the same to the last bit.
#include <denim/all.hpp>
#include <denim/ranks.hpp>
#include <algorithm>
#include <iostream>
using namespace denim;

using Counter = Network<Image<24, 24, 1>, Sequential<Conv<3, 8>, MaxPool, Conv<3, 16>, MaxPool, Dense<32, ReLU>, Dense<4>>>;

// How many dots are there, one to four?
struct Dots {
    Array<std::uint8_t, 4> images;
    Array<int, 1> labels;

    Dots(std::size_t count, Seed seed) : images(std::array<std::size_t, 4>{count, 24, 24, 1}, std::uint8_t{0}), labels(std::array<std::size_t, 1>{count}) {
        Random random{seed};
        for (std::size_t n = 0; n < count; ++n) {
            labels(n) = static_cast<int>(random.below(4));
            for (int dot = 0; dot <= labels(n); ++dot) {  // each in a quarter of its own
                const std::size_t top = dot / 2 * 12 + random.below(9), left = dot % 2 * 12 + random.below(9);
                for (std::size_t row = top; row < top + 3; ++row) std::fill_n(&images(n, row, left, 0), 3, std::uint8_t{255});
            }
        }
    }
};

int main(int count, char** words) {
    return run_on_ranks(count, words, [](const Ranks& ranks) {
        const Dots train{2000, Seed{1}}, test{400, Seed{2}};
        const FitOptions options{.epochs = 8, .batch = 64, .optimizer = Adam{.rate = 3e-3f}};

        Counter network{Seed{7}};
        fit(network, train, options, ranks);
        const Evaluation result = evaluate(network, test, ranks);
        if (!ranks.leads()) return 0;

        Counter alone{Seed{7}};
        fit(alone, train, options);
        const bool same = std::ranges::equal(network.parameters(), alone.parameters());
        std::cout << ranks.size() << " ranks: accuracy " << result.accuracy << ", " << (same ? "the same bits as one process\n" : "other bits than one process\n");
        return same && result.accuracy > 0.95 ? 0 : 1;
    });
}
