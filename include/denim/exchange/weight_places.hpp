// SPDX-License-Identifier: MIT
#pragma once

// The parameters of a network as files of other frameworks have to fit them: where each stands, which layers have no order
// between them, and in which order PyTorch numbers the inputs of a layer behind a flatten.

#include <denim/exchange/weight_layout.hpp>
#include <denim/machine/each_index.hpp>
#include <denim/network/graph.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// For each number of one pixel that PyTorch has, the place of ours; empty where they are alike. Nothing: it is not known.
using ChannelOrder = std::optional<std::vector<std::size_t>>;

/// The order of every value of a network, the input's first. `mixes` says of each entry whether it makes new channels of all
/// that it gets, as Conv and Dense do; other layers that keep the shape keep the order.
DENIM_ONCE std::vector<ChannelOrder> channel_orders(Shape input, std::span<const Entry> entries, const std::vector<bool>& mixes);

/// For each entry those that stand neither before nor behind it: in another branch.
DENIM_ONCE std::vector<std::vector<std::size_t>> entries_beside(std::span<const Entry> entries);

/// Whether a layer gives other numbers where channels come in another order.
template <class Spec>
consteval bool needs_order() {
    if constexpr (requires { Spec::channels_in_order; })
        return Spec::channels_in_order;
    else
        return false;
}

/// A network's parameters. Throws std::invalid_argument if files of that layout have an order of numbers that nothing here knows.
template <class Network>
std::vector<WeightPlace> weight_places(const Network& network, WeightLayout layout) {
    constexpr auto& entries = Network::Graph::trace.entries;
    const std::span<const Row> rows = network.rows();
    std::vector<bool> mixes;
    for (std::size_t n = 0, row = 0; n < entries.size(); row += entries[n++].rows)
        mixes.push_back(std::ranges::any_of(rows.subspan(row, entries[n].rows),
                                            [](const Row& each) { return each.extents.rank == 2 || each.extents.rank == 4; }));
    const auto orders = channel_orders(Network::input, entries, mixes);
    const auto beside = entries_beside(entries);
    std::vector<WeightPlace> places;
    bool known = std::ranges::all_of(orders, [](const ChannelOrder& order) { return order.has_value(); });
    each_index<0, entries.size()>([&]<std::size_t Number>() {
        if constexpr (needs_order<typename Network::Graph::template At<Number>>()) {
            const ChannelOrder& order = orders[entries[Number].from[0]];
            known &= order && order->empty();
        }
    });
    std::size_t row = 0;
    for (std::size_t n = 0; n < entries.size(); ++n) {
        const ChannelOrder& order = orders[entries[n].from[0]];
        for (std::size_t last = row + entries[n].rows; row < last; ++row) {
            const Extents& extents = rows[row].extents;
            WeightPlace place{rows[row].name, extents, rows[row].offset, entries[n].in, n, {}, beside[n]};
            if (order && (!mixes[n] || extents.rank != 1)) place.order = *order;  // a bias is numbered as the outputs are
            known &= place.order.empty() || extents.rank != 4 || extents.values[2] == entries[n].in.channels;  // no groups
            places.push_back(std::move(place));
        }
    }
    if (!known && layout == WeightLayout::pytorch)
        throw std::invalid_argument("denim: weights as PyTorch has them: the network joins a flattened picture with what other layers made of "
                                    "it, or takes it in groups; the order that its numbers have there is not known");
    return places;
}

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

/// A flatten of (C, H, W), by places of (H, W, C).
inline std::vector<std::size_t> flattened_order(Shape picture) {
    std::vector<std::size_t> order;
    if (picture.height * picture.width == 1 || picture.channels == 1) return order;
    for (std::size_t c = 0; c < picture.channels; ++c)
        for (std::size_t pixel = 0; pixel < picture.height * picture.width; ++pixel) order.push_back(pixel * picture.channels + c);
    return order;
}

/// The order in which a join gives its channels.
inline ChannelOrder joined_order(const Entry& entry, std::span<const Shape> shapes, std::span<const ChannelOrder> orders) {
    const ChannelOrder& first = orders[entry.from[0]];
    bool known = true, alike = true, any = false;
    for (std::size_t n = 0; n < entry.inputs; ++n) {
        const ChannelOrder& order = orders[entry.from[n]];
        known &= order.has_value(), alike &= order == first;
        any |= order && !order->empty();
    }
    if (!known) return std::nullopt;
    if (!any) return std::vector<std::size_t>{};
    if (entry.out.channels == shapes[entry.from[0]].channels) return alike ? first : std::nullopt;  // number by number
    std::vector<std::size_t> all;  // one behind the other
    for (std::size_t n = 0; n < entry.inputs; ++n) {
        const std::size_t before = all.size(), channels = shapes[entry.from[n]].channels;
        const std::vector<std::size_t>& order = *orders[entry.from[n]];
        for (std::size_t c = 0; c < channels; ++c) all.push_back(before + (order.empty() ? c : order[c]));
    }
    return all;
}

DENIM_ONCE std::vector<ChannelOrder> channel_orders(Shape input, std::span<const Entry> entries, const std::vector<bool>& mixes) {
    std::vector<Shape> shapes{input};
    std::vector<ChannelOrder> orders{std::vector<std::size_t>{}};
    for (std::size_t n = 0; n < entries.size(); ++n) {
        const Entry& entry = entries[n];
        const ChannelOrder& from = orders[entry.from[0]];
        const bool flattens = entry.rows == 0 && entry.in != entry.out && entry.out == Shape{1, 1, entry.in.size()};
        ChannelOrder order{std::vector<std::size_t>{}};
        if (entry.role == Role::join)
            order = joined_order(entry, shapes, orders);
        else if (passes_on(entry.role) || (!mixes[n] && entry.in == entry.out))
            order = from;
        else if (entry.role == Role::layer && flattens)
            order = flattened_order(entry.in);
        else if (!mixes[n] && (!from || !from->empty()))
            order = std::nullopt;
        orders.push_back(std::move(order));
        shapes.push_back(entry.out);
    }
    return orders;
}

DENIM_ONCE std::vector<std::vector<std::size_t>> entries_beside(std::span<const Entry> entries) {
    std::vector<std::vector<bool>> before;
    std::vector<std::vector<std::size_t>> beside(entries.size());
    for (std::size_t n = 0; n < entries.size(); ++n) {
        std::vector<bool> all(entries.size(), false);
        for (std::size_t input = 0; input < entries[n].inputs; ++input)
            if (const std::size_t value = entries[n].from[input]; value != 0) {
                for (std::size_t other = 0; other < n; ++other) all[other] = all[other] || before[value - 1][other];
                all[value - 1] = true;
            }
        for (std::size_t other = 0; other < n; ++other)
            if (!all[other] && entries[n].rows != 0 && entries[other].rows != 0) beside[n].push_back(other), beside[other].push_back(n);
        before.push_back(std::move(all));
    }
    return beside;
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
