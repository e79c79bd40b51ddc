// SPDX-License-Identifier: MIT
// Denim as one of the peers, with a network of the study: its sizes come from CMake, one program for each.
#include "peer.hpp"

#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>

using namespace denim;

namespace {

template <std::size_t Hidden>
struct Body {
    using type = Sequential<Conv<KERNEL, FILTERS>, MaxPool, Conv<SECOND, FILTERS>, MaxPool, Dense<Hidden, ReLU>, Dense<CLASSES>>;
};
template <>
struct Body<0> {
    using type = Sequential<Conv<KERNEL, FILTERS>, MaxPool, Conv<SECOND, FILTERS>, MaxPool, Dense<CLASSES>>;
};
using Study = Network<Image<120, 90, 3>, Body<HIDDEN>::type>;

Study read_study(const std::string& weights) {
    Study network;
    const auto arrays = read_npz(weights);
    std::size_t number = 0;
    for (const Row& row : network.rows())
        network.edit_parameters([&](std::span<float> parameters) {
            const auto values = arrays.at(std::to_string(number++)).values<float>();
            if (values.size() != row.size()) throw std::runtime_error(row.name + " has another size in " + weights);
            std::ranges::copy(values, parameters.begin() + static_cast<std::ptrdiff_t>(row.offset));
        });
    return network;
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"The study's network, trained and asked as a peer of other frameworks."};
    peer::Options options;
    return peer::run(app, options, count, arguments, [&] { peer::serve<Study, true>(options, [&] { return read_study(options.weights); }); });
}
