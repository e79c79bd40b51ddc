// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_error.hpp>
#include <denim/machine/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What was done to the numbers of a picture before the network saw them: (number * scale - mean) / deviation, with one mean
/// and one deviation a channel, or none for 0 and 1.
struct Preprocessing {
    float scale = 1.0f / 255.0f;
    std::vector<float> mean = {}, deviation = {};

    friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

/// One input and what the network gave for it when it was saved: whoever loads it can compare.
struct SampleOutput {
    std::vector<float> input, output;

    friend bool operator==(const SampleOutput&, const SampleOutput&) = default;
};

namespace detail {

/// The picture of such an input, of every brightness.
DENIM_ONCE std::vector<float> sample_picture(std::size_t size);

}  // namespace detail

/// What stands beside the weights in their file.
struct WeightsMetadata {
    std::string architecture = {};
    std::vector<std::string> labels = {};
    std::vector<std::string> outputs = {};  // what each head gives: "classes", "labels" side by side, or "numbers"; empty: not said
    Preprocessing preprocessing = {};
    std::optional<SampleOutput> sample = {};
    std::string version = "1";                       // of this metadata
    std::map<std::string, std::string> others = {};  // anything else, under keys of one's own

    friend bool operator==(const WeightsMetadata&, const WeightsMetadata&) = default;
};

namespace detail {

/// How deep the brackets of a JSON text nest.
DENIM_ONCE int deepest_bracket(std::string_view text);

}  // namespace detail

/// The metadata as texts by key, as a safetensors file keeps them: `architecture` and `version` as they are, `labels`, `outputs`,
/// `preprocessing` and `sample` as JSON.
DENIM_ONCE std::map<std::string, std::string> write_metadata(const WeightsMetadata& metadata);

/// The way back; a file that other programs wrote may lack any of them. Throws FileError under the name of the file.
DENIM_ONCE WeightsMetadata read_metadata(const std::string& file, std::map<std::string, std::string> texts);

/// Compares what a network gives for the sample of its file with what it gave when it was saved: each number within
/// `tolerance`, relative to the largest. Throws FileError with the first that differs.
DENIM_ONCE void check_sample(const std::string& file, const SampleOutput& sample, const std::vector<float>& output,
                         float tolerance = 1e-3f);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <nlohmann/json.hpp>

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE std::vector<float> sample_picture(std::size_t size) {
    std::vector<float> picture(size);
    for (std::size_t n = 0; n < size; ++n) picture[n] = static_cast<float>(n * 97 % 256) / 255.0f;
    return picture;
}

DENIM_ONCE int deepest_bracket(std::string_view text) {
    int depth = 0, deepest = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '\\')
            ++i;
        else if (!quoted && (text[i] == '[' || text[i] == '{'))
            deepest = std::max(deepest, ++depth);
        else if (!quoted && (text[i] == ']' || text[i] == '}'))
            --depth;
    }
    return deepest;
}

/// A number, a text, or a list of them.
template <class Value>
Value metadata_value(const std::string& file, const std::string& key, const nlohmann::json& json) {
    if constexpr (std::is_same_v<Value, float>) {
        if (json.is_number() && std::fabs(json.get<double>()) <= std::numeric_limits<float>::max())
            return static_cast<float>(json.get<double>());
    } else if constexpr (std::is_same_v<Value, std::string>) {
        if (json.is_string()) return json.get<std::string>();
    } else if (json.is_array()) {
        Value values;
        for (const nlohmann::json& each : json) values.push_back(metadata_value<typename Value::value_type>(file, key, each));
        return values;
    }
    throw FileError(file,
                    "the metadata " + in_quotes(key) + " do not have the form that was expected: " + in_quotes(json.dump()));
}

/// Parses a short JSON text of a file: at most 16 MiB, at most four brackets deep.
inline nlohmann::json parse_metadata(const std::string& file, const std::string& key, std::string_view text) {
    if (deepest_bracket(text) > 4 || text.size() > (std::size_t{1} << 24))
        throw FileError(file, "the metadata " + in_quotes(key) + " are too deep or too long");
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) throw FileError(file, "the metadata " + in_quotes(key) + " are no JSON: " + in_quotes(text));
    return json;
}

/// JSON has no other numbers.
inline void require_finite(std::span<const float> values, std::string_view what) {
    for (const float value : values)
        if (!is_finite(value)) throw std::invalid_argument(sentence("a finite ", what, " was expected, ", value, " came"));
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::map<std::string, std::string> write_metadata(const WeightsMetadata& metadata) {
    std::map<std::string, std::string> texts = metadata.others;
    for (const char* const key : {"architecture", "version", "labels", "outputs", "preprocessing", "sample"})
        if (texts.contains(key)) throw std::invalid_argument(detail::sentence("the metadata key '", key, "' is taken"));
    texts["architecture"] = metadata.architecture;
    texts["version"] = metadata.version;
    const auto& [scale, mean, deviation] = metadata.preprocessing;
    detail::require_finite({&scale, 1}, "scale");
    detail::require_finite(mean, "mean");
    detail::require_finite(deviation, "deviation");
    if (metadata.sample) {
        detail::require_finite(metadata.sample->input, "sample input");
        detail::require_finite(metadata.sample->output, "sample output");
    }
    try {
        texts["labels"] = nlohmann::json(metadata.labels).dump();
        if (!metadata.outputs.empty()) texts["outputs"] = nlohmann::json(metadata.outputs).dump();
        texts["preprocessing"] = nlohmann::json{{"scale", scale}, {"mean", mean}, {"deviation", deviation}}.dump();
        if (metadata.sample)
            texts["sample"] = nlohmann::json{{"input", metadata.sample->input}, {"output", metadata.sample->output}}.dump();
    } catch (const nlohmann::json::exception&) {
        throw std::invalid_argument("labels of a network are UTF-8");
    }
    return texts;
}

DENIM_ONCE WeightsMetadata read_metadata(const std::string& file, std::map<std::string, std::string> texts) {
    WeightsMetadata metadata;
    const auto take = [&](const std::string& key) {
        const auto node = texts.extract(key);
        return node ? std::optional{std::move(node.mapped())} : std::nullopt;
    };
    const auto part = [&](const std::string& key, const nlohmann::json& object, const char* member, auto& value) {
        if (!object.is_object() || !object.contains(member))
            throw FileError(file, "the metadata " + detail::in_quotes(key) + " lack " + member);
        value = detail::metadata_value<std::remove_cvref_t<decltype(value)>>(file, key, object[member]);
    };
    metadata.architecture = take("architecture").value_or("");
    metadata.version = take("version").value_or("");
    if (const auto text = take("labels"))
        metadata.labels =
            detail::metadata_value<std::vector<std::string>>(file, "labels", detail::parse_metadata(file, "labels", *text));
    if (const auto text = take("outputs"))
        metadata.outputs =
            detail::metadata_value<std::vector<std::string>>(file, "outputs", detail::parse_metadata(file, "outputs", *text));
    if (const auto text = take("preprocessing")) {
        const auto json = detail::parse_metadata(file, "preprocessing", *text);
        part("preprocessing", json, "scale", metadata.preprocessing.scale);
        part("preprocessing", json, "mean", metadata.preprocessing.mean);
        part("preprocessing", json, "deviation", metadata.preprocessing.deviation);
    }
    if (const auto text = take("sample")) {
        const auto json = detail::parse_metadata(file, "sample", *text);
        part("sample", json, "input", metadata.sample.emplace().input);
        part("sample", json, "output", metadata.sample->output);
    }
    metadata.others = std::move(texts);
    return metadata;
}

DENIM_ONCE void check_sample(const std::string& file, const SampleOutput& sample, const std::vector<float>& output,
                         float tolerance) {
    if (sample.output.size() != output.size())
        throw FileError(file, detail::sentence("the network gave ", sample.output.size(),
                                               " numbers for its sample when it was saved, now it gives ", output.size()));
    float largest = 0;
    for (const float value : sample.output) largest = std::max(largest, std::fabs(value));
    for (std::size_t i = 0; i < output.size(); ++i)
        if (!(std::fabs(output[i] - sample.output[i]) <= tolerance * largest))
            throw FileError(file, detail::sentence("the network gave ", sample.output[i], " as number ", i,
                                                   " for its sample when it was saved, now it gives ", output[i]));
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
