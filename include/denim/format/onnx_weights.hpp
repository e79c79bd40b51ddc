// SPDX-License-Identifier: MIT
#pragma once

// The weights of an ONNX file in the order in which its nodes use them.

#include <denim/format/foreign_weights.hpp>
#include <denim/format/onnx_model.hpp>
#include <denim/format/weight_layout.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Walks over the nodes and takes from each what it learns.
class OnnxWeights {
public:
    OnnxWeights(const std::string& file, const OnnxModel& model, double epsilon)
        : model_(model), epsilon_(epsilon), result_{file, true, {}} {
        for (const auto& [name, array] : model.weights) arrays_.emplace(name, Stored{&array});
        for (const OnnxNode& node : model.nodes)
            for (const std::string& output : node.outputs) makers_.emplace(output, &node);
        for (const OnnxNode& node : model.nodes) rename(node);
        for (const OnnxNode& node : model.nodes) visit(node);
    }
    [[nodiscard]] ForeignWeights take() { return std::move(result_); }

private:
    struct Stored {
        const AnyArray* array;
        bool turned = false;  // a matrix whose axes are exchanged before it is used
    };

    // Weights under another name, as they are or transposed.
    void rename(const OnnxNode& node) {
        const auto found = arrays_.find(node.input(0));
        if (found == arrays_.end() || node.outputs.empty()) return;
        if (node.type == "Identity") arrays_.emplace(node.outputs[0], found->second);
        if (node.type == "Transpose" && found->second.array->shape.size() == 2)
            arrays_.emplace(node.outputs[0], Stored{found->second.array, !found->second.turned});
    }

    void visit(const OnnxNode& node) {
        if (node.type == "Conv") {
            add(node, 1, ".weight");
            if (!node.input(2).empty()) add(node, 2, ".bias");
        } else if (node.type == "Gemm") {
            if (node.attribute<float>("alpha").value_or(1) != 1 || node.attribute<float>("beta").value_or(1) != 1 ||
                node.attribute<std::int64_t>("transA").value_or(0) != 0)
                fail(node, "multiplies by more than its weights");
            add_dense(node, node.attribute<std::int64_t>("transB").value_or(0) != 0);
            if (!node.input(2).empty()) add(node, 2, ".bias");
        } else if (node.type == "MatMul" && is_weight(node.input(1))) {
            add_dense(node, false);
        } else if (node.type == "Add" && (is_bias(node, 0) || is_bias(node, 1))) {
            add(node, is_bias(node, 0) ? 0 : 1, ".bias");
        } else if (node.type == "BatchNormalization") {
            for (const auto& [place, role] : {std::pair{1, ".weight"}, {2, ".bias"}, {3, ".running_mean"}, {4, ".running_var"}})
                add(node, static_cast<std::size_t>(place), role);
            change_epsilon(static_cast<double>(node.attribute<float>("epsilon").value_or(1e-5f)));
        } else if (node.type == "LayerNormalization") {
            const float epsilon = node.attribute<float>("epsilon").value_or(1e-5f);
            if (epsilon != 1e-3f) fail(node, "has the epsilon " + general(static_cast<double>(epsilon)) + ", 0.001 was expected");
            add(node, 1, ".weight");
            add(node, 2, ".bias");
        }
    }

    [[nodiscard]] bool is_weight(std::string_view name) const { return arrays_.contains(name); }
    // A weight that is added to what a product gave.
    [[nodiscard]] bool is_bias(const OnnxNode& node, std::size_t place) const {
        const auto maker = makers_.find(node.input(1 - place));
        return is_weight(node.input(place)) && maker != makers_.end() &&
               (maker->second->type == "MatMul" || maker->second->type == "Conv");
    }
    [[noreturn]] void fail(const OnnxNode& node, const std::string& text) const {
        throw FileError(result_.file, "the node " + in_quotes(node.name.empty() ? node.type : node.name) + ' ' + text);
    }

    ForeignTensor& add(const OnnxNode& node, std::size_t place, const char* role) {
        const auto found = arrays_.find(node.input(place));
        if (found == arrays_.end())
            fail(node, "computes with " + in_quotes(node.input(place)) + ", which the file does not hold as numbers");
        // The role as PyTorch names it, so that a bias is not taken for weights; the layer as the node or else the array is
        // called.
        const std::string layer = node.name.empty() ? std::string{node.input(place)} : node.name;
        try {
            ForeignTensor& tensor =
                result_.tensors.emplace_back(layer + role, found->second.array->shape, found->second.array->as<float>());
            if (std::string_view{role} == ".bias") tensor.shape = {tensor.values.size()};
            return tensor;
        } catch (const std::range_error& error) {
            fail(node, error.what());
        }
    }

    // Weights (outputs, inputs), as PyTorch has them; the flatten in front says in which order the inputs come.
    void add_dense(const OnnxNode& node, bool outputs_first) {
        ForeignTensor& tensor = add(node, 1, ".weight");
        if (tensor.shape.size() != 2)
            fail(node, "has weights of the shape " + shape_text(tensor.shape) + ", two axes were expected");
        outputs_first = outputs_first != arrays_.at(node.input(1)).turned;
        const bool channels_last = flattens_channels_last(node.input(0));
        if (outputs_first != channels_last) {
            if (channels_last) tensor.layout = WeightLayout::keras;
            return;
        }
        const std::size_t rows = tensor.shape[0], columns = tensor.shape[1];
        std::vector<float> turned(tensor.values.size());
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t column = 0; column < columns; ++column)
                turned[column * rows + row] = tensor.values[row * columns + column];
        tensor.values = std::move(turned);
        tensor.shape = {columns, rows};
        if (channels_last) tensor.layout = WeightLayout::keras;
    }

    // True if the value went from (N, C, H, W) to (N, H, W, C) before it became a vector.
    [[nodiscard]] bool flattens_channels_last(std::string_view value) const {
        for (std::size_t steps = 0; steps < model_.nodes.size(); ++steps) {
            const auto maker = makers_.find(value);
            if (maker == makers_.end()) return false;
            const OnnxNode& node = *maker->second;
            if (node.type == "Transpose")
                return node.attribute<std::vector<std::int64_t>>("perm") == std::vector<std::int64_t>{0, 2, 3, 1};
            constexpr std::array through{"Flatten", "Reshape", "Squeeze", "Dropout", "Identity", "Relu", "Cast"};
            if (std::ranges::find(through, node.type) == through.end()) return false;
            value = node.input(0);
        }
        return false;
    }

    // Lets the BatchNorm just added give the same numbers with our epsilon, by its gamma.
    void change_epsilon(double from) {
        if (from == static_cast<double>(static_cast<float>(epsilon_))) return;
        ForeignTensor* const last = &result_.tensors.back();
        std::vector<float>&gamma = last[-3].values, &variance = last[0].values;
        for (std::size_t c = 0; c < std::min(gamma.size(), variance.size()); ++c) {
            const double spread = static_cast<double>(variance[c]);
            gamma[c] = static_cast<float>(static_cast<double>(gamma[c]) * std::sqrt((spread + epsilon_) / (spread + from)));
        }
    }

    const OnnxModel& model_;
    double epsilon_;
    ForeignWeights result_;
    std::map<std::string_view, Stored> arrays_;
    std::map<std::string_view, const OnnxNode*> makers_;
};

}  // namespace detail

/// The weights of Conv, Gemm, MatMul with Add, BatchNormalization and LayerNormalization, in the order of the nodes and as
/// PyTorch lays them out;
/// a BatchNorm is made to give the same numbers with the given epsilon. Throws FileError under the name `file`.
inline ForeignWeights onnx_weights(const std::string& file, const OnnxModel& model, double epsilon) {
    return detail::OnnxWeights{file, model, epsilon}.take();
}

}  // namespace denim::inline DENIM_TARGET
