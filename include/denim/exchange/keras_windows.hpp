// SPDX-License-Identifier: MIT
#pragma once

// The windows of Keras's convolutions and pools, and the zeros that it puts around pictures.

#include <denim/exchange/keras_settings.hpp>
#include <denim/exchange/layer_chain.hpp>

#include <array>
#include <cstddef>

namespace denim::inline DENIM_TARGET::detail {

/// What the settings say of windows of such a size and step; of a sequence, `along_row`.
inline LayerChain::Windows keras_windows(KerasSettings& settings, std::array<std::size_t, 2> size, std::array<std::size_t, 2> step, bool along_row) {
    settings.require_channels_last();
    const KerasSettings::Json& padding = settings.value("padding");
    const bool causal = along_row && padding == "causal";  // a number sees those before it
    if (!padding.is_null() && padding != "valid" && padding != "same" && !causal)
        settings.refuse("padding", along_row ? "valid, same or causal was expected" : "valid or same was expected");
    LayerChain::Windows windows{.size = size, .step = step, .dilation = settings.pair("dilation_rate", {1, 1}, along_row), .same = padding == "same"};
    if (causal) windows.zeros[1] = (size[1] - 1) * windows.dilation[1];
    return windows;
}

/// Zeros around a picture or sequence, or one without its edges.
inline void spell_keras_edges(bool pads, KerasSettings& settings, LayerChain& chain, bool along_row) {
    if (!along_row) settings.require_channels_last();
    const auto edges = settings.edges(pads ? "padding" : "cropping", along_row);
    chain.layer(pads ? "Pad" : "Crop", {edges_text(edges)}, pads ? padded(chain.shape(), edges) : cropped(chain.shape(), edges));
}

}  // namespace denim::inline DENIM_TARGET::detail
