// SPDX-License-Identifier: MIT
#pragma once

// The door to xtensor: arrays that come from users and go back to them. Inside, Denim works on pointers and shapes.

#include <denim/tensor/shape.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)  // since xtensor 0.26
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <array>
#include <cstddef>
#include <cstdint>

namespace denim::inline DENIM_TARGET {

/// An array of Rank dimensions that owns its numbers, row-major.
template <class Scalar, std::size_t Rank>
using Array = xt::xtensor<Scalar, Rank>;

/// An array over numbers that somebody else owns; for const Scalar, a view that cannot be written.
template <class Scalar, std::size_t Rank>
auto view(Scalar* numbers, const std::array<std::size_t, Rank>& extents) {
    std::size_t size = 1;
    for (const std::size_t extent : extents) size *= extent;
    return xt::adapt(numbers, size, xt::no_ownership(), extents);
}

}  // namespace denim::inline DENIM_TARGET
