// SPDX-License-Identifier: MIT
#pragma once

// The activations. Each is one class: `value(x)`, and `slope(x, y)`, its derivative at x where y = value(x), written once for
// vectors and plain numbers. `of_input` says whether the slope needs x itself, which is then kept until backward. To add one is
// to add one class here or in a ..._function.hpp beside it, one line in tests/runtime/layer/activation.cpp, one row in
// layer/spelling_table.hpp, and one in the table of docs/layers.md.

#include <denim/machine/simd_functions.hpp>
#include <denim/machine/spelled.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numbers>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A function of each number alone.
template <class Type>
concept ActivationFunction = requires(double x) {
    { Type::of_input } -> std::convertible_to<bool>;
    { Type::value(x) } -> std::same_as<double>;
    { Type::slope(x, x) } -> std::same_as<double>;
};

/// A constant of an activation: as a plain number, or in every lane of a vector.
template <class Number>
constexpr Number constant(double value) {
    if constexpr (std::floating_point<Number>)
        return static_cast<Number>(value);
    else
        return Number(static_cast<typename Number::value_type>(value));
}

namespace detail {

template <class Number>
Number logistic(Number x) {
    return constant<Number>(1) / (constant<Number>(1) + simd::exp(-x));
}

/// min(max(x / 6 + 1 / 2, 0), 1)
template <class Number>
Number hard_logistic(Number x) {
    return simd::clamp(x * constant<Number>(1.0 / 6) + constant<Number>(0.5), 0, 1);
}

}  // namespace detail

/// x: the default of Dense.
struct Linear : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return x;
    }
    template <class Number>
    static Number slope(Number /*x*/, Number /*y*/) {
        return constant<Number>(1);
    }
};

/// max(0, x): the default of Conv.
struct ReLU : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::relu(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::relu_gradient(y, constant<Number>(1));
    }
};

/// x (1 + erf(x / sqrt 2)) / 2: x times the normal distribution's share below x (Hendrycks and Gimpel, 2016), not approximated.
struct GELU : detail::Spelled {
    static constexpr bool of_input = true;
    template <class Number>
    static Number share(Number x) {
        return (constant<Number>(1) + simd::erf(x * constant<Number>(std::numbers::sqrt2 / 2))) * constant<Number>(0.5);
    }
    template <class Number>
    static Number value(Number x) {
        return x * share(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        constexpr double density = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
        return share(x) + x * simd::exp(x * x * constant<Number>(-0.5)) * constant<Number>(density);
    }
};

/// x / (1 + exp(-x)), also called swish (Ramachandran et al., 2017).
struct SiLU : detail::Spelled {
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * detail::logistic(x);
    }
    template <class Number>
    static Number slope(Number x, Number y) {
        const Number share = detail::logistic(x);
        return share + y * (constant<Number>(1) - share);
    }
};

/// x min(max(x + 3, 0), 6) / 6 (Howard et al., "Searching for MobileNetV3", 2019).
struct HardSwish : detail::Spelled {
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * detail::hard_logistic(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        const Number share = detail::hard_logistic(x);
        const Number bent = share + x * constant<Number>(1.0 / 6);
        const Number until_one = simd::select(share < constant<Number>(1), bent, share);
        return simd::relu_gradient(share, until_one);
    }
};

/// 1 / (1 + exp(-x))
struct Sigmoid : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return detail::logistic(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return y * (constant<Number>(1) - y);
    }
};

/// The hyperbolic tangent.
struct Tanh : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::tanh(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return constant<Number>(1) - y * y;
    }
};

/// exp(x) divided by the sum of it over the channels of a pixel. Not a function of each number alone.
struct Softmax : detail::Spelled {
    static constexpr bool of_input = false;
};

template <class Type>
inline constexpr bool is_activation = ActivationFunction<Type> || std::same_as<Type, Softmax>;

namespace detail {

/// A static_assert of the class itself has failed. It has been said; from then on clang takes nothing of the class for a constant.
template <class Type>
inline constexpr bool is_refused = false;
template <class Type>
    requires(std::is_empty_v<Type> && std::is_default_constructible_v<Type>)
inline constexpr bool is_refused<Type> = !requires { typename std::bool_constant<(static_cast<void>(Type{}), true)>; };

/// An activation, or a class that was refused and would have been one.
template <class Type>
inline constexpr bool passes_as_activation = is_activation<Type> || is_refused<Type>;

/// y = f(x) for the channels of one pixel; x and y may be the same.
template <class Function, class Computed, class Stored>
void activate(const Stored* x, Stored* y, std::size_t channels) {
    if constexpr (std::same_as<Function, Softmax>) {
        const Computed largest = *std::max_element(x, x + channels);
        const auto weight = [largest](Computed number) { return simd::exp(number - largest); };
        Computed sum{0};
        if constexpr (std::same_as<Stored, Computed>) {
            for (std::size_t c = 0; c < channels; ++c) sum += y[c] = weight(x[c]);
            for (std::size_t c = 0; c < channels; ++c) y[c] /= sum;
        } else {
            for (std::size_t c = 0; c < channels; ++c) sum += weight(x[c]);
            for (std::size_t c = 0; c < channels; ++c) y[c] = static_cast<Stored>(weight(x[c]) / sum);
        }
    } else if constexpr (std::same_as<Computed, float>) {
        constexpr std::size_t lanes = simd::lanes<float>;
        std::size_t c = 0;
        for (; c + lanes <= channels; c += lanes) simd::store(y + c, Function::value(simd::load(x + c)));
        if (c < channels) simd::store_first(y + c, Function::value(simd::load_first(x + c, channels - c)), channels - c);
    } else {
        for (std::size_t c = 0; c < channels; ++c) y[c] = static_cast<Stored>(Function::value(static_cast<Computed>(x[c])));
    }
}

/// dx = dy f'(x), or that much more; dx and dy may be the same. `x` is read if the function is of_input.
template <class Function, bool Add, class Computed, class Stored>
void activate_gradient(const Stored* x, const Stored* y, const Stored* dy, Stored* dx, std::size_t channels) {
    if constexpr (std::same_as<Function, Softmax>) {
        Computed mean{0};
        for (std::size_t c = 0; c < channels; ++c) mean += Computed(y[c]) * dy[c];
        for (std::size_t c = 0; c < channels; ++c) dx[c] = static_cast<Stored>((Add ? dx[c] : Stored{0}) + y[c] * (dy[c] - mean));
    } else {
        const auto at = [&](auto take, auto give, std::size_t c) {
            const auto slope = Function::slope(take(Function::of_input ? x + c : y + c), take(y + c));
            give(dx + c, Add ? take(dx + c) + take(dy + c) * slope : take(dy + c) * slope);
        };
        std::size_t c = 0;
        if constexpr (std::same_as<Computed, float>) {
            constexpr std::size_t lanes = simd::lanes<float>;
            for (; c + lanes <= channels; c += lanes)
                at([](const float* from) { return simd::load(from); }, [](float* to, simd::Vector<float> all) { simd::store(to, all); }, c);
            const std::size_t rest = channels - c;
            if (rest)
                at([rest](const float* from) { return simd::load_first(from, rest); },
                   [rest](float* to, simd::Vector<float> all) { simd::store_first(to, all, rest); }, c);
        } else {
            for (; c < channels; ++c)
                at([](const Stored* from) { return Computed(*from); }, [](Stored* to, Computed number) { *to = static_cast<Stored>(number); }, c);
        }
    }
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
