// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/any_array.hpp>

#include <cstdint>
#include <limits>
#include <vector>

/// The values of golden/make_golden.py, by its rule, as an array of shape (2, 3).
inline denim::AnyArray golden_values(denim::ElementType type) {
    return denim::visit_element(type, []<class T>() {
        std::vector<T> values;
        if constexpr (std::is_same_v<T, denim::Boolean>) {
            for (const bool value : {true, false, true, false, false, true}) values.emplace_back(value);
        } else if constexpr (std::is_integral_v<T>) {
            values = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), 0, 1, 2, 100};
        } else if constexpr (std::is_same_v<T, denim::Float16>) {
            for (const double value : {-65504.0, 65504.0, 0.1, -0.0, 0x1p-24, double{INFINITY}}) values.emplace_back(value);
        } else if constexpr (std::is_same_v<T, denim::BFloat16>) {
            for (const double value : {1.0, -2.5, double{3e38f}, 0.0, double{1e-40f}, double{0.1f}}) values.emplace_back(value);
        } else {
            using Limits = std::numeric_limits<T>;
            values = {Limits::lowest(), Limits::max(), T(0.1), T(-0.0), Limits::denorm_min(), Limits::infinity()};
        }
        return denim::AnyArray::of<T>(values, {2, 3});
    });
}

/// 0 to 23 in shape (2, 3, 4).
template <denim::Element T>
denim::AnyArray golden_count() {
    std::vector<T> values(24);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i);
    return denim::AnyArray::of<T>(values, {2, 3, 4});
}
