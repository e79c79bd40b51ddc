// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cmath>
#include <cstdint>

namespace denim::inline DENIM_TARGET::wardrobe {

/// Smooth random hills over the plane, about one every unit, mean 0 and deviation 1: gradient noise after Perlin, "An image
/// synthesizer" (1985), on a lattice of hashed slopes.
class Noise {
public:
    explicit Noise(std::uint32_t seed) : seed_(seed) {}

    [[nodiscard]] double operator()(double x, double y) const {
        const double left = std::floor(x), low = std::floor(y);
        const auto column = static_cast<std::int32_t>(left), row = static_cast<std::int32_t>(low);
        const double dx = x - left, dy = y - low, u = eased(dx), v = eased(dy);
        const double below = slope(column, row, dx, dy) * (1 - u) + slope(column + 1, row, dx - 1, dy) * u;
        const double above = slope(column, row + 1, dx, dy - 1) * (1 - u) + slope(column + 1, row + 1, dx - 1, dy - 1) * u;
        return (below * (1 - v) + above * v) * 2.75;
    }

    /// The number of one lattice point, uniform in [-1, 1).
    [[nodiscard]] double lattice(std::int32_t column, std::int32_t row) const {
        return static_cast<double>(hash(column, row)) * 0x1p-31 - 1;
    }

private:
    static constexpr double eased(double t) { return t * t * t * (t * (t * 6 - 15) + 10); }

    [[nodiscard]] std::uint32_t hash(std::int32_t column, std::int32_t row) const {
        std::uint32_t h =
            seed_ ^ (static_cast<std::uint32_t>(column) * 0x8DA6B343u) ^ (static_cast<std::uint32_t>(row) * 0xD8163841u);
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        return h ^ (h >> 15);
    }

    /// The height at (dx, dy) from a lattice point, on its own slope.
    [[nodiscard]] double slope(std::int32_t column, std::int32_t row, double dx, double dy) const {
        const std::uint32_t h = hash(column, row);
        const double along = static_cast<double>(h & 0xFFFFu) * (2 * 0x1p-16) - 1,
                     across = static_cast<double>(h >> 16) * (2 * 0x1p-16) - 1;
        return (along * dx + across * dy) * 1.25;
    }

    std::uint32_t seed_;
};

}  // namespace denim::inline DENIM_TARGET::wardrobe
