// SPDX-License-Identifier: MIT
#pragma once

// The settings of layers while the program runs: which layer has which, what they accept, and how a user reaches them by a
// layer's place. They stand in one array, one for each entry of the flat list, and take effect from there.

#include <denim/layer/concept.hpp>
#include <denim/machine/accepted.hpp>
#include <denim/network/graph_table.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim {

/// The settings that a layer may have, see LayerSettings.
enum class LayerSetting { rate, l2, frozen, rate_factor };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Whether an entry of the flat list has a setting: a rate if its spec says has_rate, L2 if it has weights that decay, frozen
/// and a rate_factor if it has parameters.
constexpr bool has_setting(const Entry& entry, LayerSetting which) {
    return which == LayerSetting::rate ? entry.has_rate : which == LayerSetting::l2 ? entry.decays : entry.rows > 0;
}

/// What a dropout rate and the strength of an L2 may be: a rate of 1 would let nothing through.
inline constexpr Accepted accepted_rate = from_0_below_1, accepted_l2 = at_least_0, accepted_rate_factor = at_least_0;

/// Throws std::invalid_argument, with the layer's name, if a layer has a setting that is not accepted.
inline void check_settings(const GraphTable& graph, std::span<const LayerSettings> settings) {
    const auto check = [&](std::size_t index, const char* name, float value, const Accepted& accepted) {
        if (!accepted.takes(static_cast<double>(value))) check_setting("layer " + graph.names().entries[index], name, value, accepted);
    };
    for (std::size_t index = 0; index < settings.size(); ++index) {
        const Entry& entry = graph.entries[index];
        if (entry.has_rate) check(index, "rate", settings[index].rate, accepted_rate);
        if (entry.decays) check(index, "l2", settings[index].l2, accepted_l2);
        if (entry.rows > 0) check(index, "rate_factor", settings[index].rate_factor, accepted_rate_factor);
    }
}

namespace detail {

/// Some neighbours of the flat list with their settings, and whom to tell when one was changed.
struct SettingsPlace {
    std::span<LayerSettings> layers;
    std::span<const Entry> entries;
    void* network;
    void (*changed)(void* network);
};

template <std::size_t Count>
constexpr std::size_t layers_with(const Trace<Count>& trace, PathEnd end, LayerSetting which) {
    std::size_t count = 0;
    for (std::size_t n = end.first; n < end.first + end.entries; ++n) count += has_setting(trace.entries[n], which);
    return count;
}

}  // namespace detail

/// A setting at a place of a network, where so many layers have it: to assign to, and to read where one layer has it.
template <LayerSetting Which, std::size_t Having>
class SettingAt {
public:
    using Number = std::conditional_t<Which == LayerSetting::frozen, bool, float>;

    explicit SettingAt(const detail::SettingsPlace& place) : place_(place) {}
    SettingAt(const SettingAt&) = default;
    ~SettingAt() = default;

    /// Sets it in all layers of the place that have it; gives the number.
    Number operator=(Number number) {  // NOLINT: the number, as a chain of assignments wants it
        explain();
        for (std::size_t n = 0; n < place_.layers.size(); ++n)
            if (has_setting(place_.entries[n], Which)) of(place_.layers[n]) = number;
        place_.changed(place_.network);
        return number;
    }
    Number operator=(const SettingAt& other) { return *this = static_cast<Number>(other); }  // NOLINT

    operator Number() const {  // NOLINT: meant to convert
        explain();
        static_assert(Having <= 1,
                      "denim: settings: the layers of a composition may differ; read the setting of one of them, settings<2, 0>().");
        std::size_t n = 0;
        while (n + 1 < place_.layers.size() && !has_setting(place_.entries[n], Which)) ++n;
        return of(place_.layers[n]);
    }

private:
    static constexpr void explain() {
        static_assert(Which != LayerSetting::rate || Having > 0,
                      "denim: settings: no layer at this place has a rate; Dropout and StochasticDepth have.");
        static_assert(Which != LayerSetting::l2 || Having > 0,
                      "denim: settings: no layer at this place has weights for an L2; Conv, DepthwiseConv and Dense have.");
        static_assert(Which != LayerSetting::frozen || Having > 0,
                      "denim: settings: no layer at this place has parameters that could be frozen.");
        static_assert(Which != LayerSetting::rate_factor || Having > 0,
                      "denim: settings: no layer at this place has parameters that could have a rate of their own.");
    }
    static Number& of(LayerSettings& settings) {
        if constexpr (Which == LayerSetting::rate)
            return settings.rate;
        else if constexpr (Which == LayerSetting::l2)
            return settings.l2;
        else if constexpr (Which == LayerSetting::frozen)
            return settings.frozen;
        else
            return settings.rate_factor;
    }

    detail::SettingsPlace place_;
};

/// The settings at a place of a network: of a layer, or of all layers of a composition. What no layer there has does not compile.
template <std::size_t WithRate, std::size_t WithWeights, std::size_t WithParameters>
struct SettingsAt {
    SettingAt<LayerSetting::rate, WithRate> rate;            ///< Dropout, StochasticDepth: the share that becomes zero, below 1
    SettingAt<LayerSetting::l2, WithWeights> l2;             ///< adds l2 * sum of squares of the weights to the loss
    SettingAt<LayerSetting::frozen, WithParameters> frozen;  ///< parameters stay as they are
    SettingAt<LayerSetting::rate_factor, WithParameters> rate_factor;  ///< what parameters take of the learning rate

    explicit SettingsAt(const detail::SettingsPlace& place) : rate(place), l2(place), frozen(place), rate_factor(place) {}
};

}  // namespace denim::inline DENIM_TARGET
