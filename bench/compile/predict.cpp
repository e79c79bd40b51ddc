// SPDX-License-Identifier: MIT
// The study's network, asked for the logits of photographs.
#include <denim/denim.hpp>

#include <cstdio>

int main() {
    using namespace denim;
    using Study = Network<Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3>>>;
    const Study network;
    const Array<std::uint8_t, 4> photographs{std::array<std::size_t, 4>{8, 120, 90, 3}};
    const auto logits = network.predict(photographs);
    for (std::size_t n = 0; n < 8; ++n) std::printf("%g %g %g\n", logits(n, 0), logits(n, 1), logits(n, 2));
}
