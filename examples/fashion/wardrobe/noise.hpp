// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cmath>
#include <cstdint>

namespace denim::inline DENIM_TARGET::wardrobe {

/// Smooth random hills over the plane, about one every unit, mean 0 and deviation 1: value noise on a lattice of hashed numbers.
class Noise {
public:
    explicit Noise(std::uint32_t seed) : seed_(seed) {}

    [[nodiscard]] double operator()(double x, double y) const {
        const double left = std::floor(x), low = std::floor(y);
        const auto column = static_cast<std::int32_t>(left), row = static_cast<std::int32_t>(low);
        const double u = eased(x - left), v = eased(y - low);
        const double below = lattice(column, row) * (1 - u) + lattice(column + 1, row) * u;
        const double above = lattice(column, row + 1) * (1 - u) + lattice(column + 1, row + 1) * u;
        return (below * (1 - v) + above * v) * 2.4;
    }

    /// The number of one lattice point, uniform in [-1, 1).
    [[nodiscard]] double lattice(std::int32_t column, std::int32_t row) const {
        std::uint32_t h = seed_ ^ (static_cast<std::uint32_t>(column) * 0x8DA6B343u) ^ (static_cast<std::uint32_t>(row) * 0xD8163841u);
        h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
        h = (h ^ (h >> 12)) * 0x297A2D39u;
        return static_cast<double>(h ^ (h >> 15)) * 0x1p-31 - 1;
    }

private:
    static constexpr double eased(double t) { return t * t * (3 - 2 * t); }

    std::uint32_t seed_;
};

}  // namespace denim::inline DENIM_TARGET::wardrobe
