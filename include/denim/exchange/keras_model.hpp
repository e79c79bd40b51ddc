// SPDX-License-Identifier: MIT
#pragma once

// The layers of a Keras model and who reads whom: a graph with one input and one output in which every layer is called once
// and is on the way to the output. Anything else throws std::invalid_argument with a sentence.

#include <denim/machine/file_error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
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
        const std::string kind = model.at("class_name");
        const bool sequential = kind == "Sequential";
        if (!sequential && kind != "Functional" && kind != "Model")
            throw std::invalid_argument("a Sequential or functional model was expected, " + in_quotes(kind) + " came");
        const Json& config = model.at("config");
        for (const Json& json : config.is_array() ? config : config.at("layers")) {
            KerasLayer layer{json.at("class_name"), json.at("config").at("name"), json.at("config"), {}};
            check_class(json, layer);
            if (sequential && layers_.empty() && layer.kind != "InputLayer") add_input_of(layer);  // Keras 2 writes no InputLayer
            if (sequential && !layers_.empty()) layer.inputs = {layers_.back().name};
            if (!sequential && json.contains("inbound_nodes")) layer.inputs = inputs_of(json.at("inbound_nodes"), layer);
            add(std::move(layer));
        }
        if (layers_.empty()) throw std::invalid_argument("there is no layer");
        output_ = sequential ? layers_.back().name : only(config, "output_layers");
        if (!sequential && only(config, "input_layers") != layers_.front().name)
            throw std::invalid_argument("the model's input was expected in front, " + in_quotes(layers_.front().name) + " came");
        for (const KerasLayer& layer : layers_)
            if (reads_.at(layer.name) == 0 && layer.name != output_)
                layer.refuse("nothing reads what it gives; the model's output is that of " + in_quotes(output_));
        if (!reads_.contains(output_))
            throw std::invalid_argument("there is no layer " + in_quotes(output_) + ", which is to be the output");
    }

    [[nodiscard]] const std::vector<KerasLayer>& layers() const { return layers_; }
    [[nodiscard]] const std::string& output() const { return output_; }
    /// How many layers read what this one gives.
    [[nodiscard]] std::size_t reads(const std::string& name) const { return reads_.at(name); }

private:
    // A class of one's own may have the name of one of Keras's. What x + y and x * y stand for are operations, not layers.
    static void check_class(const Json& json, const KerasLayer& layer) {
        const Json module = json.value("module", Json{}), registered = json.value("registered_name", Json{});
        const std::string where = module.is_string() ? std::string{module} : "";
        const auto within = [&](std::string_view folder) { return where == folder || where.starts_with(std::string{folder} + "."); };
        const bool operation = (layer.kind == "Add" || layer.kind == "Multiply") && (within("keras.src.ops") || within("keras.ops"));
        if (layer.kind == "Sequential" || layer.kind == "Functional" || layer.kind == "Model")
            layer.refuse("a model within a model has no spelling");
        if (!module.is_null() && !operation && !within("keras.layers") && !within("keras.src.layers") && !within("tf_keras.layers") &&
            !within("tensorflow.keras.layers"))
            layer.refuse("it is of the module " + in_quotes(module.dump()) + ", not of keras.layers: Denim has no layer for it");
        if (!registered.is_null() && !operation)
            layer.refuse("it is a class of one's own, registered as " + in_quotes(registered.dump()) + ": Denim has no layer for it");
    }

    void add_input_of(KerasLayer& layer) {
        const char* const key = layer.settings.contains("batch_input_shape") ? "batch_input_shape" : "batch_shape";
        if (!layer.settings.contains(key)) layer.refuse("it has no input that is known");
        add({"InputLayer", "", {{"name", ""}, {"batch_shape", layer.settings.at(key)}}, {}});
        layer.settings.erase(key);
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
    static std::vector<std::string> inputs_of(const Json& nodes, const KerasLayer& layer) {
        if (!nodes.is_array()) layer.refuse("its inbound_nodes are no list");
        if (nodes.size() > 1)
            layer.refuse(sentence("it is called ", nodes.size(), " times; a layer that is shared has no spelling"));
        std::vector<std::string> inputs;
        if (nodes.empty()) return inputs;
        const Json& node = nodes[0];
        if (node.is_object()) {
            for (const Json& argument : node.at("args")) collect(argument, inputs, layer, 0);
            check_arguments(node.value("kwargs", Json::object()), layer);
        } else {
            collect(node, inputs, layer, 0);
        }
        return inputs;
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
    std::string output_;
};

}  // namespace denim::inline DENIM_TARGET::detail
