// SPDX-License-Identifier: MIT
#pragma once
#include <denim/exchange/layer_graph.hpp>
#include <denim/format/onnx_model.hpp>

// An ONNX graph as a list of layers. Every node and edge that leads from the picture to the output is accounted for: it becomes
// a layer, or provably changes nothing, or is refused by name.

#include <string>

namespace denim::inline DENIM_TARGET {

/// The layers of an ONNX model, which has to outlive their weights. Throws FileError under the name `file` that names the first
/// node that is not understood, and why.
DENIM_ONCE LayerGraph onnx_layer_graph(const std::string& file, const OnnxModel& model);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/exchange/onnx_input.hpp>
#include <denim/exchange/onnx_operators.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Reads one file's graph.
class OnnxLayers {
public:
    OnnxLayers(const std::string& file, const OnnxModel& model) : file_(file), model_(model) {
        builder_.opset = model.opset;
        if (model.opset < 6) fail(sentence("operators of ONNX's version 6 or later were expected, the file has those of version ", model.opset));
        for (const auto& [name, array] : model.weights) {
            if (!held_.insert(name).second) fail("two tensors are called " + in_quotes(name));
            builder_.put(name, OnnxConstant{std::shared_ptr<const AnyArray>{std::shared_ptr<const AnyArray>{}, &array}, name});
        }
        for (const auto& [name, reason] : model.unread) builder_.refuse(name, reason), held_.insert(name);
        const OnnxValue& input = only(model.inputs, "input");
        const OnnxValue& output = only(model.outputs, "output");
        mark(output.name);
        begin(input);
        for (std::size_t n = 0; n < model.nodes.size(); ++n)
            if (needed_[n]) visited(model.nodes[n], [&] { visit(model.nodes[n]); });
        visited({"output", output.name}, [&] { finish(output.name); });
    }
    [[nodiscard]] LayerGraph take() { return std::move(builder_.graph); }

private:
    [[noreturn]] void fail(const std::string& text) const { throw FileError(file_, text); }

    template <class Act>
    void visited(const OnnxNode& node, Act act) {
        builder_.node =
            "the node " + in_quotes(node.name.empty() ? node.outputs.empty() ? node.type : node.outputs[0] : node.name) + " (" + node.type + ")";
        if (node.type == "output") builder_.node = "the output " + in_quotes(node.name);
        try {
            act();
        } catch (const std::invalid_argument& error) {
            fail(builder_.node + ": " + error.what());
        } catch (const OnnxBuilder::Refusal& refusal) {
            fail(refusal.node + ": " + refusal.reason);
        } catch (const std::range_error& error) {
            fail(builder_.node + ": " + error.what());
        }
    }

    // The one value that the file does not hold itself.
    [[nodiscard]] const OnnxValue& only(const std::vector<OnnxValue>& values, const char* what) const {
        const OnnxValue* found = nullptr;
        for (const OnnxValue& value : values) {
            if (held_.contains(value.name)) continue;
            if (found) fail(sentence("one ", what, " was expected, the graph has ", in_quotes(found->name), " and ", in_quotes(value.name)));
            found = &value;
        }
        if (!found) fail(sentence("one ", what, " was expected, the graph has none"));
        return *found;
    }

    // Which nodes lead to the output, and how many of them read each name.
    void mark(const std::string& output) {
        std::map<std::string_view, std::size_t> makers;
        for (std::size_t n = 0; n < model_.nodes.size(); ++n)
            for (const std::string& name : model_.nodes[n].outputs) makers.emplace(name, n);
        needed_.assign(model_.nodes.size(), false);
        std::vector<std::string_view> open{output};
        builder_.readers[output] = 1;
        builder_.read_as_pictures.insert(output);
        while (!open.empty()) {
            const auto maker = makers.find(open.back());
            open.pop_back();
            if (maker == makers.end() || needed_[maker->second]) continue;
            needed_[maker->second] = true;
            const OnnxNode& node = model_.nodes[maker->second];
            for (const std::string& name : node.inputs) {
                ++builder_.readers[name];
                if (node.type != "Conv" && node.type != "Pad") builder_.read_as_pictures.insert(name);
                open.push_back(name);
            }
        }
    }

    void begin(const OnnxValue& input) {
        try {
            begin_graph(builder_, input, onnx_input_order(model_, needed_, held_, input));
        } catch (const std::invalid_argument& error) {
            fail(error.what());
        }
    }

    void visit(const OnnxNode& node) {
        if (!node.domain.empty()) throw std::invalid_argument("it is an operator of the domain " + in_quotes(node.domain) + ", which is not known");
        for (std::size_t n = 1; n < node.outputs.size() && node.type != "Split"; ++n)
            if (builder_.readers.contains(node.outputs[n])) throw std::invalid_argument("more than its first output is read, which has no spelling");
        const bool of_picture = std::ranges::any_of(node.inputs, [&](const std::string& name) { return !name.empty() && builder_.is_tensor(name); });
        if (node.outputs.empty() || node.outputs[0].empty()) throw std::invalid_argument("an output was expected");
        if (of_picture && node.type != "Softmax" && node.type != "Sigmoid")
            for (const std::string& name : node.inputs) settle_part(builder_, name);
        if (of_picture && node.type != "Shape") {
            const OnnxOperator read = onnx_operator_of(node.type);
            if (!read) throw std::invalid_argument("Denim has no layer for it");
            return read(builder_, node);
        }
        if (node.inputs.empty()) throw std::invalid_argument("Denim has no layer for it");
        const auto* const constant = std::get_if<OnnxConstant>(&builder_.known(node.inputs[0]));
        const bool all = std::ranges::all_of(node.inputs, [&](const std::string& name) { return name.empty() || builder_.is_constant(name); });
        if (constant && all)
            builder_.put(node.outputs[0], OnnxConstant{std::make_shared<const AnyArray>(fold_array(builder_, node, *constant->array)), constant->root});
        else
            builder_.put(node.outputs[0], fold_extents(builder_, node));
    }

    // The output has to be a picture, or numbers in the order in which Denim gives them; only what leads there stays.
    void finish(const std::string& output) {
        settle_part(builder_, output);
        const PictureTensor tensor = builder_.settled(output);
        const TensorView& view = tensor.view;
        if (!view.channels_first() && !view.channels_last() &&
            !(view.axes.size() <= 1 && (view.axes.empty() || view.vector() ? !view.flat : view.in_order())))
            throw std::invalid_argument(
                "a picture (N, C, H, W) or (N, H, W, C), or one row of numbers in the order of rows, columns and channels was expected; "
                "its axes are others, or in another order");
        LayerGraph& graph = builder_.graph;
        std::vector<bool> leads(graph.layers.size() + 1, false);
        leads[view.value] = true;
        for (std::size_t n = graph.layers.size(); n > 0; --n)
            if (leads[n])
                for (const std::size_t input : graph.layers[n - 1].inputs) leads[input] = true;
        std::vector<std::size_t> number(graph.layers.size() + 1, 0);
        std::vector<GraphLayer> kept;
        for (std::size_t n = 1; n <= graph.layers.size(); ++n) {
            if (!leads[n]) continue;
            kept.push_back(std::move(graph.layers[n - 1]));
            for (std::size_t& input : kept.back().inputs) input = number[input];
            number[n] = kept.size();
        }
        graph.layers = std::move(kept);
        graph.result = number[view.value];
    }

    std::string file_;
    const OnnxModel& model_;
    OnnxBuilder builder_;
    std::set<std::string, std::less<>> held_;  // names of the file's own numbers
    std::vector<bool> needed_;
};

}  // namespace detail

DENIM_ONCE LayerGraph onnx_layer_graph(const std::string& file, const OnnxModel& model) { return detail::OnnxLayers{file, model}.take(); }

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
