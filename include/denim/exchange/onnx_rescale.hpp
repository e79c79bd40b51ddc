// SPDX-License-Identifier: MIT
#pragma once

// Numbers of an ONNX file for each channel of the picture that it takes: a mean that is taken away, a deviation that it is divided by.

#include <denim/exchange/onnx_channelwise.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// What a Normalise ends in that divides by nothing yet.
inline constexpr std::string_view undivided = ", Deviation<1>>";

inline bool is_rescaled(const OnnxBuilder& builder, const PictureTensor& tensor) {
    return tensor.view.value > 0 && builder.graph.layers[tensor.view.value - 1].kind == GraphLayer::Kind::rescale;
}

/// Add, Sub or Div of the picture, or of what was done to it before, with numbers along its channels. False if it is none of these.
inline bool add_normalise(OnnxBuilder& builder, const OnnxNode& node, std::size_t place, const OnnxConstant& constant) {
    const PictureTensor& found = builder.tensor(node.input(place));
    const bool divides = node.type == "Div";
    if (node.type == "Mul" || ((divides || node.type == "Sub") && place == 1) || found.view.flat) return false;
    if (!(found.view.value == 0 || is_rescaled(builder, found)) || !found.function.is_line()) return false;
    const std::vector<double> numbers = constant.array->as<double>();
    const bool alike = std::ranges::all_of(numbers, [&](double number) { return number == numbers[0]; });
    if (numbers.empty() || (!alike && !along_channels(constant.array->shape, found.view))) return false;
    if (!alike && numbers.size() != found.view.shape().channels) return false;
    std::string text;
    for (const double number : alike ? std::vector{numbers[0]} : numbers) {
        if (!is_finite(number) || (divides && !(number > 0))) return false;
        text += (text.empty() ? "" : ", ") + shortest_text(static_cast<float>(node.type == "Sub" || divides ? number : -number));
    }
    PictureTensor tensor = found;
    if (divides && is_rescaled(builder, tensor) && !tensor.shared && tensor.function.name() == "linear") {
        if (std::string& word = builder.graph.layers[tensor.view.value - 1].word; word.ends_with(undivided)) {
            word.replace(word.size() - undivided.size(), undivided.size(), ", Deviation<" + text + ">>");
            builder.put(node.outputs[0], tensor);
            return true;
        }
    }
    if (alike) return false;
    tensor = builder.settled(node.input(place));
    const std::string word = divides ? "Normalise<Mean<0>, Deviation<" + text + ">>" : "Normalise<Mean<" + text + ">" + std::string{undivided};
    builder.add(tensor.view, {GraphLayer::Kind::rescale, {}, {tensor.view.value}, tensor.view.shape(), word});
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
    return true;
}

}  // namespace denim::inline DENIM_TARGET::detail
