// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/activation_function.hpp>
#include <denim/machine/decimal.hpp>

namespace denim::inline DENIM_TARGET {

/// Factor x. At the end of a Residual it scales what is added: Residual<Conv<3, 64, Same>, Conv<3, 64, Same, Times<0.1>>> (Szegedy et al.,
/// "Inception-v4, Inception-ResNet and the impact of residual connections on learning", 2017).
template <Decimal Factor>
struct Times : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return constant<Number>(Factor.value()) * x;
    }
    template <class Number>
    static Number slope(Number /*x*/, Number /*y*/) {
        return constant<Number>(Factor.value());
    }
};

}  // namespace denim::inline DENIM_TARGET
