// SPDX-License-Identifier: MIT
// Prints a sum over the bits of trained weights and of answers, one number for one compiler, however the program was put together; and what it runs on.
#include <denim/denim.hpp>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <span>

using namespace denim;

using Net = Network<Image<24, 18, 3>, Sequential<Conv<3, 16>, MaxPool, Conv<5, 24, Same>, BatchNorm, Residual<DepthwiseConv<3, Same>, Conv<1, 24>>, MaxPool,
                                                 Dropout, Dense<40, Tanh>, Dense<3>>>;

int main() {
    Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{48, 24, 18, 3}};
    Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{48}};
    Random random{Seed{3}};
    for (std::uint8_t& byte : images) byte = static_cast<std::uint8_t>(random.below(256));
    for (std::size_t n = 0; n < 48; ++n) labels(n) = static_cast<std::int32_t>(n % 3);
    Net network{Seed{1}};
    fit(network, images, labels, {.epochs = 3, .batch = 16, .augmentation = {.flip = true, .shift = 0.1f}});
    std::uint64_t sum = 0;
    const auto add = [&](auto numbers) {
        for (const float number : numbers) sum = sum * 0x100000001b3u + std::bit_cast<std::uint32_t>(number);
    };
    add(network.parameters());
    const auto answers = network.predict(images);
    add(std::span{answers.data(), answers.size()});
    std::printf("%016llx\n", static_cast<unsigned long long>(sum));
    std::fprintf(stderr, "%s", machine_line("fp32").c_str());
}
