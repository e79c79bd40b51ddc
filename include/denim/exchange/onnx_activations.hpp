// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX that are an activation, or part of one.

#include <denim/exchange/onnx_channelwise.hpp>
#include <denim/exchange/onnx_parts.hpp>
#include <denim/exchange/onnx_term.hpp>
#include <denim/exchange/onnx_windows.hpp>
#include <denim/layer/spelling_table.hpp>
#include <denim/machine/number_text.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// An activation that is a node of its own, under Keras's name.
inline void add_activation(OnnxBuilder& builder, const OnnxNode& node, const std::string& word) {
    PictureTensor tensor = builder.settled(node.input(0));
    builder.add(tensor.view, {GraphLayer::Kind::activation, {}, {tensor.view.value}, tensor.view.shape(), word});
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

/// The whole number of a row's attribute, "1i".
inline std::int64_t whole_number(const std::string& text) { return static_cast<std::int64_t>(number_in(text.substr(0, text.size() - 1))); }

/// Whether a node's attributes are what a row of the table says; the numbers that stand there for "#".
inline std::optional<std::vector<std::string>> row_attributes(const OnnxNode& node, const OnnxTerm& term) {
    std::vector<std::string_view> known;
    for (const OnnxTerm::Attribute& attribute : term.attributes) known.push_back(attribute.name);
    const OnnxAttributes attributes{node, known};
    std::vector<std::string> numbers;
    for (const auto& [name, number, otherwise] : term.attributes) {
        if (number.ends_with('i')) {
            if (name != "axis" && attributes.get(name, whole_number(otherwise)) != whole_number(number)) return std::nullopt;
            continue;
        }
        const std::string stated = shortest_text(attributes.get(name, static_cast<float>(number_in(otherwise))));
        const bool digits = stated[0] >= '0' && stated[0] <= '9';  // neither negative nor infinite, which the types refuse
        if (number != "#" ? stated != number : !digits || (stated == "0" && node.type == "Elu")) return std::nullopt;
        if (number == "#") numbers.push_back(stated);
    }
    return numbers;
}

/// A layer without weights that is a node of its own. Its axis, if it has one, must be that of the channels.
inline void add_layer_of_row(OnnxBuilder& builder, const OnnxNode& node, const OnnxTerm& term, const std::string& word) {
    PictureTensor tensor = builder.settled(node.input(0));
    builder.make_row(tensor.view);
    std::vector<std::string_view> known;
    for (const OnnxTerm::Attribute& attribute : term.attributes) known.push_back(attribute.name);
    for (const OnnxTerm::Attribute& attribute : term.attributes) {
        if (attribute.name != "axis") continue;
        const auto stated = OnnxAttributes{node, known}.get("axis", whole_number(attribute.otherwise));
        const std::size_t axis = onnx_axis(stated, tensor.view.axes.size() + 1);
        if (axis == 0 || !(tensor.view.vector() || tensor.view.is(axis - 1, TensorView::channels)))
            throw std::invalid_argument("along another axis than the channels it has no spelling");
    }
    builder.add(tensor.view, {GraphLayer::Kind::rescale, {}, {tensor.view.value}, tensor.view.shape(), word});
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

/// A node that a row of the table of spellings has by itself.
inline void read_row(OnnxBuilder& builder, const OnnxNode& node) {
    for (const SpellingRow& row : spelling_table) {
        const OnnxTerm term{row.onnx};
        if (term.text != node.type || !term.flat()) continue;
        const auto numbers = row_attributes(node, term);
        if (numbers && learns(row)) return add_channelwise(builder, node, 0, std::string{row.word});
        if (numbers && is_layer(row)) return add_layer_of_row(builder, node, term, with_numbers(row.word, *numbers));
        if (numbers) return add_activation(builder, node, with_numbers(row.keras, *numbers));
    }
    throw std::invalid_argument("with these attributes it has no spelling");
}

/// Nodes of later versions for what the table puts together from others.
inline void read_activation(OnnxBuilder& builder, const OnnxNode& node) {
    const OnnxAttributes attributes{node, {"alpha", "approximate"}};
    if (node.type == "Swish") attributes.expect("alpha", 1.0f, "a swish with an alpha other than 1 has no spelling");
    if (node.type == "Gelu") attributes.expect("approximate", std::string{"none"}, "an approximated GELU has no spelling");
    add_activation(builder, node, node.type == "Swish" ? "silu" : node.type == "Gelu" ? "gelu" : "mish");
}

/// Over the channels; which axis that is by default changed with version 13.
inline void read_softmax(OnnxBuilder& builder, const OnnxNode& node) {
    if (builder.is_part(node.input(0))) return read_probabilities_of_part(builder, node);
    PictureTensor tensor = builder.settled(node.input(0));
    const std::size_t rank = tensor.view.axes.size() + 1,
                      axis = onnx_axis(OnnxAttributes{node, {"axis"}}.get("axis", std::int64_t{builder.opset < 13 ? 1 : -1}), rank);
    builder.make_row(tensor.view);
    std::size_t behind = 1;  // before version 13 all axes from this one on are one
    for (std::size_t n = axis + 1; n < rank; ++n) behind *= tensor.view.extent(n - 1);
    if (axis == 0 || !(tensor.view.vector() || tensor.view.is(axis - 1, TensorView::channels)) || (builder.opset < 13 && behind != 1))
        throw std::invalid_argument("a softmax along another axis than the channels has no spelling");
    builder.add(tensor.view,
                {GraphLayer::Kind::activation, {}, {tensor.view.value}, tensor.view.shape(), node.type == "Softmax" ? "softmax" : "log_softmax"});
    builder.put(node.outputs[0], PictureTensor{tensor.view, tensor.type});
}

/// The node where a function begins is the one to name if nothing becomes of it.
inline void begin_function(const OnnxBuilder& builder, PictureTensor& tensor) {
    if (tensor.function.name() == "linear" || tensor.node.starts_with("the input")) tensor.node = builder.node;
}

/// Functions that activations are put together from.
inline void read_function(OnnxBuilder& builder, const OnnxNode& node) {
    if (node.type == "Sigmoid" && builder.is_part(node.input(0))) return read_probabilities_of_part(builder, node);
    PictureTensor tensor = builder.tensor(node.input(0));
    const bool mish = node.type == "Tanh" && tensor.function.name() == "softplus";
    if (!mish && !tensor.function.is_line() && !tensor.function.name().empty()) tensor = builder.settled(node.input(0));
    begin_function(builder, tensor);
    const auto limit = [&](const OnnxAttributes& attributes, std::size_t place, const char* name) -> std::optional<double> {
        if (attributes.has(name)) return static_cast<double>(attributes.get(name, 0.0f));
        if (node.input(place).empty()) return std::nullopt;
        const AnyArray& array = *builder.constant(node, place, "limits").array;
        if (array.size() != 1) throw std::invalid_argument("one number was expected as a limit");
        return array.as<double>()[0];
    };
    if (node.type == "Clip") {
        const OnnxAttributes attributes{node, {"min", "max"}};
        const std::optional<double> low = limit(attributes, 1, "min"), high = limit(attributes, 2, "max");
        if (!low) throw std::invalid_argument("limits that are not two rising numbers have no spelling");
        const bool none = !high || *high == static_cast<double>(std::numeric_limits<float>::max());
        tensor.function.clip(*low, none ? std::nullopt : high);
    } else if (node.type == "HardSigmoid") {
        const OnnxAttributes attributes{node, {"alpha", "beta"}};
        tensor.function.scale(static_cast<double>(attributes.get("alpha", 0.2f)));
        tensor.function.shift(static_cast<double>(attributes.get("beta", 0.5f)));
        tensor.function.clip(0, 1);
    } else {
        static_cast<void>(OnnxAttributes{node});
        using enum Pointwise::Function;
        if (node.type == "Tanh") {
            if (!mish) return add_activation(builder, node, "tanh");
            tensor.function.apply_tanh();
        } else {
            tensor.function.apply(node.type == "Erf" ? erf : node.type == "Softplus" ? softplus : sigmoid);
        }
    }
    builder.put(node.outputs[0], tensor);
}

}  // namespace denim::inline DENIM_TARGET::detail
