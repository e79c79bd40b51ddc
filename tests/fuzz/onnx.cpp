// SPDX-License-Identifier: MIT
#include <denim/exchange/onnx_layer_graph.hpp>
#include <denim/format/onnx.hpp>

#include "attempt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return attempt(data, size, [](auto bytes) {
        const denim::OnnxModel model = denim::read_onnx(denim::ByteSource{"fuzz", bytes});
        const denim::LayerGraph graph = denim::onnx_layer_graph("fuzz", model);
        for (const denim::GraphLayer& layer : graph.layers)
            for (const denim::GraphWeights& weights : layer.weights) static_cast<void>(weights.numbers());
    });
}
