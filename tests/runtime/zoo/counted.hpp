// SPDX-License-Identifier: MIT
#pragma once

// What papers and other frameworks say of a network in numbers, counted from its rows and shapes.

#include <denim/network/describe.hpp>
#include <denim/tensor/shape.hpp>

#include <cmath>
#include <cstddef>

namespace denim::testing {

struct Counted {
    std::size_t trained = 0;         // parameters
    double giga_multiply_adds = 0;  // of convolutions and dense layers for a picture, rounded to thousandths
};

template <class Body, class Input = Image<224, 224, 3>>
Counted counted() {
    Counted sums;
    std::size_t products = 0;
    for (const DescribedLayer& layer : describe(Network<Input, Body>{}).layers)
        for (const Row& row : layer.rows) {
            if (row.trained) sums.trained += row.size();
            if (row.name.ends_with(".weights")) products += row.size() * layer.output.height * layer.output.width;
        }
    sums.giga_multiply_adds = std::round(static_cast<double>(products) / 1e6) / 1e3;
    return sums;
}

}  // namespace denim::testing
