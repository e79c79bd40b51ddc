// SPDX-License-Identifier: MIT
#pragma once

// The weights in Keras's own files: .keras (a zip archive with config.json and model.weights.h5), .weights.h5, and the older .h5.

#include <denim/exchange/foreign_weights.hpp>
#include <denim/exchange/import_weights.hpp>
#include <denim/exchange/keras_listing.hpp>
#include <denim/exchange/spell_keras.hpp>
#include <denim/format/hdf5.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What a file of Keras's holds: its arrays, and the epsilon of each BatchNorm as far as the file tells them.
struct KerasWeights : ForeignWeights {
    std::vector<double> batch_norm_epsilons = {};
};

namespace detail {

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
        if (!listing.layers.empty() && all_.batch_norm_epsilons.empty()) all_.batch_norm_epsilons = listing.epsilons();
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
            std::ranges::stable_sort(weights, {}, [&](const std::string& weight) { return places.at(inner_of(weight)); });
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

    const Hdf5& file_;
    KerasWeights all_;
    std::set<std::string> taken_;
};

}  // namespace detail

/// Reads the weights of a .keras archive, of `model.save_weights("x.weights.h5")`, or of Keras's older .h5 files with or without the model. The
/// order is that of the layers, except in a .weights.h5 file, which tells none. For trusted sources: HDF5's library is not hardened.
inline KerasWeights read_keras_weights(const std::filesystem::path& path) {
    const ByteSource source{path};
    const std::string kind = detail::file_kind(source);
    if (kind == "a Keras model (.keras)") {
        const detail::KerasListing listing = detail::KerasListing::of(detail::keras_config(source), source.name() + ", config.json");
        const detail::ZipDirectory directory{source};
        const std::string inside = source.name() + ", model.weights.h5";
        const detail::ZipEntry* const entry = directory.find("model.weights.h5");
        if (!entry) source.fail("a Keras archive was expected, it has no model.weights.h5");
        const auto stream = detail::ZipDirectory::open(source, *entry, inside);
        std::vector<std::byte> bytes;
        for (std::uint64_t left = stream->size(); left > 0;) {  // piece by piece, whatever the archive says of its size
            const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, 1 << 24));
            bytes.resize(bytes.size() + piece);
            stream->read(std::span{bytes}.last(piece));
            left -= piece;
        }
        const Hdf5 file{inside, bytes};
        return detail::KerasArrays{file, source.name()}.take(listing);
    }
    if (!kind.starts_with("an HDF5 file"))
        source.fail("a .keras or an HDF5 file was expected" + (kind.empty() ? kind : ", this is " + kind));
    const Hdf5 file{path};
    detail::KerasListing listing;
    if (file.has_attribute("", "model_config"))
        for (const std::string& text : file.texts("", "model_config"))
            listing = detail::KerasListing::of(text, file.name() + ", model_config");
    return detail::KerasArrays{file, source.name()}.take(listing);
}

/// Reads weights from Keras's own file: import_weights(network, "model.keras"). The epsilon of its BatchNorm layers is kept where the file
/// has it; `options` say the rest, as for other files. For trusted sources.
template <class Network>
void import_weights(Network& network, const std::filesystem::path& file, WeightOptions options = {}) {
    const KerasWeights weights = read_keras_weights(file);
    if (!options.batch_norm_epsilon && !weights.batch_norm_epsilons.empty()) {
        options.batch_norm_epsilon = weights.batch_norm_epsilons.front();
        for (const double other : weights.batch_norm_epsilons)
            if (other != *options.batch_norm_epsilon)
                throw FileError(weights.file, detail::sentence("its BatchNorm layers have several epsilons, ", *options.batch_norm_epsilon, " and ",
                                                               other, "; one was expected: give a .batch_norm_epsilon"));
    }
    detail::take_weights(network, weights, WeightLayout::keras, options);
}

}  // namespace denim::inline DENIM_TARGET
