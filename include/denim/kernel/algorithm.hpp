// SPDX-License-Identifier: MIT
#pragma once

// Which kernel computes a convolution: chosen from its geometry, at compile time.

#include <denim/kernel/direct_convolution.hpp>
#include <denim/kernel/plain_convolution.hpp>

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

template <Convolution Of, class Scalar, bool Plain>
struct Choose {
    using type = PlainConvolution<Of, Scalar>;
};
template <Convolution Of>
struct Choose<Of, float, false> {
    using type = DirectConvolution<Of>;
};

}  // namespace detail

/// The kernel of a convolution.
template <Convolution Of, class Arithmetic>
using algorithm = typename detail::Choose<Of, typename Arithmetic::Scalar, Arithmetic::plain>::type;

/// The border that the kernel wants around the input, given a geometry whose input border covers what the windows touch.
template <class Arithmetic>
constexpr Border border(const Convolution& of) {
    return of.input.border;
}

}  // namespace denim::inline DENIM_TARGET::kernel
