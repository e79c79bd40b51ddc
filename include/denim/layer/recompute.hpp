// SPDX-License-Identifier: MIT
#pragma once

// Layers whose values are not kept for the backward pass, but computed a second time in front of it. Chen et al., "Training deep nets
// with sublinear memory cost" (2016).

#include <denim/layer/composition.hpp>

#include <array>
#include <cstddef>

namespace denim {

/// Entries of the flat list whose values are computed a second time: from `first` to the one before `last`.
struct RecomputedEntries {
    std::size_t first = 0, last = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The layers one after the other, as Sequential: the same bits, the same parameters and random numbers. But of the values between them
/// none is kept for backward. The forward pass keeps what enters and what leaves; when backward comes to the last of these layers, they run
/// forward once more, those that backward needs. BatchNorm then takes the statistics that it has. Costs at most one more forward pass of
/// these layers; a Predictor is the same as without. Within another Recompute the values of the inner one are computed a third time.
/// Rows are named as those of Sequential<Layers...>, of one layer or composition alone as its own; so files of weights go from one to
/// the other, and so do checkpoints.
template <class... Layers>
struct Recompute {
    using Expanded = List<Layers...>;
    static_assert(detail::Expand<Expanded>::type::size >= 2,
                  "denim: Recompute: at least two layers were expected; what leaves is kept, so of one alone there is nothing to compute again.");
};

namespace detail {

template <class Spec>
inline constexpr bool is_recompute = false;
template <class... Layers>
inline constexpr bool is_recompute<Recompute<Layers...>> = true;

/// What a composition is called after: Recompute around a single layer or composition is transparent.
template <class Spec>
struct NamedAs {
    using type = Spec;
};
template <class Only>
struct NamedAs<Recompute<Only>> : NamedAs<Only> {};
template <class Spec>
using named_as = typename NamedAs<Spec>::type;

/// How many Recomputes are in a spec, itself among them, and where in the flat list each begins and ends: the outer in front of its inner.
template <class Spec>
struct RecomputesIn {
    static constexpr std::size_t count = 0;
};
template <class... Specs>
struct RecomputesIn<List<Specs...>> {
    static constexpr std::array<std::size_t, sizeof...(Specs) + 1> counts{RecomputesIn<Specs>::count..., 0};
    static constexpr std::size_t count = [] {
        std::size_t all = 0;
        for (const std::size_t one : counts) all += one;
        return all;
    }();

    static constexpr void find(std::size_t first, RecomputedEntries* to) {
        if constexpr (count > 0) {
            constexpr void (*finders[])(std::size_t, RecomputedEntries*){&find_in<Specs>...};
            constexpr std::size_t entries[]{Expand<Specs>::type::size...};
            for (std::size_t n = 0; n < sizeof...(Specs); ++n) {
                finders[n](first, to);
                first += entries[n];
                to += counts[n];
            }
        }
    }

private:
    template <class Spec>
    static constexpr void find_in(std::size_t first, RecomputedEntries* to) {
        if constexpr (RecomputesIn<Spec>::count > 0) RecomputesIn<Spec>::find(first, to);
    }
};
template <class Spec>
    requires requires { typename Spec::Expanded; }
struct RecomputesIn<Spec> {
    using Inner = RecomputesIn<typename Spec::Expanded>;
    static constexpr std::size_t count = Inner::count + is_recompute<Spec>;

    static constexpr void find(std::size_t first, RecomputedEntries* to) {
        if (is_recompute<Spec>) *to++ = {first, first + Expand<Spec>::type::size};
        Inner::find(first, to);
    }
};

/// Those of a network's body.
template <class Body>
inline constexpr auto recomputed_entries = [] {
    std::array<RecomputedEntries, RecomputesIn<Body>::count> all{};
    if constexpr (RecomputesIn<Body>::count > 0) RecomputesIn<Body>::find(0, all.data());
    return all;
}();

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
