// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/composition.hpp>
#include <denim/layer/recompute.hpp>
#include <denim/machine/each_index.hpp>
#include <denim/machine/spelling.hpp>

#include <array>
#include <cstddef>
#include <span>
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

/// A child of a composition, as naming sees it.
struct NamedChild {
    bool layer = true;                                          ///< else a fork or join, named as the composition that it belongs to
    void (*name)(const std::string&, EntryNames&) = nullptr;  ///< of a composition or a block; a layer is its own only entry
};

DENIM_ONCE void name_children(std::span<const NamedChild> children, const std::string& name, EntryNames& names);

template <class Written>
void name_entries(const std::string& name, EntryNames& names);

template <class Written>
constexpr NamedChild named_child() {
    using Spec = named_as<Written>;
    if constexpr (!written<Written>())
        return {false, nullptr};
    else if constexpr (NamedBlock<Spec> || requires { typename Spec::Expanded; })
        return {true, &name_entries<Written>};
    else
        return {true, nullptr};
}
template <class... Specs>
constexpr std::array<NamedChild, sizeof...(Specs)> named_children(List<Specs...>) {
    return {named_child<Specs>()...};
}

/// Appends a name for each entry of the flat list: its place among its siblings, "2.0" for the first layer inside the third.
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
    if constexpr (requires { typename Spec::Expanded; }) {
        static constexpr auto children = named_children(typename Spec::Expanded{});
        name_children(children, name, names);
    } else {
        names.entries.push_back(name);
    }
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
        if (written<Spec>() && place++ == Wanted) {
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

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void name_children(std::span<const NamedChild> children, const std::string& name, EntryNames& names) {
    std::size_t place = 0;
    for (const NamedChild& child : children) {
        if (!child.layer) {
            names.entries.push_back(name);
            continue;
        }
        std::string own = name.empty() ? std::to_string(place) : name + "." + std::to_string(place);
        ++place;
        if (child.name)
            child.name(own, names);
        else
            names.entries.push_back(std::move(own));
    }
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
