// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/layout.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Where number n of a picture in (H, W, C) order lies, for the plain twins that go number by number.
constexpr std::size_t plain_place(const Layout& of, std::size_t n) {
    const std::size_t pixel = n / of.shape.channels;
    return of.offset(pixel / of.shape.width, pixel % of.shape.width) + n % of.shape.channels;
}

}  // namespace denim::inline DENIM_TARGET::kernel
