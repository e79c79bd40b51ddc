// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/photographs.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The part of a name: drawn from the name and the seed alone, so that no other name changes it. Each part gets its share of many names, of few
/// only about.
inline Part part_of_name(std::string_view name, SplitShares shares, Seed seed) {
    if (shares.sum() == 0) throw std::invalid_argument("denim: split: at least one share above zero was expected");
    const std::uint64_t drawn = (name_sum(name, seed.value + 1) >> 32) * shares.sum() >> 32;
    return drawn < shares.train ? Part::train : drawn < std::uint64_t{shares.train} + shares.validation ? Part::validation : Part::test;
}

/// Photographs in three.
struct NamedSplit {
    Photographs train, validation, test;
};

/// Cuts photographs in three by their names: adding some, or taking some away, moves no other from one part to another. Names with equal
/// `group_of(name)` stay together: all photographs of a product, say. Classes are shared about alike, by chance; see `split` and `grouped_parts` for
/// exact shares of a set that stays as it is.
///
///     auto [train, validation, test] = split_by_name(Photographs{"photos", Size{224, 224}}, {80, 10, 10}, Seed{1});
template <class GroupOf = std::identity>
NamedSplit split_by_name(const Photographs& all, SplitShares shares, Seed seed, GroupOf group_of = {}) {
    std::array<std::vector<std::size_t>, 3> places;
    for (std::size_t index = 0; index < all.size(); ++index)
        places[static_cast<std::size_t>(part_of_name(group_of(all.name(index)), shares, seed))].push_back(index);
    return {all.select(places[0]), all.select(places[1]), all.select(places[2])};
}

}  // namespace denim::inline DENIM_TARGET
