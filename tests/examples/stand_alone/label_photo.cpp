// SPDX-License-Identifier: MIT
// Labels one photograph; the network's weights and labels are part of the program.
#include "network.hpp"
#include "small_weights.hpp"

#include <denim/image.hpp>

#include <algorithm>
#include <iostream>

int main(int count, char** arguments) {
    if (count != 2) return 2;
    try {
        Small network;
        const auto labels = denim::load_embedded_into(network, small_weights).labels;
        const denim::Picture photo = denim::decode(denim::read_file(arguments[1]), denim::Size{12, 10});
        const auto p = network.probabilities(denim::view(photo.pixels.data(), std::array<std::size_t, 3>{12, 10, 3}));
        const auto best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
        std::cout << labels.at(best) << ' ' << p(best) << '\n';
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
