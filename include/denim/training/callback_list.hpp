// SPDX-License-Identifier: MIT
#pragma once

// What the callbacks of a run say and remember together. Two of one type stand apart: by their place among those of the type.

#include <denim/training/callback.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// Calls act(callback, place), place 0 for the first of a type, 1 for the second.
template <class Act>
void each_callback(std::span<const CallbackReference> callbacks, const Act& act) {
    std::map<std::string, std::size_t> seen;
    for (const CallbackReference& callback : callbacks) act(callback, seen[callback.name()]++);
}

/// Those that are DescribesItself, each under its name; the second is "EarlyStopping 2".
inline void describe_callbacks(SettingsRecord& to, std::span<const CallbackReference> callbacks) {
    each_callback(callbacks, [&](const CallbackReference& callback, std::size_t place) {
        if (callback.described()) to(callback.name() + (place > 0 ? ' ' + std::to_string(place + 1) : ""), callback);
    });
}

/// What the second of a type remembers stands behind "2/".
inline std::string memory_prefix(std::size_t place) { return place == 0 ? "" : std::to_string(place + 1) + '/'; }

inline CallbackMemory remember(std::span<const CallbackReference> callbacks) {
    CallbackMemory all;
    each_callback(callbacks, [&](const CallbackReference& callback, std::size_t place) {
        CallbackMemory own;
        callback.remember(own);
        for (const auto& [name, number] : own.numbers) all.numbers[memory_prefix(place) + name] = number;
        for (auto& [name, array] : own.arrays) all.arrays[memory_prefix(place) + name] = std::move(array);
    });
    return all;
}

inline void recall(std::span<const CallbackReference> callbacks, const CallbackMemory& all) {
    each_callback(callbacks, [&](const CallbackReference& callback, std::size_t place) {
        const std::string prefix = memory_prefix(place);
        CallbackMemory own;
        for (const auto& [name, number] : all.numbers)
            if (name.starts_with(prefix)) own.numbers[name.substr(prefix.size())] = number;
        for (const auto& [name, array] : all.arrays)
            if (name.starts_with(prefix)) own.arrays[name.substr(prefix.size())] = array;
        callback.recall(own);
    });
}

}  // namespace denim::inline DENIM_TARGET::detail
