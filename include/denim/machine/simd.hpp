// SPDX-License-Identifier: MIT
#pragma once

// The door to xsimd: every vector of Denim goes through these functions and those of simd_order.hpp and simd_functions.hpp, each tested at
// every width.

#include <denim/machine/target.hpp>

// g++ 12 holds the undefined registers inside its own AVX-512 intrinsics for mistakes (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET::simd {

/// As many numbers as one register of the target holds.
template <class Scalar>
using Vector = xsimd::batch<Scalar>;

/// Numbers in one register: 16, 8 or 4 for float.
template <class Scalar>
inline constexpr std::size_t lanes = Vector<Scalar>::size;

/// Vector registers of the target: how many accumulators a tile may keep.
inline constexpr std::size_t registers =
#if defined(__AVX512F__) || defined(__aarch64__)
    32;
#else
    16;
#endif

/// Bytes of a register: the alignment that the store of a whole vector likes best.
inline constexpr std::size_t width = lanes<float> * sizeof(float);

// The masked forms of AVX-512 intrinsics stand for those without a mask, which g++ 12 suspects of reading undefined vectors.

#define DENIM_INLINE [[gnu::always_inline]] inline

// A function that is told its sizes: one for all callers. Compilers may neither stamp it out for the constants of one of them nor look inside.
#if defined(__clang__)
#define DENIM_KERNEL [[gnu::noinline]]
#else
#define DENIM_KERNEL [[gnu::noipa]]
#endif

/// Reads lanes numbers, at any alignment.
template <class Scalar>
DENIM_INLINE Vector<Scalar> load(const Scalar* from) {
    return Vector<Scalar>::load_unaligned(from);
}

/// Writes lanes numbers, at any alignment.
template <class Scalar>
DENIM_INLINE void store(Scalar* to, Vector<Scalar> value) {
    value.store_unaligned(to);
}

/// The same number in every lane.
template <class Scalar>
DENIM_INLINE Vector<Scalar> broadcast(Scalar value) {
    return Vector<Scalar>(value);
}

#if defined(__AVX__) && !defined(__AVX512F__)
namespace detail {
// From 8 - count on: the lanes below count.
alignas(64) inline constexpr std::int32_t first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
DENIM_INLINE __m256i below(std::size_t count) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(first_lanes + 8 - count));
}
}  // namespace detail
#endif

/// Reads the first `count` numbers, at most lanes, and fills the rest with zero; nothing beyond them is touched.
template <class Scalar>
DENIM_INLINE Vector<Scalar> load_first(const Scalar* from, std::size_t count) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1u), from);
    else
#elif defined(__AVX__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm256_maskload_ps(from, detail::below(count));
    else
#elif defined(__SSE2__)
    if constexpr (std::is_same_v<Scalar, float>) {
        if (count >= 4) return load(from);
        const __m128 low = count >= 2 ? _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)))
                           : count ? _mm_load_ss(from) : _mm_setzero_ps();
        return count == 3 ? _mm_movelh_ps(low, _mm_load_ss(from + 2)) : low;
    } else
#endif
    {
        alignas(64) std::array<Scalar, lanes<Scalar>> buffer{};
        std::memcpy(buffer.data(), from, count * sizeof(Scalar));
        return load(buffer.data());
    }
}

/// Writes the first `count` numbers, at most lanes; nothing beyond them is touched.
template <class Scalar>
DENIM_INLINE void store_first(Scalar* to, Vector<Scalar> value, std::size_t count) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1u), value);
    else
#elif defined(__AVX__)
    if constexpr (std::is_same_v<Scalar, float>)
        _mm256_maskstore_ps(to, detail::below(count), value);
    else
#elif defined(__SSE2__)
    if constexpr (std::is_same_v<Scalar, float>) {
        if (count >= 4) return store(to, value);
        const __m128 all = value;
        if (count >= 2) _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_castps_si128(all));
        if (count == 1) _mm_store_ss(to, all);
        if (count == 3) _mm_store_ss(to + 2, _mm_movehl_ps(all, all));
    } else
#endif
    {
        alignas(64) std::array<Scalar, lanes<Scalar>> buffer;
        store(buffer.data(), value);
        std::memcpy(to, buffer.data(), count * sizeof(Scalar));
    }
}

/// Reads lanes bytes and gives them as numbers 0 to 255.
DENIM_INLINE Vector<float> load_bytes(const std::uint8_t* from) {
#if defined(__AVX512F__)
    constexpr __mmask16 all = 0xffff;
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm512_maskz_cvtepi32_ps(all, _mm512_maskz_cvtepu8_epi32(all, bytes));
#elif defined(__AVX2__)
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#else
    alignas(64) std::array<float, lanes<float>> buffer;
    for (std::size_t i = 0; i < lanes<float>; ++i) buffer[i] = from[i];
    return load(buffer.data());
#endif
}

/// Writes lanes numbers 0 to 255 as bytes.
DENIM_INLINE void store_bytes(std::uint8_t* to, Vector<float> value) {
#if defined(__AVX512F__)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(value)));
#elif defined(__AVX2__)
    const __m256i whole = _mm256_cvttps_epi32(value);
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi16(words, words));
#else
    alignas(64) std::array<float, lanes<float>> buffer;
    store(buffer.data(), value);
    for (std::size_t i = 0; i < lanes<float>; ++i) to[i] = static_cast<std::uint8_t>(buffer[i]);
#endif
}

/// a * b + c with one rounding where the target can, two where it cannot.
template <class Scalar>
DENIM_INLINE Vector<Scalar> fma(Vector<Scalar> a, Vector<Scalar> b, Vector<Scalar> c) {
#if defined(__AVX512F__)  // xsimd 8.1 multiplies and adds here, and only some compilers make one operation of it
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_fmadd_ps(a, b, c);
    else
        return _mm512_fmadd_pd(a, b, c);
#else
    return xsimd::fma(a, b, c);
#endif
}

/// `yes` in the lanes where `condition` (a comparison of vectors) holds, `no` elsewhere.
template <class Condition, class Scalar>
DENIM_INLINE Vector<Scalar> select(Condition condition, Vector<Scalar> yes, Vector<Scalar> no) {
    return xsimd::select(condition, yes, no);
}

/// The sum of all lanes.
template <class Scalar>
DENIM_INLINE Scalar sum(Vector<Scalar> value) {
    if constexpr (requires { reduce_add(value); })  // the name since xsimd 9
        return reduce_add(value);
    else
        return hadd(value);
}

/// Copies a block of lanes x lanes numbers with rows and columns swapped; rows stand `distance` numbers apart.
template <class Scalar>
DENIM_INLINE void transpose(const Scalar* from, std::size_t from_distance, Scalar* to, std::size_t to_distance) {
    constexpr std::size_t size = lanes<Scalar>;
    using Native [[gnu::vector_size(size * sizeof(Scalar))]] = Scalar;
    Native rows[size];
    for (std::size_t i = 0; i < size; ++i) std::memcpy(&rows[i], from + i * from_distance, sizeof(Native));
    const auto mix = [&]<std::size_t... Lane>(std::index_sequence<Lane...>) {
        // Each round pairs row i with row i + size / 2, lane by lane; after log2(size) rounds rows have become columns.
        for (std::size_t round = 1; round < size; round *= 2) {
            Native mixed[size];
            for (std::size_t i = 0; i < size / 2; ++i) {
                const Native a = rows[i], b = rows[i + size / 2];
                mixed[2 * i] = __builtin_shufflevector(a, b, (Lane / 2 + Lane % 2 * size)...);
                mixed[2 * i + 1] = __builtin_shufflevector(a, b, (Lane / 2 + size / 2 + Lane % 2 * size)...);
            }
            for (std::size_t i = 0; i < size; ++i) rows[i] = mixed[i];
        }
    };
    mix(std::make_index_sequence<size>{});
    for (std::size_t i = 0; i < size; ++i) std::memcpy(to + i * to_distance, &rows[i], sizeof(Native));
}

/// The same vector, held in a register: compilers would rather load it again with each use.
template <class Scalar>
DENIM_INLINE Vector<Scalar> keep(Vector<Scalar> value) {
#if defined(__GNUC__) && defined(__SSE2__)
    auto kept = static_cast<typename Vector<Scalar>::register_type>(value);
    asm("" : "+v"(kept));
    return kept;
#else
    return value;
#endif
}

/// Asks for the cache line at `address` ahead of its use.
DENIM_INLINE void prefetch(const void* address) { __builtin_prefetch(address); }

}  // namespace denim::inline DENIM_TARGET::simd
