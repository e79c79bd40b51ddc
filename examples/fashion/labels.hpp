// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include "fashion/catalogue.hpp"

#include <cstdio>
#include <string>
#include <string_view>

namespace fashion {

/// A word for a photograph, and how likely it is.
struct Word {
    std::string_view text = {};  ///< empty where there is none, as for the gender of glasses
    double probability = 1;
};

/// All labels of a photograph.
struct Labels {
    Word category, gender, type;
    double confidence = 0;   ///< probability that all of them are right
    double familiarity = 0;  ///< 0: stranger than all validation photographs of its category; to 1

    /// "trousers, male, jeans". A word less likely than `sure` has a question mark; a photograph that is stranger than all but
    /// a share of `strange` of its category's validation photographs is said to be something else.
    [[nodiscard]] std::string words(double sure, double strange) const {
        std::string line = familiarity < strange ? "something else? " : "";
        for (const Word& word : {category, gender, type})
            if (!word.text.empty()) {
                line += word.text;
                line += word.probability < sure ? "?, " : ", ";
            }
        line.resize(line.size() - 2);
        return line;
    }
    /// The same with the confidence: "trousers, male, jeans (0.97)".
    [[nodiscard]] std::string text(double sure, double strange) const {
        char number[20];
        std::snprintf(number, sizeof number, " (%.2f)", confidence);
        return words(sure, strange) + number;
    }

    /// As one line: {"image": ..., "category": ..., "gender": ..., "type": ..., "labels": [...], "confidence": ...} and how
    /// sure and familiar it is.
    [[nodiscard]] std::string json(const std::string& image, double sure, double strange) const {
        const auto rounded = [](double number) { return std::round(number * 1e4) / 1e4; };
        nlohmann::ordered_json line;
        line["image"] = image;
        line["category"] = category.text;
        line["gender"] = gender.text.empty() ? nlohmann::ordered_json{} : nlohmann::ordered_json(gender.text);
        line["type"] = type.text;
        line["labels"] = nlohmann::ordered_json::array();
        bool all_sure = familiarity >= strange;
        for (const Word& word : {category, gender, type})
            if (!word.text.empty()) {
                line["labels"].push_back(word.text);
                all_sure = all_sure && word.probability >= sure;
            }
        line["confidence"] = rounded(confidence);
        line["sure"] = all_sure;
        line["familiarity"] = rounded(familiarity);
        return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
};

}  // namespace fashion
