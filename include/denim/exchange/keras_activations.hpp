// SPDX-License-Identifier: MIT
#pragma once

// Keras's layers that are an activation with numbers of its own.

#include <denim/exchange/keras_settings.hpp>
#include <denim/machine/number_text.hpp>

#include <string>

namespace denim::inline DENIM_TARGET::detail {

/// A number of at least 0 as it is written, to the precision of a float.
inline std::string keras_number(KerasSettings& settings, const std::string& key, double otherwise) {
    const double number = settings.number(key, otherwise);
    if (!(number >= 0)) settings.refuse(key, "a number of at least 0 was expected");
    return shortest_text(static_cast<float>(number));
}

/// A ReLU that may be cut off, or tilted.
inline std::string keras_relu(KerasSettings& settings) {
    settings.require("threshold", 0, "a ReLU that is moved has no spelling");
    const std::string slope = keras_number(settings, "negative_slope", 0);
    if (settings.value("max_value").is_null()) return slope == "0" ? "relu" : "leaky_relu of " + slope;
    if (slope != "0") settings.refuse("negative_slope", "a ReLU that is both cut off and tilted has no spelling");
    const std::string most = keras_number(settings, "max_value", 0);
    if (most == "0") settings.refuse("max_value", "a number above 0 was expected");
    return most == "6" ? "relu6" : "clip of 0, " + most;
}

inline std::string keras_leaky_relu(KerasSettings& settings) {
    const bool old = !settings.value("alpha").is_null(), now = !settings.value("negative_slope").is_null();  // its names in Keras 2 and 3
    const std::string slope = keras_number(settings, old ? "alpha" : "negative_slope", 0.3);
    if (old && now && keras_number(settings, "negative_slope", 0) != slope)
        settings.refuse("negative_slope", "two slopes that are not the same have no spelling");
    return "leaky_relu of " + slope;
}

/// The activation that a layer of this kind is, in the words of the table of spellings; empty if it is none.
inline std::string keras_activation(const std::string& kind, KerasSettings& settings) {
    if (kind == "ReLU") return keras_relu(settings);
    if (kind == "LeakyReLU") return keras_leaky_relu(settings);
    if (kind != "ELU") return "";
    const std::string alpha = keras_number(settings, "alpha", 1);
    if (alpha == "0") settings.refuse("alpha", "a number above 0 was expected");
    return alpha == "1" ? "elu" : "elu of " + alpha;
}

}  // namespace denim::inline DENIM_TARGET::detail
