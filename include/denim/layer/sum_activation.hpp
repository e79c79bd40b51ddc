// SPDX-License-Identifier: MIT
#pragma once

// A sum of branches with an activation behind it, as residual networks have it at the end of each block: the sum itself is never stored.

#include <denim/layer/activation.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/layer/sum.hpp>

#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// Such a sum bound to its layouts: each run of pixels is added, and then the function taken of it, while it is in the first level.
template <class Arithmetic, class Function, Layout Out, Layout... Ins>
struct ActivatedSumLayer : SumLayer<Arithmetic, Out, Ins...> {
    using Base = SumLayer<Arithmetic, Out, Ins...>;
    using typename Base::Stored, typename Base::Computed;
    static constexpr std::size_t operations = Base::operations + Out.shape.size();
    static constexpr bool backward_reads_output = true;

    static void forward(const Forward<Arithmetic>& at) {
        Base::for_each_sum(at, [](Stored* sum) { detail::activate<Function, Computed>(sum, sum, Base::run_size); });
    }
    template <Gradient... To>
    static void backward(const Backward<Arithmetic>& at) {
        Base::for_each_run(0, Out.shape.height, [&](std::size_t row, std::size_t column) {
            const Stored* y = at.output + Out.offset(row, column);
            Stored* dy = at.output_gradient + Out.offset(row, column);
            detail::activate_gradient<Function, false, Computed>(y, y, dy, dy, Base::run_size);
        });
        Base::template backward<To...>(at);
    }
};

namespace detail {

template <std::size_t Count>
std::true_type as_addition(const AdditionOf<Count>&);
std::false_type as_addition(...);

/// A join that adds: that of Residual or of Sum.
template <class Type>
concept Addition = decltype(as_addition(std::declval<Type>()))::value;

}  // namespace detail

/// In training where the slope is one of the output; the activation's input is gone by then.
template <class Arithmetic, Mode For, detail::Addition Join, class Function>
    requires(Arithmetic::policy != Policy::plain && (For == Mode::inference || !Function::of_input))
struct Fused<Arithmetic, For, Join, Activation<Function>> : SpecDefaults {
    static constexpr bool exists = true;

    template <class, Layout Out, Layout... Ins>
    using Layer = ActivatedSumLayer<Arithmetic, Function, Out, Ins...>;
};

}  // namespace denim::inline DENIM_TARGET
