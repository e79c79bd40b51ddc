// SPDX-License-Identifier: MIT
#pragma once

// In a trained network: a depthwise convolution and the 1 x 1 behind it, and the 1 x 1 in front of it if there is one, as one layer that goes down the
// picture row by row. What stands between them is never stored whole.

#include <denim/kernel/algorithm.hpp>
#include <denim/kernel/chained_rows.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/conv_batch_norm.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <tuple>

namespace denim::inline DENIM_TARGET {

/// One of the convolutions of a chain: a spec or a Fused, how many parameters it has, and what leaves it.
template <class Spec, std::size_t Parameters, Shape Output>
struct ChainLink {
    using Type = Spec;
    static constexpr std::size_t parameters = Parameters;
    static constexpr Shape output = Output;
};

namespace detail {

// Whether a layer is a convolution and nothing behind it but what its kernel does.
template <class Type>
inline constexpr bool is_convolution_layer = false;
template <kernel::Convolution Of, class Arithmetic, Mode For>
inline constexpr bool is_convolution_layer<ConvLayer<Of, Arithmetic, For>> = true;
template <kernel::Convolution Of, class Arithmetic, bool Bias, class Norm>
inline constexpr bool is_convolution_layer<FoldedConvLayer<Of, Arithmetic, Bias, Norm>> = true;

template <class Type>
inline constexpr bool is_pointwise_layer = false;
template <class Type>
    requires is_convolution_layer<Type>
inline constexpr bool is_pointwise_layer<Type> = [] {
    constexpr const kernel::Convolution& of = Type::geometry;
    return std::same_as<typename Type::Kernel, kernel::DirectConvolution<of>> && of.window == WindowSize{1} && of.stride == WindowSize{1} && !of.pooled() &&
           of.rows == of.input.shape.height && of.columns == of.input.shape.width && of.top == 0 && of.left == 0;
}();
template <class Type>
inline constexpr bool is_depthwise_layer = false;
template <class Type>
    requires is_convolution_layer<Type>
inline constexpr bool is_depthwise_layer<Type> = std::same_as<typename Type::Kernel, kernel::DepthwiseConvolution<Type::geometry>>;

/// A value between two links: with the border that its reader asks for.
template <class Arithmetic, class Reader>
constexpr Layout between_links(Shape shape) {
    return {shape, Reader::template border<Arithmetic>(shape), Arithmetic::channel_stride(shape.channels)};
}

/// Stands in a chain that does not begin with a 1 x 1.
struct NoFirst {
    static constexpr kernel::Convolution geometry = {};
    static constexpr std::size_t prepared_size = 0, prepare_parts = 0, operations = 0;

    template <class Stored>
    static void prepare(const Stored* /*parameters*/, Stored* /*prepared*/, std::size_t /*part*/) {}
};

/// The links' own layers.
template <class Arithmetic, Layout Out, Layout In, class... Links>
struct ChainLayers;
template <class Arithmetic, Layout Out, Layout In, class Window, class Last>
struct ChainLayers<Arithmetic, Out, In, Window, Last> {
    static constexpr Layout between = between_links<Arithmetic, typename Last::Type>(Window::output);
    using FirstLayer = NoFirst;
    using WindowLayer = typename decltype(bind<typename Window::Type, Arithmetic, Mode::inference, between, In>())::type;
    using LastLayer = typename decltype(bind<typename Last::Type, Arithmetic, Mode::inference, Out, between>())::type;
    static constexpr bool chains = is_depthwise_layer<WindowLayer> && is_pointwise_layer<LastLayer>;
};
template <class Arithmetic, Layout Out, Layout In, class First, class Window, class Last>
struct ChainLayers<Arithmetic, Out, In, First, Window, Last>
    : ChainLayers<Arithmetic, Out, between_links<Arithmetic, typename Window::Type>(First::output), Window, Last> {
    static constexpr Layout wide = between_links<Arithmetic, typename Window::Type>(First::output);
    using FirstLayer = typename decltype(bind<typename First::Type, Arithmetic, Mode::inference, wide, In>())::type;
    static constexpr bool chains = is_pointwise_layer<FirstLayer> && ChainLayers<Arithmetic, Out, wide, Window, Last>::chains;
};

/// Bytes of weights up to which links are chained, two and three of them.
inline constexpr std::size_t weights_of_two = 1'310'720, weights_of_three = 262'144;

/// Whether links with so much in front and behind are computed as one.
template <class Arithmetic, Shape In, class First, class... Behind>
consteval bool chains() {
    constexpr Layout in = between_links<Arithmetic, typename First::Type>(In);
    constexpr Shape end = std::tuple_element_t<sizeof...(Behind) - 1, std::tuple<Behind...>>::output;
    constexpr Layout out{end, {}, Arithmetic::channel_stride(end.channels)};
    return sizeof(typename Arithmetic::Stored) * (First::parameters + ... + Behind::parameters) <= (sizeof...(Behind) == 1 ? weights_of_two : weights_of_three) &&
           ChainLayers<Arithmetic, out, in, First, Behind...>::chains;
}

}  // namespace detail

/// Such a chain bound to its layouts.
template <class Arithmetic, Layout Out, Layout In, class... Links>
struct ConvChainLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Layers = detail::ChainLayers<Arithmetic, Out, In, Links...>;
    static constexpr bool widens = sizeof...(Links) == 3;

private:
    using First = typename Layers::FirstLayer;
    using Window = typename Layers::WindowLayer;
    using Last = typename Layers::LastLayer;
    static constexpr kernel::ChainedRows rows = kernel::chained_rows<First::geometry, Window::geometry, Last::geometry, widens>();

    // Where a link's weights stand among those that are prepared, and how many parameters come before the last two.
    static constexpr std::size_t window_at = round_up(First::prepared_size, 16), last_at = window_at + round_up(Window::prepared_size, 16);
    static constexpr std::array<std::size_t, sizeof...(Links)> counts{Links::parameters...};
    static constexpr std::size_t before_window = widens ? counts[0] : 0, before_last = before_window + counts[counts.size() - 2];

    template <class Layer>
    static void prepare_link(const Stored* parameters, Stored* prepared) {
        for (std::size_t part = 0; part < Layer::prepare_parts; ++part) Layer::prepare(parameters, prepared, part);
    }

public:
    static constexpr const char* algorithm = "row by row";
    static constexpr std::size_t prepared_size = last_at + Last::prepared_size;
    static constexpr std::size_t prepare_parts = sizeof...(Links);
    static constexpr std::size_t scratch_size = rows.scratch_size(), bands = rows.bands();
    static constexpr std::size_t operations = First::operations + Window::operations + Last::operations;
    static constexpr bool forward_reads_parameters = false;

    static void prepare(const Stored* parameters, Stored* prepared, std::size_t part) {
        if (part + 1 == prepare_parts) return prepare_link<Last>(parameters + before_last, prepared + last_at);
        if (part + 2 == prepare_parts) return prepare_link<Window>(parameters + before_window, prepared + window_at);
        prepare_link<First>(parameters, prepared);
    }
    static void forward(const Forward<Arithmetic>& at) {
        rows.run(at.input(), at.prepared, at.prepared + window_at, at.prepared + last_at, at.output, at.scratch, at.first_band, at.last_band);
    }
};

/// Neighbours that are computed as one, each a ChainLink.
template <class First, class... Behind>
struct ConvChain : SpecDefaults {
    template <class Arithmetic>
    static constexpr Border border(Shape in) {
        return First::Type::template border<Arithmetic>(in);
    }
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = ConvChainLayer<Arithmetic, Out, In, First, Behind...>;
};

}  // namespace denim::inline DENIM_TARGET
