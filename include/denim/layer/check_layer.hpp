// SPDX-License-Identifier: MIT
#pragma once

// A spec bound to layouts, behind the contract: where something is missing, a layer that does nothing stands in, so that the compiler
// says one sentence and nothing else. And the closing lines of layers' headers.

#include <denim/layer/contract.hpp>
#include <denim/layer/fusion.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// A spec as a network runs it: where it learns its Layer, else its InferenceLayer if it has one.
template <class Spec, class Arithmetic, Mode For, Layout Out, Layout... In>
consteval auto bind() {
    if constexpr (For == Mode::inference && requires { typename Spec::template InferenceLayer<Arithmetic, Out, In...>; })
        return Identity<typename Spec::template InferenceLayer<Arithmetic, Out, In...>>{};
    else if constexpr (requires { typename Spec::template Layer<Arithmetic, Out, In...>; })
        return Identity<typename Spec::template Layer<Arithmetic, Out, In...>>{};
    else
        return Identity<void>{};
}

/// Stands where a layer lacks something.
template <class Arithmetic>
struct NoLayer : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient...>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

/// A spec of so many parameters, bound: its layer, or NoLayer behind the sentence that says why.
template <class Spec, std::size_t Parameters, class Arithmetic, Mode For, Layout Out, Layout... In>
struct BoundLayer {
private:
    using Own = typename decltype(detail::bind<Spec, Arithmetic, For, Out, In...>())::type;

    static consteval bool check() {
        if constexpr (!check_forward<Own, Arithmetic, false>())
            return check_forward<Own, Arithmetic, true>();
        else if constexpr (For == Mode::inference)
            return check_trained<Own, !check_trained<Own, false>()>();
        else
            return check_backward<Own, sizeof...(In), Parameters, !check_backward<Own, sizeof...(In), Parameters, false>()>();
    }

public:
    using type = std::conditional_t<check(), Own, NoLayer<Arithmetic>>;
};

/// As a network lays a value out that nobody else reads.
template <class Type>
constexpr Layout wanted(Shape in) {
    return {in, Type::template border<Fast>(in), Fast::channel_stride(in.channels)};
}
constexpr Layout made(Shape out) { return {out, {}, Fast::channel_stride(out.channels)}; }

template <class Type>
constexpr std::size_t numbers_of(Shape in) {
    std::size_t numbers = 0;
    for (const Parameter& parameter : Type::parameters(in)) numbers += parameter.extents.size();
    return numbers;
}

}  // namespace detail

/// The closing line of a layer's header, for these shapes of its inputs: true, once the compiler has said what it lacks.
template <class Type, Shape... In>
consteval bool check_layer() {
    if constexpr (detail::check_spec<Type, true>()) {
        constexpr std::size_t parameters = [] {
            if constexpr (sizeof...(In) == 1)
                return detail::numbers_of<Type>(In...);
            else
                return std::size_t{0};
        }();
        using Bound = detail::BoundLayer<Type, parameters, Fast, Mode::training, detail::made(Type::output(In...)), detail::wanted<Type>(In)...>;
        static_cast<void>(sizeof(typename Bound::type));
    }
    return true;
}

/// The same of a Fused: neighbours, where the first gets a picture of shape In.
template <Mode For, Shape In, class... Specs>
consteval bool check_fused() {
    using Type = Fused<Fast, For, Specs...>;
    if constexpr (detail::fuses<Type, Specs...>()) {
        constexpr auto end = [] {
            std::pair<Shape, std::size_t> at{In, 0};
            ((at = {Specs::output(at.first), at.second + detail::numbers_of<Specs>(at.first)}), ...);
            return at;
        }();
        using Bound = detail::BoundLayer<Type, end.second, Fast, For, detail::made(end.first), detail::wanted<Type>(In)>;
        static_cast<void>(sizeof(typename Bound::type));
    }
    return true;
}

}  // namespace denim::inline DENIM_TARGET
