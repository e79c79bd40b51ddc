// SPDX-License-Identifier: MIT
#pragma once

// The arrays of one layer together, on the side of a file and on that of a network, and how the layers of an ordered file go to
// those of a network.

#include <denim/exchange/foreign_weights.hpp>
#include <denim/exchange/weight_layout.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// One layer's parameters, on either side, with what its name and shapes say.
struct WeightGroup {
    std::string layer;
    std::vector<std::pair<std::size_t, std::vector<std::size_t>>> shapes;  // slot and shape of each
    std::vector<std::size_t> members;                                      // their numbers
};

DENIM_ONCE std::vector<WeightGroup> groups_of(const std::vector<std::pair<WeightName, std::vector<std::size_t>>>& items);

/// The windows of a SeparableConv2D become a layer of their own, as they are here: "block/depthwise" beside "block".
DENIM_ONCE void part_separable(std::vector<std::pair<WeightName, std::vector<std::size_t>>>& items);

/// "conv_12" without what tells it from "conv_3", and "2.0" without anything: numbers give an order.
DENIM_ONCE std::string without_numbers(std::string text);

DENIM_ONCE bool stand_beside(const WeightPlace& one, const WeightPlace& other);

/// Two layers side by side whose parameters have the same shapes: the first rows of each. The rows come layer by layer.
DENIM_ONCE std::optional<std::pair<const WeightPlace*, const WeightPlace*>> twins_of(std::span<const WeightPlace* const> rows,
                                                                                     WeightLayout layout);

/// Whether the name of an array says that it is what the row is, or says nothing.
DENIM_ONCE bool has_slot_of(const ForeignTensor& tensor, const WeightPlace& row);

/// Goes through the arrays of an ordered file and gives each run of them to a layer of the network that fits and whose
/// predecessors have theirs: branches may take turns in any way. What was found is unique, or there are two ways.
class OrderedMatch {
public:
    /// `places` are rows, layer by layer; `fits(place, n)` says whether array number n may be that row.
    template <class Fits>
    OrderedMatch(std::span<const WeightPlace* const> places, Fits fits) : places_(places), taken_(places.size()) {
        for (std::size_t n = 0; n < places.size(); ++n)
            if (n == 0 || places[n]->layer != places[n - 1]->layer) layers_.push_back({n, 0, false});
        for (std::size_t n = 0; n < layers_.size(); ++n)
            layers_[n].last = n + 1 < layers_.size() ? layers_[n + 1].first : places.size();
        search(0, fits);
    }
    /// For each place the number of its array: where it is the only way.
    [[nodiscard]] const std::optional<std::vector<std::size_t>>& found() const { return found_; }
    [[nodiscard]] bool ambiguous() const { return ambiguous_; }
    /// The place and the array that did not fit, of the attempt that went furthest.
    [[nodiscard]] std::pair<std::size_t, std::size_t> furthest() const { return furthest_; }

private:
    struct Layer {
        std::size_t first, last;
        bool done;
    };

    [[nodiscard]] bool ready(const Layer& layer) const {
        for (const Layer& before : layers_) {
            if (&before == &layer) return true;
            if (!before.done && !stand_beside(*places_[before.first], *places_[layer.first])) return false;
        }
        return true;
    }
    template <class Fits>
    void search(std::size_t at, const Fits& fits) {
        if (at == places_.size()) {
            ambiguous_ = found_.has_value();
            found_ = taken_;
            return;
        }
        if (++steps_ > 100'000) ambiguous_ = true;
        for (std::size_t n = 0; n < layers_.size() && !ambiguous_; ++n) {
            Layer& layer = layers_[n];
            if (layer.done) continue;
            if (!ready(layer)) continue;
            std::size_t place = layer.first;
            for (; place < layer.last && at + place - layer.first < places_.size() && fits(*places_[place], at + place - layer.first); ++place)
                taken_[place] = at + place - layer.first;
            if (place < layer.last) {
                const std::size_t array = std::min(at + place - layer.first, places_.size() - 1);
                if (array > furthest_.second || furthest_ == std::pair<std::size_t, std::size_t>{}) furthest_ = {place, array};
                continue;
            }
            layer.done = true;
            search(at + layer.last - layer.first, fits);
            layer.done = false;
        }
    }

    std::span<const WeightPlace* const> places_;
    std::vector<Layer> layers_;
    std::vector<std::size_t> taken_;
    std::optional<std::vector<std::size_t>> found_;
    std::pair<std::size_t, std::size_t> furthest_{};
    std::size_t steps_ = 0;
    bool ambiguous_ = false;
};

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE std::vector<WeightGroup> groups_of(const std::vector<std::pair<WeightName, std::vector<std::size_t>>>& items) {
    std::vector<WeightGroup> groups;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto& [name, shape] = items[n];
        auto group = std::ranges::find(groups, name.layer, &WeightGroup::layer);
        if (group == groups.end()) group = groups.insert(group, {name.layer, {}, {}});
        const std::pair entry{name.slot, shape};
        const auto place = std::ranges::upper_bound(group->shapes, entry) - group->shapes.begin();
        group->shapes.insert(group->shapes.begin() + place, entry);
        group->members.insert(group->members.begin() + place, n);
    }
    return groups;
}

DENIM_ONCE void part_separable(std::vector<std::pair<WeightName, std::vector<std::size_t>>>& items) {
    const auto has_points = [&](const std::string& layer) {
        return std::ranges::any_of(items, [&](const auto& item) { return item.first.layer == layer && item.first.kind == "pointwise_kernel"; });
    };
    for (auto& item : items)
        if (WeightName& name = item.first; name.kind == "depthwise_kernel" && has_points(name.layer)) name.layer += "/depthwise";
}

DENIM_ONCE std::string without_numbers(std::string text) {
    std::erase_if(text, [](char letter) { return letter == '_' || letter == '.' || (letter >= '0' && letter <= '9'); });
    return text;
}

DENIM_ONCE bool stand_beside(const WeightPlace& one, const WeightPlace& other) {
    return std::ranges::binary_search(one.beside, other.layer);
}

DENIM_ONCE std::optional<std::pair<const WeightPlace*, const WeightPlace*>> twins_of(std::span<const WeightPlace* const> rows,
                                                                                     WeightLayout layout) {
    std::vector<std::pair<const WeightPlace*, std::vector<std::vector<std::size_t>>>> layers;
    for (const WeightPlace* const row : rows) {
        if (layers.empty() || layers.back().first->layer != row->layer) layers.push_back({row, {}});
        layers.back().second.push_back(shape_in(*row, layout));
    }
    for (std::size_t n = 0; n < layers.size(); ++n)
        for (std::size_t other = 0; other < n; ++other)
            if (layers[n].second == layers[other].second && stand_beside(*layers[other].first, *layers[n].first))
                return std::pair{layers[other].first, layers[n].first};
    return std::nullopt;
}

DENIM_ONCE bool has_slot_of(const ForeignTensor& tensor, const WeightPlace& row) {
    const std::size_t slot = parse_weight_name(tensor.name).slot;
    return slot == WeightName::unknown || slot == parse_weight_name(row.name).slot;
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
