// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/random.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The order of an epoch (the first is 1) in which every class comes equally often, to one sample: as many places as there are labels, those of
/// small classes several times, those of large ones in turn from epoch to epoch, so that each sample of a class is seen as often as any other,
/// to one. Classes are dealt in turn, samples of a class in the order of one shuffle after another; it depends on labels, seed and epoch alone.
inline std::vector<std::uint32_t> balanced_order(std::span<const std::int32_t> labels, Seed seed, std::uint64_t epoch) {
    std::map<std::int32_t, std::vector<std::uint32_t>> members;
    for (std::size_t place = 0; place < labels.size(); ++place) members[labels[place]].push_back(static_cast<std::uint32_t>(place));
    const std::uint64_t classes = members.size(), before = (epoch - 1) * labels.size(), after = epoch * labels.size();
    std::vector<std::uint32_t> order;
    order.reserve(labels.size());
    std::uint64_t turn = 0;  // of a class; it has the draws turn, turn + classes, ... of all epochs together
    for (const auto& [label, all] : members) {
        const auto drawn = [&](std::uint64_t until) { return (until + classes - 1 - turn) / classes; };
        std::uint64_t round = ~std::uint64_t{0};
        std::vector<std::uint32_t> shuffled;
        for (std::uint64_t draw = drawn(before); draw < drawn(after); ++draw) {
            if (draw / all.size() != round) {
                round = draw / all.size();
                shuffled = all;
                shuffle(shuffled, Random{Seed{seed.value + 0x9E3779B97F4A7C15u * (turn + 1)}, round});
            }
            order.push_back(shuffled[draw % all.size()]);
        }
        ++turn;
    }
    shuffle(order, Random{seed, epoch});
    return order;
}

}  // namespace denim::inline DENIM_TARGET
