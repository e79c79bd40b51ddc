// SPDX-License-Identifier: MIT
#pragma once

// A name for spelled layers that are alike but for some of their numbers: "template <std::size_t Filters> using Block = Residual<...>;".

#include <denim/exchange/spelled_layer.hpp>
#include <denim/machine/file_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// "using NAME = MEANING;" with its parameters, none if nothing differs. `base` is the name without the number that tells it from others.
struct SpelledAlias {
    std::string name, base, meaning;
    std::vector<std::string> parameters = {};
};

/// A whole number in a text: where, and whose argument it is: "Conv" and 1 of "Conv<3, 64>".
struct SpelledNumber {
    std::size_t begin, size, value;
    std::string owner;
    std::size_t argument;
};

inline bool is_in_word(char letter) {
    return letter == '_' || letter == '.' || letter == '-' || (letter >= '0' && letter <= '9') ||
           (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/// The text with each word as `other` has it.
template <class Other>
std::string with_other_words(std::string_view text, Other other) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_in_word(text[end])) ++end;
        result += end > at ? other(std::string{text.substr(at, end - at)}) : std::string{text[end++]};
        at = end;
    }
    return result;
}

inline std::size_t count_word(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    with_other_words(text, [&](const std::string& each) {
        count += each == word;
        return each;
    });
    return count;
}

/// The text with what the alias means in its only place there.
inline std::string with_meaning(const std::string& text, const SpelledAlias& alias) {
    std::size_t at = 0;
    const auto stands = [&](std::size_t place) {
        const std::size_t end = place + alias.name.size();
        return (place == 0 || !is_in_word(text[place - 1])) && (end == text.size() || !is_in_word(text[end]));
    };
    for (at = text.find(alias.name); !stands(at); at = text.find(alias.name, at + 1)) {}
    std::size_t end = at + alias.name.size();
    std::vector<std::string> arguments;
    for (std::size_t depth = alias.parameters.empty() ? 0 : 1, begin = ++end; depth > 0; ++end) {
        if (text[end] == '<') ++depth;
        if (text[end] == '>') --depth;
        if ((text[end] != ',' || depth > 1) && depth > 0) continue;
        arguments.push_back(text.substr(begin, end - begin));  // nothing but products, which need no brackets
        begin = end + 2;
    }
    if (alias.parameters.empty()) --end;
    const std::string meaning = with_other_words(alias.meaning, [&](const std::string& word) {
        const auto found = std::ranges::find(alias.parameters, word);
        return found == alias.parameters.end() ? word : arguments[static_cast<std::size_t>(found - alias.parameters.begin())];
    });
    return text.substr(0, at) + meaning + text.substr(end);
}

/// Those that may become a parameter: sizes and counts, not the numbers of an activation or normalisation.
inline std::vector<SpelledNumber> numbers_in(std::string_view text) {
    constexpr std::array<std::string_view, 13> of_decimals{"Epsilon", "Clip", "LeakyReLUOf", "ELUOf", "Times", "Rescale", "Mean", "Deviation",
                                                           "LocalResponseNorm", "LocalResponseNormOf", "StochasticDepth", "Normalise", "Momentum"};
    std::vector<SpelledNumber> numbers;
    std::vector<std::pair<std::string, std::size_t>> open;  // whose brackets, and the number of the argument
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_in_word(text[end])) ++end;
        const std::string word{text.substr(at, end - at)};
        const bool whole = !word.empty() && word.size() < 10 && word.find_first_not_of("0123456789") == word.npos;
        if (whole && !open.empty() && std::ranges::find(of_decimals, open.back().first) == of_decimals.end())
            numbers.push_back({at, word.size(), static_cast<std::size_t>(std::stoul(word)), open.back().first, open.back().second});
        if (end == text.size()) break;
        if (text[end] == '<') open.emplace_back(word, 0);
        if (text[end] == ',' && !open.empty()) ++open.back().second;
        if (text[end] == '>' && !open.empty()) open.pop_back();
        at = end + 1;
    }
    return numbers;
}

/// The text with other words in the places of its numbers.
inline std::string with_words(std::string_view text, std::span<const SpelledNumber> numbers, std::span<const std::string> words) {
    std::string result;
    std::size_t at = 0;
    for (std::size_t n = 0; n < numbers.size(); ++n) {
        result += std::string{text.substr(at, numbers[n].begin - at)} + words[n];
        at = numbers[n].begin + numbers[n].size;
    }
    return result + std::string{text.substr(at)};
}

/// What layers have in common that differ in their numbers alone.
inline std::string pattern_of(std::string_view text) {
    const auto numbers = numbers_in(text);
    return with_words(text, numbers, std::vector<std::string>(numbers.size(), "#"));
}

/// What a number stands for, as the name of a parameter.
inline std::string parameter_name(const SpelledNumber& number, std::span<const SpelledAlias> aliases) {
    for (const SpelledAlias& alias : aliases)
        if (alias.name == number.owner) return alias.parameters[number.argument];
    constexpr std::array<std::array<std::string_view, 3>, 13> names{{{"Conv", "Kernel", "Filters"},
                                                                     {"SeparableConv", "Kernel", "Filters"},
                                                                     {"DepthwiseConv", "Kernel", ""},
                                                                     {"Dense", "Outputs", ""},
                                                                     {"Stride", "Step", "StepX"},
                                                                     {"Padding", "Zeros", "Left"},
                                                                     {"Pad", "Zeros", "Left"},
                                                                     {"Crop", "Edge", "Left"},
                                                                     {"Groups", "Count", ""},
                                                                     {"Slice", "First", "Channels"},
                                                                     {"Window", "Rows", "Columns"},
                                                                     {"Pool", "", "Kernel"},
                                                                     {"Repeat", "Length", ""}}};
    for (const auto& [owner, first, second] : names)
        if (owner == number.owner && number.argument < 2 && !(number.argument == 0 ? first : second).empty())
            return std::string{number.argument == 0 ? first : second};
    return "Number";
}

/// A name for what the layers are; `beside` others that read the same.
inline std::string block_name(const SpelledLayer& layer, bool beside) {
    if (layer.word == "Shortcut") return "Projection";
    if (layer.word == "Gate" || layer.word == "Product") return "Excite";
    if (layer.word == "Parallel") return "Branches";
    if (layer.word == "Residual") return "Block";
    const SpelledLayer &first = layer.children.front(), &last = layer.children.back();
    const bool normalised = layer.children.size() > 1 && layer.children.size() < 4 && layer.children[1].word.starts_with("BatchNorm");
    if (!normalised) return beside ? "Branch" : "Block";
    const std::string active = layer.children.size() == 3 ? last.parts[0] : "";
    return (first.word == "DepthwiseConv" ? "Depthwise" : first.word == "SeparableConv" ? "Separable" : first.word) +
           "Norm" + active.substr(0, active.find('<'));
}

/// What is not yet among the names: "Block", "Block2", "ReLU6_2".
inline std::string free_name(const std::string& base, std::span<const std::string> names) {
    const bool after_digit = base.back() >= '0' && base.back() <= '9';
    std::string name = base;
    for (std::size_t next = 2; std::ranges::find(names, name) != names.end(); ++next) name = base + (after_digit ? "_" : "") + std::to_string(next);
    return name;
}

/// A block where it is written, and how often that counts.
struct SpelledPlace {
    SpelledLayer* layer;
    std::size_t weight = 1;
    bool beside = false;
    std::string text = {};
    std::vector<SpelledNumber> numbers = {};
};

/// Gives layers of one pattern a name, unless they differ in too much.
inline bool add_alias(std::span<const SpelledPlace> places, std::vector<SpelledAlias>& aliases) {
    const SpelledPlace& first = places.front();
    struct Column {
        std::string name;
        std::vector<std::size_t> values;
    };
    std::vector<Column> parameters;
    std::vector<std::string> words;
    for (std::size_t n = 0; n < first.numbers.size(); ++n) {
        std::vector<std::size_t> values;
        for (const SpelledPlace& place : places) values.push_back(place.numbers[n].value);
        if (std::ranges::count(values, values[0]) == static_cast<std::ptrdiff_t>(values.size())) {
            words.push_back(std::to_string(values[0]));
            continue;
        }
        std::string word;
        for (const Column& known : parameters)
            for (std::size_t times = 1; times <= 6 && word.empty(); ++times)
                if (std::ranges::equal(known.values, values, [&](std::size_t a, std::size_t b) { return a * times == b; }))
                    word = times == 1 ? known.name : std::to_string(times) + " * " + known.name;
        if (word.empty()) {
            const std::string base = parameter_name(first.numbers[n], aliases);
            word = base;
            for (std::size_t next = 2; std::ranges::find(parameters, word, &Column::name) != parameters.end(); ++next) word = base + std::to_string(next);
            parameters.push_back({word, values});
        }
        words.push_back(word);
    }
    if (parameters.size() > 4) return false;
    std::vector<std::string> names;
    for (const SpelledAlias& known : aliases) names.push_back(known.name);
    const std::string base = block_name(*first.layer, first.beside);
    SpelledAlias alias{free_name(base, names), base, with_words(first.text, first.numbers, words)};
    for (const Column& parameter : parameters) alias.parameters.push_back(parameter.name);
    for (std::size_t n = 0; n < places.size(); ++n) {
        std::string list;
        for (const Column& parameter : parameters) list += (list.empty() ? "" : ", ") + std::to_string(parameter.values[n]);
        places[n].layer->alias = alias.name + (list.empty() ? "" : "<" + list + ">");
    }
    aliases.push_back(std::move(alias));
    return true;
}

/// Names for those of the layers that are written more than once: for all of one pattern, else for those that are the same.
inline void add_aliases(std::vector<SpelledPlace> places, std::vector<SpelledAlias>& aliases) {
    constexpr std::size_t least = 32;  // letters: what is shorter is as quick to read
    for (SpelledPlace& place : places) place.text = text(*place.layer), place.numbers = numbers_in(place.text);
    std::erase_if(places, [](const SpelledPlace& place) { return place.text.size() < least; });
    const auto named_together = [&](auto alike) {
        std::vector<bool> done(places.size(), false);
        for (std::size_t n = 0; n < places.size(); ++n) {
            std::vector<SpelledPlace> group;
            std::size_t weight = 0;
            for (std::size_t other = n; other < places.size(); ++other)
                if (!done[other] && places[other].layer->alias.empty() && alike(places[n], places[other])) {
                    done[other] = true, weight += places[other].weight;
                    group.push_back(places[other]);
                }
            if (weight > 1) add_alias(group, aliases);
        }
    };
    named_together([](const SpelledPlace& a, const SpelledPlace& b) { return pattern_of(a.text) == pattern_of(b.text); });
    named_together([](const SpelledPlace& a, const SpelledPlace& b) { return a.text == b.text; });
}

}  // namespace denim::inline DENIM_TARGET::detail
