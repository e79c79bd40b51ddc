// SPDX-License-Identifier: MIT
#pragma once

// Keras's normalisations, by what they learn or by what they were told.

#include <denim/exchange/keras_settings.hpp>
#include <denim/exchange/spelled_norm.hpp>
#include <denim/machine/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// What BatchNormalization, LayerNormalization and GroupNormalization have in common, of a value of so many axes.
inline NormParts keras_norm_parts(KerasSettings& settings, int axes, const std::string& word) {
    settings.require_channels("axis", axes, "a " + word + " over the channels was expected");
    const double epsilon = settings.number("epsilon", 1e-3);
    if (!(epsilon > 0)) settings.refuse("epsilon", "a number above 0 was expected");
    return {epsilon, settings.flag("scale", true), settings.flag("center", true)};
}

/// Rescaling.
inline SpelledNorm keras_rescaling(KerasSettings& settings) {
    const auto number = [&](const char* key, double otherwise) { return shortest_text(static_cast<float>(settings.number(key, otherwise))); };
    std::vector<std::string> parts{number("scale", 1)};
    if (const std::string offset = number("offset", 0); offset != "0") parts.push_back(offset);
    return {"Rescale", std::move(parts)};
}

/// Normalization. What was adapted to data has mean and variance among its weights: a BatchNorm that learns nothing.
inline SpelledNorm keras_normalization(KerasSettings& settings, int axes) {
    settings.require("invert", false, "a Normalization the other way around has no spelling");
    if (!settings.value("axis").is_null()) settings.require_channels("axis", axes, "a Normalization of the channels was expected");
    if (settings.value("mean").is_null() && settings.value("variance").is_null())
        return spelled_norm("BatchNorm", {.epsilon = 1e-14, .gamma = false, .beta = false});  // the least deviation of Keras's is 1e-7
    const auto listed = [&](const char* key, auto of) {
        const auto& json = settings.value(key);
        std::vector<double> numbers;
        for (const auto& each : json.is_array() ? json : KerasSettings::Json{json}) {
            if (!each.is_number()) settings.refuse(key, "a number for each channel was expected, or one for all");
            numbers.push_back(of(each.template get<double>()));
        }
        const bool alike = std::ranges::all_of(numbers, [&](double number) { return number == numbers[0]; });
        std::string text;
        for (const double number : std::span{numbers}.first(alike ? std::min<std::size_t>(numbers.size(), 1) : numbers.size()))
            text += (text.empty() ? "" : ", ") + shortest_text(static_cast<float>(number));
        return text;
    };
    const std::string means = listed("mean", [](double mean) { return mean; });
    const std::string deviations = listed("variance", [](double variance) { return std::max(std::sqrt(variance), 1e-7); });
    return {"Normalise", {"Mean<" + means + ">", "Deviation<" + deviations + ">"}};
}

/// The layer of this kind, of a value of so many axes and channels; nothing if it is none of these.
inline std::optional<SpelledNorm> keras_norm(const std::string& kind, KerasSettings& settings, int axes, std::size_t channels) {
    if (kind == "Rescaling") return keras_rescaling(settings);
    if (kind == "Normalization") return keras_normalization(settings, axes);
    if (kind == "BatchNormalization") {
        settings.learning_only({"momentum", "fused", "synchronized", "renorm_momentum", "renorm_clipping"});
        settings.require("renorm", false, "a BatchNorm with renorm has no spelling");
        settings.require("virtual_batch_size", nullptr, "a BatchNorm of virtual batches has no spelling");
        return spelled_norm("BatchNorm", keras_norm_parts(settings, axes, "BatchNorm"));
    }
    if (kind == "LayerNormalization") {
        settings.require("rms_scaling", false, "a LayerNorm without a mean has no spelling");
        return spelled_norm("LayerNorm", keras_norm_parts(settings, axes, "LayerNorm"));
    }
    if (kind != "GroupNormalization") return std::nullopt;
    const auto& groups = settings.value("groups");
    const std::size_t count = groups.is_null() ? 32 : groups == -1 ? channels : settings.size_of("groups", groups);
    return spelled_group_norm(count, channels, keras_norm_parts(settings, axes, "GroupNorm"));
}

}  // namespace denim::inline DENIM_TARGET::detail
