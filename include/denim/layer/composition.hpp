// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/concept.hpp>

#include <concepts>
#include <cstddef>
#include <utility>

namespace denim {

/// What an entry of the expanded network does with the value that flows through it.
enum class Role {
    layer,   ///< takes it and gives another
    fork,    ///< remembers it for the join to come, and passes it on
    turn,    ///< ends a branch: remembers it for the join to come, and passes on what the fork remembered
    join,    ///< takes it and what the forks remembered, and gives one value
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// A list of types.
template <class... Types>
struct List {
    static constexpr std::size_t size = sizeof...(Types);
};

/// The layers one after the other. A composition says with `Expanded` what it stands for; the network sees the flat list. A struct that
/// derives from it is a block under its own name, template <std::size_t C> struct Basic : Sequential<...> {}, which summary and errors show;
/// with static constexpr const char* name under that.
template <class... Specs>
struct Sequential {
    using Expanded = List<Specs...>;
    using Unnamed = Sequential;
};

/// A struct of one's own that derives from Sequential.
template <class Spec>
concept NamedBlock = requires { typename Spec::Unnamed; } && !std::same_as<Spec, typename Spec::Unnamed>;

/// True for entries that compute nothing: they pass on a value that was there before.
constexpr bool passes_on(Role role) { return role == Role::fork || role == Role::turn; }

/// Remembers the value that flows through.
struct Fork : SpecDefaults {
    static constexpr Role role = Role::fork;
};

namespace detail {

template <class Spec>
constexpr Role role_of() {
    if constexpr (requires { requires std::same_as<decltype(Spec::role), const Role>; })
        return Spec::role;
    else
        return Role::layer;
}

/// True for what users wrote among the entries of a composition; forks, joins and what else it puts there go by its own name.
template <class Spec>
constexpr bool written() {
    if constexpr (requires { Spec::of_composition; })
        return false;
    else
        return role_of<Spec>() == Role::layer;
}

template <class... Left, class... Right>
List<Left..., Right...> operator+(List<Left...>, List<Right...>);

// Lists one behind the other, eight at a time: compilers nest a fold as deep as it is long, and clang no deeper than 256.
template <class... Lists>
struct Joined {
    using type = decltype((List<>{} + ... + Lists{}));
};
template <class A, class B, class C, class D, class E, class F, class G, class H, class I, class... Rest>
struct Joined<A, B, C, D, E, F, G, H, I, Rest...> {
    using type = typename Joined<decltype(A{} + B{} + C{} + D{} + E{} + F{} + G{} + H{}), I, Rest...>::type;
};

template <class Spec>
struct Expand {
    using type = List<Spec>;
};
template <class... Specs>
struct Expand<List<Specs...>> {
    using type = typename Joined<typename Expand<Specs>::type...>::type;
};
template <class Spec>
    requires requires { typename Spec::Expanded; }
struct Expand<Spec> {
    using type = typename Expand<typename Spec::Expanded>::type;
};

template <std::size_t Index, class Type>
struct Indexed {};
template <class Sequence, class... Types>
struct IndexedList;
template <std::size_t... Index, class... Types>
struct IndexedList<std::index_sequence<Index...>, Types...> : Indexed<Index, Types>... {};
template <class Type>
struct Identity {
    using type = Type;
};
template <std::size_t Index, class Type>
Identity<Type> pick(Indexed<Index, Type>);
template <class... Types>
IndexedList<std::index_sequence_for<Types...>, Types...> indexed(List<Types...>);

}  // namespace detail

/// The flat list that a composition stands for: layers, forks and joins in the order of computation.
template <class Spec>
using expanded = typename detail::Expand<Spec>::type;

/// The type at a place of a List.
template <class Types, std::size_t Index>
using type_at = typename decltype(detail::pick<Index>(decltype(detail::indexed(Types{})){}))::type;

}  // namespace denim::inline DENIM_TARGET
