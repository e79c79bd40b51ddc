// SPDX-License-Identifier: MIT
#pragma once

// Which kernel computes a convolution: chosen from its geometry, at compile time.

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/plain_convolution.hpp>

namespace denim::inline DENIM_TARGET::kernel {

/// The kernel of a convolution.
template <Convolution Of, class Arithmetic>
using algorithm = PlainConvolution<Of, typename Arithmetic::Scalar>;

/// The border that the kernel wants around the input, given a geometry whose input border covers what the windows touch.
template <class Arithmetic>
constexpr Border border(const Convolution& of) {
    return of.input.border;
}

}  // namespace denim::inline DENIM_TARGET::kernel
