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
#include <tuple>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// An array of Rank dimensions that owns its numbers, row-major whatever XTENSOR_DEFAULT_LAYOUT says.
template <class Scalar, std::size_t Rank>
using Array = xt::xtensor<Scalar, Rank, xt::layout_type::row_major>;

/// The number of dimensions where the type knows it, else 0 (xt::xarray).
template <class Expression>
inline constexpr std::size_t static_rank = [] {
    using Sizes = std::remove_cvref_t<typename Expression::shape_type>;
    if constexpr (requires { std::tuple_size<Sizes>::value; })
        return std::tuple_size<Sizes>::value;
    else if constexpr (requires { std::integral_constant<std::size_t, Sizes::size()>{}; })  // xt::xtensor_fixed
        return Sizes::size();
    else
        return std::size_t{0};
}();

/// True for the array of one sample, a picture or a vector, where the type knows.
template <class Expression>
inline constexpr bool is_one_sample = static_rank<Expression> % 2 == 1;

/// An array over numbers that somebody else owns; for const Scalar, a view that cannot be written.
template <class Scalar, std::size_t Rank>
auto view(Scalar* numbers, const std::array<std::size_t, Rank>& extents) {
    std::size_t size = 1;
    for (const std::size_t extent : extents) size *= extent;
    return xt::adapt<xt::layout_type::row_major>(numbers, size, xt::no_ownership(), extents);
}

/// The same, where rows or pixels do not follow each other at once: a part of a larger picture. `steps` are numbers, not bytes.
template <class Scalar, std::size_t Rank>
auto view(Scalar* numbers, const std::array<std::size_t, Rank>& extents, const std::array<std::ptrdiff_t, Rank>& steps) {
    std::size_t size = 1;  // what xtensor wants to hear; the numbers reach further
    for (const std::size_t extent : extents) size *= extent;
    return xt::adapt(numbers, size, xt::no_ownership(), extents, steps);
}

/// Calls `each(number)` for the numbers of an array or an expression, the last index fastest, whatever XTENSOR_DEFAULT_TRAVERSAL says.
template <class Expression, class Each>
void in_row_major_order(const Expression& array, Each each) {
    const auto end = array.template end<xt::layout_type::row_major>();
    for (auto at = array.template begin<xt::layout_type::row_major>(); at != end; ++at) each(*at);
}

}  // namespace denim::inline DENIM_TARGET
