// SPDX-License-Identifier: MIT
#pragma once

// Shape kept: y = (x - mean) / deviation, by numbers of the channel that stand in the type, as those of a data set.

#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/rescale.hpp>
#include <denim/machine/decimal.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// What Normalise takes away: a number for each channel, or one for all.
template <Decimal... Numbers>
struct Mean {};
/// What it divides by.
template <Decimal... Numbers>
struct Deviation {};

namespace detail {

/// The numbers of a Mean or a Deviation; none of another type.
template <class Type>
inline constexpr std::array<double, 0> means_of{};
template <Decimal... Numbers>
inline constexpr std::array<double, sizeof...(Numbers)> means_of<Mean<Numbers...>>{Numbers.value()...};
template <class Type>
inline constexpr std::array<double, 0> deviations_of{};
template <Decimal... Numbers>
inline constexpr std::array<double, sizeof...(Numbers)> deviations_of<Deviation<Numbers...>>{Numbers.value()...};

}  // namespace detail

/// Each channel as many deviations away from its mean as it is. Of the photographs of ImageNet, from 0 to 1:
/// Normalise<Mean<0.485, 0.456, 0.406>, Deviation<0.229, 0.224, 0.225>>. A NaN gives NaN.
template <class Means, class Deviations>
struct Normalise : SpecDefaults {
    static constexpr const auto& means = detail::means_of<Means>;
    static constexpr const auto& deviations = detail::deviations_of<Deviations>;
    static constexpr bool told = !means.empty() && !deviations.empty();
    static_assert(told, "denim: Normalise: a Mean and a Deviation of at least one number each were expected: Normalise<Mean<0.5>, Deviation<0.25>>.");
    static_assert(std::ranges::all_of(deviations, [](double each) { return each > 0; }), "denim: Normalise: deviations above 0 were expected.");

    static constexpr bool accepts(Shape in) {
        const auto fits = [&](std::size_t count) { return count == 1 || count == in.channels; };
        return fits(means.size()) && fits(deviations.size());
    }

    struct Rule {
        template <class Computed>
        static Computed value(Computed x, std::size_t c) {
            return (x - static_cast<Computed>(means[means.size() == 1 ? 0 : c])) * slope<Computed>(c);
        }
        template <class Computed>
        static constexpr Computed slope(std::size_t c) {
            return static_cast<Computed>(1 / deviations[deviations.size() == 1 ? 0 : c]);
        }
        template <Layout Out, Layout In, class Stored, class Computed>
        struct Twin {
            using Definition = kernel::PlainNormalise<Out, In, Stored, Computed>;
            static void forward(const Stored* x, Stored* y) { Definition::forward(x, means, deviations, y); }
            template <Gradient Input>
            static void backward(const Stored* dy, Stored* dx) {
                Definition::template backward<Input>(deviations, dy, dx);
            }
        };
    };

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = RescaleLayer<Arithmetic, Out, In, Rule>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In) || !told,
                      "denim: Normalise: as many numbers as it gets channels were expected in its Mean and its Deviation, or one for all.");
    };
};

// The closing line stands in tests/runtime/layer/normalise.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
