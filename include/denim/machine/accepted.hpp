// SPDX-License-Identifier: MIT
#pragma once

// What a setting may be, said once: checks, their sentences and records of runs are made from it. A class with settings lists
// them all, each with its name and what it accepts:
//
//     static constexpr const char* name = "Adam";
//     void each_setting(auto&& each) const { each("rate", rate, at_least_0); ... }

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace denim::inline DENIM_TARGET {

/// The numbers that a setting accepts: those between two bounds, finite ones only. A NaN is never accepted.
struct Accepted {
    double lowest = 0, highest = std::numeric_limits<double>::max();
    bool lowest_too = true, highest_too = true;  ///< whether the bounds themselves are accepted

    [[nodiscard]] constexpr bool takes(double value) const {
        return is_finite(value) && (lowest_too ? value >= lowest : value > lowest) && (highest_too ? value <= highest : value < highest);
    }
    /// "from 0 to 1", "as a finite number above 0"
    [[nodiscard]] std::string words() const;
};

inline constexpr Accepted at_least_0{}, above_0{.lowest_too = false}, at_least_1{.lowest = 1}, from_0_to_1{.highest = 1},
    from_0_below_1{.highest = 1, .highest_too = false}, above_0_below_1{.highest = 1, .lowest_too = false, .highest_too = false};

namespace detail {

[[noreturn]] DENIM_ONCE void refuse_setting(std::string_view owner, std::string_view name, const Accepted& accepted, const std::string& value);

}  // namespace detail

/// Throws std::invalid_argument if a setting is not accepted: "denim: Adam: rate was expected as a finite number of at least 0,
/// but is nan".
template <class Number>
void check_setting(std::string_view owner, std::string_view name, Number value, const Accepted& accepted) {
    if (accepted.takes(static_cast<double>(value))) return;
    detail::refuse_setting(owner, name, accepted, shortest_text(value));
}

/// Whether a class lists its settings.
template <class Type>
concept ListsSettings = requires(const Type& type) { type.each_setting([](std::string_view, auto, const Accepted&) {}); };

/// Throws std::invalid_argument if one of the settings that a class lists is not accepted.
template <ListsSettings Type>
void check_settings_of(const Type& type) {
    type.each_setting([](std::string_view name, auto value, const Accepted& accepted) { check_setting(Type::name, name, value, accepted); });
}

namespace detail {

/// The name of a class that lists its settings; "" of one of a user's own that does not.
template <class Type>
constexpr std::string_view name_of() {
    if constexpr (ListsSettings<Type>)
        return Type::name;
    else
        return "";
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string Accepted::words() const {
    if (highest == std::numeric_limits<double>::max())
        return std::string{"as a finite number "} + (lowest_too ? "of at least " : "above ") + shortest_text(lowest);
    return std::string{lowest_too ? "from " : "from above "} + shortest_text(lowest) + (highest_too ? " to " : " to less than ") +
           shortest_text(highest);
}

DENIM_ONCE void detail::refuse_setting(std::string_view owner, std::string_view name, const Accepted& accepted, const std::string& value) {
    throw std::invalid_argument("denim: " + std::string{owner} + ": " + std::string{name} + " was expected " + accepted.words() + ", but is " + value);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
