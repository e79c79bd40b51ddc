// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/parameter.hpp>
#include <denim/machine/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Normal, cut at +-2 and then spread out to a deviation of 1: the cut leaves one of 0.8796.
inline double cut_normal(Random& random) {
    double number = random.normal();
    while (std::abs(number) > 2) number = random.normal();
    return number / 0.87962566103423978;
}

}  // namespace detail

/// The beginning of one parameter; each draws from a stream of its own, so that adding a layer behind it changes nothing here.
template <class Stored>
void initialise(const Parameter& parameter, Stored* numbers, Seed seed, std::size_t stream) {
    Random random{seed, stream};
    const auto fill = [&](auto draw) { std::generate_n(numbers, parameter.extents.size(), [&] { return static_cast<Stored>(draw()); }); };
    const auto in = static_cast<double>(parameter.fan_in), out = static_cast<double>(parameter.fan_out);
    switch (parameter.initial) {
        case Initial::zeros: fill([] { return 0.0; }); break;
        case Initial::ones: fill([] { return 1.0; }); break;
        case Initial::constant: fill([&] { return parameter.start; }); break;
        case Initial::glorot_uniform: fill([&, limit = std::sqrt(6 / (in + out))] { return random.uniform(-limit, limit); }); break;
        case Initial::he_uniform: fill([&, limit = std::sqrt(6 / in)] { return random.uniform(-limit, limit); }); break;
        case Initial::glorot_normal: fill([&, deviation = std::sqrt(2 / (in + out))] { return deviation * detail::cut_normal(random); }); break;
        case Initial::he_normal: fill([&, deviation = std::sqrt(2 / in)] { return deviation * detail::cut_normal(random); }); break;
    }
}

}  // namespace denim::inline DENIM_TARGET
