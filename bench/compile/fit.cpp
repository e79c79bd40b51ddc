// SPDX-License-Identifier: MIT
// The study's network with `fit` and a validation set.
#include <denim/denim.hpp>

struct Set {
    denim::Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{64, 120, 90, 3}};
    denim::Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{64}};
};

int main() {
    using namespace denim;
    using Study = Network<Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3>>>;
    Study network;
    const Set train, validation;
    fit(network, train, validation, {.epochs = 1});
}
