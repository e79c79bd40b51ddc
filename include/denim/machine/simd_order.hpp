// SPDX-License-Identifier: MIT
#pragma once

// Vectors by size. Minimum and maximum instructions of x86 give their second operand where either is a NaN; here a NaN always
// comes through, under -ffast-math too. Each function is tested at every width, with finite.hpp's twins for plain numbers.

#include <denim/machine/finite.hpp>
#include <denim/machine/simd.hpp>

#include <bit>
#include <limits>
#include <type_traits>

namespace denim::inline DENIM_TARGET::simd {

namespace detail {

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
inline constexpr bool nans_assumed_away = true;
#else
inline constexpr bool nans_assumed_away = false;
#endif

/// Whether the target's own maximum is NaN where either operand is.
#if defined(__ARM_NEON)
inline constexpr bool keeps_nan = true;
#else
inline constexpr bool keeps_nan = false;
#endif

/// The target's instruction; on x86 `b` where a lane of either is a NaN.
template <class Scalar>
DENIM_INLINE Vector<Scalar> native_max(Vector<Scalar> a, Vector<Scalar> b) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm512_maskz_max_ps(__mmask16{0xffff}, a, b);
    else
#endif
        return xsimd::max(a, b);
}
template <class Scalar>
DENIM_INLINE Vector<Scalar> native_min(Vector<Scalar> a, Vector<Scalar> b) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm512_maskz_min_ps(__mmask16{0xffff}, a, b);
    else
#endif
        return xsimd::min(a, b);
}

/// Asked by the bits, out of the compiler's sight: for where it takes every number for a finite one.
template <class Scalar>
DENIM_INLINE auto is_nan_by_bits(Vector<Scalar> value) {
    using Bits = std::make_signed_t<BitsOf<Scalar>>;
    using Native [[gnu::vector_size(lanes<Scalar> * sizeof(Scalar))]] = Bits;
    auto bits = std::bit_cast<Native>(static_cast<typename Vector<Scalar>::register_type>(value));
#if defined(__SSE2__)
    asm("" : "+v"(bits));
#elif defined(__aarch64__)
    asm("" : "+w"(bits));
#endif
    const Native nan = (bits & std::numeric_limits<Bits>::max()) > static_cast<Bits>(infinity_bits<Scalar>);
    const Native one = nan & std::bit_cast<Bits>(Scalar{1});
    return Vector<Scalar>(std::bit_cast<typename Vector<Scalar>::register_type>(one)) > broadcast(Scalar{0});
}

}  // namespace detail

/// The lanes that hold a NaN.
template <class Scalar>
DENIM_INLINE auto is_nan(Vector<Scalar> value) {
    if constexpr (detail::nans_assumed_away)
        return detail::is_nan_by_bits(value);
    else
        return xsimd::isnan(value);
}

/// The lanes where one of two holds a NaN.
DENIM_INLINE auto is_nan(Vector<float> a, Vector<float> b) {
#if defined(__AVX512F__)
    if constexpr (!detail::nans_assumed_away) return xsimd::batch_bool<float>(_mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q));
#elif defined(__AVX__)
    if constexpr (!detail::nans_assumed_away) return xsimd::batch_bool<float>(_mm256_cmp_ps(a, b, _CMP_UNORD_Q));
#elif defined(__SSE2__)
    if constexpr (!detail::nans_assumed_away) return xsimd::batch_bool<float>(_mm_cmpunord_ps(a, b));
#endif
    return is_nan(a) | is_nan(b);
}

/// The larger of two, NaN where either is.
template <class Scalar>
DENIM_INLINE Vector<Scalar> max(Vector<Scalar> a, Vector<Scalar> b) {
    const Vector<Scalar> larger = detail::native_max(a, b);
    if constexpr (std::is_integral_v<Scalar> || detail::keeps_nan)
        return larger;
    else if constexpr (detail::nans_assumed_away)
        return simd::select(is_nan(a), a, simd::select(is_nan(b), b, larger));
    else
        return simd::select(is_nan(a), a, larger);
}

/// The smaller of two, NaN where either is.
template <class Scalar>
DENIM_INLINE Vector<Scalar> min(Vector<Scalar> a, Vector<Scalar> b) {
    const Vector<Scalar> smaller = detail::native_min(a, b);
    if constexpr (std::is_integral_v<Scalar> || detail::keeps_nan)
        return smaller;
    else if constexpr (detail::nans_assumed_away)
        return simd::select(is_nan(a), a, simd::select(is_nan(b), b, smaller));
    else
        return simd::select(is_nan(a), a, smaller);
}

/// The largest of four, NaN where one of them is.
DENIM_INLINE Vector<float> largest_of(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d) {
    const Vector<float> largest = detail::native_max(detail::native_max(a, b), detail::native_max(c, d));
    if constexpr (detail::keeps_nan)
        return largest;
    else
        return simd::select(is_nan(a, b) | is_nan(c, d), broadcast(not_a_number<float>()), largest);
}

/// max(value, 0), NaN where the value is: one instruction, whose second operand is the one that comes through.
template <class Scalar>
DENIM_INLINE Vector<Scalar> relu(Vector<Scalar> value) {
    const Vector<Scalar> positive = detail::native_max(broadcast(Scalar{0}), value);
    if constexpr (detail::nans_assumed_away && !detail::keeps_nan)
        return simd::select(is_nan(value), value, positive);
    else
        return positive;
}

/// The gradient where the output of ReLU is above zero, or NaN; zero elsewhere.
template <class Scalar>
DENIM_INLINE Vector<Scalar> relu_gradient(Vector<Scalar> output, Vector<Scalar> gradient) {
    const auto passed = simd::select(output <= broadcast(Scalar{0}), broadcast(Scalar{0}), gradient);
    if constexpr (detail::nans_assumed_away)
        return simd::select(is_nan(output), gradient, passed);
    else
        return passed;
}

/// The lanes where the largest number seen so far stays it when `candidate` comes: that is no larger. A NaN ranks above all
/// numbers, and the first of equals stays.
template <class Scalar>
DENIM_INLINE auto stays_largest(Vector<Scalar> largest, Vector<Scalar> candidate) {
    if constexpr (detail::nans_assumed_away)
        return ((candidate <= largest) & ~is_nan(candidate)) | is_nan(largest);
    else
        return (candidate <= largest) | is_nan(largest);
}

}  // namespace denim::inline DENIM_TARGET::simd
