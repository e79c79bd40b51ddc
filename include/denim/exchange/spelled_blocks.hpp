// SPDX-License-Identifier: MIT
#pragma once

// What stands in a spelled network again and again, under a name: a convolution with its normalisation, a block and the activation behind it, and
// what follows itself. "using Block = Residual<...>;", or with the numbers that differ as parameters.

#include <denim/exchange/spelled_alias.hpp>
#include <denim/exchange/spelled_network.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

using SpelledLayers = std::vector<SpelledLayer>;

/// Puts layers from `first` on, `count` of them, into one Sequential.
inline void join_layers(SpelledLayers& layers, std::size_t first, std::size_t count) {
    const auto begin = layers.begin() + static_cast<std::ptrdiff_t>(first), end = begin + static_cast<std::ptrdiff_t>(count);
    SpelledLayer line{0, "Sequential"};
    line.children.assign(begin, end);
    layers.erase(begin + 1, end);
    layers[first] = std::move(line);
}

/// How many layers from `first` on belong together: a layer with weights, its normalisation and what activates that; or a block and its
/// activation. 1 if there is no such.
inline std::size_t unit_size(const SpelledLayers& layers, std::size_t first) {
    const auto is = [&](std::size_t n, std::string_view word) { return n < layers.size() && layers[n].word.starts_with(word); };
    if (is(first, "Residual")) return is(first + 1, "Activation") ? 2 : 1;
    const bool learns = is(first, "Conv") || is(first, "DepthwiseConv") || is(first, "SeparableConv") || is(first, "Dense");
    if (!learns || !is(first + 1, "BatchNorm")) return 1;
    return is(first + 2, "Activation") ? 3 : 2;
}

/// Counts units by what they are but for their numbers.
inline void count_units(const SpelledLayers& layers, std::map<std::string, std::size_t>& counts) {
    for (std::size_t n = 0; n < layers.size(); ++n) {
        if (const std::size_t size = unit_size(layers, n); size > 1) ++counts[pattern_of(listed(layers, n, size))];
        count_units(layers[n].children, counts);
    }
}

/// Joins the units that stand there at least `least` times. Of a composition, only in a line of layers: those of a Parallel stand beside each other.
inline void join_units(SpelledLayers& layers, bool line, const std::map<std::string, std::size_t>& counts, std::size_t least) {
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const std::size_t size = line ? unit_size(layers, n) : 1;
        if (size > 1 && size < layers.size() && counts.at(pattern_of(listed(layers, n, size))) >= least) join_layers(layers, n, size);
    }
    for (SpelledLayer& layer : layers) join_units(layer.children, layer.word != "Parallel" && layer.word != "Product", counts, least);
}

/// Of layers that follow each other again and again, the ones that save the most: a Repeat of them.
inline bool fold_repeat(SpelledLayers& layers) {
    std::vector<std::string> texts;
    for (const SpelledLayer& layer : layers) texts.push_back(text(layer));
    std::size_t first = 0, period = 0, times = 0, best = 60;  // what is shorter stays as it is
    for (std::size_t p = 1; 2 * p <= layers.size(); ++p)
        for (std::size_t begin = 0; begin + 2 * p <= layers.size(); ++begin) {
            std::size_t end = begin + p, saved = 0;
            while (end < layers.size() && texts[end] == texts[end - p]) ++end;
            const std::size_t count = (end - begin) / p;
            for (std::size_t n = begin + p; n < begin + count * p; ++n) saved += texts[n].size();
            if (count > 1 && saved > best) first = begin, period = p, times = count, best = saved;
        }
    if (period == 0) return false;
    SpelledLayer repeat{0, "Repeat", {std::to_string(times)}};
    for (std::size_t n = 0; n < times; ++n) {
        SpelledLayers once(layers.begin() + static_cast<std::ptrdiff_t>(first + n * period),
                           layers.begin() + static_cast<std::ptrdiff_t>(first + (n + 1) * period));
        repeat.children.push_back(as_one(once, 0));
    }
    layers.erase(layers.begin() + static_cast<std::ptrdiff_t>(first + 1), layers.begin() + static_cast<std::ptrdiff_t>(first + times * period));
    layers[first] = std::move(repeat);
    return true;
}

inline void fold_repeats(SpelledLayers& layers, bool line = true) {
    for (SpelledLayer& layer : layers) fold_repeats(layer.children, layer.word != "Parallel" && layer.word != "Product" && layer.word != "Repeat");
    while (line && fold_repeat(layers)) {}
}

/// Where compositions are written that stand so high above their deepest layers; inside of a Repeat they count twice. Gives the height of all.
inline std::size_t collect_places(std::span<SpelledLayer> layers, std::size_t wanted, std::size_t weight, bool beside,
                                  std::vector<SpelledPlace>& found) {
    std::size_t height = 0;
    for (SpelledLayer& layer : layers) {
        if (layer.children.empty()) continue;
        const bool repeat = layer.word == "Repeat";
        const std::span children{layer.children.data(), repeat ? 1 : layer.children.size()};
        const std::size_t own = 1 + collect_places(children, wanted, repeat ? 2 : weight, layer.word == "Parallel", found);
        if (own == wanted && !repeat) found.push_back({&layer, weight, beside});
        height = std::max(height, own);
    }
    return height;
}

/// A network in lines, one for each layer, and the names that they use, each behind those that it is made of.
struct NamedBlocks {
    std::vector<SpelledAlias> aliases;
    std::vector<std::string> layers;
};

/// What is used in one other name alone stands there.
inline void inline_aliases(NamedBlocks& blocks) {
    constexpr std::size_t longest = 240;
    for (std::size_t n = blocks.aliases.size(); n-- > 0;) {
        const SpelledAlias alias = blocks.aliases[n];
        std::size_t uses = 0;
        for (const std::string& layer : blocks.layers) uses += count_word(layer, alias.name);
        SpelledAlias* user = nullptr;
        for (SpelledAlias& other : blocks.aliases)
            if (const std::size_t count = count_word(other.meaning, alias.name); count > 0) uses += count, user = &other;
        if (uses != 1 || !user || user->meaning.size() + alias.meaning.size() > longest) continue;
        user->meaning = with_meaning(user->meaning, alias);
        blocks.aliases.erase(blocks.aliases.begin() + static_cast<std::ptrdiff_t>(n));
    }
}

/// "Block3" is "Block2" where that is gone; what halves rows and columns is a "DownBlock".
inline void number_aliases(NamedBlocks& blocks, const std::string& taken) {
    std::vector<std::string> names{taken};
    std::map<std::string, std::string> renamed;
    for (const SpelledAlias& alias : blocks.aliases) {
        names.push_back(free_name((alias.meaning.find("Stride<2>") == std::string::npos ? "" : "Down") + alias.base, names));
        renamed.emplace(alias.name, names.back());
    }
    const auto rename = [&](std::string& text) {
        text = with_other_words(text, [&](const std::string& word) { return renamed.contains(word) ? renamed.at(word) : word; });
    };
    for (std::string& layer : blocks.layers) rename(layer);
    for (SpelledAlias& alias : blocks.aliases) rename(alias.name), rename(alias.meaning);
}

/// Names for what stands there more than once; `taken` is none of them.
inline NamedBlocks name_blocks(SpelledNetwork& network, const std::string& taken) {
    std::map<std::string, std::size_t> counts;
    count_units(network.layers, counts);
    join_units(network.layers, true, counts, 3);
    fold_repeats(network.layers);
    NamedBlocks blocks;
    std::vector<SpelledPlace> places;
    const std::size_t highest = collect_places(network.layers, 0, 1, false, places);
    for (std::size_t height = 1; height <= highest; ++height) {
        places.clear();
        collect_places(network.layers, height, 1, false, places);
        add_aliases(places, blocks.aliases);
    }
    for (const SpelledLayer& layer : network.layers) blocks.layers.push_back(text(layer));
    inline_aliases(blocks);
    number_aliases(blocks, taken);
    return blocks;
}

}  // namespace denim::inline DENIM_TARGET::detail
