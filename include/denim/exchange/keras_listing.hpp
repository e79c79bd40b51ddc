// SPDX-License-Identifier: MIT
#pragma once

// The layers of a Keras model in the order in which Keras keeps them, with the models within: as far as a file of weights needs it.

#include <denim/format/weights_metadata.hpp>
#include <denim/machine/file_error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// "batch_normalization" of "BatchNormalization", "p_re_lu" of "PReLU": as Keras names groups by classes.
inline std::string snake_case(std::string_view name) {
    const auto upper = [](char letter) { return letter >= 'A' && letter <= 'Z'; };
    const auto lower = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    std::string text;
    for (std::size_t n = 0; n < name.size(); ++n) {
        const bool begins = n > 0 && upper(name[n]) && (lower(name[n - 1]) || (n + 1 < name.size() && lower(name[n + 1])));
        if (begins) text += '_';
        text += upper(name[n]) ? static_cast<char>(name[n] - 'A' + 'a') : name[n];
    }
    return text;
}

/// From config.json.
struct KerasListing {
    /// A layer, or a model with those within it.
    struct Layer {
        std::string kind = {}, name = {};
        std::vector<std::string> variables = {};  // their usual names in order, where the class is known
        double epsilon = 0;                       // of a BatchNormalization
        bool is_model = false;
        std::vector<Layer> within = {};
    };

    std::vector<Layer> layers;

    /// Throws FileError for a text that describes no model; a model of a class of one's own lists no layers.
    static KerasListing of(const std::string& text, const std::string& file) {
        if (deepest_bracket(text) > 64) throw FileError(file, "the model nests too deep");
        try {
            return {layers_of(nlohmann::json::parse(text).at("config"))};
        } catch (const nlohmann::json::exception& error) {
            throw FileError(file, std::string{"it does not describe a model as Keras does: "} + error.what());
        }
    }

    [[nodiscard]] const Layer* find(std::string_view name) const {
        for (const Layer& layer : layers)
            if (layer.name == name) return &layer;
        return nullptr;
    }

    /// The epsilon of each BatchNormalization, under its name and those of the models around it: "backbone/bn1".
    [[nodiscard]] std::map<std::string, double> epsilons() const {
        std::map<std::string, double> all;
        add_epsilons(layers, "", all);
        return all;
    }

    /// The layers of a model, and of models in it.
    static std::vector<std::string> names_within(const Layer& model) {
        std::vector<std::string> all;
        for (const Layer& layer : model.within) {
            if (layer.is_model)
                for (std::string& name : names_within(layer)) all.push_back(std::move(name));
            else
                all.push_back(layer.name);
        }
        return all;
    }

private:
    using Json = nlohmann::json;

    static std::vector<Layer> layers_of(const Json& config) {
        std::vector<Layer> all;
        const Json none = Json::array();
        const Json& list = config.is_array() ? config : config.contains("layers") ? config.at("layers") : none;
        for (const Json& json : list) {
            const Json& settings = json.at("config");
            Layer layer{.kind = json.at("class_name").get<std::string>()};
            layer.is_model = settings.is_array() || settings.contains("layers");
            if (settings.is_object()) layer.name = settings.value("name", "");
            if (layer.is_model)
                layer.within = layers_of(settings);
            else
                layer.variables = variables_of(layer.kind, settings);
            if (layer.kind == "BatchNormalization") layer.epsilon = settings.value("epsilon", 1e-3);
            all.push_back(std::move(layer));
        }
        return all;
    }

    static std::vector<std::string> variables_of(const std::string& kind, const Json& settings) {
        std::vector<std::string> all;
        const auto add = [&](const char* key, const char* name) {
            if (settings.value(key, true)) all.emplace_back(name);
        };
        if (kind == "Normalization") {
            all = {"mean", "variance", "count"};
        } else if (kind.ends_with("Normalization")) {
            add("scale", "gamma"), add("center", "beta");
            if (kind == "BatchNormalization") all.insert(all.end(), {"moving_mean", "moving_variance"});
        } else if (kind == "PReLU") {
            all = {"alpha"};
        } else if (kind == "LayerScale") {  // of ConvNeXt, in keras.applications
            all = {"gamma"};
        } else if (kind.starts_with("SeparableConv")) {
            all = {"depthwise_kernel", "pointwise_kernel"}, add("use_bias", "bias");
        } else if (kind == "Dense" || kind.starts_with("Conv") || kind.starts_with("DepthwiseConv")) {
            all = {"kernel"}, add("use_bias", "bias");
        }
        return all;
    }

    static void add_epsilons(const std::vector<Layer>& layers, const std::string& before, std::map<std::string, double>& all) {
        for (const Layer& layer : layers) {
            if (layer.epsilon > 0) all.emplace(before + layer.name, layer.epsilon);
            add_epsilons(layer.within, before + layer.name + "/", all);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::detail
