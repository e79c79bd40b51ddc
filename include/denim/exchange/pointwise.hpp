// SPDX-License-Identifier: MIT
#pragma once

// A function of each number alone, put together from products, sums and simple functions, until it is an activation.

#include <denim/machine/finite.hpp>

#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// x -> f(slope x + offset) scale + shift, and times x if `times_x`.
class Pointwise {
public:
    enum class Function { identity, sigmoid, erf, relu, clip };  ///< clip: to 0 ... 1

    /// "linear", "relu", "silu", ... as Keras names it; empty if it is none of ours.
    [[nodiscard]] std::string_view name() const {
        const bool alone = !times_x_ && equal(slope_, 1) && equal(offset_, 0) && equal(scale_, 1) && equal(shift_, 0);
        if (alone && function_ == Function::identity) return "linear";
        if (alone && function_ == Function::sigmoid) return "sigmoid";
        if (alone && function_ == Function::relu) return "relu";
        if (!times_x_) return "";
        if (is(Function::sigmoid, 1, 0, 1, 0)) return "silu";
        if (is(Function::erf, std::numbers::sqrt2 / 2, 0, 0.5, 0.5)) return "gelu";
        if (is(Function::clip, 1.0 / 6, 0.5, 1, 0)) return "hard_swish";
        return "";
    }

    void scale(double factor) {
        check(factor);
        scale_ *= factor, shift_ *= factor;
    }
    void shift(double number) {
        check(number);
        if (times_x_) throw std::invalid_argument("a sum with a number behind a product has no spelling");
        shift_ += number;
    }
    void apply(Function function) {
        if (function_ != Function::identity || times_x_) throw std::invalid_argument("this function of a function has no spelling");
        function_ = function;
        slope_ = scale_, offset_ = shift_, scale_ = 1, shift_ = 0;
    }
    /// min(max(y, 0), high) of the present y; without an upper limit if there is none.
    void clip(std::optional<double> high) {
        if (!high) return apply(Function::relu);
        if (!is_finite(*high) || *high <= 0) throw std::invalid_argument("limits other than 0 and a positive number have no spelling");
        scale(1 / *high);
        apply(Function::clip);
        scale(*high);
    }
    /// The product of two functions of one x, one of which is x times a number.
    [[nodiscard]] static Pointwise product(Pointwise a, Pointwise b) {
        const auto linear = [](const Pointwise& of) { return of.function_ == Function::identity && !of.times_x_ && of.shift_ == 0; };
        if (!linear(a)) std::swap(a, b);
        if (!linear(a) || b.times_x_) throw std::invalid_argument("this product of two functions of a value has no spelling");
        b.scale(a.scale_);
        b.times_x_ = true;
        return b;
    }

private:
    static void check(double number) {
        if (!is_finite(number)) throw std::invalid_argument("arithmetic with a number that is not finite has no spelling");
    }
    [[nodiscard]] static bool equal(double a, double b) { return std::fabs(a - b) <= 1e-6 * std::fabs(b); }
    [[nodiscard]] bool is(Function function, double slope, double offset, double scale, double shift) const {
        return function_ == function && equal(slope_, slope) && equal(offset_, offset) && equal(scale_, scale) && equal(shift_, shift);
    }

    bool times_x_ = false;
    Function function_ = Function::identity;
    double slope_ = 1, offset_ = 0, scale_ = 1, shift_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
