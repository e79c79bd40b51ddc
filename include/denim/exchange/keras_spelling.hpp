// SPDX-License-Identifier: MIT
#pragma once

// From the layers of a Keras model to Denim's words for them.

#include <denim/exchange/keras_activations.hpp>
#include <denim/exchange/keras_model.hpp>
#include <denim/exchange/keras_norms.hpp>
#include <denim/exchange/keras_settings.hpp>
#include <denim/exchange/keras_windows.hpp>
#include <denim/exchange/layer_chain.hpp>
#include <denim/layer/spelling_table.hpp>
#include <denim/machine/number_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Follows the layers of a Keras model from its input to its output and spells each.
class KerasSpelling {
public:
    using Json = nlohmann::json;

    explicit KerasSpelling(const KerasModel& model) : model_(model) {
        for (const KerasLayer& layer : model.layers()) {
            try {
                values_.insert_or_assign(layer.name, visit(layer));
                ++number_;
            } catch (const std::invalid_argument& error) {
                layer.refuse(error.what());
            }
        }
    }
    /// A softmax at the end is left out: Denim's networks give logits. `source` of a layer is its number in the model.
    [[nodiscard]] SpelledNetwork network() const {
        const Value& last = values_.at(model_.output());
        SpelledNetwork network = (last.logits ? *last.logits : last.chain).network();
        network.without_softmax = last.logits.has_value();
        return network;
    }

private:
    /// What a layer gives.
    struct Value {
        LayerChain chain;
        int axes = 4;                             // (batch, height, width, channels); of a sequence 3, of a row of numbers 2
        std::optional<LayerChain> logits = {};    // what a softmax was taken of
        std::set<std::string> learned_by = {};    // the layers with weights on the way to it

        [[nodiscard]] bool row() const { return axes == 2; }
    };

    Value visit(const KerasLayer& layer) {
        KerasSettings settings{layer.settings};
        Value value = layer.kind == "InputLayer" ? input(settings) : layer.inputs.size() == 1 ? values_.at(layer.inputs[0]) : join(layer, settings);
        value.logits.reset();
        apart_ = !layer.inputs.empty() && model_.reads(layer.inputs[0]) > 1;
        shared_ = model_.reads(layer.name) > 1;
        if (layer.inputs.size() == 1) apply(layer, settings, value);
        settings.refuse_others();
        return value;
    }

    static Value input(KerasSettings& settings) {
        const char* const key = settings.value("batch_shape").is_null() ? "batch_input_shape" : "batch_shape";
        const Json& shape = settings.value(key);
        const auto known = [](const Json& extent) { return extent.is_number(); };
        if (!shape.is_array() || shape.size() < 2 || shape.size() > 4 || !std::all_of(shape.begin() + 1, shape.end(), known))
            settings.refuse(key, "pictures (height, width, channels), sequences (length, channels) or vectors of known size were expected");
        for (const char* const kind : {"sparse", "ragged", "optional"}) settings.require(kind, false, "a dense array was expected");
        std::array<std::size_t, 3> extents{1, 1, 1};  // height, width, channels
        for (std::size_t axis = 1; axis < shape.size(); ++axis) extents[3 - shape.size() + axis] = settings.size_of(key, shape[axis]);
        return {LayerChain{Shape{extents[0], extents[1], extents[2]}}, static_cast<int>(shape.size())};
    }

    // Of several values one.
    Value join(const KerasLayer& layer, KerasSettings& settings) const {
        std::vector<LayerChain> branches;
        Value value = values_.at(layer.inputs[0]);
        for (const std::string& name : layer.inputs) {
            const Value& branch = values_.at(name);
            if (branch.axes != value.axes)
                throw std::invalid_argument(sentence("values of ", value.axes, " and of ", branch.axes, " axes together have no spelling"));
            value.learned_by.insert(branch.learned_by.begin(), branch.learned_by.end());
            branches.push_back(branch.chain);
        }
        if (layer.kind == "Concatenate") {
            settings.require_channels("axis", value.axes, "a concatenation of channels was expected");
            value.chain = LayerChain::concatenation(std::move(branches));
        } else if (layer.kind == "CustomScaleLayer" && branches.size() == 2) {  // of InceptionResNetV2
            branches[1].layer("Rescale", {shortest_text(static_cast<float>(settings.number("scale", 1)))});
            value.chain = LayerChain::sum(branches[0], branches[1]);
        } else if (layer.kind == "Add" || layer.kind == "Multiply") {
            value.chain = branches[0];
            for (std::size_t n = 1; n < branches.size(); ++n) value.chain = (layer.kind == "Add" ? LayerChain::sum : LayerChain::product)(value.chain, branches[n]);
        } else {
            throw std::invalid_argument(sentence("one input was expected, it has ", branches.size(), ", or Denim has no layer for it"));
        }
        require_once(value);
        return value;
    }
    // A layer that stands in two branches of three, or in a Residual and beside it, would be spelled twice, with weights of its own.
    static void require_once(const Value& value) {
        std::size_t spelled = 0;
        each_leaf(value.chain.network().layers, "", [&](const SpelledLayer& layer, const std::string&) { spelled += layer.source ? 1 : 0; });
        if (spelled != value.learned_by.size()) throw std::invalid_argument("its branches share layers in a way that has no spelling");
    }

    void apply(const KerasLayer& layer, KerasSettings& settings, Value& value) const {
        const bool along_row = layer.kind.ends_with("1D"), over_windows = along_row || layer.kind.ends_with("2D");
        const std::string kind = over_windows ? layer.kind.substr(0, layer.kind.size() - 2) : layer.kind;
        LayerChain& chain = value.chain;
        if (over_windows && value.axes != (along_row ? 3 : 4))
            throw std::invalid_argument(sentence(along_row ? "a sequence" : "a picture", " was expected, ",
                                                 value.row() ? "a row of numbers" : along_row ? "a picture" : "a sequence", " came"));
        if (kind == "Conv" || kind == "DepthwiseConv" || kind == "SeparableConv") {
            convolve(kind, settings, value, along_row);
        } else if (kind == "MaxPooling" || kind == "AveragePooling") {
            const auto size = settings.pair("pool_size", along_row ? std::array<std::size_t, 2>{1, 2} : std::array<std::size_t, 2>{2, 2}, along_row);
            chain.pool(kind == "MaxPooling" ? "Max" : "Average", keras_windows(settings, size, settings.pair("strides", size, along_row), along_row));
        } else if (kind == "GlobalMaxPooling" || kind == "GlobalAveragePooling") {
            settings.require_channels_last();
            chain.global_pool(kind == "GlobalMaxPooling" ? "Max" : "Average");
            if (!settings.flag("keepdims", false)) value.axes = 2;
        } else if (kind == "Dense") {
            const std::size_t units = settings.size("units");
            const bool bias = settings.flag("use_bias", true), of_pixels = chain.shape().height * chain.shape().width != 1;
            of_pixels ? chain.conv({}, units, bias) : chain.dense(units, bias);
            settings.require_plain_weights(), activate(settings, value, false);
        } else if (kind == "ZeroPadding" || kind == "Cropping") {
            spell_keras_edges(kind == "ZeroPadding", settings, chain, along_row);
        } else if (auto norm = keras_norm(kind, settings, value.axes, chain.shape().channels)) {
            chain.layer(std::move(*norm));
        } else if (kind == "PReLU") {
            const Json &shared = settings.value("shared_axes"), of_channels = value.axes == 4 ? Json{1, 2} : Json{1};
            const bool one_pixel = chain.shape().height * chain.shape().width == 1;
            if (value.row() ? !shared.is_null() : shared != of_channels && !(shared.is_null() && one_pixel))
                settings.refuse("shared_axes", value.row() ? "a PReLU with a slope for each number was expected"
                                                           : "a PReLU with a slope for each channel was expected, shared_axes=[1, 2]");
            chain.layer("PReLU");
        } else if (layer.number) {
            operate(layer, value);
        } else if (kind == "Dropout") {
            settings.learning_only({"seed"});
            const std::string rate = shortest_text(settings.number("rate", 0.5));
            Json of_samples(static_cast<std::size_t>(value.axes), 1);
            of_samples[0] = nullptr;
            settings.value("noise_shape") == of_samples ? chain.layer("StochasticDepth", {rate}) : chain.dropout();
        } else if (kind == "Flatten") {
            settings.require_channels_last();
            chain.flatten(shared_);
            value.axes = 2;
        } else if (kind == "Reshape") {
            reshape(settings, value);
        } else {
            activate_layer(kind, settings, value);
        }
        if (value.logits) value.logits->came_from(number_);
        if (chain.came_from(number_)) value.learned_by.insert(layer.name);
    }

    // x + 3 and x * 3.
    void operate(const KerasLayer& layer, Value& value) const {
        if (const auto x = model_.hard_sigmoid_of(layer)) {
            value = values_.at(*x);
            return activate("hard_sigmoid", value, model_.reads(*x) > 1);
        }
        std::vector<std::string> parts{shortest_text(static_cast<float>(*layer.number))};
        if (layer.kind == "Add") parts.insert(parts.begin(), "1");
        value.chain.layer("Rescale", std::move(parts));
    }

    static void convolve(const std::string& kind, KerasSettings& settings, Value& value, bool along_row) {
        const auto size = keras_windows(settings, settings.pair("kernel_size", along_row), settings.pair("strides", {1, 1}, along_row), along_row);
        const bool bias = settings.flag("use_bias", true);
        if (kind == "Conv") {
            const std::size_t filters = settings.size("filters"), groups = settings.value("groups").is_null() ? 1 : settings.size("groups");
            const bool one_each = groups > 1 && groups == value.chain.shape().channels && groups == filters;
            one_each ? value.chain.depthwise_conv(size, bias) : value.chain.conv(size, filters, bias, groups);
            settings.require_plain_weights();
        } else {
            settings.require("depth_multiplier", 1, "more than one filter for each channel has no spelling");
            settings.require("groups", 1, "a " + kind + " has a group for each channel");
            kind == "DepthwiseConv" ? value.chain.depthwise_conv(size, bias) : value.chain.conv(size, settings.size("filters"), bias, 1, "SeparableConv");
        }
        activate(settings, value, false);
    }

    // Neutral for a picture of one pixel or as it is, a Flatten where one number for each axis but the batch's is asked for.
    void reshape(KerasSettings& settings, Value& value) const {
        const Json& target = settings.value("target_shape");
        const Shape shape = value.chain.shape();
        const auto is = [&](const Json& json, std::size_t size) { return json == size; };
        const auto last = [&](std::size_t size) { return is(target.back(), size) || target.back() == -1; };
        if (target.is_array() && target.size() == 1 && last(shape.size())) {
            value.chain.flatten(shared_);
            value.axes = 2;
        } else if (target.is_array() && target.size() == 3 && is(target[0], shape.height) && is(target[1], shape.width) && last(shape.channels)) {
            value.axes = 4;
        } else if (target.is_array() && target.size() == 2 && shape.height == 1 && is(target[0], shape.width) && last(shape.channels)) {
            value.axes = 3;
        } else {
            settings.refuse("target_shape", "a Reshape that moves numbers has no spelling");
        }
    }

    void activate_layer(const std::string& kind, KerasSettings& settings, Value& value) const {
        if (kind == "Activation") {
            activate(settings, value, apart_);
        } else if (kind == "Softmax") {
            settings.require_channels("axis", value.axes, "a softmax over the channels was expected");
            activate("softmax", value, apart_);
        } else if (const std::string name = keras_activation(kind, settings); !name.empty()) {
            activate(name, value, apart_);
        } else if (const auto word = word_of_class(kind)) {
            settings.require_channels("axis", value.axes, "a " + kind + " of the channels was expected");
            settings.learning_only({"init_values", "projection_dim"});
            value.chain.layer(*word);
        } else {
            throw std::invalid_argument("Denim has no layer for it");
        }
    }
    static void activate(KerasSettings& settings, Value& value, bool apart) {
        const Json& activation = settings.value("activation");
        if (activation.is_null()) return;
        if (!activation.is_string()) settings.refuse("activation", "an activation of Keras's by its name was expected");
        activate(activation.get<std::string>(), value, apart);
    }
    static void activate(const std::string& name, Value& value, bool apart) {
        if (name == "softmax" && value.chain.shape().height * value.chain.shape().width == 1) value.logits = value.chain;
        value.chain.activate(name, apart);
    }

    const KerasModel& model_;
    std::map<std::string, Value> values_;
    std::size_t number_ = 0;               // of the layer that is visited
    bool apart_ = false, shared_ = false;  // whether others read what the layer reads, and whether several read what it gives
};

}  // namespace denim::inline DENIM_TARGET::detail
