// SPDX-License-Identifier: MIT
#pragma once

// Liu et al., "A ConvNet for the 2020s" (2022), as torchvision has it. For pictures of 224 x 224 x 3; sides of at least 32 fit too.

#include <denim/layer/composition.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/layer_norm.hpp>
#include <denim/layer/residual.hpp>
#include <denim/layer/scale.hpp>
#include <denim/layer/stochastic_depth.hpp>
#include <denim/machine/decimal.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/tensor/row.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace denim::inline DENIM_TARGET::zoo {

namespace detail {

using ConvNeXtNorm = LayerNormOf<Epsilon<1e-6>>;

/// The rate of block number `block` of `count`, which rises from 0 to the largest, in thousandths.
consteval Decimal rising_rate(Decimal largest, std::size_t block, std::size_t count) {
    return static_cast<double>(static_cast<int>(1000 * largest.value() * static_cast<double>(block) / static_cast<double>(count - 1) + 0.5)) / 1000;
}

template <std::size_t Channels, Decimal Largest, std::size_t First, class Sequence>
struct ConvNeXtBlocks;

}  // namespace detail

/// A window a channel, LayerNorm, two dense layers of each pixel, four times as wide between, and the layer scale; figure 4.
template <std::size_t Channels, Decimal Rate = 0>
struct ConvNeXtBlock : Sequential<Residual<DepthwiseConv<7, Padding<3>, Linear>, detail::ConvNeXtNorm, Conv<1, 4 * Channels, GELU>,
                                           Conv<1, Channels, Linear>, ScaleOf<1e-6>, StochasticDepth<Rate>>> {};

namespace detail {

template <std::size_t Channels, Decimal Largest, std::size_t First, std::size_t... Block>
struct ConvNeXtBlocks<Channels, Largest, First, std::index_sequence<Block...>> {
    using type = Sequential<ConvNeXtBlock<Channels, rising_rate(Largest, First + Block, 18)>...>;
};
template <std::size_t Count, std::size_t Channels, Decimal Largest, std::size_t First>
using ConvNeXtStage = typename ConvNeXtBlocks<Channels, Largest, First, std::make_index_sequence<Count>>::type;

}  // namespace detail

/// 28,589,128 parameters and 4.456 G multiply-adds for 1,000 classes at 224 x 224. `Largest` is the rate of stochastic depth in the last block,
/// to which those before it rise from 0. Weights: torchvision's convnext_tiny, with convnext_names.
template <std::size_t Classes = 1000, Decimal Largest = 0.1>
using ConvNeXtT = Sequential<Conv<4, 96, Stride<4>, Linear>, detail::ConvNeXtNorm,                                                   //
                             detail::ConvNeXtStage<3, 96, Largest, 0>, detail::ConvNeXtNorm, Conv<2, 192, Stride<2>, Linear>,    //
                             detail::ConvNeXtStage<3, 192, Largest, 3>, detail::ConvNeXtNorm, Conv<2, 384, Stride<2>, Linear>,   //
                             detail::ConvNeXtStage<9, 384, Largest, 6>, detail::ConvNeXtNorm, Conv<2, 768, Stride<2>, Linear>,   //
                             detail::ConvNeXtStage<3, 768, Largest, 15>,                                                          //
                             GlobalPool<Average>, detail::ConvNeXtNorm, Dense<Classes>>;

/// The names that torchvision gives to the arrays of a ConvNeXt, whose layer scale stands in front of its block there:
/// import_weights(network, file, WeightLayout::pytorch, {.names = zoo::convnext_names(network)}).
template <class Network>
std::map<std::string, std::string> convnext_names(const Network& network) {
    // Elements come in threes: the convolution in front of a stage and its norm, or the other way around, then the stage.
    static constexpr std::array parts{"block.0", "block.2", "block.3", "block.5"};
    std::map<std::string, std::string> names;
    for (const Row& row : network.rows()) {
        const std::size_t element = std::stoul(row.name), dot = row.name.rfind('.');
        const std::string slot = row.name.ends_with("weights") || row.name.ends_with("gamma") ? ".weight" : ".bias";
        std::string& name = names[row.name];
        if (element > 12) {
            name = (element == 13 ? "classifier.0" : "classifier.2") + slot;
        } else if (element % 3 < 2) {
            name = denim::detail::sentence("features.", element / 3 * 2, '.', element % 3) + slot;
        } else {
            const std::size_t block = std::stoul(row.name.substr(row.name.find('.') + 1));
            const std::size_t layer = std::stoul(row.name.substr(row.name.rfind('.', dot - 1) + 1));
            name = denim::detail::sentence("features.", element / 3 * 2 + 1, '.', block, '.') + (layer == 4 ? "layer_scale" : parts.at(layer) + slot);
        }
    }
    return names;
}

}  // namespace denim::inline DENIM_TARGET::zoo
