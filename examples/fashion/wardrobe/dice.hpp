// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/random.hpp>

#include <array>
#include <cstddef>
#include <numeric>
#include <span>

namespace denim::inline DENIM_TARGET::wardrobe {

/// A range of a measure, drawn uniformly.
struct Range {
    double low = 0, high = 0;
};

/// The chances of one photograph: every choice that a drawing makes is thrown here, in the order of the drawing.
class Dice {
public:
    explicit Dice(Random random) : random_(random) {}

    /// Uniform in [low, high).
    double between(double low, double high) { return random_.uniform(low, high); }
    double of(Range range) { return between(range.low, range.high); }
    /// True with this probability.
    bool chance(double probability) { return random_.uniform() < probability; }
    /// A whole number from low to high, both possible.
    int whole(int low, int high) { return low + static_cast<int>(random_.below(static_cast<std::uint32_t>(high - low + 1))); }
    /// Normal with this deviation around 0.
    double spread(double deviation) { return deviation * random_.normal(); }
    /// -1 or 1.
    double side() { return chance(0.5) ? 1 : -1; }
    /// A number that seeds a pattern.
    std::uint32_t seed() { return random_.bits(); }

    /// One of the values, each as likely as the others.
    template <class Value, std::size_t Count>
    Value any(const std::array<Value, Count>& values) {
        return values[random_.below(static_cast<std::uint32_t>(Count))];
    }
    template <class Value, class... Values>
    Value any(Value first, Values... others) {
        return any(std::array<Value, 1 + sizeof...(Values)>{first, static_cast<Value>(others)...});
    }
    /// The index of one of the weights, drawn in their proportion.
    std::size_t weighted(std::span<const double> weights) {
        double rest = between(0, std::accumulate(weights.begin(), weights.end(), 0.0));
        for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
            if (rest < weights[i]) return i;
            rest -= weights[i];
        }
        return weights.size() - 1;
    }

private:
    Random random_;
};

}  // namespace denim::inline DENIM_TARGET::wardrobe
