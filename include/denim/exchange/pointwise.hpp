// SPDX-License-Identifier: MIT
#pragma once

// A function of each number alone, put together from products, sums and simple functions, until it is an activation.

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>

#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// x -> f(slope x + offset) scale + shift, and times x if `times_x`.
class Pointwise {
public:
    enum class Function { identity, sigmoid, erf, relu, clip, softplus, tanh_of_softplus };  ///< clip: to 0 ... 1

    /// "linear", "relu", "clip of -1, 1", ... as Keras names it; empty if it is none of ours.
    [[nodiscard]] std::string name() const {
        if (times_x_) {
            if (is(Function::sigmoid, 1, 0, 1, 0)) return "silu";
            if (is(Function::erf, std::numbers::sqrt2 / 2, 0, 0.5, 0.5)) return "gelu";
            if (is(Function::clip, 1.0 / 6, 0.5, 1, 0)) return "hard_swish";
            if (is(Function::tanh_of_softplus, 1, 0, 1, 0)) return "mish";
            return "";
        }
        if (is(Function::identity, 1, 0, 1, 0)) return "linear";
        if (is(Function::identity, 1, 0, scale_, 0) && scale_ != 0) return "times " + as_float(scale_);
        if (is(Function::sigmoid, 1, 0, 1, 0)) return "sigmoid";
        if (is(Function::relu, 1, 0, 1, 0)) return "relu";
        if (is(Function::softplus, 1, 0, 1, 0)) return "softplus";
        if (is(Function::tanh_of_softplus, 1, 0, 1, 0)) return "tanh of softplus";  // two, one behind the other
        if (is(Function::clip, 1.0 / 6, 0.5, 1, 0)) return "hard_sigmoid";
        if (is(Function::clip, 1, 0, 1, 0)) return "clip of 0, 1";
        if (function_ == Function::clip && scale_ > 0 && is(Function::clip, 1 / scale_, -shift_ / scale_, scale_, shift_)) {
            const std::string limits = as_float(shift_) + ", " + as_float(shift_ + scale_);
            return limits == "0, 6" ? "relu6" : limits == "-1, 1" ? "hard_tanh" : "clip of " + limits;
        }
        return "";
    }

    /// Whether a function may be applied: to x times a number, plus a number.
    [[nodiscard]] bool is_line() const { return function_ == Function::identity && !times_x_; }

    /// "Rescale<2, -1>" of such a line; empty where nothing is left of x.
    [[nodiscard]] std::string rescale() const {
        if (!is_line() || scale_ == 0) return "";
        return "Rescale<" + as_float(scale_) + (shift_ == 0 ? ">" : ", " + as_float(shift_) + ">");
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
        require_line();
        function_ = function;
        slope_ = scale_, offset_ = shift_, scale_ = 1, shift_ = 0;
    }
    /// The tangent of a softplus.
    void apply_tanh() { function_ = Function::tanh_of_softplus; }
    /// min(max(y, low), high) of the present y; without an upper limit if there is none.
    void clip(double low, std::optional<double> high) {
        if (!high && low == 0) return apply(Function::relu);
        require_line();
        if (!high || !is_finite(*high) || !is_finite(low) || *high <= low)
            throw std::invalid_argument("limits that are not two rising numbers have no spelling");
        shift(-low);
        scale(1 / (*high - low));
        apply(Function::clip);
        scale(*high - low);
        shift(low);
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
    void require_line() const {
        if (!is_line()) throw std::invalid_argument("this function of a function has no spelling");
    }
    static void check(double number) {
        if (!is_finite(number)) throw std::invalid_argument("arithmetic with a number that is not finite has no spelling");
    }
    [[nodiscard]] static std::string as_float(double number) { return shortest_text(static_cast<float>(number)); }
    [[nodiscard]] static bool equal(double a, double b) { return std::fabs(a - b) <= 1e-6 * std::fabs(b); }
    [[nodiscard]] bool is(Function function, double slope, double offset, double scale, double shift) const {
        return function_ == function && equal(slope_, slope) && equal(offset_, offset) && equal(scale_, scale) && equal(shift_, shift);
    }

    bool times_x_ = false;
    Function function_ = Function::identity;
    double slope_ = 1, offset_ = 0, scale_ = 1, shift_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
