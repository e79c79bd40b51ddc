// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <concepts>
#include <cstdint>

namespace denim::inline DENIM_TARGET {

/// A number among the arguments of a template, as it is written: Clip<-0.5, 6>. All compilers spell it alike: it is kept as the whole
/// number of its digits and how many of them stand behind the point, the shortest that give the number back.
struct Decimal {
    std::int64_t digits = 0;
    int places = 0;

    /// From a literal. Of a number that is not finite, or has more than fifteen digits in front of the point, nothing is promised.
    template <class Number>
        requires(std::integral<Number> || std::floating_point<Number>)
    consteval Decimal(Number number) {  // NOLINT: meant to convert
        if constexpr (std::integral<Number>) {
            digits = static_cast<std::int64_t>(number);
        } else {
            double ten = 1;
            for (int next = 0; next <= 22; ++next, ten *= 10) {  // until where the powers of ten are exact
                const double moved = static_cast<double>(number) * ten;
                if (!(moved < 0x1p53 && moved > -0x1p53)) break;
                digits = static_cast<std::int64_t>(moved < 0 ? moved - 0.5 : moved + 0.5), places = next;
                if (static_cast<Number>(static_cast<double>(digits) / ten) == number) break;
            }
        }
    }

    /// The number, rounded once.
    [[nodiscard]] constexpr double value() const {
        double ten = 1;
        for (int n = 0; n < places; ++n) ten *= 10;
        return static_cast<double>(digits) / ten;
    }
};

}  // namespace denim::inline DENIM_TARGET
