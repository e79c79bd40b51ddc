// SPDX-License-Identifier: MIT
#pragma once

// What a network's confidence is worth, from the photographs of its validation set. Probabilities are softmax of logits divided
// by a temperature (Guo and others, "On calibration of modern neural networks", 2017). How much a photograph is like those that
// the network knows is told by its energy, the log-sum-exp of the logits (Liu and others, "Energy-based out-of-distribution
// detection", 2020): its place among the energies of the validation set.

#include <denim/metric/calibration.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <stdexcept>
#include <string>

namespace fashion {

struct Confidence {
    double temperature = 1;
    std::vector<double> energies = {};  ///< of the validation set, at equal steps from the least to the largest

    static double energy(std::span<const float> logits) {
        const double largest = static_cast<double>(*std::ranges::max_element(logits));
        double sum = 0;
        for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
        return largest + std::log(sum);
    }

    /// From logits (N, classes) of the validation set and its labels. Throws std::invalid_argument if there are none.
    static Confidence of(std::span<const float> logits, std::span<const std::int32_t> labels, std::size_t classes) {
        if (labels.empty())
            throw std::invalid_argument("what confidence is worth is told by validation photographs, but there are none");
        Confidence result{denim::fit_temperature(logits, labels, classes)};
        std::vector<double> all;
        for (std::size_t n = 0; n < labels.size(); ++n) all.push_back(energy(logits.subspan(n * classes, classes)));
        std::ranges::sort(all);
        constexpr std::size_t steps = 200;
        for (std::size_t step = 0; step <= steps; ++step) result.energies.push_back(all[step * (all.size() - 1) / steps]);
        return result;
    }

    /// From 0, stranger than every validation photograph, to 1.
    [[nodiscard]] double familiarity(std::span<const float> logits) const {
        const auto place = std::ranges::lower_bound(energies, energy(logits)) - energies.begin();
        return static_cast<double>(place) / static_cast<double>(energies.size());
    }

    /// As a model's file keeps it; with several heads `head` tells whose it is.
    [[nodiscard]] std::map<std::string, std::string> texts(const std::string& head) const {
        return {{head + "temperature", nlohmann::json(temperature).dump()},
                {head + "energies", nlohmann::json(energies).dump()}};
    }
    /// Throws std::invalid_argument if a text is missing or not of the form that `texts` gives.
    static Confidence from(const std::map<std::string, std::string>& texts, const std::string& head) {
        const auto json = [&](const char* name) {
            const auto found = texts.find(head + name);
            return found == texts.end() ? nlohmann::json{} : nlohmann::json::parse(found->second, nullptr, false);
        };
        const nlohmann::json temperature = json("temperature"), energies = json("energies");
        bool sound = temperature.is_number() && temperature.get<double>() > 0 && energies.is_array() && !energies.empty();
        for (const nlohmann::json& each : energies) sound = sound && each.is_number();
        if (!sound)
            throw std::invalid_argument(
                "its metadata lack a temperature above 0 and the energies of a validation set; train it again");
        return {temperature.get<double>(), energies.get<std::vector<double>>()};
    }
};

}  // namespace fashion
