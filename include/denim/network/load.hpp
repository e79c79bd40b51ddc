// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/simd.hpp>
#include <denim/tensor/layout.hpp>
#include <denim/tensor/pictures.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Stored>
void load_row(const std::uint8_t* from, Stored* to, std::size_t count) {
    const std::size_t whole = std::is_same_v<Stored, float> ? count / simd::lanes<float> * simd::lanes<float> : 0;
    if constexpr (std::is_same_v<Stored, float>)
        for (std::size_t n = 0; n < whole; n += simd::lanes<float>)
            simd::store(to + n, simd::load_bytes(from + n) * simd::broadcast(1.0f / 255.0f));
    for (std::size_t n = whole; n < count; ++n) to[n] = static_cast<Stored>(from[n]) * (Stored{1} / Stored{255});
}

template <class Stored>
bool load_row(const float* from, Stored* to, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) to[n] = static_cast<Stored>(from[n]);
    return all_finite(std::span{from, count});
}

[[noreturn]] inline void throw_not_finite(const Pictures& pictures, std::size_t index) {
    const std::size_t size = pictures.shape.size();
    std::size_t n = 0;
    while (is_finite(pictures.floats[index * size + n])) ++n;
    const Shape shape = pictures.shape;
    throw std::invalid_argument("denim: picture " + std::to_string(index) + " holds a number that is not finite at row " +
                                std::to_string(n / (shape.width * shape.channels)) + ", column " +
                                std::to_string(n / shape.channels % shape.width) + ", channel " + std::to_string(n % shape.channels) +
                                "; expected finite floats");
}

}  // namespace detail

/// Writes rows of picture `index`, from `first` on and before `last`, into a network's first value: bytes times 1/255, floats as they
/// are (they must be finite).
template <class Stored>
void load_rows(const Pictures& pictures, std::size_t index, std::size_t first, std::size_t last, const Layout& layout, Stored* to) {
    const Shape& shape = layout.shape;
    const std::size_t row = shape.width * shape.channels;
    for (std::size_t y = first; y < last; ++y) {
        const std::size_t from = index * shape.size() + y * row;
        if (pictures.bytes)
            detail::load_row(pictures.bytes + from, to + layout.offset(y, 0), row);
        else if (!detail::load_row(pictures.floats + from, to + layout.offset(y, 0), row))
            detail::throw_not_finite(pictures, index);
    }
}

/// Writes all of it.
template <class Stored>
void load_picture(const Pictures& pictures, std::size_t index, const Layout& layout, Stored* to) {
    load_rows(pictures, index, 0, layout.shape.height, layout, to);
}

}  // namespace denim::inline DENIM_TARGET
