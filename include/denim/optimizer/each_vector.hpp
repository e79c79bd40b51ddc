// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/simd.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// Calls advance(load, store, n) for each vector of `count` numbers, n the place of its first one; `load(from + n)` and
/// `store(to + n, value)` take what there is of the last vector. An optimizer is written with it once, for every vector width.
template <class Advance>
void each_vector(std::size_t count, const Advance& advance) {
    std::size_t n = 0;
    for (; n + simd::lanes<float> <= count; n += simd::lanes<float>)
        advance([](const float* from) { return simd::load(from); },
                [](float* to, simd::Vector<float> value) { simd::store(to, value); }, n);
    if (const std::size_t rest = count - n; rest > 0)
        advance([rest](const float* from) { return simd::load_first(from, rest); },
                [rest](float* to, simd::Vector<float> value) { simd::store_first(to, value, rest); }, n);
}

}  // namespace denim::inline DENIM_TARGET
