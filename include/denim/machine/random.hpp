// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace denim {

/// Where all randomness of a run begins. The same seed gives the same bits on every machine and for any number of threads.
struct Seed {
    std::uint64_t value = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Random numbers from a counter: the n-th number of a stream depends on (key, stream, n) alone, so that any thread can draw
/// any of them, in any order, twice if need be.
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
class Random {
public:
    using Block = std::array<std::uint32_t, 4>;

    /// `stream` parts what must not share numbers: steps, samples, layers.
    constexpr explicit Random(Seed key, std::uint64_t stream = 0) : key_(key.value), stream_(stream) {}

    /// Four numbers of 32 bits each: block `index` of the stream.
    [[nodiscard]] constexpr Block block(std::uint64_t index) const {
        Block counter{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                      static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
        auto low = static_cast<std::uint32_t>(key_), high = static_cast<std::uint32_t>(key_ >> 32);
        for (int round = 0; round < 10; ++round) {
            const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
            const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
            counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ low, static_cast<std::uint32_t>(second),
                       static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ high, static_cast<std::uint32_t>(first)};
            low += 0x9E3779B9;
            high += 0xBB67AE85;
        }
        return counter;
    }

    /// Sixteen blocks at once, [number of the block's four][block]: the same numbers, in an order that vectors like.
    using Blocks = std::array<std::array<std::uint32_t, 16>, 4>;
    [[nodiscard]] constexpr Blocks blocks(std::uint64_t first) const {
        Blocks counter{};
        for (std::size_t n = 0; n < 16; ++n) {
            counter[0][n] = static_cast<std::uint32_t>(first + n);
            counter[1][n] = static_cast<std::uint32_t>((first + n) >> 32);
            counter[2][n] = static_cast<std::uint32_t>(stream_);
            counter[3][n] = static_cast<std::uint32_t>(stream_ >> 32);
        }
        auto low = static_cast<std::uint32_t>(key_), high = static_cast<std::uint32_t>(key_ >> 32);
        for (int round = 0; round < 10; ++round) {
            for (std::size_t n = 0; n < 16; ++n) {
                const std::uint64_t one = std::uint64_t{0xD2511F53} * counter[0][n], two = std::uint64_t{0xCD9E8D57} * counter[2][n];
                counter[0][n] = static_cast<std::uint32_t>(two >> 32) ^ counter[1][n] ^ low;
                counter[1][n] = static_cast<std::uint32_t>(two);
                counter[2][n] = static_cast<std::uint32_t>(one >> 32) ^ counter[3][n] ^ high;
                counter[3][n] = static_cast<std::uint32_t>(one);
            }
            low += 0x9E3779B9;
            high += 0xBB67AE85;
        }
        return counter;
    }

    /// The next number of the stream, 32 random bits.
    constexpr std::uint32_t bits() {
        if (used_ % 4 == 0) current_ = block(used_ / 4);
        return current_[used_++ % 4];
    }

    /// The next number, uniform in [0, 1).
    constexpr double uniform() {
        const std::uint64_t high = bits() >> 5, low = bits() >> 6;
        return static_cast<double>((high << 26) | low) * 0x1p-53;
    }

    /// The next number, uniform in [low, high).
    constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// The next whole number below `bound`, each as likely as the others (Lemire's method).
    constexpr std::uint32_t below(std::uint32_t bound) {
        std::uint64_t product = std::uint64_t{bits()} * bound;
        if (static_cast<std::uint32_t>(product) < bound) {
            const std::uint32_t threshold = (0u - bound) % bound;
            while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{bits()} * bound;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

    /// The next number of the standard normal distribution (Box and Muller's method).
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(6.283185307179586 * uniform());
    }

private:
    std::uint64_t key_, stream_, used_ = 0;
    Block current_{};
};

/// Puts the elements of a range into a random order (Fisher and Yates).
template <class Range>
constexpr void shuffle(Range& range, Random random) {
    for (std::size_t i = range.size(); i > 1; --i) {
        const std::size_t other = random.below(static_cast<std::uint32_t>(i));
        auto kept = range[i - 1];
        range[i - 1] = range[other];
        range[other] = kept;
    }
}

}  // namespace denim::inline DENIM_TARGET
