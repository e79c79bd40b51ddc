// SPDX-License-Identifier: MIT
// A sweep: four shapes of a network and two rates, three seeds of each; a table, a page, and what is done is not done again.
#include <denim/all.hpp>
#include <iostream>
using namespace denim;

template <std::size_t Kernel, std::size_t Filters>
using Stripes = Network<Image<24, 24, 1>, Sequential<Conv<Kernel, Filters>, MaxPool, GlobalPool<Average>, Dense<3>>>;

/// Stripes of width 1, 2 or 3 in any direction, on noise.
DataSet stripes(std::size_t count, Seed seed) {
    DataSet set = DataSet::with_room(count, {24, 24, 1}, {"narrow", "middle", "wide"});
    Random random{seed};
    for (std::size_t n = 0; n < count; ++n) {
        set.labels(n) = static_cast<std::int32_t>(n % 3);
        const double angle = random.uniform(0, 3.14), phase = random.uniform(0, 6), step = 3.14 / (1.2 + static_cast<double>(n % 3));
        for (std::size_t y = 0; y < 24; ++y)
            for (std::size_t x = 0; x < 24; ++x) {
                const double along = static_cast<double>(x) * std::cos(angle) + static_cast<double>(y) * std::sin(angle);
                set.images(n, y, x, 0) = static_cast<std::uint8_t>(128 + 60 * std::sin(phase + step * along) + random.uniform(-60, 60));
            }
    }
    return set;
}

int main() {
    const DataSet train = stripes(600, Seed{1}), validation = stripes(150, Seed{2});
    const SweepTable table = sweep<Stripes, Values<3, 5>, Values<8, 16>>(
        train, validation, {.log = "logs", .axes = {"kernel", "filters"}, .rates = {3e-3f, 1e-2f}, .repeats = 3, .epochs = 12});
    std::cout << table;
    write_report("sweep.html", table);
}
