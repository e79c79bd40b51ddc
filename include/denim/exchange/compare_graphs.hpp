// SPDX-License-Identifier: MIT
#pragma once

// Whether two lists of layers compute the same of the same weights, and which layer is which.

#include <denim/exchange/layer_graph.hpp>

#include <cstddef>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// For each layer of a network's graph, the number of the file's layer that computes the same from the same; the number of the
/// file's layers for a Dropout. Throws std::invalid_argument with a sentence that names the first layer that differs.
DENIM_ONCE std::vector<std::size_t> match_graphs(const LayerGraph& network, const LayerGraph& file);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The inputs of a layer; of a concatenation all that stands side by side, as one of concatenations and one of all their parts are the same.
inline std::vector<std::size_t> parts_of(const LayerGraph& graph, const GraphLayer& layer) {
    return layer.kind == GraphLayer::Kind::concatenation ? side_by_side(graph, layer.inputs) : layer.inputs;
}

/// Gives every value a number that is alike for two values exactly if the same layers lead to them from the picture.
class GraphClasses {
public:
    [[nodiscard]] std::vector<std::size_t> of(const LayerGraph& graph) {
        std::vector<std::size_t> classes{number({to_string(graph.picture), {}})};
        for (const GraphLayer& layer : graph.layers) {
            if (layer.kind == GraphLayer::Kind::dropout) {  // does nothing when a network is used
                classes.push_back(classes[layer.inputs[0]]);
                continue;
            }
            Key key{words_of(layer), {}};
            for (const std::size_t input : parts_of(graph, layer)) key.second.push_back(classes[input]);
            if (layer.kind == GraphLayer::Kind::sum || layer.kind == GraphLayer::Kind::product) std::ranges::sort(key.second);
            classes.push_back(number(std::move(key)));
        }
        return classes;
    }

private:
    using Key = std::pair<std::string, std::vector<std::size_t>>;
    std::size_t number(Key key) { return numbers_.emplace(std::move(key), numbers_.size()).first->second; }

    std::map<Key, std::size_t> numbers_;
};

/// Two graphs side by side: a network's own, and that of a file.
class GraphMatch {
public:
    GraphMatch(const LayerGraph& network, const LayerGraph& file)
        : network_(network), file_(file), partner_(network.layers.size(), file.layers.size()) {
        GraphClasses classes;
        ours_ = classes.of(network), theirs_ = classes.of(file);
        const std::size_t result = file_result();
        if (theirs_[result] != ours_[network.result]) throw std::invalid_argument(difference());
        walk(result);
    }
    /// For each layer of the network, the number of the file's layer; the number of its layers for what has none (a Dropout).
    [[nodiscard]] std::vector<std::size_t> take() { return std::move(partner_); }

private:
    // What the file gives, or what goes into a softmax or sigmoid at its end, where the network gives logits.
    [[nodiscard]] std::size_t file_result() const {
        if (file_.result == 0 || theirs_[file_.result] == ours_[network_.result]) return file_.result;
        const GraphLayer& last = file_.layers[file_.result - 1];
        const bool probabilities = last.kind == GraphLayer::Kind::activation && (last.word.starts_with("probabilities") || last.word == "softmax" ||
                                                                                 last.word == "log_softmax" || last.word == "sigmoid");
        return probabilities && theirs_[last.inputs[0]] == ours_[network_.result] ? last.inputs[0] : file_.result;
    }
    [[nodiscard]] static std::size_t behind_dropouts(const LayerGraph& graph, std::size_t value) {
        while (value != 0 && graph.layers[value - 1].kind == GraphLayer::Kind::dropout) value = graph.layers[value - 1].inputs[0];
        return value;
    }
    // Both are alike from here to the picture; only the order of a sum's terms may differ.
    void walk(std::size_t result) {
        std::vector<bool> taken(file_.layers.size(), false);
        std::vector<std::pair<std::size_t, std::size_t>> open{{network_.result, result}};
        while (!open.empty()) {
            const auto [last, next] = open.back();
            open.pop_back();
            const std::size_t our = behind_dropouts(network_, last), their = behind_dropouts(file_, next);
            if (our == 0 || partner_[our - 1] == their - 1) continue;
            if (partner_[our - 1] != file_.layers.size() || taken[their - 1])
                throw std::invalid_argument(file_.layers[their - 1].node + " is read in several places where the network has a layer for each");
            partner_[our - 1] = their - 1, taken[their - 1] = true;
            const std::vector<std::size_t> ours = parts_of(network_, network_.layers[our - 1]), theirs = parts_of(file_, file_.layers[their - 1]);
            const bool crossed = ours_[ours[0]] != theirs_[theirs[0]];
            for (std::size_t n = 0; n < ours.size(); ++n) open.emplace_back(ours[n], theirs[crossed ? ours.size() - 1 - n : n]);
        }
    }

    [[nodiscard]] std::string difference() const {
        const auto first_other = [](const LayerGraph& graph, const std::vector<std::size_t>& classes, const std::vector<std::size_t>& others) {
            const std::set<std::size_t> known(others.begin(), others.end());
            std::size_t n = 0;
            while (n < graph.layers.size() && known.contains(classes[n + 1])) ++n;
            return n;
        };
        if (network_.picture != file_.picture)
            return "pictures " + to_string(network_.picture) + " were expected, the file takes " + to_string(file_.picture);
        const std::size_t our = first_other(network_, ours_, theirs_), their = first_other(file_, theirs_, ours_);
        const std::string ours = our == network_.layers.size()
                                     ? "ends"
                                     : "has " + words_of(network_.layers[our]) + " (layer " + layer_name(network_.layers[our].node) + ")";
        if (their == file_.layers.size()) return "the file's graph ends where the network " + ours;
        return file_.layers[their].node + " is " + words_of(file_.layers[their]) + ", where the network " + ours;
    }
    // "the node '2.0.Conv' (Conv)" is of layer 2.0.
    [[nodiscard]] static std::string layer_name(const std::string& node) {
        const std::size_t begin = node.find('\'') + 1;
        const std::string name = node.substr(begin, node.find('\'', begin) - begin);
        return name.substr(0, name.rfind('.'));
    }

    const LayerGraph &network_, &file_;
    std::vector<std::size_t> partner_, ours_, theirs_;
};

}  // namespace detail

DENIM_ONCE std::vector<std::size_t> match_graphs(const LayerGraph& network, const LayerGraph& file) { return detail::GraphMatch{network, file}.take(); }

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
