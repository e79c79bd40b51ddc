// SPDX-License-Identifier: MIT
#pragma once

#include <denim/kernel/convolution.hpp>
#include <denim/layer/activation_function.hpp>
#include <denim/kernel/arithmetic.hpp>
#include <denim/layer/parameter.hpp>
#include <denim/machine/decimal.hpp>
#include <denim/tensor/window_size.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>

namespace denim::inline DENIM_TARGET {

// Options of layers, written after the sizes in any order.

/// The windows stay inside the picture: out = (in - window) / stride + 1. The default.
struct Valid {};
/// Zeros around the picture: out = ceil(in / stride); an odd zero goes below and to the right, as in Keras.
struct Same {};
/// Zeros around the picture in numbers: as many all around, or so many above, to the left, below and to the right. Per axis out = (in + zeros -
/// window) / stride + 1. As in PyTorch and ONNX; of pools what lies outside of the picture does not count, whatever its name.
template <std::size_t... Zeros>
struct Padding {
    static_assert(sizeof...(Zeros) == 1 || sizeof...(Zeros) == 4,
                  "denim: Padding: one number was expected, or four: above, to the left, below and to the right.");
};
/// Of a pool: a last window that begins in the picture counts, though it reaches beyond the zeros around: out is rounded up. As PyTorch's
/// ceil_mode.
struct CeilMode {};
/// Of a pool of averages: the zeros of its Padding count. As PyTorch's count_include_pad, which is on by default there.
struct CountPadding {};
/// The step from one window to the next: one number for rows and columns, or Stride<Rows, Columns>.
template <std::size_t... Steps>
struct Stride {
    static_assert(sizeof...(Steps) == 1 || sizeof...(Steps) == 2, "denim: Stride: one number was expected, or two: of rows and of columns.");
    static_assert(((Steps > 0) && ...), "denim: Stride: the step from one window to the next must be at least 1.");
};
/// The taps of a window stand so many pixels apart, so that it reaches over (window - 1) * step + 1 of them: one number for rows and columns,
/// or Dilation<Rows, Columns>. Yu and Koltun (2016).
template <std::size_t... Steps>
struct Dilation {
    static_assert(sizeof...(Steps) == 1 || sizeof...(Steps) == 2, "denim: Dilation: one number was expected, or two: of rows and of columns.");
    static_assert(((Steps > 0) && ...), "denim: Dilation: the step from one tap to the next must be at least 1.");
};
/// Channels and filters are cut into Count runs, and a filter sees the channels of its own run. Krizhevsky et al. (2012).
template <std::size_t Count>
struct Groups {
    static_assert(Count > 0, "denim: Groups: there must be at least one group.");
};
/// No bias is added.
struct NoBias {};

/// Through the transform of the small convolutions.
struct Transformed {};
/// Which kernel computes a convolution, where the choice from its shapes does not suit: Algorithm<Direct> sums directly,
/// Algorithm<Transformed> goes through the transform (stride 1, windows of 3, 5 or 7).
template <class Family>
struct Algorithm {
    static_assert(std::same_as<Family, Direct> || std::same_as<Family, Transformed>,
                  "denim: Algorithm: the family must be Direct or Transformed.");
};
/// How the weights begin: Glorot and Bengio (2010), uniform unless another is asked for; He et al. (2015). The normal ones are
/// cut at two deviations, as in Keras.
struct GlorotUniform {};
struct GlorotNormal {};
struct HeUniform {};
struct HeNormal {};

/// The operation of a Pool.
struct Max {};
struct Average {};

/// Of a normalisation: what is added to the variance, more than 0.
template <Decimal Number>
struct Epsilon {
    static_assert(Number.value() > 0, "denim: Epsilon: a number above 0 was expected.");
    static constexpr double value = Number.value();
};
/// Of BatchNorm: which share of its running statistics each step keeps, as Keras has it; PyTorch's momentum is the rest.
template <Decimal Share>
struct Momentum {
    static_assert(Share.value() >= 0 && Share.value() < 1, "denim: Momentum: a number from 0 to less than 1 was expected.");
    static constexpr double value = Share.value();
};
/// Of a normalisation: channels are multiplied by nothing, or nothing is added to them.
struct NoGamma {};
struct NoBeta {};

namespace detail {

/// One number or two as rows and columns, each at least 1, as what is less was said to be wrong.
constexpr WindowSize steps_of(std::size_t rows, std::size_t columns) { return {std::max<std::size_t>(rows, 1), std::max<std::size_t>(columns, 1)}; }
template <std::size_t... Steps>
constexpr WindowSize steps_of() {
    constexpr std::array<std::size_t, sizeof...(Steps) + 1> steps{Steps..., 1};
    return steps_of(steps[0], steps[sizeof...(Steps) > 1 ? 1 : 0]);
}

/// Rows and columns from one window to the next, if the option is a Stride, and from one tap to the next if it is a Dilation; else 0.
template <class Option>
inline constexpr WindowSize step_of = 0;
template <std::size_t... Steps>
inline constexpr WindowSize step_of<Stride<Steps...>> = sizeof(Stride<Steps...>) ? steps_of<Steps...>() : 0;  // which says what is wrong
template <class Option>
inline constexpr WindowSize dilation_of = 0;
template <std::size_t... Steps>
inline constexpr WindowSize dilation_of<Dilation<Steps...>> = sizeof(Dilation<Steps...>) ? steps_of<Steps...>() : 0;
template <class Option>
inline constexpr bool is_stride = step_of<Option>.rows > 0;
template <class Option>
inline constexpr bool is_dilation = dilation_of<Option>.rows > 0;

template <class Option>
inline constexpr bool is_epsilon = false;
template <Decimal Number>
inline constexpr bool is_epsilon<Epsilon<Number>> = true;
template <class Option>
inline constexpr bool is_momentum = false;
template <Decimal Share>
inline constexpr bool is_momentum<Momentum<Share>> = true;

/// Zeros around the picture, if the option is a Padding.
template <class Option>
inline constexpr bool is_padding = false;
template <std::size_t... Zeros>
inline constexpr bool is_padding<Padding<Zeros...>> = sizeof(Padding<Zeros...>) > 0;
template <class Option>
inline constexpr Border zeros_of = {};
template <std::size_t All>
inline constexpr Border zeros_of<Padding<All>> = {All, All, All, All};
template <std::size_t Top, std::size_t Left, std::size_t Bottom, std::size_t Right>
inline constexpr Border zeros_of<Padding<Top, Left, Bottom, Right>> = {Top, Left, Bottom, Right};
template <class... Options>
constexpr Border zeros_among() {
    Border zeros{};
    ((zeros = is_padding<Options> ? zeros_of<Options> : zeros), ...);
    return zeros;
}

/// True if the option stands in the list.
template <class Option, class... Options>
inline constexpr bool has = (std::same_as<Option, Options> || ...);

template <class Option>
inline constexpr std::size_t group_count_of = 0;
template <std::size_t Count>
inline constexpr std::size_t group_count_of<Groups<Count>> = std::max(sizeof(Groups<Count>), Count);

constexpr std::size_t number_or(std::size_t number, std::size_t otherwise) { return number ? number : otherwise; }

/// The step that the options ask for, else `otherwise`; likewise the dilation and the groups, else 1.
template <class... Options>
constexpr WindowSize stride_or(WindowSize otherwise) {
    ((otherwise = is_stride<Options> ? step_of<Options> : otherwise), ...);
    return otherwise;
}
template <class... Options>
constexpr WindowSize dilation_among() {
    WindowSize dilation = 1;
    ((dilation = is_dilation<Options> ? dilation_of<Options> : dilation), ...);
    return dilation;
}
template <class... Options>
inline constexpr std::size_t groups_among = number_or(std::max({std::size_t{0}, group_count_of<Options>...}), 1);

template <class Option>
inline constexpr kernel::Choice choice_of = kernel::Choice::fastest;
template <>
inline constexpr kernel::Choice choice_of<Algorithm<Direct>> = kernel::Choice::direct;
template <>
inline constexpr kernel::Choice choice_of<Algorithm<Transformed>> = kernel::Choice::transformed;

/// The kernel that the options ask for.
template <class... Options>
constexpr kernel::Choice chosen_kernel() {
    kernel::Choice choice = kernel::Choice::fastest;
    ((choice = choice_of<Options> == kernel::Choice::fastest ? choice : choice_of<Options>), ...);
    return choice;
}

/// True if every option is one of Known, or a Stride or a Padding.
template <class... Known>
struct only {
    template <class... Options>
    static constexpr bool among = ((has<Options, Known...> || is_stride<Options> || is_padding<Options>) && ...);
};

template <class Option>
inline constexpr bool is_initialiser = has<Option, GlorotUniform, GlorotNormal, HeUniform, HeNormal>;

/// Of which kind an option is: of each kind a layer takes one.
enum class OptionKind { padding, stride, dilation, groups, bias, kernel, initialiser, activation, other };

template <class Option>
inline constexpr OptionKind kind_of = has<Option, Same, Valid> || is_padding<Option>       ? OptionKind::padding
                                      : is_stride<Option>                                  ? OptionKind::stride
                                      : is_dilation<Option>                                ? OptionKind::dilation
                                      : group_count_of<Option> > 0                         ? OptionKind::groups
                                      : has<Option, NoBias>                                ? OptionKind::bias
                                      : choice_of<Option> != kernel::Choice::fastest       ? OptionKind::kernel
                                      : is_initialiser<Option>                             ? OptionKind::initialiser
                                      : is_activation<Option>                              ? OptionKind::activation
                                                                                           : OptionKind::other;

/// True if no two options are of one kind.
template <class... Options>
consteval bool one_of_a_kind() {
    std::array<std::size_t, static_cast<std::size_t>(OptionKind::other) + 1> counts{};
    (++counts[static_cast<std::size_t>(kind_of<Options>)], ...);
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(OptionKind::other); ++kind)
        if (counts[kind] > 1) return false;
    return true;
}

template <class... Options>
constexpr Initial initial_of() {
    return has<HeUniform, Options...>      ? Initial::he_uniform
           : has<HeNormal, Options...>     ? Initial::he_normal
           : has<GlorotNormal, Options...> ? Initial::glorot_normal
                                           : Initial::glorot_uniform;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
