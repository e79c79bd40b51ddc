// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include "fashion/catalogue.hpp"
#include "shown_name.hpp"

#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>

namespace fashion {

/// A word for a photograph, and the probability that it is right.
struct Word {
    std::string_view text = {};  ///< empty where there is none, as for the gender of glasses
    double probability = 1;

    [[nodiscard]] bool there() const { return !text.empty(); }
};

/// All labels of a photograph. A probability means what it says for photographs like those that were learned from; of others nothing is known,
/// and none is told.
struct Labels {
    Word category, gender, type;
    double all_right = 0;    ///< probability that all of them are right
    double familiarity = 0;  ///< 0: stranger than all validation photographs of its category; to 1

    /// Whether it is stranger than all but a share of `strange` of its category's validation photographs.
    [[nodiscard]] bool something_else(double strange) const { return familiarity < strange; }
    /// Whether each label is as likely as `sure`, and the photograph no stranger.
    [[nodiscard]] bool sure(double sure, double strange) const {
        const auto likely = [&](const Word& word) { return !word.there() || word.probability >= sure; };
        return !something_else(strange) && likely(category) && likely(gender) && likely(type);
    }

    /// "trousers, male, jeans". A word less likely than `sure` has a question mark; "something else? nearest: trousers, male, jeans" of a strange
    /// photograph. Control characters of words that folders gave are escaped, see shown_name.hpp.
    [[nodiscard]] std::string words(double sure, double strange) const { return line(sure, strange, false); }
    /// The same, each word with its probability: "trousers 0.99, male 0.95, jeans? 0.42"; a strange photograph has none.
    [[nodiscard]] std::string text(double sure, double strange) const { return line(sure, strange, true); }

    /// As one line: {"image": ..., "category": ..., "gender": ..., "type": ..., "labels": [...], "confidence": {"category": ..., "gender": ...,
    /// "type": ...}, "sure": ..., "something_else": ..., "familiarity": ...}; null for what there is not.
    [[nodiscard]] std::string json(const std::string& image, double sure, double strange) const {
        const auto rounded = [](double number) { return std::round(number * 1e4) / 1e4; };
        nlohmann::ordered_json line, confidence, all = nlohmann::ordered_json::array();
        line["image"] = image;
        for (const auto& [name, word] : {std::pair{"category", &category}, {"gender", &gender}, {"type", &type}}) {
            line[name] = word->there() ? nlohmann::ordered_json(word->text) : nlohmann::ordered_json{};
            confidence[name] = word->there() && !something_else(strange) ? nlohmann::ordered_json(rounded(word->probability)) : nlohmann::ordered_json{};
            if (word->there()) all.push_back(word->text);
        }
        line["labels"] = all;
        line["confidence"] = confidence;
        line["sure"] = this->sure(sure, strange);
        line["something_else"] = something_else(strange);
        line["familiarity"] = rounded(familiarity);
        return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

private:
    [[nodiscard]] std::string line(double sure, double strange, bool numbers) const {
        const bool other = something_else(strange);
        std::string line;
        for (const Word& word : {category, gender, type}) {
            if (!word.there()) continue;
            if (!line.empty()) line += ", ";
            line += command_line::shown(word.text);
            if (!other && word.probability < sure) line += '?';
            char number[20];
            std::snprintf(number, sizeof number, " %.2f", word.probability);
            if (!other && numbers) line += number;
        }
        return (other ? "something else? nearest: " : "") + line;
    }
};

}  // namespace fashion
