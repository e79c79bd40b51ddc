// SPDX-License-Identifier: MIT
#pragma once

// A Keras model, from its .keras file (a zip archive with config.json) or from the text of model.to_json(). Keras's older .h5
// files are HDF5, which is not read: keras.models.load_model("x.h5").save("x.keras") turns one into the other.

#include <denim/format/layer_chain.hpp>
#include <denim/format/weights_metadata.hpp>
#include <denim/format/zip_directory.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Follows the layers of a Sequential or functional Keras model and spells each.
class KerasSpelling {
public:
    using Json = nlohmann::json;

    explicit KerasSpelling(const Json& model) {
        const std::string kind = model.at("class_name");
        if (kind != "Sequential" && kind != "Functional" && kind != "Model")
            throw std::invalid_argument("a Sequential or functional model was expected, " + in_quotes(kind) + " came");
        const Json& config = model.at("config");
        const Json& layers = config.is_array() ? config : config.at("layers");
        std::string before;
        for (const Json& layer : layers) {
            const Json& settings = layer.at("config");
            const std::string name = settings.at("name");
            std::vector<std::string> inputs;
            if (kind == "Sequential" && !before.empty()) inputs.push_back(before);
            if (kind != "Sequential" && layer.contains("inbound_nodes")) collect(layer.at("inbound_nodes"), inputs, 0);
            try {
                visit(layer.at("class_name"), settings, name, inputs);
            } catch (const std::invalid_argument& error) {
                throw std::invalid_argument("the layer " + in_quotes(name) + " (" + std::string{layer.at("class_name")} +
                                            "): " + error.what());
            }
            before = name;
        }
        last_ = before;
        if (kind != "Sequential" && config.contains("output_layers")) {
            std::vector<std::string> outputs;
            collect(config.at("output_layers"), outputs, 0);
            if (outputs.size() != 1) throw std::invalid_argument("one output was expected");
            last_ = outputs[0];
        }
    }
    [[nodiscard]] std::string spelling(const std::string& name) const {
        const auto result = chains_.find(last_);
        if (result == chains_.end()) throw std::invalid_argument("there is no layer");
        return result->second.spelling(name);
    }

private:
    // The names of layers in what Keras 2 or 3 writes of connections: ["name", 0, 0] or {"keras_history": ["name", 0, 0]}.
    static void collect(const Json& json, std::vector<std::string>& names, int depth) {
        if (depth > 20) throw std::invalid_argument("connections nest too deep");
        if (json.is_array() && json.size() >= 3 && json[0].is_string() && json[1].is_number())
            names.push_back(json[0]);
        else if (json.is_structured())
            for (const Json& part : json) collect(part, names, depth + 1);
    }

    void visit(const std::string& kind, const Json& settings, const std::string& name, const std::vector<std::string>& inputs) {
        const char* const shape_key = settings.contains("batch_shape") ? "batch_shape" : "batch_input_shape";
        if (kind == "InputLayer" || (inputs.empty() && settings.contains(shape_key))) {
            const Json& shape = settings.at(shape_key);
            if (!shape.is_array() || shape.size() != 4 || !shape[1].is_number() || !shape[2].is_number() ||
                !shape[3].is_number())
                throw std::invalid_argument("pictures (height, width, channels) of known size were expected");
            const Shape picture{size(shape[1]), size(shape[2]), size(shape[3])};
            if (kind == "InputLayer") {
                chains_.emplace(name, LayerChain{picture});
                return;
            }
            chains_.emplace("", LayerChain{picture});
        }
        const auto from = [&](std::size_t n) -> const LayerChain& {
            const auto found = chains_.find(n < inputs.size() ? inputs[n] : "");
            if (found == chains_.end()) throw std::invalid_argument("it has no input that is known");
            return found->second;
        };
        LayerChain chain = from(0);
        if (kind == "Add") {
            if (inputs.size() != 2) throw std::invalid_argument("a sum of two was expected");
            chain = LayerChain::sum(chain, from(1));
        } else if (kind == "Concatenate") {
            const int axis = settings.value("axis", -1);
            if (axis != -1 && axis != 3) throw std::invalid_argument("a concatenation of channels was expected");
            std::vector<LayerChain> branches;
            for (std::size_t n = 0; n < inputs.size(); ++n) branches.push_back(from(n));
            chain = LayerChain::concatenation(branches);
        } else {
            apply(kind, settings, chain);
        }
        chains_.insert_or_assign(name, std::move(chain));
    }

    void apply(const std::string& kind, const Json& settings, LayerChain& chain) {
        if (settings.value("data_format", "channels_last") != "channels_last")
            throw std::invalid_argument("channels_last was expected");
        if (kind == "Conv2D") {
            chain.conv(windows(settings, "kernel_size"), size(settings.at("filters")), settings.value("use_bias", true),
                       size(settings.value("groups", Json(1u))));
            activate(settings, chain);
        } else if (kind == "DepthwiseConv2D") {
            if (settings.value("depth_multiplier", 1) != 1)
                throw std::invalid_argument("more than one filter for each channel has no spelling");
            chain.depthwise_conv(windows(settings, "kernel_size"), settings.value("use_bias", true));
            activate(settings, chain);
        } else if (kind == "MaxPooling2D" || kind == "AveragePooling2D") {
            chain.pool(kind == "MaxPooling2D" ? "Max" : "Average", windows(settings, "pool_size"));
        } else if (kind == "GlobalMaxPooling2D" || kind == "GlobalAveragePooling2D") {
            chain.global_pool(kind == "GlobalMaxPooling2D" ? "Max" : "Average");
        } else if (kind == "Dense") {
            if (chain.shape().height * chain.shape().width != 1)
                throw std::invalid_argument("a Dense without a Flatten in front has no spelling");
            chain.dense(size(settings.at("units")), settings.value("use_bias", true));
            activate(settings, chain);
        } else if (kind == "BatchNormalization") {
            if (settings.value("epsilon", 1e-3) != 1e-3)
                throw std::invalid_argument("a BatchNorm with an epsilon other than 1e-3 has no spelling");
            chain.batch_norm();
        } else if (kind == "LayerNormalization") {
            const Json axis = settings.value("axis", Json(-1));
            if (axis != -1 && axis != 3 && axis != Json{-1} && axis != Json{3})
                throw std::invalid_argument("a LayerNorm over the channels was expected");
            if (settings.value("epsilon", 1e-3) != 1e-3)
                throw std::invalid_argument("a LayerNorm with an epsilon other than 1e-3 has no spelling");
            chain.layer_norm();
        } else if (kind == "Dropout") {
            chain.dropout();
        } else if (kind == "ReLU") {
            const Json most = settings.value("max_value", Json{});
            if (!most.is_null() || settings.value("negative_slope", 0.0) != 0 || settings.value("threshold", 0.0) != 0)
                throw std::invalid_argument("a ReLU that is cut off, tilted or moved has no spelling");
            chain.activate("relu");
        } else if (kind == "LeakyReLU") {
            if (std::abs(settings.value("negative_slope", settings.value("alpha", 0.3)) - 0.3) > 1e-6)
                throw std::invalid_argument("a LeakyReLU with a slope other than 0.3 has no spelling");
            chain.activate("leaky_relu of 0.3");
        } else if (kind == "ELU") {
            if (settings.value("alpha", 1.0) != 1)
                throw std::invalid_argument("an ELU with an alpha other than 1 has no spelling");
            chain.activate("elu");
        } else if (kind == "Activation") {
            activate(settings, chain);
        } else if (kind == "Flatten") {
            chain.flatten();
        } else if (kind != "Softmax") {
            throw std::invalid_argument("Denim has no layer for it");
        }
    }

    // A softmax at the end is left out: Denim's networks give logits.
    static void activate(const Json& settings, LayerChain& chain) {
        const Json activation = settings.value("activation", Json{});
        const std::string name = activation.is_string() ? std::string{activation}
                                 : activation.is_null() ? "linear"
                                                        : "of another kind";
        if (name != "softmax") chain.activate(name);
    }
    static std::size_t size(const Json& number) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() == 0 || number.get<std::uint64_t>() > 1'000'000)
            throw std::invalid_argument("a size was expected, " + in_quotes(number.dump()) + " came");
        return number.get<std::size_t>();
    }
    static std::array<std::size_t, 2> pair(const Json& settings, const char* key) {
        if (!settings.contains(key) || settings.at(key).is_null()) return {1, 1};
        const Json& value = settings.at(key);
        if (value.is_array() && value.size() == 2) return {size(value[0]), size(value[1])};
        return {size(value), size(value)};
    }
    static LayerChain::Windows windows(const Json& settings, const char* key) {
        const auto step =
            settings.contains("strides") && !settings.at("strides").is_null() ? pair(settings, "strides") : pair(settings, key);
        return {.size = pair(settings, key),
                .step = step,
                .dilation = pair(settings, "dilation_rate"),
                .same = settings.value("padding", "valid") == "same"};
    }

    std::map<std::string, LayerChain> chains_;
    std::string last_;
};

/// config.json of a .keras archive, or the source itself.
inline std::string keras_config(const ByteSource& source) {
    constexpr std::uint64_t most = 1 << 26;
    std::array<std::byte, 2> begin{};
    if (source.size() < 2) source.fail("a Keras model was expected, it has less than 2 bytes");
    source.read(0, begin);
    std::string text;
    const auto room = [&](std::uint64_t size) {
        if (size > most) source.fail(sentence("a Keras model of at most ", most, " bytes was expected, it has ", size));
        text.resize(static_cast<std::size_t>(size));
        return std::as_writable_bytes(std::span{text});
    };
    if (begin[0] == std::byte{'P'} && begin[1] == std::byte{'K'}) {
        const ZipDirectory directory{source};
        const ZipEntry* const entry = directory.find("config.json");
        if (!entry) source.fail("a Keras archive was expected, it has no config.json");
        const auto stream = ZipDirectory::open(source, *entry, source.name() + ", config.json");
        stream->read(room(stream->size()));
    } else {
        source.read(0, room(source.size()));
    }
    return text;
}

}  // namespace detail

/// The type that computes what the Keras model computes, up to its logits: "using NAME = denim::Network<...>;". Throws
/// FileError for what has no spelling.
inline std::string spell_keras(const ByteSource& source, const std::string& name = "Model") {
    const std::string text = detail::keras_config(source);
    if (detail::deepest_bracket(text) > 64) source.fail("the model nests too deep");
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object())
        source.fail(
            "a .keras file or the text of model.to_json() was expected (.h5 files are not read: save the model as .keras)");
    try {
        return detail::KerasSpelling{json}.spelling(name);
    } catch (const std::invalid_argument& error) {
        source.fail(error.what());
    } catch (const nlohmann::json::exception& error) {
        source.fail(std::string{"it does not describe a model as Keras does: "} + error.what());
    }
}

}  // namespace denim::inline DENIM_TARGET
