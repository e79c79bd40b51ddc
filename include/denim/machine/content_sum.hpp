// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/threads.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// XXH64 with the seed 0, Yann Collet (2014): a sum of 64 bits over bytes, at the speed at which they come. It tells accidents
/// apart, not attacks.
inline std::uint64_t xxh64(std::span<const std::byte> bytes) {
    constexpr std::uint64_t first = 0x9E3779B185EBCA87, second = 0xC2B2AE3D27D4EB4F, third = 0x165667B19E3779F9,
                            fourth = 0x85EBCA77C2B2AE63, fifth = 0x27D4EB2F165667C5;
    const auto read = []<class Number>(const std::byte* from, Number number) -> std::uint64_t {
        std::memcpy(&number, from, sizeof number);
        return number;
    };
    const auto round = [](std::uint64_t sum, std::uint64_t word) { return std::rotl(sum + word * second, 31) * first; };
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t sum = fifth;
    if (left >= 32) {
        std::array<std::uint64_t, 4> lanes{first + second, second, 0, 0 - first};
        for (; left >= 32; left -= 32, at += 32)
            for (std::size_t n = 0; n < 4; ++n) lanes[n] = round(lanes[n], read(at + 8 * n, std::uint64_t{}));
        sum = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
        for (const std::uint64_t lane : lanes) sum = (sum ^ round(0, lane)) * first + fourth;
    }
    sum += bytes.size();
    for (; left >= 8; left -= 8, at += 8) sum = std::rotl(sum ^ round(0, read(at, std::uint64_t{})), 27) * first + fourth;
    for (; left >= 4; left -= 4, at += 4) sum = std::rotl(sum ^ read(at, std::uint32_t{}) * first, 23) * second + third;
    for (; left > 0; --left, ++at) sum = std::rotl(sum ^ std::to_integer<std::uint64_t>(*at) * fifth, 11) * first;
    sum = (sum ^ sum >> 33) * second;
    sum = (sum ^ sum >> 29) * third;
    return sum ^ sum >> 32;
}

/// The sum over numbers as they stand in memory: that of the sums of its blocks, which threads share.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
std::uint64_t content_sum(std::span<const Number> numbers) {
    constexpr std::size_t block = std::size_t{1} << 20;
    const auto bytes = std::as_bytes(numbers);
    std::vector<std::uint64_t> sums(bytes.size() / block + 1);
    parallel_for(sums.size(), bytes.size(), [&](std::size_t n) {
        sums[n] = xxh64(bytes.subspan(n * block, std::min(block, bytes.size() - n * block)));
    });
    return xxh64(std::as_bytes(std::span{sums}));
}

}  // namespace denim::inline DENIM_TARGET
