// SPDX-License-Identifier: MIT
#pragma once

// The arrays in an HDF5 file of Keras's, in the order of its layers where something tells it.

#include <denim/exchange/foreign_weights.hpp>
#include <denim/exchange/keras_listing.hpp>
#include <denim/exchange/spell_keras.hpp>
#include <denim/format/hdf5.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What a file of Keras's holds: its arrays, and the network in Denim's words, where it has the model and there is a spelling.
struct KerasWeights : ForeignWeights {
    std::optional<SpelledKeras> spelled = {};
};

namespace detail {

/// Whether an array of this name before its last word is one of the layer: "functional/conv1" of an older file is of "conv1".
inline bool is_of_layer(std::string_view name, std::string_view layer) {
    return name == layer || (name.ends_with(layer) && name.size() > layer.size() && name[name.size() - layer.size() - 1] == '/');
}

/// The array of a layer that is what the row is; nothing if there is not one.
inline const ForeignTensor* array_of(const ForeignWeights& file, const std::string& layer, const std::string& row) {
    const WeightName ours = parse_weight_name(row);
    const std::string_view kind = ours.layer == "0" ? "depthwise_kernel" : ours.layer == "1" && ours.slot == 0 ? "pointwise_kernel" : "";
    const ForeignTensor* found = nullptr;
    for (const ForeignTensor& tensor : file.tensors) {
        const WeightName theirs = parse_weight_name(tensor.name);
        if (theirs.slot != ours.slot || !is_of_layer(theirs.layer, layer) || (!kind.empty() && theirs.kind != kind)) continue;
        if (theirs.layer == layer) return &tensor;
        if (found) return nullptr;
        found = &tensor;
    }
    return found;
}

/// The configuration of the model in an .h5 file; empty if it has none.
inline std::string model_config(const Hdf5& file) {
    std::string config;
    if (file.has_attribute("", "model_config"))
        for (const std::string& text : file.texts("", "model_config")) config = text;
    return config;
}

/// Puts the arrays of one HDF5 file one behind another.
class KerasArrays {
public:
    KerasArrays(const Hdf5& file, const std::string& name) : file_(file) { all_.file = name; }

    /// `listing` as config.json or the attribute model_config has it, empty where there is none.
    KerasWeights take(const KerasListing& listing) {
        if (file_.has_attribute("", "layer_names") || file_.has_attribute("", "layer_names0"))
            take_legacy("", listing);
        else if (file_.has("model_weights"))
            take_legacy("model_weights", listing);
        else if (listing.layers.empty())
            take_unlisted();
        else
            take_listed(listing.layers, "", "");
        if (all_.tensors.empty()) file_.fail("weights that Keras wrote were expected, this HDF5 file has none");
        const auto epsilons = listing.epsilons();
        for (ForeignTensor& tensor : all_.tensors)
            if (const WeightName name = parse_weight_name(tensor.name); name.slot == 3)
                if (const std::string* const layer = layer_of(name.layer, epsilons)) tensor.epsilon = epsilons.at(*layer);
        return std::move(all_);
    }

private:
    void add(const std::string& name, const std::string& path) {
        if (!taken_.insert(path).second) return;
        if (name.ends_with("/count") || name.ends_with("/count:0")) return;  // of the pictures that a Normalization saw: no weight
        try {
            const AnyArray array = file_.read(path);
            all_.tensors.push_back({name, array.shape, array.as<float>()});
        } catch (const std::range_error& error) {
            file_.fail("array " + in_quotes(path) + ": " + error.what());
        }
    }

    // Lists are one attribute, or pieces with a number behind the name where they are long.
    [[nodiscard]] std::vector<std::string> list(const std::string& path, const std::string& attribute) const {
        if (file_.has_attribute(path, attribute)) return file_.texts(path, attribute);
        std::vector<std::string> all;
        std::size_t piece = 0;
        for (; file_.has_attribute(path, attribute + std::to_string(piece)); ++piece)
            for (std::string& text : file_.texts(path, attribute + std::to_string(piece))) all.push_back(std::move(text));
        if (piece == 0) file_.fail(in_quotes(path) + ": a list " + in_quotes(attribute) + " was expected");
        return all;
    }

    // "model_weights/conv/conv/kernel:0", in the order of lists; what learns stands in front of what does not in each nested model.
    void take_legacy(const std::string& top, const KerasListing& listing) {
        all_.ordered = true;
        for (const std::string& layer : list(top, "layer_names")) {
            const std::string group = top + "/" + layer;
            std::vector<std::string> weights = list(group, "weight_names");
            const auto inner_of = [](const std::string& weight) {
                const auto end = weight.rfind('/');
                return end == weight.npos ? std::string{} : weight.substr(0, end);
            };
            std::map<std::string, std::size_t> places;
            for (const std::string& weight : weights) places.emplace(inner_of(weight), places.size());
            if (const KerasListing::Layer* const known = listing.find(layer)) {
                const std::vector<std::string> names = KerasListing::names_within(*known);
                for (auto& [inner, place] : places) {
                    const std::string last = inner.substr(inner.rfind('/') + 1);
                    const auto found = std::ranges::find(names, last);
                    if (names.empty()) continue;
                    if (found == names.end() || std::ranges::count(names, last) != 1)
                        file_.fail("the order of the arrays of " + in_quotes(layer) + " is not told: its configuration has not one layer " +
                                   in_quotes(last));
                    place = static_cast<std::size_t>(found - names.begin());
                }
            }
            std::multimap<std::size_t, std::string> placed;  // equals in their order; std::stable_sort is a warning of clang 19
            for (std::string& weight : weights) placed.emplace(places.at(inner_of(weight)), std::move(weight));
            std::ranges::copy(std::views::values(placed), weights.begin());
            for (const std::string& weight : weights) {
                const bool told = weight.starts_with(layer + "/") || weight.find("/" + layer + "/") != weight.npos;
                add(told ? weight : layer + "/" + weight, group + "/" + weight);
            }
        }
    }

    // "layers/conv2d_1/vars/0", named by class and number: which of them is which layer is told by the configuration.
    void take_listed(std::span<const KerasListing::Layer> layers, const std::string& group, const std::string& names) {
        all_.ordered = true;
        std::string folder;
        for (const char* const known : container_names)
            if (folder.empty() && file_.has(group + known)) folder = group + known;
        if (folder.empty()) file_.fail(in_quotes(group + container_names[0]) + " was expected in the file, there is none");
        std::map<std::string, std::size_t> count;
        for (const KerasListing::Layer& layer : layers) {
            const std::string kind = snake_case(layer.kind);
            const std::size_t number = count[kind]++;
            const std::string place = folder + "/" + kind + (number == 0 ? "" : "_" + std::to_string(number));
            if (!file_.has(place)) continue;
            if (layer.is_model)
                take_listed(layer.within, place + "/", names + layer.name + "/");
            else
                take_variables(place, names + layer.name, layer.variables);
        }
        if (!group.empty()) return;
        std::vector<std::string> rest;
        collect(folder, rest, 0);
        for (const std::string& path : rest)
            if (!taken_.contains(path)) file_.fail("the array " + in_quotes(path) + " is of no layer that the configuration lists");
    }
    void take_variables(const std::string& layer, const std::string& name, const std::vector<std::string>& variables) {
        if (!file_.has(layer + "/vars")) return;
        std::vector<std::string> arrays = file_.names(layer + "/vars");
        std::ranges::sort(arrays, natural_less);
        const bool without_bias = arrays.size() + 1 == variables.size() && variables.back() == "bias";
        const bool known = arrays.size() == variables.size() || without_bias;
        for (std::size_t n = 0; n < arrays.size(); ++n) add(name + "/" + (known ? variables[n] : arrays[n]), layer + "/vars/" + arrays[n]);
    }

    // No order beyond the numbers behind each class: found by shapes and numbers, as those of a safetensors file.
    void take_unlisted() {
        std::string folder;
        for (const char* const known : container_names)
            if (folder.empty() && file_.has(known)) folder = known;
        std::vector<std::string> paths;
        if (!folder.empty()) collect(folder, paths, 0);
        std::set<std::string> layers;
        for (const std::string& path : paths)
            if (const auto at = path.rfind("/vars/"); at != path.npos) layers.insert(path.substr(0, at));
        for (const std::string& layer : layers) {
            std::string name = layer.substr(folder.size() + 1);
            for (const char* const known : container_names)
                for (std::size_t at; (at = name.find("/" + std::string{known} + "/")) != name.npos;)
                    name.erase(at, std::string_view{known}.size() + 1);
            const std::string last = name.substr(name.rfind('/') + 1);
            take_variables(layer, name, usual_variables(last.substr(0, last.find_last_not_of("_0123456789") + 1)));
        }
    }
    // Without configuration, by the class alone. A bias is the last one; the others have names if all are there.
    static std::vector<std::string> usual_variables(const std::string& kind) {
        if (kind.starts_with("separable_conv")) return {"depthwise_kernel", "pointwise_kernel", "bias"};
        if (kind == "normalization") return {"mean", "variance", "count"};
        if (kind == "batch_normalization") return {"gamma", "beta", "moving_mean", "moving_variance"};
        if (kind.ends_with("normalization")) return {"gamma", "beta"};
        if (kind == "p_re_lu") return {"alpha"};
        if (kind == "layer_scale") return {"gamma"};
        if (kind == "dense" || kind.starts_with("conv") || kind.starts_with("depthwise_conv")) return {"kernel", "bias"};
        return {};
    }

    void collect(const std::string& path, std::vector<std::string>& arrays, std::size_t depth) const {
        if (depth > 32) file_.fail("its groups nest too deep");
        if (file_.is_array(path)) arrays.push_back(path);
        for (const std::string& name : file_.names(path))
            if (name != "seed_generator") collect(path + "/" + name, arrays, depth + 1);
    }

    static constexpr std::array<const char*, 2> container_names{"layers", "_layer_checkpoint_dependencies"};  // of Keras 3, and of 2.12 to 2.15

    // "resnet/bn1" itself, or at the end of what an older file calls it.
    static const std::string* layer_of(const std::string& name, const std::map<std::string, double>& epsilons) {
        for (const auto& [layer, epsilon] : epsilons)
            if (is_of_layer(name, layer)) return &layer;
        return nullptr;
    }

    const Hdf5& file_;
    KerasWeights all_;
    std::set<std::string> taken_;
};

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
