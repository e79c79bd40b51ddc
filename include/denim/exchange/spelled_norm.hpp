// SPDX-License-Identifier: MIT
#pragma once

// Normalisations as users write them, while a file of another framework is spelled.

#include <denim/machine/file_error.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/machine/target.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim {

/// What a normalisation has of its own.
struct NormParts {
    double epsilon = 1e-3;
    bool gamma = true, beta = true;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET::detail {

/// "LayerNormOf" in its parts, and the rows that it has.
struct SpelledNorm {
    std::string word;
    std::vector<std::string> parts;
    std::vector<std::string> rows = {};
};

inline std::vector<std::string> norm_rows_of(const NormParts& norm) {
    std::vector<std::string> rows;
    if (norm.gamma) rows.emplace_back("gamma");
    if (norm.beta) rows.emplace_back("beta");
    return rows;
}

/// The options of a normalisation, those that are not as usual.
inline std::vector<std::string> norm_options_of(const NormParts& norm) {
    if (!(norm.epsilon > 0)) throw std::invalid_argument("an epsilon above 0 was expected");
    std::vector<std::string> parts;
    if (norm.epsilon != 1e-3) parts.push_back("Epsilon<" + shortest_text(norm.epsilon) + ">");
    if (!norm.gamma) parts.push_back("NoGamma");
    if (!norm.beta) parts.push_back("NoBeta");
    return parts;
}

/// BatchNorm, LayerNorm or InstanceNorm.
inline SpelledNorm spelled_norm(const std::string& word, const NormParts& norm = {}) {
    std::vector<std::string> parts = norm_options_of(norm), rows = norm_rows_of(norm);
    if (word == "BatchNorm") rows.insert(rows.end(), {"mean", "variance"});
    return {parts.empty() ? word : word + "Of", std::move(parts), std::move(rows)};
}

/// Of so many groups of channels.
inline SpelledNorm spelled_group_norm(std::size_t groups, std::size_t channels, const NormParts& norm) {
    if (groups == channels) return spelled_norm("InstanceNorm", norm);
    if (groups == 0 || channels % groups != 0) throw std::invalid_argument(sentence(groups, " groups do not divide ", channels, " channels"));
    std::vector<std::string> parts = norm_options_of(norm);
    parts.insert(parts.begin(), std::to_string(groups));
    return {"GroupNorm", std::move(parts), norm_rows_of(norm)};
}

/// Of the numbers "5, 1e-04, 0.75, 1".
inline SpelledNorm spelled_local_response_norm(const std::string& numbers) {
    const std::size_t comma = numbers.find(',');
    const bool usual = numbers.substr(comma) == ", " + shortest_text(1e-4f) + ", 0.75, 1";
    return {usual ? "LocalResponseNorm" : "LocalResponseNormOf", {usual ? numbers.substr(0, comma) : numbers}};
}

}  // namespace denim::inline DENIM_TARGET::detail
