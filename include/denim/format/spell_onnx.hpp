// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/layer_chain.hpp>
#include <denim/format/onnx_model.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Follows the nodes of an ONNX graph and spells each.
class OnnxSpelling {
public:
    OnnxSpelling(const std::string& file, const OnnxModel& model) : file_(file) {
        for (const auto& [name, array] : model.weights) weights_.emplace(name, &array);
        const OnnxValue* input = nullptr;
        for (const OnnxValue& value : model.inputs)
            if (!weights_.contains(value.name) && input == nullptr) input = &value;
        if (input == nullptr || input->shape.size() != 4 || input->shape[1] * input->shape[2] * input->shape[3] == 0)
            throw FileError(file_, "an input of four axes was expected, height, width and channels known");
        input_ = input;
        last_ = input->name;
        for (const OnnxNode& node : model.nodes) try {
                visit(node);
            } catch (const std::invalid_argument& error) {
                throw FileError(file_, "the node " + in_quotes(node.name.empty() ? node.type : node.name) + " (" + node.type +
                                           "): " + error.what());
            }
    }
    [[nodiscard]] std::string spelling(const std::string& name) const {
        const auto result = chains_.find(last_);
        if (result == chains_.end()) throw FileError(file_, "there is no layer");
        return result->second.spelling(name);
    }

private:
    void visit(const OnnxNode& node) {
        if (node.outputs.empty()) return;
        if (is_weight(node.input(0)) && (node.type == "Identity" || node.type == "Transpose")) {  // a weight under another name
            weights_[node.outputs[0]] = weights_.find(node.input(0))->second;
            return;
        }
        if (before_layers(node)) return;
        if (node.type == "Constant" || node.type == "Shape") return;
        const std::string_view from = is_weight(node.input(0)) ? node.input(1) : node.input(0);
        if (input_ != nullptr && (from == input_->name || raw_.contains(from)))
            chains_.emplace(from, LayerChain{{input_->shape[2], input_->shape[3], input_->shape[1]}});
        const auto at = chains_.find(from);
        if (at == chains_.end()) return;  // shapes that are computed on the way
        LayerChain chain = at->second;
        apply(node, chain);
        last_ = node.outputs[0];
        chains_.insert_or_assign(node.outputs[0], std::move(chain));
    }

    // What is done to pixels in front of the first layer, and the transposition of (N, H, W, C).
    bool before_layers(const OnnxNode& node) {
        if (node.input(0) != input_->name && !raw_.contains(node.input(0))) return false;
        const bool with_numbers = node.type == "Mul" || node.type == "Sub" || node.type == "Div" || node.type == "Add";
        if (node.type == "Cast" || node.type == "Identity" || (with_numbers && is_weight(node.input(1)))) {
            raw_.insert(node.outputs[0]);
            return true;
        }
        if (node.type == "Transpose" &&
            node.attribute<std::vector<std::int64_t>>("perm") == std::vector<std::int64_t>{0, 3, 1, 2}) {
            chains_.insert_or_assign(node.outputs[0], LayerChain{{input_->shape[1], input_->shape[2], input_->shape[3]}});
            return true;
        }
        return false;
    }

    void apply(const OnnxNode& node, LayerChain& chain) {
        static const std::set<std::string_view> nothing{"Identity",  "Flatten", "Reshape", "Squeeze",   "Unsqueeze",
                                                        "Transpose", "Cast",    "Softmax", "LogSoftmax"};
        static const std::map<std::string_view, const char*> activations{
            {"Relu", "relu"}, {"LeakyRelu", "leaky_relu of 0.3"}, {"Elu", "elu"}, {"Gelu", "gelu"}, {"Sigmoid", "sigmoid"},
            {"Tanh", "tanh"}, {"HardSwish", "hard_swish"}};
        if (node.type == "Conv") {
            const auto shape = weight(node, 1, 4).shape;
            const std::size_t groups = extent(node.attribute<std::int64_t>("group").value_or(1)), filters = shape[0];
            const bool bias = !node.input(2).empty();
            if (groups > 1 && groups == chain.shape().channels && groups == filters)
                chain.depthwise_conv(windows(node, {shape[2], shape[3]}), bias);
            else
                chain.conv(windows(node, {shape[2], shape[3]}), filters, bias, groups);
        } else if (node.type == "MaxPool" || node.type == "AveragePool") {
            const bool average = node.type == "AveragePool";
            const auto size = node.attribute<std::vector<std::int64_t>>("kernel_shape").value_or(std::vector<std::int64_t>{});
            if (size.size() != 2) throw std::invalid_argument("a window of two axes was expected");
            if (node.attribute<std::int64_t>("ceil_mode").value_or(0) != 0)
                throw std::invalid_argument("windows beyond the edge have no spelling");
            const LayerChain::Windows of = windows(node, {extent(size[0]), extent(size[1])});
            const bool leaves = of.same || of.zeros != std::array<std::size_t, 4>{};
            if (average && leaves && node.attribute<std::int64_t>("count_include_pad").value_or(0) != 0)
                throw std::invalid_argument("means that count what lies outside the picture have no spelling");
            chain.pool(average ? "Average" : "Max", of);
        } else if (node.type == "GlobalAveragePool" || node.type == "GlobalMaxPool") {
            chain.global_pool(node.type == "GlobalMaxPool" ? "Max" : "Average");
        } else if (node.type == "Gemm") {
            const auto shape = weight(node, 1, 2).shape;
            chain.dense(shape[node.attribute<std::int64_t>("transB").value_or(0) != 0 ? 0 : 1], !node.input(2).empty());
        } else if (node.type == "MatMul") {  // its bias is an Add
            const auto shape = weight(node, 1, 2).shape;
            chain.dense(shape[0] == chain.shape().size() ? shape[1] : shape[0], false);
        } else if (node.type == "BatchNormalization") {
            chain.batch_norm();
        } else if (node.type == "Dropout") {
            chain.dropout();
        } else if (const auto activation = activations.find(node.type); activation != activations.end()) {
            if (node.type == "Elu" && node.attribute<float>("alpha").value_or(1) != 1)
                throw std::invalid_argument("an ELU with an alpha other than 1 has no spelling");
            if (node.type == "LeakyRelu" && node.attribute<float>("alpha").value_or(0.01f) != 0.3f)
                throw std::invalid_argument("a LeakyReLU with a slope other than 0.3 has no spelling");
            if (node.type == "Gelu" && node.attribute<std::string>("approximate").value_or("none") != "none")
                throw std::invalid_argument("an approximated GELU has no spelling");
            chain.activate(activation->second);
        } else if (node.type == "Concat") {
            const std::int64_t axis = node.attribute<std::int64_t>("axis").value_or(0);
            if (axis != 1 && axis != -3) throw std::invalid_argument("a concatenation of channels was expected");
            std::vector<LayerChain> branches;
            for (std::size_t n = 0; !node.input(n).empty(); ++n) {
                const auto branch = chains_.find(node.input(n));
                if (branch == chains_.end()) throw std::invalid_argument("a branch that is no layer has no spelling");
                branches.push_back(branch->second);
            }
            chain = LayerChain::concatenation(branches);
        } else if (node.type == "Add") {
            if (is_weight(node.input(0)) || is_weight(node.input(1))) return chain.add_bias();
            const auto other = chains_.find(node.input(1));
            if (other == chains_.end()) throw std::invalid_argument("a sum with something that is no layer has no spelling");
            chain = LayerChain::sum(std::move(chain), other->second);
        } else if (!nothing.contains(node.type)) {
            throw std::invalid_argument("Denim has no layer for it");
        }
    }

    [[nodiscard]] bool is_weight(std::string_view name) const { return weights_.contains(name); }
    [[nodiscard]] const AnyArray& weight(const OnnxNode& node, std::size_t place, std::size_t axes) const {
        const auto found = weights_.find(node.input(place));
        if (found == weights_.end() || found->second->shape.size() != axes)
            throw std::invalid_argument(sentence("weights of ", axes, " axes were expected in the file"));
        return *found->second;
    }
    static std::size_t extent(std::int64_t number) {
        if (number < 0 || number > 1'000'000)
            throw std::invalid_argument(sentence("an extent was expected, ", number, " came"));
        return static_cast<std::size_t>(number);
    }
    static LayerChain::Windows windows(const OnnxNode& node, std::array<std::size_t, 2> size) {
        using Numbers = std::vector<std::int64_t>;
        LayerChain::Windows result{.size = size};
        const Numbers step = node.attribute<Numbers>("strides").value_or(Numbers{1, 1}),
                      zeros = node.attribute<Numbers>("pads").value_or(Numbers{0, 0, 0, 0});
        if (step.size() != 2 || zeros.size() != 4) throw std::invalid_argument("windows over two axes were expected");
        const Numbers dilation = node.attribute<Numbers>("dilations").value_or(Numbers{1, 1});
        if (dilation.size() != 2) throw std::invalid_argument("windows over two axes were expected");
        for (std::size_t n = 0; n < 2; ++n) result.dilation[n] = extent(dilation[n]);
        for (std::size_t n = 0; n < 2; ++n) result.step[n] = extent(step[n]);
        for (std::size_t n = 0; n < 4; ++n) result.zeros[n] = extent(zeros[n]);
        const std::string padding = node.attribute<std::string>("auto_pad").value_or("NOTSET");
        result.same = padding == "SAME_UPPER";
        if (padding == "SAME_LOWER") throw std::invalid_argument("odd zeros above and to the left have no spelling");
        return result;
    }

    std::string file_;
    const OnnxValue* input_ = nullptr;
    std::string last_;  // the value that the last layer gives
    std::map<std::string, const AnyArray*, std::less<>> weights_;
    std::map<std::string, LayerChain, std::less<>> chains_;  // what is known of each value
    std::set<std::string, std::less<>> raw_;                 // pixels in front of the first layer
};

}  // namespace detail

/// The type that computes what the model computes, up to its logits: "using NAME = denim::Network<...>;". Throws FileError
/// under the name `file` for what has no spelling.
inline std::string spell_onnx(const std::string& file, const OnnxModel& model, const std::string& name = "Model") {
    try {
        return detail::OnnxSpelling{file, model}.spelling(name);
    } catch (const std::invalid_argument& error) {
        throw FileError(file, error.what());
    }
}

}  // namespace denim::inline DENIM_TARGET
