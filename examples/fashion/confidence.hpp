// SPDX-License-Identifier: MIT
#pragma once

// What a network's confidence is worth, from the photographs of its validation set: probabilities are softmax of logits divided
// by a temperature (Guo and others, "On calibration of modern neural networks", 2017).

#include <denim/metric/calibration.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <stdexcept>
#include <string>

namespace fashion {

struct Confidence {
    double temperature = 1;

    /// From logits (N, classes) of the validation set and its labels. Throws std::invalid_argument if there are none.
    static Confidence of(std::span<const float> logits, std::span<const std::int32_t> labels, std::size_t classes) {
        if (labels.empty())
            throw std::invalid_argument("what confidence is worth is told by validation photographs, but there are none");
        return {denim::fit_temperature(logits, labels, classes)};
    }

    /// As a model's file keeps it; with several heads `head` tells whose it is.
    [[nodiscard]] std::map<std::string, std::string> texts(const std::string& head) const {
        return {{head + "temperature", nlohmann::json(temperature).dump()}};
    }
    /// Throws std::invalid_argument if the text is missing or not of the form that `texts` gives.
    static Confidence from(const std::map<std::string, std::string>& texts, const std::string& head) {
        const auto found = texts.find(head + "temperature");
        const auto json = found == texts.end() ? nlohmann::json{} : nlohmann::json::parse(found->second, nullptr, false);
        if (!json.is_number() || !(json.get<double>() > 0))
            throw std::invalid_argument("its metadata lack a temperature above 0; train it again");
        return {json.get<double>()};
    }
};

}  // namespace fashion
