// SPDX-License-Identifier: MIT
// The study's grid of 12 with `fit`.
#include <denim/denim.hpp>

struct Set {
    denim::Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{64, 120, 90, 3}};
    denim::Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{64}};
};

template <std::size_t Kernel, std::size_t Filters>
void train(const Set& set) {
    using namespace denim;
    Network<Image<120, 90, 3>, Sequential<Conv<Kernel, Filters>, MaxPool, Conv<3, Filters>, MaxPool, Dense<3>>> network;
    fit(network, set, set, {.epochs = 1});
}

template <std::size_t Kernel>
void train_all_filters(const Set& set) {
    train<Kernel, 32>(set), train<Kernel, 64>(set), train<Kernel, 96>(set), train<Kernel, 128>(set);
}

int main() {
    const Set set;
    train_all_filters<3>(set), train_all_filters<5>(set), train_all_filters<7>(set);
}
