// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/composition.hpp>
#include <denim/layer/recompute.hpp>
#include <denim/machine/each_index.hpp>
#include <denim/machine/spelling.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// How many entries of the flat list a spec stands for.
template <class Spec>
inline constexpr std::size_t entries_of = expanded<Spec>::size;

/// The names of a network's entries, and of the blocks with names of their own among them: column by column, as every program has vectors
/// of these types.
struct EntryNames {
    std::vector<std::string> entries;
    std::vector<std::size_t> block_begins;           ///< a block's first entry
    std::vector<std::string> block_places, blocks;   ///< "2", "Basic<64>"
    std::vector<std::string> block_layers;           ///< what it stands for, "Sequential<...>"
};

template <class... Specs>
void name_children(List<Specs...>, const std::string& prefix, EntryNames& names);

/// Appends a name for each entry of the flat list: its place among its siblings, "2.0" for the first layer inside the third.
/// Forks and joins are named as the composition that they belong to.
template <class Written>
void name_entries(const std::string& name, EntryNames& names) {
    using Spec = named_as<Written>;
    if constexpr (NamedBlock<Spec>) {
        names.block_begins.push_back(names.entries.size());
        names.block_places.push_back(name);
        names.block_layers.push_back(spelling<typename Spec::Unnamed>());
        if constexpr (requires { std::string{Spec::name}; })
            names.blocks.emplace_back(Spec::name);
        else
            names.blocks.push_back(spelling<Spec>());
    }
    if constexpr (requires { typename Spec::Expanded; })
        name_children(typename Spec::Expanded{}, name, names);
    else
        names.entries.push_back(name);
}
template <class Spec>
void name_entries(const std::string& name, std::vector<std::string>& entries) {
    EntryNames names;
    names.entries = std::move(entries);
    name_entries<Spec>(name, names);
    entries = std::move(names.entries);
}

template <class... Specs>
void name_children(List<Specs...>, const std::string& name, EntryNames& names) {
    [[maybe_unused]] std::size_t place = 0;  // an empty Sequential has no children
    [[maybe_unused]] const auto add = [&]<std::size_t Index>() {
        using Spec = type_at<List<Specs...>, Index>;
        if constexpr (role_of<Spec>() == Role::layer)
            name_entries<Spec>((name.empty() ? "" : name + ".") + std::to_string(place++), names);
        else
            names.entries.push_back(name);
    };
    each_index<0, sizeof...(Specs)>(add);
}

/// Where a path leads in the flat list, and how many entries stand there: <2, 0> is the first layer inside the third.
struct PathEnd {
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    std::size_t first = nowhere, entries = 0;
};

template <std::size_t Wanted, std::size_t... Deeper, class... Specs>
consteval PathEnd follow(List<Specs...>) {
    std::size_t place = 0, entry = 0;
    PathEnd end;
    [[maybe_unused]] const auto visit = [&]<std::size_t Index>() {
        using Spec = named_as<type_at<List<Specs...>, Index>>;
        if (role_of<Spec>() == Role::layer && place++ == Wanted) {
            if constexpr (sizeof...(Deeper) == 0) {
                end = {entry, entries_of<Spec>};
            } else if constexpr (requires { typename Spec::Expanded; }) {
                end = follow<Deeper...>(typename Spec::Expanded{});
                if (end.first != PathEnd::nowhere) end.first += entry;
            }
        }
        entry += entries_of<Spec>;
    };
    each_index<0, sizeof...(Specs)>(visit);
    return end;
}

template <class Spec, std::size_t Index, class Block>
consteval auto block_around();

/// The innermost block with a name of its own around an entry of these, which `Block` stands around; void where there is none.
template <std::size_t Index, class Block, class First, class... Rest>
consteval auto block_among(List<First, Rest...>) {
    if constexpr (Index < entries_of<First>)
        return block_around<First, Index, Block>();
    else
        return block_among<Index - entries_of<First>, Block>(List<Rest...>{});
}
template <class Spec, std::size_t Index, class Block>
consteval auto block_around() {
    using Around = std::conditional_t<NamedBlock<Spec>, Spec, Block>;
    if constexpr (requires { typename Spec::Expanded; })
        return block_among<Index, Around>(typename Spec::Expanded{});
    else
        return Identity<Around>{};
}

}  // namespace denim::inline DENIM_TARGET::detail
