// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <unordered_map>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// 64 bits that equal bytes share and others hardly do: words of eight, each multiplied, folded and mixed in (as in
/// MurmurHash, by Appleby).
inline std::uint64_t fingerprint(std::span<const std::uint8_t> bytes) {
    constexpr std::uint64_t factor = 0xC6A4A7935BD1E995;
    std::uint64_t hash = factor * bytes.size();
    const auto mix = [&](std::uint64_t word) {
        word *= factor;
        hash = (hash ^ ((word ^ (word >> 47)) * factor)) * factor;
    };
    std::size_t i = 0;
    for (std::uint64_t word; i + sizeof word <= bytes.size(); i += sizeof word) {
        std::memcpy(&word, bytes.data() + i, sizeof word);
        mix(word);
    }
    std::uint64_t last = 0;
    if (i < bytes.size()) std::memcpy(&last, bytes.data() + i, bytes.size() - i);
    mix(last);
    hash = (hash ^ (hash >> 47)) * factor;
    return hash ^ (hash >> 47);
}

/// For each thing the place of the first one that is equal to it, its own if there is none before: what has the same
/// fingerprint is compared with `equal(place, place)`.
template <class Equal>
std::vector<std::size_t> first_equals(std::span<const std::uint64_t> fingerprints, Equal&& equal) {
    std::unordered_multimap<std::uint64_t, std::size_t> seen;
    std::vector<std::size_t> first(fingerprints.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        first[i] = i;
        const auto [begin, end] = seen.equal_range(fingerprints[i]);
        for (auto other = begin; other != end && first[i] == i; ++other)
            if (equal(other->second, i)) first[i] = other->second;
        if (first[i] == i) seen.emplace(fingerprints[i], i);
    }
    return first;
}

}  // namespace denim::inline DENIM_TARGET
