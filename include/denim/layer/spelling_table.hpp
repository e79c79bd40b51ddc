// SPDX-License-Identifier: MIT
#pragma once

// Every layer, and the one table of how activations and layers that keep the shape are called: by users, by Keras, and as nodes of ONNX.
// Export, import, print_network and docs/layers.md go by it; a new one is a row, and the line that includes it.

#include <denim/layer/concept.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/separable_conv.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/conv_pool.hpp>
#include <denim/layer/pad.hpp>
#include <denim/layer/crop.hpp>
#include <denim/layer/slice.hpp>
#include <denim/layer/shuffle_channels.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/flatten.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/layer_norm.hpp>
#include <denim/layer/group_norm.hpp>
#include <denim/layer/instance_norm.hpp>
#include <denim/layer/local_response_norm.hpp>
#include <denim/layer/unit_norm.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/conv_batch_norm.hpp>
#include <denim/layer/dropout.hpp>
#include <denim/layer/stochastic_depth.hpp>
#include <denim/layer/prelu.hpp>
#include <denim/layer/scale.hpp>
#include <denim/layer/rescale.hpp>
#include <denim/layer/normalise.hpp>
#include <denim/layer/sum.hpp>
#include <denim/layer/sum_activation.hpp>
#include <denim/layer/product.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/residual.hpp>
#include <denim/layer/gate.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/split_channels.hpp>
#include <denim/layer/heads.hpp>
#include <denim/layer/recompute.hpp>
#include <denim/machine/target.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace denim {

/// A row of the table. "#" stands for a number, alike in all columns.
struct SpellingRow {
    std::string_view word;   ///< as users write it, "Clip<#, #>"
    std::string_view keras;  ///< an activation under its name, the numbers of its layer behind " of "; what is a layer of its own, its class
    std::string_view onnx;   ///< nodes of opset 17 for the value x; a name alone is a parameter, with "..." one number for each channel; an
                             ///< attribute that ends in i is whole, and one that is called axis that of the channels
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The first row that fits is taken. Behind "else" stands what ONNX takes for an attribute that is not there.
inline constexpr SpellingRow spelling_table[]{
    {"ReLU", "relu", "Relu(x)"},
    {"ReLU6", "relu6", "Clip(x, 0, 6)"},
    {"Clip<-1, 1>", "hard_tanh", "Clip(x, -1, 1)"},
    {"Clip<#, #>", "clip of #, #", "Clip(x, #, #)"},
    {"LeakyReLU", "leaky_relu of 0.3", "LeakyRelu(x, alpha: 0.3 else 0.01)"},
    {"LeakyReLUOf<#>", "leaky_relu of #", "LeakyRelu(x, alpha: # else 0.01)"},
    {"ELU", "elu", "Elu(x, alpha: 1 else 1)"},
    {"ELUOf<#>", "elu of #", "Elu(x, alpha: # else 1)"},
    {"GELU", "gelu", "Mul(Mul(x, 0.5), Add(Erf(Mul(x, 0.70710678)), 1))"},
    {"SiLU", "silu", "Mul(x, Sigmoid(x))"},
    {"SiLU", "swish", "Mul(x, Sigmoid(x))"},
    {"HardSwish", "hard_silu", "HardSwish(x)"},
    {"HardSwish", "hard_swish", "HardSwish(x)"},
    {"Sigmoid", "sigmoid", "Sigmoid(x)"},
    {"HardSigmoid", "hard_sigmoid", "HardSigmoid(x, alpha: 0.16666667 else 0.2, beta: 0.5 else 0.5)"},
    {"Tanh", "tanh", "Tanh(x)"},
    {"Softplus", "softplus", "Softplus(x)"},
    {"Mish", "mish", "Mul(x, Tanh(Softplus(x)))"},
    {"Times<#>", "times #", "Mul(x, #)"},
    {"Softmax", "softmax", "Softmax(x, axis: 1i)"},
    {"PReLU", "PReLU", "PRelu(x, slope...)"},
    {"Scale", "LayerScale", "Mul(x, factor...)"},
    {"UnitNorm", "UnitNormalization", "LpNormalization(x, axis: 1i else -1i, p: 2i else 2i)"},
};

namespace detail {

/// Whether a row is of a layer, and of no activation: Keras's classes begin with a capital.
constexpr bool is_layer(const SpellingRow& row) { return row.keras[0] >= 'A' && row.keras[0] <= 'Z'; }
/// Whether it is of a layer with a parameter.
constexpr bool learns(const SpellingRow& row) { return row.onnx.find("...") != std::string_view::npos; }

/// The numbers that stand for "#" where a text is what the pattern says; nothing where it is not.
inline std::optional<std::vector<std::string>> numbers_of_pattern(std::string_view pattern, std::string_view text) {
    std::vector<std::string> numbers;
    std::size_t at = 0;
    for (const char letter : pattern) {
        if (letter != '#') {
            if (at == text.size() || text[at] != letter) return std::nullopt;
            ++at;
            continue;
        }
        const std::size_t end = text.find_first_not_of("0123456789+-.einf", at);  // inf and e: as numbers are written
        numbers.emplace_back(text.substr(at, end == text.npos ? end : end - at));
        if (numbers.back().empty()) return std::nullopt;
        at += numbers.back().size();
    }
    return at == text.size() ? std::optional{numbers} : std::nullopt;
}

/// The pattern with numbers in the places of "#".
inline std::string with_numbers(std::string_view pattern, const std::vector<std::string>& numbers) {
    std::string text;
    std::size_t next = 0;
    for (const char letter : pattern) text += letter == '#' && next < numbers.size() ? numbers[next++] : std::string(1, letter);
    return text;
}

/// What the column `to` says where the column `from` says `text`; nothing if no row does.
inline std::optional<std::string> respelled(std::string_view text, std::string_view SpellingRow::* from, std::string_view SpellingRow::* to) {
    for (const SpellingRow& row : spelling_table)
        if (const auto numbers = numbers_of_pattern(row.*from, text)) return with_numbers(row.*to, *numbers);
    return std::nullopt;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
