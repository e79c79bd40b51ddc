// SPDX-License-Identifier: MIT
// The core of Denim 0.2.0 in one header, made by single_include/assemble from include/denim/denim.hpp: change those, not this.
#pragma once

// ---- denim/machine/target.hpp

// What the compiler was told about the machine: the vector units and whether there are threads.
// What has a body stands in the inline namespace DENIM_TARGET, for example denim::avx512_omp_0_2_0, so that objects compiled with
// different flags, or of different versions of Denim, link into one program without mixing their code. What has none stands outside it,
// one type for all targets: errors, enumerations, and structs of nothing but numbers, types of std:: and each other.

#define DENIM_VERSION 0_2_0

#if !defined(__cpp_exceptions)
#error "denim reports errors as exceptions: compile without -fno-exceptions"
#endif

#if defined(__AVX512F__) && !(defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512CD__))
#error "denim takes AVX-512 with BW, DQ and CD: add -mavx512bw -mavx512dq -mavx512cd, or use -march=x86-64-v4 or -mno-avx512f"
#endif

#define DENIM_TEXT_EXPANDED(word) #word
#define DENIM_TEXT(word) DENIM_TEXT_EXPANDED(word)
#define DENIM_JOIN_EXPANDED(left, right) left##_##right
#define DENIM_JOIN(left, right) DENIM_JOIN_EXPANDED(left, right)

#if defined(__AVX512F__)
#define DENIM_VECTORS avx512
#define DENIM_VECTORS_NAME "AVX-512"
#elif defined(__AVX2__) && defined(__FMA__)
#define DENIM_VECTORS avx2
#define DENIM_VECTORS_NAME "AVX2"
#elif defined(__AVX2__)
#define DENIM_VECTORS avx2_without_fma
#define DENIM_VECTORS_NAME "AVX2 without FMA"
#elif defined(__AVX__) && defined(__FMA__)
#define DENIM_VECTORS avx_fma
#define DENIM_VECTORS_NAME "AVX with FMA"
#elif defined(__AVX__)
#define DENIM_VECTORS avx
#define DENIM_VECTORS_NAME "AVX"
#elif defined(__SSE4_2__)
#define DENIM_VECTORS sse4
#define DENIM_VECTORS_NAME "SSE4.2"
#elif defined(__SSE2__)
#define DENIM_VECTORS sse2
#define DENIM_VECTORS_NAME "SSE2"
#elif defined(__ARM_NEON)
#define DENIM_VECTORS neon
#define DENIM_VECTORS_NAME "NEON"
#else
#define DENIM_VECTORS scalar
#define DENIM_VECTORS_NAME "no vectors"
#endif

#if defined(_OPENMP)
#define DENIM_THREADS omp
#else
#define DENIM_THREADS serial
#endif

// Where DENIM_COMPILED is defined, what does not depend on a program's networks (DENIM_ONCE) is declared alone, and stands in the library
// denim::compiled, or in the one source file of the program that defines DENIM_IMPLEMENTATION before its first header of Denim. That code has
// a namespace of its own, so that another target or version is an undefined name for the linker, and a header-only file fits beside it.
#if defined(DENIM_IMPLEMENTATION) && !defined(DENIM_COMPILED)
#define DENIM_COMPILED
#endif
#if defined(DENIM_COMPILED)
#define DENIM_TARGET DENIM_JOIN(DENIM_JOIN(DENIM_JOIN(DENIM_VECTORS, DENIM_THREADS), DENIM_VERSION), compiled)
#else
#define DENIM_TARGET DENIM_JOIN(DENIM_JOIN(DENIM_VECTORS, DENIM_THREADS), DENIM_VERSION)
#endif

// DENIM_BODIES: whether this file has the definitions. DENIM_TEMPLATE(class X<float>), behind the definitions of X: its one instantiation.
#if !defined(DENIM_COMPILED)
#define DENIM_BODIES 1
#define DENIM_ONCE inline
#define DENIM_TEMPLATE(...) static_assert(true)
#elif defined(DENIM_IMPLEMENTATION)
#define DENIM_BODIES 1
#define DENIM_ONCE
#define DENIM_TEMPLATE(...) template __VA_ARGS__
#else
#define DENIM_BODIES 0
#define DENIM_ONCE
#define DENIM_TEMPLATE(...) extern template __VA_ARGS__
#endif

#define DENIM_TARGET_NAME DENIM_TEXT(DENIM_TARGET)
// ---- denim/machine/finite.hpp

// Whether a number is one, asked by its bits: under -ffast-math compilers take every number for a finite one, and
// `x != x` and std::isfinite answer without a look. What Denim does not promise to be finite is asked here.

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <span>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// The numbers that can be asked: float and double.
template <class Scalar>
concept Askable = std::same_as<Scalar, float> || std::same_as<Scalar, double>;

/// The unsigned integer of the same size.
template <Askable Scalar>
using BitsOf = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// The bits of infinity: those of a NaN, without its sign, are more.
template <Askable Scalar>
inline constexpr BitsOf<Scalar> infinity_bits = std::bit_cast<BitsOf<Scalar>>(std::numeric_limits<Scalar>::max()) + 1;

/// The bits without the sign. Where NaNs are assumed away, the compiler may not connect these with what it assumes.
template <Askable Scalar>
[[gnu::always_inline]] constexpr BitsOf<Scalar> magnitude_bits(Scalar value) {
    auto bits = std::bit_cast<BitsOf<Scalar>>(value);
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    if (!std::is_constant_evaluated()) asm("" : "+r"(bits));
#endif
    return bits & (~BitsOf<Scalar>{0} >> 1);
}

/// Whether `value` is not a number, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_nan(Scalar value) {
    return magnitude_bits(value) > infinity_bits<Scalar>;
}

/// Whether `value` is neither infinite nor NaN, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_finite(Scalar value) {
    return magnitude_bits(value) < infinity_bits<Scalar>;
}

/// Whether `value` is not zero; a NaN is not, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_nonzero(Scalar value) {
    return magnitude_bits(value) != 0;
}

/// Whether a number takes the place of the largest one seen so far: a NaN ranks above all, and the first of equals stays.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool outranks(Scalar candidate, Scalar largest) {
    return (candidate > largest || is_nan(candidate)) && !is_nan(largest);
}

/// Whether `left` is less than `right`, a NaN being more than any number: the order of losses.
template <Askable Scalar>
[[gnu::always_inline]] constexpr bool is_less(Scalar left, Scalar right) {
    return !is_nan(left) && (is_nan(right) || left < right);
}

namespace detail {

// Under -ffast-math clang leaves constants out that are not finite.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar of_bits(BitsOf<Scalar> bits) {
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
    if (!std::is_constant_evaluated()) asm("" : "+r"(bits));
#endif
    return std::bit_cast<Scalar>(bits);
}

}  // namespace detail

/// A NaN that a function may give back, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar not_a_number() {
    return detail::of_bits<Scalar>(infinity_bits<Scalar> + (BitsOf<Scalar>{1} << (std::numeric_limits<Scalar>::digits - 2)));
}

/// More than any number, under -ffast-math too.
template <Askable Scalar>
[[gnu::always_inline]] constexpr Scalar infinite() {
    return detail::of_bits<Scalar>(infinity_bits<Scalar>);
}

namespace detail {

/// The largest of the bits without their signs: those of a NaN if there is one, else of an infinity, else of a number.
template <Askable Scalar>
BitsOf<Scalar> largest_bits(std::span<const Scalar> numbers) {
    using Bits = BitsOf<Scalar>;
    constexpr std::size_t block = 128;
    Bits lanes[16] = {};
    for (std::size_t first = 0; first < numbers.size(); first += block) {
        Bits part[block] = {};
        std::memcpy(part, numbers.data() + first, std::min(block, numbers.size() - first) * sizeof(Scalar));
        for (std::size_t n = 0; n < block; ++n) lanes[n % 16] = std::max<Bits>(lanes[n % 16], part[n] & (~Bits{0} >> 1));
    }
    return *std::max_element(std::begin(lanes), std::end(lanes));
}

}  // namespace detail

/// Whether all numbers are finite, under -ffast-math too; at the speed of vectors. True for none at all.
inline bool all_finite(std::span<const float> numbers) { return detail::largest_bits(numbers) < infinity_bits<float>; }
inline bool all_finite(std::span<const double> numbers) { return detail::largest_bits(numbers) < infinity_bits<double>; }

/// The largest magnitude of some numbers, 0 of none: a NaN where there is one, else infinity where there is one.
inline float largest_magnitude(std::span<const float> numbers) { return std::bit_cast<float>(detail::largest_bits(numbers)); }

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/number_text.hpp

// Numbers to text and back. Whatever locale the program has set (std::locale::global, setlocale), the decimal point is a point
// and thousands are not grouped, so that files and names can be read elsewhere.

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace denim::inline DENIM_TARGET {

/// A number as the shortest text that stands for it, under any locale: "0.1", "1e-07", "nan".
inline std::string shortest_text(double number) {
    if (is_nan(number)) return "nan";
    char text[40];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}
inline std::string shortest_text(float number) {
    if (is_nan(number)) return "nan";
    char text[40];
    return {text, std::to_chars(text, text + sizeof text, number).ptr};
}
inline std::string shortest_text(std::integral auto number) { return std::to_string(number); }

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET::detail {

inline std::string number_text(double number, std::chars_format format, int digits) {
    if (is_nan(number)) return "nan";  // whatever its sign
    std::array<char, 1400> text;  // the largest double, and as many digits as one can ever have behind its point
    const int most = digits < 0 ? 0 : digits > 1000 ? 1000 : digits;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, format, most).ptr;
    return {text.data(), end};
}

/// As "%.4f" writes it, for 4 digits.
inline std::string fixed(double number, int digits) { return number_text(number, std::chars_format::fixed, digits); }

/// As "%.6g" writes it, for 6 digits.
inline std::string general(double number, int digits = 6) { return number_text(number, std::chars_format::general, digits); }

/// The number that a text is, all of it; zero where it is none.
inline double number_in(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

/// Filled up with blanks, for columns.
inline std::string to_the_right(std::string text, std::size_t width) {
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
    return text;
}
inline std::string to_the_left(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

inline void append(std::string& text, char letter) { text += letter; }
inline void append(std::string& text, std::string_view words) { text += words; }
inline void append(std::string& text, std::integral auto number) { text += std::to_string(number); }
inline void append(std::string& text, std::floating_point auto number) { text += general(static_cast<double>(number)); }

/// Its parts, one after the other: words, and numbers (fractions to six digits).
template <class... Parts>
std::string sentence(const Parts&... parts) {
    std::string text;
    (append(text, parts), ...);
    return text;
}

/// Extents as Python writes them: (), (3,), (3, 4); of many axes the first.
template <class Extents>
std::string shape_text(const Extents& extents) {
    std::string text = "(";
    const std::size_t axes = extents.size(), shown = axes > 10 ? 8 : axes;
    for (std::size_t axis = 0; axis < shown; ++axis) append(text, sentence(axis ? ", " : "", extents[axis]));
    if (shown < axes) text += sentence(", ... ", axes, " axes");
    return text + (axes == 1 ? ",)" : ")");
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/machine/accepted.hpp

// What a setting may be, said once: checks, their sentences and records of runs are made from it. A class with settings lists
// them all, each with its name and what it accepts:
//
//     static constexpr const char* name = "Adam";
//     void each_setting(auto&& each) const { each("rate", rate, at_least_0); ... }

#include <stdexcept>

namespace denim::inline DENIM_TARGET {

/// The numbers that a setting accepts: those between two bounds, finite ones only. A NaN is never accepted.
struct Accepted {
    double lowest = 0, highest = std::numeric_limits<double>::max();
    bool lowest_too = true, highest_too = true;  ///< whether the bounds themselves are accepted

    [[nodiscard]] constexpr bool takes(double value) const {
        return is_finite(value) && (lowest_too ? value >= lowest : value > lowest) && (highest_too ? value <= highest : value < highest);
    }
    /// "from 0 to 1", "as a finite number above 0"
    [[nodiscard]] std::string words() const;
};

inline constexpr Accepted at_least_0{}, above_0{.lowest_too = false}, at_least_1{.lowest = 1}, from_0_to_1{.highest = 1},
    from_0_below_1{.highest = 1, .highest_too = false}, above_0_below_1{.highest = 1, .lowest_too = false, .highest_too = false};

namespace detail {

[[noreturn]] DENIM_ONCE void refuse_setting(std::string_view owner, std::string_view name, const Accepted& accepted, const std::string& value);

}  // namespace detail

/// Throws std::invalid_argument if a setting is not accepted: "denim: Adam: rate was expected as a finite number of at least 0,
/// but is nan".
template <class Number>
void check_setting(std::string_view owner, std::string_view name, Number value, const Accepted& accepted) {
    if (accepted.takes(static_cast<double>(value))) return;
    detail::refuse_setting(owner, name, accepted, shortest_text(value));
}

/// Whether a class lists its settings.
template <class Type>
concept ListsSettings = requires(const Type& type) { type.each_setting([](std::string_view, auto, const Accepted&) {}); };

/// Throws std::invalid_argument if one of the settings that a class lists is not accepted.
template <ListsSettings Type>
void check_settings_of(const Type& type) {
    type.each_setting([](std::string_view name, auto value, const Accepted& accepted) { check_setting(Type::name, name, value, accepted); });
}

namespace detail {

/// The name of a class that lists its settings; "" of one of a user's own that does not.
template <class Type>
constexpr std::string_view name_of() {
    if constexpr (ListsSettings<Type>)
        return Type::name;
    else
        return "";
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

// ---- denim/machine/random.hpp

#include <cmath>

namespace denim {

/// Where all randomness of a run begins. The same seed gives the same bits on every machine and for any number of threads.
struct Seed {
    std::uint64_t value = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Random numbers from a counter: the n-th number of a stream depends on (key, stream, n) alone, so that any thread can draw
/// any of them, in any order, twice if need be.
/// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
class Random {
public:
    using Block = std::array<std::uint32_t, 4>;

    /// `stream` parts what must not share numbers: steps, samples, layers.
    constexpr explicit Random(Seed key, std::uint64_t stream = 0) : key_(key.value), stream_(stream) {}

    /// Four numbers of 32 bits each: block `index` of the stream.
    [[nodiscard]] constexpr Block block(std::uint64_t index) const {
        Block counter{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                      static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
        auto low = static_cast<std::uint32_t>(key_), high = static_cast<std::uint32_t>(key_ >> 32);
        for (int round = 0; round < 10; ++round) {
            const std::uint64_t first = std::uint64_t{0xD2511F53} * counter[0];
            const std::uint64_t second = std::uint64_t{0xCD9E8D57} * counter[2];
            counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ low, static_cast<std::uint32_t>(second),
                       static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ high, static_cast<std::uint32_t>(first)};
            low += 0x9E3779B9;
            high += 0xBB67AE85;
        }
        return counter;
    }

    /// Sixteen blocks at once, [number of the block's four][block]: the same numbers, in an order that vectors like.
    using Blocks = std::array<std::array<std::uint32_t, 16>, 4>;
    [[nodiscard]] constexpr Blocks blocks(std::uint64_t first) const {
        Blocks counter{};
        for (std::size_t n = 0; n < 16; ++n) {
            counter[0][n] = static_cast<std::uint32_t>(first + n);
            counter[1][n] = static_cast<std::uint32_t>((first + n) >> 32);
            counter[2][n] = static_cast<std::uint32_t>(stream_);
            counter[3][n] = static_cast<std::uint32_t>(stream_ >> 32);
        }
        auto low = static_cast<std::uint32_t>(key_), high = static_cast<std::uint32_t>(key_ >> 32);
        for (int round = 0; round < 10; ++round) {
            for (std::size_t n = 0; n < 16; ++n) {
                const std::uint64_t one = std::uint64_t{0xD2511F53} * counter[0][n], two = std::uint64_t{0xCD9E8D57} * counter[2][n];
                counter[0][n] = static_cast<std::uint32_t>(two >> 32) ^ counter[1][n] ^ low;
                counter[1][n] = static_cast<std::uint32_t>(two);
                counter[2][n] = static_cast<std::uint32_t>(one >> 32) ^ counter[3][n] ^ high;
                counter[3][n] = static_cast<std::uint32_t>(one);
            }
            low += 0x9E3779B9;
            high += 0xBB67AE85;
        }
        return counter;
    }

    /// The next number of the stream, 32 random bits.
    constexpr std::uint32_t bits() {
        if (used_ % 4 == 0) current_ = block(used_ / 4);
        return current_[used_++ % 4];
    }

    /// The next number, uniform in [0, 1).
    constexpr double uniform() {
        const std::uint64_t high = bits() >> 5, low = bits() >> 6;
        return static_cast<double>((high << 26) | low) * 0x1p-53;
    }

    /// The next number, uniform in [low, high).
    constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// The next whole number below `bound`, each as likely as the others (Lemire's method).
    constexpr std::uint32_t below(std::uint32_t bound) {
        std::uint64_t product = std::uint64_t{bits()} * bound;
        if (static_cast<std::uint32_t>(product) < bound) {
            const std::uint32_t threshold = (0u - bound) % bound;
            while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{bits()} * bound;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

    /// The next number of the standard normal distribution (Box and Muller's method).
    double normal() {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(6.283185307179586 * uniform());
    }

private:
    std::uint64_t key_, stream_, used_ = 0;
    Block current_{};
};

/// Puts the elements of a range into a random order (Fisher and Yates).
template <class Range>
constexpr void shuffle(Range& range, Random random) {
    for (std::size_t i = range.size(); i > 1; --i) {
        const std::size_t other = random.below(static_cast<std::uint32_t>(i));
        auto kept = range[i - 1];
        range[i - 1] = range[other];
        range[other] = kept;
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/say_once.hpp

namespace denim::inline DENIM_TARGET::detail {

/// A line on standard error, "denim: " before it, once in a program however often there is reason for it.
DENIM_ONCE void say_once(const std::string& line);

}  // namespace denim::inline DENIM_TARGET::detail

// ---- denim/machine/simd.hpp

// The door to xsimd: every vector of Denim goes through these functions and those of simd_order.hpp and simd_functions.hpp, each tested at
// every width.

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
// ---- denim/machine/simd_order.hpp

// Vectors by size. Minimum and maximum instructions of x86 give their second operand where either is a NaN; here a NaN always
// comes through, under -ffast-math too. Each function is tested at every width, with finite.hpp's twins for plain numbers.

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
// ---- denim/machine/simd_functions.hpp

// Functions of vectors, and the same names for plain numbers, so that a formula is written once for both. A NaN gives NaN,
// infinities give their limits.

namespace denim::inline DENIM_TARGET::simd {

namespace detail {

/// The result, NaN where the value is: xsimd's functions see to that, except where compilers assume NaNs away.
template <class Scalar>
DENIM_INLINE Vector<Scalar> nan_of(Vector<Scalar> value, Vector<Scalar> result) {
    if constexpr (nans_assumed_away)
        return simd::select(is_nan(value), value, result);
    else
        return result;
}

}  // namespace detail

/// The value, but not below `low` and not above `high`; a NaN stays.
template <class Scalar>
DENIM_INLINE Vector<Scalar> clamp(Vector<Scalar> value, double low, double high) {
    const Vector<Scalar> least = broadcast(static_cast<Scalar>(low)), most = broadcast(static_cast<Scalar>(high));
    return detail::nan_of(value, detail::native_min(most, detail::native_max(least, value)));
}

template <class Scalar>
DENIM_INLINE Vector<Scalar> sqrt(Vector<Scalar> value) {
    return detail::nan_of(value, xsimd::sqrt(value));
}
/// Where infinities are assumed away, clang leaves out the one that xsimd gives for large numbers, and it is put in here: from just
/// below xsimd's own limits on, the logarithms of the largest numbers.
template <class Scalar>
DENIM_INLINE Vector<Scalar> exp(Vector<Scalar> value) {
    if constexpr (detail::nans_assumed_away) {
        const Vector<Scalar> largest = broadcast(static_cast<Scalar>(sizeof(Scalar) == 4 ? 88.3762589 : 709.782712));
        const Vector<Scalar> inside = xsimd::exp(detail::native_min(largest, value));
        return detail::nan_of(value, simd::select(value > largest, broadcast(infinite<Scalar>()), inside));
    } else {
        return xsimd::exp(value);
    }
}
template <class Scalar>
DENIM_INLINE Vector<Scalar> tanh(Vector<Scalar> value) {
    return detail::nan_of(value, xsimd::tanh(detail::nans_assumed_away ? clamp(value, -20, 20) : value));
}
/// xsimd's squares its argument, whose square may be infinite; from 6 on it is 1. Where NaNs are assumed away, clang makes
/// something else of it (0.7 for 0.678), and the library's takes its place, number by number.
template <class Scalar>
DENIM_INLINE Vector<Scalar> erf(Vector<Scalar> value) {
#if defined(__clang__)
    if constexpr (detail::nans_assumed_away) {
        alignas(64) Scalar numbers[lanes<Scalar>];
        store(numbers, value);
        for (Scalar& number : numbers)
            if (!denim::is_nan(number)) number = std::erf(number);
        return load(numbers);
    }
#endif
    return detail::nan_of(value, xsimd::erf(clamp(value, -6, 6)));
}
/// log(1 + value) for values from 0 to 1, as precise near 0 as elsewhere: twice the inverse hyperbolic tangent of value / (2 + value).
template <class Scalar>
DENIM_INLINE Vector<Scalar> log1p(Vector<Scalar> value) {
    constexpr int terms = sizeof(Scalar) == 4 ? 8 : 17;  // of x + x^3 / 3 + x^5 / 5 + ..., where x is 1/3 at most
    const Vector<Scalar> x = value / (value + broadcast(Scalar{2})), square = x * x;
    Vector<Scalar> sum = broadcast(static_cast<Scalar>(1.0 / (2 * terms + 1)));
    for (int n = terms - 1; n >= 0; --n) sum = fma(sum, square, broadcast(static_cast<Scalar>(1.0 / (2 * n + 1))));
    return (x + x) * sum;
}

inline float exp(float value) { return std::exp(value); }
inline double exp(double value) { return std::exp(value); }
inline float tanh(float value) { return std::tanh(value); }
inline double tanh(double value) { return std::tanh(value); }
inline float erf(float value) { return std::erf(value); }
inline double erf(double value) { return std::erf(value); }
inline float log1p(float value) { return std::log1p(value); }
inline double log1p(double value) { return std::log1p(value); }
inline float select(bool condition, float yes, float no) { return condition ? yes : no; }
inline double select(bool condition, double yes, double no) { return condition ? yes : no; }

/// The value, but not below `low` and not above `high`; a NaN stays.
template <Askable Scalar>
constexpr Scalar clamp(Scalar value, double low, double high) {
    const auto least = static_cast<Scalar>(low), most = static_cast<Scalar>(high);
    if (denim::is_nan(value)) return value;
    return value < least ? least : value > most ? most : value;
}
/// max(value, 0), NaN where the value is.
template <Askable Scalar>
constexpr Scalar relu(Scalar value) {
    return value > 0 || denim::is_nan(value) ? value : Scalar{0};
}
/// The gradient where the output of ReLU is above zero, or NaN; zero elsewhere.
template <Askable Scalar>
constexpr Scalar relu_gradient(Scalar output, Scalar gradient) {
    return output > 0 || denim::is_nan(output) ? gradient : Scalar{0};
}

}  // namespace denim::inline DENIM_TARGET::simd
// ---- denim/machine/threads.hpp

// The door to OpenMP: who works on what. The arithmetic never depends on the answer; see docs/architecture.md.

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <atomic>
#include <exception>
#include <memory>

namespace denim::inline DENIM_TARGET {

namespace detail {

struct ThreadSettings {
    std::atomic<std::size_t> threads = 0;           // 0: as many as OpenMP offers
    std::atomic<std::size_t> serial_below = 50'000;  // operations that cost about as much as waking a team
    std::atomic<std::size_t> entered = 0;           // threads that took part in the last parallel loop
};

inline ThreadSettings& thread_settings() {
    static ThreadSettings settings;
    return settings;
}

}  // namespace detail

/// How many threads a parallel loop may use: what `set_threads` said, else what OpenMP offers (OMP_NUM_THREADS, cores).
inline std::size_t threads() {
    if (const std::size_t wanted = detail::thread_settings().threads) return wanted;
#if defined(_OPENMP)
    return static_cast<std::size_t>(std::max(1, omp_get_max_threads()));
#else
    return 1;
#endif
}

/// Fixes the number of threads for the whole program; 0 goes back to OpenMP's choice.
inline void set_threads(std::size_t count) { detail::thread_settings().threads = count; }

/// So many threads. A call asks for them once and hands them on: whatever set_threads says meanwhile, its loops fit the memory that
/// was made for them.
struct Team {
    std::size_t size = threads();

    /// As many of them as can share `parts`.
    [[nodiscard]] std::size_t within(std::size_t parts) const { return std::min(size, parts); }
};

/// Loops of fewer operations than this run on the calling thread.
inline void set_serial_threshold(std::size_t operations) { detail::thread_settings().serial_below = operations; }

/// How many threads took part in the last parallel loop; for tests.
inline std::size_t threads_entered() { return detail::thread_settings().entered; }

namespace detail {

using LoopBody = void (*)(void* body, std::size_t index, std::size_t worker);

/// The one parallel region of the library; an exception inside it is carried out, the first one wins.
inline void run_loop(const Team& wanted, std::size_t count, [[maybe_unused]] std::size_t operations, LoopBody call, void* body) {
    std::size_t team = wanted.within(count);
#if defined(_OPENMP)
    if (operations < thread_settings().serial_below || omp_in_parallel()) team = 1;
#else
    team = 1;
#endif
    if (team <= 1) {
        thread_settings().entered = 1;
        for (std::size_t index = 0; index < count; ++index) call(body, index, 0);
        return;
    }
#if defined(_OPENMP)
    std::exception_ptr error;
    std::atomic<bool> failed = false;
    std::atomic<std::size_t> next = 0, entered = 0;
    std::atomic<std::uint64_t> taken = 0;  // a bit for each part
#pragma omp parallel num_threads(static_cast<int>(team))
    {
        ++entered;
        const auto worker = static_cast<std::size_t>(omp_get_thread_num());
        try {
            if (count <= team && count <= 64) {
                // A part for each: its own first, as what it made of the last loop's is near, then those of threads that are late.
                for (std::size_t n = 0; n < count && !failed; ++n)
                    if (const std::size_t index = (worker + n) % count; !(taken.fetch_or(std::uint64_t{1} << index) >> index & 1)) call(body, index, worker);
            } else {
                for (std::size_t index; !failed && (index = next++) < count;) call(body, index, worker);
            }
        } catch (...) {
            if (!failed.exchange(true)) error = std::current_exception();
        }
    }
    thread_settings().entered = entered.load();
    if (error) std::rethrow_exception(error);
#endif
}

}  // namespace detail

/// Calls `body(index, worker)` once for each index below `count`, on up to `team.size` threads; any thread may take any index.
/// `worker` < team.within(count) names the thread that runs, for its own workspace. `operations` is the work of the whole loop, in
/// floating-point operations or bytes moved: little work stays on the calling thread, and loops inside loops do too.
template <class Body>
void parallel_for(const Team& team, std::size_t count, std::size_t operations, Body&& body) {
    using Bare = std::remove_reference_t<Body>;
    detail::run_loop(
        team, count, operations,
        [](void* erased, std::size_t index, std::size_t worker) { (*static_cast<Bare*>(erased))(index, worker); },
        const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

/// Calls `body(index)` likewise, on up to `threads()` threads. Who wants to know which of them it is takes a Team.
template <class Body>
void parallel_for(std::size_t count, std::size_t operations, Body&& body) {
    parallel_for(Team{}, count, operations, [&](std::size_t index, std::size_t) { body(index); });
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/tensor/shape.hpp

namespace denim::inline DENIM_TARGET {

/// The extents of one sample: rows, columns, channels. A vector of n numbers is {1, 1, n}.
struct Shape {
    std::size_t height = 1, width = 1, channels = 1;

    /// How many numbers a sample holds.
    [[nodiscard]] constexpr std::size_t size() const { return height * width * channels; }
    /// One pixel: n numbers without a place, which arrays hold as (n), and several as (N, n).
    [[nodiscard]] constexpr bool vector() const { return height == 1 && width == 1; }

    friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// "(120, 90, 3)"
inline std::string to_string(Shape shape) {
    return detail::shape_text(std::array{shape.height, shape.width, shape.channels});
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/tensor/layout.hpp

namespace denim::inline DENIM_TARGET {

/// Rows and columns of zeros around a picture, so that kernels read beyond its edge without asking.
struct Border {
    std::size_t top = 0, left = 0, bottom = 0, right = 0;

    friend constexpr bool operator==(const Border&, const Border&) = default;
};

/// The border that satisfies both.
constexpr Border widest(Border a, Border b) {
    return {std::max(a.top, b.top), std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::max(a.right, b.right)};
}

/// How one sample lies in memory: NHWC, each pixel `stride` numbers after its neighbour (channels, then padding to whole
/// vectors), each row `row()` numbers after the one above, and a border of zeros around the picture. What stands between
/// `shape.channels` and `stride` is zero in activations that Denim's layers write.
struct Layout {
    Shape shape = {};
    Border border = {};
    std::size_t stride = shape.channels;

    /// Numbers from one row to the next.
    [[nodiscard]] constexpr std::size_t row() const { return (border.left + shape.width + border.right) * stride; }
    /// Numbers in one sample, border included.
    [[nodiscard]] constexpr std::size_t size() const { return (border.top + shape.height + border.bottom) * row(); }
    /// Where pixel (y, x) of the picture begins.
    [[nodiscard]] constexpr std::size_t offset(std::size_t y, std::size_t x) const {
        return (border.top + y) * row() + (border.left + x) * stride;
    }
    /// True if the numbers stand as in a plain (H, W, C) array.
    [[nodiscard]] constexpr bool dense() const { return border == Border{} && stride == shape.channels; }

    friend constexpr bool operator==(const Layout&, const Layout&) = default;
};

/// `count` rounded up to a whole number of `step`.
constexpr std::size_t round_up(std::size_t count, std::size_t step) { return (count + step - 1) / step * step; }

}  // namespace denim::inline DENIM_TARGET
// ---- denim/tensor/array.hpp

// The door to xtensor: arrays that come from users and go back to them. Inside, Denim works on pointers and shapes.

#if __has_include(<xtensor/containers/xtensor.hpp>)  // since xtensor 0.26
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <tuple>

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
// ---- denim/tensor/pictures.hpp

#include <cassert>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Pictures as the network takes them: `count` samples of `shape`, each a plain (H, W, C) block of bytes 0 to 255 or of floats,
/// one after the other. They stay where the user has them; only what is not contiguous, or lazy, is copied once and kept here.
struct Pictures {
    Shape shape = {};
    std::size_t count = 0;
    const std::uint8_t* bytes = nullptr;  ///< one of the two is set
    const float* floats = nullptr;
    std::shared_ptr<const void> kept = nullptr;

    /// Takes an array (N, H, W, C), or (H, W, C) for one picture, of std::uint8_t or float: container, view, adaptor or expression.
    /// Where the network takes vectors, (N, C), or (C) for one.
    template <class Expression>
    static Pictures of(const Expression& expression, Shape expected);

    /// Throws std::invalid_argument unless the pictures have the shape that a network takes.
    void check(Shape expected) const;
};

namespace detail {

template <class Expression>
concept ContiguousInterface = requires(const Expression& array) {
    array.data();
    array.strides();
    array.data_offset();
};

// Row-major without gaps; extents of 1 have stride 0 in xtensor, so their stride says nothing.
template <class Expression>
bool is_contiguous(const Expression& array) {
    std::ptrdiff_t wanted = 1;
    for (std::size_t d = array.dimension(); d-- > 0;) {
        if (array.shape(d) != 1 && static_cast<std::ptrdiff_t>(array.strides()[d]) != wanted) return false;
        wanted *= static_cast<std::ptrdiff_t>(array.shape(d));
    }
    return true;
}

}  // namespace detail

template <class Expression>
Pictures Pictures::of(const Expression& expression, Shape expected) {
    using Value = std::remove_cv_t<typename Expression::value_type>;
    static_assert(std::is_same_v<Value, std::uint8_t> || std::is_same_v<Value, float>,
                  "denim: pictures are arrays of std::uint8_t (0 to 255, scaled by 1/255 on the way) or of float; convert others first.");
    const std::size_t rank = expression.dimension(), axes = expected.vector() && rank < 3 ? 1 : 3, first = rank == axes ? 0 : 1;
    const std::array extents{expected.height, expected.width, expected.channels};
    bool fits = rank == first + axes;
    for (std::size_t axis = 0; fits && axis < axes; ++axis) fits = expression.shape(first + axis) == extents[3 - axes + axis];
    if (!fits) {
        const std::string one = expected.vector() ? detail::shape_text(std::array{expected.channels}) : to_string(expected);
        throw std::invalid_argument(std::string{"denim: the network takes "} + (expected.vector() ? "vectors" : "pictures") + " of shape (N, " +
                                    (expected.vector() ? std::to_string(expected.channels) + ")" : one.substr(1)) + " or one of " + one +
                                    ", but got an array of shape " + detail::shape_text(expression.shape()));
    }
    Pictures pictures{expected, first == 1 ? static_cast<std::size_t>(expression.shape(0)) : 1};
    const auto point_to = [&](const Value* numbers) {
        if constexpr (std::is_same_v<Value, float>)
            pictures.floats = numbers;
        else if constexpr (std::is_same_v<Value, std::uint8_t>)
            pictures.bytes = numbers;
    };
    if constexpr (detail::ContiguousInterface<Expression>)
        if (detail::is_contiguous(expression)) {
            assert((expression.data() || pictures.count == 0) && "denim: the array of pictures was moved from");
            point_to(expression.data() + expression.data_offset());
            return pictures;
        }
    auto copy = std::make_shared<std::vector<Value>>(expression.template begin<xt::layout_type::row_major>(),
                                                     expression.template end<xt::layout_type::row_major>());
    point_to(copy->data());
    pictures.kept = std::move(copy);
    return pictures;
}

}  // namespace denim::inline DENIM_TARGET

// ---- denim/tensor/extents.hpp

namespace denim::inline DENIM_TARGET {

/// Up to four extents, as in {window, window, channels, filters}.
struct Extents {
    std::array<std::size_t, 4> values{};
    std::size_t rank = 0;

    constexpr Extents() = default;
    template <class... Sizes>
    constexpr Extents(std::size_t first, Sizes... more) : values{first, static_cast<std::size_t>(more)...}, rank(1 + sizeof...(more)) {}

    [[nodiscard]] constexpr std::size_t size() const {
        std::size_t product = 1;
        for (std::size_t d = 0; d < rank; ++d) product *= values[d];
        return product;
    }
    friend constexpr bool operator==(const Extents&, const Extents&) = default;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/tensor/row.hpp

namespace denim {

/// What moves a parameter.
enum class Moved {
    by_gradient,  ///< the optimizer
    by_layer,     ///< its layer: after a step, what stands at its place among the gradients is its next value (running statistics)
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// One parameter of a network: a named piece of its one array. Optimizers, files and checkpoints see these, and no network.
struct Row {
    std::string name;  ///< "0.weights"; inside a composition "2.0.weights"
    Extents extents;
    std::size_t offset = 0;  ///< in the network's array
    bool trained = true;     ///< false while its layer is frozen, and for what the layer moves itself
    bool decays = false;     ///< weight decay and L2 apply
    Moved moved = Moved::by_gradient;
    float l2 = 0;  ///< adds l2 * sum of squares to the loss
    float rate_factor = 1;  ///< the optimizer's rate is multiplied by it

    [[nodiscard]] std::size_t size() const { return extents.size(); }
};

/// Throws std::invalid_argument where a number of a row is not finite: no file is written of it, as it would not be read.
inline void require_finite_rows(std::span<const Row> rows, std::span<const float> numbers, const std::string& file) {
    for (const Row& row : rows)
        if (!all_finite(numbers.subspan(row.offset, row.size())))
            throw std::invalid_argument("denim: " + file + " is not written: '" + row.name + "' holds a number that is not finite");
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/tensor/window_size.hpp

namespace denim::inline DENIM_TARGET {

/// Rows and columns of a window, or of the step from one window or tap to the next. A number alone stands for as many of both: Conv<5, 64> is
/// Conv<Window<5, 5>, 64>.
struct WindowSize {
    std::size_t rows = 1, columns = 1;

    constexpr WindowSize() = default;
    constexpr WindowSize(std::size_t side) : rows(side), columns(side) {}  // NOLINT: meant to convert
    constexpr WindowSize(std::size_t of_rows, std::size_t of_columns) : rows(of_rows), columns(of_columns) {}

    [[nodiscard]] constexpr bool square() const { return rows == columns; }
    /// Pixels of a window.
    [[nodiscard]] constexpr std::size_t count() const { return rows * columns; }

    friend constexpr bool operator==(const WindowSize&, const WindowSize&) = default;
};

/// A window of so many rows and columns, where a layer takes a window: Conv<Window<1, 7>, 64>, Pool<Max, Window<2, 1>>.
template <std::size_t Rows, std::size_t Columns>
inline constexpr WindowSize Window{Rows, Columns};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/convolution.hpp

namespace denim::inline DENIM_TARGET::kernel {

/// What follows the sum inside the same kernel.
enum class Epilogue {
    linear,     ///< bias
    relu,       ///< bias, then max(0, x)
    relu6,      ///< bias, then min(max(0, x), 6)
    relu_pool,  ///< bias, max(0, x), then the maximum of each 2 x 2 window at stride 2; an odd last row or column falls away
};

/// Which kernel shall compute it.
enum class Choice { fastest, direct, transformed };

/// One convolution with every size known:
/// z(y, x, f) = bias(f) + sum over i, j, c of input(y * stride.rows + i * dilation.rows - top, x * stride.columns + j * dilation.columns - left, c) *
/// weights(i, j, c, f), for y < rows and x < columns, then the epilogue. With groups, channels and filters are cut into as many
/// runs, and a filter sums over the channels of its own run, which count from 0 in the weights. The border of `input` holds
/// every zero that a window touches, so kernels ask for no bounds. Weights are (window.rows, window.columns, channels / groups,
/// filters), as Keras has them.
struct Convolution {
    Layout input = {};
    Layout output = {};  ///< what is stored: with Epilogue::relu_pool, the pooled picture
    std::size_t rows = 0, columns = 0;  ///< of z, before any pool
    WindowSize window = 1, stride = 1;
    std::size_t top = 0, left = 0;  ///< zeros in front of the first window
    Epilogue epilogue = Epilogue::linear;
    bool bias = true;
    Choice choice = Choice::fastest;
    WindowSize dilation = 1;
    std::size_t groups = 1;

    [[nodiscard]] constexpr std::size_t channels() const { return input.shape.channels; }
    [[nodiscard]] constexpr std::size_t filters() const { return output.shape.channels; }
    /// Rows of a square window, and its columns.
    [[nodiscard]] constexpr std::size_t side() const { return window.rows; }
    /// Rows and columns from the first tap of a window to the last, those between with them.
    [[nodiscard]] constexpr WindowSize reach() const { return {(window.rows - 1) * dilation.rows + 1, (window.columns - 1) * dilation.columns + 1}; }
    [[nodiscard]] constexpr bool pooled() const { return epilogue == Epilogue::relu_pool; }
    [[nodiscard]] constexpr std::size_t weights() const { return window.count() * (channels() / groups) * filters(); }
    /// Multiplications and additions of the direct sum for one sample, forward.
    [[nodiscard]] constexpr std::size_t operations() const { return 2 * rows * columns * weights(); }

    friend constexpr bool operator==(const Convolution&, const Convolution&) = default;
};

/// How a backward kernel treats the gradient to its input.
enum class Gradient {
    none,   ///< nobody asks for it
    write,  ///< it is written
    add,    ///< it is added to what stands there: another branch was first
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/convolution_epilogue.hpp

// What follows the sum of a convolution, on two rows of z at a time, and the way back from the output's gradient to that of z.
// A record holds a byte for each pooled number, laid out as the output without border: which of its four won, row by row.

namespace denim::inline DENIM_TARGET::kernel {

/// Bytes of a record.
constexpr std::size_t winners_size(const Convolution& of) {
    return of.pooled() ? of.output.shape.height * of.output.shape.width * of.output.stride : 0;
}

namespace detail {

/// The maximum of four, NaN where one of them is; which one it is, the first of equals or of NaNs, goes to `record` unless that
/// is null.
DENIM_INLINE simd::Vector<float> pool(simd::Vector<float> a, simd::Vector<float> b, simd::Vector<float> c,
                                      simd::Vector<float> d, std::uint8_t* record) {
    const auto best = simd::largest_of(a, b, c, d);
    if (record) {
        auto winner = simd::select((c == best) | simd::is_nan(c), simd::broadcast(2.0f), simd::broadcast(3.0f));
        winner = simd::select((b == best) | simd::is_nan(b), simd::broadcast(1.0f), winner);
        simd::store_bytes(record, simd::select((a == best) | simd::is_nan(a), simd::broadcast(0.0f), winner));
    }
    return best;
}

/// What an epilogue without a pool makes of a sum, its bias added.
template <Epilogue End>
DENIM_INLINE simd::Vector<float> end(simd::Vector<float> z) {
    if constexpr (End == Epilogue::linear)
        return z;
    else if constexpr (End == Epilogue::relu6)
        return simd::clamp(z, 0, 6);
    else
        return simd::relu(z);
}
/// The way back: 0 where the output is at a limit.
template <Epilogue End>
DENIM_INLINE simd::Vector<float> end_gradient(simd::Vector<float> output, simd::Vector<float> gradient) {
    if constexpr (End == Epilogue::linear)
        return gradient;
    else if constexpr (End == Epilogue::relu6)
        return simd::relu_gradient(simd::broadcast(6.0f) - output, simd::relu_gradient(output, gradient));
    else
        return simd::relu_gradient(output, gradient);
}

}  // namespace detail

/// Where a picture stands that a kernel writes: what its inner loops have to know of a layout.
struct PictureRows {
    std::size_t height, width;  ///< of the picture that is stored
    std::size_t row, pixel;     ///< numbers from one row, one pixel to the next
    std::size_t first;          ///< of the picture, behind its border

    [[nodiscard]] constexpr std::size_t offset(std::size_t y, std::size_t x) const { return first + y * row + x * pixel; }
};
constexpr PictureRows rows_of(const Layout& of) { return {of.shape.height, of.shape.width, of.row(), of.stride, of.offset(0, 0)}; }

/// Rows y and y + 1 of z from (y, x, filter) on, `Count` columns, both even: bias and epilogue, then what lies inside is stored.
template <Epilogue End, std::size_t Count>
DENIM_INLINE void write_rows(const PictureRows& of, const simd::Vector<float>* upper, const simd::Vector<float>* lower, simd::Vector<float> bias,
                             std::size_t y, std::size_t x, std::size_t filter, float* output, std::uint8_t* record) {
    if constexpr (End == Epilogue::relu_pool) {
        const std::size_t inside = std::min(Count / 2, of.width - x / 2);
        if (y / 2 >= of.height) return;
        float* to = output + of.offset(y / 2, x / 2) + filter;
        std::uint8_t* winners = record ? record + (y / 2 * of.width + x / 2) * of.pixel + filter : nullptr;
        const auto write = [&](std::size_t i) {
            const auto best = detail::pool(upper[i], upper[i + 1], lower[i], lower[i + 1], winners);
            simd::store(to, simd::relu(best + bias));
            to += of.pixel;
            if (winners) winners += of.pixel;
        };
        if (inside == Count / 2) {
#pragma GCC unroll 3
            for (std::size_t i = 0; i < Count; i += 2) write(i);
        } else {
            for (std::size_t i = 0; i < 2 * inside; i += 2) write(i);
        }
    } else {
        const std::size_t inside = std::min(Count, of.width - x);
        float* first = output + of.offset(y, x) + filter;
        for (std::size_t q = 0; q < 2 && y + q < of.height; ++q, first += of.row) {
            float* to = first;
            const auto write = [&](std::size_t i) {
                const auto z = (q ? lower : upper)[i] + bias;
                simd::store(to, detail::end<End>(z));
                to += of.pixel;
            };
            if (inside == Count) {
#pragma GCC unroll 6
                for (std::size_t i = 0; i < Count; ++i) write(i);
            } else {
                for (std::size_t i = 0; i < inside; ++i) write(i);
            }
        }
    }
}

/// The gradient of z from the output's: into the inside of `picture`, laid out as `to`, whose border stays as it is. Only winners get a
/// gradient, and only where the output is positive (of relu6: and below 6) or NaN. `bias_gradient` grows by the sums over the picture.
template <Epilogue End>
DENIM_KERNEL void unfold_gradient(const Convolution& of, const Layout& to, const float* output, const float* output_gradient,
                                  const std::uint8_t* record, float* picture, float* bias_gradient) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto zero = simd::broadcast(0.0f);
    const Shape& shape = of.output.shape;
    const std::size_t stride = of.output.stride, row = to.row();
    for (std::size_t y = 0; y < shape.height; ++y)
        for (std::size_t f = 0; f < stride; f += lanes) {
            auto sum = zero;
            std::size_t at = of.output.offset(y, 0) + f;
            const std::uint8_t* winners = record + y * shape.width * stride + f;
            float* z = picture + to.offset(End == Epilogue::relu_pool ? 2 * y : y, 0) + f;
            for (std::size_t x = 0; x < shape.width; ++x, at += stride) {
                auto gradient = simd::load(output_gradient + at);
                if constexpr (End != Epilogue::linear) gradient = detail::end_gradient<End>(simd::load(output + at), gradient);
                sum += gradient;
                if constexpr (End == Epilogue::relu_pool) {
                    const auto winner = simd::load_bytes(winners);
                    for (std::size_t q = 0; q < 4; ++q)
                        simd::store(z + q / 2 * row + q % 2 * to.stride,
                                    simd::select(winner == simd::broadcast(static_cast<float>(q)), gradient, zero));
                    winners += stride;
                    z += 2 * to.stride;
                } else {
                    simd::store(z, gradient);
                    z += to.stride;
                }
            }
            simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
        }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/depthwise_runs.hpp

// The inner loops of depthwise convolutions. The sums of a run stay in registers while a row of the input goes by, of which each pixel is
// loaded once and multiplied with every tap that it stands under.

namespace denim::inline DENIM_TARGET::kernel {

/// What a run has to know, in numbers: from one window row, tap and output to the next, in the picture that is read; a pixel of the one that is
/// written; and from one tap's weights to the next tap's.
struct DepthwiseSizes {
    std::size_t window_rows = 0, window_row = 0, tap = 0, step = 0, pixel = 0;
    std::ptrdiff_t weight = 0;
};

/// Pixels from one output's window to the next, where the taps of a window stand side by side; 0 where they do not, or are further apart.
constexpr std::size_t close_step(const Convolution& of) { return of.dilation.columns == 1 && of.stride.columns <= 2 ? of.stride.columns : 0; }

/// `runs` runs of `Pixels` outputs each, `channels` of them (whole vectors), written or added to `output`. `corner` is where the first window begins, `weights` the first tap's. No
/// bias is none. `Step` is the close_step. Each output sums its taps row by row, from the left.
template <Epilogue End, Gradient Mode, std::size_t Columns, std::size_t Step, std::size_t Pixels>
DENIM_KERNEL void depthwise_runs(const DepthwiseSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                                 std::size_t runs, std::size_t channels) {
    using Vector = simd::Vector<float>;
    constexpr std::size_t lanes = simd::lanes<float>, across = Step > 0 ? (Pixels - 1) * Step + Columns : Columns;
    const DepthwiseSizes of = sizes;
    for (; runs; --runs, corner += Pixels * of.step, output += Pixels * of.pixel)
        for (std::size_t c = 0; c < channels; c += lanes) {
            Vector sum[Pixels];
            const Vector start = bias ? simd::load(bias + c) : simd::broadcast(0.0f);
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p) sum[p] = start;
            const float *from = corner + c, *weight = weights + c;
#pragma GCC unroll 1
            for (std::size_t i = 0; i < of.window_rows; ++i, from += of.window_row) {
                const float* pixel = from;
                if constexpr (Step > 0) {
                    Vector factor[Columns];
#pragma GCC unroll 8
                    for (std::size_t j = 0; j < Columns; ++j, weight += of.weight) factor[j] = simd::load(weight);
#pragma GCC unroll 32
                    for (std::size_t u = 0; u < across; ++u, pixel += of.tap) {
                        const Vector number = simd::load(pixel);
#pragma GCC unroll 8
                        for (std::size_t j = 0; j < Columns; ++j)
                            if (u >= j && (u - j) % Step == 0 && (u - j) / Step < Pixels)
                                sum[(u - j) / Step] = simd::fma(number, factor[j], sum[(u - j) / Step]);
                    }
                } else {
#pragma GCC unroll 8
                    for (std::size_t j = 0; j < Columns; ++j, pixel += of.tap, weight += of.weight) {
                        const Vector factor = simd::load(weight);
#pragma GCC unroll 8
                        for (std::size_t p = 0; p < Pixels; ++p) sum[p] = simd::fma(simd::load(pixel + p * of.step), factor, sum[p]);
                    }
                }
            }
            float* place = output + c;
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p, place += of.pixel) {
                Vector value = detail::end<End>(sum[p]);
                if constexpr (Mode == Gradient::add) value = value + simd::load(place);
                simd::store(place, value);
            }
        }
}

/// A row of z's gradient, into its place in `z`, and its sum to the bias's gradient.
template <Epilogue End>
DENIM_KERNEL void spread_depthwise_row(std::size_t columns, std::size_t pixel, std::size_t z_step, const float* output, const float* output_gradient,
                                       float* z, float* bias_gradient) {
    for (std::size_t c = 0; c < pixel; c += simd::lanes<float>) {
        auto sum = simd::broadcast(0.0f);
        for (std::size_t x = 0, from = c, to = c; x < columns; ++x, from += pixel, to += z_step) {
            const auto gradient = detail::end_gradient<End>(simd::load(output + from), simd::load(output_gradient + from));
            simd::store(z + to, gradient);
            sum = sum + gradient;
        }
        simd::store(bias_gradient + c, simd::load(bias_gradient + c) + sum);
    }
}

namespace detail {

/// The taps of `Vectors` vectors of channels: two at once have sums enough that none waits for the one before.
template <std::size_t Columns, std::size_t Vectors>
DENIM_INLINE void add_taps(const DepthwiseSizes& of, std::size_t columns, const float* pixels, const float* z, std::size_t z_step, float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>;
    simd::Vector<float> sum[Columns][Vectors];
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t v = 0; v < Vectors; ++v) sum[j][v] = simd::load(sums + j * of.pixel + v * lanes);
#pragma GCC unroll 1
    for (std::size_t x = 0; x < columns; ++x, pixels += of.step, z += z_step) {
        const float* tap = pixels;
        simd::Vector<float> gradient[Vectors];
#pragma GCC unroll 2
        for (std::size_t v = 0; v < Vectors; ++v) gradient[v] = simd::load(z + v * lanes);
#pragma GCC unroll 8
        for (std::size_t j = 0; j < Columns; ++j, tap += of.tap)
#pragma GCC unroll 2
            for (std::size_t v = 0; v < Vectors; ++v) sum[j][v] = simd::fma(simd::load(tap + v * lanes), gradient[v], sum[j][v]);
    }
    for (std::size_t j = 0; j < Columns; ++j)
        for (std::size_t v = 0; v < Vectors; ++v) simd::store(sums + j * of.pixel + v * lanes, sum[j][v]);
}

}  // namespace detail

/// What a row of z's gradient says about a window row: `sums` holds its taps.
template <std::size_t Columns>
DENIM_KERNEL void add_depthwise_taps(const DepthwiseSizes& sizes, std::size_t columns, const float* input, const float* z, std::size_t z_step,
                                     float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>, together = 2 * Columns + 4 <= simd::registers ? 2 : 1;
    const DepthwiseSizes of = sizes;
    std::size_t c = 0;
    for (; c + together * lanes <= of.pixel; c += together * lanes) detail::add_taps<Columns, together>(of, columns, input + c, z + c, z_step, sums + c);
    for (; c < of.pixel; c += lanes) detail::add_taps<Columns, 1>(of, columns, input + c, z + c, z_step, sums + c);
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/depthwise_convolution.hpp

// Convolutions with one filter for each channel: nothing is summed over channels, so vectors run along them. A run is some outputs side by
// side, see depthwise_runs.hpp. Kernels are told their sizes; what a layer decides is which of them it calls.

namespace denim::inline DENIM_TARGET::kernel {

/// True if every channel has its own filter, and no other.
constexpr bool depthwise(const Convolution& of) {
    return of.groups > 1 && of.groups == of.channels() && of.groups == of.filters() && !of.pooled();
}

/// A row of outputs as runs: they differ by one output at most, so that none of them is a thin rest.
struct DepthwiseRow {
    using Runs = void(const DepthwiseSizes& sizes, const float* corner, const float* weights, const float* bias, float* output, std::size_t runs,
                      std::size_t channels);

    DepthwiseSizes sizes;
    Runs *large = nullptr, *small = nullptr;
    std::size_t large_runs = 0, small_runs = 0, large_pixels = 0;
    std::size_t block = 0;  // channels that go down the picture together

    void operator()(const float* corner, const float* weights, const float* bias, float* output, std::size_t channels) const {
        if (large_runs) {
            large(sizes, corner, weights, bias, output, large_runs, channels);
            corner += large_runs * large_pixels * sizes.step;
            output += large_runs * large_pixels * sizes.pixel;
        }
        if (small_runs) small(sizes, corner, weights, bias, output, small_runs, channels);
    }
};

/// So many channels that the rows of a window stay in a first level of 32 KB until the next row of outputs reads them again.
constexpr std::size_t channels_together(const Convolution& of) {
    const std::size_t fit = 24'576 / sizeof(float) / (of.reach().rows * of.input.row() / of.input.stride);
    return std::min(std::max(fit / 16, std::size_t{1}) * 16, of.output.stride);
}

/// The row of a convolution; turned, the taps go by in the opposite order.
template <Convolution Of, Gradient Mode, bool Turned>
constexpr DepthwiseRow depthwise_row() {
    constexpr std::size_t most = simd::registers > 16 ? 8 : 6;  // sums in registers, beside what moves
    constexpr std::size_t runs = (Of.columns + most - 1) / most, small = Of.columns / runs, more = Of.columns % runs;
    const auto stride = static_cast<std::ptrdiff_t>(Of.output.stride);
    DepthwiseRow row{{Of.window.rows, Of.dilation.rows * Of.input.row(), Of.dilation.columns * Of.input.stride, Of.stride.columns * Of.input.stride,
                      Of.output.stride, Turned ? -stride : stride}};
    if constexpr (more > 0) {
        row.large = &depthwise_runs<Of.epilogue, Mode, Of.window.columns, close_step(Of), small + 1>;
        row.large_runs = more;
        row.large_pixels = small + 1;
    }
    row.small = &depthwise_runs<Of.epilogue, Mode, Of.window.columns, close_step(Of), small>;
    row.small_runs = runs - more;
    row.block = channels_together(Of);
    return row;
}

/// The gradient to the input of a depthwise convolution, as a convolution of z's gradient, spread out by the stride.
constexpr Convolution turned_depthwise(const Convolution& of) {
    const std::size_t above = of.reach().rows - 1 - of.top, before = of.reach().columns - 1 - of.left;
    const std::size_t height = (of.rows - 1) * of.stride.rows + 1, width = (of.columns - 1) * of.stride.columns + 1;
    const auto beyond = [](std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; };
    Convolution back;
    back.input = {{height, width, of.channels()},
                  {above, before, beyond(of.input.shape.height + of.top, height), beyond(of.input.shape.width + of.left, width)},
                  of.output.stride};
    back.output = of.input;
    back.rows = of.input.shape.height;
    back.columns = of.input.shape.width;
    back.window = of.window;
    back.top = above;
    back.left = before;
    back.dilation = of.dilation;
    return back;
}

/// A depthwise convolution as its loops are told it: sizes, and the kernels that its layer chose. Prepared weights, and the sums of their
/// gradient, are (window.rows, window.columns, stride), then biases (stride), zero behind the channels.
struct DepthwisePass {
    Convolution of, turned;
    DepthwiseRow row, back_written, back_added;
    decltype(&spread_depthwise_row<Epilogue::linear>) spread;
    decltype(&add_depthwise_taps<1>) add_taps;

    [[nodiscard]] constexpr std::size_t taps() const { return of.window.count(); }
    [[nodiscard]] constexpr std::size_t stride() const { return of.output.stride; }

    void prepare(const float* weights, const float* bias, float* prepared) const;
    void forward(const float* input, const float* prepared, float* output, std::size_t first, std::size_t last) const;
    void backward(Gradient mode, const float* input, const float* output, const float* output_gradient, const float* prepared, float* input_gradient,
                  float* scratch, float* accumulator) const;
    void finish(const float* accumulator, float* weight_gradient, float* bias_gradient) const;
};

/// The same interface as PlainConvolution; any stride and dilation, no pool.
template <Convolution Of>
struct DepthwiseConvolution {
private:
    static_assert(Of.output.stride % simd::lanes<float> == 0, "denim: DepthwiseConvolution: pixels must be padded to whole vectors.");
    static_assert(Of.top < Of.reach().rows && Of.left < Of.reach().columns);
    static constexpr Convolution turned = turned_depthwise(Of);
    // Two, so that a trained network has no way back.
    static constexpr DepthwisePass forward_pass{Of, turned, depthwise_row<Of, Gradient::write, false>(), {}, {}, nullptr, nullptr};
    template <Gradient Input>
    static constexpr DepthwisePass backward_pass = [] {
        DepthwisePass pass = forward_pass;
        if constexpr (Input == Gradient::write) pass.back_written = depthwise_row<turned, Gradient::write, true>();
        if constexpr (Input == Gradient::add) pass.back_added = depthwise_row<turned, Gradient::add, true>();
        pass.spread = &spread_depthwise_row<Of.epilogue>;
        pass.add_taps = &add_depthwise_taps<Of.window.columns>;
        return pass;
    }();

public:
    static constexpr const char* name = "depthwise";
    static constexpr std::size_t bands = Of.rows;
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1, forward_prepare_parts = 1;
    static constexpr std::size_t prepared_size = (Of.window.count() + 1) * Of.output.stride, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = prepared_size;
    static constexpr std::size_t record_size = 0;
    static constexpr std::size_t scratch_size = turned.input.size();  // z's gradient: between its pixels and around them it is zero
    static constexpr std::size_t forward_scratch_size = 0;

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t /*part*/) {
        forward_pass.prepare(weights, bias, prepared);
    }
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* /*record*/, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        forward_pass.forward(input, prepared, output, first, last);
    }
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                         const std::uint8_t* /*record*/, float* scratch, float* accumulator) {
        backward_pass<Input>.backward(Input, input, output, output_gradient, prepared, input_gradient, scratch, accumulator);
    }
    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t /*part*/) {
        forward_pass.finish(accumulator, weight_gradient, bias_gradient);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/dense_gradient.hpp

// The gradient of a convolution's weights where every output may be alive: behind a linear convolution, as BatchNorm has it in front, lists of
// live gradients (live_gradient.hpp) would name them all. It is a product, for each place of a window, of the pixels there and the gradients of
// z: a block of the pixels' numbers by some vectors of filters stays in registers while the pixels go by.

namespace denim::inline DENIM_TARGET::kernel {

/// What a block has to know, in numbers: z's columns; from one of its pixels to the next, and one row to the next, in the input and in z; and from
/// one number's sums to the next one's.
struct DenseGradientSizes {
    std::size_t columns = 0, step = 0, down = 0, z_pixel = 0, z_row = 0, padded = 0;
};

/// `Numbers` numbers of a pixel by `Vectors` vectors of filters: adds what `rows` rows of z's gradient say to `sums`.
template <std::size_t Numbers, std::size_t Vectors>
DENIM_KERNEL void add_dense_block(const DenseGradientSizes& sizes, const float* input, const float* z, float* sums, std::size_t rows) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const DenseGradientSizes of = sizes;
    simd::Vector<float> sum[Numbers][Vectors];
#pragma GCC unroll 16
    for (std::size_t n = 0; n < Numbers; ++n)
#pragma GCC unroll 2
        for (std::size_t v = 0; v < Vectors; ++v) sum[n][v] = simd::load(sums + n * of.padded + v * lanes);
    for (std::size_t y = 0; y < rows; ++y, input += of.down, z += of.z_row) {
        const float *number = input, *gradients = z;
#pragma GCC unroll 1
        for (std::size_t x = 0; x < of.columns; ++x, number += of.step, gradients += of.z_pixel) {
            simd::Vector<float> gradient[Vectors];
#pragma GCC unroll 2
            for (std::size_t v = 0; v < Vectors; ++v) gradient[v] = simd::load(gradients + v * lanes);
#pragma GCC unroll 16
            for (std::size_t n = 0; n < Numbers; ++n) {
                const auto factor = simd::broadcast(number[n]);
#pragma GCC unroll 2
                for (std::size_t v = 0; v < Vectors; ++v) sum[n][v] = simd::fma(factor, gradient[v], sum[n][v]);
            }
        }
    }
#pragma GCC unroll 16
    for (std::size_t n = 0; n < Numbers; ++n)
#pragma GCC unroll 2
        for (std::size_t v = 0; v < Vectors; ++v) simd::store(sums + n * of.padded + v * lanes, sum[n][v]);
}

/// The gradient of the weights of a convolution without pool, as its loops are told it. Its accumulator is (tap, channel, filters in whole vectors),
/// then the bias's gradient.
struct DenseGradient {
    using Block = void(const DenseGradientSizes& sizes, const float* input, const float* z, float* sums, std::size_t rows);

    DenseGradientSizes sizes;
    std::size_t runs = 0, length = 0;          ///< of a window row: runs of numbers that lie side by side, and how many each has
    std::size_t large = 0, small = 0, large_blocks = 0, small_blocks = 0;  ///< a run's blocks, which differ by one number at most
    std::size_t pairs = 0, single = 0;         ///< vectors of filters, two at a time, and whether one is left
    std::size_t band = 1;                      ///< rows of z that go by together: they fit the second level
    std::size_t size = 0, padded = 0;          ///< sums; filters in whole vectors
    std::array<Block*, 2> pair{}, alone{};     ///< the kernels of large and small blocks

    [[nodiscard]] constexpr std::size_t accumulator_size() const { return size + padded; }

    /// Adds what one sample's gradient of z says to the accumulator's sums.
    void run(const Convolution& of, const float* input, const float* output_gradient, float* accumulator) const;
    /// The gradient of window row `i`'s weights, and with the first the bias's.
    void finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const;
};

/// Whether the weights' gradient goes this way: not where a pool or ReLU leaves few alive, unless windows are so small that a list's entry has
/// few products.
constexpr bool takes_dense_gradient(const Convolution& of) {
    return !of.pooled() && of.output.stride % simd::lanes<float> == 0 && of.dilation == 1 && (of.epilogue == Epilogue::linear || of.window.count() == 1);
}

/// Its sizes.
constexpr DenseGradient dense_gradient(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, most = std::min<std::size_t>((simd::registers - 3) / 2, 14);
    DenseGradient dense;
    const bool joined = of.input.stride == of.channels();
    dense.runs = joined ? 1 : of.window.columns;
    dense.length = joined ? of.window.columns * of.channels() : of.channels();
    const std::size_t vectors = (of.filters() + lanes - 1) / lanes, blocks = (dense.length + most - 1) / most;
    dense.padded = vectors * lanes;
    dense.pairs = vectors / 2;
    dense.single = vectors % 2;
    dense.small = dense.length / blocks;
    dense.large = dense.small + 1;
    dense.large_blocks = dense.length % blocks;
    dense.small_blocks = blocks - dense.large_blocks;
    const std::size_t row = of.stride.rows * of.input.row() + of.output.row();
    dense.band = std::clamp<std::size_t>(65'536 / row, 1, of.rows);
    dense.size = of.window.count() * of.channels() * dense.padded;
    dense.sizes = {of.columns, of.stride.columns * of.input.stride, of.stride.rows * of.input.row(), of.output.stride, of.output.row(), dense.padded};
    return dense;
}

/// Sizes and kernels.
template <Convolution Of>
constexpr DenseGradient dense_gradient() {
    constexpr DenseGradient sizes = dense_gradient(Of);
    DenseGradient dense = sizes;
    const auto choose = [&]<std::size_t Place, std::size_t Numbers>() {
        if constexpr (sizes.pairs > 0) dense.pair[Place] = &add_dense_block<Numbers, 2>;
        if constexpr (sizes.single > 0) dense.alone[Place] = &add_dense_block<Numbers, 1>;
    };
    if constexpr (sizes.large_blocks > 0) choose.template operator()<0, sizes.large>();
    choose.template operator()<1, sizes.small>();
    return dense;
}

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/window_slices.hpp

// The windows of some rows of a picture, copied so that each is a few runs of whole vectors, of which a slice holds as many as stay in
// registers: what the gradients through live outputs walk over.

namespace denim::inline DENIM_TARGET::kernel {

/// How the windows of some rows of input lie in scratch: each as `taps` runs of `vectors` vectors, of which a slice holds
/// `group`. A run is one pixel's channels, or, where that wastes fewer lanes, a whole window row (then every column of z has
/// its own copy of its window rows).
struct WindowSlices {
    static constexpr std::size_t held = simd::registers - 5;  ///< vectors that stay in registers, beside what moves

    bool whole_rows = false;
    std::size_t numbers = 0;                   ///< in a run
    std::size_t taps = 0, taps_across = 0;     ///< of a window, and of those side by side in one of its rows
    std::size_t vectors = 0, group = 0, slices = 0, unit = 0;  ///< of a run; of a slice's part of it; slices; numbers of such a part
    std::size_t columns = 0;                   ///< runs in a row of scratch
    std::size_t across = 0, down = 0;          ///< from one column, one row of z to the next
    std::size_t filter_size = 0, slice_size = 0, size = 0;  ///< one window of every filter: (slice, filter, tap, unit)

    [[nodiscard]] constexpr std::size_t row() const { return columns * unit; }
    /// Numbers of scratch behind the windows of so many rows of z.
    [[nodiscard]] constexpr std::size_t room(const Convolution& of, std::size_t z_rows) const { return input_rows(of, z_rows) * row(); }
    [[nodiscard]] static constexpr std::size_t input_rows(const Convolution& of, std::size_t z_rows) {
        return (z_rows - 1) * of.stride.rows + of.window.rows;
    }

    /// Copies slice `slice` of the input rows behind z rows `first` to `first + z_rows`.
    void fill(const Convolution& of, const float* input, std::size_t first, std::size_t z_rows, std::size_t slice, float* to) const;
    /// Adds slice `slice` of the gradients to the input rows behind z rows `first` to `first + z_rows`; what lies in the border
    /// falls away. Not of whole rows.
    void add(const Convolution& of, const float* from, std::size_t first, std::size_t z_rows, std::size_t slice, float* input) const;
};

constexpr WindowSlices window_slices(const Convolution& of, bool whole_rows) {
    constexpr std::size_t lanes = simd::lanes<float>;
    WindowSlices slices{.whole_rows = whole_rows};
    slices.numbers = whole_rows ? of.window.columns * of.channels() : of.channels();
    slices.taps = whole_rows ? of.window.rows : of.window.count();
    slices.taps_across = whole_rows ? 1 : of.window.columns;
    slices.vectors = (slices.numbers + lanes - 1) / lanes;
    slices.group = std::max<std::size_t>(1, std::min(slices.vectors, WindowSlices::held / slices.taps));
    while (slices.vectors % slices.group) --slices.group;
    slices.slices = slices.vectors / slices.group;
    slices.unit = slices.group * lanes;
    slices.columns = whole_rows ? of.columns : (of.columns - 1) * of.stride.columns + of.window.columns;
    slices.across = (whole_rows ? 1 : of.stride.columns) * slices.unit;
    slices.down = of.stride.rows * slices.row();
    slices.filter_size = slices.taps * slices.unit;
    slices.slice_size = of.filters() * slices.filter_size;
    slices.size = slices.slices * slices.slice_size;
    return slices;
}

/// The slices for the gradient of the weights: whole window rows where they fill vectors better.
constexpr WindowSlices weight_slices(const Convolution& of) {
    const WindowSlices rows = window_slices(of, true), pixels = window_slices(of, false);
    return rows.vectors * rows.taps < pixels.vectors * pixels.taps ? rows : pixels;
}

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/live_walks.hpp

// The inner loops of the gradients through live outputs: one filter's list of live gradients is walked, while the sums of a window, or its
// weights, stay in registers.

namespace denim::inline DENIM_TARGET::kernel {

/// One filter's list: `count` places in a slice, and the gradients of z there.
struct LiveList {
    const float *where, *value;  ///< of `where`, the bits are a whole number
    std::uint32_t count;
};

namespace detail {

/// Calls each(n, run) for the vectors of taps First to Last of the window at `window`, whose rows stand `row` numbers apart.
template <std::size_t Across, std::size_t Group, std::size_t First, std::size_t Last, class Number, class Each>
DENIM_INLINE void each_of_window(Number* window, std::size_t row, Each each) {
    constexpr std::size_t lanes = simd::lanes<float>;
#pragma GCC unroll 32
    for (std::size_t n = 0; n < (Last - First) * Group; ++n) {
        const std::size_t tap = First + n / Group;
        each(n, window + tap / Across * row + tap % Across * Group * lanes + n % Group * lanes);
    }
}

}  // namespace detail

/// Taps First to Last of one filter's weight gradients grow by each live gradient times its window.
template <std::size_t Across, std::size_t Group, std::size_t First, std::size_t Last>
DENIM_KERNEL void gather_windows(const LiveList& live, const float* slice, std::size_t row, float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>, held = (Last - First) * Group;
    const LiveList of = live;
    simd::Vector<float> kept[held];
    sums += First * Group * lanes;
#pragma GCC unroll 32
    for (std::size_t n = 0; n < held; ++n) kept[n] = simd::load(sums + n * lanes);
#pragma GCC unroll 1
    for (std::uint32_t entry = 0; entry < of.count; ++entry) {
        const auto gradient = simd::broadcast(of.value[entry]);
        detail::each_of_window<Across, Group, First, Last>(slice + std::bit_cast<std::uint32_t>(of.where[entry]), row, [&](std::size_t n, const float* run) {
            kept[n] = simd::fma(gradient, simd::load(run), kept[n]);
        });
    }
#pragma GCC unroll 32
    for (std::size_t n = 0; n < held; ++n) simd::store(sums + n * lanes, kept[n]);
}

/// The windows of the live gradients grow by them times taps First to Last of the filter's weights.
template <std::size_t Across, std::size_t Group, std::size_t First, std::size_t Last>
DENIM_KERNEL void scatter_windows(const LiveList& live, float* slice, std::size_t row, const float* weights) {
    constexpr std::size_t lanes = simd::lanes<float>, held = (Last - First) * Group;
    const LiveList of = live;
    simd::Vector<float> kept[held];
    weights += First * Group * lanes;
#pragma GCC unroll 32
    for (std::size_t n = 0; n < held; ++n) kept[n] = simd::load(weights + n * lanes);
#pragma GCC unroll 1
    for (std::uint32_t entry = 0; entry < of.count; ++entry) {
        const auto gradient = simd::broadcast(of.value[entry]);
        detail::each_of_window<Across, Group, First, Last>(slice + std::bit_cast<std::uint32_t>(of.where[entry]), row, [&](std::size_t n, float* run) {
            simd::store(run, simd::fma(gradient, kept[n], simd::load(run)));
        });
    }
}

/// Walks of one filter's list, one after the other: each has as many taps as fit into the registers.
using Gather = void(const LiveList& live, const float* slice, std::size_t row, float* sums);
using Scatter = void(const LiveList& live, float* slice, std::size_t row, const float* weights);

namespace detail {

template <std::size_t Taps, std::size_t Group>
inline constexpr std::size_t walks = (Taps + WindowSlices::held / Group - 1) / (WindowSlices::held / Group);

template <std::size_t Across, std::size_t Taps, std::size_t Group>
inline constexpr auto gathers = []<std::size_t... Part>(std::index_sequence<Part...>) {
    constexpr std::size_t parts = sizeof...(Part);
    return std::array<Gather*, parts>{&gather_windows<Across, Group, Taps * Part / parts, Taps*(Part + 1) / parts>...};
}(std::make_index_sequence<walks<Taps, Group>>{});

template <std::size_t Across, std::size_t Taps, std::size_t Group>
inline constexpr auto scatters = []<std::size_t... Part>(std::index_sequence<Part...>) {
    constexpr std::size_t parts = sizeof...(Part);
    return std::array<Scatter*, parts>{&scatter_windows<Across, Group, Taps * Part / parts, Taps*(Part + 1) / parts>...};
}(std::make_index_sequence<walks<Taps, Group>>{});

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/live_gradient.hpp

// The gradients of a convolution through its live outputs alone: those that ReLU let pass and the pool chose. With a pool at
// most one sum in four is live, and ReLU kills about half of those. Each filter's live gradients become a list of (where its
// window begins, value); for the weights, one window's sums stay in registers while the list is walked; for the input, one
// window's weights do.

namespace denim::inline DENIM_TARGET::kernel {

/// Clears the gradients of rows whose outputs the epilogue cut off, and adds the others up to the bias's gradient, which is padded to whole vectors.
template <Epilogue End>
DENIM_KERNEL void mask_gradient(const Layout& of, const float* output, float* output_gradient, float* bias) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t y = 0; y < of.shape.height; ++y)
        for (std::size_t f = 0; f < of.shape.channels; f += lanes) {
            const bool whole = f + lanes <= of.stride;
            const std::size_t rest = of.shape.channels - f;
            auto sum = simd::broadcast(0.0f);
            std::size_t at = of.offset(y, 0) + f;
            for (std::size_t x = 0; x < of.shape.width; ++x, at += of.stride) {
                auto value = whole ? simd::load(output_gradient + at) : simd::load_first(output_gradient + at, rest);
                if constexpr (End != Epilogue::linear) {
                    const auto seen = whole ? simd::load(output + at) : simd::load_first(output + at, rest);
                    value = detail::end_gradient<End>(seen, value);
                    if (whole)
                        simd::store(output_gradient + at, value);
                    else
                        simd::store_first(output_gradient + at, value, rest);
                }
                sum = sum + value;
            }
            simd::store(bias + f, simd::load(bias + f) + sum);
        }
}

/// The live gradients of a convolution, as its loops are told them: sizes, and the kernels that its layer chose.
struct LiveGradient {
    WindowSlices weights, input;
    std::size_t padded = 0;  ///< filters, in whole vectors
    std::size_t step = 1;    ///< rows of z behind one of output
    std::size_t band = 1;    ///< rows of output taken at once: as many as leave a slice of their input in the first-level cache
    std::size_t room = 0;    ///< the longest list
    std::size_t slice_room = 0;
    decltype(&mask_gradient<Epilogue::linear>) mask = nullptr;
    std::span<Gather* const> gathers{};   ///< none where the gradient to the weights goes another way
    std::span<Scatter* const> scatters{};  ///< none where the gradient to the input goes another way

    /// Numbers prepared for the gradient to the input; of an accumulator: the weights' gradient by slices, then the bias's.
    [[nodiscard]] constexpr std::size_t weights_size() const { return input.size; }
    [[nodiscard]] constexpr std::size_t accumulator_size() const { return weights.size + padded; }
    [[nodiscard]] constexpr std::size_t scratch_size(const Convolution& of) const {
        return round_up(slice_room + of.filters() * (2 * room + 1), 16);
    }

    /// Weights of window row `i` for the gradient to the input.
    void prepare(const Convolution& of, const float* weights, float* prepared, std::size_t i) const;
    /// From masked output gradients: adds the weights' gradient to the accumulator if there are `gathers`, the input's to `input_gradient` if there are
    /// `scatters`.
    void run(const Convolution& of, const float* input_picture, const float* output_gradient, const float* prepared, float* input_gradient,
             const std::uint8_t* record, float* scratch, float* accumulator) const;
    /// The gradient of window row `i`'s weights, and with the first the bias's.
    void finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const;

private:
    void list(const Convolution& of, const WindowSlices& slices, const float* output_gradient, const std::uint8_t* record, std::size_t first,
              std::size_t rows, float* lists) const;
    [[nodiscard]] LiveList list_of(std::size_t filters, const float* lists, std::size_t f) const;
};

/// Its sizes.
constexpr LiveGradient live_gradient(const Convolution& of) {
    LiveGradient live{.weights = weight_slices(of), .input = window_slices(of, false), .padded = round_up(of.filters(), simd::lanes<float>)};
    live.step = of.pooled() ? 2 : 1;
    const auto widest = [&](std::size_t rows) {
        return std::max(live.weights.room(of, rows * live.step), live.input.room(of, rows * live.step));
    };
    while (live.band < of.output.shape.height && widest(live.band + 1) * sizeof(float) <= 24 * 1024) ++live.band;
    live.room = live.band * of.output.shape.width;
    live.slice_room = widest(live.band);
    return live;
}

/// Sizes and kernels.
template <Convolution Of, bool ToWeights, bool ToInput>
constexpr LiveGradient live_gradient() {
    constexpr LiveGradient sizes = live_gradient(Of);
    LiveGradient live = sizes;
    live.mask = &mask_gradient<Of.epilogue>;
    if constexpr (ToWeights) live.gathers = detail::gathers<sizes.weights.taps_across, sizes.weights.taps, sizes.weights.group>;
    if constexpr (ToInput) live.scatters = detail::scatters<sizes.input.taps_across, sizes.input.taps, sizes.input.group>;
    return live;
}

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/tiles_of_row.hpp

// The inner loops of direct sums: tiles of pixels x vectors of filters stay in registers while a window's numbers stream by. Each weight that
// is loaded serves all pixels of a tile, each pixel all of its vectors. No patch is ever copied.

namespace denim::inline DENIM_TARGET::kernel {

/// What the tiles of a row have to know of a convolution.
struct TileRowSizes {
    std::size_t window = 0;                ///< rows of a window
    std::size_t runs = 0, length = 0;  ///< of a window row: runs of numbers that lie side by side, and how many each has
    std::size_t row = 0, pixel = 0;    ///< numbers of the input from one row, one pixel to the next
    std::size_t step = 0;              ///< numbers of the input from one pixel of z to the next
    std::size_t down = 0;              ///< numbers of the input from one row of z to the next
    std::size_t output = 0;            ///< numbers of the output from one pixel to the next
    std::size_t output_row = 0;        ///< and from one row to the next
    std::size_t record = 0;            ///< bytes likewise
};
constexpr TileRowSizes tile_row_sizes(const Convolution& of, std::size_t padded) {
    // The numbers of a window row lie side by side unless the channels are padded: then each pixel is a run of its own.
    const bool joined = of.input.stride == of.channels();
    const std::size_t row = of.input.row(), pixel = of.input.stride;
    return {of.window.rows, joined ? 1 : of.window.columns, joined ? of.window.columns * of.channels() : of.channels(), row, pixel,
            of.stride.columns * pixel, of.stride.rows * row, of.output.stride, of.output.row(), padded};
}

namespace detail {

/// The sums of `Pixels` pixels of each of `Rows` rows of z without bias, handed to `done(pixel, vector, sum)` row by row; the first window begins
/// at `corner`.
template <std::size_t Rows, std::size_t Pixels, std::size_t Vectors, class Done>
DENIM_INLINE void tile_sums(const TileRowSizes& of, const float* corner, const float* weights, Done done) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 1024;  // weights wanted next: they come from the second-level cache
    constexpr std::size_t all = Rows * Pixels;
    simd::Vector<float> sum[all][Vectors];
#pragma GCC unroll 16
    for (std::size_t p = 0; p < all; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::broadcast(0.0f);
    const std::size_t step = of.step, down = of.down;
    for (std::size_t i = 0; i < of.window; ++i, corner += of.row)
        for (std::size_t run = 0; run < of.runs; ++run) {
            const float* from = corner + run * of.pixel;
#pragma GCC unroll 1
            for (std::size_t left = of.length; left; --left, ++from, weights += Vectors * lanes) {
                for (std::size_t v = 0; v < Vectors * lanes; v += 16) simd::prefetch(weights + ahead + v);
                simd::Vector<float> weight[Vectors];
#pragma GCC unroll 4
                for (std::size_t v = 0; v < Vectors; ++v) weight[v] = simd::load(weights + v * lanes);
#pragma GCC unroll 16
                for (std::size_t p = 0; p < all; ++p) {
                    const auto pixel = simd::broadcast((from + p / Pixels * down)[p % Pixels * step]);
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::fma(pixel, weight[v], sum[p][v]);
                }
            }
        }
#pragma GCC unroll 16
    for (std::size_t p = 0; p < all; ++p)
#pragma GCC unroll 4
        for (std::size_t v = 0; v < Vectors; ++v) done(p, v, sum[p][v]);
}

}  // namespace detail

/// `tiles` tiles side by side of `Rows` rows of z (with a pool, of two for one that is stored), written or added to `output`: `Vectors` vectors of
/// filters, of whose last only `last` numbers are stored. `corner` is where the first window begins; `record` takes the winners of a pool, or is null.
template <Epilogue End, Gradient Mode, std::size_t Rows, std::size_t Pixels, std::size_t Vectors>
DENIM_KERNEL void tiles_of_row(const TileRowSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                               std::uint8_t* record, std::size_t tiles, std::size_t last) {
    constexpr std::size_t lanes = simd::lanes<float>;
    constexpr bool pooled = End == Epilogue::relu_pool;
    using Vector = simd::Vector<float>;
    const TileRowSizes of = sizes;
    const auto write = [last](float* pixel, std::size_t v, Vector value) {
        value = detail::end<End>(value);
        float* const to = pixel + v * lanes;
        if (v + 1 < Vectors || last == lanes) {
            if constexpr (Mode == Gradient::add) value = value + simd::load(to);
            simd::store(to, value);
        } else {
            if constexpr (Mode == Gradient::add) value = value + simd::load_first(to, last);
            simd::store_first(to, value, last);
        }
    };
    for (; tiles; --tiles, corner += Pixels * of.step) {
        if constexpr (pooled) {
            alignas(64) float z[2][Pixels][Vectors * lanes];
            for (std::size_t h = 0; h < 2; ++h)
                detail::tile_sums<1, Pixels, Vectors>(of, corner + h * of.down, weights,
                                                   [&](std::size_t p, std::size_t v, Vector sum) { simd::store(&z[h][p][v * lanes], sum); });
            for (std::size_t p = 0; p < Pixels; p += 2, output += of.output) {
                for (std::size_t v = 0; v < Vectors; ++v) {
                    const auto at = [&](std::size_t h, std::size_t q) { return simd::load(&z[h][p + q][v * lanes]); };
                    const Vector best = detail::pool(at(0, 0), at(0, 1), at(1, 0), at(1, 1), record ? record + v * lanes : nullptr);
                    write(output, v, best + simd::load(bias + v * lanes));
                }
                if (record) record += of.record;
            }
        } else {
            float* const below = output + of.output_row;
            detail::tile_sums<Rows, Pixels, Vectors>(of, corner, weights, [&](std::size_t p, std::size_t v, Vector sum) {
                write(output, v, sum + simd::load(bias + v * lanes));
                if (v + 1 == Vectors) output = Rows > 1 && p + 1 == Pixels ? below : output + of.output;
            });
            if constexpr (Rows > 1) output -= of.output_row;
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/register_tiles.hpp

// The direct sum of a convolution, cut into tiles (tiles_of_row.hpp): which tiles cover a row best, in which order they go over rows and
// groups of filters, and how the weights stand that they read.

namespace denim::inline DENIM_TARGET::kernel {

/// Pixels side by side, and vectors of filters, that one tile keeps in registers.
struct TileShape {
    std::size_t pixels = 1, vectors = 1;
};

/// The tile that covers `columns` pixels (a multiple of `unit`) of `vectors` vectors with the least work: a step of the inner
/// loop costs its multiplications or its loads, and never less than the latency of one multiplication.
constexpr TileShape best_tile(std::size_t columns, std::size_t vectors, std::size_t unit) {
    TileShape best{unit, 1};
    std::size_t least = static_cast<std::size_t>(-1);
    for (std::size_t v = 1; v <= std::min<std::size_t>(vectors, 4); ++v) {
        const std::size_t room = std::min<std::size_t>((simd::registers - 1 - v) / v, 14) / unit * unit;
        if (room == 0) continue;
        const std::size_t tiles = (columns + room - 1) / room;
        const std::size_t pixels = (columns / unit + tiles - 1) / tiles * unit;
        const auto step = [&](std::size_t width) { return std::max({pixels * width, pixels + width, std::size_t{8}}) + 2; };
        std::size_t cost = 16 * tiles * (vectors / v * step(v) + (vectors % v ? step(vectors % v) : 0));
        if (v == 2) cost -= cost / 16;  // measured: two vectors leave the most room between loads, at every vector width
        if (cost <= least) {
            least = cost;
            best = {pixels, v};
        }
    }
    return best;
}

/// Where a weight stands, for the rows of tiles that pack them: numbers from one window column, channel and filter to the next.
struct WeightSteps {
    std::ptrdiff_t column, channel, filter;
};

/// A direct sum as its loops are told it: sizes, and the kernels that its layer chose.
struct RegisterTiles {
    using TilesOfRow = void(const TileRowSizes& sizes, const float* corner, const float* weights, const float* bias, float* output,
                            std::uint8_t* record, std::size_t tiles, std::size_t last);

    std::size_t vectors = 0, padded = 0;  ///< filters in whole vectors, and as many numbers
    std::size_t taps = 0, packed_size = 0;  ///< weights of a filter; numbers of all, then biases
    std::size_t rows = 0;                 ///< of what is stored: with a pool, each takes two rows of z
    std::size_t together = 1;             ///< rows that a tile has: two where one fills less than half of the registers
    std::size_t unit = 1;                 ///< columns of z behind one of what is stored
    std::size_t tile_vectors = 1;
    bool by_filters = false;  ///< all rows for one group of tile_vectors after the other: where weights would come from far away for each row
    // Tiles of a row differ by one unit at most, so that none of them is a thin rest.
    std::size_t large = 0, small = 0, large_tiles = 0, small_tiles = 0;  ///< pixels of the tiles, and how many
    TileRowSizes sizes;
    /// The kernels of large and small tiles, and of one row where a tile has two: with tile_vectors, and with what is left of the vectors.
    std::array<TilesOfRow*, 3> whole{}, rest{};

    /// Writes the weights of window row `i`, which begin at `weights`, where the tiles read them: (group of vectors, i, j, channel, filter of the
    /// group), zero where a vector ends beyond the filters.
    void pack(const Convolution& of, const float* weights, const WeightSteps& steps, float* packed, std::size_t i) const;

    [[nodiscard]] constexpr std::size_t groups() const { return (vectors + tile_vectors - 1) / tile_vectors; }
    /// Rows of tiles.
    [[nodiscard]] constexpr std::size_t heights() const { return (rows + together - 1) / together; }
    /// Parts that may be computed side by side: groups of filters, or rows of tiles.
    [[nodiscard]] constexpr std::size_t bands() const { return by_filters ? groups() : heights(); }

    /// The bands from `first` to before `last`; `record` takes the winners of a pool, (row, column, padded), or is null. Padding is written only
    /// if `fill`.
    void run(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t first, std::size_t last,
             bool fill) const;

private:
    void tile(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t height,
              std::size_t group) const;
    void clear_padding(const Convolution& of, float* output, std::size_t y) const;
};

/// Whether the weights are read once and the picture for each group of filters, or the other way round: what fits the second level is near
/// enough to be read again and again, and of two that do not the less is read again.
constexpr bool tiles_by_filters(const Convolution& of, const RegisterTiles& tiles) {
    constexpr std::size_t near = 262'144 / sizeof(float);
    const std::size_t picture = of.input.size();
    if (tiles.packed_size <= near) return false;
    return picture <= near || tiles.groups() * picture < tiles.heights() * tiles.packed_size;
}

/// Its sizes.
constexpr RegisterTiles register_tiles(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>;
    RegisterTiles tiles;
    tiles.vectors = (of.filters() + lanes - 1) / lanes;
    tiles.padded = tiles.vectors * lanes;
    tiles.taps = of.window.count() * of.channels();
    tiles.packed_size = tiles.taps * tiles.padded + tiles.padded;
    tiles.rows = of.pooled() ? of.output.shape.height : of.rows;
    tiles.unit = of.pooled() ? 2 : 1;
    const std::size_t width = of.pooled() ? of.output.shape.width * 2 : of.columns;
    const TileShape tile = best_tile(width, tiles.vectors, tiles.unit);
    const std::size_t count = (width + tile.pixels - 1) / tile.pixels;
    tiles.tile_vectors = tile.vectors;
    tiles.small = width / tiles.unit / count * tiles.unit;
    tiles.large = tiles.small + tiles.unit;
    tiles.large_tiles = width / tiles.unit % count;
    tiles.small_tiles = tiles.small > 0 ? count - tiles.large_tiles : 0;
    // Each weight that is loaded then serves two rows: 7 x 7 x 512 reaches 92 % of what multiplications do instead of 85.
    tiles.together = !of.pooled() && count == 1 && tiles.rows > 1 && 2 * width * tile.vectors + tile.vectors < simd::registers ? 2 : 1;
    tiles.sizes = tile_row_sizes(of, tiles.padded);
    tiles.by_filters = tiles_by_filters(of, tiles);
    return tiles;
}

/// Sizes and kernels.
template <Convolution Of, Gradient Mode>
constexpr RegisterTiles register_tiles() {
    constexpr RegisterTiles sizes = register_tiles(Of);
    RegisterTiles tiles = sizes;
    constexpr std::size_t left = sizes.vectors % sizes.tile_vectors;
    const auto choose = [&]<std::size_t Place, std::size_t Rows, std::size_t Pixels>() {
        if constexpr (sizes.vectors >= sizes.tile_vectors) tiles.whole[Place] = &tiles_of_row<Of.epilogue, Mode, Rows, Pixels, sizes.tile_vectors>;
        if constexpr (left > 0) tiles.rest[Place] = &tiles_of_row<Of.epilogue, Mode, Rows, Pixels, left>;
    };
    if constexpr (sizes.large_tiles > 0) choose.template operator()<0, sizes.together, sizes.large>();
    if constexpr (sizes.small_tiles > 0) choose.template operator()<1, sizes.together, sizes.small>();
    if constexpr (sizes.rows % sizes.together > 0) choose.template operator()<2, 1, sizes.small>();
    return tiles;
}

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/direct_convolution.hpp

// The direct convolution in float: any window, stride, layout and epilogue. Forward, and the gradient to the input of a
// convolution of stride 1 without a pool, are sums in registers (register_tiles.hpp), as is the gradient of the weights where every output
// may be alive (dense_gradient.hpp); the other gradients go through the live outputs (live_gradient.hpp).

namespace denim::inline DENIM_TARGET::kernel {

/// The gradient to the input as a convolution of z's gradient with flipped, transposed weights; z's border stays zero. At stride 1, without a pool.
constexpr bool flips(const Convolution& of) { return of.stride == 1 && !of.pooled() && of.top < of.window.rows && of.left < of.window.columns; }
constexpr Convolution flipped_convolution(const Convolution& of) {
    const std::size_t above = of.window.rows - 1 - std::min(of.top, of.window.rows - 1);
    const std::size_t before = of.window.columns - 1 - std::min(of.left, of.window.columns - 1);
    const auto beyond = [](std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; };
    return {.input = {.shape = {of.rows, of.columns, of.filters()},
                      .border = {above, before, beyond(of.input.shape.height + of.top, of.rows), beyond(of.input.shape.width + of.left, of.columns)}},
            .output = of.input,
            .rows = of.input.shape.height,
            .columns = of.input.shape.width,
            .window = of.window,
            .top = above,
            .left = before,
            .bias = false};
}

/// A direct convolution as its loops are told it: sizes, and the kernels that its layer chose.
struct DirectPass {
    Convolution of, flipped;
    RegisterTiles forward_tiles, backward_tiles;
    LiveGradient live;
    DenseGradient dense;

    [[nodiscard]] constexpr bool is_dense() const { return takes_dense_gradient(of); }
    [[nodiscard]] constexpr std::size_t sums() const { return is_dense() ? dense.size : live.weights.size; }  ///< of weights; the bias's follow
    [[nodiscard]] constexpr std::size_t accumulator_size() const { return is_dense() ? dense.accumulator_size() : live.accumulator_size(); }

    void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) const;
    void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, std::size_t first, std::size_t last) const;
    void backward(Gradient mode, const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                  const std::uint8_t* record, float* scratch, float* accumulator) const;
};

/// Its sizes.
constexpr DirectPass direct_pass(const Convolution& of) {
    const Convolution flipped = flipped_convolution(of);
    return {of, flipped, register_tiles(of), register_tiles(flipped), live_gradient(of), dense_gradient(of)};
}

/// The same interface as PlainConvolution. `prepared` begins with what forward reads: a predictor runs the first
/// `forward_prepare_parts` parts of prepare, keeps `forward_prepared_size` numbers and has `forward_scratch_size` of scratch. `record` is null in inference; else it
/// takes the winners as (row, column, filters rounded up to whole vectors). In scratch any numbers may stand, before and between calls.
template <Convolution Of>
struct DirectConvolution {
private:
    static constexpr DirectPass sizes = direct_pass(Of);
    // Several, so that a trained network has no way back.
    static constexpr DirectPass forward_pass = [] {
        DirectPass pass = sizes;
        pass.forward_tiles = register_tiles<Of, Gradient::write>();
        return pass;
    }();
    template <Gradient Input>
    static constexpr DirectPass backward_pass = [] {
        DirectPass pass = sizes;
        pass.live = live_gradient<Of, !takes_dense_gradient(Of), Input != Gradient::none && !flips(Of)>();
        if constexpr (takes_dense_gradient(Of)) pass.dense = dense_gradient<Of>();
        if constexpr (Input != Gradient::none && flips(Of)) pass.backward_tiles = register_tiles<sizes.flipped, Input>();
        return pass;
    }();

public:
    static constexpr const char* name = "direct";
    static constexpr std::size_t bands = sizes.forward_tiles.bands();
    static constexpr std::size_t forward_prepare_parts = Of.window.rows;
    static constexpr std::size_t prepare_parts = 2 * Of.window.rows;
    static constexpr std::size_t finish_parts = Of.window.rows;
    static constexpr std::size_t forward_prepared_size = sizes.forward_tiles.packed_size;
    static constexpr std::size_t prepared_size = forward_prepared_size + (flips(Of) ? sizes.backward_tiles.packed_size : sizes.live.weights_size());
    static constexpr std::size_t accumulator_size = sizes.accumulator_size();
    static constexpr std::size_t record_size = Of.pooled() ? Of.output.shape.height * Of.output.shape.width * sizes.forward_tiles.padded : 0;
    static constexpr std::size_t scratch_size = sizes.live.scratch_size(Of) + (flips(Of) ? sizes.flipped.input.size() : 0), forward_scratch_size = 0;

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        forward_pass.prepare(weights, bias, prepared, part);
    }
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        forward_pass.forward(input, prepared, output, record, first, last);
    }
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared, float* input_gradient,
                         const std::uint8_t* record, float* scratch, float* accumulator) {
        backward_pass<Input>.backward(Input, input, output, output_gradient, prepared, input_gradient, record, scratch, accumulator);
    }
    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t part) {
        if constexpr (takes_dense_gradient(Of))
            forward_pass.dense.finish(Of, accumulator, weight_gradient, bias_gradient, part);
        else
            forward_pass.live.finish(Of, accumulator, weight_gradient, bias_gradient, part);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/plain_convolution.hpp

// The plain twin of every convolution kernel: the definition, written as loops, for any scalar. The fast kernels are compared
// with it, and the double-precision network of the gradient checks is made of it.

namespace denim::inline DENIM_TARGET::kernel {

template <Convolution Of, class Scalar>
struct PlainConvolution {
    static constexpr const char* name = "plain";
    static constexpr std::size_t bands = 1;          // forward: parts that can run side by side
    static constexpr std::size_t prepare_parts = 1;  // likewise of prepare and of finish
    static constexpr std::size_t finish_parts = 1;
    static constexpr std::size_t prepared_size = Of.weights() + Of.filters();
    static constexpr std::size_t forward_prepare_parts = prepare_parts, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = prepared_size;
    static constexpr std::size_t record_size = Of.pooled() ? Of.output.shape.size() : 0;  // bytes: the winner of each pool window
    static constexpr std::size_t scratch_size = Of.rows * Of.columns * Of.filters();      // z, or its gradient
    static constexpr std::size_t forward_scratch_size = scratch_size;

    /// prepared = (weights, bias).
    static void prepare(const Scalar* weights, const Scalar* bias, Scalar* prepared, std::size_t /*part*/) {
        std::copy_n(weights, Of.weights(), prepared);
        if (Of.bias)
            std::copy_n(bias, Of.filters(), prepared + Of.weights());
        else
            std::fill_n(prepared + Of.weights(), Of.filters(), Scalar{0});
    }

    /// Bands `first` to `last` of one sample.
    static void forward(const Scalar* input, const Scalar* prepared, Scalar* output, std::uint8_t* record, Scalar* scratch,
                        std::size_t /*first*/, std::size_t /*last*/) {
        for (std::size_t y = 0; y < Of.rows; ++y)
            for (std::size_t x = 0; x < Of.columns; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    Scalar sum = prepared[Of.weights() + f];
                    for (std::size_t i = 0; i < Of.window.rows; ++i)
                        for (std::size_t j = 0; j < Of.window.columns; ++j)
                            for (std::size_t c = 0; c < channels; ++c)
                                sum += input[at(y, x, i, j) + first(f) + c] * prepared[weight(i, j, c, f)];
                    if (Of.epilogue != Epilogue::linear && !is_nan(sum)) sum = std::max(sum, Scalar{0});
                    if (Of.epilogue == Epilogue::relu6 && sum > Scalar{6}) sum = Scalar{6};
                    scratch[(y * Of.columns + x) * Of.filters() + f] = sum;
                }
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    Scalar best = scratch[z(y, x, f, 0)];
                    std::uint8_t winner = 0;
                    for (std::uint8_t q = 1; Of.pooled() && q < 4; ++q)
                        if (outranks(scratch[z(y, x, f, q)], best)) best = scratch[z(y, x, f, winner = q)];
                    output[Of.output.offset(y, x) + f] = best;
                    if (Of.pooled() && record) record[(y * Of.output.shape.width + x) * Of.filters() + f] = winner;
                }
    }

    /// One sample, from `output_gradient` (laid out as the output): the accumulator grows by its weights' and bias's gradient,
    /// and `input_gradient` (laid out as the input) is written, added to or left alone. `output_gradient` may be overwritten.
    template <Gradient Input>
    static void backward(const Scalar* input, const Scalar* output, Scalar* output_gradient, const Scalar* prepared,
                         Scalar* input_gradient, const std::uint8_t* record, Scalar* scratch, Scalar* accumulator) {
        std::fill_n(scratch, scratch_size, Scalar{0});
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    const std::size_t o = Of.output.offset(y, x) + f;
                    const std::size_t q = Of.pooled() ? record[(y * Of.output.shape.width + x) * Of.filters() + f] : 0;
                    const bool alive = output[o] > Scalar{0} && (Of.epilogue != Epilogue::relu6 || output[o] < Scalar{6});
                    if (Of.epilogue == Epilogue::linear || alive || is_nan(output[o])) scratch[z(y, x, f, q)] = output_gradient[o];
                }
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < Of.input.shape.height; ++y)
                for (std::size_t x = 0; x < Of.input.shape.width; ++x)
                    std::fill_n(input_gradient + Of.input.offset(y, x), Of.channels(), Scalar{0});
        for (std::size_t y = 0; y < Of.rows; ++y)
            for (std::size_t x = 0; x < Of.columns; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    const Scalar gradient = scratch[(y * Of.columns + x) * Of.filters() + f];
                    accumulator[Of.weights() + f] += gradient;
                    for (std::size_t i = 0; i < Of.window.rows; ++i)
                        for (std::size_t j = 0; j < Of.window.columns; ++j)
                            for (std::size_t c = 0; c < channels; ++c) {
                                const std::size_t from = at(y, x, i, j) + first(f) + c;
                                accumulator[weight(i, j, c, f)] += gradient * input[from];
                                if constexpr (Input != Gradient::none)
                                    if (inside(y, x, i, j)) input_gradient[from] += gradient * prepared[weight(i, j, c, f)];
                            }
                }
    }

    /// Writes the gradients, from the accumulator of all samples.
    static void finish(const Scalar* accumulator, Scalar* weight_gradient, Scalar* bias_gradient, std::size_t /*part*/) {
        std::copy_n(accumulator, Of.weights(), weight_gradient);
        if (Of.bias) std::copy_n(accumulator + Of.weights(), Of.filters(), bias_gradient);
    }

private:
    static constexpr std::size_t channels = Of.channels() / Of.groups;  // that a filter sums over, from first(f) on
    static constexpr std::size_t first(std::size_t f) { return f / (Of.filters() / Of.groups) * channels; }
    static constexpr std::size_t weight(std::size_t i, std::size_t j, std::size_t c, std::size_t f) {
        return ((i * Of.window.columns + j) * channels + c) * Of.filters() + f;
    }
    // Where the window at (y, x) touches the input with its tap (i, j); in the border it wraps below zero and back.
    static constexpr std::size_t at(std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return Of.input.offset(y * Of.stride.rows + i * Of.dilation.rows - Of.top, x * Of.stride.columns + j * Of.dilation.columns - Of.left);
    }
    static constexpr bool inside(std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return y * Of.stride.rows + i * Of.dilation.rows - Of.top < Of.input.shape.height &&
               x * Of.stride.columns + j * Of.dilation.columns - Of.left < Of.input.shape.width;
    }
    // The number of z behind output (y, x, f): itself, or number q of its pool window.
    static constexpr std::size_t z(std::size_t y, std::size_t x, std::size_t f, std::size_t q) {
        const std::size_t step = Of.pooled() ? 2 : 1;
        return ((y * step + q / 2) * Of.columns + x * step + q % 2) * Of.filters() + f;
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/machine/huge_pages.hpp

// Large arrays in pages of 2 MB, where Linux gives them on demand: a five-hundredth of the page faults when memory is touched
// first, and hardly a miss where the processor looks an address up. Elsewhere arrays lie in pages as the system has them.

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace denim::inline DENIM_TARGET {

inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// Asks for huge pages for memory that begins on one; a wish, which changes no content.
inline void want_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
#endif
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/tensor/aligned_array.hpp

#include <new>

namespace denim::inline DENIM_TARGET {

/// Numbers on the heap, zero at first, aligned to cache lines and from 4 MB on to huge pages; made once, then only read and
/// written.
template <class Scalar>
class AlignedArray {
public:
    static constexpr std::size_t alignment = 64;

    AlignedArray() = default;
    explicit AlignedArray(std::size_t size) : size_(size), numbers_(allocate(size)) { std::fill_n(data(), size, Scalar{}); }
    /// A copy of numbers that stand elsewhere.
    explicit AlignedArray(std::span<const Scalar> numbers) : size_(numbers.size()), numbers_(allocate(numbers.size())) {
        std::copy_n(numbers.data(), size_, data());
    }
    AlignedArray(const AlignedArray& other) : AlignedArray(other.span()) {}
    AlignedArray(AlignedArray&& other) noexcept : size_(std::exchange(other.size_, 0)), numbers_(std::move(other.numbers_)) {}
    AlignedArray& operator=(AlignedArray other) noexcept {
        std::swap(size_, other.size_);
        std::swap(numbers_, other.numbers_);
        return *this;
    }
    ~AlignedArray() = default;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Scalar* data() { return numbers_.get(); }
    [[nodiscard]] const Scalar* data() const { return numbers_.get(); }
    [[nodiscard]] std::span<Scalar> span() { return {data(), size_}; }
    [[nodiscard]] std::span<const Scalar> span() const { return {data(), size_}; }
    [[nodiscard]] Scalar& operator[](std::size_t index) { return data()[index]; }
    [[nodiscard]] const Scalar& operator[](std::size_t index) const { return data()[index]; }

private:
    struct Release {
        std::align_val_t alignment;
        void operator()(Scalar* numbers) const { ::operator delete[](numbers, alignment); }
    };
    using Numbers = std::unique_ptr<Scalar[], Release>;

    static Numbers allocate(std::size_t size) {
        const std::size_t bytes = size * sizeof(Scalar);
        const bool large = bytes >= 2 * huge_page;
        const Release release{std::align_val_t{large ? huge_page : alignment}};
        Numbers numbers{static_cast<Scalar*>(::operator new[](bytes, release.alignment)), release};
        if (large) want_huge_pages(numbers.get(), bytes);
        return numbers;
    }

    std::size_t size_ = 0;
    Numbers numbers_{nullptr, Release{std::align_val_t{alignment}}};
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/split_convolution.hpp

// Convolutions with groups or a dilation, as dense ones. A group sees its own channels. Of a convolution with dilation d, the
// outputs (y, x) with the same y mod d and x mod d (each its axis's d), a phase, read the pixels of one phase of the input and no others. So each
// group and phase is copied to a picture of its own, and goes through the kernel that is quickest for it.

namespace denim::inline DENIM_TARGET::kernel {

/// The dense convolution that one group and phase is; the smaller phases are filled up with zeros.
constexpr Convolution dense_part(const Convolution& of) {
    const auto share = [](std::size_t count, std::size_t step) { return (count + step - 1) / step; };
    const auto layout = [](std::size_t height, std::size_t width, std::size_t channels) {
        return Layout{{height, width, channels}, {}, round_up(channels, simd::lanes<float>)};
    };
    Convolution part = of;
    part.rows = share(of.rows, of.dilation.rows);
    part.columns = share(of.columns, of.dilation.columns);
    part.dilation = 1;
    part.groups = 1;
    part.top = part.left = 0;
    part.input =
        layout((part.rows - 1) * of.stride.rows + of.window.rows, (part.columns - 1) * of.stride.columns + of.window.columns, of.channels() / of.groups);
    part.output = layout(of.pooled() ? part.rows / 2 : part.rows, of.pooled() ? part.columns / 2 : part.columns,
                         of.filters() / of.groups);
    return part;
}

/// The same interface as PlainConvolution. Kernel computes Part, the dense part with its border. Along its axis a
/// dilation stands without a stride, and without a pool.
template <Convolution Of, Convolution Part, class Kernel>
struct SplitConvolution {
    static_assert((Of.dilation.rows == 1 || Of.stride.rows == 1) && (Of.dilation.columns == 1 || Of.stride.columns == 1));
    static_assert(Of.dilation == 1 || !Of.pooled());

private:
    static constexpr WindowSize step = Of.dilation;
    static constexpr std::size_t phases = step.count(), channels = Part.channels(), filters = Part.filters();
    static constexpr std::size_t room(std::size_t numbers) { return round_up(numbers, 16); }
    static constexpr std::size_t output_at = room(Part.input.size()), scratch_at = output_at + room(Part.output.size()),
                                 output_gradient_at = scratch_at + room(Kernel::scratch_size),
                                 input_gradient_at = output_gradient_at + room(Part.output.size());
    static constexpr std::size_t group_prepared = room(Kernel::prepared_size),
                                 group_sums = room(Kernel::accumulator_size),
                                 part_record = round_up(Kernel::record_size, 64);

    static constexpr std::array<char, 64> words = [] {
        std::array<char, 64> text{};
        std::size_t at = 0;
        for (const char* from :
             {Of.dilation != 1 ? Of.groups > 1 ? "dilated, grouped, " : "dilated, " : "grouped, ", Kernel::name})
            for (; *from; ++from) text[at++] = *from;
        return text;
    }();

public:
    static constexpr const char* name = words.data();
    static constexpr std::size_t bands = Of.groups * phases;
    static constexpr std::size_t prepare_parts = Of.groups, finish_parts = Of.groups;
    static constexpr std::size_t prepared_size = Of.groups * group_prepared;
    static constexpr std::size_t forward_prepare_parts = prepare_parts, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = Of.groups * group_sums;
    static constexpr std::size_t record_size = bands * part_record;
    static constexpr std::size_t scratch_size = input_gradient_at + room(Part.input.size());
    static constexpr std::size_t forward_scratch_size = scratch_at + room(Kernel::forward_scratch_size);

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t group) {
        AlignedArray<float> own(Part.weights());
        for (std::size_t n = 0; n < Part.weights(); n += filters)
            std::copy_n(weights + n * Of.groups + group * filters, filters, own.data() + n);
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part)
            Kernel::prepare(own.data(), Of.bias ? bias + group * filters : nullptr, prepared + group * group_prepared, part);
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* scratch,
                        std::size_t first, std::size_t last) {
        clear_input(scratch);
        for (std::size_t number = first; number < last; ++number) {
            const Band band{number};
            if (band.empty()) continue;
            take_input(input, scratch, band);
            Kernel::forward(scratch, prepared + band.group * group_prepared, scratch + output_at,
                            record ? record + number * part_record : nullptr, scratch + scratch_at, 0, Kernel::bands);
            each_output(band, [&](std::size_t whole, std::size_t part) {
                std::copy_n(scratch + output_at + part, filters, output + whole);
                if (band.group + 1 == Of.groups) std::fill_n(output + whole + filters, Of.output.stride - Of.filters(), 0.0f);
            });
        }
    }

    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < Of.input.shape.height; ++y)
                for (std::size_t x = 0; x < Of.input.shape.width; ++x)
                    std::fill_n(input_gradient + Of.input.offset(y, x), Of.channels(), 0.0f);
        clear_input(scratch);
        for (std::size_t number = 0; number < bands; ++number) {
            const Band band{number};
            if (band.empty()) continue;
            take_input(input, scratch, band);
            std::fill_n(scratch + output_at, Part.output.size(), 0.0f);
            std::fill_n(scratch + output_gradient_at, Part.output.size(), 0.0f);
            each_output(band, [&](std::size_t whole, std::size_t part) {
                std::copy_n(output + whole, filters, scratch + output_at + part);
                std::copy_n(output_gradient + whole, filters, scratch + output_gradient_at + part);
            });
            Kernel::template backward<Input == Gradient::none ? Gradient::none : Gradient::write>(
                scratch, scratch + output_at, scratch + output_gradient_at, prepared + band.group * group_prepared,
                scratch + input_gradient_at, record + number * part_record, scratch + scratch_at,
                accumulator + band.group * group_sums);
            if constexpr (Input != Gradient::none)
                each_input(band, [&](bool inside, std::size_t whole, std::size_t part) {
                    if (!inside) return;
                    const float* from = scratch + input_gradient_at + part;
                    for (std::size_t c = 0; c < channels; ++c) input_gradient[whole + c] += from[c];
                });
        }
    }

    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t group) {
        AlignedArray<float> own(Part.weights() + filters);
        for (std::size_t part = 0; part < Kernel::finish_parts; ++part)
            Kernel::finish(accumulator + group * group_sums, own.data(), own.data() + Part.weights(), part);
        for (std::size_t n = 0; n < Part.weights(); n += filters)
            std::copy_n(own.data() + n, filters, weight_gradient + n * Of.groups + group * filters);
        if (Of.bias) std::copy_n(own.data() + Part.weights(), filters, bias_gradient + group * filters);
    }

private:
    struct Band {
        std::size_t group, row, column;  // the phase's first output
        explicit constexpr Band(std::size_t number)
            : group(number / phases), row(number % phases / step.columns), column(number % step.columns) {}
        [[nodiscard]] constexpr bool empty() const { return row >= Of.rows || column >= Of.columns; }
    };

    // Calls each(inside, place in the picture, place in the part) for every pixel that a part reads.
    template <class Each>
    static void each_input(const Band& band, Each each) {
        for (std::size_t v = 0; v < Part.input.shape.height; ++v)
            for (std::size_t u = 0; u < Part.input.shape.width; ++u) {
                const std::size_t y = v * step.rows + band.row - Of.top, x = u * step.columns + band.column - Of.left;  // above 0 it wraps
                const bool inside = y < Of.input.shape.height && x < Of.input.shape.width;
                each(inside, Of.input.offset(y, x) + band.group * channels, Part.input.offset(v, u));
            }
    }
    // Once for all parts, which leave their border and padding as they are.
    static void clear_input(float* scratch) {
        if constexpr (!Part.input.dense()) std::fill_n(scratch, Part.input.size(), 0.0f);
    }
    static void take_input(const float* input, float* scratch, const Band& band) {
        each_input(band, [&](bool inside, std::size_t whole, std::size_t part) {
            if (inside)
                std::copy_n(input + whole, channels, scratch + part);
            else
                std::fill_n(scratch + part, channels, 0.0f);
        });
    }
    // Calls each(place in the output, place in the part's).
    template <class Each>
    static void each_output(const Band& band, Each each) {
        for (std::size_t v = 0, y = band.row; y < Of.output.shape.height; ++v, y += step.rows)
            for (std::size_t u = 0, x = band.column; x < Of.output.shape.width; ++u, x += step.columns)
                each(Of.output.offset(y, x) + band.group * filters, Part.output.offset(v, u));
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/tile_product.hpp

// The two matrix products of transformed convolutions, on as many rows and vectors as the registers hold.

namespace denim::inline DENIM_TARGET::kernel {

/// Vectors side by side in a product; the weights stand in groups of so many.
inline constexpr std::size_t product_vectors = 2;
/// Rows that the registers then hold, one left for the row's own number.
inline constexpr std::size_t product_rows = (simd::registers - product_vectors - 1) / product_vectors;

/// Channels that stand side by side in the transform domain, run after run of them, so that what a product strides over is a constant for
/// any number of channels.
inline constexpr std::size_t channel_chunk = 32;

/// How many rows a product of `count` rows takes at a time, so that little is computed beyond the last.
constexpr std::size_t rows_at_a_time(std::size_t count) {
    std::size_t best = 1, best_cost = ~std::size_t{0};
    for (std::size_t rows = 1; rows <= std::min(product_rows, count); ++rows)
        if (const std::size_t cost = (count + rows - 1) / rows * (2 * product_vectors * rows + 5); cost <= best_cost) {
            best = rows;
            best_cost = cost;
        }
    return best;
}

/// m(t, n) = sum over k < depth of v(t, k) * u(k, n) for `Vectors` vectors and t < count, `Rows` at a time, so up to Rows - 1 rows beyond. v and
/// m stand in chunks of channel_chunk channels, each with its rows one after the other, `next` numbers from one chunk of v to the next; the rows of u
/// follow each other.
template <std::size_t Rows, std::size_t Vectors>
DENIM_KERNEL void multiply(const float* v, const float* u, float* m, std::size_t depth, std::size_t next, std::size_t count) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 2048;  // numbers of u, the 8 KB that are wanted next
    for (std::size_t t = 0; t < count; t += Rows, v += Rows * channel_chunk, m += Rows * channel_chunk) {
        simd::Vector<float> sums[Rows][Vectors];
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::broadcast(0.0f);
        const float *from = v, *weights = u;
        for (std::size_t left = depth; left; from += next) {
            const std::size_t together = std::min(left, channel_chunk);
            left -= together;
            for (std::size_t k = 0; k < together; ++k, weights += Vectors * lanes) {
                simd::Vector<float> weight[Vectors];
#pragma GCC unroll 4
                for (std::size_t n = 0; n < Vectors; ++n) {
                    weight[n] = simd::load(weights + n * lanes);
                    simd::prefetch(weights + n * lanes + ahead);
                }
#pragma GCC unroll 16
                for (std::size_t r = 0; r < Rows; ++r) {
                    const auto value = simd::broadcast(from[r * channel_chunk + k]);
#pragma GCC unroll 4
                    for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::fma(value, weight[n], sums[r][n]);
                }
            }
        }
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) simd::store(m + r * channel_chunk + n * lanes, sums[r][n]);
    }
}

/// sums(c, f) += sum over t < count of v(t, c) * d(t, f) for c < channels, a multiple of `Rows`; rows of v and d are `v_row` and `d_row`
/// numbers apart, those of `sums` follow each other.
template <std::size_t Rows, std::size_t Vectors>
DENIM_KERNEL void accumulate(const float* v, std::size_t v_row, const float* d, std::size_t d_row, float* sums, std::size_t count,
                             std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t c = 0; c < channels; c += Rows, sums += Rows * Vectors * lanes) {
        simd::Vector<float> sum[Rows][Vectors];
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sum[r][n] = simd::load(sums + (r * Vectors + n) * lanes);
        const float *value = v + c, *gradient = d;
        for (std::size_t t = 0; t < count; ++t, value += v_row, gradient += d_row) {
            simd::Vector<float> gradients[Vectors];
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) gradients[n] = simd::load(gradient + n * lanes);
#pragma GCC unroll 16
            for (std::size_t r = 0; r < Rows; ++r) {
                const auto factor = simd::broadcast(value[r]);
#pragma GCC unroll 4
                for (std::size_t n = 0; n < Vectors; ++n) sum[r][n] = simd::fma(factor, gradients[n], sum[r][n]);
            }
        }
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) simd::store(sums + (r * Vectors + n) * lanes, sum[r][n]);
    }
}

/// The products of one pass over `width` numbers: of groups of product_vectors vectors, and of the vectors that remain; null where there are none.
template <class Function>
struct Products {
    Function group = nullptr, rest = nullptr;

    /// Calls act(product, n) for each group that begins with vector n of `count`.
    template <class Act>
    DENIM_INLINE void each(std::size_t count, Act act) const {
        std::size_t n = 0;
        for (; n + product_vectors <= count; n += product_vectors) act(group, n);
        if (n < count) act(rest, n);
    }
};
using Multiply = Products<decltype(&multiply<1, 1>)>;
using Accumulate = Products<decltype(&accumulate<1, 1>)>;

/// Those that `Width` numbers ask for; `pick` gives the function for so many vectors.
template <class All, std::size_t Width, class Pick>
constexpr All products_for(Pick pick) {
    constexpr std::size_t vectors = Width / simd::lanes<float>, rest = vectors % product_vectors;
    All by;
    if constexpr (vectors >= product_vectors) by.group = pick.template operator()<product_vectors>();
    if constexpr (rest != 0) by.rest = pick.template operator()<rest>();
    return by;
}
template <std::size_t Rows, std::size_t Width>
constexpr Multiply multiply_by() {
    return products_for<Multiply, Width>([]<std::size_t Vectors>() { return &multiply<Rows, Vectors>; });
}
template <std::size_t Rows, std::size_t Width>
constexpr Accumulate accumulate_by() {
    return products_for<Accumulate, Width>([]<std::size_t Vectors>() { return &accumulate<Rows, Vectors>; });
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/toom_cook.hpp

// Convolution by evaluating polynomials at points (Toom and Cook; Winograd, "Arithmetic complexity of computations", 1980):
// y = A^T ((G g) * (B^T d)) gives y[k] = sum over j of d[k + j] g[j] for 8 numbers d, Taps numbers g and 9 - Taps numbers y.
// B^T depends on the points alone, so one transform of the input serves every window size and every direction.

#include <numeric>

namespace denim::inline DENIM_TARGET::kernel {

/// An exact fraction in lowest terms, for deriving matrices at compile time.
class Rational {
public:
    constexpr Rational(long long numerator = 0, long long denominator = 1) {
        const long long common = std::gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
        numerator_ = numerator / common;
        denominator_ = denominator / common;
    }
    constexpr explicit operator float() const { return static_cast<float>(numerator_) / static_cast<float>(denominator_); }

    friend constexpr Rational operator+(Rational a, Rational b) {
        return {a.numerator_ * b.denominator_ + b.numerator_ * a.denominator_, a.denominator_ * b.denominator_};
    }
    friend constexpr Rational operator-(Rational a) { return {-a.numerator_, a.denominator_}; }
    friend constexpr Rational operator-(Rational a, Rational b) { return a + -b; }
    friend constexpr Rational operator*(Rational a, Rational b) {
        return {a.numerator_ * b.numerator_, a.denominator_ * b.denominator_};
    }
    friend constexpr Rational operator/(Rational a, Rational b) { return a * Rational{b.denominator_, b.numerator_}; }
    friend constexpr bool operator==(Rational, Rational) = default;

private:
    long long numerator_, denominator_;
};

/// Rows and columns of a tile in the transform domain.
inline constexpr std::size_t tile = 8;

/// The points that are finite, zero first, then pairs of opposite sign; infinity is the eighth.
inline constexpr std::array<Rational, tile - 1> points{0, 1, -1, 2, -2, Rational{1, 2}, Rational{-1, 2}};

template <std::size_t Rows, std::size_t Columns, class Number = Rational>
using Matrix = std::array<std::array<Number, Columns>, Rows>;

/// B^T: row i holds the coefficients of the polynomial that is zero at every finite point but the i-th, the lowest first.
constexpr Matrix<tile, tile> input_matrix() {
    Matrix<tile, tile> rows{};
    for (std::size_t i = 0; i < tile; ++i) {
        rows[i][0] = 1;
        for (std::size_t j = 0; j < points.size(); ++j)
            if (j != i)  // times (x - point)
                for (std::size_t n = tile; n-- > 0;)
                    rows[i][n] = (n > 0 ? rows[i][n - 1] : Rational{0}) - points[j] * rows[i][n];
    }
    return rows;
}

/// G: the values of a polynomial of `Taps` coefficients at the points, divided by the product of the distances to the others.
template <std::size_t Taps>
constexpr Matrix<tile, Taps> weight_matrix() {
    Matrix<tile, Taps> rows{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        Rational value = 1;
        for (std::size_t j = 0; j < points.size(); ++j)
            if (j != i) value = value / (points[i] - points[j]);
        for (std::size_t n = 0; n < Taps; ++n, value = value * points[i]) rows[i][n] = value;
    }
    rows[tile - 1][Taps - 1] = 1;
    return rows;
}

/// A^T: row k holds the k-th power of each point.
template <std::size_t Outputs>
constexpr Matrix<Outputs, tile> output_matrix() {
    Matrix<Outputs, tile> rows{};
    for (std::size_t i = 0; i < points.size(); ++i) {
        Rational value = 1;
        for (std::size_t k = 0; k < Outputs; ++k, value = value * points[i]) rows[k][i] = value;
    }
    rows[Outputs - 1][tile - 1] = 1;
    return rows;
}

/// The same matrix in single precision.
template <std::size_t Rows, std::size_t Columns>
constexpr Matrix<Rows, Columns, float> rounded(const Matrix<Rows, Columns>& exact) {
    Matrix<Rows, Columns, float> result{};
    for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t j = 0; j < Columns; ++j) result[i][j] = static_cast<float>(exact[i][j]);
    return result;
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/tiling.hpp

// How a convolution of stride 1 is cut into tiles: every size that the transformed kernels need.

namespace denim::inline DENIM_TARGET::kernel {

/// Up to so many channels, the products are too short to store, and the convolution goes the way of few_channels.hpp.
inline constexpr std::size_t few_channels = 4;

/// The second level's bytes that a block of tiles may fill; the weights stream through the rest.
inline constexpr std::size_t block_bytes = 512 * 1024;

/// Whether TransformedConvolution computes it.
constexpr bool transformable(const Convolution& of) {
    return of.stride == 1 && of.window.square() && (of.side() == 3 || of.side() == 5 || of.side() == 7) && of.top < of.side() && of.left < of.side();
}

/// The gradient to the weights of a pooled convolution visits the pool's winners alone if at most so many percent of them are
/// alive after ReLU; tiles are faster beyond. Measured on 64 channels and filters.
constexpr std::size_t winners_pay(const Convolution& of) {
    if (!of.pooled()) return 0;
    return of.channels() <= few_channels || of.side() == 7 ? 100 : of.side() == 5 ? 65 : 75;
}

/// The tiles of a picture: `side` x `side` pixels each, 8 x 8 with what their windows touch beyond.
struct Tiles {
    std::size_t side = 0, down = 0, across = 0;

    [[nodiscard]] constexpr std::size_t count() const { return down * across; }
    /// Rows and columns that the windows of all tiles touch.
    [[nodiscard]] constexpr std::size_t touched_rows() const { return down * side + tile - side; }
    [[nodiscard]] constexpr std::size_t touched_columns() const { return across * side + tile - side; }
};

constexpr Tiles tiles_of(std::size_t window, std::size_t rows, std::size_t columns) {
    const std::size_t side = tile + 1 - window;
    return {side, (rows + side - 1) / side, (columns + side - 1) / side};
}

/// The tiles of z; with a pool, an odd last row or column needs none.
constexpr Tiles output_tiles(const Convolution& of) {
    return of.pooled() ? tiles_of(of.side(), of.rows / 2 * 2, of.columns / 2 * 2) : tiles_of(of.side(), of.rows, of.columns);
}

/// The border of zeros that TransformedConvolution wants around the input, given one that covers what the windows touch: the
/// tiles of the last row and column reach further.
constexpr Border transformed_border(const Convolution& of) {
    if (of.channels() <= few_channels && winners_pay(of) == 100) return of.input.border;
    const Tiles tiles = output_tiles(of);
    const auto beyond = [](std::size_t touched, std::size_t extent) { return touched > extent ? touched - extent : 0; };
    return widest(of.input.border, {of.top, of.left, beyond(tiles.touched_rows(), of.top + of.input.shape.height),
                                    beyond(tiles.touched_columns(), of.left + of.input.shape.width)});
}

/// The gradient of z with a border of zeros, so that the tiles of both gradients read it without asking.
constexpr Layout gradient_picture(const Convolution& of) {
    const Tiles own = output_tiles(of), back = tiles_of(of.side(), of.input.shape.height, of.input.shape.width);
    const std::size_t top = of.side() - 1 - of.top, left = of.side() - 1 - of.left;
    const std::size_t height = std::max(back.touched_rows(), top + own.down * own.side);
    const std::size_t width = std::max(back.touched_columns(), left + own.across * own.side);
    return {{height - top, width - left, of.filters()}, {top, left, 0, 0}, of.output.stride};
}

/// One pass over the tiles of a picture: what is read and how it goes through the registers and caches.
struct TilePass {
    Tiles tiles;
    std::size_t row = 0, pixel = 0;  ///< numbers from one row, one pixel of the picture to the next
    std::size_t depth = 0;           ///< channels that are read
    std::size_t width = 0;           ///< channels that are made, whole vectors
    std::size_t rows = 0;            ///< tiles in one product
    std::size_t block = 0;           ///< tiles that are transformed together: whole products
    std::size_t v_point = 0, m_point = 0;  ///< numbers from one point of the transform domain to the next, of what is read and made

    [[nodiscard]] constexpr std::size_t blocks() const { return (tiles.count() + block - 1) / block; }
    [[nodiscard]] constexpr std::size_t scratch() const { return tile * tile * (v_point + m_point); }
    [[nodiscard]] constexpr std::size_t weights() const { return tile * tile * depth * width; }
};

/// An odd number of cache lines, so that points spread over the cache.
constexpr std::size_t odd_lines(std::size_t numbers) { return ((numbers + 15) / 16 | 1) * 16; }

constexpr TilePass tile_pass(Tiles tiles, std::size_t row, std::size_t pixel, std::size_t depth, std::size_t width) {
    TilePass pass{tiles, row, pixel, depth, width};
    const std::size_t read = round_up(depth, channel_chunk), made = round_up(width, channel_chunk);
    // As many as fit the cache and leave a few blocks to threads.
    const std::size_t fit = block_bytes / (tile * tile * (round_up(depth, simd::lanes<float>) + width) * sizeof(float));
    pass.rows = rows_at_a_time(tiles.count());
    pass.block = std::clamp(fit / pass.rows * pass.rows, pass.rows, round_up((tiles.count() + 3) / 4, pass.rows));
    pass.v_point = odd_lines(pass.block * read);
    pass.m_point = odd_lines(pass.block * made);
    return pass;
}

/// Forward: the input becomes z.
constexpr TilePass forward_pass(const Convolution& of) {
    return tile_pass(output_tiles(of), of.input.row(), of.input.stride, of.channels(), of.output.stride);
}

/// Back to the input: the gradient of z becomes that of the input.
constexpr TilePass backward_pass(const Convolution& of) {
    const Layout picture = gradient_picture(of);
    return tile_pass(tiles_of(of.side(), of.input.shape.height, of.input.shape.width), picture.row(), picture.stride, of.filters(),
                     round_up(of.channels(), simd::lanes<float>));
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/tile_transform.hpp

// The matrices of toom_cook.hpp applied to vectors of channels. Rows of opposite points share their even and odd parts, so a
// transform of 8 numbers takes 24 operations.

namespace denim::inline DENIM_TARGET::kernel {

using Channels = simd::Vector<float>;  // as many channels of one pixel as a register holds

namespace detail {

inline constexpr auto input_rows = rounded(input_matrix());
template <std::size_t Taps>
inline constexpr auto weight_rows = rounded(weight_matrix<Taps>());
template <std::size_t Outputs>
inline constexpr auto output_rows = rounded(output_matrix<Outputs>());

static_assert(points[1] == Rational{1}, "output_transform takes the powers of the first pair of points to be one");

DENIM_INLINE Channels plus(Channels sum, float factor, Channels value) {
    return simd::fma(simd::broadcast(factor), value, sum);
}

}  // namespace detail

/// v = B^T d for 8 numbers.
DENIM_INLINE void input_transform(const Channels* d, Channels* v) {
    using namespace detail;
    const auto& rows = input_rows;
    v[0] = plus(plus(plus(d[6], rows[0][4], d[4]), rows[0][2], d[2]), rows[0][0], d[0]);
#pragma GCC unroll 3
    for (std::size_t i = 1; i < tile - 1; i += 2) {
        const float point = rows[i][5];  // each row is x (x + point) times a polynomial in x^2
        const Channels even = plus(plus(d[6], rows[i][4], d[4]), rows[i][2], d[2]);
        const Channels odd = plus(plus(d[5], rows[i][3] / point, d[3]), rows[i][1] / point, d[1]);
        v[i] = plus(even, point, odd);
        v[i + 1] = plus(even, -point, odd);
    }
    v[7] = plus(plus(plus(d[7], rows[7][5], d[5]), rows[7][3], d[3]), rows[7][1], d[1]);
}

/// u = G g for `Taps` numbers.
template <std::size_t Taps>
DENIM_INLINE void weight_transform(const Channels* g, Channels* u) {
    const auto& rows = detail::weight_rows<Taps>;
    u[0] = simd::broadcast(rows[0][0]) * g[0];
#pragma GCC unroll 3
    for (std::size_t i = 1; i < tile - 1; i += 2) {
        Channels even = simd::broadcast(rows[i][0]) * g[0], odd = simd::broadcast(rows[i][1]) * g[1];
#pragma GCC unroll 8
        for (std::size_t n = 2; n < Taps; ++n) (n % 2 ? odd : even) = detail::plus(n % 2 ? odd : even, rows[i][n], g[n]);
        u[i] = even + odd;
        u[i + 1] = even - odd;
    }
    u[7] = g[Taps - 1];
}

/// y = A^T m for `Outputs` numbers.
template <std::size_t Outputs>
DENIM_INLINE void output_transform(const Channels* m, Channels* y) {
    const auto& rows = detail::output_rows<Outputs>;
    const Channels even[3] = {m[1] + m[2], m[3] + m[4], m[5] + m[6]}, odd[3] = {m[1] - m[2], m[3] - m[4], m[5] - m[6]};
    y[0] = (m[0] + even[0]) + (even[1] + even[2]);
#pragma GCC unroll 8
    for (std::size_t k = 1; k < Outputs; ++k) {
        const Channels* part = k % 2 ? odd : even;
        y[k] = detail::plus(detail::plus(part[0], rows[k][3], part[1]), rows[k][5], part[2]);
    }
    y[Outputs - 1] = y[Outputs - 1] + m[7];
}

/// B^T d B for 8 x 8 numbers: `load(i, j)` gives those of row i and column j, `store(i, j, v)` takes the result.
template <class Load, class Store>
DENIM_INLINE void transform_input_tile(Load load, Store store) {
    Channels half[tile][tile];
    for (std::size_t j = 0; j < tile; ++j) {
        Channels d[tile], v[tile];
        for (std::size_t i = 0; i < tile; ++i) d[i] = load(i, j);
        input_transform(d, v);
        for (std::size_t i = 0; i < tile; ++i) half[i][j] = v[i];
    }
    for (std::size_t i = 0; i < tile; ++i) {
        Channels v[tile];
        input_transform(half[i], v);
        for (std::size_t j = 0; j < tile; ++j) store(i, j, v[j]);
    }
}

/// G g G^T for `Taps` x `Taps` numbers, 8 x 8 results.
template <std::size_t Taps, class Load, class Store>
DENIM_INLINE void transform_weight_tile(Load load, Store store) {
    Channels half[tile][Taps];
    for (std::size_t j = 0; j < Taps; ++j) {
        Channels g[Taps], u[tile];
        for (std::size_t i = 0; i < Taps; ++i) g[i] = load(i, j);
        weight_transform<Taps>(g, u);
        for (std::size_t i = 0; i < tile; ++i) half[i][j] = u[i];
    }
    for (std::size_t i = 0; i < tile; ++i) {
        Channels u[tile];
        weight_transform<Taps>(half[i], u);
        for (std::size_t j = 0; j < tile; ++j) store(i, j, u[j]);
    }
}

/// The first half of A^T m A: the columns of 8 x 8 numbers. `output_transform` of each row of `half` completes it.
template <std::size_t Outputs, class Load>
DENIM_INLINE void transform_output_columns(Load load, Channels (&half)[Outputs][tile]) {
    for (std::size_t j = 0; j < tile; ++j) {
        Channels m[tile], y[Outputs];
        for (std::size_t i = 0; i < tile; ++i) m[i] = load(i, j);
        output_transform<Outputs>(m, y);
        for (std::size_t i = 0; i < Outputs; ++i) half[i][j] = y[i];
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/transformed_weights.hpp

// Weights into the transform domain, forward and back to the input, each input of a product on its own so that threads can
// share the work.

namespace denim::inline DENIM_TARGET::kernel {

/// Where row k of vector n begins in a matrix of `rows` x `width` numbers that stands in groups of product_vectors vectors.
constexpr std::size_t grouped(std::size_t n, std::size_t k, std::size_t rows, std::size_t width) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t group = n / product_vectors * product_vectors, vectors = std::min(product_vectors, width / lanes - group);
    return (group * rows + k * vectors + n - group) * lanes;
}

/// Loads the `count` numbers from `from` on that there are, at most a vector, and zeros behind them.
DENIM_INLINE Channels load_up_to(const float* from, std::size_t count) {
    return count >= simd::lanes<float> ? simd::load(from) : simd::load_first(from, count);
}

/// Stores as many numbers as there are from `to` on, at most a vector.
DENIM_INLINE void store_up_to(float* to, Channels value, std::size_t count) {
    if (count >= simd::lanes<float>)
        simd::store(to, value);
    else
        simd::store_first(to, value, count);
}

/// The weights of input channel `channel`, for the forward pass.
template <std::size_t Window>
DENIM_KERNEL void forward_weights(const Convolution& of, const TilePass& pass, const float* weights, float* to, std::size_t channel) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels(), filters = of.filters(), point = pass.depth * pass.width;
    for (std::size_t n = 0; n < pass.width / lanes; ++n) {
        float* const first = to + grouped(n, channel, pass.depth, pass.width);
        transform_weight_tile<Window>(
            [&](std::size_t i, std::size_t j) {
                return load_up_to(weights + ((i * Window + j) * channels + channel) * filters + n * lanes, filters - n * lanes);
            },
            [&](std::size_t i, std::size_t j, Channels value) { simd::store(first + (i * tile + j) * point, value); });
    }
}

/// The weights of filter `filter`, turned by half a circle, for the backward pass.
template <std::size_t Window>
DENIM_KERNEL void backward_weights(const Convolution& of, const TilePass& pass, const float* weights, float* to, std::size_t filter) {
    constexpr std::size_t lanes = simd::lanes<float>, taps = Window * Window;
    const std::size_t channels = of.channels(), filters = of.filters(), point = pass.depth * pass.width;
    for (std::size_t n = 0; n < pass.width / lanes; ++n) {
        alignas(64) float turned[taps][lanes] = {};
        for (std::size_t tap = 0; tap < taps; ++tap)
            for (std::size_t c = 0; c < std::min(lanes, channels - n * lanes); ++c)
                turned[taps - 1 - tap][c] = weights[(tap * channels + n * lanes + c) * filters + filter];
        float* const first = to + grouped(n, filter, pass.depth, pass.width);
        transform_weight_tile<Window>([&](std::size_t i, std::size_t j) { return simd::load(turned[i * Window + j]); },
                                      [&](std::size_t i, std::size_t j, Channels value) { simd::store(first + (i * tile + j) * point, value); });
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/few_channels.hpp

// Transformed convolution of pictures of one to few_channels channels. Its products have so few terms that they stay in
// registers with the transform that follows. Pixels and channels of a row of tiles are transformed side by side in one vector.

namespace denim::inline DENIM_TARGET::kernel {

/// The sizes of one row of tiles. Column x of the picture stands with those that lie a whole number of tiles away, as pixel
/// x / side of phase x % side, so that a vector holds the same column of neighbouring tiles.
struct TileRow {
    static constexpr std::size_t together = 2;  ///< tiles whose sums are in registers at a time

    std::size_t numbers;   ///< of one point: tiles x channels, whole runs
    std::size_t phase;     ///< numbers of one phase
    std::size_t row;       ///< numbers of all phases

    [[nodiscard]] constexpr std::size_t pixels() const { return tile * row; }
    [[nodiscard]] constexpr std::size_t points() const { return tile * tile * numbers; }
    [[nodiscard]] constexpr std::size_t scratch() const { return 2 * pixels() + points(); }
};

/// Numbers of a point that stand side by side in the transform domain before those of the next point: whole vectors, and all channels of
/// tiles that are together.
constexpr std::size_t few_run(std::size_t channels) { return std::lcm(simd::lanes<float>, TileRow::together * channels); }

constexpr TileRow tile_row(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const Tiles tiles = output_tiles(of);
    const std::size_t numbers = round_up(tiles.across * of.channels(), few_run(of.channels()));
    const std::size_t phase = round_up(numbers + (tile - 1) / tiles.side * of.channels(), lanes);
    return {numbers, phase, tiles.side * phase};
}

/// Numbers of few_weights: (filters / lanes, column, row, channel, lanes), columns and rows of the transform domain.
constexpr std::size_t few_weights_size(const Convolution& of) { return tile * tile * of.channels() * of.output.stride; }

/// All weights into the transform domain.
template <std::size_t Window>
DENIM_KERNEL void few_weights(const Convolution& of, const float* weights, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels(), filters = of.filters();
    for (std::size_t n = 0; n < of.output.stride; n += lanes)
        for (std::size_t c = 0; c < channels; ++c)
            transform_weight_tile<Window>(
                [&](std::size_t i, std::size_t j) {
                    return load_up_to(weights + ((i * Window + j) * channels + c) * filters + n, filters - n);
                },
                [&](std::size_t i, std::size_t j, Channels value) {
                    simd::store(to + (n * tile * tile + ((j * tile + i) * lanes)) * channels + c * lanes, value);
                });
}

namespace detail {

/// Copies row y of the windows' reach into phases; zeros stand for what lies beyond the picture and its border.
template <std::size_t Channels, std::size_t Side>
inline void split_row(const Convolution& of, const TileRow& sizes, const float* input, std::size_t y, float* to) {
    const std::size_t rows = of.top + of.input.shape.height + of.input.border.bottom;
    const std::size_t columns = of.left + of.input.shape.width + of.input.border.right;
    const std::size_t pixels = sizes.phase / Channels, whole = std::min(columns / Side, pixels), stride = of.input.stride;
    if (y >= rows) {
        std::fill_n(to, sizes.row, 0.0f);
        return;
    }
    const float* const from = input + of.input.offset(y - of.top, 0 - of.left);
    for (std::size_t x = 0; x < Side; ++x, to += sizes.phase) {
        for (std::size_t pixel = 0; pixel < whole; ++pixel) std::copy_n(from + (pixel * Side + x) * stride, Channels, to + pixel * Channels);
        std::fill(to + whole * Channels, to + sizes.phase, 0.0f);
        if (whole < pixels && whole * Side + x < columns) std::copy_n(from + (whole * Side + x) * stride, Channels, to + whole * Channels);
    }
}

/// The row of tiles whose pixels stand in `rows`, the first of them in row `first` of 8, into the transform domain.
template <std::size_t Count, std::size_t Side>
inline void transform_row(const TileRow& sizes, const float* rows, std::size_t first, float* between, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t n = 0; n < sizes.row; n += lanes) {
        Channels d[tile], v[tile];
        for (std::size_t i = 0; i < tile; ++i) d[i] = simd::load(rows + (first + i) % tile * sizes.row + n);
        input_transform(d, v);
        for (std::size_t i = 0; i < tile; ++i) simd::store(between + i * sizes.row + n, v[i]);
    }
    constexpr std::size_t run = few_run(Count);
    for (std::size_t i = 0; i < tile; ++i)
        for (std::size_t n = 0; n < sizes.numbers; n += lanes) {
            Channels d[tile], v[tile];
            for (std::size_t j = 0; j < tile; ++j) d[j] = simd::load(between + i * sizes.row + j % Side * sizes.phase + j / Side * Count + n);
            input_transform(d, v);
            float* const own = to + n / run * tile * tile * run + i * tile * run + n % run;
            for (std::size_t j = 0; j < tile; ++j) simd::store(own + j * run, v[j]);
        }
}

}  // namespace detail

/// Rows of tiles `first` to `last` of a picture of `Count` channels: convolution, bias and epilogue.
template <std::size_t Count, std::size_t Side, Epilogue End>
DENIM_KERNEL void few_forward(const Convolution& of, const TileRow& sizes, const Tiles& tiles, const float* input, const float* weights,
                              const float* bias, float* output, std::uint8_t* record, float* scratch, std::size_t first, std::size_t last) {
    constexpr std::size_t lanes = simd::lanes<float>, together = TileRow::together, run = few_run(Count);
    const PictureRows to = rows_of(of.output);
    float* const rows = scratch;
    float* const between = rows + sizes.pixels();
    float* const transformed = between + sizes.pixels();
    for (std::size_t ty = first; ty < last; ++ty) {
        for (std::size_t i = ty == first ? 0 : tile - Side; i < tile; ++i)
            detail::split_row<Count, Side>(of, sizes, input, ty * Side + i, rows + (ty * Side + i) % tile * sizes.row);
        detail::transform_row<Count, Side>(sizes, rows, ty * Side % tile, between, transformed);
        for (std::size_t f = 0; f < of.output.stride; f += lanes) {
            const float* const u = weights + f * tile * tile * Count;
            const Channels shift = simd::load(bias + f);
            for (std::size_t tx = 0; tx < tiles.across; tx += together) {
                Channels half[together][Side][tile];
                const float* const pair = transformed + tx * Count / run * tile * tile * run + tx * Count % run;
                for (std::size_t j = 0; j < tile; ++j) {
                    Channels sums[together][tile];
#pragma GCC unroll 8
                    for (std::size_t i = 0; i < tile; ++i) {
                        const float* const values = pair + (i * tile + j) * run;
#pragma GCC unroll 4
                        for (std::size_t c = 0; c < Count; ++c) {
                            const Channels weight = simd::keep(simd::load(u + ((j * tile + i) * Count + c) * lanes));
#pragma GCC unroll 2
                            for (std::size_t t = 0; t < together; ++t) {
                                const Channels value = simd::broadcast(values[t * Count + c]);
                                sums[t][i] = c == 0 ? value * weight : simd::fma(value, weight, sums[t][i]);
                            }
                        }
                    }
#pragma GCC unroll 2
                    for (std::size_t t = 0; t < together; ++t) {
                        Channels column[Side];
                        output_transform<Side>(sums[t], column);
#pragma GCC unroll 6
                        for (std::size_t i = 0; i < Side; ++i) half[t][i][j] = column[i];
                    }
                }
                for (std::size_t t = 0; t < std::min(together, tiles.across - tx); ++t)
                    for (std::size_t i = 0; i < Side; i += 2) {
                        Channels upper[Side], lower[Side];
                        output_transform<Side>(half[t][i], upper);
                        output_transform<Side>(half[t][i + 1], lower);
                        write_rows<End, Side>(to, upper, lower, shift, ty * Side + i, (tx + t) * Side, f, output, record);
                    }
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/few_winners.hpp

// The gradient to the weights of a pooled convolution of few channels, direct, through the pool's winners alone: a quarter of
// the work. Each winner adds its gradient times its window, all lines of it side by side, to its filter's sums.

namespace denim::inline DENIM_TARGET::kernel {

/// How windows go through the registers and the first level of the cache, a strip of pooled pixels at a time. Where lines of
/// whole vectors make a window no longer, neighbours share their lines: (row, column, line). Else each corner has its own
/// window: (pooled row, pooled column, corner, window).
struct FewWinners {
    bool shared;          ///< lines are
    std::size_t line;     ///< numbers of a line of a window
    std::size_t window;   ///< numbers of a window, whole vectors
    std::size_t vectors;  ///< whose sums are in registers at a time
    std::size_t filters;  ///< likewise
    std::size_t rows;     ///< of the pooled picture in a strip
    std::size_t span;     ///< pooled pixels of its rows, at most

    /// Numbers from one pooled row, one pooled pixel to the next, and from one line of shared windows.
    [[nodiscard]] constexpr std::size_t down() const { return shared ? 2 * below() : span * across(); }
    [[nodiscard]] constexpr std::size_t across() const { return shared ? 2 * line : 4 * window; }
    [[nodiscard]] constexpr std::size_t below() const { return 2 * span * line; }
    /// Where the window of a corner begins.
    [[nodiscard]] constexpr std::size_t corner(std::size_t q) const {
        return shared ? q / 2 * below() + q % 2 * line : q * window;
    }
    /// Where vector n of a window stands.
    [[nodiscard]] constexpr std::size_t offset(std::size_t n) const {
        const std::size_t at = n * simd::lanes<float>;
        return shared ? at / line * below() + at % line : at;
    }
};

constexpr FewWinners few_winners(std::size_t window, std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>, sums = simd::registers - 4, numbers = 24 * 1024 / sizeof(float);
    const std::size_t tight = window * channels, dense = round_up(window * tight, lanes);
    FewWinners best{};
    best.shared = window * round_up(tight, lanes) == dense && dense <= sums * lanes;
    best.line = best.shared ? round_up(tight, lanes) : tight;
    const std::size_t whole = dense / lanes, parts = (whole + sums - 1) / sums;
    best.vectors = (whole + parts - 1) / parts;
    best.window = best.vectors * parts * lanes;
    best.filters = 4 * best.vectors <= sums ? 4 : 2 * best.vectors <= sums ? 2 : 1;
    for (std::size_t rows = 1; rows <= (best.shared ? 4 : 1); ++rows) {
        const std::size_t pixel = best.shared ? (2 * rows + window - 1) * 2 * best.line : rows * 4 * best.window;
        if (const std::size_t span = std::max<std::size_t>(numbers / pixel, 1); rows * span > best.rows * best.span) {
            best.rows = rows;
            best.span = span;
        }
    }
    return best;
}

/// Numbers of an input row as windows touch it, with what a last vector reads beyond.
constexpr std::size_t few_winners_reach(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>;
    return round_up((2 * of.output.shape.width + of.side() - 1) * of.channels(), lanes) + 2 * lanes;
}

/// Numbers of the sums: (filters, window).
constexpr std::size_t few_winners_sums(const Convolution& of) { return of.output.stride * few_winners(of.side(), of.channels()).window; }

/// Numbers of scratch: the input rows below a strip, and its windows.
constexpr std::size_t few_winners_scratch(const Convolution& of) {
    const FewWinners sizes = few_winners(of.side(), of.channels());
    const std::size_t lines = 2 * sizes.rows + of.side() - 1;
    return lines * few_winners_reach(of) + std::max(lines * sizes.below(), sizes.rows * sizes.down()) + 2 * sizes.window;
}

namespace detail {

/// The part of an input row that windows of the pool's winners touch, without padding between pixels.
inline void copy_pixels(const Convolution& of, const float* from, float* to) {
    const std::size_t pixels = 2 * of.output.shape.width + of.side() - 1, channels = of.channels();
    if (of.input.stride == channels)
        std::copy_n(from, pixels * channels, to);
    else
        for (std::size_t x = 0; x < pixels; ++x) std::copy_n(from + x * of.input.stride, channels, to + x * channels);
}

/// The windows of a strip that begins in the first of `rows`, at pooled column `left`.
template <std::size_t Window, std::size_t Channels>
inline void cut_windows(const float* rows, std::size_t reach, std::size_t count, std::size_t left, std::size_t span, float* to) {
    constexpr FewWinners sizes = few_winners(Window, Channels);
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto copy_line = [](const float* from, float* line) {  // may write beyond, where the next line follows
        for (std::size_t n = 0; n < sizes.line; n += lanes) simd::store(line + n, simd::load(from + n));
    };
    if constexpr (sizes.shared) {
        for (std::size_t i = 0; i < 2 * count + Window - 1; ++i)
            for (std::size_t x = 0; x < 2 * span; ++x)
                copy_line(rows + i * reach + (2 * left + x) * Channels, to + i * sizes.below() + x * sizes.line);
    } else {
        for (std::size_t y = 0; y < count; ++y)
            for (std::size_t n = 0; n < 4 * span; ++n) {
                const float* const from = rows + (2 * y + n / 2 % 2) * reach + (2 * (left + n / 4) + n % 2) * Channels;
                for (std::size_t i = 0; i < Window; ++i)
                    copy_line(from + i * reach, to + y * sizes.down() + n * sizes.window + i * sizes.line);
            }
    }
}

/// Clears the gradient where the output is not above zero nor NaN, in one row, and adds the rest to `bias_gradient`.
inline void mask_row(const Layout& of, const float* output, float* output_gradient, float* bias_gradient) {
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t f = 0; f < of.stride; f += simd::lanes<float>) {
        auto sum = zero;
        for (std::size_t at = f; at < of.shape.width * of.stride; at += of.stride) {
            const auto alive = simd::relu_gradient(simd::load(output + at), simd::load(output_gradient + at));
            sum += alive;
            simd::store(output_gradient + at, alive);
        }
        simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
    }
}

}  // namespace detail

/// Adds one sample to `sums` and `bias_gradient`. The gradient where the output is not positive is cleared in `output_gradient`.
template <std::size_t Window, std::size_t Channels>
DENIM_KERNEL void add_few_winners(const Convolution& of, const float* input, const float* output, float* output_gradient,
                                  const std::uint8_t* record, float* scratch, float* sums, float* bias_gradient) {
    constexpr FewWinners sizes = few_winners(Window, Channels);
    constexpr std::size_t lanes = simd::lanes<float>, vectors = sizes.vectors, filters = sizes.filters;
    constexpr std::uint32_t corners[4] = {0, sizes.corner(1), sizes.corner(2), sizes.corner(3)};
    const Shape& shape = of.output.shape;
    const std::size_t stride = of.output.stride, reach = few_winners_reach(of);
    const std::size_t spans = (shape.width + sizes.span - 1) / sizes.span, most = spans ? (shape.width + spans - 1) / spans : 0;
    float* const rows = scratch;
    float* const windows = rows + (2 * sizes.rows + Window - 1) * reach;
    for (std::size_t top = 0; top < shape.height; top += sizes.rows) {
        const std::size_t count = std::min(sizes.rows, shape.height - top);
        for (std::size_t i = 0; i < 2 * count + Window - 1; ++i)
            detail::copy_pixels(of, input + of.input.offset(2 * top + i - of.top, 0 - of.left), rows + i * reach);
        for (std::size_t y = top; y < top + count; ++y)
            detail::mask_row(of.output, output + of.output.offset(y, 0), output_gradient + of.output.offset(y, 0), bias_gradient);
        for (std::size_t left = 0; left < shape.width; left += most) {
            const std::size_t span = std::min(most, shape.width - left);
            detail::cut_windows<Window, Channels>(rows, reach, count, left, span, windows);
            for (std::size_t f = 0; f < stride; f += filters)
                for (std::size_t part = 0; part < sizes.window / lanes; part += vectors) {
                    simd::Vector<float> sum[filters][vectors];
                    float* const to = sums + f * sizes.window + part * lanes;
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < vectors; ++n) sum[q][n] = simd::load(to + q * sizes.window + n * lanes);
                    for (std::size_t y = 0; y < count; ++y) {
                        const float* gradient = output_gradient + of.output.offset(top + y, left) + f;
                        const std::uint8_t* winner = record + ((top + y) * shape.width + left) * stride + f;
                        const float* first = windows + y * sizes.down() + sizes.offset(part);
                        for (std::size_t x = 0; x < span; ++x, gradient += stride, winner += stride, first += sizes.across())
#pragma GCC unroll 4
                            for (std::size_t q = 0; q < filters; ++q) {
                                const float* const window =
                                    first + (sizes.shared ? corners[winner[q]] : winner[q] * sizes.window);
                                const auto factor = simd::broadcast(gradient[q]);
#pragma GCC unroll 28
                                for (std::size_t n = 0; n < vectors; ++n)
                                    sum[q][n] = simd::fma(factor, simd::load(window + sizes.offset(n)), sum[q][n]);
                            }
                    }
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < vectors; ++n) simd::store(to + q * sizes.window + n * lanes, sum[q][n]);
                }
        }
    }
}

/// The weights' gradient from the sums of all samples.
inline void finish_few_winners(const Convolution& of, const float* sums, float* weight_gradient) {
    const FewWinners sizes = few_winners(of.side(), of.channels());
    const std::size_t line = of.side() * of.channels(), filters = of.filters();
    for (std::size_t tap = 0; tap < of.side() * line; ++tap)
        for (std::size_t f = 0; f < filters; ++f)
            weight_gradient[tap * filters + f] = sums[f * sizes.window + tap / line * sizes.line + tap % line];
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/run_tiles.hpp

// A transformed convolution: blocks of tiles go into the transform domain, through one matrix product for each of its points,
// and back.

namespace denim::inline DENIM_TARGET::kernel {

/// Where a transformed tile stands: point p of channel c at p * point + c / channel_chunk * next + c % channel_chunk.
struct TileAt {
    std::size_t point, next;
};

/// Transforms the tile whose first pixel is at `from`, `depth` channels of it.
inline void read_tile(const TilePass& pass, const float* from, float* to, TileAt at) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t row = pass.row, pixel = pass.pixel, depth = pass.depth;
    for (std::size_t c = 0; c < depth; c += lanes, from += lanes) {
        float* const first = to + c / channel_chunk * at.next + c % channel_chunk;
        const auto store = [&](std::size_t i, std::size_t j, Channels value) { simd::store(first + (i * tile + j) * at.point, value); };
        if (c + lanes <= pixel)
            transform_input_tile([&](std::size_t i, std::size_t j) { return simd::load(from + i * row + j * pixel); }, store);
        else
            transform_input_tile([&](std::size_t i, std::size_t j) { return simd::load_first(from + i * row + j * pixel, depth - c); }, store);
    }
}

/// The first pixel of tile number `t` of a pass.
struct TilePlace {
    std::size_t y, x;
};
template <std::size_t Side>
DENIM_INLINE TilePlace place_of(const TilePass& pass, std::size_t t) {
    return {t / pass.tiles.across * Side, t % pass.tiles.across * Side};
}

/// Blocks `first` to `last` of tiles of `Side` pixels. `picture` is where the first tile begins, `weights` as forward_weights or
/// backward_weights make them; `sink(y, x, channel, upper, lower)` gets rows y and y + 1 of each tile from column x on, as many channels
/// as a register holds.
template <std::size_t Side, class Sink>
DENIM_KERNEL void run_tiles(const TilePass& pass, const Multiply& products, const float* picture, const float* weights, float* scratch,
                            std::size_t first, std::size_t last, const Sink& to) {
    const Sink sink = to;
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t width = pass.width, depth = pass.depth, next = pass.block * channel_chunk;
    float* const v = scratch;
    float* const m = scratch + tile * tile * pass.v_point;
    for (std::size_t begin = first * pass.block; begin < std::min(last * pass.block, pass.tiles.count()); begin += pass.block) {
        const std::size_t count = std::min(pass.block, pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const auto [y, x] = place_of<Side>(pass, begin + t);
            read_tile(pass, picture + y * pass.row + x * pass.pixel, v + t * channel_chunk, {pass.v_point, next});
        }
        // The last product may read rows of an earlier block: what they give is not used.
        for (std::size_t p = 0; p < tile * tile; ++p)
            products.each(width / lanes, [&](auto product, std::size_t n) {
                const float* const u = weights + (p * width + n * lanes) * depth;
                product(v + p * pass.v_point, u, m + p * pass.m_point + n * lanes / channel_chunk * next + n * lanes % channel_chunk, depth, next, count);
            });
        for (std::size_t t = 0; t < count; ++t) {
            const auto [y, x] = place_of<Side>(pass, begin + t);
            for (std::size_t n = 0; n < width; n += lanes) {
                Channels half[Side][tile];
                const float* const at = m + n / channel_chunk * next + t * channel_chunk + n % channel_chunk;
                transform_output_columns<Side>([&](std::size_t i, std::size_t j) { return simd::load(at + (i * tile + j) * pass.m_point); }, half);
                for (std::size_t i = 0; i < Side; i += 2) {
                    Channels upper[Side], lower[Side];
                    output_transform<Side>(half[i], upper);
                    output_transform<Side>(half[i + 1], lower);
                    sink(y + i, x, n, upper, lower);
                }
            }
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/weight_gradient.hpp

// The gradient to the weights in the transform domain: tiles of the input times tiles of the gradient of z, added up there and
// transformed back once for all samples.

namespace denim::inline DENIM_TARGET::kernel {

/// Sizes of the sums: points, then channels by filters in groups of product_vectors vectors.
struct GradientSums {
    std::size_t rows;      ///< channels in one product
    std::size_t channels;  ///< rounded up to whole products
    std::size_t filters;   ///< rounded up to whole vectors

    [[nodiscard]] constexpr std::size_t point() const { return channels * filters; }
    [[nodiscard]] constexpr std::size_t size() const { return tile * tile * point(); }
};

constexpr GradientSums gradient_sums(const Convolution& of) {
    const std::size_t rows = rows_at_a_time(of.channels());
    return {rows, round_up(of.channels(), rows), of.output.stride};
}

/// How a sample's tiles stand: tile after tile, each with its channels side by side.
struct GradientTiles {
    std::size_t depth, width;      ///< numbers of a tile at one point: of the input, of z
    std::size_t v_point, d_point;  ///< numbers from one point to the next
    std::size_t row;               ///< of the gradient of z

    [[nodiscard]] constexpr std::size_t scratch() const { return tile * tile * (v_point + d_point + 1); }
};

constexpr GradientTiles gradient_tiles(const Convolution& of) {
    const TilePass pass = forward_pass(of);
    const std::size_t depth = round_up(pass.depth, simd::lanes<float>);
    return {depth, pass.width, odd_lines(pass.block * depth), odd_lines(pass.block * pass.width), gradient_picture(of).row()};
}

/// Adds one sample to `sums`. `input` is where its first window begins, `gradient` where the gradient of z begins in a picture laid out as
/// gradient_picture.
template <std::size_t Side>
DENIM_KERNEL void add_weight_gradient(const TilePass& pass, const GradientTiles& tiles, const GradientSums& to, const Accumulate& products,
                                      const float* input, const float* gradient, float* scratch, float* sums) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t width = tiles.width;
    float* const d = scratch;
    float* const v = scratch + tile * tile * tiles.d_point;  // the last product reads a little beyond
    for (std::size_t begin = 0; begin < pass.tiles.count(); begin += pass.block) {
        const std::size_t count = std::min(pass.block, pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const auto [y, x] = place_of<Side>(pass, begin + t);
            read_tile(pass, input + y * pass.row + x * pass.pixel, v + t * tiles.depth, {tiles.v_point, channel_chunk});
            const float* const first = gradient + y * tiles.row + x * width;
            for (std::size_t n = 0; n < width; n += lanes)
                transform_weight_tile<Side>(
                    [&](std::size_t i, std::size_t j) { return simd::load(first + i * tiles.row + j * width + n); },
                    [&](std::size_t i, std::size_t j, Channels value) { simd::store(d + (i * tile + j) * tiles.d_point + t * width + n, value); });
        }
        for (std::size_t p = 0; p < tile * tile; ++p)
            products.each(width / lanes, [&](auto product, std::size_t n) {
                product(v + p * tiles.v_point, tiles.depth, d + p * tiles.d_point + n * lanes, width, sums + p * to.point() + n * to.channels * lanes,
                        count, to.channels);
            });
    }
}

/// The weights' gradient of input channels `first` to `last` and a vector of filters from `filter` on, from the sums of all samples.
template <std::size_t Window>
DENIM_KERNEL void finish_weight_gradient(const Convolution& of, const GradientSums& from, const float* sums, float* weight_gradient,
                                         std::size_t first, std::size_t last, std::size_t filter) {
    const std::size_t filters = of.filters(), line = of.channels() * filters, point = from.point();
    for (std::size_t channel = first; channel < last; ++channel) {
        const float* const own = sums + grouped(filter / simd::lanes<float>, channel, from.channels, from.filters);
        Channels half[Window][tile];
        transform_output_columns<Window>([&](std::size_t i, std::size_t j) { return simd::load(own + (i * tile + j) * point); }, half);
        float* to = weight_gradient + channel * filters + filter;
        for (std::size_t i = 0; i < Window; ++i) {
            Channels taps[Window];
            output_transform<Window>(half[i], taps);
            for (std::size_t j = 0; j < Window; ++j, to += line) store_up_to(to, taps[j], filters - filter);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/winners_gradient.hpp

// The gradient to the weights of a pooled convolution, direct, through the pool's winners that ReLU left alive: each adds its
// gradient times its window to its filter's sums. A quarter of the direct sum's work where all are alive, which costs about
// what the transforms cost, and half of that where half are.

namespace denim::inline DENIM_TARGET::kernel {

/// How windows go through the registers and the first level of the cache: a strip of pooled pixels at a time, of which `vectors` vectors of
/// channels are packed side by side.
struct WinnerStrip {
    std::size_t vectors;  ///< of channels, a divisor of all
    std::size_t lines;    ///< of a window whose sums are in registers at a time
    std::size_t rows;     ///< of the pooled picture
    std::size_t span;     ///< pooled pixels of a row, at most
    std::size_t pixel;    ///< numbers of a packed pixel
    std::size_t row;      ///< numbers of a packed row
    std::size_t packed;   ///< numbers of the strip

    [[nodiscard]] constexpr std::size_t winners() const { return rows * span; }
};

/// Lines of a window whose sums fit the registers together, about as many each time.
constexpr std::size_t winner_lines(std::size_t window) {
    const std::size_t most = std::max<std::size_t>((simd::registers - 4) / window, 1), parts = (window + most - 1) / most;
    return (window + parts - 1) / parts;
}

/// Vectors of `channels` that are packed together: as many as the registers hold, and divide all of them.
constexpr std::size_t winner_vectors(std::size_t window, std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t all = std::max<std::size_t>((channels + lanes - 1) / lanes, 1);
    std::size_t vectors = std::clamp<std::size_t>((simd::registers - 4) / (winner_lines(window) * window), 1, all);
    while (all % vectors != 0) --vectors;
    return vectors;
}

constexpr WinnerStrip winner_strip(std::size_t window, std::size_t vectors) {
    const std::size_t pixel = vectors * simd::lanes<float>, pixels = 28 * 1024 / sizeof(float) / pixel;
    WinnerStrip best{vectors, winner_lines(window), 0, 0, pixel, 0, 0};
    for (std::size_t rows = 1; rows <= 4; ++rows) {
        const std::size_t columns = pixels / (2 * rows + window - 1);
        if (const std::size_t span = columns > window ? (columns - window + 1) / 2 : 1; rows * span > best.winners()) {
            best.rows = rows;
            best.span = span;
            best.row = (2 * span + window - 1) * pixel;
            best.packed = (2 * rows + window - 1) * best.row;
        }
    }
    return best;
}
constexpr WinnerStrip winner_strip(const Convolution& of) { return winner_strip(of.side(), winner_vectors(of.side(), of.channels())); }

/// Numbers of a filter's sums: (channels / pixel, window, window, pixel).
constexpr std::size_t winner_filter(const Convolution& of) { return of.side() * of.side() * round_up(of.channels(), simd::lanes<float>); }

/// One winner: where its window begins in the packed strip, and its gradient.
struct Winner {
    float gradient;
    std::uint32_t window;
};

/// Numbers of the sums: (filters, channels / pixel, window, window, pixel).
constexpr std::size_t winners_sums(const Convolution& of) { return of.output.stride * winner_filter(of); }

/// Numbers of scratch: a packed strip, the lists of its winners and their lengths, a pixel's gradients and their sums.
constexpr std::size_t winners_scratch(const Convolution& of) {
    return winner_strip(of).packed + of.output.stride * (2 * winner_strip(of).winners() + 3);
}

namespace detail {

/// The windows of pooled pixels from (y, x) on, `channel` and its neighbours of each pixel side by side.
template <WinnerStrip Strip>
inline void pack_strip(const Convolution& of, const float* input, std::size_t y, std::size_t rows, std::size_t x, std::size_t span,
                       std::size_t channel, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t stride = of.input.stride;
    for (std::size_t i = 0; i < 2 * rows + of.side() - 1; ++i) {
        const float* from = input + of.input.offset(2 * y + i - of.top, 2 * x - of.left) + channel;
        for (std::size_t j = 0; j < 2 * span + of.side() - 1; ++j, from += stride)
            for (std::size_t c = 0; c < Strip.pixel; c += lanes) {
                const bool whole = channel + c + lanes <= stride;
                simd::store(to + i * Strip.row + j * Strip.pixel + c,
                            whole ? simd::load(from + c) : simd::load_first(from + c, of.channels() - channel - c));
            }
    }
}

/// sums(line, n) += gradient * window(line, n) for all winners: `Lines` lines of `Count` vectors each.
template <std::size_t Lines, std::size_t Count, std::size_t Row>
inline void add_windows(const Winner* winners, std::size_t count, const float* packed, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    simd::Vector<float> sums[Lines][Count];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Lines; ++i)
#pragma GCC unroll 28
        for (std::size_t n = 0; n < Count; ++n) sums[i][n] = simd::load(to + (i * Count + n) * lanes);
    for (const Winner* winner = winners; winner != winners + count; ++winner) {
        const auto gradient = simd::broadcast(winner->gradient);
        const float* const window = packed + winner->window;
#pragma GCC unroll 8
        for (std::size_t i = 0; i < Lines; ++i)
#pragma GCC unroll 28
            for (std::size_t n = 0; n < Count; ++n)
                sums[i][n] = simd::fma(gradient, simd::load(window + i * Row + n * lanes), sums[i][n]);
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Lines; ++i)
#pragma GCC unroll 28
        for (std::size_t n = 0; n < Count; ++n) simd::store(to + (i * Count + n) * lanes, sums[i][n]);
}

}  // namespace detail

/// Whether at most `percent` of the winners are alive.
DENIM_KERNEL inline bool few_alive(const Layout& of, const float* output, std::size_t percent) {
    const auto zero = simd::broadcast(0.0f), one = simd::broadcast(1.0f);
    float alive = 0.0f;
    for (std::size_t y = 0; y < of.shape.height; ++y) {
        auto sum = zero;
        for (std::size_t n = 0; n < of.shape.width * of.stride; n += simd::lanes<float>)
            sum += simd::relu_gradient(simd::load(output + of.offset(y, 0) + n), one);
        alive += simd::sum(sum);
    }
    return alive <= static_cast<float>(percent * of.shape.size()) / 100.0f;
}

/// Adds one sample to `sums` and `bias_gradient`; `Vectors` as winner_vectors says.
template <std::size_t Window, std::size_t Vectors>
DENIM_KERNEL void add_winners_gradient(const Convolution& of, const float* input, const float* output, const float* output_gradient,
                                       const std::uint8_t* record, float* scratch, float* sums, float* bias_gradient) {
    constexpr WinnerStrip strip = winner_strip(Window, Vectors);
    constexpr std::size_t lanes = simd::lanes<float>, line = Window * strip.pixel;
    constexpr std::uint32_t corners[4] = {0, strip.pixel, strip.row, strip.row + strip.pixel};
    const Shape& shape = of.output.shape;
    const std::size_t stride = of.output.stride, filters = of.filters(), filter = winner_filter(of);
    const std::size_t spans = (shape.width + strip.span - 1) / strip.span, most = spans ? (shape.width + spans - 1) / spans : 0;
    float* const packed = scratch;
    float* const gradients = packed + strip.packed;
    float* const bias_sums = gradients + stride;
    auto* const lengths = reinterpret_cast<std::uint32_t*>(bias_sums + stride);
    auto* const winners = reinterpret_cast<Winner*>(lengths + stride);
    for (std::size_t top = 0; top < shape.height; top += strip.rows)
        for (std::size_t left = 0; left < shape.width; left += most) {
            const std::size_t rows = std::min(strip.rows, shape.height - top), span = std::min(most, shape.width - left);
            std::fill_n(lengths, stride, 0u);
            std::fill_n(bias_sums, stride, 0.0f);
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < span; ++x) {
                    const std::size_t at = of.output.offset(top + y, left + x);
                    for (std::size_t f = 0; f < stride; f += lanes) {
                        const auto alive = simd::relu_gradient(simd::load(output + at + f), simd::load(output_gradient + at + f));
                        simd::store(gradients + f, alive);
                        simd::store(bias_sums + f, simd::load(bias_sums + f) + alive);
                    }
                    const std::uint8_t* const corner = record + ((top + y) * shape.width + left + x) * stride;
                    const auto first = static_cast<std::uint32_t>(2 * y * strip.row + 2 * x * strip.pixel);
                    for (std::size_t f = 0; f < filters; ++f) {
                        winners[f * strip.winners() + lengths[f]] = {gradients[f], first + corners[corner[f]]};
                        lengths[f] += is_nonzero(gradients[f]);
                    }
                }
            for (std::size_t f = 0; f < stride; f += lanes)
                simd::store(bias_gradient + f, simd::load(bias_gradient + f) + simd::load(bias_sums + f));
            for (std::size_t c = 0; c < of.channels(); c += strip.pixel) {
                detail::pack_strip<strip>(of, input, top, rows, left, span, c, packed);
                for (std::size_t f = 0; f < filters; ++f) {
                    float* const to = sums + f * filter + c * Window * Window;
                    const Winner* const own = winners + f * strip.winners();
                    for (std::size_t i = 0; i + strip.lines <= Window; i += strip.lines)
                        detail::add_windows<strip.lines, line / lanes, strip.row>(own, lengths[f], packed + i * strip.row, to + i * line);
                    if constexpr (constexpr std::size_t rest = Window % strip.lines; rest != 0)
                        detail::add_windows<rest, line / lanes, strip.row>(own, lengths[f], packed + (Window - rest) * strip.row,
                                                                           to + (Window - rest) * line);
                }
            }
        }
}

/// The weights' gradient of a vector of channels from `channel` on and of filters from `filter` on, from the sums of all samples: written,
/// or with `add` added to what stands there.
DENIM_KERNEL inline void finish_winners_gradient(const Convolution& of, bool add, const float* sums, float* weight_gradient, std::size_t channel,
                                          std::size_t filter) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t taps = of.side() * of.side(), pixel = winner_vectors(of.side(), of.channels()) * lanes, own = winner_filter(of);
    const std::size_t group = channel / pixel * pixel, filters = of.filters() - filter;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        const float* const first = sums + filter * own + group * taps + tap * pixel + channel - group;
        alignas(64) float by_channel[lanes * lanes];
        simd::transpose(first, own, by_channel, lanes);
        for (std::size_t c = 0; c < std::min(lanes, of.channels() - channel); ++c) {
            float* const to = weight_gradient + (tap * of.channels() + channel + c) * of.filters() + filter;
            Channels sum = simd::load(by_channel + c * lanes);
            if (add) sum += load_up_to(to, filters);
            store_up_to(to, sum, filters);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/tensor/clear_border.hpp

namespace denim::inline DENIM_TARGET {

/// Zeros around a picture.
template <class Scalar>
void clear_border(const Layout& of, Scalar* picture) {
    const std::size_t row = of.row(), left = of.border.left * of.stride, right = of.border.right * of.stride;
    std::fill_n(picture, of.border.top * row + left, Scalar{0});
    Scalar* end = picture + of.border.top * row;  // of a row of the picture
    for (std::size_t y = 0; y + 1 < of.shape.height; ++y) {
        end += row;
        std::fill_n(end - right, right + left, Scalar{0});
    }
    std::fill_n(end + row - right, right + of.border.bottom * row, Scalar{0});
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/transformed_convolution.hpp

// The transformed kernel of a convolution: stride 1, windows of 3, 5 and 7, in single precision. See plain_convolution.hpp for
// what each function computes, toom_cook.hpp for the arithmetic, tiling.hpp for the sizes.

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

/// Sink of run_tiles: bias, epilogue, and what lies inside the picture into the output.
template <Epilogue End, std::size_t Side>
struct WriteOutput {
    PictureRows of;
    const float* bias;
    float* output;
    std::uint8_t* record;  ///< of winners, or null

    DENIM_INLINE void operator()(std::size_t y, std::size_t x, std::size_t f, const Channels* upper, const Channels* lower) const {
        write_rows<End, Side>(of, upper, lower, simd::load(bias + f), y, x, f, output, record);
    }
};

/// Sink of run_tiles: rows of the input's gradient, as far as they lie inside.
template <Gradient Input, std::size_t Side>
struct WriteGradient {
    PictureRows to;
    float* gradient;

    DENIM_INLINE void operator()(std::size_t y, std::size_t x, std::size_t c, const Channels* upper, const Channels* lower) const {
        const std::size_t rest = to.pixel - c, columns = std::min(Side, to.width - x);
        for (std::size_t q = 0; q < 2 && y + q < to.height; ++q) {
            float* at = gradient + to.offset(y + q, x) + c;
            const Channels* const values = q ? lower : upper;
            if (rest >= simd::lanes<float> && columns == Side) {
#pragma GCC unroll 6
                for (std::size_t i = 0; i < Side; ++i, at += to.pixel)
                    simd::store(at, Input == Gradient::add ? values[i] + simd::load(at) : values[i]);
            } else {
                for (std::size_t i = 0; i < columns; ++i, at += to.pixel)
                    store_up_to(at, Input == Gradient::add ? values[i] + load_up_to(at, rest) : values[i], rest);
            }
        }
    }
};

}  // namespace detail

template <Convolution Of>
struct TransformedConvolution {
    static_assert(transformable(Of), "denim: TransformedConvolution: stride 1 and a window of 3, 5 or 7 are needed.");
    static_assert(Of.output.stride == round_up(Of.filters(), simd::lanes<float>),
                  "denim: TransformedConvolution: the output's stride must be its filters rounded up to whole vectors.");
    static_assert(Of.input.border == widest(Of.input.border, transformed_border(Of)),
                  "denim: TransformedConvolution: the input's border is smaller than transformed_border.");

    static constexpr const char* name = Of.side() == 3   ? "transformed F(6,3)"
                                        : Of.side() == 5 ? "transformed F(4,5)"
                                                         : "transformed F(2,7)";
    static constexpr bool few = Of.channels() <= few_channels;
    // The ways that the gradient to the weights may go.
    static constexpr bool by_few_winners = few && Of.pooled();
    static constexpr bool by_winners = !few && winners_pay(Of) > 0, by_tiles = winners_pay(Of) < 100;
    static constexpr TilePass there = forward_pass(Of), back = backward_pass(Of);
    static constexpr std::size_t side = tile + 1 - Of.side();
    static constexpr TileRow line = tile_row(Of);
    static constexpr GradientTiles tiles = gradient_tiles(Of);
    static constexpr GradientSums sums = gradient_sums(Of);
    static constexpr Layout picture = gradient_picture(Of);

    static constexpr std::size_t filter_vectors = Of.output.stride / simd::lanes<float>,
                                 channel_vectors = back.width / simd::lanes<float>;

    static constexpr std::size_t bands = few ? there.tiles.down : there.blocks();
    /// Parts of prepare: the first `forward_prepare_parts` are for forward, the others for the gradient to the input.
    static constexpr std::size_t forward_prepare_parts = few ? 1 : std::min<std::size_t>(Of.channels(), 16);
    static constexpr std::size_t prepare_parts = forward_prepare_parts + std::min<std::size_t>(Of.filters(), 16);
    static constexpr std::size_t finish_parts = by_few_winners ? 1 : channel_vectors * filter_vectors;

    /// Numbers that forward reads, then those of the gradient to the input.
    static constexpr std::size_t forward_prepared_size = Of.output.stride + (few ? few_weights_size(Of) : there.weights());
    static constexpr std::size_t prepared_size = forward_prepared_size + back.weights();
    static constexpr std::size_t tile_sums = by_tiles ? sums.size() : 0;
    static constexpr std::size_t winner_sums = by_few_winners ? few_winners_sums(Of) : by_winners ? winners_sums(Of) : 0;
    static constexpr std::size_t accumulator_size = Of.output.stride + tile_sums + winner_sums;
    static constexpr std::size_t record_size = winners_size(Of);
    static constexpr std::size_t picture_size = picture.size();
    static constexpr std::size_t forward_scratch_size = few ? line.scratch() : there.scratch();
    static constexpr std::size_t work_size =
        round_up(std::max({forward_scratch_size, back.scratch(), by_tiles ? tiles.scratch() : 0,
                           by_few_winners ? few_winners_scratch(Of) : 0, by_winners ? winners_scratch(Of) : 0}),
                 16);
    static constexpr std::size_t scratch_size = work_size + picture_size;

    /// prepared = (bias, weights forward, weights backward), those in the transform domain.
    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        if (part == 0) {
            std::fill_n(prepared, Of.output.stride, 0.0f);
            if (Of.bias) std::copy_n(bias, Of.filters(), prepared);
        }
        float* const forward_to = prepared + Of.output.stride;
        if (part >= forward_prepare_parts) {
            share_out(Of.filters(), prepare_parts - forward_prepare_parts, part - forward_prepare_parts,
                      [&](std::size_t filter) { backward_weights<Of.side()>(Of, back, weights, prepared + forward_prepared_size, filter); });
        } else if constexpr (few) {
            few_weights<Of.side()>(Of, weights, forward_to);
        } else {
            share_out(Of.channels(), forward_prepare_parts, part,
                      [&](std::size_t channel) { forward_weights<Of.side()>(Of, there, weights, forward_to, channel); });
        }
    }

    /// Bands `first` to `last` of one sample. Without a `record` the winners are not kept.
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* scratch,
                        std::size_t first, std::size_t last) {
        if constexpr (few)
            few_forward<Of.channels(), side, Of.epilogue>(Of, line, there.tiles, input, prepared + Of.output.stride, prepared, output, record,
                                                          scratch, first, last);
        else
            run_tiles<side>(there, multiply_by<there.rows, there.width>(), input + origin, prepared + Of.output.stride, scratch, first, last,
                            detail::WriteOutput<Of.epilogue, side>{rows_of(Of.output), prepared, output, record});
    }

    /// One sample: see PlainConvolution. accumulator = (bias, weights in the transform domain, weights through winners).
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        constexpr Layout unfolded = inside_of(picture);
        float *const work = scratch, *const z = scratch + work_size;
        float* const by_tile = accumulator + Of.output.stride;
        float* const by_winner = by_tile + tile_sums;
        bool through_tiles = by_tiles;
        if constexpr (by_tiles && by_winners) through_tiles = !few_alive(Of.output, output, winners_pay(Of));
        if constexpr (by_few_winners)
            add_few_winners<Of.side(), Of.channels()>(Of, input, output, output_gradient, record, work, by_winner, accumulator);
        else if constexpr (by_winners)
            if (!through_tiles)
                add_winners_gradient<Of.side(), winner_vectors(Of.side(), Of.channels())>(Of, input, output, output_gradient, record, work,
                                                                                          by_winner, accumulator);
        if (through_tiles || Input != Gradient::none) {
            std::fill_n(work, Of.output.stride, 0.0f);  // for sums of the bias that are there already
            clear_border(unfolded, z);
            unfold_gradient<Of.epilogue>(Of, picture, output, output_gradient, record, z, through_tiles ? accumulator : work);
        }
        if constexpr (by_tiles)
            if (through_tiles)
                add_weight_gradient<side>(there, tiles, sums, accumulate_by<sums.rows, there.width>(), input + origin, z + picture.offset(0, 0),
                                          work, by_tile);
        if constexpr (Input != Gradient::none)
            run_tiles<side>(back, multiply_by<back.rows, back.width>(), z, prepared + forward_prepared_size, work, 0, back.blocks(),
                            detail::WriteGradient<Input, side>{rows_of(Of.input), input_gradient});
    }

    /// Writes the gradients, from the accumulator of all samples.
    static void finish(const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t part) {
        if (Of.bias && part == 0) std::copy_n(accumulator, Of.filters(), bias_gradient);
        const float* const by_tile = accumulator + Of.output.stride;
        const float* const by_winner = by_tile + tile_sums;
        if constexpr (by_few_winners) {
            finish_few_winners(Of, by_winner, weight_gradient);
        } else {
            constexpr std::size_t lanes = simd::lanes<float>;
            const std::size_t filter = part % filter_vectors * lanes, channel = part / filter_vectors * lanes;
            if constexpr (by_tiles)
                finish_weight_gradient<Of.side()>(Of, sums, by_tile, weight_gradient, channel, std::min(channel + lanes, Of.channels()), filter);
            if constexpr (by_winners)
                finish_winners_gradient(Of, by_tiles, by_winner, weight_gradient, channel, filter);
        }
    }

private:
    // The same picture, with all that unfold_gradient leaves as it is for its border.
    static constexpr Layout inside_of(Layout inner) {
        const std::size_t pooled = Of.pooled() ? 2 : 1, height = Of.output.shape.height * pooled, width = Of.output.shape.width * pooled;
        inner.border.bottom += inner.shape.height - height;
        inner.border.right += inner.shape.width - width;
        inner.shape.height = height;
        inner.shape.width = width;
        return inner;
    }

    // Where the first window begins, which may be in the border.
    static constexpr std::size_t origin = Of.input.offset(0 - Of.top, 0 - Of.left);

    template <class Body>
    static void share_out(std::size_t count, std::size_t parts, std::size_t part, Body body) {
        for (std::size_t n = part * count / parts; n < (part + 1) * count / parts; ++n) body(n);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/compiled_kernels.hpp

// The instances of the transformed convolution's kernels that denim::compiled holds: every window and way back, pictures of one and of three
// channels. What other layers ask for is made where it is asked for.

namespace denim::inline DENIM_TARGET::kernel {

#define DENIM_OF_EPILOGUE(side, end)                                                                                                     \
    DENIM_TEMPLATE(void run_tiles<side>(const TilePass&, const Multiply&, const float*, const float*, float*, std::size_t, std::size_t,            \
                                        const detail::WriteOutput<end, side>&));                                                                 \
    DENIM_TEMPLATE(void few_forward<1, side, end>(const Convolution&, const TileRow&, const Tiles&, const float*, const float*, const float*,      \
                                                  float*, std::uint8_t*, float*, std::size_t, std::size_t));                                     \
    DENIM_TEMPLATE(void few_forward<3, side, end>(const Convolution&, const TileRow&, const Tiles&, const float*, const float*, const float*,      \
                                                  float*, std::uint8_t*, float*, std::size_t, std::size_t))

#define DENIM_OF_GRADIENT(side, written)                                                                                                         \
    DENIM_TEMPLATE(void run_tiles<side>(const TilePass&, const Multiply&, const float*, const float*, float*, std::size_t, std::size_t,            \
                                        const detail::WriteGradient<written, side>&))

#define DENIM_OF_WINDOW(window, side)                                                                                                            \
    DENIM_OF_EPILOGUE(side, Epilogue::linear);                                                                                           \
    DENIM_OF_EPILOGUE(side, Epilogue::relu);                                                                                             \
    DENIM_OF_EPILOGUE(side, Epilogue::relu_pool);                                                                                        \
    DENIM_OF_GRADIENT(side, Gradient::write);                                                                                                    \
    DENIM_OF_GRADIENT(side, Gradient::add);                                                                                                      \
    DENIM_TEMPLATE(void few_weights<window>(const Convolution&, const float*, float*));                                                          \
    DENIM_TEMPLATE(void forward_weights<window>(const Convolution&, const TilePass&, const float*, float*, std::size_t));                         \
    DENIM_TEMPLATE(void backward_weights<window>(const Convolution&, const TilePass&, const float*, float*, std::size_t));                        \
    DENIM_TEMPLATE(void add_weight_gradient<side>(const TilePass&, const GradientTiles&, const GradientSums&, const Accumulate&, const float*,     \
                                                  const float*, float*, float*));                                                                \
    DENIM_TEMPLATE(void finish_weight_gradient<window>(const Convolution&, const GradientSums&, const float*, float*, std::size_t, std::size_t,    \
                                                       std::size_t));                                                                            \
    DENIM_TEMPLATE(void add_few_winners<window, 1>(const Convolution&, const float*, const float*, float*, const std::uint8_t*, float*, float*,    \
                                                   float*));                                                                                     \
    DENIM_TEMPLATE(void add_few_winners<window, 3>(const Convolution&, const float*, const float*, float*, const std::uint8_t*, float*, float*,    \
                                                   float*));                                                                                     \
    DENIM_TEMPLATE(void add_winners_gradient<window, winner_vectors(window, 64)>(const Convolution&, const float*, const float*, const float*,     \
                                                                                 const std::uint8_t*, float*, float*, float*))

DENIM_OF_WINDOW(3, 6);
DENIM_OF_WINDOW(5, 4);
DENIM_OF_WINDOW(7, 2);
DENIM_TEMPLATE(void unfold_gradient<Epilogue::linear>(const Convolution&, const Layout&, const float*, const float*, const std::uint8_t*, float*, float*));
DENIM_TEMPLATE(void unfold_gradient<Epilogue::relu>(const Convolution&, const Layout&, const float*, const float*, const std::uint8_t*, float*, float*));
DENIM_TEMPLATE(void unfold_gradient<Epilogue::relu_pool>(const Convolution&, const Layout&, const float*, const float*, const std::uint8_t*, float*, float*));

#undef DENIM_OF_WINDOW
#undef DENIM_OF_GRADIENT
#undef DENIM_OF_EPILOGUE

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/algorithm.hpp

// Which kernel computes a convolution: chosen from its geometry, at compile time.

namespace denim::inline DENIM_TARGET::kernel {

/// The families of kernels.
enum class Family { plain, direct, transformed, depthwise, split };

/// Transformed where the tiles pay: stride 1, windows of 3 x 3, 5 x 5 or 7 x 7, and a picture that fills half of its tiles. (A 7 x 7 picture
/// fills a third of four 6 x 6 tiles, and the direct kernel is 1.4 to 4 times as fast there.)
/// What the layer or the network asks for goes first.
template <class Arithmetic>
constexpr Family family(const Convolution& of) {
    if (Arithmetic::plain) return Family::plain;
    if (depthwise(of)) return Family::depthwise;
    if (of.groups > 1 || of.dilation != 1) return Family::split;
    if (Arithmetic::direct || of.choice == Choice::direct || !transformable(of)) return Family::direct;
    if (of.choice == Choice::transformed) return Family::transformed;
    const Tiles tiles = output_tiles(of);
    return 2 * of.rows * of.columns >= tiles.count() * tiles.side * tiles.side ? Family::transformed : Family::direct;
}

namespace detail {

template <Convolution Of, class Arithmetic, Family Chosen>
struct KernelOf {
    using type = PlainConvolution<Of, typename Arithmetic::Scalar>;
};
template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::direct> {
    using type = DirectConvolution<Of>;
};
template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::transformed> {
    using type = TransformedConvolution<Of>;
};
template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::depthwise> {
    using type = DepthwiseConvolution<Of>;
};

}  // namespace detail

/// The kernel of a convolution.
template <Convolution Of, class Arithmetic>
using algorithm = typename detail::KernelOf<Of, Arithmetic, family<Arithmetic>(Of)>::type;

/// The border that the kernel wants around the input, given a geometry whose input border covers what the windows touch.
template <class Arithmetic>
constexpr Border border(const Convolution& of) {
    const Family chosen = family<Arithmetic>(of);
    if (chosen == Family::split) return {};  // its copies have borders of their own
    return chosen == Family::transformed ? widest(of.input.border, transformed_border(of)) : of.input.border;
}

namespace detail {

template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::split> {
    static constexpr Convolution part = [] {
        Convolution dense = dense_part(Of);
        dense.input.border = border<Arithmetic>(dense);
        return dense;
    }();
    using type = SplitConvolution<Of, part, algorithm<part, Arithmetic>>;
};

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/arithmetic.hpp

namespace denim::inline DENIM_TARGET {

/// How a network computes: in fp32, with the fast kernels.
struct Fast {
    using Scalar = float;
    static constexpr bool plain = false, direct = false;
    static constexpr const char* precision = "fp32";

    /// Channels are padded to whole vectors, so that kernels have no tails.
    static constexpr std::size_t channel_stride(std::size_t channels) { return round_up(channels, simd::lanes<float>); }
};

/// The same, every convolution summed directly: for networks whose numbers must not pass through a transform.
struct Direct : Fast {
    static constexpr bool direct = true;
    static constexpr const char* precision = "fp32, direct sums";
};

/// How a network computes when it must only be right: every layer by its plain twin. Gradient checks use Plain<double>.
template <class Number>
struct Plain {
    using Scalar = Number;
    static constexpr bool plain = true, direct = true;
    static constexpr const char* precision = sizeof(Number) == 8 ? "fp64, plain" : "fp32, plain";

    static constexpr std::size_t channel_stride(std::size_t channels) { return channels; }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/parameter.hpp

namespace denim {

/// How a parameter begins.
enum class Initial {
    zeros,
    ones,
    constant,        ///< all of them Parameter::start
    glorot_uniform,  ///< uniform in +-sqrt(6 / (fan_in + fan_out)); Glorot and Bengio (2010), Keras's default
    glorot_normal,   ///< normal with deviation sqrt(2 / (fan_in + fan_out)), cut at two deviations as Keras does
    he_uniform,      ///< uniform in +-sqrt(6 / fan_in); He et al. (2015)
    he_normal,       ///< normal with deviation sqrt(2 / fan_in), cut likewise
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// One named array that a layer learns or keeps.
struct Parameter {
    const char* name = "";  ///< "weights", "bias", "gamma", ...
    Extents extents;
    Initial initial = Initial::zeros;
    bool decays = false;  ///< L2 and weight decay apply: weights, not biases
    Moved moved = Moved::by_gradient;
    std::size_t fan_in = 1, fan_out = 1;
    double start = 0;  ///< of Initial::constant
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/shares.hpp

// How a batch is cut, and in which order what its parts say is added: both by its size alone, so that the same bits come out
// whoever computes which part. docs/architecture.md promises this order.

namespace denim::inline DENIM_TARGET {

/// Some shares that follow each other: from `first` to the one before `last`.
struct ShareRange {
    std::size_t first = 0, last = 0;

    [[nodiscard]] constexpr std::size_t count() const { return last - first; }
};

/// The samples of a batch in shares, by its size alone: about eight shares, of at most eight samples each.
struct Shares {
    std::size_t samples, each, count;

    explicit constexpr Shares(std::size_t batch)
        : samples(batch), each(std::clamp<std::size_t>((batch + 7) / 8, 1, 8)), count((batch + each - 1) / each) {}

    [[nodiscard]] constexpr std::size_t first(std::size_t share) const { return share * each; }
    [[nodiscard]] constexpr std::size_t last(std::size_t share) const { return std::min(samples, first(share) + each); }
    /// Some of them by themselves, the first as number 0.
    [[nodiscard]] constexpr Shares only(const ShareRange& range) const {
        Shares some = *this;
        some.count = range.count();
        some.samples = std::min(samples, range.last * each) - std::min(samples, range.first * each);
        return some;
    }

    /// The most shares that a batch of at most `largest` samples can have; 7 samples have more than 9.
    static constexpr std::size_t most(std::size_t largest) {
        return std::max(Shares{largest}.count, std::min<std::size_t>(largest, 8));
    }
};

/// Calls `join(to, from)` for the additions of the one tree by which shares are summed, so that the sum stands at 0 in the end:
/// each with its neighbour, then pairs, then fours; who has no neighbour is carried up. Of seven, ((0 + 1) + (2 + 3)) + ((4 + 5) + 6).
/// So `from` stands for itself and those behind it, from - to of them where there are so many.
template <class Join>
constexpr void join_in_pairs(std::size_t count, Join join) {
    for (std::size_t step = 1; step < count; step *= 2)
        for (std::size_t to = 0; to + step < count; to += 2 * step) join(to, to + step);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/peers.hpp

// Several who compute one batch together, each in a process of its own. Each has shares that follow each other, and sums are added by the
// tree of shares.hpp, so that the bits are those of one who computes them all.

namespace denim::inline DENIM_TARGET {

/// The shares that the one of `peers` with the number `own` computes: as many as the others, or one more or less.
constexpr ShareRange shares_of_peer(const Shares& shares, std::size_t own, std::size_t peers) {
    return {shares.count * own / peers, shares.count * (own + 1) / peers};
}

/// Calls `each(subtree)` for the largest subtrees of the tree of `count` shares that `range` is made of, in their order. The sum of one stands
/// at its first share.
template <class Each>
constexpr void each_subtree(std::size_t count, const ShareRange& range, Each each) {
    for (std::size_t first = range.first; first < range.last;) {
        std::size_t size = 1;
        while (first + size < count && first % (2 * size) == 0 && std::min(first + 2 * size, count) <= range.last) size *= 2;
        const std::size_t last = std::min(first + size, count);
        each(ShareRange{first, last});
        first = last;
    }
}

/// How the sums of peers are joined: each brings a row of numbers for each subtree that its shares are made of.
struct PeerTree {
    struct Join {
        std::size_t to, from;                 ///< rows
        std::size_t shares_of_to, first, last;  ///< so many shares are in `to` before; `from` is the sum of those from `first` to the one before `last`
    };
    Shares shares{0};
    std::size_t peers = 1;
    std::vector<ShareRange> rows;         ///< the subtree of each, the first peer's rows first
    std::vector<std::size_t> first_rows;  ///< of each peer, and behind the last one's the number of all
    std::vector<Join> joins;              ///< in their order; then the sum of all stands in row 0

    PeerTree() = default;
    PeerTree(const Shares& of, std::size_t count) : shares(of), peers(count) {
        constexpr std::size_t none = static_cast<std::size_t>(-1);
        std::vector<std::size_t> row_at(shares.count, none);
        for (std::size_t peer = 0; peer < peers; ++peer) {
            first_rows.push_back(rows.size());
            each_subtree(shares.count, shares_of_peer(shares, peer, peers), [&](const ShareRange& subtree) {
                row_at[subtree.first] = rows.size();
                rows.push_back(subtree);
            });
        }
        first_rows.push_back(rows.size());
        join_in_pairs(shares.count, [&](std::size_t to, std::size_t from) {
            if (row_at[from] != none) joins.push_back({row_at[to], row_at[from], from - to, from, std::min(shares.count, 2 * from - to)});
        });
    }

    [[nodiscard]] bool fits(const Shares& of, std::size_t count) const { return shares.samples == of.samples && peers == count && !rows.empty(); }
    [[nodiscard]] std::size_t rows_of(std::size_t peer) const { return first_rows[peer + 1] - first_rows[peer]; }
};

/// Bytes as they stand somewhere.
inline std::span<const std::byte> bytes_at(const void* first, std::size_t count) { return {static_cast<const std::byte*>(first), count}; }
inline std::span<std::byte> bytes_at(void* first, std::size_t count) { return {static_cast<std::byte*>(first), count}; }

/// What those who compute one batch together ask of each other. All of them call the same functions in the same order; what fails is thrown.
template <class Scalar>
class Peers {
public:
    Peers() = default;
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;
    virtual ~Peers() = default;

    /// How many there are, and which of them this is; number 0 leads.
    [[nodiscard]] virtual std::size_t count() const = 0;
    [[nodiscard]] virtual std::size_t own() const = 0;
    [[nodiscard]] bool leads() const { return own() == 0; }
    /// Whether statistics of a batch are of all of it, or each one's of its own part: then the bits depend on who computes what.
    [[nodiscard]] virtual bool statistics_of_all() const { return true; }

    /// Everybody's bytes to everybody, one after the other: sizes[n] of them come from number n.
    virtual void gather(std::span<const std::byte> own_bytes, std::span<const std::size_t> sizes, std::span<std::byte> all) = 0;
    /// The leader's bytes to everybody.
    virtual void broadcast(std::span<std::byte> bytes) = 0;

    /// Memory for the rows that this one brings to the next sum, one after the other.
    virtual Scalar* rows(std::size_t numbers, std::size_t count) = 0;
    /// Begins to sum what stands in the rows, as the tree says, to `to` of everybody; the tree stays until the sum has ended. Unless it has to be
    /// `exact`, numbers may travel in fewer bits where they are asked to.
    virtual void begin_sum(const PeerTree& tree, std::size_t numbers, Scalar* to, bool exact) = 0;
    /// Lets what has begun go on; waits for nothing.
    virtual void look() = 0;
    /// Waits until all sums that were begun stand where they should.
    virtual void end_sums() = 0;
};

/// The part of a batch that is computed here: all of it, or what one of several peers has.
template <class Scalar>
struct BatchPart {
    Shares shares;  ///< of the whole batch
    ShareRange own;
    Peers<Scalar>* peers = nullptr;  ///< null: there are no others
    const PeerTree* tree = nullptr;

    explicit BatchPart(const Shares& all) : shares(all), own{0, all.count} {}
    BatchPart(const PeerTree& of, Peers<Scalar>& others)
        : shares(of.shares), own(shares_of_peer(of.shares, others.own(), others.count())), peers(&others), tree(&of) {}

    /// The number in the whole batch of the first sample here, and how many there are.
    [[nodiscard]] std::size_t first_sample() const { return std::min(shares.samples, own.first * shares.each); }
    [[nodiscard]] std::size_t samples() const { return shares.only(own).samples; }

    /// The sum of gradients over all shares, to `to`: write(shares, first, row) writes that of some shares, which are numbered from 0 and whose
    /// first sample is number `first` of those here. With peers it stands there when the step has ended.
    template <class Write>
    void sum(std::size_t numbers, Scalar* to, Write write) const {
        if (!peers) return write(shares, std::size_t{0}, to);
        Scalar* row = peers->rows(numbers, tree->rows_of(peers->own()));
        each_subtree(shares.count, own, [&](const ShareRange& subtree) {
            write(shares.only(subtree), shares.first(subtree.first) - first_sample(), row);
            row += numbers;
        });
        peers->begin_sum(*tree, numbers, to, false);
    }

    /// The exact sum of one row of everybody, to `to` when the step has ended. There are peers.
    void sum_of_own(std::size_t numbers, const Scalar* own_row, Scalar* to) const {
        const std::size_t count = tree->rows_of(peers->own());
        Scalar* const rows = peers->rows(numbers, count);
        std::fill_n(rows, count * numbers, Scalar{0});
        if (count > 0) std::copy_n(own_row, numbers, rows);
        peers->begin_sum(*tree, numbers, to, true);
    }

    /// Joins rows of numbers, one for each sample here, to one row at the first: join(to, from, samples in to, samples in from), those of a share in
    /// order, then shares as join_in_pairs says.
    template <class Join>
    void join(Scalar* rows, std::size_t numbers, Join join) const {
        const std::size_t before = first_sample();
        const auto row = [&](std::size_t sample) { return rows + (sample - before) * numbers; };
        for (std::size_t share = own.first; share < own.last; ++share)
            for (std::size_t first = shares.first(share), sample = first + 1; sample < shares.last(share); ++sample)
                join(row(first), row(sample), sample - first, std::size_t{1});
        each_subtree(shares.count, own, [&](const ShareRange& subtree) {
            join_in_pairs(subtree.count(), [&](std::size_t to, std::size_t from) {
                const std::size_t behind = std::min(subtree.count(), 2 * from - to);
                join(row(shares.first(subtree.first + to)), row(shares.first(subtree.first + from)), (from - to) * shares.each,
                     samples_of(subtree.first + from, subtree.first + behind));
            });
        });
        if (!peers) return;
        std::vector<Scalar> brought(tree->rows_of(peers->own()) * numbers), all(tree->rows.size() * numbers);
        Scalar* next = brought.data();
        each_subtree(shares.count, own, [&](const ShareRange& subtree) { next = std::copy_n(row(shares.first(subtree.first)), numbers, next); });
        gather_rows(brought.data(), numbers * sizeof(Scalar), all.data());
        for (const PeerTree::Join& each : tree->joins)
            join(all.data() + each.to * numbers, all.data() + each.from * numbers, each.shares_of_to * shares.each, samples_of(each.first, each.last));
        std::copy_n(all.data(), numbers, rows);
    }

    /// Everybody's rows, of so many bytes each, to everybody.
    void gather_rows(const void* brought, std::size_t bytes, void* all) const {
        std::vector<std::size_t> sizes(tree->peers);
        for (std::size_t peer = 0; peer < tree->peers; ++peer) sizes[peer] = tree->rows_of(peer) * bytes;
        peers->gather(bytes_at(brought, sizes[peers->own()]), sizes, bytes_at(all, tree->rows.size() * bytes));
    }

private:
    [[nodiscard]] std::size_t samples_of(std::size_t first, std::size_t last) const {
        return std::min(shares.samples, last * shares.each) - std::min(shares.samples, first * shares.each);
    }
};

/// Of batches of at most `largest` samples, the most samples and shares that one of several peers has.
struct LargestPart {
    std::size_t samples = 1, shares = 1;

    constexpr LargestPart(std::size_t largest, std::size_t own, std::size_t peers) {
        for (std::size_t size = 1; size <= largest; ++size) {
            const Shares all{size};
            const ShareRange range = shares_of_peer(all, own, peers);
            samples = std::max(samples, all.only(range).samples);
            shares = std::max(shares, range.count());
        }
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/concept.hpp

// The layer contract. A *spec* is an empty type, what users write: Conv<5, 64>. It answers on values, at compile time: what
// shape leaves for a shape that enters, which parameters it has. Bound to the layouts of its input and output it becomes a
// *layer*: static functions and constexpr sizes that hold nothing. The network owns every number and hands the layer its part.
//
// A training step has three beats. Prepare: parameters to what kernels read. Samples: forward and backward, one sample after
// the other in one thread's workspace, a share of the batch at a time with an accumulator of its own. Finish: the sum
// of the shares' accumulators to gradients. A layer that needs the whole batch at once (BatchNorm, a wide Dense) works on
// batches instead: the network stores its input and output for every sample and calls it between two runs over the samples.
//
// A layer stays inside of its places: it reads and writes no number in front of one or behind it. The rest of a row that is no whole
// number of vectors goes through simd::load_first and simd::store_first. The border of an input, and what stands between channels and
// stride, are zeros, which a layer may read; it writes zeros between channels and stride, and nothing to a border.

namespace denim {

/// What a user may set while the program runs, for each layer. A layer has a rate if its spec says `has_rate = true`, L2 if it has
/// weights that decay, frozen and a rate_factor if it has parameters; what it does not have is not looked at.
struct LayerSettings {
    float rate = 0.5f;    ///< Dropout: the share of numbers that become zero, from 0 to less than 1; StochasticDepth: of samples
    float l2 = 0;         ///< adds l2 * sum of squares of the layer's weights to the loss
    bool frozen = false;  ///< parameters stay as they are; a frozen BatchNorm uses its running statistics
    float rate_factor = 1;  ///< what its parameters take of the learning rate: 0.1 lets it move a tenth as far
};

/// Where a layer works.
enum class Works {
    on_samples,  ///< forward and backward take one sample
    on_batches,  ///< forward and backward take the whole batch, and cut it themselves (parallel_for, by shape and count alone)
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

using kernel::Gradient;

/// Layers of more than one input (joins of branches) take at most this many.
inline constexpr std::size_t max_inputs = 8;

/// One forward call. Pointers stand at the start of a sample (its border included), or of the first of `count` samples.
template <class Scalar>
struct Forward {
    std::array<const Scalar*, max_inputs> inputs{};
    Scalar* output = nullptr;
    const Scalar* parameters = nullptr;  ///< the layer's rows, one after the other
    const Scalar* prepared = nullptr;
    std::uint8_t* record = nullptr;  ///< what backward wants to know again (winners of a pool); null when there is no backward
    /// Of this thread: what stands there is any number, as other layers take it between two calls. On batches: the layer's own, zero at
    /// first, then as the layer left it.
    Scalar* scratch = nullptr;
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};           ///< of this layer and step; on samples, of this sample
    /// The same call a second time in this step, for its output (Recompute): what a layer on batches keeps in its scratch stands there.
    bool again = false;
    std::size_t count = 1;           ///< samples in the batch, of those that are computed here; on samples 1
    const BatchPart<Scalar>* part = nullptr;  ///< on batches, where others compute the rest of it, see sums_with_peers; else null
    std::size_t first_band = 0, last_band = 1;  ///< which of its `bands` to compute; on batches all

    [[nodiscard]] const Scalar* input() const { return inputs[0]; }
};

/// One backward call: what forward had, and the gradients.
template <class Scalar>
struct Backward {
    std::array<const Scalar*, max_inputs> inputs{};
    std::array<Scalar*, max_inputs> input_gradients{};  ///< laid out as the inputs
    const Scalar* output = nullptr;
    Scalar* output_gradient = nullptr;  ///< laid out as the output; nobody reads it afterwards, so it may be changed
    const Scalar* parameters = nullptr;
    const Scalar* prepared = nullptr;
    const std::uint8_t* record = nullptr;
    Scalar* scratch = nullptr;
    Scalar* accumulator = nullptr;  ///< on samples: of this share, grows by the sample's gradient
    Scalar* gradients = nullptr;    ///< on batches: the layer's gradients themselves, laid out as the parameters
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};
    std::size_t count = 1;
    const BatchPart<Scalar>* part = nullptr;

    [[nodiscard]] const Scalar* input() const { return inputs[0]; }
    [[nodiscard]] Scalar* input_gradient() const { return input_gradients[0]; }
};

/// The part of the batch that a call on batches is for: what it sums over samples goes through this.
template <class Call>
[[nodiscard]] auto part_of(const Call& at) {
    using Part = std::remove_cvref_t<decltype(*at.part)>;
    return at.part ? *at.part : Part{Shares{at.count}};
}

/// From what the layer has gathered to its gradients. The accumulators of the shares are added already.
template <class Scalar>
struct Finish {
    const Scalar* accumulator = nullptr;
    Scalar* gradients = nullptr;
};

/// What a layer is unless it says otherwise: on samples, without parameters, memory or parts. Layers derive from it.
template <class Number>
struct LayerDefaults {
    using Scalar = Number;
    static constexpr Works works = Works::on_samples;
    static constexpr const char* algorithm = "";
    /// On batches: what it sums over samples goes through part_of(call), so that others may compute a part of the batch.
    static constexpr bool sums_with_peers = false;
    static constexpr std::size_t prepared_size = 0;     // numbers
    static constexpr std::size_t accumulator_size = 0;  // numbers, for each share
    static constexpr std::size_t scratch_size = 0;      // numbers, for each thread, of which none is kept; on batches: once, and kept
    static constexpr std::size_t scratch_per_sample = 0;  // numbers behind those, for each sample; on batches alone
    static constexpr std::size_t record_size = 0;       // bytes, for each sample
    static constexpr std::size_t bands = 1;             // parts of a sample that forward can compute side by side
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1;
    static constexpr std::size_t operations = 0;        // multiplications and additions of a forward sample
    // What backward reads again is kept until then; the place of what it does not read is another value's meanwhile. A layer
    // whose forward takes everything from what is prepared lets a Predictor go without its rows.
    static constexpr bool backward_reads_input = true, backward_reads_output = true, forward_reads_parameters = true;

    static void prepare(const Scalar* /*parameters*/, Scalar* /*prepared*/, std::size_t /*part*/) {}
    static void finish(const Finish<Scalar>& /*sum*/, std::size_t /*part*/) {}
};

namespace detail {

/// A shape that nearly every layer accepts: on it the answers of a spec must be constants.
inline constexpr Shape probe{64, 64, 16};

template <class Type>
concept Accepts = requires(Shape in) {
    { Type::accepts(in) } -> std::same_as<bool>;
    typename std::bool_constant<Type::accepts(probe)>;
};
template <class Type>
concept GivesShape = requires(Shape in) {
    { Type::output(in) } -> std::same_as<Shape>;
    typename std::bool_constant<(Type::accepts(probe) ? Type::output(probe) == Shape{} : true)>;
};
template <std::size_t Count>
void as_parameters(const std::array<Parameter, Count>&);
template <class Type>
concept ListsParameters = requires(Shape in) {
    detail::as_parameters(Type::parameters(in));
    typename std::bool_constant<(Type::accepts(probe) ? Type::parameters(probe).size() == 0 : true)>;
};
template <class Type>
concept WantsBorder = requires(Shape in) {
    { Type::template border<Fast>(in) } -> std::same_as<Border>;
    typename std::bool_constant<(Type::template border<Fast>(probe) == Border{})>;
};

template <class Type>
concept HasScalar = std::floating_point<typename Type::Scalar>;
template <class Type>
concept SaysWhereItWorks = std::same_as<decltype(Type::works), const Works>;
template <class Type>
concept NamesAlgorithm = std::same_as<decltype(Type::algorithm), const char* const>;

template <class Type>
concept SaysWhatItReads = std::same_as<decltype(Type::backward_reads_input), const bool> && std::same_as<decltype(Type::backward_reads_output), const bool> &&
                          std::same_as<decltype(Type::forward_reads_parameters), const bool>;

template <class Number>
concept SizeConstant = std::same_as<Number, const std::size_t>;
template <class Type>
concept HasSizes = SizeConstant<decltype(Type::prepared_size)> && SizeConstant<decltype(Type::accumulator_size)> && SizeConstant<decltype(Type::scratch_size)> &&
                   SizeConstant<decltype(Type::scratch_per_sample)> && SizeConstant<decltype(Type::record_size)> && SizeConstant<decltype(Type::operations)>;
template <class Type>
concept HasParts = SizeConstant<decltype(Type::bands)> && SizeConstant<decltype(Type::prepare_parts)> && SizeConstant<decltype(Type::finish_parts)> &&
                   (Type::bands > 0 && Type::prepare_parts > 0 && Type::finish_parts > 0);

template <class Type>
concept Prepares = requires(const typename Type::Scalar* parameters, typename Type::Scalar* prepared, std::size_t part) {
    Type::prepare(parameters, prepared, part);
};
template <class Type>
concept GoesForward = requires(const Forward<typename Type::Scalar>& call) { Type::forward(call); };
template <class Type>
concept Finishes = requires(const Finish<typename Type::Scalar>& sum, std::size_t part) { Type::finish(sum, part); };

template <class Type, Gradient... To>
concept GoesBackTo = requires(const Backward<typename Type::Scalar>& call) { Type::template backward<To...>(call); };
/// Backward to input `Input` as `To` says, and written to the others.
template <class Type, Gradient To, std::size_t Input, class Inputs>
inline constexpr bool goes_back = false;
template <class Type, Gradient To, std::size_t Input, std::size_t... Number>
inline constexpr bool goes_back<Type, To, Input, std::index_sequence<Number...>> =
    GoesBackTo<Type, (Number == Input ? To : Gradient::write)...>;
template <class Type, class Inputs>
inline constexpr bool goes_back_every_way = false;
template <class Type, std::size_t... Input>
inline constexpr bool goes_back_every_way<Type, std::index_sequence<Input...>> =
    ((goes_back<Type, Gradient::write, Input, std::index_sequence<Input...>> && goes_back<Type, Gradient::add, Input, std::index_sequence<Input...>> &&
      goes_back<Type, Gradient::none, Input, std::index_sequence<Input...>>) &&
     ...);

}  // namespace detail

/// What users write in a network: a type that answers on shapes, at compile time. `Problem<In>` holds the static_asserts, as
/// sentences, that explain why `accepts(In)` is false. contract.hpp says in a sentence what a type lacks.
template <class Type>
concept Spec = detail::Accepts<Type> && detail::GivesShape<Type> && detail::ListsParameters<Type> && detail::WantsBorder<Type>;

/// A spec bound to layouts, as far as a trained network asks.
template <class Type>
concept ForwardLayer = detail::HasScalar<Type> && detail::SaysWhereItWorks<Type> && detail::NamesAlgorithm<Type> && detail::SaysWhatItReads<Type> &&
                       detail::HasSizes<Type> && detail::HasParts<Type> && detail::Prepares<Type> && detail::GoesForward<Type>;

/// A spec bound to layouts that learns: of so many inputs, each of which may want its gradient written, added, or not at all.
template <class Type, std::size_t Inputs = 1>
concept Layer = ForwardLayer<Type> && detail::goes_back_every_way<Type, std::make_index_sequence<Inputs>> && detail::Finishes<Type>;

/// The answers that most specs share: any shape is welcome, the same shape leaves, no parameters, no border.
struct SpecDefaults {
    static constexpr bool accepts(Shape /*in*/) { return true; }
    static constexpr Shape output(Shape in) { return in; }
    static constexpr std::array<Parameter, 0> parameters(Shape /*in*/) { return {}; }
    /// Zeros that the layer wants around its input.
    template <class Arithmetic>
    static constexpr Border border(Shape /*in*/) {
        return {};
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/composition.hpp

namespace denim {

/// What an entry of the expanded network does with the value that flows through it.
enum class Role {
    layer,   ///< takes it and gives another
    fork,    ///< remembers it for the join to come, and passes it on
    turn,    ///< ends a branch: remembers it for the join to come, and passes on what the fork remembered
    join,    ///< takes it and what the forks remembered, and gives one value
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// A list of types.
template <class... Types>
struct List {
    static constexpr std::size_t size = sizeof...(Types);
};

/// The layers one after the other. A composition says with `Expanded` what it stands for; the network sees the flat list. A struct that
/// derives from it is a block under its own name, template <std::size_t C> struct Basic : Sequential<...> {}, which summary and errors show;
/// with static constexpr const char* name under that.
template <class... Specs>
struct Sequential {
    using Expanded = List<Specs...>;
    using Unnamed = Sequential;
};

/// A struct of one's own that derives from Sequential.
template <class Spec>
concept NamedBlock = requires { typename Spec::Unnamed; } && !std::same_as<Spec, typename Spec::Unnamed>;

/// True for entries that compute nothing: they pass on a value that was there before.
constexpr bool passes_on(Role role) { return role == Role::fork || role == Role::turn; }

/// Remembers the value that flows through.
struct Fork : SpecDefaults {
    static constexpr Role role = Role::fork;
};

namespace detail {

template <class Spec>
constexpr Role role_of() {
    if constexpr (requires { requires std::same_as<decltype(Spec::role), const Role>; })
        return Spec::role;
    else
        return Role::layer;
}

/// True for what users wrote among the entries of a composition; forks, joins and what else it puts there go by its own name.
template <class Spec>
constexpr bool written() {
    if constexpr (requires { Spec::of_composition; })
        return false;
    else
        return role_of<Spec>() == Role::layer;
}

template <class... Left, class... Right>
List<Left..., Right...> operator+(List<Left...>, List<Right...>);

// Lists one behind the other, eight at a time: compilers nest a fold as deep as it is long, and clang no deeper than 256.
template <class... Lists>
struct Joined {
    using type = decltype((List<>{} + ... + Lists{}));
};
template <class A, class B, class C, class D, class E, class F, class G, class H, class I, class... Rest>
struct Joined<A, B, C, D, E, F, G, H, I, Rest...> {
    using type = typename Joined<decltype(A{} + B{} + C{} + D{} + E{} + F{} + G{} + H{}), I, Rest...>::type;
};

template <class Spec>
struct Expand {
    using type = List<Spec>;
};
template <class... Specs>
struct Expand<List<Specs...>> {
    using type = typename Joined<typename Expand<Specs>::type...>::type;
};
template <class Spec>
    requires requires { typename Spec::Expanded; }
struct Expand<Spec> {
    using type = typename Expand<typename Spec::Expanded>::type;
};

template <std::size_t Index, class Type>
struct Indexed {};
template <class Sequence, class... Types>
struct IndexedList;
template <std::size_t... Index, class... Types>
struct IndexedList<std::index_sequence<Index...>, Types...> : Indexed<Index, Types>... {};
template <class Type>
struct Identity {
    using type = Type;
};
template <std::size_t Index, class Type>
Identity<Type> pick(Indexed<Index, Type>);
template <class... Types>
IndexedList<std::index_sequence_for<Types...>, Types...> indexed(List<Types...>);

}  // namespace detail

/// The flat list that a composition stands for: layers, forks and joins in the order of computation.
template <class Spec>
using expanded = typename detail::Expand<Spec>::type;

/// The type at a place of a List.
template <class Types, std::size_t Index>
using type_at = typename decltype(detail::pick<Index>(decltype(detail::indexed(Types{})){}))::type;

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/contract.hpp

// The contract speaks: what the author of a layer forgot or spelled otherwise becomes one sentence of the compiler, the first that fits.
// A network asks these functions before it uses a layer, and so does check_layer, the closing line of a layer's header.

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Type, class Inputs>
inline constexpr bool joins = false;
template <class Type, std::size_t... Input>
inline constexpr bool joins<Type, std::index_sequence<Input...>> = requires(Shape in) {
    { Type::accepts((static_cast<void>(Input), in)...) } -> std::same_as<bool>;
    { Type::output((static_cast<void>(Input), in)...) } -> std::same_as<Shape>;
    typename std::bool_constant<(Type::accepts((static_cast<void>(Input), probe)...) ? Type::output((static_cast<void>(Input), probe)...) == Shape{}
                                                                                       : true)>;
};
template <class Type>
concept AnswersAtAll = requires(Shape in) { Type::accepts(in); } || requires(Shape in) { Type::output(in); } || requires(Shape in) { Type::parameters(in); };
template <class Type>
concept CountsInputs = SizeConstant<decltype(Type::inputs)> && (Type::inputs >= 2 && Type::inputs <= max_inputs);
template <class Type>
concept WithoutParameters = (Type::parameters(probe).size() == 0);

// Whether a function of the layer is its own, not that of LayerDefaults; one that is overloaded is. Told by types: with sanitizers g++
// takes a comparison of addresses for no constant.
template <auto Function>
struct Address {};
template <class Type>
consteval bool prepares_by_itself() {
    if constexpr (requires { Address<&Type::prepare>{}; })
        return !std::same_as<Address<&Type::prepare>, Address<&LayerDefaults<typename Type::Scalar>::prepare>>;
    else
        return true;
}
template <class Type>
consteval bool finishes_by_itself() {
    if constexpr (requires { Address<&Type::finish>{}; })
        return !std::same_as<Address<&Type::finish>, Address<&LayerDefaults<typename Type::Scalar>::finish>>;
    else
        return true;
}

}  // namespace detail

/// A spec of several inputs: what the forks in front of it remembered, in order, and last the value that flows. It has no parameters.
template <class Type>
concept Join = detail::role_of<Type>() == Role::join && detail::CountsInputs<Type> && detail::WithoutParameters<Type> && detail::WantsBorder<Type> &&
               detail::joins<Type, std::make_index_sequence<Type::inputs>>;

namespace detail {

// The chains of sentences. Each gives whether all is there; with Speak the compiler says the first thing that is not.

template <class Type, bool Speak>
consteval bool check_join() {
    if constexpr (!CountsInputs<Type>)
        static_assert(!Speak, "denim: layer: of a join, static constexpr std::size_t inputs was expected, from 2 to 8.");
    else if constexpr (!joins<Type, std::make_index_sequence<Type::inputs>>)
        static_assert(!Speak, "denim: layer: of a join, static constexpr bool accepts(Shape...) and static constexpr Shape output(Shape...) were "
                              "expected, which take as many shapes as it has inputs.");
    else if constexpr (!WantsBorder<Type>)
        static_assert(!Speak, "denim: layer: of a join, template <class Arithmetic> static constexpr Border border(Shape in) was expected, asked for "
                              "each of its inputs; SpecDefaults has one.");
    else if constexpr (!WithoutParameters<Type>)
        static_assert(!Speak, "denim: layer: of a join, no parameters were expected; a layer behind it may have some.");
    else
        return true;
    return false;
}

template <class Type, bool Speak>
consteval bool check_spec() {
    if constexpr (role_of<Type>() == Role::join)
        return check_join<Type, Speak>();
    else if constexpr (!AnswersAtAll<Type>)
        static_assert(!Speak, "denim: layer: a type among the layers is none: one was expected that derives from SpecDefaults or has accepts, output, "
                              "parameters and border; an activation alone is an Activation<...>, an option stands inside of a layer.");
    else if constexpr (!Accepts<Type>)
        static_assert(!Speak, "denim: layer: static constexpr bool accepts(Shape in) was expected: whether the layer takes this shape.");
    else if constexpr (!GivesShape<Type>)
        static_assert(!Speak, "denim: layer: static constexpr Shape output(Shape in) was expected: what leaves where this shape enters.");
    else if constexpr (!ListsParameters<Type>)
        static_assert(!Speak, "denim: layer: static constexpr std::array<Parameter, N> parameters(Shape in) was expected.");
    else if constexpr (!WantsBorder<Type>)
        static_assert(!Speak, "denim: layer: template <class Arithmetic> static constexpr Border border(Shape in) was expected: the zeros that it wants "
                              "around its input.");
    else
        return true;
    return false;
}

/// Of a layer that is bound: what a trained network asks.
template <class Type, class Scalar, bool Speak>
consteval bool check_forward() {
    if constexpr (std::same_as<Type, void>)
        static_assert(!Speak, "denim: layer: template <class Arithmetic, Layout Out, Layout In> Layer was expected, a type or an alias, with a Layout "
                              "for each input: what computes.");
    else if constexpr (!HasScalar<Type>)
        static_assert(!Speak, "denim: layer: using Scalar = typename Arithmetic::Scalar was expected; LayerDefaults<typename Arithmetic::Scalar> has it.");
    else if constexpr (!std::same_as<typename Type::Scalar, Scalar>)
        static_assert(!Speak, "denim: layer: its Scalar was expected to be that of the network, Arithmetic::Scalar.");
    else if constexpr (!SaysWhereItWorks<Type>)
        static_assert(!Speak, "denim: layer: static constexpr Works works was expected, Works::on_samples or Works::on_batches.");
    else if constexpr (!NamesAlgorithm<Type>)
        static_assert(!Speak, "denim: layer: static constexpr const char* algorithm was expected: what summary() calls its kernel.");
    else if constexpr (!SaysWhatItReads<Type>)
        static_assert(!Speak, "denim: layer: backward_reads_input, backward_reads_output and forward_reads_parameters were expected, each a static "
                              "constexpr bool; LayerDefaults has them.");
    else if constexpr (!HasSizes<Type>)
        static_assert(!Speak, "denim: layer: prepared_size, accumulator_size, scratch_size, scratch_per_sample, record_size and operations were "
                              "expected, each a static constexpr std::size_t; LayerDefaults has them.");
    else if constexpr (!HasParts<Type>)
        static_assert(!Speak, "denim: layer: bands, prepare_parts and finish_parts were expected, each a static constexpr std::size_t of at least 1; "
                              "LayerDefaults has them.");
    else if constexpr (!Prepares<Type>)
        static_assert(!Speak, "denim: layer: static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t part) was expected.");
    else if constexpr (Type::prepared_size > 0 && !prepares_by_itself<Type>())
        static_assert(!Speak, "denim: layer: a prepare of its own was expected, since prepared_size is not 0.");
    else if constexpr (!GoesForward<Type>)
        static_assert(!Speak, "denim: layer: static void forward(const Forward<Scalar>& at) was expected.");
    else if constexpr (Type::works == Works::on_samples && Type::scratch_per_sample > 0)
        static_assert(!Speak, "denim: layer: a scratch_per_sample of 0 was expected of a layer on samples; scratch_size is what each thread has, "
                              "record_size what each sample keeps.");
    else
        return true;
    return false;
}

/// What one asks that learns, of so many inputs and parameters.
template <class Type, std::size_t Inputs, std::size_t Parameters, bool Speak>
consteval bool check_backward() {
    using Each = std::make_index_sequence<Inputs>;
    if constexpr (!goes_back<Type, Gradient::write, 0, Each>)
        static_assert(!Speak, "denim: layer: template <Gradient Input> static void backward(const Backward<Scalar>& at) was expected, with a Gradient "
                              "for each input.");
    else if constexpr (!goes_back_every_way<Type, Each>)
        static_assert(!Speak, "denim: layer: a backward was expected that takes Gradient::write, Gradient::add and Gradient::none for each input.");
    else if constexpr (!Finishes<Type>)
        static_assert(!Speak, "denim: layer: static void finish(const Finish<Scalar>& sum, std::size_t part) was expected.");
    else if constexpr (Type::works == Works::on_batches && Type::record_size > 0)
        static_assert(!Speak, "denim: layer: a record_size of 0 was expected of a layer on batches; what its backward wants to know again stays in "
                              "scratch_per_sample.");
    else if constexpr (Type::works == Works::on_batches && Type::accumulator_size > 0)
        static_assert(!Speak, "denim: layer: an accumulator_size of 0 was expected of a layer on batches; its backward writes the gradients themselves.");
    else if constexpr (Type::accumulator_size > 0 && !finishes_by_itself<Type>())
        static_assert(!Speak, "denim: layer: a finish of its own was expected, since accumulator_size is not 0.");
    else if constexpr (Type::works == Works::on_samples && Type::accumulator_size == 0 && Parameters > 0)
        static_assert(!Speak, "denim: layer: an accumulator_size was expected, since its spec has parameters: there backward gathers their gradients.");
    else
        return true;
    return false;
}

/// Whether a Fused computes what stands in its list: the neighbours `Specs`. A specialisation says so itself.
template <class Type, class First, class... Behind>
consteval bool fuses() {
    if constexpr (!requires { requires std::same_as<decltype(Type::exists), const bool>; })
        static_assert(std::same_as<Type, void>, "denim: layer: of a Fused, static constexpr bool exists = true was expected.");
    else if constexpr (!Type::exists)
        return false;
    else if constexpr (((role_of<Behind>() != Role::layer) || ...))
        static_assert(std::same_as<Type, void>, "denim: layer: of a Fused, layers of one input were expected behind the first; it may be a join.");
    else if constexpr (!WantsBorder<Type>)
        static_assert(std::same_as<Type, void>, "denim: layer: of a Fused, template <class Arithmetic> static constexpr Border border(Shape in) was "
                                                "expected, as of its first layer.");
    else
        return true;
    return false;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/fusion.hpp

namespace denim {

/// What a plan is for: learning, or a trained network (dropout gone, BatchNorm by its running statistics).
enum class Mode { training, inference };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Neighbours that one kernel computes together. A specialisation has `exists` true, and accepts the whole run.
template <class Arithmetic, Mode For, class... Specs>
struct Fused {
    static constexpr bool exists = false;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/check_layer.hpp

// A spec bound to layouts, behind the contract: where something is missing, a layer that does nothing stands in, so that the compiler
// says one sentence and nothing else. And the closing lines of layers' headers.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// A spec as a network runs it: where it learns its Layer, else its InferenceLayer if it has one.
template <class Spec, class Arithmetic, Mode For, Layout Out, Layout... In>
consteval auto bind() {
    if constexpr (For == Mode::inference && requires { typename Spec::template InferenceLayer<Arithmetic, Out, In...>; })
        return Identity<typename Spec::template InferenceLayer<Arithmetic, Out, In...>>{};
    else if constexpr (requires { typename Spec::template Layer<Arithmetic, Out, In...>; })
        return Identity<typename Spec::template Layer<Arithmetic, Out, In...>>{};
    else
        return Identity<void>{};
}

/// Stands where a layer lacks something.
template <class Number>
struct NoLayer : LayerDefaults<Number> {
    static void forward(const Forward<Number>& /*at*/) {}
    template <Gradient...>
    static void backward(const Backward<Number>& /*at*/) {}
};

/// A spec of so many parameters, bound: its layer, or NoLayer behind the sentence that says why.
template <class Spec, std::size_t Parameters, class Arithmetic, Mode For, Layout Out, Layout... In>
struct BoundLayer {
private:
    using Scalar = typename Arithmetic::Scalar;
    using Own = typename decltype(detail::bind<Spec, Arithmetic, For, Out, In...>())::type;

    static consteval bool check() {
        if constexpr (!check_forward<Own, Scalar, false>())
            return check_forward<Own, Scalar, true>();
        else if constexpr (For == Mode::inference)
            return true;
        else
            return check_backward<Own, sizeof...(In), Parameters, !check_backward<Own, sizeof...(In), Parameters, false>()>();
    }

public:
    using type = std::conditional_t<check(), Own, NoLayer<Scalar>>;
};

/// As a network lays a value out that nobody else reads.
template <class Type>
constexpr Layout wanted(Shape in) {
    return {in, Type::template border<Fast>(in), Fast::channel_stride(in.channels)};
}
constexpr Layout made(Shape out) { return {out, {}, Fast::channel_stride(out.channels)}; }

template <class Type>
constexpr std::size_t numbers_of(Shape in) {
    std::size_t numbers = 0;
    for (const Parameter& parameter : Type::parameters(in)) numbers += parameter.extents.size();
    return numbers;
}

}  // namespace detail

/// The closing line of a layer's header, for these shapes of its inputs: true, once the compiler has said what it lacks.
template <class Type, Shape... In>
consteval bool check_layer() {
    if constexpr (detail::check_spec<Type, true>()) {
        constexpr std::size_t parameters = [] {
            if constexpr (sizeof...(In) == 1)
                return detail::numbers_of<Type>(In...);
            else
                return std::size_t{0};
        }();
        using Bound = detail::BoundLayer<Type, parameters, Fast, Mode::training, detail::made(Type::output(In...)), detail::wanted<Type>(In)...>;
        static_cast<void>(sizeof(typename Bound::type));
    }
    return true;
}

/// The same of a Fused: neighbours, where the first gets a picture of shape In.
template <Mode For, Shape In, class... Specs>
consteval bool check_fused() {
    using Type = Fused<Fast, For, Specs...>;
    if constexpr (detail::fuses<Type, Specs...>()) {
        constexpr auto end = [] {
            std::pair<Shape, std::size_t> at{In, 0};
            ((at = {Specs::output(at.first), at.second + detail::numbers_of<Specs>(at.first)}), ...);
            return at;
        }();
        using Bound = detail::BoundLayer<Type, end.second, Fast, For, detail::made(end.first), detail::wanted<Type>(In)>;
        static_cast<void>(sizeof(typename Bound::type));
    }
    return true;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/spelled.hpp

namespace denim::inline DENIM_TARGET::detail {

/// What derives from this stands in the table of spellings (layer/spelling_table.hpp) under its own name.
struct Spelled {};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/layer/activation_function.hpp

// The activations. Each is one class: `value(x)`, and `slope(x, y)`, its derivative at x where y = value(x), written once for
// vectors and plain numbers. `of_input` says whether the slope needs x itself, which is then kept until backward. To add one is
// to add one class here or in a ..._function.hpp beside it, one line in tests/runtime/layer/activation.cpp, one row in
// layer/spelling_table.hpp, and one in the table of docs/layers.md.

#include <numbers>

namespace denim::inline DENIM_TARGET {

/// A function of each number alone.
template <class Type>
concept ActivationFunction = requires(double x) {
    { Type::of_input } -> std::convertible_to<bool>;
    { Type::value(x) } -> std::same_as<double>;
    { Type::slope(x, x) } -> std::same_as<double>;
};

/// A constant of an activation: as a plain number, or in every lane of a vector.
template <class Number>
constexpr Number constant(double value) {
    if constexpr (std::floating_point<Number>)
        return static_cast<Number>(value);
    else
        return Number(static_cast<typename Number::value_type>(value));
}

namespace detail {

template <class Number>
Number logistic(Number x) {
    return constant<Number>(1) / (constant<Number>(1) + simd::exp(-x));
}

/// min(max(x / 6 + 1 / 2, 0), 1)
template <class Number>
Number hard_logistic(Number x) {
    return simd::clamp(x * constant<Number>(1.0 / 6) + constant<Number>(0.5), 0, 1);
}

}  // namespace detail

/// x: the default of Dense.
struct Linear : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return x;
    }
    template <class Number>
    static Number slope(Number /*x*/, Number /*y*/) {
        return constant<Number>(1);
    }
};

/// max(0, x): the default of Conv.
struct ReLU : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::relu(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::relu_gradient(y, constant<Number>(1));
    }
};

/// x (1 + erf(x / sqrt 2)) / 2: x times the normal distribution's share below x (Hendrycks and Gimpel, 2016), not approximated.
struct GELU : detail::Spelled {
    static constexpr bool of_input = true;
    template <class Number>
    static Number share(Number x) {
        return (constant<Number>(1) + simd::erf(x * constant<Number>(std::numbers::sqrt2 / 2))) * constant<Number>(0.5);
    }
    template <class Number>
    static Number value(Number x) {
        return x * share(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        constexpr double density = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
        return share(x) + x * simd::exp(x * x * constant<Number>(-0.5)) * constant<Number>(density);
    }
};

/// x / (1 + exp(-x)), also called swish (Ramachandran et al., 2017).
struct SiLU : detail::Spelled {
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * detail::logistic(x);
    }
    template <class Number>
    static Number slope(Number x, Number y) {
        const Number share = detail::logistic(x);
        return share + y * (constant<Number>(1) - share);
    }
};

/// x min(max(x + 3, 0), 6) / 6 (Howard et al., "Searching for MobileNetV3", 2019).
struct HardSwish : detail::Spelled {
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * detail::hard_logistic(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        const Number share = detail::hard_logistic(x);
        const Number bent = share + x * constant<Number>(1.0 / 6);
        const Number until_one = simd::select(share < constant<Number>(1), bent, share);
        return simd::relu_gradient(share, until_one);
    }
};

/// 1 / (1 + exp(-x))
struct Sigmoid : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return detail::logistic(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return y * (constant<Number>(1) - y);
    }
};

/// The hyperbolic tangent.
struct Tanh : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::tanh(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return constant<Number>(1) - y * y;
    }
};

/// exp(x) divided by the sum of it over the channels of a pixel. Not a function of each number alone.
struct Softmax : detail::Spelled {
    static constexpr bool of_input = false;
};

template <class Type>
inline constexpr bool is_activation = ActivationFunction<Type> || std::same_as<Type, Softmax>;

namespace detail {

/// A static_assert of the class itself has failed. It has been said; from then on clang takes nothing of the class for a constant.
template <class Type>
inline constexpr bool is_refused = false;
template <class Type>
    requires(std::is_empty_v<Type> && std::is_default_constructible_v<Type>)
inline constexpr bool is_refused<Type> = !requires { typename std::bool_constant<(static_cast<void>(Type{}), true)>; };

/// An activation, or a class that was refused and would have been one.
template <class Type>
inline constexpr bool passes_as_activation = is_activation<Type> || is_refused<Type>;

/// y = f(x) for the channels of one pixel; x and y may be the same.
template <class Function, class Scalar>
void activate(const Scalar* x, Scalar* y, std::size_t channels) {
    if constexpr (std::same_as<Function, Softmax>) {
        const Scalar largest = *std::max_element(x, x + channels);
        Scalar sum{0};
        for (std::size_t c = 0; c < channels; ++c) sum += y[c] = simd::exp(x[c] - largest);
        for (std::size_t c = 0; c < channels; ++c) y[c] /= sum;
    } else if constexpr (std::same_as<Scalar, float>) {
        constexpr std::size_t lanes = simd::lanes<float>;
        std::size_t c = 0;
        for (; c + lanes <= channels; c += lanes) simd::store(y + c, Function::value(simd::load(x + c)));
        if (c < channels) simd::store_first(y + c, Function::value(simd::load_first(x + c, channels - c)), channels - c);
    } else {
        for (std::size_t c = 0; c < channels; ++c) y[c] = Function::value(x[c]);
    }
}

/// dx = dy f'(x), or that much more; dx and dy may be the same. `x` is read if the function is of_input.
template <class Function, bool Add, class Scalar>
void activate_gradient(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx, std::size_t channels) {
    if constexpr (std::same_as<Function, Softmax>) {
        Scalar mean{0};
        for (std::size_t c = 0; c < channels; ++c) mean += y[c] * dy[c];
        for (std::size_t c = 0; c < channels; ++c) dx[c] = (Add ? dx[c] : Scalar{0}) + y[c] * (dy[c] - mean);
    } else {
        const auto at = [&](auto take, auto give, std::size_t c) {
            const auto slope = Function::slope(take(Function::of_input ? x + c : y + c), take(y + c));
            give(dx + c, Add ? take(dx + c) + take(dy + c) * slope : take(dy + c) * slope);
        };
        std::size_t c = 0;
        if constexpr (std::same_as<Scalar, float>) {
            constexpr std::size_t lanes = simd::lanes<float>;
            for (; c + lanes <= channels; c += lanes)
                at([](const float* from) { return simd::load(from); }, [](float* to, simd::Vector<float> all) { simd::store(to, all); }, c);
            const std::size_t rest = channels - c;
            if (rest)
                at([rest](const float* from) { return simd::load_first(from, rest); },
                   [rest](float* to, simd::Vector<float> all) { simd::store_first(to, all, rest); }, c);
        } else {
            for (; c < channels; ++c)
                at([](const Scalar* from) { return *from; }, [](Scalar* to, Scalar number) { *to = number; }, c);
        }
    }
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/decimal.hpp

namespace denim::inline DENIM_TARGET {

/// A number among the arguments of a template, as it is written: Clip<-0.5, 6>. All compilers spell it alike: it is kept as the whole
/// number of its digits and how many of them stand behind the point, the shortest that give the number back.
struct Decimal {
    std::int64_t digits = 0;
    int places = 0;

    /// From a literal. Of a number that is not finite, or has more than fifteen digits in front of the point, nothing is promised.
    template <class Number>
        requires(std::integral<Number> || std::floating_point<Number>)
    consteval Decimal(Number number) {  // NOLINT: meant to convert
        if constexpr (std::integral<Number>) {
            digits = static_cast<std::int64_t>(number);
        } else {
            double ten = 1;
            for (int next = 0; next <= 22; ++next, ten *= 10) {  // until where the powers of ten are exact
                const double moved = static_cast<double>(number) * ten;
                if (!(moved < 0x1p53 && moved > -0x1p53)) break;
                digits = static_cast<std::int64_t>(moved < 0 ? moved - 0.5 : moved + 0.5), places = next;
                if (static_cast<Number>(static_cast<double>(digits) / ten) == number) break;
            }
        }
    }

    /// The number, rounded once.
    [[nodiscard]] constexpr double value() const {
        double ten = 1;
        for (int n = 0; n < places; ++n) ten *= 10;
        return static_cast<double>(digits) / ten;
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/clip_function.hpp

// Activations that are a line between two limits, and flat beyond them. Their slope is 0 at the limits, as in Keras and PyTorch.

namespace denim::inline DENIM_TARGET {

/// min(max(x, Low), High): Clip<-1, 1> is what PyTorch calls Hardtanh.
template <Decimal Low, Decimal High>
struct Clip : detail::Spelled {
    static_assert(Low.value() < High.value(), "denim: Clip: the first limit must be below the second.");
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::clamp(x, Low.value(), High.value());
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        const Number below = constant<Number>(High.value()) - y, above = y - constant<Number>(Low.value());
        return simd::relu_gradient(above, simd::relu_gradient(below, constant<Number>(1)));
    }
};

/// min(max(x, 0), 6) (Krizhevsky, 2010).
struct ReLU6 : Clip<0, 6> {};

/// min(max(x + 3, 0), 6) / 6, as Keras 3 and PyTorch have it (Keras 2 and ONNX's default are 0.2 x + 0.5, between 0 and 1).
struct HardSigmoid : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return detail::hard_logistic(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        const Number below = constant<Number>(1) - y;
        return simd::relu_gradient(y, simd::relu_gradient(below, constant<Number>(1.0 / 6)));
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/leaky_function.hpp

// Activations that are x above 0, and something else below.

namespace denim::inline DENIM_TARGET {

/// x above 0, Slope x below: LeakyReLUOf<0.01> is what PyTorch calls LeakyReLU.
template <Decimal Slope>
struct LeakyReLUOf : detail::Spelled {
    static_assert(Slope.value() >= 0, "denim: LeakyReLUOf: the slope must be at least 0.");
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::select(x > constant<Number>(0), x, constant<Number>(Slope.value()) * x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > constant<Number>(0), constant<Number>(1), constant<Number>(Slope.value()));
    }
};

/// x above 0, 0.3 x below: the slope of Keras's layer (PyTorch's is 0.01).
struct LeakyReLU : LeakyReLUOf<0.3> {};

/// x above 0, Alpha (exp(x) - 1) below.
template <Decimal Alpha>
struct ELUOf : detail::Spelled {
    static_assert(Alpha.value() > 0, "denim: ELUOf: alpha must be more than 0.");
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        const Number below = simd::exp(x - simd::relu(x)) - constant<Number>(1);
        return simd::select(x > constant<Number>(0), x, constant<Number>(Alpha.value()) * below);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > constant<Number>(0), constant<Number>(1), y + constant<Number>(Alpha.value()));
    }
};

/// x above 0, exp(x) - 1 below (Clevert et al., 2016).
struct ELU : ELUOf<1> {};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/pixels.hpp

// Walks over the pictures of a layer, for authors of layers.

namespace denim::inline DENIM_TARGET {

/// Calls `each(y, x)` for every pixel of a picture, row by row, or of the rows from `first` to before `last`: of a layer whose bands are rows.
template <Shape Of, class Each>
void for_each_row_and_column(std::size_t first, std::size_t last, Each each) {
    for (std::size_t y = first; y < last; ++y)
        for (std::size_t x = 0; x < Of.width; ++x) each(y, x);
}
template <Shape Of, class Each>
void for_each_row_and_column(Each each) {
    for_each_row_and_column<Of>(0, Of.height, each);
}

/// Calls `each(in, out)` with the place of every pixel in both layouts, or of those in the rows from `first` to before `last`.
template <Layout In, Layout Out, class Each>
void for_each_pixel(std::size_t first, std::size_t last, Each each) {
    for (std::size_t y = first; y < last; ++y)
        for (std::size_t x = 0; x < In.shape.width; ++x) each(In.offset(y, x), Out.offset(y, x));
}
template <Layout In, Layout Out, class Each>
void for_each_pixel(Each each) {
    for_each_pixel<In, Out>(0, In.shape.height, each);
}

/// Calls `each(flat, place)` for every number of a picture: its number in (H, W, C) order, and where it lies in the layout.
template <Layout In, class Each>
void for_each_number(Each each) {
    for (std::size_t y = 0, flat = 0; y < In.shape.height; ++y)
        for (std::size_t x = 0; x < In.shape.width; ++x)
            for (std::size_t c = 0; c < In.shape.channels; ++c) each(flat++, In.offset(y, x) + c);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/softplus_function.hpp

// log(1 + exp(x)), and what is made of it. Nothing overflows: exponentials are of -|x| alone.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// exp(-|x|)
template <class Number>
Number exp_of_distance(Number x) {
    return simd::exp(-(simd::relu(x) + simd::relu(-x)));
}

/// 1 / (1 + exp(-x))
template <class Number>
Number share_of_two(Number x) {
    const Number e = exp_of_distance(x);
    return simd::select(x > constant<Number>(0), constant<Number>(1), e) / (constant<Number>(1) + e);
}

}  // namespace detail

/// log(1 + exp(x)). PyTorch's gives x itself above 20, where no float shows the difference.
struct Softplus : detail::Spelled {
    static constexpr bool of_input = true;  // of y alone the slope would be 1 - exp(-y), which is nothing where y is small
    template <class Number>
    static Number value(Number x) {
        return simd::relu(x) + simd::log1p(detail::exp_of_distance(x));
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        return detail::share_of_two(x);
    }
};

/// x tanh(log(1 + exp(x))) (Misra, 2019); 0 where x is minus infinity.
struct Mish : detail::Spelled {
    static constexpr bool of_input = true;
    /// The tangent: with a = (1 + exp(x))^2 it is (a - 1) / (a + 1), both divided by exp(2 x) above 0.
    template <class Number>
    static Number share(Number x) {
        const Number e = detail::exp_of_distance(x), zero = constant<Number>(0), one = constant<Number>(1), two = constant<Number>(2);
        const Number above = simd::select(x > zero, one + two * e, e * (e + two));
        return above / (above + simd::select(x > zero, two * e * e, two));
    }
    template <class Number>
    static Number value(Number x) {
        return (simd::relu(x) + simd::clamp(x, -1000, 0)) * share(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        const Number all = share(x);
        return all + simd::clamp(x, -1000, 1000) * (constant<Number>(1) - all * all) * detail::share_of_two(x);
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/times_function.hpp

namespace denim::inline DENIM_TARGET {

/// Factor x. At the end of a Residual it scales what is added: Residual<Conv<3, 64, Same>, Conv<3, 64, Same, Times<0.1>>> (Szegedy et al.,
/// "Inception-v4, Inception-ResNet and the impact of residual connections on learning", 2017).
template <Decimal Factor>
struct Times : detail::Spelled {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return constant<Number>(Factor.value()) * x;
    }
    template <class Number>
    static Number slope(Number /*x*/, Number /*y*/) {
        return constant<Number>(Factor.value());
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/activation.hpp

// Shape kept: y = f(x), number by number; Softmax over the channels of each pixel.

namespace denim::inline DENIM_TARGET {

/// An activation bound to its layouts.
template <class Arithmetic, Layout Out, Layout In, class Function>
struct ActivationLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, bands = In.shape.height, operations = In.shape.size();
    static constexpr bool backward_reads_input = Function::of_input;

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel<In, Out>(at.first_band, at.last_band,
                                [&](std::size_t in, std::size_t out) { detail::activate<Function>(at.input() + in, at.output + out, channels); });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                detail::activate_gradient<Function, Input == Gradient::add>(at.input() + in, at.output + out, at.output_gradient + out,
                                                                            at.input_gradient() + in, channels);
            });
    }
};

/// An activation by itself: ReLU, GELU, Clip<-1, 1>, Softmax, another of the ..._function.hpp beside this header, or a class of one's own
/// that is an ActivationFunction. Conv and Dense take the same names as options.
template <class Applied>
struct Activation : SpecDefaults {
    using Function = Applied;
    static_assert(is_activation<Function>, "denim: Activation: the function must be one of Denim's, for example ReLU, or a class with value(x), "
                                           "slope(x, y) and of_input.");

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ActivationLayer<Arithmetic, Out, In, Function>;
};

/// A linear layer with an activation behind it, in place. Where the slope is of the input, that is kept until backward: on
/// samples in the record, of which a linear layer has none; on batches in the scratch.
template <class Base, class Function, Layout Out>
struct ActivatedLayer : Base {
    using typename Base::Scalar;
    static constexpr bool on_samples = Base::works == Works::on_samples;
    static constexpr std::size_t channels = Out.shape.channels;
    static constexpr std::size_t kept = Function::of_input ? round_up(Out.size(), 16) : 0;  // numbers
    static_assert(Base::record_size == 0);
    static constexpr std::size_t record_size = on_samples ? kept * sizeof(Scalar) : 0;  // bytes
    static constexpr std::size_t scratch_per_sample = Base::scratch_per_sample + (on_samples ? 0 : kept);
    static constexpr std::size_t bands = 1, operations = Base::operations + Out.shape.size();
    static constexpr bool backward_reads_output = true;

    static void forward(const Forward<Scalar>& at) {
        Forward<Scalar> linear = at;
        linear.last_band = Base::bands;
        Base::forward(linear);
        for (std::size_t sample = 0; sample < at.count; ++sample) {
            Scalar* y = at.output + sample * Out.size();
            if (kept && (at.record || !on_samples)) std::copy_n(y, Out.size(), kept_input(at, sample));
            for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) { detail::activate<Function>(y + pixel, y + pixel, channels); });
        }
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        for (std::size_t sample = 0; sample < at.count; ++sample) {
            const Scalar *y = at.output + sample * Out.size(), *x = kept ? kept_input(at, sample) : y;
            Scalar* dy = at.output_gradient + sample * Out.size();
            for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) {
                detail::activate_gradient<Function, false>(x + pixel, y + pixel, dy + pixel, dy + pixel, channels);
            });
        }
        Base::template backward<Input>(at);
    }

private:
    template <class Call>
    static auto* kept_input(const Call& at, std::size_t sample) {
        if constexpr (on_samples) {
            using Bytes = std::remove_pointer_t<decltype(at.record)>;
            using Number = std::conditional_t<std::is_const_v<Bytes>, const Scalar, Scalar>;
            return reinterpret_cast<Number*>(at.record);
        } else {
            return at.scratch + Base::scratch_size + Base::scratch_per_sample * at.count + sample * kept;
        }
    }
};

namespace detail {

template <class Default, class... Options>
struct ActivationAmong {
    using type = Default;
};
template <class Default, class First, class... Rest>
struct ActivationAmong<Default, First, Rest...> {
    using type = typename std::conditional_t<is_activation<First>, ActivationAmong<First>, ActivationAmong<Default, Rest...>>::type;
};

/// The activation that the options ask for, else Default.
template <class Default, class... Options>
using activation_among = typename ActivationAmong<Default, Options...>::type;

template <class Base, class Function, Layout Out>
struct Activate {
    using type = ActivatedLayer<Base, Function, Out>;
};
template <class Base, Layout Out>
struct Activate<Base, Linear, Out> {
    using type = Base;
};

/// The linear layer with the activation behind it.
template <class Base, class Function, Layout Out>
using activated = typename Activate<Base, Function, Out>::type;

}  // namespace detail

static_assert(check_layer<Activation<GELU>, Shape{2, 2, 8}>());
static_assert(check_layer<Activation<Softmax>, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/options.hpp

namespace denim::inline DENIM_TARGET {

// Options of layers, written after the sizes in any order.

/// The windows stay inside the picture: out = (in - window) / stride + 1. The default.
struct Valid {};
/// Zeros around the picture: out = ceil(in / stride); an odd zero goes below and to the right, as in Keras.
struct Same {};
/// Zeros around the picture in numbers: as many all around, or so many above, to the left, below and to the right. Per axis out = (in + zeros -
/// window) / stride + 1. As in PyTorch and ONNX; of pools what lies outside of the picture does not count, whatever its name.
template <std::size_t... Zeros>
struct Padding {
    static_assert(sizeof...(Zeros) == 1 || sizeof...(Zeros) == 4,
                  "denim: Padding: one number was expected, or four: above, to the left, below and to the right.");
};
/// Of a pool: a last window that begins in the picture counts, though it reaches beyond the zeros around: out is rounded up. As PyTorch's
/// ceil_mode.
struct CeilMode {};
/// Of a pool of averages: the zeros of its Padding count. As PyTorch's count_include_pad, which is on by default there.
struct CountPadding {};
/// The step from one window to the next: one number for rows and columns, or Stride<Rows, Columns>.
template <std::size_t... Steps>
struct Stride {
    static_assert(sizeof...(Steps) == 1 || sizeof...(Steps) == 2, "denim: Stride: one number was expected, or two: of rows and of columns.");
    static_assert(((Steps > 0) && ...), "denim: Stride: the step from one window to the next must be at least 1.");
};
/// The taps of a window stand so many pixels apart, so that it reaches over (window - 1) * step + 1 of them: one number for rows and columns,
/// or Dilation<Rows, Columns>. Yu and Koltun (2016).
template <std::size_t... Steps>
struct Dilation {
    static_assert(sizeof...(Steps) == 1 || sizeof...(Steps) == 2, "denim: Dilation: one number was expected, or two: of rows and of columns.");
    static_assert(((Steps > 0) && ...), "denim: Dilation: the step from one tap to the next must be at least 1.");
};
/// Channels and filters are cut into Count runs, and a filter sees the channels of its own run. Krizhevsky et al. (2012).
template <std::size_t Count>
struct Groups {
    static_assert(Count > 0, "denim: Groups: there must be at least one group.");
};
/// No bias is added.
struct NoBias {};

/// Through the transform of the small convolutions.
struct Transformed {};
/// Which kernel computes a convolution, where the choice from its shapes does not suit: Algorithm<Direct> sums directly,
/// Algorithm<Transformed> goes through the transform (stride 1, windows of 3, 5 or 7).
template <class Family>
struct Algorithm {
    static_assert(std::same_as<Family, Direct> || std::same_as<Family, Transformed>,
                  "denim: Algorithm: the family must be Direct or Transformed.");
};
/// How the weights begin: Glorot and Bengio (2010), uniform unless another is asked for; He et al. (2015). The normal ones are
/// cut at two deviations, as in Keras.
struct GlorotUniform {};
struct GlorotNormal {};
struct HeUniform {};
struct HeNormal {};

/// The operation of a Pool.
struct Max {};
struct Average {};

/// Of a normalisation: what is added to the variance, more than 0.
template <Decimal Number>
struct Epsilon {
    static_assert(Number.value() > 0, "denim: Epsilon: a number above 0 was expected.");
    static constexpr double value = Number.value();
};
/// Of BatchNorm: which share of its running statistics each step keeps, as Keras has it; PyTorch's momentum is the rest.
template <Decimal Share>
struct Momentum {
    static_assert(Share.value() >= 0 && Share.value() < 1, "denim: Momentum: a number from 0 to less than 1 was expected.");
    static constexpr double value = Share.value();
};
/// Of a normalisation: channels are multiplied by nothing, or nothing is added to them.
struct NoGamma {};
struct NoBeta {};

namespace detail {

/// One number or two as rows and columns, each at least 1, as what is less was said to be wrong.
constexpr WindowSize steps_of(std::size_t rows, std::size_t columns) { return {std::max<std::size_t>(rows, 1), std::max<std::size_t>(columns, 1)}; }
template <std::size_t... Steps>
constexpr WindowSize steps_of() {
    constexpr std::array<std::size_t, sizeof...(Steps) + 1> steps{Steps..., 1};
    return steps_of(steps[0], steps[sizeof...(Steps) > 1 ? 1 : 0]);
}

/// Rows and columns from one window to the next, if the option is a Stride, and from one tap to the next if it is a Dilation; else 0.
template <class Option>
inline constexpr WindowSize step_of = 0;
template <std::size_t... Steps>
inline constexpr WindowSize step_of<Stride<Steps...>> = sizeof(Stride<Steps...>) ? steps_of<Steps...>() : 0;  // which says what is wrong
template <class Option>
inline constexpr WindowSize dilation_of = 0;
template <std::size_t... Steps>
inline constexpr WindowSize dilation_of<Dilation<Steps...>> = sizeof(Dilation<Steps...>) ? steps_of<Steps...>() : 0;
template <class Option>
inline constexpr bool is_stride = step_of<Option>.rows > 0;
template <class Option>
inline constexpr bool is_dilation = dilation_of<Option>.rows > 0;

template <class Option>
inline constexpr bool is_epsilon = false;
template <Decimal Number>
inline constexpr bool is_epsilon<Epsilon<Number>> = true;
template <class Option>
inline constexpr bool is_momentum = false;
template <Decimal Share>
inline constexpr bool is_momentum<Momentum<Share>> = true;

/// Zeros around the picture, if the option is a Padding.
template <class Option>
inline constexpr bool is_padding = false;
template <std::size_t... Zeros>
inline constexpr bool is_padding<Padding<Zeros...>> = sizeof(Padding<Zeros...>) > 0;
template <class Option>
inline constexpr Border zeros_of = {};
template <std::size_t All>
inline constexpr Border zeros_of<Padding<All>> = {All, All, All, All};
template <std::size_t Top, std::size_t Left, std::size_t Bottom, std::size_t Right>
inline constexpr Border zeros_of<Padding<Top, Left, Bottom, Right>> = {Top, Left, Bottom, Right};
template <class... Options>
constexpr Border zeros_among() {
    Border zeros{};
    ((zeros = is_padding<Options> ? zeros_of<Options> : zeros), ...);
    return zeros;
}

/// True if the option stands in the list.
template <class Option, class... Options>
inline constexpr bool has = (std::same_as<Option, Options> || ...);

template <class Option>
inline constexpr std::size_t group_count_of = 0;
template <std::size_t Count>
inline constexpr std::size_t group_count_of<Groups<Count>> = std::max(sizeof(Groups<Count>), Count);

constexpr std::size_t number_or(std::size_t number, std::size_t otherwise) { return number ? number : otherwise; }

/// The step that the options ask for, else `otherwise`; likewise the dilation and the groups, else 1.
template <class... Options>
constexpr WindowSize stride_or(WindowSize otherwise) {
    ((otherwise = is_stride<Options> ? step_of<Options> : otherwise), ...);
    return otherwise;
}
template <class... Options>
constexpr WindowSize dilation_among() {
    WindowSize dilation = 1;
    ((dilation = is_dilation<Options> ? dilation_of<Options> : dilation), ...);
    return dilation;
}
template <class... Options>
inline constexpr std::size_t groups_among = number_or(std::max({std::size_t{0}, group_count_of<Options>...}), 1);

template <class Option>
inline constexpr kernel::Choice choice_of = kernel::Choice::fastest;
template <>
inline constexpr kernel::Choice choice_of<Algorithm<Direct>> = kernel::Choice::direct;
template <>
inline constexpr kernel::Choice choice_of<Algorithm<Transformed>> = kernel::Choice::transformed;

/// The kernel that the options ask for.
template <class... Options>
constexpr kernel::Choice chosen_kernel() {
    kernel::Choice choice = kernel::Choice::fastest;
    ((choice = choice_of<Options> == kernel::Choice::fastest ? choice : choice_of<Options>), ...);
    return choice;
}

/// True if every option is one of Known, or a Stride or a Padding.
template <class... Known>
struct only {
    template <class... Options>
    static constexpr bool among = ((has<Options, Known...> || is_stride<Options> || is_padding<Options>) && ...);
};

template <class Option>
inline constexpr bool is_initialiser = has<Option, GlorotUniform, GlorotNormal, HeUniform, HeNormal>;

/// Of which kind an option is: of each kind a layer takes one.
enum class OptionKind { padding, stride, dilation, groups, bias, kernel, initialiser, activation, other };

template <class Option>
inline constexpr OptionKind kind_of = has<Option, Same, Valid> || is_padding<Option>       ? OptionKind::padding
                                      : is_stride<Option>                                  ? OptionKind::stride
                                      : is_dilation<Option>                                ? OptionKind::dilation
                                      : group_count_of<Option> > 0                         ? OptionKind::groups
                                      : has<Option, NoBias>                                ? OptionKind::bias
                                      : choice_of<Option> != kernel::Choice::fastest       ? OptionKind::kernel
                                      : is_initialiser<Option>                             ? OptionKind::initialiser
                                      : is_activation<Option>                              ? OptionKind::activation
                                                                                           : OptionKind::other;

/// True if no two options are of one kind.
template <class... Options>
consteval bool one_of_a_kind() {
    std::array<std::size_t, static_cast<std::size_t>(OptionKind::other) + 1> counts{};
    (++counts[static_cast<std::size_t>(kind_of<Options>)], ...);
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(OptionKind::other); ++kind)
        if (counts[kind] > 1) return false;
    return true;
}

template <class... Options>
constexpr Initial initial_of() {
    return has<HeUniform, Options...>      ? Initial::he_uniform
           : has<HeNormal, Options...>     ? Initial::he_normal
           : has<GlorotNormal, Options...> ? Initial::glorot_normal
                                           : Initial::glorot_uniform;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/window_axis.hpp

namespace denim::inline DENIM_TARGET {

/// How the windows of a convolution or a pool stand along one axis, rows or columns. Counts are of pixels.
struct WindowAxis {
    std::size_t reach = 1;   ///< pixels from the first tap of a window to its last
    std::size_t stride = 1;  ///< from one window to the next
    bool same = false;       ///< as many zeros as ceil(in / stride) windows need, the odd one behind
    std::size_t front = 0, back = 0;  ///< else these zeros
    bool ceil = false;       ///< a last window that begins in the picture may reach beyond the zeros behind

    /// Windows over `in` pixels, which they fit.
    [[nodiscard]] constexpr std::size_t count(std::size_t in) const {
        if (same) return in / stride + (in % stride != 0);
        const std::size_t steps = in + front + back - reach, whole = steps / stride + 1;
        return ceil && steps % stride != 0 && whole * stride < in + front ? whole + 1 : whole;
    }
    /// Pixels from the first one that a window touches to the last, zeros among them.
    [[nodiscard]] constexpr std::size_t touched(std::size_t in) const { return (count(in) - 1) * stride + reach; }
    /// Zeros in front of the first pixel, and behind the last as far as windows touch them.
    [[nodiscard]] constexpr std::size_t before(std::size_t in) const { return same ? (touched(in) > in ? (touched(in) - in) / 2 : 0) : front; }
    [[nodiscard]] constexpr std::size_t after(std::size_t in) const {
        return touched(in) > in + before(in) ? touched(in) - in - before(in) : 0;
    }
    [[nodiscard]] constexpr bool fits(std::size_t in) const { return in > 0 && (same || in + front + back >= reach); }
    /// Whether every window touches the picture, however small that is.
    [[nodiscard]] constexpr bool touches() const { return front < reach && back < reach; }
};

namespace detail {

/// The axes of windows that reach over so many pixels, by their options.
template <class... Options>
constexpr WindowAxis row_axis(WindowSize reach, WindowSize stride) {
    constexpr Border zeros = zeros_among<Options...>();
    return {reach.rows, stride.rows, has<Same, Options...>, zeros.top, zeros.bottom, has<CeilMode, Options...>};
}
template <class... Options>
constexpr WindowAxis column_axis(WindowSize reach, WindowSize stride) {
    constexpr Border zeros = zeros_among<Options...>();
    return {reach.columns, stride.columns, has<Same, Options...>, zeros.left, zeros.right, has<CeilMode, Options...>};
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv_windows.hpp

namespace denim::inline DENIM_TARGET {

/// A convolution bound to its geometry; Conv, and Conv with what fuses behind it, become this. For inference only what forward
/// reads is prepared.
template <kernel::Convolution Of, class Arithmetic, Mode For>
struct ConvLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    using Kernel = kernel::algorithm<Of, Arithmetic>;

    static constexpr const char* algorithm = Kernel::name;
    static constexpr std::size_t prepared_size = For == Mode::training ? Kernel::prepared_size : Kernel::forward_prepared_size;
    static constexpr std::size_t prepare_parts = For == Mode::training ? Kernel::prepare_parts : Kernel::forward_prepare_parts;
    static constexpr std::size_t accumulator_size = Kernel::accumulator_size, finish_parts = Kernel::finish_parts;
    static constexpr std::size_t scratch_size = For == Mode::training ? Kernel::scratch_size : Kernel::forward_scratch_size;
    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Of.operations();
    static constexpr bool backward_reads_output = Of.epilogue != kernel::Epilogue::linear, forward_reads_parameters = false;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t part) {
        Kernel::prepare(parameters, parameters + Of.weights(), prepared, part);
    }
    static void forward(const Forward<Scalar>& at) {
        Kernel::forward(at.input(), at.prepared, at.output, at.record, at.scratch, at.first_band, at.last_band);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Kernel::template backward<Input>(at.input(), at.output, at.output_gradient, at.prepared, at.input_gradient(), at.record,
                                         at.scratch, at.accumulator);
    }
    static void finish(const Finish<Scalar>& of, std::size_t part) {
        Kernel::finish(of.accumulator, of.gradients, of.gradients + Of.weights(), part);
    }
};

namespace detail {

/// An activation that kernels have in registers; linear for others.
template <class Function>
inline constexpr kernel::Epilogue epilogue_of = std::same_as<Function, ReLU>    ? kernel::Epilogue::relu
                                                : std::same_as<Function, ReLU6> ? kernel::Epilogue::relu6
                                                                                : kernel::Epilogue::linear;

}  // namespace detail

/// What the convolutions share: where the windows stand, and what their options say.
template <WindowSize Window, class... Options>
struct ConvWindows : SpecDefaults {
    static_assert(Window.count() > 0, "denim: Conv: the window needs at least one row and column.");

    static constexpr bool bias = !detail::has<NoBias, Options...>;
    using Function = detail::activation_among<ReLU, Options...>;
    static constexpr bool linear = std::same_as<Function, Linear>, relu = std::same_as<Function, ReLU>;
    static constexpr WindowSize stride = detail::stride_or<Options...>(1), dilation = detail::dilation_among<Options...>();
    static_assert((stride.rows == 1 || dilation.rows == 1) && (stride.columns == 1 || dilation.columns == 1),
                  "denim: Conv: a Stride and a Dilation of more than 1 along the same axis do not go together; leave one out.");
    static constexpr WindowSize reach{(Window.rows - 1) * dilation.rows + 1, (Window.columns - 1) * dilation.columns + 1};  ///< from the first tap to the last
    static constexpr kernel::Choice choice = detail::chosen_kernel<Options...>();
    static constexpr kernel::Epilogue epilogue = detail::epilogue_of<Function>;
    using Behind = std::conditional_t<epilogue == kernel::Epilogue::linear, Function, Linear>;  ///< the activation that is no epilogue

    static constexpr WindowAxis rows = detail::row_axis<Options...>(reach, stride), columns = detail::column_axis<Options...>(reach, stride);
    static_assert(rows.touches() && columns.touches(),
                  "denim: Conv: a Padding of less than the pixels that a window reaches over was expected, so that each window touches the picture.");

    static constexpr bool fits(Shape in) { return in.channels > 0 && rows.fits(in.height) && columns.fits(in.width); }

protected:
    /// The kernel's geometry; with Epilogue::relu_pool `out` is the pooled picture.
    static constexpr kernel::Convolution convolution(Layout in, Layout out, kernel::Epilogue with, std::size_t groups) {
        return {in,
                out,
                rows.count(in.shape.height),
                columns.count(in.shape.width),
                Window,
                stride,
                rows.before(in.shape.height),
                columns.before(in.shape.width),
                with,
                bias,
                choice,
                dilation,
                groups};
    }

    template <class Arithmetic>
    static constexpr Border border_of(Shape in, std::size_t filters, kernel::Epilogue with, std::size_t groups) {
        const Border touched{rows.before(in.height), columns.before(in.width), rows.after(in.height), columns.after(in.width)};
        const std::size_t pool = with == kernel::Epilogue::relu_pool ? 2 : 1;
        const Shape kept{rows.count(in.height) / pool, columns.count(in.width) / pool, filters};
        return kernel::border<Arithmetic>(convolution({in, touched}, {kept}, with, groups));
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv.hpp

// (H, W, C) -> (H', W', Filters): convolution, bias, activation. With reach = (rows of the window - 1) * dilation + 1,
// H' = (H + zeros - reach) / stride + 1, and with Same H' = ceil(H / stride). Columns alike. Weights (rows, columns, C / groups,
// Filters).

namespace denim::inline DENIM_TARGET {

/// Convolution with Filters kernels of Window, a side or Window<Rows, Columns>. Options: Same, Valid or Padding<...>, Stride<N> or Stride<Rows,
/// Columns>, Dilation<...> likewise, Groups<N>, an activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform,
/// GlorotNormal, HeUniform, HeNormal, Algorithm<Direct or Transformed>.
template <WindowSize Window, std::size_t Filters, class... Options>
struct Conv : ConvWindows<Window, Options...> {
    using Windows = ConvWindows<Window, Options...>;
    static constexpr std::size_t groups = detail::groups_among<Options...>;

    static_assert(Filters > 0, "denim: Conv: there must be at least one filter.");
    static constexpr bool known = ((detail::only<Same, Valid, NoBias>::among<Options> || detail::is_initialiser<Options> ||
                                    detail::passes_as_activation<Options> || detail::is_dilation<Options> ||
                                    detail::group_count_of<Options> > 0 || detail::choice_of<Options> != kernel::Choice::fastest) &&
                                   ...);
    static_assert(known,
                  "denim: Conv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, Groups<N>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, Algorithm<...>, or an activation.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: Conv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, "
                  "Dilation, Groups, initialiser, Algorithm and activation.");
    static_assert(Windows::choice != kernel::Choice::transformed ||
                      (Windows::stride == 1 && (Window == 3 || Window == 5 || Window == 7)),
                  "denim: Conv: Algorithm<Transformed> takes square windows of 3, 5 or 7 at stride 1; use Algorithm<Direct>, or leave "
                  "the choice out.");
    static_assert(Filters % groups == 0,
                  "denim: Conv: Groups<N> must divide the number of filters; each group has as many as the others.");

    static constexpr bool accepts(Shape in) { return Windows::fits(in) && in.channels % groups == 0; }
    static constexpr Shape output(Shape in) { return {Windows::rows.count(in.height), Windows::columns.count(in.width), Filters}; }
    static constexpr auto parameters(Shape in) {
        const std::size_t channels = in.channels / groups;
        const Parameter weights{"weights",          {Window.rows, Window.columns, channels, Filters}, detail::initial_of<Options...>(), true,
                                Moved::by_gradient, Window.count() * channels,          Window.count() * Filters};
        if constexpr (Windows::bias)
            return std::array{weights, Parameter{"bias", {Filters}}};
        else
            return std::array{weights};
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out, kernel::Epilogue with) {
        return Windows::convolution(in, out, with, groups);
    }
    template <class Arithmetic>
    static constexpr Border border(Shape in, kernel::Epilogue with = Windows::epilogue) {
        return Windows::template border_of<Arithmetic>(in, Filters, with, groups);
    }

    template <class Arithmetic, Layout Out, Layout In, Mode For>
    using BoundTo = detail::activated<ConvLayer<geometry(In, Out, Windows::epilogue), Arithmetic, For>,
                                      typename Windows::Behind, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(Windows::fits(In),
                      "denim: Conv: the window does not fit the picture that it gets; choose Same, a Padding or a smaller window, or "
                      "enlarge the image.");
        static_assert(In.channels % groups == 0,
                      "denim: Conv: Groups<N> must divide the channels that it gets; each group sees as many as the others.");
    };
};

static_assert(Spec<Conv<3, 8, Same, Stride<2>, Linear>>);
static_assert(check_layer<Conv<3, 8>, Shape{8, 8, 3}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/depthwise_conv.hpp

// (H, W, C) -> (H', W', C): each channel is convolved with a window of its own, H' and W' as those of Conv. Weights (rows,
// columns, C). Howard et al., "MobileNets" (2017).

namespace denim::inline DENIM_TARGET {

/// Convolution of each channel by itself, with windows of Window, a side or Window<Rows, Columns>. Options: Same, Valid or Padding<...>,
/// Stride<...>, Dilation<...>, an activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform, GlorotNormal, HeUniform,
/// HeNormal.
template <WindowSize Window, class... Options>
struct DepthwiseConv : ConvWindows<Window, Options...> {
    using Windows = ConvWindows<Window, Options...>;

    static constexpr bool known = ((detail::only<Same, Valid, NoBias>::among<Options> || detail::is_initialiser<Options> ||
                                    detail::passes_as_activation<Options> || detail::is_dilation<Options>) &&
                                   ...);
    static_assert(known,
                  "denim: DepthwiseConv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, or an activation.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: DepthwiseConv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, "
                  "Dilation, initialiser and activation.");

    static constexpr bool accepts(Shape in) { return Windows::fits(in); }
    static constexpr Shape output(Shape in) { return {Windows::rows.count(in.height), Windows::columns.count(in.width), in.channels}; }
    static constexpr auto parameters(Shape in) {
        // Keras counts the fans of the shape (rows, columns, C, 1).
        const Parameter weights{"weights",
                                {Window.rows, Window.columns, in.channels},
                                detail::initial_of<Options...>(),
                                true,
                                Moved::by_gradient,
                                Window.count() * in.channels,
                                Window.count()};
        if constexpr (Windows::bias)
            return std::array{weights, Parameter{"bias", {in.channels}}};
        else
            return std::array{weights};
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out, kernel::Epilogue with) {
        return Windows::convolution(in, out, with, in.shape.channels);
    }
    template <class Arithmetic>
    static constexpr Border border(Shape in) {
        return Windows::template border_of<Arithmetic>(in, in.channels, Windows::epilogue, in.channels);
    }

    template <class Arithmetic, Layout Out, Layout In, Mode For>
    using BoundTo = detail::activated<ConvLayer<geometry(In, Out, Windows::epilogue), Arithmetic, For>,
                                      typename Windows::Behind, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In),
                      "denim: DepthwiseConv: the window does not fit the picture that it gets; choose Same, a Padding or a "
                      "smaller window, or enlarge the image.");
    };
};

static_assert(Spec<DepthwiseConv<3, Same, Stride<2>, Linear>>);
static_assert(check_layer<DepthwiseConv<3>, Shape{8, 8, 16}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/separable_conv.hpp

// (H, W, C) -> (H', W', Filters): each channel convolved with a window of its own, H' and W' as those of Conv, then all of them at each pixel.
// Chollet, "Xception: Deep learning with depthwise separable convolutions" (2017).

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Whether an option is about the windows, so of the first of both convolutions alone; an initialiser is of both, the others of the second.
template <class Option>
inline constexpr bool is_about_windows = has<Option, Same, Valid> || is_stride<Option> || is_padding<Option> || is_dilation<Option>;
template <class Option>
inline constexpr bool is_of_separable_conv =
    is_about_windows<Option> || is_initialiser<Option> || has<Option, NoBias> || passes_as_activation<Option>;

/// A list of the option, or of nothing.
template <bool Takes, class Option>
using listed_if = std::conditional_t<Takes, List<Option>, List<>>;

template <WindowSize Window, std::size_t Filters, class OfWindows, class OfPixels>
struct SeparableList;
template <WindowSize Window, std::size_t Filters, class... OfWindows, class... OfPixels>
struct SeparableList<Window, Filters, List<OfWindows...>, List<OfPixels...>> {
    using type = List<DepthwiseConv<Window, OfWindows..., NoBias, Linear>, Conv<1, Filters, OfPixels...>>;
};

}  // namespace detail

/// DepthwiseConv<Window, ..., NoBias, Linear> and Conv<1, Filters, ...>, as Keras's SeparableConv2D. Options: Same, Valid or Padding<...>,
/// Stride<...>, Dilation<...>, an activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform, GlorotNormal, HeUniform,
/// HeNormal, which is for both. Rows as those of Sequential of both.
template <WindowSize Window, std::size_t Filters, class... Options>
struct SeparableConv {
    static constexpr bool known = (detail::is_of_separable_conv<Options> && ...), agree = detail::one_of_a_kind<Options...>();
    static_assert(known,
                  "denim: SeparableConv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, or an activation.");
    static_assert(agree,
                  "denim: SeparableConv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, "
                  "Dilation, initialiser and activation.");

    template <class Option>
    static constexpr bool of_windows = known && agree && (detail::is_about_windows<Option> || detail::is_initialiser<Option>);
    template <class Option>
    static constexpr bool of_pixels = known && agree && !detail::is_about_windows<Option>;

    using OfWindows = typename detail::Joined<List<>, detail::listed_if<of_windows<Options>, Options>...>::type;
    using OfPixels = typename detail::Joined<List<>, detail::listed_if<of_pixels<Options>, Options>...>::type;
    using Expanded = typename detail::SeparableList<Window, Filters, OfWindows, OfPixels>::type;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/windows.hpp

namespace denim::inline DENIM_TARGET::kernel {

/// The windows of a pool: window (y, x) begins at row y * stride.rows - top and column x * stride.columns - left; what lies outside of the
/// picture does not count.
struct Windows {
    WindowSize size = 2, stride = 2;
    std::size_t top = 0, left = 0;
    bool clipped = false;  ///< some windows reach beyond the picture
    bool counts_padding = false;  ///< a mean counts the zeros around the picture, of which so many stand below and to the right
    std::size_t bottom = 0, right = 0;

    /// The first row of window number `y` that lies inside the picture, and behind the last one if that has `height` rows; columns likewise.
    [[nodiscard]] constexpr std::size_t first_row(std::size_t y) const { return first(y * stride.rows, top); }
    [[nodiscard]] constexpr std::size_t last_row(std::size_t y, std::size_t height) const { return last(y * stride.rows, top, height, size.rows); }
    [[nodiscard]] constexpr std::size_t first_column(std::size_t x) const { return first(x * stride.columns, left); }
    [[nodiscard]] constexpr std::size_t last_column(std::size_t x, std::size_t width) const {
        return last(x * stride.columns, left, width, size.columns);
    }

    /// Places of window (y, x) that count: inside the picture, or inside of the zeros around it.
    [[nodiscard]] constexpr std::size_t places(std::size_t y, std::size_t x, std::size_t height, std::size_t width) const {
        if (!clipped) return size.count();
        if (counts_padding) return last_row(y, height + bottom) * last_column(x, width + right);
        return (last_row(y, height) - first_row(y)) * (last_column(x, width) - first_column(x));
    }

    friend constexpr bool operator==(const Windows&, const Windows&) = default;

private:
    static constexpr std::size_t first(std::size_t at, std::size_t before) { return at < before ? before - at : 0; }
    static constexpr std::size_t last(std::size_t at, std::size_t before, std::size_t extent, std::size_t size) {
        return std::min(size, extent + before - at);
    }
};

/// Calls each(i, j) for every place of window (y, x) inside a picture of `height` rows and `width` columns.
template <Windows Of, std::size_t Height, std::size_t Width, class Each>
constexpr void each_place(std::size_t y, std::size_t x, Each each) {
    const std::size_t top = Of.clipped ? Of.first_row(y) : 0, left = Of.clipped ? Of.first_column(x) : 0;
    const std::size_t bottom = Of.clipped ? Of.last_row(y, Height) : Of.size.rows, right = Of.clipped ? Of.last_column(x, Width) : Of.size.columns;
    for (std::size_t i = top; i < bottom; ++i)
        for (std::size_t j = left; j < right; ++j) each(i, j);
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/plain_pool.hpp

// The plain twins of pool.hpp, for any scalar.

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

template <Layout Out, Layout In, Windows Of>
struct PoolLoops {
    static constexpr std::size_t place(std::size_t y, std::size_t x, std::size_t c, std::size_t q) {
        return In.offset(y * Of.stride.rows + q / Of.size.columns - Of.top, x * Of.stride.columns + q % Of.size.columns - Of.left) + c;
    }
    /// Every number of the output, with its place in (H, W, C) order.
    template <class Each>
    static void for_each(Each each) {
        std::size_t n = 0;
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x)
                for (std::size_t c = 0; c < Out.shape.channels; ++c) each(y, x, c, n++);
    }
    template <class Scalar>
    static void clear(Scalar* input_gradient) {
        for (std::size_t y = 0; y < In.shape.height; ++y) std::fill_n(input_gradient + In.offset(y, 0), In.shape.width * In.stride, Scalar{0});
    }
};

}  // namespace detail

/// out(y, x, c) = the largest of in(y * stride.rows + i - top, x * stride.columns + j - left, c) over the window. The record keeps which of
/// them it is, i * size.columns + j, the first of equals. A NaN is larger than all, the first of them wins.
template <Layout Out, Layout In, Windows Of, class Scalar>
struct PlainMaxPool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static_assert(Of.size.count() <= 256, "denim: MaxPool: windows of more than 256 pixels are not supported.");
    static constexpr std::size_t bands = 1, record_size = Out.shape.size();  ///< bytes

    /// `record` may be null.
    static void forward(const Scalar* input, Scalar* output, std::uint8_t* record, std::size_t /*first*/, std::size_t /*last*/) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            std::size_t winner = Of.size.count();
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                const std::size_t q = i * Of.size.columns + j;
                if (winner == Of.size.count() || outranks(input[Loops::place(y, x, c, q)], input[Loops::place(y, x, c, winner)])) winner = q;
            });
            output[Out.offset(y, x) + c] = input[Loops::place(y, x, c, winner)];
            if (record) record[n] = static_cast<std::uint8_t>(winner);
        });
    }

    /// Each gradient goes to the number that won.
    template <Gradient Input>
    static void backward(const Scalar* output_gradient, const std::uint8_t* record, Scalar* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write) Loops::clear(input_gradient);
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            input_gradient[Loops::place(y, x, c, record[n])] += output_gradient[Out.offset(y, x) + c];
        });
    }
};

/// out(y, x, c) = the mean of the window's numbers that lie inside the picture.
template <Layout Out, Layout In, Windows Of, class Scalar>
struct PlainAveragePool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static constexpr std::size_t bands = 1, record_size = 0;

    static void forward(const Scalar* input, Scalar* output, std::uint8_t* /*record*/, std::size_t /*first*/, std::size_t /*last*/) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            Scalar sum{0};
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                sum += input[Loops::place(y, x, c, i * Of.size.columns + j)];
            });
            output[Out.offset(y, x) + c] = sum / count(y, x);
        });
    }

    template <Gradient Input>
    static void backward(const Scalar* output_gradient, const std::uint8_t* /*record*/, Scalar* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write) Loops::clear(input_gradient);
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            const Scalar gradient = output_gradient[Out.offset(y, x) + c] / count(y, x);
            each_place<Of, In.shape.height, In.shape.width>(
                y, x, [&](std::size_t i, std::size_t j) { input_gradient[Loops::place(y, x, c, i * Of.size.columns + j)] += gradient; });
        });
    }

private:
    static Scalar count(std::size_t y, std::size_t x) { return static_cast<Scalar>(Of.places(y, x, In.shape.height, In.shape.width)); }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/pool.hpp

// Max and average pooling in float, vectors along the channels. Kernels are templates over the window, and told everything else.

namespace denim::inline DENIM_TARGET::kernel {

/// A pool as its kernels are told it.
struct PoolSizes {
    Layout out, in;
    Windows of;

    /// Channels in whole vectors: as many bytes a pixel of the output has in a record.
    [[nodiscard]] constexpr std::size_t padded() const { return round_up(out.shape.channels, simd::lanes<float>); }
    /// Numbers of a pixel that go by whole vectors: all of them, or, where one of the pictures has no room for the last, those before it.
    [[nodiscard]] constexpr std::size_t whole() const {
        return padded() <= out.stride && padded() <= in.stride ? padded() : out.shape.channels / simd::lanes<float> * simd::lanes<float>;
    }
    /// True if every number of the input stands in one window: no zeros before backward.
    [[nodiscard]] constexpr bool tiled() const {
        return !of.clipped && of.stride == of.size && out.shape.height * of.stride.rows == in.shape.height &&
               out.shape.width * of.stride.columns == in.shape.width && padded() == in.stride;
    }
};

namespace detail {

/// Numbers of a vector, of which the last may be cut.
struct WholeVector {
    static simd::Vector<float> load(const float* from) { return simd::load(from); }
    static void store(float* to, simd::Vector<float> value) { simd::store(to, value); }
};
struct CutVector {
    std::size_t count;
    [[nodiscard]] simd::Vector<float> load(const float* from) const { return simd::load_first(from, count); }
    void store(float* to, simd::Vector<float> value) const { simd::store_first(to, value, count); }
};

/// The places of one window that lie inside the picture.
template <WindowSize Size, bool Clipped>
struct PoolWindow {
    std::size_t y, x;  // of the output
    std::size_t top = 0, left = 0, bottom = Size.rows, right = Size.columns;

    PoolWindow(const PoolSizes& sizes, std::size_t row, std::size_t column) : y(row), x(column) {
        if constexpr (Clipped) {
            top = sizes.of.first_row(y), bottom = sizes.of.last_row(y, sizes.in.shape.height);
            left = sizes.of.first_column(x), right = sizes.of.last_column(x, sizes.in.shape.width);
        }
    }
    [[nodiscard]] bool whole() const { return top == 0 && left == 0 && bottom == Size.rows && right == Size.columns; }
    /// Calls each(numbers behind the window's corner, number of the place) for every one of them.
    template <class Each>
    DENIM_INLINE void each_place(const PoolSizes& sizes, Each each) const {
        const std::size_t row = sizes.in.row(), pixel = sizes.in.stride;
        for (std::size_t i = Clipped ? top : 0; i < (Clipped ? bottom : Size.rows); ++i)
            for (std::size_t j = Clipped ? left : 0; j < (Clipped ? right : Size.columns); ++j) each(i * row + j * pixel, i * Size.columns + j);
    }
};

/// Calls each(window, corner of the window in the input, place in the output, place in the record, a vector's numbers) for every vector of
/// channels of every window, or of those in the rows of the output from `first` to before `last`.
template <WindowSize Size, bool Clipped, class Each>
DENIM_INLINE void each_pool_vector(const PoolSizes& of, std::size_t first, std::size_t last, Each each) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t whole = of.whole(), channels = of.out.shape.channels;
    std::size_t record = first * of.out.shape.width * of.padded();
    for (std::size_t y = first; y < last; ++y)
        for (std::size_t x = 0; x < of.out.shape.width; ++x, record += of.padded()) {
            const std::size_t in = of.in.offset(y * of.of.stride.rows - of.of.top, x * of.of.stride.columns - of.of.left), out = of.out.offset(y, x);
            const auto vectors = [&](const auto& window) {
                for (std::size_t c = 0; c < whole; c += lanes) each(window, in + c, out + c, record + c, WholeVector{});
                if (whole < channels) each(window, in + whole, out + whole, record + whole, CutVector{channels - whole});
            };
            const PoolWindow<Size, Clipped> window{of, y, x};
            if (Clipped && !window.whole())
                vectors(window);
            else
                vectors(PoolWindow<Size, false>{of, y, x});  // all of its places, which are constants
        }
}

}  // namespace detail

/// The largest of each window; which of its places won goes to `record`, unless that is null.
template <WindowSize Size, bool Clipped>
DENIM_KERNEL void max_pool(const PoolSizes& sizes, const float* input, float* output, std::uint8_t* record, std::size_t first_row, std::size_t last_row) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, first_row, last_row, [&](const auto& window, std::size_t in, std::size_t out, std::size_t at, auto part) {
        const std::size_t first = window.top * Size.columns + window.left;
        auto best = part.load(input + in + window.top * of.in.row() + window.left * of.in.stride);
        auto winner = simd::broadcast(static_cast<float>(first));
        window.each_place(of, [&](std::size_t place, std::size_t number) {
            if (number == first) return;
            const auto candidate = part.load(input + in + place);
            const auto stays = simd::stays_largest(best, candidate);
            best = simd::select(stays, best, candidate);
            winner = simd::select(stays, winner, simd::broadcast(static_cast<float>(number)));
        });
        part.store(output + out, best);
        if (record) simd::store_bytes(record + at, winner);
    });
}

/// The gradient to each winner, and zero to the others, written or added.
template <WindowSize Size, bool Clipped>
DENIM_KERNEL void max_pool_gradient(const PoolSizes& sizes, bool add, const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, 0, of.out.shape.height, [&](const auto& window, std::size_t in, std::size_t out, std::size_t at, auto part) {
        const auto gradient = part.load(output_gradient + out), winner = simd::load_bytes(record + at);
        window.each_place(of, [&](std::size_t place, std::size_t number) {
            float* const to = input_gradient + in + place;
            const auto won = winner == simd::broadcast(static_cast<float>(number));
            const auto value = simd::select(won, gradient, simd::broadcast(0.0f));
            part.store(to, add ? value + part.load(to) : value);
        });
    });
}

namespace detail {

DENIM_INLINE simd::Vector<float> share_of_window(const PoolSizes& of, std::size_t y, std::size_t x) {
    return simd::broadcast(1.0f / static_cast<float>(of.of.places(y, x, of.in.shape.height, of.in.shape.width)));
}

}  // namespace detail

/// The mean of each window.
template <WindowSize Size, bool Clipped>
DENIM_KERNEL void average_pool(const PoolSizes& sizes, const float* input, float* output, std::size_t first_row, std::size_t last_row) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, first_row, last_row, [&](const auto& window, std::size_t in, std::size_t out, std::size_t, auto part) {
        auto sum = simd::broadcast(0.0f);
        window.each_place(of, [&](std::size_t place, std::size_t) { sum = sum + part.load(input + in + place); });
        part.store(output + out, sum * detail::share_of_window(of, window.y, window.x));
    });
}

template <WindowSize Size, bool Clipped>
DENIM_KERNEL void average_pool_gradient(const PoolSizes& sizes, bool add, const float* output_gradient, float* input_gradient) {
    const PoolSizes of = sizes;
    detail::each_pool_vector<Size, Clipped>(of, 0, of.out.shape.height, [&](const auto& window, std::size_t in, std::size_t out, std::size_t, auto part) {
        const auto gradient = part.load(output_gradient + out) * detail::share_of_window(of, window.y, window.x);
        window.each_place(of, [&](std::size_t place, std::size_t) {
            float* const to = input_gradient + in + place;
            part.store(to, add ? gradient + part.load(to) : gradient);
        });
    });
}

/// Zeros behind the channels of a pool's output, where its kernel wrote nothing.
void fill_pool_rest(const PoolSizes& of, float* output, std::size_t first_row, std::size_t last_row);
/// Whether a backward kernel adds: not where windows that tile the picture write. Zeros for those that add to what nobody wrote.
bool clear_pool_gradient(const PoolSizes& of, Gradient mode, float* input_gradient);

/// The same interface and the same winners as PlainMaxPool. The record is (row, column, channels rounded up to whole vectors).
template <Layout Out, Layout In, Windows Of>
struct MaxPool {
private:
    static constexpr PoolSizes sizes{Out, In, Of};

public:
    static_assert(Of.size.count() <= 256, "denim: MaxPool: windows of more than 256 pixels are not supported.");
    static constexpr std::size_t bands = Out.shape.height;                                            ///< its rows
    static constexpr std::size_t record_size = Out.shape.height * Out.shape.width * sizes.padded();  ///< bytes

    /// `record` may be null.
    static void forward(const float* input, float* output, std::uint8_t* record, std::size_t first, std::size_t last) {
        max_pool<Of.size, Of.clipped>(sizes, input, output, record, first, last);
        fill_pool_rest(sizes, output, first, last);
    }
    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
        if constexpr (Input != Gradient::none)
            max_pool_gradient<Of.size, Of.clipped>(sizes, clear_pool_gradient(sizes, Input, input_gradient), output_gradient, record, input_gradient);
    }
};

/// The mean of each window; what lies outside of the picture does not count, as in Keras.
template <Layout Out, Layout In, Windows Of>
struct AveragePool {
private:
    static constexpr PoolSizes sizes{Out, In, Of};

public:
    static constexpr std::size_t bands = Out.shape.height, record_size = 0;

    static void forward(const float* input, float* output, std::uint8_t* /*record*/, std::size_t first, std::size_t last) {
        average_pool<Of.size, Of.clipped>(sizes, input, output, first, last);
        fill_pool_rest(sizes, output, first, last);
    }
    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* /*record*/, float* input_gradient) {
        if constexpr (Input != Gradient::none)
            average_pool_gradient<Of.size, Of.clipped>(sizes, clear_pool_gradient(sizes, Input, input_gradient), output_gradient, input_gradient);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/layer/pool.hpp

// (H, W, C) -> (H', W', C): the largest number, or the mean, of each window, channel by channel. H' = (H + zeros - rows of the window) / stride
// + 1, and with Same H' = ceil(H / stride). Columns alike. What lies outside of the picture does not count, unless an average is told so.

namespace denim::inline DENIM_TARGET {

/// A pool bound to its layouts. A max pool records which number of each window won (row by row; the first of equals), and its
/// backward gives the gradient to it.
template <class Kernel, class Number, Layout Out>
struct PoolLayer : LayerDefaults<Number> {
    using Scalar = Number;
    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Out.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        Kernel::forward(at.input(), at.output, at.record, at.first_band, at.last_band);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Kernel::template backward<Input>(at.output_gradient, at.record, at.input_gradient());
    }
};

/// Pooling over windows of Window, a side or Window<Rows, Columns>; the step is the window's size unless Stride<N> or Stride<Rows, Columns>
/// says otherwise. Operation: Max or Average. Options: Same, Valid or Padding<...>, Stride<...>, CeilMode; of an average CountPadding.
template <class Operation, WindowSize Window, class... Options>
struct Pool : SpecDefaults {
    static_assert(std::same_as<Operation, Max> || std::same_as<Operation, Average>, "denim: Pool: the operation must be Max or Average.");
    static_assert(Window.count() > 0, "denim: Pool: the window needs at least one row and column.");
    static_assert(detail::only<Same, Valid, CeilMode, CountPadding>::among<Options...>,
                  "denim: Pool: an option is not one of Same, Valid, Padding<...>, Stride<...>, CeilMode, CountPadding.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: Pool: options contradict each other; take one at most of Same, Valid and Padding, and one Stride.");

    static constexpr WindowSize stride = detail::stride_or<Options...>(detail::steps_of(Window.rows, Window.columns));
    static constexpr bool counts_padding = detail::has<CountPadding, Options...>;
    static constexpr WindowAxis rows = detail::row_axis<Options...>(Window, stride), columns = detail::column_axis<Options...>(Window, stride);
    static_assert(Window.count() == 0 || (rows.touches() && columns.touches()),
                  "denim: Pool: a Padding of less than the window's size was expected, so that each window touches the picture.");
    static_assert(!detail::has<CeilMode, Options...> || !detail::has<Same, Options...>,
                  "denim: Pool: CeilMode and Same do not go together; Same has a window for each step already.");
    static_assert(!counts_padding || std::same_as<Operation, Average>, "denim: Pool: CountPadding is an option of Pool<Average, ...>.");

    static constexpr kernel::Windows windows(Shape in) {
        const auto clips = [](const WindowAxis& axis, std::size_t size) { return axis.before(size) > 0 || axis.after(size) > 0; };
        return {.size = Window,
                .stride = stride,
                .top = rows.before(in.height),
                .left = columns.before(in.width),
                .clipped = clips(rows, in.height) || clips(columns, in.width),
                .counts_padding = counts_padding,
                .bottom = rows.back,
                .right = columns.back};
    }

    static constexpr bool accepts(Shape in) { return in.channels > 0 && rows.fits(in.height) && columns.fits(in.width); }
    static constexpr Shape output(Shape in) { return {rows.count(in.height), columns.count(in.width), in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    struct Kernel {
        using Scalar = typename Arithmetic::Scalar;
        static constexpr kernel::Windows of = windows(In.shape);
        using Plain = std::conditional_t<std::same_as<Operation, Max>,
                kernel::PlainMaxPool<Out, In, of, Scalar>, kernel::PlainAveragePool<Out, In, of, Scalar>>;
        using Quick = std::conditional_t<std::same_as<Operation, Max>, kernel::MaxPool<Out, In, of>, kernel::AveragePool<Out, In, of>>;
        using type = std::conditional_t<Arithmetic::plain, Plain, Quick>;
    };
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PoolLayer<typename Kernel<Arithmetic, Out, In>::type, typename Arithmetic::Scalar, Out>;

    template <Shape In>
    struct Problem {
        static_assert(!std::same_as<Operation, Max> || accepts(In),
                      "denim: MaxPool: the window does not fit the picture that it gets; remove a pool or enlarge the image.");
        static_assert(std::same_as<Operation, Max> || accepts(In),
                      "denim: Pool: the window does not fit the picture that it gets; remove a pool or enlarge the image.");
    };
};

/// The largest of each 2 x 2 window, at stride 2.
using MaxPool = Pool<Max, 2>;

static_assert(check_layer<MaxPool, Shape{5, 4, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv_pool.hpp

namespace denim::inline DENIM_TARGET {

/// Conv with ReLU, then a 2 x 2 pool: the picture before the pool is never stored, the pool keeps the place of its maximum. Where
/// every channel has a group of its own, the depthwise kernel, which knows no pool, is quicker.
template <class Arithmetic, Mode For, WindowSize Window, std::size_t Filters, class... Options>
    requires(!Arithmetic::plain && Conv<Window, Filters, Options...>::relu && Conv<Window, Filters, Options...>::dilation == 1 &&
             (Conv<Window, Filters, Options...>::groups == 1 || Conv<Window, Filters, Options...>::groups < Filters))
struct Fused<Arithmetic, For, Conv<Window, Filters, Options...>, MaxPool> : SpecDefaults {
    using Convolution = Conv<Window, Filters, Options...>;
    static constexpr bool exists = true;

    template <class>
    static constexpr Border border(Shape in) {
        return Convolution::template border<Arithmetic>(in, kernel::Epilogue::relu_pool);
    }

    template <class, Layout Out, Layout In>
    using Layer = ConvLayer<Convolution::geometry(In, Out, kernel::Epilogue::relu_pool), Arithmetic, For>;
};

static_assert(check_fused<Mode::training, Shape{8, 8, 3}, Conv<1, 8>, MaxPool>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/part_of_picture.hpp

// A picture and a part of it, some of its rows, columns and channels: the numbers of one to the other. Pad, Crop, Slice and SplitChannels
// move these.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The part begins at this pixel and channel of the whole.
template <Layout Whole, Layout Part, std::size_t Top, std::size_t Left, std::size_t First>
struct PartOfPicture {
    static constexpr std::size_t channels = Part.shape.channels;

    /// The numbers of the part, as `To` says what becomes of them.
    template <Gradient To, class Scalar>
    static void take(const Scalar* whole, Scalar* part) {
        for_each_row_and_column<Part.shape>(
            [&](std::size_t y, std::size_t x) { move<To>(whole + Whole.offset(Top + y, Left + x) + First, part + Part.offset(y, x)); });
    }
    /// The way back: where numbers are written, zeros are what lies outside of the part.
    template <Gradient To, class Scalar>
    static void put(const Scalar* part, Scalar* whole) {
        if constexpr (To == Gradient::write) clear_outside(whole);
        for_each_row_and_column<Part.shape>(
            [&](std::size_t y, std::size_t x) { move<To>(part + Part.offset(y, x), whole + Whole.offset(Top + y, Left + x) + First); });
    }

private:
    template <Gradient To, class Scalar>
    static void move(const Scalar* from, Scalar* to) {
        if constexpr (To == Gradient::write)
            std::copy_n(from, channels, to);
        else if constexpr (To == Gradient::add)
            for (std::size_t c = 0; c < channels; ++c) to[c] += from[c];
    }
    template <class Scalar>
    static void clear_outside(Scalar* whole) {
        constexpr std::size_t all = Whole.shape.channels, behind = First + channels;
        for_each_row_and_column<Whole.shape>([&](std::size_t y, std::size_t x) {
            Scalar* pixel = whole + Whole.offset(y, x);
            if (y < Top || y >= Top + Part.shape.height || x < Left || x >= Left + Part.shape.width) {
                std::fill_n(pixel, all, Scalar{0});
            } else {
                std::fill_n(pixel, First, Scalar{0});
                std::fill_n(pixel + behind, all - behind, Scalar{0});
            }
        });
    }
};

}  // namespace detail

/// A part of what comes, bound to its layouts: Crop and Slice.
template <class Arithmetic, Layout Out, Layout In, std::size_t Top, std::size_t Left, std::size_t First>
struct PartLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) { Part::template take<Gradient::write>(at.input(), at.output); }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none) Part::template put<Input>(at.output_gradient, at.input_gradient());
    }

private:
    using Part = detail::PartOfPicture<In, Out, Top, Left, First>;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/pad.hpp

// (H, W, C) -> (top + H + bottom, left + W + right, C): zeros around a picture, as a layer. The option Padding of Conv and Pool has no pass of
// its own.

namespace denim::inline DENIM_TARGET {

/// Such a picture bound to its layouts: what came is a part of what leaves.
template <class Arithmetic, Layout Out, Layout In, Border Zeros>
struct PadLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) { Part::template put<Gradient::write>(at.input(), at.output); }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none) Part::template take<Input>(at.output_gradient, at.input_gradient());
    }

private:
    using Part = detail::PartOfPicture<Out, In, Zeros.top, Zeros.left, 0>;
};

/// Zeros around a picture: Pad<1> all around, Pad<0, 0, 1, 1> as many above, to the left, below and to the right. A number that is a NaN stays one.
template <std::size_t... Zeros>
struct Pad : SpecDefaults {
    static_assert(sizeof...(Zeros) == 1 || sizeof...(Zeros) == 4,
                  "denim: Pad: one number was expected, or four: above, to the left, below and to the right.");

    static constexpr Border zeros = detail::zeros_of<Padding<Zeros...>>;

    static constexpr Shape output(Shape in) { return {zeros.top + in.height + zeros.bottom, zeros.left + in.width + zeros.right, in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PadLayer<Arithmetic, Out, In, zeros>;
};

// The closing line stands in tests/runtime/layer/pad.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/crop.hpp

// (H, W, C) -> (H - top - bottom, W - left - right, C): a picture without some of its rows and columns.

namespace denim::inline DENIM_TARGET {

/// Takes pixels away: Crop<1> all around, Crop<0, 0, 1, 1> as many above, to the left, below and to the right. A number that stays is as it
/// was, a NaN too; to what is taken away goes a gradient of zero.
template <std::size_t... Pixels>
struct Crop : SpecDefaults {
    static_assert(sizeof...(Pixels) == 1 || sizeof...(Pixels) == 4,
                  "denim: Crop: one number was expected, or four: above, to the left, below and to the right.");

    static constexpr Border edge = detail::zeros_of<Padding<Pixels...>>;

    static constexpr bool accepts(Shape in) { return in.height > edge.top + edge.bottom && in.width > edge.left + edge.right; }
    static constexpr Shape output(Shape in) { return {in.height - edge.top - edge.bottom, in.width - edge.left - edge.right, in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PartLayer<Arithmetic, Out, In, edge.top, edge.left, 0>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Crop: nothing is left of the picture that it gets; take less away or enlarge the image.");
    };
};

// The closing line stands in tests/runtime/layer/crop.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/slice.hpp

// (H, W, C) -> (H, W, Count): some of the channels, one behind the other.

namespace denim::inline DENIM_TARGET {

/// The channels from First to First + Count - 1 of what comes: Slice<0, 16>, x[..., First:First + Count]. A number that stays is as it was, a
/// NaN too; to other channels goes a gradient of zero. SplitChannels gives each of its branches a run of channels.
template <std::size_t First, std::size_t Count>
struct Slice : SpecDefaults {
    static_assert(Count > 0, "denim: Slice: at least one channel was expected.");

    static constexpr bool channels_in_order = true;  // a picture that was flattened otherwise has other channels there

    static constexpr bool accepts(Shape in) { return First < in.channels && Count <= in.channels - First; }
    static constexpr Shape output(Shape in) { return {in.height, in.width, Count}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PartLayer<Arithmetic, Out, In, 0, 0, First>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Slice: the picture that it gets has no such channels; First + Count must not be more than it has.");
    };
};

// The closing line stands in tests/runtime/layer/slice.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/shuffle_channels.hpp

// Shape kept: the channels of each pixel in another order, the first of every group, then the second of every group, and so on. Zhang et al.,
// "ShuffleNet" (2018).

namespace denim::inline DENIM_TARGET {

/// The order bound to its layouts: channel `n` of group `g` becomes channel n * Groups + g.
template <class Arithmetic, Layout Out, Layout In, std::size_t Groups>
struct ShuffleLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t bands = In.shape.height;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            const Scalar* from = at.input() + in;
            Scalar* to = at.output + out;
            each_channel([&](std::size_t before, std::size_t behind) { to[behind] = from[before]; });
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Scalar* from = at.output_gradient + out;
                Scalar* to = at.input_gradient() + in;
                each_channel([&](std::size_t before, std::size_t behind) {
                    to[before] = Input == Gradient::add ? to[before] + from[behind] : from[behind];
                });
            });
    }

private:
    template <class Act>
    static void each_channel(Act act) {
        constexpr std::size_t size = In.shape.channels / Groups;
        for (std::size_t n = 0; n < size; ++n)
            for (std::size_t group = 0; group < Groups; ++group) act(group * size + n, n * Groups + group);
    }
};

/// What grouped convolutions see next comes from every group: ShuffleChannels<2> behind a SplitChannels or a Conv<1, 64, Groups<2>>. Numbers
/// move and none changes, a NaN neither.
template <std::size_t Groups>
struct ShuffleChannels : SpecDefaults {
    static_assert(Groups > 0, "denim: ShuffleChannels: at least one group was expected.");

    static constexpr bool channels_in_order = Groups > 1;  // a picture that was flattened otherwise has other groups

    static constexpr bool accepts(Shape in) { return in.channels % std::max<std::size_t>(Groups, 1) == 0; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ShuffleLayer<Arithmetic, Out, In, std::max<std::size_t>(Groups, 1)>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: ShuffleChannels: its groups must divide the channels that it gets.");
    };
};

// The closing line stands in tests/runtime/layer/shuffle_channels.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/share_tile.hpp

// Products summed over the samples of a batch, by its shares. Two shares that are neighbours fill the registers together; the sums
// of pairs wait in the first-level cache until their neighbour's is there. So no share's sums go through memory.

namespace denim::inline DENIM_TARGET::kernel {

/// Numbers of each sample of a batch, `distance` apart.
struct SampleRows {
    const float* numbers;
    std::size_t distance;
};

/// A tile of `Rows` rows by two vectors: c[p][o] = sum over samples n of a[n][p] * b[n][o].
template <std::size_t Rows>
class ShareTile {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, columns = 2 * lanes;
    static constexpr std::size_t most_levels = 24;  // of the tree of shares: 16 million of them

public:
    /// Writes the first `width` columns of c. Each share is summed in the order of its samples, then the shares as join_in_pairs
    /// adds. Of b whole vectors are read.
    static void run(SampleRows a, SampleRows b, const Shares& shares, float* c, std::size_t c_distance, std::size_t width) {
        for (std::size_t p = 0; p < Rows; ++p)  // they come while the tile is computed
            for (std::size_t n = 0; n < width; n += 16) simd::prefetch(c + p * c_distance + n);
        alignas(64) float held[most_levels][Rows * columns];
        std::size_t share = 0;
        for (; share + 2 <= shares.count; share += 2) add<2>(a, b, shares, share, held, c, c_distance, width);
        if (share < shares.count) add<1>(a, b, shares, share, held, c, c_distance, width);
    }

private:
    // The next share or two, of which only the last may have fewer samples. After so many shares, what is held are the subtrees
    // that their number is made of: the next take in those that wait for them, the last ones all.
    template <std::size_t Count>
    DENIM_INLINE static void add(SampleRows a, SampleRows b, const Shares& shares, std::size_t share, float (*held)[Rows * columns],
                                 float* c, std::size_t c_distance, std::size_t width) {
        Vector sums[Count][Rows][2];
#pragma GCC unroll 2
        for (std::size_t s = 0; s < Count; ++s)
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Rows; ++p) sums[s][p][0] = sums[s][p][1] = simd::broadcast(0.0f);
        const std::size_t a_step = shares.each * a.distance, b_step = shares.each * b.distance;
        const float* x = a.numbers + share * a_step;
        const float* y = b.numbers + share * b_step;
        const auto products = [&](std::size_t s) __attribute__((always_inline)) {
            const Vector left = simd::keep(simd::load(y + s * b_step)), right = simd::keep(simd::load(y + s * b_step + lanes));
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Rows; ++p) {
                const Vector row = simd::broadcast(x[s * a_step + p]);
                sums[s][p][0] = simd::fma(row, left, sums[s][p][0]);
                sums[s][p][1] = simd::fma(row, right, sums[s][p][1]);
            }
        };
        const std::size_t each = shares.last(share) - shares.first(share),
                          both = Count == 2 ? shares.last(share + 1) - shares.first(share + 1) : 0;
        std::size_t n = 0;
        if constexpr (Count == 2)
#pragma GCC unroll 1
            for (; n < both; ++n, x += a.distance, y += b.distance) {
                products(0);
                products(1);
            }
#pragma GCC unroll 1
        for (; n < each; ++n, x += a.distance, y += b.distance) products(0);

        if constexpr (Count == 2)
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Rows; ++p) {
                sums[0][p][0] = sums[0][p][0] + sums[1][p][0];
                sums[0][p][1] = sums[0][p][1] + sums[1][p][1];
            }
        const bool last = share + Count == shares.count;
        std::size_t level = Count - 1;
        for (std::size_t before = share >> level; last ? before > 0 : before % 2 == 1; before /= 2, ++level)
            if (before % 2 == 1)
#pragma GCC unroll 8
                for (std::size_t p = 0; p < Rows; ++p) {
                    sums[0][p][0] = sums[0][p][0] + simd::load(held[level] + p * columns);
                    sums[0][p][1] = sums[0][p][1] + simd::load(held[level] + p * columns + lanes);
                }
        if (!last) c = held[level], c_distance = width = columns;
        const std::size_t left = std::min(width, lanes);
#pragma GCC unroll 8
        for (std::size_t p = 0; p < Rows; ++p, c += c_distance)
            if (width == columns) {
                simd::store(c, sums[0][p][0]);
                simd::store(c + lanes, sums[0][p][1]);
            } else {
                simd::store_first(c, sums[0][p][0], left);
                simd::store_first(c + left, sums[0][p][1], width - left);
            }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/matrix_product.hpp

// The three products of a dense layer on a whole batch, in float: tiles of rows x two vectors stay in registers; work is cut by
// shape alone, so any number of threads gives the same bits, and a row's result does not depend on the other rows. Sizes are
// known at run time: one machine code serves every layer. Distances between rows that are a multiple of 4 KB make the rows
// compete for the same lines of the cache.

namespace denim::inline DENIM_TARGET::kernel {

/// Row n of x, y, dx and dy begins `distance` numbers after row n - 1; weights are (inputs, outputs) and are read in place.
class MatrixProduct {
public:
    std::size_t inputs = 0, outputs = 0;

    /// Numbers of scratch that each of the products needs.
    [[nodiscard]] constexpr std::size_t scratch_size(std::size_t batch) const { return chunks() * batch * padded(); }

    /// y[n][o] = bias[o] + sum over i of x[n][i] * weights[i][o]; `bias` may be null.
    void forward(const float* x, std::size_t x_distance, const float* weights, const float* bias, float* y,
                 std::size_t y_distance, std::size_t batch, float* scratch) const;

    /// dx[n][i] = (dx[n][i] +) sum over o of dy[n][o] * weights[i][o].
    void input_gradient(const float* dy, std::size_t dy_distance, const float* weights, float* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, float* scratch) const;

    /// dw[i][o] = sum over n of x[n][i] * dy[n][o]; db[o] = sum over n of dy[n][o], unless `db` is null. Each share is summed in the
    /// order of its samples, then the shares as join_in_pairs adds.
    void weight_gradient(const float* x, std::size_t x_distance, const float* dy, std::size_t dy_distance, float* dw, float* db,
                         const Shares& shares, float* scratch) const;

private:
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t panel = 2 * lanes;                         // columns of a tile
    static constexpr std::size_t tallest = (simd::registers - 3) / 2;       // rows of the largest tile
    static constexpr std::size_t depth = 128;                               // products summed between two visits of memory
    static constexpr std::size_t group = 64 / tallest * tallest + tallest;  // rows of a batch at once

    [[nodiscard]] constexpr std::size_t padded() const { return (outputs + panel - 1) / panel * panel; }

    // Inputs of one chunk: at least 256 K weights, at most 32 chunks.
    [[nodiscard]] constexpr std::size_t chunk_rows() const {
        const std::size_t wanted = std::max((std::size_t{1} << 18) / std::max<std::size_t>(outputs, 1), inputs / 32) + 1;
        return (wanted + depth - 1) / depth * depth;
    }
    [[nodiscard]] constexpr std::size_t chunks() const {
        return std::max<std::size_t>(1, (inputs + chunk_rows() - 1) / chunk_rows());
    }

    static void prefetch(const float* from, std::size_t distance, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t n = 0; n < panel; n += 16) simd::prefetch(from + k * distance + n);
    }

    // Calls `each(integral_constant rows, first)` for tiles that cover `count` rows.
    template <class Each>
    static void cover(std::size_t count, Each each) {
        std::size_t first = 0;
        const auto while_fits = [&]<std::size_t Rows>(std::integral_constant<std::size_t, Rows> rows) {
            for (; first + Rows <= count; first += Rows) each(rows, first);
        };
        while_fits(std::integral_constant<std::size_t, tallest>{});
        if constexpr (tallest > 8) while_fits(std::integral_constant<std::size_t, 8>{});
        while_fits(std::integral_constant<std::size_t, 4>{});
        while_fits(std::integral_constant<std::size_t, 2>{});
        while_fits(std::integral_constant<std::size_t, 1>{});
    }

    // Copies `height` rows of `count` numbers as tiles of (number, row).
    static void pack_rows(const float* from, std::size_t distance, std::size_t height, std::size_t count, float* to) {
        cover(height, [&](auto rows, std::size_t first) {
            for (std::size_t p = 0; p < rows; ++p)
                for (std::size_t k = 0; k < count; ++k) to[first * count + k * rows + p] = from[(first + p) * distance + k];
        });
    }

    // Copies `width` numbers of each of `count` rows to rows that stand `room` apart, with zeros behind them.
    static void pack_columns(const float* from, std::size_t distance, std::size_t count, std::size_t width, std::size_t room, float* to) {
        for (std::size_t n = 0; n < count; ++n, from += distance, to += room) {
            std::copy_n(from, width, to);
            std::fill_n(to + width, room - width, 0.0f);
        }
    }

    // Copies `width` rows of weights, `count` numbers of each, as columns of a panel.
    void turn(const float* from, std::size_t width, std::size_t count, float* to) const {
        std::size_t whole_width = width / lanes * lanes, whole_count = count / lanes * lanes;
        for (std::size_t i = 0; i < whole_width; i += lanes)
            for (std::size_t k = 0; k < whole_count; k += lanes)
                simd::transpose(from + i * outputs + k, outputs, to + k * panel + i, panel);
        for (std::size_t i = 0; i < width; ++i)
            for (std::size_t k = i < whole_width ? whole_count : 0; k < count; ++k) to[k * panel + i] = from[i * outputs + k];
        for (std::size_t k = 0; k < count; ++k) std::fill_n(to + k * panel + width, panel - width, 0.0f);
    }

    // A panel of `width` columns as tiles read it: in place, or copied to `room`, with zeros beside what is not whole. A copy
    // pays where many tiles read it: its rows lie side by side, not a page apart.
    struct Panel {
        const float* numbers;
        std::size_t distance, count, width;

        Panel(const float* from, std::size_t from_distance, std::size_t rows, std::size_t columns, float* room, bool copy)
            : numbers(from), distance(from_distance), count(rows), width(columns) {
            if (width == panel && !copy) return;
            for (std::size_t k = 0; k < count; ++k, from += from_distance, room += panel)
                if (width == panel) {
                    simd::store(room, simd::load(from));
                    simd::store(room + lanes, simd::load(from + lanes));
                } else {
                    std::fill_n(std::copy_n(from, width, room), panel - width, 0.0f);
                }
            numbers = room - count * panel;
            distance = panel;
        }
    };

    // c[p][o] = (c[p][o] +) sum over k of a[k][p] * b[k][o], for `Rows` rows p and one panel.
    template <std::size_t Rows>
    static void tile(const float* a, std::size_t a_distance, const Panel& b, float* c, std::size_t c_distance, bool add) {
        using Vector = simd::Vector<float>;
        Vector left[Rows], right[Rows];
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Rows; ++p) left[p] = right[p] = simd::broadcast(0.0f);
        const float* numbers = b.numbers;
#pragma GCC unroll 1
        for (std::size_t k = 0; k < b.count; ++k, a += a_distance, numbers += b.distance) {
            const Vector first = simd::load(numbers), second = simd::load(numbers + lanes);
#pragma GCC unroll 16
            for (std::size_t p = 0; p < Rows; ++p) {
                const Vector row = simd::broadcast(a[p]);
                left[p] = simd::fma(row, first, left[p]);
                right[p] = simd::fma(row, second, right[p]);
            }
        }
        const bool whole = b.width == panel;
        const std::size_t one = std::min(b.width, lanes), two = b.width - one;
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Rows; ++p, c += c_distance) {
            if (add) {
                left[p] = left[p] + (whole ? simd::load(c) : simd::load_first(c, one));
                right[p] = right[p] + (whole ? simd::load(c + lanes) : simd::load_first(c + lanes, two));
            }
            if (whole) {
                simd::store(c, left[p]);
                simd::store(c + lanes, right[p]);
            } else {
                simd::store_first(c, left[p], one);
                simd::store_first(c + lanes, right[p], two);
            }
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/kernel/plain_dense.hpp

// The plain twin of every dense layer: the definition, written as loops, for any scalar. It finds the numbers of both pictures by
// itself, borders and padded channels included.

namespace denim::inline DENIM_TARGET::kernel {

/// y[o] = bias[o] + sum over the numbers i of the picture, in (H, W, C) order, of x[i] * weights[i][o]. Parameters are (weights, bias).
template <Layout Out, Layout In, bool Bias, class Scalar>
struct PlainDense {
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels;

    static void forward(const Scalar* x, const Scalar* parameters, Scalar* y) {
        for (std::size_t o = 0; o < outputs; ++o) y[output(o)] = Bias ? parameters[inputs * outputs + o] : Scalar{0};
        for (std::size_t i = 0; i < inputs; ++i) {
            const Scalar number = x[place(i)];
            for (std::size_t o = 0; o < outputs; ++o) y[output(o)] += number * parameters[i * outputs + o];
        }
    }

    /// One sample: the gradient of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Scalar* parameters, const Scalar* dy, Scalar* dx) {
        for (std::size_t i = 0; Input != Gradient::none && i < inputs; ++i) {
            Scalar sum{0};
            for (std::size_t o = 0; o < outputs; ++o) sum += parameters[i * outputs + o] * dy[output(o)];
            dx[place(i)] = Input == Gradient::add ? dx[place(i)] + sum : sum;
        }
    }

    /// All samples, one after the other: the gradients of the parameters, each share summed in the order of its samples, then the
    /// shares in pairs.
    static void gradients(const Scalar* x, const Scalar* dy, const Shares& shares, Scalar* to) {
        const auto sum = [&](auto product) {
            const auto of_share = [&](std::size_t share) {
                Scalar all{0};
                for (std::size_t n = shares.first(share); n < shares.last(share); ++n) all += product(n);
                return all;
            };
            // Of `count` shares from `first` on: as many as 2^k as a whole, and the rest.
            const auto tree = [&](auto& self, std::size_t first, std::size_t count) -> Scalar {
                if (count == 1) return of_share(first);
                const std::size_t left = std::bit_ceil(count) / 2;
                return self(self, first, left) + self(self, first + left, count - left);
            };
            return tree(tree, 0, shares.count);
        };
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o)
                to[i * outputs + o] = sum([&](std::size_t n) { return x[n * In.size() + place(i)] * dy[n * Out.size() + output(o)]; });
        for (std::size_t o = 0; Bias && o < outputs; ++o)
            to[inputs * outputs + o] = sum([&](std::size_t n) { return dy[n * Out.size() + output(o)]; });
    }

private:
    // Where number i of the picture lies: below rows of the border, right of its columns.
    static constexpr std::size_t place(std::size_t i) {
        const std::size_t channel = i % In.shape.channels, pixel = i / In.shape.channels;
        const std::size_t row = In.border.top + pixel / In.shape.width, column = In.border.left + pixel % In.shape.width;
        return (row * (In.border.left + In.shape.width + In.border.right) + column) * In.stride + channel;
    }
    // Where output o lies: the one pixel inside of its border.
    static constexpr std::size_t output(std::size_t o) {
        return (Out.border.top * (Out.border.left + 1 + Out.border.right) + Out.border.left) * Out.stride + o;
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/small_dense.hpp

// A dense layer with few weights, one sample at a time: y[o] = bias[o] + sum over i of x[i] * w[o][i]. The prepared weights stand
// by output, so that everything runs along the inputs, which lie as the picture before them lies (borders and padding included:
// they are zero there, and so are the weights).

namespace denim::inline DENIM_TARGET::kernel {

/// `Size` inputs as they lie in memory; outputs in groups of up to four share each load of x.
template <std::size_t Size, std::size_t Outputs>
struct SmallDense {
    static void forward(const float* x, const float* weights, const float* bias, float* y) {
        for_groups([&]<std::size_t Group>(std::size_t first) {
            simd::Vector<float> sums[Group];
            for (std::size_t o = 0; o < Group; ++o) sums[o] = simd::broadcast(0.0f);
            for (std::size_t i = 0; i < whole; i += lanes) {
                const auto input = simd::load(x + i);
                for (std::size_t o = 0; o < Group; ++o) sums[o] = simd::fma(input, simd::load(weights + (first + o) * Size + i), sums[o]);
            }
            for (std::size_t o = 0; o < Group; ++o) {
                float rest = bias[first + o];
                for (std::size_t n = whole; n < Size; ++n) rest += x[n] * weights[(first + o) * Size + n];
                y[first + o] = simd::sum(sums[o]) + rest;
            }
        });
    }

    /// dx[i] = sum over o of dy[o] * w[o][i], written or added; dw[o][i] += dy[o] * x[i]. One pass over all three.
    template <bool Write, bool Add>
    static void backward(const float* x, const float* weights, const float* dy, float* dx, float* dw) {
        bool first_group = true;
        for_groups([&]<std::size_t Group>(std::size_t first) {
            const auto step = [&](auto load, auto store, std::size_t i) {
                const auto input = load(x + i);
                auto sum = (Add || !first_group) && (Write || Add) ? load(dx + i) : simd::broadcast(0.0f);
                for (std::size_t o = 0; o < Group; ++o) {
                    const auto gradient = simd::broadcast(dy[first + o]);
                    const std::size_t at = (first + o) * Size + i;
                    if constexpr (Write || Add) sum = simd::fma(gradient, load(weights + at), sum);
                    store(dw + at, simd::fma(gradient, input, load(dw + at)));
                }
                if constexpr (Write || Add) store(dx + i, sum);
            };
            for (std::size_t i = 0; i < whole; i += lanes)
                step([](const float* from) { return simd::load(from); }, [](float* to, auto value) { simd::store(to, value); }, i);
            if constexpr (whole < Size)
                step([](const float* from) { return simd::load_first(from, Size - whole); },
                     [](float* to, auto value) { simd::store_first(to, value, Size - whole); }, whole);
            first_group = false;
        });
    }

private:
    static constexpr std::size_t lanes = simd::lanes<float>, whole = Size / lanes * lanes;

    template <class Body>
    static void for_groups(Body body) {
        std::size_t first = 0;
        for (; first + 4 <= Outputs; first += 4) body.template operator()<4>(first);
        if constexpr (Outputs % 4 > 0) body.template operator()<Outputs % 4>(first);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/dense.hpp

// (H, W, C), flattened in that order, -> (1, 1, Outputs): y = x W + bias, then the activation. Weights (H * W * C, Outputs).

namespace denim::inline DENIM_TARGET {

/// A dense layer of few weights, a sample at a time.
template <Layout Out, Layout In, bool Bias>
struct SmallDenseLayer : LayerDefaults<float> {
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels, size = In.size();
    using Kernel = kernel::SmallDense<size, outputs>;

    static constexpr const char* algorithm = "dot products";
    static constexpr bool backward_reads_output = false, forward_reads_parameters = false;
    static constexpr std::size_t prepared_size = size * outputs + outputs, accumulator_size = prepared_size;
    static constexpr std::size_t operations = 2 * inputs * outputs;

    static void prepare(const float* parameters, float* prepared, std::size_t /*part*/) {
        for_each_number<In>([&](std::size_t flat, std::size_t place) {
            for (std::size_t o = 0; o < outputs; ++o) prepared[o * size + place] = parameters[flat * outputs + o];
        });
        if (Bias) std::copy_n(parameters + inputs * outputs, outputs, prepared + size * outputs);
    }
    static void forward(const Forward<float>& at) {
        Kernel::forward(at.input(), at.prepared, at.prepared + size * outputs, at.output + Out.offset(0, 0));
    }
    template <Gradient Input>
    static void backward(const Backward<float>& at) {
        const float* dy = at.output_gradient + Out.offset(0, 0);
        for (std::size_t o = 0; Bias && o < outputs; ++o) at.accumulator[size * outputs + o] += dy[o];
        Kernel::template backward<Input == Gradient::write, Input == Gradient::add>(at.input(), at.prepared, dy, at.input_gradient(),
                                                                                   at.accumulator);
    }
    static void finish(const Finish<float>& of, std::size_t /*part*/) {
        for_each_number<In>([&](std::size_t flat, std::size_t place) {
            for (std::size_t o = 0; o < outputs; ++o) of.gradients[flat * outputs + o] = of.accumulator[o * size + place];
        });
        for (std::size_t o = 0; Bias && o < outputs; ++o) of.gradients[inputs * outputs + o] = of.accumulator[size * outputs + o];
    }
};

/// A wide dense layer, the whole batch at once: matrix products over the weights as they stand.
template <Layout Out, Layout In, bool Bias>
struct WideDenseLayer : LayerDefaults<float> {
    static constexpr Works works = Works::on_batches;
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels, first = Out.offset(0, 0);
    static constexpr kernel::MatrixProduct product{inputs, outputs};
    static constexpr bool in_place = In.dense();  // else the pictures are packed before the product, and unpacked behind it

    static constexpr const char* algorithm = "matrix product";
    static constexpr bool backward_reads_output = false, sums_with_peers = true;
    static constexpr std::size_t product_scratch = std::max(product.scratch_size(1), outputs);
    static constexpr std::size_t scratch_per_sample = product_scratch + (in_place ? 0 : inputs);
    static constexpr std::size_t operations = 2 * inputs * outputs;

    static void forward(const Forward<Scalar>& at) {
        const Scalar* x = packed(at.input(), at.scratch, at.count);
        product.forward(x, in_place ? In.size() : inputs, at.parameters, Bias ? at.parameters + inputs * outputs : nullptr, at.output + first,
                        Out.size(), at.count, at.scratch);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        const Scalar* x = packed(at.input(), at.scratch, at.count);
        const Scalar* dy = at.output_gradient + first;
        constexpr std::size_t x_distance = in_place ? In.size() : inputs;
        part_of(at).sum(inputs * outputs + (Bias ? outputs : 0), at.gradients, [&](const Shares& shares, std::size_t sample, Scalar* to) {
            product.weight_gradient(x + sample * x_distance, x_distance, dy + sample * Out.size(), Out.size(), to,
                                    Bias ? to + inputs * outputs : nullptr, shares, at.scratch);
        });
        if constexpr (Input == Gradient::none) return;
        if constexpr (in_place) {
            product.input_gradient(dy, Out.size(), at.parameters, at.input_gradient(), In.size(), at.count,
                                   Input == Gradient::add, at.scratch);
        } else {
            Scalar* dx = at.scratch + product_scratch * at.count;
            product.input_gradient(dy, Out.size(), at.parameters, dx, inputs, at.count, false, at.scratch);
            parallel_for(at.count, at.count * inputs, [&](std::size_t sample) {
                Scalar* to = at.input_gradient() + sample * In.size();
                for_each_number<In>([&](std::size_t flat, std::size_t place) {
                    to[place] = dx[sample * inputs + flat] + (Input == Gradient::add ? to[place] : Scalar{0});
                });
            });
        }
    }

private:
    static const Scalar* packed(const Scalar* pictures, Scalar* scratch, std::size_t count) {
        if (in_place) return pictures;
        Scalar* to = scratch + product_scratch * count;
        parallel_for(count, count * inputs, [&](std::size_t sample) {
            const Scalar* from = pictures + sample * In.size();
            for_each_number<In>([&](std::size_t flat, std::size_t place) { to[sample * inputs + flat] = from[place]; });
        });
        return to;
    }
};

/// The plain twin of both.
template <class Number, Layout Out, Layout In, bool Bias>
struct PlainDenseLayer : LayerDefaults<Number> {
    using Scalar = Number;
    using Twin = kernel::PlainDense<Out, In, Bias, Scalar>;
    static constexpr Works works = Works::on_batches;  // its gradients are then the network's own, however many there are
    static constexpr std::size_t operations = 2 * Twin::inputs * Twin::outputs;
    static constexpr bool backward_reads_output = false, sums_with_peers = true;

    static void forward(const Forward<Scalar>& at) {
        for (std::size_t n = 0; n < at.count; ++n) Twin::forward(at.input() + n * In.size(), at.parameters, at.output + n * Out.size());
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        part_of(at).sum(Twin::inputs * Twin::outputs + (Bias ? Twin::outputs : 0), at.gradients, [&](const Shares& shares, std::size_t sample, Scalar* to) {
            Twin::gradients(at.input() + sample * In.size(), at.output_gradient + sample * Out.size(), shares, to);
        });
        for (std::size_t n = 0; Input != Gradient::none && n < at.count; ++n)
            Twin::template backward<Input>(at.parameters, at.output_gradient + n * Out.size(), at.input_gradient() + n * In.size());
    }
};

namespace detail {

/// Up to this many weights a dense layer works on samples: they stay in the cache from one sample to the next.
inline constexpr std::size_t small_dense_weights = 65'536;

template <class Arithmetic, Layout Out, Layout In, bool Bias>
struct ChooseDense {
    using type = PlainDenseLayer<typename Arithmetic::Scalar, Out, In, Bias>;
};
template <class Arithmetic, Layout Out, Layout In, bool Bias>
    requires(!Arithmetic::plain)
struct ChooseDense<Arithmetic, Out, In, Bias> {
    static constexpr bool small = In.shape.size() * Out.shape.channels <= small_dense_weights;
    using type = std::conditional_t<small, SmallDenseLayer<Out, In, Bias>, WideDenseLayer<Out, In, Bias>>;
};

}  // namespace detail

/// Every input to every output. Options: an activation (Linear unless said otherwise), NoBias, GlorotUniform,
/// GlorotNormal, HeUniform, HeNormal.
template <std::size_t Outputs, class... Options>
struct Dense : SpecDefaults {
    static_assert(Outputs > 0, "denim: Dense: there must be at least one output.");
    static constexpr bool known = ((detail::has<Options, NoBias> || detail::is_initialiser<Options> || detail::passes_as_activation<Options>) && ...);
    static_assert(known, "denim: Dense: an option is not one of NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: Dense: options contradict each other; take one initialiser and one activation at most.");

    using Function = detail::activation_among<Linear, Options...>;
    static constexpr bool bias = !detail::has<NoBias, Options...>;

    static constexpr Shape output(Shape /*in*/) { return {1, 1, Outputs}; }
    static constexpr auto parameters(Shape in) {
        const Parameter weights{"weights", {in.size(), Outputs}, detail::initial_of<Options...>(), true, Moved::by_gradient, in.size(), Outputs};
        if constexpr (bias)
            return std::array{weights, Parameter{"bias", {Outputs}}};
        else
            return std::array{weights};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = detail::activated<typename detail::ChooseDense<Arithmetic, Out, In, bias>::type, Function, Out>;
};

static_assert(check_layer<Dense<3>, Shape{5, 4, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/flatten.hpp

// (H, W, C) -> (1, 1, H W C), in that order. Dense does so by itself; for layers that work on one row of numbers.

namespace denim::inline DENIM_TARGET {

template <class Arithmetic, Layout Out, Layout In>
struct FlattenLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_number<In>([&](std::size_t flat, std::size_t place) { at.output[Out.offset(0, 0) + flat] = at.input()[place]; });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        for_each_number<In>([&](std::size_t flat, std::size_t place) {
            Scalar& dx = at.input_gradient()[place];
            dx = (Input == Gradient::add ? dx : Scalar{0}) + at.output_gradient[Out.offset(0, 0) + flat];
        });
    }
};

/// A picture as one pixel of many channels.
struct Flatten : SpecDefaults {
    static constexpr Shape output(Shape in) { return {1, 1, in.size()}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = FlattenLayer<Arithmetic, Out, In>;
};

static_assert(check_layer<Flatten, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/global_pool.hpp

// (H, W, C) -> (1, 1, C): the mean, or the largest, of each channel's pixels.

namespace denim::inline DENIM_TARGET {

/// A mean over all pixels. The loops run along the channels, so the compiler's vectors serve every scalar.
template <class Arithmetic, Layout Out, Layout In>
struct GlobalAverageLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, operations = In.shape.size();
    static constexpr Scalar share = Scalar{1} / static_cast<Scalar>(In.shape.height * In.shape.width);
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        Scalar* y = at.output + Out.offset(0, 0);
        std::fill_n(y, channels, Scalar{0});
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) y[c] += at.input()[in + c];
        });
        for (std::size_t c = 0; c < channels; ++c) y[c] *= share;
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        const Scalar* dy = at.output_gradient + Out.offset(0, 0);
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            Scalar* dx = at.input_gradient() + in;
            for (std::size_t c = 0; c < channels; ++c) dx[c] = (Input == Gradient::add ? dx[c] : Scalar{0}) + dy[c] * share;
        });
    }
};

/// The largest of all pixels, the first of equals, or the first NaN; the record keeps where it stands.
template <class Arithmetic, Layout Out, Layout In>
struct GlobalMaxLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, operations = In.shape.size();
    static constexpr std::size_t record_size = channels * sizeof(std::uint32_t);  // bytes: offsets into the input
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        Scalar* y = at.output + Out.offset(0, 0);
        std::array<std::uint32_t, channels> winners{};
        winners.fill(static_cast<std::uint32_t>(In.offset(0, 0)));
        std::copy_n(at.input() + In.offset(0, 0), channels, y);
        for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) {
                const bool better = outranks(at.input()[in + c], y[c]);
                y[c] = better ? at.input()[in + c] : y[c];
                winners[c] = better ? static_cast<std::uint32_t>(in) : winners[c];
            }
        });
        if (at.record) std::memcpy(at.record, winners.data(), record_size);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write)
            for (std::size_t y = 0; y < In.shape.height; ++y)
                std::fill_n(at.input_gradient() + In.offset(y, 0), In.shape.width * In.stride, Scalar{0});
        std::array<std::uint32_t, channels> winners{};
        std::memcpy(winners.data(), at.record, record_size);
        for (std::size_t c = 0; c < channels; ++c) at.input_gradient()[winners[c] + c] += at.output_gradient[Out.offset(0, 0) + c];
    }
};

/// One number for each channel. Operation: Average or Max.
template <class Operation>
struct GlobalPool : SpecDefaults {
    static_assert(std::same_as<Operation, Max> || std::same_as<Operation, Average>, "denim: GlobalPool: the operation must be Max or Average.");

    static constexpr Shape output(Shape in) { return {1, 1, in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = std::conditional_t<std::same_as<Operation, Max>, GlobalMaxLayer<Arithmetic, Out, In>, GlobalAverageLayer<Arithmetic, Out, In>>;
};

static_assert(check_layer<GlobalPool<Average>, Shape{2, 2, 8}>());
static_assert(check_layer<GlobalPool<Max>, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/normalisation.hpp

// The sums and the scaling of normalisations, one sample in float, vectors along the channels. Both pictures have their channels padded to
// whole vectors; arrays over channels have one number for each and nothing behind. The plain twin stands in plain_normalisation.hpp.

namespace denim::inline DENIM_TARGET::kernel {

/// sqrt(variance + epsilon); NaN where the variance has left the range: divided by infinity, every input would give one answer.
template <class Scalar>
Scalar deviation(Scalar variance, double epsilon) {
    return is_finite(variance) ? std::sqrt(variance + static_cast<Scalar>(epsilon)) : not_a_number<Scalar>();
}

/// The pictures of a normalisation: the same shape, each with its layout.
struct NormalisedPictures {
    Layout in, out;

    [[nodiscard]] constexpr std::size_t channels() const { return in.shape.channels; }
    [[nodiscard]] constexpr std::size_t pixels() const { return in.shape.height * in.shape.width; }
    /// True if the kernels below can be used: whole vectors in both pictures.
    [[nodiscard]] constexpr bool whole_vectors() const {
        constexpr std::size_t lanes = simd::lanes<float>;
        const std::size_t padded = round_up(channels(), lanes);
        return in.stride % lanes == 0 && out.stride % lanes == 0 && in.stride >= padded && out.stride >= padded;
    }
};

/// Each channel's mean, and sum of squared deviations from it.
void channel_moments(const NormalisedPictures& of, const float* x, float* mean, float* squares);

/// y = (x - mean) * factor + shift; no mean is zero, as is no shift.
void normalise(const NormalisedPictures& of, const float* x, const float* mean, const float* factor, const float* shift, float* y);

/// Each channel's sum of dy, and of dy * (x - mean) * scale.
void normal_gradient_sums(const NormalisedPictures& of, const float* x, const float* dy, const float* mean, const float* scale, float* plain,
                          float* scaled);

/// dx = (dx +) dy * factor - (x - mean) * slope - offset
void normal_gradient(const NormalisedPictures& of, bool add, const float* x, const float* dy, const float* mean, const float* factor,
                     const float* slope, const float* offset, float* dx);

}  // namespace denim::inline DENIM_TARGET::kernel

// ---- denim/layer/norm_settings.hpp

// What the options of a normalisation say: the number added to the variance, and which rows it has.

namespace denim::inline DENIM_TARGET::detail {

/// True if no more than one of the options is so.
constexpr bool at_most_one(auto... is) { return (std::size_t{0} + ... + static_cast<std::size_t>(is)) <= 1; }

/// What the options of a normalisation say; Keras's epsilon and momentum unless they do.
template <class... Options>
struct NormSettings {
    static constexpr bool states_epsilon = (is_epsilon<Options> || ...);
    static constexpr bool has_gamma = !(std::same_as<NoGamma, Options> || ...), has_beta = !(std::same_as<NoBeta, Options> || ...);
    /// True if none stands twice.
    static constexpr bool agree = detail::at_most_one(is_epsilon<Options>...) && detail::at_most_one(is_momentum<Options>...) &&
                                  detail::at_most_one(std::same_as<NoGamma, Options>...) && detail::at_most_one(std::same_as<NoBeta, Options>...);
    static constexpr double epsilon = [] {
        double number = 1e-3;
        ((number = [&] { if constexpr (is_epsilon<Options>) return Options::value; else return number; }()), ...);
        return number;
    }();
    static constexpr double momentum = [] {
        double number = 0.99;
        ((number = [&] { if constexpr (is_momentum<Options>) return Options::value; else return number; }()), ...);
        return number;
    }();

    /// Its rows: gamma and beta, as far as it has them, and those that More adds.
    template <std::size_t More = 0>
    static constexpr auto rows(std::size_t channels, const std::array<Parameter, More>& more = {}) {
        std::array<Parameter, has_gamma + has_beta + More> all{};
        std::size_t next = 0;
        if constexpr (has_gamma) all[next++] = Parameter{"gamma", {channels}, Initial::ones};
        if constexpr (has_beta) all[next++] = Parameter{"beta", {channels}};
        for (const Parameter& each : more) all[next++] = each;
        return all;
    }
    /// Where rows stand among so many channels' parameters, gradients or sums; a gamma that is not there is 1, such a beta 0.
    static constexpr std::size_t before_beta = has_gamma, before_rest = has_gamma + has_beta;
    template <class Scalar>
    static Scalar gamma(const Scalar* parameters, std::size_t c) {
        return has_gamma ? parameters[c] : Scalar{1};
    }
    template <class Scalar>
    static Scalar beta(const Scalar* parameters, std::size_t channels, std::size_t c) {
        return has_beta ? parameters[before_beta * channels + c] : Scalar{0};
    }
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/layer/layer_norm.hpp

// Shape kept. Each pixel: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance over its channels.
// Ba, Kiros and Hinton (2016); Keras's axis, and its epsilon unless another is asked for (PyTorch's is 1e-5).

namespace denim::inline DENIM_TARGET {

/// A layer normalisation bound to its layouts; the accumulator is (gradient of gamma, gradient of beta), of those that it has.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct LayerNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, accumulator_size = Settings::before_rest * channels, operations = 8 * In.shape.size();
    static constexpr std::size_t bands = In.shape.height;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            const auto [mean, scale] = moments(at.input() + in);
            for (std::size_t c = 0; c < channels; ++c)
                at.output[out + c] = (at.input()[in + c] - mean) * scale * gamma(at.parameters, c) + Settings::beta(at.parameters, channels, c);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Scalar *to_gamma = at.accumulator, *to_beta = at.accumulator + Settings::before_beta * channels;
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Scalar *x = at.input() + in, *dy = at.output_gradient + out;
            const auto [mean, scale] = moments(x);
            Scalar sum{0}, along{0};
            for (std::size_t c = 0; c < channels; ++c) {
                const Scalar normal = (x[c] - mean) * scale;
                if constexpr (Settings::has_gamma) to_gamma[c] += dy[c] * normal;
                if constexpr (Settings::has_beta) to_beta[c] += dy[c];
                sum += dy[c] * gamma(at.parameters, c);
                along += dy[c] * gamma(at.parameters, c) * normal;
            }
            if constexpr (Input != Gradient::none) {
                Scalar* dx = at.input_gradient() + in;
                const Scalar share = Scalar{1} / static_cast<Scalar>(channels);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar normal = (x[c] - mean) * scale;
                    const Scalar gradient = scale * (dy[c] * gamma(at.parameters, c) - share * (sum + normal * along));
                    dx[c] = Input == Gradient::add ? dx[c] + gradient : gradient;
                }
            }
        });
    }
    static void finish(const Finish<Scalar>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, accumulator_size, of.gradients); }

private:
    static Scalar gamma(const Scalar* parameters, std::size_t c) { return Settings::gamma(parameters, c); }

    struct Moments {
        Scalar mean, scale;  // 1 / deviation
    };
    static Moments moments(const Scalar* x) {
        Scalar sum{0}, squares{0};
        for (std::size_t c = 0; c < channels; ++c) sum += x[c];
        const Scalar mean = sum / static_cast<Scalar>(channels);
        for (std::size_t c = 0; c < channels; ++c) squares += (x[c] - mean) * (x[c] - mean);
        return {mean, Scalar{1} / kernel::deviation(squares / static_cast<Scalar>(channels), Settings::epsilon)};
    }
};

/// Normalisation of each pixel over its channels. Options: Epsilon<0.001>, NoGamma, NoBeta.
template <class... Options>
struct LayerNormOf : SpecDefaults {
    static constexpr bool known = ((detail::is_epsilon<Options> || detail::has<Options, NoGamma, NoBeta>) && ...);
    static_assert(known, "denim: LayerNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: LayerNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) { return Settings::rows(in.channels); }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = LayerNormLayer<Arithmetic, Out, In, Settings>;
};

/// Normalisation of each pixel over its channels with Keras's epsilon, 1e-3.
struct LayerNorm : LayerNormOf<> {};

static_assert(check_layer<LayerNorm, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/plain_group_norm.hpp

// The plain twin of the normalisations of groups of channels: the definition, written as loops, for any scalar. It finds the numbers of both
// pictures by itself, borders and padded channels included.

namespace denim::inline DENIM_TARGET::kernel {

/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, of each group of channels over all pixels. A gamma that is null is 1, such a
/// beta 0, and where the sums are null there are no gradients.
template <Layout Out, Layout In, std::size_t Groups, class Scalar>
struct PlainGroupNorm {
    static constexpr std::size_t each = In.shape.channels / Groups, count = each * In.shape.height * In.shape.width;

    static void forward(const Scalar* x, const Scalar* gamma, const Scalar* beta, double epsilon, Scalar* y) {
        for (std::size_t group = 0; group < Groups; ++group) {
            const Moments of{x, group, epsilon};
            for (std::size_t n = 0; n < count; ++n) {
                const std::size_t c = channel(group, n);
                const Scalar normal = (x[place<In>(n, c)] - of.mean) / of.deviation;
                y[place<Out>(n, c)] = (gamma ? gamma[c] * normal : normal) + (beta ? beta[c] : Scalar{0});
            }
        }
    }

    /// Adds to the sums; the gradient of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Scalar* x, const Scalar* gamma, double epsilon, const Scalar* dy, Scalar* dx, Scalar* gamma_sums, Scalar* beta_sums) {
        for (std::size_t group = 0; group < Groups; ++group) {
            const Moments of{x, group, epsilon};
            const auto normal = [&](std::size_t n) { return (x[place<In>(n, channel(group, n))] - of.mean) / of.deviation; };
            const auto to_normal = [&](std::size_t n) {  // the gradient of what is normal
                const std::size_t c = channel(group, n);
                return gamma ? gamma[c] * dy[place<Out>(n, c)] : dy[place<Out>(n, c)];
            };
            Scalar sum{0}, along{0};
            for (std::size_t n = 0; n < count; ++n) {
                const std::size_t c = channel(group, n);
                if (gamma_sums) gamma_sums[c] += dy[place<Out>(n, c)] * normal(n);
                if (beta_sums) beta_sums[c] += dy[place<Out>(n, c)];
                sum += to_normal(n);
                along += to_normal(n) * normal(n);
            }
            // Mean and deviation depend on every number of the group.
            for (std::size_t n = 0; Input != Gradient::none && n < count; ++n) {
                Scalar& gradient = dx[place<In>(n, channel(group, n))];
                const Scalar all = static_cast<Scalar>(count) * to_normal(n) - sum - normal(n) * along;
                gradient = (Input == Gradient::add ? gradient : Scalar{0}) + all / (static_cast<Scalar>(count) * of.deviation);
            }
        }
    }

private:
    // Number n of a group: its channel, and where it lies.
    static constexpr std::size_t channel(std::size_t group, std::size_t n) { return group * each + n % each; }
    template <Layout Of>
    static constexpr std::size_t place(std::size_t n, std::size_t c) {
        return Of.offset(n / each / In.shape.width, n / each % In.shape.width) + c;
    }

    struct Moments {
        Scalar mean{0}, deviation{0};  // NaN where the variance has left the range

        Moments(const Scalar* x, std::size_t group, double epsilon) {
            for (std::size_t n = 0; n < count; ++n) mean += x[place<In>(n, channel(group, n))];
            mean /= static_cast<Scalar>(count);
            Scalar variance{0};
            for (std::size_t n = 0; n < count; ++n) {
                const Scalar away = x[place<In>(n, channel(group, n))] - mean;
                variance += away * away;
            }
            variance /= static_cast<Scalar>(count);
            deviation = is_finite(variance) ? std::sqrt(variance + static_cast<Scalar>(epsilon)) : not_a_number<Scalar>();
        }
    };
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/group_norm.hpp

// Shape kept. Channels in runs: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, mean and biased variance over all pixels and the
// channels of a run. Wu and He (2018); of one channel each, Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016).

namespace denim::inline DENIM_TARGET {

/// A normalisation of runs of channels, bound to its layouts. Sums go by channels, then by runs. The accumulator is (gradient of gamma,
/// gradient of beta), of those that it has.
template <class Arithmetic, Layout Out, Layout In, std::size_t Groups, class Settings>
struct GroupNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, pixels = In.shape.height * In.shape.width, run = channels / Groups;
    static constexpr std::size_t accumulator_size = Settings::before_rest * channels, operations = 8 * In.shape.size();
    static constexpr std::size_t scratch_size = 7 * channels;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        if constexpr (fast)
            normalise(at);
        else
            Twin::forward(at.input(), row<Settings::has_gamma, 0>(at.parameters), row<Settings::has_beta, Settings::before_beta>(at.parameters),
                          Settings::epsilon, at.output);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (fast)
            go_back<Input>(at);
        else
            Twin::template backward<Input>(at.input(), row<Settings::has_gamma, 0>(at.parameters), Settings::epsilon, at.output_gradient,
                                           Input == Gradient::none ? nullptr : at.input_gradient(), row<Settings::has_gamma, 0>(at.accumulator),
                                           row<Settings::has_beta, Settings::before_beta>(at.accumulator));
    }
    static void finish(const Finish<Scalar>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, accumulator_size, of.gradients); }

private:
    using Twin = kernel::PlainGroupNorm<Out, In, Groups, Scalar>;
    static constexpr kernel::NormalisedPictures pictures{In, Out};
    static constexpr bool fast = !Arithmetic::plain && pictures.whole_vectors();
    static constexpr Scalar share = Scalar{1} / static_cast<Scalar>(run * pixels);

    static Scalar gamma(const Scalar* parameters, std::size_t c) { return Settings::gamma(parameters, c); }
    template <bool There, std::size_t Before, class Number>
    static Number* row(Number* rows) {
        return There ? rows + Before * channels : nullptr;
    }

    static void normalise(const Forward<Scalar>& at) {
        Scalar *mean = at.scratch, *scale = mean + channels, *factor = scale + channels;
        moments(at.input(), mean, scale);
        for (std::size_t c = 0; c < channels; ++c) factor[c] = scale[c] * gamma(at.parameters, c);
        kernel::normalise(pictures, at.input(), mean, factor, row<Settings::has_beta, Settings::before_beta>(at.parameters), at.output);
    }
    template <Gradient Input>
    static void go_back(const Backward<Scalar>& at) {
        Scalar *mean = at.scratch, *scale = mean + channels, *plain = scale + channels, *scaled = plain + channels;
        Scalar *factor = scaled + channels, *slope = factor + channels, *offset = slope + channels;
        const Scalar *x = at.input(), *dy = at.output_gradient;
        moments(x, mean, scale);
        kernel::normal_gradient_sums(pictures, x, dy, mean, scale, plain, scaled);
        for (std::size_t c = 0; c < channels; ++c) {
            if constexpr (Settings::has_gamma) at.accumulator[c] += scaled[c];
            if constexpr (Settings::has_beta) at.accumulator[Settings::before_beta * channels + c] += plain[c];
        }
        if constexpr (Input == Gradient::none) return;
        for (std::size_t first = 0; first < channels; first += run) {
            Scalar sum{0}, along{0};  // of the run, of gamma dy and of gamma dy along what is normal
            for (std::size_t c = first; c < first + run; ++c) sum += gamma(at.parameters, c) * plain[c], along += gamma(at.parameters, c) * scaled[c];
            for (std::size_t c = first; c < first + run; ++c) {
                factor[c] = scale[c] * gamma(at.parameters, c);
                slope[c] = scale[c] * (scale[c] * (along * share));
                offset[c] = scale[c] * (sum * share);
            }
        }
        kernel::normal_gradient(pictures, Input == Gradient::add, x, dy, mean, factor, slope, offset, at.input_gradient());
    }

    // For each channel the mean of its run, and 1 / deviation.
    static void moments(const Scalar* x, Scalar* mean, Scalar* scale) {
        kernel::channel_moments(pictures, x, mean, scale);
        for (std::size_t first = 0; first < channels; first += run) {
            Scalar middle{0}, squares{0};
            for (std::size_t c = first; c < first + run; ++c) middle += mean[c];
            middle /= static_cast<Scalar>(run);
            for (std::size_t c = first; c < first + run; ++c) squares += scale[c] + (mean[c] - middle) * (mean[c] - middle) * static_cast<Scalar>(pixels);
            std::fill_n(mean + first, run, middle);
            std::fill_n(scale + first, run, Scalar{1} / kernel::deviation(squares * share, Settings::epsilon));
        }
    }
};

namespace detail {

template <class... Options>
inline constexpr bool norm_options = ((is_epsilon<Options> || has<Options, NoGamma, NoBeta>) && ...);

}  // namespace detail

/// Normalisation over all pixels and the channels of each of so many runs, of each picture by itself: PyTorch's GroupNorm(Groups, C). Options:
/// Epsilon<0.001>, NoGamma, NoBeta; PyTorch's epsilon is 1e-5. Rows "gamma" and "beta", (C) each. A NaN makes NaNs of its run.
template <std::size_t Groups, class... Options>
struct GroupNorm : SpecDefaults {
    static_assert(Groups > 0, "denim: GroupNorm: there must be at least one group.");
    static_assert(detail::norm_options<Options...>, "denim: GroupNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: GroupNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr bool channels_in_order = Groups > 1;  // a picture that was flattened otherwise has other groups
    static constexpr bool accepts(Shape in) { return in.channels % std::max<std::size_t>(Groups, 1) == 0; }
    static constexpr auto parameters(Shape in) { return Settings::rows(in.channels); }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = GroupNormLayer<Arithmetic, Out, In, std::max<std::size_t>(Groups, 1), Settings>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: GroupNorm: the groups must divide the channels that it gets; each has as many as the others.");
    };
};

// The closing line stands in tests/runtime/layer/group_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/instance_norm.hpp

// Shape kept. Each channel of each picture by itself: GroupNorm of one channel a group.

namespace denim::inline DENIM_TARGET {

/// Normalisation of each channel over the pixels of its picture: PyTorch's InstanceNorm2d(C, affine=True). Options: Epsilon<0.001>, NoGamma,
/// NoBeta; PyTorch's epsilon is 1e-5, and it has neither gamma nor beta unless it is asked for them. A NaN makes NaNs of its channel.
template <class... Options>
struct InstanceNormOf : SpecDefaults {
    static_assert(detail::norm_options<Options...>, "denim: InstanceNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: InstanceNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) { return Settings::rows(in.channels); }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = GroupNormLayer<Arithmetic, Out, In, In.shape.channels, Settings>;
};

/// InstanceNorm with epsilon 1e-3, gamma and beta.
struct InstanceNorm : InstanceNormOf<> {};

// The closing line stands in tests/runtime/layer/instance_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/plain_local_response_norm.hpp

// The plain twin of the local response normalisation: the definition, written as loops, for any scalar. It finds the numbers of both pictures
// by itself, borders and padded channels included.

namespace denim::inline DENIM_TARGET::kernel {

/// y = x / (bias + alpha / window * sum of squares)^beta, the sum over the channels of its pixel that are no more than window / 2 away.
template <Layout Out, Layout In, std::size_t Window, class Scalar>
struct PlainLocalResponseNorm {
    double alpha, beta, bias;

    void forward(const Scalar* x, Scalar* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) { y[out + c] = x[in + c] * power(base(x + in, c), -beta); });
    }

    /// The gradient of the input is written, added to or left alone.
    template <Gradient Input>
    void backward(const Scalar* x, const Scalar* dy, Scalar* dx) const {
        if constexpr (Input == Gradient::none) return;
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            Scalar gradient = dy[out + c] * power(base(x + in, c), -beta);
            each_near(c, [&](std::size_t other) {  // whose sum has this number's square
                const Scalar slope = static_cast<Scalar>(-2 * alpha * beta / static_cast<double>(Window)) * power(base(x + in, other), -beta - 1);
                gradient += dy[out + other] * x[in + other] * slope * x[in + c];
            });
            dx[in + c] = Input == Gradient::add ? dx[in + c] + gradient : gradient;
        });
    }

private:
    Scalar base(const Scalar* pixel, std::size_t c) const {
        Scalar squares{0};
        each_near(c, [&](std::size_t other) { squares += pixel[other] * pixel[other]; });
        return static_cast<Scalar>(bias) + static_cast<Scalar>(alpha / static_cast<double>(Window)) * squares;
    }
    static Scalar power(Scalar number, double exponent) { return std::pow(number, static_cast<Scalar>(exponent)); }

    template <class Each>
    static void each_near(std::size_t c, Each each) {
        for (std::size_t other = 0; other < In.shape.channels; ++other)
            if (other <= c + Window / 2 && c <= other + Window / 2) each(other);
    }
    template <class Each>
    static void each_number(Each each) {
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x)
                for (std::size_t c = 0; c < In.shape.channels; ++c) each(In.offset(y, x), Out.offset(y, x), c);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/local_response_norm.hpp

// Shape kept. Each number divided by what its neighbours among the channels of its pixel say: y = x / (bias + alpha / window * sum of squares)
// to the power of beta. Krizhevsky, Sutskever and Hinton (2012), with alpha divided by the window as PyTorch and ONNX have it.

namespace denim::inline DENIM_TARGET {

/// Such a normalisation bound to its layouts. The scratch has the divisors' bases and a number more for each channel.
template <class Arithmetic, Layout Out, Layout In, std::size_t Window, Decimal Alpha, Decimal Beta, Decimal Bias>
struct LocalResponseNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, reach = Window / 2, scratch_size = 2 * channels;
    static constexpr std::size_t operations = (2 * Window + 4) * In.shape.size();
    static constexpr std::size_t bands = Arithmetic::plain ? 1 : In.shape.height;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        if constexpr (Arithmetic::plain) return twin.forward(at.input(), at.output);
        Scalar *base = at.scratch, *squares = base + channels;
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            const Scalar* x = at.input() + in;
            bases(x, base, squares);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = x[c] * power(base[c]);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none) {
            if constexpr (Arithmetic::plain) return twin.template backward<Input>(at.input(), at.output_gradient, at.input_gradient());
            Scalar *base = at.scratch, *along = base + channels;
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Scalar *x = at.input() + in, *dy = at.output_gradient + out;
                Scalar* dx = at.input_gradient() + in;
                bases(x, base, along);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar factor = power(base[c]), gradient = dy[c] * factor;
                    along[c] = gradient * x[c] / base[c];
                    dx[c] = Input == Gradient::add ? dx[c] + gradient : gradient;
                }
                sum_windows(along, base);
                for (std::size_t c = 0; c < channels; ++c) dx[c] -= static_cast<Scalar>(2 * share * Beta.value()) * x[c] * base[c];
            });
        }
    }

private:
    static constexpr double share = Alpha.value() / static_cast<double>(Window);
    static constexpr kernel::PlainLocalResponseNorm<Out, In, Window, Scalar> twin{Alpha.value(), Beta.value(), Bias.value()};

    // What stands under the power, for each channel.
    static void bases(const Scalar* x, Scalar* base, Scalar* squares) {
        for (std::size_t c = 0; c < channels; ++c) squares[c] = x[c] * x[c];
        sum_windows(squares, base);
        for (std::size_t c = 0; c < channels; ++c) base[c] = static_cast<Scalar>(Bias.value()) + static_cast<Scalar>(share) * base[c];
    }
    // The sums over windows of channels, cut at both ends: tap by tap, so that compilers make vectors of channels.
    static void sum_windows(const Scalar* from, Scalar* sums) {
        std::fill_n(sums, channels, Scalar{0});
        for (std::size_t tap = 0; tap < Window; ++tap) {
            const std::size_t first = reach - std::min(reach, tap), last = channels - std::min(channels, tap - std::min(reach, tap));
            const std::size_t step = tap + first - reach;
            for (std::size_t c = first; c < last; ++c) sums[c] += from[c - first + step];
        }
    }
    static Scalar power(Scalar base) {
        if constexpr (Beta.value() == 0.75) {
            const Scalar root = std::sqrt(base);
            return Scalar{1} / (root * std::sqrt(root));
        } else {
            return std::pow(base, static_cast<Scalar>(-Beta.value()));
        }
    }
};

/// y = x / (Bias + Alpha / Window * sum of squares)^Beta, the sum over the Window channels around each, fewer at the ends. A NaN makes NaNs of
/// the channels around it, an infinity a NaN of itself and zeros of them.
template <std::size_t Window, Decimal Alpha, Decimal Beta, Decimal Bias>
struct LocalResponseNormOf : SpecDefaults {
    static_assert(Window % 2 == 1, "denim: LocalResponseNorm: an odd window was expected; frameworks place even ones differently.");
    static_assert(Alpha.value() >= 0 && Bias.value() > 0, "denim: LocalResponseNorm: an alpha of at least 0 and a bias above 0 were expected.");

    static constexpr bool channels_in_order = true;  // a picture that was flattened otherwise has other neighbours

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = LocalResponseNormLayer<Arithmetic, Out, In, Window, Alpha, Beta, Bias>;
};

/// With PyTorch's and ONNX's constants: alpha 0.0001, beta 0.75, bias 1.
template <std::size_t Window>
struct LocalResponseNorm : LocalResponseNormOf<Window, 0.0001, 0.75, 1> {};

// The closing line stands in tests/runtime/layer/local_response_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/unit_norm.hpp

// Shape kept. Each pixel: y = x / |x|, whose length is 1, over its channels: as for embeddings that are compared by their angles.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Shorter pixels are divided by this, as Keras has it.
inline constexpr double shortest_length = 1e-12;

/// The plain twin: the definition for the channels of one pixel, written as loops.
template <std::size_t Channels, class Scalar>
struct PlainUnitNorm {
    static Scalar squares(const Scalar* x) {
        Scalar sum{0};
        for (std::size_t c = 0; c < Channels; ++c) sum += x[c] * x[c];
        return is_finite(sum) ? sum : not_a_number<Scalar>();
    }
    static bool is_short(const Scalar* x) { return std::sqrt(squares(x)) < static_cast<Scalar>(shortest_length); }

    static void forward(const Scalar* x, Scalar* y) {
        for (std::size_t c = 0; c < Channels; ++c) y[c] = x[c] / (is_short(x) ? static_cast<Scalar>(shortest_length) : std::sqrt(squares(x)));
    }
    /// Each number of the output with its derivative by each of the input.
    template <Gradient Input>
    static void backward(const Scalar* x, const Scalar* dy, Scalar* dx) {
        for (std::size_t c = 0; c < Channels; ++c) {
            Scalar sum{0};
            for (std::size_t k = 0; k < Channels; ++k) {
                const Scalar same = k == c ? Scalar{1} : Scalar{0};
                sum += dy[k] * (is_short(x) ? same / static_cast<Scalar>(shortest_length) : (same - x[k] * x[c] / squares(x)) / std::sqrt(squares(x)));
            }
            dx[c] = Input == Gradient::add ? dx[c] + sum : sum;
        }
    }
};

}  // namespace detail

/// A UnitNorm bound to its layouts.
template <class Arithmetic, Layout Out, Layout In>
struct UnitNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, operations = 4 * In.shape.size();
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Scalar* const x = at.input() + in;
            if constexpr (Arithmetic::plain) return Twin::forward(x, at.output + out);
            const Scalar scale = Scalar{1} / length(x);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = x[c] * scale;
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                const Scalar *const x = at.input() + in, *const dy = at.output_gradient + out;
                Scalar* const dx = at.input_gradient() + in;
                if constexpr (Arithmetic::plain) return Twin::template backward<Input>(x, dy, dx);
                const Scalar all = length(x), scale = Scalar{1} / all;
                Scalar along{0};  // of the gradient what lengthens the pixel, which changes nothing
                for (std::size_t c = 0; c < channels && all > shortest; ++c) along += dy[c] * (x[c] * scale);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar gradient = (dy[c] - x[c] * scale * along) * scale;
                    dx[c] = Input == Gradient::add ? dx[c] + gradient : gradient;
                }
            });
    }

private:
    using Twin = detail::PlainUnitNorm<channels, Scalar>;
    static constexpr auto shortest = static_cast<Scalar>(detail::shortest_length);

    static Scalar length(const Scalar* x) {
        Scalar squares{0};
        for (std::size_t c = 0; c < channels; ++c) squares += x[c] * x[c];
        return is_finite(squares) ? std::max(std::sqrt(squares), shortest) : not_a_number<Scalar>();
    }
};

/// Each pixel divided by its length, of at least 1e-12. A NaN gives NaN, and so does a pixel whose squares leave the range.
struct UnitNorm : SpecDefaults, detail::Spelled {
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = UnitNormLayer<Arithmetic, Out, In>;
};

// The closing line stands in tests/runtime/layer/unit_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/batch_norm_pass.hpp

// What batch normalisation does with a batch, told where its pictures stand: one code for all its layers. Each sample has its sums (mean and
// squared deviations, which Chan's formula joins); those of a share are joined in order, the shares' as join_in_pairs says. Where each of
// several peers has statistics of its own, see Peers, the running ones move by their mean.

namespace denim::inline DENIM_TARGET {

/// One BatchNorm: its pictures, whether the fast kernels may be used, and what its options say. Its rows are gamma and beta, as far as it has
/// them, then the running mean and variance.
template <class Scalar>
struct BatchNormPass {
    kernel::NormalisedPictures of;
    bool may_be_fast;
    bool has_gamma, has_beta;
    double epsilon, momentum;

    /// Numbers that stay from forward to backward: mean and 1 / deviation; and room for what one step multiplies with.
    [[nodiscard]] constexpr std::size_t scratch_size() const { return 5 * of.channels(); }
    /// Two sums of each sample.
    [[nodiscard]] constexpr std::size_t scratch_per_sample() const { return 2 * of.channels(); }

    void forward(const Forward<Scalar>& at) const;
    void backward(const Backward<Scalar>& at, Gradient input) const;

    /// In a trained network: factor and shift of each channel, by the running statistics.
    void prepare(const Scalar* parameters, Scalar* prepared) const;
    /// Into a convolution in front, whose weights have a filter for each channel as their last axis; no bias is zero. Weights, then biases, are
    /// written.
    void fold(const Scalar* rows, std::span<const Scalar> weights, const Scalar* bias, Scalar* folded) const;
    /// One sample, by what is prepared.
    void infer(const Forward<Scalar>& at) const;

private:
    // Where rows stand, and what scratch holds.
    struct Rows;
    struct Scratch;

    // Whether the statistics of a call are of the samples here, though others have the rest of the batch.
    [[nodiscard]] static bool alone_among_peers(const auto& at) { return at.part && !at.part->peers->statistics_of_all(); }
    [[nodiscard]] static BatchPart<Scalar> normalised_over(const auto& at) {
        return alone_among_peers(at) ? BatchPart<Scalar>{Shares{at.count}} : part_of(at);
    }
    [[nodiscard]] bool fast() const { return may_be_fast && of.whole_vectors(); }
    template <class Each>
    void each_sample(std::size_t count, Each each) const;
    void join_moments(Scalar* sums, const BatchPart<Scalar>& part, Scalar* mean, Scalar* variance) const;
    void next_statistics(const Backward<Scalar>& at, const Scalar* mean, const Scalar* scale) const;
    void sum_over_peers(const Backward<Scalar>& at) const;
};

}  // namespace denim::inline DENIM_TARGET

// ---- denim/layer/batch_norm.hpp

// Shape kept. Each channel: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, over the batch and all pixels in training
// (biased variance), by running statistics in a trained network. Ioffe and Szegedy (2015); Keras's constants unless others are asked for.

namespace denim::inline DENIM_TARGET {

/// Training: on the whole batch, see batch_norm_pass.hpp.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct BatchNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    using Pass = BatchNormPass<Scalar>;
    static constexpr Pass pass{{In, Out}, !Arithmetic::plain, Settings::has_gamma, Settings::has_beta, Settings::epsilon, Settings::momentum};
    static constexpr Works works = Works::on_batches;
    static constexpr std::size_t scratch_size = pass.scratch_size(), scratch_per_sample = pass.scratch_per_sample();
    static constexpr bool backward_reads_output = false, sums_with_peers = true;
    static constexpr std::size_t operations = 4 * In.shape.size();

    static void forward(const Forward<Scalar>& at) { pass.forward(at); }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        pass.backward(at, Input);
    }
};

/// A trained network: on samples, one multiplication and one addition.
template <class Arithmetic, Layout Out, Layout In, class Settings = detail::NormSettings<>>
struct BatchNormInference : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    using Pass = BatchNormPass<Scalar>;
    static constexpr Pass pass = BatchNormLayer<Arithmetic, Out, In, Settings>::pass;
    static constexpr std::size_t prepared_size = 2 * In.shape.channels, operations = 2 * In.shape.size();
    static constexpr bool forward_reads_parameters = false;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t /*part*/) { pass.prepare(parameters, prepared); }
    static void forward(const Forward<Scalar>& at) { pass.infer(at); }
};

/// Batch normalisation over the channels. Options: Epsilon<0.001>, Momentum<0.99>, NoGamma, NoBeta.
template <class... Options>
struct BatchNormOf : SpecDefaults {
    static constexpr bool known = ((detail::is_epsilon<Options> || detail::is_momentum<Options> || detail::has<Options, NoGamma, NoBeta>) && ...);
    static_assert(known, "denim: BatchNorm: an option is not one of Epsilon<...>, Momentum<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: BatchNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) {
        return Settings::template rows<2>(in.channels, {Parameter{"mean", {in.channels}, Initial::zeros, false, Moved::by_layer},
                                                        Parameter{"variance", {in.channels}, Initial::ones, false, Moved::by_layer}});
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BatchNormLayer<Arithmetic, Out, In, Settings>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BatchNormInference<Arithmetic, Out, In, Settings>;
};

/// Batch normalisation with Keras's constants: epsilon 1e-3, momentum 0.99.
struct BatchNorm : BatchNormOf<> {};

namespace detail {

template <class... Options>
std::true_type as_batch_norm(const BatchNormOf<Options...>&);
std::false_type as_batch_norm(...);
/// True of BatchNorm and of BatchNormOf.
template <class Type>
inline constexpr bool is_batch_norm = decltype(detail::as_batch_norm(std::declval<const Type&>()))::value;

}  // namespace detail

static_assert(check_layer<BatchNorm, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv_batch_norm.hpp

namespace denim::inline DENIM_TARGET {

/// A convolution whose weights and bias take in the scale and shift of the BatchNorm behind it.
template <kernel::Convolution Of, class Arithmetic, bool Bias, class Norm>
struct FoldedConvLayer : ConvLayer<Of, Arithmetic, Mode::inference> {
    using Base = ConvLayer<Of, Arithmetic, Mode::inference>;
    using typename Base::Scalar;
    static constexpr std::size_t filters = Of.filters(), prepare_parts = 1;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t /*part*/) {
        const Scalar *bias = parameters + Of.weights(), *rows = bias + (Bias ? filters : 0);
        AlignedArray<Scalar> folded(Of.weights() + filters);
        Norm::template InferenceLayer<Arithmetic, Of.output, Of.output>::pass.fold(rows, {parameters, Of.weights()}, Bias ? bias : nullptr, folded.data());
        for (std::size_t part = 0; part < Base::prepare_parts; ++part) Base::prepare(folded.data(), prepared, part);
    }
};

namespace detail {

/// A linear convolution with what stands behind it in a trained network: a BatchNorm, and an activation that kernels have in registers.
template <class Convolution, class Norm, class Function>
struct FoldedConv : SpecDefaults {
    static constexpr bool exists = true;

    template <class Arithmetic>
    static constexpr Border border(Shape in) {
        return Convolution::template border<Arithmetic>(in);
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out) {
        kernel::Convolution folded = Convolution::geometry(in, out, epilogue_of<Function>);
        folded.bias = true;
        return folded;
    }
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = FoldedConvLayer<geometry(In, Out), Arithmetic, Convolution::bias, Norm>;
};

template <class Arithmetic, class Norm>
concept Folds = !Arithmetic::plain && is_batch_norm<Norm>;

}  // namespace detail

/// In a trained network BatchNorm behind a linear Conv costs nothing, and a ReLU or ReLU6 behind that next to nothing.
template <class Arithmetic, WindowSize Window, std::size_t Filters, class... Options, class Norm>
    requires(detail::Folds<Arithmetic, Norm> && Conv<Window, Filters, Options...>::linear)
struct Fused<Arithmetic, Mode::inference, Conv<Window, Filters, Options...>, Norm> : detail::FoldedConv<Conv<Window, Filters, Options...>, Norm, Linear> {};
template <class Arithmetic, WindowSize Window, std::size_t Filters, class... Options, class Norm, class Function>
    requires(detail::Folds<Arithmetic, Norm> && Conv<Window, Filters, Options...>::linear && detail::epilogue_of<Function> != kernel::Epilogue::linear)
struct Fused<Arithmetic, Mode::inference, Conv<Window, Filters, Options...>, Norm, Activation<Function>>
    : detail::FoldedConv<Conv<Window, Filters, Options...>, Norm, Function> {};

/// Likewise behind a linear DepthwiseConv.
template <class Arithmetic, WindowSize Window, class... Options, class Norm>
    requires(detail::Folds<Arithmetic, Norm> && DepthwiseConv<Window, Options...>::linear)
struct Fused<Arithmetic, Mode::inference, DepthwiseConv<Window, Options...>, Norm> : detail::FoldedConv<DepthwiseConv<Window, Options...>, Norm, Linear> {};
template <class Arithmetic, WindowSize Window, class... Options, class Norm, class Function>
    requires(detail::Folds<Arithmetic, Norm> && DepthwiseConv<Window, Options...>::linear && detail::epilogue_of<Function> != kernel::Epilogue::linear)
struct Fused<Arithmetic, Mode::inference, DepthwiseConv<Window, Options...>, Norm, Activation<Function>>
    : detail::FoldedConv<DepthwiseConv<Window, Options...>, Norm, Function> {};

static_assert(check_fused<Mode::inference, Shape{8, 8, 3}, Conv<1, 8, Linear>, BatchNorm>());
static_assert(check_fused<Mode::inference, Shape{8, 8, 16}, DepthwiseConv<3, Linear>, BatchNorm, Activation<ReLU6>>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/dropout.hpp

// Shape kept. In training each number becomes zero with probability `rate`, else it is divided by 1 - rate; a trained network
// has no dropout. Srivastava et al. (2014), "inverted" as in Keras.

namespace denim::inline DENIM_TARGET {

/// A dropout bound to its layouts; backward draws the same mask again.
template <class Arithmetic, Layout Out, Layout In>
struct DropoutLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t operations = In.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_run(*at.settings, at.random, [x = at.input(), y = at.output](std::size_t in, std::size_t out, const Scalar* factors, std::size_t count) {
            for (std::size_t n = 0; n < count; ++n) y[out + n] = x[in + n] * factors[n];
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            for_each_run(*at.settings, at.random,
                         [dx = at.input_gradient(), dy = at.output_gradient](std::size_t in, std::size_t out, const Scalar* factors, std::size_t count) {
                             for (std::size_t n = 0; n < count; ++n)
                                 dx[in + n] = dy[out + n] * factors[n] + (Input == Gradient::add ? dx[in + n] : Scalar{0});
                         });
    }

private:
    // Number n of the sample is kept if word n / 16 % 4 of block n % 16, of the sixteen blocks n / 64, is not below the rate. Calls
    // each(in, out, factors, count) for neighbours of one pixel.
    template <class Each>
    static void for_each_run(const LayerSettings& settings, Random random, Each each) {
        const double kept = 1.0 - static_cast<double>(settings.rate);
        const double dropped = settings.rate > 0 ? std::min(static_cast<double>(settings.rate), 1.0) : 0.0;  // whatever the rate is
        const Scalar factor = dropped == 1 ? Scalar{0} : static_cast<Scalar>(1.0 / kept);
        const auto threshold = dropped == 1 ? 0 : static_cast<std::uint32_t>(dropped * 0x1p32);
        std::array<Scalar, 64> factors{};
        std::size_t number = 0;
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x)
                for (std::size_t c = 0, count = 0; c < In.shape.channels; c += count, number += count) {
                    if (number % 64 == 0) draw(random.blocks(number / 4), threshold, factor, factors);
                    count = std::min(64 - number % 64, In.shape.channels - c);
                    each(In.offset(y, x) + c, Out.offset(y, x) + c, factors.data() + number % 64, count);
                }
    }
    static void draw(const Random::Blocks& blocks, std::uint32_t threshold, Scalar factor, std::array<Scalar, 64>& factors) {
        for (std::size_t word = 0; word < 4; ++word)
            for (std::size_t n = 0; n < 16; ++n) factors[16 * word + n] = blocks[word][n] >= threshold ? factor : Scalar{0};
    }
};

/// Sets a share of the numbers to zero while the network learns: network.settings<layer>().rate, from 0 to less than 1; 0.5
/// unless set.
struct Dropout : SpecDefaults {
    static constexpr bool training_only = true;
    static constexpr bool has_rate = true;

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = DropoutLayer<Arithmetic, Out, In>;
};

/// Dropout whose rate begins at Rate, from 0 to less than 1.
template <Decimal Rate>
struct DropoutOf : Dropout {
    static_assert(Rate.value() >= 0 && Rate.value() < 1, "denim: DropoutOf: a rate from 0 to less than 1 was expected.");
    static constexpr float rate = static_cast<float>(Rate.value());
};

static_assert(check_layer<Dropout, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/plain_place.hpp

namespace denim::inline DENIM_TARGET::kernel {

/// Where number n of a picture in (H, W, C) order lies, for the plain twins that go number by number.
constexpr std::size_t plain_place(const Layout& of, std::size_t n) {
    const std::size_t pixel = n / of.shape.channels;
    return of.offset(pixel / of.shape.width, pixel % of.shape.width) + n % of.shape.channels;
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/plain_stochastic_depth.hpp

// The plain twin of stochastic depth: the definition, written as loops, for any scalar. It finds the numbers of both pictures by itself,
// borders and padded channels included.

namespace denim::inline DENIM_TARGET::kernel {

/// y = x / (1 - rate) where `word`, which is random from 0 to 2^32, says that the sample is kept, else x times 0. The gradient of the input
/// is written, added to or left alone.
template <Layout Out, Layout In, class Scalar>
struct PlainStochasticDepth {
    static void forward(const Scalar* x, double rate, std::uint32_t word, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) y[plain_place(Out, n)] = passed(x[plain_place(In, n)], rate, word);
    }
    template <Gradient Input>
    static void backward(double rate, std::uint32_t word, const Scalar* dy, Scalar* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = passed(dy[plain_place(Out, n)], rate, word);
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += passed(dy[plain_place(Out, n)], rate, word);
        }
    }

private:
    static Scalar passed(Scalar number, double rate, std::uint32_t word) {
        const bool kept = static_cast<double>(word) / 4294967296.0 >= rate;
        return kept ? number / static_cast<Scalar>(1 - rate) : number * Scalar{0};
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/stochastic_depth.hpp

// Shape kept. In training a sample's numbers all become zero with probability `rate`, else they are divided by 1 - rate; a trained network
// has nothing of it. Huang et al., "Deep networks with stochastic depth" (2016).

namespace denim::inline DENIM_TARGET {

/// Stochastic depth bound to its layouts; backward draws the same number again.
template <class Arithmetic, Layout Out, Layout In>
struct StochasticDepthLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t operations = In.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        if constexpr (Arithmetic::plain) return Twin::forward(at.input(), rate_of(*at.settings), at.random.block(0)[0], at.output);
        const Scalar factor = drawn(*at.settings, at.random);
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < In.shape.channels; ++c) at.output[out + c] = at.input()[in + c] * factor;
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Arithmetic::plain)
            return Twin::template backward<Input>(rate_of(*at.settings), at.random.block(0)[0], at.output_gradient, at.input_gradient());
        const Scalar factor = drawn(*at.settings, at.random);
        for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            Scalar* const to = at.input_gradient() + in;
            for (std::size_t c = 0; c < In.shape.channels; ++c)
                to[c] = at.output_gradient[out + c] * factor + (Input == Gradient::add ? to[c] : Scalar{0});
        });
    }

private:
    using Twin = kernel::PlainStochasticDepth<Out, In, Scalar>;

    static double rate_of(const LayerSettings& settings) { return static_cast<double>(settings.rate); }
    // The sample is kept if the first word of its stream is not below the rate.
    static Scalar drawn(const LayerSettings& settings, const Random& random) {
        const double rate = rate_of(settings);
        return static_cast<double>(random.block(0)[0]) >= rate * 0x1p32 && rate < 1 ? static_cast<Scalar>(1 / (1 - rate)) : Scalar{0};
    }
};

/// At the end of a Residual it leaves the inner layers out, for a sample at a time, while the network learns:
/// Residual<Conv<3, 64, Same>, Conv<3, 64, Same, Linear>, StochasticDepth<0.1>>. network.settings<layer>().rate, the share of samples, begins
/// at Rate, from 0 to less than 1. A NaN in what is left out stays one.
template <Decimal Rate>
struct StochasticDepth : SpecDefaults {
    static_assert(Rate.value() >= 0 && Rate.value() < 1, "denim: StochasticDepth: a rate from 0 to less than 1 was expected.");
    static constexpr bool training_only = true;
    static constexpr bool has_rate = true;
    static constexpr float rate = static_cast<float>(Rate.value());

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = StochasticDepthLayer<Arithmetic, Out, In>;
};

// The closing line stands in tests/runtime/layer/stochastic_depth.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/plain_channelwise.hpp

// The plain twins of the layers with one learned number for each channel: the definitions, written as loops, for any scalar. They find the
// numbers of both pictures by themselves, borders and padded channels included.

namespace denim::inline DENIM_TARGET::kernel {

/// y = x above 0, slope x elsewhere.
template <class Scalar>
struct PlainSlope {
    Scalar y, to_x, to_number;  ///< and the derivatives by x and by the slope

    PlainSlope(Scalar x, Scalar slope) : y(slope * x), to_x(slope), to_number(x) {
        if (x > 0) y = x, to_x = Scalar{1}, to_number = Scalar{0};
    }
};

/// y = factor x.
template <class Scalar>
struct PlainFactor {
    Scalar y, to_x, to_number;

    PlainFactor(Scalar x, Scalar factor) : y(factor * x), to_x(factor), to_number(x) {}
};

/// One of them, pixel by pixel; `numbers` are those of the channels.
template <Layout Out, Layout In, class Function, class Scalar>
struct PlainChannelwise {
    static void forward(const Scalar* x, const Scalar* numbers, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) y[plain_place(Out, n)] = Function(x[plain_place(In, n)], numbers[channel(n)]).y;
    }

    /// Adds to the sums, which are the gradients of the numbers; that of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Scalar* x, const Scalar* numbers, const Scalar* dy, Scalar* dx, Scalar* sums) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            const Function at(x[plain_place(In, n)], numbers[channel(n)]);
            const Scalar gradient = dy[plain_place(Out, n)];
            sums[channel(n)] += gradient * at.to_number;
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = gradient * at.to_x;
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += gradient * at.to_x;
        }
    }

private:
    // Of number n in (H, W, C) order.
    static constexpr std::size_t channel(std::size_t n) { return n % In.shape.channels; }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/channelwise.hpp

// Shape kept: y = f(x, p), where p is a number that each channel has and learns: PReLU and Scale.

namespace denim::inline DENIM_TARGET {

/// A function of each number and its channel's parameter, bound to its layouts. `Rule` has value(x, p), along_x(x, p), its derivative by x, and
/// along_p(x), that by p, for vectors; its plain twin; its word in the table of spellings, and what the parameter is called. The accumulator is
/// the gradient of the parameters.
template <class Arithmetic, Layout Out, Layout In, class Rule>
struct ChannelwiseLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, accumulator_size = channels, operations = In.shape.size();
    static constexpr std::size_t bands = Arithmetic::plain ? 1 : In.shape.height;
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        if constexpr (Arithmetic::plain)
            Twin::forward(at.input(), at.parameters, at.output);
        else
            each_channels([&](auto take, auto give, std::size_t c) {
                const auto p = take(at.parameters + c);
                for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
                    give(at.output + out + c, Rule::value(take(at.input() + in + c), p));
                });
            });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Scalar* const to = Input == Gradient::none ? nullptr : at.input_gradient();
        if constexpr (Arithmetic::plain)
            Twin::template backward<Input>(at.input(), at.parameters, at.output_gradient, to, at.accumulator);
        else
            each_channels([&](auto take, auto give, std::size_t c) {
                const auto p = take(at.parameters + c);
                auto sum = take(at.accumulator + c);
                for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                    const auto x = take(at.input() + in + c), dy = take(at.output_gradient + out + c);
                    sum = sum + dy * Rule::along_p(x);
                    if constexpr (Input != Gradient::none) {
                        Scalar* const dx = to + in + c;
                        const auto gradient = dy * Rule::along_x(x, p);
                        give(dx, Input == Gradient::add ? take(dx) + gradient : gradient);
                    }
                });
                give(at.accumulator + c, sum);
            });
    }
    static void finish(const Finish<Scalar>& of, std::size_t /*part*/) { std::copy_n(of.accumulator, channels, of.gradients); }

private:
    using Twin = kernel::PlainChannelwise<Out, In, typename Rule::template Twin<Scalar>, Scalar>;

    // A vector of channels at a time, and what is left.
    template <class Act>
    static void each_channels(Act act) {
        using Vector = simd::Vector<Scalar>;
        constexpr std::size_t lanes = simd::lanes<Scalar>, rest = channels % lanes;
        std::size_t c = 0;
        for (; c + lanes <= channels; c += lanes)
            act([](const Scalar* from) { return simd::load(from); }, [](Scalar* to, Vector all) { simd::store(to, all); }, c);
        if constexpr (rest > 0)
            act([](const Scalar* from) { return simd::load_first(from, rest); }, [](Scalar* to, Vector all) { simd::store_first(to, all, rest); }, c);
    }
};

/// What specs of such layers share: one row, which every channel begins alike.
template <class Rule, Decimal Start>
struct Channelwise : SpecDefaults {
    static constexpr auto parameters(Shape in) {
        return std::array{Parameter{Rule::parameter, {in.channels}, Initial::constant, false, Moved::by_gradient, 1, 1, Start.value()}};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ChannelwiseLayer<Arithmetic, Out, In, Rule>;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/prelu.hpp

// Shape kept: y = x above 0, slope x below, with a slope for each channel that is learned. He et al., "Delving deep into rectifiers" (2015).

namespace denim::inline DENIM_TARGET {

namespace detail {

struct LearnedSlope {
    static constexpr const char *word = "PReLU", *parameter = "slope";
    template <class Scalar>
    using Twin = kernel::PlainSlope<Scalar>;
    template <class Number>
    static Number value(Number x, Number slope) {
        return simd::select(x > constant<Number>(0), x, slope * x);
    }
    template <class Number>
    static Number along_x(Number x, Number slope) {
        return simd::select(x > constant<Number>(0), constant<Number>(1), slope);
    }
    template <class Number>
    static Number along_p(Number x) {
        return simd::select(x > constant<Number>(0), constant<Number>(0), x);
    }
};

}  // namespace detail

/// x above 0, a trained slope of its channel times x below; slopes begin at Start: PReLUOf<0.25> as in the paper and in PyTorch. One row
/// "slope", (C), which L2 and weight decay leave alone. At 0 the derivative is the slope. A NaN gives NaN.
template <Decimal Start>
struct PReLUOf : Channelwise<detail::LearnedSlope, Start> {};

/// PReLUOf whose slopes begin at 0, as Keras's do with shared_axes=[1, 2].
struct PReLU : PReLUOf<0> {};

// The closing line stands in tests/runtime/layer/prelu.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/scale.hpp

// Shape kept: y = factor x, with a factor for each channel that is learned. Touvron et al., "Going deeper with image transformers" (2021).

namespace denim::inline DENIM_TARGET {

namespace detail {

struct LearnedFactor {
    static constexpr const char *word = "Scale", *parameter = "factor";
    template <class Scalar>
    using Twin = kernel::PlainFactor<Scalar>;
    template <class Number>
    static Number value(Number x, Number factor) {
        return factor * x;
    }
    template <class Number>
    static Number along_x(Number /*x*/, Number factor) {
        return factor;
    }
    template <class Number>
    static Number along_p(Number x) {
        return x;
    }
};

}  // namespace detail

/// Each channel times a trained factor, which begins at Start: ScaleOf<1e-6> at the end of a Residual is ConvNeXt's layer scale. One row
/// "factor", (C), which L2 and weight decay leave alone. A NaN gives NaN, and so does an infinity times a factor of 0.
template <Decimal Start>
struct ScaleOf : Channelwise<detail::LearnedFactor, Start> {};

/// ScaleOf whose factors begin at 1.
struct Scale : ScaleOf<1> {};

// The closing line stands in tests/runtime/layer/scale.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/plain_rescale.hpp

// The plain twins of the layers whose numbers stand in their types: the definitions, written as loops, for any scalar. They find the numbers of
// both pictures by themselves, borders and padded channels included.

namespace denim::inline DENIM_TARGET::kernel {

/// y = factor x + offset. The gradient of the input is written, added to or left alone.
template <Layout Out, Layout In, class Scalar>
struct PlainRescale {
    static void forward(const Scalar* x, double factor, double offset, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = static_cast<Scalar>(factor) * x[plain_place(In, n)] + static_cast<Scalar>(offset);
    }
    template <Gradient Input>
    static void backward(double factor, const Scalar* dy, Scalar* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = static_cast<Scalar>(factor) * dy[plain_place(Out, n)];
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += static_cast<Scalar>(factor) * dy[plain_place(Out, n)];
        }
    }
};

/// y = (x - mean) / deviation, by a number for each channel or one for all.
template <Layout Out, Layout In, class Scalar>
struct PlainNormalise {
    static void forward(const Scalar* x, std::span<const double> means, std::span<const double> deviations, Scalar* y) {
        for (std::size_t n = 0; n < In.shape.size(); ++n)
            y[plain_place(Out, n)] = (x[plain_place(In, n)] - of_channel(means, n)) / of_channel(deviations, n);
    }
    template <Gradient Input>
    static void backward(std::span<const double> deviations, const Scalar* dy, Scalar* dx) {
        for (std::size_t n = 0; n < In.shape.size(); ++n) {
            if constexpr (Input == Gradient::write) dx[plain_place(In, n)] = dy[plain_place(Out, n)] / of_channel(deviations, n);
            if constexpr (Input == Gradient::add) dx[plain_place(In, n)] += dy[plain_place(Out, n)] / of_channel(deviations, n);
        }
    }

private:
    static Scalar of_channel(std::span<const double> numbers, std::size_t n) {
        return static_cast<Scalar>(numbers[n % In.shape.channels % numbers.size()]);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/rescale.hpp

// Shape kept: y = factor x + offset, or another line for each channel (Normalise), by numbers that stand in the type.

namespace denim::inline DENIM_TARGET {

/// A line for each channel, bound to its layouts. `Rule` has value(x, c), for a number of channel c, slope(c), its derivative, and its plain
/// twin's forward(x, y) and backward(dy, dx).
template <class Arithmetic, Layout Out, Layout In, class Rule>
struct RescaleLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t operations = 2 * In.shape.size();
    static constexpr std::size_t bands = Arithmetic::plain ? 1 : In.shape.height;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        if constexpr (Arithmetic::plain) return Twin::forward(at.input(), at.output);
        for_each_pixel<In, Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < In.shape.channels; ++c) at.output[out + c] = Rule::value(at.input()[in + c], c);
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Arithmetic::plain)
            Twin::template backward<Input>(at.output_gradient, Input == Gradient::none ? nullptr : at.input_gradient());
        else if constexpr (Input != Gradient::none)
            for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                Scalar* const to = at.input_gradient() + in;
                for (std::size_t c = 0; c < In.shape.channels; ++c) {
                    const Scalar gradient = at.output_gradient[out + c] * Rule::template slope<Scalar>(c);
                    to[c] = Input == Gradient::add ? to[c] + gradient : gradient;
                }
            });
    }

private:
    using Twin = typename Rule::template Twin<Out, In, Scalar>;
};

/// Factor x + Offset: Rescale<2, -1> makes numbers from -1 to 1 of those from 0 to 1. A NaN gives NaN, and so does an infinity times 0.
template <Decimal Factor, Decimal Offset = 0>
struct Rescale : SpecDefaults {
    struct Rule {
        template <class Scalar>
        static Scalar value(Scalar x, std::size_t /*channel*/) {
            return x * slope<Scalar>(0) + static_cast<Scalar>(Offset.value());
        }
        template <class Scalar>
        static constexpr Scalar slope(std::size_t /*channel*/) {
            return static_cast<Scalar>(Factor.value());
        }
        template <Layout Out, Layout In, class Scalar>
        struct Twin {
            using Definition = kernel::PlainRescale<Out, In, Scalar>;
            static void forward(const Scalar* x, Scalar* y) { Definition::forward(x, Factor.value(), Offset.value(), y); }
            template <Gradient Input>
            static void backward(const Scalar* dy, Scalar* dx) {
                Definition::template backward<Input>(Factor.value(), dy, dx);
            }
        };
    };

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = RescaleLayer<Arithmetic, Out, In, Rule>;
};

// The closing line stands in tests/runtime/layer/rescale.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/normalise.hpp

// Shape kept: y = (x - mean) / deviation, by numbers of the channel that stand in the type, as those of a data set.

namespace denim::inline DENIM_TARGET {

/// What Normalise takes away: a number for each channel, or one for all.
template <Decimal... Numbers>
struct Mean {};
/// What it divides by.
template <Decimal... Numbers>
struct Deviation {};

namespace detail {

/// The numbers of a Mean or a Deviation; none of another type.
template <class Type>
inline constexpr std::array<double, 0> means_of{};
template <Decimal... Numbers>
inline constexpr std::array<double, sizeof...(Numbers)> means_of<Mean<Numbers...>>{Numbers.value()...};
template <class Type>
inline constexpr std::array<double, 0> deviations_of{};
template <Decimal... Numbers>
inline constexpr std::array<double, sizeof...(Numbers)> deviations_of<Deviation<Numbers...>>{Numbers.value()...};

}  // namespace detail

/// Each channel as many deviations away from its mean as it is. Of the photographs of ImageNet, from 0 to 1:
/// Normalise<Mean<0.485, 0.456, 0.406>, Deviation<0.229, 0.224, 0.225>>. A NaN gives NaN.
template <class Means, class Deviations>
struct Normalise : SpecDefaults {
    static constexpr const auto& means = detail::means_of<Means>;
    static constexpr const auto& deviations = detail::deviations_of<Deviations>;
    static constexpr bool told = !means.empty() && !deviations.empty();
    static_assert(told, "denim: Normalise: a Mean and a Deviation of at least one number each were expected: Normalise<Mean<0.5>, Deviation<0.25>>.");
    static_assert(std::ranges::all_of(deviations, [](double each) { return each > 0; }), "denim: Normalise: deviations above 0 were expected.");

    static constexpr bool accepts(Shape in) {
        const auto fits = [&](std::size_t count) { return count == 1 || count == in.channels; };
        return fits(means.size()) && fits(deviations.size());
    }

    struct Rule {
        template <class Scalar>
        static Scalar value(Scalar x, std::size_t c) {
            return (x - static_cast<Scalar>(means[means.size() == 1 ? 0 : c])) * slope<Scalar>(c);
        }
        template <class Scalar>
        static constexpr Scalar slope(std::size_t c) {
            return static_cast<Scalar>(1 / deviations[deviations.size() == 1 ? 0 : c]);
        }
        template <Layout Out, Layout In, class Scalar>
        struct Twin {
            using Definition = kernel::PlainNormalise<Out, In, Scalar>;
            static void forward(const Scalar* x, Scalar* y) { Definition::forward(x, means, deviations, y); }
            template <Gradient Input>
            static void backward(const Scalar* dy, Scalar* dx) {
                Definition::template backward<Input>(deviations, dy, dx);
            }
        };
    };

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = RescaleLayer<Arithmetic, Out, In, Rule>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In) || !told,
                      "denim: Normalise: as many numbers as it gets channels were expected in its Mean and its Deviation, or one for all.");
    };
};

// The closing line stands in tests/runtime/layer/normalise.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/branches.hpp

// Branches side by side from one value, as entries of the flat list: Fork, first branch, Turn, second branch, Turn, ..., join.

namespace denim::inline DENIM_TARGET {

/// The end of a branch: remembers its value for the join to come, and goes back to the value that the fork remembered; the last
/// turn forgets that one.
template <bool Last>
struct Turn : SpecDefaults {
    static constexpr Role role = Role::turn;
    static constexpr bool last = Last;
};

/// What a join says of `Count` values of one shape that become one of the same, number by number.
template <std::size_t Count>
struct JoinOfEqualShapes : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = Count;

    template <class... Shapes>
    static constexpr bool accepts(Shape first, Shapes... rest) {
        return ((rest == first) && ...);
    }
    template <class... Shapes>
    static constexpr Shape output(Shape first, Shapes... /*rest*/) {
        return first;
    }
};

namespace detail {

template <class Join, class Sequence, class... Branches>
struct BranchList;
template <class Join, std::size_t... Index, class First, class... Rest>
struct BranchList<Join, std::index_sequence<Index...>, First, Rest...> {
    using type = decltype((List<Fork, First>{} + ... + List<Turn<Index + 1 == sizeof...(Rest)>, Rest>{}) + List<Join>{});
};
template <class Join>
struct BranchList<Join, std::index_sequence<>> {
    using type = List<>;
};

}  // namespace detail

/// The list of branches between a fork and a join that reads the end of each, in their order.
template <class Join, class... Branches>
using branches = typename detail::BranchList<Join, std::make_index_sequence<sizeof...(Branches) ? sizeof...(Branches) - 1 : 0>,
                                             Branches...>::type;

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/sum.hpp

// (H, W, C) -> (H', W', C'): what branches of one input give, added number by number.

namespace denim::inline DENIM_TARGET {

/// The sum of pictures of one shape, number by number, bound to its layouts: of the first two, and that with each of the others.
template <class Arithmetic, Layout Out, Layout... Ins>
struct SumLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t bands = Out.shape.height, operations = (sizeof...(Ins) - 1) * Out.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        for_each_sum(at, [](Scalar*) {});
    }
    template <Gradient... To>
    static void backward(const Backward<Scalar>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (give<To, Ins>(at.output_gradient, at.input_gradients[Number]), ...);
        }(std::make_index_sequence<sizeof...(Ins)>{});
    }

protected:
    // Calls then(sum) behind the sum of each pixel.
    template <class Then>
    static void for_each_sum(const Forward<Scalar>& at, Then then) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            for_each_row_and_column<Out.shape>(at.first_band, at.last_band, [&](std::size_t y, std::size_t x) {
                Scalar* const sum = at.output + Out.offset(y, x);
                add(sum, (at.inputs[Number] + Ins.offset(y, x))...);
                then(sum);
            });
        }(std::make_index_sequence<sizeof...(Ins)>{});
    }

private:
    template <class... Inputs>
    static void add(Scalar* sum, Inputs... inputs) {
        for (std::size_t c = 0; c < Out.shape.channels; ++c) sum[c] = (... + inputs[c]);
    }
    template <Gradient To, Layout In>
    static void give(const Scalar* gradient, Scalar* input_gradient) {
        if constexpr (To != Gradient::none)
            for_each_row_and_column<Out.shape>([&](std::size_t y, std::size_t x) {
                const Scalar* from = gradient + Out.offset(y, x);
                Scalar* to = input_gradient + In.offset(y, x);
                for (std::size_t c = 0; c < Out.shape.channels; ++c) to[c] = To == Gradient::add ? to[c] + from[c] : from[c];
            });
    }
};

/// A join that adds values, number by number.
template <std::size_t Count>
struct AdditionOf : JoinOfEqualShapes<Count> {
    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = SumLayer<Arithmetic, Out, Ins...>;
};

/// The sum of 2 to 8 branches that get the same input and give one shape: Sum<Sequential<Conv<3, 8, Same, Linear>, BatchNorm>, Conv<1, 8, Linear>>.
/// An empty Sequential gives its input. Infinities of opposite signs make a NaN, and a NaN stays one.
template <class... Branches>
struct Sum {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs, "denim: Sum: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Added : AdditionOf<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Added::accepts(Got...), "denim: Sum: the branches give different shapes, so they cannot be added; give them the same "
                                                  "strides, Same or windows of the same size, and as many filters at their ends.");
        };
    };

    using Expanded = branches<Added, Branches...>;
};

static_assert(check_layer<AdditionOf<2>, Shape{2, 2, 8}, Shape{2, 2, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/sum_activation.hpp

// A sum of branches with an activation behind it, as residual networks have it at the end of each block: the sum itself is never stored.

namespace denim::inline DENIM_TARGET {

/// Such a sum bound to its layouts: each pixel is added, and then the function taken of it, while it is in the first level.
template <class Arithmetic, class Function, Layout Out, Layout... Ins>
struct ActivatedSumLayer : SumLayer<Arithmetic, Out, Ins...> {
    using Base = SumLayer<Arithmetic, Out, Ins...>;
    using typename Base::Scalar;
    static constexpr std::size_t channels = Out.shape.channels, operations = Base::operations + Out.shape.size();
    static constexpr bool backward_reads_output = true;

    static void forward(const Forward<Scalar>& at) {
        Base::for_each_sum(at, [](Scalar* sum) { detail::activate<Function>(sum, sum, channels); });
    }
    template <Gradient... To>
    static void backward(const Backward<Scalar>& at) {
        for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) {
            const Scalar* y = at.output + pixel;
            Scalar* dy = at.output_gradient + pixel;
            detail::activate_gradient<Function, false>(y, y, dy, dy, channels);
        });
        Base::template backward<To...>(at);
    }
};

namespace detail {

template <std::size_t Count>
std::true_type as_addition(const AdditionOf<Count>&);
std::false_type as_addition(...);

/// A join that adds: that of Residual or of Sum.
template <class Type>
concept Addition = decltype(as_addition(std::declval<Type>()))::value;

}  // namespace detail

/// In training where the slope is one of the output; the activation's input is gone by then.
template <class Arithmetic, Mode For, detail::Addition Join, class Function>
    requires(!Arithmetic::plain && (For == Mode::inference || !Function::of_input))
struct Fused<Arithmetic, For, Join, Activation<Function>> : SpecDefaults {
    static constexpr bool exists = true;

    template <class, Layout Out, Layout... Ins>
    using Layer = ActivatedSumLayer<Arithmetic, Function, Out, Ins...>;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/product.hpp

// (H, W, C) -> (H', W', C'): what branches of one input give, multiplied number by number. Gate multiplies by one number for each channel.

namespace denim::inline DENIM_TARGET {

/// The product of pictures of one shape, number by number, bound to its layouts.
template <class Arithmetic, Layout Out, Layout... Ins>
struct ProductOfLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t count = sizeof...(Ins), channels = Out.shape.channels;
    static constexpr std::array<Layout, count> ins{Ins...};
    static constexpr std::size_t bands = Out.shape.height, operations = (count - 1) * Out.shape.size();
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            for_each_row_and_column<Out.shape>(at.first_band, at.last_band, [&](std::size_t y, std::size_t x) {
                const auto multiply = [to = at.output + Out.offset(y, x)](auto... inputs) {
                    for (std::size_t c = 0; c < channels; ++c) to[c] = (... * inputs[c]);
                };
                multiply((at.inputs[Number] + Ins.offset(y, x))...);
            });
        }(std::make_index_sequence<count>{});
    }
    template <Gradient... To>
    static void backward(const Backward<Scalar>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (give<Number, To>(at), ...);
        }(std::make_index_sequence<count>{});
    }

private:
    // The gradient times all other inputs.
    template <std::size_t Number, Gradient To>
    static void give(const Backward<Scalar>& at) {
        if constexpr (To != Gradient::none)
            for_each_row_and_column<Out.shape>([&](std::size_t y, std::size_t x) {
                const Scalar* dy = at.output_gradient + Out.offset(y, x);
                Scalar* dx = at.input_gradients[Number] + ins[Number].offset(y, x);
                for (std::size_t c = 0; c < channels; ++c) {
                    Scalar gradient = dy[c];
                    for (std::size_t other = 0; other < count; ++other)
                        if (other != Number) gradient *= (at.inputs[other] + ins[other].offset(y, x))[c];
                    dx[c] = To == Gradient::add ? dx[c] + gradient : gradient;
                }
            });
    }
};

/// A join that multiplies values, number by number.
template <std::size_t Count>
struct MultiplicationOf : JoinOfEqualShapes<Count> {
    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = ProductOfLayer<Arithmetic, Out, Ins...>;
};

/// The product of 2 to 8 branches that get the same input and give one shape: Product<Conv<3, 8, Linear>, Conv<3, 8, Sigmoid>>. An empty
/// Sequential gives its input. An infinity times zero makes a NaN, and a NaN stays one.
template <class... Branches>
struct Product {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs, "denim: Product: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Multiplied : MultiplicationOf<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Multiplied::accepts(Got...), "denim: Product: the branches give different shapes, so they cannot be multiplied; give them "
                                                       "the same strides, Same or windows of the same size, and as many filters at their ends.");
        };
    };

    using Expanded = branches<Multiplied, Branches...>;  // its closing line stands in tests/runtime/layer/product.cpp: every program would pay for it
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/repeat.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Block, class Sequence>
struct RepeatedList;
template <class Block, std::size_t... Index>
struct RepeatedList<Block, std::index_sequence<Index...>> {
    template <std::size_t>
    using Same = Block;
    using type = List<Same<Index>...>;
};

}  // namespace detail

/// The block Count times, one behind the other, each with weights of its own: Repeat<3, Residual<Conv<3, 64, Same>, Conv<3, 64, Same, Linear>>>.
/// None at all is what went in.
template <std::size_t Count, class Block>
struct Repeat {
    using Expanded = typename detail::RepeatedList<Block, std::make_index_sequence<Count>>::type;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/residual.hpp

// (H, W, C) -> (H, W, C): what the inner layers make of the input, plus the input, or plus what a Shortcut makes of it: (H', W', C'). He
// et al., "Deep residual learning" (2016).

namespace denim::inline DENIM_TARGET {

/// The other way around the inner layers of a Residual, the last of its arguments, where they change the shape:
/// Residual<Conv<3, 128, Same, Stride<2>>, Conv<3, 128, Same, Linear>, Shortcut<Conv<1, 128, Stride<2>, Linear>>>.
template <class... Layers>
struct Shortcut {};

namespace detail {

template <class Type>
inline constexpr bool is_shortcut = false;
template <class... Layers>
inline constexpr bool is_shortcut<Shortcut<Layers...>> = true;

template <class Type>
struct LayersOfShortcut {
    using type = Sequential<>;
};
template <class... Layers>
struct LayersOfShortcut<Shortcut<Layers...>> {
    using type = Sequential<Layers...>;
};

/// Takes the place of the layers where a Shortcut stands elsewhere, and says so.
struct MisplacedShortcut : SpecDefaults {
    static constexpr bool accepts(Shape) { return false; }
    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Residual: a Shortcut must be the last of its arguments, and the only one.");
    };
};

template <class Join, class Sequence, class... Inner>
struct ShortcutList;
template <class Join, std::size_t... Index, class... Inner>
struct ShortcutList<Join, std::index_sequence<Index...>, Inner...> {
    using All = List<Inner...>;
    using Last = type_at<All, sizeof...(Index)>;
    static constexpr bool in_order = is_shortcut<Last> && !(is_shortcut<type_at<All, Index>> || ...);
    using type = std::conditional_t<in_order, List<Fork, type_at<All, Index>..., Turn<true>, typename LayersOfShortcut<Last>::type, Join>,
                                    List<MisplacedShortcut>>;
};

template <bool HasShortcut, class Join, class... Inner>
struct ResidualList {
    using type = List<Fork, Inner..., Join>;
};
template <class Join, class... Inner>
struct ResidualList<true, Join, Inner...> : ShortcutList<Join, std::make_index_sequence<sizeof...(Inner) - 1>, Inner...> {};

}  // namespace detail

/// Adds the input to what the inner layers make of it, which must keep its shape; or, if the last argument is a Shortcut, what the layers of
/// that make of the input.
template <class... Inner>
struct Residual {
    static constexpr bool has_shortcut = (detail::is_shortcut<Inner> || ...);

    /// The join at the end: of the input that the fork remembered and the branch through the inner layers, or of both branches.
    struct Sum : AdditionOf<2> {
        template <Shape First, Shape Second>
        struct Problem {
            static_assert(Sum::accepts(First, Second) || has_shortcut,
                          "denim: Residual: the inner layers change the shape, so their result cannot be added to the input; "
                          "give them Same, stride 1 and as many filters as the input has channels.");
            static_assert(Sum::accepts(First, Second) || !has_shortcut,
                          "denim: Residual: the inner layers and the Shortcut give different shapes, so they cannot be added; give both the same "
                          "strides and as many filters at their ends.");
        };
    };

    using Expanded = typename detail::ResidualList<has_shortcut, Sum, Inner...>::type;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/gate.hpp

// (H, W, C) -> (H, W, C): the input times what the inner layers make of it, (H, W, C) or one number for each channel, (1, 1,
// C). Hu et al., "Squeeze-and-excitation networks" (2018).

namespace denim::inline DENIM_TARGET {

/// The product of a picture and its gate, bound to their layouts.
template <class Arithmetic, Layout Out, Layout In, Layout Inner>
struct ProductLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = Out.shape.channels, operations = Out.shape.size();
    static constexpr bool one_gate = Inner.shape != Out.shape;  // for all pixels
    static constexpr bool backward_reads_output = false;

    static void forward(const Forward<Scalar>& at) {
        each_pixel([&](std::size_t in, std::size_t inner, std::size_t out) {
            const Scalar *x = at.inputs[0] + in, *gate = at.inputs[1] + inner;
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = x[c] * gate[c];
        });
    }
    template <Gradient ToIn, Gradient ToInner>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (one_gate && ToInner == Gradient::write)
            std::fill_n(at.input_gradients[1] + Inner.offset(0, 0), channels, Scalar{0});
        each_pixel([&](std::size_t in, std::size_t inner, std::size_t out) {
            const Scalar *dy = at.output_gradient + out, *x = at.inputs[0] + in, *gate = at.inputs[1] + inner;
            if constexpr (ToIn != Gradient::none) {
                Scalar* dx = at.input_gradients[0] + in;
                for (std::size_t c = 0; c < channels; ++c)
                    dx[c] = (ToIn == Gradient::add ? dx[c] : Scalar{0}) + dy[c] * gate[c];
            }
            if constexpr (ToInner != Gradient::none) {
                Scalar* to_gate = at.input_gradients[1] + inner;
                for (std::size_t c = 0; c < channels; ++c)
                    to_gate[c] = (one_gate || ToInner == Gradient::add ? to_gate[c] : Scalar{0}) + dy[c] * x[c];
            }
        });
    }

private:
    template <class Each>
    static void each_pixel(Each each) {
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x)
                each(In.offset(y, x), one_gate ? Inner.offset(0, 0) : Inner.offset(y, x), Out.offset(y, x));
    }
};

/// A join that multiplies two values.
struct Multiplication : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = 2;
};

/// Multiplies the input by what the inner layers make of it; they must keep its shape, or give one number for each channel.
template <class... Inner>
struct Gate {
    /// The join at the end: the input that the fork remembered, and the branch through the inner layers.
    struct Product : Multiplication {
        static constexpr bool accepts(Shape in, Shape inner) { return inner == in || inner == Shape{1, 1, in.channels}; }
        static constexpr Shape output(Shape in, Shape /*inner*/) { return in; }

        template <class Arithmetic, Layout Out, Layout In, Layout InnerResult>
        using Layer = ProductLayer<Arithmetic, Out, In, InnerResult>;

        template <Shape In, Shape InnerResult>
        struct Problem {
            static_assert(accepts(In, InnerResult),
                          "denim: Gate: the inner layers must keep the shape of the input, or give one number for each "
                          "of its channels; let them end in as many outputs as it has channels.");
        };
    };

    using Expanded = List<Fork, Inner..., Product>;
};

namespace detail {

template <std::size_t Channels, std::size_t Reduction>
consteval std::size_t squeezed() {
    static_assert(Reduction > 0, "denim: SqueezeExcite: the reduction must be at least 1.");
    return std::max<std::size_t>(Channels / std::max<std::size_t>(Reduction, 1), 1);
}

}  // namespace detail

/// Squeeze-and-excitation of a picture with so many channels: each is multiplied by a number from 0 to 1 that all of them
/// decide.
template <std::size_t Channels, std::size_t Reduction = 16>
using SqueezeExcite =
    Gate<GlobalPool<Average>, Dense<detail::squeezed<Channels, Reduction>(), ReLU>, Dense<Channels, Sigmoid>>;

static_assert(check_layer<Gate<>::Product, Shape{2, 2, 8}, Shape{1, 1, 8}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/concatenation.hpp

// (H, W, C1), (H, W, C2), ... -> (H, W, C1 + C2 + ...): the channels of each pixel one after the other.

namespace denim::inline DENIM_TARGET {

/// Pictures side by side, bound to their layouts.
template <class Arithmetic, Layout Out, Layout... Ins>
struct ConcatenationLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::array<Layout, sizeof...(Ins)> ins{Ins...};
    static constexpr std::size_t bands = Out.shape.height;
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    /// Where the channels of input `number` begin in a pixel that leaves.
    static constexpr std::size_t first(std::size_t number) {
        std::size_t channels = 0;
        for (std::size_t n = 0; n < number; ++n) channels += ins[n].shape.channels;
        return channels;
    }

    static void forward(const Forward<Scalar>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (take<Number>(at), ...);
        }(std::make_index_sequence<ins.size()>{});
    }
    template <Gradient... To>
    static void backward(const Backward<Scalar>& at) {
        [&]<std::size_t... Number>(std::index_sequence<Number...>) {
            (give<Number, To>(at), ...);
        }(std::make_index_sequence<ins.size()>{});
    }

private:
    template <std::size_t Number>
    static void take(const Forward<Scalar>& at) {
        for_each_pixel<ins[Number], Out>(at.first_band, at.last_band, [&](std::size_t in, std::size_t out) {
            std::copy_n(at.inputs[Number] + in, ins[Number].shape.channels, at.output + out + first(Number));
        });
    }
    template <std::size_t Number, Gradient To>
    static void give(const Backward<Scalar>& at) {
        if constexpr (To != Gradient::none)
            for_each_pixel<ins[Number], Out>([&](std::size_t in, std::size_t out) {
                const Scalar* from = at.output_gradient + out + first(Number);
                Scalar* to = at.input_gradients[Number] + in;
                for (std::size_t c = 0; c < ins[Number].shape.channels; ++c)
                    to[c] = To == Gradient::add ? to[c] + from[c] : from[c];
            });
    }
};

/// A join that puts the channels of its inputs one after the other.
template <std::size_t Count>
struct Concatenation : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = Count;

    template <class First, class... Rest>
    static constexpr Shape output(First first, Rest... rest) {
        return {first.height, first.width, (first.channels + ... + rest.channels)};
    }

    template <class Arithmetic, Layout Out, Layout... Ins>
    using Layer = ConcatenationLayer<Arithmetic, Out, Ins...>;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/parallel.hpp

// (H, W, C) -> (H', W', C1 + C2 + ...): each branch gets the same input, and their channels stand one after the other in what
// leaves. Szegedy et al., "Going deeper with convolutions" (2015).

namespace denim::inline DENIM_TARGET {

/// A concatenation of pictures that must be of one size.
template <std::size_t Count>
struct SideBySide : Concatenation<Count> {
    template <class First, class... Rest>
    static constexpr bool accepts(First first, Rest... rest) {
        return ((rest.height == first.height && rest.width == first.width) && ...);
    }
};

/// Branches side by side: Parallel<Conv<1, 16>, Sequential<Conv<1, 8>, Conv<3, 16, Same>>>. Their pictures must be of one size.
template <class... Branches>
struct Parallel {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs,
                  "denim: Parallel: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Concatenated : SideBySide<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Concatenated::accepts(Got...),
                          "denim: Parallel: the branches give pictures of different sizes, so their channels cannot "
                          "stand side by side; give them the same strides, and Same or windows of the same size.");
        };
    };

    using Expanded = branches<Concatenated, Branches...>;
};

static_assert(check_layer<Parallel<Sequential<>, Sequential<>>::Concatenated, Shape{2, 2, 8}, Shape{2, 2, 3}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/split_channels.hpp

// (H, W, C) -> (H', W', C1 + C2 + ...): the channels are cut into as many runs as there are branches, each branch gets its run, and their
// channels stand one after the other in what leaves. Ma et al., "ShuffleNet V2" (2018); Wang et al., "CSPNet" (2020).

namespace denim::inline DENIM_TARGET {

/// The channels of one branch of a SplitChannels, as a layer of its own: run `Number` of `Count` of equal size.
template <std::size_t Number, std::size_t Count>
struct ChannelRun : SpecDefaults {
    static constexpr bool of_composition = true, channels_in_order = true;

    static constexpr bool accepts(Shape in) { return in.channels % Count == 0; }
    static constexpr Shape output(Shape in) { return {in.height, in.width, in.channels / Count}; }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PartLayer<Arithmetic, Out, In, 0, 0, Number * Out.shape.channels>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: SplitChannels: the number of its branches must divide the channels that it gets; for runs of other sizes "
                                   "write Parallel with a Slice<First, Count> at the beginning of each branch.");
    };
};

namespace detail {

template <class Join, class Sequence, class... Branches>
struct SplitList;
template <class Join, std::size_t... Index, class First, class... Rest>
struct SplitList<Join, std::index_sequence<Index...>, First, Rest...> {
    static constexpr std::size_t count = 1 + sizeof...(Rest);
    template <std::size_t Number, class Branch>
    using Next = List<Turn<Number + 1 == count>, ChannelRun<Number, count>, Branch>;
    using type = decltype((List<Fork, ChannelRun<0, count>, First>{} + ... + Next<Index + 1, Rest>{}) + List<Join>{});
};

}  // namespace detail

/// Branches side by side, each with its run of the channels: SplitChannels<Sequential<>, Sequential<Conv<3, 32, Same>>> leaves the first half
/// as it is. Their pictures must be of one size.
template <class... Branches>
struct SplitChannels {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs, "denim: SplitChannels: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Concatenated : SideBySide<sizeof...(Branches)> {
        template <Shape... Got>
        struct Problem {
            static_assert(Concatenated::accepts(Got...),
                          "denim: SplitChannels: the branches give pictures of different sizes, so their channels cannot stand side by side; give "
                          "them the same strides, and Same or windows of the same size.");
        };
    };

    using Expanded = typename detail::SplitList<Concatenated, std::make_index_sequence<sizeof...(Branches) - 1>, Branches...>::type;
};

// The closing line stands in tests/runtime/layer/split_channels.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/heads.hpp

// (H, W, C) -> (1, 1, n1 + n2 + ...): several answers from one trunk. Each head gets the same input; its logits stand behind
// those of the head before. Caruana, "Multitask learning" (1997).

namespace denim::inline DENIM_TARGET {

/// The end of a network with several outputs, each with labels and a loss of its own: Heads<Dense<3>, Dense<2>,
/// Sequential<Dense<64, ReLU>, Dense<11>>>. Labels are (N, heads), `no_label` where a picture has none for a head.
template <class... Branches>
struct Heads {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs,
                  "denim: Heads: there must be 2 to 8 heads; one alone is the last layer of the network.");

    /// The join at the end, where the network knows its outputs by.
    struct Concatenated : Concatenation<sizeof...(Branches)> {
        static constexpr bool heads = true;

        template <class... Shapes>
        static constexpr bool accepts(Shapes... ends) {
            return ((ends.height == 1 && ends.width == 1) && ...);
        }

        template <Shape... Got>
        struct Problem {
            static_assert(
                accepts(Got...),
                "denim: Heads: a head gives a picture, but each must end in one row of numbers; let it end in Dense.");
        };
    };

    using Expanded = branches<Concatenated, Branches...>;
};

static_assert(check_layer<Heads<Sequential<>, Sequential<>>::Concatenated, Shape{1, 1, 3}, Shape{1, 1, 2}>());

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/recompute.hpp

// Layers whose values are not kept for the backward pass, but computed a second time in front of it. Chen et al., "Training deep nets
// with sublinear memory cost" (2016).

namespace denim {

/// Entries of the flat list whose values are computed a second time: from `first` to the one before `last`.
struct RecomputedEntries {
    std::size_t first = 0, last = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The layers one after the other, as Sequential: the same bits, the same parameters and random numbers. But of the values between them
/// none is kept for backward. The forward pass keeps what enters and what leaves; when backward comes to the last of these layers, they run
/// forward once more, those that backward needs. BatchNorm then takes the statistics that it has. Costs at most one more forward pass of
/// these layers; a Predictor is the same as without. Within another Recompute the values of the inner one are computed a third time.
/// Rows are named as those of Sequential<Layers...>, of one layer or composition alone as its own; so files of weights go from one to
/// the other, and so do checkpoints.
template <class... Layers>
struct Recompute {
    using Expanded = List<Layers...>;
    static_assert(detail::Expand<Expanded>::type::size >= 2,
                  "denim: Recompute: at least two layers were expected; what leaves is kept, so of one alone there is nothing to compute again.");
};

namespace detail {

template <class Spec>
inline constexpr bool is_recompute = false;
template <class... Layers>
inline constexpr bool is_recompute<Recompute<Layers...>> = true;

/// What a composition is called after: Recompute around a single layer or composition is transparent.
template <class Spec>
struct NamedAs {
    using type = Spec;
};
template <class Only>
struct NamedAs<Recompute<Only>> : NamedAs<Only> {};
template <class Spec>
using named_as = typename NamedAs<Spec>::type;

/// How many Recomputes are in a spec, itself among them, and where in the flat list each begins and ends: the outer in front of its inner.
template <class Spec>
struct RecomputesIn {
    static constexpr std::size_t count = 0;
};
template <class... Specs>
struct RecomputesIn<List<Specs...>> {
    static constexpr std::array<std::size_t, sizeof...(Specs) + 1> counts{RecomputesIn<Specs>::count..., 0};
    static constexpr std::size_t count = [] {
        std::size_t all = 0;
        for (const std::size_t one : counts) all += one;
        return all;
    }();

    static constexpr void find(std::size_t first, RecomputedEntries* to) {
        if constexpr (count > 0) {
            constexpr void (*finders[])(std::size_t, RecomputedEntries*){&find_in<Specs>...};
            constexpr std::size_t entries[]{Expand<Specs>::type::size...};
            for (std::size_t n = 0; n < sizeof...(Specs); ++n) {
                finders[n](first, to);
                first += entries[n];
                to += counts[n];
            }
        }
    }

private:
    template <class Spec>
    static constexpr void find_in(std::size_t first, RecomputedEntries* to) {
        if constexpr (RecomputesIn<Spec>::count > 0) RecomputesIn<Spec>::find(first, to);
    }
};
template <class Spec>
    requires requires { typename Spec::Expanded; }
struct RecomputesIn<Spec> {
    using Inner = RecomputesIn<typename Spec::Expanded>;
    static constexpr std::size_t count = Inner::count + is_recompute<Spec>;

    static constexpr void find(std::size_t first, RecomputedEntries* to) {
        if (is_recompute<Spec>) *to++ = {first, first + Expand<Spec>::type::size};
        Inner::find(first, to);
    }
};

/// Those of a network's body.
template <class Body>
inline constexpr auto recomputed_entries = [] {
    std::array<RecomputedEntries, RecomputesIn<Body>::count> all{};
    if constexpr (RecomputesIn<Body>::count > 0) RecomputesIn<Body>::find(0, all.data());
    return all;
}();

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/spelling_table.hpp

// Every layer, and the one table of how activations and layers that keep the shape are called: by users, by Keras, and as nodes of ONNX.
// Export, import, print_network and docs/layers.md go by it; a new one is a row, and the line that includes it.

#include <optional>

namespace denim {

/// A row of the table. "#" stands for a number, alike in all columns.
struct SpellingRow {
    std::string_view word;   ///< as users write it, "Clip<#, #>"
    std::string_view keras;  ///< an activation under its name, the numbers of its layer behind " of "; what is a layer of its own, its class
    std::string_view onnx;   ///< nodes of opset 17 for the value x; a name alone is a parameter, with "..." one number for each channel; an
                             ///< attribute that ends in i is whole, and one that is called axis that of the channels
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The first row that fits is taken. Behind "else" stands what ONNX takes for an attribute that is not there.
inline constexpr SpellingRow spelling_table[]{
    {"ReLU", "relu", "Relu(x)"},
    {"ReLU6", "relu6", "Clip(x, 0, 6)"},
    {"Clip<-1, 1>", "hard_tanh", "Clip(x, -1, 1)"},
    {"Clip<#, #>", "clip of #, #", "Clip(x, #, #)"},
    {"LeakyReLU", "leaky_relu of 0.3", "LeakyRelu(x, alpha: 0.3 else 0.01)"},
    {"LeakyReLUOf<#>", "leaky_relu of #", "LeakyRelu(x, alpha: # else 0.01)"},
    {"ELU", "elu", "Elu(x, alpha: 1 else 1)"},
    {"ELUOf<#>", "elu of #", "Elu(x, alpha: # else 1)"},
    {"GELU", "gelu", "Mul(Mul(x, 0.5), Add(Erf(Mul(x, 0.70710678)), 1))"},
    {"SiLU", "silu", "Mul(x, Sigmoid(x))"},
    {"SiLU", "swish", "Mul(x, Sigmoid(x))"},
    {"HardSwish", "hard_silu", "HardSwish(x)"},
    {"HardSwish", "hard_swish", "HardSwish(x)"},
    {"Sigmoid", "sigmoid", "Sigmoid(x)"},
    {"HardSigmoid", "hard_sigmoid", "HardSigmoid(x, alpha: 0.16666667 else 0.2, beta: 0.5 else 0.5)"},
    {"Tanh", "tanh", "Tanh(x)"},
    {"Softplus", "softplus", "Softplus(x)"},
    {"Mish", "mish", "Mul(x, Tanh(Softplus(x)))"},
    {"Times<#>", "times #", "Mul(x, #)"},
    {"Softmax", "softmax", "Softmax(x, axis: 1i)"},
    {"PReLU", "PReLU", "PRelu(x, slope...)"},
    {"Scale", "LayerScale", "Mul(x, factor...)"},
    {"UnitNorm", "UnitNormalization", "LpNormalization(x, axis: 1i else -1i, p: 2i else 2i)"},
};

namespace detail {

/// Whether a row is of a layer, and of no activation: Keras's classes begin with a capital.
constexpr bool is_layer(const SpellingRow& row) { return row.keras[0] >= 'A' && row.keras[0] <= 'Z'; }
/// Whether it is of a layer with a parameter.
constexpr bool learns(const SpellingRow& row) { return row.onnx.find("...") != std::string_view::npos; }

/// The numbers that stand for "#" where a text is what the pattern says; nothing where it is not.
inline std::optional<std::vector<std::string>> numbers_of_pattern(std::string_view pattern, std::string_view text) {
    std::vector<std::string> numbers;
    std::size_t at = 0;
    for (const char letter : pattern) {
        if (letter != '#') {
            if (at == text.size() || text[at] != letter) return std::nullopt;
            ++at;
            continue;
        }
        const std::size_t end = text.find_first_not_of("0123456789+-.einf", at);  // inf and e: as numbers are written
        numbers.emplace_back(text.substr(at, end == text.npos ? end : end - at));
        if (numbers.back().empty()) return std::nullopt;
        at += numbers.back().size();
    }
    return at == text.size() ? std::optional{numbers} : std::nullopt;
}

/// The pattern with numbers in the places of "#".
inline std::string with_numbers(std::string_view pattern, const std::vector<std::string>& numbers) {
    std::string text;
    std::size_t next = 0;
    for (const char letter : pattern) text += letter == '#' && next < numbers.size() ? numbers[next++] : std::string(1, letter);
    return text;
}

/// What the column `to` says where the column `from` says `text`; nothing if no row does.
inline std::optional<std::string> respelled(std::string_view text, std::string_view SpellingRow::* from, std::string_view SpellingRow::* to) {
    for (const SpellingRow& row : spelling_table)
        if (const auto numbers = numbers_of_pattern(row.*from, text)) return with_numbers(row.*to, *numbers);
    return std::nullopt;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/change_colours.hpp

// Brightness, contrast, saturation and hue of bytes, in whole numbers or through a table: the same bits on every machine.

namespace denim::inline DENIM_TARGET::detail {

/// Rows of red, green and blue that turn colours by `degrees` and stretch them from grey by `saturation`: the W3C's Filter
/// Effects, hueRotate and saturate.
inline std::array<double, 9> colour_matrix(double degrees, double saturation) {
    const double c = std::cos(degrees * std::numbers::pi / 180), s = std::sin(degrees * std::numbers::pi / 180);
    constexpr double luma[] = {0.213, 0.715, 0.072};
    constexpr double sines[] = {-0.213, -0.715, 0.928, 0.143, 0.140, -0.283, -0.787, 0.715, 0.072};
    std::array<double, 9> matrix;
    for (std::size_t i = 0; i < 9; ++i) {
        const double grey = luma[i % 3], one = i / 3 == i % 3 ? 1 : 0;
        matrix[i] = grey + saturation * (c * (one - grey) + s * sines[i]);
    }
    return matrix;
}

/// new = factor * (old - mean) + mean + added, for each channel.
inline void stretch_values(std::uint8_t* pixels, Shape shape, double factor, double added) {
    const std::size_t count = shape.height * shape.width;
    std::array<std::array<std::uint8_t, 256>, 4> tables;
    for (std::size_t first = 0; first < shape.channels; first += tables.size()) {
        const std::size_t channels = std::min(tables.size(), shape.channels - first);
        for (std::size_t c = 0; c < channels; ++c) {
            std::uint64_t sum = 0;
            if (factor != 1)
                for (std::size_t i = 0; i < count; ++i) sum += pixels[i * shape.channels + first + c];
            const double mean = static_cast<double>(sum) / static_cast<double>(count);
            for (std::size_t value = 0; value < 256; ++value) {
                const double changed = factor * (static_cast<double>(value) - mean) + mean + added;
                tables[c][value] = static_cast<std::uint8_t>(std::clamp(std::floor(changed + 0.5), 0.0, 255.0));
            }
        }
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t c = 0; c < channels; ++c) {
                std::uint8_t& value = pixels[i * shape.channels + first + c];
                value = tables[c][value];
            }
    }
}

inline void turn_colours(std::uint8_t* pixels, std::size_t count, const std::array<double, 9>& matrix) {
    constexpr int bits = 14;
    std::array<std::int32_t, 9> m;
    for (std::size_t i = 0; i < 9; ++i) m[i] = static_cast<std::int32_t>(std::lround(std::ldexp(matrix[i], bits)));
    for (std::uint8_t* p = pixels; p != pixels + 3 * count; p += 3) {
        const std::int32_t red = p[0], green = p[1], blue = p[2];
        for (std::size_t c = 0; c < 3; ++c) {
            const std::int32_t sum = m[3 * c] * red + m[3 * c + 1] * green + m[3 * c + 2] * blue + (1 << (bits - 1));
            p[c] = static_cast<std::uint8_t>(std::clamp(sum >> bits, 0, 255));
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/data/move_pixels.hpp

// Pictures shifted, turned, zoomed and mirrored, each pixel weighed in whole numbers: the same bits on every machine.

namespace denim::inline DENIM_TARGET::detail {

/// From the middles of new pixels to places in the old picture, in 2^-16 pixels: x' = xx x + xy y + x0, and y' alike.
struct PixelMap {
    static constexpr int bits = 16;
    std::int64_t xx, xy, x0, yx, yy, y0;

    /// `matrix` is {xx, xy, x0, yx, yy, y0} in pixels, between their middles.
    explicit PixelMap(const std::array<double, 6>& matrix) {
        const auto fixed = [](double value) { return static_cast<std::int64_t>(std::llround(std::ldexp(value, bits))); };
        xx = fixed(matrix[0]), xy = fixed(matrix[1]), x0 = fixed(matrix[2]);
        yx = fixed(matrix[3]), yy = fixed(matrix[4]), y0 = fixed(matrix[5]);
    }
};

/// Each new pixel is weighed from the four old ones around its place; outside of the picture there is `ground`.
template <std::size_t Channels>
void move_pixels(const std::uint8_t* in, Shape shape, const PixelMap& map, std::uint8_t ground, std::uint8_t* out) {
    const auto height = static_cast<std::int64_t>(shape.height), width = static_cast<std::int64_t>(shape.width);
    std::array<std::uint8_t, Channels> outside;
    outside.fill(ground);
    const auto pixel = [&](std::int64_t y, std::int64_t x) {
        return y >= 0 && y < height && x >= 0 && x < width ? in + static_cast<std::size_t>(y * width + x) * Channels
                                                           : outside.data();
    };
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x, out += Channels) {
            const std::int64_t across = map.xx * x + map.xy * y + map.x0, down = map.yx * x + map.yy * y + map.y0;
            const std::int64_t left = across >> PixelMap::bits, top = down >> PixelMap::bits;
            if (left < -1 || left >= width || top < -1 || top >= height) {
                std::memset(out, ground, Channels);
                continue;
            }
            const auto right_share = static_cast<std::uint32_t>(across >> (PixelMap::bits - 8)) & 255u;
            const auto lower_share = static_cast<std::uint32_t>(down >> (PixelMap::bits - 8)) & 255u;
            const std::uint32_t lower_right = right_share * lower_share, upper_right = (right_share << 8) - lower_right;
            const std::uint32_t lower_left = (lower_share << 8) - lower_right,
                                upper_left = 65536u - upper_right - (lower_share << 8);
            const std::uint8_t *a, *b, *c, *d;
            if (left >= 0 && left + 1 < width && top >= 0 && top + 1 < height) {
                a = in + static_cast<std::size_t>(top * width + left) * Channels;
                b = a + Channels, c = a + shape.width * Channels, d = c + Channels;
            } else {
                a = pixel(top, left), b = pixel(top, left + 1), c = pixel(top + 1, left), d = pixel(top + 1, left + 1);
            }
            for (std::size_t k = 0; k < Channels; ++k)
                out[k] = static_cast<std::uint8_t>(
                    (a[k] * upper_left + b[k] * upper_right + c[k] * lower_left + d[k] * lower_right + 32768u) >> 16);
        }
}

inline void flip_pixels(const std::uint8_t* in, Shape shape, std::uint8_t* out) {
    const std::size_t row = shape.width * shape.channels;
    for (std::size_t y = 0; y < shape.height; ++y)
        for (std::size_t x = 0; x < shape.width; ++x)
            std::memcpy(out + y * row + x * shape.channels, in + y * row + (shape.width - 1 - x) * shape.channels,
                        shape.channels);
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/data/augmentation.hpp

// A picture in, the same picture as another camera might have seen it out. One turn of coordinates and one turn of colours,
// whatever is asked for; whole numbers, so that a seed gives the same bits on every machine.

namespace denim::inline DENIM_TARGET {

/// How far pictures may be changed while a network learns; every range is drawn from evenly, in both directions.
struct Augmentation {
    bool flip = false;          ///< left to right, every second picture
    float shift = 0;            ///< share of the height and of the width; whole pixels, unless turned, zoomed or cropped too
    float turn = 0;             ///< degrees, about the middle
    float zoom = 0;             ///< 0.1: from 0.9 to 1.1 times as large
    float crop = 0;             ///< 0.1: a window of 0.9 to 1 of each side, anywhere in the picture, fills it
    float brightness = 0;       ///< share of the whole range, 255, that is added
    float contrast = 0;         ///< 0.1: distances from each channel's mean grow by 0.9 to 1.1
    float saturation = 0;       ///< 0.1: distances from grey grow by 0.9 to 1.1
    float hue = 0;              ///< degrees on the circle of colours
    float erase = 0;            ///< how likely a rectangle of one colour hides a part (Zhong et al., "Random erasing", 2020)
    std::uint8_t ground = 255;  ///< what comes in from outside of the picture

    static constexpr Accepted degrees{.highest = 360};

    friend bool operator==(const Augmentation&, const Augmentation&) = default;

    static constexpr const char* name = "Augmentation";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("flip", flip, from_0_to_1);
        each("shift", shift, from_0_to_1);
        each("turn", turn, degrees);
        each("zoom", zoom, from_0_to_1);
        each("crop", crop, from_0_to_1);
        each("brightness", brightness, from_0_to_1);
        each("contrast", contrast, from_0_to_1);
        each("saturation", saturation, from_0_to_1);
        each("hue", hue, degrees);
        each("erase", erase, from_0_to_1);
        each("ground", ground, Accepted{.highest = 255});
    }
    /// Throws std::invalid_argument if a setting is not accepted, or changes nothing of such pictures.
    void check(Shape of) const {
        check_settings_of(*this);
        if (of.vector() && *this != Augmentation{.ground = ground})
            throw std::invalid_argument("denim: Augmentation: it changes pictures, but these are vectors of " + std::to_string(of.channels) + " numbers");
        if ((saturation > 0 || hue > 0) && of.channels != 3)
            throw std::invalid_argument("denim: Augmentation: saturation and hue are of pictures with 3 channels, but got " + std::to_string(of.channels));
    }

    /// Writes `in`, a plain (H, W, C) block of bytes, changed, to `out`, another one. Hue and saturation are of pictures with
    /// three channels.
    void apply(const std::uint8_t* in, Shape shape, std::uint8_t* out, Random random) const;

    /// The same as floats from 0 to 1.
    void apply(const std::uint8_t* in, Shape shape, float* out, Random random) const {
        std::vector<std::uint8_t> bytes(shape.size());
        apply(in, shape, bytes.data(), random);
        for (std::size_t i = 0; i < bytes.size(); ++i) out[i] = static_cast<float>(bytes[i]) * (1.0f / 255);
    }

    /// The numbers that sample `sample` draws in an epoch, the same for any number of threads.
    static Random random_of(Seed seed, std::uint64_t epoch, std::uint64_t sample) {
        constexpr std::uint64_t apart = 0x617567'6d656e74;  // from the numbers of dropout and order
        return Random{Seed{seed.value ^ apart}, epoch << 32 | (sample & 0xFFFFFFFF)};
    }
};

inline void Augmentation::apply(const std::uint8_t* in, Shape shape, std::uint8_t* out, Random random) const {
    // All numbers are drawn whatever is asked for, so that one range leaves the others' numbers alone.
    const auto either_way = [&](float range) { return random.uniform(-1, 1) * static_cast<double>(range); };
    const bool flipped = random.uniform() < 0.5 && flip;
    const double height = static_cast<double>(shape.height), width = static_cast<double>(shape.width);
    double right = either_way(shift) * width, down = either_way(shift) * height;
    if (turn == 0 && zoom == 0 && crop == 0) right = std::round(right), down = std::round(down);  // what is sharp stays sharp
    const double angle = either_way(turn);
    const double larger = std::max(1 + either_way(zoom), 0.05),
                 window = std::max(1 - random.uniform() * static_cast<double>(crop), 0.05);
    const double window_x = random.uniform() * (1 - window) * width, window_y = random.uniform() * (1 - window) * height;
    const double added = either_way(brightness) * 255, factor = 1 + either_way(contrast);
    const double saturated = 1 + either_way(saturation), turned_hue = either_way(hue);

    if (right == 0 && down == 0 && angle == 0 && larger == 1 && window == 1) {
        if (flipped)
            detail::flip_pixels(in, shape, out);
        else
            std::memcpy(out, in, shape.size());
    } else {
        const double scale = window / larger, c = std::cos(angle * std::numbers::pi / 180) * scale,
                     s = std::sin(angle * std::numbers::pi / 180) * scale;
        std::array<double, 6> map{c, s, 0, -s, c, 0};
        // The middle of the new picture shows the middle of the window, moved.
        map[2] = window_x + (width / 2 - right) * window - c * width / 2 - s * height / 2 + (c + s) / 2 - 0.5;
        map[5] = window_y + (height / 2 - down) * window + s * width / 2 - c * height / 2 + (c - s) / 2 - 0.5;
        if (flipped) map = {-c, -s, width - 1 - map[2], map[3], map[4], map[5]};
        const detail::PixelMap fixed{map};
        switch (shape.channels) {
            case 1:
                detail::move_pixels<1>(in, shape, fixed, ground, out);
                break;
            case 3:
                detail::move_pixels<3>(in, shape, fixed, ground, out);
                break;
            case 4:
                detail::move_pixels<4>(in, shape, fixed, ground, out);
                break;
            default:
                throw std::invalid_argument("denim: pictures of 1, 3 or 4 channels can be moved, but got " +
                                            std::to_string(shape.channels));
        }
    }
    if (factor != 1 || added != 0) detail::stretch_values(out, shape, factor, added);
    if (shape.channels == 3 && (saturated != 1 || turned_hue != 0))
        detail::turn_colours(out, shape.height * shape.width, detail::colour_matrix(turned_hue, saturated));

    if (random.uniform() >= static_cast<double>(erase)) return;
    const double area = random.uniform(0.02, 0.2) * height * width, aspect = std::exp(random.uniform(-1.2, 1.2));
    const auto side = [](double length, std::size_t limit) {
        return std::clamp<std::size_t>(static_cast<std::size_t>(length + 0.5), 1, limit);
    };
    const std::size_t rows = side(std::sqrt(area * aspect), shape.height),
                      columns = side(std::sqrt(area / aspect), shape.width);
    const std::size_t top = random.below(static_cast<std::uint32_t>(shape.height - rows + 1));
    const std::size_t left = random.below(static_cast<std::uint32_t>(shape.width - columns + 1));
    const Random::Block colour = random.block(1000);
    for (std::size_t y = top; y < top + rows; ++y)
        for (std::size_t x = left; x < left + columns; ++x)
            for (std::size_t c = 0; c < shape.channels; ++c)
                out[(y * shape.width + x) * shape.channels + c] = static_cast<std::uint8_t>(colour[c % 4] >> 24);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/spelling.hpp

namespace denim::inline DENIM_TARGET::detail {

/// The name behind "Type = " as users write it: without our namespaces and the compiler's decoration of numbers.
DENIM_ONCE std::string spelling_in(std::string_view text);

/// What the compiler says of a type, for spelling_in: a constant, so that a table of many types needs no code for each.
template <class Type>
consteval std::string_view said_of() {
    return __PRETTY_FUNCTION__;
}

/// The name of a type as users write it.
template <class Type>
std::string spelling() {
    return spelling_in(said_of<Type>());
}

}  // namespace denim::inline DENIM_TARGET::detail

// ---- denim/machine/settings_record.hpp

// What something is, as names and values: the record by which a run is known again.

#include <ranges>

namespace denim::inline DENIM_TARGET {

class SettingsRecord;

/// A type that describes itself. Who lists its settings (see accepted.hpp) needs no more; else, and where there are texts or lists:
///
///     void describe(SettingsRecord& to) const { to("monitor", monitor)("labels", labels); }
///
/// All that changes what it does belongs there; what it has learned, counted or kept does not.
template <class Type>
concept DescribesItself = requires(const Type& type, SettingsRecord& to) { type.describe(to); };

/// Settings in the order in which they were named. Values are texts: numbers with as many digits as tell them from all others,
/// the same in every locale.
class SettingsRecord {
public:
    /// One of them: {"optimizer.rate", "0.001"}.
    struct Line {
        std::string name, value;

        friend bool operator==(const Line&, const Line&) = default;
    };

    /// Adds a number, a truth value, an enumerator, a text, a range of such, or what describes itself: its settings stand behind
    /// "name.", and what it calls itself (see `kind`) stands under the name.
    template <class Value>
    SettingsRecord& operator()(std::string_view name, const Value& value) {
        if constexpr (std::same_as<Value, bool>) {
            put(name, value ? "true" : "false");
        } else if constexpr (std::is_enum_v<Value>) {
            (*this)(name, static_cast<std::underlying_type_t<Value>>(value));
        } else if constexpr (std::integral<Value>) {
            put(name, std::to_string(value));
        } else if constexpr (std::floating_point<Value>) {
            put(name, shortest_text(value));
        } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
            put(name, static_cast<std::string_view>(value));
        } else if constexpr (DescribesItself<Value>) {
            within(name, [&] { value.describe(*this); });
        } else if constexpr (ListsSettings<Value>) {
            within(name, [&] { value.each_setting([&](std::string_view each, auto number, const Accepted&) { (*this)(each, number); }); });
        } else {
            constexpr bool range = std::ranges::input_range<const Value>;
            static_assert(range, "denim: SettingsRecord: a number, a truth value, an enumerator, a text, a range of these or a type with a "
                                 "member each_setting or describe was expected.");
            if constexpr (range) {
                std::size_t count = 0;
                for (const auto& each : value) (*this)(std::string{name} + '.' + std::to_string(count++), each);
                (*this)(std::string{name} + ".count", count);
            }
        }
        return *this;
    }

    /// What that is which is being described: optimizer = "Adam".
    SettingsRecord& kind(std::string_view text) {
        put("", text);
        return *this;
    }

    [[nodiscard]] std::span<const Line> all() const { return all_; }
    /// The value of a setting; null where it is not there.
    [[nodiscard]] const std::string* find(std::string_view name) const;

    friend bool operator==(const SettingsRecord& left, const SettingsRecord& right) { return left.all_ == right.all_; }

    /// What differs between what a snapshot has and this run, a line for each: "    batch: the snapshot has 3, this run 4". Empty
    /// where nothing does.
    [[nodiscard]] std::string differences_from(const SettingsRecord& snapshot) const;

    /// A line for each, "name = value", and the way back.
    [[nodiscard]] std::string text() const;
    static SettingsRecord from_text(std::string_view text);

private:
    template <class Act>
    void within(std::string_view name, const Act& act) {
        const std::string before = std::exchange(group_, full(name));
        act();
        group_ = before;
    }
    [[nodiscard]] std::string full(std::string_view name) const {
        return group_ + (group_.empty() || name.empty() ? "" : ".") + std::string{name};
    }
    // A value stays on its line.
    void put(std::string_view name, std::string_view value);

    std::string group_;
    std::vector<Line> all_;
};

namespace detail {

/// A type under its name, with its settings as far as it tells them.
template <class Type>
void describe_type(SettingsRecord& to, const Type& type) {
    constexpr bool told = DescribesItself<Type> || ListsSettings<Type>;
    to.kind(spelling<Type>() + (told || std::is_empty_v<Type> ? "" : ", which does not describe itself"));
    if constexpr (told) to("", type);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

// ---- denim/data/picture_source.hpp

namespace denim {

/// How the pictures of a source are read while a network learns from them or answers.
struct Reading {
    std::size_t threads = 0;  ///< that read and change pictures beside those that compute; 0: as many as these
    std::size_t ahead = 2;    ///< batches that are ready, or being made ready, beside the one that is worked on
    /// Bytes of pictures that wait to be mixed where a source goes only forward. As many as the set has are a full shuffle.
    std::size_t mixed = std::size_t{256} << 20;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Type, class Number>
concept Reads = requires(const Type& source, std::size_t index, Number* to) { source.read(index, to); };

}  // namespace detail

/// Where pictures come from that need not be in memory: a class with these four, which many threads may call at once. `read` writes the
/// numbers of a picture in (H, W, C) order, bytes from 0 to 255 or floats, and throws what ends the run. It may have besides, const too:
///
///     bool read(index, to)                  false: this picture is left out of the batch, or of the score
///     bool forward()                        true: quick only one after the other, as in an archive; mixed in a buffer, not shuffled
///     std::int32_t label(index, head)       of networks with several heads; no_label where there is none
///     float number(index, output)           what a loss aims at that wants numbers
///     void describe(SettingsRecord& to)     what a checkpoint knows the source by, see SettingsRecord
template <class Type>
concept PictureSource = (detail::Reads<Type, std::uint8_t> || detail::Reads<Type, float>) && requires(const Type& source, std::size_t index) {
    { source.size() } -> std::convertible_to<std::size_t>;
    { source.shape() } -> std::convertible_to<Shape>;
    { source.label(index) } -> std::convertible_to<std::int32_t>;
};

namespace detail {

/// True unless the source says that the picture is left out.
template <class Source, class Number>
bool read_picture_of(const Source& source, std::size_t index, Number* to) {
    if constexpr (std::same_as<decltype(source.read(index, to)), bool>) {
        return source.read(index, to);
    } else {
        source.read(index, to);
        return true;
    }
}

/// A label as a number that can be compared: of a bool, a letter and an enum what they stand for.
template <class Label>
constexpr auto label_number(Label label) {
    static_assert(!std::floating_point<Label>, "denim: labels are whole numbers: a source's label(index) gives the class of a picture, from 0.");
    if constexpr (std::integral<Label> && sizeof(Label) > 1)
        return static_cast<std::conditional_t<std::signed_integral<Label>, std::int64_t, std::uint64_t>>(label);
    else
        return static_cast<std::int32_t>(label);
}

template <class Source>
bool goes_forward(const Source& source) {
    if constexpr (requires { static_cast<bool>(source.forward()); })
        return source.forward();
    else
        return false;
}

}  // namespace detail

/// A source without its type; it refers to the caller's object.
class SourceReference {
public:
    template <PictureSource Source>
    explicit SourceReference(const Source& source)
        : source_(std::addressof(source)),
          size_(source.size()),
          shape_(source.shape()),
          bytes_(detail::Reads<Source, std::uint8_t>),
          forward_(detail::goes_forward(source)),
          read_([](const void* erased, std::size_t index, void* to) {
              using Number = std::conditional_t<detail::Reads<Source, std::uint8_t>, std::uint8_t, float>;
              return detail::read_picture_of(*static_cast<const Source*>(erased), index, static_cast<Number*>(to));
          }) {
        if constexpr (DescribesItself<Source>)
            describe_ = [](const void* erased, SettingsRecord& to) { static_cast<const Source*>(erased)->describe(to); };
    }

    /// When the reference was made.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Shape shape() const { return shape_; }
    /// Whether it gives bytes, else floats.
    [[nodiscard]] bool bytes() const { return bytes_; }
    [[nodiscard]] bool forward() const { return forward_; }
    [[nodiscard]] std::size_t picture_bytes() const { return shape_.size() * (bytes_ ? 1 : sizeof(float)); }
    /// False where the picture is left out.
    bool read(std::size_t index, void* to) const { return read_(source_, index, to); }
    void describe(SettingsRecord& to) const {
        if (describe_) describe_(source_, to);
    }

private:
    const void* source_;
    std::size_t size_;
    Shape shape_;
    bool bytes_, forward_;
    bool (*read_)(const void*, std::size_t, void*);
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/batches.hpp

namespace denim::inline DENIM_TARGET {

/// How many batches a set of samples makes; the last may be smaller than `batch`, which is at least 1.
constexpr std::size_t batches_of(std::size_t samples, std::size_t batch) { return samples / batch + (samples % batch != 0); }

/// The order of `count` samples in an epoch (the first is 1): shuffled anew in each, by the seed.
inline std::vector<std::uint32_t> epoch_order(std::size_t count, Seed seed, std::uint64_t epoch, bool shuffled = true) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    if (shuffled) shuffle(order, Random{seed, epoch});
    return order;
}

/// The order of an epoch where pictures come only one after the other: each next one is drawn from `mixed` that wait, and the one that follows
/// in the source takes its place. With room for all it is epoch_order.
inline std::vector<std::uint32_t> mixed_order(std::size_t count, std::size_t mixed, Seed seed, std::uint64_t epoch) {
    if (mixed >= count) return epoch_order(count, seed, epoch);
    std::vector<std::uint32_t> order(count), waiting(std::max<std::size_t>(mixed, 1));
    std::iota(waiting.begin(), waiting.end(), 0u);
    Random random{seed, epoch};
    for (std::size_t n = 0, next = waiting.size(); n < count; ++n) {
        std::uint32_t& drawn = waiting[random.below(static_cast<std::uint32_t>(waiting.size()))];
        order[n] = drawn;
        if (next < count) {
            drawn = static_cast<std::uint32_t>(next++);
        } else {
            drawn = waiting.back();
            waiting.pop_back();
        }
    }
    return order;
}

/// Reads the pictures at `places` one after the other to `to`, each changed as `augmentation` says, on all threads. What a
/// picture becomes depends on seed, epoch and its place in the source alone. Scalar is std::uint8_t (0 to 255) or float (0 to
/// 1). Throws std::runtime_error where the source leaves one out.
template <PictureSource Source, class Scalar>
    requires detail::Reads<Source, std::uint8_t>
void gather(const Source& source, std::span<const std::uint32_t> places, const Augmentation& augmentation, Seed seed,
            std::uint64_t epoch, Scalar* to) {
    const Shape shape = source.shape();
    const bool plain = augmentation == Augmentation{.ground = augmentation.ground} && sizeof(Scalar) == 1;
    const Team team;
    std::vector<std::vector<std::uint8_t>> rooms(team.within(places.size()));
    parallel_for(team, places.size(), places.size() * shape.size() * 8, [&](std::size_t i, std::size_t worker) {
        Scalar* picture = to + i * shape.size();
        const auto read = [&](std::uint8_t* into) {
            if (!detail::read_picture_of(source, places[i], into))
                throw std::runtime_error("denim: batches: the source leaves out picture " + std::to_string(places[i]) +
                                         ", which only fit and evaluate can do without");
        };
        if constexpr (sizeof(Scalar) == 1)
            if (plain) return read(picture);
        std::vector<std::uint8_t>& room = rooms[worker];
        room.resize(shape.size());
        read(room.data());
        augmentation.apply(room.data(), shape, picture, Augmentation::random_of(seed, epoch, places[i]));
    });
}

/// Pictures and labels of one step.
struct LoadedBatch {
    Array<std::uint8_t, 4> images;  ///< (N, H, W, C)
    Array<std::int32_t, 1> labels;  ///< (N,)
};

/// The batches of one epoch, read as they are asked for: for sets that do not fit in memory and for loops of one's own.
///
///     for (std::size_t step = 0; step < batches.size(); ++step) train_on(batches[step]);
template <PictureSource Source>
class Batches {
public:
    /// Keeps a reference to `source`. The last batch may have fewer than `batch` samples.
    Batches(const Source& source, std::size_t batch, Seed seed, std::uint64_t epoch, const Augmentation& augmentation = {},
            bool shuffled = true)
        : source_(source),
          batch_(batch),
          seed_(seed),
          epoch_(epoch),
          augmentation_(augmentation),
          order_(epoch_order(source.size(), seed, epoch, shuffled)) {
        if (batch == 0) throw std::invalid_argument("denim: batches of at least one sample were expected");
        augmentation.check(source.shape());
    }

    /// How many batches there are.
    [[nodiscard]] std::size_t size() const { return batches_of(order_.size(), batch_); }

    /// The places in the source of batch `index`.
    [[nodiscard]] std::span<const std::uint32_t> places(std::size_t index) const {
        if (index >= size())
            throw std::out_of_range("denim: batch " + std::to_string(index) + " was asked for, there are " +
                                    std::to_string(size()));
        return std::span{order_}.subspan(index * batch_, std::min(batch_, order_.size() - index * batch_));
    }

    [[nodiscard]] LoadedBatch operator[](std::size_t index) const {
        const auto chosen = places(index);
        const Shape shape = source_.shape();
        LoadedBatch result{Array<std::uint8_t, 4>::from_shape({chosen.size(), shape.height, shape.width, shape.channels}),
                           Array<std::int32_t, 1>::from_shape({chosen.size()})};
        gather(source_, chosen, augmentation_, seed_, epoch_, result.images.data());
        for (std::size_t i = 0; i < chosen.size(); ++i) result.labels(i) = source_.label(chosen[i]);
        return result;
    }

private:
    const Source& source_;
    std::size_t batch_;
    Seed seed_;
    std::uint64_t epoch_;
    Augmentation augmentation_;
    std::vector<std::uint32_t> order_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/target.hpp

namespace denim {

/// What a picture should give: the number of its class, or a number for each output.
struct Target {
    std::int32_t label = 0;
    std::span<const float> numbers = {};
};

/// Which of the two a loss wants.
enum class Wants { label, numbers };

/// What the outputs of a head are, by the loss that it learned by: logits of classes of which one is right (probabilities are
/// their softmax), of labels that may stand side by side (a sigmoid each), or numbers that are no probabilities.
enum class Gives { classes, labels, numbers };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The words for them in files, in their order.
inline constexpr std::array<std::string_view, 3> gives_words{"classes", "labels", "numbers"};

/// A word for each head.
inline std::vector<std::string> words_of(std::span<const Gives> heads) {
    std::vector<std::string> words;
    for (const Gives head : heads) words.emplace_back(gives_words[static_cast<std::size_t>(head)]);
    return words;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/loss.hpp

// A loss says how far the logits of a picture are from what they should be, and which way. It sees numbers, never a network.

namespace denim::inline DENIM_TARGET {

/// What a class needs to be a loss: which targets it wants, and `sample`: the loss of one picture, whose gradient times `scale`
/// it writes. It may have
///  - double right(logits, outputs, target): how far the answer counts as right, 0 to 1; without it there is no accuracy;
///  - void check(outputs): throws where its settings do not fit so many outputs;
///  - bool accepts(number): whether a target may be this number;
///  - static constexpr Gives gives: what the outputs are for those who ask for probabilities; without it, classes where it wants
///    labels, and numbers where it wants numbers;
///  - each_setting, see accepted.hpp: `fit` then checks these, and a checkpoint of others is not taken for its own.
template <class Type>
concept LossType = std::copy_constructible<Type> &&
                   requires(const Type& loss, const float* logits, std::size_t outputs, const Target& target, float* gradient) {
                       { Type::wants } -> std::convertible_to<Wants>;
                       { loss.sample(logits, outputs, target, gradient, 1.0) } -> std::convertible_to<double>;
                   };

/// How far the answer to one picture counts as right; NaN where the loss does not say.
template <class OneLoss, class Scalar>
double right_share(const OneLoss& loss, const Scalar* logits, std::size_t outputs, const Target& target) {
    if constexpr (requires { loss.right(logits, outputs, target); })
        return loss.right(logits, outputs, target);
    else
        return not_a_number<double>();
}

/// What a loss makes of the outputs.
template <class OneLoss>
constexpr Gives gives_of() {
    if constexpr (requires { OneLoss::gives; })
        return OneLoss::gives;
    else
        return OneLoss::wants == Wants::label ? Gives::classes : Gives::numbers;
}

/// Any loss, as FitOptions hold it: .loss = SoftmaxCrossEntropy{.label_smoothing = 0.1f}.
class Loss {
public:
    template <class Type>
        requires(!std::is_same_v<Type, Loss>) && LossType<Type>
    Loss(Type loss)  // NOLINT: meant to convert
        : model_(std::make_shared<Model<Type>>(std::move(loss))) {}

    Loss(const Loss&) = default;  // a move copies, so that there is none without a model
    Loss& operator=(const Loss&) = default;
    ~Loss() = default;

    [[nodiscard]] Wants wants() const { return model_->wants(); }
    [[nodiscard]] Gives gives() const { return model_->gives(); }
    double sample(const float* logits, std::size_t outputs, const Target& target, float* gradient, double scale) const {
        return model_->sample(logits, outputs, target, gradient, scale);
    }
    [[nodiscard]] double right(const float* logits, std::size_t outputs, const Target& target) const {
        return model_->right(logits, outputs, target);
    }
    /// Throws std::invalid_argument if a setting is not accepted, or does not fit so many outputs.
    void check(std::size_t outputs) const { model_->check(outputs); }
    /// "Focal"; "" of one that does not list its settings.
    [[nodiscard]] std::string_view name() const { return model_->name(); }
    [[nodiscard]] bool accepts(float number) const { return model_->accepts(number); }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const { model_->describe(to); }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual Wants wants() const = 0;
        [[nodiscard]] virtual Gives gives() const = 0;
        virtual double sample(const float*, std::size_t, const Target&, float*, double) const = 0;
        virtual double right(const float*, std::size_t, const Target&) const = 0;
        virtual void check(std::size_t) const = 0;
        [[nodiscard]] virtual std::string_view name() const = 0;
        [[nodiscard]] virtual bool accepts(float) const = 0;
        virtual void describe(SettingsRecord&) const = 0;
    };
    template <class Type>
    struct Model final : Interface {
        explicit Model(Type loss) : loss_(std::move(loss)) {}
        [[nodiscard]] Wants wants() const override { return Type::wants; }
        [[nodiscard]] Gives gives() const override { return gives_of<Type>(); }
        double sample(const float* logits, std::size_t outputs, const Target& target, float* gradient,
                      double scale) const override {
            return loss_.sample(logits, outputs, target, gradient, scale);
        }
        double right(const float* logits, std::size_t outputs, const Target& target) const override {
            return right_share(loss_, logits, outputs, target);
        }
        void check(std::size_t outputs) const override {
            if constexpr (requires { loss_.check(outputs); }) loss_.check(outputs);
            if constexpr (ListsSettings<Type>) check_settings_of(loss_);
        }
        [[nodiscard]] bool accepts(float number) const override {
            if constexpr (requires { loss_.accepts(number); })
                return loss_.accepts(number);
            else
                return true;
        }
        [[nodiscard]] std::string_view name() const override { return detail::name_of<Type>(); }
        void describe(SettingsRecord& to) const override { detail::describe_type(to, loss_); }
        Type loss_;
    };
    std::shared_ptr<const Interface> model_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/binary_cross_entropy.hpp

namespace denim::inline DENIM_TARGET {

/// The loss of labels that may stand side by side, one sigmoid for each: the mean over outputs of -t log(s) - (1 - t) log(1 -
/// s) with s = 1 / (1 + e^-z), from logits and targets (N, outputs) from 0 to 1. Its gradient is (s - t) / outputs. Right
/// counts the share of outputs on the target's side of a half; a NaN is on none. Keras: BinaryCrossentropy(from_logits=True).
struct BinaryCrossEntropy {
    float label_smoothing = 0;  ///< s: targets become t (1 - s) + s / 2

    static constexpr Wants wants = Wants::numbers;
    static constexpr Gives gives = Gives::labels;
    static constexpr const char* name = "BinaryCrossEntropy";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("label_smoothing", label_smoothing, from_0_to_1);
    }

    template <class Scalar>
    double sample(const Scalar* logits, std::size_t outputs, const Target& target, Scalar* gradient, double scale) const {
        const double smoothing = static_cast<double>(label_smoothing), count = static_cast<double>(outputs);
        double loss = 0;
        for (std::size_t k = 0; k < outputs; ++k) {
            const double logit = static_cast<double>(logits[k]), small = std::exp(-std::abs(logit));
            const double wanted = static_cast<double>(target.numbers[k]) * (1 - smoothing) + smoothing / 2;
            const double sigmoid = (logit >= 0 ? 1 : small) / (1 + small);
            loss += std::max(logit, 0.0) - logit * wanted + std::log1p(small);
            gradient[k] = static_cast<Scalar>(scale * (sigmoid - wanted) / count);
        }
        return loss / count;
    }
    template <class Scalar>
    double right(const Scalar* logits, std::size_t outputs, const Target& target) const {
        std::size_t right = 0;
        for (std::size_t k = 0; k < outputs; ++k) right += !is_nan(logits[k]) && (logits[k] > 0) == (target.numbers[k] > 0.5f);
        return static_cast<double>(right) / static_cast<double>(outputs);
    }
    void check(std::size_t /*outputs*/) const { check_settings_of(*this); }
    [[nodiscard]] bool accepts(float number) const { return number >= 0 && number <= 1; }
};

static_assert(LossType<BinaryCrossEntropy>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/largest.hpp

namespace denim::inline DENIM_TARGET {

/// The place of the largest of some scores, the first of equals: the class that they stand for. `count`, which is none, where
/// one of them is a NaN: nothing is known then.
template <Askable Scalar>
std::size_t place_of_largest(const Scalar* scores, std::size_t count) {
    if (std::any_of(scores, scores + count, [](Scalar score) { return is_nan(score); })) return count;
    return static_cast<std::size_t>(std::max_element(scores, scores + count) - scores);
}

namespace detail {

/// The same as the class of a picture, which has to have one.
template <Askable Scalar>
std::size_t class_of(const Scalar* logits, std::size_t count, std::size_t picture) {
    const std::size_t place = place_of_largest(logits, count);
    if (place == count)
        throw std::runtime_error("denim: classes: a logit of picture " + std::to_string(picture) +
                                 " is not a number, so it has no class; the network's weights, or the picture's numbers, are too large");
    return place;
}

/// 1 where the label's logit is the largest, the first of equal ones, and none is a NaN.
template <Askable Scalar>
double label_on_top(const Scalar* logits, std::size_t classes, std::int32_t label) {
    return std::cmp_equal(place_of_largest(logits, classes), label) ? 1 : 0;
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/softmax_sum.hpp

namespace denim::inline DENIM_TARGET::detail {

/// The largest of some logits, and the sum over all of e^((logit - largest) * sharpness), whose shares are probabilities. Of one NaN
/// among them all are NaN.
template <class Scalar>
struct SoftmaxSum {
    Scalar largest;
    double sharpness, sum = 0;

    SoftmaxSum(const Scalar* logits, std::size_t classes, double sharp = 1)
        : largest(*std::max_element(logits, logits + classes)), sharpness(sharp) {
        for (std::size_t k = 0; k < classes; ++k) sum += weight(logits[k]);
    }
    [[nodiscard]] double probability(Scalar logit) const { return weight(logit) / sum; }

private:
    [[nodiscard]] double weight(Scalar logit) const { return std::exp(static_cast<double>(logit - largest) * sharpness); }
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/loss/focal.hpp

namespace denim::inline DENIM_TARGET {

/// The loss of one class out of several where easy pictures shall count little, Lin and others (2017): -alpha (1 - p)^gamma
/// log(p) with p the softmax of the right class. Keras: CategoricalFocalCrossentropy(from_logits=True).
struct Focal {
    float alpha = 0.25f, gamma = 2;

    static constexpr Wants wants = Wants::label;
    static constexpr const char* name = "Focal";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("alpha", alpha, above_0);
        each("gamma", gamma, at_least_0);
    }

    /// d loss / d z[k] = alpha (gamma (1 - p)^(gamma - 1) p log(p) - (1 - p)^gamma) ([k is the label] - softmax(z)[k])
    template <class Scalar>
    double sample(const Scalar* logits, std::size_t classes, const Target& target, Scalar* gradient, double scale) const {
        const detail::SoftmaxSum<Scalar> softmax{logits, classes};
        const auto label = static_cast<std::size_t>(target.label);
        const double factor = static_cast<double>(alpha), power = static_cast<double>(gamma);
        const double log_p = static_cast<double>(logits[label] - softmax.largest) - std::log(softmax.sum), p = std::exp(log_p);
        double rest = 0;  // 1 - p, without cancellation
        for (std::size_t k = 0; k < classes; ++k) rest += k == label ? 0 : softmax.probability(logits[k]);
        const double fade = std::pow(rest, power);
        const double slope = rest > 0 ? power * fade / rest * p * log_p - fade : -fade;
        for (std::size_t k = 0; k < classes; ++k) {
            const double pull = k == label ? rest : -softmax.probability(logits[k]);
            gradient[k] = static_cast<Scalar>(scale * factor * slope * pull);
        }
        return -factor * fade * log_p;
    }
    template <class Scalar>
    double right(const Scalar* logits, std::size_t classes, const Target& target) const {
        return detail::label_on_top(logits, classes, target.label);
    }
};

static_assert(LossType<Focal>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/mean_squared_error.hpp

namespace denim::inline DENIM_TARGET {

/// The loss of numbers: the mean over outputs of (z - t)^2, from outputs and targets (N, outputs). There is no accuracy. Keras:
/// MeanSquaredError.
struct MeanSquaredError {
    static constexpr Wants wants = Wants::numbers;
    static constexpr const char* name = "MeanSquaredError";
    /// There are none.
    template <class Each>
    void each_setting(Each&&) const {}

    template <class Scalar>
    double sample(const Scalar* logits, std::size_t outputs, const Target& target, Scalar* gradient, double scale) const {
        const double count = static_cast<double>(outputs);
        double loss = 0;
        for (std::size_t k = 0; k < outputs; ++k) {
            const double difference = static_cast<double>(logits[k]) - static_cast<double>(target.numbers[k]);
            loss += difference * difference;
            gradient[k] = static_cast<Scalar>(scale * 2 * difference / count);
        }
        return loss / count;
    }
};

static_assert(LossType<MeanSquaredError>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/softmax_cross_entropy.hpp

namespace denim::inline DENIM_TARGET {

/// The loss of one class out of several, from logits and the number of the right class: log(sum over k of e^z[k]) - z[label].
/// Its gradient is softmax(z) - one_hot(label). Keras: SparseCategoricalCrossentropy(from_logits=True).
///
/// With label smoothing s the target of every class is s / classes, that of the right one 1 - s more. With class weights a
/// picture counts as often as its class says; a mean is divided by the number of pictures all the same, as with Keras's
/// class_weight (PyTorch divides by the sum of the weights).
struct SoftmaxCrossEntropy {
    float label_smoothing = 0;
    std::vector<float> class_weights = {};  ///< one for each class; all 1 unless set

    static constexpr Wants wants = Wants::label;
    static constexpr const char* name = "SoftmaxCrossEntropy";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("label_smoothing", label_smoothing, from_0_to_1);
        for (std::size_t k = 0; k < class_weights.size(); ++k) each("class_weights." + std::to_string(k), class_weights[k], at_least_0);
    }

    /// One picture's loss; `gradient` becomes that of `scale` times the loss.
    template <class Scalar>
    double sample(const Scalar* logits, std::size_t classes, const Target& target, Scalar* gradient, double scale) const {
        const detail::SoftmaxSum<Scalar> softmax{logits, classes};
        const auto label = static_cast<std::size_t>(target.label);
        const double weight = class_weights.empty() ? 1 : static_cast<double>(class_weights[label]);
        const double others = static_cast<double>(label_smoothing) / static_cast<double>(classes);
        double smoothed = 0;
        for (std::size_t k = 0; k < classes; ++k) {
            const double wanted = label == k ? 1 - static_cast<double>(label_smoothing) + others : others;
            gradient[k] = static_cast<Scalar>(scale * weight * (softmax.probability(logits[k]) - wanted));
            if (label_smoothing > 0) smoothed += wanted * static_cast<double>(softmax.largest - logits[k]);
        }
        if (label_smoothing > 0) return weight * (std::log(softmax.sum) + smoothed);
        return weight * (std::log(softmax.sum) + static_cast<double>(softmax.largest - logits[label]));
    }
    template <class Scalar>
    double right(const Scalar* logits, std::size_t classes, const Target& target) const {
        return detail::label_on_top(logits, classes, target.label);
    }
    void check(std::size_t classes) const {
        if (!class_weights.empty() && class_weights.size() != classes)
            throw std::invalid_argument("denim: SoftmaxCrossEntropy: the network has " + std::to_string(classes) +
                                        " outputs, but " + std::to_string(class_weights.size()) +
                                        " class_weights came; expected one for each, or none");
        for (const float weight : class_weights)
            if (!at_least_0.takes(static_cast<double>(weight)))
                throw std::invalid_argument(
                    "denim: SoftmaxCrossEntropy: class_weights were expected as finite numbers of at least 0, but one is " +
                    shortest_text(weight));
        if (!class_weights.empty() && std::ranges::all_of(class_weights, [](float weight) { return weight == 0; }))
            throw std::invalid_argument("denim: SoftmaxCrossEntropy: class_weights above 0 were expected, but all are 0");
    }
};

static_assert(LossType<SoftmaxCrossEntropy>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/each_vector.hpp

namespace denim::inline DENIM_TARGET {

/// Calls advance(load, store, n) for each vector of `count` numbers, n the place of its first one; `load(from + n)` and
/// `store(to + n, value)` take what there is of the last vector. An optimizer is written with it once, for every vector width.
template <class Advance>
void each_vector(std::size_t count, const Advance& advance) {
    std::size_t n = 0;
    for (; n + simd::lanes<float> <= count; n += simd::lanes<float>)
        advance([](const float* from) { return simd::load(from); },
                [](float* to, simd::Vector<float> value) { simd::store(to, value); }, n);
    if (const std::size_t rest = count - n; rest > 0)
        advance([rest](const float* from) { return simd::load_first(from, rest); },
                [rest](float* to, simd::Vector<float> value) { simd::store_first(to, value, rest); }, n);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/optimizer.hpp

// An optimizer turns gradients into new parameters. It sees flat numbers and the rows that describe them, never a network.

namespace denim {

/// One call of an optimizer: `count` parameters, their gradients, and its own state arrays for them.
struct Update {
    float* parameters;
    const float* gradients;
    std::array<float*, 4> state;
    std::size_t count;
    float rate;        ///< the learning rate of this step, times the row's factor
    std::size_t step;  ///< 1 in the first step
    bool decays;       ///< weight decay applies
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What a class needs to be an optimizer: its learning rate, how many numbers it keeps for each parameter (at most 4, zero at
/// first), and how it changes parameters. It may list its settings, see accepted.hpp: `fit` then checks them, and a checkpoint of
/// others is not taken for its own.
template <class Type>
concept OptimizerType = std::copyable<Type> && requires(const Type& optimizer, const Update& update) {
    { Type::state_arrays } -> std::convertible_to<std::size_t>;
    { optimizer.rate } -> std::convertible_to<float>;
    optimizer.apply(update);
};

/// Any optimizer, as FitOptions hold it: Optimizer{Adam{.rate = 1e-4f}}.
class Optimizer {
public:
    template <class Type>
        requires(!std::is_same_v<Type, Optimizer>) && OptimizerType<Type>
    Optimizer(Type optimizer)  // NOLINT: meant to convert
        : model_(std::make_shared<Model<Type>>(std::move(optimizer))) {}

    Optimizer(const Optimizer&) = default;  // a move copies, so that there is none without a model
    Optimizer& operator=(const Optimizer&) = default;
    ~Optimizer() = default;

    [[nodiscard]] float rate() const { return model_->rate(); }
    /// Throws std::invalid_argument if a setting is not accepted.
    void check() const { model_->check(); }
    [[nodiscard]] std::size_t state_arrays() const { return model_->state_arrays(); }
    void apply(const Update& update) const { model_->apply(update); }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const { model_->describe(to); }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual float rate() const = 0;
        virtual void check() const = 0;
        [[nodiscard]] virtual std::size_t state_arrays() const = 0;
        virtual void apply(const Update& update) const = 0;
        virtual void describe(SettingsRecord& to) const = 0;
    };
    template <class Type>
    struct Model final : Interface {
        explicit Model(Type optimizer) : optimizer_(std::move(optimizer)) {}
        [[nodiscard]] float rate() const override { return optimizer_.rate; }
        void check() const override {
            if constexpr (ListsSettings<Type>)
                check_settings_of(optimizer_);
            else
                check_setting("optimizer", "rate", rate(), at_least_0);
        }
        [[nodiscard]] std::size_t state_arrays() const override { return Type::state_arrays; }
        void apply(const Update& update) const override { optimizer_.apply(update); }
        void describe(SettingsRecord& to) const override {
            detail::describe_type(to, optimizer_);
            if constexpr (!DescribesItself<Type> && !ListsSettings<Type>) to("rate", rate());
        }
        Type optimizer_;
    };
    std::shared_ptr<const Interface> model_;
};

/// An optimizer's memory for one network, and the number of steps taken.
struct OptimizerState {
    AlignedArray<float> numbers;  ///< the state arrays one after the other, each as long as the parameters
    std::size_t step = 0;

    OptimizerState(const Optimizer& optimizer, std::size_t parameters) : numbers(optimizer.state_arrays() * parameters) {}
};

/// One step over all rows: trained ones by the optimizer, what layers move to its next value, frozen ones not at all.
inline void update_parameters(const Optimizer& optimizer, OptimizerState& state, std::span<const Row> rows,
                              std::span<float> parameters, std::span<const float> gradients, float rate) {
    constexpr std::size_t block = 16384;  // parameters that one thread takes at a time
    ++state.step;
    for (const Row& row : rows) {
        if (row.moved == Moved::by_layer) {
            std::copy_n(gradients.data() + row.offset, row.size(), parameters.data() + row.offset);
            continue;
        }
        if (!row.trained) continue;
        parallel_for((row.size() + block - 1) / block, 10 * row.size(), [&](std::size_t index) {
            const std::size_t first = row.offset + index * block;
            Update update{parameters.data() + first,
                          gradients.data() + first,
                          {},
                          std::min(block, row.offset + row.size() - first),
                          rate * row.rate_factor,
                          state.step,
                          row.decays};
            for (std::size_t n = 0; n < optimizer.state_arrays(); ++n)
                update.state[n] = state.numbers.data() + n * parameters.size() + first;
            optimizer.apply(update);
        });
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/adam.hpp

namespace denim::inline DENIM_TARGET {

/// Adam, Kingma and Ba (2015), in Keras's form: m and v are running means of the gradient and of its square, and in step t
/// parameter -= rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon).
struct Adam {
    float rate = 1e-3f, beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;

    static constexpr const char* name = "Adam";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("beta_1", beta_1, from_0_below_1);
        each("beta_2", beta_2, from_0_below_1);
        each("epsilon", epsilon, above_0);
    }

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const { apply(at, 1); }

    /// The same on parameters times `kept`: 1 less what decays.
    void apply(const Update& at, float kept) const {
        const auto step = static_cast<double>(at.step);
        const auto rate_now =
            static_cast<float>(static_cast<double>(at.rate) * std::sqrt(1 - std::pow(static_cast<double>(beta_2), step)) /
                               (1 - std::pow(static_cast<double>(beta_1), step)));
        const auto first = simd::broadcast(1 - beta_1), second = simd::broadcast(1 - beta_2), alpha = simd::broadcast(rate_now),
                   small = simd::broadcast(epsilon), factor = simd::broadcast(kept);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), m = load(at.state[0] + n), v = load(at.state[1] + n);
            const auto next_m = simd::fma(gradient - m, first, m), next_v = simd::fma(gradient * gradient - v, second, v);
            store(at.state[0] + n, next_m);
            store(at.state[1] + n, next_v);
            store(at.parameters + n, load(at.parameters + n) * factor - alpha * next_m / (simd::sqrt(next_v) + small));
        });
    }
};

static_assert(OptimizerType<Adam>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/adam_w.hpp

namespace denim::inline DENIM_TARGET {

/// Adam with a weight decay of its own, Loshchilov and Hutter (2019): before Adam's step, parameter -= rate * decay *
/// parameter. Only what `decays` does: weights, not biases nor BatchNorm's factors. Keras calls the decay weight_decay.
struct AdamW {
    float rate = 1e-3f, decay = 4e-3f, beta_1 = 0.9f, beta_2 = 0.999f, epsilon = 1e-7f;

    static constexpr const char* name = "AdamW";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("decay", decay, at_least_0);
        each("beta_1", beta_1, from_0_below_1);
        each("beta_2", beta_2, from_0_below_1);
        each("epsilon", epsilon, above_0);
    }

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const { Adam{rate, beta_1, beta_2, epsilon}.apply(at, at.decays ? 1 - at.rate * decay : 1); }
};

static_assert(OptimizerType<AdamW>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/not_finite.hpp

namespace denim {

/// A step of a training that came upon an infinity or a NaN; it has changed nothing.
class [[gnu::visibility("default")]] NotFinite : public std::runtime_error {
public:
    [[gnu::always_inline]] explicit NotFinite(const std::string& text) : std::runtime_error(text) {}
};

/// The loss is infinite or not a number.
class [[gnu::visibility("default")]] LossNotFinite : public NotFinite {
public:
    [[gnu::always_inline]] explicit LossNotFinite(std::uint64_t step)
        : NotFinite(detail::sentence("denim: the loss of step ", step,
                                     " is not a finite number; lower the learning rate, or look for weights that have grown without "
                                     "bound")) {}
};

/// The gradient of a row of parameters is, or the next value of one that its layer moves, though the loss is finite.
class [[gnu::visibility("default")]] GradientNotFinite : public NotFinite {
public:
    [[gnu::always_inline]] explicit GradientNotFinite(const std::string& row)
        : NotFinite(detail::sentence("denim: the gradient of '", row,
                                     "' holds a number that is not finite, though the loss is finite; lower the learning rate, or look "
                                     "for weights that have grown without bound")) {}
};

/// A row of parameters, or what the optimizer keeps for it, would be.
class [[gnu::visibility("default")]] WeightsNotFinite : public NotFinite {
public:
    [[gnu::always_inline]] WeightsNotFinite(const std::string& row, float rate)
        : NotFinite(detail::sentence("denim: a step at the rate ", rate, " would leave a number that is not finite in '", row,
                                     "' or in what the optimizer keeps for it; lower the learning rate, or shorten the gradients by "
                                     "clip_norm")) {}
};

}  // namespace denim
// ---- denim/optimizer/check_step.hpp

// A step throws before it changes anything: what an optimizer is about to do is looked at first.

namespace denim::inline DENIM_TARGET {

namespace detail {

inline constexpr std::size_t checked_at_once = 16384;  // numbers that one thread takes at a time

/// The largest magnitude of some numbers; not finite where one of them is not.
inline float largest_magnitude_shared(std::span<const float> numbers) {
    std::vector<float> largest((numbers.size() + checked_at_once - 1) / checked_at_once);
    parallel_for(largest.size(), numbers.size(), [&](std::size_t block) {
        const std::size_t first = block * checked_at_once;
        largest[block] = largest_magnitude(numbers.subspan(first, std::min(checked_at_once, numbers.size() - first)));
    });
    return largest_magnitude(std::span<const float>{largest});
}

/// Whether the step leaves finite numbers in a row and its state: tried on copies, a block at a time.
inline bool stays_finite(const Optimizer& optimizer, const OptimizerState& state, const Row& row, std::span<const float> parameters,
                         std::span<const float> gradients, float rate) {
    std::array<std::vector<float>, 4> copies;
    for (std::size_t first = row.offset, last = row.offset + row.size(); first < last; first += checked_at_once) {
        const std::size_t count = std::min(checked_at_once, last - first);
        std::vector<float> after(parameters.begin() + static_cast<std::ptrdiff_t>(first),
                                 parameters.begin() + static_cast<std::ptrdiff_t>(first + count));
        Update update{after.data(), gradients.data() + first, {}, count, rate, state.step + 1, row.decays};
        for (std::size_t n = 0; n < optimizer.state_arrays(); ++n) {
            const float* kept = state.numbers.data() + n * parameters.size() + first;
            copies[n].assign(kept, kept + count);
            update.state[n] = copies[n].data();
        }
        optimizer.apply(update);
        if (!all_finite(after)) return false;
        for (std::size_t n = 0; n < optimizer.state_arrays(); ++n)
            if (!all_finite(copies[n])) return false;
    }
    return true;
}

}  // namespace detail

/// Throws NotFinite where the step that comes next, at a finite rate, would leave infinities or NaNs; reads only. Gradients are read once; where they or the rate are so large that a finite step may not stay finite, it is tried first.
inline void check_step(const Optimizer& optimizer, const OptimizerState& state, std::span<const Row> rows,
                       std::span<const float> parameters, std::span<const float> gradients, float rate) {
    for (const Row& row : rows) {
        if (!row.trained && row.moved != Moved::by_layer) continue;
        const float own_rate = rate * row.rate_factor;
        const float largest = detail::largest_magnitude_shared(gradients.subspan(row.offset, row.size()));
        if (!is_finite(largest)) throw GradientNotFinite{row.name};
        constexpr float large_gradient = 1e15f, large_rate = 1e6f;  // its square, or a step of it, may leave the range
        const bool may_leave = largest > large_gradient / std::max(own_rate, 1.0f) || own_rate > large_rate;
        if (may_leave && row.moved != Moved::by_layer && !detail::stays_finite(optimizer, state, row, parameters, gradients, own_rate))
            throw WeightsNotFinite{row.name, own_rate};
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/clip.hpp

namespace denim::inline DENIM_TARGET {

/// Shortens the gradient of all trained parameters together to the length `limit` where it is longer, and gives the length that
/// it had. Throws GradientNotFinite, and changes nothing, where one of them holds an infinity or a NaN. Sums are cut by place
/// alone and added in order: the same bits for any number of threads. Keras: global_clipnorm.
inline double clip_by_norm(std::span<const Row> rows, std::span<float> gradients, double limit) {
    constexpr std::size_t block = 16384;  // numbers that one thread takes at a time
    const auto each_block = [&](const auto& act) {
        std::size_t before = 0;
        for (const Row& row : rows) {
            if (!row.trained || row.moved == Moved::by_layer) continue;
            const std::size_t blocks = (row.size() + block - 1) / block;
            parallel_for(blocks, 4 * row.size(), [&](std::size_t index) {
                act(before + index, gradients.subspan(row.offset + index * block, std::min(block, row.size() - index * block)));
            });
            before += blocks;
        }
    };
    std::vector<double> squares(gradients.size() / block + rows.size() + 1);
    each_block([&](std::size_t place, std::span<const float> part) {
        std::array<double, 8> sums{};
        const auto square = [&](std::size_t n) { return static_cast<double>(part[n]) * static_cast<double>(part[n]); };
        const std::size_t whole = part.size() / sums.size() * sums.size();
        for (std::size_t n = 0; n < whole; n += sums.size())
            for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += square(n + lane);
        for (std::size_t n = whole; n < part.size(); ++n) sums[0] += square(n);
        for (const double sum : sums) squares[place] += sum;
    });
    double sum = 0;
    for (const double part : squares) sum += part;
    if (!is_finite(sum))
        for (const Row& row : rows)
            if (row.trained && row.moved != Moved::by_layer && !all_finite(gradients.subspan(row.offset, row.size())))
                throw GradientNotFinite{row.name};
    const double norm = std::sqrt(sum);
    if (norm <= limit) return norm;
    const auto factor = static_cast<float>(limit / norm);
    each_block([factor](std::size_t, std::span<float> part) {
        for (float& number : part) number *= factor;
    });
    return norm;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/l2.hpp

namespace denim::inline DENIM_TARGET {

/// Adds the penalty of rows with L2, l2 * sum of squares, to the gradients; gives the penalty.
inline double add_l2(std::span<const Row> rows, std::span<const float> parameters, std::span<float> gradients) {
    double penalty = 0;
    for (const Row& row : rows) {
        if (row.l2 == 0) continue;
        double squares = 0;
        for (std::size_t n = row.offset; n < row.offset + row.size(); ++n) {
            squares += static_cast<double>(parameters[n]) * static_cast<double>(parameters[n]);
            gradients[n] += 2 * row.l2 * parameters[n];
        }
        penalty += static_cast<double>(row.l2) * squares;
    }
    return penalty;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/lion.hpp

namespace denim::inline DENIM_TARGET {

/// Lion, Chen and others (2023), in Keras's form: every parameter moves by the rate, in a direction alone, with half of Adam's
/// memory. parameter -= rate * sign(beta_1 * m + (1 - beta_1) * gradient); then m = beta_2 * m + (1 - beta_2) * gradient. Its
/// rate is 3 to 10 times smaller than Adam's, its decay (as AdamW's, of what `decays`) as many times larger.
struct Lion {
    float rate = 1e-3f, decay = 0, beta_1 = 0.9f, beta_2 = 0.99f;

    static constexpr const char* name = "Lion";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("decay", decay, at_least_0);
        each("beta_1", beta_1, from_0_below_1);
        each("beta_2", beta_2, from_0_below_1);
    }

    static constexpr std::size_t state_arrays = 1;

    void apply(const Update& at) const {
        const auto first = simd::broadcast(1 - beta_1), second = simd::broadcast(1 - beta_2), zero = simd::broadcast(0.0f),
                   speed = simd::broadcast(at.rate), back = simd::broadcast(-at.rate),
                   factor = simd::broadcast(at.decays ? 1 - at.rate * decay : 1);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), m = load(at.state[0] + n);
            const auto direction = simd::fma(gradient - m, first, m);
            const auto push = simd::select(direction > zero, speed, simd::select(direction < zero, back, direction));
            store(at.state[0] + n, simd::fma(gradient - m, second, m));
            store(at.parameters + n, load(at.parameters + n) * factor - push);
        });
    }
};

static_assert(OptimizerType<Lion>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/rms_prop.hpp

namespace denim::inline DENIM_TARGET {

/// RMSprop, Hinton (2012), in Keras's form: v is the running mean of the gradient's square, v = rho * v + (1 - rho) *
/// gradient^2; push = momentum * push + rate * gradient / sqrt(v + epsilon); parameter -= push.
struct RmsProp {
    float rate = 1e-3f, rho = 0.9f, momentum = 0, epsilon = 1e-7f;

    static constexpr const char* name = "RmsProp";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("rho", rho, from_0_below_1);
        each("momentum", momentum, from_0_below_1);
        each("epsilon", epsilon, above_0);
    }

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const {
        const auto share = simd::broadcast(1 - rho), factor = simd::broadcast(momentum), speed = simd::broadcast(at.rate),
                   small = simd::broadcast(epsilon);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), v = load(at.state[0] + n);
            const auto next_v = simd::fma(gradient * gradient - v, share, v);
            const auto push = factor * load(at.state[1] + n) + speed * gradient / simd::sqrt(next_v + small);
            store(at.state[0] + n, next_v);
            store(at.state[1] + n, push);
            store(at.parameters + n, load(at.parameters + n) - push);
        });
    }
};

static_assert(OptimizerType<RmsProp>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/sgd.hpp

namespace denim::inline DENIM_TARGET {

/// Stochastic gradient descent with momentum, as in Keras: velocity = momentum * velocity - rate * gradient; parameter +=
/// velocity, or with Nesterov's look ahead parameter += momentum * velocity - rate * gradient. The weight decay is a step of
/// its own before that, as AdamW's (Loshchilov and Hutter, 2019; Keras's weight_decay): parameter -= rate * decay *
/// parameter, of what `decays`. PyTorch adds its weight_decay to the gradient, which momentum makes 1 / (1 - momentum) times
/// as strong.
struct Sgd {
    float rate = 0.01f, momentum = 0;
    bool nesterov = false;
    float decay = 0;

    static constexpr const char* name = "Sgd";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rate", rate, at_least_0);
        each("momentum", momentum, from_0_below_1);
        each("nesterov", nesterov, from_0_to_1);
        each("decay", decay, at_least_0);
    }

    static constexpr std::size_t state_arrays = 1;

    void apply(const Update& at) const {
        const auto factor = simd::broadcast(momentum), speed = simd::broadcast(at.rate),
                   kept = simd::broadcast(at.decays ? 1 - at.rate * decay : 1);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto push = speed * load(at.gradients + n);
            const auto velocity = factor * load(at.state[0] + n) - push;
            store(at.state[0] + n, velocity);
            store(at.parameters + n, load(at.parameters + n) * kept + (nesterov ? factor * velocity - push : velocity));
        });
    }
};

static_assert(OptimizerType<Sgd>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/confusion.hpp

namespace denim {

/// One class against the others. What has no denominator is 0, as in scikit-learn.
struct ClassScore {
    std::size_t count = 0;  ///< pictures of the class
    double precision = 0;   ///< of those called so, the share that is so
    double recall = 0;      ///< of those that are so, the share called so
    double f1 = 0;          ///< 2 * precision * recall / (precision + recall)
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Confusion(true class, predicted class): how many pictures.
using Confusion = Array<std::size_t, 2>;

namespace detail {

/// Scores are (N, classes), none of them a NaN, and labels (N), each below `classes`.
inline void check_scores(std::span<const float> scores, std::span<const std::int32_t> labels, std::size_t classes) {
    if (classes == 0 || scores.size() != labels.size() * classes)
        throw std::invalid_argument("denim: metric: scores of " + std::to_string(labels.size()) + " pictures for " +
                                    std::to_string(classes) + " classes were expected, but got " +
                                    std::to_string(scores.size()) + " numbers");
    for (std::size_t n = 0; n < scores.size(); ++n)
        if (is_nan(scores[n]))
            throw std::invalid_argument("denim: metric: scores that are numbers were expected, but one of picture " +
                                        std::to_string(n / classes) + " is a NaN");
    for (const std::int32_t label : labels)
        if (std::cmp_less(label, 0) || std::cmp_greater_equal(label, classes))
            throw std::invalid_argument("denim: metric: labels from 0 to " + std::to_string(classes - 1) +
                                        " were expected, but got " + std::to_string(label));
}

inline double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace detail

/// The class of the largest score of each picture (the first, where several are equal); scores are (N, classes). Throws
/// std::invalid_argument where one is a NaN: such a picture has no class, and unless scores are of whole pictures.
inline std::vector<std::int32_t> predicted_classes(std::span<const float> scores, std::size_t classes) {
    if (classes == 0 || scores.size() % classes != 0)
        throw std::invalid_argument("denim: metric: scores of whole pictures, each for " + std::to_string(classes) +
                                    " classes, at least 1, were expected, but got " + std::to_string(scores.size()) + " numbers");
    std::vector<std::int32_t> predicted(scores.size() / classes);
    for (std::size_t n = 0; n < predicted.size(); ++n) {
        const auto sample = scores.subspan(n * classes, classes);
        const std::size_t place = place_of_largest(sample.data(), classes);
        if (place == classes)
            throw std::invalid_argument("denim: metric: scores that are numbers were expected, but one of picture " +
                                        std::to_string(n) + " is a NaN");
        predicted[n] = static_cast<std::int32_t>(place);
    }
    return predicted;
}

/// Counts of each pair of true and predicted class. Throws std::invalid_argument if the counts differ or a class is not below
/// `classes`.
inline Confusion confusion_matrix(std::span<const std::int32_t> labels, std::span<const std::int32_t> predicted,
                                  std::size_t classes) {
    if (labels.size() != predicted.size())
        throw std::invalid_argument("denim: metric: as many predictions as labels were expected, but got " +
                                    std::to_string(predicted.size()) + " for " + std::to_string(labels.size()));
    Confusion counts(std::array{classes, classes}, std::size_t{0});
    const auto place = [&](std::int32_t number) {
        if (std::cmp_less(number, 0) || std::cmp_greater_equal(number, classes))
            throw std::invalid_argument("denim: metric: classes below " + std::to_string(classes) + " were expected, but got " +
                                        std::to_string(number));
        return static_cast<std::size_t>(number);
    };
    for (std::size_t n = 0; n < labels.size(); ++n) ++counts(place(labels[n]), place(predicted[n]));
    return counts;
}

/// From scores (N, classes), for example logits.
inline Confusion confusion_matrix(std::span<const std::int32_t> labels, std::span<const float> scores, std::size_t classes) {
    detail::check_scores(scores, labels, classes);
    return confusion_matrix(labels, predicted_classes(scores, classes), classes);
}

/// Share of pictures on the diagonal; 0 for no pictures.
inline double accuracy(const Confusion& counts) {
    std::size_t right = 0, all = 0;
    for (std::size_t row = 0; row < counts.shape(0); ++row)
        for (std::size_t column = 0; column < counts.shape(1); ++column) {
            all += counts(row, column);
            right += row == column ? counts(row, column) : 0;
        }
    return detail::ratio(right, all);
}

inline std::vector<ClassScore> class_scores(const Confusion& counts) {
    std::vector<ClassScore> scores(counts.shape(0));
    for (std::size_t k = 0; k < scores.size(); ++k) {
        std::size_t called = 0;
        for (std::size_t n = 0; n < scores.size(); ++n) {
            scores[k].count += counts(k, n);
            called += counts(n, k);
        }
        scores[k].precision = detail::ratio(counts(k, k), called);
        scores[k].recall = detail::ratio(counts(k, k), scores[k].count);
        scores[k].f1 = detail::ratio(2 * counts(k, k), called + scores[k].count);
    }
    return scores;
}

/// The mean over classes, each counting alike; `count` is the sum.
inline ClassScore macro_average(std::span<const ClassScore> scores) {
    ClassScore mean;
    for (const ClassScore& score : scores) {
        mean.count += score.count;
        mean.precision += score.precision / static_cast<double>(scores.size());
        mean.recall += score.recall / static_cast<double>(scores.size());
        mean.f1 += score.f1 / static_cast<double>(scores.size());
    }
    return mean;
}

/// Share of pictures whose class is among their `k` largest scores (N, classes). Of equal scores the first class counts as
/// larger.
inline double top_k_accuracy(std::span<const float> scores, std::span<const std::int32_t> labels, std::size_t classes,
                             std::size_t k) {
    detail::check_scores(scores, labels, classes);
    std::size_t right = 0;
    for (std::size_t n = 0; n < labels.size(); ++n) {
        const auto sample = scores.subspan(n * classes, classes);
        const auto label = static_cast<std::size_t>(labels[n]);
        std::size_t before = 0;
        for (std::size_t other = 0; other < classes; ++other)
            before += sample[other] > sample[label] || (sample[other] == sample[label] && other < label) ? 1 : 0;
        right += before < k ? 1 : 0;
    }
    return detail::ratio(right, labels.size());
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/calibration.hpp

namespace denim {

/// Pictures of about the same confidence (the largest probability).
struct ConfidenceBin {
    std::size_t count = 0;
    double confidence = 0, accuracy = 0;  ///< means; 0 where the bin is empty
};

/// How far confidence can be believed.
struct Calibration {
    std::vector<ConfidenceBin> bins;  ///< of equal width from 0 to 1, each with its upper bound
    double error = 0;                 ///< expected calibration error: mean of |accuracy - confidence| over pictures
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Softmax of logits (N, classes) divided by a temperature. A NaN makes all of its picture NaN. Throws std::invalid_argument unless logits are of
/// whole pictures and the temperature is above 0.
inline std::vector<float> softmax(std::span<const float> logits, std::size_t classes, double temperature = 1) {
    if (classes == 0 || logits.size() % classes != 0 || !(temperature > 0))
        throw std::invalid_argument("denim: softmax: logits of whole pictures, each for " + std::to_string(classes) +
                                    " classes, at least 1, and a temperature above 0 were expected, but got " + std::to_string(logits.size()) +
                                    " numbers and " + detail::general(temperature));
    std::vector<float> result(logits.size());
    for (std::size_t first = 0; first < logits.size(); first += classes) {
        const detail::SoftmaxSum<float> sample{logits.data() + first, classes, 1 / temperature};
        for (std::size_t k = first; k < first + classes; ++k) result[k] = static_cast<float>(sample.probability(logits[k]));
    }
    return result;
}

/// Compares the confidence of probabilities (N, classes) with how often they are right; Guo, Pleiss, Sun and Weinberger, "On
/// calibration of modern neural networks" (2017), equations 2 to 5. Throws std::invalid_argument for what is no probability: a logit, say.
inline Calibration calibration(std::span<const float> probabilities, std::span<const std::int32_t> labels, std::size_t classes,
                               std::size_t bins = 15) {
    detail::check_scores(probabilities, labels, classes);
    if (bins == 0) throw std::invalid_argument("denim: calibration: at least 1 bin was expected");
    for (std::size_t n = 0; n < probabilities.size(); ++n)
        if (!(probabilities[n] >= 0 && probabilities[n] <= 1.0001f))  // sums of rounded shares may be a little above
            throw std::invalid_argument("denim: calibration: probabilities from 0 to 1 were expected, but one of picture " +
                                        std::to_string(n / classes) + " is " + detail::general(static_cast<double>(probabilities[n])) +
                                        "; softmax makes them of logits");
    Calibration result{std::vector<ConfidenceBin>(bins), 0};
    const std::vector<std::int32_t> predicted = predicted_classes(probabilities, classes);
    for (std::size_t n = 0; n < labels.size(); ++n) {
        const auto confidence = static_cast<double>(probabilities[n * classes + static_cast<std::size_t>(predicted[n])]);
        const double place = std::ceil(confidence * static_cast<double>(bins)) - 1;
        ConfidenceBin& bin = result.bins[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins - 1)))];
        ++bin.count;
        bin.confidence += confidence;
        bin.accuracy += predicted[n] == labels[n] ? 1 : 0;
    }
    for (ConfidenceBin& bin : result.bins) {
        if (bin.count == 0) continue;
        result.error += std::fabs(bin.accuracy - bin.confidence) / static_cast<double>(labels.size());
        bin.confidence /= static_cast<double>(bin.count);
        bin.accuracy /= static_cast<double>(bin.count);
    }
    return result;
}

/// The temperature that makes the mean cross-entropy of logits (N, classes) / temperature least, between 0.01 and 100; take it
/// from the validation set and divide the logits of others by it. Guo and others (2017), section 4.2. In 1 / temperature the
/// loss is convex: the root of its derivative is found by halving. Throws std::invalid_argument for no pictures and for logits that are not finite.
inline double fit_temperature(std::span<const float> logits, std::span<const std::int32_t> labels, std::size_t classes) {
    detail::check_scores(logits, labels, classes);
    if (labels.empty()) throw std::invalid_argument("denim: fit_temperature: at least one picture was expected, but got none");
    if (!std::ranges::all_of(logits, [](float logit) { return is_finite(logit); }))
        throw std::invalid_argument("denim: fit_temperature: finite logits were expected, but one is not");
    const auto slope = [&](double inverse) {  // of the summed loss: expected minus true logit
        double sum = 0;
        for (std::size_t n = 0; n < labels.size(); ++n) {
            const auto sample = logits.subspan(n * classes, classes);
            const detail::SoftmaxSum<float> softmax{sample.data(), classes, inverse};
            double expected = 0;
            for (const float logit : sample) expected += softmax.probability(logit) * static_cast<double>(logit);
            sum += expected - static_cast<double>(sample[static_cast<std::size_t>(labels[n])]);
        }
        return sum;
    };
    double low = 0.01, high = 100;  // of 1 / temperature
    if (slope(low) >= 0) return 1 / low;
    if (slope(high) <= 0) return 1 / high;
    for (int step = 0; step < 60; ++step) {
        const double middle = std::sqrt(low * high);
        (slope(middle) < 0 ? low : high) = middle;
    }
    return 1 / std::sqrt(low * high);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/distribution.hpp

// The probabilities that repeated runs and comparisons ask for.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Lentz's method for the continued fraction of the incomplete beta function; Numerical Recipes, third edition, section 6.4.
inline double beta_fraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    const auto away_from_zero = [](double number) { return std::fabs(number) < tiny ? tiny : number; };
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), result = d;
    for (int m = 1; m <= 10'000; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        result *= c * d;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        result *= c * d;
        if (std::fabs(c * d - 1) < 1e-15) break;
    }
    return result;
}

}  // namespace detail

/// The regularised incomplete beta function I_x(a, b), for a, b > 0 and x from 0 to 1.
inline double incomplete_beta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * detail::beta_fraction(a, b, x) / a
                                     : 1 - front * detail::beta_fraction(b, a, 1 - x) / b;
}

/// The chance that Student's t with this many degrees of freedom lies further from 0 than `t`, on either side.
inline double t_two_sided(double t, double degrees) {
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
}

/// The t that is exceeded on either side with probability 1 - `confidence`: 12.7 for 0.95 and 1 degree of freedom, 1.96 for
/// many.
inline double t_quantile(double confidence, double degrees) {
    if (!(confidence > 0 && confidence < 1) || !(degrees > 0))
        throw std::invalid_argument(
            "denim: t_quantile: a confidence between 0 and 1 and degrees of freedom above 0 were expected, but got " +
            detail::general(confidence) + " and " + detail::general(degrees));
    double low = 0, high = 1;
    while (t_two_sided(high, degrees) > 1 - confidence && high < 1e300) high *= 2;
    for (int step = 0; step < 200 && low < high; ++step) {
        const double middle = (low + high) / 2;
        if (middle == low || middle == high) break;
        (t_two_sided(middle, degrees) > 1 - confidence ? low : high) = middle;
    }
    return (low + high) / 2;
}

/// The chance that a fair coin thrown `trials` times shows at most `successes` heads.
inline double binomial_half(std::size_t successes, std::size_t trials) {
    if (successes >= trials) return 1;
    return incomplete_beta(static_cast<double>(trials - successes), static_cast<double>(successes) + 1, 0.5);
}

/// The chance that chi-squared with one degree of freedom exceeds `statistic`.
inline double chi_squared_tail(double statistic) { return std::erfc(std::sqrt(statistic / 2)); }

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/repeats.hpp

namespace denim::inline DENIM_TARGET {

/// One number measured in several runs.
struct Repeats {
    std::size_t count = 0;
    double mean = 0;
    double deviation = 0;      ///< of the sample, n - 1 in the denominator; NaN for one run
    double low = 0, high = 0;  ///< the confidence interval of the mean, by Student's t; NaN for one run
    double least = 0, largest = 0;

    /// "0.7310 +- 0.0052"
    [[nodiscard]] std::string text(int digits = 4) const {
        return detail::fixed(mean, digits) + (count > 1 ? " +- " + detail::fixed(deviation, digits) : "");
    }
};

/// Mean, deviation and confidence interval of repeated runs. A NaN among them makes all of these NaN.
inline Repeats repeats(std::span<const double> values, double confidence = 0.95) {
    if (values.empty()) throw std::invalid_argument("denim: repeats: the values of at least 1 run were expected, but got none");
    Repeats result{values.size(), 0, 0, 0, 0, values[0], values[0]};
    const auto count = static_cast<double>(values.size());
    for (const double value : values) {
        result.mean += value / count;
        if (is_nan(value)) result.least = result.largest = not_a_number<double>();
        if (is_nan(result.least)) continue;
        result.least = std::min(result.least, value);
        result.largest = std::max(result.largest, value);
    }
    double squares = 0;
    for (const double value : values) squares += (value - result.mean) * (value - result.mean);
    if (values.size() == 1) {
        result.deviation = result.low = result.high = not_a_number<double>();
        return result;
    }
    result.deviation = std::sqrt(squares / (count - 1));
    const double half = t_quantile(confidence, count - 1) * result.deviation / std::sqrt(count);
    result.low = result.mean - half;
    result.high = result.mean + half;
    return result;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/comparison.hpp

// Is one approach better than another, or was it luck?

namespace denim {

/// Two approaches on the same pictures: those that only one of them gets right.
struct McNemar {
    std::size_t first_only = 0, second_only = 0;
    double statistic = 0;    ///< chi-squared with one degree of freedom, (|b - c| - 1)^2 / (b + c)
    double chi_squared = 1;  ///< its probability if neither were better
    double exact = 1;        ///< the same by the binomial distribution, two-sided: believe this one below 25 differences
};

/// Two approaches, each with runs of its own.
struct WelchTest {
    double difference = 0;   ///< of the means, first minus second
    double t = 0;            ///< the difference in standard errors
    double degrees = 0;      ///< of freedom
    double probability = 1;  ///< of a |t| at least so large if neither were better
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// McNemar's test from the counts of pictures that one alone got right. McNemar (1947), with the correction of Edwards (1948).
inline McNemar mcnemar(std::size_t first_only, std::size_t second_only) {
    McNemar result{first_only, second_only};
    const std::size_t all = first_only + second_only;
    if (all == 0) return result;
    const std::size_t fewer = first_only < second_only ? first_only : second_only;
    const double distance = std::fmax(static_cast<double>(all - 2 * fewer) - 1, 0);
    result.statistic = distance * distance / static_cast<double>(all);
    result.chi_squared = chi_squared_tail(result.statistic);
    result.exact = std::fmin(2 * binomial_half(fewer, all), 1);
    return result;
}

/// From what each approach got right (nonzero) of the same pictures. Run it once a seed.
inline McNemar mcnemar(std::span<const int> first_right, std::span<const int> second_right) {
    if (first_right.size() != second_right.size())
        throw std::invalid_argument("denim: mcnemar: both approaches on the same pictures were expected, but got " +
                                    std::to_string(first_right.size()) + " and " + std::to_string(second_right.size()));
    std::size_t first = 0, second = 0;
    for (std::size_t n = 0; n < first_right.size(); ++n) {
        first += first_right[n] != 0 && second_right[n] == 0 ? 1 : 0;
        second += first_right[n] == 0 && second_right[n] != 0 ? 1 : 0;
    }
    return mcnemar(first, second);
}

/// Welch's t test (1947) of two sets of runs, whose deviations may differ; at least two runs of each are needed. If no run
/// differs from the others of its set, t is infinite (0 where the means are equal).
inline WelchTest welch_test(const Repeats& first, const Repeats& second) {
    if (first.count < 2 || second.count < 2)
        throw std::invalid_argument("denim: welch_test: at least 2 runs of each approach were expected, but got " +
                                    std::to_string(first.count) + " and " + std::to_string(second.count));
    const auto error = [](const Repeats& runs) { return runs.deviation * runs.deviation / static_cast<double>(runs.count); };
    const auto free = [](const Repeats& runs) { return static_cast<double>(runs.count - 1); };
    const double a = error(first), b = error(second);
    WelchTest result{first.mean - second.mean};
    if (result.difference == 0) return result;
    result.t = result.difference / std::sqrt(a + b);
    result.degrees = a + b > 0 ? (a + b) * (a + b) / (a * a / free(first) + b * b / free(second)) : free(first) + free(second);
    result.probability = t_two_sided(result.t, result.degrees);
    return result;
}

/// Two approaches over the same seeds or splits.
struct PairedTest {
    Repeats difference;      ///< first minus second, of each seed
    double t = 0;            ///< mean of the differences in standard errors
    double probability = 1;  ///< of a |t| at least so large if neither were better
};

/// Student's paired t test on the totals of each seed, both approaches in the same order. If all differences are equal, t is
/// infinite (0 where they are 0). One seed proves nothing: at least two are needed.
inline PairedTest paired_test(std::span<const double> first, std::span<const double> second, double confidence = 0.95) {
    if (first.size() != second.size() || first.size() < 2)
        throw std::invalid_argument(
            "denim: paired_test: the totals of both approaches for at least 2 seeds were expected, but got " +
            std::to_string(first.size()) + " and " + std::to_string(second.size()));
    std::vector<double> differences(first.size());
    for (std::size_t n = 0; n < first.size(); ++n) differences[n] = first[n] - second[n];
    PairedTest result{repeats(differences, confidence)};
    const double error = result.difference.deviation / std::sqrt(static_cast<double>(first.size()));
    result.t = result.difference.mean == 0 ? 0 : result.difference.mean / error;
    result.probability = t_two_sided(result.t, static_cast<double>(first.size()) - 1);
    return result;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/roc.hpp

namespace denim {

/// How well a score parts two classes, at every threshold.
struct Roc {
    /// One threshold.
    struct Point {
        double threshold;              ///< called positive: a score of at least this
        double false_rate, true_rate;  ///< of the negatives, of the positives: the share called positive
    };
    std::vector<Point> points;  ///< from (0, 0), threshold infinity, to (1, 1)
    double area = 0;  ///< under the curve, by trapezoids: the chance that a positive scores above a negative, ties count half
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The receiver operating characteristic of scores against truth (nonzero: positive). Throws std::invalid_argument unless both
/// classes occur and every score is a number. Fawcett, "An introduction to ROC analysis" (2006), algorithms 1 and 2.
inline Roc roc(std::span<const float> scores, std::span<const std::int32_t> positive) {
    if (scores.size() != positive.size())
        throw std::invalid_argument("denim: roc: one score for each of " + std::to_string(positive.size()) +
                                    " pictures was expected, but got " + std::to_string(scores.size()));
    const auto positives =
        static_cast<std::size_t>(std::count_if(positive.begin(), positive.end(), [](std::int32_t each) { return each != 0; }));
    if (positives == 0 || positives == positive.size())
        throw std::invalid_argument("denim: roc: pictures of both classes were expected, but " + std::to_string(positives) +
                                    " of " + std::to_string(positive.size()) + " are positive");
    if (std::any_of(scores.begin(), scores.end(), [](float score) { return is_nan(score); }))
        throw std::invalid_argument("denim: roc: a score that is not a number came");
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) { return scores[left] > scores[right]; });
    Roc curve;
    curve.points.push_back({infinite<double>(), 0, 0});
    std::size_t right = 0, wrong = 0;
    for (std::size_t n = 0; n < order.size(); ++n) {
        (positive[order[n]] != 0 ? right : wrong) += 1;
        if (n + 1 < order.size() && scores[order[n + 1]] == scores[order[n]]) continue;
        const Roc::Point next{static_cast<double>(scores[order[n]]), detail::ratio(wrong, scores.size() - positives),
                              detail::ratio(right, positives)};
        const Roc::Point& last = curve.points.back();
        curve.area += (next.false_rate - last.false_rate) * (next.true_rate + last.true_rate) / 2;
        curve.points.push_back(next);
    }
    return curve;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/target_score.hpp

#include <ostream>

namespace denim {

/// How near a network's numbers come to one of the targets that they aim at. NaN where an output is.
struct TargetScore {
    std::size_t count = 0;               ///< samples
    double mean_squared_error = 0;       ///< Keras: MeanSquaredError
    double root_mean_squared_error = 0;  ///< in the target's own units. Keras: RootMeanSquaredError
    double mean_absolute_error = 0;      ///< Keras: MeanAbsoluteError
    /// 1 - squared error / variance of the target: 1 is exact, 0 is what its mean alone would score. NaN of a constant target. Keras: R2Score
    double r2 = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Of each target by itself, from outputs and targets, both (samples, count) row by row. Throws std::invalid_argument where they do not fit.
template <class Scalar>
std::vector<TargetScore> target_scores(std::span<const Scalar> outputs, std::span<const float> targets, std::size_t count) {
    if (count == 0 || outputs.empty() || outputs.size() != targets.size() || outputs.size() % count != 0)
        throw std::invalid_argument("denim: target_scores: as many outputs as targets were expected, " + std::to_string(count) +
                                    " for each sample, but got " + std::to_string(outputs.size()) + " and " + std::to_string(targets.size()));
    std::vector<TargetScore> scores(count);
    const std::size_t samples = outputs.size() / count;
    const auto divisor = static_cast<double>(samples);
    for (std::size_t k = 0; k < count; ++k) {
        double mean = 0, spread = 0, squares = 0, absolutes = 0;
        for (std::size_t n = k; n < targets.size(); n += count) mean += static_cast<double>(targets[n]) / divisor;
        for (std::size_t n = k; n < targets.size(); n += count) {
            const double target = static_cast<double>(targets[n]), error = static_cast<double>(outputs[n]) - target;
            spread += (target - mean) * (target - mean);
            squares += error * error;
            absolutes += std::abs(error);
        }
        const double r2 = spread > 0 ? 1 - squares / spread : not_a_number<double>();
        scores[k] = {samples, squares / divisor, std::sqrt(squares / divisor), absolutes / divisor, r2};
    }
    return scores;
}

/// A table, a line for each target.
inline std::ostream& operator<<(std::ostream& out, const std::vector<TargetScore>& scores) {
    using detail::general, detail::to_the_right;
    std::string text = "target  samples  root mean square  mean absolute      R2\n";
    for (std::size_t k = 0; k < scores.size(); ++k)
        text += to_the_right(std::to_string(k), 6) + "  " + to_the_right(std::to_string(scores[k].count), 7) + "  " +
                to_the_right(general(scores[k].root_mean_squared_error), 16) + "  " +
                to_the_right(general(scores[k].mean_absolute_error), 13) + "  " + to_the_right(detail::fixed(scores[k].r2, 4), 6) + '\n';
    return out << text;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/history.hpp

namespace denim {

/// Loss and accuracy over a set; NaN where there was none.
struct Score {
    double loss = not_a_number<double>();
    double accuracy = not_a_number<double>();
};

/// One pass over the training set. `train` is the mean over its batches while the network was learning from them.
struct Epoch {
    std::size_t number = 0;  ///< from 1
    Score train, validation;
    double rate = 0;     ///< the learning rate
    double seconds = 0;  ///< validation included
    double images_per_second = 0;  ///< of training alone
    double waited = 0;             ///< seconds in which training waited for pictures; 0 in epochs that a snapshot told of
};

/// All passes of a run.
struct History {
    std::vector<Epoch> epochs;
    std::size_t best_epoch = 0;  ///< whose weights the network has now, where a callback went back to the best; else 0
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// "accuracy 0.9375, loss 0.183", without the accuracy of a loss that has none; a loss that is no number is "loss nan".
inline std::ostream& operator<<(std::ostream& out, const Score& score) {
    if (!is_nan(score.accuracy)) out << "accuracy " + detail::general(score.accuracy) + ", ";
    return out << "loss " + detail::general(score.loss);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/schedule.hpp

namespace denim::inline DENIM_TARGET {

/// Where a run stands when it takes a step.
struct Moment {
    std::size_t step;        ///< of the run, from 0
    std::size_t batches;     ///< steps in an epoch
    std::size_t epochs;      ///< wanted
    const History& history;  ///< the epochs that have ended

    [[nodiscard]] std::size_t steps() const { return batches * epochs; }
    /// Under way, from 1.
    [[nodiscard]] std::size_t epoch() const { return step / batches + 1; }
    [[nodiscard]] bool ends_epoch() const { return (step + 1) % batches == 0; }
};

/// What a run is going to be, known before its first step.
struct RunPlan {
    std::size_t batches, epochs;  ///< steps in an epoch; wanted
    bool validation;              ///< there is a validation set

    [[nodiscard]] std::size_t steps() const { return batches * epochs; }
};

/// What a class needs to be a schedule: the factor of the optimizer's rate in a step. It depends on the moment alone, so a run
/// that goes on from a checkpoint needs nothing more. It may have
///  - void check(const RunPlan&): throws before the first step if it does not fit the run;
///  - each_setting, see accepted.hpp: `fit` then checks these, and a checkpoint of others is not taken for its own;
///  - std::size_t warm_up, steps: `fit` throws if the run has fewer.
template <class Type>
concept ScheduleType = std::copy_constructible<Type> && requires(const Type& schedule, const Moment& at) {
    { schedule.factor(at) } -> std::convertible_to<float>;
};

/// Any schedule, as FitOptions hold it: .schedule = CosineRate{}. Without one the rate is the optimizer's, and callbacks may
/// change it.
class Schedule {
public:
    Schedule() = default;
    template <class Type>
        requires(!std::is_same_v<Type, Schedule>) && ScheduleType<Type>
    Schedule(Type schedule)  // NOLINT: meant to convert
        : schedule_(std::make_shared<const Type>(std::move(schedule))),
          call_([](const void* erased, const Moment& at) {
              return static_cast<float>(static_cast<const Type*>(erased)->factor(at));
          }),
          check_([](const void* erased, const RunPlan& plan) { check_type(*static_cast<const Type*>(erased), plan); }),
          describe_([](const void* erased, SettingsRecord& to) { detail::describe_type(to, *static_cast<const Type*>(erased)); }) {}

    explicit operator bool() const { return schedule_ != nullptr; }
    [[nodiscard]] float factor(const Moment& at) const { return schedule_ ? call_(schedule_.get(), at) : 1; }
    /// Throws std::invalid_argument if a setting is not accepted, or does not fit the run.
    void check(const RunPlan& plan) const {
        if (schedule_) check_(schedule_.get(), plan);
    }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const {
        if (schedule_)
            describe_(schedule_.get(), to);
        else
            to.kind("none");
    }

private:
    template <class Type>
    static void check_type(const Type& type, const RunPlan& plan) {
        if constexpr (ListsSettings<Type>) check_settings_of(type);
        if constexpr (requires { std::size_t{type.warm_up}; })
            if (type.warm_up > plan.steps())
                throw std::invalid_argument("denim: " + std::string{detail::name_of<Type>()} + ": a warm-up of " + std::to_string(type.warm_up) +
                                            " steps was asked for, but the run has only " + std::to_string(plan.steps()));
        if constexpr (requires { type.check(plan); }) type.check(plan);
    }

    std::shared_ptr<const void> schedule_;
    float (*call_)(const void*, const Moment&) = nullptr;
    void (*check_)(const void*, const RunPlan&) = nullptr;
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
};

/// The factor of a rate that rises in equal parts, in `warm_up` steps, to what its schedule says.
inline float warm_up_factor(std::size_t step, std::size_t warm_up) {
    return step < warm_up ? static_cast<float>(step + 1) / (static_cast<float>(warm_up) + 1) : 1;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/constant_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The optimizer's rate, after the warm-up.
struct ConstantRate {
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "ConstantRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const { return warm_up_factor(at.step, warm_up); }
};

static_assert(ScheduleType<ConstantRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/cosine_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls along a half cosine to `last` of itself at the end of the run: last + (1 - last) * (1 + cos(pi * step /
/// steps)) / 2. Keras: CosineDecay over the steps of the run, whose alpha is `last`.
struct CosineRate {
    float last = 0;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "CosineRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("last", last, from_0_to_1);
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        const float done = static_cast<float>(at.step) / static_cast<float>(at.steps());
        const float fall = 0.5f * (1 + std::cos(std::numbers::pi_v<float> * done));
        return warm_up_factor(at.step, warm_up) * (last + (1 - last) * fall);
    }
};

static_assert(ScheduleType<CosineRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/exponential_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls from step to step, to `by` of itself in an epoch. Keras: ExponentialDecay with the steps of an epoch.
struct ExponentialRate {
    float by = 0.9f;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "ExponentialRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("by", by, above_0);
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>(at.step) / static_cast<float>(at.batches));
    }
};

static_assert(ScheduleType<ExponentialRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/one_cycle_rate.hpp

namespace denim::inline DENIM_TARGET {

/// From one factor to another along a half cosine, as far as is `done`.
inline float cosine_between(float from, float to, float done) {
    return to + (from - to) * 0.5f * (1 + std::cos(std::numbers::pi_v<float> * done));
}

/// One cycle, Smith and Topin (2018): the rate rises along a half cosine from `first` of itself to the whole, which it has
/// after the part `rising` of the run, and falls along another to `last`. The rise is its warm-up. PyTorch: OneCycleLR, whose
/// div_factor is 1 / first, and whose final_div_factor is first / last; momentum stays.
struct OneCycleRate {
    float rising = 0.3f, first = 0.04f, last = 4e-6f;

    static constexpr const char* name = "OneCycleRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("rising", rising, from_0_to_1);
        each("first", first, from_0_to_1);
        each("last", last, from_0_to_1);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        const auto steps = static_cast<float>(at.steps()), step = static_cast<float>(at.step);
        const float top = std::max(0.0f, rising * steps - 1), end = steps - 1;
        if (step < top) return cosine_between(first, 1, step / top);
        return end > top ? cosine_between(1, last, std::min(1.0f, (step - top) / (end - top))) : 1;
    }
};

static_assert(ScheduleType<OneCycleRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/metric/monitor.hpp

namespace denim {

/// Which score of an epoch is watched.
enum class Monitor { validation_loss, validation_accuracy, train_loss, train_accuracy };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

[[nodiscard]] constexpr bool watches_validation(Monitor monitor) {
    return monitor == Monitor::validation_loss || monitor == Monitor::validation_accuracy;
}

[[nodiscard]] constexpr std::string_view name_of(Monitor monitor) {
    constexpr std::array<std::string_view, 4> names{"validation_loss", "validation_accuracy", "train_loss", "train_accuracy"};
    return names[static_cast<std::size_t>(monitor)];
}

namespace detail {

[[noreturn]] inline void throw_no_validation(const std::string& who) {
    throw std::invalid_argument(
        "denim: " + who +
        " watches a validation score, but fit was given no validation set; give one, or choose Monitor::train_loss");
}

}  // namespace detail

/// The score, smaller is better: accuracies are negated. NaN where the loss is, which no epoch is worse than. Throws
/// std::invalid_argument under the name of the callback that asks if there is no accuracy because the loss has none.
inline double watched_score(Monitor monitor, const Epoch& epoch, const std::string& who) {
    const double score = monitor == Monitor::train_loss            ? epoch.train.loss
                         : monitor == Monitor::train_accuracy      ? -epoch.train.accuracy
                         : monitor == Monitor::validation_accuracy ? -epoch.validation.accuracy
                                                                   : epoch.validation.loss;
    const bool watches_accuracy = monitor == Monitor::train_accuracy || monitor == Monitor::validation_accuracy;
    if (watches_accuracy && is_nan(score))
        throw std::invalid_argument("denim: " + who + " watches an accuracy, but the loss of this run has none; choose " +
                                    (watches_validation(monitor) ? "Monitor::validation_loss" : "Monitor::train_loss"));
    return score;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/plateau_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls to `by` of itself where the watched score has not improved for `patience` epochs, as in Keras's
/// ReduceLROnPlateau. What it has seen stands in the history.
struct PlateauRate {
    float by = 0.1f;
    std::size_t patience = 10;
    double minimum_improvement = 1e-4;  ///< a smaller one does not count
    std::size_t cooldown = 0;           ///< epochs after a fall that do not count
    float last = 0;                     ///< of the optimizer's rate: it falls no further
    Monitor monitor = Monitor::validation_loss;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "PlateauRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("by", by, above_0_below_1);
        each("patience", patience, at_least_0);
        each("minimum_improvement", minimum_improvement, at_least_0);
        each("cooldown", cooldown, at_least_0);
        each("last", last, from_0_to_1);
        each("monitor", static_cast<int>(monitor), Accepted{.highest = 3});
        each("warm_up", warm_up, at_least_0);
    }
    void check(const RunPlan& plan) const {
        if (watches_validation(monitor) && !plan.validation) detail::throw_no_validation(name);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        float factor = 1;
        double best = std::numeric_limits<double>::max();
        std::size_t waited = 0, cooling = 0;
        for (const Epoch& epoch : at.history.epochs) {
            const double score = watched_score(monitor, epoch, "PlateauRate");
            if (cooling > 0) {
                --cooling;
                waited = 0;
            }
            if (!is_nan(score) && score < best - minimum_improvement) {
                best = score;
                waited = 0;
            } else if (cooling == 0 && ++waited >= patience) {
                factor = std::max(factor * by, last);
                cooling = cooldown;
                waited = 0;
            }
        }
        return warm_up_factor(at.step, warm_up) * factor;
    }
};

static_assert(ScheduleType<PlateauRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/schedule/step_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls to `by` of itself after every `every` epochs. PyTorch: StepLR.
struct StepRate {
    std::size_t every = 10;  ///< epochs
    float by = 0.1f;
    std::size_t warm_up = 0;  ///< steps

    static constexpr const char* name = "StepRate";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("every", every, at_least_1);
        each("by", by, above_0);
        each("warm_up", warm_up, at_least_0);
    }
    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>((at.epoch() - 1) / every));
    }
};

static_assert(ScheduleType<StepRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/each_index.hpp

// Loops that the compiler unrolls, over the layers of a network. Folds of at most 64 calls beside each other: compilers nest a fold
// as deep as it is long, and clang goes no deeper than 256.

namespace denim::inline DENIM_TARGET {

/// Calls `body.template operator()<n>()` for each n from First to Last - 1, in order.
template <std::size_t First, std::size_t Last, class Body>
constexpr void each_index(Body&& body) {
    constexpr std::size_t at_once = 64;
    if constexpr (Last - First <= at_once) {
        [&]<std::size_t... Step>(std::index_sequence<Step...>) {
            (body.template operator()<First + Step>(), ...);
        }(std::make_index_sequence<Last - First>{});
    } else {
        constexpr std::size_t middle = First + (Last - First) / 2;
        each_index<First, middle>(body);
        each_index<middle, Last>(body);
    }
}

/// The same, from Last - 1 to First.
template <std::size_t First, std::size_t Last, class Body>
constexpr void each_index_reversed(Body&& body) {
    each_index<0, Last - First>([&]<std::size_t Step>() { body.template operator()<Last - 1 - Step>(); });
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/names.hpp

namespace denim::inline DENIM_TARGET::detail {

/// How many entries of the flat list a spec stands for.
template <class Spec>
inline constexpr std::size_t entries_of = expanded<Spec>::size;

/// The names of a network's entries, and of the blocks with names of their own among them: column by column, as every program has vectors
/// of these types.
struct EntryNames {
    std::vector<std::string> entries;
    std::vector<std::size_t> block_begins;           ///< a block's first entry
    std::vector<std::string> block_places, blocks;   ///< "2", "Basic<64>"
    std::vector<std::string> block_layers;           ///< what it stands for, "Sequential<...>"
};

/// A child of a composition, as naming sees it.
struct NamedChild {
    bool layer = true;                                          ///< else a fork or join, named as the composition that it belongs to
    void (*name)(const std::string&, EntryNames&) = nullptr;  ///< of a composition or a block; a layer is its own only entry
};

DENIM_ONCE void name_children(std::span<const NamedChild> children, const std::string& name, EntryNames& names);

template <class Written>
void name_entries(const std::string& name, EntryNames& names);

template <class Written>
constexpr NamedChild named_child() {
    using Spec = named_as<Written>;
    if constexpr (!written<Written>())
        return {false, nullptr};
    else if constexpr (NamedBlock<Spec> || requires { typename Spec::Expanded; })
        return {true, &name_entries<Written>};
    else
        return {true, nullptr};
}
template <class... Specs>
constexpr std::array<NamedChild, sizeof...(Specs)> named_children(List<Specs...>) {
    return {named_child<Specs>()...};
}

/// Appends a name for each entry of the flat list: its place among its siblings, "2.0" for the first layer inside the third.
template <class Written>
void name_entries(const std::string& name, EntryNames& names) {
    using Spec = named_as<Written>;
    if constexpr (NamedBlock<Spec>) {
        names.block_begins.push_back(names.entries.size());
        names.block_places.push_back(name);
        names.block_layers.push_back(spelling<typename Spec::Unnamed>());
        if constexpr (requires { std::string{Spec::name}; })
            names.blocks.emplace_back(Spec::name);
        else
            names.blocks.push_back(spelling<Spec>());
    }
    if constexpr (requires { typename Spec::Expanded; }) {
        static constexpr auto children = named_children(typename Spec::Expanded{});
        name_children(children, name, names);
    } else {
        names.entries.push_back(name);
    }
}

/// Where a path leads in the flat list, and how many entries stand there: <2, 0> is the first layer inside the third.
struct PathEnd {
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
    std::size_t first = nowhere, entries = 0;
};

template <std::size_t Wanted, std::size_t... Deeper, class... Specs>
consteval PathEnd follow(List<Specs...>) {
    std::size_t place = 0, entry = 0;
    PathEnd end;
    [[maybe_unused]] const auto visit = [&]<std::size_t Index>() {
        using Spec = named_as<type_at<List<Specs...>, Index>>;
        if (written<Spec>() && place++ == Wanted) {
            if constexpr (sizeof...(Deeper) == 0) {
                end = {entry, entries_of<Spec>};
            } else if constexpr (requires { typename Spec::Expanded; }) {
                end = follow<Deeper...>(typename Spec::Expanded{});
                if (end.first != PathEnd::nowhere) end.first += entry;
            }
        }
        entry += entries_of<Spec>;
    };
    each_index<0, sizeof...(Specs)>(visit);
    return end;
}

template <class Spec, std::size_t Index, class Block>
consteval auto block_around();

/// The innermost block with a name of its own around an entry of these, which `Block` stands around; void where there is none.
template <std::size_t Index, class Block, class First, class... Rest>
consteval auto block_among(List<First, Rest...>) {
    if constexpr (Index < entries_of<First>)
        return block_around<First, Index, Block>();
    else
        return block_among<Index - entries_of<First>, Block>(List<Rest...>{});
}
template <class Spec, std::size_t Index, class Block>
consteval auto block_around() {
    using Around = std::conditional_t<NamedBlock<Spec>, Spec, Block>;
    if constexpr (requires { typename Spec::Expanded; })
        return block_among<Index, Around>(typename Spec::Expanded{});
    else
        return Identity<Around>{};
}

}  // namespace denim::inline DENIM_TARGET::detail

// ---- denim/network/graph.hpp

// From the list of layers and the shape of a picture to values: which entry reads what, which shape flows where, which
// parameters stand at which place. All of it is plain constexpr data, computed by one fold over the list.

namespace denim {

/// What makes shares of logits.
enum class Squash { none, softmax, sigmoid };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// An entry of the flat list, traced. Value v + 1 is what entry v gives; value 0 is the network's input.
struct Entry {
    Role role = Role::layer;
    Shape in, out;
    std::array<std::size_t, max_inputs> from{};  ///< the values that it reads
    std::size_t inputs = 1;
    std::size_t rows = 0;                             ///< how many parameters it has
    bool decays = false;                              ///< some of them are weights: it has an L2
    bool has_rate = false;                            ///< it has a rate, as Dropout
    bool states_rate = false;                         ///< its type says where that begins, as StochasticDepth
    float rate = LayerSettings{}.rate;                ///< where it begins
    Squash squash = Squash::none;                     ///< its activation, where it makes shares of logits
    std::size_t first_parameter = 0, parameters = 0;  ///< its numbers in the network's one array
};

/// The whole list, traced up to the first entry that does not fit.
template <std::size_t Count>
struct Trace {
    static constexpr std::size_t none = Count;

    std::array<Entry, Count> entries{};
    std::size_t problem = none;           ///< the first entry that does not accept what it gets
    std::size_t rows = 0, parameters = 0;  ///< of all entries
    std::size_t result = 0;               ///< the value that leaves
};

namespace detail {

template <class Type>
concept StatesRate = std::same_as<decltype(Type::rate), const float>;

template <class Type>
constexpr Squash squash_of() {
    if constexpr (requires { typename Type::Function; })
        return std::same_as<typename Type::Function, Softmax>   ? Squash::softmax
               : std::same_as<typename Type::Function, Sigmoid> ? Squash::sigmoid
                                                                : Squash::none;
    else
        return Squash::none;
}

/// The state of the fold: the value that flows, and those that forks remember.
struct Flow {
    std::size_t current = 0;
    std::array<std::size_t, 64> remembered{};
    std::size_t depth = 0;
};

template <std::size_t Count>
constexpr Shape shape_of(const Trace<Count>& trace, Shape input, std::size_t value) {
    return value == 0 ? input : trace.entries[value - 1].out;
}

template <class Entries>
consteval auto trace_entries(Shape input) {
    constexpr std::size_t count = Entries::size;
    Trace<count> trace;
    Flow flow;
    const auto visit = [&]<std::size_t index>() {
        using Type = type_at<Entries, index>;
        if (trace.problem != count) return;
        Entry& entry = trace.entries[index];
        entry.role = role_of<Type>();
        entry.from[0] = flow.current;
        entry.in = shape_of(trace, input, flow.current);
        entry.first_parameter = trace.parameters;
        if constexpr (is_refused<Type>) {
            trace.problem = index;
        } else if constexpr (!check_spec<Type, false>()) {
            trace.problem = index;
        } else if constexpr (role_of<Type>() == Role::join) {
            if (flow.depth + 1 < Type::inputs) {
                trace.problem = index;
                return;
            }
            entry.inputs = Type::inputs;  // what was remembered, in order, and last what flows
            flow.depth -= Type::inputs - 1;
            for (std::size_t n = 0; n + 1 < Type::inputs; ++n) entry.from[n] = flow.remembered[flow.depth + n];
            entry.from[Type::inputs - 1] = flow.current;
            const auto shape = [&](std::size_t n) { return shape_of(trace, input, entry.from[n]); };
            const auto apply = [&]<std::size_t... Input>(std::index_sequence<Input...>) {
                if (Type::accepts(shape(Input)...))
                    entry.out = Type::output(shape(Input)...);
                else
                    trace.problem = index;
            };
            apply(std::make_index_sequence<Type::inputs>{});
        } else if constexpr (role_of<Type>() == Role::turn) {
            if (flow.depth == 0) {
                trace.problem = index;
                return;
            }
            std::size_t& top = flow.remembered[flow.depth - 1];
            entry.from[0] = std::exchange(top, flow.current);
            entry.in = entry.out = shape_of(trace, input, entry.from[0]);
            if (!Type::last) flow.remembered[flow.depth++] = entry.from[0];
        } else {
            if (!Type::accepts(entry.in)) {
                trace.problem = index;
                return;
            }
            entry.out = Type::output(entry.in);
            if constexpr (requires { Type::has_rate; }) entry.has_rate = Type::has_rate;
            if constexpr (StatesRate<Type>) entry.states_rate = true, entry.rate = Type::rate;
            entry.squash = squash_of<Type>();
            for (const Parameter& parameter : Type::parameters(entry.in)) {
                ++entry.rows;
                entry.decays |= parameter.decays && parameter.moved == Moved::by_gradient;
                entry.parameters += parameter.extents.size();
            }
            trace.rows += entry.rows;
            trace.parameters += entry.parameters;
            if constexpr (role_of<Type>() == Role::fork) flow.remembered[flow.depth++] = flow.current;
        }
        if (trace.problem == count) flow.current = index + 1;
    };
    each_index<0, count>(visit);
    trace.result = flow.current;
    return trace;
}

template <class Spec, Shape... Got>
inline constexpr bool joins_nothing = role_of<Spec>() == Role::turn || (role_of<Spec>() == Role::join && sizeof...(Got) == 1);

/// A layer that is none, that joins what nobody remembered, or that refuses a shape without a word.
template <class Spec, Shape... Got>
struct Unexplained {
    static constexpr bool entry = check_spec<Spec, true>();
    static constexpr bool alone = entry && joins_nothing<Spec, Got...>;
    static_assert(!alone, "denim: layer: a Fork was expected in front of a Turn, and a Fork or Turn in front of a join for each of its inputs but the last.");
    static_assert(!entry || alone, "denim: layer: it does not accept the shape that it gets, so a template <Shape In> struct Problem was expected, with a "
                                   "static_assert that says why.");
};
template <class Spec, Shape... Got>
consteval auto problem_of() {
    if constexpr (check_spec<Spec, false>() && !joins_nothing<Spec, Got...> && requires { typename Spec::template Problem<Got...>; })
        return Identity<typename Spec::template Problem<Got...>>{};
    else
        return Identity<Unexplained<Spec, Got...>>{};
}

}  // namespace detail

/// What the compiler's message names when a layer does not fit: its number in the flat list (from 0), itself, the shapes it got.
template <std::size_t Index, class Spec, Shape... Got>
struct problem_at_layer : decltype(detail::problem_of<Spec, Got...>())::type {};

/// The same inside a block with a name of its own, the innermost.
template <class Block, std::size_t Index, class Spec, Shape... Got>
struct problem_in_block : problem_at_layer<Index, Spec, Got...> {};
template <std::size_t Index, class Spec, Shape... Got>
struct problem_in_block<void, Index, Spec, Got...> : problem_at_layer<Index, Spec, Got...> {};

/// The flat list of a network with its shapes: `trace` holds the facts, `At<n>` the types.
template <class Input, class Body>
struct Graph {
    using Picture = Input;
    using Layers = Body;
    using Entries = expanded<Body>;
    static constexpr std::size_t count = Entries::size;
    static_assert(count > 0, "denim: Network: there must be at least one layer.");

    template <std::size_t Index>
    using At = type_at<Entries, Index>;

    static constexpr Shape input = Input::shape;
    static constexpr Trace<count> trace = detail::trace_entries<Entries>(input);
    static constexpr Shape output = detail::shape_of(trace, input, trace.result);
    static constexpr auto& recomputed = detail::recomputed_entries<Body>;  ///< an array of RecomputedEntries, the outer in front of its inner

private:
    template <class Type>
    static constexpr bool is_heads = requires { Type::heads; };

    static consteval auto find_heads() {
        if constexpr (trace.problem == count && is_heads<At<count - 1>>) {
            std::array<std::size_t, trace.entries[count - 1].inputs> widths{};
            for (std::size_t n = 0; n < widths.size(); ++n)
                widths[n] = detail::shape_of(trace, input, trace.entries[count - 1].from[n]).channels;
            return widths;
        } else {
            return std::array{output.channels};
        }
    }

public:
    /// How many logits each head has, one after the other in the output; one head unless the last layer is Heads<...>.
    static constexpr auto heads = find_heads();
    static_assert([]<std::size_t... Index>(std::index_sequence<Index...>) {
        const std::array<bool, count> all{is_heads<At<Index>>..., false};
        return std::none_of(all.begin(), all.end(), [](bool heads) { return heads; });
    }(std::make_index_sequence<count - 1>{}), "denim: Heads: it must be the last layer of the network.");

    /// One sentence for the first layer that does not fit, with its number and shapes.
    static consteval bool explain() {
        if constexpr (trace.problem == count) {
            return true;
        } else if constexpr (detail::is_refused<At<trace.problem>>) {
            return true;  // the sentence has been said
        } else {
            return []<std::size_t... Got>(std::index_sequence<Got...>) {
                using Block = typename decltype(detail::block_around<Body, trace.problem, void>())::type;
                return sizeof(problem_in_block<Block, trace.problem, At<trace.problem>,
                                               detail::shape_of(trace, input, trace.entries[trace.problem].from[Got])...>) > 0;
            }(std::make_index_sequence<trace.entries[trace.problem].inputs>{});
        }
    }
};

/// What losses and scores are of. A network that ends in a picture can be made, saved, loaded, exported and asked for its numbers,
/// for example as the trunk of another.
template <class Of>
struct AnswersInNumbers {
    static_assert(Of::trace.problem != Of::count || (Of::output.height == 1 && Of::output.width == 1),
                  "denim: Network: it ends in a picture, but what is learned, scored or told apart must be one row of numbers; "
                  "let it end in Dense, GlobalPool or Flatten.");
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/initialise.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Normal, cut at +-2 and then spread out to a deviation of 1: the cut leaves one of 0.8796.
inline double cut_normal(Random& random) {
    double number = random.normal();
    while (std::abs(number) > 2) number = random.normal();
    return number / 0.87962566103423978;
}

}  // namespace detail

/// The beginning of one parameter; each draws from a stream of its own, so that adding a layer behind it changes nothing here.
template <class Scalar>
void initialise(const Parameter& parameter, Scalar* numbers, Seed seed, std::size_t stream) {
    Random random{seed, stream};
    const auto fill = [&](auto draw) { std::generate_n(numbers, parameter.extents.size(), [&] { return static_cast<Scalar>(draw()); }); };
    const auto in = static_cast<double>(parameter.fan_in), out = static_cast<double>(parameter.fan_out);
    switch (parameter.initial) {
        case Initial::zeros: fill([] { return 0.0; }); break;
        case Initial::ones: fill([] { return 1.0; }); break;
        case Initial::constant: fill([&] { return parameter.start; }); break;
        case Initial::glorot_uniform: fill([&, limit = std::sqrt(6 / (in + out))] { return random.uniform(-limit, limit); }); break;
        case Initial::he_uniform: fill([&, limit = std::sqrt(6 / in)] { return random.uniform(-limit, limit); }); break;
        case Initial::glorot_normal: fill([&, deviation = std::sqrt(2 / (in + out))] { return deviation * detail::cut_normal(random); }); break;
        case Initial::he_normal: fill([&, deviation = std::sqrt(2 / in)] { return deviation * detail::cut_normal(random); }); break;
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/graph_table.hpp

// A network's graph as a table: what who works on its parameters and settings has to know, without its type.

namespace denim::inline DENIM_TARGET {

/// A parameter, the entry of the flat list that it belongs to, and where it begins in the network's array.
struct PlacedParameter {
    Parameter parameter;
    std::size_t entry = 0, offset = 0;
};

/// Views of constants: it holds nothing.
struct GraphTable {
    Shape input, output;
    std::span<const std::size_t> heads;  ///< how many logits each has
    std::span<const Entry> entries;
    std::size_t result = 0;  ///< the value that leaves
    std::span<const RecomputedEntries> recomputed;
    std::span<const PlacedParameter> parameters;
    std::size_t numbers = 0;                         ///< in the network's array
    std::string_view said_of_input, said_of_layers;  ///< what the compiler says of their types, see spelling_in
    std::span<const std::string_view> said_of_entries;
    void (*name)(const std::string& of_all, detail::EntryNames& to) = nullptr;

    [[nodiscard]] detail::EntryNames names() const;
    /// An entry as users write it, "Conv<3, 32>"; a join by its last word, "Sum" of a Residual.
    [[nodiscard]] std::string word(std::size_t entry) const;
};

namespace detail {

template <class Graph>
inline constexpr auto parameters_of = [] {
    std::array<PlacedParameter, Graph::trace.rows> all{};
    std::size_t row = 0;
    each_index<0, Graph::count>([&]<std::size_t Index>() {
        if constexpr (Graph::trace.entries[Index].rows > 0) {
            std::size_t offset = Graph::trace.entries[Index].first_parameter;
            for (const Parameter& parameter : Graph::template At<Index>::parameters(Graph::trace.entries[Index].in)) {
                all[row++] = {parameter, Index, offset};
                offset += parameter.extents.size();
            }
        }
    });
    return all;
}();

template <class Graph>
inline constexpr auto said_of_entries = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<std::string_view, Graph::count>{said_of<typename Graph::template At<Index>>()...};
}(std::make_index_sequence<Graph::count>{});

}  // namespace detail

template <class Graph>
inline constexpr GraphTable graph_table{.input = Graph::input,
                                        .output = Graph::output,
                                        .heads = Graph::heads,
                                        .entries = Graph::trace.entries,
                                        .result = Graph::trace.result,
                                        .recomputed = Graph::recomputed,
                                        .parameters = detail::parameters_of<Graph>,
                                        .numbers = Graph::trace.parameters,
                                        .said_of_input = detail::said_of<typename Graph::Picture>(),
                                        .said_of_layers = detail::said_of<typename Graph::Layers>(),
                                        .said_of_entries = detail::said_of_entries<Graph>,
                                        .name = &detail::name_entries<typename Graph::Layers>};

/// The rows of a network that has just begun.
DENIM_ONCE std::vector<Row> make_rows(const GraphTable& graph);

/// What optimizers see of the settings.
DENIM_ONCE void update_rows(const GraphTable& graph, std::span<const LayerSettings> settings, std::span<Row> rows);

/// The beginning of a network's parameters.
template <class Scalar>
void initialise(const GraphTable& graph, Scalar* numbers, Seed seed) {
    for (std::size_t row = 0; row < graph.parameters.size(); ++row)
        initialise(graph.parameters[row].parameter, numbers + graph.parameters[row].offset, seed, row);
}

}  // namespace denim::inline DENIM_TARGET

// ---- denim/network/input.hpp

// What enters a network.

namespace denim::inline DENIM_TARGET {

/// Pictures: rows, columns, channels. A sequence is a picture of one row, Image<1, Length, Channels>.
template <std::size_t Height, std::size_t Width, std::size_t Channels>
struct Image {
    static_assert(Height > 0 && Width > 0 && Channels > 0, "denim: Image: rows, columns and channels must all be at least 1.");
    static constexpr Shape shape{Height, Width, Channels};
};

/// The rows of a table: so many numbers each, in arrays (N, Features).
template <std::size_t Features>
struct Input {
    static_assert(Features > 0, "denim: Input: there must be at least one feature.");
    static constexpr Shape shape{1, 1, Features};
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/layer_view.hpp

namespace denim::inline DENIM_TARGET {

/// A layer's parameters as arrays, over the network's own numbers: const Scalar to read, Scalar inside `edit` to write.
template <class Spec, Shape In, class Scalar>
class LayerView {
    static constexpr auto table = Spec::parameters(In);
    static constexpr bool has(std::string_view name) {
        return std::any_of(table.begin(), table.end(), [&](const Parameter& parameter) { return parameter.name == name; });
    }
    static constexpr std::size_t place(std::string_view name) {
        std::size_t row = 0;
        while (table[row].name != name) ++row;
        return row;
    }

public:
    explicit LayerView(Scalar* parameters) : parameters_(parameters) {}

    /// Conv: (window, window, channels, filters). Dense: (inputs, outputs).
    [[nodiscard]] auto weights() const
        requires(has("weights"))
    {
        return row<place("weights")>();
    }
    /// (filters) or (outputs)
    [[nodiscard]] auto bias() const
        requires(has("bias"))
    {
        return row<place("bias")>();
    }
    /// BatchNorm: the factor of each channel.
    [[nodiscard]] auto gamma() const
        requires(has("gamma"))
    {
        return row<place("gamma")>();
    }
    /// BatchNorm: what is added to each channel.
    [[nodiscard]] auto beta() const
        requires(has("beta"))
    {
        return row<place("beta")>();
    }
    /// BatchNorm: the running mean of each channel.
    [[nodiscard]] auto mean() const
        requires(has("mean"))
    {
        return row<place("mean")>();
    }
    /// BatchNorm: the running variance of each channel.
    [[nodiscard]] auto variance() const
        requires(has("variance"))
    {
        return row<place("variance")>();
    }

    /// PReLU: the slope of each channel.
    [[nodiscard]] auto slope() const
        requires(has("slope"))
    {
        return row<place("slope")>();
    }
    /// Scale: the factor of each channel.
    [[nodiscard]] auto factor() const
        requires(has("factor"))
    {
        return row<place("factor")>();
    }

    /// Parameter number Row of the layer, in the order of its table.
    template <std::size_t Row>
    [[nodiscard]] auto row() const {
        constexpr Extents extents = table[Row].extents;
        std::array<std::size_t, extents.rank> shape{};
        std::copy_n(extents.values.begin(), extents.rank, shape.begin());
        std::size_t offset = 0;
        for (std::size_t before = 0; before < Row; ++before) offset += table[before].extents.size();
        return view(parameters_ + offset, shape);
    }

private:
    Scalar* parameters_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/network_state.hpp

namespace denim::inline DENIM_TARGET {

/// All that a network holds, without its type: for who works on many.
template <class Scalar>
struct NetworkState {
    const GraphTable* graph;
    AlignedArray<Scalar> parameters;
    std::vector<Row> rows;                ///< as the settings were when `update_rows` was called last
    std::vector<LayerSettings> settings;  ///< of each entry of the flat list
    std::vector<Gives> gives;             ///< of each head

    NetworkState(const GraphTable& of, Seed seed);

    /// False when it was moved from.
    [[nodiscard]] bool whole() const { return parameters.size() == graph->numbers && settings.size() == graph->entries.size(); }
    void update_rows() { denim::update_rows(*graph, settings, rows); }
};

template <class Scalar>
NetworkState<Scalar>::NetworkState(const GraphTable& of, Seed seed)
    : graph(&of), parameters(of.numbers), rows(make_rows(of)), settings(of.entries.size()), gives(of.heads.size()) {
    for (std::size_t n = 0; n < settings.size(); ++n) settings[n].rate = of.entries[n].rate;
    initialise(of, parameters.data(), seed);
}

DENIM_TEMPLATE(struct NetworkState<float>);
DENIM_TEMPLATE(struct NetworkState<double>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/settings.hpp

// The settings of layers while the program runs: which layer has which, what they accept, and how a user reaches them by a
// layer's place. They stand in one array, one for each entry of the flat list, and take effect from there.

namespace denim {

/// The settings that a layer may have, see LayerSettings.
enum class LayerSetting { rate, l2, frozen, rate_factor };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Whether an entry of the flat list has a setting: a rate if its spec says has_rate, L2 if it has weights that decay, frozen
/// and a rate_factor if it has parameters.
constexpr bool has_setting(const Entry& entry, LayerSetting which) {
    return which == LayerSetting::rate ? entry.has_rate : which == LayerSetting::l2 ? entry.decays : entry.rows > 0;
}

/// What a dropout rate and the strength of an L2 may be: a rate of 1 would let nothing through.
inline constexpr Accepted accepted_rate = from_0_below_1, accepted_l2 = at_least_0, accepted_rate_factor = at_least_0;

/// Throws std::invalid_argument, with the layer's name, if a layer has a setting that is not accepted.
inline void check_settings(const GraphTable& graph, std::span<const LayerSettings> settings) {
    const auto check = [&](std::size_t index, const char* name, float value, const Accepted& accepted) {
        if (!accepted.takes(static_cast<double>(value))) check_setting("layer " + graph.names().entries[index], name, value, accepted);
    };
    for (std::size_t index = 0; index < settings.size(); ++index) {
        const Entry& entry = graph.entries[index];
        if (entry.has_rate) check(index, "rate", settings[index].rate, accepted_rate);
        if (entry.decays) check(index, "l2", settings[index].l2, accepted_l2);
        if (entry.rows > 0) check(index, "rate_factor", settings[index].rate_factor, accepted_rate_factor);
    }
}

namespace detail {

/// Some neighbours of the flat list with their settings, and whom to tell when one was changed.
struct SettingsPlace {
    std::span<LayerSettings> layers;
    std::span<const Entry> entries;
    void* network;
    void (*changed)(void* network);
};

template <std::size_t Count>
constexpr std::size_t layers_with(const Trace<Count>& trace, PathEnd end, LayerSetting which) {
    std::size_t count = 0;
    for (std::size_t n = end.first; n < end.first + end.entries; ++n) count += has_setting(trace.entries[n], which);
    return count;
}

}  // namespace detail

/// A setting at a place of a network, where so many layers have it: to assign to, and to read where one layer has it.
template <LayerSetting Which, std::size_t Having>
class SettingAt {
public:
    using Number = std::conditional_t<Which == LayerSetting::frozen, bool, float>;

    explicit SettingAt(const detail::SettingsPlace& place) : place_(place) {}
    SettingAt(const SettingAt&) = default;
    ~SettingAt() = default;

    /// Sets it in all layers of the place that have it; gives the number.
    Number operator=(Number number) {  // NOLINT: the number, as a chain of assignments wants it
        explain();
        for (std::size_t n = 0; n < place_.layers.size(); ++n)
            if (has_setting(place_.entries[n], Which)) of(place_.layers[n]) = number;
        place_.changed(place_.network);
        return number;
    }
    Number operator=(const SettingAt& other) { return *this = static_cast<Number>(other); }  // NOLINT

    operator Number() const {  // NOLINT: meant to convert
        explain();
        static_assert(Having <= 1,
                      "denim: settings: the layers of a composition may differ; read the setting of one of them, settings<2, 0>().");
        std::size_t n = 0;
        while (n + 1 < place_.layers.size() && !has_setting(place_.entries[n], Which)) ++n;
        return of(place_.layers[n]);
    }

private:
    static constexpr void explain() {
        static_assert(Which != LayerSetting::rate || Having > 0,
                      "denim: settings: no layer at this place has a rate; Dropout and StochasticDepth have.");
        static_assert(Which != LayerSetting::l2 || Having > 0,
                      "denim: settings: no layer at this place has weights for an L2; Conv, DepthwiseConv and Dense have.");
        static_assert(Which != LayerSetting::frozen || Having > 0,
                      "denim: settings: no layer at this place has parameters that could be frozen.");
        static_assert(Which != LayerSetting::rate_factor || Having > 0,
                      "denim: settings: no layer at this place has parameters that could have a rate of their own.");
    }
    static Number& of(LayerSettings& settings) {
        if constexpr (Which == LayerSetting::rate)
            return settings.rate;
        else if constexpr (Which == LayerSetting::l2)
            return settings.l2;
        else if constexpr (Which == LayerSetting::frozen)
            return settings.frozen;
        else
            return settings.rate_factor;
    }

    detail::SettingsPlace place_;
};

/// The settings at a place of a network: of a layer, or of all layers of a composition. What no layer there has does not compile.
template <std::size_t WithRate, std::size_t WithWeights, std::size_t WithParameters>
struct SettingsAt {
    SettingAt<LayerSetting::rate, WithRate> rate;            ///< Dropout, StochasticDepth: the share that becomes zero, below 1
    SettingAt<LayerSetting::l2, WithWeights> l2;             ///< adds l2 * sum of squares of the weights to the loss
    SettingAt<LayerSetting::frozen, WithParameters> frozen;  ///< parameters stay as they are
    SettingAt<LayerSetting::rate_factor, WithParameters> rate_factor;  ///< what parameters take of the learning rate

    explicit SettingsAt(const detail::SettingsPlace& place) : rate(place), l2(place), frozen(place), rate_factor(place) {}
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/network.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

// A class whose static_assert has failed is no constant for clang, so what it says stands by itself, and `Fast` in the place of what is no arithmetic.
template <bool Holds>
struct TakesOneBody {
    static_assert(Holds, "denim: Network: an Image or Input and one body were expected; several layers go into a Sequential<...>.");
};
template <class Type>
inline constexpr bool is_arithmetic = requires { typename Type::Scalar; };
template <class Type>
using arithmetic_or_fast = typename std::conditional_t<is_arithmetic<Type>, std::type_identity<Type>, std::type_identity<Fast>>::type;

}  // namespace detail

/// A network: a type that knows every shape, and one array that holds every parameter. It learns with `fit` or a Trainer, and
/// answers through a Predictor.
///
/// Input: Image<Height, Width, Channels>, or Input<Features>. Body: Sequential<...>. Arithmetic: Fast (fp32), or Plain<double> for checks.
template <class Input, class Body, class Arithmetic = Fast>
class Network {
public:
    using Numbers = detail::arithmetic_or_fast<Arithmetic>;
    using Scalar = typename Numbers::Scalar;
    using Picture = Input;
    using Layers = Body;
    using Graph = denim::Graph<Input, Body>;
    static_assert(sizeof(detail::TakesOneBody<detail::is_arithmetic<Arithmetic>>) > 0);
    static_assert(Graph::explain());

    /// What enters and what leaves.
    static constexpr Shape input = Graph::input, output = Graph::output;
    /// How many logits each head has, one behind the other in the output: {outputs} unless the last layer is Heads<...>.
    static constexpr auto heads = Graph::heads;
    /// How many numbers it holds, running statistics included.
    static constexpr std::size_t parameter_count = Graph::trace.parameters;

    /// Begins as its layers say (Glorot's uniform weights, zero biases), drawn from the seed.
    /// Throws std::logic_error for a layer that refuses its shape while its Problem says nothing.
    explicit Network(Seed seed = Seed{}) : state_(graph_table<Graph>, seed) {
        if constexpr (Graph::trace.problem != Graph::count)
            throw std::logic_error("denim: Network: layer " + std::to_string(Graph::trace.problem) +
                                   " does not accept the shape that it gets, but the static_asserts of its Problem hold");
    }

    /// All parameters, and the rows that describe them.
    [[nodiscard]] std::span<const Scalar> parameters() const {
        check_owned();
        return state_.parameters.span();
    }
    [[nodiscard]] std::span<const Row> rows() const {
        check_owned();
        return state_.rows;
    }

    /// A layer's parameters to read: layer<0>().weights(); <2, 0> is the first layer inside the third.
    template <std::size_t... Path>
    [[nodiscard]] auto layer() const {
        check_owned();
        return view_of<Path...>(state_.parameters.data());
    }

    /// Changes parameters: edit([](auto& layers) { layers.template get<0>().weights() *= 0.5f; }).
    /// Predictors made before keep what they were made from.
    template <class Change>
    void edit(Change change) {
        check_owned();
        Editable layers{state_.parameters.data()};
        change(layers);
    }

    /// Changes parameters as one array; for optimizers and files.
    template <class Change>
    auto edit_parameters(Change change) {
        check_owned();
        return change(state_.parameters.span());
    }

    /// Logits of pictures, the short way for a script: prepares, predicts and forgets. See Predictor.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const;
    /// What the loss that it learned by makes of the logits, or Softmax{} or Sigmoid{}, likewise.
    template <class Expression, class... Function>
    [[nodiscard]] auto probabilities(const Expression& pictures, Function... function) const;
    /// The class with the largest logit for each head, (N, heads) or (heads), likewise.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const;

    /// A table of the layers: shapes, parameters, operations, algorithm; and what the program runs on.
    [[nodiscard]] std::string summary() const;

    /// What each head gives: logits of classes, until fit teaches it by another loss, or a file that is loaded says otherwise.
    [[nodiscard]] std::span<const Gives> gives() const {
        check_owned();
        return state_.gives;
    }
    /// For a network that learns by a Trainer of one's own.
    void set_gives(std::size_t head, Gives what) { state_.gives.at(head) = what; }

    /// The run-time settings of a layer, or of all layers of a composition that have them: settings<5>().rate = 0.3f. They take
    /// effect at the next step; `fit` throws if one is not accepted.
    template <std::size_t... Path>
    [[nodiscard]] auto settings() {
        check_owned();
        constexpr detail::PathEnd end = at_path<Path...>();
        const detail::SettingsPlace place{std::span{state_.settings}.subspan(end.first, end.entries),
                                          std::span{Graph::trace.entries}.subspan(end.first, end.entries), this,
                                          [](void* network) { static_cast<Network*>(network)->update_rows(); }};
        return SettingsAt<layers_with<Path...>(LayerSetting::rate), layers_with<Path...>(LayerSetting::l2),
                          layers_with<Path...>(LayerSetting::frozen)>{place};
    }
    /// Of all layers, forks and joins in the order of the flat list.
    [[nodiscard]] std::span<const LayerSettings> all_settings() const {
        check_owned();
        return state_.settings;
    }

    /// Changes settings as one array; for sweeps and callbacks. Those that a layer does not have are not looked at.
    template <class Change>
    auto edit_settings(Change change) {
        check_owned();
        struct Arrive {  // also where `change` throws
            Network& network;
            ~Arrive() { network.update_rows(); }
        } arrive{*this};
        return change(std::span<LayerSettings>{state_.settings});
    }

    /// Keeps the layer at the path as it is while the others learn; a composition with all its layers.
    template <std::size_t... Path>
    void freeze(bool frozen = true) {
        settings<Path...>().frozen = frozen;
    }
    template <std::size_t... Path>
    void unfreeze() {
        freeze<Path...>(false);
    }

    /// All that it holds, for who works on networks without their types.
    [[nodiscard]] NetworkState<Scalar>& state() {
        check_owned();
        return state_;
    }

private:
    // What optimizers see of the settings; whoever changes these calls it.
    void update_rows() {
        check_owned();
        state_.update_rows();
    }

    struct Editable {
        Scalar* parameters;
        template <std::size_t... Path>
        [[nodiscard]] auto get() const {
            return view_of<Path...>(parameters);
        }
    };

    template <std::size_t... Path>
    static consteval detail::PathEnd at_path() {
        constexpr detail::PathEnd end = detail::follow<0, Path...>(List<Body>{});
        static_assert(end.first != detail::PathEnd::nowhere,
                      "denim: Network: there is no layer at this place; layers count from 0, in the order of the list.");
        return end.first == detail::PathEnd::nowhere ? detail::PathEnd{0, 1} : end;  // the first, so that nothing else is said
    }
    template <std::size_t... Path>
    static consteval std::size_t layers_with(LayerSetting which) {
        return detail::layers_with(Graph::trace, at_path<Path...>(), which);
    }
    template <std::size_t... Path, class Number>
    static auto view_of(Number* parameters) {
        constexpr std::size_t index = at_path<Path...>().first;
        constexpr Entry at = Graph::trace.entries[index];
        return LayerView<typename Graph::template At<index>, at.in, Number>{parameters + at.first_parameter};
    }

    void check_owned() const {
        assert(state_.whole() && "denim: this network was moved from: only assign to it, or let it go");
    }

    NetworkState<Scalar> state_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/plan.hpp

// From the traced list to what runs: neighbours fused, layers bound to their layouts.

namespace denim {

/// A layer that runs: one entry of the list, or several that are fused.
struct Node {
    std::size_t first = 0, entries = 1;          ///< of the flat list
    std::array<std::size_t, max_inputs> from{};  ///< the values that it reads
    std::size_t inputs = 1;
    std::size_t to = 0;  ///< the value that it writes
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What runs, for one network, arithmetic and purpose: nodes, and layouts of the values between them.
template <class SourceGraph, class Arithmetic, Mode For>
struct Plan {
    using Source = SourceGraph;
    using Scalar = typename Arithmetic::Scalar;
    static constexpr Mode mode = For;
    static constexpr std::size_t entries = Source::count;
    static constexpr std::size_t values = entries + 1;

private:
    template <std::size_t Index>
    using Spec = typename Source::template At<Index>;

    template <std::size_t Index>
    static constexpr bool runs() {
        using Type = Spec<Index>;
        if constexpr (passes_on(detail::role_of<Type>()))
            return false;
        else if constexpr (requires { requires Type::training_only; })
            return For == Mode::training;
        else
            return true;
    }
    template <std::size_t... Index>
    static constexpr bool fuses() {
        return detail::fuses<Fused<Arithmetic, For, Spec<Index>...>, Spec<Index>...>();
    }
    template <std::size_t Index>
    static constexpr std::size_t run_length() {
        if constexpr (Index + 2 < entries)
            if constexpr (fuses<Index, Index + 1, Index + 2>()) return 3;
        if constexpr (Index + 1 < entries)
            if constexpr (fuses<Index, Index + 1>()) return 2;
        return 1;
    }

    struct Connected {
        std::array<Node, entries> nodes{};
        std::size_t node_count = 0;
        std::size_t last_value = 0;
    };

    static consteval Connected connect() {
        if constexpr (Source::trace.problem == entries)
            return connect_all();
        else
            return {};  // nothing runs, nor is anything asked; the problem has its own message
    }
    static consteval Connected connect_all() {
        const auto [running, length] = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return std::pair{std::array<bool, entries>{runs<Index>()...}, std::array<std::size_t, entries>{run_length<Index>()...}};
        }(std::make_index_sequence<entries>{});
        Connected all;
        std::array<std::size_t, values> stands_for{};  // the value that a node really writes, for one that merely passes
        for (std::size_t index = 0; index < entries;) {
            const Entry& entry = Source::trace.entries[index];
            if (!running[index]) {
                stands_for[index + 1] = stands_for[entry.from[0]];
                ++index;
                continue;
            }
            Node& next = all.nodes[all.node_count++];
            next.first = index;
            next.entries = length[index];
            next.inputs = entry.inputs;
            for (std::size_t n = 0; n < entry.inputs; ++n) next.from[n] = stands_for[entry.from[n]];
            index += next.entries;
            next.to = index;
            stands_for[index] = index;
        }
        all.last_value = stands_for[Source::trace.result];
        return all;
    }

    static constexpr Connected connected = connect();

    template <std::size_t First, class Sequence>
    struct SpecOf;
    template <std::size_t First>
    struct SpecOf<First, std::index_sequence<0>> {
        using type = Spec<First>;
    };
    template <std::size_t First, std::size_t... Step>
    struct SpecOf<First, std::index_sequence<Step...>> {
        using type = Fused<Arithmetic, For, Spec<First + Step>...>;
    };

public:
    static constexpr std::size_t count = connected.node_count;
    static constexpr std::size_t result = connected.last_value;

    static constexpr const std::array<Node, entries>& nodes = connected.nodes;  ///< the first `count`
    template <std::size_t Index>
    static constexpr Node node = connected.nodes[Index];

    /// Where a node's parameters begin in the network's array.
    template <std::size_t Index>
    static constexpr std::size_t first_parameter = Source::trace.entries[node<Index>.first].first_parameter;

    /// How many parameters a node has.
    template <std::size_t Index>
    static constexpr std::size_t parameter_count =
        (node<Index>.first + node<Index>.entries < entries ? Source::trace.entries[node<Index>.first + node<Index>.entries].first_parameter
                                                            : Source::trace.parameters) -
        first_parameter<Index>;

    /// What users wrote for a node: the spec, or Fused<...>.
    template <std::size_t Index>
    using SpecAt = typename SpecOf<node<Index>.first, std::make_index_sequence<node<Index>.entries>>::type;

private:
    static consteval std::array<Layout, values> lay_out() {
        std::array<Layout, values> all{};
        for (std::size_t value = 0; value < values; ++value) {
            const Shape shape = detail::shape_of(Source::trace, Source::input, value);
            all[value] = {shape, {}, value == 0 ? shape.channels : Arithmetic::channel_stride(shape.channels)};
        }
        each_index<0, count>([&]<std::size_t Index>() {
            for (std::size_t n = 0; n < node<Index>.inputs; ++n) {
                Layout& in = all[node<Index>.from[n]];
                in.border = widest(in.border, SpecAt<Index>::template border<Arithmetic>(in.shape));
            }
        });
        return all;
    }

public:
    static constexpr std::array<Layout, values> layouts = lay_out();

private:
    template <std::size_t Index, class Inputs = std::make_index_sequence<node<Index>.inputs>>
    struct Bind;
    template <std::size_t Index, std::size_t... Input>
    struct Bind<Index, std::index_sequence<Input...>>
        : detail::BoundLayer<SpecAt<Index>, parameter_count<Index>, Arithmetic, For, layouts[node<Index>.to], layouts[node<Index>.from[Input]]...> {};

public:
    /// A node's layer, bound to its layouts.
    template <std::size_t Index>
    using LayerAt = typename Bind<Index>::type;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/steps.hpp

// What happens to a batch, node by node, in its order, and how it is cut into runs: steps on samples, which a thread does one after the
// other for each sample of a share, and single steps on the whole batch.

namespace denim {

/// What a step does with a node.
enum class Does {
    forward,   ///< computes its output
    answer,    ///< no node: what has come out is taken, by the loss or by who asks
    again,     ///< computes its output once more, for a backward step to come (Recompute)
    backward,  ///< from the gradient to its output to those of its inputs and parameters
};

/// One step.
struct NodeStep {
    std::size_t node = 0;
    Does does = Does::forward;
};

/// Steps from `first` to the one before `last`: any number that work on samples, or one that works on the batch.
struct StepRun {
    std::size_t first = 0, last = 0;
    bool on_samples = true;
    std::size_t first_back = 0, last_back = 0;  ///< the nodes that go backward in it, on samples: these gather in accumulators
    bool reads_picture = false;                 ///< some step reads value 0
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The steps of a plan: node n goes forward in step n, step `answer` follows, and in training each node goes backward, from the last to the
/// first. Where backward comes to the end of a Recompute, the steps stand in front that compute its values again.
template <class Plan>
struct Steps {
    static constexpr bool training = Plan::mode == Mode::training;
    static constexpr std::size_t nodes = Plan::count, answer = nodes;

private:
    struct Facts {
        bool on_samples = true, reads_input = false, reads_output = false;
    };
    template <std::size_t Index>
    static consteval Facts facts_of() {
        using Layer = typename Plan::template LayerAt<Index>;
        return {Layer::works == Works::on_samples, training && Layer::backward_reads_input, training && Layer::backward_reads_output};
    }
    static constexpr std::array<Facts, nodes + 1> facts = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<Facts, nodes + 1>{facts_of<Index>()..., Facts{}};
    }(std::make_index_sequence<nodes>{});

    // A Recompute in numbers of nodes; a node of fused entries is where its first entry is. Outer ones come first.
    static constexpr std::size_t block_count = Plan::Source::recomputed.size(), no_block = block_count, deepest = 32;
    struct Block {
        std::size_t first = 0, last = 0, around = no_block, depth = 0;  // depth: how many are around it
    };
    struct Blocks {
        std::array<Block, block_count + 1> list{};
        std::array<std::size_t, nodes + 1> of{};  // the innermost around a node
    };
    static constexpr Blocks blocks = [] {
        Blocks all;
        std::array<std::size_t, Plan::entries + 1> node_at{};  // how many nodes begin before an entry
        for (std::size_t entry = 0, node = 0; entry <= Plan::entries; ++entry) {
            node_at[entry] = node;
            if (node < nodes && Plan::nodes[node].first == entry) ++node;
        }
        all.of.fill(no_block);
        for (std::size_t n = 0; n < block_count; ++n) {
            Block& block = all.list[n];
            block.first = node_at[Plan::Source::recomputed[n].first];
            block.last = node_at[Plan::Source::recomputed[n].last];
            block.around = n == 0 ? no_block : n - 1;  // the one before, or one around that
            while (block.around != no_block && Plan::Source::recomputed[block.around].last <= Plan::Source::recomputed[n].first)
                block.around = all.list[block.around].around;
            block.depth = block.around == no_block ? 0 : all.list[block.around].depth + 1;
            for (std::size_t node = block.first; node < block.last; ++node) all.of[node] = n;
        }
        return all;
    }();
    static_assert([] {
        std::size_t most = 0;
        for (const Block& block : blocks.list) most = block.depth > most ? block.depth : most;
        return most < deepest;
    }(), "denim: Recompute: at most 32 were expected, one within the other.");

    // The last node that reads each value; the answer is as one behind all nodes.
    static constexpr std::array<std::size_t, Plan::values> last_readers = [] {
        std::array<std::size_t, Plan::values> all{};
        for (std::size_t node = 0; node < nodes; ++node)
            for (std::size_t n = 0; n < Plan::nodes[node].inputs; ++n) all[Plan::nodes[node].from[n]] = node;
        all[Plan::result] = nodes;
        return all;
    }();

    // In which of the Recomputes around it each node is computed again: bit 0 is the outermost. A value that is read outside of one is kept
    // there; one that is read inside alone is computed again where backward, or another node that is computed again, reads it.
    struct Repeats {
        std::array<std::uint32_t, nodes + 1> in{};
        std::size_t count = 0;
    };
    static constexpr Repeats repeats = [] {
        Repeats all;
        if (!training || block_count == 0) return all;
        std::array<std::uint32_t, Plan::values> read_again{};
        std::array<bool, Plan::values> read_back{};
        for (std::size_t index = nodes; index-- > 0;) {
            const Node& node = Plan::nodes[index];
            std::size_t block = blocks.of[index];
            while (block != no_block && blocks.list[block].last <= last_readers[node.to]) block = blocks.list[block].around;
            if (block != no_block) {
                const std::uint32_t own = std::uint32_t{1} << blocks.list[block].depth;
                all.in[index] = read_again[node.to] & (own | (own - 1));
                if (read_back[node.to] || facts[index].reads_output || read_again[node.to] >= own) all.in[index] |= own;
            }
            for (std::uint32_t left = all.in[index]; left; left &= left - 1) ++all.count;
            for (std::size_t n = 0; n < node.inputs; ++n) {
                read_again[node.from[n]] |= all.in[index];
                read_back[node.from[n]] = read_back[node.from[n]] || facts[index].reads_input;
            }
        }
        return all;
    }();

public:
    static constexpr std::size_t count = training ? 2 * nodes + 1 + repeats.count : nodes + 1;

    /// Whether a node is computed a second time.
    static constexpr bool repeated(std::size_t node) { return repeats.in[node] != 0; }
    /// Whether a node's backward reads its inputs, or its output.
    static constexpr bool reads_input(std::size_t node) { return facts[node].reads_input; }
    static constexpr bool reads_output(std::size_t node) { return facts[node].reads_output; }
    /// Whether a node's backward is the first that gives a value its gradient: the others add to it.
    static constexpr bool writes_gradient(std::size_t node, std::size_t value) { return last_readers[value] == node; }

    /// All of them, in order.
    static constexpr std::array<NodeStep, count> list = [] {
        std::array<NodeStep, count> all{};
        std::size_t at = 0;
        for (std::size_t node = 0; node < nodes; ++node) all[at++] = {node, Does::forward};
        all[at++] = {nodes, Does::answer};
        if (!training) return all;
        std::array<std::size_t, deepest> ending{};
        for (std::size_t node = nodes; node-- > 0;) {
            std::size_t many = 0;
            for (std::size_t block = blocks.of[node]; block != no_block && blocks.list[block].last == node + 1; block = blocks.list[block].around)
                ending[many++] = block;
            while (many > 0) {
                const Block& block = blocks.list[ending[--many]];
                for (std::size_t inner = block.first; inner < block.last; ++inner)
                    if (repeats.in[inner] >> block.depth & 1) all[at++] = {inner, Does::again};
            }
            all[at++] = {node, Does::backward};
        }
        return all;
    }();

    struct Runs {
        std::array<StepRun, Steps::count> list{};
        std::size_t count = 0;
    };
    static constexpr Runs runs = [] {
        Runs all;
        for (std::size_t step = 0; step < count; ++step) {
            const auto [node, does] = list[step];
            const bool on_samples = facts[node].on_samples;
            if (all.count == 0 || !on_samples || !all.list[all.count - 1].on_samples) all.list[all.count++] = {step, step, on_samples};
            StepRun& run = all.list[all.count - 1];
            run.last = step + 1;
            if (does == Does::backward && on_samples) {
                run.first_back = node;
                if (run.last_back == 0) run.last_back = node + 1;
            }
            if (does == Does::answer) {
                run.reads_picture = run.reads_picture || Plan::result == 0;  // of a network whose layers are all gone
                continue;
            }
            for (std::size_t n = 0; n < Plan::nodes[node].inputs; ++n) run.reads_picture = run.reads_picture || Plan::nodes[node].from[n] == 0;
        }
        return all;
    }();
    /// The run that each step is in.
    static constexpr std::array<std::size_t, count> run_of = [] {
        std::array<std::size_t, count> all{};
        for (std::size_t run = 0; run < runs.count; ++run)
            for (std::size_t step = runs.list[run].first; step < runs.list[run].last; ++step) all[step] = run;
        return all;
    }();
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/summary.hpp

// A network as a table: layers, shapes, parameters, work, the kernel that was chosen; and what the program runs on.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// "5,504"
DENIM_ONCE std::string with_commas(std::size_t number);

using TableLine = std::vector<std::string>;

/// Lines of as many columns each, the first of them the header; the columns from `first_number` to the one before `last_number` stand to the right.
DENIM_ONCE std::string format_table(const std::vector<TableLine>& lines, std::size_t first_number, std::size_t last_number);

}  // namespace detail

/// "AVX-512, 16 floats in a vector; 2 threads; fp32", and how to cure a build that leaves this machine's vector units idle.
DENIM_ONCE std::string machine_line(std::string_view precision);

namespace detail {

/// A node of a plan, as the table of layers shows it.
struct NodeLine {
    std::size_t first = 0, entries = 0;  ///< of the flat list
    std::size_t operations = 0;
    const char* algorithm = "";
    bool again = false;  ///< it is computed again on the way back
    std::size_t moved_forward = 0, moved_backward = 0;  ///< bytes that it reads and writes for a sample: values, gradients, weights, sums
};

template <class Plan>
inline constexpr auto node_lines = [] {
    std::array<NodeLine, Plan::count> all{};
    each_index<0, Plan::count>([&]<std::size_t Index>() {
        using Layer = typename Plan::template LayerAt<Index>;
        constexpr Node node = Plan::template node<Index>;
        std::size_t inputs = 0;
        for (std::size_t n = 0; n < node.inputs; ++n) inputs += Plan::layouts[node.from[n]].size();
        const std::size_t output = Plan::layouts[node.to].size();
        const std::size_t weights = Layer::prepared_size + (Layer::forward_reads_parameters ? Plan::template parameter_count<Index> : 0);
        constexpr std::size_t unit = sizeof(typename Plan::Scalar);
        all[Index] = {node.first, node.entries, Layer::operations, Layer::algorithm, Steps<Plan>::repeated(Index),
                      unit * (inputs + output + weights), 0};
        if constexpr (Plan::mode == Mode::training)
            all[Index].moved_backward = unit * ((Layer::backward_reads_input ? inputs : 0) + (Layer::backward_reads_output ? output : 0) + inputs + output +
                                                weights + 2 * Layer::accumulator_size);
    });
    return all;
}();

DENIM_ONCE std::string summary_of(const GraphTable& graph, std::span<const NodeLine> nodes, std::span<const Row> rows, std::string_view precision);

}  // namespace detail

template <class Input, class Body, class Arithmetic>
std::string Network<Input, Body, Arithmetic>::summary() const {
    return detail::summary_of(graph_table<Graph>, detail::node_lines<Plan<Graph, Arithmetic, Mode::training>>, rows(), Arithmetic::precision);
}

}  // namespace denim::inline DENIM_TARGET

// ---- denim/network/describe.hpp

// A network's architecture for other programs: as JSON, and as a picture in the language of Graphviz.

namespace denim::inline DENIM_TARGET {

/// One layer, fork or join of a network, as describe() found it.
struct DescribedLayer {
    std::string name;   ///< its place: "0", or "2.0" inside a composition
    std::string layer;  ///< as users write it: "Conv<3, 32>"; for a join its last word: "Sum" of a Residual, "Concatenated" of a Parallel or Heads
    std::vector<std::size_t>
        inputs;  ///< the layers whose values it reads, by their number in the list from 1; 0 is the picture
    Shape output;
    std::size_t parameters = 0;
    std::vector<Row> rows;
    bool recomputed = false;  ///< it stands inside of a Recompute
};

/// A network as a list of layers in the order of computation; forks, which only remember a value, are left out.
struct Description {
    Shape input, output;
    std::size_t parameters = 0;
    std::vector<DescribedLayer> layers;

    /// {"input": [120, 90, 3], "output": [1, 1, 3], "parameters": 12345, "layers": [{"name", "layer", "recomputed",
    /// "inputs", "output", "parameters", "rows"}]}
    [[nodiscard]] std::string json() const;

    /// A picture: dot -Tsvg network.dot > network.svg
    [[nodiscard]] std::string graphviz() const;

private:
    static std::string list(Shape shape);
    static std::string words(Shape shape);
};

namespace detail {

DENIM_ONCE Description describe(const GraphTable& graph, std::span<const Row> rows);

}  // namespace detail

/// The architecture of a network: describe(network).json(), describe(network).graphviz().
template <class Network>
Description describe(const Network& network) {
    return detail::describe(graph_table<typename Network::Graph>, network.rows());
}

}  // namespace denim::inline DENIM_TARGET

// ---- denim/loss/probabilities.hpp

// From the numbers that a network gives to probabilities, as the loss means them that it learned by.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Numbers from 0 to 1 that add to 1, in place; all NaN if one is.
template <class Scalar>
void take_softmax(std::span<Scalar> numbers) {
    const SoftmaxSum<Scalar> softmax{numbers.data(), numbers.size()};
    for (Scalar& number : numbers) number = static_cast<Scalar>(softmax.probability(number));
}

/// Numbers from 0 to 1, each by itself, in place; a NaN stays one.
template <class Scalar>
void take_sigmoid(std::span<Scalar> numbers) {
    for (Scalar& number : numbers) {
        const Scalar small = std::exp(-std::abs(number));
        number = (number < 0 ? small : Scalar{1}) / (Scalar{1} + small);
    }
}

/// Throws std::invalid_argument, under the name of what was called, unless numbers are whole samples.
inline void require_samples(const char* what, std::size_t numbers, std::size_t width) {
    if (width == 0 || numbers % width != 0)
        throw std::invalid_argument(std::string{"denim: "} + what + ": numbers of whole samples of " + std::to_string(width) +
                                    ", at least 1 each, were expected, but got " + std::to_string(numbers));
}

/// Throws std::invalid_argument, under the name of what was called, if a head gives numbers that are no probabilities.
inline void require_probabilities(const char* what, std::span<const Gives> heads) {
    for (std::size_t head = 0; head < heads.size(); ++head)
        if (heads[head] == Gives::numbers)
            throw std::invalid_argument(std::string{"denim: "} + what + ": head " + std::to_string(head) +
                                        " was trained by a loss of numbers, such as MeanSquaredError, which are no probabilities; take what predict "
                                        "gives, or say how to read them: probabilities(pictures, Sigmoid{})");
}

}  // namespace detail

/// Turns the logits of one head, sample after sample, into probabilities in place: softmax where they are of classes, a sigmoid for
/// each where they are of labels that may stand side by side. `width` says how many a sample has. Throws std::invalid_argument unless they are
/// whole samples.
template <class Scalar>
void to_probabilities(std::span<Scalar> logits, std::size_t width, Gives gives) {
    detail::require_probabilities("to_probabilities", {&gives, 1});
    detail::require_samples("to_probabilities", logits.size(), width);
    if (gives == Gives::labels) return detail::take_sigmoid(logits);
    for (std::size_t first = 0; first < logits.size(); first += width) detail::take_softmax(logits.subspan(first, width));
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/answering.hpp

namespace denim::inline DENIM_TARGET {

/// What Predictor and Ensemble answer, from the two things that each has by itself: `predict(pictures, to)`, logits one sample's after another's, and
/// `gives()`, what each head means by them.
template <class Self, class Network>
class Answering {
public:
    using Scalar = typename Network::Scalar;
    using Graph = typename Network::Graph;
    static constexpr Shape input = Network::input, output = Network::output;
    static constexpr const auto& heads = Network::heads;
    static constexpr std::size_t outputs = output.size();

    /// Logits (N, outputs) of pictures (N, H, W, C), or (outputs) of one picture (H, W, C); std::uint8_t or float. Vectors come as
    /// (N, C), or (C) for one. Of a network that ends in a picture, such as the trunk of another, its numbers in (H, W, C) order.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const {
        const Pictures source = Pictures::of(pictures, Network::input);
        if constexpr (is_one_sample<Expression>) {
            Array<Scalar, 1> logits(std::array{outputs});
            self().predict(source, logits.data());
            return logits;
        } else {
            Array<Scalar, 2> logits(std::array{source.count, outputs});
            self().predict(source, logits.data());
            return logits;
        }
    }

    /// The same as probabilities, head by head, as the loss means them that the network learned by: numbers from 0 to 1, a softmax
    /// of classes (they add to 1), a sigmoid of each label that may stand side by side with others. Where a NaN is, NaN. Throws
    /// std::invalid_argument if a head gives numbers that are no probabilities (MeanSquaredError).
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures) const {
        detail::require_probabilities("probabilities", self().gives());
        return squashed(pictures, self().gives());
    }
    /// Softmax of each head, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Softmax /*function*/) const {
        return squashed(pictures, of_all(Gives::classes));
    }
    /// The sigmoid of each logit, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Sigmoid /*function*/) const {
        return squashed(pictures, of_all(Gives::labels));
    }
    /// The class with the largest logit for each head: (N, heads), or (heads) of one picture. Throws std::runtime_error where a
    /// logit is a NaN.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const {
        static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
        const auto logits = predict(pictures);
        const auto fill = [&](auto result) {
            const Scalar* from = logits.data();
            for (std::size_t n = 0; n < result.size(); from += heads[n % heads.size()], ++n)
                result.data()[n] = static_cast<std::int32_t>(detail::class_of(from, heads[n % heads.size()], n / heads.size()));
            return result;
        };
        if constexpr (is_one_sample<Expression>)
            return fill(Array<std::int32_t, 1>(std::array{heads.size()}));
        else
            return fill(Array<std::int32_t, 2>(std::array{logits.shape(0), heads.size()}));
    }

private:
    [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }

    static constexpr std::array<Gives, Network::heads.size()> of_all(Gives what) {
        std::array<Gives, Network::heads.size()> all{};
        all.fill(what);
        return all;
    }
    template <class Expression>
    auto squashed(const Expression& pictures, std::span<const Gives> gives) const {
        auto result = predict(pictures);
        const std::span<Scalar> numbers{result.data(), result.size()};
        for (std::size_t first = 0; first < numbers.size();)  // of a network that gives a picture, pixel by pixel
            for (std::size_t head = 0; head < gives.size(); first += Network::heads[head++])
                to_probabilities(numbers.subspan(first, Network::heads[head]), Network::heads[head], gives[head]);
        return result;
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/place_line.hpp

// Which place in one block of memory each of many things takes, known when each begins and ends: going through the steps in order,
// a thing takes the first hole that it fits in, or the block grows. Linear in things and steps, but for the few holes.

namespace denim {

/// A thing that needs `size` numbers from step `first` to step `last`; where `offset` and `shared` are to be written. Shared: what
/// it finds there may not be what it left.
struct Placed {
    std::size_t* offset = nullptr;
    bool* shared = nullptr;
    std::size_t first = 0, last = 0, size = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// At most `Most` things in at most `Steps` steps.
template <std::size_t Most, std::size_t Steps>
class PlaceLine {
public:
    constexpr void add(const Placed& thing) {
        next_of_beginning_[count_] = begins_[thing.first];
        begins_[thing.first] = ++count_;
        things_[count_ - 1] = thing;
    }

    /// Gives everything its place; how long the block is.
    constexpr std::size_t settle() {
        std::size_t last_beginning = 0;
        for (std::size_t step = 0; step < Steps; ++step)
            if (begins_[step]) last_beginning = step;
        for (std::size_t step = 0; step < Steps; ++step) {
            for (std::size_t n = begins_[step]; n; n = next_of_beginning_[n - 1]) {
                const Placed& thing = things_[n - 1];
                *thing.shared = thing.last < last_beginning;
                *thing.offset = take(thing);
                next_of_end_[n - 1] = ends_[thing.last];
                ends_[thing.last] = n;
            }
            for (std::size_t n = ends_[step]; n; n = next_of_end_[n - 1]) free(*things_[n - 1].offset, things_[n - 1].size);
        }
        return end_;
    }

private:
    struct Hole {
        std::size_t offset = 0, size = 0;
    };

    constexpr std::size_t take(const Placed& thing) {
        for (std::size_t n = 0; n < hole_count_; ++n) {
            Hole& hole = holes_[n];
            if (hole.size < thing.size && hole.offset + hole.size < end_) continue;
            // The last hole reaches to the end of the block, and grows with it.
            const std::size_t offset = hole.offset;
            *thing.shared = true;
            if (hole.size <= thing.size) {
                if (offset + thing.size > end_) end_ = offset + thing.size;
                close(n);
            } else {
                hole.offset += thing.size;
                hole.size -= thing.size;
            }
            return offset;
        }
        const std::size_t offset = end_;
        end_ += thing.size;
        return offset;
    }
    constexpr void free(std::size_t offset, std::size_t size) {
        std::size_t n = 0;
        while (n < hole_count_ && holes_[n].offset < offset) ++n;
        const bool joins_former = n > 0 && holes_[n - 1].offset + holes_[n - 1].size == offset;
        const bool joins_next = n < hole_count_ && offset + size == holes_[n].offset;
        if (joins_former && joins_next) {
            holes_[n - 1].size += size + holes_[n].size;
            close(n);
        } else if (joins_former) {
            holes_[n - 1].size += size;
        } else if (joins_next) {
            holes_[n] = {offset, size + holes_[n].size};
        } else {
            for (std::size_t later = hole_count_++; later > n; --later) holes_[later] = holes_[later - 1];
            holes_[n] = {offset, size};
        }
    }
    constexpr void close(std::size_t n) {
        for (--hole_count_; n < hole_count_; ++n) holes_[n] = holes_[n + 1];
    }

    std::array<Placed, Most> things_{};
    std::array<std::size_t, Steps> begins_{}, ends_{};  // the last thing that begins or ends at a step, from 1 on; 0: none
    std::array<std::size_t, Most> next_of_beginning_{}, next_of_end_{};
    std::array<Hole, Most + 1> holes_{};
    std::size_t count_ = 0, hole_count_ = 0, end_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/memory.hpp

// Where everything stands while a plan runs, decided by the compiler. A value that lives within one run over the samples has one
// place in each thread's workspace; one that is needed after that run, by a layer on batches or by a step of a later run, is kept for
// every sample of the batch. Each has its place from the step that writes it to the last one that reads it; afterwards another value
// takes it. A value that is computed again (Recompute) lives again, in another place.

namespace denim {

/// Where one thing stands: in each thread's workspace, or once for the batch.
enum class Held { nowhere, by_thread, by_batch };

/// A place, in numbers (records: in bytes) from the start of the block; in the batch's block times the number of samples. A shared
/// one holds something else at other times, so whoever begins to write there finds no zeros.
struct Place {
    Held held = Held::nowhere;
    std::size_t offset = 0;
    bool shared = false;
};

/// From the step that writes a value to the last one that reads it.
struct Life {
    Place place;
    std::size_t value = 0;
};

/// What a step reads and writes.
struct StepPlaces {
    std::array<std::size_t, max_inputs> inputs{};  ///< lives
    std::size_t output = 0;               ///< the life that it writes, or backward reads; at the answer the result's
};

/// What a node has beside values. Offsets, in numbers.
struct NodePlaces {
    Place record;
    std::size_t record_step = 0;  ///< the last one before backward that computes the node, which makes the record
    std::size_t prepared = 0, accumulator = 0;
    std::size_t batch_scratch = 0, batch_scratch_of_samples = 0;
    std::size_t row = 0, numbers_in_rows = 0;  ///< of most layers what is prepared says all: a predictor keeps only the others' rows as they are
};

/// How large the blocks are, in numbers (records: in bytes).
struct MemorySizes {
    std::size_t thread_numbers = 0, thread_bytes = 0, thread_scratch = 0;  ///< the layers on samples take turns with one scratch
    std::size_t batch_numbers = 0, batch_bytes = 0;                        ///< for each sample
    std::size_t batch_scratch_fixed = 0, batch_scratch_per_sample = 0;     ///< each layer on batches keeps its own
    std::size_t prepared_numbers = 0;
    std::size_t row_numbers = 0;
    std::size_t accumulator_numbers = 0;  ///< the most of all runs, for each share
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

template <class Plan>
struct Memory : MemorySizes {
    using Order = Steps<Plan>;
    static constexpr std::size_t count = Plan::count, values = Plan::values;
    // Numbers between places. Nobody reads them: a layer stays inside of its places. But places a whole number of pages apart compete for
    // the same lines of the cache.
    static constexpr std::size_t apart = 64;

    std::array<Life, Order::count + 1> lives{};  // life 0 is the picture's, life s + 1 is that of the value which step s writes
    std::array<StepPlaces, Order::count> steps{};
    std::array<Place, values> gradients{};
    std::array<NodePlaces, count> nodes{};
    std::array<std::size_t, Order::count> run_accumulators{};  // numbers of each run's, which all begin at 0: one run is finished before the next

    /// The places of a plan.
    static consteval Memory of() {
        Memory memory;
        memory.place_values();
        each_index<0, count>([&]<std::size_t Index>() { memory.template add_node<Index>(); });
        memory.add_backward();
        return memory;
    }

private:
    static constexpr bool training = Order::training;
    static constexpr std::size_t step_count = Order::count;
    static constexpr const StepRun& run_of(std::size_t step) { return Order::runs.list[Order::run_of[step]]; }

    // From the first step that touches something to the last, and whether all of them are one run over the samples.
    struct Reach {
        std::size_t first = step_count, last = 0;
        bool one_run = true;

        constexpr void touch(std::size_t step) {
            if (first <= last) one_run = one_run && Order::run_of[step] == Order::run_of[first];
            one_run = one_run && run_of(step).on_samples;
            first = std::min(first, step);
            last = std::max(last, step);
        }
        [[nodiscard]] constexpr bool any() const { return first <= last; }
    };

    consteval void place_values() {
        std::array<Reach, step_count + 1> of_activations{};
        std::array<Reach, values> of_gradients{};
        std::array<std::size_t, values> now{};  // the life of each value at the step
        for (std::size_t step = 0; step < step_count; ++step) {
            const auto [index, does] = Order::list[step];
            if (does == Does::answer) {
                of_activations[steps[step].output = now[Plan::result]].touch(step);
                if (training && Plan::result != 0) of_gradients[Plan::result].touch(step);
                continue;
            }
            const Node& node = Plan::nodes[index];
            const bool back = does == Does::backward;
            for (std::size_t n = 0; n < node.inputs; ++n) {
                const std::size_t from = node.from[n];
                steps[step].inputs[n] = now[from];
                if (from == 0 && does != Does::forward) continue;  // the picture has no gradient, and is loaded again in later runs
                if (!back || Order::reads_input(index)) of_activations[now[from]].touch(step);
                if (back) of_gradients[from].touch(step);
            }
            if (!back) {
                now[node.to] = step + 1;
                lives[step + 1].value = node.to;
                nodes[index].record_step = step;
            }
            steps[step].output = now[node.to];
            if (!back || Order::reads_output(index)) of_activations[now[node.to]].touch(step);
            if (back) of_gradients[node.to].touch(step);
        }
        if (of_activations[0].any()) {
            of_activations[0].first = 0;
            if (training) of_activations[0].last = step_count - 1;
        }

        PlaceLine<step_count + 1 + values, step_count> thread, batch;
        const auto add = [&](Place& place, const Reach& reach, std::size_t value) {
            if (!reach.any()) return;
            const std::size_t size = round_up(Plan::layouts[value].size() + apart, 16);
            place.held = reach.one_run ? Held::by_thread : Held::by_batch;
            if (reach.one_run)
                thread.add({&place.offset, &place.shared, reach.first, reach.last, size});
            else
                batch.add({&place.offset, &place.shared, run_of(reach.first).first, run_of(reach.last).last - 1, size});
        };
        for (std::size_t life = 0; life <= step_count; ++life) add(lives[life].place, of_activations[life], lives[life].value);
        for (std::size_t value = 0; value < values; ++value) add(gradients[value], of_gradients[value], value);
        thread_numbers = thread.settle();
        batch_numbers = batch.settle();
    }

    template <std::size_t Index>
    constexpr void add_node() {
        using Layer = typename Plan::template LayerAt<Index>;
        NodePlaces& node = nodes[Index];
        node.row = row_numbers;
        node.numbers_in_rows = Layer::forward_reads_parameters ? Plan::template parameter_count<Index> : 0;
        row_numbers += node.numbers_in_rows;
        node.prepared = prepared_numbers;
        prepared_numbers += round_up(Layer::prepared_size, 16) + (Layer::prepared_size ? apart : 0);
        if constexpr (Layer::works == Works::on_samples) {
            thread_scratch = std::max(thread_scratch, Layer::scratch_size ? round_up(Layer::scratch_size + apart, 16) : 0);
        } else {
            node.batch_scratch = batch_scratch_fixed;
            node.batch_scratch_of_samples = batch_scratch_per_sample;
            batch_scratch_fixed += round_up(Layer::scratch_size, 16);
            batch_scratch_per_sample += Layer::scratch_per_sample;
        }
        node.accumulator = round_up(Layer::accumulator_size, 16);  // a size; add_backward makes a place of it
        node.record.offset = round_up(Layer::record_size, 64);     // likewise
    }

    consteval void add_backward() {
        if (!training) return;
        for (std::size_t step = step_count; step-- > 0;) {
            const auto [index, does] = Order::list[step];
            if (does != Does::backward || !run_of(step).on_samples) continue;
            NodePlaces& node = nodes[index];
            const std::size_t run = Order::run_of[step];
            const std::size_t sums = std::exchange(node.accumulator, run_accumulators[run]), bytes = node.record.offset;
            run_accumulators[run] += sums;
            accumulator_numbers = std::max(accumulator_numbers, run_accumulators[run]);
            if (bytes == 0) continue;
            const bool by_thread = Order::run_of[node.record_step] == run;
            std::size_t& end = by_thread ? thread_bytes : batch_bytes;
            node.record = {by_thread ? Held::by_thread : Held::by_batch, end};
            end += bytes;
        }
    }
};

/// The places of a plan, computed once.
template <class Plan>
inline constexpr Memory<Plan> places = Memory<Plan>::of();

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/plan_table.hpp

// A plan as a table: its layers as functions, its steps, and where everything stands. Who runs a plan is told this table and knows no type,
// so that it is compiled once for all networks.

namespace denim::inline DENIM_TARGET {

/// A node's layer: its functions, see layer/concept.hpp, and what it asks for.
template <class Scalar>
struct LayerTable {
    void (*prepare)(const Scalar* parameters, Scalar* prepared, std::size_t part) = nullptr;
    void (*forward)(const Forward<Scalar>& call) = nullptr;
    void (*backward)(const Backward<Scalar>& call) = nullptr;  ///< each input's gradient as `gradient_to` says; null in a trained network
    void (*finish)(const Finish<Scalar>& sum, std::size_t part) = nullptr;
    std::size_t prepare_parts = 0, finish_parts = 0;  ///< 0: there is nothing to prepare, or to finish
    std::size_t bands = 1, scratch_size = 0, record_size = 0, operations = 0;
    std::size_t first_parameter = 0;  ///< in the network's array
    bool on_samples = true;           ///< else it takes the whole batch
    bool sums_with_peers = true;      ///< or it takes what of the batch is computed here: see layer/concept.hpp
    std::array<Gradient, max_inputs> gradient_to{};
};

/// Views of constants: it holds nothing.
template <class Scalar>
struct PlanTable {
    std::span<const LayerTable<Scalar>> layers;  ///< of each node, as the next two
    std::span<const Node> nodes;
    std::span<const NodePlaces> node_places;
    std::span<const Layout> layouts;  ///< of each value, as the next one; value 0 is the picture
    std::span<const Place> gradients;
    std::size_t result = 0;  ///< the value that leaves
    std::span<const NodeStep> steps;
    std::span<const StepPlaces> step_places;
    std::size_t answer = 0;       ///< the step that takes the result
    std::span<const Life> lives;  ///< life 0 is the picture's, life s + 1 is that of the value which step s writes
    std::span<const StepRun> runs;
    std::span<const std::size_t> run_accumulators;  ///< numbers
    MemorySizes sizes;

    /// Multiplications and additions of a run for one sample: backward has two for one of forward.
    [[nodiscard]] std::size_t operations(const StepRun& run) const {
        std::size_t total = 0;
        for (std::size_t step = run.first; step < run.last; ++step)
            if (const auto [node, does] = steps[step]; does != Does::answer) total += (does == Does::backward ? 2 : 1) * layers[node].operations;
        return total;
    }
    /// Whether a step of some run finds the picture in each thread's own memory; else it is loaded for the whole batch at first.
    [[nodiscard]] bool loads_in_runs() const { return lives[0].place.held == Held::by_thread; }
};

namespace detail {

template <class Layer>
void prepare_layer(const typename Layer::Scalar* parameters, typename Layer::Scalar* prepared, std::size_t part) {
    Layer::prepare(parameters, prepared, part);
}
template <class Layer>
void run_forward(const Forward<typename Layer::Scalar>& call) {
    Layer::forward(call);
}
template <class Layer, Gradient... To>
void run_backward(const Backward<typename Layer::Scalar>& call) {
    Layer::template backward<To...>(call);
}
template <class Layer>
void finish_layer(const Finish<typename Layer::Scalar>& sum, std::size_t part) {
    Layer::finish(sum, part);
}

/// How the gradient to an input is given: the node nearest to the end writes, those before it add, as does a second reading by one join.
template <class Plan>
consteval Gradient gradient_to(std::size_t index, std::size_t input) {
    const Node& node = Plan::nodes[index];
    if (node.from[input] == 0) return Gradient::none;
    bool writes = Steps<Plan>::writes_gradient(index, node.from[input]);
    for (std::size_t n = 0; n < input; ++n) writes = writes && node.from[n] != node.from[input];
    return writes ? Gradient::write : Gradient::add;
}

/// Whether a layer says that it does: one of a user's own, on batches, may know nothing of others.
template <class Layer>
inline constexpr bool sums_with_peers = false;
template <class Layer>
    requires requires { Layer::sums_with_peers; }
inline constexpr bool sums_with_peers<Layer> = Layer::sums_with_peers;

template <class Plan, std::size_t Index>
consteval auto layer_table() {
    using Layer = typename Plan::template LayerAt<Index>;
    LayerTable<typename Plan::Scalar> table{.forward = &run_forward<Layer>,
                                            .bands = Layer::bands,
                                            .scratch_size = Layer::scratch_size,
                                            .record_size = Layer::record_size,
                                            .operations = Layer::operations,
                                            .first_parameter = Plan::template first_parameter<Index>,
                                            .on_samples = Layer::works == Works::on_samples};
    if constexpr (Layer::works == Works::on_batches) table.sums_with_peers = detail::sums_with_peers<Layer>;
    if constexpr (Layer::prepared_size > 0) {
        table.prepare = &prepare_layer<Layer>;
        table.prepare_parts = Layer::prepare_parts;
    }
    if constexpr (Plan::mode == Mode::training) {
        [&]<std::size_t... Input>(std::index_sequence<Input...>) {
            table.backward = &run_backward<Layer, gradient_to<Plan>(Index, Input)...>;
            table.gradient_to = {gradient_to<Plan>(Index, Input)...};
        }(std::make_index_sequence<Plan::template node<Index>.inputs>{});
        if constexpr (Layer::accumulator_size > 0) {
            table.finish = &finish_layer<Layer>;
            table.finish_parts = Layer::finish_parts;
        }
    }
    return table;
}

template <class Plan>
inline constexpr auto layer_tables = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<LayerTable<typename Plan::Scalar>, Plan::count>{layer_table<Plan, Index>()...};
}(std::make_index_sequence<Plan::count>{});

}  // namespace detail

/// The table of a plan.
template <class Plan>
inline constexpr PlanTable<typename Plan::Scalar> table_of{
    .layers = detail::layer_tables<Plan>,
    .nodes = std::span{Plan::nodes}.first(Plan::count),
    .node_places = places<Plan>.nodes,
    .layouts = Plan::layouts,
    .gradients = places<Plan>.gradients,
    .result = Plan::result,
    .steps = Steps<Plan>::list,
    .step_places = places<Plan>.steps,
    .answer = Steps<Plan>::answer,
    .lives = places<Plan>.lives,
    .runs = std::span{Steps<Plan>::runs.list}.first(Steps<Plan>::runs.count),
    .run_accumulators = places<Plan>.run_accumulators,
    .sizes = places<Plan>,
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/beats.hpp

// The first and the last beat of a step, cut into the parts that layers offer, so that threads can share them.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Runs the parts of nodes `first` to `last` - 1 side by side: a node has parts_of(node) of them, and run(node, part) does one.
template <class Parts, class Run>
void run_parts(std::size_t first, std::size_t last, std::size_t operations, Parts parts_of, Run run) {
    std::size_t total = 0;
    for (std::size_t node = first; node < last; ++node) total += parts_of(node);
    parallel_for(total, operations, [&](std::size_t part) {
        std::size_t node = first;
        while (part >= parts_of(node)) part -= parts_of(node++);
        run(node, part);
    });
}

}  // namespace detail

/// Parameters to what the plan's kernels read; `prepared` has room for the plan's prepared_numbers.
template <class Scalar>
void prepare(const PlanTable<Scalar>& plan, const Scalar* parameters, Scalar* prepared) {
    detail::run_parts(
        0, plan.layers.size(), 16 * plan.sizes.prepared_numbers, [&](std::size_t node) { return plan.layers[node].prepare_parts; },
        [&](std::size_t node, std::size_t part) {
            const LayerTable<Scalar>& layer = plan.layers[node];
            layer.prepare(parameters + layer.first_parameter, prepared + plan.node_places[node].prepared, part);
        });
}

/// The accumulators of a run, summed over all shares, to the network's gradients.
template <class Scalar>
void finish(const PlanTable<Scalar>& plan, std::size_t run, const Scalar* accumulators, Scalar* gradients) {
    detail::run_parts(
        plan.runs[run].first_back, plan.runs[run].last_back, 4 * plan.run_accumulators[run],
        [&](std::size_t node) { return plan.layers[node].finish_parts; },
        [&](std::size_t node, std::size_t part) {
            const LayerTable<Scalar>& layer = plan.layers[node];
            layer.finish({accumulators + plan.node_places[node].accumulator, gradients + layer.first_parameter}, part);
        });
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/load.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

template <class Scalar>
void load_row(const std::uint8_t* from, Scalar* to, std::size_t count) {
    const std::size_t whole = std::is_same_v<Scalar, float> ? count / simd::lanes<float> * simd::lanes<float> : 0;
    if constexpr (std::is_same_v<Scalar, float>)
        for (std::size_t n = 0; n < whole; n += simd::lanes<float>)
            simd::store(to + n, simd::load_bytes(from + n) * simd::broadcast(1.0f / 255.0f));
    for (std::size_t n = whole; n < count; ++n) to[n] = static_cast<Scalar>(from[n]) * (Scalar{1} / Scalar{255});
}

template <class Scalar>
bool load_row(const float* from, Scalar* to, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) to[n] = static_cast<Scalar>(from[n]);
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

/// Writes picture `index` into a network's first value: bytes times 1/255, floats as they are (they must be finite).
template <class Scalar>
void load_picture(const Pictures& pictures, std::size_t index, const Layout& layout, Scalar* to) {
    const Shape& shape = layout.shape;
    const std::size_t row = shape.width * shape.channels;
    for (std::size_t y = 0; y < shape.height; ++y) {
        const std::size_t from = index * shape.size() + y * row;
        if (pictures.bytes)
            detail::load_row(pictures.bytes + from, to + layout.offset(y, 0), row);
        else if (!detail::load_row(pictures.floats + from, to + layout.offset(y, 0), row))
            detail::throw_not_finite(pictures, index);
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/step_clock.hpp

// When each step of a plan was run, and by whom.

#include <chrono>

namespace denim {

/// A step as it was run, for one sample, or by all threads together.
struct TimedStep {
    static constexpr std::size_t picture = static_cast<std::size_t>(-1);  ///< instead of a node: the picture was loaded

    std::size_t node = picture;
    Does does = Does::forward;
    std::size_t sample = 0, worker = 0;
    bool by_all = false;        ///< of the batch's samples or one sample's bands
    double begin = 0, end = 0;  ///< in seconds since the clock was made
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Takes times, a list for each thread.
class StepClock {
public:
    explicit StepClock(std::size_t workers) : lists_(workers) {}

    /// All steps, thread by thread.
    [[nodiscard]] std::vector<TimedStep> steps() const {
        std::vector<TimedStep> all;
        for (const List& list : lists_) all.insert(all.end(), list.steps.begin(), list.steps.end());
        return all;
    }

    /// Times the scope that it stands in; nothing without a clock.
    class Scope {
    public:
        Scope(StepClock* clock, const TimedStep& step) : clock_(clock), step_(step) {
            if (clock_) step_.begin = clock_->seconds();
        }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() {
            if (!clock_) return;
            step_.end = clock_->seconds();
            clock_->lists_[step_.worker].steps.push_back(step_);
        }

    private:
        StepClock* clock_;
        TimedStep step_;
    };

private:
    using Clock = std::chrono::steady_clock;
    struct alignas(64) List {
        std::vector<TimedStep> steps;
    };

    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

    Clock::time_point start_ = Clock::now();
    std::vector<List> lists_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/workspace.hpp

namespace denim::inline DENIM_TARGET {

/// The numbers that a plan works on: values and scratch for each thread, and a block for the batch. It knows where everything stands, and
/// hands each step the pointers of one call.
template <class Scalar>
class Workspace {
public:
    Workspace(const PlanTable<Scalar>& plan, std::size_t largest_batch) : plan_(&plan) { reserve_samples(largest_batch); }

    /// The largest batch that there is room for.
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Makes room for batches of so many samples; what stood in the batch's block is lost.
    void reserve_samples(std::size_t largest_batch) {
        if (largest_batch <= capacity_) return;
        const MemorySizes& sizes = plan_->sizes;
        capacity_ = 0;  // nothing, should the memory not suffice
        batch_ = {};
        batch_records_ = {};
        batch_scratch_ = {};
        batch_ = AlignedArray<Scalar>(sizes.batch_numbers * largest_batch);
        batch_records_ = AlignedArray<std::uint8_t>(sizes.batch_bytes * largest_batch);
        batch_scratch_ = AlignedArray<Scalar>(sizes.batch_scratch_fixed + sizes.batch_scratch_per_sample * largest_batch);
        capacity_ = largest_batch;
    }

    /// Makes room for `count` threads that each take samples of their own; to be called before they start.
    void reserve_threads(std::size_t count) {
        reserve_values(count);
        reserve_scratch(count);
    }
    /// Makes room for `count` threads that share the bands of one sample, whose values are the first thread's: as many as can find a
    /// band of some layer at a time.
    void reserve_bands(std::size_t count) {
        std::size_t most_bands = 0;
        for (const LayerTable<Scalar>& layer : plan_->layers)
            if (layer.scratch_size > 0) most_bands = std::max(most_bands, layer.bands);
        reserve_values(1);
        reserve_scratch(std::min(count, most_bands));
    }

    /// The value of a life and a sample, its border included.
    Scalar* activation(std::size_t life, std::size_t sample, std::size_t worker) {
        return at(plan_->lives[life].place, layout_of(life), sample, worker);
    }
    /// The gradient to a value; none for the picture.
    Scalar* gradient(std::size_t value, std::size_t sample, std::size_t worker) {
        return at(plan_->gradients[value], plan_->layouts[value], sample, worker);
    }

    /// To be called before a value of a sample, or the gradient to it, is written: its border, and what pads its channels, are zero.
    /// Where `begins_...` is false there is nothing to do.
    [[nodiscard]] bool begins_activation(std::size_t life) const { return finds_no_zeros(plan_->lives[life].place, layout_of(life)); }
    [[nodiscard]] bool begins_gradient(std::size_t value) const { return finds_no_zeros(plan_->gradients[value], plan_->layouts[value]); }
    void begin_activation(std::size_t life, std::size_t sample, std::size_t worker) {
        begin(plan_->lives[life].place, layout_of(life), sample, worker);
    }
    void begin_gradient(std::size_t value, std::size_t sample, std::size_t worker) {
        begin(plan_->gradients[value], plan_->layouts[value], sample, worker);
    }

    /// The scratch of a node: each thread's, where its layers find what others left, or for a layer on batches its own.
    Scalar* scratch(std::size_t node, std::size_t worker) {
        const NodePlaces& places = plan_->node_places[node];
        return plan_->layers[node].on_samples ? scratch_.data() + plan_->sizes.thread_scratch * worker
                                              : batch_scratch_.data() + places.batch_scratch + places.batch_scratch_of_samples * capacity_;
    }

    /// The pointers of a forward call, for a node whose own parameters are given, and a sample (on batches: from sample 0).
    Forward<Scalar> forward(std::size_t step, const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings,
                            std::size_t sample, std::size_t worker) {
        const auto [index, does] = plan_->steps[step];
        const Node& node = plan_->nodes[index];
        const StepPlaces& lives = plan_->step_places[step];
        Forward<Scalar> call;
        for (std::size_t n = 0; n < node.inputs; ++n) call.inputs[n] = activation(lives.inputs[n], sample, worker);
        call.output = activation(lives.output, sample, worker);
        call.parameters = parameters;
        call.prepared = prepared + plan_->node_places[index].prepared;
        if (plan_->node_places[index].record_step == step) call.record = record(index, sample, worker);
        call.scratch = scratch(index, worker);
        call.settings = &settings[node.first];
        call.again = does == Does::again;
        call.last_band = plan_->layers[index].bands;
        return call;
    }
    /// The pointers of a backward call, alike; accumulator and gradients are the caller's to add.
    Backward<Scalar> backward(std::size_t step, const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings,
                              std::size_t sample, std::size_t worker) {
        const std::size_t index = plan_->steps[step].node;
        const Node& node = plan_->nodes[index];
        const StepPlaces& lives = plan_->step_places[step];
        Backward<Scalar> call;
        for (std::size_t n = 0; n < node.inputs; ++n) {
            call.inputs[n] = activation(lives.inputs[n], sample, worker);
            call.input_gradients[n] = gradient(node.from[n], sample, worker);
        }
        call.output = activation(lives.output, sample, worker);
        call.output_gradient = gradient(node.to, sample, worker);
        call.parameters = parameters;
        call.prepared = prepared + plan_->node_places[index].prepared;
        call.record = record(index, sample, worker);
        call.scratch = scratch(index, worker);
        call.settings = &settings[node.first];
        return call;
    }

private:
    struct Thread {
        explicit Thread(const MemorySizes& sizes) : numbers(sizes.thread_numbers), records(sizes.thread_bytes) {}
        AlignedArray<Scalar> numbers;
        AlignedArray<std::uint8_t> records;
    };

    [[nodiscard]] const Layout& layout_of(std::size_t life) const { return plan_->layouts[plan_->lives[life].value]; }
    // A place that nothing else takes is zero from the beginning, where no layer writes.
    static bool finds_no_zeros(const Place& place, const Layout& layout) {
        return place.shared && (layout.border != Border{} || layout.stride != layout.shape.channels);
    }

    void reserve_values(std::size_t threads) {
        while (threads_.size() < threads) threads_.emplace_back(plan_->sizes);
    }
    void reserve_scratch(std::size_t threads) {
        if (const std::size_t wanted = plan_->sizes.thread_scratch * threads; scratch_.size() < wanted) {
            scratch_ = {};
            scratch_ = AlignedArray<Scalar>(wanted);
        }
    }

    Scalar* at(const Place& place, const Layout& layout, std::size_t sample, std::size_t worker) {
        if (place.held == Held::nowhere) return nullptr;
        if (place.held == Held::by_thread) return threads_[worker].numbers.data() + place.offset;
        return batch_.data() + place.offset * capacity_ + sample * layout.size();
    }
    void begin(const Place& place, const Layout& layout, std::size_t sample, std::size_t worker) {
        if (!finds_no_zeros(place, layout)) return;
        Scalar* const to = at(place, layout, sample, worker);
        if (layout.stride != layout.shape.channels)
            std::fill_n(to, layout.size(), Scalar{0});
        else
            clear_border(layout, to);
    }
    std::uint8_t* record(std::size_t node, std::size_t sample, std::size_t worker) {
        const Place& place = plan_->node_places[node].record;
        if (place.held == Held::nowhere) return nullptr;
        if (place.held == Held::by_thread) return threads_[worker].records.data() + place.offset;
        return batch_records_.data() + place.offset * capacity_ + sample * plan_->layers[node].record_size;
    }

    const PlanTable<Scalar>* plan_;
    std::size_t capacity_ = 0;
    AlignedArray<Scalar> batch_;
    AlignedArray<std::uint8_t> batch_records_;
    AlignedArray<Scalar> batch_scratch_;
    std::vector<Thread> threads_;
    AlignedArray<Scalar> scratch_;  // of all threads
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/workspaces.hpp

#include <mutex>

namespace denim::inline DENIM_TARGET {

/// Workspaces for calls from any number of threads. They go back after each call, so that the next one finds its memory warm, and
/// there are never more of them than calls at a time: one that is too small grows.
template <class Scalar>
class Workspaces {
public:
    using Space = Workspace<Scalar>;

    explicit Workspaces(const PlanTable<Scalar>& plan) : plan_(&plan) {}

    /// A workspace for as long as this lives.
    class Borrowed {
    public:
        Borrowed(Workspaces& from, std::unique_ptr<Space> taken) : space(std::move(taken)), from_(from) {}
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed() { from_.give_back(std::move(space)); }

        std::unique_ptr<Space> space;

    private:
        Workspaces& from_;
    };

    /// One with room for so many samples in its batch: the smallest that is large enough, or the largest, which grows.
    [[nodiscard]] Borrowed take(std::size_t samples) {
        std::unique_ptr<Space> space;
        {
            const std::scoped_lock lock{mutex_};
            const auto best = std::min_element(idle_.begin(), idle_.end(), [samples](const auto& a, const auto& b) {
                const std::size_t one = a->capacity(), other = b->capacity();
                if ((one < samples) != (other < samples)) return one >= samples;
                return one < samples ? one > other : one < other;
            });
            if (best != idle_.end()) {
                std::swap(*best, idle_.back());
                space = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        if (!space) space = std::make_unique<Space>(*plan_, samples);
        space->reserve_samples(samples);
        return {*this, std::move(space)};
    }

private:
    void give_back(std::unique_ptr<Space> space) {
        const std::scoped_lock lock{mutex_};
        idle_.push_back(std::move(space));
    }

    const PlanTable<Scalar>* plan_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Space>> idle_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/batch_predictor.hpp

// Pictures through any plan of a trained network: it is told its table. It owns what the kernels read and never changes while it answers.

namespace denim::inline DENIM_TARGET {

/// What the kernels read of one network, and workspaces for its calls.
template <class Scalar>
class BatchPredictor {
public:
    explicit BatchPredictor(const PlanTable<Scalar>& plan);

    /// Whether it was not moved from.
    [[nodiscard]] bool whole() const { return workspaces_ != nullptr; }

    /// Takes over a network's numbers. Nobody may be asking meanwhile.
    void take(const Scalar* parameters, std::span<const LayerSettings> settings);

    /// What leaves for each picture, in (H, W, C) order, one sample's after another's, into `to`. Any number of threads may ask at once. A clock takes
    /// the time of each step; it has room for all threads.
    void predict(const Pictures& pictures, Scalar* to, StepClock* clock = nullptr) const;

private:
    using Space = Workspace<Scalar>;
    static constexpr std::size_t chunk = 64;  // samples that go through the runs together
    struct Call {
        const Pictures& pictures;
        std::size_t first, count;
        Scalar* to;
        Team team;
        StepClock* clock;

        // Fewer samples than threads: the threads share the bands of each layer, and the values lie in the first one's workspace.
        [[nodiscard]] bool one_by_one() const { return count < team.size; }
    };

    [[nodiscard]] std::size_t outputs() const { return plan_->layouts[plan_->result].shape.size(); }
    [[nodiscard]] const Scalar* parameters(std::size_t node) const { return parameters_.data() + plan_->node_places[node].row; }

    void run(Space& space, const Call& call) const {
        if (!plan_->loads_in_runs())
            parallel_for(call.team, call.count, call.count * plan_->layouts[0].shape.size(),
                         [&](std::size_t sample, std::size_t worker) { load(space, call, sample, 0, worker); });
        for (const StepRun& of : plan_->runs) {
            if (!of.on_samples)
                run_batch(space, call, of.first);
            else if (call.one_by_one())
                for (std::size_t sample = 0; sample < call.count; ++sample)
                    run_sample(space, call, of, sample, 0, [&](std::size_t node) { run_bands(space, call, node, sample); });
            else
                parallel_for(call.team, call.count, (plan_->operations(of) + outputs()) * call.count, [&](std::size_t sample, std::size_t worker) {
                    run_sample(space, call, of, sample, worker, [&](std::size_t node) {
                        const StepClock::Scope timed{call.clock, {.node = node, .sample = call.first + sample, .worker = worker}};
                        plan_->layers[node].forward(begin(space, node, sample, worker));
                    });
                });
        }
    }
    // Into the place of `worker`, by the thread `by`.
    void load(Space& space, const Call& call, std::size_t sample, std::size_t worker, std::size_t by) const {
        const StepClock::Scope timed{call.clock, {.sample = call.first + sample, .worker = by}};
        space.begin_activation(0, sample, worker);
        load_picture(call.pictures, call.first + sample, plan_->layouts[0], space.activation(0, sample, worker));
    }

    // Step n is node n, and the answer comes last.
    template <class RunNode>
    void run_sample(Space& space, const Call& call, const StepRun& of, std::size_t sample, std::size_t worker, RunNode run_node) const {
        if (plan_->loads_in_runs() && of.reads_picture) load(space, call, sample, worker, worker);
        for (std::size_t node = of.first; node < std::min(of.last, plan_->answer); ++node) run_node(node);
        if (of.last > plan_->answer)
            give(space.activation(plan_->step_places[plan_->answer].output, sample, worker), call.to + (call.first + sample) * outputs());
    }
    void run_batch(Space& space, const Call& call, std::size_t node) const {
        const StepClock::Scope timed{call.clock, {.node = node, .sample = call.first, .by_all = true}};
        const std::size_t to = plan_->step_places[node].output;
        if (space.begins_activation(to))
            parallel_for(call.team, call.count, call.count * plan_->layouts[plan_->nodes[node].to].size(),
                         [&](std::size_t sample, std::size_t) { space.begin_activation(to, sample, 0); });
        auto arguments = space.forward(node, parameters(node), prepared_.data(), settings_, 0, 0);
        arguments.count = call.count;
        plan_->layers[node].forward(arguments);
    }
    void run_bands(Space& space, const Call& call, std::size_t node, std::size_t sample) const {
        const StepClock::Scope timed{call.clock, {.node = node, .sample = call.first + sample, .by_all = true}};
        const LayerTable<Scalar>& layer = plan_->layers[node];
        const Forward<Scalar> whole = begin(space, node, sample, 0);
        const std::size_t work = std::max(layer.operations, plan_->layouts[plan_->nodes[node].to].shape.size());  // a layer may only copy
        // Bands that follow each other: the next layer's rows then are near the thread that made them.
        const std::size_t parts = call.team.within(layer.bands);
        parallel_for(call.team, parts, work, [&](std::size_t number, std::size_t worker) {
            Forward<Scalar> part = whole;
            part.scratch = space.scratch(node, worker);
            part.first_band = number * layer.bands / parts;
            part.last_band = (number + 1) * layer.bands / parts;
            layer.forward(part);
        });
    }
    Forward<Scalar> begin(Space& space, std::size_t node, std::size_t sample, std::size_t worker) const {
        space.begin_activation(plan_->step_places[node].output, sample, worker);
        return space.forward(node, parameters(node), prepared_.data(), settings_, sample, worker);
    }

    // A picture that leaves, without border and padding.
    void give(const Scalar* from, Scalar* to) const {
        const Layout& layout = plan_->layouts[plan_->result];
        for (std::size_t y = 0; y < layout.shape.height; ++y)
            for (std::size_t x = 0; x < layout.shape.width; ++x) to = std::copy_n(from + layout.offset(y, x), layout.shape.channels, to);
    }

    const PlanTable<Scalar>* plan_;
    AlignedArray<Scalar> parameters_, prepared_;
    std::vector<LayerSettings> settings_;
    std::unique_ptr<Workspaces<Scalar>> workspaces_;
};

template <class Scalar>
BatchPredictor<Scalar>::BatchPredictor(const PlanTable<Scalar>& plan)
    : plan_(&plan), parameters_(plan.sizes.row_numbers), prepared_(plan.sizes.prepared_numbers), workspaces_(std::make_unique<Workspaces<Scalar>>(plan)) {}

template <class Scalar>
void BatchPredictor<Scalar>::take(const Scalar* parameters, std::span<const LayerSettings> settings) {
    settings_.assign(settings.begin(), settings.end());
    for (std::size_t node = 0; node < plan_->layers.size(); ++node) {
        const NodePlaces& places = plan_->node_places[node];
        std::copy_n(parameters + plan_->layers[node].first_parameter, places.numbers_in_rows, parameters_.data() + places.row);
    }
    prepare(*plan_, parameters, prepared_.data());
}

template <class Scalar>
void BatchPredictor<Scalar>::predict(const Pictures& pictures, Scalar* to, StepClock* clock) const {
    const Team team;
    const auto work = workspaces_->take(std::min(pictures.count, chunk));
    for (std::size_t first = 0; first < pictures.count; first += chunk) {
        const Call call{pictures, first, std::min(chunk, pictures.count - first), to, team, clock};
        if (call.one_by_one())
            work.space->reserve_bands(team.size);
        else
            work.space->reserve_threads(team.size);
        run(*work.space, call);
    }
}

DENIM_TEMPLATE(class BatchPredictor<float>);
DENIM_TEMPLATE(class BatchPredictor<double>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/predictor.hpp

namespace denim::inline DENIM_TARGET {

/// A trained network that answers: it owns prepared weights and changes by assignment alone. Any number of threads may ask at once. A
/// picture's answer has the same bits alone and in any batch.
template <class Network>
class Predictor : public Answering<Predictor<Network>, Network> {
public:
    using Scalar = typename Network::Scalar;
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>;

    explicit Predictor(const Network& network) : steps_(table_of<Plan>) { take(network); }

    /// As `predictor = Predictor{network}`, in the memory that there is. As with any assignment, nobody may be asking meanwhile.
    void assign(const Network& network) {
        if (steps_.whole())
            take(network);
        else
            *this = Predictor{network};
    }

    using Answering<Predictor<Network>, Network>::predict;
    /// What each head gives, see Network::gives.
    [[nodiscard]] std::span<const Gives> gives() const { return gives_; }

    /// Logits of `pictures`, one sample's after another's, into `to`, which has room for as many times `outputs`.
    void predict(const Pictures& pictures, Scalar* to) const {
        assert(steps_.whole() && "denim: this predictor was moved from: only assign to it, or let it go");
        pictures.check(Network::input);
        steps_.predict(pictures, to);
    }

private:
    void take(const Network& network) {
        std::ranges::copy(network.gives(), gives_.begin());
        steps_.take(network.parameters().data(), network.all_settings());
    }

    std::array<Gives, Network::heads.size()> gives_{};
    BatchPredictor<Scalar> steps_;
};

template <class Input, class Body, class Arithmetic>
Predictor(const Network<Input, Body, Arithmetic>&) -> Predictor<Network<Input, Body, Arithmetic>>;

template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::predict(const Expression& pictures) const {
    return Predictor{*this}.predict(pictures);
}
template <class Input, class Body, class Arithmetic>
template <class Expression, class... Function>
auto Network<Input, Body, Arithmetic>::probabilities(const Expression& pictures, Function... function) const {
    return Predictor{*this}.probabilities(pictures, function...);
}
template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::classes(const Expression& pictures) const {
    return Predictor{*this}.classes(pictures);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/head_losses.hpp

namespace denim {

/// What samples should give: labels (N, heads), or for losses that want them numbers (N, outputs); the other is empty.
struct Targets {
    std::span<const std::int32_t> labels = {};
    std::span<const float> numbers = {};
};

/// A sample under all heads of a network.
struct HeadLosses {
    double loss = 0;  ///< the sum over the heads, each times its weight
    double right =
        1;  ///< of the head that is furthest from right, among those that have a label; NaN where the loss of one does not say
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The label of a head in a sample that has none there: no loss, no gradient.
inline constexpr std::int32_t no_label = -1;

/// The losses of a network's heads: one for all, or one for each.
struct LossOfHeads {
    Loss all;
    std::vector<Loss> each = {};

    [[nodiscard]] const Loss& of(std::size_t head) const { return each.empty() ? all : each[head]; }
};

/// Sample number `sample` of some targets. Logits and gradients of the heads stand one head's behind another's; a network of
/// one output has one head. The loss may be a LossOfHeads. `heads` says how many logits each has, `weights` what each counts
/// (none: all 1). The gradient becomes that of `scale` times the loss.
template <class OneLoss, class Scalar>
HeadLosses head_losses(const OneLoss& loss, const Scalar* logits, std::span<const std::size_t> heads, const Targets& targets,
                       std::size_t sample, std::span<const float> weights, Scalar* gradient, double scale) {
    HeadLosses all;
    for (std::size_t head = 0; head < heads.size(); logits += heads[head], gradient += heads[head], ++head) {
        Target target;
        if (targets.numbers.empty())
            target.label = targets.labels[sample * heads.size() + head];
        else
            target.numbers = targets.numbers.subspan(sample * heads[head], heads[head]);
        if (target.label == no_label) {
            std::fill_n(gradient, heads[head], Scalar{0});
            continue;
        }
        const auto& own = [&]() -> const auto& {
            if constexpr (requires { loss.of(head); })
                return loss.of(head);
            else
                return loss;
        }();
        const double weight = weights.empty() ? 1 : static_cast<double>(weights[head]);
        all.loss += weight * own.sample(logits, heads[head], target, gradient, weight * scale);
        const double right = right_share(own, logits, heads[head], target);
        if (!is_nan(all.right) && (is_nan(right) || right < all.right)) all.right = right;
    }
    return all;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/batch.hpp

namespace denim {

/// What came out of a step: the mean loss of the batch, and how many samples were right; see HeadLosses.
struct StepResult {
    double loss = 0;
    double correct = 0;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What a training step learns from: sample n of the batch is picture order[n], with the label labels[order[n]]; of a network
/// with several heads, the labels are (pictures, heads). Losses that want numbers find those of the picture in `numbers`.
struct Batch {
    const Pictures& pictures;
    std::span<const std::int32_t> labels;
    std::span<const std::uint32_t> order;
    Seed seed{};
    std::uint64_t step = 0;                    ///< parts the random numbers of one step from those of another
    std::span<const float> head_weights = {};  ///< factors of the heads' losses; all 1 unless given
    std::span<const float> numbers = {};       ///< (pictures, outputs), instead of labels
    std::size_t samples_of_all = 0;            ///< of a part of a batch, see BatchPart: those of the whole; 0: this is the whole
    std::size_t first_sample = 0;              ///< the number of its first sample in the whole

    [[nodiscard]] std::size_t size() const { return order.size(); }
    /// Of the whole batch: what a mean over it divides by.
    [[nodiscard]] std::size_t whole() const { return samples_of_all == 0 ? size() : samples_of_all; }

    /// Throws std::invalid_argument unless the pictures have the shape `input`, and every picture of `order` is there with its
    /// targets, for a network whose heads have so many outputs.
    void check(Shape input, std::span<const std::size_t> heads) const {
        pictures.check(input);
        const std::size_t reach = order.empty() ? 0 : std::size_t{*std::max_element(order.begin(), order.end())} + 1;
        const std::size_t outputs = std::accumulate(heads.begin(), heads.end(), std::size_t{0});
        const auto expect = [](const char* what, std::size_t there, std::size_t expected) {
            if (there < expected)
                throw std::invalid_argument("denim: a batch with at least " + std::to_string(expected) + what + " was expected, but it has " +
                                            std::to_string(there));
        };
        expect(" pictures", pictures.count, reach);
        if (numbers.empty())
            expect(" labels", labels.size(), reach * heads.size());
        else
            expect(" numbers to aim at", numbers.size(), reach * outputs);
        if (!head_weights.empty()) expect(" weights of heads", head_weights.size(), heads.size());
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/share_sums.hpp

// The one place where what shares of a batch have gathered is added up.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The sum of `Count` vectors that `read(n)` gives, as join_in_pairs adds: the first 2^k as a whole, and the rest.
template <std::size_t Count, std::size_t First = 0, class Read>
DENIM_INLINE auto sum_in_pairs(Read read) {
    if constexpr (Count == 1) {
        return read(First);
    } else {
        constexpr std::size_t left = std::bit_ceil(Count) / 2;
        return sum_in_pairs<left, First>(read) + sum_in_pairs<Count - left, First + left>(read);
    }
}

/// The sum of `Count` rows of numbers, `distance` numbers apart, into the first.
template <class Scalar, std::size_t Count>
void sum_rows(Scalar* first, std::size_t distance, std::size_t numbers) {
    constexpr std::size_t lanes = simd::lanes<Scalar>;
    std::size_t n = 0;
    for (; n + lanes <= numbers; n += lanes)
        simd::store(first + n, sum_in_pairs<Count>([&](std::size_t row) { return simd::load(first + row * distance + n); }));
    if (const std::size_t rest = numbers - n; rest > 0)
        simd::store_first(first + n, sum_in_pairs<Count>([&](std::size_t row) { return simd::load_first(first + row * distance + n, rest); }), rest);
}

}  // namespace detail

/// Adds the numbers of `count` shares, `distance` numbers apart, in the order of join_in_pairs; the sums stand in the first share's
/// place, and the others' are no longer theirs. Threads take pieces of the numbers, which stay in the cache while shares are added.
template <class Scalar>
void sum_shares(Scalar* shares, std::size_t count, std::size_t distance, std::size_t numbers) {
    constexpr std::size_t together = 8, piece = 2048;  // subtrees of a size that one pass adds; numbers
    using Rows = void (*)(Scalar*, std::size_t, std::size_t);
    constexpr auto rows = []<std::size_t... Fewer>(std::index_sequence<Fewer...>) {
        return std::array<Rows, together - 1>{&detail::sum_rows<Scalar, Fewer + 2>...};
    }(std::make_index_sequence<together - 1>{});
    if (count < 2) return;
    parallel_for((numbers + piece - 1) / piece, sizeof(Scalar) * count * numbers, [&](std::size_t index) {
        const std::size_t begin = index * piece, length = std::min(piece, numbers - begin);
        for (std::size_t step = 1; step < count; step *= together)
            for (std::size_t first = 0; first + step < count; first += together * step) {
                const std::size_t there = std::min(together, (count - first + step - 1) / step);
                rows[there - 2](shares + first * distance + begin, step * distance, length);
            }
    });
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/accumulators.hpp

namespace denim::inline DENIM_TARGET {

/// What the shares of a batch gather while a run goes backward, each by itself. The runs of a plan take the same memory, one after the
/// other.
template <class Scalar>
class Accumulators {
public:
    Accumulators(const PlanTable<Scalar>& plan, std::size_t most_shares) : plan_(&plan), numbers_(distance() * most_shares) {}

    /// Of one node, and a share of those that are computed here.
    Scalar* of(std::size_t node, std::size_t share) { return numbers_.data() + share * distance() + plan_->node_places[node].accumulator; }
    /// A share's, of a whole run.
    void clear(std::size_t run, std::size_t share) { std::fill_n(numbers_.data() + share * distance(), plan_->run_accumulators[run], Scalar{0}); }
    /// Their sums, to the network's gradients; what was gathered is no longer there. With peers the sums are begun, and end_sums makes gradients.
    void finish(std::size_t run, const BatchPart<Scalar>& part, Scalar* gradients) {
        const std::size_t numbers = plan_->run_accumulators[run];
        if (numbers == 0) return;
        if (!part.peers) {
            sum_shares(numbers_.data(), part.shares.count, distance(), numbers);
            denim::finish(*plan_, run, numbers_.data(), gradients);
            return;
        }
        if (sums_.size() == 0) make_room_for_sums();
        Scalar* row = part.peers->rows(numbers, part.tree->rows_of(part.peers->own()));
        each_subtree(part.shares.count, part.own, [&](const ShareRange& subtree) {
            Scalar* const first = numbers_.data() + (subtree.first - part.own.first) * distance();
            sum_shares(first, subtree.count(), distance(), numbers);
            parallel_copy(first, numbers, row);
            row += numbers;
        });
        part.peers->begin_sum(*part.tree, numbers, sums_.data() + sums_of_run_[run], false);
    }
    /// Waits for the sums of all runs, and makes gradients of them.
    void end_sums(const BatchPart<Scalar>& part, Scalar* gradients) {
        part.peers->end_sums();
        for (std::size_t run = 0; run < plan_->runs.size(); ++run)
            if (plan_->run_accumulators[run] > 0) denim::finish(*plan_, run, sums_.data() + sums_of_run_[run], gradients);
    }

private:
    [[nodiscard]] std::size_t distance() const { return plan_->sizes.accumulator_numbers; }

    void make_room_for_sums() {
        std::size_t all = 0;
        for (const std::size_t numbers : plan_->run_accumulators) {
            sums_of_run_.push_back(all);
            all += numbers;
        }
        sums_ = AlignedArray<Scalar>(all);
    }
    static void parallel_copy(const Scalar* from, std::size_t numbers, Scalar* to) {
        constexpr std::size_t piece = 1 << 16;
        parallel_for((numbers + piece - 1) / piece, numbers, [&](std::size_t n) {
            std::copy_n(from + n * piece, std::min(piece, numbers - n * piece), to + n * piece);
        });
    }

    const PlanTable<Scalar>* plan_;
    AlignedArray<Scalar> numbers_;
    AlignedArray<Scalar> sums_;  // with peers, of each run: they end one after the other, while later runs gather
    std::vector<std::size_t> sums_of_run_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/mean_result.hpp

namespace denim::inline DENIM_TARGET {

/// The mean loss of a batch and how many were right, from the sums of the shares that are computed here, which are changed, and those of the
/// others. Throws LossNotFinite.
template <class Scalar>
StepResult mean_result(const Batch& batch, const BatchPart<Scalar>& part, StepResult* of_shares) {
    const auto join = [](StepResult& to, const StepResult& from) {
        to.loss += from.loss;
        to.correct += from.correct;
    };
    std::vector<StepResult> rows;
    each_subtree(part.shares.count, part.own, [&](const ShareRange& subtree) {
        StepResult* const own = of_shares + (subtree.first - part.own.first);
        join_in_pairs(subtree.count(), [&](std::size_t to, std::size_t from) { join(own[to], own[from]); });
        rows.push_back(own[0]);
    });
    if (part.peers) {
        const std::vector<StepResult> brought = rows;
        rows.assign(part.tree->rows.size(), {});
        part.gather_rows(brought.data(), sizeof(StepResult), rows.data());
        for (const PeerTree::Join& each : part.tree->joins) join(rows[each.to], rows[each.from]);
    }
    StepResult result = rows[0];
    result.loss /= static_cast<double>(batch.whole());
    if (!is_finite(result.loss)) throw LossNotFinite{batch.step};
    return result;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/batch_trainer.hpp

// The three beats of a training step, for any plan: it is told its table, and how to answer a sample's logits.

namespace denim::inline DENIM_TARGET {

/// What a sample of a batch makes of its logits: its loss, and the gradient of that to the logits.
template <class Scalar>
struct Answer {
    HeadLosses (*call)(const void* loss, const Batch& batch, std::size_t sample, const Scalar* logits, Scalar* gradient);
    const void* loss;
};

/// Who wants to see a value of the plan, and the gradient to it, of each sample of a batch; they stand as the value's layout says. The threads
/// that compute call it. What is computed again is seen again.
template <class Scalar>
struct ValueWatch {
    std::size_t value;
    void (*see)(void* who, bool gradient, std::size_t sample, const Scalar* numbers);
    void* who;
};

/// What a loss says of a sample of a batch, see head_losses: of the batch's mean.
template <class OneLoss, class Scalar>
HeadLosses losses_of_sample(const OneLoss& loss, std::span<const std::size_t> heads, const Batch& batch, std::size_t sample, const Scalar* logits,
                            Scalar* gradient) {
    return head_losses(loss, logits, heads, Targets{batch.labels, batch.numbers}, batch.order[sample], batch.head_weights, gradient,
                       1.0 / static_cast<double>(batch.whole()));
}

/// The memory of training, made once for the largest batch; where peers compute parts of it, which outlive this, for the largest part.
template <class Scalar>
class BatchTrainer {
public:
    /// Throws std::invalid_argument where there are peers, and a layer on batches that does not sum with them.
    BatchTrainer(const GraphTable& graph, const PlanTable<Scalar>& plan, std::size_t largest_batch, Peers<Scalar>* peers = nullptr);

    /// Gradients of the batch's mean loss, laid out as the parameters; of rows that their layer moves, the next values.
    [[nodiscard]] std::span<Scalar> gradients() { return gradients_.span(); }

    /// Forward and backward. Throws LossNotFinite, and std::invalid_argument if a picture is not finite, a setting not accepted, or the batch
    /// does not fit the network or the memory. With peers the batch is this one's part, see BatchPart, and everybody gets the result and the
    /// gradients of the whole. A clock takes the time of each step; it has room for all threads. Who watches a value sees it.
    StepResult step(std::span<const Scalar> parameters, std::span<const LayerSettings> settings, const Batch& batch, const Answer<Scalar>& answer,
                    StepClock* clock = nullptr, const ValueWatch<Scalar>* watch = nullptr);

private:
    struct Call {
        const Batch& batch;
        const BatchPart<Scalar>& part;
        const Scalar* parameters;
        std::span<const LayerSettings> settings;
        const Answer<Scalar>& answer;
        Team team;
        StepClock* clock;
        const ValueWatch<Scalar>* watch;
    };
    struct Position {
        std::size_t share = 0, sample = 0, worker = 0;  // the first share and sample here are number 0
    };

    void check(std::span<const Scalar> parameters, std::span<const LayerSettings> settings, const Batch& batch) const {
        if (batch.whole() == 0 || batch.size() > workspace_.capacity())
            throw std::invalid_argument("denim: a batch of 1 to " + std::to_string(workspace_.capacity()) + " pictures was expected, but it has " +
                                        std::to_string(batch.size()));
        if (parameters.size() != graph_->numbers || settings.size() != graph_->entries.size())
            throw std::invalid_argument("denim: Trainer: " + std::to_string(graph_->numbers) + " parameters and the settings of " +
                                        std::to_string(graph_->entries.size()) + " layers were expected, but " + std::to_string(parameters.size()) +
                                        " and " + std::to_string(settings.size()) + " came");
        check_settings(*graph_, settings);
        batch.check(graph_->input, graph_->heads);
    }

    // The steps of a run, for each sample of each share: where forward and backward are in one run, everything is still near.
    void run_shares(const Call& of, std::size_t number) {
        const StepRun& run = plan_->runs[number];
        const bool loads = plan_->loads_in_runs() && run.reads_picture;
        const std::size_t work = plan_->operations(run) + plan_->layouts[0].shape.size();
        const Shares shares = of.part.shares.only(of.part.own);
        parallel_for(of.team, shares.count, work * of.batch.size(), [&](std::size_t share, std::size_t worker) {
            if (run.last_back > 0) accumulators_.clear(number, share);
            for (std::size_t sample = shares.first(share); sample < shares.last(share); ++sample) {
                if (loads) load(of, sample, worker, worker);
                for (std::size_t step = run.first; step < run.last; ++step) take_step(of, step, {share, sample, worker});
            }
        });
    }
    // Into the place of `worker`, by the thread `by`.
    void load(const Call& of, std::size_t sample, std::size_t worker, std::size_t by) {
        const StepClock::Scope timed{of.clock, {.sample = sample, .worker = by}};
        workspace_.begin_activation(0, sample, worker);
        load_picture(of.batch.pictures, of.batch.order[sample], plan_->layouts[0], workspace_.activation(0, sample, worker));
    }

    void take_step(const Call& of, std::size_t step, const Position& at) {
        const auto [node, does] = plan_->steps[step];
        const bool by_all = does != Does::answer && !plan_->layers[node].on_samples;
        const StepClock::Scope timed{of.clock, {.node = node, .does = does, .sample = at.sample, .worker = at.worker, .by_all = by_all}};
        switch (does) {
        case Does::answer: return take_loss(of, at);
        case Does::backward: return go_backward(of, step, at);
        case Does::forward:
        case Does::again: return go_forward(of, step, at);
        }
    }
    void go_forward(const Call& of, std::size_t step, const Position& at) {
        const std::size_t node = plan_->steps[step].node, to = plan_->step_places[step].output;
        if (workspace_.begins_activation(to))
            each_sample_of(of, node, at, plan_->nodes[node].to, [&](std::size_t sample, std::size_t worker) { workspace_.begin_activation(to, sample, worker); });
        auto call = workspace_.forward(step, of.parameters + plan_->layers[node].first_parameter, prepared_.data(), of.settings, at.sample, at.worker);
        call.random = random(of, node, at.sample);
        call.count = count(of, node);
        if (of.part.peers) call.part = &of.part;
        plan_->layers[node].forward(call);
        if (of.watch && of.watch->value == plan_->nodes[node].to)
            each_sample_of(of, node, at, plan_->nodes[node].to, [&](std::size_t sample, std::size_t worker) {
                of.watch->see(of.watch->who, false, sample, workspace_.activation(to, sample, worker));
            });
    }
    void go_backward(const Call& of, std::size_t step, const Position& at) {
        const std::size_t index = plan_->steps[step].node;
        const LayerTable<Scalar>& layer = plan_->layers[index];
        const Node& node = plan_->nodes[index];
        if (of.watch && of.watch->value == node.to)  // all that read it have gone backward
            each_sample_of(of, index, at, node.to, [&](std::size_t sample, std::size_t worker) {
                of.watch->see(of.watch->who, true, sample, workspace_.gradient(node.to, sample, worker));
            });
        auto call = workspace_.backward(step, of.parameters + layer.first_parameter, prepared_.data(), of.settings, at.sample, at.worker);
        call.random = random(of, index, at.sample);
        call.count = count(of, index);
        if (of.part.peers) call.part = &of.part;
        if (layer.on_samples) call.accumulator = accumulators_.of(index, at.share);
        call.gradients = gradients_.data() + layer.first_parameter;
        for (std::size_t n = 0; n < node.inputs; ++n)
            if (layer.gradient_to[n] == Gradient::write && workspace_.begins_gradient(node.from[n]))
                each_sample_of(of, index, at, node.from[n],
                               [&](std::size_t sample, std::size_t worker) { workspace_.begin_gradient(node.from[n], sample, worker); });
        layer.backward(call);
    }
    void take_loss(const Call& of, const Position& at) {
        const std::size_t result = plan_->result;
        workspace_.begin_gradient(result, at.sample, at.worker);
        const HeadLosses losses = of.answer.call(of.answer.loss, of.batch, at.sample,
                                                 workspace_.activation(plan_->step_places[plan_->answer].output, at.sample, at.worker),
                                                 workspace_.gradient(result, at.sample, at.worker));
        results_[at.share].correct += losses.right;
        results_[at.share].loss += losses.loss;
    }

    // The random numbers of a layer, step and sample.
    Random random(const Call& of, std::size_t node, std::size_t sample) const {
        const std::uint64_t layer = plan_->nodes[node].first + 1;
        return Random{Seed{of.batch.seed.value + 0x9E3779B97F4A7C15u * layer}, (of.batch.step << 24) + of.batch.first_sample + sample};
    }
    std::size_t count(const Call& of, std::size_t node) const { return plan_->layers[node].on_samples ? 1 : of.batch.size(); }

    // For the one sample that a node works on, or for all of the batch.
    template <class Body>
    void each_sample_of(const Call& of, std::size_t node, const Position& at, std::size_t value, Body body) {
        if (plan_->layers[node].on_samples)
            body(at.sample, at.worker);
        else
            parallel_for(of.team, of.batch.size(), of.batch.size() * plan_->layouts[value].size(), [&](std::size_t sample, std::size_t) { body(sample, 0); });
    }

    const GraphTable* graph_;
    const PlanTable<Scalar>* plan_;
    Workspace<Scalar> workspace_;
    AlignedArray<Scalar> gradients_, prepared_;
    Accumulators<Scalar> accumulators_;
    std::vector<StepResult> results_;
    Peers<Scalar>* peers_;
    PeerTree tree_;
};

template <class Scalar>
BatchTrainer<Scalar>::BatchTrainer(const GraphTable& graph, const PlanTable<Scalar>& plan, std::size_t largest_batch, Peers<Scalar>* peers)
    : graph_(&graph),
      plan_(&plan),
      workspace_(plan, peers ? LargestPart(largest_batch, peers->own(), peers->count()).samples : largest_batch),
      gradients_(graph.numbers),
      prepared_(plan.sizes.prepared_numbers),
      accumulators_(plan, peers ? LargestPart(largest_batch, peers->own(), peers->count()).shares : Shares::most(largest_batch)),
      peers_(peers) {
    for (std::size_t node = 0; peers && node < plan.layers.size(); ++node)
        if (!plan.layers[node].sums_with_peers)
            throw std::invalid_argument("denim: fit: a layer on batches was expected to sum with the peers that compute the rest of a batch, but layer " +
                                        std::to_string(plan.nodes[node].first) + " does not say static constexpr bool sums_with_peers = true");
}

template <class Scalar>
StepResult BatchTrainer<Scalar>::step(std::span<const Scalar> parameters, std::span<const LayerSettings> settings, const Batch& batch, const Answer<Scalar>& answer,
                    StepClock* clock, const ValueWatch<Scalar>* watch) {
    check(parameters, settings, batch);
    const Shares shares{batch.whole()};
    if (peers_ && !tree_.fits(shares, peers_->count())) tree_ = PeerTree{shares, peers_->count()};
    const BatchPart<Scalar> part = peers_ ? BatchPart<Scalar>{tree_, *peers_} : BatchPart<Scalar>{shares};
    if (batch.size() != part.samples() || batch.first_sample != part.first_sample())
        throw std::invalid_argument("denim: of a batch of " + std::to_string(shares.samples) + " pictures " + std::to_string(part.samples()) + " from number " +
                                    std::to_string(part.first_sample()) + " on were expected, but " + std::to_string(batch.size()) + " from number " +
                                    std::to_string(batch.first_sample) + " on came");
    const Call of{batch, part, parameters.data(), settings, answer, {}, clock, watch};
    workspace_.reserve_threads(std::max<std::size_t>(of.team.within(part.own.count()), 1));
    results_.assign(part.own.count(), {});
    prepare(*plan_, of.parameters, prepared_.data());
    if (!plan_->loads_in_runs())
        parallel_for(of.team, batch.size(), batch.size() * plan_->layouts[0].shape.size(),
                     [&](std::size_t sample, std::size_t worker) { load(of, sample, 0, worker); });
    StepResult result;
    for (std::size_t number = 0; number < plan_->runs.size(); ++number) {
        const StepRun& run = plan_->runs[number];
        if (run.on_samples)
            run_shares(of, number);
        else
            take_step(of, run.first, {});
        if (run.first <= plan_->answer && plan_->answer < run.last) result = mean_result(batch, part, results_.data());
        if (run.last_back > 0) accumulators_.finish(number, part, gradients_.data());
        if (peers_) peers_->look();
    }
    if (peers_) accumulators_.end_sums(part, gradients_.data());
    return result;
}

DENIM_TEMPLATE(class BatchTrainer<float>);
DENIM_TEMPLATE(class BatchTrainer<double>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/trainer.hpp

// One training step: a batch of pictures and labels in, the loss and the gradients of every parameter out.

namespace denim::inline DENIM_TARGET {

/// The memory of training, made once for the largest batch, and the three beats of a step.
template <class SourceGraph, class Arithmetic, class OneLoss>
class Trainer {
    static_assert(sizeof(AnswersInNumbers<SourceGraph>) > 0);

public:
    using Scalar = typename Arithmetic::Scalar;
    using Plan = denim::Plan<SourceGraph, Arithmetic, Mode::training>;

    explicit Trainer(std::size_t largest_batch, OneLoss loss = OneLoss{})
        : loss_(std::move(loss)), steps_(graph_table<SourceGraph>, table_of<Plan>, largest_batch) {}

    /// Gradients of the batch's mean loss, laid out as the parameters; of rows that their layer moves, the next values.
    [[nodiscard]] std::span<Scalar> gradients() { return steps_.gradients(); }

    /// Forward and backward. Throws if a picture or the loss is not finite, or the batch does not fit the network or this trainer;
    /// the parameters are only read. That labels are below the classes of their heads is the caller's to see to.
    StepResult step(std::span<const Scalar> parameters, std::span<const LayerSettings> settings, const Batch& batch) {
        assert(gradients().size() == SourceGraph::trace.parameters && "denim: this trainer was moved from: only assign to it, or let it go");
        return steps_.step(parameters, settings, batch, {&answer, &loss_});
    }

private:
    static HeadLosses answer(const void* loss, const Batch& batch, std::size_t sample, const Scalar* logits, Scalar* gradient) {
        return losses_of_sample(*static_cast<const OneLoss*>(loss), SourceGraph::heads, batch, sample, logits, gradient);
    }

    OneLoss loss_;
    BatchTrainer<Scalar> steps_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/averaging.hpp

namespace denim::inline DENIM_TARGET {

/// What a class needs to average weights: which share the weights after a step have in the average, 1 for them alone, 0 for
/// none. It depends on the moment of the step alone. It may have each_setting and check as a schedule.
template <class Type>
concept AveragingType = std::copy_constructible<Type> && requires(const Type& averaging, const Moment& at) {
    { averaging.share(at) } -> std::convertible_to<double>;
};

/// Exponential moving average of the weights after each step: average = momentum * average + (1 - momentum) * weights, as
/// Keras's use_ema. 1 / (1 - momentum) steps should be a small part of the run.
struct Ema {
    double momentum = 0.99;

    static constexpr const char* name = "Ema";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("momentum", momentum, from_0_below_1);
    }
    [[nodiscard]] double share(const Moment& at) const { return at.step == 0 ? 1 : 1 - momentum; }
};

/// Stochastic weight averaging, Izmailov and others (2018): the mean of the weights after each epoch from `first_epoch` on;
/// best with a rate that is not small there.
struct Swa {
    std::size_t first_epoch = 10;

    static constexpr const char* name = "Swa";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("first_epoch", first_epoch, at_least_1);
    }
    void check(const RunPlan& plan) const {
        if (first_epoch > plan.epochs)
            throw std::invalid_argument("denim: Swa: the average begins with epoch " + std::to_string(first_epoch) + ", but the run has only " +
                                        std::to_string(plan.epochs));
    }
    [[nodiscard]] double share(const Moment& at) const {
        if (!at.ends_epoch() || at.epoch() < first_epoch) return 0;
        return 1 / static_cast<double>(at.epoch() - first_epoch + 1);
    }
};

static_assert(AveragingType<Ema> && AveragingType<Swa>);

/// Any averaging, as FitOptions hold it: .averaging = Ema{.momentum = 0.999}. Scores, callbacks after an epoch and the finished
/// network have the averaged weights, running statistics of BatchNorm among them; steps go on from those that learn.
class Averaging {
public:
    Averaging() = default;
    template <class Type>
        requires(!std::is_same_v<Type, Averaging>) && AveragingType<Type>
    Averaging(Type averaging)  // NOLINT: meant to convert
        : averaging_(std::make_shared<const Type>(std::move(averaging))), call_([](const void* erased, const Moment& at) {
              return static_cast<double>(static_cast<const Type*>(erased)->share(at));
          }),
          check_([]([[maybe_unused]] const void* erased, [[maybe_unused]] const RunPlan& plan) {
              [[maybe_unused]] const Type& type = *static_cast<const Type*>(erased);
              if constexpr (ListsSettings<Type>) check_settings_of(type);
              if constexpr (requires { type.check(plan); }) type.check(plan);
          }),
          describe_([](const void* erased, SettingsRecord& to) { detail::describe_type(to, *static_cast<const Type*>(erased)); }) {}

    explicit operator bool() const { return averaging_ != nullptr; }
    /// Throws std::invalid_argument if it is not from 0 to 1.
    [[nodiscard]] double share(const Moment& at) const {
        if (!averaging_) return 0;
        const double share = call_(averaging_.get(), at);
        check_setting("averaging", "the share of a step's weights", share, from_0_to_1);
        return share;
    }
    /// Throws std::invalid_argument if a setting is not accepted, or does not fit the run.
    void check(const RunPlan& plan) const {
        if (averaging_) check_(averaging_.get(), plan);
    }
    /// Which one it is, and its settings, see SettingsRecord.
    void describe(SettingsRecord& to) const {
        if (averaging_)
            describe_(averaging_.get(), to);
        else
            to.kind("none");
    }

private:
    std::shared_ptr<const void> averaging_;
    double (*call_)(const void*, const Moment&) = nullptr;
    void (*check_)(const void*, const RunPlan&) = nullptr;
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/file_error.hpp

// What may be thrown stands in plain denim, so that a program catches what a library built with other flags throws. Nothing of
// it is compiled for one target and run for another: its constructors leave no symbol, and call what stands in the target's namespace.
namespace denim {

/// A file that cannot be read or written: "name: one sentence that says what was expected and what came".
class [[gnu::visibility("default")]] FileError : public std::runtime_error {
public:
    [[gnu::always_inline]] FileError(std::string_view name, std::string_view sentence)
        : std::runtime_error(detail::sentence(name, ": ", sentence)) {}
};

}  // namespace denim

namespace denim::inline DENIM_TARGET::detail {

/// A word that came from a file, in quotes, fit for a message: short, and without control characters.
inline std::string in_quotes(std::string_view word) {
    constexpr std::size_t longest = 80;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "'";
    for (const char letter : word.substr(0, longest)) {
        const auto code = static_cast<unsigned char>(letter);
        if (code >= 0x20 && code < 0x7f)
            text += letter;
        else
            ((text += "\\x") += digits[code / 16]) += digits[code % 16];
    }
    return text + (word.size() > longest ? "...'" : "'");
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/machine/file_descriptor.hpp

// The door to the operating system's files: whole reads and writes with errors that name the file.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace denim::inline DENIM_TARGET::detail {

/// The operating system's words for the last error.
inline std::string system_reason(int code = errno) { return std::generic_category().message(code); }

/// "folder", "pipe", ...: what stands there in place of a regular file.
inline const char* kind_of_file(mode_t mode) {
    if (S_ISDIR(mode)) return "folder";
    return S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device";
}

/// 64 bits that change when a file is written: of its size and when it was written last.
inline std::uint64_t file_stamp(const struct stat& status) {
    const auto mix = [](std::uint64_t sum, auto part) { return (sum ^ static_cast<std::uint64_t>(part)) * 0x9E3779B97F4A7C15u; };
#if defined(__APPLE__)
    const auto& written = status.st_mtimespec;
#else
    const auto& written = status.st_mtim;
#endif
    std::uint64_t sum = mix(mix(mix(1, status.st_size), written.tv_sec), written.tv_nsec);
    return sum ^ sum >> 32;
}

/// An open file, closed at the end of its life.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)), size_(other.size_) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(number_, other.number_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~FileDescriptor() { close(); }

    /// Opens a regular file for reading.
    static FileDescriptor open(const std::filesystem::path& path) {
        // Without O_NONBLOCK, opening a pipe waits for its writer.
        FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
        if (!file) throw FileError(path.string(), "cannot be opened for reading: " + system_reason());
        struct stat status;
        if (::fstat(file.number_, &status) != 0) throw FileError(path.string(), "cannot be examined: " + system_reason());
        if (!S_ISREG(status.st_mode)) throw FileError(path.string(), std::string{"a regular file was expected, it is a "} + kind_of_file(status.st_mode));
        file.size_ = static_cast<std::uint64_t>(status.st_size);
        return file;
    }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }
    /// Bytes of the file when it was opened.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// See file_stamp; of the file as it is now.
    [[nodiscard]] std::uint64_t stamp(const std::string& name) const {
        struct stat status;
        if (::fstat(number_, &status) != 0) throw FileError(name, "cannot be examined: " + system_reason());
        return file_stamp(status);
    }

    /// Fills `to` from `offset` on, and says how many bytes the file had.
    std::size_t read(std::uint64_t offset, std::span<std::byte> to, const std::string& name) const {
        std::size_t done = 0;
        while (done < to.size()) {
            const auto count =
                ::pread(number_, to.data() + done, std::min(to.size() - done, largest_call), static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw FileError(name, "cannot be read: " + system_reason());
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    /// Writes all of `from` at `offset`.
    void write(std::uint64_t offset, std::span<const std::byte> from, const std::string& name) const {
        while (!from.empty()) {
            const auto count = ::pwrite(number_, from.data(), std::min(from.size(), largest_call), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) throw FileError(name, "cannot be written: " + system_reason(count == 0 ? ENOSPC : errno));
            from = from.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }

    /// Waits until all that was written is on the disk. A file system that cannot tell is no error: it is said once, on standard
    /// error.
    void sync(const std::string& name) const {
        int code = 0;
        do code = ::fsync(number_) == 0 ? 0 : errno;
        while (code == EINTR);
        if (code == 0) return;
        if (code != EINVAL && code != ENOSYS && code != EOPNOTSUPP && code != ENOTSUP && code != EROFS)
            throw FileError(name, "cannot be written: " + system_reason(code));
        static std::atomic_flag said;
        if (said.test_and_set()) return;
        std::fprintf(stderr, "denim: %s: its file system cannot sync files (%s); what is written may be lost if the machine stops\n",
                     name.c_str(), system_reason(code).c_str());
    }

    /// Claims the file for this opening of it, in this process or another, until it is closed (or the process ends). False where
    /// another opening has it, or the file system knows no locks.
    [[nodiscard]] bool claim() const {
        int done = 0;
        do done = ::flock(number_, LOCK_EX | LOCK_NB);
        while (done != 0 && errno == EINTR);
        return done == 0;
    }

    /// False if closing brought a late error to light.
    bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    static constexpr std::size_t largest_call = std::size_t{1} << 30;
    int number_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/machine/append_to_file.hpp

namespace denim::inline DENIM_TARGET {

/// Appends a text to a file of `size` bytes and syncs it. Gives false, and the file stays as it is, where it has another size or is
/// no regular file; throws FileError where it cannot be written, and then it has its old size again.
inline bool append_to_file(const std::filesystem::path& path, std::uint64_t size, std::string_view text) {
    const detail::FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status;
    if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) != size)
        return false;
    try {
        file.write(size, std::as_bytes(std::span{text.data(), text.size()}), path.string());
        file.sync(path.string());
    } catch (const FileError&) {
        static_cast<void>(!::ftruncate(file.number(), static_cast<off_t>(size)));
        throw;
    }
    return true;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/replaced_file.hpp

namespace denim::inline DENIM_TARGET::detail {

/// Where a name leads through symbolic links, be a file there yet or not.
inline std::filesystem::path behind_links(std::filesystem::path path) {
    const std::string name = path.string();
    std::error_code error;
    for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
        if (links == 40) throw FileError(name, "cannot be written: " + system_reason(ELOOP));
        path = path.parent_path() / std::filesystem::read_symlink(path, error);
    }
    return path;
}

/// The file that another one is about to take the place of, as far as the new one has to be like it.
class ReplacedFile {
public:
    /// Nothing where there is no such file yet. Throws FileError under `name` where there is something else, which nobody wants to
    /// lose to a file, or one that may not be written.
    static std::optional<ReplacedFile> at(const std::filesystem::path& path, const std::string& name) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) return std::nullopt;
        if (S_ISDIR(status.st_mode)) throw FileError(name, "cannot be written: it is a folder");
        if (!S_ISREG(status.st_mode))
            throw FileError(name, sentence("cannot be written: a regular file was expected, it is a ", kind_of_file(status.st_mode)));
        if (::access(path.c_str(), W_OK) != 0) throw FileError(name, "cannot be written: " + system_reason());
        return ReplacedFile{status.st_mode & 07777, status.st_uid, status.st_gid};
    }

    /// Gives the new file the mode, and the owner and the group where that is allowed. Where it keeps another group, that group may
    /// no more than everybody.
    void hand_over(const FileDescriptor& to) const {
        if (::fchown(to.number(), owner_, group_) != 0) static_cast<void>(::fchown(to.number(), ~uid_t{0}, group_));
        struct stat now {};
        if (::fstat(to.number(), &now) != 0) return;
        mode_t mode = mode_;
        if (now.st_uid != owner_) mode &= ~mode_t{S_ISUID};
        if (now.st_gid != group_) mode = (mode & ~mode_t{S_ISGID | S_IRWXG}) | (mode & (mode & S_IRWXO) << 3);
        static_cast<void>(::fchmod(to.number(), mode));
    }

private:
    ReplacedFile(mode_t mode, uid_t owner, gid_t group) : mode_(mode), owner_(owner), group_(group) {}

    mode_t mode_;
    uid_t owner_;
    gid_t group_;
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/machine/atomic_file.hpp

#include <random>

namespace denim::inline DENIM_TARGET {

/// A file that appears whole or not at all: bytes go to a temporary name in the same folder; `commit` syncs them to the disk
/// and renames. Until then an older file of the name stays as it was, and without `commit` nothing is left behind.
/// Through a symbolic link the link's target is written. The file keeps the mode, and where that is allowed the owner, of the one
/// that it replaces. Every error (no folder, no right, full disk, a name that leads to a folder, a device or a pipe) is a
/// FileError. The temporary file is locked as long as somebody writes it.
class AtomicFile {
public:
    explicit AtomicFile(const std::filesystem::path& path) : path_(path), name_(path.string()) {
        if (!path_.has_filename()) throw FileError(name_, "a file name was expected");
        const auto replaced = detail::ReplacedFile::at(path_, name_);
        path_ = detail::behind_links(path_);
        while (!open_temporary(replaced ? S_IRUSR | S_IWUSR : 0666)) {}
        if (replaced) replaced->hand_over(file_);
    }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile() { discard(); }

    /// The name that the file will have.
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Bytes written so far.
    [[nodiscard]] std::uint64_t size() const { return written_ + buffer_.size(); }

    /// Appends.
    void write(std::span<const std::byte> bytes) {
        if (buffer_.size() + bytes.size() > buffered) flush();
        if (bytes.size() >= buffered) {
            file_.write(written_, bytes, name_);
            written_ += bytes.size();
        } else {
            buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
        }
    }
    void write(std::string_view text) { write(std::as_bytes(std::span{text.data(), text.size()})); }

    /// Writes again what stands at `offset`, for sizes that are known late.
    void overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
        flush();
        file_.write(offset, bytes, name_);
    }

    /// Makes the file appear under its name; call it once, at the end.
    void commit() {
        flush();
        file_.sync(name_);
        const detail::FileDescriptor claimed{::dup(file_.number())};  // until the file has its name
        if (!file_.close()) throw FileError(name_, "cannot be written: " + detail::system_reason());
        if (::rename(temporary_.c_str(), path_.c_str()) != 0)
            throw FileError(name_, "cannot be given its name: " + detail::system_reason());
        temporary_.clear();
        // The new name reaches the disk with its folder; file systems that cannot sync folders do without.
        const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path{"."};
        const detail::FileDescriptor directory{::open(folder.c_str(), O_RDONLY | O_CLOEXEC)};
        if (directory) static_cast<void>(::fsync(directory.number()));
    }

    /// Throws a FileError where a file of this name could not be written now, and leaves nothing behind.
    static void try_writing(const std::filesystem::path& path) { const AtomicFile attempt{path}; }

    /// Removes the temporary files in a folder that nobody writes any more, of programs that were killed meanwhile. Those that
    /// another process, or this one, is writing stay.
    static void remove_abandoned(const std::filesystem::path& folder) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator{folder, ignored}) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with(".denim-") || !name.ends_with(".partial")) continue;
            const detail::FileDescriptor file{::open(entry.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
            struct stat status;
            if (file && ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode) && file.claim())
                ::unlink(entry.path().c_str());
        }
    }

private:
    // False if the name was taken, or somebody who cleans up was here before the file was claimed: then another name.
    bool open_temporary(mode_t mode) {
        std::random_device random;
        std::array<char, 40> word{};
        std::snprintf(word.data(), word.size(), ".denim-%08x%08x.partial", random(), random());
        temporary_ = path_.parent_path() / word.data();
        file_ = detail::FileDescriptor{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
        if (!file_ && errno == EEXIST) return false;
        if (!file_) throw FileError(name_, "cannot be written into its folder: " + detail::system_reason());
        const bool claimed = file_.claim(), taken = !claimed && errno == EWOULDBLOCK;  // else there are no locks here
        struct stat status;
        return !taken && ::fstat(file_.number(), &status) == 0 && status.st_nlink > 0;
    }
    void flush() {
        file_.write(written_, buffer_, name_);
        written_ += buffer_.size();
        buffer_.clear();
    }
    void discard() noexcept {
        if (temporary_.empty()) return;
        file_.close();
        ::unlink(temporary_.c_str());
    }

    static constexpr std::size_t buffered = std::size_t{1} << 18;
    std::filesystem::path path_, temporary_;
    std::string name_;
    detail::FileDescriptor file_;
    std::uint64_t written_ = 0;
    std::vector<std::byte> buffer_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/shared_numbers.hpp

namespace denim::inline DENIM_TARGET {

/// Numbers that many keep and nobody changes: copies of it share them.
class SharedNumbers {
public:
    SharedNumbers() = default;
    /// Copies them.
    SharedNumbers(const std::vector<float>& numbers)  // NOLINT: meant to convert
        : numbers_(std::make_shared<AlignedArray<float>>(numbers)) {}
    explicit SharedNumbers(std::shared_ptr<const AlignedArray<float>> numbers) : numbers_(std::move(numbers)) {}

    [[nodiscard]] std::size_t size() const { return numbers_ ? numbers_->size() : 0; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] const float* data() const { return numbers_ ? numbers_->data() : nullptr; }
    [[nodiscard]] const float* begin() const { return data(); }
    [[nodiscard]] const float* end() const { return data() + size(); }

private:
    std::shared_ptr<const AlignedArray<float>> numbers_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/kept_weights.hpp

namespace denim::inline DENIM_TARGET {

/// Copies of a network's weights for all who keep some in a run. Who keeps weights of the same bits has the same copy, and the
/// memory of a copy that nobody keeps any more is taken for the next one: its pages are there already.
class KeptWeights {
public:
    /// A copy, which stays as it is; any thread may let go of it.
    SharedNumbers keep(std::span<const float> weights) {
        std::erase_if(kept_, [](const auto& each) { return each.expired(); });
        for (const auto& each : kept_)
            if (auto same = each.lock(); same && same->size() == weights.size() &&
                                         std::memcmp(same->data(), weights.data(), weights.size_bytes()) == 0)
                return SharedNumbers{std::move(same)};
        std::unique_ptr<Numbers> numbers = idle_->take();
        if (numbers && numbers->size() == weights.size())
            std::ranges::copy(weights, numbers->data());
        else
            numbers = std::make_unique<Numbers>(weights);
        const std::shared_ptr<const Numbers> copy{numbers.release(), GiveBack{idle_}};
        kept_.push_back(copy);
        return SharedNumbers{copy};
    }

private:
    using Numbers = AlignedArray<float>;

    class Idle {
    public:
        std::unique_ptr<Numbers> take() {
            const std::scoped_lock lock{mutex_};
            if (all_.empty()) return nullptr;
            std::unique_ptr<Numbers> last = std::move(all_.back());
            all_.pop_back();
            return last;
        }
        void put(std::unique_ptr<Numbers> numbers) {
            const std::scoped_lock lock{mutex_};
            all_.push_back(std::move(numbers));
        }

    private:
        std::mutex mutex_;
        std::vector<std::unique_ptr<Numbers>> all_;
    };

    struct GiveBack {
        std::weak_ptr<Idle> to;  // gone with the run, unlike a copy that a callback still has
        void operator()(Numbers* given) const noexcept {
            std::unique_ptr<Numbers> numbers{given};
            try {
                if (const auto idle = to.lock()) idle->put(std::move(numbers));
            } catch (...) {  // no memory for the list: then the numbers go too
            }
        }
    };

    std::shared_ptr<Idle> idle_ = std::make_shared<Idle>();
    std::vector<std::weak_ptr<const Numbers>> kept_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/architecture.hpp

#include <cctype>

namespace denim::inline DENIM_TARGET::detail {

/// Spelled layers with what each Recompute is named as: "Recompute<A, B>" becomes "Sequential<A, B>", and "Recompute<A>" becomes "A". How
/// a network is trained is no part of what its weights are.
DENIM_ONCE std::string without_recompute(std::string text);

/// "Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, ...>", alike on every compiler, with Recompute the same as without; behind it blocks
/// with names of their own, and what they stand for: "; Basic<64>: Sequential<...>".
DENIM_ONCE std::string architecture_of(const GraphTable& graph);
template <class Network>
std::string architecture_of() {
    return architecture_of(graph_table<typename Network::Graph>);
}

}  // namespace denim::inline DENIM_TARGET::detail

// ---- denim/network/describe_dropout.hpp

namespace denim::inline DENIM_TARGET::detail {

/// "2.rate = 0.5" for each layer of a network that has a rate. The other settings of layers stand in the rows.
DENIM_ONCE void describe_dropout(const GraphTable& graph, std::span<const LayerSettings> settings, SettingsRecord& to);

}  // namespace denim::inline DENIM_TARGET::detail

// ---- denim/training/samples.hpp

namespace denim::inline DENIM_TARGET {

/// What networks learn from: anything with `images` (N, H, W, C) and `labels` (N), for example a DataSet; a network with
/// several heads takes labels (N, heads), with `no_label` where a picture has none for a head.
template <class Type>
concept LabelledImages = requires(const Type& set) {
    set.images;
    set.labels;
};

/// What `fit`, `evaluate` and their like take: sets in memory, and sources that are read as they are needed.
template <class Type>
concept LearnableSet = LabelledImages<Type> || PictureSource<Type>;

/// Images and labels side by side, where they are two arrays.
template <class Images, class Labels>
struct LabelledPair {
    const Images& images;
    const Labels& labels;
};
template <class Images, class Labels>
LabelledPair(const Images&, const Labels&) -> LabelledPair<Images, Labels>;

/// Pictures with the number of the right class of each, checked against the network that learns from them.
struct Samples {
    Pictures pictures;  ///< of a source, how many of which shape there are
    std::optional<SourceReference> source;  ///< where pictures are read from that are not in memory
    std::span<const std::int32_t> labels;
    std::vector<std::int32_t> kept;  ///< the labels, where they were not contiguous 32-bit integers
    std::size_t heads = 1;           ///< labels of each picture
    std::vector<float> numbers;      ///< (N, outputs), instead of labels, where the loss wants these
    std::vector<std::uint32_t> places = {};  ///< of the pictures in their source, once some were left out

    Samples() = default;
    Samples(const Samples&) = delete;
    Samples(Samples&&) = default;
    Samples& operator=(const Samples&) = delete;
    Samples& operator=(Samples&&) = default;
    ~Samples() = default;

    [[nodiscard]] std::size_t count() const { return pictures.count; }
    /// Numbers of each picture.
    [[nodiscard]] std::size_t width() const { return count() == 0 ? 0 : numbers.size() / count(); }
    [[nodiscard]] Targets targets() const { return {labels, numbers}; }
    /// Of a sample, in its source.
    [[nodiscard]] std::size_t place(std::size_t sample) const { return places.empty() ? sample : places[sample]; }
    /// Whether pictures are bytes, else floats.
    [[nodiscard]] bool bytes() const { return source ? source->bytes() : pictures.bytes != nullptr; }

    /// The targets that a loss wants.
    template <LearnableSet Set>
    static Samples of(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                      const Loss& loss) {
        if (loss.wants() == Wants::numbers) {
            if constexpr (LabelledImages<Set> || has_numbers<Set>)
                return with_numbers(set, input, heads, name, loss);
            else
                fail("the loss wants numbers, but the source of the " + name + " set has no member number(index, output)");
        } else if constexpr (has_labels<Set>) {
            return of(set, input, heads, name);
        } else {
            fail("the loss wants labels, whole numbers from 0, but the labels of the " + name + " set are fractions");
        }
    }

    /// Labels. Throws if the set is empty, the counts differ, or a label is not below the classes of its head. `name` stands in
    /// the message.
    template <LabelledImages Set>
    static Samples of(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name) {
        using Label = std::remove_cvref_t<decltype(*set.labels.begin())>;
        static_assert(std::integral<Label>, "denim: labels are whole numbers: the class of each picture, from 0.");
        Samples samples;
        samples.pictures = Pictures::of(set.images, input);
        samples.heads = heads.size();
        if (heads.size() == 1 && set.labels.dimension() != 1)
            fail("the labels of the " + name + " set were expected as one array of shape (N,), but they have " +
                 std::to_string(set.labels.dimension()) + " dimensions");
        if (heads.size() > 1 && (set.labels.dimension() != 2 || set.labels.shape(1) != heads.size()))
            fail("the network has " + std::to_string(heads.size()) + " heads, so the labels of the " + name +
                 " set were expected in the shape (N, " + std::to_string(heads.size()) + "), but theirs is " +
                 detail::shape_text(set.labels.shape()));
        samples.kept.reserve(set.labels.size());
        in_row_major_order(set.labels, [&](const Label label) { samples.add_label(label, heads, name); });
        samples.labels = samples.kept;
        if (samples.count() == 0) fail("the " + name + " set is empty; at least one picture was expected");
        if (samples.labels.size() != samples.count() * heads.size())
            fail("the " + name + " set has " + std::to_string(samples.count()) + " pictures, but " +
                 std::to_string(samples.labels.size() / heads.size()) + " labels; expected one for each");
        return samples;
    }

    /// The same of a source, which outlives them: `label(index)`, or `label(index, head)` for a network with several heads.
    template <PictureSource Source>
        requires(!LabelledImages<Source>)
    static Samples of(const Source& source, Shape input, std::span<const std::size_t> heads, const std::string& name) {
        Samples samples = without_targets(SourceReference{source}, input, name);
        samples.heads = heads.size();
        samples.kept.reserve(samples.count() * heads.size());
        constexpr bool by_head = requires { source.label(std::size_t{}, std::size_t{}); };
        if (heads.size() > 1 && !by_head)
            fail("the network has " + std::to_string(heads.size()) + " heads, but the source of the " + name +
                 " set has no member label(index, head)");
        for (std::size_t index = 0; index < samples.count(); ++index)
            for (std::size_t head = 0; head < heads.size(); ++head)
                if constexpr (by_head)
                    samples.add_label(heads.size() == 1 ? source.label(index) : source.label(index, head), heads, name);
                else
                    samples.add_label(source.label(index), heads, name);
        samples.labels = samples.kept;
        return samples;
    }

    /// Numbers. Throws if the set is empty, there is not one number for each output of each picture, or the loss does not
    /// accept one.
    template <LearnableSet Set>
    static Samples with_numbers(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                                const Loss& loss) {
        Samples samples;
        if (heads.size() != 1)
            fail("the loss wants numbers for one output, but the network has " + std::to_string(heads.size()) + " heads");
        const std::size_t outputs = heads[0];
        if constexpr (LabelledImages<Set>) {
            samples.pictures = Pictures::of(set.images, input);
            const std::size_t count = samples.count();
            if (count == 0) fail("the " + name + " set is empty; at least one picture was expected");
            const auto& shape = set.labels.shape();
            if (set.labels.size() != count * outputs || !(shape.size() == 2 || (shape.size() == 1 && outputs == 1)))
                fail("the loss wants labels of the " + name + " set in the shape (" + std::to_string(count) + ", " +
                     std::to_string(outputs) + "), a number for each output of each picture, but theirs is " + detail::shape_text(shape));
            samples.numbers.reserve(set.labels.size());
            in_row_major_order(set.labels, [&](const auto label) { samples.add_number(static_cast<float>(label), outputs, name, loss); });
        } else {
            samples = without_targets(SourceReference{set}, input, name);
            samples.numbers.reserve(samples.count() * outputs);
            for (std::size_t index = 0; index < samples.count(); ++index)
                for (std::size_t output = 0; output < outputs; ++output) samples.add_number(set.number(index, output), outputs, name, loss);
        }
        return samples;
    }

    /// Goes on without these samples of a source, named in order: pictures, targets and `logits`, as many for each sample.
    template <class Scalar>
    void leave_out(std::span<const std::uint32_t> left, std::vector<Scalar>& logits) {
        if (left.empty()) return;
        const std::size_t before = count(), numbers_of_each = width();
        if (places.empty())
            for (std::size_t sample = 0; sample < before; ++sample) places.push_back(static_cast<std::uint32_t>(sample));
        const auto erase = [&](auto& from, std::size_t each) {
            std::size_t to = 0;
            for (std::size_t sample = 0, next = 0; sample < before; ++sample) {
                if (next < left.size() && left[next] == sample) {
                    ++next;
                    continue;
                }
                for (std::size_t n = 0; n < each; ++n) from[to++] = from[sample * each + n];
            }
            from.resize(to);
        };
        erase(logits, logits.size() / before);
        erase(kept, kept.size() / before);
        erase(numbers, numbers_of_each);
        erase(places, 1);
        labels = kept;
        pictures.count = before - left.size();
    }

    /// The pictures of a source alone.
    static Samples without_targets(const SourceReference& source, Shape input, const std::string& name) {
        Samples samples;
        samples.source = source;
        samples.pictures = {source.shape(), source.size()};
        if (source.shape() != input)
            fail("the network takes pictures of shape " + to_string(input) + ", but the source of the " + name + " set gives the shape " +
                 to_string(source.shape()));
        if (source.size() == 0) fail("the " + name + " set is empty; at least one picture was expected");
        if (source.size() > std::numeric_limits<std::uint32_t>::max())
            fail("the " + name + " set has " + std::to_string(source.size()) + " pictures; fewer than 2^32 were expected");
        return samples;
    }

private:
    template <class Set>
    static constexpr bool has_numbers = requires(const Set& set) { static_cast<float>(set.number(std::size_t{}, std::size_t{})); };
    template <class Set>
    static consteval bool labels_of() {
        if constexpr (LabelledImages<Set>)
            return std::integral<std::remove_cvref_t<decltype(*std::declval<const Set&>().labels.begin())>>;
        else
            return true;
    }
    template <class Set>
    static constexpr bool has_labels = labels_of<Set>();

    template <class Label>
    void add_label(Label of_source, std::span<const std::size_t> heads_of_network, const std::string& name) {
        const auto label = detail::label_number(of_source);
        const std::size_t head = kept.size() % heads, picture = kept.size() / heads;
        const bool none = heads > 1 && std::cmp_equal(label, no_label);
        if (!none && (std::cmp_less(label, 0) || std::cmp_greater_equal(label, heads_of_network[head]))) {
            const std::string outputs = std::to_string(heads_of_network[head]), last = std::to_string(heads_of_network[head] - 1);
            fail("label number " + std::to_string(picture) + " of the " + name + " set is " + std::to_string(label) +
                 (heads == 1 ? ", but the network's last layer has " + outputs + " outputs: labels go from 0 to " + last
                             : " for head " + std::to_string(head) + ", but that has " + outputs + " outputs: labels go from 0 to " + last +
                                   ", or are " + std::to_string(no_label) + " for no label"));
        }
        kept.push_back(static_cast<std::int32_t>(label));
        const auto last_picture = std::span{kept}.last(std::min(heads, kept.size()));
        if (heads > 1 && head + 1 == heads && std::ranges::all_of(last_picture, [](auto each) { return each == no_label; }))
            fail("picture " + std::to_string(picture) + " of the " + name + " set has no label for any head; expected one at least");
    }
    void add_number(float number, std::size_t outputs, const std::string& name, const Loss& loss) {
        if (!is_finite(number) || !loss.accepts(number))
            fail("number " + std::to_string(numbers.size() % outputs) + " of picture " + std::to_string(numbers.size() / outputs) +
                 " of the " + name + " set is " + detail::general(static_cast<double>(number)) + ", which the loss does not accept");
        numbers.push_back(number);
    }

    [[noreturn]] static void fail(const std::string& what) { throw std::invalid_argument("denim: " + what); }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/learner.hpp

// A network that learns, without its type: what the training loop, callbacks and files see.

namespace denim::inline DENIM_TARGET {

/// Mean loss and accuracy of logits (N, outputs) against targets, see head_losses.
template <class OneLoss, class Scalar>
Score score(const OneLoss& loss, std::span<const Scalar> logits, const Targets& targets, std::span<const std::size_t> heads,
            std::span<const float> weights = {}) {
    Score mean{0, 0};
    std::vector<Scalar> gradient(std::accumulate(heads.begin(), heads.end(), std::size_t{0}));
    const std::size_t count = logits.size() / gradient.size();
    for (std::size_t n = 0; n < count; ++n) {
        const HeadLosses sample =
            head_losses(loss, logits.data() + n * gradient.size(), heads, targets, n, weights, gradient.data(), 1);
        mean.loss += sample.loss;
        mean.accuracy += sample.right;
    }
    mean.loss /= static_cast<double>(count);
    mean.accuracy /= static_cast<double>(count);
    return mean;
}

/// The run-time interface of a network in training.
class Learner {
public:
    Learner() = default;
    Learner(const Learner&) = delete;
    Learner& operator=(const Learner&) = delete;
    virtual ~Learner() = default;

    /// Forward and backward over a batch; the gradients wait in `gradients()`.
    virtual StepResult step(const Batch& batch) = 0;
    /// Logits (N, outputs) of the network as it is now, on other samples.
    [[nodiscard]] virtual std::vector<float> logits(const Samples& samples) = 0;
    /// Mean loss and accuracy of logits; with several heads a picture counts as right where all that have a label are.
    [[nodiscard]] virtual Score score(std::span<const float> logits, const Samples& samples) const = 0;

    [[nodiscard]] virtual Shape input() const = 0;
    /// All logits of a picture.
    [[nodiscard]] virtual std::size_t classes() const = 0;
    /// How many of them each head has.
    [[nodiscard]] virtual std::span<const std::size_t> heads() const = 0;
    /// What each head gives, see Network::gives; empty where that is not known.
    [[nodiscard]] virtual std::span<const Gives> gives() const { return {}; }
    /// What a head ends in, where that makes shares of its logits.
    [[nodiscard]] virtual Squash ends_in(std::size_t /*head*/) const { return Squash::none; }
    /// The network's type, as users write it.
    [[nodiscard]] virtual std::string architecture() const = 0;
    /// What it is: its type, and how its layers behave beside what `rows` says.
    virtual void describe(SettingsRecord& to) const = 0;
    /// A table of the layers.
    [[nodiscard]] virtual std::string summary() const = 0;

    [[nodiscard]] virtual std::span<float> parameters() = 0;
    [[nodiscard]] virtual std::span<float> gradients() = 0;
    /// As the settings are now.
    [[nodiscard]] virtual std::span<const Row> rows() const = 0;
    /// How each layer behaves, see Network::all_settings; what is changed here takes effect at the next step.
    [[nodiscard]] virtual std::span<LayerSettings> settings() = 0;
};

/// A network as it learns, by itself or with peers that compute parts of each batch. It works on what the network holds; that and they outlive it.
class NetworkLearner final : public Learner {
public:
    template <class Network>
    NetworkLearner(Network& network, std::size_t largest_batch, const LossOfHeads& loss, std::vector<float> head_weights = {}, Peers<float>* peers = nullptr)
        : NetworkLearner(network.state(), type_of<Network>, largest_batch, loss, std::move(head_weights), peers) {
        static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
        static_assert(std::is_same_v<typename Network::Scalar, float>,
                      "denim: fit: networks learn in fp32; a network of Plain<double> is for checks, through a Trainer.");
    }
    DENIM_ONCE ~NetworkLearner() override;

    DENIM_ONCE StepResult step(const Batch& batch) override;
    std::vector<float> logits(const Samples& samples) override {
        samples.pictures.check(input());
        std::vector<float> all(samples.pictures.count * classes());
        if (!predictor_) predictor_.emplace(type_.answers);
        predictor_->take(state_.parameters.data(), state_.settings);
        predictor_->predict(samples.pictures, all.data());
        return all;
    }
    Score score(std::span<const float> logits, const Samples& samples) const override {
        return denim::score<LossOfHeads, float>(loss_, logits, samples.targets(), heads(), head_weights_);
    }
    Shape input() const override { return graph().input; }
    std::size_t classes() const override { return graph().output.size(); }
    std::span<const std::size_t> heads() const override { return graph().heads; }
    std::span<const Gives> gives() const override { return state_.gives; }
    Squash ends_in(std::size_t head) const override {
        const std::span<const Entry> entries = graph().entries;
        std::size_t value = heads().size() > 1 ? entries.back().from[head] : graph().result;
        while (value > 0 && entries[value - 1].has_rate) value = entries[value - 1].from[0];  // a Dropout at the end
        return value > 0 ? entries[value - 1].squash : Squash::none;
    }
    std::string architecture() const override { return detail::architecture_of(graph()); }
    void describe(SettingsRecord& to) const override {
        to("architecture", architecture())("arithmetic", detail::spelling_in(type_.said_of_numbers));
        detail::describe_dropout(graph(), state_.settings, to);
    }
    std::string summary() const override { return detail::summary_of(graph(), type_.lines, rows(), type_.precision); }
    std::span<float> parameters() override { return state_.parameters.span(); }
    std::span<float> gradients() override { return trainer_.gradients(); }
    std::span<const Row> rows() const override {
        state_.update_rows();  // what has changed through `settings` arrives
        return state_.rows;
    }
    std::span<LayerSettings> settings() override { return state_.settings; }

private:
    /// Of a network's type, what learning asks for.
    struct Type {
        const PlanTable<float>&learns, &answers;
        std::span<const detail::NodeLine> lines;
        std::string_view precision, said_of_numbers;
    };
    template <class Network, class Numbers = typename Network::Numbers>
    static constexpr Type type_of{table_of<Plan<typename Network::Graph, Numbers, Mode::training>>,
                                  table_of<Plan<typename Network::Graph, Numbers, Mode::inference>>,
                                  detail::node_lines<Plan<typename Network::Graph, Numbers, Mode::training>>, Numbers::precision,
                                  detail::said_of<Numbers>()};

    NetworkLearner(NetworkState<float>& state, const Type& type, std::size_t largest_batch, const LossOfHeads& loss, std::vector<float> head_weights,
                   Peers<float>* peers);

    [[nodiscard]] const GraphTable& graph() const { return *state_.graph; }
    static HeadLosses answer(const void* learner, const Batch& batch, std::size_t sample, const float* logits, float* gradient) {
        const auto& self = *static_cast<const NetworkLearner*>(learner);
        return losses_of_sample(self.loss_, self.heads(), batch, sample, logits, gradient);
    }

    NetworkState<float>& state_;
    const Type& type_;
    LossOfHeads loss_;
    BatchTrainer<float> trainer_;
    std::optional<BatchPredictor<float>> predictor_;  // in memory that is there from one epoch to the next
    std::vector<float> head_weights_;
};

}  // namespace denim::inline DENIM_TARGET

// ---- denim/training/snapshot.hpp

#include <map>

namespace denim::inline DENIM_TARGET {

/// What callbacks remember of a run, by name.
struct CallbackMemory {
    std::map<std::string, double> numbers = {};
    std::map<std::string, SharedNumbers> arrays = {};
};

/// All that a run needs to go on as if it had never stopped. Random numbers come from counters, so the step and the epoch are
/// their whole state.
template <class Numbers>
struct SnapshotOf {
    SettingsRecord run = {};  ///< network, sets, options and callbacks: another run cannot go on from here
    Numbers parameters = {}, optimizer = {};
    Numbers average = {};                          ///< of the parameters, where there is one
    std::uint64_t step = 0;                        ///< that the optimizer has taken
    std::size_t epoch = 0, batch = 0, images = 0;  ///< see Run
    Score train = {0, 0};
    double seconds = 0;
    float rate = 0;
    bool finished = false;  ///< a callback has ended the run
    History history = {};
    CallbackMemory memory = {};

    /// A view of it.
    operator SnapshotOf<std::span<const float>>() const  // NOLINT: meant to convert
        requires(!std::is_same_v<Numbers, std::span<const float>>)
    {
        return {run, parameters, optimizer, average, step, epoch, batch, images, train, seconds, rate, finished, history, memory};
    }
};

/// One that has its numbers, and one whose numbers stand where they are: of a run, until its next step.
using Snapshot = SnapshotOf<std::vector<float>>;
using SnapshotView = SnapshotOf<std::span<const float>>;

/// What takes snapshots and goes on from them: the training loop.
class Resumable {
public:
    Resumable() = default;
    Resumable(const Resumable&) = delete;
    Resumable& operator=(const Resumable&) = delete;
    virtual ~Resumable() = default;

    /// What the run is; it is made when it is asked for the first time, which has to be before the first step: in on_begin.
    virtual const SettingsRecord& record() = 0;
    /// The run as it stands, nothing of it copied. Throws std::logic_error if nobody has asked for the record.
    [[nodiscard]] virtual SnapshotView snapshot() const = 0;
    /// Call it before the run begins, from on_begin. Throws std::invalid_argument if the snapshot is of another run, naming what
    /// differs with both values.
    virtual void resume(const SnapshotView& snapshot) = 0;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/callback.hpp

namespace denim::inline DENIM_TARGET {

/// A run of `fit` as callbacks see it.
struct Run {
    Learner& learner;
    History& history;                 ///< the epochs that have ended
    std::size_t epochs = 0;           ///< wanted
    std::size_t epoch = 0;            ///< under way, from 1
    std::size_t batches = 0;          ///< in an epoch
    std::size_t batch = 0;            ///< done in this epoch
    std::size_t images = 0;           ///< seen in this epoch
    std::size_t training_images = 0;  ///< in the training set
    Score train = {};                 ///< mean of this epoch so far
    double seconds = 0;               ///< since this epoch began
    double waited = 0;                ///< of these, the ones in which the network waited for pictures
    bool reads = false;               ///< the training set is a source, see PictureSource
    float rate = 0;                   ///< the learning rate; a callback may change it, unless fit has a schedule
    bool stop = false;                ///< a callback sets it: the run ends after this batch
    bool interrupted =
        false;  ///< set with `stop` by what may go on later: the run ends without this epoch, and fit throws Interrupted
    const Samples* validation = nullptr;            ///< null where there is none
    std::span<const float> validation_logits = {};  ///< (N, classes), in on_epoch
    Resumable* resumable = nullptr;                 ///< takes and restores snapshots
    std::vector<std::shared_ptr<const void>> kept = {};  ///< what a callback wants alive until the run ends, by an exception too
    KeptWeights copies = {};                             ///< what callbacks keep of the weights

    /// Whether the epoch has ended, and stands in the history.
    [[nodiscard]] bool between_epochs() const { return history.epochs.size() == epoch; }
    /// A copy of the weights as they are now; callbacks that keep the same ones share it.
    [[nodiscard]] SharedNumbers keep_weights() { return copies.keep(learner.parameters()); }
};

namespace detail {

template <class Type>
concept HearsBegin = requires(Type& callback, Run& run) { callback.on_begin(run); };
template <class Type>
concept HearsReady = requires(Type& callback, Run& run) { callback.on_ready(run); };
template <class Type>
concept HearsBatch = requires(Type& callback, Run& run) { callback.on_batch(run); };
template <class Type>
concept HearsEpoch = requires(Type& callback, Run& run) { callback.on_epoch(run); };
template <class Type>
concept HearsRest = requires(Type& callback, Run& run) { callback.on_rest(run); };
template <class Type>
concept HearsNaN = requires(Type& callback, Run& run) { callback.on_nan(run); };
template <class Type>
concept HearsEnd = requires(Type& callback, Run& run) { callback.on_end(run); };

template <class Type>
concept Remembers = requires(Type& callback, CallbackMemory& memory) {
    callback.remember(memory);
    callback.recall(memory);
};

}  // namespace detail

/// What a class needs to be a callback: at least one of these, each taking a Run&. on_begin; on_ready before the first batch,
/// when all callbacks have begun and a run that goes on stands where it was (files are opened here, so that a folder that cannot
/// be written is an error before anything is learned); on_batch and on_epoch (after them), on_end; on_rest after on_batch and
/// on_epoch, when all callbacks have heard these; on_nan where the loss or a gradient of a step, or a weight behind
/// it, is not finite: somebody has to set `stop`, or fit throws. What has to survive a kill goes through `remember(CallbackMemory&) const` and `recall(const CallbackMemory&)`.
/// One that changes what is learned, or when a run ends, lists its settings (see accepted.hpp) or describes itself (see SettingsRecord):
/// then a checkpoint of others, or of a run without it, is not taken for its own.
template <class Type>
concept Callback = detail::HearsBegin<Type> || detail::HearsReady<Type> || detail::HearsBatch<Type> || detail::HearsEpoch<Type> ||
                   detail::HearsRest<Type> || detail::HearsNaN<Type> || detail::HearsEnd<Type>;

/// A callback without its type; it refers to the caller's object.
class CallbackReference {
public:
    template <Callback Type>
    explicit CallbackReference(Type& callback)
        : callback_(const_cast<void*>(static_cast<const void*>(std::addressof(callback)))),
          name_(&detail::spelling<std::remove_const_t<Type>>) {
        if constexpr (detail::HearsBegin<Type>)
            begin_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_begin(run); };
        if constexpr (detail::HearsReady<Type>)
            ready_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_ready(run); };
        if constexpr (detail::HearsBatch<Type>)
            batch_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_batch(run); };
        if constexpr (detail::HearsEpoch<Type>)
            epoch_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_epoch(run); };
        if constexpr (detail::HearsRest<Type>) rest_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_rest(run); };
        if constexpr (detail::HearsNaN<Type>) nan_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_nan(run); };
        if constexpr (detail::Remembers<Type>) {
            remember_ = [](void* erased, CallbackMemory& memory) { static_cast<Type*>(erased)->remember(memory); };
            recall_ = [](void* erased, CallbackMemory& memory) { static_cast<Type*>(erased)->recall(memory); };
        }
        if constexpr (DescribesItself<Type> || ListsSettings<Type>)
            describe_ = [](const void* erased, SettingsRecord& to) { to("", *static_cast<const Type*>(erased)); };
        if constexpr (detail::HearsEnd<Type>) end_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_end(run); };
    }

    void on_begin(Run& run) const { begin_(callback_, run); }
    void on_ready(Run& run) const { ready_(callback_, run); }
    void on_batch(Run& run) const { batch_(callback_, run); }
    void on_epoch(Run& run) const { epoch_(callback_, run); }
    void on_rest(Run& run) const { rest_(callback_, run); }
    void on_nan(Run& run) const { nan_(callback_, run); }
    void on_end(Run& run) const { end_(callback_, run); }
    void remember(CallbackMemory& memory) const { remember_(callback_, memory); }
    void recall(CallbackMemory& memory) const { recall_(callback_, memory); }

    /// The callback's type.
    [[nodiscard]] std::string name() const { return name_(); }
    [[nodiscard]] bool described() const { return describe_ != nullptr; }
    void describe(SettingsRecord& to) const { describe_(callback_, to); }

private:
    using Hook = void (*)(void*, Run&);
    static constexpr Hook nothing = [](void*, Run&) {};

    using MemoryHook = void (*)(void*, CallbackMemory&);
    static constexpr MemoryHook no_memory = [](void*, CallbackMemory&) {};

    void* callback_;
    std::string (*name_)();
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
    Hook begin_ = nothing, ready_ = nothing, batch_ = nothing, epoch_ = nothing, rest_ = nothing, nan_ = nothing, end_ = nothing;
    MemoryHook remember_ = no_memory, recall_ = no_memory;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/csv_log.hpp

namespace denim::inline DENIM_TARGET {

/// The head of a table of epochs.
inline constexpr std::string_view csv_header =
    "epoch,loss,accuracy,validation_loss,validation_accuracy,rate,images_per_second,seconds\n";

/// An epoch as comma-separated numbers; those that there are not are left empty. A loss that is not a number is `nan` where there
/// is an accuracy beside it.
inline std::string csv_line(const Epoch& epoch) {
    std::string text = std::to_string(epoch.number);
    const auto add = [&](double number, bool there) {
        text += ',';
        if (there) text += detail::general(number, 9);
    };
    for (const Score& score : {epoch.train, epoch.validation}) {
        add(score.loss, !is_nan(score.loss) || !is_nan(score.accuracy));
        add(score.accuracy, !is_nan(score.accuracy));
    }
    for (const double number : {epoch.rate, epoch.images_per_second, epoch.seconds}) add(number, true);
    return text + '\n';
}

/// The history as such lines under their header.
inline std::string csv(const History& history) {
    std::string text{csv_header};
    for (const Epoch& epoch : history.epochs) text += csv_line(epoch);
    return text;
}

/// Keeps a table of all epochs in a file, a line more after each. It is written anew when a run begins or goes on, so that it
/// looks as if that had never stopped; a file that cannot be written is a FileError before anything is learned.
struct CsvLog {
    std::filesystem::path file;

    void on_ready(Run& run) { write(run.history); }
    void on_epoch(Run& run) {
        const std::string line = csv_line(run.history.epochs.back());
        if (size_ > 0 && append_to_file(file, size_, line))
            size_ += line.size();
        else
            write(run.history);
    }

    // What it knows of the file.
    std::uint64_t size_ = 0;

    void write(const History& history) {
        AtomicFile table{file};
        table.write(csv(history));
        size_ = table.size();
        table.commit();
    }
};

static_assert(Callback<CsvLog>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/ctrl_c.hpp

#include <csignal>

namespace denim::inline DENIM_TARGET {

namespace detail {

inline volatile std::sig_atomic_t interrupt_asked = 0;

/// The first signal asks, the second ends the program at once.
inline void ask_to_interrupt(int number) {
    interrupt_asked = 1;
    std::signal(number, SIG_DFL);
}

/// Listens to one signal for as long as it lives; then what the program did with it before is back, with its flags and mask.
class SignalListener {
public:
    explicit SignalListener(int number) : number_(number) {
        struct sigaction listen {};
        listen.sa_handler = ask_to_interrupt;
        listen.sa_flags = SA_RESTART;
        sigemptyset(&listen.sa_mask);
        ::sigaction(number_, &listen, &before_);
    }
    SignalListener(const SignalListener&) = delete;
    SignalListener& operator=(const SignalListener&) = delete;
    ~SignalListener() {
        struct sigaction now {};
        ::sigaction(number_, nullptr, &now);
        const bool of_the_program = (now.sa_flags & SA_SIGINFO) != 0 || (now.sa_handler != ask_to_interrupt && now.sa_handler != SIG_DFL);
        if (!of_the_program) ::sigaction(number_, &before_, nullptr);  // else it was set meanwhile, and stays
    }

private:
    int number_;
    struct sigaction before_ {};
};

/// Listens to both signals for as long as it lives.
class SignalGuard {
public:
    /// The one that all runs of the program share.
    static std::shared_ptr<SignalGuard> shared() {
        static std::mutex mutex;
        static std::weak_ptr<SignalGuard> one;
        const std::scoped_lock lock{mutex};
        std::shared_ptr<SignalGuard> guard = one.lock();
        if (!guard) one = guard = std::make_shared<SignalGuard>();
        return guard;
    }
    SignalGuard() { interrupt_asked = 0; }

private:
    SignalListener interrupt_{SIGINT}, terminate_{SIGTERM};
};

}  // namespace detail

/// Ctrl-C (or the signal TERM) ends the run after the current batch: the callbacks save what they have, then `fit` throws
/// Interrupted, whose exit_status is 130. A Checkpoint beside it lets the same command go on from that batch. A second Ctrl-C
/// ends the program at once. However the run ends, the signals do again what they did before.
struct CtrlC {
    void on_begin(Run& run) const { run.kept.push_back(detail::SignalGuard::shared()); }
    void on_batch(Run& run) const { look(run); }
    void on_epoch(Run& run) const { look(run); }

    static void look(Run& run) {
        if (detail::interrupt_asked == 0 || run.stop) return;
        run.stop = run.interrupted = true;
    }
};

static_assert(Callback<const CtrlC>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/early_stopping.hpp

namespace denim::inline DENIM_TARGET {

/// Ends a run when the watched score has not improved for `patience` epochs, and gives the network the weights of its best
/// epoch. A score that is NaN is no improvement; where no epoch had another, the weights stay those of the last.
struct EarlyStopping {
    std::size_t patience = 2;
    double minimum_improvement = 0;  ///< a smaller one does not count
    Monitor monitor = Monitor::validation_loss;
    bool restore_best = true;

    static constexpr const char* name = "EarlyStopping";
    /// Every setting with what it accepts.
    template <class Each>
    void each_setting(Each&& each) const {
        each("patience", patience, at_least_0);
        each("minimum_improvement", minimum_improvement, at_least_0);
        each("monitor", static_cast<int>(monitor), Accepted{.highest = 3});
        each("restore_best", restore_best, from_0_to_1);
    }
    void on_begin(Run& run) {
        check_settings_of(*this);
        if (watches_validation(monitor) && !run.validation) detail::throw_no_validation(name);
        best_ = std::numeric_limits<double>::max();
        best_epoch_ = 0;
        best_parameters_ = {};
    }
    void on_epoch(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = watched_score(monitor, epoch, "EarlyStopping");
        if (!is_nan(score) && (best_epoch_ == 0 || score < best_ - minimum_improvement)) {
            best_ = score;
            best_epoch_ = epoch.number;
            best_parameters_ = {};  // first, so that their memory may be taken again
            if (restore_best) best_parameters_ = run.keep_weights();
        } else if (epoch.number - best_epoch_ >= patience) {
            run.stop = true;
        }
    }
    void on_end(Run& run) {
        if (!restore_best || best_parameters_.size() != run.learner.parameters().size()) return;
        std::copy(best_parameters_.begin(), best_parameters_.end(), run.learner.parameters().begin());
        run.history.best_epoch = best_epoch_;
    }

    void remember(CallbackMemory& memory) const {
        memory.numbers["EarlyStopping.best"] = best_;
        memory.numbers["EarlyStopping.best_epoch"] = static_cast<double>(best_epoch_);
        memory.arrays["EarlyStopping.best_parameters"] = best_parameters_;
    }
    void recall(const CallbackMemory& memory) {
        if (!memory.numbers.contains("EarlyStopping.best")) return;
        best_ = memory.numbers.at("EarlyStopping.best");
        best_epoch_ = static_cast<std::size_t>(memory.numbers.at("EarlyStopping.best_epoch"));
        best_parameters_ = memory.arrays.at("EarlyStopping.best_parameters");
    }

    // What it knows of a run.
    double best_ = 0;
    std::size_t best_epoch_ = 0;
    SharedNumbers best_parameters_ = {};
};

static_assert(Callback<EarlyStopping>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/tell_peers.hpp

// Numbers from one of several peers to all, and from all to all.

namespace denim::inline DENIM_TARGET::detail {

/// The leader's numbers to everybody.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
void broadcast(Peers<float>& peers, std::span<Number> numbers) {
    peers.broadcast(bytes_at(numbers.data(), numbers.size_bytes()));
}
/// Likewise of a vector, which gets the leader's size.
template <class Number>
void broadcast(Peers<float>& peers, std::vector<Number>& numbers) {
    std::size_t size = numbers.size();
    broadcast(peers, std::span{&size, 1});
    numbers.resize(size);
    broadcast(peers, std::span{numbers});
}

/// Everybody's `one` to everybody.
template <class Type>
    requires std::is_trivially_copyable_v<Type>
std::vector<Type> gather(Peers<float>& peers, const Type& one) {
    std::vector<Type> all(peers.count());
    const std::vector<std::size_t> sizes(peers.count(), sizeof one);
    peers.gather(bytes_at(&one, sizeof one), sizes, bytes_at(all.data(), all.size() * sizeof one));
    return all;
}

/// Everybody's numbers, however many, one after the other.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
std::vector<Number> gather_all(Peers<float>& peers, std::span<const Number> own) {
    std::vector<std::size_t> sizes = gather(peers, own.size_bytes());
    std::size_t bytes = 0;
    for (const std::size_t size : sizes) bytes += size;
    std::vector<Number> all(bytes / sizeof(Number));
    peers.gather(bytes_at(own.data(), own.size_bytes()), sizes, bytes_at(all.data(), bytes));
    return all;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/training/answers.hpp

// Logits of all pictures of a set, in memory or read from a source while others are answered.

#include <functional>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Calls `each(pictures, first)` with the pictures of a source from its first on, some at a time; `first` is the number of the first of them.
/// Gives the samples that the source left out, whose pictures say nothing.
DENIM_ONCE std::vector<std::uint32_t> each_chunk(const Samples& samples, const Reading& reading,
                                             const std::function<void(const Pictures&, std::size_t first)>& each);

}  // namespace detail

/// Logits (N, outputs) of all samples, by `predict(pictures, to)`. What a source leaves out is no part of the samples afterwards. Throws
/// std::runtime_error where nothing is left.
template <class Scalar, class Predict>
std::vector<Scalar> answers(Samples& samples, std::size_t outputs, const Reading& reading, Predict&& predict) {
    std::vector<Scalar> logits(samples.count() * outputs);
    if (!samples.source) {
        predict(samples.pictures, logits.data());
        return logits;
    }
    const auto left = detail::each_chunk(
        samples, reading, [&](const Pictures& pictures, std::size_t first) { predict(pictures, logits.data() + first * outputs); });
    if (left.size() == samples.count())
        throw std::runtime_error("denim: the source left out all of its " + std::to_string(left.size()) + " pictures");
    samples.leave_out(left, logits);
    return logits;
}

namespace detail {

/// Logits of all samples, each peer's some of them, and the samples that a source left out, whose logits say nothing.
template <class Scalar>
struct PeersAnswers {
    std::vector<Scalar> logits;
    std::vector<std::uint32_t> left_out;
};
template <class Scalar, class Predict>
PeersAnswers<Scalar> answer_with_peers(Peers<float>& peers, const Samples& samples, std::size_t outputs, const Reading& reading, Predict&& predict) {
    const std::size_t first = samples.count() * peers.own() / peers.count(), last = samples.count() * (peers.own() + 1) / peers.count();
    std::vector<Scalar> own((last - first) * outputs);
    std::vector<std::uint32_t> left;
    if (first < last && !samples.source) {
        Pictures some = samples.pictures;
        const std::size_t size = some.shape.size();
        some.count = last - first;
        if (some.bytes) some.bytes += first * size;
        if (some.floats) some.floats += first * size;
        predict(some, own.data());
    } else if (first < last) {
        Samples some;
        some.pictures = {samples.pictures.shape, last - first};
        some.source = samples.source;
        for (std::size_t sample = first; sample < last; ++sample) some.places.push_back(static_cast<std::uint32_t>(samples.place(sample)));
        left = detail::each_chunk(some, reading, [&](const Pictures& pictures, std::size_t at) { predict(pictures, own.data() + at * outputs); });
        for (std::uint32_t& sample : left) sample += static_cast<std::uint32_t>(first);
    }
    return {gather_all(peers, std::span<const Scalar>{own}), gather_all(peers, std::span<const std::uint32_t>{left})};
}

/// As `answers`.
template <class Scalar, class Predict>
std::vector<Scalar> answers_of_peers(Peers<float>& peers, Samples& samples, std::size_t outputs, const Reading& reading, Predict&& predict) {
    auto [logits, left] = answer_with_peers<Scalar>(peers, samples, outputs, reading, predict);
    if (left.size() == samples.count())
        throw std::runtime_error("denim: the source left out all of its " + std::to_string(left.size()) + " pictures");
    samples.leave_out(left, logits);
    return logits;
}

/// Of samples in memory or from a source, which may leave some out: then these are no part of them any more. With peers each answers some of
/// them, and all get all.
DENIM_ONCE std::vector<float> all_logits(Learner& learner, Samples& samples, const Reading& reading, Peers<float>* peers = nullptr);

template <class Type>
concept AnswersPictures = requires(const Type& type, const Pictures& pictures, typename Type::Scalar* to) { type.predict(pictures, to); };

/// What answers, a Predictor or an Ensemble; of a network a predictor that is made for it.
template <class Network>
decltype(auto) answering(const Network& network) {
    if constexpr (AnswersPictures<Network>)
        return (network);
    else
        return Predictor{network};
}

template <class Network>
std::vector<typename Network::Scalar> answers_of(const Network& network, Samples& samples, const Reading& reading, Peers<float>* peers = nullptr) {
    using Scalar = typename Network::Scalar;
    const auto& predictor = answering(network);
    const auto predict = [&](const Pictures& pictures, Scalar* to) { predictor.predict(pictures, to); };
    if (peers) return answers_of_peers<Scalar>(*peers, samples, Network::output.size(), reading, predict);
    return answers<Scalar>(samples, Network::output.size(), reading, predict);
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

// ---- denim/training/head_slice.hpp

namespace denim::inline DENIM_TARGET {

/// One head by itself: the pictures that have a label for it.
template <class Scalar>
struct HeadSlice {
    std::vector<Scalar> logits;        ///< (N, classes of the head)
    std::vector<std::int32_t> labels;  ///< (N,)
};

/// What logits (N, outputs) and labels (N, heads) say about head number `head`; `heads` says how many logits each has.
template <class Scalar>
HeadSlice<Scalar> head_slice(std::span<const Scalar> logits, std::span<const std::int32_t> labels,
                             std::span<const std::size_t> heads, std::size_t head) {
    HeadSlice<Scalar> slice;
    const std::size_t outputs = std::accumulate(heads.begin(), heads.end(), std::size_t{0}),
                      count = labels.size() / heads.size();
    const std::size_t first = std::accumulate(heads.data(), heads.data() + head, std::size_t{0});
    for (std::size_t n = 0; n < count; ++n) {
        const std::int32_t label = labels[n * heads.size() + head];
        if (label == no_label) continue;
        const auto part = logits.subspan(n * outputs + first, heads[head]);
        slice.logits.insert(slice.logits.end(), part.begin(), part.end());
        slice.labels.push_back(label);
    }
    return slice;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/evaluate.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// How many letters a UTF-8 text has: what does not begin one has the bits 10 in front.
inline std::size_t letters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

}  // namespace detail

/// How one head of a network does, on the pictures that have a label for it.
struct HeadEvaluation {
    std::size_t count = 0, correct = 0;
    double loss = 0, accuracy = 0;
    /// confusion(true class, predicted class): how many pictures. One whose logits hold a NaN has no class: it is not correct,
    /// stands in no column, and makes the loss NaN.
    Array<std::size_t, 2> confusion;
    std::vector<std::string> class_names = {};  ///< for what is printed, where the set has a name for each class; else empty: numbers

    friend std::ostream& operator<<(std::ostream& out, const HeadEvaluation& result) {
        return out << result.first_line() << result.table();
    }

protected:
    [[nodiscard]] std::string first_line() const {
        return detail::sentence("accuracy ", accuracy, " (", correct, " of ", count, "), loss ", loss, '\n');
    }

private:
    [[nodiscard]] std::string table() const {
        if (confusion.shape(0) > 100) return {};
        using detail::fixed, detail::to_the_left, detail::to_the_right;
        const bool named = class_names.size() == confusion.shape(0);
        std::size_t width = 5, number = 0;
        for (const std::string& name : class_names) width = std::max(width, named ? detail::letters(name) : 0);
        std::string text = to_the_left("class", width) + "  pictures  precision  recall     F1\n";
        for (const ClassScore& score : class_scores(confusion)) {
            const std::string name = named ? class_names[number] : to_the_right(std::to_string(number), 5);
            ++number;
            text += name + std::string(width - detail::letters(name), ' ') + "  " + to_the_right(std::to_string(score.count), 8) + "  " +
                    to_the_right(fixed(score.precision, 4), 9) + "  " + fixed(score.recall, 4) + "  " + fixed(score.f1, 4) + '\n';
        }
        return text;
    }
};

/// How a trained network does on a set. Of several heads, a picture counts as correct where all that have a label are, and the
/// loss is the sum over the heads.
struct Evaluation : HeadEvaluation {
    /// Each head by itself; of a network with one output it says the same again. With several, `confusion` has no classes.
    std::vector<HeadEvaluation> heads = {};

    friend std::ostream& operator<<(std::ostream& out, const Evaluation& result) {
        if (result.heads.size() < 2) return out << static_cast<const HeadEvaluation&>(result);
        out << "all heads: " << result.first_line();
        for (std::size_t head = 0; head < result.heads.size(); ++head)
            out << "head " + std::to_string(head) + ": " << result.heads[head];
        return out;
    }
};

namespace detail {

template <class Scalar>
HeadEvaluation evaluate_head(const HeadSlice<Scalar>& of, std::size_t classes) {
    HeadEvaluation result;
    result.count = of.labels.size();
    result.confusion = Array<std::size_t, 2>(std::array{classes, classes}, std::size_t{0});
    for (std::size_t n = 0; n < of.labels.size(); ++n) {
        const Scalar* sample = of.logits.data() + n * classes;
        const std::size_t predicted = place_of_largest(sample, classes);
        const auto label = static_cast<std::size_t>(of.labels[n]);
        if (predicted < classes) ++result.confusion(label, predicted);
        result.correct += predicted == label;
    }
    if (result.count == 0) return result;
    const Score mean = score<SoftmaxCrossEntropy, Scalar>({}, of.logits, {of.labels}, std::span{&classes, 1});
    result.loss = mean.loss;
    result.accuracy = mean.accuracy;
    return result;
}

template <class Set>
concept NamesClasses = requires(const Set& set) {
    { *set.class_names.begin() } -> std::convertible_to<std::string>;
};

inline void require_classes(std::span<const Gives> heads) {
    for (std::size_t head = 0; head < heads.size(); ++head)
        if (heads[head] != Gives::classes)
            throw std::invalid_argument("denim: evaluate: head " + std::to_string(head) + " was trained by a loss of " + words_of(heads)[head] +
                                        ", not of classes of which one is right; name the loss: evaluate(network, set, BinaryCrossEntropy{})");
}

template <class Network, LearnableSet Set>
Evaluation evaluate(const Network& network, const Set& set, const Reading& reading, Peers<float>* peers) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    using Scalar = typename Network::Scalar;
    detail::require_classes(network.gives());
    Samples samples = Samples::of(set, Network::input, Network::heads, "test");
    const std::vector<Scalar> logits = detail::answers_of(network, samples, reading, peers);
    Evaluation result;
    for (std::size_t head = 0; head < Network::heads.size(); ++head)
        result.heads.push_back(
            detail::evaluate_head(head_slice<Scalar>(logits, samples.labels, Network::heads, head), Network::heads[head]));
    if constexpr (Network::heads.size() == 1) {
        if constexpr (detail::NamesClasses<Set>)
            if (std::vector<std::string> names(set.class_names.begin(), set.class_names.end()); names.size() == Network::heads[0])
                result.heads[0].class_names = std::move(names);
        static_cast<HeadEvaluation&>(result) = result.heads[0];
        return result;
    }
    const Score mean = score<SoftmaxCrossEntropy, Scalar>({}, logits, samples.targets(), Network::heads);
    result.count = samples.count();
    result.loss = mean.loss;
    result.accuracy = mean.accuracy;
    result.correct = static_cast<std::size_t>(std::lround(mean.accuracy * static_cast<double>(samples.count())));
    result.confusion = Array<std::size_t, 2>(std::array<std::size_t, 2>{0, 0});
    return result;
}

template <class Network, LearnableSet Set>
Score evaluate(const Network& network, const Set& set, const Loss& loss, const Reading& reading, Peers<float>* peers) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    for (const std::size_t outputs : Network::heads) loss.check(outputs);
    Samples samples = Samples::of(set, Network::input, Network::heads, "test", loss);
    const std::vector<float> logits = detail::answers_of(network, samples, reading, peers);
    return score<Loss, float>(loss, logits, samples.targets(), Network::heads);
}

}  // namespace detail

/// Scores a network on a set of labelled images (`images`, `labels`), or on a source, see PictureSource. With `class_names`, as a DataSet has
/// them, one for each output, what is printed names the classes. Throws std::invalid_argument if it
/// learned by a loss that does not tell classes apart: then the next function scores it.
template <class Network, LearnableSet Set>
Evaluation evaluate(const Network& network, const Set& set, const Reading& reading = {}) {
    return detail::evaluate(network, set, reading, nullptr);
}

/// Mean of another loss and its accuracy, on a set with the targets that it wants.
template <class Network, LearnableSet Set>
Score evaluate(const Network& network, const Set& set, const Loss& loss, const Reading& reading = {}) {
    return detail::evaluate(network, set, loss, reading, nullptr);
}

/// From two arrays.
template <class Network, class Images, class Labels>
    requires(!LearnableSet<Images>)
Evaluation evaluate(const Network& network, const Images& images, const Labels& labels) {
    return evaluate(network, LabelledPair{images, labels});
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/evaluate_targets.hpp

namespace denim::inline DENIM_TARGET {

/// Scores a network whose outputs are numbers, each of the targets by itself, on a set with `labels` (N, outputs).
template <class Network, LearnableSet Set>
std::vector<TargetScore> evaluate_targets(const Network& network, const Set& set, const Reading& reading = {}) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    Samples samples = Samples::of(set, Network::input, Network::heads, "test", MeanSquaredError{});
    const auto outputs = detail::answers_of(network, samples, reading);
    return target_scores<typename Network::Scalar>(outputs, samples.numbers, Network::output.size());
}

/// From two arrays.
template <class Network, class Images, class Targets>
    requires(!LearnableSet<Images>)
std::vector<TargetScore> evaluate_targets(const Network& network, const Images& images, const Targets& targets) {
    return evaluate_targets(network, LabelledPair{images, targets});
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/fit_options.hpp

namespace denim::inline DENIM_TARGET {

/// How a network learns.
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch = 32;  ///< pictures in a step; the last one of an epoch may have fewer
    Optimizer optimizer = Adam{};
    Loss loss = SoftmaxCrossEntropy{};
    Schedule schedule{};    ///< how the optimizer's rate changes; see cosine_rate.hpp and its neighbours
    double clip_norm = 0;   ///< the length to which a longer gradient of all parameters is shortened; 0: none
    Averaging averaging{};  ///< Ema or Swa: what is scored and stays is an average of weights
    Seed seed{};            ///< of the order of the pictures in each epoch, of augmentation and of dropout
    bool shuffle = true;
    bool balanced = false;  ///< every class of the training set comes equally often in an epoch, see balanced_order; of networks with one head
    Augmentation augmentation{};           ///< how the pictures of the training set, then bytes, change from epoch to epoch
    std::vector<float> head_weights = {};  ///< of a network with Heads: what the loss of each counts; all 1 unless set
    Reading reading{};                     ///< of sets that are sources: see PictureSource
    std::vector<Loss> head_losses = {};    ///< likewise: the loss of each, which wants labels; `loss` for all unless set
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/balanced_order.hpp

namespace denim::inline DENIM_TARGET {

/// The order of an epoch (the first is 1) in which every class comes equally often, to one sample: as many places as there are labels, those of
/// small classes several times, those of large ones in turn from epoch to epoch, so that each sample of a class is seen as often as any other,
/// to one. Classes are dealt in turn, samples of a class in the order of one shuffle after another; it depends on labels, seed and epoch alone.
inline std::vector<std::uint32_t> balanced_order(std::span<const std::int32_t> labels, Seed seed, std::uint64_t epoch) {
    std::map<std::int32_t, std::vector<std::uint32_t>> members;
    for (std::size_t place = 0; place < labels.size(); ++place) members[labels[place]].push_back(static_cast<std::uint32_t>(place));
    const std::uint64_t classes = members.size(), before = (epoch - 1) * labels.size(), after = epoch * labels.size();
    std::vector<std::uint32_t> order;
    order.reserve(labels.size());
    std::uint64_t turn = 0;  // of a class; it has the draws turn, turn + classes, ... of all epochs together
    for (const auto& [label, all] : members) {
        const auto drawn = [&](std::uint64_t until) { return (until + classes - 1 - turn) / classes; };
        std::uint64_t round = ~std::uint64_t{0};
        std::vector<std::uint32_t> shuffled;
        for (std::uint64_t draw = drawn(before); draw < drawn(after); ++draw) {
            if (draw / all.size() != round) {
                round = draw / all.size();
                shuffled = all;
                shuffle(shuffled, Random{Seed{seed.value + 0x9E3779B97F4A7C15u * (turn + 1)}, round});
            }
            order.push_back(shuffled[draw % all.size()]);
        }
        ++turn;
    }
    shuffle(order, Random{seed, epoch});
    return order;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/order_of_epoch.hpp

namespace denim::inline DENIM_TARGET::detail {

/// Throws std::invalid_argument where the samples cannot be put in the order that the options ask for.
DENIM_ONCE void check_order(const FitOptions& options, const Samples& train);

/// The numbers of the samples in the order of an epoch (the first is 1).
DENIM_ONCE std::vector<std::uint32_t> order_of_epoch(const Samples& train, const FitOptions& options, std::uint64_t epoch);

}  // namespace denim::inline DENIM_TARGET::detail

// ---- denim/training/fit.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Throws std::invalid_argument where options are not accepted, or do not suit a network of such heads.
DENIM_ONCE void check(const FitOptions& options, std::span<const std::size_t> heads);

/// A run of training, for any network.
DENIM_ONCE History run_training(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options,
                                  std::span<const CallbackReference> callbacks, Peers<float>* peers = nullptr);

template <class... Callbacks>
History teach(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options,
              Callbacks&... callbacks) {
    const std::array<CallbackReference, sizeof...(Callbacks)> references{CallbackReference{callbacks}...};
    return run_training(learner, train, validation, options, references);
}

template <class Network, LearnableSet Train, class... Callbacks>
History fit(Network& network, const Train& train_set, Samples* validation, const FitOptions& options,
            Callbacks&... callbacks) {
    check(options, Network::heads);
    const Samples train = Samples::of(train_set, Network::input, Network::heads, "training", options.loss);
    check_order(options, train);
    NetworkLearner learner{network, std::min(options.batch, train.count()), LossOfHeads{options.loss, options.head_losses},
                               options.head_weights};
    return teach(learner, train, validation, options, callbacks...);
}

}  // namespace detail

/// Teaches a network the labels of a training set, by softmax cross-entropy or another loss; after each epoch the validation
/// set is scored. Sets have `images` (N, H, W, C), std::uint8_t or float, and `labels` (N), or (N, heads) where the network
/// ends in Heads<...>, or (N, outputs) of numbers where the loss wants these; or they are read while the network learns, see
/// PictureSource: the same bits where the order is the same. A step whose loss is not finite throws, and the
/// network stays as it was before it. The same seed gives the same bits for any number of threads.
template <class Network, LearnableSet Train, LearnableSet Validation, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const Validation& validation, const FitOptions& options,
            Callbacks&&... callbacks) {
    Samples samples = Samples::of(validation, Network::input, Network::heads, "validation", options.loss);
    return detail::fit(network, train, &samples, options, callbacks...);
}

/// Without a validation set.
template <class Network, LearnableSet Train, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, train, nullptr, options, callbacks...);
}

/// From two arrays.
template <class Network, class Images, class Labels, class... Callbacks>
    requires(!LearnableSet<Images> && (Callback<std::remove_reference_t<Callbacks>> && ...))
History fit(Network& network, const Images& images, const Labels& labels, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, LabelledPair{images, labels}, nullptr, options, callbacks...);
}

}  // namespace denim::inline DENIM_TARGET

// ---- denim/training/interrupted.hpp

namespace denim {

/// Somebody ended a run from outside; everything is saved. Programs return `exit_status`.
class [[gnu::visibility("default")]] Interrupted : public std::runtime_error {
public:
    static constexpr int exit_status = 130;  ///< what shells give for Ctrl-C

    [[gnu::always_inline]] Interrupted(std::size_t epoch, std::size_t batch)
        : std::runtime_error(detail::sentence("denim: fit: interrupted after batch ", batch, " of epoch ", epoch)) {}
    /// By a sentence of its own.
    [[gnu::always_inline]] explicit Interrupted(const std::string& text) : std::runtime_error(text) {}
};

}  // namespace denim
// ---- denim/training/predict.hpp

namespace denim::inline DENIM_TARGET {

/// Logits (N, outputs) of the pictures of a source by a network, a Predictor or an Ensemble, the next ones read while it answers; NaN for what
/// the source leaves out.
template <class Network, PictureSource Source>
    requires requires { Network::input; }
auto predict(const Network& network, const Source& source, const Reading& reading = {}) {
    using Scalar = typename Network::Scalar;
    constexpr std::size_t outputs = Network::output.size();
    const auto& predictor = detail::answering(network);
    const Samples samples = Samples::without_targets(SourceReference{source}, Network::input, "asked");
    Array<Scalar, 2> logits(std::array{samples.count(), outputs});
    const auto left = detail::each_chunk(
        samples, reading, [&](const Pictures& pictures, std::size_t first) { predictor.predict(pictures, logits.data() + first * outputs); });
    for (const std::uint32_t sample : left) std::fill_n(logits.data() + sample * outputs, outputs, not_a_number<Scalar>());
    return logits;
}

/// The same as probabilities, see Predictor::probabilities.
template <class Network, PictureSource Source>
    requires requires { Network::input; }
auto probabilities(const Network& network, const Source& source, const Reading& reading = {}) {
    detail::require_probabilities("probabilities", network.gives());
    auto result = predict(network, source, reading);
    const std::span numbers{result.data(), result.size()};
    for (std::size_t first = 0; first < numbers.size();)
        for (std::size_t head = 0; head < Network::heads.size(); first += Network::heads[head++])
            to_probabilities(numbers.subspan(first, Network::heads[head]), Network::heads[head], network.gives()[head]);
    return result;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/progress_line.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// "  reading waited for 12 %": how much of the training of an epoch arithmetic stood still; where it is near 0, reading is quick enough.
inline std::string waited_text(const Run& run) { return "  reading waited for " + fixed(100 * run.waited / std::max(run.seconds, 1e-9), 0) + " %"; }

}  // namespace detail

/// One plain line for each epoch, on standard error.
struct ProgressLine {
    std::FILE* to = stderr;  ///< or null: nothing is written

    void on_epoch(Run& run) const {
        if (!to) return;
        const Epoch& epoch = run.history.epochs.back();
        std::string line = detail::sentence("epoch ", epoch.number, '/', run.epochs, "  loss ", detail::fixed(epoch.train.loss, 4));
        if (!is_nan(epoch.train.accuracy)) line += "  accuracy " + detail::fixed(epoch.train.accuracy, 4);
        if (run.validation) line += "  validation " + detail::fixed(epoch.validation.loss, 4);
        if (!is_nan(epoch.validation.accuracy)) line += ' ' + detail::fixed(epoch.validation.accuracy, 4);
        line += "  " + detail::fixed(epoch.images_per_second, 0) + " images/s  " + detail::fixed(epoch.seconds, 1) + " s";
        if (run.reads) line += detail::waited_text(run);
        line += '\n';
        std::fputs(line.c_str(), to);
        std::fflush(to);
    }
};

static_assert(Callback<const ProgressLine>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/progress_bar.hpp

namespace denim::inline DENIM_TARGET {

/// How far a run is, on standard error: on a terminal one line that changes (epoch, batches, loss, accuracy, images a second,
/// time left in this epoch and for all), elsewhere a plain line for each epoch, and one a minute in epochs that take longer.
struct ProgressBar {
    std::FILE* to = stderr;  ///< or null: nothing is written

    void on_begin(Run&) {
        terminal_ = to && ::isatty(::fileno(to)) == 1;
        shown_ = Clock::now();
    }
    void on_batch(Run& run) {
        if (!to) return;
        const Clock::time_point now = Clock::now();
        if (now - shown_ < (terminal_ ? std::chrono::milliseconds{100} : std::chrono::milliseconds{60'000})) return;
        shown_ = now;
        const std::string text = line(run);
        std::fprintf(to, terminal_ ? "\r%s\x1b[K" : "%s\n", text.c_str());
        std::fflush(to);
    }
    void on_epoch(Run& run) {
        if (terminal_) std::fputs("\r\x1b[K", to);
        ProgressLine{to}.on_epoch(run);
        shown_ = Clock::now();
    }
    void on_end(Run& run) const {
        if (terminal_ && !run.between_epochs()) std::fputs("\n", to);
    }

    /// "epoch 3/15 [=====>    ] 120/203  loss 0.4321  accuracy 0.8512  496 images/s  0:12 left, 4:10 in all"
    static std::string line(const Run& run) {
        constexpr std::size_t width = 20;
        const std::size_t filled = run.batch * width / std::max<std::size_t>(run.batches, 1);
        const double rate = static_cast<double>(run.images) / std::max(run.seconds, 1e-9);
        const auto images_left = static_cast<double>(run.training_images - run.images);
        const auto epochs_left = static_cast<double>(run.epochs - run.epoch);
        std::string numbers = detail::sentence("] ", run.batch, '/', run.batches, "  loss ", detail::fixed(run.train.loss, 4), "  ");
        if (!is_nan(run.train.accuracy)) numbers += "accuracy " + detail::fixed(run.train.accuracy, 4) + "  ";
        numbers += detail::fixed(rate, 0) + " images/s  ";
        return "epoch " + std::to_string(run.epoch) + '/' + std::to_string(run.epochs) + " [" + std::string(filled, '=') +
               (filled < width ? ">" : "") + std::string(width - filled - (filled < width ? 1 : 0), ' ') + numbers +
               duration(images_left / rate) + " left, " +
               duration((images_left + epochs_left * static_cast<double>(run.training_images)) / rate) + " in all" +
               (run.reads ? detail::waited_text(run) : "");
    }
    /// "0:07", "12:30", "3:05:00"
    static std::string duration(double seconds) {
        const auto whole = static_cast<long>(std::clamp(seconds, 0.0, 3.6e8) + 0.5);
        char text[40];
        if (whole >= 3600)
            std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
        else
            std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
        return text;
    }

    // What it knows of the terminal.
    using Clock = std::chrono::steady_clock;
    bool terminal_ = false;
    Clock::time_point shown_ = {};
};

static_assert(Callback<ProgressBar>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/stop_on_nan.hpp

namespace denim::inline DENIM_TARGET {

/// Ends a run whose loss, gradients or weights are not finite any more, gives the network the weights of the end of its last good epoch (or of the
/// beginning), and says so. Without it, `fit` throws NotFinite.
struct StopOnNaN {
    std::FILE* to = stderr;

    void on_begin(Run& run) { keep(run, 0); }
    void on_epoch(Run& run) {
        if (all_finite(run.learner.parameters()) && is_finite(run.history.epochs.back().train.loss))
            keep(run, run.epoch);
        else
            on_nan(run);
    }
    void on_nan(Run& run) {
        std::copy(good_.begin(), good_.end(), run.learner.parameters().begin());
        run.stop = true;
        stopped_ = true;
        if (!to) return;
        std::fprintf(to,
                     "StopOnNaN: epoch %zu, batch %zu: the loss, a gradient or a weight is not a finite number; the network has the "
                     "weights of %s again. A lower "
                     "learning rate may help.\n",
                     run.epoch, run.batch + (run.batch < run.batches ? 1 : 0),
                     good_epoch_ == 0 ? "the beginning" : ("the end of epoch " + std::to_string(good_epoch_)).c_str());
    }
    void remember(CallbackMemory& memory) const {
        memory.arrays["StopOnNaN.good"] = good_;
        memory.numbers["StopOnNaN.good_epoch"] = static_cast<double>(good_epoch_);
    }
    void recall(const CallbackMemory& memory) {
        if (!memory.arrays.contains("StopOnNaN.good")) return;
        good_ = memory.arrays.at("StopOnNaN.good");
        good_epoch_ = static_cast<std::size_t>(memory.numbers.at("StopOnNaN.good_epoch"));
    }

    /// Whether it had to.
    [[nodiscard]] bool stopped() const { return stopped_; }

    // What it knows of a run.
    SharedNumbers good_ = {};
    std::size_t good_epoch_ = 0;
    bool stopped_ = false;

    void keep(Run& run, std::size_t epoch) {
        good_ = {};  // first, so that their memory may be taken again
        good_ = run.keep_weights();
        good_epoch_ = epoch;
        stopped_ = false;
    }
};

static_assert(Callback<StopOnNaN>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/denim.hpp

// The core of Denim, in the way of the data: the machine, arrays, kernels, layers, networks, learning.

// ---- bodies of denim/machine/accepted.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string Accepted::words() const {
    if (highest == std::numeric_limits<double>::max())
        return std::string{"as a finite number "} + (lowest_too ? "of at least " : "above ") + shortest_text(lowest);
    return std::string{lowest_too ? "from " : "from above "} + shortest_text(lowest) + (highest_too ? " to " : " to less than ") +
           shortest_text(highest);
}

DENIM_ONCE void detail::refuse_setting(std::string_view owner, std::string_view name, const Accepted& accepted, const std::string& value) {
    throw std::invalid_argument("denim: " + std::string{owner} + ": " + std::string{name} + " was expected " + accepted.words() + ", but is " + value);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/machine/say_once.hpp
#if DENIM_BODIES

#include <set>

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void say_once(const std::string& line) {
    static std::mutex mutex;
    static std::set<std::string> said;
    const std::scoped_lock lock{mutex};
    if (said.insert(line).second) std::fprintf(stderr, "denim: %s\n", line.c_str());
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
// ---- bodies of denim/tensor/pictures.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void Pictures::check(Shape expected) const {
    if (shape != expected)
        throw std::invalid_argument("denim: the network takes pictures of shape " + to_string(expected) + ", but these have the shape " +
                                    to_string(shape));
    if (count > 0 && !bytes && !floats)
        throw std::invalid_argument("denim: " + std::to_string(count) + " pictures were expected, but neither bytes nor floats came");
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/depthwise_convolution.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void DepthwisePass::prepare(const float* weights, const float* bias, float* prepared) const {
    std::fill_n(prepared, (taps() + 1) * stride(), 0.0f);
    for (std::size_t tap = 0; tap < taps(); ++tap) std::copy_n(weights + tap * of.channels(), of.channels(), prepared + tap * stride());
    if (of.bias) std::copy_n(bias, of.channels(), prepared + taps() * stride());
}

DENIM_ONCE void DepthwisePass::forward(const float* input, const float* prepared, float* output, std::size_t first, std::size_t last) const {
    for (std::size_t c = 0; c < stride(); c += row.block)
        for (std::size_t y = first; y < last; ++y)
            row(input + of.input.offset(y * of.stride.rows - of.top, 0 - of.left) + c, prepared + c, prepared + taps() * stride() + c,
                output + of.output.offset(y, 0) + c, std::min(row.block, stride() - c));
}

DENIM_ONCE void DepthwisePass::backward(Gradient mode, const float* input, const float* output, const float* output_gradient, const float* prepared,
                                        float* input_gradient, float* scratch, float* accumulator) const {
    if (of.stride == 1)
        clear_border(turned.input, scratch);
    else
        std::fill_n(scratch, turned.input.size(), 0.0f);
    const std::size_t z_step = of.stride.columns * stride();
    for (std::size_t y = 0; y < of.rows; ++y) {
        const std::size_t from = of.output.offset(y, 0);
        float* z = scratch + turned.input.offset(y * of.stride.rows, 0);
        spread(of.columns, stride(), z_step, output + from, output_gradient + from, z, accumulator + taps() * stride());
        for (std::size_t i = 0; i < of.window.rows; ++i)
            add_taps(row.sizes, of.columns, input + of.input.offset(y * of.stride.rows + i * of.dilation.rows - of.top, 0 - of.left), z, z_step,
                     accumulator + i * of.window.columns * stride());
    }
    if (mode == Gradient::none) return;
    const DepthwiseRow& back = mode == Gradient::add ? back_added : back_written;
    for (std::size_t c = 0; c < stride(); c += back.block)
        for (std::size_t y = 0; y < turned.rows; ++y)
            back(scratch + turned.input.offset(y - turned.top, 0 - turned.left) + c, prepared + (taps() - 1) * stride() + c, nullptr,
                 input_gradient + turned.output.offset(y, 0) + c, std::min(back.block, stride() - c));
}

DENIM_ONCE void DepthwisePass::finish(const float* accumulator, float* weight_gradient, float* bias_gradient) const {
    for (std::size_t tap = 0; tap < taps(); ++tap) std::copy_n(accumulator + tap * stride(), of.channels(), weight_gradient + tap * of.channels());
    if (of.bias) std::copy_n(accumulator + taps() * stride(), of.channels(), bias_gradient);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/dense_gradient.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void DenseGradient::run(const Convolution& of, const float* input, const float* output_gradient, float* accumulator) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t y = 0; y < of.rows; y += band) {
        const std::size_t rows = std::min(band, of.rows - y);
        const float* const z = output_gradient + of.output.offset(y, 0);
        float* sums = accumulator;
        for (std::size_t i = 0; i < of.window.rows; ++i)
            for (std::size_t run = 0; run < runs; ++run) {
                const float* from = input + of.input.offset(y * of.stride.rows + i - of.top, run - of.left);
                const auto blocks = [&](std::size_t place, std::size_t numbers, std::size_t count) {
                    for (; count; --count, from += numbers, sums += numbers * padded) {
                        for (std::size_t v = 0; v < pairs; ++v) pair[place](sizes, from, z + 2 * v * lanes, sums + 2 * v * lanes, rows);
                        if (single) alone[place](sizes, from, z + 2 * pairs * lanes, sums + 2 * pairs * lanes, rows);
                    }
                };
                blocks(0, large, large_blocks);
                blocks(1, small, small_blocks);
            }
    }
}

DENIM_ONCE void DenseGradient::finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const {
    const std::size_t row = of.window.columns * of.channels(), filters = of.filters();
    for (std::size_t n = i * row; n < (i + 1) * row; ++n) std::copy_n(accumulator + n * padded, filters, weight_gradient + n * filters);
    if (of.bias && i == 0) std::copy_n(accumulator + size, filters, bias_gradient);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/window_slices.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void WindowSlices::fill(const Convolution& of, const float* input, std::size_t first, std::size_t z_rows, std::size_t slice, float* to) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t there = std::min(unit, numbers - slice * unit), whole = there / lanes * lanes;
    const std::size_t step = (whole_rows ? of.stride.columns : 1) * of.input.stride;
    const bool joined = !whole_rows || of.input.stride == of.channels();  // the numbers of a run lie side by side
    for (std::size_t r = 0; r < input_rows(of, z_rows); ++r) {
        const float* from = input + of.input.offset(first * of.stride.rows + r - of.top, 0 - of.left) + (joined ? slice * unit : 0);
        for (std::size_t x = 0; x < columns; ++x, to += unit, from += step)
            if (joined) {
                for (std::size_t u = 0; u < whole; u += lanes) simd::store(to + u, simd::load(from + u));
                if (whole < there) simd::store(to + whole, simd::load_first(from + whole, there - whole));
            } else {
                for (std::size_t u = 0, n = slice * unit; u < there; ++u, ++n) to[u] = from[n / of.channels() * of.input.stride + n % of.channels()];
            }
    }
}

DENIM_ONCE void WindowSlices::add(const Convolution& of, const float* from, std::size_t first, std::size_t z_rows, std::size_t slice, float* input) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t there = std::min(unit, numbers - slice * unit);
    for (std::size_t r = 0; r < input_rows(of, z_rows); ++r) {
        const std::size_t y = first * of.stride.rows + r - of.top;
        if (y >= of.input.shape.height) continue;
        for (std::size_t x = 0; x < of.input.shape.width && x + of.left < columns; ++x) {
            const float* values = from + (r * columns + x + of.left) * unit;
            float* pixel = input + of.input.offset(y, x) + slice * unit;
            std::size_t u = 0;
            for (; u + lanes <= there; u += lanes) simd::store(pixel + u, simd::load(pixel + u) + simd::load(values + u));
            if (u < there) simd::store_first(pixel + u, simd::load_first(pixel + u, there - u) + simd::load_first(values + u, there - u), there - u);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/live_gradient.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void LiveGradient::prepare(const Convolution& of, const float* from, float* prepared, std::size_t i) const {
    for (std::size_t slice = 0; slice < input.slices; ++slice)
        for (std::size_t f = 0; f < of.filters(); ++f)
            for (std::size_t j = 0; j < of.window.columns; ++j) {
                const std::size_t tap = i * of.window.columns + j, there = std::min(input.unit, input.numbers - slice * input.unit);
                float* to = prepared + slice * input.slice_size + f * input.filter_size + tap * input.unit;
                const float* weight = from + (tap * of.channels() + slice * input.unit) * of.filters() + f;
                for (std::size_t u = 0; u < there; ++u) to[u] = weight[u * of.filters()];
                std::fill_n(to + there, input.unit - there, 0.0f);
            }
}

// Lists in scratch: for each filter how many, where, and how much.
DENIM_ONCE void LiveGradient::list(const Convolution& of, const WindowSlices& slices, const float* output_gradient, const std::uint8_t* record,
                                   std::size_t first, std::size_t rows, float* lists) const {
    const std::size_t winners[4] = {0, slices.across, slices.down, slices.down + slices.across};
    const std::size_t filters = of.filters(), width = of.output.shape.width, pixel = of.output.stride, padded_filters = padded;
    for (std::size_t f = 0; f < filters; ++f) {
        float* const where = lists + filters + f * 2 * room;
        float* const value = where + room;
        std::uint32_t count = 0;
        for (std::size_t y = 0; y < rows; ++y) {
            const float* gradients = output_gradient + of.output.offset(first + y, 0) + f;
            const std::uint8_t* winner = of.pooled() ? record + (first + y) * width * padded_filters + f : nullptr;
            std::size_t position = y * step * slices.down;
            const auto each = [&](auto place) {
                for (std::size_t x = 0; x < width; ++x, gradients += pixel, position += step * slices.across) {
                    where[count] = std::bit_cast<float>(static_cast<std::uint32_t>(place(x)));
                    value[count] = *gradients;
                    count += is_nonzero(*gradients);
                }
            };
            if (winner)
                each([&](std::size_t x) { return position + winners[winner[x * padded_filters]]; });
            else
                each([&](std::size_t) { return position; });
        }
        lists[f] = std::bit_cast<float>(count);
    }
}

DENIM_ONCE LiveList LiveGradient::list_of(std::size_t filters, const float* lists, std::size_t f) const {
    const float* where = lists + filters + f * 2 * room;
    return {where, where + room, std::bit_cast<std::uint32_t>(lists[f])};
}

DENIM_ONCE void LiveGradient::run(const Convolution& of, const float* input_picture, const float* output_gradient, const float* prepared,
                                  float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) const {
    float *slice = scratch, *lists = scratch + slice_room;
    for (std::size_t y = 0; y < of.output.shape.height; y += band) {
        const std::size_t rows = std::min(band, of.output.shape.height - y);
        if (!gathers.empty()) list(of, weights, output_gradient, record, y, rows, lists);
        for (std::size_t s = 0; s < weights.slices && !gathers.empty(); ++s) {
            weights.fill(of, input_picture, y * step, rows * step, s, slice);
            for (std::size_t f = 0; f < of.filters(); ++f)
                if (const LiveList live = list_of(of.filters(), lists, f); live.count > 0)
                    for (Gather* const gather : gathers)
                        gather(live, slice, weights.row(), accumulator + s * weights.slice_size + f * weights.filter_size);
        }
        if (scatters.empty()) continue;
        if (weights.whole_rows || gathers.empty()) list(of, input, output_gradient, record, y, rows, lists);
        for (std::size_t s = 0; s < input.slices; ++s) {
            std::fill_n(slice, input.room(of, rows * step), 0.0f);
            for (std::size_t f = 0; f < of.filters(); ++f)
                if (const LiveList live = list_of(of.filters(), lists, f); live.count > 0)
                    for (Scatter* const scatter : scatters)
                        scatter(live, slice, input.row(), prepared + s * input.slice_size + f * input.filter_size);
            input.add(of, slice, y * step, rows * step, s, input_gradient);
        }
    }
}

DENIM_ONCE void LiveGradient::finish(const Convolution& of, const float* accumulator, float* weight_gradient, float* bias_gradient, std::size_t i) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t taps = weights.taps / of.window.rows;  // of a window row
    alignas(64) float block[lanes][lanes];
    for (std::size_t first = 0; first < of.filters(); first += lanes) {
        const std::size_t width = std::min(lanes, of.filters() - first);
        for (std::size_t t = 0; t < taps; ++t)
            for (std::size_t v = 0; v < weights.vectors; ++v) {
                const std::size_t at = v / weights.group * weights.slice_size + (i * taps + t) * weights.unit + v % weights.group * lanes;
                for (std::size_t f = 0; f < width; ++f)
                    simd::store(block[f], simd::load(accumulator + at + (first + f) * weights.filter_size));
                for (std::size_t u = 0; u < std::min(lanes, weights.numbers - v * lanes); ++u) {
                    const std::size_t row = i * of.window.columns * of.channels() + t * weights.numbers + v * lanes + u;
                    for (std::size_t f = 0; f < width; ++f) weight_gradient[row * of.filters() + first + f] = block[f][u];
                }
            }
        if (of.bias && i == 0) std::copy_n(accumulator + weights.size + first, width, bias_gradient + first);
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/register_tiles.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void RegisterTiles::pack(const Convolution& of, const float* weights, const WeightSteps& steps, float* packed, std::size_t i) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t first = 0; first < vectors; first += tile_vectors) {
        const std::size_t filters = std::min(tile_vectors, vectors - first) * lanes;
        const std::size_t there = std::min(filters, of.filters() - first * lanes);
        float* to = packed + first * lanes * taps + i * of.window.columns * of.channels() * filters;
        for (std::size_t j = 0; j < of.window.columns; ++j)
            for (std::size_t c = 0; c < of.channels(); ++c) {
                const float* from = weights + static_cast<std::ptrdiff_t>(j) * steps.column + static_cast<std::ptrdiff_t>(c) * steps.channel +
                                    static_cast<std::ptrdiff_t>(first * lanes) * steps.filter;
                // Two loops: of one that asks `f < filters` g++ 12 makes a load of a whole vector, beyond the last weight.
                for (std::size_t f = 0; f < there; ++f, from += steps.filter) *to++ = *from;
                to = std::fill_n(to, filters - there, 0.0f);
            }
    }
}

DENIM_ONCE void RegisterTiles::run(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record,
                                   std::size_t first, std::size_t last, bool fill) const {
    const std::size_t last_group = by_filters ? last : groups();
    if (by_filters)
        for (std::size_t group = first; group < last; ++group)
            for (std::size_t height = 0; height < heights(); ++height) tile(of, input, packed, output, record, height, group);
    else
        for (std::size_t height = first; height < last; ++height)
            for (std::size_t group = 0; group < groups(); ++group) tile(of, input, packed, output, record, height, group);
    if (fill && of.output.stride > padded && last_group == groups())
        for (std::size_t y = by_filters ? 0 : first * together; y < (by_filters ? rows : std::min(last * together, rows)); ++y)
            clear_padding(of, output, y);
}

DENIM_ONCE void RegisterTiles::tile(const Convolution& of, const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t height,
                                    std::size_t group) const {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t y = height * together;
    const std::size_t first = group * tile_vectors, taken = std::min(tile_vectors, vectors - first);
    const std::size_t last = first + taken < vectors || of.output.stride >= padded ? lanes : of.output.stride % lanes;
    const float *const weights = packed + first * lanes * taps, *const bias = packed + taps * padded + first * lanes;
    const auto side_by_side = [&](TilesOfRow* tiles, std::size_t x, std::size_t count) {
        if (count == 0) return;
        tiles(sizes, input + of.input.offset(unit * y * of.stride.rows - of.top, x * of.stride.columns - of.left), weights, bias,
              output + of.output.offset(y, x / unit) + first * lanes,
              record ? record + (y * of.output.shape.width + x / unit) * padded + first * lanes : nullptr, count, last);
    };
    const auto& kernels = taken == tile_vectors ? whole : rest;
    if (y + together > rows) return side_by_side(kernels[2], 0, small_tiles);
    side_by_side(kernels[0], 0, large_tiles);
    side_by_side(kernels[1], large_tiles * large, small_tiles);
}

DENIM_ONCE void RegisterTiles::clear_padding(const Convolution& of, float* output, std::size_t y) const {
    for (std::size_t x = 0; x < of.output.shape.width; ++x) std::fill_n(output + of.output.offset(y, x) + padded, of.output.stride - padded, 0.0f);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/direct_convolution.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void DirectPass::prepare(const float* weights, const float* bias, float* prepared, std::size_t part) const {
    const auto filters = static_cast<std::ptrdiff_t>(of.filters()), pixel = static_cast<std::ptrdiff_t>(of.channels()) * filters;
    const std::size_t i = part % of.window.rows, row = of.window.columns * of.channels() * of.filters();
    float* const behind = prepared + forward_tiles.packed_size;
    if (part < of.window.rows) {
        forward_tiles.pack(of, weights + i * row, {.column = pixel, .channel = filters, .filter = 1}, prepared, i);
        if (part > 0) return;
        const std::size_t there = of.bias ? of.filters() : 0;
        std::fill_n(std::copy_n(bias, there, behind - forward_tiles.padded), forward_tiles.padded - there, 0.0f);
    } else if (flips(of)) {
        // Taps in the opposite order, its channels the filters, and the other way.
        const float* last = weights + (of.window.rows - i) * row - pixel;
        backward_tiles.pack(flipped, last, {.column = -pixel, .channel = 1, .filter = filters}, behind, i);
        if (i == 0) std::fill_n(behind + backward_tiles.packed_size - backward_tiles.padded, backward_tiles.padded, 0.0f);
    } else {
        live.prepare(of, weights, behind, i);
    }
}

DENIM_ONCE void DirectPass::forward(const float* input, const float* prepared, float* output, std::uint8_t* record, std::size_t first,
                                    std::size_t last) const {
    forward_tiles.run(of, input, prepared, output, record, first, last, true);
}

DENIM_ONCE void DirectPass::backward(Gradient mode, const float* input, const float* output, float* output_gradient, const float* prepared,
                                     float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) const {
    const float* weights = prepared + forward_tiles.packed_size;
    if (of.bias || of.epilogue != Epilogue::linear) live.mask(of.output, output, output_gradient, accumulator + sums());
    if (is_dense()) dense.run(of, input, output_gradient, accumulator);
    if (mode == Gradient::write && !flips(of))
        for (std::size_t y = 0; y < of.input.shape.height; ++y)
            std::fill_n(input_gradient + of.input.offset(y, 0), of.input.shape.width * of.input.stride, 0.0f);
    if (!live.gathers.empty() || !live.scatters.empty()) live.run(of, input, output_gradient, weights, input_gradient, record, scratch, accumulator);
    if (mode == Gradient::none || !flips(of)) return;
    float* z = scratch + live.scratch_size(of);
    clear_border(flipped.input, z);
    for (std::size_t y = 0; y < of.rows; ++y)
        for (std::size_t x = 0; x < of.columns; ++x)
            std::copy_n(output_gradient + of.output.offset(y, x), of.filters(), z + flipped.input.offset(y, x));
    backward_tiles.run(flipped, z, weights, input_gradient, nullptr, 0, backward_tiles.bands(), mode == Gradient::write);
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/pool.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void fill_pool_rest(const PoolSizes& of, float* output, std::size_t first_row, std::size_t last_row) {
    const std::size_t written = std::max(of.whole(), of.out.shape.channels);
    for (std::size_t y = first_row; written < of.out.stride && y < last_row; ++y)
        for (std::size_t x = 0; x < of.out.shape.width; ++x) std::fill_n(output + of.out.offset(y, x) + written, of.out.stride - written, 0.0f);
}

DENIM_ONCE bool clear_pool_gradient(const PoolSizes& of, Gradient mode, float* input_gradient) {
    if (mode == Gradient::write && of.tiled()) return false;
    for (std::size_t y = 0; mode == Gradient::write && y < of.in.shape.height; ++y)
        std::fill_n(input_gradient + of.in.offset(y, 0), of.in.shape.width * of.in.stride, 0.0f);
    return true;
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/matrix_product.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

DENIM_ONCE void MatrixProduct::forward(const float* x, std::size_t x_distance, const float* weights, const float* bias, float* y,
                 std::size_t y_distance, std::size_t batch, float* scratch) const {
    // Each chunk of inputs streams its weights once and leaves its part of all sums; then the parts are added in order.
    parallel_for(chunks(), 2 * batch * inputs * outputs, [&](std::size_t chunk) {
        float* part = scratch + chunk * batch * padded();  // (panel, row, column of the panel)
        const std::size_t first = chunk * chunk_rows(), last = std::min(inputs, first + chunk_rows());
        for (std::size_t i = first; i < last; i += depth) {
            const std::size_t count = std::min(depth, last - i);
            for (std::size_t n = 0; n < batch; n += group) {
                alignas(64) float rows[depth * group], room[depth * panel];
                const std::size_t height = std::min(group, batch - n);
                pack_rows(x + n * x_distance + i, x_distance, height, count, rows);
                for (std::size_t o = 0; o < outputs; o += panel) {
                    if (n == 0 && o + 3 * panel <= outputs) prefetch(weights + i * outputs + o + 2 * panel, outputs, count);
                    const Panel block{weights + i * outputs + o,    outputs, count,
                                      std::min(panel, outputs - o), room,    height > tallest};
                    cover(height, [&](auto tall, std::size_t p) {
                        tile<tall>(rows + p * count, tall, block, part + o * batch + (n + p) * panel, panel, i > first);
                    });
                }
            }
        }
    });
    parallel_for(batch, chunks() * batch * outputs, [&](std::size_t n) {
        for (std::size_t o = 0; o < outputs; ++o) {
            const float* part = scratch + o / panel * panel * batch + n * panel + o % panel;
            float sum = bias ? bias[o] : 0.0f;
            for (std::size_t chunk = 0; chunk < chunks(); ++chunk) sum += part[chunk * batch * padded()];
            y[n * y_distance + o] = sum;
        }
    });
}

DENIM_ONCE void MatrixProduct::input_gradient(const float* dy, std::size_t dy_distance, const float* weights, float* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, float* scratch) const {
    for (std::size_t o = 0; o < outputs; o += depth)
        for (std::size_t n = 0; n < batch; n += group)
            pack_rows(dy + n * dy_distance + o, dy_distance, std::min(group, batch - n), std::min(depth, outputs - o),
                      scratch + o * batch + n * std::min(depth, outputs - o));
    parallel_for((inputs + panel - 1) / panel, 2 * batch * inputs * outputs, [&](std::size_t index) {
        const std::size_t i = index * panel, width = std::min(panel, inputs - i);
        alignas(64) float turned[depth * panel];
        for (std::size_t o = 0; o < outputs; o += depth) {
            const std::size_t count = std::min(depth, outputs - o);
            turn(weights + i * outputs + o, width, count, turned);
            Panel block{turned, panel, count, panel, nullptr, false};
            block.width = width;
            for (std::size_t n = 0; n < batch; n += group)
                cover(std::min(group, batch - n), [&](auto tall, std::size_t p) {
                    tile<tall>(scratch + o * batch + (n + p) * count, tall, block, dx + (n + p) * dx_distance + i,
                               dx_distance, add || o > 0);
                });
        }
    });
}

DENIM_ONCE void MatrixProduct::weight_gradient(const float* x, std::size_t x_distance, const float* dy, std::size_t dy_distance, float* dw, float* db,
                         const Shares& shares, float* scratch) const {
    constexpr std::size_t tall = simd::registers > 16 ? 7 : 3, rows = 56 / tall * tall;
    const std::size_t batch = shares.samples;
    // Tiles read both sides many times: packed, they come from the near caches.
    parallel_for((outputs + panel - 1) / panel, batch * outputs, [&](std::size_t index) {
        const std::size_t o = index * panel;
        pack_columns(dy + o, dy_distance, batch, std::min(panel, outputs - o), panel, scratch + o * batch);
    });
    const auto each_panel = [&](auto each) {
        for (std::size_t o = 0; o < outputs; o += panel) each(o, std::min(panel, outputs - o), SampleRows{scratch + o * batch, panel});
    };
    parallel_for((inputs + rows - 1) / rows, 2 * batch * inputs * outputs, [&](std::size_t index) {
        alignas(64) float few[depth * rows];
        AlignedArray<float> many(batch > depth ? batch * rows : 0);
        float* const block = batch > depth ? many.data() : few;
        const std::size_t i = index * rows, count = std::min(rows, inputs - i);
        pack_columns(x + i, x_distance, batch, count, rows, block);
        const auto each_tile = [&](auto height, std::size_t p) {
            each_panel([&](std::size_t o, std::size_t width, SampleRows y) {
                ShareTile<height>::run({block + p, rows}, y, shares, dw + (i + p) * outputs + o, outputs, width);
            });
        };
        std::size_t p = 0;
        for (; p + tall <= count; p += tall) each_tile(std::integral_constant<std::size_t, tall>{}, p);
        for (; p < count; ++p) each_tile(std::integral_constant<std::size_t, 1>{}, p);
    });
    if (const float one = 1.0f; db)
        each_panel([&](std::size_t o, std::size_t width, SampleRows y) { ShareTile<1>::run({&one, 0}, y, shares, db + o, outputs, width); });
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/kernel/normalisation.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

/// Calls body.operator()<Count>(c) for `Count` vectors of channels from c on: four at a time share a pass over the pixels, then one.
template <class Body>
DENIM_INLINE void each_vectors(std::size_t channels, Body body) {
    constexpr std::size_t lanes = simd::lanes<float>;
    std::size_t c = 0;
    for (; c + 3 * lanes < channels; c += 4 * lanes) body.template operator()<4>(c);
    for (; c < channels; c += lanes) body.template operator()<1>(c);
}

/// Calls body(in, out) with the place of every pixel.
template <class Body>
DENIM_INLINE void each_pixel(const NormalisedPictures& of, Body body) {
    for (std::size_t y = 0; y < of.in.shape.height; ++y) {
        std::size_t in = of.in.offset(y, 0), out = of.out.offset(y, 0);
        for (std::size_t x = 0; x < of.in.shape.width; ++x, in += of.in.stride, out += of.out.stride) body(in, out);
    }
}

/// `Count` vectors of an array over channels, from c on; zeros behind its end, and where there is none.
template <std::size_t Count>
DENIM_INLINE std::array<simd::Vector<float>, Count> of_channels(const float* from, std::size_t c, std::size_t channels) {
    constexpr std::size_t lanes = simd::lanes<float>;
    std::array<simd::Vector<float>, Count> numbers;
    for (std::size_t v = 0; v < Count; ++v, c += lanes)
        numbers[v] = !from ? simd::broadcast(0.0f) : c + lanes <= channels ? simd::load(from + c) : simd::load_first(from + c, channels - c);
    return numbers;
}

/// Writes what stands below `channels`.
DENIM_INLINE void put_channels(float* to, std::size_t c, std::size_t channels, simd::Vector<float> value) {
    if (c + simd::lanes<float> <= channels)
        simd::store(to + c, value);
    else
        simd::store_first(to + c, value, channels - c);
}

}  // namespace detail

DENIM_KERNEL DENIM_ONCE void channel_moments(const NormalisedPictures& of, const float* x, float* mean, float* squares) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        std::array<simd::Vector<float>, Count> sums, deviations;
        sums.fill(simd::broadcast(0.0f));
        deviations.fill(simd::broadcast(0.0f));
        detail::each_pixel(of, [&](std::size_t in, std::size_t) {
            for (std::size_t v = 0; v < Count; ++v) sums[v] = sums[v] + simd::load(x + in + c + v * lanes);
        });
        for (auto& sum : sums) sum = sum * simd::broadcast(1.0f / static_cast<float>(of.pixels()));
        detail::each_pixel(of, [&](std::size_t in, std::size_t) {
            for (std::size_t v = 0; v < Count; ++v) {
                const auto deviation = simd::load(x + in + c + v * lanes) - sums[v];
                deviations[v] = simd::fma(deviation, deviation, deviations[v]);
            }
        });
        for (std::size_t v = 0; v < Count; ++v) {
            detail::put_channels(mean, c + v * lanes, channels, sums[v]);
            detail::put_channels(squares, c + v * lanes, channels, deviations[v]);
        }
    });
}

DENIM_KERNEL DENIM_ONCE void normalise(const NormalisedPictures& of, const float* x, const float* mean, const float* factor, const float* shift,
                                       float* y) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        const auto from = detail::of_channels<Count>(mean, c, channels), times = detail::of_channels<Count>(factor, c, channels),
                   plus = detail::of_channels<Count>(shift, c, channels);
        detail::each_pixel(of, [&](std::size_t in, std::size_t out) {
            for (std::size_t v = 0; v < Count; ++v)
                simd::store(y + out + c + v * lanes, simd::fma(simd::load(x + in + c + v * lanes) - from[v], times[v], plus[v]));
        });
    });
}

DENIM_KERNEL DENIM_ONCE void normal_gradient_sums(const NormalisedPictures& of, const float* x, const float* dy, const float* mean, const float* scale,
                                                  float* plain, float* scaled) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        const auto from = detail::of_channels<Count>(mean, c, channels), times = detail::of_channels<Count>(scale, c, channels);
        std::array<simd::Vector<float>, Count> first, second;
        first.fill(simd::broadcast(0.0f));
        second.fill(simd::broadcast(0.0f));
        detail::each_pixel(of, [&](std::size_t in, std::size_t out) {
            for (std::size_t v = 0; v < Count; ++v) {
                const auto gradient = simd::load(dy + out + c + v * lanes);
                first[v] = first[v] + gradient;
                second[v] = simd::fma(gradient, simd::load(x + in + c + v * lanes) - from[v], second[v]);
            }
        });
        for (std::size_t v = 0; v < Count; ++v) {
            detail::put_channels(plain, c + v * lanes, channels, first[v]);
            detail::put_channels(scaled, c + v * lanes, channels, second[v] * times[v]);
        }
    });
}

DENIM_KERNEL DENIM_ONCE void normal_gradient(const NormalisedPictures& of, bool add, const float* x, const float* dy, const float* mean,
                                             const float* factor, const float* slope, const float* offset, float* dx) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const std::size_t channels = of.channels();
    detail::each_vectors(channels, [&]<std::size_t Count>(std::size_t c) {
        const auto from = detail::of_channels<Count>(mean, c, channels), times = detail::of_channels<Count>(factor, c, channels),
                   along = detail::of_channels<Count>(slope, c, channels), less = detail::of_channels<Count>(offset, c, channels);
        const auto run = [&](auto there) {
            detail::each_pixel(of, [&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    const auto drift = simd::fma(simd::load(x + in + n) - from[v], along[v], less[v]);
                    simd::store(dx + in + n, there(simd::load(dy + out + n) * times[v] - drift, dx + in + n));
                }
            });
        };
        if (add)
            run([](auto gradient, const float* place) { return gradient + simd::load(place); });
        else
            run([](auto gradient, const float*) { return gradient; });
    });
}

}  // namespace denim::inline DENIM_TARGET::kernel

#endif  // DENIM_BODIES
// ---- bodies of denim/layer/batch_norm_pass.hpp
#if DENIM_BODIES

// ---- denim/kernel/plain_normalisation.hpp

// The plain twin of batch normalisation's passes over one sample: the definition, written as loops, for any scalar and any layouts.

namespace denim::inline DENIM_TARGET::kernel {

/// Told its pictures; a gamma that is null is 1, such a beta 0.
template <class Scalar>
struct PlainNormalisation {
    NormalisedPictures of;

    /// Each channel's mean, and sum of squared deviations from it.
    void moments(const Scalar* x, Scalar* mean, Scalar* squares) const {
        std::fill_n(mean, of.channels(), Scalar{0});
        std::fill_n(squares, of.channels(), Scalar{0});
        each_number([&](std::size_t in, std::size_t, std::size_t c) { mean[c] += x[in]; });
        for (std::size_t c = 0; c < of.channels(); ++c) mean[c] /= static_cast<Scalar>(of.pixels());
        each_number([&](std::size_t in, std::size_t, std::size_t c) { squares[c] += (x[in] - mean[c]) * (x[in] - mean[c]); });
    }

    /// y = gamma * (x - mean) * scale + beta
    void forward(const Scalar* x, const Scalar* mean, const Scalar* scale, const Scalar* gamma, const Scalar* beta, Scalar* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            y[out] = (x[in] - mean[c]) * (gamma ? scale[c] * gamma[c] : scale[c]) + (beta ? beta[c] : Scalar{0});
        });
    }

    /// y = x * scale + shift
    void infer(const Scalar* x, const Scalar* scale, const Scalar* shift, Scalar* y) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) { y[out] = x[in] * scale[c] + shift[c]; });
    }

    /// Each channel's sum of dy, and of dy * (x - mean) * scale.
    void gradient_sums(const Scalar* x, const Scalar* dy, const Scalar* mean, const Scalar* scale, Scalar* plain, Scalar* scaled) const {
        std::fill_n(plain, of.channels(), Scalar{0});
        std::fill_n(scaled, of.channels(), Scalar{0});
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            plain[c] += dy[out];
            scaled[c] += dy[out] * ((x[in] - mean[c]) * scale[c]);
        });
    }

    /// dx = (dx +) gamma * scale * (dy - share * (plain + normal * scaled)), where plain and scaled are the whole batch's sums, and share is one
    /// of its pixels: mean and deviation depend on all of them.
    void gradient(bool add, const Scalar* x, const Scalar* dy, const Scalar* mean, const Scalar* scale, const Scalar* gamma, Scalar share,
                  const Scalar* plain, const Scalar* scaled, Scalar* dx) const {
        each_number([&](std::size_t in, std::size_t out, std::size_t c) {
            const Scalar normal = (x[in] - mean[c]) * scale[c];
            const Scalar gradient = (gamma ? gamma[c] * scale[c] : scale[c]) * (dy[out] - share * (plain[c] + normal * scaled[c]));
            dx[in] = add ? dx[in] + gradient : gradient;
        });
    }

private:
    // Calls each(in, out, channel) for every number of the pictures.
    template <class Each>
    void each_number(Each each) const {
        for (std::size_t y = 0; y < of.in.shape.height; ++y)
            for (std::size_t x = 0; x < of.in.shape.width; ++x)
                for (std::size_t c = 0; c < of.channels(); ++c) each(of.in.offset(y, x) + c, of.out.offset(y, x) + c, c);
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel

namespace denim::inline DENIM_TARGET {

template <class Scalar>
struct BatchNormPass<Scalar>::Rows {
    const Scalar *gamma, *beta, *running_mean, *running_variance;  // the first two null where there are none

    Rows(const BatchNormPass& pass, const Scalar* rows)
        : gamma(pass.has_gamma ? rows : nullptr),
          beta(pass.has_beta ? rows + pass.has_gamma * pass.of.channels() : nullptr),
          running_mean(rows + (std::size_t{pass.has_gamma} + pass.has_beta) * pass.of.channels()),
          running_variance(running_mean + pass.of.channels()) {}
};

template <class Scalar>
struct BatchNormPass<Scalar>::Scratch {
    Scalar *mean, *scale;  // kept for backward
    Scalar *factor, *slope, *offset;  // of one call
    Scalar* sums;  // of each sample

    Scratch(Scalar* numbers, std::size_t channels)
        : mean(numbers), scale(mean + channels), factor(scale + channels), slope(factor + channels), offset(slope + channels), sums(offset + channels) {}
};

template <class Scalar>
template <class Each>
void BatchNormPass<Scalar>::each_sample(std::size_t count, Each each) const {
    parallel_for(count, count * 4 * of.in.shape.size(), [&](std::size_t sample) { each(sample, sample * of.in.size(), sample * of.out.size()); });
}

template <class Scalar>
void BatchNormPass<Scalar>::forward(const Forward<Scalar>& at) const {
    const std::size_t channels = of.channels();
    const Rows rows{*this, at.parameters};
    const Scratch to{at.scratch, channels};
    const kernel::PlainNormalisation<Scalar> plain{of};
    if (at.again) {
        // mean and scale are those of the first time
    } else if (at.settings->frozen) {
        std::copy_n(rows.running_mean, channels, to.mean);
        for (std::size_t c = 0; c < channels; ++c) to.scale[c] = Scalar{1} / kernel::deviation(rows.running_variance[c], epsilon);
    } else {
        each_sample(at.count, [&](std::size_t sample, std::size_t in, std::size_t) {
            Scalar *mean = to.sums + sample * 2 * channels, *squares = mean + channels;
            if constexpr (std::is_same_v<Scalar, float>)
                if (fast()) return kernel::channel_moments(of, at.input() + in, mean, squares);
            plain.moments(at.input() + in, mean, squares);
        });
        join_moments(to.sums, normalised_over(at), to.mean, to.scale);
        for (std::size_t c = 0; c < channels; ++c) to.scale[c] = Scalar{1} / kernel::deviation(to.scale[c], epsilon);
    }
    for (std::size_t c = 0; c < channels; ++c) to.factor[c] = rows.gamma ? to.scale[c] * rows.gamma[c] : to.scale[c];
    each_sample(at.count, [&](std::size_t, std::size_t in, std::size_t out) {
        if constexpr (std::is_same_v<Scalar, float>)
            if (fast()) return kernel::normalise(of, at.input() + in, to.mean, to.factor, rows.beta, at.output + out);
        plain.forward(at.input() + in, to.mean, to.scale, rows.gamma, rows.beta, at.output + out);
    });
}

template <class Scalar>
void BatchNormPass<Scalar>::backward(const Backward<Scalar>& at, Gradient input) const {
    const std::size_t channels = of.channels();
    const Rows rows{*this, at.parameters};
    const Scratch from{at.scratch, channels};
    const kernel::PlainNormalisation<Scalar> plain{of};
    each_sample(at.count, [&](std::size_t sample, std::size_t in, std::size_t out) {
        const Scalar *x = at.input() + in, *dy = at.output_gradient + out;
        Scalar *to_beta = from.sums + sample * 2 * channels, *to_gamma = to_beta + channels;
        if constexpr (std::is_same_v<Scalar, float>)
            if (fast()) return kernel::normal_gradient_sums(of, x, dy, from.mean, from.scale, to_beta, to_gamma);
        plain.gradient_sums(x, dy, from.mean, from.scale, to_beta, to_gamma);
    });
    const BatchPart<Scalar> part = normalised_over(at);
    part.join(from.sums, 2 * channels, [&](Scalar* to, const Scalar* other, std::size_t, std::size_t) {
        for (std::size_t n = 0; n < 2 * channels; ++n) to[n] += other[n];
    });
    const Scalar *to_beta = from.sums, *to_gamma = from.sums + channels;  // of all samples
    if (has_gamma) std::copy_n(to_gamma, channels, at.gradients);
    if (has_beta) std::copy_n(to_beta, channels, at.gradients + has_gamma * channels);
    next_statistics(at, from.mean, from.scale);
    if (alone_among_peers(at)) sum_over_peers(at);
    if (input == Gradient::none) return;
    const Scalar share = at.settings->frozen ? Scalar{0} : Scalar{1} / static_cast<Scalar>(part.shares.samples * of.pixels());
    for (std::size_t c = 0; c < channels; ++c) {
        from.factor[c] = rows.gamma ? from.scale[c] * rows.gamma[c] : from.scale[c];
        from.slope[c] = from.scale[c] * (from.factor[c] * share * to_gamma[c]);
        from.offset[c] = from.factor[c] * share * to_beta[c];
    }
    each_sample(at.count, [&](std::size_t, std::size_t in, std::size_t out) {
        const Scalar *x = at.input() + in, *dy = at.output_gradient + out;
        Scalar* dx = at.input_gradient() + in;
        const bool add = input == Gradient::add;
        if constexpr (std::is_same_v<Scalar, float>)
            if (fast()) return kernel::normal_gradient(of, add, x, dy, from.mean, from.factor, from.slope, from.offset, dx);
        plain.gradient(add, x, dy, from.mean, from.scale, rows.gamma, share, to_beta, to_gamma, dx);
    });
}

// The sums of all samples are left in the first one's place.
template <class Scalar>
void BatchNormPass<Scalar>::join_moments(Scalar* sums, const BatchPart<Scalar>& part, Scalar* mean, Scalar* variance) const {
    const std::size_t channels = of.channels();
    part.join(sums, 2 * channels, [&](Scalar* joined, const Scalar* own, std::size_t before, std::size_t more) {
        Scalar* squares = joined + channels;
        const Scalar share = static_cast<Scalar>(more) / static_cast<Scalar>(before + more),
                     weight = share * static_cast<Scalar>(before * of.pixels());
        for (std::size_t c = 0; c < channels; ++c) {
            const Scalar difference = own[c] - joined[c];
            joined[c] += difference * share;
            squares[c] += own[channels + c] + difference * difference * weight;
        }
    });
    std::copy_n(sums, channels, mean);
    for (std::size_t c = 0; c < channels; ++c) variance[c] = sums[channels + c] / static_cast<Scalar>(part.shares.samples * of.pixels());
}

// The running statistics' next values stand at their place among the gradients (Moved::by_layer).
template <class Scalar>
void BatchNormPass<Scalar>::next_statistics(const Backward<Scalar>& at, const Scalar* mean, const Scalar* scale) const {
    const std::size_t channels = of.channels();
    const Scalar* running = Rows{*this, at.parameters}.running_mean;
    Scalar* next = at.gradients + (running - at.parameters);
    const auto keep = static_cast<Scalar>(momentum), added = static_cast<Scalar>(epsilon);
    for (std::size_t c = 0; c < channels; ++c) {
        const Scalar variance = Scalar{1} / (scale[c] * scale[c]) - added;
        next[c] = at.settings->frozen ? running[c] : keep * running[c] + (Scalar{1} - keep) * mean[c];
        next[channels + c] = at.settings->frozen ? running[channels + c] : keep * running[channels + c] + (Scalar{1} - keep) * variance;
    }
}

// The gradients are those of all; of the running statistics each one's next values count as much as it has samples.
template <class Scalar>
void BatchNormPass<Scalar>::sum_over_peers(const Backward<Scalar>& at) const {
    const std::size_t channels = of.channels(), rest = (std::size_t{has_gamma} + has_beta) * channels, numbers = rest + 2 * channels;
    const auto all = static_cast<Scalar>(at.part->shares.samples);
    const Scalar share = at.settings->frozen ? Scalar(at.part->own.first == 0) : static_cast<Scalar>(at.count) / all;
    for (std::size_t n = 0; n < 2 * channels; ++n) at.gradients[rest + n] *= share;
    at.part->sum_of_own(numbers, at.gradients, at.gradients);  // of who has no samples it is nothing
}

template <class Scalar>
void BatchNormPass<Scalar>::prepare(const Scalar* parameters, Scalar* prepared) const {
    const std::size_t channels = of.channels();
    const Rows rows{*this, parameters};
    for (std::size_t c = 0; c < channels; ++c) {
        prepared[c] = (rows.gamma ? rows.gamma[c] : Scalar{1}) / kernel::deviation(rows.running_variance[c], epsilon);
        prepared[channels + c] = (rows.beta ? rows.beta[c] : Scalar{0}) - rows.running_mean[c] * prepared[c];
    }
}

template <class Scalar>
void BatchNormPass<Scalar>::fold(const Scalar* rows, std::span<const Scalar> weights, const Scalar* bias, Scalar* folded) const {
    const std::size_t channels = of.channels();
    AlignedArray<Scalar> numbers(2 * channels);
    prepare(rows, numbers.data());
    const Scalar *scale = numbers.data(), *shift = scale + channels;
    for (std::size_t first = 0; first < weights.size(); first += channels)
        for (std::size_t c = 0; c < channels; ++c) folded[first + c] = weights[first + c] * scale[c];
    for (std::size_t c = 0; c < channels; ++c) folded[weights.size() + c] = (bias ? bias[c] * scale[c] : Scalar{0}) + shift[c];
}

template <class Scalar>
void BatchNormPass<Scalar>::infer(const Forward<Scalar>& at) const {
    const Scalar *scale = at.prepared, *shift = scale + of.channels();
    if constexpr (std::is_same_v<Scalar, float>)
        if (fast()) return kernel::normalise(of, at.input(), nullptr, scale, shift, at.output);
    kernel::PlainNormalisation<Scalar>{of}.infer(at.input(), scale, shift, at.output);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_TEMPLATE(struct BatchNormPass<float>);
DENIM_TEMPLATE(struct BatchNormPass<double>);

}  // namespace denim::inline DENIM_TARGET
// ---- bodies of denim/machine/spelling.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

/// "Decimal{-15, 1}" at this place becomes "-1.5".
inline void write_decimal(std::string& name, std::size_t at) {
    const std::size_t first = at + 8, comma = name.find(", ", first), end = name.find('}', first);
    std::string digits = name.substr(first, comma - first);
    std::size_t places = 0;
    for (std::size_t n = comma + 2; n < end; ++n) places = 10 * places + static_cast<std::size_t>(name[n] - '0');
    const bool negative = digits[0] == '-';
    digits.erase(0, negative);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    if (places) digits.insert(digits.size() - places, 1, '.');
    name.replace(at, end + 1 - at, (negative ? "-" : "") + digits);
}

/// "WindowSize{1, 7}" at this place becomes "Window<1, 7>", "WindowSize{5, 5}" becomes "5".
inline void write_window(std::string& name, std::size_t at) {
    const std::size_t first = at + 11, comma = name.find(", ", first), end = name.find('}', first);
    const std::string rows = name.substr(first, comma - first), columns = name.substr(comma + 2, end - comma - 2);
    name.replace(at, end + 1 - at, rows == columns ? rows : "Window<" + rows + ", " + columns + ">");
}

DENIM_ONCE std::string spelling_in(std::string_view text) {
    text.remove_prefix(text.find("Type = ") + 7);
    std::string name{text.substr(0, std::min(text.find(';'), text.rfind(']')))};
    const auto erase = [&](std::string_view part, auto allowed) {
        for (std::size_t at = name.find(part); at != name.npos; at = name.find(part, at))
            if (allowed(at))
                name.erase(at, part.size());
            else
                ++at;
    };
    const std::string space = std::string{"denim::"} + DENIM_TARGET_NAME + "::";
    erase(space, [](std::size_t) { return true; });
    erase("denim::", [](std::size_t) { return true; });
    for (const char* const unnamed : {"{anonymous}::", "(anonymous namespace)::"}) erase(unnamed, [](std::size_t) { return true; });
    erase("ul", [&](std::size_t at) { return at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9'; });
    erase("UL", [&](std::size_t at) { return at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9'; });
    for (std::size_t at = name.find("Decimal{"); at != name.npos; at = name.find("Decimal{", at)) write_decimal(name, at);
    for (std::size_t at = name.find("WindowSize{"); at != name.npos; at = name.find("WindowSize{", at)) write_window(name, at);
    for (std::size_t at = name.find("> >"); at != name.npos; at = name.find("> >", at)) name.erase(at + 1, 1);
    const std::string_view pool = "Pool<Max, 2>";
    for (std::size_t at = name.find(pool); at != name.npos; at = name.find(pool, at)) name.replace(at, pool.size(), "MaxPool");
    return name;
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
// ---- bodies of denim/machine/settings_record.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string SettingsRecord::differences_from(const SettingsRecord& snapshot) const {
    constexpr std::size_t most = 12;
    std::size_t count = 0;
    std::string text;
    const auto compare = [&](const std::string& name, const std::string* there, const std::string* here) {
        if (there && here && *there == *here) return;
        if (count++ < most)
            text += "\n    " + name + ": the snapshot has " + (there ? *there : "nothing") + ", this run " + (here ? *here : "nothing");
    };
    for (const Line& each : all_) compare(each.name, snapshot.find(each.name), &each.value);
    for (const Line& each : snapshot.all_)
        if (!find(each.name)) compare(each.name, &each.value, nullptr);
    return count > most ? text + "\n    and " + std::to_string(count - most) + " more" : text;
}

DENIM_ONCE std::string SettingsRecord::text() const {
    std::string lines;
    for (const Line& each : all_) lines.append(each.name).append(" = ").append(each.value) += '\n';
    return lines;
}

DENIM_ONCE SettingsRecord SettingsRecord::from_text(std::string_view text) {
    SettingsRecord settings;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (const std::size_t at = line.find(" = "); at != line.npos)
            settings.all_.push_back({std::string{line.substr(0, at)}, std::string{line.substr(at + 3)}});
    }
    return settings;
}

DENIM_ONCE void SettingsRecord::put(std::string_view name, std::string_view value) {
    Line setting{full(name), {}};
    for (const char letter : value) {
        if (letter == '\n' || letter == '\\') setting.value += '\\';
        setting.value += letter == '\n' ? 'n' : letter;
    }
    all_.push_back(std::move(setting));
}

DENIM_ONCE const std::string* SettingsRecord::find(std::string_view name) const {
    for (const Line& each : all_)
        if (each.name == name) return &each.value;
    return nullptr;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/network/names.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void name_children(std::span<const NamedChild> children, const std::string& name, EntryNames& names) {
    std::size_t place = 0;
    for (const NamedChild& child : children) {
        if (!child.layer) {
            names.entries.push_back(name);
            continue;
        }
        std::string own = name.empty() ? std::to_string(place) : name + "." + std::to_string(place);
        ++place;
        if (child.name)
            child.name(own, names);
        else
            names.entries.push_back(std::move(own));
    }
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
// ---- bodies of denim/network/graph_table.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE detail::EntryNames GraphTable::names() const {
    detail::EntryNames all;
    name("", all);
    return all;
}

DENIM_ONCE std::string GraphTable::word(std::size_t entry) const {
    std::string text = detail::spelling_in(said_of_entries[entry]);
    if (const std::size_t at = text.rfind("::"); entries[entry].role == Role::join && at != text.npos) text.erase(0, at + 2);
    return text;
}

DENIM_ONCE std::vector<Row> make_rows(const GraphTable& graph) {
    const std::vector<std::string> names = graph.names().entries;
    std::vector<Row> rows;
    for (const auto& [parameter, entry, offset] : graph.parameters)
        rows.push_back({names[entry] + "." + parameter.name, parameter.extents, offset, parameter.moved == Moved::by_gradient, parameter.decays,
                        parameter.moved});
    return rows;
}

DENIM_ONCE void update_rows(const GraphTable& graph, std::span<const LayerSettings> settings, std::span<Row> rows) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto& [parameter, entry, offset] = graph.parameters[row];
        rows[row].trained = !settings[entry].frozen && parameter.moved == Moved::by_gradient;
        rows[row].rate_factor = settings[entry].rate_factor;
        rows[row].l2 = parameter.decays && parameter.moved == Moved::by_gradient ? settings[entry].l2 : 0;
    }
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/network/summary.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

/// "0.421 G", "17.3 M", "920"
inline std::string with_unit(std::size_t number) {
    const auto value = static_cast<double>(number);
    if (value >= 1e8) return fixed(value / 1e9, 3) + " G";
    return value >= 1e4 ? fixed(value / 1e6, 3) + " M" : std::to_string(number);
}

DENIM_ONCE std::string with_commas(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

DENIM_ONCE std::string format_table(const std::vector<TableLine>& lines, std::size_t first_number, std::size_t last_number) {
    std::vector<std::size_t> widths(lines.at(0).size());
    for (const TableLine& line : lines)
        for (std::size_t column = 0; column < widths.size(); ++column) widths[column] = std::max(widths[column], line[column].size());
    std::string text;
    for (std::size_t number = 0; number < lines.size(); ++number) {
        std::string row;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string& cell = lines[number][column];
            const std::string padding(widths[column] - cell.size(), ' ');
            const bool to_the_right = first_number <= column && column < last_number;
            row += (to_the_right ? padding + cell : cell + padding) + (column + 1 < widths.size() ? "  " : "");
        }
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + '\n';
        if (number == 0) {
            std::size_t width = 2 * (widths.size() - 1);
            for (const std::size_t column : widths) width += column;
            text += std::string(width, '-') + '\n';
        }
    }
    return text;
}

DENIM_ONCE std::string summary_of(const GraphTable& graph, std::span<const NodeLine> nodes, std::span<const Row> rows, std::string_view precision) {
    const EntryNames names = graph.names();
    std::vector<TableLine> lines{{"", "layer", "output", "parameters", "operations", "algorithm"},
                                 {"", graph.input.vector() ? "Input" : "Image", to_string(graph.input), "", "", ""}};
    std::size_t block = 0, operations_of_all = 0, trained = 0;
    for (const NodeLine& node : nodes) {
        operations_of_all += node.operations;
        for (; block < names.blocks.size() && names.block_begins[block] <= node.first; ++block)
            lines.push_back({names.block_places[block], names.blocks[block], "", "", "", ""});
        std::string algorithm = node.algorithm;
        if (node.again) algorithm += algorithm.empty() ? "computed again" : ", computed again";
        for (std::size_t at = node.first; at < node.first + node.entries; ++at) {
            const Entry& entry = graph.entries[at];
            const bool first = at == node.first;
            lines.push_back({names.entries[at], graph.word(at), to_string(entry.out), entry.parameters ? with_commas(entry.parameters) : "",
                             first && node.operations ? with_unit(node.operations) : "", first ? algorithm : "with the layer above"});
        }
    }
    for (const Row& row : rows) trained += row.trained ? row.size() : 0;
    return format_table(lines, 3, 5) + with_commas(graph.numbers) + " parameters, " + with_commas(trained) + " trained; " + with_unit(operations_of_all) +
           " operations for a picture, forward\n" + machine_line(precision);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string machine_line(std::string_view precision) {
    const Team team;
    std::string text = std::string{DENIM_VECTORS_NAME} + ", " + std::to_string(simd::lanes<float>) + " floats in a vector; " +
                       std::to_string(team.size) + (team.size == 1 ? " thread" : " threads");
#if !defined(_OPENMP)
    text += " (built without OpenMP: compile with -fopenmp for more)";
#endif
    text += "; " + std::string{precision};
#if defined(__x86_64__) && defined(__GNUC__)
    const bool more = (simd::lanes<float> < 16 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) ||
                      (simd::lanes<float> < 8 && __builtin_cpu_supports("avx2"));
#if defined(DENIM_EVERY_MACHINE)
    if (more) text += "\nThis machine has wider vectors, and this program a copy for them: DENIM_WIDEST in the environment asks for narrower ones.";
#else
    if (more) text += "\nThis machine has wider vectors than this program uses: compile with -march=native.";
#endif
#endif
#if !defined(__OPTIMIZE__)
    text += "\nThis program is compiled without optimisation, which makes it many times slower: compile with -O3, with CMake as Release.";
#endif
    return text + '\n';
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/network/describe.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string Description::json() const {
    std::string text = "{\n  \"input\": " + list(input) + ",\n  \"output\": " + list(output) +
                       ",\n  \"parameters\": " + std::to_string(parameters) + ",\n  \"layers\": [";
    for (const DescribedLayer& layer : layers) {
        text += (&layer == layers.data() ? "\n" : ",\n") + std::string{"    {\"name\": \""} + layer.name +
                "\", \"layer\": \"" + layer.layer + "\", \"recomputed\": " + (layer.recomputed ? "true" : "false") + ", \"inputs\": [";
        for (std::size_t n = 0; n < layer.inputs.size(); ++n) text += (n ? ", " : "") + std::to_string(layer.inputs[n]);
        text += "], \"output\": " + list(layer.output) + ", \"parameters\": " + std::to_string(layer.parameters) +
                ", \"rows\": [";
        for (const Row& row : layer.rows) {
            text += (&row == layer.rows.data() ? "" : ", ") + std::string{"{\"name\": \""} + row.name + "\", \"shape\": [";
            for (std::size_t d = 0; d < row.extents.rank; ++d)
                text += (d ? ", " : "") + std::to_string(row.extents.values[d]);
            text += std::string{"], \"trained\": "} + (row.trained ? "true" : "false") + "}";
        }
        text += "]}";
    }
    return text + "\n  ]\n}\n";
}

DENIM_ONCE std::string Description::graphviz() const {
    std::string text =
        "digraph network {\n    rankdir=TB;\n    node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fb\", "
        "fontname=\"sans-serif\", fontsize=11];\n"
        "    edge [fontname=\"sans-serif\", fontsize=9, color=\"#555555\"];\n    layer0 [label=\"picture\", "
        "fillcolor=\"#fff4d6\"];\n";
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const DescribedLayer& layer = layers[n];
        const bool adds = layer.layer == "Sum" || layer.layer == "Added";
        text += "    layer" + std::to_string(n + 1) + " [label=\"" + (adds ? "+" : layer.layer);
        if (layer.parameters) text += "\\n" + detail::with_commas(layer.parameters) + " parameters";
        if (layer.recomputed && !adds) text += "\\ncomputed again";
        text += adds ? "\", shape=circle, fillcolor=\"#e6f5e6\"];\n" : "\"];\n";
        for (const std::size_t from : layer.inputs) {
            const Shape shape = from ? layers[from - 1].output : input;
            text += "    layer" + std::to_string(from) + " -> layer" + std::to_string(n + 1) + " [label=\" " +
                    words(shape) + "\"];\n";
        }
    }
    const std::string last = std::to_string(layers.size());
    return text + "    logits [label=\"logits\", fillcolor=\"#fff4d6\"];\n    layer" + last + " -> logits [label=\" " +
           words(output) + "\"];\n}\n";
}

DENIM_ONCE std::string Description::list(Shape shape) {
    return '[' + std::to_string(shape.height) + ", " + std::to_string(shape.width) + ", " + std::to_string(shape.channels) +
           ']';
}

DENIM_ONCE std::string Description::words(Shape shape) {
    if (shape.height == 1 && shape.width == 1) return std::to_string(shape.channels);
    return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " + std::to_string(shape.channels);
}

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE Description describe(const GraphTable& graph, std::span<const Row> rows) {
    Description description{graph.input, graph.output, graph.numbers, {}};
    const std::vector<std::string> names = graph.names().entries;
    std::vector<std::size_t> number_of(graph.entries.size() + 1, 0);  // the layer that a value comes from
    std::size_t row = 0;
    for (std::size_t index = 0; index < graph.entries.size(); ++index) {
        const Entry& entry = graph.entries[index];
        if (passes_on(entry.role)) {
            number_of[index + 1] = number_of[entry.from[0]];
            continue;
        }
        DescribedLayer layer{names[index], graph.word(index), {}, entry.out, entry.parameters, {}};
        for (std::size_t n = 0; n < entry.inputs; ++n) layer.inputs.push_back(number_of[entry.from[n]]);
        for (std::size_t n = 0; n < entry.rows; ++n) layer.rows.push_back(rows[row++]);
        for (const RecomputedEntries& block : graph.recomputed) layer.recomputed = layer.recomputed || (block.first <= index && index < block.last);
        description.layers.push_back(std::move(layer));
        number_of[index + 1] = description.layers.size();
    }
    return description;
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/network/architecture.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE std::string without_recompute(std::string text) {
    constexpr std::string_view word = "Recompute<";
    for (std::size_t at = text.size(); (at = text.rfind(word, at)) != text.npos;) {  // inner ones first
        if (at == 0 || (text[at - 1] != '_' && text[at - 1] != ':' && !std::isalnum(static_cast<unsigned char>(text[at - 1])))) {
            std::size_t end = at + word.size(), depth = 0;
            bool several = false;
            for (; end < text.size() && (text[end] != '>' || depth > 0); ++end) {
                several = several || (text[end] == ',' && depth == 0);
                if (text[end] == '<') ++depth;
                if (text[end] == '>') --depth;
            }
            if (several) {
                text.replace(at, word.size(), "Sequential<");
            } else {
                text.erase(end, 1);
                text.erase(at, word.size());
            }
        }
        if (at-- == 0) break;
    }
    return text;
}

DENIM_ONCE std::string architecture_of(const GraphTable& graph) {
    std::string text = spelling_in(graph.said_of_input) + ", " + spelling_in(graph.said_of_layers);
    const EntryNames names = graph.names();
    for (std::size_t block = 0; block < names.blocks.size(); ++block)  // each once, as what it stands for
        if (const std::string line = "; " + names.blocks[block] + ": " + names.block_layers[block]; text.find(line) == std::string::npos) text += line;
    return without_recompute(text);
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
// ---- bodies of denim/network/describe_dropout.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void describe_dropout(const GraphTable& graph, std::span<const LayerSettings> settings, SettingsRecord& to) {
    const std::vector<std::string> names = graph.names().entries;
    for (std::size_t n = 0; n < names.size(); ++n)
        if (graph.entries[n].has_rate) to(names[n] + ".rate", settings[n].rate);
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
// ---- bodies of denim/training/learner.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE NetworkLearner::NetworkLearner(NetworkState<float>& state, const Type& type, std::size_t largest_batch, const LossOfHeads& loss,
                                            std::vector<float> head_weights, Peers<float>* peers)
    : state_(state), type_(type), loss_(loss), trainer_(*state.graph, type.learns, largest_batch, peers), head_weights_(std::move(head_weights)) {
    check_settings(graph(), state.settings);
    for (std::size_t head = 0; head < heads().size(); ++head) state.gives[head] = loss.of(head).gives();
}

DENIM_ONCE NetworkLearner::~NetworkLearner() = default;

DENIM_ONCE StepResult NetworkLearner::step(const Batch& batch) {
    Batch weighted = batch;
    weighted.head_weights = head_weights_;
    return trainer_.step(state_.parameters.span(), state_.settings, weighted, {&answer, this});
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/training/answers.hpp
#if DENIM_BODIES

// ---- denim/training/forward_buffer.hpp

#include <unordered_map>

namespace denim::inline DENIM_TARGET {

/// The pictures of a source that goes only forward, asked for in an order that is nearly that of the source: what is read on the way to one
/// waits until it is asked for. Many threads may ask, each picture once.
class ForwardBuffer {
public:
    explicit ForwardBuffer(const SourceReference& source) : source_(source) {}

    /// Begins at the first picture again; these will be asked for.
    void begin(std::span<const std::uint32_t> wanted) {
        const std::scoped_lock lock{mutex_};
        next_ = 0;
        waiting_.clear();
        wanted_.assign(source_.size(), false);
        for (const std::uint32_t place : wanted) wanted_[place] = true;
    }

    /// False where the source leaves the picture out.
    bool take(std::size_t place, void* to) {
        const std::scoped_lock lock{mutex_};
        for (; next_ <= place; ++next_) {
            Picture picture;
            picture.numbers = spare_.empty() ? std::vector<std::byte>(source_.picture_bytes()) : std::move(spare_.back());
            if (!spare_.empty()) spare_.pop_back();
            picture.there = source_.read(next_, picture.numbers.data());
            if (wanted_[next_])
                waiting_.emplace(next_, std::move(picture));
            else
                spare_.push_back(std::move(picture.numbers));
        }
        const auto found = waiting_.find(place);
        if (found == waiting_.end())
            throw std::logic_error("denim: picture " + std::to_string(place) + " of a source that goes forward was asked for twice");
        const bool there = found->second.there;
        std::memcpy(to, found->second.numbers.data(), found->second.numbers.size());
        spare_.push_back(std::move(found->second.numbers));
        waiting_.erase(found);
        return there;
    }

private:
    struct Picture {
        std::vector<std::byte> numbers = {};
        bool there = true;
    };

    SourceReference source_;
    std::mutex mutex_;
    std::size_t next_ = 0;
    std::vector<bool> wanted_;
    std::unordered_map<std::size_t, Picture> waiting_;
    std::vector<std::vector<std::byte>> spare_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/prepared_batches.hpp

#include <condition_variable>
#include <thread>

namespace denim::inline DENIM_TARGET {

/// Batches whose pictures are read from a source, or changed anew in each epoch, or both, on threads of their own: while a network works on
/// one batch the next ones are made ready; where it waits, its own threads help. A program that is held to one thread makes each as it is taken,
/// unless threads to read were asked for. A picture becomes the same for any number of threads and any size of batches.
class PreparedBatches {
public:
    /// Keeps a reference to `samples`. Throws where augmentation does not fit the pictures.
    PreparedBatches(const Samples& samples, const Augmentation& augmentation, Seed seed, std::size_t largest, const Reading& reading = {})
        : samples_(samples),
          augmentation_(augmentation),
          seed_(seed),
          batch_(largest),
          picture_bytes_(samples.pictures.shape.size() * (samples.bytes() ? 1 : sizeof(float))),
          slice_(std::clamp<std::size_t>((std::size_t{1} << 16) / std::max<std::size_t>(picture_bytes_, 1), 1, largest)),
          changes_(!samples.source || augmentation != Augmentation{.ground = augmentation.ground}) {
        augmentation.check(samples.pictures.shape);
        check_setting("Reading", "threads", reading.threads, Accepted{.highest = 1024});
        check_setting("Reading", "ahead", reading.ahead, Accepted{.highest = 1024});
        if (changes_ && !samples.bytes())
            throw std::invalid_argument(
                "denim: fit: augmentation changes pictures of std::uint8_t, but the training set has floats");
        if (samples.source && samples.source->forward()) forward_.emplace(*samples.source);
        const std::size_t wanted = reading.threads > 0 ? reading.threads : threads() > 1 ? threads() : 0;
        rooms_.resize(wanted > 0 ? reading.ahead + 1 : 1);
        for (Room& room : rooms_) {
            room.numbers_of_pictures.resize(largest * picture_bytes_ / sizeof(float) + 1);
            room.there.resize(largest);
            room.labels.resize(samples.labels.empty() ? 0 : largest * samples.heads);
            room.targets.resize(largest * samples.width());
            room.pictures = {samples.pictures.shape, largest};
            if (samples.bytes())
                room.pictures.bytes = reinterpret_cast<const std::uint8_t*>(room.numbers_of_pictures.data());
            else
                room.pictures.floats = room.numbers_of_pictures.data();
        }
        try {
            for (std::size_t n = 0; n < wanted; ++n) workers_.emplace_back([this] { work(); });
        } catch (const std::system_error&) {  // as many as the system gives
        }
    }

    PreparedBatches(const PreparedBatches&) = delete;
    PreparedBatches& operator=(const PreparedBatches&) = delete;
    ~PreparedBatches() {
        {
            const std::scoped_lock lock{mutex_};
            stop_ = true;
        }
        work_.notify_all();
        for (std::thread& worker : workers_) worker.join();
    }

    /// Starts an epoch at batch `first` of `order`, which stays alive until its last batch was taken, or this is gone. It has batches of the largest
    /// size, or so many `batches` of `each` samples; the last one has what is left.
    void begin(std::span<const std::uint32_t> order, std::size_t first, std::uint64_t epoch) {
        begin(order, first, epoch, batch_, batches_of(order.size(), batch_));
    }
    void begin(std::span<const std::uint32_t> order, std::size_t first, std::uint64_t epoch, std::size_t each, std::size_t batches) {
        std::unique_lock lock{mutex_};
        batches_ = 0;  // nobody begins anything more of an epoch that was left
        done_.wait(lock, [&] { return busy_ == 0; });
        order_ = order;
        epoch_ = epoch;
        waited_ = 0;
        claimed_ = next_ = held_ = first;
        claimed_samples_ = 0;
        each_ = each;
        batches_ = batches;
        for (Room& room : rooms_) room.left = 0;
        if (forward_) forward_->begin(order.subspan(std::min(first * each_, order.size())));
        for (std::size_t batch = first; batch < std::min(batches_, first + rooms_.size()); ++batch) open(batch);
        lock.unlock();
        work_.notify_all();
    }

    /// Waits for the next batch, which stands until the one after it is taken; what was left out is not in it. Throws what reading threw.
    Batch take(std::uint64_t step) {
        const std::size_t batch = next_++;
        Room& room = rooms_[batch % rooms_.size()];
        const auto before = std::chrono::steady_clock::now();
        {
            std::unique_lock lock{mutex_};
            if (batch > held_) {  // the room of the batch before is free
                const std::size_t following = held_ + rooms_.size();
                held_ = batch;
                if (following < batches_) open(following);
                work_.notify_all();
            }
            if (room.left > 0) {
                lock.unlock();
                help(room);
                lock.lock();
                done_.wait(lock, [&] { return room.left == 0; });
            }
        }
        waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
        if (room.error) std::rethrow_exception(room.error);
        room.order.clear();
        left_out_.clear();
        for (std::size_t n = 0; n < room.size; ++n)
            if (room.there[n])
                room.order.push_back(static_cast<std::uint32_t>(n));
            else
                left_out_.push_back(order_[room.first + n]);
        return {room.pictures, room.labels, room.order, seed_, step, {}, room.targets};
    }

    /// The samples that the source left out of the last batch.
    [[nodiscard]] std::span<const std::uint32_t> left_out() const { return left_out_; }
    /// Seconds that `take` has waited in this epoch.
    [[nodiscard]] double waited() const { return waited_; }

private:
    struct Room {
        std::vector<float> numbers_of_pictures;  // or bytes, in memory that floats may stand in
        std::vector<std::uint8_t> there;
        std::vector<std::int32_t> labels;
        std::vector<float> targets;
        std::vector<std::uint32_t> order;
        Pictures pictures;
        std::size_t first = 0, size = 0;  // in the order
        std::size_t left = 0;             // samples that are not ready
        std::exception_ptr error;
    };

    void open(std::size_t batch) {
        Room& room = rooms_[batch % rooms_.size()];
        room.first = batch * each_;
        room.left = room.size = batch + 1 == batches_ ? order_.size() - room.first : each_;
        room.error = nullptr;
    }

    /// Some pictures of a batch, for one thread.
    struct Slice {
        Room* room;
        std::size_t first, last;
    };
    // Nothing where all rooms are full or taken. The mutex is held.
    std::optional<Slice> claim() {
        if (claimed_ >= batches_ || claimed_ >= held_ + rooms_.size()) return std::nullopt;
        Room& room = rooms_[claimed_ % rooms_.size()];
        const Slice slice{&room, claimed_samples_, std::min(claimed_samples_ + slice_, room.size)};
        claimed_samples_ = slice.last;
        if (slice.last == room.size) ++claimed_, claimed_samples_ = 0;
        return slice;
    }
    void read(const Slice& slice, std::unique_lock<std::mutex>& lock) {
        ++busy_;
        lock.unlock();
        std::exception_ptr error;
        try {
            fill(*slice.room, slice.first, slice.last);
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        --busy_;
        if (error && !slice.room->error) slice.room->error = error;
        slice.room->left -= slice.last - slice.first;
        if (slice.room->left == 0 || batches_ == 0) done_.notify_all();
    }

    void work() {
        std::unique_lock lock{mutex_};
        for (;;) {
            std::optional<Slice> slice;
            work_.wait(lock, [&] { return stop_ || (slice = claim()); });
            if (stop_) return;
            read(*slice, lock);
        }
    }
    // Those that compute read until the batch is there: a team that waits for work keeps its processors busy with waiting.
    void help(const Room& room) {
        const Team team;
        parallel_for(team, team.size, std::numeric_limits<std::size_t>::max(), [&](std::size_t, std::size_t) {
            std::unique_lock lock{mutex_};
            while (room.left > 0) {
                const std::optional<Slice> slice = claim();
                if (!slice) break;
                read(*slice, lock);
            }
        });
    }

    void fill(Room& room, std::size_t first, std::size_t last) {
        std::vector<std::uint8_t> unchanged(samples_.source && changes_ ? picture_bytes_ : 0);
        for (std::size_t n = first; n < last; ++n) {
            const std::size_t sample = order_[room.first + n], width = samples_.width();
            if (!samples_.labels.empty()) std::copy_n(&samples_.labels[sample * samples_.heads], samples_.heads, &room.labels[n * samples_.heads]);
            std::copy_n(samples_.numbers.data() + sample * width, width, room.targets.data() + n * width);
            auto* const to = reinterpret_cast<std::uint8_t*>(room.numbers_of_pictures.data()) + n * picture_bytes_;
            const std::uint8_t* from = samples_.source ? unchanged.data() : samples_.pictures.bytes + sample * picture_bytes_;
            room.there[n] = !samples_.source || read_picture(samples_.place(sample), changes_ ? unchanged.data() : to);
            if (changes_ && room.there[n]) augmentation_.apply(from, samples_.pictures.shape, to, Augmentation::random_of(seed_, epoch_, sample));
        }
    }
    bool read_picture(std::size_t place, void* to) { return forward_ ? forward_->take(place, to) : samples_.source->read(place, to); }

    const Samples& samples_;
    Augmentation augmentation_;
    Seed seed_;
    std::size_t batch_, each_ = 0, picture_bytes_, slice_;  // the largest batch; those of the epoch but its last one
    bool changes_;
    std::optional<ForwardBuffer> forward_;

    std::mutex mutex_;  // over all that follows, but for rooms that are being filled or were taken
    std::condition_variable work_, done_;
    std::span<const std::uint32_t> order_;
    std::uint64_t epoch_ = 0;
    std::size_t batches_ = 0, claimed_ = 0, claimed_samples_ = 0;  // the batch and the sample that are begun next
    std::size_t next_ = 0, held_ = 0;                              // the batch that is taken next; the one whose room is not free
    std::size_t busy_ = 0;
    bool stop_ = false;
    std::vector<Room> rooms_;
    std::vector<std::uint32_t> left_out_;
    double waited_ = 0;
    std::vector<std::thread> workers_;  // last: they see all the rest
};

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE std::vector<std::uint32_t> each_chunk(const Samples& samples, const Reading& reading,
                                             const std::function<void(const Pictures&, std::size_t first)>& each) {
    const std::size_t chunk = std::clamp<std::size_t>((std::size_t{4} << 20) / std::max<std::size_t>(samples.source->picture_bytes(), 1), 64, 1024);
    std::vector<std::uint32_t> order(samples.count()), left_out;
    std::iota(order.begin(), order.end(), 0u);
    PreparedBatches batches{samples, {}, {}, std::min(chunk, samples.count()), reading};
    batches.begin(order, 0, 1);
    for (std::size_t first = 0; first < order.size(); first += chunk) {
        Pictures pictures = batches.take(0).pictures;
        pictures.count = std::min(chunk, order.size() - first);
        left_out.insert(left_out.end(), batches.left_out().begin(), batches.left_out().end());
        each(pictures, first);
    }
    return left_out;
}

DENIM_ONCE std::vector<float> all_logits(Learner& learner, Samples& samples, const Reading& reading, Peers<float>* peers) {
    const auto predict = [&](const Pictures& pictures, float* to) {
        Samples part;
        part.pictures = pictures;
        std::ranges::copy(learner.logits(part), to);
    };
    if (peers) return answers_of_peers<float>(*peers, samples, learner.classes(), reading, predict);
    if (!samples.source) return learner.logits(samples);
    return answers<float>(samples, learner.classes(), reading, predict);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
// ---- bodies of denim/training/order_of_epoch.hpp
#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void check_order(const FitOptions& options, const Samples& train) {
    if (!options.balanced) return;
    std::string but;
    if (!options.shuffle) but = ".shuffle = false";
    if (train.heads != 1) but = "a network of several heads";
    if (train.labels.empty()) but = "a loss that wants numbers";
    if (train.source && train.source->forward()) but = "a source that goes only forward";
    if (but.empty()) return;
    throw std::invalid_argument("denim: fit: classes are balanced in a shuffled order of samples with one label each, but got " + but);
}

DENIM_ONCE std::vector<std::uint32_t> order_of_epoch(const Samples& train, const FitOptions& options, std::uint64_t epoch) {
    if (options.balanced) return balanced_order(train.labels, options.seed, epoch);
    if (!options.shuffle || !train.source || !train.source->forward())
        return epoch_order(train.count(), options.seed, epoch, options.shuffle);
    const std::size_t picture = std::max<std::size_t>(train.source->picture_bytes(), 1);
    return mixed_order(train.count(), options.reading.mixed / picture, options.seed, epoch);
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
// ---- bodies of denim/training/fit.hpp
#if DENIM_BODIES

// ---- denim/training/first_look.hpp

// Mistakes that stop no run and spoil its result: looked for before the first step, one line on standard error for each.

namespace denim::inline DENIM_TARGET::detail {

/// Pictures in another range than their type's: bytes that are only 0 and 1, floats that go from 0 to 255.
inline void look_at_pictures(const Pictures& pictures) {
    if (!pictures.bytes && !pictures.floats) return;  // of a source
    const std::size_t size = pictures.shape.size();
    if (pictures.bytes) {
        const std::uint8_t *first = pictures.bytes, *last = first + pictures.count * size;
        if (std::none_of(first, last, [](std::uint8_t byte) { return byte > 1; }) && std::find(first, last, 1) != last)
            say_once(
                "fit: the bytes of the training set are only 0 and 1, of 0 to 255, so the network sees 0 and 1/255; "
                "multiply them by 255, or give floats");
        return;
    }
    if (pictures.shape.vector()) return;  // what was measured has ranges of its own
    constexpr std::size_t looked_at = 1000;  // pictures, spread over the set
    float largest = 0;
    for (std::size_t n = 0; n < pictures.count; n += std::max<std::size_t>(pictures.count / looked_at, 1))
        for (const float number : std::span{pictures.floats + n * size, size}) {
            if (!Accepted{.highest = 255}.takes(static_cast<double>(number))) return;
            largest = std::max(largest, number);
        }
    if (largest > 16)
        say_once("fit: the floats of the training set go from 0 to " + shortest_text(largest) +
                 ", and the network sees them as they are; divide them by 255, or give bytes, which are scaled on the way");
}

/// A softmax or a sigmoid before a loss that has one of its own.
inline void look_at_end(const Learner& learner, const LossOfHeads& losses) {
    for (std::size_t head = 0; head < learner.heads().size(); ++head) {
        const Squash end = learner.ends_in(head);
        if (end == Squash::none || losses.of(head).gives() == Gives::numbers) continue;
        std::string line{"fit: the network ends in a "};
        line.append(end == Squash::softmax ? "softmax" : "sigmoid").append(", but ")
            .append(losses.of(head).name().empty() ? "the loss" : losses.of(head).name());
        say_once(line.append(" takes logits and does that itself; let the last layer be linear"));
    }
}

/// Whether each output of a network with one head begins with a bias that leaves it no probability: room for later, of which no label is expected.
inline std::vector<bool> shut_outputs(Learner& learner) {
    constexpr float shut = -1000;
    std::vector<bool> all(learner.classes());
    const std::span<const Row> rows = learner.rows();
    if (learner.heads().size() != 1 || rows.empty() || !rows.back().name.ends_with(".bias") || rows.back().size() != all.size()) return all;
    for (std::size_t n = 0; n < all.size(); ++n) all[n] = learner.parameters()[rows.back().offset + n] <= shut;
    return all;
}

/// Classes that no label names.
inline void look_at_labels(Learner& learner, const Samples& train) {
    const auto heads = learner.heads();
    for (std::size_t head = 0; head < heads.size() && !train.labels.empty(); ++head) {
        std::vector<bool> used = heads.size() == 1 ? shut_outputs(learner) : std::vector<bool>(heads[head]);
        for (std::size_t n = head; n < train.labels.size(); n += heads.size())
            if (train.labels[n] != no_label) used[static_cast<std::size_t>(train.labels[n])] = true;
        std::string unused;
        std::size_t count = 0;
        constexpr std::size_t named = 10;
        for (std::size_t label = 0; label < used.size(); ++label)
            if (!used[label] && ++count <= named) unused += (count > 1 ? ", " : "") + std::to_string(label);
        if (count == 0) continue;
        if (count > named) unused += " and " + std::to_string(count - named) + " more";
        const bool several = count > 1;
        say_once(std::string{several ? "fit: no picture of the training set has one of the labels " : "fit: no picture of the training set has the label "} +
                 unused + (heads.size() > 1 ? " of head " + std::to_string(head) : "") +
                 (several ? ", but the network has outputs for them; labels go from 0 to " : ", but the network has an output for it; labels go from 0 to ") +
                 std::to_string(heads[head] - 1));
    }
}

/// All of these.
inline void take_first_look(Learner& learner, const Samples& train, const FitOptions& options) {
    look_at_pictures(train.pictures);
    look_at_end(learner, {options.loss, options.head_losses});
    look_at_labels(learner, train);
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/training/averaged_parameters.hpp

namespace denim::inline DENIM_TARGET {

/// The average of a network's parameters beside those that learn. While it is shown, the two have changed places.
class AveragedParameters {
public:
    /// Takes parameters into the average with their share of it.
    void take(std::span<const float> parameters, double share) {
        if (share <= 0) return;
        if (numbers_.empty()) share = 1;
        numbers_.resize(parameters.size());
        constexpr std::size_t block = 16384;
        parallel_for((parameters.size() + block - 1) / block, 4 * parameters.size(), [&](std::size_t index) {
            const std::size_t first = index * block, last = std::min(first + block, parameters.size());
            if (share >= 1)
                std::copy(parameters.data() + first, parameters.data() + last, numbers_.data() + first);
            else
                for (std::size_t n = first; n < last; ++n)
                    numbers_[n] += static_cast<float>(share) * (parameters[n] - numbers_[n]);
        });
    }
    /// Gives the network the average, where there is one, or what learns again.
    void show(bool shown, std::span<float> parameters) {
        if (shown != shown_ && !numbers_.empty()) {
            std::swap_ranges(parameters.begin(), parameters.end(), numbers_.begin());
            shown_ = shown;
        }
    }
    [[nodiscard]] bool shown() const { return shown_; }
    /// The average, or while it is shown what learns.
    [[nodiscard]] std::span<const float> numbers() const { return numbers_; }
    /// Goes on from an average.
    void resume(std::span<const float> average) {
        numbers_.assign(average.begin(), average.end());
        shown_ = false;
    }

private:
    std::vector<float> numbers_;
    bool shown_ = false;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/batch_parts.hpp

namespace denim::inline DENIM_TARGET::detail {

/// What is computed here of the batches of an epoch: all of each, or with peers the samples of its own shares.
class BatchParts {
public:
    struct Part {
        std::size_t first, count;           ///< in the order of the epoch
        std::size_t samples, first_sample;  ///< of the whole batch; where the part begins in it
    };

    /// Batches of `batch` samples; the last one has what is left.
    BatchParts(std::size_t samples, std::size_t batch, const Peers<float>* peers) : samples_(samples), batch_(batch), peers_(peers) {}

    [[nodiscard]] Part of(std::size_t batch) const {
        const std::size_t first = batch * batch_, samples = std::min(batch_, samples_ - first);
        if (!peers_) return {first, samples, samples, 0};
        const Shares shares{samples};
        const ShareRange own = shares_of_peer(shares, peers_->own(), peers_->count());
        const std::size_t before = std::min(samples, own.first * shares.each);
        return {first + before, shares.only(own).samples, samples, before};
    }
    /// The most samples that a part has.
    [[nodiscard]] std::size_t largest() const {
        const std::size_t whole = std::min(batch_, samples_);
        return peers_ ? LargestPart(whole, peers_->own(), peers_->count()).samples : whole;
    }
    /// Of the samples of an epoch those that are computed here, in order.
    [[nodiscard]] std::vector<std::uint32_t> own(std::span<const std::uint32_t> order) const {
        std::vector<std::uint32_t> all;
        for (std::size_t batch = 0; batch * batch_ < samples_; ++batch) {
            const auto part = order.subspan(of(batch).first, of(batch).count);
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }

    /// The batch, which is that part. Throws std::runtime_error where there are peers and something was left out.
    [[nodiscard]] Batch placed(Batch batch, const Part& part, std::span<const std::uint32_t> left_out = {}) const {
        if (!peers_) return batch;
        if (!left_out.empty())
            throw std::runtime_error("denim: fit: the source left out picture " + std::to_string(left_out[0]) +
                                     "; where ranks share a batch every picture is needed, so remove it from the set");
        batch.samples_of_all = part.samples;
        batch.first_sample = part.first_sample;
        return batch;
    }

private:
    std::size_t samples_, batch_;
    const Peers<float>* peers_;
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/training/callback_list.hpp

// What the callbacks of a run say and remember together. Two of one type stand apart: by their place among those of the type.

namespace denim::inline DENIM_TARGET::detail {

/// Calls act(callback, place), place 0 for the first of a type, 1 for the second.
template <class Act>
void each_callback(std::span<const CallbackReference> callbacks, const Act& act) {
    std::map<std::string, std::size_t> seen;
    for (const CallbackReference& callback : callbacks) act(callback, seen[callback.name()]++);
}

/// Those that are DescribesItself, each under its name; the second is "EarlyStopping 2".
inline void describe_callbacks(SettingsRecord& to, std::span<const CallbackReference> callbacks) {
    each_callback(callbacks, [&](const CallbackReference& callback, std::size_t place) {
        if (callback.described()) to(callback.name() + (place > 0 ? ' ' + std::to_string(place + 1) : ""), callback);
    });
}

/// What the second of a type remembers stands behind "2/".
inline std::string memory_prefix(std::size_t place) { return place == 0 ? "" : std::to_string(place + 1) + '/'; }

inline CallbackMemory remember(std::span<const CallbackReference> callbacks) {
    CallbackMemory all;
    each_callback(callbacks, [&](const CallbackReference& callback, std::size_t place) {
        CallbackMemory own;
        callback.remember(own);
        for (const auto& [name, number] : own.numbers) all.numbers[memory_prefix(place) + name] = number;
        for (auto& [name, array] : own.arrays) all.arrays[memory_prefix(place) + name] = std::move(array);
    });
    return all;
}

inline void recall(std::span<const CallbackReference> callbacks, const CallbackMemory& all) {
    each_callback(callbacks, [&](const CallbackReference& callback, std::size_t place) {
        const std::string prefix = memory_prefix(place);
        CallbackMemory own;
        for (const auto& [name, number] : all.numbers)
            if (name.starts_with(prefix)) own.numbers[name.substr(prefix.size())] = number;
        for (const auto& [name, array] : all.arrays)
            if (name.starts_with(prefix)) own.arrays[name.substr(prefix.size())] = array;
        callback.recall(own);
    });
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/machine/content_sum.hpp

namespace denim::inline DENIM_TARGET {

/// XXH64 with the seed 0, Yann Collet (2014): a sum of 64 bits over bytes, at the speed at which they come. It tells accidents
/// apart, not attacks.
inline std::uint64_t xxh64(std::span<const std::byte> bytes) {
    constexpr std::uint64_t first = 0x9E3779B185EBCA87, second = 0xC2B2AE3D27D4EB4F, third = 0x165667B19E3779F9,
                            fourth = 0x85EBCA77C2B2AE63, fifth = 0x27D4EB2F165667C5;
    const auto read = []<class Number>(const std::byte* from, Number number) -> std::uint64_t {
        std::memcpy(&number, from, sizeof number);
        return number;
    };
    const auto round = [](std::uint64_t sum, std::uint64_t word) { return std::rotl(sum + word * second, 31) * first; };
    const std::byte* at = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t sum = fifth;
    if (left >= 32) {
        std::array<std::uint64_t, 4> lanes{first + second, second, 0, 0 - first};
        for (; left >= 32; left -= 32, at += 32)
            for (std::size_t n = 0; n < 4; ++n) lanes[n] = round(lanes[n], read(at + 8 * n, std::uint64_t{}));
        sum = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
        for (const std::uint64_t lane : lanes) sum = (sum ^ round(0, lane)) * first + fourth;
    }
    sum += bytes.size();
    for (; left >= 8; left -= 8, at += 8) sum = std::rotl(sum ^ round(0, read(at, std::uint64_t{})), 27) * first + fourth;
    for (; left >= 4; left -= 4, at += 4) sum = std::rotl(sum ^ read(at, std::uint32_t{}) * first, 23) * second + third;
    for (; left > 0; --left, ++at) sum = std::rotl(sum ^ std::to_integer<std::uint64_t>(*at) * fifth, 11) * first;
    sum = (sum ^ sum >> 33) * second;
    sum = (sum ^ sum >> 29) * third;
    return sum ^ sum >> 32;
}

/// The sum over numbers as they stand in memory: that of the sums of its blocks, which threads share.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
std::uint64_t content_sum(std::span<const Number> numbers) {
    constexpr std::size_t block = std::size_t{1} << 20;
    const auto bytes = std::as_bytes(numbers);
    std::vector<std::uint64_t> sums(bytes.size() / block + 1);
    parallel_for(sums.size(), bytes.size(), [&](std::size_t n) {
        sums[n] = xxh64(bytes.subspan(n * block, std::min(block, bytes.size() - n * block)));
    });
    return xxh64(std::as_bytes(std::span{sums}));
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/describe_run.hpp

// What a run of `fit` is: everything that has to be equal for the same bits, as names and values.

namespace denim::inline DENIM_TARGET::detail {

/// "sum 00000000000003e8"
template <class Number>
std::string sum_text(std::span<const Number> numbers) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "sum ";
    const std::uint64_t sum = content_sum(numbers);
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[sum >> shift & 15];
    return text;
}

/// "training.pictures = 60 of (8, 8, 1) as bytes, sum ...", and the labels or numbers likewise.
inline void describe_samples(SettingsRecord& to, const std::string& name, const Samples& samples) {
    const Pictures& pictures = samples.pictures;
    const std::size_t numbers = pictures.count * pictures.shape.size();
    if (samples.source)
        to(name + ".pictures", std::to_string(pictures.count) + " of " + to_string(pictures.shape) + " from a source")
          (name + ".source", *samples.source);
    else
        to(name + ".pictures", std::to_string(pictures.count) + " of " + to_string(pictures.shape) +
                               (pictures.bytes ? " as bytes, " + sum_text(std::span{pictures.bytes, numbers})
                                               : " as floats, " + sum_text(std::span{pictures.floats, numbers})));
    if (samples.numbers.empty())
        to(name + ".labels", std::to_string(samples.labels.size()) + ", " + sum_text(samples.labels));
    else
        to(name + ".numbers", std::to_string(samples.numbers.size()) + ", " + sum_text(std::span<const float>{samples.numbers}));
}

/// A run before its first step. The number of epochs is no part of it where it changes no step: such a run may learn for longer.
inline SettingsRecord describe_run(Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
                             std::span<const CallbackReference> callbacks) {
    SettingsRecord run;
    learner.describe(run);
    const std::span<const float> parameters = learner.parameters();
    run("initial parameters", std::to_string(parameters.size()) + ", " + sum_text(parameters));
    for (const Row& row : learner.rows()) {
        if (row.moved == Moved::by_gradient) run(row.name + ".trained", row.trained);
        if (row.decays) run(row.name + ".l2", row.l2);
        if (row.moved == Moved::by_gradient && row.rate_factor != 1) run(row.name + ".rate_factor", row.rate_factor);
    }
    describe_samples(run, "training", train);
    if (validation)
        describe_samples(run, "validation", *validation);
    else
        run("validation", "none");
    run("batch", options.batch)("seed", options.seed.value)("shuffle", options.shuffle)("optimizer", options.optimizer);
    run("loss", options.loss)("head_losses", options.head_losses)("head_weights", options.head_weights);
    run("schedule", options.schedule)("averaging", options.averaging)("clip_norm", options.clip_norm);
    run("augmentation", options.augmentation);
    if (train.source && train.source->forward() && options.shuffle) run("reading.mixed", options.reading.mixed);
    if (options.balanced) run("balanced", options.balanced);
    if (options.schedule || options.averaging) run("epochs", options.epochs);
    describe_callbacks(run, callbacks);
    return run;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/training/heard_run.hpp

// A run and those who hear of it. Where several processes compute it together, what their leader knows and decides reaches the others.

#include <initializer_list>

namespace denim::inline DENIM_TARGET::detail {

/// The leader's weights and settings of layers to everybody.
inline void share_weights(Peers<float>& peers, Learner& learner) {
    peers.broadcast(bytes_at(learner.parameters().data(), learner.parameters().size_bytes()));
    peers.broadcast(bytes_at(learner.settings().data(), learner.settings().size_bytes()));
}

/// Where the run begins or goes on, and from which numbers: the leader's, who may have read a snapshot.
inline void share_state(Peers<float>& peers, Run& run, OptimizerState& optimizer, AveragedParameters& average, float& scheduled_rate) {
    struct State {
        std::size_t step, epoch, batch, images, best_epoch;
        Score train;
        double seconds;
        float rate, scheduled_rate;
        bool stop, interrupted;
        std::size_t epochs;
    };
    State state{optimizer.step, run.epoch, run.batch, run.images, run.history.best_epoch, run.train, run.seconds, run.rate, scheduled_rate, run.stop,
                run.interrupted, run.history.epochs.size()};
    peers.broadcast(bytes_at(&state, sizeof state));
    optimizer.step = state.step;
    run.epoch = state.epoch;
    run.batch = state.batch;
    run.images = state.images;
    run.history.best_epoch = state.best_epoch;
    run.train = state.train;
    run.seconds = state.seconds;
    run.rate = state.rate;
    scheduled_rate = state.scheduled_rate;
    run.stop = state.stop;
    run.interrupted = state.interrupted;
    while (run.history.epochs.size() < state.epochs) run.history.epochs.emplace_back();
    while (run.history.epochs.size() > state.epochs) run.history.epochs.pop_back();
    peers.broadcast(bytes_at(run.history.epochs.data(), state.epochs * sizeof(Epoch)));
    share_weights(peers, run.learner);
    peers.broadcast(bytes_at(optimizer.numbers.data(), optimizer.numbers.size() * sizeof(float)));
    std::vector<float> averaged{average.numbers().begin(), average.numbers().end()};
    broadcast(peers, averaged);
    average.resume(averaged);
}

/// A run as its callbacks hear it: with peers those of the leader alone, and what they change reaches everybody.
class HeardRun {
public:
    HeardRun(Run& run, std::span<const CallbackReference> callbacks, Peers<float>* peers)
        : run_(run), peers_(peers), callbacks_(!peers || peers->leads() ? callbacks : callbacks.first(0)) {}

    [[nodiscard]] std::span<const CallbackReference> callbacks() const { return callbacks_; }

    void tell(void (CallbackReference::*hook)(Run&) const) {
        for (const CallbackReference& callback : callbacks_) (callback.*hook)(run_);
    }
    /// One hook after the other, behind which everybody has the leader's weights, settings and rate, and stops where it does. Where `same` is
    /// asked for, everybody's weights are compared: throws std::runtime_error should they differ.
    void tell_all(std::initializer_list<void (CallbackReference::*)(Run&) const> hooks, bool same = false) {
        const std::uint64_t before = peers_ && !callbacks_.empty() ? content() : 0;
        for (const auto hook : hooks) tell(hook);
        if (peers_) agree(!callbacks_.empty() && content() != before, same);
    }

private:
    void agree(bool changed, bool same) {
        struct Word {
            std::uint64_t weights = 0;
            std::size_t best_epoch = 0;
            float rate = 0;
            bool stop = false, interrupted = false, changed = false, asked = false;
        };
        Word own{0, run_.history.best_epoch, run_.rate, run_.stop, run_.interrupted, changed, interrupt_asked != 0};
        if (same) own.weights = content_sum(std::span<const float>{run_.learner.parameters()});
        AlignedArray<std::uint8_t> all(peers_->count() * sizeof own);
        peers_->gather(bytes_at(&own, sizeof own), std::vector<std::size_t>(peers_->count(), sizeof own), bytes_at(all.data(), all.size()));
        Word leader;
        bool asked = false, differ = false;
        for (std::size_t peer = 0; peer < peers_->count(); ++peer) {
            Word word;
            std::memcpy(&word, all.data() + peer * sizeof word, sizeof word);
            if (peer == 0) leader = word;
            asked = asked || word.asked;
            differ = differ || word.weights != leader.weights;
        }
        run_.history.best_epoch = leader.best_epoch;
        run_.rate = leader.rate;
        run_.stop = leader.stop;
        run_.interrupted = leader.interrupted;
        if (leader.changed) share_weights(*peers_, run_.learner);
        if (peers_->leads() && asked) interrupt_asked = 1;  // a CtrlC that the leader hears looks at it in the next step
        if (same && !leader.changed && differ)
            throw std::runtime_error("denim: fit: after epoch " + std::to_string(run_.epoch) +
                                     " the same weights were expected on all ranks, but they differ; it takes the same program on processors of one kind");
    }
    // Of what callbacks may change.
    [[nodiscard]] std::uint64_t content() const {
        std::uint64_t sum = content_sum(std::span<const float>{run_.learner.parameters()});
        for (const LayerSettings& layer : run_.learner.settings()) {
            const float numbers[] = {layer.rate, layer.l2, layer.rate_factor, layer.frozen ? 1.0f : 0.0f};
            sum = sum * 31 + xxh64(std::as_bytes(std::span{numbers}));
        }
        return sum;
    }

    Run& run_;
    Peers<float>* peers_;
    std::span<const CallbackReference> callbacks_;
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/training/training_loop.hpp

namespace denim::inline DENIM_TARGET::detail {

/// The training loop, for any network. With peers each of them runs it, and computes its part of each batch; callbacks are heard by the leader.
class TrainingLoop final : public Resumable {
public:
    TrainingLoop(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options, std::span<const CallbackReference> callbacks,
                 Peers<float>* peers = nullptr)
        : learner_(learner),
          train_(train),
          validation_(validation),
          options_(options),
          peers_(peers),
          parts_(train.count(), options.batch, peers),
          state_(options.optimizer, learner.parameters().size()),
          run_{learner, history_},
          heard_(run_, callbacks, peers) {
        run_.epochs = options.epochs;
        run_.training_images = train.count();
        run_.rate = scheduled_rate_ = options.optimizer.rate();
        run_.batches = batches_of(train.count(), options.batch);
        const RunPlan plan{run_.batches, run_.epochs, validation != nullptr};
        options.schedule.check(plan);
        options.averaging.check(plan);
        run_.validation = validation;
        run_.resumable = this;
        run_.reads = train.source.has_value();
        if (run_.reads || options.augmentation != Augmentation{})
            prepared_.emplace(train, options.augmentation, options.seed, parts_.largest(), options.reading);
    }

    History run() {
        heard_.tell(&CallbackReference::on_begin);
        begun_ = true;
        if (resumed_) recall(heard_.callbacks(), *resumed_);
        heard_.tell(&CallbackReference::on_ready);
        if (peers_) share_state(*peers_, run_, state_, average_, scheduled_rate_);
        while (!run_.stop && !(run_.between_epochs() && run_.epoch >= options_.epochs)) {
            if (run_.between_epochs()) {
                average_.show(false, learner_.parameters());
                ++run_.epoch;
                run_.batch = run_.images = 0;
                run_.train = {0, 0};
                run_.seconds = run_.waited = 0;
            }
            const double before = run_.seconds;
            start_ = Clock::now();
            if (!learn(before)) break;
            end_epoch(before);
        }
        if (run_.between_epochs()) average_.show(true, learner_.parameters());
        heard_.tell_all({&CallbackReference::on_end});
        if (run_.interrupted) throw Interrupted{run_.epoch, run_.batch};
        return history_;
    }

    const SettingsRecord& record() override {
        if (!record_ && begun_) fail_without_record();
        if (!record_) record_ = describe_run(learner_, train_, validation_, options_, heard_.callbacks());
        return *record_;
    }

    SnapshotView snapshot() const override {
        if (!record_) fail_without_record();
        const std::span<const float> now = learner_.parameters(), beside = average_.numbers();
        const auto& [learning, average] = average_.shown() ? std::pair{beside, now} : std::pair{now, beside};
        SnapshotView all{*record_, learning, {state_.numbers.data(), state_.numbers.size()}, average};
        all.step = state_.step;
        all.epoch = run_.epoch;
        all.batch = run_.batch;
        all.images = run_.images;
        all.train = run_.train;
        all.seconds = run_.seconds;
        all.rate = run_.rate;
        all.finished = run_.stop && !run_.interrupted;
        all.history = history_;
        all.memory = remember(heard_.callbacks());
        return all;
    }

    void resume(const SnapshotView& from) override {
        std::string other = record().differences_from(from.run);
        if (const std::size_t done = from.history.epochs.size(); other.empty() && done > options_.epochs)
            other = "\n    epochs: the snapshot has " + std::to_string(done) + ", this run " + std::to_string(options_.epochs);
        if (!other.empty())
            throw std::invalid_argument("denim: fit: the snapshot is of another run, so this one cannot go on from it" + other);
        if (from.parameters.size() != learner_.parameters().size() ||
            (!from.average.empty() && from.average.size() != from.parameters.size()) ||
            from.optimizer.size() != state_.numbers.size() || from.batch > run_.batches || from.images > train_.count() ||
            from.history.epochs.size() > from.epoch || from.history.epochs.size() + 1 < from.epoch)
            throw std::invalid_argument("denim: fit: the parts of the snapshot do not fit each other, so no run can go on from it");
        std::copy(from.parameters.begin(), from.parameters.end(), learner_.parameters().begin());
        std::copy(from.optimizer.begin(), from.optimizer.end(), state_.numbers.data());
        average_.resume(from.average);
        state_.step = static_cast<std::size_t>(from.step);
        run_.epoch = from.epoch;
        run_.batch = from.batch;
        run_.images = from.images;
        run_.train = from.train;
        run_.seconds = from.seconds;
        run_.rate = scheduled_rate_ = from.rate;
        run_.stop = from.finished;
        history_ = from.history;
        resumed_ = from.memory;
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] double seconds_now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    [[noreturn]] static void fail_without_record() {
        throw std::logic_error("denim: fit: a callback wants a snapshot, but nobody asked for the run's record before it began; call "
                               "run.resumable->record() in on_begin");
    }
    /// Of the step that comes next.
    [[nodiscard]] Moment moment() const {
        return {(run_.epoch - 1) * run_.batches + run_.batch, run_.batches, options_.epochs, history_};
    }

    /// Of the step that comes next: the schedule's, or what callbacks have made of it.
    void set_rate(const Moment& now) {
        if (options_.schedule) {
            if (run_.rate != scheduled_rate_)
                throw std::invalid_argument("denim: fit: a callback has set the rate to " + shortest_text(run_.rate) +
                                            ", but the schedule sets it anew for each step; leave one of the two out");
            run_.rate = scheduled_rate_ = options_.optimizer.rate() * options_.schedule.factor(now);
        }
        check_setting("fit", "the rate of a step", run_.rate, at_least_0);
    }

    [[nodiscard]] Batch next_batch() {
        const BatchParts::Part part = parts_.of(run_.batch);
        const auto places = std::span{order_}.subspan(part.first, part.count);
        if (!prepared_) return parts_.placed({train_.pictures, train_.labels, places, options_.seed, state_.step, {}, train_.numbers}, part);
        const Batch batch = prepared_->take(state_.step);
        run_.waited = prepared_->waited();
        return parts_.placed(batch, part, prepared_->left_out());
    }
    StepResult step(const Batch& batch) {
        StepResult result = learner_.step(batch);
        result.loss += add_l2(learner_.rows(), learner_.parameters(), learner_.gradients());
        if (!is_finite(result.loss)) throw LossNotFinite{state_.step};
        return result;
    }

    /// The rest of the epoch; false if it ends before it is whole and does not count.
    bool learn(double before) {
        order_ = order_of_epoch(train_, options_, run_.epoch);
        if (prepared_) prepared_->begin(own_order_ = parts_.own(order_), run_.batch, run_.epoch, parts_.of(0).count, run_.batches);
        while (run_.batch < run_.batches && !run_.stop) {
            const Moment now = moment();
            set_rate(now);
            const Batch batch = next_batch();
            const std::size_t size = batch.whole();
            ++run_.batch;
            if (size == 0) continue;  // its source left out all of it
            StepResult result;
            try {
                result = step(batch);
                if (options_.clip_norm > 0) clip_by_norm(learner_.rows(), learner_.gradients(), options_.clip_norm);
                check_step(options_.optimizer, state_, learner_.rows(), learner_.parameters(), learner_.gradients(), run_.rate);
            } catch (const NotFinite&) {
                --run_.batch;
                heard_.tell_all({&CallbackReference::on_nan});
                if (!run_.stop) throw;
                return false;
            }
            update_parameters(options_.optimizer, state_, learner_.rows(), learner_.parameters(), learner_.gradients(),
                              run_.rate);
            average_.take(learner_.parameters(), options_.averaging.share(now));
            const auto share = static_cast<double>(size) / static_cast<double>(run_.images + size);
            run_.train.loss += (result.loss - run_.train.loss) * share;
            run_.train.accuracy += (result.correct / static_cast<double>(size) - run_.train.accuracy) * share;
            run_.images += size;
            run_.seconds = before + seconds_now();
            heard_.tell_all({&CallbackReference::on_batch, &CallbackReference::on_rest});
        }
        return !run_.interrupted;
    }

    void end_epoch(double before) {
        if (run_.images == 0) throw std::runtime_error("denim: fit: the source left out all pictures of the training set");
        Epoch epoch{run_.epoch, run_.train, {}, static_cast<double>(run_.rate)};
        epoch.waited = run_.waited;
        epoch.images_per_second = static_cast<double>(run_.images) / run_.seconds;
        average_.show(true, learner_.parameters());
        std::vector<float> logits;
        if (validation_) {
            logits = all_logits(learner_, *validation_, options_.reading, peers_);
            epoch.validation = learner_.score(logits, *validation_);
        }
        epoch.seconds = before + seconds_now();
        history_.epochs.push_back(epoch);
        run_.validation_logits = logits;
        heard_.tell_all({&CallbackReference::on_epoch, &CallbackReference::on_rest}, true);
        run_.validation_logits = {};
    }

    Learner& learner_;
    const Samples& train_;
    Samples* validation_;
    const FitOptions& options_;
    Peers<float>* peers_;
    BatchParts parts_;
    History history_;
    OptimizerState state_;
    AveragedParameters average_;
    Run run_;
    HeardRun heard_;
    float scheduled_rate_ = 0;  ///< what the schedule has set last
    std::vector<std::uint32_t> order_, own_order_;
    std::optional<PreparedBatches> prepared_;
    std::optional<SettingsRecord> record_;
    std::optional<CallbackMemory> resumed_;
    bool begun_ = false;
    Clock::time_point start_;
};

}  // namespace denim::inline DENIM_TARGET::detail

namespace denim::inline DENIM_TARGET::detail {

inline void check_options(const FitOptions& options) {
    if (options.epochs == 0 || options.batch == 0)
        throw std::invalid_argument("denim: fit: at least 1 epoch and batches of at least 1 picture were expected, but got " +
                                    std::to_string(options.epochs) + " epochs and batches of " + std::to_string(options.batch));
    check_setting("fit", "epochs", options.epochs, Accepted{.lowest = 1, .highest = 0xffffffff});
    if (!at_least_0.takes(options.clip_norm))
        throw std::invalid_argument("denim: fit: a finite clip_norm of at least 0 was expected, but got " + shortest_text(options.clip_norm));
    options.optimizer.check();
}

inline void check_head_weights(const std::vector<float>& weights, std::size_t heads) {
    if (!weights.empty() && weights.size() != heads)
        throw std::invalid_argument("denim: fit: the network has " + std::to_string(heads) + " heads, but " +
                                    std::to_string(weights.size()) + " head_weights came; expected one for each, or none");
    for (const float weight : weights)
        if (!at_least_0.takes(static_cast<double>(weight)))
            throw std::invalid_argument("denim: fit: head_weights were expected as finite numbers of at least 0, but one is " +
                                        shortest_text(weight));
    if (!weights.empty() && std::ranges::all_of(weights, [](float weight) { return weight == 0; }))
        throw std::invalid_argument("denim: fit: head_weights above 0 were expected, but all are 0");
}

inline void check_losses(const FitOptions& options, std::span<const std::size_t> heads) {
    if (!options.head_losses.empty() && options.head_losses.size() != heads.size())
        throw std::invalid_argument("denim: fit: the network has " + std::to_string(heads.size()) + " heads, but " +
                                    std::to_string(options.head_losses.size()) +
                                    " head_losses came; expected one for each, or none");
    const LossOfHeads losses{options.loss, options.head_losses};
    for (std::size_t head = 0; head < heads.size(); ++head) {
        losses.of(head).check(heads[head]);
        if (!options.head_losses.empty() && losses.of(head).wants() != Wants::label)
            throw std::invalid_argument("denim: fit: head_losses were expected to want labels, but that of head " +
                                        std::to_string(head) + " wants a number for each output");
    }
}

DENIM_ONCE void check(const FitOptions& options, std::span<const std::size_t> heads) {
    check_options(options);
    check_head_weights(options.head_weights, heads.size());
    check_losses(options, heads);
}

DENIM_ONCE History run_training(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options,
                                  std::span<const CallbackReference> callbacks, Peers<float>* peers) {
    if (!peers || peers->leads()) take_first_look(learner, train, options);
    return TrainingLoop{learner, train, validation, options, callbacks, peers}.run();
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
