// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>

int main() {
    using namespace denim;
    Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{64, 8, 8, 1}};
    Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{64}};
    for (std::size_t n = 0; n < 4096; ++n) images.data()[n] = static_cast<std::uint8_t>(n / 64 % 2 * 255);  // black or white
    for (std::size_t n = 0; n < 64; ++n) labels(n) = n % 2;
    Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, MaxPool, Dense<2>>> network;
    const History history = fit(network, images, labels, {.epochs = 20, .batch = 16});
    return history.epochs.back().train.accuracy == 1 && history.epochs.back().train.loss < history.epochs.front().train.loss ? 0 : 1;
}
