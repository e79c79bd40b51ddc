// SPDX-License-Identifier: MIT
#pragma once

// The layers of a Keras model and who reads whom: a graph with one input and one output in which every layer is called once
// and is on the way to the output. Models within it are laid open: their layers stand among its own, "backbone/conv1". Anything else throws
// std::invalid_argument with a sentence.

#include <denim/machine/file_error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// One layer, and the names of the layers that it reads.
struct KerasLayer {
    std::string kind, name;
    nlohmann::json settings;
    std::vector<std::string> inputs;
    std::optional<double> number = {};  ///< of x + 3 and x * 3

    /// "the layer 'conv' (Conv2D): SENTENCE".
    [[noreturn]] void refuse(std::string_view sentence) const {
        throw std::invalid_argument("the layer " + in_quotes(name) + " (" + kind + "): " + std::string{sentence});
    }
};

/// A model from the JSON that Keras 2 or 3 writes, its layers in the order in which they compute.
class KerasModel {
public:
    using Json = nlohmann::json;

    explicit KerasModel(const Json& model) {
        output_ = add_model(model, "", "");
        for (const KerasLayer& layer : layers_)
            if (reads_.at(layer.name) == 0 && layer.name != output_)
                layer.refuse("nothing reads what it gives; the model's output is that of " + in_quotes(output_));
    }

    [[nodiscard]] const std::vector<KerasLayer>& layers() const { return layers_; }
    /// The value x where the layer is the last of (x + 3, between 0 and 6) * 1/6, as Keras's applications write a hard sigmoid.
    [[nodiscard]] std::optional<std::string> hard_sigmoid_of(const KerasLayer& layer) const {
        if (layer.kind != "Multiply" || !layer.number || static_cast<float>(*layer.number) != 1.0f / 6) return std::nullopt;
        const KerasLayer& relu = *std::ranges::find(layers_, layer.inputs[0], &KerasLayer::name);
        if (relu.kind != "ReLU" || relu.settings.value("max_value", Json{}) != 6 || relu.inputs.size() != 1) return std::nullopt;
        const KerasLayer& sum = *std::ranges::find(layers_, relu.inputs[0], &KerasLayer::name);
        if (sum.kind != "Add" || !sum.number || *sum.number != 3) return std::nullopt;
        return sum.inputs[0];
    }
    [[nodiscard]] const std::string& output() const { return output_; }
    /// How many layers read what this one gives.
    [[nodiscard]] std::size_t reads(const std::string& name) const { return reads_.at(name); }

private:
    static bool is_model(std::string_view kind) { return kind == "Sequential" || kind == "Functional" || kind == "Model"; }
    static bool within(std::string_view folder, std::string_view where) {
        return where.starts_with(folder) && (where.size() == folder.size() || where[folder.size()] == '.');
    }
    // x + y and x * y are operations, not layers.
    static bool is_operation(const Json& json, const std::string& kind) {
        const std::string where = json.contains("module") && json.at("module").is_string() ? json.at("module").get<std::string>() : "";
        return (kind == "Add" || kind == "Multiply") && (within("keras.src.ops", where) || within("keras.ops", where));
    }
    // A class of one's own may have the name of one of Keras's; two of Keras's applications have such.
    static void check_class(const Json& json, const KerasLayer& layer) {
        const Json module = json.value("module", Json{}), registered = json.value("registered_name", Json{});
        const std::string where = module.is_string() ? module.get<std::string>() : "";
        const bool of_application = (layer.kind == "LayerScale" && where == "keras.src.applications.convnext") ||
                                    (layer.kind == "CustomScaleLayer" && where == "keras.src.applications.inception_resnet_v2");
        if (is_operation(json, layer.kind) || of_application) return;
        if (!module.is_null() && !within("keras.layers", where) && !within("keras.src.layers", where) && !within("tf_keras.layers", where) &&
            !within("tensorflow.keras.layers", where))
            layer.refuse("it is of the module " + in_quotes(module.dump()) + ", not of keras.layers: Denim has no layer for it");
        if (!registered.is_null())
            layer.refuse("it is a class of one's own, registered as " + in_quotes(registered.dump()) + ": Denim has no layer for it");
    }

    // Adds the layers of a model, which reads the value `input`, or has an input of its own where that is empty; the name of what it gives.
    std::string add_model(const Json& model, const std::string& before, const std::string& input) {
        const std::string kind = model.at("class_name");
        const bool sequential = kind == "Sequential";
        if (!is_model(kind)) throw std::invalid_argument("a Sequential or functional model was expected, " + in_quotes(kind) + " came");
        const Json& config = model.at("config");
        std::string last = input;
        bool first = true;
        for (const Json& json : config.is_array() ? config : config.at("layers")) {
            KerasLayer layer{json.at("class_name"), before + json.at("config").at("name").get<std::string>(), json.at("config"), {}};
            if (!is_model(layer.kind)) check_class(json, layer);
            if (sequential && last.empty() && layer.kind != "InputLayer") last = add_input_of(layer);  // Keras 2 writes no InputLayer
            if (sequential && !last.empty()) layer.inputs = {last};
            if (!sequential && json.contains("inbound_nodes")) read_inputs(json, before, layer);
            if (layer.kind == "InputLayer" && !before.empty()) {
                if (!first) layer.refuse("a model of one input was expected, this is another");
                last = called_[layer.name] = input;
            } else if (is_model(layer.kind)) {
                if (layer.inputs.size() != 1) layer.refuse(sentence("a model of one input within a model was expected, it reads ", layer.inputs.size()));
                last = called_[layer.name] = add_model(json, layer.name + "/", layer.inputs[0]);
            } else {
                last = layer.name;
                add(std::move(layer));
            }
            first = false;
        }
        if (layers_.empty()) throw std::invalid_argument("there is no layer");
        if (sequential) return last;
        if (const std::string begin = only(config, "input_layers"), front = before.empty() ? layers_.front().name : input; value_of(before + begin) != front)
            throw std::invalid_argument("the model's input was expected in front, " + in_quotes(front) + " came");
        const std::string output = value_of(before + only(config, "output_layers"));
        if (!reads_.contains(output)) throw std::invalid_argument("there is no layer " + in_quotes(output) + ", which is to be the output");
        return output;
    }
    // What a model within gives is called as the layer that gives it.
    [[nodiscard]] std::string value_of(const std::string& name) const {
        const auto found = called_.find(name);
        return found == called_.end() ? name : found->second;
    }

    std::string add_input_of(KerasLayer& layer) {
        const char* const key = layer.settings.contains("batch_input_shape") ? "batch_input_shape" : "batch_shape";
        if (!layer.settings.contains(key)) layer.refuse("it has no input that is known");
        add({"InputLayer", "input of " + layer.name, {{"name", ""}, {"batch_shape", layer.settings.at(key)}}, {}});
        layer.settings.erase(key);
        return layers_.back().name;
    }

    void add(KerasLayer layer) {
        if (layer.kind == "InputLayer" && !layers_.empty()) layer.refuse("a model of one input was expected, this is another");
        if (layer.kind != "InputLayer" && layer.inputs.empty()) layer.refuse("it has no input that is known");
        for (const std::string& input : layer.inputs) {
            const auto found = reads_.find(input);
            if (found == reads_.end()) layer.refuse("it reads " + in_quotes(input) + ", which is no layer in front of it");
            ++found->second;
        }
        if (!reads_.emplace(layer.name, 0).second) layer.refuse("another layer has this name");
        layers_.push_back(std::move(layer));
    }

    // The layers that its one call reads, as Keras 3 writes it ({"args": [...], "kwargs": {...}}) or Keras 2 (["name", 0, 0, {...}]).
    void read_inputs(const Json& json, const std::string& before, KerasLayer& layer) const {
        const Json& nodes = json.at("inbound_nodes");
        if (!nodes.is_array()) layer.refuse("its inbound_nodes are no list");
        if (nodes.size() > 1)
            layer.refuse(sentence("it is called ", nodes.size(), " times; a layer that is shared has no spelling"));
        if (nodes.empty()) return;
        const Json& node = nodes[0];
        std::vector<std::string> inputs;
        if (node.is_object()) {
            for (const Json& argument : node.at("args"))
                if (argument.is_number() && is_operation(json, layer.kind) && !layer.number)
                    layer.number = argument.get<double>();
                else
                    collect(argument, inputs, layer, 0);
            check_arguments(node.value("kwargs", Json::object()), layer);
        } else {
            collect(node, inputs, layer, 0);
        }
        if (layer.number && inputs.size() != 1) layer.refuse(sentence("it is called with a number and ", inputs.size(), " values, which has no spelling"));
        for (const std::string& name : inputs) layer.inputs.push_back(value_of(before + name));
    }
    static void collect(const Json& json, std::vector<std::string>& inputs, const KerasLayer& layer, int depth) {
        if (depth > 20) layer.refuse("its connections nest too deep");
        if (json.is_object() && json.value("class_name", Json{}) == "__keras_tensor__") {
            collect(json.at("config").at("keras_history"), inputs, layer, depth + 1);
        } else if (json.is_array() && json.size() >= 3 && json[0].is_string() && json[1].is_number() && json[2].is_number()) {
            if (json[1] != 0 || json[2] != 0)
                layer.refuse("it reads call " + json[1].dump() + ", output " + json[2].dump() + " of " + in_quotes(json[0].get<std::string>()) +
                             "; a layer that is shared or gives several values has no spelling");
            inputs.push_back(json[0]);
            if (json.size() > 3) check_arguments(json[3], layer);
        } else if (json.is_array()) {
            for (const Json& part : json) collect(part, inputs, layer, depth + 1);
        } else if (!json.is_null()) {
            layer.refuse("it is called with " + in_quotes(json.dump()) + ", which is no value of another layer");
        }
    }
    // What a call says beside its inputs.
    static void check_arguments(const Json& arguments, const KerasLayer& layer) {
        for (const auto& [key, json] : arguments.items()) {
            bool nothing = json.is_null() || (key == "training" && json == false);
            if (json.is_array()) {
                nothing = true;
                for (const Json& part : json) nothing &= part.is_null();
            }
            if (!nothing) layer.refuse("it is called with " + in_quotes(key) + " " + in_quotes(json.dump()) + ", which has no spelling");
        }
    }

    // The one layer of the model's inputs or outputs.
    static std::string only(const Json& config, const char* key) {
        std::vector<std::string> names;
        const KerasLayer model{"the model", key, {}, {}};
        const Json& json = config.at(key);
        if (json.is_object())
            for (const Json& part : json) collect(part, names, model, 0);
        else
            collect(json, names, model, 0);
        if (names.size() != 1)
            throw std::invalid_argument(sentence("a model of one input and one output was expected, it has ", names.size(), " ", key));
        return names[0];
    }

    std::vector<KerasLayer> layers_;
    std::map<std::string, std::size_t> reads_;
    std::map<std::string, std::string> called_;  // a model within, and its input: the layer whose value that is
    std::string output_;
};

}  // namespace denim::inline DENIM_TARGET::detail
