// SPDX-License-Identifier: MIT
// All of Denim 0.1.0 in one header, made by single_include/assemble from include/denim/all.hpp: change those, not this.
#pragma once

// ---- denim/machine/target.hpp

// What the compiler was told about the machine: the vector units and whether there are threads.
// Everything of Denim stands in the inline namespace DENIM_TARGET, for example denim::avx512_omp, so that two objects
// compiled with different flags link into one program without mixing their code.

#if !defined(__cpp_exceptions)
#error "denim reports errors as exceptions: compile without -fno-exceptions"
#endif

#define DENIM_TEXT_EXPANDED(word) #word
#define DENIM_TEXT(word) DENIM_TEXT_EXPANDED(word)
#define DENIM_JOIN_EXPANDED(left, right) left##_##right
#define DENIM_JOIN(left, right) DENIM_JOIN_EXPANDED(left, right)

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512CD__)
#define DENIM_VECTORS avx512
#define DENIM_VECTORS_NAME "AVX-512"
#elif defined(__AVX2__) && defined(__FMA__)
#define DENIM_VECTORS avx2
#define DENIM_VECTORS_NAME "AVX2"
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
#define DENIM_TARGET DENIM_JOIN(DENIM_VECTORS, omp)
#else
#define DENIM_TARGET DENIM_JOIN(DENIM_VECTORS, serial)
#endif
#define DENIM_TARGET_NAME DENIM_TEXT(DENIM_TARGET)
// ---- denim/tensor/shape.hpp

#include <cstddef>
#include <string>

namespace denim::inline DENIM_TARGET {

/// The extents of one sample: rows, columns, channels. A vector of n numbers is {1, 1, n}.
struct Shape {
    std::size_t height = 1, width = 1, channels = 1;

    /// How many numbers a sample holds.
    [[nodiscard]] constexpr std::size_t size() const { return height * width * channels; }

    friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// "(120, 90, 3)"
inline std::string to_string(Shape shape) {
    std::string text{'('};
    for (const std::size_t extent : {shape.height, shape.width}) text.append(std::to_string(extent)).append(", ");
    return text.append(std::to_string(shape.channels)).append(1, ')');
}

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

#include <array>
#include <cstdint>
#include <tuple>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// An array of Rank dimensions that owns its numbers, row-major.
template <class Scalar, std::size_t Rank>
using Array = xt::xtensor<Scalar, Rank>;

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

/// An array over numbers that somebody else owns; for const Scalar, a view that cannot be written.
template <class Scalar, std::size_t Rank>
auto view(Scalar* numbers, const std::array<std::size_t, Rank>& extents) {
    std::size_t size = 1;
    for (const std::size_t extent : extents) size *= extent;
    return xt::adapt(numbers, size, xt::no_ownership(), extents);
}

/// The same, where rows or pixels do not follow each other at once: a part of a larger picture. `steps` are numbers, not bytes.
template <class Scalar, std::size_t Rank>
auto view(Scalar* numbers, const std::array<std::size_t, Rank>& extents, const std::array<std::ptrdiff_t, Rank>& steps) {
    std::size_t size = 1;  // what xtensor wants to hear; the numbers reach further
    for (const std::size_t extent : extents) size *= extent;
    return xt::adapt(numbers, size, xt::no_ownership(), extents, steps);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/data_set.hpp

#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Labelled pictures in memory.
struct DataSet {
    Array<std::uint8_t, 4> images = Array<std::uint8_t, 4>::from_shape({0, 0, 0, 0});  ///< (N, H, W, C)
    Array<std::int32_t, 1> labels = Array<std::int32_t, 1>::from_shape({0});           ///< (N,): places in class_names
    std::vector<std::string> class_names = {};
    std::vector<std::string> sources = {};  ///< the file of each picture, or empty

    [[nodiscard]] std::size_t size() const { return images.shape(0); }
    /// Of one picture.
    [[nodiscard]] Shape shape() const { return {images.shape(1), images.shape(2), images.shape(3)}; }
    /// The bytes of one picture.
    [[nodiscard]] const std::uint8_t* picture(std::size_t index) const { return images.data() + index * shape().size(); }
    [[nodiscard]] std::uint8_t* picture(std::size_t index) { return images.data() + index * shape().size(); }

    [[nodiscard]] std::int32_t label(std::size_t index) const { return labels(index); }
    /// Copies the bytes of one picture to `to`.
    void read(std::size_t index, std::uint8_t* to) const { std::memcpy(to, picture(index), shape().size()); }

    /// Room for `count` pictures of `shape`, their bytes not yet set.
    static DataSet with_room(std::size_t count, Shape shape, std::vector<std::string> class_names) {
        DataSet set;
        set.images = Array<std::uint8_t, 4>::from_shape({count, shape.height, shape.width, shape.channels});
        set.labels = Array<std::int32_t, 1>::from_shape({count});
        set.class_names = std::move(class_names);
        return set;
    }

    /// Throws std::invalid_argument if the counts of pictures, labels and sources differ or a label names no class.
    void check() const {
        const auto fail = [](const std::string& what) { throw std::invalid_argument("denim: data set: " + what); };
        if (labels.size() != size())
            fail(std::to_string(size()) + " labels were expected, one for each picture, " + std::to_string(labels.size()) +
                 " came");
        if (!sources.empty() && sources.size() != size())
            fail(std::to_string(size()) + " sources were expected, or none, " + std::to_string(sources.size()) + " came");
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (labels(i) < 0 || static_cast<std::size_t>(labels(i)) >= class_names.size())
                fail("label " + std::to_string(i) + " is " + std::to_string(labels(i)) + ", but there are " +
                     std::to_string(class_names.size()) + " class names");
    }

    /// The pictures at these places, in this order.
    [[nodiscard]] DataSet select(std::span<const std::size_t> places) const {
        DataSet part = with_room(places.size(), shape(), class_names);
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (places[i] >= size())
                throw std::out_of_range("denim: data set: picture " + std::to_string(places[i]) + " was asked for, there are " +
                                        std::to_string(size()));
            read(places[i], part.picture(i));
            part.labels(i) = labels(places[i]);
            if (!sources.empty()) part.sources.push_back(sources[places[i]]);
        }
        return part;
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/half.hpp

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The bits of the 16-bit number nearest to `value` (ties to even; beyond the largest, infinity), for a format with
/// `Mantissa` stored bits whose smallest normal exponent is `Lowest`.
template <int Mantissa, int Lowest>
std::uint16_t nearest_16_bits(double value) {
    constexpr auto infinity = static_cast<std::uint16_t>((0x7fffu >> Mantissa) << Mantissa);
    const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000u : 0u);
    const double size = std::fabs(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(sign | infinity | (1u << (Mantissa - 1)));
    if (std::isinf(value)) return static_cast<std::uint16_t>(sign | infinity);
    if (size == 0) return sign;
    const int exponent = std::max(std::ilogb(size), Lowest);
    // In units of the last place: Mantissa bits below the leading one; a carry moves on into the exponent by itself.
    const double units = std::nearbyint(std::scalbn(size, Mantissa - exponent));
    const auto leading = static_cast<std::uint32_t>(exponent - Lowest) << Mantissa;
    const std::uint32_t bits = leading + static_cast<std::uint32_t>(units);
    return static_cast<std::uint16_t>(sign | (exponent > 1 - Lowest || bits > infinity ? infinity : bits));
}

}  // namespace detail

/// A number of IEEE 754's binary16: 1 sign, 5 exponent and 10 mantissa bits. For files; nothing is computed in it.
struct Float16 {
    std::uint16_t bits = 0;

    Float16() = default;
    explicit Float16(double value) : bits(detail::nearest_16_bits<10, -14>(value)) {}

    explicit operator float() const {
        const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u, mantissa = bits & 0x3ffu;
        if (exponent == 0) return static_cast<float>(mantissa) * (sign ? -0x1p-24f : 0x1p-24f);
        return std::bit_cast<float>(sign | ((exponent == 31 ? 255u : exponent + 112) << 23) | (mantissa << 13));
    }
};

/// The upper half of a float: 1 sign, 8 exponent and 7 mantissa bits.
struct BFloat16 {
    std::uint16_t bits = 0;

    BFloat16() = default;
    explicit BFloat16(double value) : bits(detail::nearest_16_bits<7, -126>(value)) {}

    explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/element_type.hpp

#include <concepts>
#include <optional>
#include <string_view>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// What the elements of an array in a file are.
enum class ElementType : std::uint8_t {
    boolean,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16,
    bfloat16,
    float32,
    float64
};

/// A boolean in a file: a byte, true unless zero. (Files may hold 2, which a C++ bool may not.)
struct Boolean {
    std::uint8_t byte = 0;

    Boolean() = default;
    explicit Boolean(bool value) : byte(value ? 1 : 0) {}

    explicit operator bool() const { return byte != 0; }
};

namespace detail {

template <class T>
consteval std::optional<ElementType> find_element_type() {
    using enum ElementType;
    if constexpr (std::same_as<T, Boolean>)
        return boolean;
    else if constexpr (std::same_as<T, std::int8_t>)
        return int8;
    else if constexpr (std::same_as<T, std::int16_t>)
        return int16;
    else if constexpr (std::same_as<T, std::int32_t>)
        return int32;
    else if constexpr (std::same_as<T, std::int64_t>)
        return int64;
    else if constexpr (std::same_as<T, std::uint8_t>)
        return uint8;
    else if constexpr (std::same_as<T, std::uint16_t>)
        return uint16;
    else if constexpr (std::same_as<T, std::uint32_t>)
        return uint32;
    else if constexpr (std::same_as<T, std::uint64_t>)
        return uint64;
    else if constexpr (std::same_as<T, Float16>)
        return float16;
    else if constexpr (std::same_as<T, BFloat16>)
        return bfloat16;
    else if constexpr (std::same_as<T, float>)
        return float32;
    else if constexpr (std::same_as<T, double>)
        return float64;
    else
        return std::nullopt;
}

}  // namespace detail

/// The C++ types that an array in a file may hold.
template <class T>
concept Element = detail::find_element_type<T>().has_value();

template <Element T>
inline constexpr ElementType element_type = *detail::find_element_type<T>();

/// Calls `visitor.template operator()<T>()` for the C++ type T of `type`, and gives what it gives.
template <class Visitor>
decltype(auto) visit_element(ElementType type, Visitor&& visitor) {
    switch (type) {
        case ElementType::boolean:
            return visitor.template operator()<Boolean>();
        case ElementType::int8:
            return visitor.template operator()<std::int8_t>();
        case ElementType::int16:
            return visitor.template operator()<std::int16_t>();
        case ElementType::int32:
            return visitor.template operator()<std::int32_t>();
        case ElementType::int64:
            return visitor.template operator()<std::int64_t>();
        case ElementType::uint8:
            return visitor.template operator()<std::uint8_t>();
        case ElementType::uint16:
            return visitor.template operator()<std::uint16_t>();
        case ElementType::uint32:
            return visitor.template operator()<std::uint32_t>();
        case ElementType::uint64:
            return visitor.template operator()<std::uint64_t>();
        case ElementType::float16:
            return visitor.template operator()<Float16>();
        case ElementType::bfloat16:
            return visitor.template operator()<BFloat16>();
        case ElementType::float32:
            return visitor.template operator()<float>();
        case ElementType::float64:
            break;
    }
    return visitor.template operator()<double>();
}

/// Bytes of one element.
inline std::size_t element_size(ElementType type) {
    return visit_element(type, []<class T>() { return sizeof(T); });
}

/// The name of the type as numpy spells it, for messages.
inline std::string_view element_name(ElementType type) {
    static constexpr std::string_view names[] = {"bool",   "int8",   "int16",   "int32",    "int64",   "uint8",  "uint16",
                                                 "uint32", "uint64", "float16", "bfloat16", "float32", "float64"};
    return names[static_cast<std::size_t>(type)];
}

/// The product of the extents times `unit`; nothing if it (or that of the extents that are not zero) exceeds 2^63 - 1.
inline std::optional<std::size_t> checked_size(const std::vector<std::size_t>& shape, std::size_t unit = 1) {
    constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max();
    std::size_t product = unit;
    bool empty = false;
    for (const std::size_t extent : shape) {
        if (extent == 0)
            empty = true;
        else if (product > most / extent)
            return std::nullopt;
        else
            product *= extent;
    }
    return empty ? 0 : product;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/file_error.hpp

#include <sstream>

namespace denim::inline DENIM_TARGET {

/// A file that cannot be read or written: "name: one sentence that says what was expected and what came".
class FileError : public std::runtime_error {
public:
    FileError(std::string_view name, std::string_view sentence)
        : std::runtime_error(std::string{name}.append(": ").append(sentence)) {}
};

namespace detail {

/// Its parts, one after the other.
template <class... Parts>
std::string sentence(const Parts&... parts) {
    std::ostringstream text;
    (text << ... << parts);
    return text.str();
}

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

/// Extents as Python writes them: (), (3,), (3, 4).
inline std::string shape_text(const std::vector<std::size_t>& shape) {
    std::string text = "(";
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (axis == 8 && shape.size() > 10) {
            text.append("... ").append(std::to_string(shape.size())).append(" axes");
            break;
        }
        text += std::to_string(shape[axis]);
        if (axis + 1 < shape.size()) text += ", ";
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/any_array.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// `value` as a Target; nothing if Target has no such number: rounding to a float's precision is fine, losing a fraction or
/// leaving the range is not.
template <Element Target, Element From>
std::optional<Target> converted(From value) {
    if constexpr (std::is_same_v<Target, From>) {
        return value;
    } else if constexpr (std::is_same_v<From, Boolean>) {
        return static_cast<Target>(value ? 1 : 0);
    } else if constexpr (std::is_same_v<From, Float16> || std::is_same_v<From, BFloat16>) {
        return converted<Target>(static_cast<float>(value));
    } else if constexpr (std::is_same_v<Target, Boolean>) {
        return Boolean{value != 0};
    } else if constexpr (std::is_same_v<Target, Float16> || std::is_same_v<Target, BFloat16>) {
        const Target result{static_cast<double>(value)};
        if (std::isinf(static_cast<float>(result)) && std::isfinite(static_cast<double>(value))) return std::nullopt;
        return result;
    } else if constexpr (std::is_integral_v<Target> && std::is_integral_v<From>) {
        if (!std::in_range<Target>(value)) return std::nullopt;
        return static_cast<Target>(value);
    } else if constexpr (std::is_integral_v<Target>) {
        // 2^n bounds are exact in floating point where the largest integer is not.
        const double low = std::is_signed_v<Target> ? -std::ldexp(1.0, 8 * sizeof(Target) - 1) : 0.0;
        const double high = std::ldexp(1.0, 8 * sizeof(Target) - (std::is_signed_v<Target> ? 1 : 0));
        const auto wide = static_cast<double>(value);
        if (!(wide >= low && wide < high) || std::trunc(wide) != wide) return std::nullopt;
        return static_cast<Target>(wide);
    } else {
        if constexpr (sizeof(Target) < sizeof(From) && std::is_floating_point_v<From>)
            if (std::isfinite(value) && std::fabs(value) > std::numeric_limits<Target>::max()) return std::nullopt;
        return static_cast<Target>(value);
    }
}

/// The bytes that a shape of such elements asks for.
inline std::size_t bytes_of(const std::vector<std::size_t>& shape, ElementType type) {
    const auto bytes = checked_size(shape, element_size(type));
    if (!bytes) throw std::invalid_argument(sentence("an array of shape ", shape_text(shape), " is too large for any memory"));
    return *bytes;
}

}  // namespace detail

/// An array in C order that stands in someone else's memory, at any alignment.
struct AnyArrayView {
    ElementType type = ElementType::float32;
    std::vector<std::size_t> shape = {0};
    std::span<const std::byte> bytes = {};

    AnyArrayView() = default;
    AnyArrayView(ElementType element, std::vector<std::size_t> extents, std::span<const std::byte> content)
        : type(element), shape(std::move(extents)), bytes(content) {
        if (const std::size_t wanted = detail::bytes_of(shape, type); bytes.size() != wanted)
            throw std::invalid_argument(detail::sentence("an array of ", element_name(type), ' ', detail::shape_text(shape),
                                                         " takes ", wanted, " bytes, ", bytes.size(), " came"));
    }

    /// A view of `values`, which stand in C order of `extents`.
    template <Element T>
    static AnyArrayView of(std::span<const T> values, std::vector<std::size_t> extents) {
        return {element_type<T>, std::move(extents), std::as_bytes(values)};
    }

    /// Elements in all.
    [[nodiscard]] std::size_t size() const { return bytes.size() / element_size(type); }

    /// The elements where they are; throws if their type is another one or if they are not aligned for it.
    template <Element T>
    [[nodiscard]] std::span<const T> values() const {
        if (type != element_type<T>)
            throw std::invalid_argument(detail::sentence("an array of ", element_name(element_type<T>), " was expected, ",
                                                         element_name(type), ' ', detail::shape_text(shape), " came"));
        if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) != 0)
            throw std::invalid_argument(detail::sentence("these ", element_name(type), " elements are not aligned: copy them"));
        return {reinterpret_cast<const T*>(bytes.data()), size()};
    }

    /// A copy of the elements as T. Floats are rounded to nearest; a number that T cannot hold (300 as uint8, 0.5 as an
    /// integer, 1e300 as float) throws std::range_error.
    template <Element T>
    [[nodiscard]] std::vector<T> as() const {
        std::vector<T> result(size());
        visit_element(type, [&]<class From>() {
            if constexpr (std::is_same_v<T, From>) {
                if (!result.empty()) std::memcpy(result.data(), bytes.data(), bytes.size());
            } else {
                for (std::size_t i = 0; i < result.size(); ++i) {
                    From value;
                    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
                    const auto found = detail::converted<T>(value);
                    if (!found) reject(i, element_type<T>, *detail::converted<double>(value));
                    result[i] = *found;
                }
            }
        });
        return result;
    }

private:
    [[noreturn]] void reject(std::size_t index, ElementType target, double value) const {
        throw std::range_error(detail::sentence("element ", index, " of an array of ", element_name(type), ' ',
                                                detail::shape_text(shape), " is ", value, ", which ", element_name(target),
                                                " cannot hold"));
    }
};

/// An array of a type and shape known at run time, in C order and this machine's byte order: what files give and take.
/// A boolean is a byte, true unless zero.
struct AnyArray {
    ElementType type = ElementType::float32;
    std::vector<std::size_t> shape = {0};
    std::vector<std::byte> bytes = {};

    AnyArray() = default;
    /// Zeros.
    AnyArray(ElementType element, std::vector<std::size_t> extents)
        : type(element), shape(std::move(extents)), bytes(detail::bytes_of(shape, type)) {}

    /// A copy of `values`, which stand in C order of `extents`.
    template <Element T>
    static AnyArray of(std::span<const T> values, std::vector<std::size_t> extents) {
        return copy(AnyArrayView::of(values, std::move(extents)));
    }
    static AnyArray copy(const AnyArrayView& view) {
        AnyArray array;
        array.type = view.type;
        array.shape = view.shape;
        array.bytes.assign(view.bytes.begin(), view.bytes.end());
        return array;
    }

    [[nodiscard]] AnyArrayView view() const { return {type, shape, bytes}; }
    operator AnyArrayView() const { return view(); }

    /// Elements in all.
    [[nodiscard]] std::size_t size() const { return bytes.size() / element_size(type); }
    /// See AnyArrayView.
    template <Element T>
    [[nodiscard]] std::span<const T> values() const {
        return view().values<T>();
    }
    template <Element T>
    [[nodiscard]] std::span<T> values() {
        const auto read = view().values<T>();
        return {const_cast<T*>(read.data()), read.size()};
    }
    template <Element T>
    [[nodiscard]] std::vector<T> as() const {
        return view().as<T>();
    }

    friend bool operator==(const AnyArray&, const AnyArray&) = default;
};

/// One array of a file of several.
struct NamedView {
    std::string name;
    AnyArrayView array;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/file_descriptor.hpp

// The door to the operating system's files: whole reads and writes with errors that name the file.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace denim::inline DENIM_TARGET::detail {

/// The operating system's words for the last error.
inline std::string system_reason(int code = errno) { return std::generic_category().message(code); }

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
        if (!S_ISREG(status.st_mode)) throw FileError(path.string(), "a regular file was expected");
        file.size_ = static_cast<std::uint64_t>(status.st_size);
        return file;
    }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }
    /// Bytes of the file when it was opened.
    [[nodiscard]] std::uint64_t size() const { return size_; }

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

    /// False if closing brought a late error to light.
    bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    static constexpr std::size_t largest_call = std::size_t{1} << 30;
    int number_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/format/byte_source.hpp

namespace denim::inline DENIM_TARGET {

/// Bytes that readers can ask for at any place: a file, or memory that someone else owns and keeps.
class ByteSource {
public:
    /// A file; throws FileError if it cannot be opened or is none.
    ByteSource(const std::filesystem::path& path) : name_(path.string()), file_(detail::FileDescriptor::open(path)) {}
    ByteSource(const char* path) : ByteSource(std::filesystem::path{path}) {}
    ByteSource(const std::string& path) : ByteSource(std::filesystem::path{path}) {}
    /// Memory; `name` stands for it in messages.
    ByteSource(std::string name, std::span<const std::byte> memory) : name_(std::move(name)), memory_(memory) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t size() const { return file_ ? file_.size() : memory_.size(); }

    /// Fills `to` with the bytes from `offset` on; throws FileError if the source ends before.
    void read(std::uint64_t offset, std::span<std::byte> to) const {
        if (offset > size() || to.size() > size() - offset)
            fail(detail::sentence("bytes ", offset, " to ", offset + to.size(), " were expected, the file ends at ", size()));
        if (to.empty()) return;
        if (!file_)
            std::memcpy(to.data(), memory_.data() + offset, to.size());
        else if (file_.read(offset, to, name_) != to.size())
            fail("the file became shorter while it was read");
    }

    [[noreturn]] void fail(std::string_view sentence) const { throw FileError(name_, sentence); }

private:
    std::string name_;
    detail::FileDescriptor file_;
    std::span<const std::byte> memory_;
};

namespace detail {

/// The unsigned number that stands at `bytes`, lowest byte first.
template <class Unsigned>
Unsigned little_endian(const std::byte* bytes) {
    Unsigned value = 0;
    for (std::size_t i = sizeof(Unsigned); i-- > 0;)
        value = static_cast<Unsigned>(value << 8 | static_cast<Unsigned>(bytes[i]));
    return value;
}

/// Turns each element of `size` bytes around, from the other byte order to this one.
inline void reverse_elements(std::span<std::byte> bytes, std::size_t size) {
    if (size < 2) return;
    for (std::size_t at = 0; at + size <= bytes.size(); at += size) std::ranges::reverse(bytes.subspan(at, size));
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/byte_stream.hpp

// The door to zlib: bytes in a row, stored or deflated, with their checksum.

#include <zlib.h>

#include <memory>

namespace denim::inline DENIM_TARGET::detail {

inline constexpr std::uint64_t unknown_size = std::numeric_limits<std::uint64_t>::max();

/// No deflated byte gives more bytes than this (258 of two bits): what claims more is refused before memory is taken.
inline constexpr std::uint64_t largest_ratio = 1032;

inline std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t start = 0) {
    if (bytes.empty()) return start;  // zlib takes a null pointer for a question about the start value
    return static_cast<std::uint32_t>(::crc32_z(start, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// A part of a source that is read from its beginning on.
class ByteStream {
public:
    /// `size`: bytes that it gives, if known; `expected`: their CRC-32, compared at the end unless `seek` left some out.
    ByteStream(std::string name, std::uint64_t size, std::optional<std::uint32_t> expected)
        : name_(std::move(name)), size_(size), expected_(expected) {}
    virtual ~ByteStream() = default;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t position() const { return position_; }

    /// Fills `to` with the next bytes; throws FileError if there are fewer.
    void read(std::span<std::byte> to) {
        if (to.size() > size_ - position_)
            fail(sentence("bytes up to ", position_ + to.size(), " were expected, the data end at ", size_));
        attempt([&] { take(to); });
        position_ += to.size();
        if (expected_) checksum_ = checksum(to, checksum_);
        if (position_ == size_ && !to.empty()) attempt([&] { check_end(); });
    }

    /// The next byte to read is the one at `position` <= size().
    void seek(std::uint64_t position) {
        if (position == position_) return;
        if (can_jump()) {
            position_ = position;
            expected_.reset();
            return;
        }
        if (position < position_) {
            attempt([&] { restart(); });
            position_ = 0;
            checksum_ = 0;
        }
        std::vector<std::byte> skipped(static_cast<std::size_t>(std::min<std::uint64_t>(position - position_, 1u << 16)));
        while (position_ < position)
            read(std::span{skipped}.first(std::min<std::size_t>(skipped.size(), position - position_)));
    }

    /// Throws FileError unless all was read, nothing follows, and the checksum is right.
    void check_end() {
        finish();
        if (expected_ && checksum_ != *expected_)
            fail(sentence("the checksum ", *expected_, " was expected, the data have ", checksum_));
    }

    [[noreturn]] void fail(std::string_view text) const { throw FileError(name_, text); }

protected:
    virtual void take(std::span<std::byte> to) = 0;
    [[nodiscard]] virtual bool can_jump() const = 0;
    virtual void restart() = 0;
    virtual void finish() = 0;

private:
    /// After an error nobody knows where the stream stands: it fails from then on.
    template <class Step>
    void attempt(Step step) {
        if (broken_) fail("it cannot be read any more after an error");
        broken_ = true;
        step();
        broken_ = false;
    }

    std::string name_;
    std::uint64_t size_, position_ = 0;
    std::optional<std::uint32_t> expected_;
    std::uint32_t checksum_ = 0;
    bool broken_ = false;
};

/// Bytes that stand in the source as they are.
class StoredStream final : public ByteStream {
public:
    StoredStream(const ByteSource& source, std::string name, std::uint64_t offset, std::uint64_t size,
                 std::optional<std::uint32_t> expected = {})
        : ByteStream(std::move(name), size, expected), source_(source), offset_(offset) {}

private:
    void take(std::span<std::byte> to) override { source_.read(offset_ + position(), to); }
    [[nodiscard]] bool can_jump() const override { return true; }
    void restart() override {}
    void finish() override {
        if (position() != size()) fail(sentence(size() - position(), " bytes follow that do not belong to the array"));
    }

    const ByteSource& source_;
    std::uint64_t offset_;
};

/// Deflated bytes, bare (zip) or in gzip members one after the other.
class InflatedStream final : public ByteStream {
public:
    enum class Wrapping { none, gzip };

    /// The `packed` bytes of the source at `offset` hold `size` bytes.
    InflatedStream(const ByteSource& source, std::string name, std::uint64_t offset, std::uint64_t packed, std::uint64_t size,
                   Wrapping wrapping, std::optional<std::uint32_t> expected = {})
        : ByteStream(std::move(name), size, expected),
          source_(source),
          offset_(offset),
          packed_(packed),
          gzip_(wrapping == Wrapping::gzip),
          input_(std::size_t{1} << 16) {
        if (::inflateInit2(&state_, gzip_ ? 15 + 16 : -15) != Z_OK) throw std::bad_alloc{};
    }
    InflatedStream(const InflatedStream&) = delete;
    InflatedStream& operator=(const InflatedStream&) = delete;
    ~InflatedStream() override { ::inflateEnd(&state_); }

private:
    void take(std::span<std::byte> to) override {
        if (inflate(to) != to.size()) fail(sentence("the compressed data end early, at byte ", position(), " or soon after"));
    }

    [[nodiscard]] bool can_jump() const override { return false; }
    void restart() override {
        ::inflateReset(&state_);
        state_.avail_in = 0;
        consumed_ = 0;
        ended_ = false;
    }

    void finish() override {
        std::array<std::byte, 1> more{};
        if (inflate(more) != 0) fail(sentence("more than ", position(), " bytes come out of the compressed data"));
        if (packed_ != consumed_ || state_.avail_in != 0) fail("bytes follow after the end of the compressed data");
    }

    /// How many of the wanted bytes there were.
    std::size_t inflate(std::span<std::byte> to) {
        std::size_t done = 0;
        while (!ended_ && done < to.size()) {
            if (state_.avail_in == 0 && consumed_ < packed_) refill();
            const auto room = static_cast<uInt>(std::min<std::size_t>(to.size() - done, 1u << 30));
            state_.next_out = reinterpret_cast<Bytef*>(to.data() + done);
            state_.avail_out = room;
            const int code = ::inflate(&state_, Z_NO_FLUSH);
            const std::size_t given = room - state_.avail_out;
            done += given;
            if (code == Z_STREAM_END)
                ended_ = !next_member();
            else if (code == Z_MEM_ERROR)
                throw std::bad_alloc{};
            else if (code != Z_OK && code != Z_BUF_ERROR)
                fail(sentence("the compressed data are damaged: ", state_.msg ? state_.msg : "zlib stops"));
            else if (given == 0 && state_.avail_in == 0 && consumed_ == packed_)
                fail("the compressed data are cut");
        }
        return done;
    }

    void refill() {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(packed_ - consumed_, input_.size()));
        source_.read(offset_ + consumed_, std::span{input_}.first(count));
        consumed_ += count;
        state_.next_in = reinterpret_cast<Bytef*>(input_.data());
        state_.avail_in = static_cast<uInt>(count);
    }

    bool next_member() {
        if (!gzip_) return false;
        if (state_.avail_in == 0 && consumed_ < packed_) refill();
        return state_.avail_in != 0 && ::inflateReset(&state_) == Z_OK;
    }

    const ByteSource& source_;
    std::uint64_t offset_, packed_, consumed_ = 0;
    bool gzip_, ended_ = false;
    std::vector<std::byte> input_;
    z_stream state_{};
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/format/npy_header.hpp

namespace denim::inline DENIM_TARGET {

/// What stands in front of the elements of an npy file (numpy.lib.format).
struct NpyHeader {
    ElementType type = ElementType::float32;
    bool swapped = false;  // the elements have the other byte order than this machine
    bool fortran_order = false;
    std::vector<std::size_t> shape = {};

    /// Bytes of the elements.
    [[nodiscard]] std::size_t bytes() const { return detail::bytes_of(shape, type); }
};

namespace detail {

/// Reads the Python dictionary of an npy header: three keys in any order, and nothing but strings, True, False and tuples.
class NpyDictionary {
public:
    NpyDictionary(std::string_view text, const ByteStream& stream) : text_(text), stream_(stream) {}

    NpyHeader parse() {
        NpyHeader header;
        bool seen[3] = {};
        expect('{');
        while (!accept('}')) {
            const std::string_view key = string();
            expect(':');
            const std::size_t which = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : 3;
            if (which == 3)
                stream_.fail("a key descr, fortran_order or shape was expected in the npy header, " + in_quotes(key) + " came");
            if (std::exchange(seen[which], true)) stream_.fail(in_quotes(key) + " stands twice in the npy header");
            if (which == 0) description(header);
            if (which == 1) header.fortran_order = truth();
            if (which == 2) header.shape = extents();
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (!text_.empty() && !only_spaces()) stream_.fail("the npy header goes on behind its dictionary");
        if (!(seen[0] && seen[1] && seen[2])) stream_.fail("the npy header lacks one of descr, fortran_order and shape");
        if (!checked_size(header.shape, element_size(header.type)))
            stream_.fail("the npy header's shape " + shape_text(header.shape) + " is too large for any memory");
        return header;
    }

private:
    void skip() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size())); }
    bool only_spaces() {
        skip();
        return text_.empty();
    }
    bool accept(char letter) {
        skip();
        if (text_.empty() || text_.front() != letter) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool accept(std::string_view word) {
        skip();
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    void expect(char letter) {
        if (!accept(letter))
            stream_.fail(sentence("'", letter, "' was expected in the npy header, ", in_quotes(text_.substr(0, 20)), " came"));
    }
    std::string_view string() {
        skip();
        const char quote = text_.empty() ? '\0' : text_.front();
        const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, 1) : std::string_view::npos;
        if (end == std::string_view::npos)
            stream_.fail("a string was expected in the npy header, " + in_quotes(text_.substr(0, 20)) + " came");
        const std::string_view word = text_.substr(1, end - 1);
        text_.remove_prefix(end + 1);
        return word;
    }
    bool truth() {
        if (accept(std::string_view{"True"})) return true;
        if (!accept(std::string_view{"False"})) stream_.fail("fortran_order in the npy header is neither True nor False");
        return false;
    }
    std::vector<std::size_t> extents() {
        std::vector<std::size_t> shape;
        expect('(');
        while (!accept(')')) {
            shape.push_back(extent());
            if (shape.size() > 64) stream_.fail("the npy header's shape has more than 64 axes");
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return shape;
    }
    std::size_t extent() {
        skip();
        std::size_t value = 0, digits = 0;
        for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
            if (value > (std::size_t{1} << 63) / 10 - 1) stream_.fail("an extent in the npy header is beyond 2^63");
            value = value * 10 + static_cast<std::size_t>(text_[digits] - '0');
        }
        if (digits == 0)
            stream_.fail("an extent of 0 or more was expected in the npy header, " + in_quotes(text_.substr(0, 20)) + " came");
        text_.remove_prefix(digits);
        accept('L');  // Python 2's long
        return value;
    }
    void description(NpyHeader& header) {
        using enum ElementType;
        static constexpr std::pair<std::string_view, ElementType> known[] = {
            {"b1", boolean}, {"i1", int8},   {"i2", int16},  {"i4", int32},   {"i8", int64},   {"u1", uint8},
            {"u2", uint16},  {"u4", uint32}, {"u8", uint64}, {"f2", float16}, {"f4", float32}, {"f8", float64}};
        if (accept('[')) stream_.fail("an array of numbers was expected, one of records came");
        std::string_view code = string();
        const std::string_view whole = code;
        char order = '=';
        if (!code.empty() && std::string_view{"<>|="}.find(code.front()) != std::string_view::npos) {
            order = code.front();
            code.remove_prefix(1);
        }
        const auto* const found = std::ranges::find(known, code, &std::pair<std::string_view, ElementType>::first);
        if (found == std::end(known) || (order == '|' && code.back() != '1'))
            stream_.fail("bool, an integer or a float of 16, 32 or 64 bits was expected, numpy's type " + in_quotes(whole) +
                         " came");
        header.type = found->second;
        header.swapped = order == (std::endian::native == std::endian::little ? '>' : '<');
    }

    std::string_view text_;
    const ByteStream& stream_;
};

}  // namespace detail

/// Reads the header at the beginning of the stream, version 1, 2 or 3; afterwards the elements come.
inline NpyHeader read_npy_header(detail::ByteStream& stream) {
    std::array<std::byte, 8> start{};
    stream.read(start);
    static constexpr std::string_view magic = "\x93NUMPY";
    if (!std::equal(magic.begin(), magic.end(), start.begin(), [](char a, std::byte b) { return std::byte(a) == b; }))
        stream.fail("an npy file was expected, its first bytes are not those of one");
    const auto major = std::to_integer<int>(start[6]), minor = std::to_integer<int>(start[7]);
    if (major < 1 || major > 3 || minor != 0)
        stream.fail(
            detail::sentence("an npy file of version 1.0, 2.0 or 3.0 was expected, version ", major, '.', minor, " came"));
    std::array<std::byte, 4> length{};
    stream.read(std::span{length}.first(major == 1 ? 2 : 4));
    const auto size = detail::little_endian<std::uint32_t>(length.data());
    if (size > 65536) stream.fail(detail::sentence("an npy header of at most 65536 bytes was expected, it says ", size));
    std::string text(size, '\0');
    stream.read(std::as_writable_bytes(std::span{text}));
    return detail::NpyDictionary{text, stream}.parse();
}

/// The header, version 1, exactly as numpy.save writes it: spaces up to a multiple of 64 bytes, room for the first extent to
/// grow. Throws std::invalid_argument for bfloat16, which numpy does not have.
inline std::string npy_header(ElementType type, const std::vector<std::size_t>& shape) {
    static constexpr std::string_view codes[] = {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2",
                                                 "<u4", "<u8", "<f2", "",    "<f4", "<f8"};
    if (type == ElementType::bfloat16) throw std::invalid_argument("npy files have no bfloat16: use float32 or safetensors");
    if (shape.size() > 64) throw std::invalid_argument("npy files have at most 64 axes");
    std::string code{codes[static_cast<std::size_t>(type)]}, extents = "(";
    if (std::endian::native == std::endian::big && code[0] == '<') code[0] = '>';
    for (const std::size_t extent : shape) extents += std::to_string(extent) + ", ";
    if (shape.size() > 1) extents.resize(extents.size() - 2);
    if (shape.size() == 1) extents.pop_back();
    std::string text = "{'descr': '" + code + "', 'fortran_order': False, 'shape': " + extents + "), }";
    if (!shape.empty()) text.append(21 - std::to_string(shape[0]).size(), ' ');
    text.append(63 - (text.size() + 10) % 64, ' ').push_back('\n');
    return std::string{"\x93NUMPY\x01\x00", 8} + static_cast<char>(text.size() % 256) + static_cast<char>(text.size() / 256) +
           text;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/atomic_file.hpp

#include <cstdio>
#include <random>

namespace denim::inline DENIM_TARGET {

/// A file that appears whole or not at all: bytes go to a temporary name in the same folder; `commit` syncs them to the disk
/// and renames. Until then an older file of the name stays as it was, and without `commit` nothing is left behind.
/// Every error (no folder, no right, full disk) is a FileError.
class AtomicFile {
public:
    explicit AtomicFile(const std::filesystem::path& path) : path_(path), name_(path.string()) {
        std::error_code ignored;
        if (std::filesystem::is_symlink(path_, ignored))
            if (auto target = std::filesystem::weakly_canonical(path_, ignored); !ignored) path_ = target;
        if (!path_.has_filename()) throw FileError(name_, "a file name was expected");
        if (std::filesystem::is_directory(path_, ignored)) throw FileError(name_, "cannot be written: it is a folder");
        std::random_device random;
        do {
            std::array<char, 40> word{};
            std::snprintf(word.data(), word.size(), ".denim-%08x%08x.partial", random(), random());
            temporary_ = path_.parent_path() / word.data();
            file_ = detail::FileDescriptor{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
        } while (!file_ && errno == EEXIST);
        if (!file_) throw FileError(name_, "cannot be written into its folder: " + detail::system_reason());
        struct stat old;
        if (::stat(path_.c_str(), &old) == 0) static_cast<void>(::fchmod(file_.number(), old.st_mode & 0777));
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
        if (::fsync(file_.number()) != 0) throw FileError(name_, "cannot be written: " + detail::system_reason());
        if (!file_.close()) throw FileError(name_, "cannot be written: " + detail::system_reason());
        if (::rename(temporary_.c_str(), path_.c_str()) != 0)
            throw FileError(name_, "cannot be given its name: " + detail::system_reason());
        temporary_.clear();
        // The new name reaches the disk with its folder; file systems that cannot sync folders do without.
        const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path{"."};
        const detail::FileDescriptor directory{::open(folder.c_str(), O_RDONLY | O_CLOEXEC)};
        if (directory) static_cast<void>(::fsync(directory.number()));
    }

private:
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
// ---- denim/format/npy.hpp

// One array in a file, as numpy.save writes it.

#include <numeric>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The same elements, first axis slowest instead of first axis fastest.
inline void fortran_to_c(AnyArray& array) {
    const std::size_t rank = array.shape.size(), size = element_size(array.type);
    if (rank < 2 || array.bytes.empty()) return;
    std::vector<std::size_t> strides(rank, size), index(rank, 0);
    for (std::size_t axis = 1; axis < rank; ++axis) strides[axis] = strides[axis - 1] * array.shape[axis - 1];
    std::vector<std::byte> ordered(array.bytes.size());
    const std::size_t inner = array.shape.back(), step = strides.back();
    std::byte* to = ordered.data();
    for (const std::byte* const end = to + ordered.size(); to != end;) {
        const std::byte* from =
            array.bytes.data() + std::inner_product(index.begin(), index.end(), strides.begin(), std::size_t{0});
        for (std::size_t i = 0; i < inner; ++i, to += size, from += step) std::memcpy(to, from, size);
        for (std::size_t axis = rank - 1; axis-- > 0 && ++index[axis] == array.shape[axis];) index[axis] = 0;
    }
    array.bytes = std::move(ordered);
}

/// Reads an npy file that fills the stream to its end.
inline AnyArray read_npy_stream(ByteStream& stream) {
    const NpyHeader header = read_npy_header(stream);
    if (const std::uint64_t wanted = header.bytes(); stream.size() - stream.position() != wanted)
        stream.fail(sentence(wanted, " bytes of ", element_name(header.type), ' ', shape_text(header.shape),
                             " were expected behind the npy header, ", stream.size() - stream.position(), " came"));
    AnyArray array{header.type, header.shape};
    stream.read(array.bytes);
    stream.check_end();
    if (header.swapped) reverse_elements(array.bytes, element_size(array.type));
    if (header.fortran_order) fortran_to_c(array);
    return array;
}

}  // namespace detail

/// Reads what numpy.save wrote: bool, integers, floats of 16, 32 and 64 bits, either byte order, C or Fortran order (the
/// array comes in C order). Throws FileError for everything else.
inline AnyArray read_npy(const ByteSource& source) {
    detail::StoredStream stream{source, source.name(), 0, source.size()};
    return detail::read_npy_stream(stream);
}

/// Writes what numpy.load reads, byte for byte as numpy.save does.
inline void write_npy(const std::filesystem::path& path, const AnyArrayView& array) {
    const std::string header = npy_header(array.type, array.shape);
    AtomicFile file{path};
    file.write(header);
    file.write(array.bytes);
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/zip_writer.hpp

#include <set>

namespace denim::inline DENIM_TARGET {

/// How the arrays of an npz file stand in it: as they are (numpy.savez) or deflated (numpy.savez_compressed).
enum class Compression { stored, deflated };

namespace detail {

/// Writes an archive entry by entry, each as its bytes come. Entries and archives beyond `zip32_limit` bytes take the zip64
/// form (a smaller limit is for tests). The date is always 1980-01-01, so that the same content gives the same bytes.
class ZipWriter {
public:
    explicit ZipWriter(const std::filesystem::path& path, std::uint64_t zip32_limit = 0xfffffffe)
        : file_(path), limit_(zip32_limit), output_(std::size_t{1} << 16) {}
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;
    ~ZipWriter() {
        if (deflating_) ::deflateEnd(&state_);
    }

    [[nodiscard]] const std::string& name() const { return file_.name(); }

    /// Begins an entry of `size` bytes.
    void begin(const std::string& entry, std::uint64_t size, Compression compression) {
        if (entry.size() > 0xffff) throw std::invalid_argument("a name in a zip archive has at most 65535 bytes");
        if (!names_.insert(entry).second) throw std::invalid_argument(name() + ": two entries " + in_quotes(entry));
        entries_.push_back({entry, file_.size(), size, 0, 0, compression == Compression::deflated, false});
        Entry& now = entries_.back();
        now.wide = size + size / 1000 + 4096 > limit_;  // deflate makes what it cannot shrink a little larger
        write_local_header(now);
        if (now.deflated) {
            state_ = {};
            // Bare deflate, as zip has it.
            if (::deflateInit2(&state_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
                throw std::bad_alloc{};
            deflating_ = true;
        }
    }

    void write(std::span<const std::byte> bytes) {
        Entry& now = entries_.back();
        now.checksum = checksum(bytes, now.checksum);
        if (now.deflated)
            deflate(bytes, Z_NO_FLUSH);
        else
            put(bytes);
    }

    /// Ends the entry and fills in what its header could not know.
    void end() {
        Entry& now = entries_.back();
        if (now.deflated) {
            deflate({}, Z_FINISH);
            ::deflateEnd(&state_);
            deflating_ = false;
        }
        Record fixed;
        fixed.u32(now.checksum);
        if (!now.wide) fixed.u32(now.packed).u32(now.size);
        file_.overwrite(now.offset + 14, fixed.bytes());
        if (!now.wide) return;
        Record sizes;
        sizes.u64(now.size).u64(now.packed);
        file_.overwrite(now.offset + 30 + now.name.size() + 4, sizes.bytes());
    }

    /// Writes the directory and makes the file appear.
    void finish() {
        const std::uint64_t start = file_.size();
        for (const Entry& entry : entries_) write_directory_entry(entry);
        const std::uint64_t size = file_.size() - start, count = entries_.size();
        Record record;
        const bool wide = start > limit_ || size > limit_ || count > std::min<std::uint64_t>(limit_, 0xfffe);
        if (wide) {
            record.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(count).u64(count).u64(size).u64(start);
            record.u32(0x07064b50).u32(0).u64(start + size).u32(1);
        }
        const std::uint64_t shown = wide ? 0xffff : count;
        record.u32(0x06054b50).u16(0).u16(0).u16(shown).u16(shown);
        record.u32(wide ? 0xffffffff : size).u32(wide ? 0xffffffff : start).u16(0);
        file_.write(record.bytes());
        file_.commit();
    }

private:
    struct Entry {
        std::string name;
        std::uint64_t offset, size, packed;
        std::uint32_t checksum;
        bool deflated, wide;
    };

    /// Numbers one after the other, lowest byte first.
    class Record {
    public:
        Record& u16(std::uint64_t value) { return add(value, 2); }
        Record& u32(std::uint64_t value) { return add(value, 4); }
        Record& u64(std::uint64_t value) { return add(value, 8); }
        [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    private:
        Record& add(std::uint64_t value, int count) {
            for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
            return *this;
        }
        std::vector<std::byte> bytes_;
    };

    /// Version needed, flags (bit 11: the name is UTF-8), method, time and date.
    static void describe(Record& record, const Entry& entry, bool wide) {
        record.u16(wide ? 45 : 20).u16(0x800).u16(entry.deflated ? 8 : 0).u16(0).u16(0x21);
    }

    void write_local_header(const Entry& entry) {
        Record record;
        record.u32(0x04034b50);
        describe(record, entry, entry.wide);
        record.u32(0).u32(entry.wide ? 0xffffffff : 0).u32(entry.wide ? 0xffffffff : 0);
        record.u16(entry.name.size()).u16(entry.wide ? 20 : 0);
        file_.write(record.bytes());
        file_.write(entry.name);
        Record extra;
        if (entry.wide) extra.u16(1).u16(16).u64(0).u64(0);
        file_.write(extra.bytes());
    }

    void write_directory_entry(const Entry& entry) {
        const bool far = entry.offset > limit_, wide = entry.wide || far;
        Record record;
        record.u32(0x02014b50).u16(wide ? 45 : 20);
        describe(record, entry, wide);
        record.u32(entry.checksum).u32(entry.wide ? 0xffffffff : entry.packed).u32(entry.wide ? 0xffffffff : entry.size);
        record.u16(entry.name.size()).u16(wide ? 4 + (entry.wide ? 16 : 0) + (far ? 8 : 0) : 0).u16(0);
        record.u16(0).u16(0).u32(0).u32(far ? 0xffffffff : entry.offset);
        file_.write(record.bytes());
        file_.write(entry.name);
        if (!wide) return;
        Record extra;
        extra.u16(1).u16((entry.wide ? 16u : 0u) + (far ? 8u : 0u));
        if (entry.wide) extra.u64(entry.size).u64(entry.packed);
        if (far) extra.u64(entry.offset);
        file_.write(extra.bytes());
    }

    void put(std::span<const std::byte> bytes) {
        file_.write(bytes);
        entries_.back().packed += bytes.size();
    }

    void deflate(std::span<const std::byte> bytes, int flush) {
        do {
            const std::size_t count = std::min<std::size_t>(bytes.size(), 1u << 30);
            state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
            state_.avail_in = static_cast<uInt>(count);
            bytes = bytes.subspan(count);
            do {
                state_.next_out = reinterpret_cast<Bytef*>(output_.data());
                state_.avail_out = static_cast<uInt>(output_.size());
                ::deflate(&state_, flush);
                put(std::span{output_}.first(output_.size() - state_.avail_out));
            } while (state_.avail_out == 0);
        } while (!bytes.empty());
    }

    AtomicFile file_;
    std::uint64_t limit_;
    std::vector<Entry> entries_;
    std::set<std::string> names_;
    std::vector<std::byte> output_;
    z_stream state_{};
    bool deflating_ = false;
};

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/npz_writer.hpp

namespace denim::inline DENIM_TARGET {

/// Writes an npz file array by array, and an array a few rows at a time, so that neither has to fit in memory:
///
///     NpzWriter file{"fashion.npz", Compression::deflated};
///     file.begin("images", ElementType::uint8, {count, 120, 90, 3});
///     while (...) file.append(AnyArrayView::of<std::uint8_t>(pixels, {rows, 120, 90, 3}));
///     file.write("labels", labels);
///     file.finish();
///
/// The file appears with `finish`; without it nothing is left behind.
class NpzWriter {
public:
    explicit NpzWriter(const std::filesystem::path& path, Compression compression = Compression::stored)
        : zip_(path), compression_(compression) {}

    /// A whole array.
    void write(const std::string& name, const AnyArrayView& array) {
        open(name, array.type, array.shape);
        zip_.write(array.bytes);
        end();
    }

    /// Begins an array of this shape; its rows (slices of the first axis) come through `append`.
    void begin(const std::string& name, ElementType type, std::vector<std::size_t> shape) {
        if (shape.empty())
            throw std::invalid_argument(zip_.name() + ": an array that is written by rows has at least one axis");
        open(name, type, std::move(shape));
        if (left_ == 0) end();
    }

    /// The next rows, of the type and row shape that `begin` said.
    void append(const AnyArrayView& rows) {
        if (!open_ || rows.type != type_ || rows.shape.size() != shape_.size() ||
            !std::equal(rows.shape.begin() + 1, rows.shape.end(), shape_.begin() + 1) || rows.shape[0] > left_)
            throw std::invalid_argument(detail::sentence(where(), "rows of ", expected(), " were expected, ",
                                                         element_name(rows.type), ' ', detail::shape_text(rows.shape),
                                                         " came"));
        zip_.write(rows.bytes);
        left_ -= rows.shape[0];
        if (left_ == 0) end();
    }

    /// Makes the file appear; throws std::logic_error if rows are missing.
    void finish() {
        whole();
        zip_.finish();
    }

private:
    void open(const std::string& name, ElementType type, std::vector<std::size_t> shape) {
        whole();
        const std::size_t bytes = detail::bytes_of(shape, type);
        const std::string header = npy_header(type, shape);
        zip_.begin(name + ".npy", header.size() + bytes, compression_);
        name_ = name, type_ = type, shape_ = std::move(shape), left_ = shape_.empty() ? 1 : shape_[0], open_ = true;
        zip_.write(std::as_bytes(std::span{header}));
    }
    void end() {
        zip_.end();
        open_ = false;
    }
    void whole() const {
        if (open_)
            throw std::logic_error(
                detail::sentence(where(), "all rows of ", expected(), " were expected, ", left_, " are missing"));
    }
    [[nodiscard]] std::string where() const { return zip_.name() + ", array " + detail::in_quotes(name_) + ": "; }
    [[nodiscard]] std::string expected() const {
        return open_ ? detail::sentence(element_name(type_), ' ', detail::shape_text(shape_)) : "no open array";
    }

    detail::ZipWriter zip_;
    Compression compression_;
    std::string name_;
    ElementType type_ = ElementType::float32;
    std::vector<std::size_t> shape_;
    std::size_t left_ = 0;  // rows
    bool open_ = false;
};

/// Writes arrays under their names, as numpy.savez or numpy.savez_compressed does.
inline void write_npz(const std::filesystem::path& path, const std::vector<NamedView>& arrays,
                      Compression compression = Compression::stored) {
    NpzWriter file{path, compression};
    for (const auto& [name, array] : arrays) file.write(name, array);
    file.finish();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/row_reader.hpp

namespace denim::inline DENIM_TARGET {

/// Reads rows (slices of the first axis) of an npy file, or of an array in an npz file, that need not fit in memory. Any rows
/// of a stored array are read from where they are; a compressed one is unpacked up to them, so go forward. The checksum is
/// compared with the last row, unless rows of a stored array were left out.
class RowReader {
public:
    /// The rows of an npy file.
    explicit RowReader(ByteSource source) : source_(std::make_shared<const ByteSource>(std::move(source))) {
        stream_ = std::make_unique<detail::StoredStream>(*source_, source_->name(), 0, source_->size());
        begin();
    }
    /// The rows of what `stream`, which reads from `source`, gives.
    RowReader(std::shared_ptr<const ByteSource> source, std::unique_ptr<detail::ByteStream> stream)
        : source_(std::move(source)), stream_(std::move(stream)) {
        begin();
    }

    [[nodiscard]] ElementType type() const { return header_.type; }
    /// Of the whole array.
    [[nodiscard]] const std::vector<std::size_t>& shape() const { return header_.shape; }
    [[nodiscard]] std::size_t rows() const { return header_.shape.front(); }
    [[nodiscard]] std::size_t row_bytes() const { return row_; }

    /// Rows `first` to `last`, without the last; throws std::out_of_range if there are fewer.
    AnyArray read(std::size_t first, std::size_t last) {
        check(first, last);
        std::vector<std::size_t> part = header_.shape;
        part.front() = last - first;
        AnyArray array{header_.type, std::move(part)};
        read(first, last, array.bytes);
        return array;
    }

    /// The same into `to`, which has room for them exactly.
    void read(std::size_t first, std::size_t last, std::span<std::byte> to) {
        check(first, last);
        if (to.size() != (last - first) * row_)
            throw std::invalid_argument(detail::sentence(stream_->name(), ": ", last - first, " rows take ",
                                                         (last - first) * row_, " bytes, there is room for ", to.size()));
        if (to.empty()) return;
        stream_->seek(start_ + first * row_);
        stream_->read(to);
        if (header_.swapped) detail::reverse_elements(to, element_size(header_.type));
    }

private:
    void begin() {
        header_ = read_npy_header(*stream_);
        start_ = stream_->position();
        if (header_.shape.empty()) stream_->fail("an array with rows was expected, a single number came");
        if (header_.fortran_order && header_.shape.size() > 1)
            stream_->fail("an array in C order was expected: in Fortran order no row stands together");
        if (const std::uint64_t wanted = header_.bytes(); stream_->size() - start_ != wanted)
            stream_->fail(detail::sentence(wanted, " bytes of ", element_name(header_.type), ' ',
                                           detail::shape_text(header_.shape), " were expected behind the npy header, ",
                                           stream_->size() - start_, " came"));
        row_ = rows() == 0 ? 0 : header_.bytes() / rows();
    }
    void check(std::size_t first, std::size_t last) const {
        if (first > last || last > rows())
            throw std::out_of_range(
                detail::sentence(stream_->name(), ": rows ", first, " to ", last, " were asked for, the array has ", rows()));
    }

    std::shared_ptr<const ByteSource> source_;
    std::unique_ptr<detail::ByteStream> stream_;
    NpyHeader header_;
    std::uint64_t start_ = 0;
    std::size_t row_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/zip_directory.hpp

// Zip archives, as far as npz files use them: APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3 (zip64).

#include <map>

namespace denim::inline DENIM_TARGET::detail {

/// One file of an archive.
struct ZipEntry {
    std::string name;
    std::uint16_t flags = 0, method = 0;  // method 0: stored, 8: deflated
    std::uint32_t checksum = 0;
    std::uint64_t packed = 0, size = 0;  // bytes in the archive, and unpacked
    std::uint64_t offset = 0, end = 0;   // its local header, and where the next one (or the directory) begins
};

/// Reads numbers one after the other from a part of a source that was read already.
class ZipFields {
public:
    ZipFields(std::span<const std::byte> bytes, const ByteSource& source) : bytes_(bytes), source_(source) {}

    template <class Unsigned>
    Unsigned next() {
        return little_endian<Unsigned>(take(sizeof(Unsigned)).data());
    }
    std::uint16_t u16() { return next<std::uint16_t>(); }
    std::uint32_t u32() { return next<std::uint32_t>(); }
    std::uint64_t u64() { return next<std::uint64_t>(); }
    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size()) source_.fail("the zip archive's directory is cut");
        const auto part = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return part;
    }
    [[nodiscard]] std::size_t left() const { return bytes_.size(); }

private:
    std::span<const std::byte> bytes_;
    const ByteSource& source_;
};

/// The table of contents at the end of an archive, checked: entries lie inside the file and do not overlap.
class ZipDirectory {
public:
    explicit ZipDirectory(const ByteSource& source) {
        find(source);
        std::vector<std::byte> bytes(static_cast<std::size_t>(size_));
        source.read(offset_, bytes);
        ZipFields fields{bytes, source};
        for (std::uint64_t i = 0; i < count_; ++i) add(read_entry(fields, source), source);
        if (fields.left() != 0) source.fail(sentence("the zip archive's directory has ", fields.left(), " bytes too many"));
        // By place in the file, so that each knows where it has to end.
        std::vector<ZipEntry*> ordered;
        for (ZipEntry& entry : entries_) ordered.push_back(&entry);
        std::ranges::sort(ordered, {}, &ZipEntry::offset);
        for (std::size_t i = 0; i < ordered.size(); ++i) {
            ZipEntry& entry = *ordered[i];
            entry.end = i + 1 < ordered.size() ? ordered[i + 1]->offset : offset_;
            if (entry.end < entry.offset || entry.packed > entry.end - entry.offset)
                source.fail("the zip archive's entry " + in_quotes(entry.name) + " overlaps what follows it");
        }
    }

    /// In the order of the directory.
    [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

    [[nodiscard]] const ZipEntry* find(std::string_view name) const {
        const auto found = places_.find(name);
        return found == places_.end() ? nullptr : &entries_[found->second];
    }

    /// The unpacked bytes of an entry; `name` stands for them in messages.
    static std::unique_ptr<ByteStream> open(const ByteSource& source, const ZipEntry& entry, const std::string& name) {
        const auto fail = [&](std::string_view text) { throw FileError(name, text); };
        if (entry.flags & 1) fail("an entry without encryption was expected");
        if (entry.method != 0 && entry.method != 8)
            fail(sentence("a stored or deflated entry was expected, compression method ", entry.method, " came"));
        std::array<std::byte, 30> local{};
        source.read(entry.offset, local);
        if (little_endian<std::uint32_t>(local.data()) != 0x04034b50) fail("the entry's local header is not one");
        const std::uint64_t names = little_endian<std::uint16_t>(&local[26]), extra = little_endian<std::uint16_t>(&local[28]);
        const std::uint64_t start = entry.offset + local.size() + names + extra;
        if (start > entry.end || entry.packed > entry.end - start) fail("the entry reaches into what follows it");
        if (entry.method == 0) {
            if (entry.packed != entry.size) fail("the entry is stored, yet has two sizes");
            return std::make_unique<StoredStream>(source, name, start, entry.size, entry.checksum);
        }
        if (entry.size / largest_ratio > entry.packed)
            fail(sentence(entry.packed, " compressed bytes cannot hold the ", entry.size, " that the entry claims"));
        return std::make_unique<InflatedStream>(source, name, start, entry.packed, entry.size, InflatedStream::Wrapping::none,
                                                entry.checksum);
    }

private:
    /// Finds the end record, which only a comment may follow, and its zip64 twin before it.
    void find(const ByteSource& source) {
        constexpr std::uint64_t record = 22, locator = 20, twin = 56;
        const std::uint64_t tail = std::min<std::uint64_t>(source.size(), record + 65535);
        std::vector<std::byte> bytes(static_cast<std::size_t>(tail));
        source.read(source.size() - tail, bytes);
        std::uint64_t at = tail;
        for (std::uint64_t comment = 0; comment + record <= tail && at == tail; ++comment) {
            const std::byte* const candidate = bytes.data() + (tail - record - comment);
            if (little_endian<std::uint32_t>(candidate) == 0x06054b50 &&
                little_endian<std::uint16_t>(candidate + 20) == comment)
                at = tail - record - comment;
        }
        if (at == tail) source.fail("a zip archive was expected, it has no end record (cut, or another kind of file)");
        std::uint64_t place = source.size() - tail + at;
        ZipFields fields{std::span<const std::byte>{bytes}.subspan(static_cast<std::size_t>(at), record), source};
        fields.u32();
        const std::uint16_t disk = fields.u16(), first = fields.u16(), here = fields.u16();
        count_ = fields.u16(), size_ = fields.u32(), offset_ = fields.u32();
        bool single = disk == 0 && first == 0 && here == count_;
        if (at >= locator && little_endian<std::uint32_t>(&bytes[static_cast<std::size_t>(at - locator)]) == 0x07064b50) {
            place = little_endian<std::uint64_t>(&bytes[static_cast<std::size_t>(at - locator + 8)]);
            std::array<std::byte, twin> wide{};
            source.read(place, wide);
            if (little_endian<std::uint32_t>(wide.data()) != 0x06064b50) source.fail("the zip64 end record is not one");
            count_ = little_endian<std::uint64_t>(&wide[32]);
            size_ = little_endian<std::uint64_t>(&wide[40]);
            offset_ = little_endian<std::uint64_t>(&wide[48]);
            single = little_endian<std::uint64_t>(&wide[16]) == 0 && little_endian<std::uint64_t>(&wide[24]) == count_;
        }
        if (!single) source.fail("a zip archive in one part was expected");
        if (offset_ > place || size_ != place - offset_ || count_ > size_ / 46)
            source.fail(sentence("the zip archive's directory (", count_, " entries in ", size_, " bytes at ", offset_,
                                 ") does not end where its end record stands, at ", place));
    }

    static ZipEntry read_entry(ZipFields& fields, const ByteSource& source) {
        ZipEntry entry;
        if (fields.u32() != 0x02014b50) source.fail("the zip archive's directory is damaged");
        fields.take(4);  // versions
        entry.flags = fields.u16(), entry.method = fields.u16();
        fields.take(4);  // time and date
        entry.checksum = fields.u32();
        entry.packed = fields.u32(), entry.size = fields.u32();
        const std::size_t name = fields.u16(), extra = fields.u16(), comment = fields.u16();
        fields.take(8);  // disk and attributes
        entry.offset = fields.u32();
        const auto letters = fields.take(name);
        entry.name.assign(reinterpret_cast<const char*>(letters.data()), letters.size());
        ZipFields extras{fields.take(extra), source};
        fields.take(comment);
        while (extras.left() >= 4) {
            const std::uint16_t kind = extras.u16(), length = extras.u16();
            ZipFields field{extras.take(length), source};
            if (kind != 1) continue;
            for (std::uint64_t* wide : {&entry.size, &entry.packed, &entry.offset})
                if (*wide == 0xffffffff) *wide = field.u64();
        }
        return entry;
    }

    void add(ZipEntry entry, const ByteSource& source) {
        if (!places_.emplace(entry.name, entries_.size()).second)
            source.fail("the zip archive has two entries " + in_quotes(entry.name));
        entries_.push_back(std::move(entry));
    }

    std::uint64_t count_ = 0, size_ = 0, offset_ = 0;
    std::vector<ZipEntry> entries_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/format/npz.hpp

// Several arrays in a file, each under a name, as numpy.savez and numpy.savez_compressed write them: a zip archive of npy
// files.

namespace denim::inline DENIM_TARGET {

/// An npz file, open for reading. Opening reads its table of contents, `read` one array, and none of the others. Checksums are
/// compared; a compressed array takes no more memory than its npy header says and its compressed size makes possible.
class Npz {
public:
    explicit Npz(ByteSource source) : source_(std::make_shared<const ByteSource>(std::move(source))), directory_(*source_) {
        for (const detail::ZipEntry& entry : directory_.entries())
            if (entry.name.ends_with(suffix)) names_.push_back(entry.name.substr(0, entry.name.size() - suffix.size()));
    }

    /// The names of its arrays, in the order of the file.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] bool contains(std::string_view name) const { return directory_.find(std::string{name}.append(suffix)); }

    /// Type and shape of an array, without its elements.
    [[nodiscard]] NpyHeader header(std::string_view name) const { return read_npy_header(*open(name)); }

    /// One array; throws FileError if there is none of that name.
    [[nodiscard]] AnyArray read(std::string_view name) const { return detail::read_npy_stream(*open(name)); }

    /// Reads an array a few rows at a time.
    [[nodiscard]] RowReader rows(std::string_view name) const { return {source_, open(name)}; }

private:
    static constexpr std::string_view suffix = ".npy";

    [[nodiscard]] std::unique_ptr<detail::ByteStream> open(std::string_view name) const {
        const detail::ZipEntry* entry = directory_.find(std::string{name}.append(suffix));
        if (!entry) {
            std::string known;
            for (const std::string& each : names_)
                if (known.size() < 500) known.append(known.empty() ? "" : ", ").append(detail::in_quotes(each));
            source_->fail("an array " + detail::in_quotes(name) + " was expected, the file has " +
                          (known.empty() ? "none" : known));
        }
        return detail::ZipDirectory::open(*source_, *entry, source_->name() + ", array " + detail::in_quotes(name));
    }

    std::shared_ptr<const ByteSource> source_;
    detail::ZipDirectory directory_;
    std::vector<std::string> names_;
};

/// All arrays of an npz file by name.
inline std::map<std::string, AnyArray> read_npz(ByteSource source) {
    const Npz file{std::move(source)};
    std::map<std::string, AnyArray> arrays;
    for (const std::string& name : file.names()) arrays.emplace(name, file.read(name));
    return arrays;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/data_set_file.hpp

// Data sets in npz files, as numpy.load reads them: `images` uint8 (N, H, W, C) and `labels` int32 (N,).

#include <mutex>

namespace denim::inline DENIM_TARGET {

/// Labelled pictures that stay in their npz file, for sets larger than memory: only the labels are read at once. Pictures are
/// quick to reach in any order where the file is not compressed (numpy.savez, convert_images). Many threads may read.
class StreamedDataSet {
public:
    /// Opens a file; throws FileError if the arrays are missing or of another type or shape, or if a label names no class.
    explicit StreamedDataSet(const std::filesystem::path& path, std::vector<std::string> names = {});

    std::vector<std::string> class_names;
    std::vector<std::int32_t> labels;

    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] Shape shape() const { return shape_; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return labels[index]; }
    void read(std::size_t index, std::uint8_t* to) const { read_many(index, index + 1, to); }

    /// All of it in memory.
    [[nodiscard]] DataSet load() const {
        DataSet set = DataSet::with_room(size(), shape_, class_names);
        std::copy(labels.begin(), labels.end(), set.labels.begin());
        read_many(0, size(), set.images.data());
        return set;
    }

private:
    void read_many(std::size_t first, std::size_t last, std::uint8_t* to) const {
        const std::lock_guard lock{*mutex_};
        images_->read(first, last, std::as_writable_bytes(std::span{to, (last - first) * shape_.size()}));
    }

    Shape shape_;
    std::unique_ptr<RowReader> images_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

inline StreamedDataSet::StreamedDataSet(const std::filesystem::path& path, std::vector<std::string> names)
    : class_names(std::move(names)) {
    const Npz file{path};
    const auto fail = [&](const std::string& sentence) { throw FileError(path.string(), sentence); };
    const AnyArray label_array = file.read("labels");
    images_ = std::make_unique<RowReader>(file.rows("images"));
    const auto& extents = images_->shape();
    if (images_->type() != ElementType::uint8 || extents.size() != 4)
        fail("images of uint8 (N, H, W, C) were expected, " + std::string{element_name(images_->type())} + " " +
             detail::shape_text(extents) + " came");
    if (label_array.shape.size() != 1 || label_array.shape[0] != extents[0])
        fail("labels of shape (" + std::to_string(extents[0]) + ",) were expected, one for each image, " +
             detail::shape_text(label_array.shape) + " came");
    labels = label_array.as<std::int32_t>();
    shape_ = {extents[1], extents[2], extents[3]};
    for (const std::int32_t label : labels)
        if (label < 0 || (!class_names.empty() && static_cast<std::size_t>(label) >= class_names.size()))
            fail("labels below " + std::to_string(class_names.size()) + " were expected, one is " + std::to_string(label));
}

/// Reads a data set from an npz file into memory; see StreamedDataSet for what the file holds and what is an error.
inline DataSet read_data_set(const std::filesystem::path& path, std::vector<std::string> class_names = {}) {
    return StreamedDataSet{path, std::move(class_names)}.load();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/duplicates.hpp

#include <unordered_map>

namespace denim::inline DENIM_TARGET {

/// 64 bits that equal bytes share and others hardly do: words of eight, each multiplied, folded and mixed in (as in
/// MurmurHash, by Appleby).
inline std::uint64_t fingerprint(std::span<const std::uint8_t> bytes) {
    constexpr std::uint64_t factor = 0xC6A4A7935BD1E995;
    std::uint64_t hash = factor * bytes.size();
    const auto mix = [&](std::uint64_t word) {
        word *= factor;
        hash = (hash ^ ((word ^ (word >> 47)) * factor)) * factor;
    };
    std::size_t i = 0;
    for (std::uint64_t word; i + sizeof word <= bytes.size(); i += sizeof word) {
        std::memcpy(&word, bytes.data() + i, sizeof word);
        mix(word);
    }
    std::uint64_t last = 0;
    if (i < bytes.size()) std::memcpy(&last, bytes.data() + i, bytes.size() - i);
    mix(last);
    hash = (hash ^ (hash >> 47)) * factor;
    return hash ^ (hash >> 47);
}

/// For each thing the place of the first one that is equal to it, its own if there is none before: what has the same
/// fingerprint is compared with `equal(place, place)`.
template <class Equal>
std::vector<std::size_t> first_equals(std::span<const std::uint64_t> fingerprints, Equal&& equal) {
    std::unordered_multimap<std::uint64_t, std::size_t> seen;
    std::vector<std::size_t> first(fingerprints.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        first[i] = i;
        const auto [begin, end] = seen.equal_range(fingerprints[i]);
        for (auto other = begin; other != end && first[i] == i; ++other)
            if (equal(other->second, i)) first[i] = other->second;
        if (first[i] == i) seen.emplace(fingerprints[i], i);
    }
    return first;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/picture_store.hpp

namespace denim::inline DENIM_TARGET {

/// Pictures of one shape, the first ones in memory and the others in a file without a name, for work on more of them than
/// memory holds. Many threads may read and write, each its own pictures; the file goes with the store. Throws FileError (no
/// right, full disk).
class PictureStore {
public:
    /// Makes the file in `folder`; at most `memory` bytes of pictures stay out of it.
    PictureStore(const std::filesystem::path& folder, Shape shape, std::size_t memory)
        : shape_(shape),
          kept_(memory / std::max<std::size_t>(shape.size(), 1)),
          memory_(std::make_unique_for_overwrite<std::uint8_t[]>(kept_ * shape.size())) {
        std::random_device random;
        std::filesystem::path path;
        do {
            std::array<char, 40> name{};
            std::snprintf(name.data(), name.size(), ".denim-%08x%08x.pictures", random(), random());
            path = folder / name.data();
            file_ = detail::FileDescriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
        } while (!file_ && errno == EEXIST);
        name_ = "pictures in " + folder.string();
        if (!file_) throw FileError(name_, "no file can be made there: " + detail::system_reason());
        ::unlink(path.c_str());
    }

    [[nodiscard]] Shape shape() const { return shape_; }

    void write(std::size_t index, const std::uint8_t* from) {
        if (index < kept_) return static_cast<void>(std::memcpy(memory_.get() + index * shape_.size(), from, shape_.size()));
        file_.write(std::uint64_t{index} * shape_.size(), std::as_bytes(std::span{from, shape_.size()}), name_);
    }

    void read(std::size_t index, std::uint8_t* to) const {
        if (index < kept_) return static_cast<void>(std::memcpy(to, memory_.get() + index * shape_.size(), shape_.size()));
        const auto room = std::as_writable_bytes(std::span{to, shape_.size()});
        if (file_.read(std::uint64_t{index} * shape_.size(), room, name_) != room.size())
            throw FileError(name_, "picture " + std::to_string(index) + " was asked for and never written");
    }

private:
    Shape shape_;
    std::size_t kept_;
    std::unique_ptr<std::uint8_t[]> memory_;  // untouched pages cost nothing
    std::string name_;
    detail::FileDescriptor file_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/scan_folder.hpp

namespace denim::inline DENIM_TARGET {

/// A file that cannot be used, and why, in one sentence without its name.
struct Rejection {
    std::filesystem::path path;
    std::string reason;
};

/// A file at `category/subclass/name` below the folder that was scanned.
struct FoundPhoto {
    std::filesystem::path path;
    std::string category, subclass;
};

/// What a folder of labelled photographs holds, sorted by name byte by byte.
struct FolderScan {
    std::vector<FoundPhoto> photos;
    std::vector<Rejection> rejected;  ///< what cannot be a photograph for where it is or how it is called
};

/// True if the bytes are UTF-8 as RFC 3629 has it: no long forms, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i++]);
        if (first < 0x80) continue;
        const std::size_t more = first >= 0xC2 && first < 0xE0   ? 1
                                 : first >= 0xE0 && first < 0xF0 ? 2
                                 : first >= 0xF0 && first < 0xF5 ? 3
                                                                 : 0;
        if (more == 0 || i + more > text.size()) return false;
        const auto second = static_cast<unsigned char>(text[i]);
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) || (first == 0xF0 && second < 0x90) ||
            (first == 0xF4 && second >= 0x90))
            return false;
        for (std::size_t k = 0; k < more; ++k, ++i)
            if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
    }
    return true;
}

namespace detail {

inline std::vector<std::filesystem::path> sorted_entries(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> entries;
    std::error_code error;
    for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error))
        entries.push_back(at->path());
    if (error) throw FileError(folder.string(), "the folder cannot be read: " + error.message());
    std::ranges::sort(entries, {}, [](const std::filesystem::path& path) { return path.native(); });
    return entries;
}

/// Why a file cannot be a photograph whatever is in it; empty if it can.
inline std::string reason_against(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    if (!is_utf8(path.filename().native())) return "its name is not UTF-8";
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found)
        return fs::is_symlink(path, error) ? "it is a link to nothing" : "it is missing";
    if (error) return "it cannot be examined: " + error.message();
    if (fs::is_directory(status)) return "it is a folder where a photograph was expected";
    if (!fs::is_regular_file(status)) return "it is not a regular file";
    return {};
}

}  // namespace detail

/// What a FileError says, without the file's name in front.
inline std::string reason_in(const FileError& error, const std::filesystem::path& path) {
    const std::string text = error.what(), name = path.string() + ": ";
    return text.starts_with(name) ? text.substr(name.size()) : text;
}

/// Lists the files at `category/subclass/` below `folder`. What lies elsewhere, is no file or has a name that is not UTF-8 is
/// rejected; hidden files (.DS_Store) that have no picture's ending are passed over. Throws FileError if `folder` cannot be
/// read.
inline FolderScan scan_folder(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    FolderScan scan;
    const auto hidden = [](const fs::path& path) {
        return path.filename().native().starts_with('.') && path.extension().empty();
    };
    const auto is_folder = [](const fs::path& path) {
        std::error_code error;
        return fs::is_directory(path, error);
    };
    const auto reject = [&](const fs::path& path, const std::string& otherwise) {
        const std::string reason = detail::reason_against(path);
        if (!hidden(path)) scan.rejected.push_back({path, reason.empty() ? otherwise : reason});
    };
    // A folder that cannot be listed, or has a name that cannot be written down, is rejected with all that is in it.
    const auto each_in = [&](const fs::path& parent, auto&& visit) {
        if (hidden(parent)) return;
        if (!is_utf8(parent.filename().native())) return scan.rejected.push_back({parent, "its name is not UTF-8"});
        try {
            for (const fs::path& entry : detail::sorted_entries(parent)) visit(entry);
        } catch (const FileError& error) {
            scan.rejected.push_back({parent, reason_in(error, parent)});
        }
    };
    constexpr std::string_view misplaced = "it is not in a folder category/subclass";
    for (const fs::path& category : detail::sorted_entries(folder)) {
        if (!is_folder(category)) {
            reject(category, std::string{misplaced});
            continue;
        }
        each_in(category, [&](const fs::path& subclass) {
            if (!is_folder(subclass)) return reject(subclass, std::string{misplaced});
            each_in(subclass, [&](const fs::path& photo) {
                if (hidden(photo)) return;
                if (std::string reason = detail::reason_against(photo); !reason.empty())
                    scan.rejected.push_back({photo, std::move(reason)});
                else
                    scan.photos.push_back({photo, category.filename().string(), subclass.filename().string()});
            });
        });
    }
    return scan;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image/picture.hpp

namespace denim::inline DENIM_TARGET {

/// Rows and columns of a picture.
struct Size {
    std::size_t height = 0, width = 0;

    [[nodiscard]] constexpr std::size_t pixels() const { return height * width; }

    friend constexpr bool operator==(const Size&, const Size&) = default;
};

/// A colour, each part 0 to 255.
struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;

    friend constexpr bool operator==(const Colour&, const Colour&) = default;
};

inline constexpr Colour white{255, 255, 255};

/// A picture in memory: (height, width, 3) bytes, red, green and blue, rows from the top, without gaps.
struct Picture {
    static constexpr std::size_t channels = 3;

    Size size;
    std::vector<std::uint8_t> pixels;

    Picture() = default;
    /// A picture of one colour.
    explicit Picture(Size extent, Colour colour = white) : size(extent), pixels(extent.pixels() * channels) {
        for (std::size_t i = 0; i < pixels.size(); i += channels) {
            pixels[i] = colour.red;
            pixels[i + 1] = colour.green;
            pixels[i + 2] = colour.blue;
        }
    }
    /// Takes (height, width, 3) bytes as they are.
    Picture(Size extent, std::vector<std::uint8_t> bytes) : size(extent), pixels(std::move(bytes)) {
        if (pixels.size() != extent.pixels() * channels)
            throw std::invalid_argument("denim: a picture of " + std::to_string(extent.height) + " x " +
                                        std::to_string(extent.width) + " pixels takes " +
                                        std::to_string(extent.pixels() * channels) + " bytes, " +
                                        std::to_string(pixels.size()) + " came");
    }

    [[nodiscard]] Shape shape() const { return {size.height, size.width, channels}; }
    /// The three bytes of a pixel.
    [[nodiscard]] std::uint8_t* at(std::size_t y, std::size_t x) { return pixels.data() + (y * size.width + x) * channels; }
    [[nodiscard]] const std::uint8_t* at(std::size_t y, std::size_t x) const {
        return pixels.data() + (y * size.width + x) * channels;
    }

    friend bool operator==(const Picture&, const Picture&) = default;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image/jpeg_markers.hpp

// What the markers of a JPEG file say before any pixel is decoded: its size, how the camera was held, and whether the end is
// there. ITU-T T.81, annex B; Exif 2.3, section 4.6.

namespace denim::inline DENIM_TARGET::detail {

struct JpegMarkers {
    Size size = {};               ///< zero if there is no frame
    std::size_t plane_bytes = 0;  ///< samples of all components, subsampled as they are
    bool progressive = false;
    bool complete = false;  ///< the end marker stands where it should
    bool sound = true;      ///< no Huffman table has more codes than there is room for
    int orientation = 1;    ///< 1 to 8, as Exif counts them
};

using Bytes = std::span<const std::uint8_t>;

/// Where the first segment of a JPEG may begin: behind the start marker, which more than one 0xFF may lead; 0 if it is no JPEG.
/// What stb takes for one has to be one here, so that nothing goes there unchecked.
inline std::size_t jpeg_start(Bytes file) {
    std::size_t at = 0;
    while (at < file.size() && file[at] == 0xFF) ++at;
    return at > 0 && at < file.size() && file[at] == 0xD8 ? at + 1 : 0;
}

/// The orientation that an Exif segment (from "Exif" on) asks for; 1 if it says nothing or is damaged.
inline int exif_orientation(Bytes segment) {
    constexpr std::size_t prefix = 6, entry_size = 12, orientation_tag = 0x0112, short_type = 3;
    if (segment.size() < prefix + 8 || std::memcmp(segment.data(), "Exif\0\0", prefix) != 0) return 1;
    const Bytes tiff = segment.subspan(prefix);
    const bool little = tiff[0] == 'I';
    const auto number = [&](std::size_t at, std::size_t count) -> std::size_t {
        std::size_t value = 0;
        if (at + count > tiff.size()) return 0;
        for (std::size_t i = 0; i < count; ++i) value = value << 8 | tiff[at + (little ? count - 1 - i : i)];
        return value;
    };
    const std::size_t directory = number(4, 4);
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entry_size;
        if (entry + entry_size > tiff.size()) break;
        if (number(entry, 2) != orientation_tag || number(entry + 2, 2) != short_type) continue;
        const std::size_t value = number(entry + 8, 2);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

/// Size and components of a start-of-frame segment.
inline void read_frame(Bytes segment, JpegMarkers& markers) {
    if (segment.size() < 6 || segment.size() < 6u + 3u * segment[5]) return;
    markers.size = {static_cast<std::size_t>(segment[1] << 8 | segment[2]),
                    static_cast<std::size_t>(segment[3] << 8 | segment[4])};
    std::size_t largest = 1, samples = 0;
    for (std::size_t i = 0; i < segment[5]; ++i) {
        const std::size_t factors = (segment[7 + 3 * i] >> 4) * (segment[7 + 3 * i] & 15u);
        largest = std::max(largest, factors);
        samples += factors;
    }
    markers.plane_bytes = markers.size.pixels() * samples / largest;
}

/// True if the segment is whole tables of at most 256 codes each: older stb_image writes beyond its own for others.
inline bool huffman_tables_fit(Bytes segment) {
    constexpr std::size_t head = 17, most = 256;
    while (!segment.empty()) {
        if (segment.size() < head) return false;
        std::size_t codes = 0;
        for (std::size_t i = 1; i < head; ++i) codes += segment[i];
        if (codes > most || segment.size() < head + codes) return false;
        segment = segment.subspan(head + codes);
    }
    return true;
}

inline JpegMarkers read_jpeg_markers(Bytes file) {
    enum : unsigned {
        first_frame = 0xC0,
        huffman = 0xC4,
        last_frame = 0xCF,
        arithmetic = 0xCC,
        extension = 0xC8,
        restart = 0xD0,
        start = 0xD8,
        end = 0xD9,
        scan = 0xDA,
        exif = 0xE1
    };
    JpegMarkers markers;
    bool inside_scan = false;
    for (std::size_t at = jpeg_start(file); at + 1 < file.size();) {
        const void* found = std::memchr(file.data() + at, 0xFF, file.size() - at - 1);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file.data()) + 1;
        const unsigned code = file[at];
        if (code == 0xFF) continue;
        ++at;
        if (code <= 1 || (code >= restart && code <= start)) continue;
        if (code == end) {
            markers.complete = inside_scan;
            break;
        }
        if (at + 2 > file.size()) break;
        const std::size_t length = static_cast<std::size_t>(file[at] << 8 | file[at + 1]);
        if (length < 2) continue;
        if (at + length > file.size()) break;
        const Bytes segment = file.subspan(at + 2, length - 2);
        if (code >= first_frame && code <= last_frame && code != huffman && code != arithmetic && code != extension) {
            read_frame(segment, markers);
            markers.progressive = code == 0xC2;
        }
        if (code == huffman && !huffman_tables_fit(segment)) markers.sound = false;
        if (code == exif && markers.orientation == 1) markers.orientation = exif_orientation(segment);
        inside_scan = inside_scan || code == scan;
        at += length;
    }
    return markers;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/image/block_pool.hpp

#include <cstdlib>

namespace denim::inline DENIM_TARGET::detail {

/// Memory for decoders. Blocks come back as they went, so that a folder of like photographs costs no page faults (half of the
/// time of a small JPEG), and a file that asks for more than its due gets nothing.
class BlockPool {
public:
    BlockPool() = default;
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;
    ~BlockPool() {
        for (void* block : kept_) std::free(block);
    }

    /// While one lives, wishes for larger blocks are answered with nullptr.
    class Limit {
    public:
        Limit(BlockPool& pool, std::size_t bytes) : pool_(pool), before_(std::exchange(pool.largest_, bytes)) {}
        Limit(const Limit&) = delete;
        Limit& operator=(const Limit&) = delete;
        ~Limit() { pool_.largest_ = before_; }

    private:
        BlockPool& pool_;
        std::size_t before_;
    };

    /// Small blocks come zeroed: stb's tables stand in them, and a JPEG may name one that it never defined.
    void* allocate(std::size_t bytes) {
        void* block = find(bytes);
        if (block != nullptr && bytes <= zeroed) std::memset(block, 0, bytes);
        return block;
    }

    void* reallocate(void* old, std::size_t used, std::size_t bytes) {
        void* block = allocate(bytes);
        if (block == nullptr || old == nullptr) return block;
        std::memcpy(block, old, std::min(used, bytes));
        release(old);
        return block;
    }

    void release(void* pointer) {
        if (pointer == nullptr) return;
        void* block = static_cast<char*>(pointer) - header;
        if (capacity(block) >= smallest_kept && capacity(block) <= largest_kept)
            block = std::exchange(kept_[next_++ % kept_.size()], block);
        std::free(block);
    }

private:
    static constexpr std::size_t header = 64, zeroed = std::size_t{1} << 16;
    static constexpr std::size_t smallest_kept = std::size_t{1} << 14, largest_kept = std::size_t{1} << 20;

    void* find(std::size_t bytes) {
        if (bytes > largest_) return nullptr;
        std::size_t best = kept_.size();
        for (std::size_t i = 0; i < kept_.size(); ++i)
            if (const std::size_t room = capacity(kept_[i]); kept_[i] != nullptr && room >= bytes && room / 2 <= bytes)
                if (best == kept_.size() || room < capacity(kept_[best])) best = i;
        if (best != kept_.size()) return start(std::exchange(kept_[best], nullptr));
        void* block = std::malloc(bytes + header);
        if (block == nullptr) return nullptr;
        std::memcpy(block, &bytes, sizeof bytes);
        return start(block);
    }

    static std::size_t capacity(const void* block) {
        std::size_t bytes = 0;
        if (block != nullptr) std::memcpy(&bytes, block, sizeof bytes);
        return bytes;
    }
    static void* start(void* block) { return static_cast<char*>(block) + header; }

    std::array<void*, 16> kept_{};
    std::size_t next_ = 0;
    std::size_t largest_ = std::numeric_limits<std::size_t>::max() - header;
};

/// The pool of this thread.
inline BlockPool& block_pool() {
    thread_local BlockPool pool;
    return pool;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/image/raster.hpp

#include <new>

namespace denim::inline DENIM_TARGET::detail {

/// A decoded picture: one 32-bit word for each pixel, bytes red, green, blue and one that says nothing. Vectors like words:
/// every lane is a pixel.
class Raster {
public:
    using Word = std::int32_t;

    Raster() = default;
    /// Takes memory of this thread's block pool.
    Raster(Size size, void* words) : size_(size), words_(static_cast<Word*>(words)) {}
    explicit Raster(Size size) : Raster(size, block_pool().allocate(size.pixels() * sizeof(Word))) {
        if (words_ == nullptr) throw std::bad_alloc{};
    }

    [[nodiscard]] Size size() const { return size_; }
    [[nodiscard]] Word* words() { return words_.get(); }
    [[nodiscard]] const Word* words() const { return words_.get(); }

    static Raster of(const Picture& picture) {
        Raster raster{picture.size};
        for (std::size_t i = 0; i < picture.size.pixels(); ++i) {
            raster.words()[i] = -1;
            std::memcpy(raster.words() + i, picture.pixels.data() + i * Picture::channels, Picture::channels);
        }
        return raster;
    }

    /// Writes the pixels as bytes red, green, blue; rows of `to` are `stride` bytes apart.
    void copy_to(std::uint8_t* to, std::size_t stride) const {
        for (std::size_t y = 0; y < size_.height; ++y) {
            const Word* from = words() + y * size_.width;
            std::uint8_t* row = to + y * stride;
            for (std::size_t x = 0; x < size_.width; ++x) std::memcpy(row + x * Picture::channels, from + x, Picture::channels);
        }
    }

    [[nodiscard]] Picture picture() const {
        Picture result;
        result.size = size_;
        result.pixels.resize(size_.pixels() * Picture::channels);
        copy_to(result.pixels.data(), size_.width * Picture::channels);
        return result;
    }

private:
    struct Release {
        void operator()(Word* words) const { block_pool().release(words); }
    };

    Size size_;
    std::unique_ptr<Word, Release> words_;
};

/// The picture as it looks when the camera's orientation (Exif's 1 to 8) is followed: 2 to 4 mirror and turn by half,
/// 5 to 8 exchange rows and columns.
inline Raster turned(Raster raster, int orientation) {
    if (orientation <= 1 || orientation > 8) return raster;
    const bool exchange = orientation >= 5;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const Size old = raster.size();
    Raster result{exchange ? Size{old.width, old.height} : old};
    const Size size = result.size();
    for (std::size_t y = 0; y < size.height; ++y)
        for (std::size_t x = 0; x < size.width; ++x) {
            std::size_t row = exchange ? x : y, column = exchange ? y : x;
            if (from_below) row = old.height - 1 - row;
            if (from_right) column = old.width - 1 - column;
            result.words()[y * size.width + x] = raster.words()[row * old.width + column];
        }
    return result;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/image/pnm.hpp

// Binary PNM, grey (P5) and colour (P6), one or two bytes a sample; netpbm's manual, pgm and ppm. Here because older
// stb_image takes the two bytes of a sample in the wrong order and writes beyond its memory.

namespace denim::inline DENIM_TARGET::detail {

struct PnmHeader {
    Size size;
    std::size_t largest = 0, channels = 0, start = 0;  ///< value of white, channels, where the samples begin
};

/// Nothing if the header is cut off or damaged.
inline std::optional<PnmHeader> read_pnm_header(std::span<const std::uint8_t> file) {
    if (file.size() < 2 || file[0] != 'P' || (file[1] != '5' && file[1] != '6')) return std::nullopt;
    std::size_t at = 2;
    const auto space = [&] { return file[at] == ' ' || (file[at] >= '\t' && file[at] <= '\r'); };
    const auto number = [&]() -> std::size_t {
        for (; at < file.size() && (space() || file[at] == '#'); ++at)
            if (file[at] == '#')
                while (at + 1 < file.size() && file[at] != '\n') ++at;
        std::size_t value = 0;
        for (; at < file.size() && file[at] >= '0' && file[at] <= '9' && value < 100'000'000; ++at)
            value = 10 * value + file[at] - '0';
        return value;
    };
    PnmHeader header;
    header.size.width = number();
    header.size.height = number();
    header.largest = number();
    header.channels = file[1] == '6' ? 3 : 1;
    if (at >= file.size() || !space() || header.largest == 0 || header.largest > 65535) return std::nullopt;
    header.start = at + 1;
    return header;
}

/// Nothing if samples are missing.
inline std::optional<Raster> read_pnm(std::span<const std::uint8_t> file, const PnmHeader& header) {
    const std::size_t sample = header.largest > 255 ? 2 : 1, pixel = sample * header.channels;
    if ((file.size() - header.start) / pixel < header.size.pixels()) return std::nullopt;
    Raster raster{header.size};
    const std::uint8_t* from = file.data() + header.start;
    for (std::size_t i = 0; i < header.size.pixels(); ++i, from += pixel) {
        std::uint8_t word[] = {0, 0, 0, 255};
        for (std::size_t c = 0; c < 3; ++c) {
            const std::uint8_t* number = from + (header.channels == 3 ? c * sample : 0);
            const std::size_t value = sample == 2 ? std::size_t{number[0]} << 8 | number[1] : number[0];
            word[c] = static_cast<std::uint8_t>((std::min(value, header.largest) * 255 + header.largest / 2) / header.largest);
        }
        std::memcpy(raster.words() + i, word, sizeof word);
    }
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/image/psd.hpp

// The merged picture of a PSD, RGB or grey, 8 or 16 bits a sample, as it is or packed; Adobe's Photoshop file formats
// specification. It is laid over white already, so that its alpha says nothing more. Here because stb_image takes the white out
// again by numbers that may leave what a byte holds.

namespace denim::inline DENIM_TARGET::detail {

struct PsdHeader {
    Size size;
    std::size_t channels = 0, sample = 0;  ///< channels as stored, bytes of a sample
    bool colour = false, packed = false;
    std::size_t start = 0;  ///< where the rows begin, or when packed the table of their lengths
};

/// Nothing if the header is cut off or damaged, or speaks of another mode than RGB and grey.
inline std::optional<PsdHeader> read_psd_header(std::span<const std::uint8_t> file) {
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::size_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | file[at + i];
        return value;
    };
    constexpr std::size_t fixed = 26, largest_side = 300'000, grey = 1, colour = 3;
    if (file.size() < fixed || number(4, 2) != 1) return std::nullopt;
    const std::size_t bits = number(22, 2), mode = number(24, 2);
    PsdHeader header{{number(14, 4), number(18, 4)}, number(12, 2), bits / 8, mode == colour};
    if ((bits != 8 && bits != 16) || (mode != grey && mode != colour) || header.channels < (header.colour ? 3u : 1u) ||
        header.channels > 56 || header.size.height > largest_side || header.size.width > largest_side)
        return std::nullopt;
    std::size_t at = fixed;
    for (int section = 0; section < 3; ++section) {  // colours, resources, layers
        if (file.size() - at < 4) return std::nullopt;
        const std::size_t length = number(at, 4);
        at += 4;
        if (file.size() - at < length) return std::nullopt;
        at += length;
    }
    if (file.size() - at < 2 || number(at, 2) > 1) return std::nullopt;
    header.packed = number(at, 2) == 1;
    header.start = at + 2;
    return header;
}

/// Undoes PackBits: returns how many bytes of `from` fill `to`, or nothing if there are too few or a run is too long.
inline std::optional<std::size_t> unpack_bits(std::span<const std::uint8_t> from, std::span<std::uint8_t> to) {
    std::size_t at = 0;
    for (std::size_t filled = 0; filled < to.size();) {
        if (at >= from.size()) return std::nullopt;
        const std::size_t code = from[at++];
        if (code == 128) continue;
        const bool repeated = code > 128;
        const std::size_t count = repeated ? 257 - code : code + 1, bytes = repeated ? 1 : count;
        if (from.size() - at < bytes || to.size() - filled < count) return std::nullopt;
        for (std::size_t i = 0; i < count; ++i) to[filled + i] = from[at + (repeated ? 0 : i)];
        at += bytes;
        filled += count;
    }
    return at;
}

/// Nothing if samples are missing.
inline std::optional<Raster> read_psd(std::span<const std::uint8_t> file, const PsdHeader& header) {
    const std::size_t rows = header.channels * header.size.height, bytes = header.size.width * header.sample;
    const std::size_t shown = header.colour ? 3 : 1, table = header.packed ? 2 * rows : 0;
    std::span<const std::uint8_t> left = file.subspan(header.start);
    if (left.size() < table || (!header.packed && left.size() / rows < bytes)) return std::nullopt;
    left = left.subspan(table);
    Raster raster{header.size};
    std::fill_n(raster.words(), header.size.pixels(), -1);
    std::vector<std::uint8_t> row(bytes);
    for (std::size_t n = 0; n < rows; ++n) {
        std::size_t taken = bytes;
        if (header.packed) {
            const auto packed = unpack_bits(left, row);
            if (!packed) return std::nullopt;
            taken = *packed;
        } else {
            std::copy_n(left.begin(), bytes, row.begin());
        }
        left = left.subspan(taken);
        if (n >= shown * header.size.height) continue;
        auto* to = reinterpret_cast<std::uint8_t*>(raster.words() + n % header.size.height * header.size.width);
        for (std::size_t x = 0; x < header.size.width; ++x)
            for (std::size_t c = n / header.size.height; c < 3; c += shown)
                to[x * sizeof(Raster::Word) + c] = row[x * header.sample];  // of two bytes the first counts
    }
    return raster;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/machine/simd.hpp

// The door to xsimd: every vector of Denim goes through these functions, each tested at every width.

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

/// Reads the first `count` < lanes numbers and fills the rest with zero; nothing beyond them is touched.
template <class Scalar>
DENIM_INLINE Vector<Scalar> load_first(const Scalar* from, std::size_t count) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1u), from);
    else
#endif
    {
        alignas(64) std::array<Scalar, lanes<Scalar>> buffer{};
        std::memcpy(buffer.data(), from, count * sizeof(Scalar));
        return load(buffer.data());
    }
}

/// Writes the first `count` < lanes numbers; nothing beyond them is touched.
template <class Scalar>
DENIM_INLINE void store_first(Scalar* to, Vector<Scalar> value, std::size_t count) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1u), value);
    else
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

template <class Scalar>
DENIM_INLINE Vector<Scalar> max(Vector<Scalar> a, Vector<Scalar> b) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm512_maskz_max_ps(__mmask16{0xffff}, a, b);
    else
#endif
        return xsimd::max(a, b);
}

template <class Scalar>
DENIM_INLINE Vector<Scalar> min(Vector<Scalar> a, Vector<Scalar> b) {
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<Scalar, float>)
        return _mm512_maskz_min_ps(__mmask16{0xffff}, a, b);
    else
#endif
        return xsimd::min(a, b);
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

template <class Scalar>
DENIM_INLINE Vector<Scalar> sqrt(Vector<Scalar> value) {
    return xsimd::sqrt(value);
}

template <class Scalar>
DENIM_INLINE Vector<Scalar> exp(Vector<Scalar> value) {
    return xsimd::exp(value);
}
template <class Scalar>
DENIM_INLINE Vector<Scalar> tanh(Vector<Scalar> value) {
    return xsimd::tanh(value);
}
template <class Scalar>
DENIM_INLINE Vector<Scalar> erf(Vector<Scalar> value) {
    return xsimd::erf(value);
}

// The same names for plain numbers, so that a formula is written once for both.
inline float exp(float value) { return std::exp(value); }
inline double exp(double value) { return std::exp(value); }
inline float tanh(float value) { return std::tanh(value); }
inline double tanh(double value) { return std::tanh(value); }
inline float erf(float value) { return std::erf(value); }
inline double erf(double value) { return std::erf(value); }
inline float select(bool condition, float yes, float no) { return condition ? yes : no; }
inline double select(bool condition, double yes, double no) { return condition ? yes : no; }

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
// ---- denim/image/stb_image.hpp

// The door to stb_image.h, which reads photographs. Its code stands in denim::stb with internal linkage, and every macro that
// steers it is put aside and given back, so that a program's own copy, before or after this header, stays as it was.

// What stb includes is included before, so that nothing but stb lands in the namespace.
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#pragma push_macro("STB_IMAGE_IMPLEMENTATION")
#undef STB_IMAGE_IMPLEMENTATION
#pragma push_macro("STB_IMAGE_STATIC")
#undef STB_IMAGE_STATIC
#pragma push_macro("STBI_INCLUDE_STB_IMAGE_H")
#undef STBI_INCLUDE_STB_IMAGE_H
#pragma push_macro("STBI_VERSION")
#undef STBI_VERSION
#pragma push_macro("STBIDEF")
#undef STBIDEF
#pragma push_macro("STBI_ASSERT")
#undef STBI_ASSERT
#pragma push_macro("STBI_MALLOC")
#undef STBI_MALLOC
#pragma push_macro("STBI_REALLOC")
#undef STBI_REALLOC
#pragma push_macro("STBI_REALLOC_SIZED")
#undef STBI_REALLOC_SIZED
#pragma push_macro("STBI_FREE")
#undef STBI_FREE
#pragma push_macro("STBI_MAX_DIMENSIONS")
#undef STBI_MAX_DIMENSIONS
#pragma push_macro("STBI_FAILURE_USERMSG")
#undef STBI_FAILURE_USERMSG
#pragma push_macro("STBI_NO_FAILURE_STRINGS")
#undef STBI_NO_FAILURE_STRINGS
#pragma push_macro("STBI_NO_STDIO")
#undef STBI_NO_STDIO
#pragma push_macro("STBI_NO_LINEAR")
#undef STBI_NO_LINEAR
#pragma push_macro("STBI_NO_SIMD")
#undef STBI_NO_SIMD
#pragma push_macro("STBI_NO_THREAD_LOCALS")
#undef STBI_NO_THREAD_LOCALS
#pragma push_macro("STBI_NO_ZLIB")
#undef STBI_NO_ZLIB
#pragma push_macro("STBI_NO_JPEG")
#undef STBI_NO_JPEG
#pragma push_macro("STBI_NO_PNG")
#undef STBI_NO_PNG
#pragma push_macro("STBI_NO_BMP")
#undef STBI_NO_BMP
#pragma push_macro("STBI_NO_PSD")
#undef STBI_NO_PSD
#pragma push_macro("STBI_NO_TGA")
#undef STBI_NO_TGA
#pragma push_macro("STBI_NO_GIF")
#undef STBI_NO_GIF
#pragma push_macro("STBI_NO_HDR")
#undef STBI_NO_HDR
#pragma push_macro("STBI_NO_PIC")
#undef STBI_NO_PIC
#pragma push_macro("STBI_NO_PNM")
#undef STBI_NO_PNM
#pragma push_macro("STBI_ONLY_JPEG")
#undef STBI_ONLY_JPEG
#pragma push_macro("STBI_ONLY_PNG")
#undef STBI_ONLY_PNG
#pragma push_macro("STBI_ONLY_BMP")
#undef STBI_ONLY_BMP
#pragma push_macro("STBI_ONLY_PSD")
#undef STBI_ONLY_PSD
#pragma push_macro("STBI_ONLY_TGA")
#undef STBI_ONLY_TGA
#pragma push_macro("STBI_ONLY_GIF")
#undef STBI_ONLY_GIF
#pragma push_macro("STBI_ONLY_HDR")
#undef STBI_ONLY_HDR
#pragma push_macro("STBI_ONLY_PIC")
#undef STBI_ONLY_PIC
#pragma push_macro("STBI_ONLY_PNM")
#undef STBI_ONLY_PNM
#pragma push_macro("STBI_SSE2")
#undef STBI_SSE2
#pragma push_macro("STBI_NEON")
#undef STBI_NEON
#pragma push_macro("STBI_SIMD_ALIGN")
#undef STBI_SIMD_ALIGN
#pragma push_macro("STBI_THREAD_LOCAL")
#undef STBI_THREAD_LOCAL
#pragma push_macro("STBI_HAS_LROTL")
#undef STBI_HAS_LROTL
#pragma push_macro("STBI_NOTUSED")
#undef STBI_NOTUSED
#pragma push_macro("stbi_inline")
#undef stbi_inline
#pragma push_macro("stbi_lrot")
#undef stbi_lrot
#pragma push_macro("stbi__err")
#undef stbi__err
#pragma push_macro("stbi__errpf")
#undef stbi__errpf
#pragma push_macro("stbi__errpuc")
#undef stbi__errpuc
#pragma push_macro("stbi__unpremultiply_on_load")
#undef stbi__unpremultiply_on_load
#pragma push_macro("stbi__de_iphone_flag")
#undef stbi__de_iphone_flag
#pragma push_macro("stbi__vertically_flip_on_load")
#undef stbi__vertically_flip_on_load

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_PIC
#define STBI_NO_PNM
#define STBI_NO_PSD
#define STBI_ASSERT(condition) static_cast<void>(0)
#define STBI_MALLOC(size) ::denim::detail::block_pool().allocate(size)
#define STBI_REALLOC_SIZED(block, used, size) ::denim::detail::block_pool().reallocate(block, used, size)
#define STBI_FREE(block) ::denim::detail::block_pool().release(block)
#if defined(__ARM_NEON)
#define STBI_NEON
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
namespace denim::inline DENIM_TARGET::stb {
#if __has_include(<stb_image.h>)
#include <stb_image.h>
#else
#include <stb/stb_image.h>
#endif
}  // namespace denim::inline DENIM_TARGET::stb
#pragma GCC diagnostic pop

#pragma pop_macro("STB_IMAGE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_STATIC")
#pragma pop_macro("STBI_INCLUDE_STB_IMAGE_H")
#pragma pop_macro("STBI_VERSION")
#pragma pop_macro("STBIDEF")
#pragma pop_macro("STBI_ASSERT")
#pragma pop_macro("STBI_MALLOC")
#pragma pop_macro("STBI_REALLOC")
#pragma pop_macro("STBI_REALLOC_SIZED")
#pragma pop_macro("STBI_FREE")
#pragma pop_macro("STBI_MAX_DIMENSIONS")
#pragma pop_macro("STBI_FAILURE_USERMSG")
#pragma pop_macro("STBI_NO_FAILURE_STRINGS")
#pragma pop_macro("STBI_NO_STDIO")
#pragma pop_macro("STBI_NO_LINEAR")
#pragma pop_macro("STBI_NO_SIMD")
#pragma pop_macro("STBI_NO_THREAD_LOCALS")
#pragma pop_macro("STBI_NO_ZLIB")
#pragma pop_macro("STBI_NO_JPEG")
#pragma pop_macro("STBI_NO_PNG")
#pragma pop_macro("STBI_NO_BMP")
#pragma pop_macro("STBI_NO_PSD")
#pragma pop_macro("STBI_NO_TGA")
#pragma pop_macro("STBI_NO_GIF")
#pragma pop_macro("STBI_NO_HDR")
#pragma pop_macro("STBI_NO_PIC")
#pragma pop_macro("STBI_NO_PNM")
#pragma pop_macro("STBI_ONLY_JPEG")
#pragma pop_macro("STBI_ONLY_PNG")
#pragma pop_macro("STBI_ONLY_BMP")
#pragma pop_macro("STBI_ONLY_PSD")
#pragma pop_macro("STBI_ONLY_TGA")
#pragma pop_macro("STBI_ONLY_GIF")
#pragma pop_macro("STBI_ONLY_HDR")
#pragma pop_macro("STBI_ONLY_PIC")
#pragma pop_macro("STBI_ONLY_PNM")
#pragma pop_macro("STBI_SSE2")
#pragma pop_macro("STBI_NEON")
#pragma pop_macro("STBI_SIMD_ALIGN")
#pragma pop_macro("STBI_THREAD_LOCAL")
#pragma pop_macro("STBI_HAS_LROTL")
#pragma pop_macro("STBI_NOTUSED")
#pragma pop_macro("stbi_inline")
#pragma pop_macro("stbi_lrot")
#pragma pop_macro("stbi__err")
#pragma pop_macro("stbi__errpf")
#pragma pop_macro("stbi__errpuc")
#pragma pop_macro("stbi__unpremultiply_on_load")
#pragma pop_macro("stbi__de_iphone_flag")
#pragma pop_macro("stbi__vertically_flip_on_load")
// ---- denim/image/decode.hpp

// Bytes of a picture file in, pixels out: JPEG, PNG, BMP, GIF (the first picture), TGA, PSD and PNM. Grey becomes RGB, what is
// transparent is laid over white, a camera's orientation is followed, 16 bits become 8. What is cut off is an error.

namespace denim::inline DENIM_TARGET {

/// How large a picture may be; asked before memory is taken.
struct PictureLimits {
    std::size_t pixels = 100'000'000;
};

/// What the beginning of a picture file says.
struct PictureFacts {
    Size size;               ///< as stored, before the camera's orientation
    std::size_t memory = 0;  ///< bytes that decoding takes at its peak, about
};

/// Bytes that are no picture, or a damaged one, or one beyond the limits: one sentence without a file's name.
class PictureError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace detail {

/// The kind of picture that the first bytes promise; empty if none (a TGA has no such sign).
inline std::string_view picture_kind(Bytes file) {
    if (jpeg_start(file) > 0) return "JPEG";
    constexpr std::pair<std::string_view, std::string_view> signs[] = {{"\x89PNG", "PNG"},
                                                                       {"GIF8", "GIF"},
                                                                       {"8BPS", "PSD"},
                                                                       {"P5", "PNM"},
                                                                       {"P6", "PNM"},
                                                                       {"BM", "BMP"}};
    for (const auto& [sign, kind] : signs)
        if (file.size() >= sign.size() && std::memcmp(file.data(), sign.data(), sign.size()) == 0) return kind;
    return {};
}

/// Gives a file to stb piece by piece, and notices when more is asked for than there is: most of stb's readers take zeros for
/// what is cut off.
struct PieceReader {
    Bytes file;
    std::size_t position = 0;
    bool asked_too_much = false;
    const char* buffer = nullptr;  // where stb's own buffer stands; filling it in part is no mistake

    static int read(void* self, char* to, int size) {
        auto& reader = *static_cast<PieceReader*>(self);
        const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0));
        const std::size_t count = std::min(wanted, reader.file.size() - reader.position);
        if (reader.buffer == nullptr) reader.buffer = to;
        if (to == reader.buffer ? count == 0 : count < wanted) reader.asked_too_much = true;
        std::memcpy(to, reader.file.data() + reader.position, count);
        reader.position += count;
        return static_cast<int>(count);
    }
    static void skip(void* self, int size) {
        auto& reader = *static_cast<PieceReader*>(self);
        const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0)), left = reader.file.size() - reader.position;
        if (wanted > left) reader.asked_too_much = true;
        reader.position += std::min(wanted, left);
    }
    static int at_end(void* self) {
        const auto& reader = *static_cast<PieceReader*>(self);
        return reader.position == reader.file.size();
    }
};

inline void lay_over_white(Raster& raster) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(raster.words());
    for (std::size_t i = 0; i < raster.size().pixels() * sizeof(Raster::Word); i += sizeof(Raster::Word)) {
        const unsigned alpha = bytes[i + 3];
        if (alpha == 255) continue;
        for (std::size_t c = 0; c < Picture::channels; ++c)
            bytes[i + c] = static_cast<std::uint8_t>((bytes[i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

inline std::string size_text(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels"; }

}  // namespace detail

/// Reads size and cost from the beginning of a picture file; throws PictureError if there is no whole header.
inline PictureFacts examine(std::span<const std::uint8_t> file) {
    if (file.empty()) throw PictureError("the file is empty");
    if (file.size() > std::size_t{1} << 30) throw PictureError("the file is larger than 1 GiB");
    const std::string_view kind = detail::picture_kind(file);
    if (kind == "JPEG") {
        const detail::JpegMarkers markers = detail::read_jpeg_markers(file);
        if (markers.size.pixels() == 0) throw PictureError("the JPEG has no frame: it is cut off or damaged");
        return {markers.size, 4 * markers.size.pixels() + (markers.progressive ? 3 : 1) * markers.plane_bytes};
    }
    if (kind == "PNG" && file.size() >= 24) {  // stb does not say the size of one that is too large for it
        std::size_t width = 0, height = 0;
        for (std::size_t i = 0; i < 4; ++i) width = width << 8 | file[16 + i], height = height << 8 | file[20 + i];
        return {{height, width}, 9 * height * width};
    }
    if (kind == "PNM") {
        const auto header = detail::read_pnm_header(file);
        if (!header) throw PictureError("the header of the PNM is cut off or damaged");
        return {header->size, 4 * header->size.pixels()};
    }
    if (kind == "PSD") {
        const auto header = detail::read_psd_header(file);
        if (!header) throw PictureError("the header of the PSD is cut off or damaged, or its colours are not RGB or grey");
        return {header->size, 4 * header->size.pixels()};
    }
    int width = 0, height = 0, channels = 0;
    if (stb::stbi_info_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels) == 0)
        throw PictureError(kind.empty()
                               ? std::string{"it is not a picture that can be read (JPEG, PNG, BMP, GIF, TGA, PSD, PNM)"}
                               : "the header of the " + std::string{kind} + " is cut off or damaged");
    const auto extent = [](int value) { return static_cast<std::size_t>(std::abs(static_cast<long long>(value))); };
    const Size size{extent(height), extent(width)};  // a BMP that begins at its top has a negative height
    return {size, 9 * size.pixels()};
}

namespace detail {

inline Raster decode_raster(Bytes file, PictureLimits limits) {
    const PictureFacts facts = examine(file);
    const Size size = facts.size;
    if (size.pixels() == 0) throw PictureError("the picture has no pixels");
    if (size.height > limits.pixels / size.width)
        throw PictureError("the picture has " + size_text(size) + ", more than the " + std::to_string(limits.pixels) +
                           " pixels that are allowed");
    // The largest honest blocks: pixels of eight bytes, and a growing copy of the file.
    const BlockPool::Limit limit{block_pool(), 9 * size.pixels() + 2 * file.size() + (std::size_t{1} << 24)};
    int width = 0, height = 0, channels = 0;
    const std::string_view kind = picture_kind(file);
    // Four channels: stb's conversion of colours is vectorised for words only.
    if (kind == "JPEG") {
        const JpegMarkers markers = read_jpeg_markers(file);
        if (!markers.complete) throw PictureError("the JPEG is cut off: its end is missing");
        if (!markers.sound) throw PictureError("the JPEG is damaged: a Huffman table is cut off or has more than 256 codes");
        void* words = stb::stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels, 4);
        if (words == nullptr) throw PictureError("the JPEG is damaged: " + std::string{stb::stbi_failure_reason()});
        return turned({{static_cast<std::size_t>(height), static_cast<std::size_t>(width)}, words}, markers.orientation);
    }
    if (kind == "PNM") {
        if (auto raster = read_pnm(file, *read_pnm_header(file))) return std::move(*raster);
        throw PictureError("the PNM is cut off");
    }
    if (kind == "PSD") {
        if (auto raster = read_psd(file, *read_psd_header(file))) return std::move(*raster);
        throw PictureError("the PSD is cut off or damaged");
    }
    PieceReader reader{file};
    const stb::stbi_io_callbacks calls{PieceReader::read, PieceReader::skip, PieceReader::at_end};
    void* pixels = stb::stbi_load_from_callbacks(&calls, &reader, &width, &height, &channels, 4);
    Raster raster{{static_cast<std::size_t>(height), static_cast<std::size_t>(width)}, pixels};
    const std::string name = kind.empty() ? "picture" : std::string{kind};
    if (reader.asked_too_much) throw PictureError("the " + name + " is cut off");
    if (pixels == nullptr) throw PictureError("the " + name + " is damaged: " + stb::stbi_failure_reason());
    lay_over_white(raster);
    return raster;
}

}  // namespace detail

/// The picture in `file`, the bytes of a picture file. Throws PictureError if there is none, if it is cut off or damaged, or
/// if it is beyond `limits`.
inline Picture decode(std::span<const std::uint8_t> file, PictureLimits limits = {}) {
    return detail::decode_raster(file, limits).picture();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image/resize.hpp

// A picture in, the same picture at another size out. Each new pixel is a weighted sum of the old ones that it covers: the
// filter is stretched by the ratio of the sizes, so that nothing aliases. Rows and columns in turn, whole numbers throughout
// and rounded to bytes in between, as Pillow's Image.resize does it and to the same bits, for every vector width.

#include <numbers>

namespace denim::inline DENIM_TARGET {

/// How a new pixel weighs the old ones: Keys' cubic with a = -0.5, or Lanczos' windowed sinc with three lobes.
enum class Filter { bicubic, lanczos };

namespace detail {

inline double filter_support(Filter filter) { return filter == Filter::bicubic ? 2 : 3; }

/// The weight at distance `x` from the middle, in old pixels after stretching.
inline double filter_weight(Filter filter, double x) {
    x = std::abs(x);
    if (x >= filter_support(filter)) return 0;
    if (filter == Filter::bicubic) {
        constexpr double a = -0.5;
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : (((x - 5) * x + 8) * x - 4) * a;
    }
    const auto sinc = [](double t) { return t == 0 ? 1 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t); };
    return sinc(x) * sinc(x / 3);
}

/// For each new pixel of a row or column: where its old ones begin, how many they are, and their weights in 2^-22.
struct Weights {
    static constexpr int bits = 22;

    struct Span {
        std::size_t first, count;
        const std::int32_t* weights;
    };

    Weights(Filter filter, std::size_t from, std::size_t to) {
        const double scale = static_cast<double>(from) / static_cast<double>(to), stretch = std::max(scale, 1.0);
        const double support = filter_support(filter) * stretch;
        most_ = static_cast<std::size_t>(std::ceil(support)) * 2 + 1;
        rows_.resize(to);
        weights_.resize(to * most_);
        std::vector<double> exact(most_);
        for (std::size_t i = 0; i < to; ++i) {
            const double centre = (static_cast<double>(i) + 0.5) * scale;
            const auto first = static_cast<std::size_t>(std::max(centre - support + 0.5, 0.0));
            const auto last = std::min(static_cast<std::size_t>(centre + support + 0.5), from);
            double sum = 0;
            for (std::size_t k = first; k < last; ++k)
                sum += exact[k - first] = filter_weight(filter, (static_cast<double>(k) - centre + 0.5) / stretch);
            for (std::size_t k = first; k < last; ++k) {
                const double weight = (sum != 0 ? exact[k - first] / sum : exact[k - first]) * (1 << bits);
                weights_[i * most_ + k - first] = static_cast<std::int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            rows_[i] = {first, last - first};
        }
    }

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] Span operator[](std::size_t index) const {
        return {rows_[index].first, rows_[index].second, weights_.data() + index * most_};
    }

private:
    std::size_t most_ = 0;
    std::vector<std::pair<std::size_t, std::size_t>> rows_;
    std::vector<std::int32_t> weights_;
};

using Words = simd::Vector<Raster::Word>;
inline constexpr std::size_t word_lanes = simd::lanes<Raster::Word>;

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12 suspects the shifts of its own header
#endif

/// Weighs `count` vectors of words that stand `step` words apart: the same sum for each of their three bytes.
DENIM_INLINE Words weighted_sum(const Raster::Word* from, std::size_t step, const std::int32_t* weights, std::size_t count) {
    const Words byte = simd::broadcast<Raster::Word>(255), half = simd::broadcast<Raster::Word>(1 << (Weights::bits - 1));
    Words red = half, green = half, blue = half;
    for (std::size_t k = 0; k < count; ++k) {
        const Words words = simd::load(from + k * step), weight = simd::broadcast(weights[k]);
        red += (words & byte) * weight;
        green += ((words >> 8) & byte) * weight;
        blue += ((words >> 16) & byte) * weight;
    }
    const auto to_byte = [&](Words sum) {
        return simd::min(simd::max(sum >> Weights::bits, simd::broadcast<Raster::Word>(0)), byte);
    };
    return to_byte(red) | (to_byte(green) << 8) | (to_byte(blue) << 16);
}

/// As many rows as a vector has lanes at a time: their words are put side by side, so that every lane is a row.
inline Raster resize_across(const Raster& picture, std::size_t width, Filter filter) {
    const Size old = picture.size();
    const Weights weights{filter, old.width, width};
    Raster result{{old.height, width}};
    std::vector<Raster::Word> columns(old.width * word_lanes);
    for (std::size_t top = 0; top < old.height; top += word_lanes) {
        const std::size_t rows = std::min(word_lanes, old.height - top);
        constexpr std::size_t tile = 16;  // columns at a time stay in the nearest cache
        for (std::size_t left = 0; left < old.width; left += tile)
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t x = left; x < std::min(left + tile, old.width); ++x)
                    columns[x * word_lanes + r] = picture.words()[(top + r) * old.width + x];
        for (std::size_t x = 0; x < width; ++x) {
            const Weights::Span span = weights[x];
            alignas(64) Raster::Word lanes[word_lanes];
            simd::store(lanes, weighted_sum(columns.data() + span.first * word_lanes, word_lanes, span.weights, span.count));
            for (std::size_t r = 0; r < rows; ++r) result.words()[(top + r) * width + x] = lanes[r];
        }
    }
    return result;
}

inline Raster resize_down(const Raster& picture, std::size_t height, Filter filter) {
    const std::size_t width = picture.size().width;
    const Weights weights{filter, picture.size().height, height};
    Raster result{{height, width}};
    for (std::size_t y = 0; y < height; ++y) {
        const Weights::Span span = weights[y];
        const Raster::Word* from = picture.words() + span.first * width;
        Raster::Word* to = result.words() + y * width;
        std::size_t x = 0;
        for (; x + word_lanes <= width; x += word_lanes)
            simd::store(to + x, weighted_sum(from + x, width, span.weights, span.count));
        if (x == width) continue;
        // The rest of the row, in vectors of its own.
        std::vector<Raster::Word> rest(span.count * word_lanes);
        for (std::size_t k = 0; k < span.count; ++k)
            std::copy(from + k * width + x, from + (k + 1) * width, &rest[k * word_lanes]);
        alignas(64) Raster::Word lanes[word_lanes];
        simd::store(lanes, weighted_sum(rest.data(), word_lanes, span.weights, span.count));
        std::copy_n(lanes, width - x, to + x);
    }
    return result;
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

inline Raster resized(Raster picture, Size size, Filter filter) {
    if (picture.size().pixels() == 0 || size.pixels() == 0)
        throw std::invalid_argument("denim: a picture without pixels cannot be resized, nor to none");
    const Size old = picture.size();
    const auto across = [&] {
        if (old.width != size.width) picture = resize_across(picture, size.width, filter);
    };
    const auto down = [&] {
        if (old.height != size.height) picture = resize_down(picture, size.height, filter);
    };
    // Rounding in between makes the order visible at hard edges, so it is Pillow 13's.
    const bool down_first = old.height > size.height && old.height - size.height + 2 * size.width > 2 * old.width;
    if (down_first) down();
    across();
    if (!down_first) down();
    return picture;
}

}  // namespace detail

/// The picture at another size, whatever its aspect.
inline Picture resize(const Picture& picture, Size size, Filter filter = Filter::bicubic) {
    return detail::resized(detail::Raster::of(picture), size, filter).picture();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image/fit.hpp

namespace denim::inline DENIM_TARGET {

/// The largest size of `picture`'s aspect inside `frame`, each side at least 1: what is not 3:4 in a frame of 3:4 leaves room
/// beside it or above and below. Of the two whole numbers next to the exact side, the one that keeps the aspect better.
inline Size fitted_size(Size picture, Size frame) {
    if (picture.pixels() == 0 || frame.pixels() == 0)
        throw std::invalid_argument("denim: a picture without pixels fits no frame, and nothing fits a frame without pixels");
    const double aspect = static_cast<double>(picture.width) / static_cast<double>(picture.height);
    const bool bound_by_height = frame.width * picture.height >= picture.width * frame.height;
    const double bound = static_cast<double>(bound_by_height ? frame.height : frame.width);
    const double exact = bound_by_height ? bound * aspect : bound / aspect, low = std::floor(exact), high = std::ceil(exact);
    const auto error = [&](double side) { return std::abs(aspect - (bound_by_height ? side / bound : bound / side)); };
    const auto side = static_cast<std::size_t>(std::max(low == 0 || error(high) < error(low) ? high : low, 1.0));
    return bound_by_height ? Size{frame.height, std::min(side, frame.width)} : Size{std::min(side, frame.height), frame.width};
}

namespace detail {

/// Writes the picture, as large as `frame` allows and in its middle, to (height, width, 3) bytes.
inline void fit_into(std::uint8_t* to, Raster picture, Size frame, Colour border, Filter filter) {
    const Size inside = fitted_size(picture.size(), frame);
    const Raster small = resized(std::move(picture), inside, filter);
    if (inside != frame) {
        const Picture background{frame, border};
        std::copy(background.pixels.begin(), background.pixels.end(), to);
    }
    const std::size_t top = (frame.height - inside.height) / 2, left = (frame.width - inside.width) / 2;
    small.copy_to(to + (top * frame.width + left) * Picture::channels, frame.width * Picture::channels);
}

}  // namespace detail

/// The picture inside a frame: resized as large as its aspect allows, in the middle, `border` around it.
inline Picture fit(const Picture& picture, Size frame, Colour border = white, Filter filter = Filter::bicubic) {
    Picture result{frame, border};
    detail::fit_into(result.pixels.data(), detail::Raster::of(picture), frame, border, filter);
    return result;
}

/// `fit` of `decode`, without the whole picture in between.
inline Picture decode(std::span<const std::uint8_t> file, Size frame, PictureLimits limits = {}) {
    Picture result{frame};
    detail::fit_into(result.pixels.data(), detail::decode_raster(file, limits), frame, white, Filter::bicubic);
    return result;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/read_file.hpp

namespace denim::inline DENIM_TARGET {

/// The bytes of a file, or its first `most`. Throws FileError if it cannot be opened or read or is not a regular file.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                           std::size_t most = std::numeric_limits<std::size_t>::max()) {
    const auto file = detail::FileDescriptor::open(path);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), most)));
    bytes.resize(file.read(0, std::as_writable_bytes(std::span{bytes}), path.string()));
    return bytes;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/threads.hpp

// The door to OpenMP: who works on what. The arithmetic never depends on the answer; see docs/architecture.md.

#if defined(_OPENMP)
#include <omp.h>
#endif

#include <atomic>
#include <exception>

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

/// Loops of fewer operations than this run on the calling thread.
inline void set_serial_threshold(std::size_t operations) { detail::thread_settings().serial_below = operations; }

/// How many threads took part in the last parallel loop; for tests.
inline std::size_t threads_entered() { return detail::thread_settings().entered; }

namespace detail {

using LoopBody = void (*)(void* body, std::size_t index, std::size_t worker);

/// The one parallel region of the library; an exception inside it is carried out, the first one wins.
inline void run_loop(std::size_t count, [[maybe_unused]] std::size_t operations, LoopBody call, void* body) {
    std::size_t team = std::min(threads(), count);
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
#pragma omp parallel num_threads(static_cast<int>(team))
    {
        ++entered;
        const auto worker = static_cast<std::size_t>(omp_get_thread_num());
        try {
            for (std::size_t index; !failed && (index = next++) < count;) call(body, index, worker);
        } catch (...) {
            if (!failed.exchange(true)) error = std::current_exception();
        }
    }
    thread_settings().entered = entered.load();
    if (error) std::rethrow_exception(error);
#endif
}

}  // namespace detail

/// Calls `body(index, worker)` once for each index below `count`, on up to `threads()` threads; any thread may take any index.
/// `worker` < threads() names the thread that runs, for its own workspace. `operations` is the work of the whole loop, in
/// floating-point operations or bytes moved: little work stays on the calling thread, and loops inside loops do too.
template <class Body>
void parallel_for(std::size_t count, std::size_t operations, Body&& body) {
    using Bare = std::remove_reference_t<Body>;
    detail::run_loop(
        count, operations,
        [](void* erased, std::size_t index, std::size_t worker) { (*static_cast<Bare*>(erased))(index, worker); },
        const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/read_folder.hpp

namespace denim::inline DENIM_TARGET {

/// Which part of `category/subclass/photo` is the label.
enum class LabelOf { category, subclass };

/// What the labels are, and what becomes of files that cannot be read.
struct FolderOptions {
    LabelOf label = LabelOf::category;
    std::vector<std::string> class_names = {};   ///< labels in this order; empty: the folders' names, sorted
    std::vector<Rejection>* rejected = nullptr;  ///< takes what cannot be read; without it, the first such file is an error
    PictureLimits limits = {};
};

/// Reads photographs from `folder/category/subclass/`, each fitted into a frame of `size` (see `fit`), in the order of their
/// names, on all threads. Labels are places in class_names; photographs of other classes are left out if a list is given.
///
///     DataSet photos = read_folder("photos", Size{120, 90});
inline DataSet read_folder(const std::filesystem::path& folder, Size size, const FolderOptions& options = {}) {
    FolderScan scan = scan_folder(folder);
    const auto name = [&](const FoundPhoto& photo) -> const std::string& {
        return options.label == LabelOf::category ? photo.category : photo.subclass;
    };
    std::vector<std::string> names = options.class_names;
    if (names.empty()) {
        for (const FoundPhoto& photo : scan.photos) names.push_back(name(photo));
        std::ranges::sort(names);
        names.erase(std::ranges::unique(names).begin(), names.end());
    }
    std::erase_if(scan.photos, [&](const FoundPhoto& photo) { return std::ranges::find(names, name(photo)) == names.end(); });

    DataSet set = DataSet::with_room(scan.photos.size(), {size.height, size.width, Picture::channels}, names);
    std::vector<std::string> reasons(scan.photos.size());
    parallel_for(scan.photos.size(), scan.photos.size() * 1'000'000, [&](std::size_t i, std::size_t) {
        try {
            detail::fit_into(set.picture(i), detail::decode_raster(read_file(scan.photos[i].path), options.limits), size, white,
                             Filter::bicubic);
        } catch (const PictureError& error) {
            reasons[i] = error.what();
        } catch (const FileError& error) {
            reasons[i] = reason_in(error, scan.photos[i].path);
        }
    });
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < scan.photos.size(); ++i) {
        set.labels(i) = static_cast<std::int32_t>(std::ranges::find(names, name(scan.photos[i])) - names.begin());
        set.sources.push_back(scan.photos[i].path.string());
        if (reasons[i].empty())
            good.push_back(i);
        else
            scan.rejected.push_back({scan.photos[i].path, reasons[i]});
    }
    if (options.rejected != nullptr)
        *options.rejected = scan.rejected;
    else if (!scan.rejected.empty())
        throw FileError(scan.rejected.front().path.string(), scan.rejected.front().reason);
    return good.size() == set.size() ? set : set.select(good);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/machine/random.hpp

namespace denim::inline DENIM_TARGET {

/// Where all randomness of a run begins. The same seed gives the same bits on every machine and for any number of threads.
struct Seed {
    std::uint64_t value = 0;
};

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
// ---- denim/data/split.hpp

namespace denim::inline DENIM_TARGET {

/// How much of a data set goes to each part, in any unit: {80, 10, 10}.
struct SplitShares {
    std::uint32_t train = 80, validation = 10, test = 10;

    [[nodiscard]] constexpr std::uint64_t sum() const { return std::uint64_t{train} + validation + test; }
};

/// A part of a data set.
enum class Part : std::uint8_t { train, validation, test };

/// The part of each sample. Every class is shared alike: in the order of the classes, validation and test get what brings them
/// nearest to their share of all samples so far, so that sizes are right in sum and to one sample in each class. Which ones
/// is drawn from the seed, and depends on nothing but it and the class. Samples with the same first equal (see first_equals;
/// none may be given) go where the first of them goes.
inline std::vector<Part> split_parts(std::span<const std::int32_t> classes, SplitShares shares, Seed seed,
                                     std::span<const std::size_t> first_equal = {}) {
    if (shares.sum() == 0) throw std::invalid_argument("denim: split: at least one share above zero was expected");
    std::map<std::int32_t, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < classes.size(); ++i) places[classes[i]].push_back(i);
    std::vector<Part> parts(classes.size(), Part::train);
    std::uint64_t samples = 0, validated = 0, tested = 0;
    const auto due = [&](std::uint32_t share) { return (2 * samples * share + shares.sum()) / (2 * shares.sum()); };
    for (auto& [label, members] : places) {
        shuffle(members, Random{seed, static_cast<std::uint64_t>(label)});
        samples += members.size();
        const std::uint64_t validation = std::min<std::uint64_t>(due(shares.validation) - validated, members.size());
        const std::uint64_t test = std::min<std::uint64_t>(due(shares.test) - tested, members.size() - validation);
        for (std::uint64_t i = 0; i < validation + test; ++i)
            parts[members[i]] = i < validation ? Part::validation : Part::test;
        validated += validation;
        tested += test;
    }
    for (std::size_t i = 0; i < first_equal.size(); ++i) parts[i] = parts[first_equal[i]];
    return parts;
}

/// A data set in three.
struct Split {
    DataSet train, validation, test;
};

/// Cuts a data set in three, every class alike, by a seed; each part keeps the order. Pictures with the same pixels stay
/// together. The same seed gives the same parts on every machine.
///
///     auto [train, validation, test] = split(read_folder("photos", Size{120, 90}), {80, 10, 10}, Seed{1});
inline Split split(const DataSet& set, SplitShares shares, Seed seed) {
    set.check();
    const std::size_t bytes = set.shape().size();
    std::vector<std::uint64_t> fingerprints(set.size());
    for (std::size_t i = 0; i < set.size(); ++i) fingerprints[i] = fingerprint({set.picture(i), bytes});
    const auto first = first_equals(
        fingerprints, [&](std::size_t a, std::size_t b) { return std::memcmp(set.picture(a), set.picture(b), bytes) == 0; });
    const auto parts = split_parts({set.labels.data(), set.size()}, shares, seed, first);
    const auto part = [&](Part wanted) {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (parts[i] == wanted) places.push_back(i);
        return set.select(places);
    };
    return {part(Part::train), part(Part::validation), part(Part::test)};
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data.hpp

// Folders of photographs to sets of data, their splits and their files: needs what denim/image.hpp and denim/format.hpp need.

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
// ---- denim/tensor/pictures.hpp

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
    template <class Expression>
    static Pictures of(const Expression& expression, Shape expected);
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

template <class Expression>
std::string extents_of(const Expression& array) {
    std::string text{'('};
    for (std::size_t d = 0; d < array.dimension(); ++d) text.append(d ? ", " : "").append(std::to_string(array.shape(d)));
    return text.append(array.dimension() == 1 ? ",)" : ")");
}

}  // namespace detail

template <class Expression>
Pictures Pictures::of(const Expression& expression, Shape expected) {
    using Value = std::remove_cv_t<typename Expression::value_type>;
    static_assert(std::is_same_v<Value, std::uint8_t> || std::is_same_v<Value, float>,
                  "denim: pictures are arrays of std::uint8_t (0 to 255, scaled by 1/255 on the way) or of float; convert others first.");
    const std::size_t rank = expression.dimension(), first = rank == 4 ? 1 : 0;
    if ((rank != 3 && rank != 4) || expression.shape(first) != expected.height || expression.shape(first + 1) != expected.width ||
        expression.shape(first + 2) != expected.channels)
        throw std::invalid_argument("denim: the network takes pictures of shape (N, " + to_string(expected).substr(1) + " or one of " +
                                    to_string(expected) + ", but got an array of shape " + detail::extents_of(expression));
    Pictures pictures{expected, rank == 4 ? static_cast<std::size_t>(expression.shape(0)) : 1};
    const auto point_to = [&](const Value* numbers) {
        if constexpr (std::is_same_v<Value, float>)
            pictures.floats = numbers;
        else
            pictures.bytes = numbers;
    };
    if constexpr (detail::ContiguousInterface<Expression>)
        if (detail::is_contiguous(expression)) {
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

namespace denim::inline DENIM_TARGET {

/// What moves a parameter.
enum class Moved {
    by_gradient,  ///< the optimizer
    by_layer,     ///< its layer: after a step, what stands at its place among the gradients is its next value (running statistics)
};

/// One parameter of a network: a named piece of its one array. Optimizers, files and checkpoints see these, and no network.
struct Row {
    std::string name;  ///< "0.weights"; inside a composition "2.0.weights"
    Extents extents;
    std::size_t offset = 0;  ///< in the network's array
    bool trained = true;     ///< false while its layer is frozen, and for what the layer moves itself
    bool decays = false;     ///< weight decay and L2 apply
    Moved moved = Moved::by_gradient;
    float l2 = 0;  ///< adds l2 * sum of squares to the loss

    [[nodiscard]] std::size_t size() const { return extents.size(); }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/convolution.hpp

namespace denim::inline DENIM_TARGET::kernel {

/// What follows the sum inside the same kernel.
enum class Epilogue {
    linear,     ///< bias
    relu,       ///< bias, then max(0, x)
    relu_pool,  ///< bias, max(0, x), then the maximum of each 2 x 2 window at stride 2; an odd last row or column falls away
};

/// Which kernel shall compute it.
enum class Choice { fastest, direct, transformed };

/// One convolution with every size known:
/// z(y, x, f) = bias(f) + sum over i, j, c of input(y * stride + i * dilation - top, x * stride + j * dilation - left, c) *
/// weights(i, j, c, f), for y < rows and x < columns, then the epilogue. With groups, channels and filters are cut into as many
/// runs, and a filter sums over the channels of its own run, which count from 0 in the weights. The border of `input` holds
/// every zero that a window touches, so kernels ask for no bounds. Weights are (window, window, channels / groups, filters), as
/// Keras has them.
struct Convolution {
    Layout input = {};
    Layout output = {};  ///< what is stored: with Epilogue::relu_pool, the pooled picture
    std::size_t rows = 0, columns = 0;  ///< of z, before any pool
    std::size_t window = 1, stride = 1;
    std::size_t top = 0, left = 0;  ///< zeros in front of the first window
    Epilogue epilogue = Epilogue::linear;
    bool bias = true;
    Choice choice = Choice::fastest;
    std::size_t dilation = 1, groups = 1;

    [[nodiscard]] constexpr std::size_t channels() const { return input.shape.channels; }
    [[nodiscard]] constexpr std::size_t filters() const { return output.shape.channels; }
    [[nodiscard]] constexpr bool pooled() const { return epilogue == Epilogue::relu_pool; }
    [[nodiscard]] constexpr std::size_t weights() const { return window * window * (channels() / groups) * filters(); }
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
// ---- denim/kernel/depthwise_convolution.hpp

// Convolutions with one filter for each channel: nothing is summed over channels, so vectors run along them. A step multiplies
// the pixels of a run by one tap; the run's sums stay in registers.

namespace denim::inline DENIM_TARGET::kernel {

/// True if every channel has its own filter, and no other.
constexpr bool depthwise(const Convolution& of) {
    return of.groups > 1 && of.groups == of.channels() && of.groups == of.filters() && !of.pooled();
}

/// Rows of a depthwise convolution, or with Turned of the way back, which takes the taps in the opposite order and no bias.
template <Convolution Of, bool Turned>
struct DepthwiseRows {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>;
    static_assert(Of.output.stride % lanes == 0, "denim: DepthwiseConvolution: pixels must be padded to whole vectors.");

    /// Row `y` is written or added; `weights` are (window, window, stride), then biases (stride), zero behind the channels.
    template <Gradient Mode>
    static void row(const float* input, const float* weights, float* output, std::size_t y) {
        constexpr std::size_t rest = Of.columns % pixels;
        for (std::size_t x = 0; x + pixels <= Of.columns; x += pixels) run<Mode, pixels>(input, weights, output, y, x);
        if constexpr (rest > 0) run<Mode, rest>(input, weights, output, y, Of.columns - rest);
    }

private:
    static constexpr std::size_t pixels = simd::registers > 16 ? 8 : 6;  // of a run

    template <Gradient Mode, std::size_t Pixels>
    static void run(const float* input, const float* weights, float* output, std::size_t y, std::size_t x) {
        const float* corner = input + Of.input.offset(y * Of.stride - Of.top, x * Of.stride - Of.left);
        float* to = output + Of.output.offset(y, x);
        for (std::size_t c = 0; c < Of.output.stride; c += lanes) {
            Vector sum[Pixels];
            const Vector start =
                Turned ? simd::broadcast(0.0f) : simd::load(weights + Of.window * Of.window * Of.output.stride + c);
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p) sum[p] = start;
#pragma GCC unroll 1
            for (std::size_t i = 0; i < Of.window; ++i)
#pragma GCC unroll 7
                for (std::size_t j = 0; j < Of.window; ++j) {
                    const std::size_t tap = i * Of.window + j;
                    const Vector weight =
                        simd::load(weights + (Turned ? Of.window * Of.window - 1 - tap : tap) * Of.output.stride + c);
                    const float* from = corner + i * Of.dilation * Of.input.row() + j * Of.dilation * Of.input.stride + c;
#pragma GCC unroll 8
                    for (std::size_t p = 0; p < Pixels; ++p)
                        sum[p] = simd::fma(simd::load(from + p * Of.stride * Of.input.stride), weight, sum[p]);
                }
#pragma GCC unroll 8
            for (std::size_t p = 0; p < Pixels; ++p) {
                float* place = to + p * Of.output.stride + c;
                Vector value = Of.epilogue == Epilogue::relu ? simd::max(sum[p], simd::broadcast(0.0f)) : sum[p];
                if constexpr (Mode == Gradient::add) value = value + simd::load(place);
                simd::store(place, value);
            }
        }
    }
};

/// The same interface as PlainConvolution; any stride and dilation, no pool.
template <Convolution Of>
struct DepthwiseConvolution {
private:
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, taps = Of.window * Of.window, stride = Of.output.stride;
    static_assert(Of.top < (Of.window - 1) * Of.dilation + 1 && Of.left < (Of.window - 1) * Of.dilation + 1);

    // The gradient to the input as a convolution of z's gradient, spread out by the stride, with the taps turned round.
    static constexpr Convolution turned = [] {
        const std::size_t reach = (Of.window - 1) * Of.dilation;
        const std::size_t height = (Of.rows - 1) * Of.stride + 1, width = (Of.columns - 1) * Of.stride + 1;
        const auto beyond = [](std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; };
        Convolution back;
        back.input = {{height, width, Of.channels()},
                      {reach - Of.top, reach - Of.left, beyond(Of.input.shape.height + Of.top, height),
                       beyond(Of.input.shape.width + Of.left, width)},
                      stride};
        back.output = Of.input;
        back.rows = Of.input.shape.height;
        back.columns = Of.input.shape.width;
        back.window = Of.window;
        back.top = reach - Of.top;
        back.left = reach - Of.left;
        back.dilation = Of.dilation;
        return back;
    }();

public:
    static constexpr const char* name = "depthwise";
    static constexpr std::size_t bands = Of.rows;
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1, forward_prepare_parts = 1;
    static constexpr std::size_t prepared_size = (taps + 1) * stride, forward_prepared_size = prepared_size;
    static constexpr std::size_t accumulator_size = prepared_size;
    static constexpr std::size_t record_size = 0;
    static constexpr std::size_t scratch_size =
        turned.input.size();  // z's gradient: between its pixels and around them it stays zero

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t /*part*/) {
        std::fill_n(prepared, prepared_size, 0.0f);
        for (std::size_t tap = 0; tap < taps; ++tap)
            std::copy_n(weights + tap * Of.channels(), Of.channels(), prepared + tap * stride);
        if (Of.bias) std::copy_n(bias, Of.channels(), prepared + taps * stride);
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* /*record*/, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        for (std::size_t y = first; y < last; ++y)
            DepthwiseRows<Of, false>::template row<Gradient::write>(input, prepared, output, y);
    }

    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* /*record*/, float* scratch, float* accumulator) {
        for (std::size_t y = 0; y < Of.rows; ++y) {
            spread_row(output, output_gradient, scratch, accumulator + taps * stride, y);
            for (std::size_t i = 0; i < Of.window; ++i) weight_gradient(input, scratch, accumulator, y, i);
        }
        if constexpr (Input != Gradient::none)
            for (std::size_t y = 0; y < turned.rows; ++y)
                DepthwiseRows<turned, true>::template row<Input>(scratch, prepared, input_gradient, y);
    }

    static void finish(const float* accumulators, std::size_t shares, std::size_t distance, float* weight_gradient,
                       float* bias_gradient, std::size_t /*part*/) {
        for (std::size_t tap = 0; tap < taps + Of.bias; ++tap)
            for (std::size_t c = 0; c < Of.channels(); ++c) {
                float sum = 0;
                for (std::size_t share = 0; share < shares; ++share) sum += accumulators[share * distance + tap * stride + c];
                (tap < taps ? weight_gradient[tap * Of.channels() + c] : bias_gradient[c]) = sum;
            }
    }

private:
    // Row y of z's gradient, into its place, and its sum to the bias's gradient.
    static void spread_row(const float* output, const float* output_gradient, float* z, float* bias_gradient, std::size_t y) {
        const auto zero = simd::broadcast(0.0f);
        for (std::size_t c = 0; c < stride; c += lanes) {
            Vector sum = zero;
            for (std::size_t x = 0; x < Of.columns; ++x) {
                Vector gradient = simd::load(output_gradient + Of.output.offset(y, x) + c);
                if constexpr (Of.epilogue == Epilogue::relu)
                    gradient = simd::select(simd::load(output + Of.output.offset(y, x) + c) > zero, gradient, zero);
                simd::store(z + turned.input.offset(y * Of.stride, x * Of.stride) + c, gradient);
                sum = sum + gradient;
            }
            simd::store(bias_gradient + c, simd::load(bias_gradient + c) + sum);
        }
    }
    // What row y of z's gradient says about window row i.
    static void weight_gradient(const float* input, const float* z, float* accumulator, std::size_t y, std::size_t i) {
        const float* pixels = input + Of.input.offset(y * Of.stride + i * Of.dilation - Of.top, 0 - Of.left);
        const float* gradients = z + turned.input.offset(y * Of.stride, 0);
        for (std::size_t c = 0; c < stride; c += lanes) {
            Vector sum[Of.window];
            float* to = accumulator + i * Of.window * stride + c;
            for (std::size_t j = 0; j < Of.window; ++j) sum[j] = simd::load(to + j * stride);
#pragma GCC unroll 1
            for (std::size_t x = 0; x < Of.columns; ++x) {
                const Vector gradient = simd::load(gradients + x * Of.stride * stride + c);
#pragma GCC unroll 8
                for (std::size_t j = 0; j < Of.window; ++j)
                    sum[j] = simd::fma(simd::load(pixels + (x * Of.stride + j * Of.dilation) * Of.input.stride + c), gradient,
                                       sum[j]);
            }
            for (std::size_t j = 0; j < Of.window; ++j) simd::store(to + j * stride, sum[j]);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/live_gradient.hpp

// The gradients of a convolution through its live outputs alone: those that ReLU let pass and the pool chose. With a pool at
// most one sum in four is live, and ReLU kills about half of those. Each filter's live gradients become a list of (where its
// window begins, value); for the weights, one window's sums stay in registers while the list is walked; for the input, one
// window's weights do.

namespace denim::inline DENIM_TARGET::kernel {

/// How the windows of some rows of input lie in scratch: each as `taps` runs of `vectors` vectors, of which a slice holds
/// `group`. A run is one pixel's channels, or, where that wastes fewer lanes, a whole window row (then every column of z has
/// its own copy of its window rows).
template <Convolution Of, bool WholeRows>
struct WindowSlices {
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t numbers = WholeRows ? Of.window * Of.channels() : Of.channels();  ///< in a run
    static constexpr std::size_t taps = WholeRows ? Of.window : Of.window * Of.window;
    static constexpr std::size_t vectors = (numbers + lanes - 1) / lanes;
    static constexpr std::size_t held = simd::registers - 5;  ///< vectors that stay in registers, beside what moves
    static constexpr std::size_t group = [] {
        std::size_t most = std::max<std::size_t>(1, std::min(vectors, held / taps));
        while (vectors % most) --most;
        return most;
    }();
    static constexpr std::size_t slices = vectors / group;
    static constexpr std::size_t unit = group * lanes;
    static constexpr std::size_t columns = WholeRows ? Of.columns : (Of.columns - 1) * Of.stride + Of.window;
    static constexpr std::size_t across = (WholeRows ? 1 : Of.stride) * unit;  ///< from one column of z to the next
    static constexpr std::size_t down = Of.stride * columns * unit;            ///< from one row of z to the next
    static constexpr std::size_t filter_size = taps * unit;
    static constexpr std::size_t slice_size = Of.filters() * filter_size;
    static constexpr std::size_t size = slices * slice_size;  ///< one window of every filter: (slice, filter, tap, unit)

    static constexpr std::size_t input_rows(std::size_t z_rows) { return (z_rows - 1) * Of.stride + Of.window; }
    static constexpr std::size_t tap(std::size_t t) {
        return WholeRows ? t * columns * unit : (t / Of.window * columns + t % Of.window) * unit;
    }

    /// Copies slice `slice` of the input rows behind z rows `first` to `first + z_rows`.
    [[gnu::noinline]] static void fill(const float* input, std::size_t first, std::size_t z_rows, std::size_t slice,
                                       float* to) {
        for (std::size_t r = 0; r < input_rows(z_rows); ++r)
            for (std::size_t x = 0; x < columns; ++x, to += unit) {
                const float* from =
                    input + Of.input.offset(first * Of.stride + r - Of.top, (WholeRows ? x * Of.stride : x) - Of.left);
                if constexpr (WholeRows && Of.input.stride != Of.channels()) {
                    for (std::size_t u = 0, n = slice * unit; u < unit && n < numbers; ++u, ++n)
                        to[u] = from[n / Of.channels() * Of.input.stride + n % Of.channels()];
                } else if (slice + 1 < slices || numbers % unit == 0) {
                    std::memcpy(to, from + slice * unit, unit * sizeof(float));
                } else {
                    std::memcpy(to, from + slice * unit, numbers % unit * sizeof(float));
                }
            }
    }

    /// Adds slice `slice` of the gradients to the input rows behind z rows `first` to `first + z_rows`; what lies in the border
    /// falls away.
    static void add(const float* from, std::size_t first, std::size_t z_rows, std::size_t slice, float* input) {
        static_assert(!WholeRows);
        for (std::size_t r = 0; r < input_rows(z_rows); ++r) {
            const std::size_t y = first * Of.stride + r - Of.top;
            if (y >= Of.input.shape.height) continue;
            for (std::size_t x = 0; x < Of.input.shape.width && x + Of.left < columns; ++x) {
                const float* values = from + (r * columns + x + Of.left) * unit;
                float* pixel = input + Of.input.offset(y, x) + slice * unit;
                for (std::size_t u = 0; u < unit; u += lanes) {
                    const std::size_t rest = Of.channels() - slice * unit - u;
                    if (rest >= lanes)
                        simd::store(pixel + u, simd::load(pixel + u) + simd::load(values + u));
                    else
                        simd::store_first(pixel + u, simd::load_first(pixel + u, rest) + simd::load_first(values + u, rest),
                                          rest);
                }
            }
        }
    }
};

template <Convolution Of>
struct LiveGradient {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t padded = (Of.filters() + lanes - 1) / lanes * lanes;

    using InputSlices = WindowSlices<Of, false>;
    static constexpr bool whole_rows = WindowSlices<Of, true>::vectors * Of.window < InputSlices::vectors * InputSlices::taps;
    using WeightSlices = WindowSlices<Of, whole_rows>;

    static constexpr std::size_t weights_size = InputSlices::size;  ///< prepared for the gradient to the input
    static constexpr std::size_t accumulator_size = WeightSlices::size + padded;

    /// Rows of output taken at once: as many as leave a slice of their input in the first-level cache.
    static constexpr std::size_t step = Of.pooled() ? 2 : 1;  ///< rows of z behind one of output
    template <class Slices>
    static constexpr std::size_t slice_room(std::size_t rows) {
        return Slices::input_rows(rows * step) * Slices::columns * Slices::unit;
    }
    static constexpr std::size_t widest_slice(std::size_t rows) {
        return std::max(slice_room<WeightSlices>(rows), slice_room<InputSlices>(rows));
    }
    static constexpr std::size_t band = [] {
        std::size_t rows = 1;
        while (rows < Of.output.shape.height && widest_slice(rows + 1) * sizeof(float) <= 24 * 1024) ++rows;
        return rows;
    }();
    static constexpr std::size_t room = band * Of.output.shape.width;  ///< the longest list
    static constexpr std::size_t scratch_size = round_up(widest_slice(band) + Of.filters() * (2 * room + 1), 16);

    /// Clears the gradients whose outputs ReLU cut off, and adds the others up into the bias's part of the accumulator.
    static void mask(const float* output, float* output_gradient, float* accumulator) {
        float* bias = accumulator + WeightSlices::size;
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t f = 0; f < padded; f += lanes) {
                const bool whole = f + lanes <= Of.output.stride;
                const std::size_t rest = Of.filters() - f;
                Vector sum = simd::broadcast(0.0f);
                for (std::size_t x = 0; x < Of.output.shape.width; ++x) {
                    const std::size_t at = Of.output.offset(y, x) + f;
                    Vector value = whole ? simd::load(output_gradient + at) : simd::load_first(output_gradient + at, rest);
                    if constexpr (Of.epilogue != Epilogue::linear) {
                        const Vector seen = whole ? simd::load(output + at) : simd::load_first(output + at, rest);
                        value = simd::select(seen > simd::broadcast(0.0f), value, simd::broadcast(0.0f));
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

    /// From masked output gradients: adds the weights' gradient to the accumulator and, if `ToInput`, the input's gradient to
    /// `input_gradient`.
    template <bool ToInput>
    static void run(const float* input, const float* output_gradient, const float* weights, float* input_gradient,
                    const std::uint8_t* record, float* scratch, float* accumulator) {
        float *slice = scratch, *lists = scratch + widest_slice(band);
        for (std::size_t y = 0; y < Of.output.shape.height; y += band) {
            const std::size_t rows = std::min(band, Of.output.shape.height - y);
            list<WeightSlices>(output_gradient, record, y, rows, lists);
            for (std::size_t s = 0; s < WeightSlices::slices; ++s) {
                WeightSlices::fill(input, y * step, rows * step, s, slice);
                for (std::size_t f = 0; f < Of.filters(); ++f)
                    walk<WeightSlices, false>(lists, f, slice,
                                              accumulator + s * WeightSlices::slice_size + f * WeightSlices::filter_size);
            }
            if constexpr (ToInput) {
                if constexpr (whole_rows) list<InputSlices>(output_gradient, record, y, rows, lists);
                for (std::size_t s = 0; s < InputSlices::slices; ++s) {
                    std::fill_n(slice, slice_room<InputSlices>(rows), 0.0f);
                    for (std::size_t f = 0; f < Of.filters(); ++f)
                        walk<InputSlices, true>(lists, f, slice,
                                                weights + s * InputSlices::slice_size + f * InputSlices::filter_size);
                    InputSlices::add(slice, y * step, rows * step, s, input_gradient);
                }
            }
        }
    }

private:
    // Lists in scratch: for each filter how many, where, and how much.
    template <class Slices>
    [[gnu::noinline]] static void list(const float* output_gradient, const std::uint8_t* record, std::size_t first,
                                       std::size_t rows, float* lists) {
        constexpr std::uint32_t winners[4] = {0, Slices::across, Slices::down, Slices::down + Slices::across};
        for (std::size_t f = 0; f < Of.filters(); ++f) {
            float* where = lists + Of.filters() + f * 2 * room;
            float* value = where + room;
            std::uint32_t count = 0;
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < Of.output.shape.width; ++x) {
                    const float gradient = output_gradient[Of.output.offset(first + y, x) + f];
                    auto position = static_cast<std::uint32_t>(y * step * Slices::down + x * step * Slices::across);
                    if constexpr (Of.pooled())
                        position += winners[record[((first + y) * Of.output.shape.width + x) * padded + f]];
                    where[count] = std::bit_cast<float>(position);
                    value[count] = gradient;
                    count += gradient != 0.0f;
                }
            lists[f] = std::bit_cast<float>(count);
        }
    }

    // One filter's list, against the windows in `slice`: for the weights, `fixed` grows; for the input, the slice does.
    template <class Slices, bool ToInput, class Fixed>
    static void walk(const float* lists, std::size_t f, float* slice, Fixed* fixed) {
        const auto count = std::bit_cast<std::uint32_t>(lists[f]);
        if (count == 0) return;
        const float* where = lists + Of.filters() + f * 2 * room;
        constexpr std::size_t parts = (Slices::taps + Slices::held / Slices::group - 1) / (Slices::held / Slices::group);
        [&]<std::size_t... Part>(std::index_sequence<Part...>) {
            (walk_part<Slices, ToInput, Slices::taps * Part / parts, Slices::taps*(Part + 1) / parts>(where, count, slice,
                                                                                                      fixed),
             ...);
        }(std::make_index_sequence<parts>{});
    }

    template <class Slices, bool ToInput, std::size_t First, std::size_t Last, class Fixed>
    [[gnu::noinline]] static void walk_part(const float* where, std::uint32_t count, float* slice, Fixed* fixed) {
        constexpr std::size_t group = Slices::group, held = (Last - First) * group;
        const float* value = where + room;
        fixed += First * Slices::unit;
        Vector kept[held];
#pragma GCC unroll 32
        for (std::size_t n = 0; n < held; ++n) kept[n] = simd::load(fixed + n * lanes);
#pragma GCC unroll 1
        for (std::uint32_t entry = 0; entry < count; ++entry) {
            float* window = slice + std::bit_cast<std::uint32_t>(where[entry]);
            const Vector gradient = simd::broadcast(value[entry]);
#pragma GCC unroll 32
            for (std::size_t n = 0; n < held; ++n) {
                float* run = window + Slices::tap(First + n / group) + n % group * lanes;
                if constexpr (ToInput)
                    simd::store(run, simd::fma(gradient, kept[n], simd::load(run)));
                else
                    kept[n] = simd::fma(gradient, simd::load(run), kept[n]);
            }
        }
        if constexpr (!ToInput) {
#pragma GCC unroll 32
            for (std::size_t n = 0; n < held; ++n) simd::store(fixed + n * lanes, kept[n]);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/register_tiles.hpp

// The direct sum of a convolution: one row of z after the other, cut into tiles of pixels x vectors of filters that stay in
// registers while a window's numbers stream by. No patch is ever copied.

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

template <Convolution Of>
struct RegisterTiles {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>;
    static constexpr std::size_t vectors = (Of.filters() + lanes - 1) / lanes;
    static constexpr std::size_t padded = vectors * lanes;  ///< filters, in whole vectors
    static constexpr std::size_t taps = Of.window * Of.window * Of.channels();
    static constexpr std::size_t packed_size = taps * padded + padded;  ///< weights, then bias

    /// Rows of what is stored: with a pool, each takes two rows of z.
    static constexpr std::size_t rows = Of.pooled() ? Of.output.shape.height : Of.rows;

    /// Writes the weights of window row `i` where the tiles read them: (group of vectors, i, j, channel, filter of the group),
    /// zero where a vector ends beyond the filters. `weight(j, c, f)` gives a number of that row.
    template <class Weight>
    static void pack(float* packed, std::size_t i, Weight weight) {
        for (std::size_t first = 0; first < vectors; first += tile.vectors) {
            const std::size_t filters = std::min(tile.vectors, vectors - first) * lanes;
            float* to = packed + first * lanes * taps + i * Of.window * Of.channels() * filters;
            for (std::size_t j = 0; j < Of.window; ++j)
                for (std::size_t c = 0; c < Of.channels(); ++c)
                    for (std::size_t f = first * lanes; f < first * lanes + filters; ++f)
                        *to++ = f < Of.filters() ? weight(j, c, f) : 0.0f;
        }
    }

    /// Row `y` of what is stored, written or added to `output`; `record` takes the winners of a pool, (row, column, padded), or
    /// is null.
    template <Gradient Mode = Gradient::write>
    static void row(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y) {
        constexpr std::size_t whole = vectors / tile.vectors * tile.vectors;
        for (std::size_t first = 0; first < whole; first += tile.vectors)
            columns<Mode, tile.vectors>(input, packed, output, record, y, first);
        if constexpr (whole < vectors) columns<Mode, vectors - whole>(input, packed, output, record, y, whole);
        if constexpr (Of.output.stride > padded && Mode == Gradient::write)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                std::fill_n(output + Of.output.offset(y, x) + padded, Of.output.stride - padded, 0.0f);
    }

private:
    static constexpr std::size_t unit = Of.pooled() ? 2 : 1;
    static constexpr std::size_t width = Of.pooled() ? Of.output.shape.width * 2 : Of.columns;
    static constexpr TileShape tile = best_tile(width, vectors, unit);
    // Tiles of a row differ by one unit at most, so that none of them is a thin rest.
    static constexpr std::size_t tiles = (width + tile.pixels - 1) / tile.pixels;
    static constexpr std::size_t small = width / unit / tiles * unit;
    static constexpr std::size_t large_tiles = width / unit % tiles;

    static constexpr std::size_t ahead = 1024;  // weights fetched before their turn: they come from the second-level cache

    template <Gradient Mode, std::size_t Vectors>
    static void columns(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
                        std::size_t first) {
        std::size_t x = 0;
        if constexpr (large_tiles > 0)
            for (; x < large_tiles * (small + unit); x += small + unit)
                place<Mode, small + unit, Vectors>(input, packed, output, record, y, x, first);
        if constexpr (small > 0)
            for (; x < width; x += small) place<Mode, small, Vectors>(input, packed, output, record, y, x, first);
    }

    // The sums of z(y, x ...) without bias, handed to `done(pixel, vector, sum)`.
    template <std::size_t Pixels, std::size_t Vectors, class Done>
    DENIM_INLINE static void sums(const float* input, const float* weights, std::size_t y, std::size_t x, Done done) {
        // The numbers of a window row lie side by side unless the channels are padded: then each pixel is a run of its own.
        constexpr bool joined = Of.input.stride == Of.channels();
        constexpr std::size_t runs = joined ? 1 : Of.window;
        constexpr std::size_t length = joined ? Of.window * Of.channels() : Of.channels();
        Vector sum[Pixels][Vectors];
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::broadcast(0.0f);
        const float* corner = input + Of.input.offset(y * Of.stride - Of.top, x * Of.stride - Of.left);
        for (std::size_t i = 0; i < Of.window; ++i)
            for (std::size_t run = 0; run < runs; ++run) {
                const float* from = corner + i * Of.input.row() + run * Of.input.stride;
#pragma GCC unroll 1
                for (std::size_t n = 0; n < length; ++n, ++from, weights += Vectors * lanes) {
                    for (std::size_t v = 0; v < Vectors * lanes; v += 16) simd::prefetch(weights + ahead + v);
                    Vector weight[Vectors];
#pragma GCC unroll 4
                    for (std::size_t v = 0; v < Vectors; ++v) weight[v] = simd::load(weights + v * lanes);
#pragma GCC unroll 16
                    for (std::size_t p = 0; p < Pixels; ++p) {
                        const Vector pixel = simd::broadcast(from[p * Of.stride * Of.input.stride]);
#pragma GCC unroll 4
                        for (std::size_t v = 0; v < Vectors; ++v) sum[p][v] = simd::fma(pixel, weight[v], sum[p][v]);
                    }
                }
            }
#pragma GCC unroll 16
        for (std::size_t p = 0; p < Pixels; ++p)
#pragma GCC unroll 4
            for (std::size_t v = 0; v < Vectors; ++v) done(p, v, sum[p][v]);
    }

    template <Gradient Mode, std::size_t Pixels, std::size_t Vectors>
    static void place(const float* input, const float* packed, float* output, std::uint8_t* record, std::size_t y,
                      std::size_t x, std::size_t first) {
        const float* weights = packed + first * lanes * taps;
        const float* bias = packed + taps * padded + first * lanes;
        if constexpr (Of.pooled()) {
            alignas(64) float z[2][Pixels][Vectors * lanes];
            for (std::size_t h = 0; h < 2; ++h)
                sums<Pixels, Vectors>(input, weights, 2 * y + h, x,
                                      [&](std::size_t p, std::size_t v, Vector sum) { simd::store(&z[h][p][v * lanes], sum); });
            for (std::size_t p = 0; p < Pixels; p += 2)
                for (std::size_t v = 0; v < Vectors; ++v) {
                    const auto at = [&](std::size_t h, std::size_t q) { return simd::load(&z[h][p + q][v * lanes]); };
                    const Vector a = at(0, 0), b = at(0, 1), c = at(1, 0),
                                 best = simd::max(simd::max(a, b), simd::max(c, at(1, 1)));
                    const std::size_t column = (x + p) / 2;
                    if (record) {
                        Vector winner = simd::select(c == best, simd::broadcast(2.0f), simd::broadcast(3.0f));
                        winner = simd::select(b == best, simd::broadcast(1.0f), winner);
                        winner = simd::select(a == best, simd::broadcast(0.0f), winner);
                        simd::store_bytes(record + (y * Of.output.shape.width + column) * padded + (first + v) * lanes, winner);
                    }
                    write<Mode>(output + Of.output.offset(y, column), first + v, best + simd::load(bias + v * lanes));
                }
        } else {
            sums<Pixels, Vectors>(input, weights, y, x, [&](std::size_t p, std::size_t v, Vector sum) {
                write<Mode>(output + Of.output.offset(y, x + p), first + v, sum + simd::load(bias + v * lanes));
            });
        }
    }

    // Vector number `v` of a pixel, never beyond the pixel.
    template <Gradient Mode>
    DENIM_INLINE static void write(float* pixel, std::size_t v, Vector value) {
        if constexpr (Of.epilogue != Epilogue::linear) value = simd::max(value, simd::broadcast(0.0f));
        if (Of.output.stride >= padded || v + 1 < vectors) {
            if constexpr (Mode == Gradient::add) value = value + simd::load(pixel + v * lanes);
            simd::store(pixel + v * lanes, value);
        } else {
            constexpr std::size_t rest = Of.output.stride % lanes;
            if constexpr (Mode == Gradient::add) value = value + simd::load_first(pixel + v * lanes, rest);
            simd::store_first(pixel + v * lanes, value, rest);
        }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/direct_convolution.hpp

// The direct convolution in float: any window, stride, layout and epilogue. Forward, and the gradient to the input of a
// convolution of stride 1 without a pool, are sums in registers (register_tiles.hpp); the other gradients go through the live
// outputs (live_gradient.hpp).

namespace denim::inline DENIM_TARGET::kernel {

/// The same interface as PlainConvolution. `prepared` begins with what forward reads: a predictor runs the first
/// `forward_prepare_parts` parts of prepare and keeps `forward_prepared_size` numbers. `record` is null in inference; else it
/// takes the winners as (row, column, filters rounded up to whole vectors). Scratch is zero when it is handed over first.
template <Convolution Of>
struct DirectConvolution {
private:
    static constexpr std::size_t lanes = simd::lanes<float>;
    using Forward = RegisterTiles<Of>;
    using Live = LiveGradient<Of>;
    using Weights = typename Live::WeightSlices;

    // The gradient to the input as a convolution of z's gradient with flipped, transposed weights; z's border stays zero.
    static constexpr bool flips = Of.stride == 1 && !Of.pooled() && Of.top < Of.window && Of.left < Of.window;
    static constexpr std::size_t above = Of.window - 1 - std::min(Of.top, Of.window - 1);
    static constexpr std::size_t before = Of.window - 1 - std::min(Of.left, Of.window - 1);
    static constexpr std::size_t beyond(std::size_t needed, std::size_t there) { return needed > there ? needed - there : 0; }
    static constexpr Convolution flipped{.input = {.shape = {Of.rows, Of.columns, Of.filters()},
                                                   .border = {above, before, beyond(Of.input.shape.height + Of.top, Of.rows),
                                                              beyond(Of.input.shape.width + Of.left, Of.columns)}},
                                         .output = Of.input,
                                         .rows = Of.input.shape.height,
                                         .columns = Of.input.shape.width,
                                         .window = Of.window,
                                         .top = above,
                                         .left = before,
                                         .bias = false};
    using Backward = RegisterTiles<flipped>;

public:
    static constexpr const char* name = "direct";
    static constexpr std::size_t bands = Forward::rows;
    static constexpr std::size_t forward_prepare_parts = Of.window;
    static constexpr std::size_t prepare_parts = 2 * Of.window;
    static constexpr std::size_t finish_parts = Of.window;
    static constexpr std::size_t forward_prepared_size = Forward::packed_size;
    static constexpr std::size_t prepared_size = forward_prepared_size + (flips ? Backward::packed_size : Live::weights_size);
    static constexpr std::size_t accumulator_size = Live::accumulator_size;
    static constexpr std::size_t record_size =
        Of.pooled() ? Of.output.shape.height * Of.output.shape.width * Forward::padded : 0;
    static constexpr std::size_t scratch_size = Live::scratch_size + (flips ? flipped.input.size() : 0);

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        const auto weight = [=](std::size_t i, std::size_t j, std::size_t c, std::size_t f) {
            return weights[((i * Of.window + j) * Of.channels() + c) * Of.filters() + f];
        };
        const std::size_t i = part % Of.window;
        float* backward = prepared + forward_prepared_size;
        if (part < Of.window) {
            Forward::pack(prepared, i, [=](std::size_t j, std::size_t c, std::size_t f) { return weight(i, j, c, f); });
            if (part == 0)
                for (std::size_t f = 0; f < Forward::padded; ++f)
                    prepared[forward_prepared_size - Forward::padded + f] = Of.bias && f < Of.filters() ? bias[f] : 0.0f;
        } else if constexpr (flips) {
            Backward::pack(backward, i, [=](std::size_t j, std::size_t f, std::size_t c) {
                return weight(Of.window - 1 - i, Of.window - 1 - j, c, f);
            });
            if (i == 0) std::fill_n(backward + Backward::packed_size - Backward::padded, Backward::padded, 0.0f);
        } else {
            using Slices = typename Live::InputSlices;
            for (std::size_t slice = 0; slice < Slices::slices; ++slice)
                for (std::size_t f = 0; f < Of.filters(); ++f)
                    for (std::size_t j = 0; j < Of.window; ++j) {
                        float* to = backward + slice * Slices::slice_size + f * Slices::filter_size +
                                    (i * Of.window + j) * Slices::unit;
                        for (std::size_t u = 0, c = slice * Slices::unit; u < Slices::unit; ++u, ++c)
                            to[u] = c < Of.channels() ? weight(i, j, c, f) : 0.0f;
                    }
        }
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* /*scratch*/,
                        std::size_t first, std::size_t last) {
        for (std::size_t y = first; y < last; ++y) Forward::row(input, prepared, output, record, y);
    }

    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        Live::mask(output, output_gradient, accumulator);
        const float* weights = prepared + forward_prepared_size;
        if constexpr (flips || Input == Gradient::none) {
            Live::template run<false>(input, output_gradient, weights, input_gradient, record, scratch, accumulator);
            if constexpr (Input != Gradient::none) {
                float* z = scratch + Live::scratch_size;
                for (std::size_t y = 0; y < Of.rows; ++y)
                    for (std::size_t x = 0; x < Of.columns; ++x)
                        std::copy_n(output_gradient + Of.output.offset(y, x), Of.filters(), z + flipped.input.offset(y, x));
                for (std::size_t y = 0; y < flipped.rows; ++y)
                    Backward::template row<Input>(z, weights, input_gradient, nullptr, y);
            }
        } else {
            if constexpr (Input == Gradient::write)
                for (std::size_t y = 0; y < Of.input.shape.height; ++y)
                    std::fill_n(input_gradient + Of.input.offset(y, 0), Of.input.shape.width * Of.input.stride, 0.0f);
            Live::template run<true>(input, output_gradient, weights, input_gradient, record, scratch, accumulator);
        }
    }

    static void finish(const float* accumulators, std::size_t shares, std::size_t distance, float* weight_gradient,
                       float* bias_gradient, std::size_t part) {
        const auto total = [=](std::size_t n) {
            auto sum = simd::load(accumulators + n);
            for (std::size_t share = 1; share < shares; ++share) sum = sum + simd::load(accumulators + share * distance + n);
            return sum;
        };
        constexpr std::size_t taps = Weights::taps / Of.window;  // of a window row
        alignas(64) float block[lanes][lanes];
        for (std::size_t first = 0; first < Of.filters(); first += lanes) {
            const std::size_t width = std::min(lanes, Of.filters() - first);
            for (std::size_t t = 0; t < taps; ++t)
                for (std::size_t v = 0; v < Weights::vectors; ++v) {
                    const std::size_t slice = v / Weights::group;
                    const std::size_t at =
                        slice * Weights::slice_size + (part * taps + t) * Weights::unit + v % Weights::group * lanes;
                    for (std::size_t f = 0; f < width; ++f)
                        simd::store(block[f], total(at + (first + f) * Weights::filter_size));
                    for (std::size_t u = 0; u < std::min(lanes, Weights::numbers - v * lanes); ++u) {
                        const std::size_t row = part * Of.window * Of.channels() + t * Weights::numbers + v * lanes + u;
                        for (std::size_t f = 0; f < width; ++f) weight_gradient[row * Of.filters() + first + f] = block[f][u];
                    }
                }
            if (Of.bias && part == 0) {
                simd::store(block[0], total(Weights::size + first));
                std::copy_n(block[0], width, bias_gradient + first);
            }
        }
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
                    for (std::size_t i = 0; i < Of.window; ++i)
                        for (std::size_t j = 0; j < Of.window; ++j)
                            for (std::size_t c = 0; c < channels; ++c)
                                sum += input[at(y, x, i, j) + first(f) + c] * prepared[weight(i, j, c, f)];
                    scratch[(y * Of.columns + x) * Of.filters() + f] = Of.epilogue == Epilogue::linear ? sum : std::max(sum, Scalar{0});
                }
        for (std::size_t y = 0; y < Of.output.shape.height; ++y)
            for (std::size_t x = 0; x < Of.output.shape.width; ++x)
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    Scalar best = scratch[z(y, x, f, 0)];
                    std::uint8_t winner = 0;
                    for (std::uint8_t q = 1; Of.pooled() && q < 4; ++q)
                        if (scratch[z(y, x, f, q)] > best) best = scratch[z(y, x, f, winner = q)];
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
                    if (Of.epilogue == Epilogue::linear || output[o] > Scalar{0}) scratch[z(y, x, f, q)] = output_gradient[o];
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
                    for (std::size_t i = 0; i < Of.window; ++i)
                        for (std::size_t j = 0; j < Of.window; ++j)
                            for (std::size_t c = 0; c < channels; ++c) {
                                const std::size_t from = at(y, x, i, j) + first(f) + c;
                                accumulator[weight(i, j, c, f)] += gradient * input[from];
                                if constexpr (Input != Gradient::none)
                                    if (inside(y, x, i, j)) input_gradient[from] += gradient * prepared[weight(i, j, c, f)];
                            }
                }
    }

    /// Adds the accumulators of all shares in order, `distance` numbers apart, and writes the gradients.
    static void finish(const Scalar* accumulators, std::size_t shares, std::size_t distance, Scalar* weight_gradient,
                       Scalar* bias_gradient, std::size_t /*part*/) {
        for (std::size_t n = 0; n < accumulator_size; ++n) {
            Scalar sum{0};
            for (std::size_t share = 0; share < shares; ++share) sum += accumulators[share * distance + n];
            if (n < Of.weights())
                weight_gradient[n] = sum;
            else if (Of.bias)
                bias_gradient[n - Of.weights()] = sum;
        }
    }

private:
    static constexpr std::size_t channels = Of.channels() / Of.groups;  // that a filter sums over, from first(f) on
    static constexpr std::size_t first(std::size_t f) { return f / (Of.filters() / Of.groups) * channels; }
    static constexpr std::size_t weight(std::size_t i, std::size_t j, std::size_t c, std::size_t f) {
        return ((i * Of.window + j) * channels + c) * Of.filters() + f;
    }
    // Where the window at (y, x) touches the input with its tap (i, j); in the border it wraps below zero and back.
    static constexpr std::size_t at(std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return Of.input.offset(y * Of.stride + i * Of.dilation - Of.top, x * Of.stride + j * Of.dilation - Of.left);
    }
    static constexpr bool inside(std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return y * Of.stride + i * Of.dilation - Of.top < Of.input.shape.height &&
               x * Of.stride + j * Of.dilation - Of.left < Of.input.shape.width;
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

namespace denim::inline DENIM_TARGET {

/// Numbers on the heap, zero at first, aligned to cache lines and from 4 MB on to huge pages; made once, then only read and
/// written.
template <class Scalar>
class AlignedArray {
public:
    static constexpr std::size_t alignment = 64;

    AlignedArray() = default;
    explicit AlignedArray(std::size_t size) : size_(size), numbers_(allocate(size)) { std::fill_n(data(), size, Scalar{}); }
    AlignedArray(const AlignedArray& other) : size_(other.size_), numbers_(allocate(other.size_)) {
        std::copy_n(other.data(), size_, data());
    }
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
// outputs (y, x) with the same y mod d and x mod d, a phase, read the pixels of one phase of the input and no others. So each
// group and phase is copied to a picture of its own, and goes through the kernel that is quickest for it.

namespace denim::inline DENIM_TARGET::kernel {

/// The dense convolution that one group and phase is; the smaller phases are filled up with zeros.
constexpr Convolution dense_part(const Convolution& of) {
    const auto share = [&](std::size_t count) { return (count + of.dilation - 1) / of.dilation; };
    const auto layout = [](std::size_t height, std::size_t width, std::size_t channels) {
        return Layout{{height, width, channels}, {}, round_up(channels, simd::lanes<float>)};
    };
    Convolution part = of;
    part.rows = share(of.rows);
    part.columns = share(of.columns);
    part.dilation = part.groups = 1;
    part.top = part.left = 0;
    part.input =
        layout((part.rows - 1) * of.stride + of.window, (part.columns - 1) * of.stride + of.window, of.channels() / of.groups);
    part.output = layout(of.pooled() ? part.rows / 2 : part.rows, of.pooled() ? part.columns / 2 : part.columns,
                         of.filters() / of.groups);
    return part;
}

/// The same interface as PlainConvolution. Kernel computes Part, the dense part with its border. A dilation stands without a
/// stride and a pool.
template <Convolution Of, Convolution Part, class Kernel>
struct SplitConvolution {
    static_assert(Of.dilation == 1 || (Of.stride == 1 && !Of.pooled()));

private:
    static constexpr std::size_t step = Of.dilation, phases = step * step, channels = Part.channels(), filters = Part.filters();
    static constexpr std::size_t room(std::size_t numbers) {
        return round_up(numbers + 64, 16);
    }  // kernels read a vector beyond
    static constexpr std::size_t output_at = room(Part.input.size()), output_gradient_at = output_at + room(Part.output.size()),
                                 input_gradient_at = output_gradient_at + room(Part.output.size()),
                                 scratch_at = input_gradient_at + room(Part.input.size());
    static constexpr std::size_t group_prepared = round_up(Kernel::prepared_size, 16) + 64,
                                 group_sums = round_up(Kernel::accumulator_size, 16),
                                 part_record = round_up(Kernel::record_size, 64);

    static constexpr std::array<char, 64> words = [] {
        std::array<char, 64> text{};
        std::size_t at = 0;
        for (const char* from :
             {Of.dilation > 1 ? Of.groups > 1 ? "dilated, grouped, " : "dilated, " : "grouped, ", Kernel::name})
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
    static constexpr std::size_t scratch_size = scratch_at + room(Kernel::scratch_size);

    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t group) {
        AlignedArray<float> own(Part.weights());
        for (std::size_t n = 0; n < Part.weights(); n += filters)
            std::copy_n(weights + n * Of.groups + group * filters, filters, own.data() + n);
        for (std::size_t part = 0; part < Kernel::prepare_parts; ++part)
            Kernel::prepare(own.data(), Of.bias ? bias + group * filters : nullptr, prepared + group * group_prepared, part);
    }

    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* scratch,
                        std::size_t first, std::size_t last) {
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
        for (std::size_t number = 0; number < bands; ++number) {
            const Band band{number};
            if (band.empty()) continue;
            take_input(input, scratch, band);
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

    static void finish(const float* accumulators, std::size_t shares, std::size_t distance, float* weight_gradient,
                       float* bias_gradient, std::size_t group) {
        AlignedArray<float> own(Part.weights() + filters);
        for (std::size_t part = 0; part < Kernel::finish_parts; ++part)
            Kernel::finish(accumulators + group * group_sums, shares, distance, own.data(), own.data() + Part.weights(), part);
        for (std::size_t n = 0; n < Part.weights(); n += filters)
            std::copy_n(own.data() + n, filters, weight_gradient + n * Of.groups + group * filters);
        if (Of.bias) std::copy_n(own.data() + Part.weights(), filters, bias_gradient + group * filters);
    }

private:
    struct Band {
        std::size_t group, row, column;  // the phase's first output
        explicit constexpr Band(std::size_t number)
            : group(number / phases), row(number % phases / step), column(number % step) {}
        [[nodiscard]] constexpr bool empty() const { return row >= Of.rows || column >= Of.columns; }
    };

    // Calls each(inside, place in the picture, place in the part) for every pixel that a part reads.
    template <class Each>
    static void each_input(const Band& band, Each each) {
        for (std::size_t v = 0; v < Part.input.shape.height; ++v)
            for (std::size_t u = 0; u < Part.input.shape.width; ++u) {
                const std::size_t y = v * step + band.row - Of.top, x = u * step + band.column - Of.left;  // above 0 it wraps
                const bool inside = y < Of.input.shape.height && x < Of.input.shape.width;
                each(inside, Of.input.offset(y, x) + band.group * channels, Part.input.offset(v, u));
            }
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
        for (std::size_t v = 0, y = band.row; y < Of.output.shape.height; ++v, y += step)
            for (std::size_t u = 0, x = band.column; x < Of.output.shape.width; ++u, x += step)
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

/// m(r, n) = sum over k < depth of v(r, k) * u(k, n); rows of v and m are `VRow` and `MRow` numbers apart, those of u follow
/// each other.
template <std::size_t Rows, std::size_t Vectors, std::size_t VRow, std::size_t MRow>
inline void multiply(const float* v, const float* u, float* m, std::size_t depth) {
    constexpr std::size_t lanes = simd::lanes<float>, ahead = 2048;  // numbers of u, the 8 KB that are wanted next
    simd::Vector<float> sums[Rows][Vectors];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::broadcast(0.0f);
    for (std::size_t k = 0; k < depth; ++k, u += Vectors * lanes) {
        simd::Vector<float> weights[Vectors];
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) {
            weights[n] = simd::load(u + n * lanes);
            simd::prefetch(u + n * lanes + ahead);
        }
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r) {
            const auto value = simd::broadcast(v[r * VRow + k]);
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::fma(value, weights[n], sums[r][n]);
        }
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) simd::store(m + r * MRow + n * lanes, sums[r][n]);
}

/// sums(c, f) += sum over t < count of v(t, c) * d(t, f) for c < Rows; the rows of `sums` follow each other.
template <std::size_t Rows, std::size_t Vectors, std::size_t VRow, std::size_t DRow>
inline void accumulate(const float* v, const float* d, float* to, std::size_t count) {
    constexpr std::size_t lanes = simd::lanes<float>;
    simd::Vector<float> sums[Rows][Vectors];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::load(to + (r * Vectors + n) * lanes);
    for (std::size_t t = 0; t < count; ++t, v += VRow, d += DRow) {
        simd::Vector<float> gradients[Vectors];
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) gradients[n] = simd::load(d + n * lanes);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r) {
            const auto value = simd::broadcast(v[r]);
#pragma GCC unroll 4
            for (std::size_t n = 0; n < Vectors; ++n) sums[r][n] = simd::fma(value, gradients[n], sums[r][n]);
        }
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r)
#pragma GCC unroll 4
        for (std::size_t n = 0; n < Vectors; ++n) simd::store(to + (r * Vectors + n) * lanes, sums[r][n]);
}

/// Calls `body.operator()<Vectors>(n)` for each group of vectors that begins with vector n of `Count`.
template <std::size_t Count, class Body>
DENIM_INLINE void for_groups(Body body) {
    for (std::size_t n = 0; n + product_vectors <= Count; n += product_vectors) body.template operator()<product_vectors>(n);
    if constexpr (Count % product_vectors != 0)
        body.template operator()<Count % product_vectors>(Count - Count % product_vectors);
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/toom_cook.hpp

// Convolution by evaluating polynomials at points (Toom and Cook; Winograd, "Arithmetic complexity of computations", 1980):
// y = A^T ((G g) * (B^T d)) gives y[k] = sum over j of d[k + j] g[j] for 8 numbers d, Taps numbers g and 9 - Taps numbers y.
// B^T depends on the points alone, so one transform of the input serves every window size and every direction.

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
    return of.stride == 1 && (of.window == 3 || of.window == 5 || of.window == 7) && of.top < of.window && of.left < of.window;
}

/// The gradient to the weights of a pooled convolution visits the pool's winners alone if at most so many percent of them are
/// alive after ReLU; tiles are faster beyond. Measured on 64 channels and filters.
constexpr std::size_t winners_pay(const Convolution& of) {
    if (!of.pooled()) return 0;
    return of.channels() <= few_channels || of.window == 7 ? 100 : of.window == 5 ? 65 : 75;
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
    return of.pooled() ? tiles_of(of.window, of.rows / 2 * 2, of.columns / 2 * 2) : tiles_of(of.window, of.rows, of.columns);
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
    const Tiles own = output_tiles(of), back = tiles_of(of.window, of.input.shape.height, of.input.shape.width);
    const std::size_t top = of.window - 1 - of.top, left = of.window - 1 - of.left;
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

    static constexpr std::size_t lanes = simd::lanes<float>;

    [[nodiscard]] constexpr std::size_t padded_depth() const { return round_up(depth, lanes); }
    [[nodiscard]] constexpr std::size_t rows() const { return rows_at_a_time(tiles.count()); }
    /// Tiles that are transformed together: whole products, as many as fit the cache and leave a few blocks to threads.
    [[nodiscard]] constexpr std::size_t block() const {
        const std::size_t fit = block_bytes / (tile * tile * (padded_depth() + width) * sizeof(float));
        const std::size_t wanted = round_up((tiles.count() + 3) / 4, rows());
        return std::clamp(fit / rows() * rows(), rows(), wanted);
    }
    [[nodiscard]] constexpr std::size_t blocks() const { return (tiles.count() + block() - 1) / block(); }
    /// Numbers from one point of the transform domain to the next: an odd number of cache lines, so that they spread over the
    /// cache.
    [[nodiscard]] constexpr std::size_t point(std::size_t channels) const { return ((block() * channels + 15) / 16 | 1) * 16; }
    [[nodiscard]] constexpr std::size_t scratch() const { return tile * tile * (point(padded_depth()) + point(width)); }
    [[nodiscard]] constexpr std::size_t weights() const { return tile * tile * depth * width; }
};

/// Forward: the input becomes z.
constexpr TilePass forward_pass(const Convolution& of) {
    return {output_tiles(of), of.input.row(), of.input.stride, of.channels(), of.output.stride};
}

/// Back to the input: the gradient of z becomes that of the input.
constexpr TilePass backward_pass(const Convolution& of) {
    const Layout picture = gradient_picture(of);
    return {tiles_of(of.window, of.input.shape.height, of.input.shape.width), picture.row(), picture.stride, of.filters(),
            round_up(of.channels(), TilePass::lanes)};
}

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

/// The maximum of four, the first where some are equal; which one goes to `record` unless that is null.
DENIM_INLINE simd::Vector<float> pool(simd::Vector<float> a, simd::Vector<float> b, simd::Vector<float> c,
                                      simd::Vector<float> d, std::uint8_t* record) {
    const auto best = simd::max(simd::max(a, b), simd::max(c, d));
    if (record) {
        auto winner = simd::select(c == best, simd::broadcast(2.0f), simd::broadcast(3.0f));
        winner = simd::select(b == best, simd::broadcast(1.0f), winner);
        simd::store_bytes(record, simd::select(a == best, simd::broadcast(0.0f), winner));
    }
    return best;
}

}  // namespace detail

/// Rows y and y + 1 of z from (y, x, filter) on, `Count` columns, both even: bias and epilogue, then what lies inside is
/// stored.
template <Convolution Of, std::size_t Count>
DENIM_INLINE void write_rows(const simd::Vector<float>* upper, const simd::Vector<float>* lower, simd::Vector<float> bias,
                             std::size_t y, std::size_t x, std::size_t filter, float* output, std::uint8_t* record) {
    const auto zero = simd::broadcast(0.0f);
    if constexpr (Of.pooled()) {
        constexpr Shape shape = Of.output.shape;
        if (y / 2 >= shape.height) return;
#pragma GCC unroll 3
        for (std::size_t i = 0; i < Count; i += 2) {
            const std::size_t column = (x + i) / 2;
            if (column >= shape.width) break;
            std::uint8_t* winners = record ? record + (y / 2 * shape.width + column) * Of.output.stride + filter : nullptr;
            const auto best = detail::pool(upper[i], upper[i + 1], lower[i], lower[i + 1], winners);
            simd::store(output + Of.output.offset(y / 2, column) + filter, simd::max(best + bias, zero));
        }
    } else {
        for (std::size_t q = 0; q < 2 && y + q < Of.rows; ++q)
#pragma GCC unroll 6
            for (std::size_t i = 0; i < Count; ++i) {
                if (x + i >= Of.columns) break;
                const auto z = (q ? lower : upper)[i] + bias;
                simd::store(output + Of.output.offset(y + q, x + i) + filter,
                            Of.epilogue == Epilogue::relu ? simd::max(z, zero) : z);
            }
    }
}

/// The gradient of z from the output's: into the inside of `picture`, laid out as `Picture`, whose border stays as it is. Only
/// winners get a gradient, and only where the output is positive. `bias_gradient` grows by the sums over the picture.
template <Convolution Of, Layout Picture>
inline void unfold_gradient(const float* output, const float* output_gradient, const std::uint8_t* record, float* picture,
                            float* bias_gradient) {
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t y = 0; y < Of.output.shape.height; ++y)
        for (std::size_t f = 0; f < Of.output.stride; f += lanes) {
            auto sum = zero;
            for (std::size_t x = 0; x < Of.output.shape.width; ++x) {
                const std::size_t at = Of.output.offset(y, x) + f;
                auto gradient = simd::load(output_gradient + at);
                if constexpr (Of.epilogue != Epilogue::linear)
                    gradient = simd::select(simd::load(output + at) > zero, gradient, zero);
                sum += gradient;
                if constexpr (Of.pooled()) {
                    const auto winner = simd::load_bytes(record + (y * Of.output.shape.width + x) * Of.output.stride + f);
                    for (std::size_t q = 0; q < 4; ++q)
                        simd::store(picture + Picture.offset(2 * y + q / 2, 2 * x + q % 2) + f,
                                    simd::select(winner == simd::broadcast(static_cast<float>(q)), gradient, zero));
                } else {
                    simd::store(picture + Picture.offset(y, x) + f, gradient);
                }
            }
            simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
        }
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

/// The weights of input channel `channel`, for forward_pass.
template <Convolution Of>
inline void forward_weights(const float* weights, float* to, std::size_t channel) {
    constexpr TilePass pass = forward_pass(Of);
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t n = 0; n < pass.width / lanes; ++n)
        transform_weight_tile<Of.window>(
            [&](std::size_t i, std::size_t j) {
                return load_up_to(weights + ((i * Of.window + j) * Of.channels() + channel) * Of.filters() + n * lanes,
                                  Of.filters() - n * lanes);
            },
            [&](std::size_t i, std::size_t j, Channels value) {
                simd::store(to + (i * tile + j) * pass.depth * pass.width + grouped(n, channel, pass.depth, pass.width), value);
            });
}

/// The weights of filter `filter`, turned by half a circle, for backward_pass.
template <Convolution Of>
inline void backward_weights(const float* weights, float* to, std::size_t filter) {
    constexpr TilePass pass = backward_pass(Of);
    constexpr std::size_t lanes = simd::lanes<float>, taps = Of.window * Of.window;
    for (std::size_t n = 0; n < pass.width / lanes; ++n) {
        alignas(64) float turned[taps][lanes] = {};
        for (std::size_t tap = 0; tap < taps; ++tap)
            for (std::size_t c = 0; c < std::min(lanes, Of.channels() - n * lanes); ++c)
                turned[taps - 1 - tap][c] = weights[(tap * Of.channels() + n * lanes + c) * Of.filters() + filter];
        transform_weight_tile<Of.window>(
            [&](std::size_t i, std::size_t j) { return simd::load(turned[i * Of.window + j]); },
            [&](std::size_t i, std::size_t j, Channels value) {
                simd::store(to + (i * tile + j) * pass.depth * pass.width + grouped(n, filter, pass.depth, pass.width), value);
            });
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
    std::size_t together;  ///< tiles whose sums are in registers at a time
    std::size_t numbers;   ///< of one point: tiles x channels, whole vectors
    std::size_t phase;     ///< numbers of one phase
    std::size_t row;       ///< numbers of all phases

    [[nodiscard]] constexpr std::size_t pixels() const { return tile * row; }
    [[nodiscard]] constexpr std::size_t points() const { return tile * tile * numbers; }
    [[nodiscard]] constexpr std::size_t scratch() const { return 2 * pixels() + points(); }
};

constexpr TileRow tile_row(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, together = 2;
    const Tiles tiles = output_tiles(of);
    const std::size_t numbers = round_up(round_up(tiles.across, together) * of.channels(), lanes);
    const std::size_t phase = round_up(numbers + (tile - 1) / tiles.side * of.channels(), lanes);
    return {together, numbers, phase, tiles.side * phase};
}

/// Numbers of few_weights: (filters / lanes, column, row, channel, lanes), columns and rows of the transform domain.
constexpr std::size_t few_weights_size(const Convolution& of) { return tile * tile * of.channels() * of.output.stride; }

/// All weights into the transform domain.
template <Convolution Of>
inline void few_weights(const float* weights, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t n = 0; n < Of.output.stride; n += lanes)
        for (std::size_t c = 0; c < Of.channels(); ++c)
            transform_weight_tile<Of.window>(
                [&](std::size_t i, std::size_t j) {
                    return load_up_to(weights + ((i * Of.window + j) * Of.channels() + c) * Of.filters() + n, Of.filters() - n);
                },
                [&](std::size_t i, std::size_t j, Channels value) {
                    simd::store(to + (n * tile * tile + ((j * tile + i) * lanes)) * Of.channels() + c * lanes, value);
                });
}

namespace detail {

/// Copies row y of the windows' reach into phases; zeros stand for what lies beyond the picture and its border.
template <Convolution Of>
inline void split_row(const float* input, std::size_t y, float* to) {
    constexpr TileRow sizes = tile_row(Of);
    constexpr std::size_t channels = Of.channels(), side = output_tiles(Of).side;
    constexpr std::size_t rows = Of.top + Of.input.shape.height + Of.input.border.bottom;
    constexpr std::size_t columns = Of.left + Of.input.shape.width + Of.input.border.right;
    constexpr std::size_t pixels = sizes.phase / channels, whole = std::min(columns / side, pixels);
    if (y >= rows) {
        std::fill_n(to, sizes.row, 0.0f);
        return;
    }
    const float* from = input + Of.input.offset(y - Of.top, 0 - Of.left);
    for (std::size_t pixel = 0; pixel < whole; ++pixel)
        for (std::size_t x = 0; x < side; ++x, from += Of.input.stride)
            std::copy_n(from, channels, to + x * sizes.phase + pixel * channels);
    for (std::size_t x = 0; x < side; ++x) {
        float* const rest = to + x * sizes.phase + whole * channels;
        std::fill(rest, to + (x + 1) * sizes.phase, 0.0f);
        if (whole < pixels && whole * side + x < columns) std::copy_n(from + x * Of.input.stride, channels, rest);
    }
}

/// The row of tiles whose pixels stand in `rows`, the first of them in row `first` of 8, into the transform domain.
template <Convolution Of>
inline void transform_row(const float* rows, std::size_t first, float* between, float* to) {
    constexpr TileRow sizes = tile_row(Of);
    constexpr std::size_t lanes = simd::lanes<float>, channels = Of.channels(), side = output_tiles(Of).side;
    for (std::size_t n = 0; n < sizes.row; n += lanes) {
        Channels d[tile], v[tile];
        for (std::size_t i = 0; i < tile; ++i) d[i] = simd::load(rows + (first + i) % tile * sizes.row + n);
        input_transform(d, v);
        for (std::size_t i = 0; i < tile; ++i) simd::store(between + i * sizes.row + n, v[i]);
    }
    for (std::size_t i = 0; i < tile; ++i)
        for (std::size_t n = 0; n < sizes.numbers; n += lanes) {
            Channels d[tile], v[tile];
            for (std::size_t j = 0; j < tile; ++j)
                d[j] = simd::load(between + i * sizes.row + j % side * sizes.phase + j / side * channels + n);
            input_transform(d, v);
            for (std::size_t j = 0; j < tile; ++j) simd::store(to + (i * tile + j) * sizes.numbers + n, v[j]);
        }
}

}  // namespace detail

/// Rows of tiles `first` to `last`: convolution, bias and epilogue.
template <Convolution Of>
inline void few_forward(const float* input, const float* weights, const float* bias, float* output, std::uint8_t* record,
                        float* scratch, std::size_t first, std::size_t last) {
    constexpr TileRow sizes = tile_row(Of);
    constexpr Tiles tiles = output_tiles(Of);
    constexpr std::size_t lanes = simd::lanes<float>, channels = Of.channels(), side = tiles.side, together = sizes.together;
    float* const rows = scratch;
    float* const between = rows + sizes.pixels();
    float* const transformed = between + sizes.pixels();
    for (std::size_t ty = first; ty < last; ++ty) {
        for (std::size_t i = ty == first ? 0 : tile - side; i < tile; ++i)
            detail::split_row<Of>(input, ty * side + i, rows + (ty * side + i) % tile * sizes.row);
        detail::transform_row<Of>(rows, ty * side % tile, between, transformed);
        for (std::size_t f = 0; f < Of.output.stride; f += lanes) {
            const float* const u = weights + f * tile * tile * channels;
            const Channels shift = simd::load(bias + f);
            for (std::size_t tx = 0; tx < tiles.across; tx += together) {
                Channels half[together][side][tile];
                for (std::size_t j = 0; j < tile; ++j) {
                    Channels sums[together][tile];
#pragma GCC unroll 8
                    for (std::size_t i = 0; i < tile; ++i)
#pragma GCC unroll 4
                        for (std::size_t c = 0; c < channels; ++c) {
                            const Channels weight = simd::keep(simd::load(u + ((j * tile + i) * channels + c) * lanes));
#pragma GCC unroll 2
                            for (std::size_t t = 0; t < together; ++t) {
                                const Channels value =
                                    simd::broadcast(transformed[(i * tile + j) * sizes.numbers + (tx + t) * channels + c]);
                                sums[t][i] = c == 0 ? value * weight : simd::fma(value, weight, sums[t][i]);
                            }
                        }
#pragma GCC unroll 2
                    for (std::size_t t = 0; t < together; ++t) {
                        Channels column[side];
                        output_transform<side>(sums[t], column);
#pragma GCC unroll 6
                        for (std::size_t i = 0; i < side; ++i) half[t][i][j] = column[i];
                    }
                }
                for (std::size_t t = 0; t < std::min(together, tiles.across - tx); ++t)
                    for (std::size_t i = 0; i < side; i += 2) {
                        Channels upper[side], lower[side];
                        output_transform<side>(half[t][i], upper);
                        output_transform<side>(half[t][i + 1], lower);
                        write_rows<Of, side>(upper, lower, shift, ty * side + i, (tx + t) * side, f, output, record);
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
    std::size_t span;     ///< pooled pixels of its rows
    std::size_t reach;    ///< numbers of an input row, with what a last vector reads beyond

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

constexpr FewWinners few_winners(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, sums = simd::registers - 4, numbers = 24 * 1024 / sizeof(float);
    const std::size_t tight = of.window * of.channels(), dense = round_up(of.window * tight, lanes);
    FewWinners best{};
    best.shared = of.window * round_up(tight, lanes) == dense && dense <= sums * lanes;
    best.line = best.shared ? round_up(tight, lanes) : tight;
    const std::size_t whole = dense / lanes, parts = (whole + sums - 1) / sums;
    best.vectors = (whole + parts - 1) / parts;
    best.window = best.vectors * parts * lanes;
    best.filters = 4 * best.vectors <= sums ? 4 : 2 * best.vectors <= sums ? 2 : 1;
    const std::size_t width = std::max<std::size_t>(of.output.shape.width, 1);
    for (std::size_t rows = 1; rows <= (best.shared ? 4 : 1); ++rows) {
        const std::size_t pixel = best.shared ? (2 * rows + of.window - 1) * 2 * best.line : rows * 4 * best.window;
        const std::size_t spans =
            (width + std::max<std::size_t>(numbers / pixel, 1) - 1) / std::max<std::size_t>(numbers / pixel, 1);
        if (const std::size_t span = (width + spans - 1) / spans; rows * span > best.rows * best.span) {
            best.rows = rows;
            best.span = span;
        }
    }
    best.reach = round_up((2 * width + of.window - 1) * of.channels(), lanes) + 2 * lanes;
    return best;
}

/// Numbers of the sums: (filters, window).
constexpr std::size_t few_winners_sums(const Convolution& of) { return of.output.stride * few_winners(of).window; }

/// Numbers of scratch: the input rows below a strip, and its windows.
constexpr std::size_t few_winners_scratch(const Convolution& of) {
    const FewWinners sizes = few_winners(of);
    const std::size_t lines = 2 * sizes.rows + of.window - 1;
    return lines * sizes.reach + std::max(lines * sizes.below(), sizes.rows * sizes.down()) + 2 * sizes.window;
}

namespace detail {

/// The part of an input row that windows of the pool's winners touch, without padding between pixels.
template <Convolution Of>
inline void copy_pixels(const float* from, float* to) {
    constexpr std::size_t pixels = 2 * Of.output.shape.width + Of.window - 1, channels = Of.channels();
    if constexpr (Of.input.stride == channels)
        std::copy_n(from, pixels * channels, to);
    else
        for (std::size_t x = 0; x < pixels; ++x) std::copy_n(from + x * Of.input.stride, channels, to + x * channels);
}

/// The windows of a strip that begins in the first of `rows`, at pooled column `left`.
template <Convolution Of>
inline void cut_windows(const float* rows, std::size_t count, std::size_t left, std::size_t span, float* to) {
    constexpr FewWinners sizes = few_winners(Of);
    constexpr std::size_t lanes = simd::lanes<float>;
    const auto copy_line = [](const float* from, float* line) {  // may write beyond, where the next line follows
        for (std::size_t n = 0; n < sizes.line; n += lanes) simd::store(line + n, simd::load(from + n));
    };
    if constexpr (sizes.shared) {
        for (std::size_t i = 0; i < 2 * count + Of.window - 1; ++i)
            for (std::size_t x = 0; x < 2 * span; ++x)
                copy_line(rows + i * sizes.reach + (2 * left + x) * Of.channels(), to + i * sizes.below() + x * sizes.line);
    } else {
        for (std::size_t y = 0; y < count; ++y)
            for (std::size_t n = 0; n < 4 * span; ++n) {
                const float* const from =
                    rows + (2 * y + n / 2 % 2) * sizes.reach + (2 * (left + n / 4) + n % 2) * Of.channels();
                for (std::size_t i = 0; i < Of.window; ++i)
                    copy_line(from + i * sizes.reach, to + y * sizes.down() + n * sizes.window + i * sizes.line);
            }
    }
}

/// Clears the gradient where the output is not positive, in one row, and adds the rest to `bias_gradient`.
template <Convolution Of>
inline void mask_row(const float* output, float* output_gradient, float* bias_gradient) {
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t f = 0; f < Of.output.stride; f += simd::lanes<float>) {
        auto sum = zero;
        for (std::size_t at = f; at < Of.output.shape.width * Of.output.stride; at += Of.output.stride) {
            const auto alive = simd::select(simd::load(output + at) > zero, simd::load(output_gradient + at), zero);
            sum += alive;
            simd::store(output_gradient + at, alive);
        }
        simd::store(bias_gradient + f, simd::load(bias_gradient + f) + sum);
    }
}

}  // namespace detail

/// Adds one sample to `sums` and `bias_gradient`. The gradient where the output is not positive is cleared in
/// `output_gradient`.
template <Convolution Of>
inline void add_few_winners(const float* input, const float* output, float* output_gradient, const std::uint8_t* record,
                            float* scratch, float* sums, float* bias_gradient) {
    constexpr FewWinners sizes = few_winners(Of);
    constexpr Shape shape = Of.output.shape;
    constexpr std::size_t lanes = simd::lanes<float>, stride = Of.output.stride, vectors = sizes.vectors,
                          filters = sizes.filters;
    constexpr std::uint32_t corners[4] = {0, sizes.corner(1), sizes.corner(2), sizes.corner(3)};
    float* const rows = scratch;
    float* const windows = rows + (2 * sizes.rows + Of.window - 1) * sizes.reach;
    for (std::size_t top = 0; top < shape.height; top += sizes.rows) {
        const std::size_t count = std::min(sizes.rows, shape.height - top);
        for (std::size_t i = 0; i < 2 * count + Of.window - 1; ++i)
            detail::copy_pixels<Of>(input + Of.input.offset(2 * top + i - Of.top, 0 - Of.left), rows + i * sizes.reach);
        for (std::size_t y = top; y < top + count; ++y)
            detail::mask_row<Of>(output + Of.output.offset(y, 0), output_gradient + Of.output.offset(y, 0), bias_gradient);
        for (std::size_t left = 0; left < shape.width; left += sizes.span) {
            const std::size_t span = std::min(sizes.span, shape.width - left);
            detail::cut_windows<Of>(rows, count, left, span, windows);
            for (std::size_t f = 0; f < stride; f += filters)
                for (std::size_t part = 0; part < sizes.window / lanes; part += vectors) {
                    simd::Vector<float> sum[filters][vectors];
                    float* const to = sums + f * sizes.window + part * lanes;
#pragma GCC unroll 4
                    for (std::size_t q = 0; q < filters; ++q)
#pragma GCC unroll 28
                        for (std::size_t n = 0; n < vectors; ++n) sum[q][n] = simd::load(to + q * sizes.window + n * lanes);
                    for (std::size_t y = 0; y < count; ++y) {
                        const float* gradient = output_gradient + Of.output.offset(top + y, left) + f;
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

/// The weights' gradient from the sums of all shares, `distance` numbers apart, added in order.
template <Convolution Of>
inline void finish_few_winners(const float* sums, std::size_t shares, std::size_t distance, float* weight_gradient) {
    constexpr FewWinners sizes = few_winners(Of);
    constexpr std::size_t line = Of.window * Of.channels();
    for (std::size_t tap = 0; tap < Of.window * line; ++tap)
        for (std::size_t f = 0; f < Of.filters(); ++f) {
            const float* const at = sums + f * sizes.window + tap / line * sizes.line + tap % line;
            float sum = 0.0f;
            for (std::size_t share = 0; share < shares; ++share) sum += at[share * distance];
            weight_gradient[tap * Of.filters() + f] = sum;
        }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/run_tiles.hpp

// A transformed convolution: blocks of tiles go into the transform domain, through one matrix product for each of its points,
// and back.

namespace denim::inline DENIM_TARGET::kernel {

/// Transforms the tile whose first pixel is at `from`: channel c at point p goes to `to[p * Point + c]`.
template <TilePass Pass, std::size_t Point>
inline void read_tile(const float* from, float* to) {
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t c = 0; c < Pass.depth; c += lanes)
        transform_input_tile(
            [&](std::size_t i, std::size_t j) {
                const float* pixel = from + i * Pass.row + j * Pass.pixel + c;
                return c + lanes <= Pass.pixel ? simd::load(pixel) : simd::load_first(pixel, Pass.depth - c);
            },
            [&](std::size_t i, std::size_t j, Channels value) { simd::store(to + (i * tile + j) * Point + c, value); });
}

/// Blocks `first` to `last`. `picture` is where the first tile begins, `weights` as forward_weights or backward_weights make
/// them; `sink(y, x, channel, upper, lower)` gets rows y and y + 1 of each tile from column x on, as many channels as a
/// register holds.
template <TilePass Pass, class Sink>
inline void run_tiles(const float* picture, const float* weights, float* scratch, std::size_t first, std::size_t last,
                      Sink sink) {
    constexpr std::size_t lanes = simd::lanes<float>, side = Pass.tiles.side, rows = Pass.rows(), block = Pass.block();
    constexpr std::size_t depth = Pass.padded_depth(), width = Pass.width;
    constexpr std::size_t v_point = Pass.point(depth), m_point = Pass.point(width);
    float* const v = scratch;
    float* const m = scratch + tile * tile * v_point;
    for (std::size_t begin = first * block; begin < std::min(last * block, Pass.tiles.count()); begin += block) {
        const std::size_t count = std::min(block, Pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t y = (begin + t) / Pass.tiles.across * side, x = (begin + t) % Pass.tiles.across * side;
            read_tile<Pass, v_point>(picture + y * Pass.row + x * Pass.pixel, v + t * depth);
        }
        // The last product may read rows of an earlier block: what they give is not used.
        for (std::size_t p = 0; p < tile * tile; ++p)
            for_groups<width / lanes>([&]<std::size_t Vectors>(std::size_t n) {
                for (std::size_t t = 0; t < count; t += rows)
                    multiply<rows, Vectors, depth, width>(v + p * v_point + t * depth,
                                                          weights + (p * width + n * lanes) * Pass.depth,
                                                          m + p * m_point + t * width + n * lanes, Pass.depth);
            });
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t y = (begin + t) / Pass.tiles.across * side, x = (begin + t) % Pass.tiles.across * side;
            for (std::size_t n = 0; n < width; n += lanes) {
                Channels half[side][tile];
                transform_output_columns<side>(
                    [&](std::size_t i, std::size_t j) { return simd::load(m + (i * tile + j) * m_point + t * width + n); },
                    half);
                for (std::size_t i = 0; i < side; i += 2) {
                    Channels upper[side], lower[side];
                    output_transform<side>(half[i], upper);
                    output_transform<side>(half[i + 1], lower);
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

/// Numbers of scratch that add_weight_gradient needs.
constexpr std::size_t weight_gradient_scratch(const Convolution& of) { return forward_pass(of).scratch() + tile * tile; }

/// Adds one sample to `sums`. `input` is where its first window begins, `gradient` where the gradient of z begins in a picture
/// laid out as gradient_picture.
template <Convolution Of>
inline void add_weight_gradient(const float* input, const float* gradient, float* scratch, float* sums) {
    constexpr TilePass pass = forward_pass(Of);
    constexpr GradientSums to = gradient_sums(Of);
    constexpr std::size_t lanes = simd::lanes<float>, side = pass.tiles.side, depth = pass.padded_depth(), width = pass.width;
    constexpr std::size_t rows = to.rows, channels = to.channels, point = to.point();
    constexpr std::size_t v_point = pass.point(depth), d_point = pass.point(width), row = gradient_picture(Of).row();
    float* const d = scratch;
    float* const v = scratch + tile * tile * d_point;  // the last product reads a little beyond
    for (std::size_t begin = 0; begin < pass.tiles.count(); begin += pass.block()) {
        const std::size_t count = std::min(pass.block(), pass.tiles.count() - begin);
        for (std::size_t t = 0; t < count; ++t) {
            const std::size_t y = (begin + t) / pass.tiles.across * side, x = (begin + t) % pass.tiles.across * side;
            read_tile<pass, v_point>(input + y * pass.row + x * pass.pixel, v + t * depth);
            for (std::size_t n = 0; n < width; n += lanes)
                transform_weight_tile<side>(
                    [&](std::size_t i, std::size_t j) { return simd::load(gradient + (y + i) * row + (x + j) * width + n); },
                    [&](std::size_t i, std::size_t j, Channels value) {
                        simd::store(d + (i * tile + j) * d_point + t * width + n, value);
                    });
        }
        for (std::size_t p = 0; p < tile * tile; ++p)
            for_groups<width / lanes>([&]<std::size_t Vectors>(std::size_t n) {
                for (std::size_t c = 0; c < channels; c += rows)
                    accumulate<rows, Vectors, depth, width>(v + p * v_point + c, d + p * d_point + n * lanes,
                                                            sums + p * point + (n * channels + c * Vectors) * lanes, count);
            });
    }
}

/// The weights' gradient of input channel `channel` and a vector of filters from `filter` on, from the sums of all shares,
/// `distance` numbers apart, added in order.
template <Convolution Of>
inline void finish_weight_gradient(const float* sums, std::size_t shares, std::size_t distance, float* weight_gradient,
                                   std::size_t channel, std::size_t filter) {
    constexpr GradientSums from = gradient_sums(Of);
    constexpr std::size_t window = Of.window;
    const float* const first = sums + grouped(filter / simd::lanes<float>, channel, from.channels, from.filters);
    Channels half[window][tile];
    transform_output_columns<window>(
        [&](std::size_t i, std::size_t j) {
            const float* at = first + (i * tile + j) * from.point();
            Channels sum = simd::load(at);
            for (std::size_t share = 1; share < shares; ++share) sum += simd::load(at + share * distance);
            return sum;
        },
        half);
    for (std::size_t i = 0; i < window; ++i) {
        Channels taps[window];
        output_transform<window>(half[i], taps);
        for (std::size_t j = 0; j < window; ++j)
            store_up_to(weight_gradient + ((i * window + j) * Of.channels() + channel) * Of.filters() + filter, taps[j],
                        Of.filters() - filter);
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/winners_gradient.hpp

// The gradient to the weights of a pooled convolution, direct, through the pool's winners that ReLU left alive: each adds its
// gradient times its window to its filter's sums. A quarter of the direct sum's work where all are alive, which costs about
// what the transforms cost, and half of that where half are.

namespace denim::inline DENIM_TARGET::kernel {

/// How windows go through the registers and the first level of the cache: a strip of pooled pixels at a time, of which
/// `vectors` vectors of channels are packed side by side.
struct WinnerStrip {
    std::size_t vectors;  ///< of channels, a divisor of all
    std::size_t lines;    ///< of a window whose sums are in registers at a time
    std::size_t rows;     ///< of the pooled picture
    std::size_t span;     ///< pooled pixels of a row
    std::size_t pixel;    ///< numbers of a packed pixel
    std::size_t row;      ///< numbers of a packed row
    std::size_t filter;   ///< numbers of a filter's sums: (channels / pixel, window, window, pixel)

    [[nodiscard]] constexpr std::size_t winners() const { return rows * span; }
    [[nodiscard]] constexpr std::size_t packed(std::size_t window) const { return (2 * rows + window - 1) * row; }
};

constexpr WinnerStrip winner_strip(const Convolution& of) {
    constexpr std::size_t lanes = simd::lanes<float>, sums = simd::registers - 4, bytes = 28 * 1024;
    const std::size_t most = std::max<std::size_t>(sums / of.window, 1), parts = (of.window + most - 1) / most;
    const std::size_t lines = (of.window + parts - 1) / parts, all = (of.channels() + lanes - 1) / lanes;
    std::size_t vectors = std::clamp<std::size_t>(sums / (lines * of.window), 1, all);
    while (all % vectors != 0) --vectors;
    const std::size_t pixel = vectors * lanes, width = std::max<std::size_t>(of.output.shape.width, 1);
    WinnerStrip best{vectors, lines, 0, 0, pixel, 0, of.window * of.window * all * lanes};
    for (std::size_t rows = 1; rows <= 4; ++rows) {
        const std::size_t columns = bytes / sizeof(float) / ((2 * rows + of.window - 1) * pixel);
        const std::size_t fit = columns > of.window ? (columns - of.window + 1) / 2 : 1, spans = (width + fit - 1) / fit;
        if (const std::size_t span = (width + spans - 1) / spans; rows * span > best.winners()) {
            best.rows = rows;
            best.span = span;
            best.row = (2 * span + of.window - 1) * pixel;
        }
    }
    return best;
}

/// One winner: where its window begins in the packed strip, and its gradient.
struct Winner {
    float gradient;
    std::uint32_t window;
};

/// Numbers of the sums: (filters, channels / pixel, window, window, pixel).
constexpr std::size_t winners_sums(const Convolution& of) { return of.output.stride * winner_strip(of).filter; }

/// Numbers of scratch: a packed strip, the lists of its winners and their lengths, a pixel's gradients and their sums.
constexpr std::size_t winners_scratch(const Convolution& of) {
    return winner_strip(of).packed(of.window) + of.output.stride * (2 * winner_strip(of).winners() + 3);
}

namespace detail {

/// The windows of pooled pixels from (y, x) on, `channel` and its neighbours of each pixel side by side.
template <Convolution Of>
inline void pack_strip(const float* input, std::size_t y, std::size_t rows, std::size_t x, std::size_t span,
                       std::size_t channel, float* to) {
    constexpr WinnerStrip strip = winner_strip(Of);
    constexpr std::size_t lanes = simd::lanes<float>;
    for (std::size_t i = 0; i < 2 * rows + Of.window - 1; ++i) {
        const float* from = input + Of.input.offset(2 * y + i - Of.top, 2 * x - Of.left) + channel;
        for (std::size_t j = 0; j < 2 * span + Of.window - 1; ++j, from += Of.input.stride)
            for (std::size_t c = 0; c < strip.pixel; c += lanes) {
                const bool whole = channel + c + lanes <= Of.input.stride;
                simd::store(to + i * strip.row + j * strip.pixel + c,
                            whole ? simd::load(from + c) : simd::load_first(from + c, Of.channels() - channel - c));
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
template <Convolution Of>
inline bool few_alive(const float* output, std::size_t percent) {
    const auto zero = simd::broadcast(0.0f), one = simd::broadcast(1.0f);
    float alive = 0.0f;
    for (std::size_t y = 0; y < Of.output.shape.height; ++y) {
        auto sum = zero;
        for (std::size_t n = 0; n < Of.output.shape.width * Of.output.stride; n += simd::lanes<float>)
            sum += simd::select(simd::load(output + Of.output.offset(y, 0) + n) > zero, one, zero);
        alive += simd::sum(sum);
    }
    return alive <= static_cast<float>(percent * Of.output.shape.size()) / 100.0f;
}

/// Adds one sample to `sums` and `bias_gradient`.
template <Convolution Of>
inline void add_winners_gradient(const float* input, const float* output, const float* output_gradient,
                                 const std::uint8_t* record, float* scratch, float* sums, float* bias_gradient) {
    constexpr WinnerStrip strip = winner_strip(Of);
    constexpr Shape shape = Of.output.shape;
    constexpr std::size_t lanes = simd::lanes<float>, stride = Of.output.stride, window = Of.window,
                          line = window * strip.pixel;
    constexpr std::uint32_t corners[4] = {0, strip.pixel, strip.row, strip.row + strip.pixel};
    float* const packed = scratch;
    float* const gradients = packed + strip.packed(window);
    float* const bias_sums = gradients + stride;
    auto* const lengths = reinterpret_cast<std::uint32_t*>(bias_sums + stride);
    auto* const winners = reinterpret_cast<Winner*>(lengths + stride);
    const auto zero = simd::broadcast(0.0f);
    for (std::size_t top = 0; top < shape.height; top += strip.rows)
        for (std::size_t left = 0; left < shape.width; left += strip.span) {
            const std::size_t rows = std::min(strip.rows, shape.height - top), span = std::min(strip.span, shape.width - left);
            std::fill_n(lengths, stride, 0u);
            std::fill_n(bias_sums, stride, 0.0f);
            for (std::size_t y = 0; y < rows; ++y)
                for (std::size_t x = 0; x < span; ++x) {
                    const std::size_t at = Of.output.offset(top + y, left + x);
                    for (std::size_t f = 0; f < stride; f += lanes) {
                        const auto alive =
                            simd::select(simd::load(output + at + f) > zero, simd::load(output_gradient + at + f), zero);
                        simd::store(gradients + f, alive);
                        simd::store(bias_sums + f, simd::load(bias_sums + f) + alive);
                    }
                    const std::uint8_t* const corner = record + ((top + y) * shape.width + left + x) * stride;
                    const auto first = static_cast<std::uint32_t>(2 * y * strip.row + 2 * x * strip.pixel);
                    for (std::size_t f = 0; f < Of.filters(); ++f) {
                        winners[f * strip.winners() + lengths[f]] = {gradients[f], first + corners[corner[f]]};
                        lengths[f] += gradients[f] != 0.0f;
                    }
                }
            for (std::size_t f = 0; f < stride; f += lanes)
                simd::store(bias_gradient + f, simd::load(bias_gradient + f) + simd::load(bias_sums + f));
            for (std::size_t c = 0; c < Of.channels(); c += strip.pixel) {
                detail::pack_strip<Of>(input, top, rows, left, span, c, packed);
                for (std::size_t f = 0; f < Of.filters(); ++f) {
                    float* const to = sums + f * strip.filter + c * window * window;
                    const Winner* const own = winners + f * strip.winners();
                    for (std::size_t i = 0; i + strip.lines <= window; i += strip.lines)
                        detail::add_windows<strip.lines, line / lanes, strip.row>(own, lengths[f], packed + i * strip.row,
                                                                                  to + i * line);
                    if constexpr (constexpr std::size_t rest = window % strip.lines; rest != 0)
                        detail::add_windows<rest, line / lanes, strip.row>(
                            own, lengths[f], packed + (window - rest) * strip.row, to + (window - rest) * line);
                }
            }
        }
}

/// The weights' gradient of a vector of channels from `channel` on and of filters from `filter` on, from the sums of all
/// shares, `distance` numbers apart, added in order: written, or added to what stands there.
template <Convolution Of, bool Add>
inline void finish_winners_gradient(const float* sums, std::size_t shares, std::size_t distance, float* weight_gradient,
                                    std::size_t channel, std::size_t filter) {
    constexpr WinnerStrip strip = winner_strip(Of);
    constexpr std::size_t lanes = simd::lanes<float>, taps = Of.window * Of.window;
    const std::size_t group = channel / strip.pixel * strip.pixel, filters = Of.filters() - filter;
    for (std::size_t tap = 0; tap < taps; ++tap) {
        const float* const first = sums + filter * strip.filter + group * taps + tap * strip.pixel + channel - group;
        alignas(64) float by_filter[lanes * lanes], by_channel[lanes * lanes];
        for (std::size_t f = 0; f < lanes; ++f) {
            Channels sum = simd::load(first + f * strip.filter);
            for (std::size_t share = 1; share < shares; ++share) sum += simd::load(first + share * distance + f * strip.filter);
            simd::store(by_filter + f * lanes, sum);
        }
        simd::transpose(by_filter, lanes, by_channel, lanes);
        for (std::size_t c = 0; c < std::min(lanes, Of.channels() - channel); ++c) {
            float* const to = weight_gradient + (tap * Of.channels() + channel + c) * Of.filters() + filter;
            Channels sum = simd::load(by_channel + c * lanes);
            if constexpr (Add) sum += load_up_to(to, filters);
            store_up_to(to, sum, filters);
        }
    }
}

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/transformed_convolution.hpp

// The transformed kernel of a convolution: stride 1, windows of 3, 5 and 7, in single precision. See plain_convolution.hpp for
// what each function computes, toom_cook.hpp for the arithmetic, tiling.hpp for the sizes.

namespace denim::inline DENIM_TARGET::kernel {

template <Convolution Of>
struct TransformedConvolution {
    static_assert(transformable(Of), "denim: TransformedConvolution: stride 1 and a window of 3, 5 or 7 are needed.");
    static_assert(Of.output.stride == round_up(Of.filters(), simd::lanes<float>),
                  "denim: TransformedConvolution: the output's stride must be its filters rounded up to whole vectors.");
    static_assert(Of.input.border == widest(Of.input.border, transformed_border(Of)),
                  "denim: TransformedConvolution: the input's border is smaller than transformed_border.");

    static constexpr const char* name = Of.window == 3   ? "transformed F(6,3)"
                                        : Of.window == 5 ? "transformed F(4,5)"
                                                         : "transformed F(2,7)";
    static constexpr bool few = Of.channels() <= few_channels;
    // The ways that the gradient to the weights may go.
    static constexpr bool by_few_winners = few && Of.pooled();
    static constexpr bool by_winners = !few && winners_pay(Of) > 0, by_tiles = winners_pay(Of) < 100;
    static constexpr TilePass there = forward_pass(Of), back = backward_pass(Of);

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
    static constexpr std::size_t tile_sums = by_tiles ? gradient_sums(Of).size() : 0;
    static constexpr std::size_t winner_sums = by_few_winners ? few_winners_sums(Of) : by_winners ? winners_sums(Of) : 0;
    static constexpr std::size_t accumulator_size = Of.output.stride + tile_sums + winner_sums;
    static constexpr std::size_t record_size = winners_size(Of);
    static constexpr std::size_t picture_size = gradient_picture(Of).size();
    static constexpr std::size_t work_size =
        std::max({few ? tile_row(Of).scratch() : there.scratch(), back.scratch(), by_tiles ? weight_gradient_scratch(Of) : 0,
                  by_few_winners ? few_winners_scratch(Of) : 0, by_winners ? winners_scratch(Of) : 0});
    static constexpr std::size_t scratch_size = picture_size + work_size;  // the picture's border is zero and stays so

    /// prepared = (bias, weights forward, weights backward), those in the transform domain.
    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        if (part == 0) {
            std::fill_n(prepared, Of.output.stride, 0.0f);
            if (Of.bias) std::copy_n(bias, Of.filters(), prepared);
        }
        float* const forward_to = prepared + Of.output.stride;
        if (part >= forward_prepare_parts) {
            share_out(Of.filters(), prepare_parts - forward_prepare_parts, part - forward_prepare_parts,
                      [&](std::size_t filter) { backward_weights<Of>(weights, prepared + forward_prepared_size, filter); });
        } else if constexpr (few) {
            few_weights<Of>(weights, forward_to);
        } else {
            share_out(Of.channels(), forward_prepare_parts, part,
                      [&](std::size_t channel) { forward_weights<Of>(weights, forward_to, channel); });
        }
    }

    /// Bands `first` to `last` of one sample. Without a `record` the winners are not kept.
    static void forward(const float* input, const float* prepared, float* output, std::uint8_t* record, float* scratch,
                        std::size_t first, std::size_t last) {
        float* const work = scratch + picture_size;
        if constexpr (few)
            few_forward<Of>(input, prepared + Of.output.stride, prepared, output, record, work, first, last);
        else
            run_tiles<there>(input + origin, prepared + Of.output.stride, work, first, last,
                             [&](std::size_t y, std::size_t x, std::size_t f, const Channels* upper, const Channels* lower) {
                                 write_rows<Of, there.tiles.side>(upper, lower, simd::load(prepared + f), y, x, f, output,
                                                                  record);
                             });
    }

    /// One sample: see PlainConvolution. accumulator = (bias, weights in the transform domain, weights through winners).
    template <Gradient Input>
    static void backward(const float* input, const float* output, float* output_gradient, const float* prepared,
                         float* input_gradient, const std::uint8_t* record, float* scratch, float* accumulator) {
        constexpr Layout picture = gradient_picture(Of);
        float* const work = scratch + picture_size;
        float* const by_tile = accumulator + Of.output.stride;
        float* const by_winner = by_tile + tile_sums;
        bool tiles = by_tiles;
        if constexpr (by_tiles && by_winners) tiles = !few_alive<Of>(output, winners_pay(Of));
        if constexpr (by_few_winners)
            add_few_winners<Of>(input, output, output_gradient, record, work, by_winner, accumulator);
        else if constexpr (by_winners)
            if (!tiles) add_winners_gradient<Of>(input, output, output_gradient, record, work, by_winner, accumulator);
        if (tiles || Input != Gradient::none) {
            std::fill_n(work, Of.output.stride, 0.0f);  // for sums of the bias that are there already
            unfold_gradient<Of, picture>(output, output_gradient, record, scratch, tiles ? accumulator : work);
        }
        if constexpr (by_tiles)
            if (tiles) add_weight_gradient<Of>(input + origin, scratch + picture.offset(0, 0), work, by_tile);
        if constexpr (Input != Gradient::none)
            run_tiles<back>(scratch, prepared + forward_prepared_size, work, 0, back.blocks(),
                            [&](auto... at) { put<Input>(input_gradient, at...); });
    }

    /// Adds the accumulators of all shares in order, `distance` numbers apart, and writes the gradients.
    static void finish(const float* accumulators, std::size_t shares, std::size_t distance, float* weight_gradient,
                       float* bias_gradient, std::size_t part) {
        if (Of.bias && part == 0)
            for (std::size_t f = 0; f < Of.filters(); ++f) {
                bias_gradient[f] = accumulators[f];
                for (std::size_t share = 1; share < shares; ++share) bias_gradient[f] += accumulators[share * distance + f];
            }
        const float* const by_tile = accumulators + Of.output.stride;
        const float* const by_winner = by_tile + tile_sums;
        if constexpr (by_few_winners) {
            finish_few_winners<Of>(by_winner, shares, distance, weight_gradient);
        } else {
            constexpr std::size_t lanes = simd::lanes<float>;
            const std::size_t filter = part % filter_vectors * lanes, channel = part / filter_vectors * lanes;
            if constexpr (by_tiles)
                for (std::size_t c = channel; c < std::min(channel + lanes, Of.channels()); ++c)
                    finish_weight_gradient<Of>(by_tile, shares, distance, weight_gradient, c, filter);
            if constexpr (by_winners)
                finish_winners_gradient<Of, by_tiles>(by_winner, shares, distance, weight_gradient, channel, filter);
        }
    }

private:
    // Where the first window begins, which may be in the border.
    static constexpr std::size_t origin = Of.input.offset(0 - Of.top, 0 - Of.left);

    template <class Body>
    static void share_out(std::size_t count, std::size_t parts, std::size_t part, Body body) {
        for (std::size_t n = part * count / parts; n < (part + 1) * count / parts; ++n) body(n);
    }

    // Two rows of a tile of the input's gradient, as far as they lie inside.
    template <Gradient Input>
    static void put(float* gradient, std::size_t y, std::size_t x, std::size_t c, const Channels* upper,
                    const Channels* lower) {
        constexpr Layout to = Of.input;
        for (std::size_t q = 0; q < 2 && y + q < to.shape.height; ++q)
            for (std::size_t i = 0; i < back.tiles.side && x + i < to.shape.width; ++i) {
                float* const at = gradient + to.offset(y + q, x + i) + c;
                Channels value = (q ? lower : upper)[i];
                if (c + simd::lanes<float> <= to.stride) {
                    if (Input == Gradient::add) value += simd::load(at);
                    simd::store(at, value);
                } else {
                    if (Input == Gradient::add) value += simd::load_first(at, to.stride - c);
                    simd::store_first(at, value, to.stride - c);
                }
            }
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/algorithm.hpp

// Which kernel computes a convolution: chosen from its geometry, at compile time.

namespace denim::inline DENIM_TARGET::kernel {

/// The families of kernels.
enum class Family { plain, direct, transformed, depthwise, split };

/// Transformed where the tiles pay: stride 1, windows of 3, 5 or 7, and a picture that fills half of its tiles. (A 7 x 7 picture
/// fills a third of four 6 x 6 tiles, and the direct kernel is 1.4 to 4 times as fast there.)
/// What the layer or the network asks for goes first.
template <class Arithmetic>
constexpr Family family(const Convolution& of) {
    if (Arithmetic::plain) return Family::plain;
    if (depthwise(of)) return Family::depthwise;
    if (of.groups > 1 || of.dilation > 1) return Family::split;
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

namespace denim::inline DENIM_TARGET {

/// How a parameter begins.
enum class Initial {
    zeros,
    ones,
    glorot_uniform,  ///< uniform in +-sqrt(6 / (fan_in + fan_out)); Glorot and Bengio (2010), Keras's default
    glorot_normal,   ///< normal with deviation sqrt(2 / (fan_in + fan_out)), cut at two deviations as Keras does
    he_uniform,      ///< uniform in +-sqrt(6 / fan_in); He et al. (2015)
    he_normal,       ///< normal with deviation sqrt(2 / fan_in), cut likewise
};

/// One named array that a layer learns or keeps.
struct Parameter {
    const char* name;  ///< "weights", "bias", "gamma", ...
    Extents extents;
    Initial initial = Initial::zeros;
    bool decays = false;  ///< L2 and weight decay apply: weights, not biases
    Moved moved = Moved::by_gradient;
    std::size_t fan_in = 1, fan_out = 1;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/concept.hpp

// The layer contract. A *spec* is an empty type, what users write: Conv<5, 64>. It answers on values, at compile time: what
// shape leaves for a shape that enters, which parameters it has. Bound to the layouts of its input and output it becomes a
// *layer*: static functions and constexpr sizes that hold nothing. The network owns every number and hands the layer its part.
//
// A training step has three beats. Prepare: parameters to what kernels read. Samples: forward and backward, one sample after
// the other in one thread's workspace, a share of the batch at a time with an accumulator of its own. Finish: the shares'
// accumulators, added in order, to gradients. A layer that needs the whole batch at once (BatchNorm, a wide Dense) works on
// batches instead: the network stores its input and output for every sample and calls it between two runs over the samples.

namespace denim::inline DENIM_TARGET {

using kernel::Gradient;

/// What a user may set while the program runs, for each layer.
struct LayerSettings {
    float rate = 0.5f;    ///< Dropout: the share of numbers that become zero
    float l2 = 0;         ///< adds l2 * sum of squares of the layer's weights to the loss
    bool frozen = false;  ///< parameters stay as they are; a frozen BatchNorm uses its running statistics
};

/// Where a layer works.
enum class Works {
    on_samples,  ///< forward and backward take one sample
    on_batches,  ///< forward and backward take the whole batch, and cut it themselves (parallel_for, by shape and count alone)
};

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
    Scalar* scratch = nullptr;       ///< zero at first, then this layer's and this thread's own; on batches: the layer's own
    const LayerSettings* settings = nullptr;
    Random random{Seed{}};           ///< of this layer and step; on samples, of this sample
    std::size_t count = 1;           ///< samples in the batch; on samples 1
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

    [[nodiscard]] const Scalar* input() const { return inputs[0]; }
    [[nodiscard]] Scalar* input_gradient() const { return input_gradients[0]; }
};

/// From the accumulators of all shares, `distance` numbers apart, to the layer's gradients.
template <class Scalar>
struct Finish {
    const Scalar* accumulators = nullptr;
    std::size_t shares = 0, distance = 0;
    Scalar* gradients = nullptr;
};

/// What a layer is unless it says otherwise: on samples, without parameters, memory or parts. Layers derive from it.
template <class Number>
struct LayerDefaults {
    using Scalar = Number;
    static constexpr Works works = Works::on_samples;
    static constexpr const char* algorithm = "";
    static constexpr std::size_t prepared_size = 0;     // numbers
    static constexpr std::size_t accumulator_size = 0;  // numbers, for each share
    static constexpr std::size_t scratch_size = 0;      // numbers, for each thread; on batches: once
    static constexpr std::size_t scratch_per_sample = 0;  // numbers behind those, for each sample; on batches alone
    static constexpr std::size_t record_size = 0;       // bytes, for each sample
    static constexpr std::size_t bands = 1;             // parts of a sample that forward can compute side by side
    static constexpr std::size_t prepare_parts = 1, finish_parts = 1;
    static constexpr std::size_t operations = 0;        // multiplications and additions of a forward sample

    static void prepare(const Scalar* /*parameters*/, Scalar* /*prepared*/, std::size_t /*part*/) {}
    static void finish(const Finish<Scalar>& /*shares*/, std::size_t /*part*/) {}
};

/// What users write in a network: a type that answers on shapes. `Problem<In>` holds the static_asserts, as sentences, that
/// explain why `accepts(In)` is false.
template <class Type>
concept Spec = requires(Shape shape) {
    { Type::accepts(shape) } -> std::same_as<bool>;
    { Type::output(shape) } -> std::same_as<Shape>;
    { Type::parameters(shape).size() } -> std::convertible_to<std::size_t>;
};

/// A spec bound to layouts. The closing line of every layer's header proves it.
template <class Type>
concept Layer = requires(const Forward<typename Type::Scalar>& forward, const Backward<typename Type::Scalar>& backward,
                         const Finish<typename Type::Scalar>& shares, const typename Type::Scalar* parameters,
                         typename Type::Scalar* numbers, std::size_t part) {
    { Type::works } -> std::convertible_to<Works>;
    requires Type::prepared_size + Type::accumulator_size + Type::scratch_size + Type::record_size + Type::bands > 0;
    Type::prepare(parameters, numbers, part);
    Type::forward(forward);
    Type::template backward<Gradient::write>(backward);
    Type::template backward<Gradient::add>(backward);
    Type::template backward<Gradient::none>(backward);
    Type::finish(shares, part);
};

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

namespace denim::inline DENIM_TARGET {

/// A list of types.
template <class... Types>
struct List {
    static constexpr std::size_t size = sizeof...(Types);
};

/// What an entry of the expanded network does with the value that flows through it.
enum class Role {
    layer,   ///< takes it and gives another
    fork,    ///< remembers it for the join to come, and passes it on
    turn,    ///< ends a branch: remembers it for the join to come, and passes on what the fork remembered
    join,    ///< takes it and what the forks remembered, and gives one value
};

/// The layers one after the other. A composition says with `Expanded` what it stands for; the network sees the flat list.
template <class... Specs>
struct Sequential {
    using Expanded = List<Specs...>;
};

/// True for entries that compute nothing: they pass on a value that was there before.
constexpr bool passes_on(Role role) { return role == Role::fork || role == Role::turn; }

/// Remembers the value that flows through.
struct Fork : SpecDefaults {
    static constexpr Role role = Role::fork;
};

namespace detail {

template <class Spec>
constexpr Role role_of() {
    if constexpr (requires { Spec::role; })
        return Spec::role;
    else
        return Role::layer;
}

template <class... Left, class... Right>
List<Left..., Right...> operator+(List<Left...>, List<Right...>);

template <class Spec>
struct Expand {
    using type = List<Spec>;
};
template <class... Specs>
struct Expand<List<Specs...>> {
    using type = decltype((List<>{} + ... + typename Expand<Specs>::type{}));
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
// ---- denim/layer/activation_function.hpp

// The activations. Each is one class: `value(x)`, and `slope(x, y)`, its derivative at x where y = value(x), written once for
// vectors and plain numbers. `of_input` says whether the slope needs x itself, which is then kept until backward. To add one is
// to add one class here, one line in tests/runtime/layer/activation.cpp, and one in the table of docs/layers.md.

namespace denim::inline DENIM_TARGET {

/// A function of each number alone.
template <class Type>
concept ActivationFunction = requires(double x) {
    { Type::of_input } -> std::convertible_to<bool>;
    { Type::value(x) } -> std::same_as<double>;
    { Type::slope(x, x) } -> std::same_as<double>;
};

namespace detail {

/// A constant as a number or in every lane.
template <class Number>
constexpr Number same(double value) {
    if constexpr (std::floating_point<Number>)
        return static_cast<Number>(value);
    else
        return Number(static_cast<typename Number::value_type>(value));
}

template <class Number>
Number logistic(Number x) {
    return same<Number>(1) / (same<Number>(1) + simd::exp(-x));
}

/// min(max(x / 6 + 1 / 2, 0), 1)
template <class Number>
Number hard_logistic(Number x) {
    const Number line = x * same<Number>(1.0 / 6) + same<Number>(0.5);
    const Number above = simd::select(line > same<Number>(0), line, same<Number>(0));
    return simd::select(above < same<Number>(1), above, same<Number>(1));
}

}  // namespace detail

/// x: the default of Dense.
struct Linear {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return x;
    }
    template <class Number>
    static Number slope(Number /*x*/, Number /*y*/) {
        return detail::same<Number>(1);
    }
};

/// max(0, x): the default of Conv.
struct ReLU {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::select(x > detail::same<Number>(0), x, detail::same<Number>(0));
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > detail::same<Number>(0), detail::same<Number>(1), detail::same<Number>(0));
    }
};

/// x above 0, 0.3 x below: Keras's slope (PyTorch's is 0.01).
struct LeakyReLU {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::select(x > detail::same<Number>(0), x, detail::same<Number>(0.3) * x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > detail::same<Number>(0), detail::same<Number>(1), detail::same<Number>(0.3));
    }
};

/// x above 0, exp(x) - 1 below (Clevert et al., 2016).
struct ELU {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        const Number below = simd::select(x < detail::same<Number>(0), x, detail::same<Number>(0));
        return simd::select(x > detail::same<Number>(0), x, simd::exp(below) - detail::same<Number>(1));
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return simd::select(y > detail::same<Number>(0), detail::same<Number>(1), y + detail::same<Number>(1));
    }
};

/// x (1 + erf(x / sqrt 2)) / 2: x times the normal distribution's share below x (Hendrycks and Gimpel, 2016), not approximated.
struct GELU {
    static constexpr bool of_input = true;
    template <class Number>
    static Number share(Number x) {
        return (detail::same<Number>(1) + simd::erf(x * detail::same<Number>(std::numbers::sqrt2 / 2))) * detail::same<Number>(0.5);
    }
    template <class Number>
    static Number value(Number x) {
        return x * share(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        constexpr double density = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
        return share(x) + x * simd::exp(x * x * detail::same<Number>(-0.5)) * detail::same<Number>(density);
    }
};

/// x / (1 + exp(-x)), also called swish (Ramachandran et al., 2017).
struct SiLU {
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * detail::logistic(x);
    }
    template <class Number>
    static Number slope(Number x, Number y) {
        const Number share = detail::logistic(x);
        return share + y * (detail::same<Number>(1) - share);
    }
};

/// x min(max(x + 3, 0), 6) / 6 (Howard et al., "Searching for MobileNetV3", 2019).
struct HardSwish {
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x * detail::hard_logistic(x);
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        const Number share = detail::hard_logistic(x);
        const Number bent = share + x * detail::same<Number>(1.0 / 6);
        const Number until_one = simd::select(share < detail::same<Number>(1), bent, share);
        return simd::select(share > detail::same<Number>(0), until_one, detail::same<Number>(0));
    }
};

/// 1 / (1 + exp(-x))
struct Sigmoid {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return detail::logistic(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return y * (detail::same<Number>(1) - y);
    }
};

/// The hyperbolic tangent.
struct Tanh {
    static constexpr bool of_input = false;
    template <class Number>
    static Number value(Number x) {
        return simd::tanh(x);
    }
    template <class Number>
    static Number slope(Number /*x*/, Number y) {
        return detail::same<Number>(1) - y * y;
    }
};

/// exp(x) divided by the sum of it over the channels of a pixel. Not a function of each number alone.
struct Softmax {
    static constexpr bool of_input = false;
};

template <class Type>
inline constexpr bool is_activation = ActivationFunction<Type> || std::same_as<Type, Softmax>;

namespace detail {

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
// ---- denim/layer/pixels.hpp

// Walks over the pictures of a layer.

namespace denim::inline DENIM_TARGET::detail {

/// Calls `each(in, out)` with the place of every pixel in both layouts.
template <Layout In, Layout Out, class Each>
void for_each_pixel(Each each) {
    for (std::size_t y = 0; y < In.shape.height; ++y)
        for (std::size_t x = 0; x < In.shape.width; ++x) each(In.offset(y, x), Out.offset(y, x));
}

/// Calls `each(flat, place)` for every number of a picture: its number in (H, W, C) order, and where it lies in the layout.
template <Layout In, class Each>
void for_each_number(Each each) {
    for (std::size_t y = 0, flat = 0; y < In.shape.height; ++y)
        for (std::size_t x = 0; x < In.shape.width; ++x)
            for (std::size_t c = 0; c < In.shape.channels; ++c) each(flat++, In.offset(y, x) + c);
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/layer/activation.hpp

// Shape kept: y = f(x), number by number; Softmax over the channels of each pixel.

namespace denim::inline DENIM_TARGET {

/// An activation bound to its layouts.
template <class Arithmetic, Layout Out, Layout In, class Function>
struct ActivationLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, operations = In.shape.size();

    static void forward(const Forward<Scalar>& at) {
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) { detail::activate<Function>(at.input() + in, at.output + out, channels); });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                detail::activate_gradient<Function, Input == Gradient::add>(at.input() + in, at.output + out, at.output_gradient + out,
                                                                            at.input_gradient() + in, channels);
            });
    }
};

/// An activation by itself: ReLU, LeakyReLU, ELU, GELU, SiLU, HardSwish, Sigmoid, Tanh, Softmax, or a class of one's own that is
/// an ActivationFunction. Conv and Dense take the same names as options.
template <class Function>
struct Activation : SpecDefaults {
    static_assert(is_activation<Function>, "denim: Activation: the function must be ReLU, LeakyReLU, ELU, GELU, SiLU, HardSwish, "
                                           "Sigmoid, Tanh, Softmax or a class with value(x), slope(x, y) and of_input.");

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = ActivationLayer<Arithmetic, Out, In, Function>;
};

/// A linear layer with an activation behind it, in place. Where the slope is of the input, that is kept until backward: on
/// samples in the record, behind the linear layer's own; on batches in the scratch.
template <class Base, class Function, Layout Out>
struct ActivatedLayer : Base {
    using typename Base::Scalar;
    static constexpr bool on_samples = Base::works == Works::on_samples;
    static constexpr std::size_t channels = Out.shape.channels;
    static constexpr std::size_t kept = Function::of_input ? round_up(Out.size(), 16) : 0;  // numbers
    static constexpr std::size_t kept_at = round_up(Base::record_size, 64);                 // bytes
    static constexpr std::size_t record_size = on_samples && kept ? kept_at + kept * sizeof(Scalar) : Base::record_size;
    static constexpr std::size_t scratch_per_sample = Base::scratch_per_sample + (on_samples ? 0 : kept);
    static constexpr std::size_t bands = 1, operations = Base::operations + Out.shape.size();

    static void forward(const Forward<Scalar>& at) {
        Forward<Scalar> linear = at;
        linear.last_band = Base::bands;
        Base::forward(linear);
        for (std::size_t sample = 0; sample < at.count; ++sample) {
            Scalar* y = at.output + sample * Out.size();
            if (kept && (at.record || !on_samples)) std::copy_n(y, Out.size(), kept_input(at, sample));
            detail::for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) { detail::activate<Function>(y + pixel, y + pixel, channels); });
        }
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        for (std::size_t sample = 0; sample < at.count; ++sample) {
            const Scalar *y = at.output + sample * Out.size(), *x = kept ? kept_input(at, sample) : y;
            Scalar* dy = at.output_gradient + sample * Out.size();
            detail::for_each_pixel<Out, Out>([&](std::size_t pixel, std::size_t) {
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
            return reinterpret_cast<Number*>(at.record + kept_at);
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

static_assert(Spec<Activation<GELU>> && Layer<Activation<Softmax>::Layer<Fast, Layout{{2, 2, 8}, {}, 16}, Layout{{2, 2, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/fusion.hpp

namespace denim::inline DENIM_TARGET {

/// What a plan is for: learning, or a trained network (dropout gone, BatchNorm by its running statistics).
enum class Mode { training, inference };

/// Neighbours that one kernel computes together. A specialisation has `exists` true, and accepts the whole run.
template <class Arithmetic, Mode For, class... Specs>
struct Fused {
    static constexpr bool exists = false;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/options.hpp

namespace denim::inline DENIM_TARGET {

// Options of layers, written after the sizes in any order.

/// The windows stay inside the picture: out = (in - window) / stride + 1. The default.
struct Valid {};
/// Zeros around the picture: out = ceil(in / stride); an odd zero goes below and to the right, as in Keras.
struct Same {};
/// The step from one window to the next, in rows and in columns.
template <std::size_t Step>
struct Stride {
    static_assert(Step > 0, "denim: Stride: the step from one window to the next must be at least 1.");
};
/// The taps of a window stand Step pixels apart, so that it reaches over (window - 1) * Step + 1 of them. Yu and Koltun (2016).
template <std::size_t Step>
struct Dilation {
    static_assert(Step > 0, "denim: Dilation: the step from one tap to the next must be at least 1.");
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

namespace detail {

template <class Option>
inline constexpr std::size_t step_of = 0;
template <std::size_t Step>
inline constexpr std::size_t step_of<Stride<Step>> = Step;

/// True if the option stands in the list.
template <class Option, class... Options>
inline constexpr bool has = (std::same_as<Option, Options> || ...);

template <class Option>
inline constexpr std::size_t dilation_of = 0;
template <std::size_t Step>
inline constexpr std::size_t dilation_of<Dilation<Step>> = Step;
template <class Option>
inline constexpr std::size_t group_count_of = 0;
template <std::size_t Count>
inline constexpr std::size_t group_count_of<Groups<Count>> = Count;

constexpr std::size_t number_or(std::size_t number, std::size_t otherwise) { return number ? number : otherwise; }

/// The step that the options ask for, else `otherwise`; likewise the dilation and the groups, else 1.
template <class... Options>
constexpr std::size_t stride_or(std::size_t otherwise) {
    return number_or((std::size_t{0} + ... + step_of<Options>), otherwise);
}
template <class... Options>
inline constexpr std::size_t dilation_among = number_or((std::size_t{0} + ... + dilation_of<Options>), 1);
template <class... Options>
inline constexpr std::size_t groups_among = number_or((std::size_t{0} + ... + group_count_of<Options>), 1);

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

/// True if every option is one of Known, or a Stride.
template <class... Known>
struct only {
    template <class... Options>
    static constexpr bool among = ((has<Options, Known...> || step_of<Options> > 0) && ...);
};

template <class Option>
inline constexpr bool is_initialiser = has<Option, GlorotUniform, GlorotNormal, HeUniform, HeNormal>;

template <class... Options>
constexpr Initial initial_of() {
    return has<HeUniform, Options...>      ? Initial::he_uniform
           : has<HeNormal, Options...>     ? Initial::he_normal
           : has<GlorotNormal, Options...> ? Initial::glorot_normal
                                           : Initial::glorot_uniform;
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
    static constexpr std::size_t scratch_size = Kernel::scratch_size, record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Of.operations();

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
        Kernel::finish(of.accumulators, of.shares, of.distance, of.gradients, of.gradients + Of.weights(), part);
    }
};

/// What the convolutions share: where the windows of Window x Window stand, and what their options say.
template <std::size_t Window, class... Options>
struct ConvWindows : SpecDefaults {
    static_assert(Window > 0, "denim: Conv: the window needs at least one row and column.");

    static constexpr bool same = detail::has<Same, Options...>;
    static constexpr bool bias = !detail::has<NoBias, Options...>;
    using Function = detail::activation_among<ReLU, Options...>;
    static constexpr bool linear = std::same_as<Function, Linear>, relu = std::same_as<Function, ReLU>;
    static constexpr std::size_t stride = detail::stride_or<Options...>(1), dilation = detail::dilation_among<Options...>;
    static_assert(stride == 1 || dilation == 1,
                  "denim: Conv: a Stride and a Dilation of more than 1 do not go together; leave one out.");
    static constexpr std::size_t reach = (Window - 1) * dilation + 1;  ///< pixels from the first tap to the last
    static constexpr kernel::Choice choice = detail::chosen_kernel<Options...>();
    static constexpr kernel::Epilogue epilogue = relu ? kernel::Epilogue::relu : kernel::Epilogue::linear;

    /// Windows along `in` rows or columns, and zeros in front of the first.
    static constexpr std::size_t extent(std::size_t in) {
        return same ? (in + stride - 1) / stride : (in - reach) / stride + 1;
    }
    static constexpr std::size_t before(std::size_t in) {
        const std::size_t touched = (extent(in) - 1) * stride + reach;
        return same && touched > in ? (touched - in) / 2 : 0;
    }
    static constexpr bool fits(Shape in) {
        return same ? in.size() > 0 : in.height >= reach && in.width >= reach && in.channels > 0;
    }

protected:
    /// The kernel's geometry; with Epilogue::relu_pool `out` is the pooled picture.
    static constexpr kernel::Convolution convolution(Layout in, Layout out, kernel::Epilogue with, std::size_t groups) {
        return {in,
                out,
                extent(in.shape.height),
                extent(in.shape.width),
                Window,
                stride,
                before(in.shape.height),
                before(in.shape.width),
                with,
                bias,
                choice,
                dilation,
                groups};
    }

    template <class Arithmetic>
    static constexpr Border border_of(Shape in, std::size_t filters, kernel::Epilogue with, std::size_t groups) {
        const auto after = [](std::size_t size) {
            const std::size_t touched = (extent(size) - 1) * stride + reach;
            return touched > size + before(size) ? touched - size - before(size) : 0;
        };
        const Border touched{before(in.height), before(in.width), after(in.height), after(in.width)};
        const std::size_t pool = with == kernel::Epilogue::relu_pool ? 2 : 1;
        const Shape kept{extent(in.height) / pool, extent(in.width) / pool, filters};
        return kernel::border<Arithmetic>(convolution({in, touched}, {kept}, with, groups));
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv.hpp

// (H, W, C) -> (H', W', Filters): convolution, bias, activation. With reach = (Window - 1) * dilation + 1,
// Valid: H' = (H - reach) / stride + 1. Same: H' = ceil(H / stride). Columns alike. Weights (Window, Window, C / groups,
// Filters).

namespace denim::inline DENIM_TARGET {

/// Convolution with Filters kernels of Window x Window. Options: Same or Valid, Stride<N>, Dilation<N>, Groups<N>, an
/// activation (ReLU unless said otherwise; Linear for none), NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal,
/// Algorithm<Direct or Transformed>.
template <std::size_t Window, std::size_t Filters, class... Options>
struct Conv : ConvWindows<Window, Options...> {
    using Windows = ConvWindows<Window, Options...>;
    static constexpr std::size_t groups = detail::groups_among<Options...>;

    static_assert(Filters > 0, "denim: Conv: there must be at least one filter.");
    static_assert(((detail::only<Same, Valid, NoBias>::among<Options> || detail::is_initialiser<Options> ||
                    is_activation<Options> || detail::dilation_of<Options> > 0 || detail::group_count_of<Options> > 0 ||
                    detail::choice_of<Options> != kernel::Choice::fastest) &&
                   ...),
                  "denim: Conv: an option is not one of Same, Valid, Stride<N>, Dilation<N>, Groups<N>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, Algorithm<...>, or an activation.");
    static_assert(Windows::choice != kernel::Choice::transformed ||
                      (Windows::stride == 1 && (Window == 3 || Window == 5 || Window == 7)),
                  "denim: Conv: Algorithm<Transformed> takes windows of 3, 5 or 7 at stride 1; use Algorithm<Direct>, or leave "
                  "the choice out.");
    static_assert(Filters % groups == 0,
                  "denim: Conv: Groups<N> must divide the number of filters; each group has as many as the others.");

    static constexpr bool accepts(Shape in) { return Windows::fits(in) && in.channels % groups == 0; }
    static constexpr Shape output(Shape in) { return {Windows::extent(in.height), Windows::extent(in.width), Filters}; }
    static constexpr auto parameters(Shape in) {
        const std::size_t channels = in.channels / groups;
        const Parameter weights{"weights",          {Window, Window, channels, Filters}, detail::initial_of<Options...>(), true,
                                Moved::by_gradient, Window * Window * channels,          Window * Window * Filters};
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
                                      std::conditional_t<Windows::relu, Linear, typename Windows::Function>, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(Windows::fits(In),
                      "denim: Conv: the window does not fit the picture that it gets; choose Same or a smaller window, or "
                      "enlarge the image.");
        static_assert(In.channels % groups == 0,
                      "denim: Conv: Groups<N> must divide the channels that it gets; each group sees as many as the others.");
    };
};

static_assert(Spec<Conv<3, 8, Same, Stride<2>, Linear>>);
static_assert(Layer<Conv<3, 8>::Layer<Fast, Layout{{6, 6, 8}, {}, Fast::channel_stride(8)}, Layout{{8, 8, 3}}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/depthwise_conv.hpp

// (H, W, C) -> (H', W', C): each channel is convolved with a window of its own, H' and W' as those of Conv. Weights (Window,
// Window, C). Howard et al., "MobileNets" (2017).

namespace denim::inline DENIM_TARGET {

/// Convolution of each channel by itself. Options: Same or Valid, Stride<N>, Dilation<N>, an activation (ReLU unless said
/// otherwise; Linear for none), NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal.
template <std::size_t Window, class... Options>
struct DepthwiseConv : ConvWindows<Window, Options...> {
    using Windows = ConvWindows<Window, Options...>;

    static_assert(((detail::only<Same, Valid, NoBias>::among<Options> || detail::is_initialiser<Options> ||
                    is_activation<Options> || detail::dilation_of<Options> > 0) &&
                   ...),
                  "denim: DepthwiseConv: an option is not one of Same, Valid, Stride<N>, Dilation<N>, NoBias, GlorotUniform, "
                  "GlorotNormal, HeUniform, HeNormal, or an activation.");

    static constexpr bool accepts(Shape in) { return Windows::fits(in); }
    static constexpr Shape output(Shape in) { return {Windows::extent(in.height), Windows::extent(in.width), in.channels}; }
    static constexpr auto parameters(Shape in) {
        // Keras counts the fans of the shape (Window, Window, C, 1).
        const Parameter weights{"weights",
                                {Window, Window, in.channels},
                                detail::initial_of<Options...>(),
                                true,
                                Moved::by_gradient,
                                Window * Window * in.channels,
                                Window * Window};
        if constexpr (Windows::bias)
            return std::array{weights, Parameter{"bias", {in.channels}}};
        else
            return std::array{weights};
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out) {
        return Windows::convolution(in, out, Windows::epilogue, in.shape.channels);
    }
    template <class Arithmetic>
    static constexpr Border border(Shape in) {
        return Windows::template border_of<Arithmetic>(in, in.channels, Windows::epilogue, in.channels);
    }

    template <class Arithmetic, Layout Out, Layout In, Mode For>
    using BoundTo = detail::activated<ConvLayer<geometry(In, Out), Arithmetic, For>,
                                      std::conditional_t<Windows::relu, Linear, typename Windows::Function>, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In),
                      "denim: DepthwiseConv: the window does not fit the picture that it gets; choose Same or a smaller "
                      "window, or enlarge the image.");
    };
};

static_assert(Spec<DepthwiseConv<3, Same, Stride<2>, Linear>>);
static_assert(Layer<DepthwiseConv<3>::Layer<Fast, Layout{{6, 6, 16}, {}, 16}, Layout{{8, 8, 16}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/windows.hpp

namespace denim::inline DENIM_TARGET::kernel {

/// The windows of a pool: window (y, x) begins at row y * stride - top and column x * stride - left; what lies outside of the
/// picture does not count.
struct Windows {
    std::size_t size = 2, stride = 2;
    std::size_t top = 0, left = 0;
    bool clipped = false;  ///< some windows reach beyond the picture

    /// Rows (or columns) [first, last) of window number `at` that lie inside a picture of `extent` of them.
    [[nodiscard]] constexpr std::size_t first(std::size_t at, std::size_t before) const {
        return at * stride < before ? before - at * stride : 0;
    }
    [[nodiscard]] constexpr std::size_t last(std::size_t at, std::size_t before, std::size_t extent) const {
        return std::min(size, extent + before - at * stride);
    }

    /// Places of window (y, x) inside the picture.
    [[nodiscard]] constexpr std::size_t places(std::size_t y, std::size_t x, std::size_t height, std::size_t width) const {
        if (!clipped) return size * size;
        return (last(y, top, height) - first(y, top)) * (last(x, left, width) - first(x, left));
    }

    friend constexpr bool operator==(const Windows&, const Windows&) = default;
};

/// Calls each(i, j) for every place of window (y, x) inside a picture of `height` rows and `width` columns.
template <Windows Of, std::size_t Height, std::size_t Width, class Each>
constexpr void each_place(std::size_t y, std::size_t x, Each each) {
    const std::size_t top = Of.clipped ? Of.first(y, Of.top) : 0, left = Of.clipped ? Of.first(x, Of.left) : 0;
    const std::size_t bottom = Of.clipped ? Of.last(y, Of.top, Height) : Of.size, right = Of.clipped ? Of.last(x, Of.left, Width) : Of.size;
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
        return In.offset(y * Of.stride + q / Of.size - Of.top, x * Of.stride + q % Of.size - Of.left) + c;
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

/// out(y, x, c) = the largest of in(y * stride + i - top, x * stride + j - left, c) over the window. The record keeps which of
/// them it is, i * size + j, the first of equals.
template <Layout Out, Layout In, Windows Of, class Scalar>
struct PlainMaxPool : private detail::PoolLoops<Out, In, Of> {
    using Loops = detail::PoolLoops<Out, In, Of>;
    static_assert(Of.size <= 16, "denim: MaxPool: windows of more than 16 x 16 are not supported.");
    static constexpr std::size_t record_size = Out.shape.size();  ///< bytes

    /// `record` may be null.
    static void forward(const Scalar* input, Scalar* output, std::uint8_t* record) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t n) {
            std::size_t winner = Of.size * Of.size;
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                const std::size_t q = i * Of.size + j;
                if (winner == Of.size * Of.size || input[Loops::place(y, x, c, q)] > input[Loops::place(y, x, c, winner)]) winner = q;
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
    static constexpr std::size_t record_size = 0;

    static void forward(const Scalar* input, Scalar* output, std::uint8_t* /*record*/) {
        Loops::for_each([&](std::size_t y, std::size_t x, std::size_t c, std::size_t) {
            Scalar sum{0};
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) { sum += input[Loops::place(y, x, c, i * Of.size + j)]; });
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
                y, x, [&](std::size_t i, std::size_t j) { input_gradient[Loops::place(y, x, c, i * Of.size + j)] += gradient; });
        });
    }

private:
    static Scalar count(std::size_t y, std::size_t x) { return static_cast<Scalar>(Of.places(y, x, In.shape.height, In.shape.width)); }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/kernel/pool.hpp

// Max and average pooling in float, vectors along the channels.

namespace denim::inline DENIM_TARGET::kernel {

namespace detail {

/// Every pixel of a pool's output, a vector of channels at a time; the last one is cut where a pixel has no room for a whole one.
template <Layout Out, Layout In>
struct PoolVectors {
    using Vector = simd::Vector<float>;
    static constexpr std::size_t lanes = simd::lanes<float>, channels = Out.shape.channels;
    static constexpr std::size_t padded = (channels + lanes - 1) / lanes * lanes;
    static constexpr bool whole = padded <= Out.stride && padded <= In.stride;

    template <bool Whole>
    struct Rest {
        static constexpr bool all = Whole;
    };
    template <class Part>
    static Vector load(const float* from, Part) {
        if constexpr (Part::all)
            return simd::load(from);
        else
            return simd::load_first(from, channels % lanes);
    }
    template <class Part>
    static void store(float* to, Vector value, Part) {
        if constexpr (Part::all)
            simd::store(to, value);
        else
            simd::store_first(to, value, channels % lanes);
    }
    template <class Each>
    static void for_each(Each each) {
        constexpr std::size_t full = whole ? padded : channels / lanes * lanes;
        std::size_t n = 0;
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x, n += padded) {
                for (std::size_t c = 0; c < full; c += lanes) each(y, x, c, Rest<true>{}, n + c);
                if constexpr (full < channels) each(y, x, full, Rest<false>{}, n + full);
            }
    }
    /// Zeros where forward wrote nothing.
    static void fill_rest(float* output) {
        constexpr std::size_t written = whole ? padded : channels;
        if constexpr (Out.stride > written)
            for (std::size_t y = 0; y < Out.shape.height; ++y)
                for (std::size_t x = 0; x < Out.shape.width; ++x)
                    std::fill_n(output + Out.offset(y, x) + written, Out.stride - written, 0.0f);
    }
    static void clear(float* input_gradient) {
        for (std::size_t y = 0; y < In.shape.height; ++y) std::fill_n(input_gradient + In.offset(y, 0), In.shape.width * In.stride, 0.0f);
    }
    static constexpr bool tiled(const Windows& of) {  // every number of the input stands in one window: no zeros before backward
        return !of.clipped && of.stride == of.size && Out.shape.height * of.stride == In.shape.height &&
               Out.shape.width * of.stride == In.shape.width && padded == In.stride;
    }
    static constexpr std::size_t place(const Windows& of, std::size_t y, std::size_t x, std::size_t i, std::size_t j) {
        return In.offset(y * of.stride + i - of.top, x * of.stride + j - of.left);
    }
};

}  // namespace detail

/// The same interface and the same winners as PlainMaxPool. The record is (row, column, channels rounded up to whole vectors).
template <Layout Out, Layout In, Windows Of>
struct MaxPool : private detail::PoolVectors<Out, In> {
private:
    using Vectors = detail::PoolVectors<Out, In>;
    using typename Vectors::Vector;
    static constexpr bool tiled = Vectors::tiled(Of);

public:
    static_assert(Of.size <= 16, "denim: MaxPool: windows of more than 16 x 16 are not supported.");
    static constexpr std::size_t record_size = Out.shape.height * Out.shape.width * Vectors::padded;  ///< bytes

    /// `record` may be null.
    static void forward(const float* input, float* output, std::uint8_t* record) {
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t n) {
            Vector best = simd::broadcast(std::numeric_limits<float>::lowest()), winner = simd::broadcast(0.0f);
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                const Vector candidate = Vectors::load(input + Vectors::place(Of, y, x, i, j) + c, rest);
                const auto better = candidate > best;
                best = simd::select(better, candidate, best);
                winner = simd::select(better, simd::broadcast(static_cast<float>(i * Of.size + j)), winner);
            });
            Vectors::store(output + Out.offset(y, x) + c, best, rest);
            if (record) simd::store_bytes(record + n, winner);
        });
        Vectors::fill_rest(output);
    }

    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* record, float* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write && !tiled) Vectors::clear(input_gradient);
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t n) {
            const Vector gradient = Vectors::load(output_gradient + Out.offset(y, x) + c, rest), winner = simd::load_bytes(record + n);
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                float* place = input_gradient + Vectors::place(Of, y, x, i, j) + c;
                const auto won = winner == simd::broadcast(static_cast<float>(i * Of.size + j));
                Vector value = simd::select(won, gradient, simd::broadcast(0.0f));
                if constexpr (Input == Gradient::add || !tiled) value = value + Vectors::load(place, rest);
                Vectors::store(place, value, rest);
            });
        });
    }
};

/// The mean of each window; what lies outside of the picture does not count, as in Keras.
template <Layout Out, Layout In, Windows Of>
struct AveragePool : private detail::PoolVectors<Out, In> {
private:
    using Vectors = detail::PoolVectors<Out, In>;
    using typename Vectors::Vector;
    static constexpr bool tiled = Vectors::tiled(Of);
    static Vector share(std::size_t y, std::size_t x) {
        return simd::broadcast(1.0f / static_cast<float>(Of.places(y, x, In.shape.height, In.shape.width)));
    }

public:
    static constexpr std::size_t record_size = 0;

    static void forward(const float* input, float* output, std::uint8_t* /*record*/) {
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t) {
            Vector sum = simd::broadcast(0.0f);
            each_place<Of, In.shape.height, In.shape.width>(
                y, x, [&](std::size_t i, std::size_t j) { sum = sum + Vectors::load(input + Vectors::place(Of, y, x, i, j) + c, rest); });
            Vectors::store(output + Out.offset(y, x) + c, sum * share(y, x), rest);
        });
        Vectors::fill_rest(output);
    }

    template <Gradient Input>
    static void backward(const float* output_gradient, const std::uint8_t* /*record*/, float* input_gradient) {
        if constexpr (Input == Gradient::none) return;
        if constexpr (Input == Gradient::write && !tiled) Vectors::clear(input_gradient);
        Vectors::for_each([&](std::size_t y, std::size_t x, std::size_t c, auto rest, std::size_t) {
            const Vector gradient = Vectors::load(output_gradient + Out.offset(y, x) + c, rest) * share(y, x);
            each_place<Of, In.shape.height, In.shape.width>(y, x, [&](std::size_t i, std::size_t j) {
                float* place = input_gradient + Vectors::place(Of, y, x, i, j) + c;
                Vectors::store(place, Input == Gradient::add || !tiled ? gradient + Vectors::load(place, rest) : gradient, rest);
            });
        });
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/pool.hpp

// (H, W, C) -> (H', W', C): the largest number, or the mean, of each window, channel by channel.
// Valid: H' = (H - Window) / stride + 1. Same: H' = ceil(H / stride), and what lies outside does not count. Columns alike.

namespace denim::inline DENIM_TARGET {

/// A pool bound to its layouts. A max pool records which number of each window won (row by row; the first of equals), and its
/// backward gives the gradient to it.
template <class Kernel, class Number, Layout Out>
struct PoolLayer : LayerDefaults<Number> {
    using Scalar = Number;
    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t operations = Out.shape.size();

    static void forward(const Forward<Scalar>& at) { Kernel::forward(at.input(), at.output, at.record); }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Kernel::template backward<Input>(at.output_gradient, at.record, at.input_gradient());
    }
};

/// Pooling over windows of Window x Window; the step is the window's size unless Stride<N> says otherwise. Operation: Max or
/// Average. Options: Same or Valid, Stride<N>.
template <class Operation, std::size_t Window, class... Options>
struct Pool : SpecDefaults {
    static_assert(std::same_as<Operation, Max> || std::same_as<Operation, Average>, "denim: Pool: the operation must be Max or Average.");
    static_assert(Window > 0, "denim: Pool: the window needs at least one row and column.");
    static_assert(detail::only<Same, Valid>::among<Options...>, "denim: Pool: an option is not one of Same, Valid, Stride<N>.");

    static constexpr bool same = detail::has<Same, Options...>;
    static constexpr std::size_t stride = detail::stride_or<Options...>(Window);

    /// Windows along `in` rows or columns, and how far the first reaches beyond the picture.
    static constexpr std::size_t extent(std::size_t in) { return same ? (in + stride - 1) / stride : (in - Window) / stride + 1; }
    static constexpr std::size_t before(std::size_t in) {
        const std::size_t reach = (extent(in) - 1) * stride + Window;
        return same && reach > in ? (reach - in) / 2 : 0;
    }
    static constexpr kernel::Windows windows(Shape in) {
        const auto reaches_out = [](std::size_t size) { return (extent(size) - 1) * stride + Window > size; };
        return {Window, stride, before(in.height), before(in.width), reaches_out(in.height) || reaches_out(in.width)};
    }

    static constexpr bool accepts(Shape in) { return same ? in.size() > 0 : in.height >= Window && in.width >= Window; }
    static constexpr Shape output(Shape in) { return {extent(in.height), extent(in.width), in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    struct Kernel {
        using Scalar = typename Arithmetic::Scalar;
        static constexpr kernel::Windows of = windows(In.shape);
        using Plain = std::conditional_t<std::same_as<Operation, Max>, kernel::PlainMaxPool<Out, In, of, Scalar>, kernel::PlainAveragePool<Out, In, of, Scalar>>;
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

static_assert(Spec<MaxPool> && Layer<MaxPool::Layer<Fast, Layout{{2, 2, 8}, {}, 16}, Layout{{5, 4, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv_pool.hpp

namespace denim::inline DENIM_TARGET {

/// Conv with ReLU, then a 2 x 2 pool: the picture before the pool is never stored, the pool keeps the place of its maximum. Where
/// every channel has a group of its own, the depthwise kernel, which knows no pool, is quicker.
template <class Arithmetic, Mode For, std::size_t Window, std::size_t Filters, class... Options>
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

}  // namespace denim::inline DENIM_TARGET
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

    /// Numbers of scratch that forward and input_gradient need.
    [[nodiscard]] constexpr std::size_t scratch_size(std::size_t batch) const { return chunks() * batch * padded(); }

    /// y[n][o] = bias[o] + sum over i of x[n][i] * weights[i][o]; `bias` may be null.
    void forward(const float* x, std::size_t x_distance, const float* weights, const float* bias, float* y,
                 std::size_t y_distance, std::size_t batch, float* scratch) const {
        // Each chunk of inputs streams its weights once and leaves its part of all sums; then the parts are added in order.
        parallel_for(chunks(), 2 * batch * inputs * outputs, [&](std::size_t chunk, std::size_t) {
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
        parallel_for(batch, chunks() * batch * outputs, [&](std::size_t n, std::size_t) {
            for (std::size_t o = 0; o < outputs; ++o) {
                const float* part = scratch + o / panel * panel * batch + n * panel + o % panel;
                float sum = bias ? bias[o] : 0.0f;
                for (std::size_t chunk = 0; chunk < chunks(); ++chunk) sum += part[chunk * batch * padded()];
                y[n * y_distance + o] = sum;
            }
        });
    }

    /// dx[n][i] = (dx[n][i] +) sum over o of dy[n][o] * weights[i][o].
    void input_gradient(const float* dy, std::size_t dy_distance, const float* weights, float* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, float* scratch) const {
        for (std::size_t o = 0; o < outputs; o += depth)
            for (std::size_t n = 0; n < batch; n += group)
                pack_rows(dy + n * dy_distance + o, dy_distance, std::min(group, batch - n), std::min(depth, outputs - o),
                          scratch + o * batch + n * std::min(depth, outputs - o));
        parallel_for((inputs + panel - 1) / panel, 2 * batch * inputs * outputs, [&](std::size_t index, std::size_t) {
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

    /// dw[i][o] = sum over n of x[n][i] * dy[n][o]; db[o] = sum over n of dy[n][o], unless `db` is null.
    void weight_gradient(const float* x, std::size_t x_distance, const float* dy, std::size_t dy_distance, float* dw, float* db,
                         std::size_t batch) const {
        constexpr std::size_t rows = 4 * tallest;
        parallel_for((inputs + rows - 1) / rows, 2 * batch * inputs * outputs, [&](std::size_t index, std::size_t) {
            const std::size_t last = std::min(inputs, (index + 1) * rows);
            alignas(64) float room[depth * panel];
            for (std::size_t n = 0; n < batch; n += depth)
                for (std::size_t i = index * rows; i < last; i += tallest)
                    for (std::size_t o = 0; o < outputs; o += panel) {
                        const Panel block{dy + n * dy_distance + o,     dy_distance, std::min(depth, batch - n),
                                          std::min(panel, outputs - o), room,        false};
                        cover(std::min(tallest, last - i), [&](auto tall, std::size_t p) {
                            tile<tall>(x + n * x_distance + i + p, x_distance, block, dw + (i + p) * outputs + o, outputs,
                                       n > 0);
                        });
                    }
        });
        for (std::size_t o = 0; db && o < outputs; ++o) db[o] = 0.0f;
        for (std::size_t n = 0; db && n < batch; ++n)
            for (std::size_t o = 0; o < outputs; ++o) db[o] += dy[n * dy_distance + o];
    }

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

    // Copies `width` rows of weights, `count` numbers of each, as columns of a panel.
    void turn(const float* from, std::size_t width, std::size_t count, float* to) const {
        std::size_t whole_width = width / lanes * lanes, whole_count = count / lanes * lanes;
        for (std::size_t i = 0; i < whole_width; i += lanes)
            for (std::size_t k = 0; k < whole_count; k += lanes)
                simd::transpose(from + i * outputs + k, outputs, to + k * panel + i, panel);
        for (std::size_t i = 0; i < panel; ++i)
            for (std::size_t k = i < whole_width ? whole_count : 0; k < count; ++k)
                to[k * panel + i] = i < width ? from[i * outputs + k] : 0.0f;
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
                    for (std::size_t o = 0; o < panel; ++o) room[o] = o < width ? from[o] : 0.0f;
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
// ---- denim/kernel/plain_matrix_product.hpp

// The plain twin of matrix_product.hpp, for any scalar.

namespace denim::inline DENIM_TARGET::kernel {

/// The products of a dense layer on a batch, with the interface of MatrixProduct. Row n of x, y, dx and dy begins `distance` numbers after row n - 1; weights are
/// (inputs, outputs).
template <class Scalar>
struct PlainMatrixProduct {
    std::size_t inputs = 0, outputs = 0;

    [[nodiscard]] static constexpr std::size_t scratch_size(std::size_t /*batch*/) { return 0; }

    /// y[n][o] = bias[o] + sum over i of x[n][i] * weights[i][o]; `bias` may be null.
    void forward(const Scalar* x, std::size_t x_distance, const Scalar* weights, const Scalar* bias, Scalar* y,
                 std::size_t y_distance, std::size_t batch, Scalar* /*scratch*/ = nullptr) const {
        for (std::size_t n = 0; n < batch; ++n)
            for (std::size_t o = 0; o < outputs; ++o) {
                Scalar sum = bias ? bias[o] : Scalar{0};
                for (std::size_t i = 0; i < inputs; ++i) sum += x[n * x_distance + i] * weights[i * outputs + o];
                y[n * y_distance + o] = sum;
            }
    }

    /// dx[n][i] = (dx[n][i] +) sum over o of dy[n][o] * weights[i][o].
    void input_gradient(const Scalar* dy, std::size_t dy_distance, const Scalar* weights, Scalar* dx, std::size_t dx_distance,
                        std::size_t batch, bool add, Scalar* /*scratch*/ = nullptr) const {
        for (std::size_t n = 0; n < batch; ++n)
            for (std::size_t i = 0; i < inputs; ++i) {
                Scalar sum = add ? dx[n * dx_distance + i] : Scalar{0};
                for (std::size_t o = 0; o < outputs; ++o) sum += dy[n * dy_distance + o] * weights[i * outputs + o];
                dx[n * dx_distance + i] = sum;
            }
    }

    /// dw[i][o] = sum over n of x[n][i] * dy[n][o]; db[o] = sum over n of dy[n][o], unless `db` is null.
    void weight_gradient(const Scalar* x, std::size_t x_distance, const Scalar* dy, std::size_t dy_distance, Scalar* dw,
                         Scalar* db, std::size_t batch) const {
        for (std::size_t i = 0; i < inputs; ++i)
            for (std::size_t o = 0; o < outputs; ++o) {
                dw[i * outputs + o] = Scalar{0};
                for (std::size_t n = 0; n < batch; ++n) dw[i * outputs + o] += x[n * x_distance + i] * dy[n * dy_distance + o];
            }
        for (std::size_t o = 0; db && o < outputs; ++o) {
            db[o] = Scalar{0};
            for (std::size_t n = 0; n < batch; ++n) db[o] += dy[n * dy_distance + o];
        }
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
    static constexpr std::size_t prepared_size = size * outputs + outputs, accumulator_size = prepared_size;
    static constexpr std::size_t operations = 2 * inputs * outputs;

    static void prepare(const float* parameters, float* prepared, std::size_t /*part*/) {
        detail::for_each_number<In>([&](std::size_t flat, std::size_t place) {
            for (std::size_t o = 0; o < outputs; ++o) prepared[o * size + place] = parameters[flat * outputs + o];
        });
        if (Bias) std::copy_n(parameters + inputs * outputs, outputs, prepared + size * outputs);
    }
    static void forward(const Forward<float>& at) {
        Kernel::forward(at.input(), at.prepared, at.prepared + size * outputs, at.output);
    }
    template <Gradient Input>
    static void backward(const Backward<float>& at) {
        for (std::size_t o = 0; Bias && o < outputs; ++o) at.accumulator[size * outputs + o] += at.output_gradient[o];
        Kernel::template backward<Input == Gradient::write, Input == Gradient::add>(at.input(), at.prepared, at.output_gradient,
                                                                                   at.input_gradient(), at.accumulator);
    }
    static void finish(const Finish<float>& of, std::size_t /*part*/) {
        const auto total = [&](std::size_t n) {
            float sum = 0;
            for (std::size_t share = 0; share < of.shares; ++share) sum += of.accumulators[share * of.distance + n];
            return sum;
        };
        detail::for_each_number<In>([&](std::size_t flat, std::size_t place) {
            for (std::size_t o = 0; o < outputs; ++o) of.gradients[flat * outputs + o] = total(o * size + place);
        });
        for (std::size_t o = 0; Bias && o < outputs; ++o) of.gradients[inputs * outputs + o] = total(size * outputs + o);
    }
};

/// A wide dense layer, the whole batch at once: matrix products over the weights as they stand. With PlainMatrixProduct it is the
/// plain twin of both.
template <class Product, class Number, Layout Out, Layout In, bool Bias>
struct WideDenseLayer : LayerDefaults<Number> {
    using Scalar = Number;
    static constexpr Works works = Works::on_batches;
    static constexpr std::size_t inputs = In.shape.size(), outputs = Out.shape.channels;
    static constexpr Product product{inputs, outputs};
    static constexpr bool in_place = In.dense();  // else the pictures are packed before the product, and unpacked behind it

    static constexpr const char* algorithm = "matrix product";
    static constexpr std::size_t product_scratch = std::max(product.scratch_size(1), outputs);
    static constexpr std::size_t scratch_per_sample = product_scratch + (in_place ? 0 : inputs);
    static constexpr std::size_t operations = 2 * inputs * outputs;

    static void forward(const Forward<Scalar>& at) {
        const Scalar* x = packed(at.input(), at.scratch, at.count);
        product.forward(x, in_place ? In.size() : inputs, at.parameters, Bias ? at.parameters + inputs * outputs : nullptr, at.output,
                        Out.size(), at.count, at.scratch);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        const Scalar* x = packed(at.input(), at.scratch, at.count);
        product.weight_gradient(x, in_place ? In.size() : inputs, at.output_gradient, Out.size(), at.gradients,
                                Bias ? at.gradients + inputs * outputs : nullptr, at.count);
        if constexpr (Input == Gradient::none) return;
        if constexpr (in_place) {
            product.input_gradient(at.output_gradient, Out.size(), at.parameters, at.input_gradient(), In.size(), at.count,
                                   Input == Gradient::add, at.scratch);
        } else {
            Scalar* dx = at.scratch + product_scratch * at.count;
            product.input_gradient(at.output_gradient, Out.size(), at.parameters, dx, inputs, at.count, false, at.scratch);
            parallel_for(at.count, at.count * inputs, [&](std::size_t sample, std::size_t) {
                Scalar* to = at.input_gradient() + sample * In.size();
                detail::for_each_number<In>([&](std::size_t flat, std::size_t place) {
                    to[place] = dx[sample * inputs + flat] + (Input == Gradient::add ? to[place] : Scalar{0});
                });
            });
        }
    }

private:
    static const Scalar* packed(const Scalar* pictures, Scalar* scratch, std::size_t count) {
        if (in_place) return pictures;
        Scalar* to = scratch + product_scratch * count;
        parallel_for(count, count * inputs, [&](std::size_t sample, std::size_t) {
            const Scalar* from = pictures + sample * In.size();
            detail::for_each_number<In>([&](std::size_t flat, std::size_t place) { to[sample * inputs + flat] = from[place]; });
        });
        return to;
    }
};

namespace detail {

/// Up to this many weights a dense layer works on samples: they stay in the cache from one sample to the next.
inline constexpr std::size_t small_dense_weights = 65'536;

template <class Arithmetic, Layout Out, Layout In, bool Bias>
struct ChooseDense {
    using Scalar = typename Arithmetic::Scalar;
    using type = WideDenseLayer<kernel::PlainMatrixProduct<Scalar>, Scalar, Out, In, Bias>;
};
template <class Arithmetic, Layout Out, Layout In, bool Bias>
    requires(!Arithmetic::plain)
struct ChooseDense<Arithmetic, Out, In, Bias> {
    static constexpr bool small = In.shape.size() * Out.shape.channels <= small_dense_weights;
    using type = std::conditional_t<small, SmallDenseLayer<Out, In, Bias>, WideDenseLayer<kernel::MatrixProduct, float, Out, In, Bias>>;
};

}  // namespace detail

/// Every input to every output. Options: an activation (Linear unless said otherwise), NoBias, GlorotUniform,
/// GlorotNormal, HeUniform, HeNormal.
template <std::size_t Outputs, class... Options>
struct Dense : SpecDefaults {
    static_assert(Outputs > 0, "denim: Dense: there must be at least one output.");
    static_assert(((detail::has<Options, NoBias> || detail::is_initialiser<Options> || is_activation<Options>) && ...),
                  "denim: Dense: an option is not one of NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.");

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

static_assert(Spec<Dense<3>> && Layer<Dense<3>::Layer<Fast, Layout{{1, 1, 3}, {}, 16}, Layout{{5, 4, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/flatten.hpp

// (H, W, C) -> (1, 1, H W C), in that order. Dense does so by itself; for layers that work on one row of numbers.

namespace denim::inline DENIM_TARGET {

template <class Arithmetic, Layout Out, Layout In>
struct FlattenLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;

    static void forward(const Forward<Scalar>& at) {
        detail::for_each_number<In>([&](std::size_t flat, std::size_t place) { at.output[Out.offset(0, 0) + flat] = at.input()[place]; });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        detail::for_each_number<In>([&](std::size_t flat, std::size_t place) {
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

static_assert(Spec<Flatten> && Layer<Flatten::Layer<Fast, Layout{{1, 1, 32}, {}, 32}, Layout{{2, 2, 8}, {}, 16}>>);

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

    static void forward(const Forward<Scalar>& at) {
        Scalar* y = at.output + Out.offset(0, 0);
        std::fill_n(y, channels, Scalar{0});
        detail::for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) y[c] += at.input()[in + c];
        });
        for (std::size_t c = 0; c < channels; ++c) y[c] *= share;
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input == Gradient::none) return;
        const Scalar* dy = at.output_gradient + Out.offset(0, 0);
        detail::for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            Scalar* dx = at.input_gradient() + in;
            for (std::size_t c = 0; c < channels; ++c) dx[c] = (Input == Gradient::add ? dx[c] : Scalar{0}) + dy[c] * share;
        });
    }
};

/// The largest of all pixels, the first of equals; the record keeps where it stands.
template <class Arithmetic, Layout Out, Layout In>
struct GlobalMaxLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, operations = In.shape.size();
    static constexpr std::size_t record_size = channels * sizeof(std::uint32_t);  // bytes: offsets into the input

    static void forward(const Forward<Scalar>& at) {
        Scalar* y = at.output + Out.offset(0, 0);
        std::array<std::uint32_t, channels> winners{};
        winners.fill(static_cast<std::uint32_t>(In.offset(0, 0)));
        std::copy_n(at.input() + In.offset(0, 0), channels, y);
        detail::for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) {
                const bool better = at.input()[in + c] > y[c];
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

static_assert(Spec<GlobalPool<Average>> && Layer<GlobalPool<Max>::Layer<Fast, Layout{{1, 1, 8}, {}, 16}, Layout{{2, 2, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/layer_norm.hpp

// Shape kept. Each pixel: y = gamma * (x - mean) / sqrt(variance + 1e-3) + beta, mean and biased variance over its channels.
// Ba, Kiros and Hinton (2016); Keras's axis and epsilon (PyTorch's is 1e-5).

namespace denim::inline DENIM_TARGET {

inline constexpr double layer_norm_epsilon = 1e-3;

/// A layer normalisation bound to its layouts; the accumulator is (gradient of gamma, gradient of beta).
template <class Arithmetic, Layout Out, Layout In>
struct LayerNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, accumulator_size = 2 * channels, operations = 8 * In.shape.size();

    static void forward(const Forward<Scalar>& at) {
        const Scalar *gamma = at.parameters, *beta = gamma + channels;
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const auto [mean, scale] = moments(at.input() + in);
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = (at.input()[in + c] - mean) * scale * gamma[c] + beta[c];
        });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        const Scalar* gamma = at.parameters;
        Scalar *to_gamma = at.accumulator, *to_beta = to_gamma + channels;
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            const Scalar *x = at.input() + in, *dy = at.output_gradient + out;
            const auto [mean, scale] = moments(x);
            Scalar sum{0}, along{0};
            for (std::size_t c = 0; c < channels; ++c) {
                const Scalar normal = (x[c] - mean) * scale;
                to_gamma[c] += dy[c] * normal;
                to_beta[c] += dy[c];
                sum += dy[c] * gamma[c];
                along += dy[c] * gamma[c] * normal;
            }
            if constexpr (Input != Gradient::none) {
                Scalar* dx = at.input_gradient() + in;
                const Scalar share = Scalar{1} / static_cast<Scalar>(channels);
                for (std::size_t c = 0; c < channels; ++c) {
                    const Scalar normal = (x[c] - mean) * scale;
                    const Scalar gradient = scale * (dy[c] * gamma[c] - share * (sum + normal * along));
                    dx[c] = Input == Gradient::add ? dx[c] + gradient : gradient;
                }
            }
        });
    }
    static void finish(const Finish<Scalar>& of, std::size_t /*part*/) {
        for (std::size_t n = 0; n < accumulator_size; ++n) {
            Scalar sum{0};
            for (std::size_t share = 0; share < of.shares; ++share) sum += of.accumulators[share * of.distance + n];
            of.gradients[n] = sum;
        }
    }

private:
    struct Moments {
        Scalar mean, scale;  // 1 / deviation
    };
    static Moments moments(const Scalar* x) {
        Scalar sum{0}, squares{0};
        for (std::size_t c = 0; c < channels; ++c) sum += x[c];
        const Scalar mean = sum / static_cast<Scalar>(channels);
        for (std::size_t c = 0; c < channels; ++c) squares += (x[c] - mean) * (x[c] - mean);
        return {mean, Scalar{1} / std::sqrt(squares / static_cast<Scalar>(channels) + static_cast<Scalar>(layer_norm_epsilon))};
    }
};

/// Normalisation of each pixel over its channels.
struct LayerNorm : SpecDefaults {
    static constexpr auto parameters(Shape in) {
        return std::array{Parameter{"gamma", {in.channels}, Initial::ones}, Parameter{"beta", {in.channels}}};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = LayerNormLayer<Arithmetic, Out, In>;
};

static_assert(Spec<LayerNorm> && Layer<LayerNorm::Layer<Fast, Layout{{2, 2, 8}, {}, 16}, Layout{{2, 2, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/kernel/normalisation.hpp

// The sums and the scaling of batch normalisation, one sample in float, vectors along the channels. Pictures whose channels are
// padded to whole vectors; arrays over channels are padded too. The plain twin stands in layer/batch_norm.hpp.

namespace denim::inline DENIM_TARGET::kernel {

template <Layout In, Layout Out>
struct Normalisation {
    static constexpr std::size_t lanes = simd::lanes<float>, channels = In.shape.channels, padded = round_up(channels, lanes);
    /// True if this kernel can be used: whole vectors in both pictures.
    static constexpr bool fits = In.stride % lanes == 0 && Out.stride % lanes == 0 && In.stride >= padded && Out.stride >= padded;

    /// One number for each channel, padded with zeros.
    struct Channels {
        alignas(64) std::array<float, padded> numbers{};

        Channels() = default;
        explicit Channels(const float* from) { std::copy_n(from, channels, numbers.begin()); }
        [[nodiscard]] auto at(std::size_t c) const { return simd::load(numbers.data() + c); }
    };

    /// Each channel's mean, and sum of squared deviations from it.
    static void moments(const float* x, float* mean, float* squares) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            std::array<Vector, Count> sums, deviations;
            sums.fill(simd::broadcast(0.0f));
            deviations.fill(simd::broadcast(0.0f));
            each_pixel([&](std::size_t in, std::size_t) {
                for (std::size_t v = 0; v < Count; ++v) sums[v] = sums[v] + simd::load(x + in + c + v * lanes);
            });
            for (Vector& sum : sums) sum = sum * simd::broadcast(1.0f / static_cast<float>(In.shape.height * In.shape.width));
            each_pixel([&](std::size_t in, std::size_t) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const Vector deviation = simd::load(x + in + c + v * lanes) - sums[v];
                    deviations[v] = simd::fma(deviation, deviation, deviations[v]);
                }
            });
            for (std::size_t v = 0; v < Count; ++v) {
                put(mean, c + v * lanes, sums[v]);
                put(squares, c + v * lanes, deviations[v]);
            }
        });
    }

    /// y = (x - mean) * factor + shift
    static void apply(const float* x, const Channels& mean, const Channels& factor, const Channels& shift, float* y) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            each_pixel([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    simd::store(y + out + n, simd::fma(simd::load(x + in + n) - mean.at(n), factor.at(n), shift.at(n)));
                }
            });
        });
    }

    /// Each channel's sum of dy, and of dy * (x - mean) * scale.
    static void gradient_sums(const float* x, const float* dy, const Channels& mean, const Channels& scale, float* plain, float* scaled) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            std::array<Vector, Count> first, second;
            first.fill(simd::broadcast(0.0f));
            second.fill(simd::broadcast(0.0f));
            each_pixel([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    const Vector gradient = simd::load(dy + out + n);
                    first[v] = first[v] + gradient;
                    second[v] = simd::fma(gradient, simd::load(x + in + n) - mean.at(n), second[v]);
                }
            });
            for (std::size_t v = 0; v < Count; ++v) {
                put(plain, c + v * lanes, first[v]);
                put(scaled, c + v * lanes, second[v] * scale.at(c + v * lanes));
            }
        });
    }

    /// dx = (dx +) dy * factor - (x - mean) * slope - offset
    template <bool Add>
    static void apply_gradient(const float* x, const float* dy, const Channels& mean, const Channels& factor, const Channels& slope,
                               const Channels& offset, float* dx) {
        each_vectors([&]<std::size_t Count>(std::size_t c) {
            each_pixel([&](std::size_t in, std::size_t out) {
                for (std::size_t v = 0; v < Count; ++v) {
                    const std::size_t n = c + v * lanes;
                    const Vector drift = simd::fma(simd::load(x + in + n) - mean.at(n), slope.at(n), offset.at(n));
                    Vector gradient = simd::load(dy + out + n) * factor.at(n) - drift;
                    if constexpr (Add) gradient = gradient + simd::load(dx + in + n);
                    simd::store(dx + in + n, gradient);
                }
            });
        });
    }

private:
    using Vector = simd::Vector<float>;

    // Four vectors of channels at a time share a pass over the pixels, then one at a time.
    template <class Body>
    static void each_vectors(Body body) {
        std::size_t c = 0;
        for (; c + 4 * lanes <= padded; c += 4 * lanes) body.template operator()<4>(c);
        for (; c < padded; c += lanes) body.template operator()<1>(c);
    }
    template <class Body>
    static void each_pixel(Body body) {
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x) body(In.offset(y, x), Out.offset(y, x));
    }
    // Writes what stands below `channels`.
    static void put(float* to, std::size_t c, Vector value) {
        if constexpr (channels % lanes == 0)
            simd::store(to + c, value);
        else
            simd::store_first(to + c, value, std::min(lanes, channels - c));
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
// ---- denim/layer/batch_norm.hpp

// Shape kept. Each channel: y = gamma * (x - mean) / sqrt(variance + 1e-3) + beta, over the batch and all pixels in training
// (biased variance), by running statistics (momentum 0.99) in a trained network. Ioffe and Szegedy (2015); Keras's constants.

namespace denim::inline DENIM_TARGET {

inline constexpr double batch_norm_epsilon = 1e-3, batch_norm_momentum = 0.99;

/// Training: on the whole batch. Sums run sample by sample (mean and squared deviations, joined in order by Chan's formula).
template <class Arithmetic, Layout Out, Layout In>
struct BatchNormLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr Works works = Works::on_batches;
    static constexpr std::size_t channels = In.shape.channels, pixels = In.shape.height * In.shape.width;
    static constexpr std::size_t scratch_size = 2 * channels;        // mean and 1 / deviation, kept for backward
    static constexpr std::size_t scratch_per_sample = 2 * channels;  // two sums of each sample
    static constexpr std::size_t operations = 4 * In.shape.size();

    static void forward(const Forward<Scalar>& at) {
        const Scalar *gamma = at.parameters, *beta = gamma + channels, *running_mean = beta + channels, *running_variance = running_mean + channels;
        Scalar *mean = at.scratch, *scale = mean + channels, *sums = scale + channels;
        if (at.settings->frozen) {
            std::copy_n(running_mean, channels, mean);
            for (std::size_t c = 0; c < channels; ++c) scale[c] = inverse_deviation(running_variance[c]);
        } else {
            each_sample(at.count, [&](std::size_t sample) { moments(at.input() + sample * In.size(), sums + sample * 2 * channels); });
            join_moments(sums, at.count, mean, scale);
            for (std::size_t c = 0; c < channels; ++c) scale[c] = inverse_deviation(scale[c]);
        }
        each_sample(at.count, [&](std::size_t sample) {
            const Scalar* x = at.input() + sample * In.size();
            Scalar* y = at.output + sample * Out.size();
            if constexpr (fast) {
                Channels factor{scale};
                for (std::size_t c = 0; c < channels; ++c) factor.numbers[c] *= gamma[c];
                return Kernel::apply(x, Channels{mean}, factor, Channels{beta}, y);
            }
            detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < channels; ++c) y[out + c] = (x[in + c] - mean[c]) * (scale[c] * gamma[c]) + beta[c];
            });
        });
    }

    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        const Scalar *gamma = at.parameters, *mean = at.scratch, *scale = mean + channels;
        Scalar* sums = at.scratch + 2 * channels;
        each_sample(at.count, [&](std::size_t sample) {
            const Scalar *x = at.input() + sample * In.size(), *dy = at.output_gradient + sample * Out.size();
            if constexpr (fast) {
                Scalar* to = sums + sample * 2 * channels;
                return Kernel::gradient_sums(x, dy, Channels{mean}, Channels{scale}, to, to + channels);
            }
            std::array<Scalar, channels> plain{}, scaled{};
            detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                for (std::size_t c = 0; c < channels; ++c) {
                    plain[c] += dy[out + c];
                    scaled[c] += dy[out + c] * ((x[in + c] - mean[c]) * scale[c]);
                }
            });
            std::copy_n(plain.data(), channels, sums + sample * 2 * channels);
            std::copy_n(scaled.data(), channels, sums + sample * 2 * channels + channels);
        });
        Scalar *to_gamma = at.gradients, *to_beta = to_gamma + channels;
        for (std::size_t c = 0; c < channels; ++c) {
            Scalar plain{0}, scaled{0};
            for (std::size_t sample = 0; sample < at.count; ++sample) {
                plain += sums[sample * 2 * channels + c];
                scaled += sums[sample * 2 * channels + channels + c];
            }
            to_beta[c] = plain;
            to_gamma[c] = scaled;
        }
        next_statistics(at);
        if constexpr (Input != Gradient::none) {
            const Scalar share = at.settings->frozen ? Scalar{0} : Scalar{1} / static_cast<Scalar>(at.count * pixels);
            each_sample(at.count, [&](std::size_t sample) {
                const Scalar *x = at.input() + sample * In.size(), *dy = at.output_gradient + sample * Out.size();
                Scalar* dx = at.input_gradient() + sample * In.size();
                if constexpr (fast) {
                    Channels factor{scale}, slope{scale}, offset;
                    for (std::size_t c = 0; c < channels; ++c) {
                        factor.numbers[c] *= gamma[c];
                        slope.numbers[c] *= factor.numbers[c] * share * to_gamma[c];
                        offset.numbers[c] = factor.numbers[c] * share * to_beta[c];
                    }
                    return Kernel::template apply_gradient<Input == Gradient::add>(x, dy, Channels{mean}, factor, slope, offset, dx);
                }
                detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
                    for (std::size_t c = 0; c < channels; ++c) {
                        const Scalar normal = (x[in + c] - mean[c]) * scale[c];
                        const Scalar gradient = gamma[c] * scale[c] * (dy[out + c] - share * (to_beta[c] + normal * to_gamma[c]));
                        dx[in + c] = Input == Gradient::add ? dx[in + c] + gradient : gradient;
                    }
                });
            });
        }
    }

private:
    using Kernel = kernel::Normalisation<In, Out>;
    using Channels = typename Kernel::Channels;
    static constexpr bool fast = !Arithmetic::plain && Kernel::fits;

    static Scalar inverse_deviation(Scalar variance) {
        return Scalar{1} / std::sqrt(variance + static_cast<Scalar>(batch_norm_epsilon));
    }
    template <class Each>
    static void each_sample(std::size_t count, Each each) {
        parallel_for(count, count * 4 * In.shape.size(), [&](std::size_t sample, std::size_t) { each(sample); });
    }
    // One sample's mean and sum of squared deviations, for each channel.
    static void moments(const Scalar* x, Scalar* result) {
        if constexpr (fast) return Kernel::moments(x, result, result + channels);
        std::array<Scalar, channels> mean{}, squares{};
        detail::for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) mean[c] += x[in + c];
        });
        for (std::size_t c = 0; c < channels; ++c) mean[c] /= static_cast<Scalar>(pixels);
        detail::for_each_pixel<In, In>([&](std::size_t in, std::size_t) {
            for (std::size_t c = 0; c < channels; ++c) squares[c] += (x[in + c] - mean[c]) * (x[in + c] - mean[c]);
        });
        std::copy_n(mean.data(), channels, result);
        std::copy_n(squares.data(), channels, result + channels);
    }
    static void join_moments(const Scalar* samples, std::size_t count, Scalar* mean, Scalar* variance) {
        for (std::size_t c = 0; c < channels; ++c) {
            Scalar joined = samples[c], squares = samples[channels + c];
            for (std::size_t n = 1; n < count; ++n) {
                const Scalar difference = samples[n * 2 * channels + c] - joined, weight = static_cast<Scalar>(n) / static_cast<Scalar>(n + 1);
                joined += difference / static_cast<Scalar>(n + 1);
                squares += samples[n * 2 * channels + channels + c] + difference * difference * weight * static_cast<Scalar>(pixels);
            }
            mean[c] = joined;
            variance[c] = squares / static_cast<Scalar>(count * pixels);
        }
    }
    // The running statistics' next values stand at their place among the gradients (Moved::by_layer).
    static void next_statistics(const Backward<Scalar>& at) {
        const Scalar *mean = at.scratch, *scale = mean + channels, *running = at.parameters + 2 * channels;
        Scalar* next = at.gradients + 2 * channels;
        const auto keep = static_cast<Scalar>(batch_norm_momentum), epsilon = static_cast<Scalar>(batch_norm_epsilon);
        for (std::size_t c = 0; c < channels; ++c) {
            const Scalar variance = Scalar{1} / (scale[c] * scale[c]) - epsilon;
            next[c] = at.settings->frozen ? running[c] : keep * running[c] + (Scalar{1} - keep) * mean[c];
            next[channels + c] = at.settings->frozen ? running[channels + c] : keep * running[channels + c] + (Scalar{1} - keep) * variance;
        }
    }
};

/// A trained network: on samples, one multiplication and one addition.
template <class Arithmetic, Layout Out, Layout In>
struct BatchNormInference : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t channels = In.shape.channels, prepared_size = 2 * channels, operations = 2 * In.shape.size();
    using Kernel = kernel::Normalisation<In, Out>;
    using Channels = typename Kernel::Channels;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t /*part*/) {
        const Scalar *gamma = parameters, *beta = gamma + channels, *mean = beta + channels, *variance = mean + channels;
        for (std::size_t c = 0; c < channels; ++c) {
            prepared[c] = gamma[c] / std::sqrt(variance[c] + static_cast<Scalar>(batch_norm_epsilon));
            prepared[channels + c] = beta[c] - mean[c] * prepared[c];
        }
    }
    static void forward(const Forward<Scalar>& at) {
        const Scalar *scale = at.prepared, *shift = scale + channels;
        if constexpr (!Arithmetic::plain && Kernel::fits)
            return Kernel::apply(at.input(), Channels{}, Channels{scale}, Channels{shift}, at.output);
        detail::for_each_pixel<In, Out>([&](std::size_t in, std::size_t out) {
            for (std::size_t c = 0; c < channels; ++c) at.output[out + c] = at.input()[in + c] * scale[c] + shift[c];
        });
    }
};

/// Batch normalisation over the channels.
struct BatchNorm : SpecDefaults {
    static constexpr auto parameters(Shape in) {
        return std::array{Parameter{"gamma", {in.channels}, Initial::ones}, Parameter{"beta", {in.channels}},
                          Parameter{"mean", {in.channels}, Initial::zeros, false, Moved::by_layer},
                          Parameter{"variance", {in.channels}, Initial::ones, false, Moved::by_layer}};
    }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BatchNormLayer<Arithmetic, Out, In>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BatchNormInference<Arithmetic, Out, In>;
};

static_assert(Spec<BatchNorm> && Layer<BatchNorm::Layer<Fast, Layout{{2, 2, 8}, {}, 16}, Layout{{2, 2, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/conv_batch_norm.hpp

namespace denim::inline DENIM_TARGET {

/// A convolution whose weights and bias take in the scale and shift of the BatchNorm behind it.
template <kernel::Convolution Of, class Arithmetic, bool Bias>
struct FoldedConvLayer : ConvLayer<Of, Arithmetic, Mode::inference> {
    using Base = ConvLayer<Of, Arithmetic, Mode::inference>;
    using typename Base::Scalar;
    static constexpr std::size_t filters = Of.filters(), prepare_parts = 1;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t /*part*/) {
        const Scalar* bias = parameters + Of.weights();
        AlignedArray<Scalar> scale_and_shift(2 * filters), folded(Of.weights() + filters);
        const Scalar *scale = scale_and_shift.data(), *shift = scale + filters;
        BatchNormInference<Arithmetic, Of.output, Of.output>::prepare(bias + (Bias ? filters : 0), scale_and_shift.data(), 0);
        for (std::size_t n = 0; n < Of.weights(); ++n) folded.data()[n] = parameters[n] * scale[n % filters];
        for (std::size_t f = 0; f < filters; ++f) folded.data()[Of.weights() + f] = (Bias ? bias[f] * scale[f] : Scalar{0}) + shift[f];
        for (std::size_t part = 0; part < Base::prepare_parts; ++part) Base::prepare(folded.data(), prepared, part);
    }
};

/// In a trained network BatchNorm behind a linear Conv costs nothing.
template <class Arithmetic, std::size_t Window, std::size_t Filters, class... Options>
    requires(!Arithmetic::plain && Conv<Window, Filters, Options...>::linear)
struct Fused<Arithmetic, Mode::inference, Conv<Window, Filters, Options...>, BatchNorm> : SpecDefaults {
    using Convolution = Conv<Window, Filters, Options...>;
    static constexpr bool exists = true;

    template <class>
    static constexpr Border border(Shape in) {
        return Convolution::template border<Arithmetic>(in);
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out) {
        kernel::Convolution folded = Convolution::geometry(in, out, kernel::Epilogue::linear);
        folded.bias = true;
        return folded;
    }
    template <class, Layout Out, Layout In>
    using Layer = FoldedConvLayer<geometry(In, Out), Arithmetic, Convolution::bias>;
};

/// Likewise behind a linear DepthwiseConv.
template <class Arithmetic, std::size_t Window, class... Options>
    requires(!Arithmetic::plain && DepthwiseConv<Window, Options...>::linear)
struct Fused<Arithmetic, Mode::inference, DepthwiseConv<Window, Options...>, BatchNorm> : SpecDefaults {
    using Convolution = DepthwiseConv<Window, Options...>;
    static constexpr bool exists = true;

    template <class>
    static constexpr Border border(Shape in) {
        return Convolution::template border<Arithmetic>(in);
    }

    static constexpr kernel::Convolution geometry(Layout in, Layout out) {
        kernel::Convolution folded = Convolution::geometry(in, out);
        folded.bias = true;
        return folded;
    }
    template <class, Layout Out, Layout In>
    using Layer = FoldedConvLayer<geometry(In, Out), Arithmetic, Convolution::bias>;
};

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

    static void forward(const Forward<Scalar>& at) {
        for_each_kept(*at.settings, at.random, [&](std::size_t in, std::size_t out, Scalar factor) { at.output[out] = at.input()[in] * factor; });
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        if constexpr (Input != Gradient::none)
            for_each_kept(*at.settings, at.random, [&](std::size_t in, std::size_t out, Scalar factor) {
                at.input_gradient()[in] = at.output_gradient[out] * factor + (Input == Gradient::add ? at.input_gradient()[in] : Scalar{0});
            });
    }

private:
    // Number n of the sample is kept if word n / 16 % 4 of block n % 16, of the sixteen blocks n / 64, is not below the rate.
    template <class Each>
    static void for_each_kept(const LayerSettings& settings, const Random& random, Each each) {
        const double kept = 1.0 - static_cast<double>(settings.rate);
        const auto threshold = static_cast<std::uint64_t>(static_cast<double>(settings.rate) * 0x1p32);
        const Scalar factor = kept > 0 ? static_cast<Scalar>(1.0 / kept) : Scalar{0};
        std::array<Scalar, 64> factors{};
        std::size_t number = 0;
        for (std::size_t y = 0; y < In.shape.height; ++y)
            for (std::size_t x = 0; x < In.shape.width; ++x)
                for (std::size_t c = 0; c < In.shape.channels; ++c, ++number) {
                    if (number % 64 == 0) draw(random.blocks(number / 4), threshold, factor, factors);
                    each(In.offset(y, x) + c, Out.offset(y, x) + c, factors[number % 64]);
                }
    }
    static void draw(const Random::Blocks& blocks, std::uint64_t threshold, Scalar factor, std::array<Scalar, 64>& factors) {
        for (std::size_t n = 0; n < 64; ++n) factors[n] = blocks[n / 16][n % 16] >= threshold ? factor : Scalar{0};
    }
};

/// Sets a share of the numbers to zero while the network learns: network.settings<layer>().rate, 0.5 unless set.
struct Dropout : SpecDefaults {
    static constexpr bool training_only = true;

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = DropoutLayer<Arithmetic, Out, In>;
};

static_assert(Spec<Dropout> && Layer<Dropout::Layer<Fast, Layout{{2, 2, 8}, {}, 16}, Layout{{2, 2, 8}, {}, 16}>>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/layer/residual.hpp

// (H, W, C) -> (H, W, C): what the inner layers make of the input, plus the input. He et al., "Deep residual learning" (2016).

namespace denim::inline DENIM_TARGET {

/// The sum of two pictures, number by number, bound to its layouts.
template <class Arithmetic, Layout Out, Layout Skip, Layout Main>
struct SumLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::size_t operations = Out.shape.size();

    static void forward(const Forward<Scalar>& at) {
        for_each_pixel([&](std::size_t y, std::size_t x) {
            Scalar* sum = at.output + Out.offset(y, x);
            const Scalar *skip = at.inputs[0] + Skip.offset(y, x), *main = at.inputs[1] + Main.offset(y, x);
            for (std::size_t c = 0; c < Out.shape.channels; ++c) sum[c] = main[c] + skip[c];
        });
    }
    template <Gradient ToSkip, Gradient ToMain>
    static void backward(const Backward<Scalar>& at) {
        give<ToSkip, Skip>(at.output_gradient, at.input_gradients[0]);
        give<ToMain, Main>(at.output_gradient, at.input_gradients[1]);
    }

private:
    template <Gradient To, Layout In>
    static void give(const Scalar* gradient, Scalar* input_gradient) {
        if constexpr (To != Gradient::none)
            for_each_pixel([&](std::size_t y, std::size_t x) {
                const Scalar* from = gradient + Out.offset(y, x);
                Scalar* to = input_gradient + In.offset(y, x);
                for (std::size_t c = 0; c < Out.shape.channels; ++c) to[c] = To == Gradient::add ? to[c] + from[c] : from[c];
            });
    }
    template <class Each>
    static void for_each_pixel(Each each) {
        for (std::size_t y = 0; y < Out.shape.height; ++y)
            for (std::size_t x = 0; x < Out.shape.width; ++x) each(y, x);
    }
};

/// A join that adds two values, number by number.
struct Addition : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = 2;
};

/// Adds the input to what the inner layers make of it; they must keep its shape.
template <class... Inner>
struct Residual {
    /// The join at the end: the input that the fork remembered, and the branch through the inner layers.
    struct Sum : Addition {
        static constexpr bool accepts(Shape skip, Shape main) { return main == skip; }
        static constexpr Shape output(Shape skip, Shape /*main*/) { return skip; }

        template <class Arithmetic, Layout Out, Layout Skip, Layout Main>
        using Layer = SumLayer<Arithmetic, Out, Skip, Main>;

        template <Shape Skip, Shape Main>
        struct Problem {
            static_assert(accepts(Skip, Main),
                          "denim: Residual: the inner layers change the shape, so their result cannot be added to the input; "
                          "give them Same, stride 1 and as many filters as the input has channels.");
        };
    };

    using Expanded = List<Fork, Inner..., Sum>;
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
            Scalar *dx = at.input_gradients[0] + in, *to_gate = at.input_gradients[1] + inner;
            if constexpr (ToIn != Gradient::none)
                for (std::size_t c = 0; c < channels; ++c)
                    dx[c] = (ToIn == Gradient::add ? dx[c] : Scalar{0}) + dy[c] * gate[c];
            if constexpr (ToInner != Gradient::none)
                for (std::size_t c = 0; c < channels; ++c)
                    to_gate[c] = (one_gate || ToInner == Gradient::add ? to_gate[c] : Scalar{0}) + dy[c] * x[c];
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

/// Squeeze-and-excitation of a picture with so many channels: each is multiplied by a number from 0 to 1 that all of them
/// decide.
template <std::size_t Channels, std::size_t Reduction = 16>
using SqueezeExcite =
    Gate<GlobalPool<Average>, Dense<std::max<std::size_t>(Channels / Reduction, 1), ReLU>, Dense<Channels, Sigmoid>>;

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
// ---- denim/layer/concatenation.hpp

// (H, W, C1), (H, W, C2), ... -> (H, W, C1 + C2 + ...): the channels of each pixel one after the other.

namespace denim::inline DENIM_TARGET {

/// Pictures side by side, bound to their layouts.
template <class Arithmetic, Layout Out, Layout... Ins>
struct ConcatenationLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static constexpr std::array<Layout, sizeof...(Ins)> ins{Ins...};

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
        detail::for_each_pixel<ins[Number], Out>([&](std::size_t in, std::size_t out) {
            std::copy_n(at.inputs[Number] + in, ins[Number].shape.channels, at.output + out + first(Number));
        });
    }
    template <std::size_t Number, Gradient To>
    static void give(const Backward<Scalar>& at) {
        if constexpr (To != Gradient::none)
            detail::for_each_pixel<ins[Number], Out>([&](std::size_t in, std::size_t out) {
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

/// Branches side by side: Parallel<Conv<1, 16>, Sequential<Conv<1, 8>, Conv<3, 16, Same>>>. Their pictures must be of one size.
template <class... Branches>
struct Parallel {
    static_assert(sizeof...(Branches) >= 2 && sizeof...(Branches) <= max_inputs,
                  "denim: Parallel: there must be 2 to 8 branches.");

    /// The join at the end.
    struct Concatenated : Concatenation<sizeof...(Branches)> {
        template <class First, class... Rest>
        static constexpr bool accepts(First first, Rest... rest) {
            return ((rest.height == first.height && rest.width == first.width) && ...);
        }

        template <Shape... Got>
        struct Problem {
            static_assert(accepts(Got...),
                          "denim: Parallel: the branches give pictures of different sizes, so their channels cannot "
                          "stand side by side; give them the same strides, and Same or windows of the same size.");
        };
    };

    using Expanded = branches<Concatenated, Branches...>;
};

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

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/target.hpp

namespace denim::inline DENIM_TARGET {

/// What a picture should give: the number of its class, or a number for each output.
struct Target {
    std::int32_t label = 0;
    std::span<const float> numbers = {};
};

/// Which of the two a loss wants.
enum class Wants { label, numbers };

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/loss.hpp

// A loss says how far the logits of a picture are from what they should be, and which way. It sees numbers, never a network.

namespace denim::inline DENIM_TARGET {

/// What a class needs to be a loss: which targets it wants, and `sample`: the loss of one picture, whose gradient times `scale`
/// it writes. It may have
///  - double right(logits, outputs, target): how far the answer counts as right, 0 to 1; without it there is no accuracy;
///  - void check(outputs): throws where its settings do not fit so many outputs;
///  - bool accepts(number): whether a target may be this number.
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
        return std::numeric_limits<double>::quiet_NaN();
}

/// Any loss, as FitOptions hold it: .loss = SoftmaxCrossEntropy{.label_smoothing = 0.1f}.
class Loss {
public:
    template <class Type>
        requires(!std::is_same_v<Type, Loss>) && LossType<Type>
    Loss(Type loss)  // NOLINT: meant to convert
        : model_(std::make_shared<Model<Type>>(std::move(loss))) {}

    [[nodiscard]] Wants wants() const { return model_->wants(); }
    double sample(const float* logits, std::size_t outputs, const Target& target, float* gradient, double scale) const {
        return model_->sample(logits, outputs, target, gradient, scale);
    }
    [[nodiscard]] double right(const float* logits, std::size_t outputs, const Target& target) const {
        return model_->right(logits, outputs, target);
    }
    void check(std::size_t outputs) const { model_->check(outputs); }
    [[nodiscard]] bool accepts(float number) const { return model_->accepts(number); }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual Wants wants() const = 0;
        virtual double sample(const float*, std::size_t, const Target&, float*, double) const = 0;
        virtual double right(const float*, std::size_t, const Target&) const = 0;
        virtual void check(std::size_t) const = 0;
        [[nodiscard]] virtual bool accepts(float) const = 0;
    };
    template <class Type>
    struct Model final : Interface {
        explicit Model(Type loss) : loss_(std::move(loss)) {}
        [[nodiscard]] Wants wants() const override { return Type::wants; }
        double sample(const float* logits, std::size_t outputs, const Target& target, float* gradient,
                      double scale) const override {
            return loss_.sample(logits, outputs, target, gradient, scale);
        }
        double right(const float* logits, std::size_t outputs, const Target& target) const override {
            return right_share(loss_, logits, outputs, target);
        }
        void check(std::size_t outputs) const override {
            if constexpr (requires { loss_.check(outputs); }) loss_.check(outputs);
        }
        [[nodiscard]] bool accepts(float number) const override {
            if constexpr (requires { loss_.accepts(number); })
                return loss_.accepts(number);
            else
                return true;
        }
        Type loss_;
    };
    std::shared_ptr<const Interface> model_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/binary_cross_entropy.hpp

namespace denim::inline DENIM_TARGET {

/// The loss of labels that may stand side by side, one sigmoid for each: the mean over outputs of -t log(s) - (1 - t) log(1 -
/// s) with s = 1 / (1 + e^-z), from logits and targets (N, outputs) from 0 to 1. Its gradient is (s - t) / outputs. Right
/// counts the share of outputs on the target's side of a half. Keras: BinaryCrossentropy(from_logits=True).
struct BinaryCrossEntropy {
    float label_smoothing = 0;  ///< s: targets become t (1 - s) + s / 2

    static constexpr Wants wants = Wants::numbers;

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
        for (std::size_t k = 0; k < outputs; ++k) right += (logits[k] > 0) == (target.numbers[k] > 0.5f);
        return static_cast<double>(right) / static_cast<double>(outputs);
    }
    void check(std::size_t) const {
        if (!(label_smoothing >= 0 && label_smoothing <= 1))
            throw std::invalid_argument("denim: BinaryCrossEntropy: label_smoothing was expected from 0 to 1, but is " +
                                        std::to_string(label_smoothing));
    }
    [[nodiscard]] bool accepts(float number) const { return number >= 0 && number <= 1; }
};

static_assert(LossType<BinaryCrossEntropy>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/softmax_sum.hpp

namespace denim::inline DENIM_TARGET::detail {

/// The largest of some logits, and the sum over all of e^(logit - largest).
template <class Scalar>
struct SoftmaxSum {
    Scalar largest;
    double sum = 0;

    SoftmaxSum(const Scalar* logits, std::size_t classes) : largest(*std::max_element(logits, logits + classes)) {
        for (std::size_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(logits[k] - largest));
    }
    [[nodiscard]] double probability(Scalar logit) const { return std::exp(static_cast<double>(logit - largest)) / sum; }
};

/// 1 where the label's logit is the largest, the first of equal ones.
template <class Scalar>
double label_on_top(const Scalar* logits, std::size_t classes, std::int32_t label) {
    return std::max_element(logits, logits + classes) - logits == label ? 1 : 0;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/loss/focal.hpp

namespace denim::inline DENIM_TARGET {

/// The loss of one class out of several where easy pictures shall count little, Lin and others (2017): -alpha (1 - p)^gamma
/// log(p) with p the softmax of the right class. Keras: CategoricalFocalCrossentropy(from_logits=True).
struct Focal {
    float alpha = 0.25f, gamma = 2;

    static constexpr Wants wants = Wants::label;

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
        if (!(label_smoothing >= 0 && label_smoothing <= 1))
            throw std::invalid_argument("denim: SoftmaxCrossEntropy: label_smoothing was expected from 0 to 1, but is " +
                                        std::to_string(label_smoothing));
        if (!class_weights.empty() && class_weights.size() != classes)
            throw std::invalid_argument("denim: SoftmaxCrossEntropy: the network has " + std::to_string(classes) +
                                        " outputs, but " + std::to_string(class_weights.size()) +
                                        " class_weights came; expected one for each, or none");
        for (const float weight : class_weights)
            if (!(weight >= 0))
                throw std::invalid_argument(
                    "denim: SoftmaxCrossEntropy: class_weights were expected as numbers of at least 0, but one is " +
                    std::to_string(weight));
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

namespace denim::inline DENIM_TARGET {

/// One call of an optimizer: `count` parameters, their gradients, and its own state arrays for them.
struct Update {
    float* parameters;
    const float* gradients;
    std::array<float*, 4> state;
    std::size_t count;
    float rate;        ///< the learning rate of this step
    std::size_t step;  ///< 1 in the first step
    bool decays;       ///< weight decay applies
};

/// What a class needs to be an optimizer: its learning rate, how many numbers it keeps for each parameter (at most 4, zero at
/// first), and how it changes parameters.
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

    [[nodiscard]] float rate() const { return model_->rate(); }
    [[nodiscard]] std::size_t state_arrays() const { return model_->state_arrays(); }
    void apply(const Update& update) const { model_->apply(update); }

    /// What it does to a few numbers in three steps: two optimizers that differ in a setting differ here.
    [[nodiscard]] std::array<float, 4> trial() const {
        std::array<float, 4> numbers{1, -0.5f, 0.25f, -2};
        std::array<float, 4> gradients{0.5f, 1e-3f, -3, 1e-6f};
        std::array<std::array<float, 4>, 4> states{};
        Update update{numbers.data(), gradients.data(), {}, numbers.size(), rate(), 1, true};
        for (std::size_t n = 0; n < states.size(); ++n) update.state[n] = states[n].data();
        for (; update.step <= 3; ++update.step) {
            apply(update);
            for (float& gradient : gradients) gradient *= -0.75f;
        }
        return numbers;
    }

private:
    struct Interface {
        virtual ~Interface() = default;
        [[nodiscard]] virtual float rate() const = 0;
        [[nodiscard]] virtual std::size_t state_arrays() const = 0;
        virtual void apply(const Update& update) const = 0;
    };
    template <class Type>
    struct Model final : Interface {
        explicit Model(Type optimizer) : optimizer_(std::move(optimizer)) {}
        [[nodiscard]] float rate() const override { return optimizer_.rate; }
        [[nodiscard]] std::size_t state_arrays() const override { return Type::state_arrays; }
        void apply(const Update& update) const override { optimizer_.apply(update); }
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
        parallel_for((row.size() + block - 1) / block, 10 * row.size(), [&](std::size_t index, std::size_t) {
            const std::size_t first = row.offset + index * block;
            Update update{parameters.data() + first,
                          gradients.data() + first,
                          {},
                          std::min(block, row.offset + row.size() - first),
                          rate,
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

    static constexpr std::size_t state_arrays = 2;

    void apply(const Update& at) const { Adam{rate, beta_1, beta_2, epsilon}.apply(at, at.decays ? 1 - at.rate * decay : 1); }
};

static_assert(OptimizerType<AdamW>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/clip.hpp

namespace denim::inline DENIM_TARGET {

/// Shortens the gradient of all trained parameters together to the length `limit` where it is longer, and gives the length that
/// it had. Sums are cut by place alone and added in order: the same bits for any number of threads. Keras: global_clipnorm.
inline double clip_by_norm(std::span<const Row> rows, std::span<float> gradients, double limit) {
    constexpr std::size_t block = 16384;  // numbers that one thread takes at a time
    const auto each_block = [&](const auto& act) {
        std::size_t before = 0;
        for (const Row& row : rows) {
            if (!row.trained || row.moved == Moved::by_layer) continue;
            const std::size_t blocks = (row.size() + block - 1) / block;
            parallel_for(blocks, 4 * row.size(), [&](std::size_t index, std::size_t) {
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
    const double norm = std::sqrt(sum);
    if (norm <= limit) return norm;
    const auto factor = static_cast<float>(limit / norm);
    each_block([factor](std::size_t, std::span<float> part) {
        for (float& number : part) number *= factor;
    });
    return norm;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/optimizer/lion.hpp

namespace denim::inline DENIM_TARGET {

/// Lion, Chen and others (2023), in Keras's form: every parameter moves by the rate, in a direction alone, with half of Adam's
/// memory. parameter -= rate * sign(beta_1 * m + (1 - beta_1) * gradient); then m = beta_2 * m + (1 - beta_2) * gradient. Its
/// rate is 3 to 10 times smaller than Adam's, its decay (as AdamW's, of what `decays`) as many times larger.
struct Lion {
    float rate = 1e-3f, decay = 0, beta_1 = 0.9f, beta_2 = 0.99f;

    static constexpr std::size_t state_arrays = 1;

    void apply(const Update& at) const {
        const auto first = simd::broadcast(1 - beta_1), second = simd::broadcast(1 - beta_2), zero = simd::broadcast(0.0f),
                   speed = simd::broadcast(at.rate), back = simd::broadcast(-at.rate),
                   factor = simd::broadcast(at.decays ? 1 - at.rate * decay : 1);
        each_vector(at.count, [&](auto load, auto store, std::size_t n) {
            const auto gradient = load(at.gradients + n), m = load(at.state[0] + n);
            const auto direction = simd::fma(gradient - m, first, m);
            const auto push = simd::select(direction > zero, speed, simd::select(direction < zero, back, zero));
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

namespace denim::inline DENIM_TARGET {

/// Confusion(true class, predicted class): how many pictures.
using Confusion = Array<std::size_t, 2>;

namespace detail {

/// Scores are (N, classes) and labels (N), each below `classes`.
inline void check_scores(std::span<const float> scores, std::span<const std::int32_t> labels, std::size_t classes) {
    if (classes == 0 || scores.size() != labels.size() * classes)
        throw std::invalid_argument("denim: metric: scores of " + std::to_string(labels.size()) + " pictures for " +
                                    std::to_string(classes) + " classes were expected, but got " +
                                    std::to_string(scores.size()) + " numbers");
    for (const std::int32_t label : labels)
        if (std::cmp_less(label, 0) || std::cmp_greater_equal(label, classes))
            throw std::invalid_argument("denim: metric: labels from 0 to " + std::to_string(classes - 1) +
                                        " were expected, but got " + std::to_string(label));
}

inline double ratio(std::size_t part, std::size_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace detail

/// The class of the largest score of each picture (the first, where several are equal); scores are (N, classes).
inline std::vector<std::int32_t> predicted_classes(std::span<const float> scores, std::size_t classes) {
    std::vector<std::int32_t> predicted(classes == 0 ? 0 : scores.size() / classes);
    for (std::size_t n = 0; n < predicted.size(); ++n) {
        const auto sample = scores.subspan(n * classes, classes);
        predicted[n] = static_cast<std::int32_t>(std::max_element(sample.begin(), sample.end()) - sample.begin());
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

/// One class against the others. What has no denominator is 0, as in scikit-learn.
struct ClassScore {
    std::size_t count = 0;  ///< pictures of the class
    double precision = 0;   ///< of those called so, the share that is so
    double recall = 0;      ///< of those that are so, the share called so
    double f1 = 0;          ///< 2 * precision * recall / (precision + recall)
};

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

namespace denim::inline DENIM_TARGET {

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

/// Softmax of logits (N, classes) divided by a temperature.
inline std::vector<float> softmax(std::span<const float> logits, std::size_t classes, double temperature = 1) {
    std::vector<float> result(logits.size());
    for (std::size_t first = 0; first < logits.size(); first += classes) {
        const double largest =
            static_cast<double>(*std::max_element(logits.begin() + static_cast<std::ptrdiff_t>(first),
                                                  logits.begin() + static_cast<std::ptrdiff_t>(first + classes)));
        double sum = 0;
        for (std::size_t k = first; k < first + classes; ++k)
            sum += std::exp((static_cast<double>(logits[k]) - largest) / temperature);
        for (std::size_t k = first; k < first + classes; ++k)
            result[k] = static_cast<float>(std::exp((static_cast<double>(logits[k]) - largest) / temperature) / sum);
    }
    return result;
}

/// Compares the confidence of probabilities (N, classes) with how often they are right; Guo, Pleiss, Sun and Weinberger, "On
/// calibration of modern neural networks" (2017), equations 2 to 5.
inline Calibration calibration(std::span<const float> probabilities, std::span<const std::int32_t> labels, std::size_t classes,
                               std::size_t bins = 15) {
    detail::check_scores(probabilities, labels, classes);
    if (bins == 0) throw std::invalid_argument("denim: calibration: at least 1 bin was expected");
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
/// loss is convex: the root of its derivative is found by halving.
inline double fit_temperature(std::span<const float> logits, std::span<const std::int32_t> labels, std::size_t classes) {
    detail::check_scores(logits, labels, classes);
    const auto slope = [&](double inverse) {  // of the summed loss: expected minus true logit
        double sum = 0;
        for (std::size_t n = 0; n < labels.size(); ++n) {
            const auto sample = logits.subspan(n * classes, classes);
            const double largest = static_cast<double>(*std::max_element(sample.begin(), sample.end()));
            double weights = 0, expected = 0;
            for (const float logit : sample) {
                const double weight = std::exp((static_cast<double>(logit) - largest) * inverse);
                weights += weight;
                expected += weight * static_cast<double>(logit);
            }
            sum += expected / weights - static_cast<double>(sample[static_cast<std::size_t>(labels[n])]);
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
            std::to_string(confidence) + " and " + std::to_string(degrees));
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
        char words[80];
        if (count > 1)
            std::snprintf(words, sizeof words, "%.*f +- %.*f", digits, mean, digits, deviation);
        else
            std::snprintf(words, sizeof words, "%.*f", digits, mean);
        return words;
    }
};

/// Mean, deviation and confidence interval of repeated runs.
inline Repeats repeats(std::span<const double> values, double confidence = 0.95) {
    if (values.empty()) throw std::invalid_argument("denim: repeats: the values of at least 1 run were expected, but got none");
    Repeats result{values.size(), 0, 0, 0, 0, values[0], values[0]};
    const auto count = static_cast<double>(values.size());
    for (const double value : values) {
        result.mean += value / count;
        result.least = std::fmin(result.least, value);
        result.largest = std::fmax(result.largest, value);
    }
    double squares = 0;
    for (const double value : values) squares += (value - result.mean) * (value - result.mean);
    if (values.size() == 1) {
        result.deviation = result.low = result.high = std::numeric_limits<double>::quiet_NaN();
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

namespace denim::inline DENIM_TARGET {

/// Two approaches on the same pictures: those that only one of them gets right.
struct McNemar {
    std::size_t first_only = 0, second_only = 0;
    double statistic = 0;    ///< chi-squared with one degree of freedom, (|b - c| - 1)^2 / (b + c)
    double chi_squared = 1;  ///< its probability if neither were better
    double exact = 1;        ///< the same by the binomial distribution, two-sided: believe this one below 25 differences
};

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

/// Two approaches, each with runs of its own.
struct WelchTest {
    double difference = 0;   ///< of the means, first minus second
    double t = 0;            ///< the difference in standard errors
    double degrees = 0;      ///< of freedom
    double probability = 1;  ///< of a |t| at least so large if neither were better
};

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

namespace denim::inline DENIM_TARGET {

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
    if (std::any_of(scores.begin(), scores.end(), [](float score) { return score != score; }))
        throw std::invalid_argument("denim: roc: a score that is not a number came");
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) { return scores[left] > scores[right]; });
    Roc curve;
    curve.points.push_back({std::numeric_limits<double>::infinity(), 0, 0});
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
// ---- denim/network/graph.hpp

// From the list of layers and the shape of a picture to values: which entry reads what, which shape flows where, which
// parameters stand at which place. All of it is plain constexpr data, computed by one fold over the list.

namespace denim::inline DENIM_TARGET {

/// The input of a network: rows, columns, channels.
template <std::size_t Height, std::size_t Width, std::size_t Channels>
struct Image {
    static_assert(Height > 0 && Width > 0 && Channels > 0, "denim: Image: rows, columns and channels must all be at least 1.");
    static constexpr Shape shape{Height, Width, Channels};
};

/// An entry of the flat list, traced. Value v + 1 is what entry v gives; value 0 is the network's input.
struct Entry {
    Role role = Role::layer;
    Shape in, out;
    std::array<std::size_t, max_inputs> from{};  ///< the values that it reads
    std::size_t inputs = 1;
    std::size_t rows = 0;                             ///< how many parameters it has
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

template <class Entries, std::size_t... Index>
consteval auto trace_entries(Shape input, std::index_sequence<Index...>) {
    constexpr std::size_t count = sizeof...(Index);
    Trace<count> trace;
    Flow flow;
    const auto visit = [&]<class Type>(std::size_t index) {
        if (trace.problem != count) return;
        Entry& entry = trace.entries[index];
        entry.role = role_of<Type>();
        entry.from[0] = flow.current;
        entry.in = shape_of(trace, input, flow.current);
        entry.first_parameter = trace.parameters;
        if constexpr (role_of<Type>() == Role::join) {
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
            for (const Parameter& parameter : Type::parameters(entry.in)) {
                ++entry.rows;
                entry.parameters += parameter.extents.size();
            }
            trace.rows += entry.rows;
            trace.parameters += entry.parameters;
            if constexpr (role_of<Type>() == Role::fork) flow.remembered[flow.depth++] = flow.current;
        }
        if (trace.problem == count) flow.current = index + 1;
    };
    (visit.template operator()<type_at<Entries, Index>>(Index), ...);
    trace.result = flow.current;
    return trace;
}

}  // namespace detail

/// What the compiler's message names when a layer does not fit: its number in the flat list (from 0), itself, the shapes it got.
template <std::size_t Index, class Spec, Shape... Got>
struct problem_at_layer : Spec::template Problem<Got...> {};

/// The flat list of a network with its shapes: `trace` holds the facts, `At<n>` the types.
template <class Input, class Body>
struct Graph {
    using Entries = expanded<Body>;
    static constexpr std::size_t count = Entries::size;
    static_assert(count > 0, "denim: Network: there must be at least one layer.");

    template <std::size_t Index>
    using At = type_at<Entries, Index>;

    static constexpr Shape input = Input::shape;
    static constexpr Trace<count> trace = detail::trace_entries<Entries>(input, std::make_index_sequence<count>{});
    static constexpr Shape output = detail::shape_of(trace, input, trace.result);

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
        return (!is_heads<At<Index>> && ...);
    }(std::make_index_sequence<count - 1>{}), "denim: Heads: it must be the last layer of the network.");

    /// One sentence for the first layer that does not fit, with its number and shapes.
    static consteval bool explain() {
        if constexpr (trace.problem != count) {
            return []<std::size_t... Got>(std::index_sequence<Got...>) {
                return sizeof(problem_at_layer<trace.problem, At<trace.problem>,
                                               detail::shape_of(trace, input, trace.entries[trace.problem].from[Got])...>) > 0;
            }(std::make_index_sequence<trace.entries[trace.problem].inputs>{});
        } else {
            return true;
        }
    }
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
        case Initial::glorot_uniform: fill([&, limit = std::sqrt(6 / (in + out))] { return random.uniform(-limit, limit); }); break;
        case Initial::he_uniform: fill([&, limit = std::sqrt(6 / in)] { return random.uniform(-limit, limit); }); break;
        case Initial::glorot_normal: fill([&, deviation = std::sqrt(2 / (in + out))] { return deviation * detail::cut_normal(random); }); break;
        case Initial::he_normal: fill([&, deviation = std::sqrt(2 / in)] { return deviation * detail::cut_normal(random); }); break;
    }
}

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
// ---- denim/network/names.hpp

namespace denim::inline DENIM_TARGET::detail {

/// How many entries of the flat list a spec stands for.
template <class Spec>
inline constexpr std::size_t entries_of = expanded<Spec>::size;

template <class... Specs>
void name_children(List<Specs...>, const std::string& prefix, std::vector<std::string>& names);

/// Appends a name for each entry of the flat list: its place among its siblings, "2.0" for the first layer inside the third.
/// Forks and joins are named as the composition that they belong to.
template <class Spec>
void name_entries(const std::string& name, std::vector<std::string>& names) {
    if constexpr (requires { typename Spec::Expanded; })
        name_children(typename Spec::Expanded{}, name, names);
    else
        names.push_back(name);
}

template <class... Specs>
void name_children(List<Specs...>, const std::string& name, std::vector<std::string>& names) {
    [[maybe_unused]] std::size_t place = 0;  // an empty Sequential has no children
    [[maybe_unused]] const auto add = [&]<class Spec>() {
        if constexpr (role_of<Spec>() == Role::layer)
            name_entries<Spec>((name.empty() ? "" : name + ".") + std::to_string(place++), names);
        else
            names.push_back(name);
    };
    (add.template operator()<Specs>(), ...);
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
    [[maybe_unused]] const auto visit = [&]<class Spec>() {
        if (role_of<Spec>() == Role::layer && place++ == Wanted) {
            if constexpr (sizeof...(Deeper) == 0) {
                end = {entry, entries_of<Spec>};
            } else if constexpr (requires { typename Spec::Expanded; }) {
                end = follow<Deeper...>(typename Spec::Expanded{});
                if (end.first != PathEnd::nowhere) end.first += entry;
            }
        }
        entry += entries_of<Spec>;
    };
    (visit.template operator()<Specs>(), ...);
    return end;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/network/network.hpp

namespace denim::inline DENIM_TARGET {

/// A network: a type that knows every shape, and one array that holds every parameter. It learns with `fit` or a Trainer, and
/// answers through a Predictor.
///
/// Input: Image<Height, Width, Channels>. Body: Sequential<...>. Arithmetic: Fast (fp32), or Plain<double> for checks.
template <class Input, class Body, class Arithmetic = Fast>
class Network {
public:
    using Scalar = typename Arithmetic::Scalar;
    using Numbers = Arithmetic;
    using Picture = Input;
    using Layers = Body;
    using Graph = denim::Graph<Input, Body>;
    static_assert(Graph::explain());

    /// What enters and what leaves.
    static constexpr Shape input = Graph::input, output = Graph::output;
    /// How many logits each head has, one behind the other in the output: {outputs} unless the last layer is Heads<...>.
    static constexpr auto heads = Graph::heads;
    /// How many numbers it holds, running statistics included.
    static constexpr std::size_t parameter_count = Graph::trace.parameters;

    /// Begins as its layers say (Glorot's uniform weights, zero biases), drawn from the seed.
    explicit Network(Seed seed = Seed{}) : parameters_(parameter_count), rows_(make_rows()) {
        each_parameter([&](std::size_t, const Parameter& parameter, std::size_t offset, std::size_t stream) {
            initialise(parameter, parameters_.data() + offset, seed, stream);
        });
    }

    /// All parameters, and the rows that describe them.
    [[nodiscard]] std::span<const Scalar> parameters() const { return parameters_.span(); }
    [[nodiscard]] std::span<const Row> rows() const { return rows_; }

    /// A layer's parameters to read: layer<0>().weights(); <2, 0> is the first layer inside the third.
    template <std::size_t... Path>
    [[nodiscard]] auto layer() const {
        return view_of<Path...>(parameters_.data());
    }

    /// Changes parameters: edit([](auto& layers) { layers.template get<0>().weights() *= 0.5f; }).
    /// Predictors made before keep what they were made from.
    template <class Change>
    void edit(Change change) {
        Editable layers{parameters_.data()};
        change(layers);
    }

    /// Changes parameters as one array; for optimizers and files.
    template <class Change>
    auto edit_parameters(Change change) {
        return change(parameters_.span());
    }

    /// Logits of pictures, the short way for a script: prepares, predicts and forgets. See Predictor.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const;
    /// Softmax of the logits, likewise.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures) const;
    /// The class with the largest logit for each head, (N, heads) or (heads), likewise.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const;

    /// A table of the layers: shapes, parameters, operations, algorithm; and what the program runs on.
    [[nodiscard]] std::string summary() const;

    /// A layer's run-time settings: settings<5>().rate = 0.3f.
    template <std::size_t... Path>
    [[nodiscard]] LayerSettings& settings() {
        return settings_[at_path<Path...>().first];
    }
    [[nodiscard]] std::span<const LayerSettings> all_settings() const { return settings_; }
    [[nodiscard]] std::span<LayerSettings> all_settings() { return settings_; }

    /// Keeps the layer at the path as it is while the others learn; a composition with all its layers.
    template <std::size_t... Path>
    void freeze(bool frozen = true) {
        constexpr detail::PathEnd end = at_path<Path...>();
        for (std::size_t n = 0; n < end.entries; ++n) settings_[end.first + n].frozen = frozen;
        update_rows();
    }
    template <std::size_t... Path>
    void unfreeze() {
        freeze<Path...>(false);
    }

    /// Brings the rows up to date with the settings (frozen, l2); fit and Trainer users call it before they learn.
    void update_rows() {
        std::size_t row = 0;
        each_parameter([&](std::size_t index, const Parameter& parameter, std::size_t, std::size_t) {
            rows_[row].trained = !settings_[index].frozen && parameter.moved == Moved::by_gradient;
            rows_[row].l2 = parameter.decays ? settings_[index].l2 : 0;
            ++row;
        });
    }

private:
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
        return end;
    }
    template <std::size_t... Path, class Number>
    static auto view_of(Number* parameters) {
        constexpr std::size_t index = at_path<Path...>().first;
        constexpr Entry at = Graph::trace.entries[index];
        return LayerView<typename Graph::template At<index>, at.in, Number>{parameters + at.first_parameter};
    }

    // Calls each(entry, parameter, offset, row) for every parameter of the network.
    template <class Each>
    static void each_parameter(Each each) {
        std::size_t row = 0;
        const auto visit = [&]<std::size_t Index>() {
            if constexpr (detail::role_of<typename Graph::template At<Index>>() != Role::join) {
                constexpr Entry at = Graph::trace.entries[Index];
                std::size_t offset = at.first_parameter;
                for (const Parameter& parameter : Graph::template At<Index>::parameters(at.in)) {
                    each(Index, parameter, offset, row++);
                    offset += parameter.extents.size();
                }
            }
        };
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (visit.template operator()<Index>(), ...);
        }(std::make_index_sequence<Graph::count>{});
    }
    static std::vector<Row> make_rows() {
        std::vector<std::string> names;
        detail::name_entries<Body>("", names);
        std::vector<Row> rows;
        each_parameter([&](std::size_t index, const Parameter& parameter, std::size_t offset, std::size_t) {
            rows.push_back({names[index] + "." + parameter.name, parameter.extents, offset, parameter.moved == Moved::by_gradient,
                            parameter.decays, parameter.moved});
        });
        return rows;
    }

    AlignedArray<Scalar> parameters_;
    std::vector<Row> rows_;
    std::array<LayerSettings, Graph::count> settings_{};
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/plan.hpp

// From the traced list to what runs: neighbours fused, layers bound to their layouts, cut into stages, every value given a place.

namespace denim::inline DENIM_TARGET {

/// A layer that runs: one entry of the list, or several that are fused.
struct Node {
    std::size_t first = 0, entries = 1;          ///< of the flat list
    std::array<std::size_t, max_inputs> from{};  ///< the values that it reads
    std::size_t inputs = 1;
    std::size_t to = 0;  ///< the value that it writes
};

namespace detail {

template <class Spec, class Arithmetic, Mode For, Layout Out, Layout In>
struct BoundLayer {
    using type = typename Spec::template Layer<Arithmetic, Out, In>;
};
template <class Spec, class Arithmetic, Layout Out, Layout In>
    requires requires { typename Spec::template InferenceLayer<Arithmetic, Out, In>; }
struct BoundLayer<Spec, Arithmetic, Mode::inference, Out, In> {
    using type = typename Spec::template InferenceLayer<Arithmetic, Out, In>;
};

}  // namespace detail

/// What runs, for one network, arithmetic and purpose: nodes, layouts of the values between them, stages.
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
        else if constexpr (requires { Type::training_only; })
            return For == Mode::training;
        else
            return true;
    }
    template <std::size_t Index>
    static constexpr std::size_t run_length() {
        if constexpr (Index + 2 < entries)
            if constexpr (Fused<Arithmetic, For, Spec<Index>, Spec<Index + 1>, Spec<Index + 2>>::exists) return 3;
        if constexpr (Index + 1 < entries)
            if constexpr (Fused<Arithmetic, For, Spec<Index>, Spec<Index + 1>>::exists) return 2;
        return 1;
    }

    struct Connected {
        std::array<Node, entries> nodes{};
        std::size_t node_count = 0;
        std::size_t last_value = 0;
    };

    static consteval Connected connect() {
        const auto [running, length] = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return std::pair{std::array{runs<Index>()...}, std::array{run_length<Index>()...}};
        }(std::make_index_sequence<entries>{});
        Connected all;
        if (Source::trace.problem != entries) return all;  // nothing runs; the problem has its own message
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

    template <std::size_t Index>
    static constexpr Node node = connected.nodes[Index];

    /// Where a node's parameters begin in the network's array.
    template <std::size_t Index>
    static constexpr std::size_t first_parameter = Source::trace.entries[node<Index>.first].first_parameter;

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
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (
                [&] {
                    for (std::size_t n = 0; n < node<Index>.inputs; ++n) {
                        Layout& in = all[node<Index>.from[n]];
                        in.border = widest(in.border, SpecAt<Index>::template border<Arithmetic>(in.shape));
                    }
                }(),
                ...);
        }(std::make_index_sequence<count>{});
        return all;
    }

public:
    static constexpr std::array<Layout, values> layouts = lay_out();

private:
    template <std::size_t Index, class Inputs = std::make_index_sequence<node<Index>.inputs>>
    struct Bind;
    template <std::size_t Index>
    struct Bind<Index, std::index_sequence<0>>
        : detail::BoundLayer<SpecAt<Index>, Arithmetic, For, layouts[node<Index>.to], layouts[node<Index>.from[0]]> {};
    template <std::size_t Index, std::size_t... Input>
    struct Bind<Index, std::index_sequence<Input...>> {
        using type = typename SpecAt<Index>::template Layer<Arithmetic, layouts[node<Index>.to], layouts[node<Index>.from[Input]]...>;
    };

public:
    /// A node's layer, bound to its layouts.
    template <std::size_t Index>
    using LayerAt = typename Bind<Index>::type;

    /// A stage is a run of layers that work on samples, or one layer that works on batches. The last stage works on samples,
    /// empty if need be: the loss stands at its end.
    struct Stage {
        std::size_t first = 0, last = 0;  ///< nodes
        Works works = Works::on_samples;
    };
    struct Stages {
        std::array<Stage, Plan::count + 1> list{};
        std::size_t count = 0;
    };

private:
    static consteval Stages cut() {
        const auto works = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return std::array{LayerAt<Index>::works..., Works::on_samples};
        }(std::make_index_sequence<count>{});
        Stages all;
        std::size_t first = 0;
        for (std::size_t index = 0; index < count; ++index)
            if (works[index] == Works::on_batches) {
                if (index > first) all.list[all.count++] = {first, index, Works::on_samples};
                all.list[all.count++] = {index, index + 1, Works::on_batches};
                first = index + 1;
            }
        all.list[all.count++] = {first, count, Works::on_samples};
        return all;
    }

public:
    static constexpr Stages stages = cut();

    /// Which stage a node belongs to.
    static constexpr std::size_t stage_of(std::size_t index) {
        std::size_t stage = 0;
        while (index >= stages.list[stage].last) ++stage;
        return stage;
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/summary.hpp

// A network as a table: layers, shapes, parameters, work, the kernel that was chosen; and what the program runs on.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The name behind "Type = " as users write it: without our namespaces and the compiler's decoration of numbers.
inline std::string spelling_in(std::string_view text) {
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
    erase("ul", [&](std::size_t at) { return at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9'; });
    erase("UL", [&](std::size_t at) { return at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9'; });
    const std::string_view pool = "Pool<Max, 2>";
    for (std::size_t at = name.find(pool); at != name.npos; at = name.find(pool, at)) name.replace(at, pool.size(), "MaxPool");
    return name;
}

/// The name of a type as users write it.
template <class Type>
std::string spelling() {
    return spelling_in(__PRETTY_FUNCTION__);
}

/// "5,504"
inline std::string with_commas(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

/// "0.421 G", "17.3 M", "920"
inline std::string with_unit(std::size_t number) {
    const auto value = static_cast<double>(number);
    char text[32];
    if (value >= 1e8)
        std::snprintf(text, sizeof text, "%.3f G", value / 1e9);
    else if (value >= 1e4)
        std::snprintf(text, sizeof text, "%.3f M", value / 1e6);
    else
        std::snprintf(text, sizeof text, "%zu", number);
    return text;
}

using TableLine = std::array<std::string, 6>;

/// Lines as columns, the first of them the header; numbers stand to the right.
inline std::string format_table(const std::vector<TableLine>& lines) {
    std::array<std::size_t, 6> widths{};
    for (const TableLine& line : lines)
        for (std::size_t column = 0; column < widths.size(); ++column) widths[column] = std::max(widths[column], line[column].size());
    std::string text;
    for (std::size_t number = 0; number < lines.size(); ++number) {
        std::string row;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string& cell = lines[number][column];
            const std::string padding(widths[column] - cell.size(), ' ');
            const bool to_the_right = column == 3 || column == 4;
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

}  // namespace detail

/// "AVX-512, 16 floats in a vector; 2 threads; fp32", and how to cure a build that leaves this machine's vector units idle.
inline std::string machine_line(std::string_view precision) {
    std::string text = std::string{DENIM_VECTORS_NAME} + ", " + std::to_string(simd::lanes<float>) + " floats in a vector; " +
                       std::to_string(threads()) + (threads() == 1 ? " thread" : " threads");
#if !defined(_OPENMP)
    text += " (built without OpenMP: compile with -fopenmp for more)";
#endif
    text += "; " + std::string{precision};
#if defined(__x86_64__) && defined(__GNUC__)
    const bool more = (simd::lanes<float> < 16 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) ||
                      (simd::lanes<float> < 8 && __builtin_cpu_supports("avx2"));
    if (more) text += "\nThis machine has wider vectors than this program uses: compile with -march=native.";
#endif
    return text + '\n';
}

template <class Input, class Body, class Arithmetic>
std::string Network<Input, Body, Arithmetic>::summary() const {
    using Plan = denim::Plan<Graph, Arithmetic, Mode::training>;
    std::vector<std::string> names;
    detail::name_entries<Body>("", names);
    std::vector<detail::TableLine> lines{{"", "layer", "output", "parameters", "operations", "algorithm"},
                                         {"", "Image", to_string(input), "", "", ""}};
    std::size_t operations_of_all = 0;
    const auto add = [&]<std::size_t Index>() {
        using Layer = typename Plan::template LayerAt<Index>;
        constexpr Node node = Plan::template node<Index>;
        operations_of_all += Layer::operations;
        const auto add_entry = [&]<std::size_t Step>() {
            constexpr Entry entry = Graph::trace.entries[node.first + Step];
            using Spec = typename Graph::template At<node.first + Step>;
            const bool first = Step == 0;
            lines.push_back({names[node.first + Step], detail::spelling<Spec>(), to_string(entry.out),
                             entry.parameters ? detail::with_commas(entry.parameters) : "",
                             first && Layer::operations ? detail::with_unit(Layer::operations) : "",
                             first ? Layer::algorithm : "with the layer above"});
        };
        [&]<std::size_t... Step>(std::index_sequence<Step...>) {
            (add_entry.template operator()<Step>(), ...);
        }(std::make_index_sequence<node.entries>{});
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (add.template operator()<Index>(), ...);
    }(std::make_index_sequence<Plan::count>{});
    std::size_t trained = 0;
    for (const Row& row : rows_) trained += row.trained ? row.size() : 0;
    return detail::format_table(lines) + detail::with_commas(parameter_count) + " parameters, " + detail::with_commas(trained) + " trained; " +
           detail::with_unit(operations_of_all) + " operations for a picture, forward\n" + machine_line(Arithmetic::precision);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/describe.hpp

// A network's architecture for other programs: as JSON, and as a picture in the language of Graphviz.

namespace denim::inline DENIM_TARGET {

/// One layer, fork or join of a network, as describe() found it.
struct DescribedLayer {
    std::string name;   ///< its place: "0", or "2.0" inside a composition
    std::string layer;  ///< as users write it: "Conv<3, 32>"; "Sum" for the join of a Residual, "Concatenated" of a Parallel or Heads
    std::vector<std::size_t>
        inputs;  ///< the layers whose values it reads, by their number in the list from 1; 0 is the picture
    Shape output;
    std::size_t parameters = 0;
    std::vector<Row> rows;
};

/// A network as a list of layers in the order of computation; forks, which only remember a value, are left out.
struct Description {
    Shape input, output;
    std::size_t parameters = 0;
    std::vector<DescribedLayer> layers;

    /// {"input": [120, 90, 3], "output": [1, 1, 3], "parameters": 12345, "layers": [{"name", "layer", "inputs", "output",
    /// "parameters", "rows"}]}
    [[nodiscard]] std::string json() const {
        std::string text = "{\n  \"input\": " + list(input) + ",\n  \"output\": " + list(output) +
                           ",\n  \"parameters\": " + std::to_string(parameters) + ",\n  \"layers\": [";
        for (const DescribedLayer& layer : layers) {
            text += (&layer == layers.data() ? "\n" : ",\n") + std::string{"    {\"name\": \""} + layer.name +
                    "\", \"layer\": \"" + layer.layer + "\", \"inputs\": [";
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

    /// A picture: dot -Tsvg network.dot > network.svg
    [[nodiscard]] std::string graphviz() const {
        std::string text =
            "digraph network {\n    rankdir=TB;\n    node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef3fb\", "
            "fontname=\"sans-serif\", fontsize=11];\n"
            "    edge [fontname=\"sans-serif\", fontsize=9, color=\"#555555\"];\n    layer0 [label=\"picture\", "
            "fillcolor=\"#fff4d6\"];\n";
        for (std::size_t n = 0; n < layers.size(); ++n) {
            const DescribedLayer& layer = layers[n];
            const bool adds = layer.layer == "Sum";
            text += "    layer" + std::to_string(n + 1) + " [label=\"" + (adds ? "+" : layer.layer);
            if (layer.parameters) text += "\\n" + detail::with_commas(layer.parameters) + " parameters";
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

private:
    static std::string list(Shape shape) {
        return '[' + std::to_string(shape.height) + ", " + std::to_string(shape.width) + ", " + std::to_string(shape.channels) +
               ']';
    }
    static std::string words(Shape shape) {
        if (shape.height == 1 && shape.width == 1) return std::to_string(shape.channels);
        return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " + std::to_string(shape.channels);
    }
};

/// The architecture of a network: describe(network).json(), describe(network).graphviz().
template <class Network>
Description describe(const Network& network) {
    using Graph = typename Network::Graph;
    Description description{Network::input, Network::output, Network::parameter_count, {}};
    std::vector<std::string> names;
    detail::name_entries<typename Network::Layers>("", names);
    std::vector<std::size_t> number_of(Graph::count + 1, 0);  // the layer that a value comes from
    std::size_t row = 0;
    const auto add = [&]<std::size_t Index>() {
        using Spec = typename Graph::template At<Index>;
        constexpr Entry entry = Graph::trace.entries[Index];
        if (passes_on(entry.role)) {
            number_of[Index + 1] = number_of[entry.from[0]];
            return;
        }
        DescribedLayer layer{names[Index], detail::spelling<Spec>(), {}, entry.out, entry.parameters, {}};
        if (entry.role == Role::join) layer.layer.erase(0, layer.layer.rfind("::") + 2);
        for (std::size_t n = 0; n < entry.inputs; ++n) layer.inputs.push_back(number_of[entry.from[n]]);
        for (std::size_t n = 0; n < entry.rows; ++n) layer.rows.push_back(network.rows()[row++]);
        description.layers.push_back(std::move(layer));
        number_of[Index + 1] = description.layers.size();
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (add.template operator()<Index>(), ...);
    }(std::make_index_sequence<Graph::count>{});
    return description;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/load.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// False for NaN and infinities, even with -ffast-math: by bits, and by way of memory, because clang knows that the bits of a sum
/// which may not overflow are those of a number.
inline bool is_finite(float value) {
    volatile float stored = value;
    const float number = stored;
    return (std::bit_cast<std::uint32_t>(number) & 0x7f800000u) != 0x7f800000u;
}
inline bool is_finite(double value) {
    volatile double stored = value;
    const double number = stored;
    return (std::bit_cast<std::uint64_t>(number) & 0x7ff0000000000000u) != 0x7ff0000000000000u;
}

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
    std::uint32_t wrong = 0;
    for (std::size_t n = 0; n < count; ++n) {
        const auto exponent = std::bit_cast<std::uint32_t>(from[n]) & 0x7f800000u;
        wrong |= exponent == 0x7f800000u ? 1u : 0u;
        to[n] = static_cast<Scalar>(from[n]);
    }
    return wrong == 0;
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
template <Layout To, class Scalar>
void load_picture(const Pictures& pictures, std::size_t index, Scalar* to) {
    static_assert(To.stride == To.shape.channels);
    constexpr std::size_t row = To.shape.width * To.shape.channels;
    for (std::size_t y = 0; y < To.shape.height; ++y) {
        const std::size_t from = index * To.shape.size() + y * row;
        if (pictures.bytes)
            detail::load_row(pictures.bytes + from, to + To.offset(y, 0), row);
        else if (!detail::load_row(pictures.floats + from, to + To.offset(y, 0), row))
            detail::throw_not_finite(pictures, index);
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/memory.hpp

// Where everything stands while a plan runs. A value that lives within one run over the samples has one place in each thread's
// workspace; one that is needed after that run, by a layer on batches or by the backward pass of an earlier stage, is kept for
// every sample of the batch.

namespace denim::inline DENIM_TARGET {

/// Where one thing stands: in each thread's workspace, or once for the batch.
enum class Held { nowhere, by_thread, by_batch };

/// A place, in numbers (records: in bytes) from the start of the block; in the batch's block times the number of samples.
struct Place {
    Held held = Held::nowhere;
    std::size_t offset = 0;
};

template <class Plan>
struct Memory {
    static constexpr std::size_t count = Plan::count, values = Plan::values;
    static constexpr std::size_t slack = 64;  // numbers behind every place, so that a kernel may read a vector beyond its end

    std::array<Place, values> activations{}, gradients{};
    std::array<Place, count> records{}, scratch{};
    std::array<std::size_t, count> prepared{}, accumulators{}, batch_scratch{};
    std::size_t thread_numbers = 0, thread_bytes = 0;
    std::size_t batch_numbers = 0, batch_bytes = 0;      // for each sample
    std::size_t batch_scratch_fixed = 0, batch_scratch_per_sample = 0;
    std::size_t prepared_numbers = 0, accumulator_numbers = 0;

    /// The places of a plan.
    static consteval Memory of() {
        Memory memory;
        constexpr std::size_t last = Plan::stages.count - 1;
        const auto touches = touched();
        for (std::size_t value = 0; value < values; ++value) {
            const Touched& at = touches[value];
            if (!at.any) continue;
            const std::size_t size = round_up(Plan::layouts[value].size() + slack, 16);
            const bool one_run = at.first == at.last && Plan::stages.list[at.first].works == Works::on_samples;
            const bool again = Plan::mode == Mode::training && at.last != last && value != 0;  // backward comes in a later run
            memory.put(memory.activations[value], one_run && !again, size);
            if (Plan::mode == Mode::training && value != 0) memory.put(memory.gradients[value], one_run, size);
        }
        [&]<std::size_t... Index>(std::index_sequence<Index...>) { (memory.template add_node<Index>(), ...); }(std::make_index_sequence<count>{});
        return memory;
    }

private:
    struct Touched {
        bool any = false;
        std::size_t first = 0, last = 0;  // stages
        constexpr void by(std::size_t stage) {
            first = any ? std::min(first, stage) : stage;
            last = any ? std::max(last, stage) : stage;
            any = true;
        }
    };
    static consteval std::array<Touched, values> touched() {
        std::array<Touched, values> touches{};
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            (
                [&] {
                    constexpr Node node = Plan::template node<Index>;
                    touches[node.to].by(Plan::stage_of(Index));
                    for (std::size_t n = 0; n < node.inputs; ++n) touches[node.from[n]].by(Plan::stage_of(Index));
                }(),
                ...);
        }(std::make_index_sequence<count>{});
        touches[Plan::result].by(Plan::stages.count - 1);
        return touches;
    }
    constexpr void put(Place& place, bool by_thread, std::size_t size) {
        std::size_t& end = by_thread ? thread_numbers : batch_numbers;
        place = {by_thread ? Held::by_thread : Held::by_batch, end};
        end += size;
    }
    template <std::size_t Index>
    constexpr void add_node() {
        using Layer = typename Plan::template LayerAt<Index>;
        prepared[Index] = prepared_numbers;
        prepared_numbers += round_up(Layer::prepared_size, 16) + (Layer::prepared_size ? slack : 0);
        if constexpr (Layer::works == Works::on_samples) {
            const bool by_thread = Plan::mode == Mode::inference || Plan::stage_of(Index) == Plan::stages.count - 1;
            std::size_t& end = by_thread ? thread_bytes : batch_bytes;
            records[Index] = {Layer::record_size ? (by_thread ? Held::by_thread : Held::by_batch) : Held::nowhere, end};
            end += round_up(Layer::record_size, 64);
            scratch[Index] = {Held::by_thread, thread_numbers};
            thread_numbers += Layer::scratch_size ? round_up(Layer::scratch_size + slack, 16) : 0;
            accumulators[Index] = accumulator_numbers;
            accumulator_numbers += round_up(Layer::accumulator_size, 16);
        } else {
            scratch[Index] = {Held::by_batch, batch_scratch_fixed};
            batch_scratch[Index] = batch_scratch_per_sample;
            batch_scratch_fixed += round_up(Layer::scratch_size, 16);
            batch_scratch_per_sample += Layer::scratch_per_sample;
        }
    }
};

/// The places of a plan, computed once.
template <class Plan>
inline constexpr Memory<Plan> places = Memory<Plan>::of();

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/parts.hpp

// The first and the last beat of a step, cut into the parts that layers offer, so that threads can share them.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Runs the parts of all nodes side by side: node n has counts[n] of them, and calls[n](object, part) does one.
template <std::size_t Count, class Object>
void run_parts(const std::array<std::size_t, Count>& counts, const std::array<void (*)(const Object&, std::size_t), Count>& calls,
               const Object& object, std::size_t operations) {
    std::size_t total = 0;
    for (const std::size_t count : counts) total += count;
    parallel_for(total, operations, [&](std::size_t part, std::size_t) {
        std::size_t index = 0;
        while (part >= counts[index]) part -= counts[index++];
        calls[index](object, part);
    });
}

template <class Plan>
struct PrepareCall {
    using Scalar = typename Plan::Scalar;
    const Scalar* parameters;
    Scalar* prepared;

    template <std::size_t Index>
    static void node(const PrepareCall& call, std::size_t part) {
        Plan::template LayerAt<Index>::prepare(call.parameters + Plan::template first_parameter<Index>,
                                               call.prepared + places<Plan>.prepared[Index], part);
    }
};

template <class Plan>
struct FinishCall {
    using Scalar = typename Plan::Scalar;
    Finish<Scalar> shares;  // of the first node, and of the network's gradients

    template <std::size_t Index>
    static void node(const FinishCall& call, std::size_t part) {
        Finish<Scalar> shares = call.shares;
        shares.accumulators += places<Plan>.accumulators[Index];
        shares.gradients += Plan::template first_parameter<Index>;
        Plan::template LayerAt<Index>::finish(shares, part);
    }
};

}  // namespace detail

/// Parameters to what the plan's kernels read; `prepared` has room for places<Plan>.prepared_numbers.
template <class Plan>
void prepare(const typename Plan::Scalar* parameters, typename Plan::Scalar* prepared) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        detail::run_parts<Plan::count, detail::PrepareCall<Plan>>(
            {(Plan::template LayerAt<Index>::prepared_size ? Plan::template LayerAt<Index>::prepare_parts : 0)...},
            {&detail::PrepareCall<Plan>::template node<Index>...}, {parameters, prepared}, 16 * places<Plan>.prepared_numbers);
    }(std::make_index_sequence<Plan::count>{});
}

/// The accumulators of all shares, added in order, to gradients.
template <class Plan>
void finish(const Finish<typename Plan::Scalar>& shares) {
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        detail::run_parts<Plan::count, detail::FinishCall<Plan>>(
            {(Plan::template LayerAt<Index>::accumulator_size ? Plan::template LayerAt<Index>::finish_parts : 0)...},
            {&detail::FinishCall<Plan>::template node<Index>...}, {shares}, 4 * places<Plan>.accumulator_numbers * shares.shares);
    }(std::make_index_sequence<Plan::count>{});
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/workspace.hpp

namespace denim::inline DENIM_TARGET {

/// The numbers that a plan works on: a block for each thread, and a block for the batch. It knows where everything stands, and
/// hands each node the pointers of one call.
template <class Plan>
class Workspace {
public:
    using Scalar = typename Plan::Scalar;
    static constexpr const Memory<Plan>& memory = places<Plan>;

    explicit Workspace(std::size_t largest_batch)
        : capacity_(largest_batch),
          batch_(memory.batch_numbers * largest_batch),
          batch_records_(memory.batch_bytes * largest_batch),
          batch_scratch_(memory.batch_scratch_fixed + memory.batch_scratch_per_sample * largest_batch) {}

    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    /// Makes room for `count` threads; to be called before the threads start.
    void reserve_threads(std::size_t count) {
        while (threads_.size() < count) threads_.emplace_back();
    }

    /// Value `Value` of a sample, its border included.
    template <std::size_t Value>
    Scalar* activation(std::size_t sample, std::size_t worker) {
        return at<memory.activations[Value]>(Plan::layouts[Value].size(), sample, worker);
    }
    /// The gradient to it; none for the picture.
    template <std::size_t Value>
    Scalar* gradient(std::size_t sample, std::size_t worker) {
        return at<memory.gradients[Value]>(Plan::layouts[Value].size(), sample, worker);
    }

    /// The scratch of node `Index`: each thread's own, or for a layer on batches the only one.
    template <std::size_t Index>
    Scalar* scratch(std::size_t worker) {
        if constexpr (Layer<Index>::works == Works::on_samples) return threads_[worker].numbers.data() + memory.scratch[Index].offset;
        return batch_scratch_.data() + memory.scratch[Index].offset + memory.batch_scratch[Index] * capacity_;
    }

    /// The pointers of a forward call, for node `Index` and a sample (on batches: from sample 0).
    template <std::size_t Index>
    Forward<Scalar> forward(const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings, std::size_t sample,
                            std::size_t worker) {
        Forward<Scalar> call;
        each_input<Index>([&]<std::size_t N, std::size_t Value>() { call.inputs[N] = activation<Value>(sample, worker); });
        call.output = activation<node<Index>.to>(sample, worker);
        call.parameters = parameters + Plan::template first_parameter<Index>;
        call.prepared = prepared + memory.prepared[Index];
        call.record = Plan::mode == Mode::training ? record<Index>(sample, worker) : nullptr;
        call.scratch = scratch<Index>(worker);
        call.settings = &settings[node<Index>.first];
        call.last_band = Layer<Index>::bands;
        return call;
    }
    /// The pointers of a backward call, alike; accumulator and gradients are the caller's to add.
    template <std::size_t Index>
    Backward<Scalar> backward(const Scalar* parameters, const Scalar* prepared, std::span<const LayerSettings> settings, std::size_t sample,
                              std::size_t worker) {
        Backward<Scalar> call;
        each_input<Index>([&]<std::size_t N, std::size_t Value>() {
            call.inputs[N] = activation<Value>(sample, worker);
            call.input_gradients[N] = gradient<Value>(sample, worker);
        });
        call.output = activation<node<Index>.to>(sample, worker);
        call.output_gradient = gradient<node<Index>.to>(sample, worker);
        call.parameters = parameters + Plan::template first_parameter<Index>;
        call.prepared = prepared + memory.prepared[Index];
        call.record = record<Index>(sample, worker);
        call.scratch = scratch<Index>(worker);
        call.settings = &settings[node<Index>.first];
        return call;
    }

private:
    template <std::size_t Index>
    using Layer = typename Plan::template LayerAt<Index>;
    template <std::size_t Index>
    static constexpr Node node = Plan::template node<Index>;

    struct Thread {
        AlignedArray<Scalar> numbers{memory.thread_numbers};
        AlignedArray<std::uint8_t> records{memory.thread_bytes};
    };

    template <std::size_t Index, class Each>
    static void each_input(Each each) {
        [&]<std::size_t... N>(std::index_sequence<N...>) {
            (each.template operator()<N, node<Index>.from[N]>(), ...);
        }(std::make_index_sequence<node<Index>.inputs>{});
    }
    template <Place Of>
    Scalar* at(std::size_t size, std::size_t sample, std::size_t worker) {
        if constexpr (Of.held == Held::nowhere) return nullptr;
        if constexpr (Of.held == Held::by_thread) return threads_[worker].numbers.data() + Of.offset;
        return batch_.data() + Of.offset * capacity_ + sample * size;
    }
    template <std::size_t Index>
    std::uint8_t* record(std::size_t sample, std::size_t worker) {
        constexpr Place place = memory.records[Index];
        if constexpr (place.held == Held::nowhere) return nullptr;
        if constexpr (place.held == Held::by_thread) return threads_[worker].records.data() + place.offset;
        return batch_records_.data() + place.offset * capacity_ + sample * Layer<Index>::record_size;
    }

    std::size_t capacity_;
    AlignedArray<Scalar> batch_;
    AlignedArray<std::uint8_t> batch_records_;
    AlignedArray<Scalar> batch_scratch_;
    std::vector<Thread> threads_;
};

/// Calls body<Index>() for every node of [First, Last), in order.
template <std::size_t First, std::size_t Last, class Body>
constexpr void each_node(Body&& body) {
    [&]<std::size_t... Step>(std::index_sequence<Step...>) {
        (body.template operator()<First + Step>(), ...);
    }(std::make_index_sequence<Last - First>{});
}

/// The same, from the last to the first.
template <std::size_t First, std::size_t Last, class Body>
constexpr void each_node_reversed(Body&& body) {
    [&]<std::size_t... Step>(std::index_sequence<Step...>) {
        (body.template operator()<Last - 1 - Step>(), ...);
    }(std::make_index_sequence<Last - First>{});
}

/// Multiplications and additions of nodes [First, Last) for one sample, forward.
template <class Plan, std::size_t First, std::size_t Last>
constexpr std::size_t operations() {
    std::size_t total = 0;
    each_node<First, Last>([&]<std::size_t Index>() { total += Plan::template LayerAt<Index>::operations; });
    return total;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/predictor.hpp

namespace denim::inline DENIM_TARGET {

/// A trained network that answers: it owns prepared weights and never changes. Any number of threads may ask at once. A
/// picture's answer has the same bits alone and in any batch.
template <class Network>
class Predictor {
public:
    using Scalar = typename Network::Scalar;
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>;
    static constexpr std::size_t outputs = Network::output.size();

    explicit Predictor(const Network& network)
        : parameters_(network.parameters().size()),
          settings_(network.all_settings().begin(), network.all_settings().end()),
          prepared_(memory.prepared_numbers) {
        std::copy(network.parameters().begin(), network.parameters().end(), parameters_.data());
        prepare<Plan>(parameters_.data(), prepared_.data());
    }

    /// Logits (N, outputs) of pictures (N, H, W, C), or (outputs) of one picture (H, W, C); std::uint8_t or float.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const {
        const Pictures source = Pictures::of(pictures, Network::input);
        if constexpr (static_rank<Expression> == 3) {
            Array<Scalar, 1> logits(std::array{outputs});
            predict(source, logits.data());
            return logits;
        } else {
            Array<Scalar, 2> logits(std::array{source.count, outputs});
            predict(source, logits.data());
            return logits;
        }
    }

    /// The same, softmax taken: numbers from 0 to 1 that add to 1, for each head.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures) const {
        auto result = predict(pictures);
        for (std::size_t first = 0; first < result.size();)
            for (const std::size_t width : Network::heads) {
                const std::size_t numbers = Network::heads.size() == 1 ? outputs : width;
                softmax(result.data() + first, numbers);
                first += numbers;
            }
        return result;
    }

    /// The class with the largest logit for each head: (N, heads), or (heads) of one picture.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const {
        constexpr std::size_t heads = Network::heads.size();
        const auto logits = predict(pictures);
        const auto fill = [&](auto result) {
            const Scalar* from = logits.data();
            for (std::size_t n = 0; n < result.size(); from += Network::heads[n % heads], ++n)
                result.data()[n] = static_cast<std::int32_t>(std::max_element(from, from + Network::heads[n % heads]) - from);
            return result;
        };
        if constexpr (static_rank<Expression> == 3)
            return fill(Array<std::int32_t, 1>(std::array{heads}));
        else
            return fill(Array<std::int32_t, 2>(std::array{logits.shape(0), heads}));
    }

    /// Logits of `pictures`, one sample's after another's, into `to`.
    void predict(const Pictures& pictures, Scalar* to) const {
        const Borrowed work = workspaces_->take(std::min(pictures.count, chunk));
        for (std::size_t first = 0; first < pictures.count; first += chunk)
            run(*work.space, {pictures, first, std::min(chunk, pictures.count - first), to});
    }

private:
    using Space = Workspace<Plan>;
    static constexpr const Memory<Plan>& memory = places<Plan>;
    static constexpr bool load_in_stage = memory.activations[0].held == Held::by_thread;
    static constexpr std::size_t chunk = 64;  // samples that go through the stages together
    static constexpr std::size_t last_stage = Plan::stages.count - 1;
    template <std::size_t Index>
    using LayerAt = typename Plan::template LayerAt<Index>;
    template <std::size_t Index>
    static constexpr auto stage = Plan::stages.list[Index];

    struct Call {
        const Pictures& pictures;
        std::size_t first, count;
        Scalar* to;
    };

    // Workspaces go back after each call, so that the next one finds its memory warm.
    struct Borrowed;
    class Workspaces {
    public:
        Borrowed take(std::size_t samples) {
            std::unique_ptr<Space> space;
            {
                const std::scoped_lock lock{mutex_};
                if (!idle_.empty() && idle_.back()->capacity() >= samples) {
                    space = std::move(idle_.back());
                    idle_.pop_back();
                }
            }
            if (!space) space = std::make_unique<Space>(samples);
            space->reserve_threads(threads());
            return {this, std::move(space)};
        }
        void give_back(std::unique_ptr<Space> space) {
            const std::scoped_lock lock{mutex_};
            idle_.push_back(std::move(space));
        }

    private:
        std::mutex mutex_;
        std::vector<std::unique_ptr<Space>> idle_;
    };
    struct Borrowed {
        Workspaces* from;
        std::unique_ptr<Space> space;
        ~Borrowed() { from->give_back(std::move(space)); }
    };

    void run(Space& space, const Call& call) const {
        if constexpr (!load_in_stage)
            parallel_for(call.count, call.count * Network::input.size(),
                         [&](std::size_t sample, std::size_t worker) { load(space, call, sample, worker); });
        [&]<std::size_t... Stage>(std::index_sequence<Stage...>) {
            (run_stage<Stage>(space, call), ...);
        }(std::make_index_sequence<Plan::stages.count>{});
    }
    void load(Space& space, const Call& call, std::size_t sample, std::size_t worker) const {
        load_picture<Plan::layouts[0]>(call.pictures, call.first + sample, space.template activation<0>(sample, worker));
    }

    template <std::size_t Stage>
    void run_stage(Space& space, const Call& call) const {
        constexpr std::size_t work = operations<Plan, stage<Stage>.first, stage<Stage>.last>() + outputs;
        const auto sample_through = [&](std::size_t sample, std::size_t worker, auto run_node) {
            if constexpr (load_in_stage && Stage == 0) load(space, call, sample, worker);
            each_node<stage<Stage>.first, stage<Stage>.last>(run_node);
            if constexpr (Stage == last_stage)
                give(space.template activation<Plan::result>(sample, worker), call.to + (call.first + sample) * outputs);
        };
        if constexpr (stage<Stage>.works == Works::on_batches) {
            auto arguments = space.template forward<stage<Stage>.first>(parameters_.data(), prepared_.data(), settings_, 0, 0);
            arguments.count = call.count;
            LayerAt<stage<Stage>.first>::forward(arguments);
        } else if (call.count >= threads()) {
            parallel_for(call.count, work * call.count, [&](std::size_t sample, std::size_t worker) {
                sample_through(sample, worker, [&]<std::size_t Index>() {
                    LayerAt<Index>::forward(space.template forward<Index>(parameters_.data(), prepared_.data(), settings_, sample, worker));
                });
            });
        } else {  // few samples: the threads share the bands of each layer, and the values lie in the first thread's workspace
            for (std::size_t sample = 0; sample < call.count; ++sample)
                sample_through(sample, 0, [&]<std::size_t Index>() {
                    const auto arguments = space.template forward<Index>(parameters_.data(), prepared_.data(), settings_, sample, 0);
                    parallel_for(LayerAt<Index>::bands, LayerAt<Index>::operations, [&](std::size_t band, std::size_t worker) {
                        auto part = arguments;
                        part.scratch = space.template scratch<Index>(worker);
                        part.first_band = band;
                        part.last_band = band + 1;
                        LayerAt<Index>::forward(part);
                    });
                });
        }
    }

    // A picture that leaves, in HWC order without border and padding.
    static void give(const Scalar* from, Scalar* to) {
        detail::for_each_number<Plan::layouts[Plan::result]>([&](std::size_t flat, std::size_t place) { to[flat] = from[place]; });
    }
    static void softmax(Scalar* numbers, std::size_t count) {
        const Scalar largest = *std::max_element(numbers, numbers + count);
        Scalar sum{0};
        for (std::size_t k = 0; k < count; ++k) sum += numbers[k] = std::exp(numbers[k] - largest);
        for (std::size_t k = 0; k < count; ++k) numbers[k] /= sum;
    }

    AlignedArray<Scalar> parameters_;
    std::vector<LayerSettings> settings_;
    AlignedArray<Scalar> prepared_;
    std::unique_ptr<Workspaces> workspaces_ = std::make_unique<Workspaces>();
};

template <class Input, class Body, class Arithmetic>
Predictor(const Network<Input, Body, Arithmetic>&) -> Predictor<Network<Input, Body, Arithmetic>>;

template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::predict(const Expression& pictures) const {
    return Predictor{*this}.predict(pictures);
}
template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::probabilities(const Expression& pictures) const {
    return Predictor{*this}.probabilities(pictures);
}
template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::classes(const Expression& pictures) const {
    return Predictor{*this}.classes(pictures);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/head_losses.hpp

namespace denim::inline DENIM_TARGET {

/// The label of a head in a sample that has none there: no loss, no gradient.
inline constexpr std::int32_t no_label = -1;

/// What samples should give: labels (N, heads), or for losses that want them numbers (N, outputs); the other is empty.
struct Targets {
    std::span<const std::int32_t> labels = {};
    std::span<const float> numbers = {};
};

/// The losses of a network's heads: one for all, or one for each.
struct LossOfHeads {
    Loss all;
    std::vector<Loss> each = {};

    [[nodiscard]] const Loss& of(std::size_t head) const { return each.empty() ? all : each[head]; }
};

/// A sample under all heads of a network.
struct HeadLosses {
    double loss = 0;  ///< the sum over the heads, each times its weight
    double right =
        1;  ///< of the head that is furthest from right, among those that have a label; NaN where the loss does not say
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
        if (!(right >= all.right)) all.right = right;
    }
    return all;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/loss/not_finite.hpp

namespace denim::inline DENIM_TARGET {

/// A loss that is infinite or not a number; the step that found it has changed nothing.
class LossNotFinite : public std::runtime_error {
public:
    explicit LossNotFinite(std::uint64_t step)
        : std::runtime_error(
              "denim: the loss of step " + std::to_string(step) +
              " is not a finite number; lower the learning rate, or look for weights that have grown without bound") {}
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/batch.hpp

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

    [[nodiscard]] std::size_t size() const { return order.size(); }
};

/// The samples of a batch in shares, by its size alone: about eight shares, of at most eight samples each.
struct Shares {
    std::size_t samples, each, count;

    explicit constexpr Shares(std::size_t batch)
        : samples(batch), each(std::clamp<std::size_t>((batch + 7) / 8, 1, 8)), count((batch + each - 1) / each) {}

    [[nodiscard]] constexpr std::size_t first(std::size_t share) const { return share * each; }
    [[nodiscard]] constexpr std::size_t last(std::size_t share) const { return std::min(samples, first(share) + each); }

    /// The most shares that a batch of at most `largest` samples can have; 7 samples have more than 9.
    static constexpr std::size_t most(std::size_t largest) {
        return std::max(Shares{largest}.count, std::min<std::size_t>(largest, 8));
    }
};

/// What came out of a step: the mean loss of the batch, and how many samples were right; see HeadLosses.
struct StepResult {
    double loss = 0;
    double correct = 0;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/trainer.hpp

// One training step: a batch of pictures and labels in, the loss and the gradients of every parameter out.

namespace denim::inline DENIM_TARGET {

/// The memory of training, made once for the largest batch, and the three beats of a step.
template <class SourceGraph, class Arithmetic, class OneLoss>
class Trainer {
public:
    using Scalar = typename Arithmetic::Scalar;
    using Plan = denim::Plan<SourceGraph, Arithmetic, Mode::training>;

    explicit Trainer(std::size_t largest_batch, OneLoss loss = OneLoss{})
        : loss_(std::move(loss)),
          workspace_(largest_batch),
          gradients_(SourceGraph::trace.parameters),
          prepared_(memory.prepared_numbers),
          accumulators_(memory.accumulator_numbers * Shares::most(largest_batch)) {}

    /// Gradients of the batch's mean loss, laid out as the parameters; of rows that their layer moves, the next values.
    [[nodiscard]] std::span<Scalar> gradients() { return gradients_.span(); }

    /// Forward and backward. Throws if a picture or the loss is not finite; the parameters are only read.
    StepResult step(std::span<const Scalar> parameters, std::span<const LayerSettings> settings, const Batch& batch) {
        if (batch.size() == 0 || batch.size() > workspace_.capacity())
            throw std::invalid_argument("denim: a batch of 1 to " + std::to_string(workspace_.capacity()) +
                                        " pictures was expected, but it has " + std::to_string(batch.size()));
        const Step of{batch, Shares{batch.size()}, parameters.data(), settings};
        workspace_.reserve_threads(threads());
        results_.assign(of.shares.count, {});
        prepare<Plan>(parameters.data(), prepared_.data());
        if constexpr (!load_in_stage) load_batch(of);
        forward_stages(of, std::make_index_sequence<last_stage>{});
        run_last_stage(of);
        const StepResult result = join_results(batch);
        backward_stages(of, std::make_index_sequence<last_stage>{});
        finish<Plan>({accumulators_.data(), of.shares.count, memory.accumulator_numbers, gradients_.data()});
        return result;
    }

private:
    static constexpr const Memory<Plan>& memory = places<Plan>;
    static constexpr std::size_t last_stage = Plan::stages.count - 1;
    static constexpr bool load_in_stage = memory.activations[0].held == Held::by_thread;  // else for the whole batch at first
    static constexpr auto& heads = SourceGraph::heads;

    template <std::size_t Index>
    using LayerAt = typename Plan::template LayerAt<Index>;
    template <std::size_t Index>
    static constexpr auto stage = Plan::stages.list[Index];

    struct Step {
        const Batch& batch;
        Shares shares;
        const Scalar* parameters;
        std::span<const LayerSettings> settings;
    };

    // How the gradient to an input is given: the node nearest to the end writes, those before it add.
    template <std::size_t Index, std::size_t Input>
    static constexpr Gradient gradient_to() {
        const std::size_t value = Plan::template node<Index>.from[Input];
        if (value == 0) return Gradient::none;
        bool written = false;
        each_node<Index + 1, Plan::count>([&]<std::size_t Later>() {
            for (std::size_t n = 0; n < Plan::template node<Later>.inputs; ++n)
                written |= Plan::template node<Later>.from[n] == value;
        });
        for (std::size_t n = 0; n < Input; ++n)
            written |= Plan::template node<Index>.from[n] == value;  // read twice by one join
        return written ? Gradient::add : Gradient::write;
    }

    // The random numbers of a layer, step and sample.
    template <std::size_t Index>
    static Random random(const Step& of, std::size_t sample) {
        const std::uint64_t layer = Plan::template node<Index>.first + 1;
        return Random{Seed{of.batch.seed.value + 0x9E3779B97F4A7C15u * layer}, (of.batch.step << 24) + sample};
    }

    template <std::size_t Stage>
    void load(const Step& of, std::size_t sample, std::size_t worker) {
        if constexpr (load_in_stage && Stage == 0)
            load_picture<Plan::layouts[0]>(of.batch.pictures, of.batch.order[sample],
                                           workspace_.template activation<0>(sample, worker));
    }
    void load_batch(const Step& of) {
        parallel_for(of.batch.size(), of.batch.size() * SourceGraph::input.size(), [&](std::size_t sample, std::size_t worker) {
            load_picture<Plan::layouts[0]>(of.batch.pictures, of.batch.order[sample],
                                           workspace_.template activation<0>(sample, worker));
        });
    }

    template <std::size_t Index>
    void forward_node(const Step& of, std::size_t sample, std::size_t worker) {
        auto call = workspace_.template forward<Index>(of.parameters, prepared_.data(), of.settings, sample, worker);
        call.random = random<Index>(of, sample);
        call.count = LayerAt<Index>::works == Works::on_samples ? 1 : of.batch.size();
        LayerAt<Index>::forward(call);
    }
    template <std::size_t Index>
    void backward_node(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        auto call = workspace_.template backward<Index>(of.parameters, prepared_.data(), of.settings, sample, worker);
        call.random = random<Index>(of, sample);
        call.count = LayerAt<Index>::works == Works::on_samples ? 1 : of.batch.size();
        call.accumulator = accumulator<Index>(share);
        call.gradients = gradients_.data() + Plan::template first_parameter<Index>;
        [&]<std::size_t... Input>(std::index_sequence<Input...>) {
            LayerAt<Index>::template backward<gradient_to<Index, Input>()...>(call);
        }(std::make_index_sequence<Plan::template node<Index>.inputs>{});
    }
    template <std::size_t Index>
    Scalar* accumulator(std::size_t share) {
        return accumulators_.data() + share * memory.accumulator_numbers + memory.accumulators[Index];
    }

    template <std::size_t Stage, class Body>
    void over_shares(const Step& of, Body body) {
        constexpr std::size_t work = 3 * operations<Plan, stage<Stage>.first, stage<Stage>.last>() + SourceGraph::input.size();
        parallel_for(of.shares.count, work * of.batch.size(), body);
    }
    template <std::size_t Stage>
    void clear_accumulators(std::size_t share) {
        each_node<stage<Stage>.first, stage<Stage>.last>(
            [&]<std::size_t Index>() { std::fill_n(accumulator<Index>(share), LayerAt<Index>::accumulator_size, Scalar{0}); });
    }

    template <std::size_t... Stage>
    void forward_stages(const Step& of, std::index_sequence<Stage...>) {
        (forward_stage<Stage>(of), ...);
    }
    template <std::size_t Stage>
    void forward_stage(const Step& of) {
        if constexpr (stage<Stage>.works == Works::on_batches)
            forward_node<stage<Stage>.first>(of, 0, 0);
        else
            over_shares<Stage>(of, [&](std::size_t share, std::size_t worker) {
                for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                    load<Stage>(of, sample, worker);
                    each_node<stage<Stage>.first, stage<Stage>.last>(
                        [&]<std::size_t Index>() { forward_node<Index>(of, sample, worker); });
                }
            });
    }

    // The last stage goes forward and back sample by sample, while everything is still near.
    void run_last_stage(const Step& of) {
        over_shares<last_stage>(of, [&](std::size_t share, std::size_t worker) {
            clear_accumulators<last_stage>(share);
            for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                load<last_stage>(of, sample, worker);
                each_node<stage<last_stage>.first, Plan::count>(
                    [&]<std::size_t Index>() { forward_node<Index>(of, sample, worker); });
                take_loss(of, share, sample, worker);
                each_node_reversed<stage<last_stage>.first, Plan::count>(
                    [&]<std::size_t Index>() { backward_node<Index>(of, share, sample, worker); });
            }
        });
    }
    void take_loss(const Step& of, std::size_t share, std::size_t sample, std::size_t worker) {
        const Scalar* logits = workspace_.template activation<Plan::result>(sample, worker);
        const HeadLosses losses = head_losses(
            loss_, logits, heads, Targets{of.batch.labels, of.batch.numbers}, of.batch.order[sample], of.batch.head_weights,
            workspace_.template gradient<Plan::result>(sample, worker), 1.0 / static_cast<double>(of.batch.size()));
        results_[share].correct += losses.right;
        results_[share].loss += losses.loss;
    }
    StepResult join_results(const Batch& batch) const {
        StepResult result;
        for (const StepResult& share : results_) {
            result.loss += share.loss;
            result.correct += share.correct;
        }
        result.loss /= static_cast<double>(batch.size());
        if (!detail::is_finite(result.loss)) throw LossNotFinite{batch.step};
        return result;
    }

    template <std::size_t... Reversed>
    void backward_stages(const Step& of, std::index_sequence<Reversed...>) {
        (backward_stage<last_stage - 1 - Reversed>(of), ...);
    }
    template <std::size_t Stage>
    void backward_stage(const Step& of) {
        if constexpr (stage<Stage>.works == Works::on_batches)
            backward_node<stage<Stage>.first>(of, 0, 0, 0);
        else
            over_shares<Stage>(of, [&](std::size_t share, std::size_t worker) {
                clear_accumulators<Stage>(share);
                for (std::size_t sample = of.shares.first(share); sample < of.shares.last(share); ++sample) {
                    load<Stage>(of, sample, worker);
                    each_node_reversed<stage<Stage>.first, stage<Stage>.last>(
                        [&]<std::size_t Index>() { backward_node<Index>(of, share, sample, worker); });
                }
            });
    }

    OneLoss loss_;
    Workspace<Plan> workspace_;
    AlignedArray<Scalar> gradients_, prepared_, accumulators_;
    std::vector<StepResult> results_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/history.hpp

namespace denim::inline DENIM_TARGET {

/// Loss and accuracy over a set; NaN where there was none.
struct Score {
    double loss = std::numeric_limits<double>::quiet_NaN();
    double accuracy = std::numeric_limits<double>::quiet_NaN();
};

/// One pass over the training set. `train` is the mean over its batches while the network was learning from them.
struct Epoch {
    std::size_t number = 0;  ///< from 1
    Score train, validation;
    double rate = 0;     ///< the learning rate
    double seconds = 0;  ///< validation included
    double images_per_second = 0;  ///< of training alone
};

/// All passes of a run.
struct History {
    std::vector<Epoch> epochs;
    std::size_t best_epoch = 0;  ///< whose weights the network has now, where a callback went back to the best; else 0
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/schedule.hpp

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

/// What a class needs to be a schedule: the factor of the optimizer's rate in a step. It depends on the moment alone, so a run
/// that goes on from a checkpoint needs nothing more. It may have
///  - void check(validation): throws before the first step if it asks for a validation set and there is none.
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
          check_([]([[maybe_unused]] const void* erased, [[maybe_unused]] bool validation) {
              if constexpr (requires(const Type& type) { type.check(validation); })
                  static_cast<const Type*>(erased)->check(validation);
          }) {}

    explicit operator bool() const { return schedule_ != nullptr; }
    [[nodiscard]] float factor(const Moment& at) const { return schedule_ ? call_(schedule_.get(), at) : 1; }
    void check(bool validation) const {
        if (schedule_) check_(schedule_.get(), validation);
    }

private:
    std::shared_ptr<const void> schedule_;
    float (*call_)(const void*, const Moment&) = nullptr;
    void (*check_)(const void*, bool) = nullptr;
};

/// The factor of a rate that rises in equal parts, in `warm_up` steps, to what its schedule says.
inline float warm_up_factor(std::size_t step, std::size_t warm_up) {
    return step < warm_up ? static_cast<float>(step + 1) / static_cast<float>(warm_up + 1) : 1;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/averaging.hpp

namespace denim::inline DENIM_TARGET {

/// What a class needs to average weights: which share the weights after a step have in the average, 1 for them alone, 0 for
/// none. It depends on the moment of the step alone.
template <class Type>
concept AveragingType = std::copy_constructible<Type> && requires(const Type& averaging, const Moment& at) {
    { averaging.share(at) } -> std::convertible_to<double>;
};

/// Exponential moving average of the weights after each step: average = momentum * average + (1 - momentum) * weights, as
/// Keras's use_ema. 1 / (1 - momentum) steps should be a small part of the run.
struct Ema {
    double momentum = 0.99;

    [[nodiscard]] double share(const Moment& at) const { return at.step == 0 ? 1 : 1 - momentum; }
};

/// Stochastic weight averaging, Izmailov and others (2018): the mean of the weights after each epoch from `first_epoch` on;
/// best with a rate that is not small there.
struct Swa {
    std::size_t first_epoch = 10;

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
          }) {}

    explicit operator bool() const { return averaging_ != nullptr; }
    [[nodiscard]] double share(const Moment& at) const { return averaging_ ? call_(averaging_.get(), at) : 0; }

private:
    std::shared_ptr<const void> averaging_;
    double (*call_)(const void*, const Moment&) = nullptr;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/constant_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The optimizer's rate, after the warm-up.
struct ConstantRate {
    std::size_t warm_up = 0;  ///< steps

    [[nodiscard]] float factor(const Moment& at) const { return warm_up_factor(at.step, warm_up); }
};

static_assert(ScheduleType<ConstantRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/cosine_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls along a half cosine to `last` of itself at the end of the run: last + (1 - last) * (1 + cos(pi * step /
/// steps)) / 2. Keras: CosineDecay over the steps of the run, whose alpha is `last`.
struct CosineRate {
    float last = 0;
    std::size_t warm_up = 0;  ///< steps

    [[nodiscard]] float factor(const Moment& at) const {
        const float done = static_cast<float>(at.step) / static_cast<float>(at.steps());
        const float fall = 0.5f * (1 + std::cos(std::numbers::pi_v<float> * done));
        return warm_up_factor(at.step, warm_up) * (last + (1 - last) * fall);
    }
};

static_assert(ScheduleType<CosineRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/network/architecture.hpp

namespace denim::inline DENIM_TARGET::detail {

/// "Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, ...>", alike on every compiler.
template <class Network>
std::string architecture_of() {
    std::string text = spelling<typename Network::Picture>() + ", " + spelling<typename Network::Layers>();
    for (std::size_t at = text.find("> >"); at != text.npos; at = text.find("> >")) text.erase(at + 1, 1);
    return text;
}

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
    Pictures pictures;
    std::span<const std::int32_t> labels;
    std::vector<std::int32_t> kept;  ///< the labels, where they were not contiguous 32-bit integers
    std::size_t heads = 1;           ///< labels of each picture
    std::vector<float> numbers;      ///< (N, outputs), instead of labels, where the loss wants these

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

    /// The targets that a loss wants.
    template <LabelledImages Set>
    static Samples of(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                      const Loss& loss) {
        if (loss.wants() == Wants::numbers) return with_numbers(set, input, heads, name, loss);
        if constexpr (has_labels<Set>)
            return of(set, input, heads, name);
        else
            fail("the loss wants labels, whole numbers from 0, but the labels of the " + name + " set are fractions");
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
                 words(set.labels.shape()));
        samples.kept.reserve(set.labels.size());
        std::size_t place = 0, labelled = 0;
        for (const Label label : set.labels) {
            const std::size_t head = place % heads.size(), picture = place / heads.size();
            const bool none = heads.size() > 1 && std::cmp_equal(label, no_label);
            if (!none && (std::cmp_less(label, 0) || std::cmp_greater_equal(label, heads[head])))
                fail("label number " + std::to_string(picture) + " of the " + name + " set is " + std::to_string(label) +
                     (heads.size() == 1
                          ? ", but the network's last layer has " + std::to_string(heads[head]) +
                                " outputs: labels go from 0 to " + std::to_string(heads[head] - 1)
                          : " for head " + std::to_string(head) + ", but that has " + std::to_string(heads[head]) +
                                " outputs: labels go from 0 to " + std::to_string(heads[head] - 1) + ", or are " +
                                std::to_string(no_label) + " for no label"));
            labelled = head == 0 ? !none : labelled + !none;
            if (head + 1 == heads.size() && labelled == 0)
                fail("picture " + std::to_string(picture) + " of the " + name +
                     " set has no label for any head; expected one at least");
            samples.kept.push_back(static_cast<std::int32_t>(label));
            ++place;
        }
        samples.labels = samples.kept;
        if (samples.count() == 0) fail("the " + name + " set is empty; at least one picture was expected");
        if (samples.labels.size() != samples.count() * heads.size())
            fail("the " + name + " set has " + std::to_string(samples.count()) + " pictures, but " +
                 std::to_string(samples.labels.size() / heads.size()) + " labels; expected one for each");
        return samples;
    }

    /// Numbers. Throws if the set is empty, there is not one number for each output of each picture, or the loss does not
    /// accept one.
    template <LabelledImages Set>
    static Samples with_numbers(const Set& set, Shape input, std::span<const std::size_t> heads, const std::string& name,
                                const Loss& loss) {
        Samples samples;
        samples.pictures = Pictures::of(set.images, input);
        if (heads.size() != 1)
            fail("the loss wants numbers for one output, but the network has " + std::to_string(heads.size()) + " heads");
        const std::size_t outputs = heads[0], count = samples.count();
        if (count == 0) fail("the " + name + " set is empty; at least one picture was expected");
        const auto& shape = set.labels.shape();
        if (set.labels.size() != count * outputs || !(shape.size() == 2 || (shape.size() == 1 && outputs == 1)))
            fail("the loss wants labels of the " + name + " set in the shape (" + std::to_string(count) + ", " +
                 std::to_string(outputs) + "), a number for each output of each picture, but theirs is " + words(shape));
        samples.numbers.reserve(set.labels.size());
        for (const auto label : set.labels) {
            const auto number = static_cast<float>(label);
            if (!(std::abs(number) <= std::numeric_limits<float>::max()) || !loss.accepts(number))
                fail("number " + std::to_string(samples.numbers.size() % outputs) + " of picture " +
                     std::to_string(samples.numbers.size() / outputs) + " of the " + name + " set is " +
                     std::to_string(number) + ", which the loss does not accept");
            samples.numbers.push_back(number);
        }
        return samples;
    }

private:
    template <class Set>
    static constexpr bool has_labels = std::integral<std::remove_cvref_t<decltype(*std::declval<const Set&>().labels.begin())>>;

    [[noreturn]] static void fail(const std::string& what) { throw std::invalid_argument("denim: " + what); }
    template <class Extents>
    static std::string words(const Extents& extents) {
        std::string text;
        for (const auto extent : extents) text += (text.empty() ? "" : ", ") + std::to_string(extent);
        return '(' + text + (extents.size() == 1 ? ",)" : ")");
    }
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
    /// The network's type, as users write it.
    [[nodiscard]] virtual std::string architecture() const = 0;
    /// A table of the layers.
    [[nodiscard]] virtual std::string summary() const = 0;

    [[nodiscard]] virtual std::span<float> parameters() = 0;
    [[nodiscard]] virtual std::span<float> gradients() = 0;
    [[nodiscard]] virtual std::span<const Row> rows() const = 0;
    /// How each layer behaves, see Network::all_settings.
    [[nodiscard]] virtual std::span<LayerSettings> settings() = 0;
};

/// The one implementation.
template <class Network>
class LearnerOf final : public Learner {
    static_assert(std::is_same_v<typename Network::Scalar, float>,
                  "denim: fit: networks learn in fp32; a network of Plain<double> is for checks, through a Trainer.");

public:
    LearnerOf(Network& network, std::size_t largest_batch, const LossOfHeads& loss, std::vector<float> head_weights = {})
        : network_(network), loss_(loss), trainer_(largest_batch, loss), head_weights_(std::move(head_weights)) {
        network.update_rows();
    }

    StepResult step(const Batch& batch) override {
        Batch weighted = batch;
        weighted.head_weights = head_weights_;
        return trainer_.step(network_.parameters(), network_.all_settings(), weighted);
    }
    std::vector<float> logits(const Samples& samples) override {
        std::vector<float> all(samples.pictures.count * outputs);
        Predictor<Network>{network_}.predict(samples.pictures, all.data());
        return all;
    }
    Score score(std::span<const float> logits, const Samples& samples) const override {
        return denim::score<LossOfHeads, float>(loss_, logits, samples.targets(), Network::heads, head_weights_);
    }
    Shape input() const override { return Network::input; }
    std::size_t classes() const override { return outputs; }
    std::span<const std::size_t> heads() const override { return Network::heads; }
    std::string architecture() const override { return detail::architecture_of<Network>(); }
    std::string summary() const override { return network_.summary(); }
    std::span<float> parameters() override {
        return network_.edit_parameters([](std::span<float> all) { return all; });
    }
    std::span<float> gradients() override { return trainer_.gradients(); }
    std::span<const Row> rows() const override { return network_.rows(); }
    std::span<LayerSettings> settings() override { return network_.all_settings(); }

private:
    static constexpr std::size_t outputs = Network::output.channels;

    Network& network_;
    LossOfHeads loss_;
    Trainer<typename Network::Graph, typename Network::Numbers, LossOfHeads> trainer_;
    std::vector<float> head_weights_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/snapshot.hpp

namespace denim::inline DENIM_TARGET {

/// What callbacks remember of a run, by name.
struct CallbackMemory {
    std::map<std::string, double> numbers = {};
    std::map<std::string, std::vector<float>> arrays = {};
};

/// All that a run needs to go on as if it had never stopped. Random numbers come from counters, so the step and the epoch are
/// their whole state.
struct Snapshot {
    std::string run = {};  ///< network, data and options, as a text: another run cannot go on from here
    std::vector<float> parameters = {}, optimizer = {};
    std::vector<float> average = {};               ///< of the parameters, where there is one
    std::uint64_t step = 0;                        ///< that the optimizer has taken
    std::size_t epoch = 0, batch = 0, images = 0;  ///< see Run
    Score train = {0, 0};
    double seconds = 0;
    float rate = 0;
    bool finished = false;  ///< a callback has ended the run
    History history = {};
    CallbackMemory memory = {};
};

/// What takes snapshots and goes on from them: the training loop.
class Resumable {
public:
    Resumable() = default;
    Resumable(const Resumable&) = delete;
    Resumable& operator=(const Resumable&) = delete;
    virtual ~Resumable() = default;

    [[nodiscard]] virtual Snapshot snapshot() const = 0;
    /// Call it before the run begins, from on_begin. Throws std::invalid_argument if the snapshot is of another run.
    virtual void resume(const Snapshot& snapshot) = 0;
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
    float rate = 0;                   ///< the learning rate; a callback may change it, unless fit has a schedule
    bool stop = false;                ///< a callback sets it: the run ends after this batch
    bool interrupted =
        false;  ///< set with `stop` by what may go on later: the run ends without this epoch, and fit throws Interrupted
    const Samples* validation = nullptr;            ///< null where there is none
    std::span<const float> validation_logits = {};  ///< (N, classes), in on_epoch
    Resumable* resumable = nullptr;                 ///< takes and restores snapshots

    /// Whether the epoch has ended, and stands in the history.
    [[nodiscard]] bool between_epochs() const { return history.epochs.size() == epoch; }
};

namespace detail {

template <class Type>
concept HearsBegin = requires(Type& callback, Run& run) { callback.on_begin(run); };
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

/// What a class needs to be a callback: at least one of these, each taking a Run&. on_begin, on_batch and on_epoch (after
/// them), on_end; on_rest after on_batch and on_epoch, when all callbacks have heard these; on_nan where the loss of a step is
/// not finite: somebody has to set `stop`, or fit throws. What has to survive a kill goes through `remember(CallbackMemory&)
/// const` and `recall(const CallbackMemory&)`.
template <class Type>
concept Callback = detail::HearsBegin<Type> || detail::HearsBatch<Type> || detail::HearsEpoch<Type> ||
                   detail::HearsRest<Type> || detail::HearsNaN<Type> || detail::HearsEnd<Type>;

/// A callback without its type; it refers to the caller's object.
class CallbackReference {
public:
    template <Callback Type>
    explicit CallbackReference(Type& callback) : callback_(std::addressof(callback)) {
        if constexpr (detail::HearsBegin<Type>)
            begin_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_begin(run); };
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
        if constexpr (detail::HearsEnd<Type>) end_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_end(run); };
    }

    void on_begin(Run& run) const { begin_(callback_, run); }
    void on_batch(Run& run) const { batch_(callback_, run); }
    void on_epoch(Run& run) const { epoch_(callback_, run); }
    void on_rest(Run& run) const { rest_(callback_, run); }
    void on_nan(Run& run) const { nan_(callback_, run); }
    void on_end(Run& run) const { end_(callback_, run); }
    void remember(CallbackMemory& memory) const { remember_(callback_, memory); }
    void recall(CallbackMemory& memory) const { recall_(callback_, memory); }

private:
    using Hook = void (*)(void*, Run&);
    static constexpr Hook nothing = [](void*, Run&) {};

    using MemoryHook = void (*)(void*, CallbackMemory&);
    static constexpr MemoryHook no_memory = [](void*, CallbackMemory&) {};

    void* callback_;
    Hook begin_ = nothing, batch_ = nothing, epoch_ = nothing, rest_ = nothing, nan_ = nothing, end_ = nothing;
    MemoryHook remember_ = no_memory, recall_ = no_memory;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/csv_log.hpp

namespace denim::inline DENIM_TARGET {

/// The history as comma-separated lines under a header; numbers that there are not are left empty.
inline std::string csv(const History& history) {
    std::string text = "epoch,loss,accuracy,validation_loss,validation_accuracy,rate,images_per_second,seconds\n";
    for (const Epoch& epoch : history.epochs) {
        text += std::to_string(epoch.number);
        for (const double number : {epoch.train.loss, epoch.train.accuracy, epoch.validation.loss, epoch.validation.accuracy,
                                    epoch.rate, epoch.images_per_second, epoch.seconds}) {
            char digits[40] = ",";
            if (number == number) std::snprintf(digits, sizeof digits, ",%.9g", number);
            text += digits;
        }
        text += '\n';
    }
    return text;
}

/// Keeps a table of all epochs in a file; it is whole after each epoch, and after a resumed run it looks as if that had never
/// stopped.
struct CsvLog {
    std::filesystem::path file;

    void on_epoch(Run& run) const {
        AtomicFile table{file};
        table.write(csv(run.history));
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

/// Listens for as long as it lives.
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
    SignalGuard() {
        interrupt_asked = 0;
        interrupt_before_ = std::signal(SIGINT, ask_to_interrupt);
        terminate_before_ = std::signal(SIGTERM, ask_to_interrupt);
    }
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;
    ~SignalGuard() {
        std::signal(SIGINT, interrupt_before_);
        std::signal(SIGTERM, terminate_before_);
    }

private:
    void (*interrupt_before_)(int);
    void (*terminate_before_)(int);
};

}  // namespace detail

/// Ctrl-C (or the signal TERM) ends the run after the current batch: the callbacks save what they have, then `fit` throws
/// Interrupted, whose exit_status is 130. A Checkpoint beside it lets the same command go on from that batch. A second Ctrl-C
/// ends the program at once.
struct CtrlC {
    void on_begin(Run&) { guard_ = detail::SignalGuard::shared(); }
    void on_batch(Run& run) const { look(run); }
    void on_epoch(Run& run) const { look(run); }
    void on_end(Run&) { guard_.reset(); }

    static void look(Run& run) {
        if (detail::interrupt_asked == 0 || run.stop) return;
        run.stop = run.interrupted = true;
    }

    std::shared_ptr<detail::SignalGuard> guard_ = nullptr;
};

static_assert(Callback<CtrlC>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/monitor.hpp

namespace denim::inline DENIM_TARGET {

/// Which score of an epoch is watched.
enum class Monitor { validation_loss, validation_accuracy, train_loss, train_accuracy };

[[nodiscard]] constexpr bool watches_validation(Monitor monitor) {
    return monitor == Monitor::validation_loss || monitor == Monitor::validation_accuracy;
}

namespace detail {

[[noreturn]] inline void throw_no_validation(const std::string& who) {
    throw std::invalid_argument(
        "denim: " + who +
        " watches a validation score, but fit was given no validation set; give one, or choose Monitor::train_loss");
}

}  // namespace detail

/// The score, smaller is better: accuracies are negated. Throws std::invalid_argument under the name of the callback that asks
/// if there was no validation set, or no accuracy because the loss has none.
inline double watched_score(Monitor monitor, const Epoch& epoch, const std::string& who) {
    const double score = monitor == Monitor::train_loss            ? epoch.train.loss
                         : monitor == Monitor::train_accuracy      ? -epoch.train.accuracy
                         : monitor == Monitor::validation_accuracy ? -epoch.validation.accuracy
                                                                   : epoch.validation.loss;
    const Score& validation = epoch.validation;
    const bool no_validation = validation.loss != validation.loss && validation.accuracy != validation.accuracy;
    if (watches_validation(monitor) && no_validation) detail::throw_no_validation(who);
    const bool watches_accuracy = monitor == Monitor::train_accuracy || monitor == Monitor::validation_accuracy;
    if (score != score && watches_accuracy)
        throw std::invalid_argument("denim: " + who + " watches an accuracy, but the loss of this run has none; choose " +
                                    (watches_validation(monitor) ? "Monitor::validation_loss" : "Monitor::train_loss"));
    return score;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/early_stopping.hpp

namespace denim::inline DENIM_TARGET {

/// Ends a run when the watched score has not improved for `patience` epochs, and gives the network the weights of its best
/// epoch.
struct EarlyStopping {
    std::size_t patience = 2;
    double minimum_improvement = 0;  ///< a smaller one does not count
    Monitor monitor = Monitor::validation_loss;
    bool restore_best = true;

    void on_begin(Run&) {
        best_ = std::numeric_limits<double>::max();
        best_epoch_ = 0;
        best_parameters_.clear();
    }
    void on_epoch(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = watched_score(monitor, epoch, "EarlyStopping");
        if (best_epoch_ == 0 || score < best_ - minimum_improvement) {
            best_ = score;
            best_epoch_ = epoch.number;
            if (restore_best) best_parameters_.assign(run.learner.parameters().begin(), run.learner.parameters().end());
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
    std::vector<float> best_parameters_ = {};
};

static_assert(Callback<EarlyStopping>);

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

#include <ostream>

namespace denim::inline DENIM_TARGET {

/// How one head of a network does, on the pictures that have a label for it.
struct HeadEvaluation {
    std::size_t count = 0, correct = 0;
    double loss = 0, accuracy = 0;
    /// confusion(true class, predicted class): how many pictures.
    Array<std::size_t, 2> confusion;

    friend std::ostream& operator<<(std::ostream& out, const HeadEvaluation& result) {
        out << "accuracy " << result.accuracy << " (" << result.correct << " of " << result.count << "), loss " << result.loss
            << '\n';
        if (result.confusion.shape(0) > 100) return out;
        out << "class  pictures  precision  recall     F1\n";
        std::size_t number = 0;
        for (const ClassScore& score : class_scores(result.confusion)) {
            char line[80];
            std::snprintf(line, sizeof line, "%5zu  %8zu  %9.4f  %6.4f  %5.4f\n", number++, score.count, score.precision,
                          score.recall, score.f1);
            out << line;
        }
        return out;
    }
};

/// How a trained network does on a set. Of several heads, a picture counts as correct where all that have a label are, and the
/// loss is the sum over the heads.
struct Evaluation : HeadEvaluation {
    /// Each head by itself; of a network with one output it says the same again. With several, `confusion` has no classes.
    std::vector<HeadEvaluation> heads = {};

    friend std::ostream& operator<<(std::ostream& out, const Evaluation& result) {
        if (result.heads.size() < 2) return out << static_cast<const HeadEvaluation&>(result);
        out << "all heads: accuracy " << result.accuracy << " (" << result.correct << " of " << result.count << "), loss "
            << result.loss << '\n';
        for (std::size_t head = 0; head < result.heads.size(); ++head) out << "head " << head << ": " << result.heads[head];
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
        const auto predicted = static_cast<std::size_t>(std::max_element(sample, sample + classes) - sample);
        const auto label = static_cast<std::size_t>(of.labels[n]);
        ++result.confusion(label, predicted);
        result.correct += predicted == label;
    }
    if (result.count == 0) return result;
    const Score mean = score<SoftmaxCrossEntropy, Scalar>({}, of.logits, {of.labels}, std::span{&classes, 1});
    result.loss = mean.loss;
    result.accuracy = mean.accuracy;
    return result;
}

}  // namespace detail

/// Scores a network on a set of labelled images (`images`, `labels`).
template <class Network, LabelledImages Set>
Evaluation evaluate(const Network& network, const Set& set) {
    using Scalar = typename Network::Scalar;
    const Samples samples = Samples::of(set, Network::input, Network::heads, "test");
    std::vector<Scalar> logits(samples.count() * Network::output.channels);
    Predictor{network}.predict(samples.pictures, logits.data());
    Evaluation result;
    for (std::size_t head = 0; head < Network::heads.size(); ++head)
        result.heads.push_back(
            detail::evaluate_head(head_slice<Scalar>(logits, samples.labels, Network::heads, head), Network::heads[head]));
    if constexpr (Network::heads.size() == 1) {
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

/// Mean of another loss and its accuracy, on a set with the targets that it wants.
template <class Network, LabelledImages Set>
Score evaluate(const Network& network, const Set& set, const Loss& loss) {
    const Samples samples = Samples::of(set, Network::input, Network::heads, "test", loss);
    std::vector<float> logits(samples.count() * Network::output.channels);
    Predictor{network}.predict(samples.pictures, logits.data());
    return score<Loss, float>(loss, logits, samples.targets(), Network::heads);
}

/// From two arrays.
template <class Network, class Images, class Labels>
    requires(!LabelledImages<Images>)
Evaluation evaluate(const Network& network, const Images& images, const Labels& labels) {
    return evaluate(network, LabelledPair{images, labels});
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/exponential_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls from step to step, to `by` of itself in an epoch. Keras: ExponentialDecay with the steps of an epoch.
struct ExponentialRate {
    float by = 0.9f;
    std::size_t warm_up = 0;  ///< steps

    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>(at.step) / static_cast<float>(at.batches));
    }
};

static_assert(ScheduleType<ExponentialRate>);

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

    friend bool operator==(const Augmentation&, const Augmentation&) = default;

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
    Augmentation augmentation{};           ///< how the pictures of the training set, then bytes, change from epoch to epoch
    std::vector<float> head_weights = {};  ///< of a network with Heads: what the loss of each counts; all 1 unless set
    std::vector<Loss> head_losses = {};    ///< likewise: the loss of each, which wants labels; `loss` for all unless set
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/data/batches.hpp

namespace denim::inline DENIM_TARGET {

/// Where batches come from: a DataSet in memory, or a StreamedDataSet on disk. Many threads may read at once.
template <class Type>
concept PictureSource = requires(const Type& source, std::size_t index, std::uint8_t* to) {
    { source.size() } -> std::convertible_to<std::size_t>;
    { source.shape() } -> std::convertible_to<Shape>;
    { source.label(index) } -> std::convertible_to<std::int32_t>;
    source.read(index, to);
};

/// The order of `count` samples in an epoch (the first is 1): shuffled anew in each, by the seed.
inline std::vector<std::uint32_t> epoch_order(std::size_t count, Seed seed, std::uint64_t epoch, bool shuffled = true) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    if (shuffled) shuffle(order, Random{seed, epoch});
    return order;
}

/// Reads the pictures at `places` one after the other to `to`, each changed as `augmentation` says, on all threads. What a
/// picture becomes depends on seed, epoch and its place in the source alone. Scalar is std::uint8_t (0 to 255) or float (0 to
/// 1).
template <PictureSource Source, class Scalar>
void gather(const Source& source, std::span<const std::uint32_t> places, const Augmentation& augmentation, Seed seed,
            std::uint64_t epoch, Scalar* to) {
    const Shape shape = source.shape();
    const bool plain = augmentation == Augmentation{.ground = augmentation.ground} && sizeof(Scalar) == 1;
    std::vector<std::vector<std::uint8_t>> rooms(threads());
    parallel_for(places.size(), places.size() * shape.size() * 8, [&](std::size_t i, std::size_t worker) {
        Scalar* picture = to + i * shape.size();
        if constexpr (sizeof(Scalar) == 1)
            if (plain) return source.read(places[i], picture);
        std::vector<std::uint8_t>& room = rooms[worker];
        room.resize(shape.size());
        source.read(places[i], room.data());
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
    }

    /// How many batches there are.
    [[nodiscard]] std::size_t size() const { return (order_.size() + batch_ - 1) / batch_; }

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
// ---- denim/training/augmented_batches.hpp

#include <future>

namespace denim::inline DENIM_TARGET {

/// The batches of a training set, each picture changed anew in each epoch. While a network learns from one batch, a thread of
/// its own changes the pictures of the next, unless the program is held to one thread. A picture becomes the same for any
/// number of threads and any size of batches.
class AugmentedBatches {
public:
    /// Keeps a reference to `samples`. Throws unless their pictures are bytes.
    AugmentedBatches(const Samples& samples, const Augmentation& augmentation, Seed seed, std::size_t largest)
        : samples_(samples), augmentation_(augmentation), seed_(seed), places_(largest) {
        if (!samples.pictures.bytes)
            throw std::invalid_argument(
                "denim: fit: augmentation changes pictures of std::uint8_t, but the training set has floats");
        std::iota(places_.begin(), places_.end(), 0u);
        for (Room& room : rooms_) {
            room.bytes.resize(largest * samples.pictures.shape.size());
            room.labels.resize(samples.labels.empty() ? 0 : largest * samples.heads);
            room.numbers.resize(largest * samples.width());
            room.pictures = {samples.pictures.shape, largest, room.bytes.data()};
        }
    }

    AugmentedBatches(const AugmentedBatches&) = delete;
    AugmentedBatches& operator=(const AugmentedBatches&) = delete;
    ~AugmentedBatches() = default;

    /// Starts to change the pictures at `order`, which stays alive until `take` gave them.
    void prepare(std::span<const std::uint32_t> order, std::uint64_t epoch) {
        Room& room = rooms_[next_ % 2];
        const auto policy = threads() > 1 ? std::launch::async : std::launch::deferred;
        room.size = order.size();
        room.changed = std::async(policy, [this, &room, order, epoch] { change(room, order, epoch); });
    }

    /// Waits for the pictures that were prepared; they stand until the next but one are.
    Batch take(std::uint64_t step) {
        Room& room = rooms_[next_++ % 2];
        room.changed.get();
        return {room.pictures, room.labels, std::span{places_}.first(room.size), seed_, step, {}, room.numbers};
    }

private:
    struct Room {
        std::vector<std::uint8_t> bytes;
        std::vector<std::int32_t> labels;
        std::vector<float> numbers;
        Pictures pictures;
        std::size_t size = 0;
        std::future<void> changed;  // last, so that its thread has ended before the rest goes
    };

    void change(Room& room, std::span<const std::uint32_t> order, std::uint64_t epoch) const {
        const std::size_t size = samples_.pictures.shape.size();
        for (std::size_t n = 0; n < order.size(); ++n) {
            if (!samples_.labels.empty())
                std::copy_n(&samples_.labels[order[n] * samples_.heads], samples_.heads, &room.labels[n * samples_.heads]);
            const std::size_t width = samples_.width();
            std::copy_n(samples_.numbers.data() + order[n] * width, width, room.numbers.data() + n * width);
            augmentation_.apply(samples_.pictures.bytes + order[n] * size, samples_.pictures.shape,
                                room.bytes.data() + n * size, Augmentation::random_of(seed_, epoch, order[n]));
        }
    }

    const Samples& samples_;
    Augmentation augmentation_;
    Seed seed_;
    std::vector<std::uint32_t> places_;
    std::array<Room, 2> rooms_;
    std::size_t next_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
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
        parallel_for((parameters.size() + block - 1) / block, 4 * parameters.size(), [&](std::size_t index, std::size_t) {
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
    void resume(std::vector<float> average) {
        numbers_ = std::move(average);
        shown_ = false;
    }

private:
    std::vector<float> numbers_;
    bool shown_ = false;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/describe_run.hpp

namespace denim::inline DENIM_TARGET::detail {

/// FNV-1a over numbers.
class Sum {
public:
    void add(std::uint64_t number) { sum_ = (sum_ ^ number) * 0x100000001b3; }
    void add(float number) { add(std::uint64_t{std::bit_cast<std::uint32_t>(number)}); }
    /// To six places, so that another machine's rounding gives the same.
    void add_rounded(double number) { add(static_cast<std::uint64_t>(std::llround(number * 1e6))); }
    [[nodiscard]] std::uint64_t value() const { return sum_; }

private:
    std::uint64_t sum_ = 0xcbf29ce484222325;
};

/// What a schedule and an averaging do at sixteen moments of a run whose scores do not change.
inline void add_moments(Sum& sum, const FitOptions& options, std::size_t batches) {
    History history;
    for (std::size_t n = 0; n < 16; ++n) {
        const std::size_t step = batches * options.epochs * n / 16;
        for (std::size_t epoch = history.epochs.size() + 1; epoch <= step / batches; ++epoch)
            history.epochs.push_back({epoch, {1, 0.5}, {1, 0.5}});
        const Moment at{step, batches, options.epochs, history},
            end{step / batches * batches + batches - 1, batches, options.epochs, history};
        sum.add_rounded(static_cast<double>(options.schedule.factor(at)));
        sum.add_rounded(options.averaging.share(at));
        sum.add_rounded(options.averaging.share(end));
    }
}

/// What a loss says of made-up logits, on the first pictures.
inline void add_loss(Sum& sum, const LossOfHeads& loss, const Learner& learner, const Samples& train) {
    std::vector<float> logits(learner.classes()), gradient(learner.classes());
    for (std::size_t k = 0; k < logits.size(); ++k) logits[k] = static_cast<float>(k * 7 % 5) * 0.5f - 1;
    for (std::size_t n = 0; n < std::min<std::size_t>(train.count(), 16); ++n)
        sum.add_rounded(head_losses(loss, logits.data(), learner.heads(), train.targets(), n, {}, gradient.data(), 1).loss);
}

/// What has to be equal for the same bits, as a text; sums of what is long.
inline std::string describe_run(const Learner& learner, const Samples& train, const FitOptions& options) {
    Sum labels, settings;
    for (const std::int32_t label : train.labels) labels.add(static_cast<std::uint64_t>(label));
    for (const float number : train.numbers) labels.add(number);
    add_loss(settings, {options.loss, options.head_losses}, learner, train);
    for (const Row& row : learner.rows()) {
        settings.add(std::uint64_t{row.trained ? 1u : 0u});
        settings.add(static_cast<std::uint64_t>(static_cast<double>(row.l2) * 1e15));
    }
    const Augmentation& change = options.augmentation;
    for (const float range :
         {change.shift, change.turn, change.zoom, change.crop, change.brightness, change.contrast, change.saturation,
          change.hue, change.erase, static_cast<float>(change.ground), change.flip ? 1.0f : 0.0f})
        settings.add(range);
    for (const float weight : options.head_weights) settings.add(weight);
    for (const float number : options.optimizer.trial()) settings.add_rounded(static_cast<double>(number));
    add_moments(settings, options, (train.count() + options.batch - 1) / options.batch);
    std::ostringstream text;
    text << learner.architecture() << "; " << train.count() << " pictures, labels " << std::hex << labels.value() << std::dec
         << "; batch " << options.batch << ", seed " << options.seed.value << (options.shuffle ? "" : ", not shuffled")
         << (change != Augmentation{} ? ", augmented" : "") << "; rate " << options.optimizer.rate() << ", "
         << options.optimizer.state_arrays() << " numbers of the optimizer for each parameter";
    if (options.schedule) text << ", scheduled";
    if (options.averaging) text << ", averaged";
    if (options.schedule || options.averaging) text << " over " << options.epochs << " epochs";
    if (options.clip_norm > 0) text << ", clipped at " << options.clip_norm;
    text << "; settings " << std::hex << settings.value();
    return text.str();
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/training/interrupted.hpp

namespace denim::inline DENIM_TARGET {

/// Somebody ended a run from outside; everything is saved. Programs return `exit_status`.
class Interrupted : public std::runtime_error {
public:
    static constexpr int exit_status = 130;  ///< what shells give for Ctrl-C

    Interrupted(std::size_t epoch, std::size_t batch)
        : std::runtime_error("denim: fit: interrupted after batch " + std::to_string(batch) + " of epoch " +
                             std::to_string(epoch)) {}
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/training_loop.hpp

#include <chrono>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The training loop, for any network.
class TrainingLoop final : public Resumable {
public:
    TrainingLoop(Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
                 std::span<const CallbackReference> callbacks)
        : learner_(learner),
          train_(train),
          validation_(validation),
          options_(options),
          callbacks_(callbacks),
          state_(options.optimizer, learner.parameters().size()),
          run_{learner, history_} {
        options.schedule.check(validation != nullptr);
        run_.epochs = options.epochs;
        run_.training_images = train.count();
        run_.rate = options.optimizer.rate();
        run_.batches = (train.count() + options.batch - 1) / options.batch;
        run_.validation = validation;
        run_.resumable = this;
        if (options.augmentation != Augmentation{})
            augmented_.emplace(train, options.augmentation, options.seed, std::min(options.batch, train.count()));
    }

    History run() {
        tell(&CallbackReference::on_begin);
        if (resumed_)
            for (const CallbackReference& callback : callbacks_) callback.recall(*resumed_);
        while (!run_.stop && !(run_.between_epochs() && run_.epoch >= options_.epochs)) {
            if (run_.between_epochs()) {
                average_.show(false, learner_.parameters());
                ++run_.epoch;
                run_.batch = run_.images = 0;
                run_.train = {0, 0};
                run_.seconds = 0;
            }
            const double before = run_.seconds;
            start_ = Clock::now();
            if (!learn(before)) break;
            end_epoch(before);
        }
        if (run_.between_epochs()) average_.show(true, learner_.parameters());
        tell(&CallbackReference::on_end);
        if (run_.interrupted) throw Interrupted{run_.epoch, run_.batch};
        return history_;
    }

    Snapshot snapshot() const override {
        Snapshot all{describe()};
        const std::span<const float> now = learner_.parameters(), beside = average_.numbers();
        const auto& [learning, average] = average_.shown() ? std::pair{beside, now} : std::pair{now, beside};
        all.parameters.assign(learning.begin(), learning.end());
        all.average.assign(average.begin(), average.end());
        all.optimizer.assign(state_.numbers.data(), state_.numbers.data() + state_.numbers.size());
        all.step = state_.step;
        all.epoch = run_.epoch;
        all.batch = run_.batch;
        all.images = run_.images;
        all.train = run_.train;
        all.seconds = run_.seconds;
        all.rate = run_.rate;
        all.finished = run_.stop && !run_.interrupted;
        all.history = history_;
        for (const CallbackReference& callback : callbacks_) callback.remember(all.memory);
        return all;
    }

    void resume(const Snapshot& from) override {
        const std::string here = describe();
        if (from.run != here || from.parameters.size() != learner_.parameters().size() ||
            (!from.average.empty() && from.average.size() != from.parameters.size()) ||
            from.optimizer.size() != state_.numbers.size() || from.batch > run_.batches || from.images > train_.count() ||
            from.history.epochs.size() > from.epoch || from.history.epochs.size() + 1 < from.epoch)
            throw std::invalid_argument(
                "denim: fit: the snapshot is of another run, so this one cannot go on from it\n    snapshot: " + from.run +
                "\n    this run: " + here);
        std::copy(from.parameters.begin(), from.parameters.end(), learner_.parameters().begin());
        std::copy(from.optimizer.begin(), from.optimizer.end(), state_.numbers.data());
        average_.resume(from.average);
        state_.step = static_cast<std::size_t>(from.step);
        run_.epoch = from.epoch;
        run_.batch = from.batch;
        run_.images = from.images;
        run_.train = from.train;
        run_.seconds = from.seconds;
        run_.rate = from.rate;
        run_.stop = from.finished;
        history_ = from.history;
        resumed_ = from.memory;
    }

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] double seconds_now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
    void tell(void (CallbackReference::*hook)(Run&) const) {
        for (const CallbackReference& callback : callbacks_) (callback.*hook)(run_);
    }
    [[nodiscard]] std::span<const std::uint32_t> places(std::size_t batch) const {
        const std::size_t first = batch * options_.batch;
        return std::span{order_}.subspan(first, std::min(options_.batch, train_.count() - first));
    }

    [[nodiscard]] std::string describe() const { return describe_run(learner_, train_, options_); }
    /// Of the step that comes next.
    [[nodiscard]] Moment moment() const {
        return {(run_.epoch - 1) * run_.batches + run_.batch, run_.batches, options_.epochs, history_};
    }

    StepResult next_step() {
        StepResult result;
        if (!augmented_) {
            result = learner_.step(
                {train_.pictures, train_.labels, places(run_.batch), options_.seed, state_.step, {}, train_.numbers});
        } else {
            const Batch batch = augmented_->take(state_.step);
            if (run_.batch + 1 < run_.batches) augmented_->prepare(places(run_.batch + 1), run_.epoch);
            result = learner_.step(batch);
        }
        result.loss += add_l2(learner_.rows(), learner_.parameters(), learner_.gradients());
        if (!is_finite(result.loss)) throw LossNotFinite{state_.step};
        return result;
    }

    /// The rest of the epoch; false if it ends before it is whole and does not count.
    bool learn(double before) {
        order_ = epoch_order(train_.count(), options_.seed, run_.epoch, options_.shuffle);
        if (augmented_ && run_.batch < run_.batches) augmented_->prepare(places(run_.batch), run_.epoch);
        while (run_.batch < run_.batches && !run_.stop) {
            const std::size_t size = places(run_.batch).size();
            StepResult result;
            try {
                result = next_step();
            } catch (const LossNotFinite&) {
                tell(&CallbackReference::on_nan);
                if (!run_.stop) throw;
                return false;
            }
            const Moment now = moment();
            if (options_.schedule) run_.rate = options_.optimizer.rate() * options_.schedule.factor(now);
            if (options_.clip_norm > 0) clip_by_norm(learner_.rows(), learner_.gradients(), options_.clip_norm);
            update_parameters(options_.optimizer, state_, learner_.rows(), learner_.parameters(), learner_.gradients(),
                              run_.rate);
            average_.take(learner_.parameters(), options_.averaging.share(now));
            const auto share = static_cast<double>(size) / static_cast<double>(run_.images + size);
            run_.train.loss += (result.loss - run_.train.loss) * share;
            run_.train.accuracy += (result.correct / static_cast<double>(size) - run_.train.accuracy) * share;
            run_.images += size;
            ++run_.batch;
            run_.seconds = before + seconds_now();
            tell(&CallbackReference::on_batch);
            tell(&CallbackReference::on_rest);
        }
        return !run_.interrupted;
    }

    void end_epoch(double before) {
        Epoch epoch{run_.epoch, run_.train, {}, static_cast<double>(run_.rate)};
        epoch.images_per_second = static_cast<double>(run_.images) / run_.seconds;
        average_.show(true, learner_.parameters());
        std::vector<float> logits;
        if (validation_) {
            logits = learner_.logits(*validation_);
            epoch.validation = learner_.score(logits, *validation_);
        }
        epoch.seconds = before + seconds_now();
        history_.epochs.push_back(epoch);
        run_.validation_logits = logits;
        tell(&CallbackReference::on_epoch);
        tell(&CallbackReference::on_rest);
        run_.validation_logits = {};
    }

    Learner& learner_;
    const Samples& train_;
    const Samples* validation_;
    const FitOptions& options_;
    std::span<const CallbackReference> callbacks_;
    History history_;
    OptimizerState state_;
    AveragedParameters average_;
    Run run_;
    std::vector<std::uint32_t> order_;
    std::optional<AugmentedBatches> augmented_;
    std::optional<CallbackMemory> resumed_;
    Clock::time_point start_;
};

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/fit.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

inline void check(const FitOptions& options) {
    if (options.epochs == 0 || options.batch == 0)
        throw std::invalid_argument("denim: fit: at least 1 epoch and batches of at least 1 picture were expected, but got " +
                                    std::to_string(options.epochs) + " epochs and batches of " + std::to_string(options.batch));
    if (!(options.clip_norm >= 0))
        throw std::invalid_argument("denim: fit: a clip_norm of at least 0 was expected, but got " +
                                    std::to_string(options.clip_norm));
}

inline void check_head_weights(const std::vector<float>& weights, std::size_t heads) {
    if (!weights.empty() && weights.size() != heads)
        throw std::invalid_argument("denim: fit: the network has " + std::to_string(heads) + " heads, but " +
                                    std::to_string(weights.size()) + " head_weights came; expected one for each, or none");
    for (const float weight : weights)
        if (!(weight >= 0) || !is_finite(weight))
            throw std::invalid_argument("denim: fit: head_weights were expected as finite numbers of at least 0, but one is " +
                                        std::to_string(weight));
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

template <class... Callbacks>
History teach(Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
              Callbacks&... callbacks) {
    const std::array<CallbackReference, sizeof...(Callbacks)> references{CallbackReference{callbacks}...};
    return TrainingLoop{learner, train, validation, options, references}.run();
}

template <class Network, LabelledImages Train, class... Callbacks>
History fit(Network& network, const Train& train_set, const Samples* validation, const FitOptions& options,
            Callbacks&... callbacks) {
    check(options);
    check_head_weights(options.head_weights, Network::heads.size());
    check_losses(options, Network::heads);
    const Samples train = Samples::of(train_set, Network::input, Network::heads, "training", options.loss);
    LearnerOf<Network> learner{network, std::min(options.batch, train.count()), LossOfHeads{options.loss, options.head_losses},
                               options.head_weights};
    return teach(learner, train, validation, options, callbacks...);
}

}  // namespace detail

/// Teaches a network the labels of a training set, by softmax cross-entropy or another loss; after each epoch the validation
/// set is scored. Sets have `images` (N, H, W, C), std::uint8_t or float, and `labels` (N), or (N, heads) where the network
/// ends in Heads<...>, or (N, outputs) of numbers where the loss wants these. A step whose loss is not finite throws, and the
/// network stays as it was before it. The same seed gives the same bits for any number of threads.
template <class Network, LabelledImages Train, LabelledImages Validation, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const Validation& validation, const FitOptions& options,
            Callbacks&&... callbacks) {
    const Samples samples = Samples::of(validation, Network::input, Network::heads, "validation", options.loss);
    return detail::fit(network, train, &samples, options, callbacks...);
}

/// Without a validation set.
template <class Network, LabelledImages Train, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, train, nullptr, options, callbacks...);
}

/// From two arrays.
template <class Network, class Images, class Labels, class... Callbacks>
    requires(!LabelledImages<Images> && (Callback<std::remove_reference_t<Callbacks>> && ...))
History fit(Network& network, const Images& images, const Labels& labels, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, LabelledPair{images, labels}, nullptr, options, callbacks...);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/one_cycle_rate.hpp

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

    [[nodiscard]] float factor(const Moment& at) const {
        const auto steps = static_cast<float>(at.steps()), step = static_cast<float>(at.step);
        const float top = std::max(0.0f, rising * steps - 1), end = steps - 1;
        if (step < top) return cosine_between(first, 1, step / top);
        return end > top ? cosine_between(1, last, std::min(1.0f, (step - top) / (end - top))) : 1;
    }
};

static_assert(ScheduleType<OneCycleRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/plateau_rate.hpp

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

    void check(bool validation) const {
        if (watches_validation(monitor) && !validation) detail::throw_no_validation("PlateauRate");
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
            if (score < best - minimum_improvement) {
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
// ---- denim/training/progress_line.hpp

namespace denim::inline DENIM_TARGET {

/// One plain line for each epoch, on standard error.
struct ProgressLine {
    std::FILE* to = stderr;

    void on_epoch(Run& run) const {
        const Epoch& epoch = run.history.epochs.back();
        std::fprintf(to, "epoch %zu/%zu  loss %.4f", epoch.number, run.epochs, epoch.train.loss);
        if (epoch.train.accuracy == epoch.train.accuracy) std::fprintf(to, "  accuracy %.4f", epoch.train.accuracy);
        if (epoch.validation.loss == epoch.validation.loss) std::fprintf(to, "  validation %.4f", epoch.validation.loss);
        if (epoch.validation.accuracy == epoch.validation.accuracy) std::fprintf(to, " %.4f", epoch.validation.accuracy);
        std::fprintf(to, "  %.0f images/s  %.1f s\n", epoch.images_per_second, epoch.seconds);
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
    std::FILE* to = stderr;

    void on_begin(Run&) {
        terminal_ = ::isatty(::fileno(to)) == 1;
        shown_ = Clock::now();
    }
    void on_batch(Run& run) {
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
        char accuracy[40] = "", numbers[160];
        if (run.train.accuracy == run.train.accuracy)
            std::snprintf(accuracy, sizeof accuracy, "accuracy %.4f  ", run.train.accuracy);
        std::snprintf(numbers, sizeof numbers, "] %zu/%zu  loss %.4f  %s%.0f images/s  ", run.batch, run.batches,
                      run.train.loss, accuracy, rate);
        return "epoch " + std::to_string(run.epoch) + '/' + std::to_string(run.epochs) + " [" + std::string(filled, '=') +
               (filled < width ? ">" : "") + std::string(width - filled - (filled < width ? 1 : 0), ' ') + numbers +
               duration(images_left / rate) + " left, " +
               duration((images_left + epochs_left * static_cast<double>(run.training_images)) / rate) + " in all";
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
// ---- denim/training/step_rate.hpp

namespace denim::inline DENIM_TARGET {

/// The rate falls to `by` of itself after every `every` epochs. PyTorch: StepLR.
struct StepRate {
    std::size_t every = 10;  ///< epochs
    float by = 0.1f;
    std::size_t warm_up = 0;  ///< steps

    [[nodiscard]] float factor(const Moment& at) const {
        return warm_up_factor(at.step, warm_up) * std::pow(by, static_cast<float>(every ? (at.epoch() - 1) / every : 0));
    }
};

static_assert(ScheduleType<StepRate>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/stop_on_nan.hpp

namespace denim::inline DENIM_TARGET {

/// Ends a run whose loss is not finite any more, gives the network the weights of the end of its last good epoch (or of the
/// beginning), and says so. Without it, `fit` throws LossNotFinite.
struct StopOnNaN {
    std::FILE* to = stderr;

    void on_begin(Run& run) { keep(run, 0); }
    void on_epoch(Run& run) {
        const std::span<const float> now = run.learner.parameters();
        if (std::all_of(now.begin(), now.end(), [](float number) { return detail::is_finite(number); }) &&
            detail::is_finite(run.history.epochs.back().train.loss))
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
                     "StopOnNaN: epoch %zu, batch %zu: the loss or a weight is not a finite number; the network has the "
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
    std::vector<float> good_ = {};
    std::size_t good_epoch_ = 0;
    bool stopped_ = false;

    void keep(Run& run, std::size_t epoch) {
        good_.assign(run.learner.parameters().begin(), run.learner.parameters().end());
        good_epoch_ = epoch;
        stopped_ = false;
    }
};

static_assert(Callback<StopOnNaN>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/denim.hpp

// The core of Denim, in the way of the data: the machine, arrays, kernels, layers, networks, learning.

// ---- denim/format/base64.hpp

// Bytes as text and back: RFC 4648.

namespace denim::inline DENIM_TARGET::detail {

inline constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text: four letters for each three, '=' at the end where bytes are missing.
inline std::string to_base64(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t word = 0;
        for (std::size_t n = 0; n < 3; ++n) word = word << 8 | (n < count ? bytes[at + n] : 0u);
        for (std::size_t n = 0; n < 4; ++n) text += n <= count ? base64_letters[word >> (18 - 6 * n) & 63] : '=';
    }
    return text;
}

/// The way back; lines are whole groups of four letters.
inline std::vector<std::byte> from_base64(std::span<const char* const> lines) {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (std::size_t n = 0; n < base64_letters.size(); ++n)
        values[static_cast<unsigned char>(base64_letters[n])] = static_cast<std::uint8_t>(n);
    std::vector<std::byte> bytes;
    for (const char* const& text : lines) {
        const std::string_view line{text};
        if (line.size() % 4 != 0)
            throw std::invalid_argument("denim: embedded text comes in groups of four letters; a line was cut");
        for (std::size_t at = 0; at < line.size(); at += 4) {
            const bool last = &text == &lines.back() && at + 4 == line.size();
            const std::size_t missing = !last ? 0 : line[at + 2] == '=' ? 2 : line[at + 3] == '=' ? 1 : 0;
            std::uint32_t word = 0;
            for (std::size_t n = 0; n < 4; ++n) {
                const std::uint8_t value = n < 4 - missing ? values[static_cast<unsigned char>(line[at + n])] : std::uint8_t{0};
                if (value == 255)
                    throw std::invalid_argument("denim: embedded text holds a letter that is not one of base64's");
                word = word << 6 | value;
            }
            for (std::size_t n = 0; n < 3 - missing; ++n) bytes.push_back(static_cast<std::byte>(word >> (16 - 8 * n)));
        }
    }
    return bytes;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/format/embed.hpp

// A file as a C++ header, so that a program has its weights within: lines of base64 (RFC 4648), which compilers read as fast
// as any text, and which become bytes again when the program starts.

namespace denim::inline DENIM_TARGET {

/// Writes a file as a header that defines `name`: embed("primary.safetensors", "primary_weights.hpp", "primary_weights"). A
/// program that includes it has its network by load_embedded<Primary>(primary_weights), and no file to find.
inline void embed(const std::filesystem::path& file, const std::filesystem::path& header, const std::string& name) {
    const auto letter = [](char one) { return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_'; };
    const auto digit = [](char one) { return one >= '0' && one <= '9'; };
    if (name.empty() || digit(name[0]) || !std::ranges::all_of(name, [&](char one) { return letter(one) || digit(one); }))
        throw std::invalid_argument("denim: embed: " + detail::in_quotes(name) + " is no name of a variable");
    const std::string text = detail::to_base64(read_file(file));
    constexpr std::size_t line = 120, piece = 500 * line;  // a literal has at most 65,536 letters
    AtomicFile to{header};
    to.write("// Written by denim::embed.\n#pragma once\n\ninline constexpr const char* " + name + "[] = {");
    for (std::size_t at = 0; at < text.size() || at == 0; at += line) {
        if (at % piece == 0)
            to.write(at == 0 ? "\n" : ",\n");
        else
            to.write("\n");
        to.write("    \"" + text.substr(at, line) + '"');
    }
    to.write("};\n");
    to.commit();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/crc32c.hpp

namespace denim::inline DENIM_TARGET {

/// The checksum CRC-32C (Castagnoli) of bytes, RFC 3720 appendix B.4: eight tables, so that eight bytes go in at a time.
inline std::uint32_t crc32c(std::span<const std::byte> bytes) {
    using Tables = std::array<std::array<std::uint32_t, 256>, 8>;
    static constexpr Tables tables = [] {
        Tables all{};
        for (std::uint32_t n = 0; n < 256; ++n) {
            std::uint32_t sum = n;
            for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0x82f63b78u : 0u);
            all[0][n] = sum;
        }
        for (std::size_t table = 1; table < 8; ++table)
            for (std::size_t n = 0; n < 256; ++n) all[table][n] = (all[table - 1][n] >> 8) ^ all[0][all[table - 1][n] & 255];
        return all;
    }();
    const auto byte = [&](std::size_t at) { return std::to_integer<std::uint32_t>(bytes[at]); };
    std::uint32_t sum = 0xffffffffu;
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8) {
        const std::uint32_t low = sum ^ (byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24);
        sum = tables[7][low & 255] ^ tables[6][(low >> 8) & 255] ^ tables[5][(low >> 16) & 255] ^ tables[4][low >> 24] ^
              tables[3][byte(at + 4)] ^ tables[2][byte(at + 5)] ^ tables[1][byte(at + 6)] ^ tables[0][byte(at + 7)];
    }
    for (; at < bytes.size(); ++at) sum = (sum >> 8) ^ tables[0][(sum ^ byte(at)) & 255];
    return ~sum;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/summary_message.hpp

// One value of a TensorBoard log as bytes: the message Summary.Value of tensorboard/compat/proto/summary.proto, in the form
// that TensorFlow 2 writes (a tensor, and the plugin that shows it).

#include <protozero/pbf_writer.hpp>

#include <initializer_list>

namespace denim::inline DENIM_TARGET {

/// A picture file in memory, for a log.
struct LoggedImage {
    std::size_t height = 0, width = 0;
    std::span<const std::uint8_t> png;
};

namespace detail {

enum class DataClass { scalar = 1, tensor = 2, blobs = 3 };
enum class TensorType { float32 = 1, float64 = 2, text = 7 };

/// Field numbers: Value {tag 1, tensor 8, metadata 9}, SummaryMetadata {plugin_data 1, data_class 4}, PluginData {plugin_name
/// 1, content 2}, TensorProto {dtype 1, tensor_shape 2, float_val 5, double_val 6, string_val 8}, TensorShapeProto {dim 2 {size
/// 1}}.
class SummaryMessage {
public:
    SummaryMessage(std::string_view tag, std::string_view plugin, DataClass kind, std::string_view content = {}) {
        value_.add_string(1, tag.data(), tag.size());
        protozero::pbf_writer metadata{value_, 9};
        {
            protozero::pbf_writer data{metadata, 1};
            data.add_string(1, plugin.data(), plugin.size());
            if (!content.empty()) data.add_bytes(2, content.data(), content.size());
        }
        metadata.add_enum(4, static_cast<int>(kind));
    }
    SummaryMessage(const SummaryMessage&) = delete;
    SummaryMessage& operator=(const SummaryMessage&) = delete;

    /// Adds the tensor; `fill` adds its numbers.
    template <class Fill>
    std::string with_tensor(TensorType type, std::initializer_list<std::size_t> shape, Fill fill) {
        {
            protozero::pbf_writer tensor{value_, 8};
            tensor.add_enum(1, static_cast<int>(type));
            {
                protozero::pbf_writer extents{tensor, 2};
                for (const std::size_t size : shape) {
                    protozero::pbf_writer extent{extents, 2};
                    extent.add_int64(1, static_cast<std::int64_t>(size));
                }
            }
            fill(tensor);
        }
        return bytes_;
    }

private:
    std::string bytes_;
    protozero::pbf_writer value_{bytes_};
};

}  // namespace detail

/// A number at a step.
inline std::string scalar_message(std::string_view tag, double number) {
    return detail::SummaryMessage{tag, "scalars", detail::DataClass::scalar}.with_tensor(
        detail::TensorType::float32, {}, [&](auto& tensor) {
            const auto value = static_cast<float>(number);
            tensor.add_packed_float(5, &value, &value + 1);
        });
}

/// A text in Markdown.
inline std::string text_message(std::string_view tag, std::string_view text) {
    return detail::SummaryMessage{tag, "text", detail::DataClass::tensor}.with_tensor(
        detail::TensorType::text, {}, [&](auto& tensor) { tensor.add_bytes(8, text.data(), text.size()); });
}

/// A picture.
inline std::string image_message(std::string_view tag, const LoggedImage& image) {
    const std::string width = std::to_string(image.width), height = std::to_string(image.height);
    return detail::SummaryMessage{tag, "images", detail::DataClass::blobs}.with_tensor(
        detail::TensorType::text, {3}, [&](auto& tensor) {
            tensor.add_bytes(8, width);
            tensor.add_bytes(8, height);
            tensor.add_bytes(8, reinterpret_cast<const char*>(image.png.data()), image.png.size());
        });
}

/// How many of the finite numbers lie where, in `buckets` of equal width: rows (left edge, right edge, count), as TensorBoard's
/// histogram plugin wants them.
inline std::string histogram_message(std::string_view tag, std::span<const float> numbers, std::size_t buckets = 30) {
    double least = 0, largest = 0;
    bool first = true;
    for (const float number : numbers) {
        if (!std::isfinite(number)) continue;
        const auto value = static_cast<double>(number);
        least = first ? value : std::min(least, value);
        largest = first ? value : std::max(largest, value);
        first = false;
    }
    if (largest == least) buckets = 1;
    const double width = (largest - least) / static_cast<double>(buckets);
    std::vector<double> rows(buckets * 3);
    for (std::size_t n = 0; n < buckets; ++n) {
        rows[3 * n] = largest == least ? least - 0.5 : least + static_cast<double>(n) * width;
        rows[3 * n + 1] = largest == least   ? least + 0.5
                          : n + 1 == buckets ? largest
                                             : least + static_cast<double>(n + 1) * width;
    }
    for (const float number : numbers) {
        if (!std::isfinite(number)) continue;
        const double place = largest == least ? 0 : (static_cast<double>(number) - least) / width;
        rows[3 * std::min(static_cast<std::size_t>(place), buckets - 1) + 2] += 1;
    }
    return detail::SummaryMessage{tag, "histograms", detail::DataClass::tensor}.with_tensor(
        detail::TensorType::float64, {buckets, 3},
        [&](auto& tensor) { tensor.add_packed_double(6, rows.begin(), rows.end()); });
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/hparams_message.hpp

// What TensorBoard's HParams plugin reads: tensorboard/plugins/hparams/plugin_data.proto.

#include <variant>

namespace denim::inline DENIM_TARGET {

/// What a run was made with: numbers, truths and texts by name.
using HyperParameter = std::variant<double, bool, std::string>;
using HyperParameters = std::map<std::string, HyperParameter>;

/// A scalar that says how good a run is: its tag, and the folder below the run's that logs it.
struct Metric {
    std::string tag = "epoch_accuracy", group = "validation";
    std::string name = "validation accuracy";  ///< as the table shows it
};

namespace detail {

/// google.protobuf.Value {number 2, string 3, bool 4}.
inline void write_value(protozero::pbf_writer& value, const HyperParameter& parameter) {
    if (const auto* number = std::get_if<double>(&parameter)) value.add_double(2, *number);
    if (const auto* truth = std::get_if<bool>(&parameter)) value.add_bool(4, *truth);
    if (const auto* text = std::get_if<std::string>(&parameter)) value.add_string(3, *text);
}

/// HParamsPluginData {version 1, experiment 2, session_start_info 3, session_end_info 4} as the metadata of an empty tensor.
template <class Fill>
std::string hparams_message(std::string_view tag, protozero::pbf_tag_type field, Fill fill) {
    std::string content;
    protozero::pbf_writer data{content};
    data.add_int32(1, 0);
    {
        protozero::pbf_writer part{data, field};
        fill(part);
    }
    return SummaryMessage{tag, "hparams", DataClass::tensor, content}.with_tensor(TensorType::float32, {}, [](auto& tensor) {
        const float nothing = 0;
        tensor.add_packed_float(5, &nothing, &nothing + 1);
    });
}

}  // namespace detail

/// Which parameters a sweep varies, with all their values, and which metrics count. It stands in the folder above the runs.
inline std::string experiment_message(const std::map<std::string, std::vector<HyperParameter>>& parameters,
                                      std::span<const Metric> metrics) {
    return detail::hparams_message("_hparams_/experiment", 2, [&](protozero::pbf_writer& experiment) {
        for (const auto& [name, values] : parameters) {  // HParamInfo {name 1, type 4, domain_discrete 5}
            protozero::pbf_writer info{experiment, 4};
            info.add_string(1, name);
            if (values.empty()) continue;
            constexpr int types[] = {3, 2, 1};  // float64, bool, string
            info.add_enum(4, types[values[0].index()]);
            protozero::pbf_writer list{info, 5};
            for (const HyperParameter& each : values) {
                protozero::pbf_writer value{list, 1};
                detail::write_value(value, each);
            }
        }
        for (const Metric& metric : metrics) {  // MetricInfo {name 1 {group 1, tag 2}, display_name 3}
            protozero::pbf_writer info{experiment, 5};
            {
                protozero::pbf_writer name{info, 1};
                name.add_string(1, metric.group);
                name.add_string(2, metric.tag);
            }
            info.add_string(3, metric.name);
        }
    });
}

/// The parameters of one run, in its folder; runs of one `group` are repeats and share a row of the table.
inline std::string session_start_message(const HyperParameters& parameters, std::string_view group, double seconds_since_1970) {
    return detail::hparams_message("_hparams_/session_start_info", 3, [&](protozero::pbf_writer& session) {
        for (const auto& [name, parameter] : parameters) {
            protozero::pbf_writer entry{session, 1};
            entry.add_string(1, name);
            protozero::pbf_writer value{entry, 2};
            detail::write_value(value, parameter);
        }
        session.add_string(4, group.data(), group.size());
        session.add_double(5, seconds_since_1970);
    });
}

enum class SessionStatus { success = 1, failure = 2, running = 3 };

/// The end of the run.
inline std::string session_end_message(SessionStatus status, double seconds_since_1970) {
    return detail::hparams_message("_hparams_/session_end_info", 4, [&](protozero::pbf_writer& session) {
        session.add_enum(1, static_cast<int>(status));
        session.add_double(2, seconds_since_1970);
    });
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/event_file.hpp

// A log that TensorBoard reads: messages Event of tensorboard/compat/proto/event.proto as TFRecords, each a length, its
// checksum, the bytes, their checksum.

namespace denim::inline DENIM_TARGET {

namespace detail {

static_assert(std::endian::native == std::endian::little, "denim: event files are written lowest byte first");

/// A record as the file has it; checksums are turned and moved by a constant, as TensorFlow's record_writer.cc does.
inline std::string record(std::string_view content) {
    const auto masked = [](std::string_view bytes) {
        const std::uint32_t sum = crc32c(std::as_bytes(std::span{bytes}));
        return std::rotr(sum, 15) + 0xa282ead8u;
    };
    const auto bytes_of = [](auto number) { return std::string{reinterpret_cast<const char*>(&number), sizeof number}; };
    const std::string length = bytes_of(std::uint64_t{content.size()});
    return length + bytes_of(masked(length)) + std::string{content} + bytes_of(masked(content));
}

inline double seconds_since_1970() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace detail

/// Writes one event file into a folder, which it makes where it is missing. What `flush` has written is whole and readable even
/// if the program is killed; the rest is written at the end of its life. Errors are FileErrors.
class EventFile {
public:
    /// `first_step`: whatever older files of the folder hold from this step on is void (a run that was killed goes on).
    explicit EventFile(const std::filesystem::path& folder, std::size_t first_step = 0) {
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) throw FileError(folder.string(), "the folder for a log cannot be made: " + error.message());
        static std::atomic<unsigned> count = 0;
        do {
            char name[96];
            std::snprintf(name, sizeof name, "events.out.tfevents.%010lld.denim.%ld.%u",
                          static_cast<long long>(detail::seconds_since_1970()), static_cast<long>(::getpid()), count++);
            path_ = folder / name;
            file_ = detail::FileDescriptor{::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
        } while (!file_ && errno == EEXIST);
        if (!file_) throw FileError(path_.string(), "cannot be written: " + detail::system_reason());
        std::string event = begin_event();
        protozero::pbf_writer{event}.add_string(3, "brain.Event:2");
        buffer_ += detail::record(event);
        begin_session(first_step);
        flush();
    }
    EventFile(EventFile&&) = default;
    EventFile& operator=(EventFile&&) = delete;
    ~EventFile() {
        try {
            if (file_) flush();
        } catch (const FileError&) {  // a destructor has nobody to tell; whoever wants to know calls flush
        }
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// One value at a step; `message` comes from scalar_message, image_message and their like.
    void write(std::size_t step, std::string_view message) {
        std::string event = begin_event(), summary;
        protozero::pbf_writer{summary}.add_message(1, message.data(), message.size());
        protozero::pbf_writer writer{event};
        writer.add_int64(2, static_cast<std::int64_t>(step));
        writer.add_message(5, summary);
        buffer_ += detail::record(event);
    }

    /// Hands everything to the operating system.
    void flush() {
        file_.write(written_, std::as_bytes(std::span{buffer_}), path_.string());
        written_ += buffer_.size();
        buffer_.clear();
    }

private:
    void begin_session(std::size_t step) {
        std::string event = begin_event(), session;
        protozero::pbf_writer{session}.add_enum(1, 1);  // SessionLog {status 1: START}
        protozero::pbf_writer writer{event};
        writer.add_int64(2, static_cast<std::int64_t>(step));
        writer.add_message(7, session);
        buffer_ += detail::record(event);
    }
    static std::string begin_event() {
        std::string event;
        protozero::pbf_writer{event}.add_double(1, detail::seconds_since_1970());
        return event;
    }

    std::filesystem::path path_;
    detail::FileDescriptor file_;
    std::uint64_t written_ = 0;
    std::string buffer_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/idx.hpp

// One array in the file format of the MNIST family, gzipped or not (http://yann.lecun.com/exdb/mnist): two zero bytes, the
// type, the number of axes, the extents and the elements, highest byte first.

namespace denim::inline DENIM_TARGET {

namespace detail {

inline AnyArray read_idx_stream(ByteStream& stream, std::uint64_t most_bytes) {
    std::array<std::byte, 4> start{};
    stream.read(start);
    if (start[0] != std::byte{0} || start[1] != std::byte{0})
        stream.fail("an IDX file was expected, its first two bytes are not zero");
    using enum ElementType;
    static constexpr std::pair<int, ElementType> known[] = {{0x08, uint8}, {0x09, int8},    {0x0b, int16},
                                                            {0x0c, int32}, {0x0d, float32}, {0x0e, float64}};
    const auto code = std::to_integer<int>(start[2]);
    const auto* const type = std::ranges::find(known, code, &std::pair<int, ElementType>::first);
    if (type == std::end(known)) stream.fail(sentence("an IDX type of 8, 9 or 11 to 14 was expected, ", code, " came"));
    std::vector<std::size_t> shape(std::to_integer<std::size_t>(start[3]));
    if (shape.empty()) stream.fail("an IDX file with at least one axis was expected");
    for (std::size_t& extent : shape) {
        std::array<std::byte, 4> field{};
        stream.read(field);
        std::ranges::reverse(field);
        extent = little_endian<std::uint32_t>(field.data());
    }
    const std::size_t size = element_size(type->second);
    const auto bytes = checked_size(shape, size);
    if (!bytes || *bytes > most_bytes)
        stream.fail(sentence("the IDX file says that it holds ", element_name(type->second), ' ', shape_text(shape),
                             ", its size allows no more than ", most_bytes, " bytes"));
    AnyArray array{type->second, std::move(shape)};
    stream.read(array.bytes);
    stream.check_end();
    if (std::endian::native == std::endian::little) reverse_elements(array.bytes, size);
    return array;
}

}  // namespace detail

/// Reads an IDX file, for example train-images-idx3-ubyte.gz, as uint8 (60000, 28, 28). Throws FileError for everything else.
inline AnyArray read_idx(const ByteSource& source) {
    std::array<std::byte, 2> start{};
    if (source.size() >= start.size()) source.read(0, start);
    if (start[0] == std::byte{0x1f} && start[1] == std::byte{0x8b}) {
        detail::InflatedStream stream{source,        source.name(),        0,
                                      source.size(), detail::unknown_size, detail::InflatedStream::Wrapping::gzip};
        return detail::read_idx_stream(stream, source.size() * detail::largest_ratio);
    }
    detail::StoredStream stream{source, source.name(), 0, source.size()};
    return detail::read_idx_stream(stream, source.size());
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/onnx_model.hpp

// An ONNX file as data: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, as far as networks of Denim need it.

namespace denim::inline DENIM_TARGET {

/// A named property of a node.
struct OnnxAttribute {
    std::string name;
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, AnyArray> value;
};

/// One operation: named values to named values.
struct OnnxNode {
    std::string type = {}, name = {};
    std::vector<std::string> inputs = {}, outputs = {};
    std::vector<OnnxAttribute> attributes = {};

    /// The attribute of this name; nothing if there is none, or it is of another type.
    template <class Value>
    [[nodiscard]] std::optional<Value> attribute(std::string_view of) const {
        const auto found = std::ranges::find(attributes, of, &OnnxAttribute::name);
        if (found == attributes.end() || !std::holds_alternative<Value>(found->value)) return std::nullopt;
        return std::get<Value>(found->value);
    }
    /// Input number `place`; empty if the node has fewer.
    [[nodiscard]] std::string_view input(std::size_t place) const {
        return place < inputs.size() ? inputs[place] : std::string_view{};
    }
};

/// What enters or leaves: an extent is a number, or 0 where it is free (the batch).
struct OnnxValue {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::size_t> shape = {};
};

/// A whole file: nodes in the order of computation, weights by name.
struct OnnxModel {
    std::int64_t opset = 17;
    std::string producer = "denim";
    std::vector<OnnxNode> nodes = {};
    std::vector<std::pair<std::string, AnyArray>> weights = {};
    std::vector<OnnxValue> inputs = {}, outputs = {};
    std::map<std::string, std::string> metadata = {};
};

namespace detail {

/// Numbers that onnx.proto gives to element types.
inline constexpr std::pair<std::int32_t, ElementType> onnx_types[] = {
    {1, ElementType::float32},  {2, ElementType::uint8},    {3, ElementType::int8},    {4, ElementType::uint16},
    {5, ElementType::int16},    {6, ElementType::int32},    {7, ElementType::int64},   {9, ElementType::boolean},
    {10, ElementType::float16}, {11, ElementType::float64}, {12, ElementType::uint32}, {13, ElementType::uint64},
    {16, ElementType::bfloat16}};

/// Field numbers of onnx.proto's messages.
namespace onnx_field {
enum Model : std::uint32_t { ir_version = 1, producer_name = 2, graph = 7, opset_import = 8, metadata_props = 14 };
enum Opset : std::uint32_t { opset_domain = 1, opset_version = 2 };
enum Pair : std::uint32_t { pair_key = 1, pair_value = 2 };
enum Graph : std::uint32_t { graph_node = 1, graph_name = 2, graph_initializer = 5, graph_input = 11, graph_output = 12 };
enum Node : std::uint32_t {
    node_input = 1,
    node_output = 2,
    node_name = 3,
    node_type = 4,
    node_attribute = 5,
    node_domain = 7
};
enum Attribute : std::uint32_t {
    attribute_name = 1,
    attribute_float = 2,
    attribute_int = 3,
    attribute_string = 4,
    attribute_tensor = 5,
    attribute_ints = 8,
    attribute_type = 20
};
enum Tensor : std::uint32_t {
    tensor_dims = 1,
    tensor_type = 2,
    tensor_floats = 4,
    tensor_ints = 5,
    tensor_longs = 7,
    tensor_name = 8,
    tensor_raw = 9,
    tensor_doubles = 10,
    tensor_external = 13,
    tensor_location = 14
};
enum Value : std::uint32_t {
    value_name = 1,
    value_type = 2,
    type_tensor = 1,
    element_type_number = 1,
    type_shape = 2,
    shape_dim = 1,
    dim_value = 1,
    dim_name = 2
};
}  // namespace onnx_field

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/onnx_tensor.hpp

#include <protozero/pbf_reader.hpp>

#include <iterator>

namespace denim::inline DENIM_TARGET::detail {

namespace onnx_field {

/// A field with the form that it has to have: a text, bytes or a message; a whole number; a float. Others are skipped.
constexpr std::uint32_t text(std::uint32_t field) {
    return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited);
}
constexpr std::uint32_t number(std::uint32_t field) { return protozero::tag_and_type(field, protozero::pbf_wire_type::varint); }
constexpr std::uint32_t single(std::uint32_t field) {
    return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed32);
}

}  // namespace onnx_field

/// Lists of one kind come packed into one field or as a field each.
inline void read_longs(protozero::pbf_reader& message, std::vector<std::int64_t>& to) {
    if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
        for (const std::int64_t number : message.get_packed_int64()) to.push_back(number);
    else
        to.push_back(message.get_int64());
}

/// The bytes of a tensor as an array, if they fill its shape.
inline AnyArray array_of(const ByteSource& source, const std::string& name, const std::vector<std::int64_t>& extents,
                         std::int32_t kind, std::vector<std::byte> bytes) {
    const auto type = std::ranges::find(onnx_types, kind, &std::pair<std::int32_t, ElementType>::first);
    if (type == std::end(onnx_types))
        source.fail(sentence("the tensor ", in_quotes(name), " has elements of ONNX's type ", kind, ", which is not read"));
    AnyArray array;
    array.type = type->second;
    array.shape.clear();
    for (const std::int64_t extent : extents) {
        if (extent < 0) source.fail(sentence("the tensor ", in_quotes(name), " has the extent ", extent));
        array.shape.push_back(static_cast<std::size_t>(extent));
    }
    const auto wanted = checked_size(array.shape, element_size(array.type));
    if (!wanted || *wanted != bytes.size())
        source.fail(sentence("the tensor ", in_quotes(name), ' ', shape_text(array.shape), " of ", element_name(array.type),
                             " has ", bytes.size(), " bytes"));
    array.bytes = std::move(bytes);
    return array;
}

/// A tensor of the file, and its name.
inline std::pair<std::string, AnyArray> read_tensor(const ByteSource& source, protozero::pbf_reader message) {
    using namespace onnx_field;
    std::string name;
    std::vector<std::int64_t> extents;
    std::int32_t kind = 0;
    std::vector<std::byte> bytes;
    const auto append = [&](const auto& value) {
        const auto part = std::as_bytes(std::span{&value, 1});
        bytes.insert(bytes.end(), part.begin(), part.end());
    };
    while (message.next()) switch (message.tag_and_type()) {
            case number(tensor_dims):
            case text(tensor_dims):
                read_longs(message, extents);
                break;
            case number(tensor_type):
                kind = message.get_int32();
                break;
            case text(tensor_name):
                name = message.get_string();
                break;
            case text(tensor_raw): {
                const auto view = message.get_view();
                const auto raw = std::as_bytes(std::span{view.data(), view.size()});
                bytes.assign(raw.begin(), raw.end());
                break;
            }
            case single(tensor_floats):
            case text(tensor_floats):
                if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
                    for (const float value : message.get_packed_float()) append(value);
                else
                    append(message.get_float());
                break;
            case number(tensor_longs):
            case text(tensor_longs): {
                std::vector<std::int64_t> values;
                read_longs(message, values);
                for (const std::int64_t value : values) append(value);
                break;
            }
            case text(tensor_external):
                source.fail("the tensor " + in_quotes(name) +
                            " lies in another file; export the model with its weights inside");
            default:
                message.skip();
        }
    return {name, array_of(source, name, extents, kind, std::move(bytes))};
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/format/onnx_read.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Reads the messages of an ONNX file. Nothing nests deeper than the file's form says, and nothing takes more memory than the
/// file has bytes.
class OnnxReader {
public:
    explicit OnnxReader(const ByteSource& source) : source_(source) {}

    [[nodiscard]] OnnxModel read(const std::string& bytes) const {
        using namespace onnx_field;
        OnnxModel model{.opset = 0, .producer = ""};
        bool any = false;
        for (protozero::pbf_reader file{bytes}; file.next();) switch (file.tag_and_type()) {
                case text(producer_name):
                    model.producer = file.get_string();
                    break;
                case text(graph):
                    any = true, read_graph(file.get_message(), model);
                    break;
                case text(opset_import):
                    read_opset(file.get_message(), model);
                    break;
                case text(metadata_props):
                    model.metadata.insert(read_pair(file.get_message()));
                    break;
                default:
                    file.skip();
            }
        if (!any) source_.fail("an ONNX file was expected, it has no graph");
        return model;
    }

private:
    void read_graph(protozero::pbf_reader graph, OnnxModel& model) const {
        using namespace onnx_field;
        while (graph.next()) switch (graph.tag_and_type()) {
                case text(graph_node):
                    add_node(read_node(graph.get_message()), model);
                    break;
                case text(graph_initializer):
                    model.weights.push_back(read_tensor(source_, graph.get_message()));
                    break;
                case text(graph_input):
                    model.inputs.push_back(read_value(graph.get_message()));
                    break;
                case text(graph_output):
                    model.outputs.push_back(read_value(graph.get_message()));
                    break;
                default:
                    graph.skip();
            }
    }

    // A node that only holds a tensor is a weight.
    static void add_node(OnnxNode node, OnnxModel& model) {
        if (node.type == "Constant" && node.outputs.size() == 1)
            if (auto array = node.attribute<AnyArray>("value")) {
                model.weights.emplace_back(node.outputs[0], std::move(*array));
                return;
            }
        model.nodes.push_back(std::move(node));
    }

    static void read_opset(protozero::pbf_reader message, OnnxModel& model) {
        std::string domain;
        std::int64_t version = 0;
        while (message.next()) switch (message.tag_and_type()) {
                case text(onnx_field::opset_domain):
                    domain = message.get_string();
                    break;
                case number(onnx_field::opset_version):
                    version = message.get_int64();
                    break;
                default:
                    message.skip();
            }
        if (domain.empty() || domain == "ai.onnx") model.opset = version;
    }
    static std::pair<std::string, std::string> read_pair(protozero::pbf_reader message) {
        std::pair<std::string, std::string> pair;
        while (message.next()) switch (message.tag_and_type()) {
                case text(onnx_field::pair_key):
                    pair.first = message.get_string();
                    break;
                case text(onnx_field::pair_value):
                    pair.second = message.get_string();
                    break;
                default:
                    message.skip();
            }
        return pair;
    }

    [[nodiscard]] OnnxNode read_node(protozero::pbf_reader message) const {
        using namespace onnx_field;
        OnnxNode node;
        while (message.next()) switch (message.tag_and_type()) {
                case text(node_input):
                    node.inputs.push_back(message.get_string());
                    break;
                case text(node_output):
                    node.outputs.push_back(message.get_string());
                    break;
                case text(node_name):
                    node.name = message.get_string();
                    break;
                case text(node_type):
                    node.type = message.get_string();
                    break;
                case text(node_attribute):
                    node.attributes.push_back(read_attribute(message.get_message()));
                    break;
                default:
                    message.skip();
            }
        return node;
    }

    [[nodiscard]] OnnxAttribute read_attribute(protozero::pbf_reader message) const {
        using namespace onnx_field;
        OnnxAttribute attribute{"", std::int64_t{0}};
        std::vector<std::int64_t> ints;
        std::int32_t kind = 0;
        while (message.next()) switch (message.tag_and_type()) {
                case text(attribute_name):
                    attribute.name = message.get_string();
                    break;
                case single(attribute_float):
                    attribute.value = message.get_float();
                    break;
                case number(attribute_int):
                    attribute.value = message.get_int64();
                    break;
                case text(attribute_string):
                    attribute.value = message.get_string();
                    break;
                case text(attribute_tensor):
                    attribute.value = read_tensor(source_, message.get_message()).second;
                    break;
                case number(attribute_ints):
                case text(attribute_ints):
                    read_longs(message, ints);
                    break;
                case number(attribute_type):
                    kind = message.get_int32();
                    break;
                default:
                    message.skip();
            }
        if (!ints.empty() || kind == 7) attribute.value = std::move(ints);
        return attribute;
    }

    [[nodiscard]] OnnxValue read_value(protozero::pbf_reader message) const {
        using namespace onnx_field;
        OnnxValue value;
        while (message.next()) {
            if (message.tag_and_type() == text(value_name)) {
                value.name = message.get_string();
            } else if (message.tag_and_type() == text(value_type)) {
                protozero::pbf_reader type = message.get_message();
                while (type.next(type_tensor, protozero::pbf_wire_type::length_delimited)) read_type(type.get_message(), value);
            } else {
                message.skip();
            }
        }
        return value;
    }
    static void read_type(protozero::pbf_reader tensor, OnnxValue& value) {
        using namespace onnx_field;
        while (tensor.next()) {
            if (tensor.tag_and_type() == number(element_type_number)) {
                const auto type =
                    std::ranges::find(onnx_types, tensor.get_int32(), &std::pair<std::int32_t, ElementType>::first);
                if (type != std::end(onnx_types)) value.type = type->second;
            } else if (tensor.tag_and_type() == text(type_shape)) {
                for (protozero::pbf_reader shape = tensor.get_message();
                     shape.next(shape_dim, protozero::pbf_wire_type::length_delimited);) {
                    std::int64_t extent = 0;
                    for (protozero::pbf_reader dimension = shape.get_message(); dimension.next();)
                        if (dimension.tag_and_type() == number(dim_value))
                            extent = dimension.get_int64();
                        else
                            dimension.skip();
                    value.shape.push_back(extent > 0 ? static_cast<std::size_t>(extent) : 0);
                }
            } else {
                tensor.skip();
            }
        }
    }

    const ByteSource& source_;
};

}  // namespace detail

/// Reads an ONNX file. What its nodes mean is for the reader to say; weights are checked against their shapes. Throws
/// FileError.
inline OnnxModel read_onnx(const ByteSource& source) {
    static_assert(std::endian::native == std::endian::little, "denim: ONNX files are read where they lie, lowest byte first");
    if (source.size() >= (std::uint64_t{1} << 31)) source.fail("an ONNX file of less than 2 GiB was expected");
    std::string bytes(static_cast<std::size_t>(source.size()), '\0');
    source.read(0, std::as_writable_bytes(std::span{bytes}));
    try {
        return detail::OnnxReader{source}.read(bytes);
    } catch (const protozero::exception& error) {
        source.fail(std::string{"an ONNX file was expected; as such it is cut or damaged ("} + error.what() + ")");
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/onnx_write.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

inline std::int32_t onnx_number(ElementType type) {
    return std::ranges::find(onnx_types, type, &std::pair<std::int32_t, ElementType>::second)->first;
}

inline void add_tensor(protozero::pbf_writer message, const std::string& name, const AnyArray& array) {
    using namespace onnx_field;
    for (const std::size_t extent : array.shape) message.add_int64(tensor_dims, static_cast<std::int64_t>(extent));
    message.add_int32(tensor_type, onnx_number(array.type));
    if (!name.empty()) message.add_string(tensor_name, name);
    message.add_bytes(tensor_raw, reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
}

inline void add_attribute(protozero::pbf_writer message, const OnnxAttribute& attribute) {
    using namespace onnx_field;
    enum Type : std::int32_t { of_float = 1, of_int = 2, of_string = 3, of_tensor = 4, of_ints = 7 };
    message.add_string(attribute_name, attribute.name);
    const auto add = [&]<class Value>(const Value& value) {
        if constexpr (std::is_same_v<Value, std::int64_t>) {
            message.add_int64(attribute_int, value);
            message.add_int32(attribute_type, of_int);
        } else if constexpr (std::is_same_v<Value, float>) {
            message.add_float(attribute_float, value);
            message.add_int32(attribute_type, of_float);
        } else if constexpr (std::is_same_v<Value, std::string>) {
            message.add_bytes(attribute_string, value);
            message.add_int32(attribute_type, of_string);
        } else if constexpr (std::is_same_v<Value, AnyArray>) {
            add_tensor(protozero::pbf_writer{message, attribute_tensor}, "", value);
            message.add_int32(attribute_type, of_tensor);
        } else {
            for (const std::int64_t number : value) message.add_int64(attribute_ints, number);
            message.add_int32(attribute_type, of_ints);
        }
    };
    std::visit(add, attribute.value);
}

inline void add_value(protozero::pbf_writer message, const OnnxValue& value) {
    using namespace onnx_field;
    message.add_string(value_name, value.name);
    protozero::pbf_writer type{message, value_type}, tensor{type, type_tensor};
    tensor.add_int32(element_type_number, onnx_number(value.type));
    protozero::pbf_writer shape{tensor, type_shape};
    for (const std::size_t extent : value.shape) {
        protozero::pbf_writer dimension{shape, shape_dim};
        if (extent > 0)
            dimension.add_int64(dim_value, static_cast<std::int64_t>(extent));
        else
            dimension.add_string(dim_name, "N");
    }
}

}  // namespace detail

/// The bytes of an ONNX file. Throws std::length_error beyond the 2 GiB that such a file may have.
inline std::string to_bytes(const OnnxModel& model) {
    using namespace detail::onnx_field;
    std::size_t size = 0;
    for (const auto& [name, array] : model.weights) size += array.bytes.size();
    if (size >= (std::size_t{1} << 31) - (std::size_t{1} << 24))
        throw std::length_error("denim: an ONNX file holds at most 2 GiB, these weights have " + std::to_string(size) +
                                " bytes");
    std::string bytes;
    protozero::pbf_writer file{bytes};
    file.add_int64(ir_version, 8);
    file.add_string(producer_name, model.producer);
    {
        protozero::pbf_writer body{file, graph};
        for (const OnnxNode& node : model.nodes) {
            protozero::pbf_writer message{body, graph_node};
            for (const std::string& input : node.inputs) message.add_string(node_input, input);
            for (const std::string& output : node.outputs) message.add_string(node_output, output);
            message.add_string(node_name, node.name);
            message.add_string(node_type, node.type);
            for (const OnnxAttribute& attribute : node.attributes) detail::add_attribute({message, node_attribute}, attribute);
        }
        body.add_string(graph_name, "network");
        for (const auto& [name, array] : model.weights) detail::add_tensor({body, graph_initializer}, name, array);
        for (const OnnxValue& value : model.inputs) detail::add_value({body, graph_input}, value);
        for (const OnnxValue& value : model.outputs) detail::add_value({body, graph_output}, value);
    }
    {
        protozero::pbf_writer opset{file, opset_import};
        opset.add_string(opset_domain, "");
        opset.add_int64(opset_version, model.opset);
    }
    for (const auto& [key, value] : model.metadata) {
        protozero::pbf_writer pair{file, metadata_props};
        pair.add_string(pair_key, key);
        pair.add_string(pair_value, value);
    }
    return bytes;
}

/// Writes an ONNX file; it appears whole or not at all.
inline void write_onnx(const std::filesystem::path& path, const OnnxModel& model) {
    const std::string bytes = to_bytes(model);
    AtomicFile file{path};
    file.write(bytes);
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/onnx.hpp

// ONNX files, read and written through protozero; what they mean to a network stands in training/export_onnx.hpp and
// format/onnx_weights.hpp.

// ---- denim/format/memory_map.hpp

#include <sys/mman.h>

namespace denim::inline DENIM_TARGET {

/// A whole file as read-only memory, loaded by the operating system page by page as it is touched. Whoever replaces the file
/// by renaming (as AtomicFile does) leaves the map whole; a file that is cut while it is mapped ends the program (SIGBUS).
class MemoryMap {
public:
    MemoryMap() = default;
    explicit MemoryMap(const std::filesystem::path& path) {
        const auto file = detail::FileDescriptor::open(path);
        if (file.size() == 0) return;
        const auto size = static_cast<std::size_t>(file.size());
        void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (memory == MAP_FAILED) throw FileError(path.string(), "cannot be mapped into memory: " + detail::system_reason());
        bytes_ = {static_cast<const std::byte*>(memory), size};
    }
    MemoryMap(MemoryMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    MemoryMap& operator=(MemoryMap&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MemoryMap() {
        if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    }

    /// Page-aligned, valid as long as the map lives.
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
    std::span<const std::byte> bytes_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/safetensors_header.hpp

#include <nlohmann/json.hpp>

#include <functional>

namespace denim::inline DENIM_TARGET {

/// One row of a safetensors header: a tensor, and where its bytes stand behind the header.
struct TensorEntry {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::size_t> shape;
    std::uint64_t begin = 0, end = 0;
};

/// What a safetensors file says about itself: tensors in the order of their bytes, and free text by key.
struct SafetensorsHeader {
    std::vector<TensorEntry> tensors;
    std::map<std::string, std::string> metadata;
};

namespace detail {

inline constexpr std::pair<std::string_view, ElementType> safetensors_types[] = {
    {"BOOL", ElementType::boolean}, {"I8", ElementType::int8},       {"I16", ElementType::int16},
    {"I32", ElementType::int32},    {"I64", ElementType::int64},     {"U8", ElementType::uint8},
    {"U16", ElementType::uint16},   {"U32", ElementType::uint32},    {"U64", ElementType::uint64},
    {"F16", ElementType::float16},  {"BF16", ElementType::bfloat16}, {"F32", ElementType::float32},
    {"F64", ElementType::float64}};

/// Takes the events of the JSON parser (its SAX interface) one by one, so that a hostile header is refused at its first wrong
/// word: memory and time stay in proportion to the text, whatever its depth.
class SafetensorsEvents {
public:
    explicit SafetensorsEvents(SafetensorsHeader& header) : header_(header) {}

    /// Why the text was refused.
    std::string problem;

    bool null() { return refuse("null"); }
    bool boolean(bool) { return refuse("a boolean"); }
    bool number_integer(std::int64_t value) { return refuse("the number " + std::to_string(value)); }
    bool number_float(double, const std::string& text) { return refuse("the number " + in_quotes(text)); }
    bool binary(const std::vector<std::uint8_t>&) { return refuse("binary data"); }

    bool number_unsigned(std::uint64_t value) {
        if (place_ == Place::shape && tensor_.shape.size() < 64)
            tensor_.shape.push_back(value);
        else if (place_ == Place::offsets && offsets_ < 2)
            (offsets_++ == 0 ? tensor_.begin : tensor_.end) = value;
        else
            return refuse("the number " + std::to_string(value));
        return true;
    }

    bool string(const std::string& text) {
        if (place_ == Place::metadata_value) {
            place_ = Place::metadata;
            return header_.metadata.emplace(key_, text).second || say("the metadata key " + in_quotes(key_) + " stands twice");
        }
        if (place_ != Place::type) return refuse("the text " + in_quotes(text));
        const auto* const found = std::ranges::find(safetensors_types, text, &std::pair<std::string_view, ElementType>::first);
        if (found == std::end(safetensors_types))
            return say("the type of tensor " + in_quotes(tensor_.name) + ", " + in_quotes(text) +
                       ", is none of BOOL, I8 to I64, U8 to U64, F16, BF16, F32, F64");
        tensor_.type = found->second;
        place_ = Place::tensor;
        return true;
    }

    bool key(const std::string& text) {
        key_ = text;
        if (place_ == Place::top) {
            if (text == "__metadata__" && std::exchange(has_metadata_, true)) return say("the metadata stand twice");
            place_ = text == "__metadata__" ? Place::metadata_begin : Place::tensor_begin;
            tensor_ = {};
            tensor_.name = text;
            seen_ = offsets_ = 0;
            return true;
        }
        if (place_ == Place::metadata) {
            place_ = Place::metadata_value;
            return true;
        }
        const unsigned which = text == "dtype" ? 1 : text == "shape" ? 2 : text == "data_offsets" ? 4 : 0;
        if (which == 0 || (seen_ & which)) return refuse("the key " + in_quotes(text));
        seen_ |= which;
        place_ = which == 1 ? Place::type : which == 2 ? Place::shape_begin : Place::offsets_begin;
        return true;
    }

    bool start_object(std::size_t) {
        if (place_ == Place::start)
            place_ = Place::top;
        else if (place_ == Place::tensor_begin)
            place_ = Place::tensor;
        else if (place_ == Place::metadata_begin)
            place_ = Place::metadata;
        else
            return refuse("an object");
        return true;
    }

    bool end_object() {
        if (place_ == Place::tensor) {
            if (seen_ != 7) return say("tensor " + in_quotes(tensor_.name) + " lacks one of dtype, shape and data_offsets");
            header_.tensors.push_back(std::move(tensor_));
        }
        place_ = place_ == Place::top ? Place::end : Place::top;
        return true;
    }

    bool start_array(std::size_t) {
        if (place_ == Place::shape_begin)
            place_ = Place::shape;
        else if (place_ == Place::offsets_begin)
            place_ = Place::offsets;
        else
            return refuse("an array");
        return true;
    }

    bool end_array() {
        if (place_ == Place::offsets && offsets_ != 2) return say("tensor " + in_quotes(tensor_.name) + " lacks an offset");
        place_ = Place::tensor;
        return true;
    }

    bool parse_error(std::size_t place, const std::string&, const nlohmann::json::exception&) {
        return say(sentence("it is no JSON from byte ", place, " on"));
    }

private:
    enum class Place {
        start,
        top,
        end,
        tensor_begin,
        tensor,
        type,
        shape_begin,
        shape,
        offsets_begin,
        offsets,
        metadata_begin,
        metadata,
        metadata_value
    };
    bool say(std::string text) {
        problem = std::move(text);
        return false;
    }
    bool refuse(const std::string& what) {
        static constexpr std::string_view expected[] = {"an object",
                                                        "a tensor's name",
                                                        "its end",
                                                        "a tensor",
                                                        "dtype, shape and data_offsets",
                                                        "a type",
                                                        "a shape",
                                                        "at most 64 extents of 0 or more",
                                                        "two offsets",
                                                        "two offsets of 0 or more",
                                                        "the metadata",
                                                        "text",
                                                        "text"};
        return say(sentence(expected[static_cast<std::size_t>(place_)], " was expected",
                            place_ == Place::start ? "" : " at " + in_quotes(key_), ", ", what, " came"));
    }

    SafetensorsHeader& header_;
    Place place_ = Place::start;
    std::string key_;
    TensorEntry tensor_;
    unsigned seen_ = 0, offsets_ = 0;
    bool has_metadata_ = false;
};

}  // namespace detail

/// Reads the JSON of a header whose tensors fill `bytes` bytes behind it: each right for its type and shape, none over another,
/// no gaps. Throws FileError under the name of the file.
inline SafetensorsHeader read_safetensors_header(const std::string& file, std::string_view text, std::uint64_t bytes) {
    SafetensorsHeader header;
    detail::SafetensorsEvents events{header};
    const auto fail = [&](const std::string& sentence) {
        throw FileError(file, "the safetensors header is damaged: " + sentence);
    };
    if (!nlohmann::json::sax_parse(text, &events)) fail(events.problem);
    std::ranges::sort(header.tensors, {}, [](const TensorEntry& tensor) { return std::tie(tensor.begin, tensor.end, tensor.name); });
    std::vector<std::string_view> names;
    std::uint64_t at = 0;
    for (const TensorEntry& tensor : header.tensors) {
        const auto wanted = checked_size(tensor.shape, element_size(tensor.type));
        if (tensor.begin != at || tensor.end < tensor.begin || tensor.end > bytes)
            fail(detail::sentence("tensor ", detail::in_quotes(tensor.name), " was expected from byte ", at, " on and up to ",
                                  bytes, " at most, its offsets are ", tensor.begin, " and ", tensor.end));
        if (!wanted || *wanted != tensor.end - tensor.begin)
            fail(detail::sentence("tensor ", detail::in_quotes(tensor.name), ", ", element_name(tensor.type), ' ',
                                  detail::shape_text(tensor.shape), ", does not fill the ", tensor.end - tensor.begin,
                                  " bytes between its offsets"));
        at = tensor.end;
        names.push_back(tensor.name);
    }
    if (at != bytes) fail(detail::sentence("its tensors take ", at, " bytes, ", bytes, " follow it"));
    std::ranges::sort(names);
    if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
        fail("two tensors are named " + detail::in_quotes(*twice));
    return header;
}

/// The JSON of a header; throws std::invalid_argument for names and metadata that are not UTF-8.
inline std::string safetensors_header(const SafetensorsHeader& header) {
    nlohmann::ordered_json::object_t rows;
    if (!header.metadata.empty()) rows.emplace_back("__metadata__", header.metadata);
    for (const TensorEntry& tensor : header.tensors) {
        const auto* const type =
            std::ranges::find(detail::safetensors_types, tensor.type, &std::pair<std::string_view, ElementType>::second);
        nlohmann::ordered_json row;
        row["dtype"] = type->first;
        row["shape"] = tensor.shape;
        row["data_offsets"] = {tensor.begin, tensor.end};
        rows.emplace_back(tensor.name, std::move(row));
    }
    try {
        return nlohmann::ordered_json(std::move(rows)).dump();
    } catch (const nlohmann::json::exception&) {
        throw std::invalid_argument("names and metadata of a safetensors file are UTF-8");
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/safetensors.hpp

// Tensors by name in a file that is mapped into memory (https://github.com/huggingface/safetensors): 8 bytes length, a header
// in JSON, the bytes of the tensors one after the other.

namespace denim::inline DENIM_TARGET {

static_assert(std::endian::native == std::endian::little,
              "denim: safetensors files are read where they lie, lowest byte first");

/// A safetensors file, open for reading. Nothing is copied: views point into the file.
class Safetensors {
public:
    /// The header that the file may have at most, as in the reference implementation.
    static constexpr std::uint64_t largest_header = 100'000'000;

    explicit Safetensors(const std::filesystem::path& path) : name_(path.string()), map_(path) { open(map_.bytes()); }
    /// A file that stands in memory that someone else keeps; `name` stands for it in messages.
    Safetensors(std::string name, std::span<const std::byte> memory) : name_(std::move(name)) { open(memory); }

    [[nodiscard]] const std::string& name() const { return name_; }
    /// In the order of their bytes.
    [[nodiscard]] const std::vector<TensorEntry>& tensors() const { return header_.tensors; }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
    [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

    /// A tensor where it lies, valid as long as this object. Files of other programs may leave it unaligned: see AnyArrayView.
    [[nodiscard]] AnyArrayView view(const TensorEntry& tensor) const {
        return {tensor.type, tensor.shape, data_.subspan(tensor.begin, tensor.end - tensor.begin)};
    }
    [[nodiscard]] AnyArrayView view(std::string_view name) const {
        const TensorEntry* const tensor = find(name);
        if (!tensor) throw FileError(name_, "a tensor " + detail::in_quotes(name) + " was expected, the file has " + names());
        return view(*tensor);
    }

private:
    void open(std::span<const std::byte> bytes) {
        if (bytes.size() < 8)
            throw FileError(name_, detail::sentence("a safetensors file was expected, it has ", bytes.size(), " bytes"));
        const auto length = detail::little_endian<std::uint64_t>(bytes.data());
        if (length > largest_header || length > bytes.size() - 8)
            throw FileError(name_,
                            detail::sentence("a safetensors header of at most ", std::min(largest_header, bytes.size() - 8),
                                             " bytes was expected, it claims ", length));
        data_ = bytes.subspan(8 + length);
        const std::string_view text{reinterpret_cast<const char*>(bytes.data()) + 8, length};
        header_ = read_safetensors_header(name_, text, data_.size());
        for (std::size_t i = 0; i < header_.tensors.size(); ++i) places_.emplace(header_.tensors[i].name, i);
    }
    [[nodiscard]] const TensorEntry* find(std::string_view name) const {
        const auto place = places_.find(name);
        return place == places_.end() ? nullptr : &header_.tensors[place->second];
    }
    [[nodiscard]] std::string names() const {
        std::string list;
        for (const auto& [name, place] : places_)
            if (list.size() < 500) list.append(list.empty() ? "" : ", ").append(detail::in_quotes(name));
        return list.empty() ? "none" : list;
    }

    std::string name_;
    MemoryMap map_;
    std::span<const std::byte> data_;
    SafetensorsHeader header_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

/// Writes tensors and metadata as the reference implementation reads them: wide elements first, so that each tensor is aligned
/// for its type, else in the order given. Throws std::invalid_argument if two tensors have one name.
inline void write_safetensors(const std::filesystem::path& path, const std::vector<NamedView>& tensors,
                              const std::map<std::string, std::string>& metadata = {}) {
    std::vector<const NamedView*> ordered;
    for (const NamedView& tensor : tensors) ordered.push_back(&tensor);
    std::ranges::sort(ordered, [](const NamedView* left, const NamedView* right) {
        const std::size_t one = element_size(left->array.type), other = element_size(right->array.type);
        return one != other ? one > other : left < right;
    });
    SafetensorsHeader header{{}, metadata};
    std::map<std::string_view, bool> names;
    std::uint64_t at = 0;
    for (const auto* const tensor : ordered) {
        const auto& [name, array] = *tensor;
        if (name == "__metadata__" || !names.emplace(name, true).second)
            throw std::invalid_argument(path.string() + ": a tensor cannot be named " + detail::in_quotes(name) + " (twice)");
        header.tensors.push_back({name, array.type, array.shape, at, at + array.bytes.size()});
        at += array.bytes.size();
    }
    std::string text = safetensors_header(header);
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > Safetensors::largest_header)
        throw std::invalid_argument(detail::sentence(path.string(), ": a header of at most ", Safetensors::largest_header,
                                                     " bytes was expected, this one has ", text.size()));
    AtomicFile file{path};
    const std::uint64_t length = text.size();
    file.write(std::as_bytes(std::span{&length, 1}));
    file.write(text);
    for (const auto* const tensor : ordered) file.write(tensor->array.bytes);
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/layer_chain.hpp

// The way from a file of another framework to the type of a network: its layers one after the other, as Denim spells them.

namespace denim::inline DENIM_TARGET {

/// The layers between a picture and a value. What cannot be spelled throws std::invalid_argument with a sentence.
class LayerChain {
public:
    /// Windows and steps of a convolution or pool, steps between taps; zeros at the top, left, bottom and right.
    struct Windows {
        std::array<std::size_t, 2> size{1, 1}, step{1, 1}, dilation{1, 1};
        bool same = false;  ///< zeros as Keras's "same" puts them, whatever `zeros` says
        std::array<std::size_t, 4> zeros{};
    };

    explicit LayerChain(Shape picture) : picture_(picture), shape_(picture) {}

    [[nodiscard]] Shape shape() const { return shape_; }

    void conv(const Windows& windows, std::size_t filters, bool bias, std::size_t groups = 1) {
        if (groups == 0 || shape_.channels % groups != 0 || filters % groups != 0)
            throw std::invalid_argument(
                detail::sentence(groups, " groups do not divide ", shape_.channels, " channels and ", filters, " filters"));
        std::vector<std::string> parts = window_parts(windows, 1);
        parts.insert(parts.begin() + 1, std::to_string(filters));
        if (groups != 1) parts.push_back("Groups<" + std::to_string(groups) + ">");
        if (!bias) parts.push_back("NoBias");
        shape_.channels = filters;
        layers_.push_back({next(), "Conv", std::move(parts), Takes::of_conv});
    }
    /// One filter for each channel.
    void depthwise_conv(const Windows& windows, bool bias) {
        layers_.push_back({next(), "DepthwiseConv", window_parts(windows, 1), Takes::of_conv});
        if (!bias) layers_.back().parts.push_back("NoBias");
    }
    /// `operation`: Max or Average.
    void pool(const char* operation, const Windows& windows) {
        const auto parts = window_parts(windows, windows.size[0]);
        if (operation == std::string_view{"Max"} && parts.size() == 1 && parts[0] == "2") return add_plain("MaxPool");
        layers_.push_back({next(), "Pool", {operation}, Takes::nothing});
        layers_.back().parts.insert(layers_.back().parts.end(), parts.begin(), parts.end());
    }
    void global_pool(const char* operation) {
        shape_ = {1, 1, shape_.channels};
        layers_.push_back({next(), "GlobalPool", {operation}, Takes::nothing});
    }
    void dense(std::size_t outputs, bool bias) {
        shape_ = {1, 1, outputs};
        layers_.push_back({next(), "Dense", {std::to_string(outputs)}, Takes::of_dense});
        if (!bias) layers_.back().parts.push_back("NoBias");
    }
    /// The bias of a layer that was told to have none: a sum of its own in the file.
    void add_bias() {
        if (layers_.empty() || std::erase(layers_.back().parts, "NoBias") == 0)
            throw std::invalid_argument(
                "a sum with numbers that does not follow a convolution or a dense layer has no spelling");
        layers_.back().number = next();
    }
    void flatten() { shape_ = {1, 1, shape_.size()}; }
    void batch_norm() { add_plain("BatchNorm"); }
    void layer_norm() { add_plain("LayerNorm"); }
    void dropout() { add_plain("Dropout"); }

    /// An activation under Keras's name: part of a convolution or dense layer in front of it, else a layer of its own.
    void activate(std::string_view name) {
        if (name == "linear") return;
        const std::string word = activation_word(name);
        const Takes takes = layers_.empty() ? Takes::nothing : layers_.back().takes;
        if (takes == Takes::nothing) {
            layers_.push_back({next(), "Activation", {word}, Takes::nothing});
            return;
        }
        Layer& last = layers_.back();
        if (takes == Takes::of_dense || word != "ReLU") last.parts.push_back(word);
        last.takes = Takes::nothing;
        last.number = next();  // what branched off before it is another value
    }
    /// The sum of two branches of which one is the other's beginning: a Residual.
    static LayerChain sum(LayerChain a, LayerChain b) {
        if (a.layers_.size() < b.layers_.size()) std::swap(a, b);
        const auto begins = [](const Layer& one, const Layer& other) { return one.number == other.number; };
        if (!std::equal(b.layers_.begin(), b.layers_.end(), a.layers_.begin(), begins) || a.layers_.size() == b.layers_.size())
            throw std::invalid_argument("a sum of two branches that both have layers of their own has no spelling");
        if (a.shape_ != b.shape_) throw std::invalid_argument("a sum of two shapes has no spelling");
        b.layers_.push_back({next(), "Residual", {listed(a.layers_, b.layers_.size())}, Takes::nothing});
        return b;
    }
    /// Branches that begin as one, their channels one after the other: a Parallel.
    static LayerChain concatenation(const std::vector<LayerChain>& branches) {
        if (branches.size() < 2) throw std::invalid_argument("at least two branches were expected");
        LayerChain whole = branches[0];
        std::size_t common = whole.layers_.size();
        for (const LayerChain& branch : branches) {
            if (branch.shape_.height != whole.shape_.height || branch.shape_.width != whole.shape_.width)
                throw std::invalid_argument("branches whose pictures differ in size have no spelling");
            common = std::min(common, branch.layers_.size());
            while (common > 0 && branch.layers_[common - 1].number != whole.layers_[common - 1].number) --common;
        }
        Layer parallel{next(), "Parallel", {}, Takes::nothing};
        std::size_t channels = 0;
        for (const LayerChain& branch : branches) {
            const std::size_t own = branch.layers_.size() - common;
            if (own == 0) throw std::invalid_argument("a branch without layers of its own has no spelling");
            const std::string inner = listed(branch.layers_, common);
            parallel.parts.push_back(own == 1 ? inner : "Sequential<" + inner + ">");
            channels += branch.shape_.channels;
        }
        whole.layers_.resize(common);
        whole.layers_.push_back(std::move(parallel));
        whole.shape_.channels = channels;
        return whole;
    }

    /// "using NAME = denim::Network<...>;", a line for each layer.
    [[nodiscard]] std::string spelling(const std::string& name) const {
        if (layers_.empty()) throw std::invalid_argument("there is no layer");
        std::string lines = "using " + name + " = denim::Network<denim::Image<" + std::to_string(picture_.height) + ", " +
                            std::to_string(picture_.width) + ", " + std::to_string(picture_.channels) + ">, denim::Sequential<";
        for (const Layer& layer : layers_) lines += (&layer == layers_.data() ? "\n    " : ",\n    ") + qualified(text(layer));
        return lines + ">>;\n";
    }

private:
    enum class Takes { nothing, of_conv, of_dense };  // an activation as an option, and whose default it has
    struct Layer {
        std::size_t number;  // alike in two chains for one and the same layer
        std::string word;
        std::vector<std::string> parts;
        Takes takes;
    };

    static std::size_t next() {
        static std::atomic<std::size_t> number = 0;
        return ++number;
    }
    void add_plain(const char* word) { layers_.push_back({next(), word, {}, Takes::nothing}); }

    static std::string activation_word(std::string_view name) {
        constexpr std::pair<std::string_view, std::string_view> words[]{{"relu", "ReLU"},
                                                                        {"elu", "ELU"},
                                                                        {"gelu", "GELU"},
                                                                        {"silu", "SiLU"},
                                                                        {"swish", "SiLU"},
                                                                        {"sigmoid", "Sigmoid"},
                                                                        {"tanh", "Tanh"},
                                                                        {"softmax", "Softmax"},
                                                                        {"hard_silu", "HardSwish"},
                                                                        {"hard_swish", "HardSwish"},
                                                                        {"leaky_relu of 0.3", "LeakyReLU"}};
        for (const auto& [theirs, ours] : words)
            if (theirs == name) return std::string{ours};
        throw std::invalid_argument("the activation " + detail::in_quotes(name) + " has no spelling");
    }
    // The layers from `first` on, with commas.
    static std::string listed(const std::vector<Layer>& layers, std::size_t first) {
        std::string list;
        for (std::size_t n = first; n < layers.size(); ++n) list += (list.empty() ? "" : ", ") + text(layers[n]);
        return list;
    }
    static std::string text(const Layer& layer) {
        if (layer.parts.empty()) return layer.word;
        std::string list;
        for (const std::string& part : layer.parts) list += (list.empty() ? "" : ", ") + part;
        return layer.word + '<' + list + (layer.takes == Takes::of_conv ? ", Linear>" : ">");
    }
    // Every word of ours with its namespace in front.
    static std::string qualified(const std::string& text) {
        std::string result;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const bool begins = text[at] >= 'A' && text[at] <= 'Z' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '<');
            result += begins ? std::string{"denim::"} + text[at] : std::string{text[at]};
        }
        return result;
    }

    // The window and its options, and what it makes of rows and columns. `step` is what no Stride stands for.
    std::vector<std::string> window_parts(const Windows& windows, std::size_t step) {
        const auto [height, width] = windows.size;
        if (height != width || windows.step[0] != windows.step[1] || height == 0 || windows.step[0] == 0)
            throw std::invalid_argument("windows and steps that are not square have no spelling");
        if (windows.dilation[0] != windows.dilation[1] || windows.dilation[0] == 0)
            throw std::invalid_argument("windows dilated unevenly have no spelling");
        const std::size_t stride = windows.step[0], dilation = windows.dilation[0], spans = (height - 1) * dilation + 1;
        std::array<std::size_t, 4> same{};
        const std::array extents{shape_.height, shape_.width};
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const std::size_t reach = ((extents[axis] + stride - 1) / stride - 1) * stride + spans;
            const std::size_t zeros = reach > extents[axis] ? reach - extents[axis] : 0;
            same[axis] = zeros / 2, same[2 + axis] = zeros - zeros / 2;
        }
        std::vector<std::string> parts{std::to_string(height)};
        const bool none = std::ranges::count(windows.zeros, std::size_t{0}) == 4;
        if (windows.same || (!none && windows.zeros == same)) {
            if (same != std::array<std::size_t, 4>{} || stride > 1) parts.push_back("Same");
            shape_ = {(shape_.height + stride - 1) / stride, (shape_.width + stride - 1) / stride, shape_.channels};
        } else if (none) {
            if (extents[0] < spans || extents[1] < spans) throw std::invalid_argument("a window is larger than its picture");
            shape_ = {(shape_.height - spans) / stride + 1, (shape_.width - spans) / stride + 1, shape_.channels};
        } else {
            throw std::invalid_argument(detail::sentence("zeros around a picture of ", to_string(shape_), ", ",
                                                         windows.zeros[0], " above, ", windows.zeros[1], " to the left, ",
                                                         windows.zeros[2], " below and ", windows.zeros[3],
                                                         " to the right, are neither Valid nor Same (which would be ", same[0],
                                                         ", ", same[1], ", ", same[2], ", ", same[3], ")"));
        }
        if (dilation != 1) parts.push_back("Dilation<" + std::to_string(dilation) + ">");
        if (stride != step) parts.push_back("Stride<" + std::to_string(stride) + ">");
        return parts;
    }

    Shape picture_, shape_;
    std::vector<Layer> layers_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/weights_metadata.hpp

namespace denim::inline DENIM_TARGET {

/// What was done to the numbers of a picture before the network saw them: (number * scale - mean) / deviation, with one mean
/// and one deviation a channel, or none for 0 and 1.
struct Preprocessing {
    float scale = 1.0f / 255.0f;
    std::vector<float> mean = {}, deviation = {};

    friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

/// One input and what the network gave for it when it was saved: whoever loads it can compare.
struct SampleOutput {
    std::vector<float> input, output;

    friend bool operator==(const SampleOutput&, const SampleOutput&) = default;
};

/// What stands beside the weights in their file.
struct WeightsMetadata {
    std::string architecture = {};
    std::vector<std::string> labels = {};
    Preprocessing preprocessing = {};
    std::optional<SampleOutput> sample = {};
    std::string version = "1";                       // of this metadata
    std::map<std::string, std::string> others = {};  // anything else, under keys of one's own

    friend bool operator==(const WeightsMetadata&, const WeightsMetadata&) = default;
};

namespace detail {

/// How deep the brackets of a JSON text nest.
inline int deepest_bracket(std::string_view text) {
    int depth = 0, deepest = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '\\')
            ++i;
        else if (!quoted && (text[i] == '[' || text[i] == '{'))
            deepest = std::max(deepest, ++depth);
        else if (!quoted && (text[i] == ']' || text[i] == '}'))
            --depth;
    }
    return deepest;
}

/// Parses a short JSON text of a file: at most 16 MiB, at most four brackets deep.
inline nlohmann::json parse_metadata(const std::string& file, const std::string& key, std::string_view text) {
    if (deepest_bracket(text) > 4 || text.size() > (std::size_t{1} << 24))
        throw FileError(file, "the metadata " + in_quotes(key) + " are too deep or too long");
    auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) throw FileError(file, "the metadata " + in_quotes(key) + " are no JSON: " + in_quotes(text));
    return json;
}

/// JSON has no other numbers.
inline void require_finite(std::span<const float> values, std::string_view what) {
    for (const float value : values)
        if (!std::isfinite(value)) throw std::invalid_argument(sentence("a finite ", what, " was expected, ", value, " came"));
}

/// A number, a text, or a list of them.
template <class Value>
Value metadata_value(const std::string& file, const std::string& key, const nlohmann::json& json) {
    if constexpr (std::is_same_v<Value, float>) {
        if (json.is_number() && std::fabs(json.get<double>()) <= std::numeric_limits<float>::max())
            return static_cast<float>(json.get<double>());
    } else if constexpr (std::is_same_v<Value, std::string>) {
        if (json.is_string()) return json.get<std::string>();
    } else if (json.is_array()) {
        Value values;
        for (const nlohmann::json& each : json) values.push_back(metadata_value<typename Value::value_type>(file, key, each));
        return values;
    }
    throw FileError(file,
                    "the metadata " + in_quotes(key) + " do not have the form that was expected: " + in_quotes(json.dump()));
}

}  // namespace detail

/// The metadata as texts by key, as a safetensors file keeps them: `architecture` and `version` as they are, `labels`,
/// `preprocessing` and `sample` as JSON.
inline std::map<std::string, std::string> write_metadata(const WeightsMetadata& metadata) {
    std::map<std::string, std::string> texts = metadata.others;
    for (const char* const key : {"architecture", "version", "labels", "preprocessing", "sample"})
        if (texts.contains(key)) throw std::invalid_argument(detail::sentence("the metadata key '", key, "' is taken"));
    texts["architecture"] = metadata.architecture;
    texts["version"] = metadata.version;
    const auto& [scale, mean, deviation] = metadata.preprocessing;
    detail::require_finite({&scale, 1}, "scale");
    detail::require_finite(mean, "mean");
    detail::require_finite(deviation, "deviation");
    if (metadata.sample) {
        detail::require_finite(metadata.sample->input, "sample input");
        detail::require_finite(metadata.sample->output, "sample output");
    }
    try {
        texts["labels"] = nlohmann::json(metadata.labels).dump();
        texts["preprocessing"] = nlohmann::json{{"scale", scale}, {"mean", mean}, {"deviation", deviation}}.dump();
        if (metadata.sample)
            texts["sample"] = nlohmann::json{{"input", metadata.sample->input}, {"output", metadata.sample->output}}.dump();
    } catch (const nlohmann::json::exception&) {
        throw std::invalid_argument("labels of a network are UTF-8");
    }
    return texts;
}

/// The way back; a file that other programs wrote may lack any of them. Throws FileError under the name of the file.
inline WeightsMetadata read_metadata(const std::string& file, std::map<std::string, std::string> texts) {
    WeightsMetadata metadata;
    const auto take = [&](const std::string& key) {
        const auto node = texts.extract(key);
        return node ? std::optional{std::move(node.mapped())} : std::nullopt;
    };
    const auto part = [&](const std::string& key, const nlohmann::json& object, const char* member, auto& value) {
        if (!object.is_object() || !object.contains(member))
            throw FileError(file, "the metadata " + detail::in_quotes(key) + " lack " + member);
        value = detail::metadata_value<std::remove_cvref_t<decltype(value)>>(file, key, object[member]);
    };
    metadata.architecture = take("architecture").value_or("");
    metadata.version = take("version").value_or("");
    if (const auto text = take("labels"))
        metadata.labels =
            detail::metadata_value<std::vector<std::string>>(file, "labels", detail::parse_metadata(file, "labels", *text));
    if (const auto text = take("preprocessing")) {
        const auto json = detail::parse_metadata(file, "preprocessing", *text);
        part("preprocessing", json, "scale", metadata.preprocessing.scale);
        part("preprocessing", json, "mean", metadata.preprocessing.mean);
        part("preprocessing", json, "deviation", metadata.preprocessing.deviation);
    }
    if (const auto text = take("sample")) {
        const auto json = detail::parse_metadata(file, "sample", *text);
        part("sample", json, "input", metadata.sample.emplace().input);
        part("sample", json, "output", metadata.sample->output);
    }
    metadata.others = std::move(texts);
    return metadata;
}

/// Compares what a network gives for the sample of its file with what it gave when it was saved: each number within
/// `tolerance`, relative to the largest. Throws FileError with the first that differs.
inline void check_sample(const std::string& file, const SampleOutput& sample, const std::vector<float>& output,
                         float tolerance = 1e-3f) {
    if (sample.output.size() != output.size())
        throw FileError(file, detail::sentence("the network gave ", sample.output.size(),
                                               " numbers for its sample when it was saved, now it gives ", output.size()));
    float largest = 0;
    for (const float value : sample.output) largest = std::max(largest, std::fabs(value));
    for (std::size_t i = 0; i < output.size(); ++i)
        if (!(std::fabs(output[i] - sample.output[i]) <= tolerance * largest))
            throw FileError(file, detail::sentence("the network gave ", sample.output[i], " as number ", i,
                                                   " for its sample when it was saved, now it gives ", output[i]));
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/spell_keras.hpp

// A Keras model, from its .keras file (a zip archive with config.json) or from the text of model.to_json(). Keras's older .h5
// files are HDF5, which is not read: keras.models.load_model("x.h5").save("x.keras") turns one into the other.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Follows the layers of a Sequential or functional Keras model and spells each.
class KerasSpelling {
public:
    using Json = nlohmann::json;

    explicit KerasSpelling(const Json& model) {
        const std::string kind = model.at("class_name");
        if (kind != "Sequential" && kind != "Functional" && kind != "Model")
            throw std::invalid_argument("a Sequential or functional model was expected, " + in_quotes(kind) + " came");
        const Json& config = model.at("config");
        const Json& layers = config.is_array() ? config : config.at("layers");
        std::string before;
        for (const Json& layer : layers) {
            const Json& settings = layer.at("config");
            const std::string name = settings.at("name");
            std::vector<std::string> inputs;
            if (kind == "Sequential" && !before.empty()) inputs.push_back(before);
            if (kind != "Sequential" && layer.contains("inbound_nodes")) collect(layer.at("inbound_nodes"), inputs, 0);
            try {
                visit(layer.at("class_name"), settings, name, inputs);
            } catch (const std::invalid_argument& error) {
                throw std::invalid_argument("the layer " + in_quotes(name) + " (" + std::string{layer.at("class_name")} +
                                            "): " + error.what());
            }
            before = name;
        }
        last_ = before;
        if (kind != "Sequential" && config.contains("output_layers")) {
            std::vector<std::string> outputs;
            collect(config.at("output_layers"), outputs, 0);
            if (outputs.size() != 1) throw std::invalid_argument("one output was expected");
            last_ = outputs[0];
        }
    }
    [[nodiscard]] std::string spelling(const std::string& name) const {
        const auto result = chains_.find(last_);
        if (result == chains_.end()) throw std::invalid_argument("there is no layer");
        return result->second.spelling(name);
    }

private:
    // The names of layers in what Keras 2 or 3 writes of connections: ["name", 0, 0] or {"keras_history": ["name", 0, 0]}.
    static void collect(const Json& json, std::vector<std::string>& names, int depth) {
        if (depth > 20) throw std::invalid_argument("connections nest too deep");
        if (json.is_array() && json.size() >= 3 && json[0].is_string() && json[1].is_number())
            names.push_back(json[0]);
        else if (json.is_structured())
            for (const Json& part : json) collect(part, names, depth + 1);
    }

    void visit(const std::string& kind, const Json& settings, const std::string& name, const std::vector<std::string>& inputs) {
        const char* const shape_key = settings.contains("batch_shape") ? "batch_shape" : "batch_input_shape";
        if (kind == "InputLayer" || (inputs.empty() && settings.contains(shape_key))) {
            const Json& shape = settings.at(shape_key);
            if (!shape.is_array() || shape.size() != 4 || !shape[1].is_number() || !shape[2].is_number() ||
                !shape[3].is_number())
                throw std::invalid_argument("pictures (height, width, channels) of known size were expected");
            const Shape picture{size(shape[1]), size(shape[2]), size(shape[3])};
            if (kind == "InputLayer") {
                chains_.emplace(name, LayerChain{picture});
                return;
            }
            chains_.emplace("", LayerChain{picture});
        }
        const auto from = [&](std::size_t n) -> const LayerChain& {
            const auto found = chains_.find(n < inputs.size() ? inputs[n] : "");
            if (found == chains_.end()) throw std::invalid_argument("it has no input that is known");
            return found->second;
        };
        LayerChain chain = from(0);
        if (kind == "Add") {
            if (inputs.size() != 2) throw std::invalid_argument("a sum of two was expected");
            chain = LayerChain::sum(chain, from(1));
        } else if (kind == "Concatenate") {
            const int axis = settings.value("axis", -1);
            if (axis != -1 && axis != 3) throw std::invalid_argument("a concatenation of channels was expected");
            std::vector<LayerChain> branches;
            for (std::size_t n = 0; n < inputs.size(); ++n) branches.push_back(from(n));
            chain = LayerChain::concatenation(branches);
        } else {
            apply(kind, settings, chain);
        }
        chains_.insert_or_assign(name, std::move(chain));
    }

    void apply(const std::string& kind, const Json& settings, LayerChain& chain) {
        if (settings.value("data_format", "channels_last") != "channels_last")
            throw std::invalid_argument("channels_last was expected");
        if (kind == "Conv2D") {
            chain.conv(windows(settings, "kernel_size"), size(settings.at("filters")), settings.value("use_bias", true),
                       size(settings.value("groups", Json(1u))));
            activate(settings, chain);
        } else if (kind == "DepthwiseConv2D") {
            if (settings.value("depth_multiplier", 1) != 1)
                throw std::invalid_argument("more than one filter for each channel has no spelling");
            chain.depthwise_conv(windows(settings, "kernel_size"), settings.value("use_bias", true));
            activate(settings, chain);
        } else if (kind == "MaxPooling2D" || kind == "AveragePooling2D") {
            chain.pool(kind == "MaxPooling2D" ? "Max" : "Average", windows(settings, "pool_size"));
        } else if (kind == "GlobalMaxPooling2D" || kind == "GlobalAveragePooling2D") {
            chain.global_pool(kind == "GlobalMaxPooling2D" ? "Max" : "Average");
        } else if (kind == "Dense") {
            if (chain.shape().height * chain.shape().width != 1)
                throw std::invalid_argument("a Dense without a Flatten in front has no spelling");
            chain.dense(size(settings.at("units")), settings.value("use_bias", true));
            activate(settings, chain);
        } else if (kind == "BatchNormalization") {
            if (settings.value("epsilon", 1e-3) != 1e-3)
                throw std::invalid_argument("a BatchNorm with an epsilon other than 1e-3 has no spelling");
            chain.batch_norm();
        } else if (kind == "LayerNormalization") {
            const Json axis = settings.value("axis", Json(-1));
            if (axis != -1 && axis != 3 && axis != Json{-1} && axis != Json{3})
                throw std::invalid_argument("a LayerNorm over the channels was expected");
            if (settings.value("epsilon", 1e-3) != 1e-3)
                throw std::invalid_argument("a LayerNorm with an epsilon other than 1e-3 has no spelling");
            chain.layer_norm();
        } else if (kind == "Dropout") {
            chain.dropout();
        } else if (kind == "ReLU") {
            const Json most = settings.value("max_value", Json{});
            if (!most.is_null() || settings.value("negative_slope", 0.0) != 0 || settings.value("threshold", 0.0) != 0)
                throw std::invalid_argument("a ReLU that is cut off, tilted or moved has no spelling");
            chain.activate("relu");
        } else if (kind == "LeakyReLU") {
            if (std::abs(settings.value("negative_slope", settings.value("alpha", 0.3)) - 0.3) > 1e-6)
                throw std::invalid_argument("a LeakyReLU with a slope other than 0.3 has no spelling");
            chain.activate("leaky_relu of 0.3");
        } else if (kind == "ELU") {
            if (settings.value("alpha", 1.0) != 1)
                throw std::invalid_argument("an ELU with an alpha other than 1 has no spelling");
            chain.activate("elu");
        } else if (kind == "Activation") {
            activate(settings, chain);
        } else if (kind == "Flatten") {
            chain.flatten();
        } else if (kind != "Softmax") {
            throw std::invalid_argument("Denim has no layer for it");
        }
    }

    // A softmax at the end is left out: Denim's networks give logits.
    static void activate(const Json& settings, LayerChain& chain) {
        const Json activation = settings.value("activation", Json{});
        const std::string name = activation.is_string() ? std::string{activation}
                                 : activation.is_null() ? "linear"
                                                        : "of another kind";
        if (name != "softmax") chain.activate(name);
    }
    static std::size_t size(const Json& number) {
        if (!number.is_number_unsigned() || number.get<std::uint64_t>() == 0 || number.get<std::uint64_t>() > 1'000'000)
            throw std::invalid_argument("a size was expected, " + in_quotes(number.dump()) + " came");
        return number.get<std::size_t>();
    }
    static std::array<std::size_t, 2> pair(const Json& settings, const char* key) {
        if (!settings.contains(key) || settings.at(key).is_null()) return {1, 1};
        const Json& value = settings.at(key);
        if (value.is_array() && value.size() == 2) return {size(value[0]), size(value[1])};
        return {size(value), size(value)};
    }
    static LayerChain::Windows windows(const Json& settings, const char* key) {
        const auto step =
            settings.contains("strides") && !settings.at("strides").is_null() ? pair(settings, "strides") : pair(settings, key);
        return {.size = pair(settings, key),
                .step = step,
                .dilation = pair(settings, "dilation_rate"),
                .same = settings.value("padding", "valid") == "same"};
    }

    std::map<std::string, LayerChain> chains_;
    std::string last_;
};

/// config.json of a .keras archive, or the source itself.
inline std::string keras_config(const ByteSource& source) {
    constexpr std::uint64_t most = 1 << 26;
    std::array<std::byte, 2> begin{};
    if (source.size() < 2) source.fail("a Keras model was expected, it has less than 2 bytes");
    source.read(0, begin);
    std::string text;
    const auto room = [&](std::uint64_t size) {
        if (size > most) source.fail(sentence("a Keras model of at most ", most, " bytes was expected, it has ", size));
        text.resize(static_cast<std::size_t>(size));
        return std::as_writable_bytes(std::span{text});
    };
    if (begin[0] == std::byte{'P'} && begin[1] == std::byte{'K'}) {
        const ZipDirectory directory{source};
        const ZipEntry* const entry = directory.find("config.json");
        if (!entry) source.fail("a Keras archive was expected, it has no config.json");
        const auto stream = ZipDirectory::open(source, *entry, source.name() + ", config.json");
        stream->read(room(stream->size()));
    } else {
        source.read(0, room(source.size()));
    }
    return text;
}

}  // namespace detail

/// The type that computes what the Keras model computes, up to its logits: "using NAME = denim::Network<...>;". Throws
/// FileError for what has no spelling.
inline std::string spell_keras(const ByteSource& source, const std::string& name = "Model") {
    const std::string text = detail::keras_config(source);
    if (detail::deepest_bracket(text) > 64) source.fail("the model nests too deep");
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object())
        source.fail(
            "a .keras file or the text of model.to_json() was expected (.h5 files are not read: save the model as .keras)");
    try {
        return detail::KerasSpelling{json}.spelling(name);
    } catch (const std::invalid_argument& error) {
        source.fail(error.what());
    } catch (const nlohmann::json::exception& error) {
        source.fail(std::string{"it does not describe a model as Keras does: "} + error.what());
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/spell_onnx.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Follows the nodes of an ONNX graph and spells each.
class OnnxSpelling {
public:
    OnnxSpelling(const std::string& file, const OnnxModel& model) : file_(file) {
        for (const auto& [name, array] : model.weights) weights_.emplace(name, &array);
        const OnnxValue* input = nullptr;
        for (const OnnxValue& value : model.inputs)
            if (!weights_.contains(value.name) && input == nullptr) input = &value;
        if (input == nullptr || input->shape.size() != 4 || input->shape[1] * input->shape[2] * input->shape[3] == 0)
            throw FileError(file_, "an input of four axes was expected, height, width and channels known");
        input_ = input;
        last_ = input->name;
        for (const OnnxNode& node : model.nodes) try {
                visit(node);
            } catch (const std::invalid_argument& error) {
                throw FileError(file_, "the node " + in_quotes(node.name.empty() ? node.type : node.name) + " (" + node.type +
                                           "): " + error.what());
            }
    }
    [[nodiscard]] std::string spelling(const std::string& name) const {
        const auto result = chains_.find(last_);
        if (result == chains_.end()) throw FileError(file_, "there is no layer");
        return result->second.spelling(name);
    }

private:
    void visit(const OnnxNode& node) {
        if (node.outputs.empty()) return;
        if (is_weight(node.input(0)) && (node.type == "Identity" || node.type == "Transpose")) {  // a weight under another name
            weights_[node.outputs[0]] = weights_.find(node.input(0))->second;
            return;
        }
        if (before_layers(node)) return;
        if (node.type == "Constant" || node.type == "Shape") return;
        const std::string_view from = is_weight(node.input(0)) ? node.input(1) : node.input(0);
        if (input_ != nullptr && (from == input_->name || raw_.contains(from)))
            chains_.emplace(from, LayerChain{{input_->shape[2], input_->shape[3], input_->shape[1]}});
        const auto at = chains_.find(from);
        if (at == chains_.end()) return;  // shapes that are computed on the way
        LayerChain chain = at->second;
        apply(node, chain);
        last_ = node.outputs[0];
        chains_.insert_or_assign(node.outputs[0], std::move(chain));
    }

    // What is done to pixels in front of the first layer, and the transposition of (N, H, W, C).
    bool before_layers(const OnnxNode& node) {
        if (node.input(0) != input_->name && !raw_.contains(node.input(0))) return false;
        const bool with_numbers = node.type == "Mul" || node.type == "Sub" || node.type == "Div" || node.type == "Add";
        if (node.type == "Cast" || node.type == "Identity" || (with_numbers && is_weight(node.input(1)))) {
            raw_.insert(node.outputs[0]);
            return true;
        }
        if (node.type == "Transpose" &&
            node.attribute<std::vector<std::int64_t>>("perm") == std::vector<std::int64_t>{0, 3, 1, 2}) {
            chains_.insert_or_assign(node.outputs[0], LayerChain{{input_->shape[1], input_->shape[2], input_->shape[3]}});
            return true;
        }
        return false;
    }

    void apply(const OnnxNode& node, LayerChain& chain) {
        static const std::set<std::string_view> nothing{"Identity",  "Flatten", "Reshape", "Squeeze",   "Unsqueeze",
                                                        "Transpose", "Cast",    "Softmax", "LogSoftmax"};
        static const std::map<std::string_view, const char*> activations{
            {"Relu", "relu"}, {"LeakyRelu", "leaky_relu of 0.3"}, {"Elu", "elu"}, {"Gelu", "gelu"}, {"Sigmoid", "sigmoid"},
            {"Tanh", "tanh"}, {"HardSwish", "hard_swish"}};
        if (node.type == "Conv") {
            const auto shape = weight(node, 1, 4).shape;
            const std::size_t groups = extent(node.attribute<std::int64_t>("group").value_or(1)), filters = shape[0];
            const bool bias = !node.input(2).empty();
            if (groups > 1 && groups == chain.shape().channels && groups == filters)
                chain.depthwise_conv(windows(node, {shape[2], shape[3]}), bias);
            else
                chain.conv(windows(node, {shape[2], shape[3]}), filters, bias, groups);
        } else if (node.type == "MaxPool" || node.type == "AveragePool") {
            const bool average = node.type == "AveragePool";
            const auto size = node.attribute<std::vector<std::int64_t>>("kernel_shape").value_or(std::vector<std::int64_t>{});
            if (size.size() != 2) throw std::invalid_argument("a window of two axes was expected");
            if (node.attribute<std::int64_t>("ceil_mode").value_or(0) != 0)
                throw std::invalid_argument("windows beyond the edge have no spelling");
            const LayerChain::Windows of = windows(node, {extent(size[0]), extent(size[1])});
            const bool leaves = of.same || of.zeros != std::array<std::size_t, 4>{};
            if (average && leaves && node.attribute<std::int64_t>("count_include_pad").value_or(0) != 0)
                throw std::invalid_argument("means that count what lies outside the picture have no spelling");
            chain.pool(average ? "Average" : "Max", of);
        } else if (node.type == "GlobalAveragePool" || node.type == "GlobalMaxPool") {
            chain.global_pool(node.type == "GlobalMaxPool" ? "Max" : "Average");
        } else if (node.type == "Gemm") {
            const auto shape = weight(node, 1, 2).shape;
            chain.dense(shape[node.attribute<std::int64_t>("transB").value_or(0) != 0 ? 0 : 1], !node.input(2).empty());
        } else if (node.type == "MatMul") {  // its bias is an Add
            const auto shape = weight(node, 1, 2).shape;
            chain.dense(shape[0] == chain.shape().size() ? shape[1] : shape[0], false);
        } else if (node.type == "BatchNormalization") {
            chain.batch_norm();
        } else if (node.type == "Dropout") {
            chain.dropout();
        } else if (const auto activation = activations.find(node.type); activation != activations.end()) {
            if (node.type == "Elu" && node.attribute<float>("alpha").value_or(1) != 1)
                throw std::invalid_argument("an ELU with an alpha other than 1 has no spelling");
            if (node.type == "LeakyRelu" && node.attribute<float>("alpha").value_or(0.01f) != 0.3f)
                throw std::invalid_argument("a LeakyReLU with a slope other than 0.3 has no spelling");
            if (node.type == "Gelu" && node.attribute<std::string>("approximate").value_or("none") != "none")
                throw std::invalid_argument("an approximated GELU has no spelling");
            chain.activate(activation->second);
        } else if (node.type == "Concat") {
            const std::int64_t axis = node.attribute<std::int64_t>("axis").value_or(0);
            if (axis != 1 && axis != -3) throw std::invalid_argument("a concatenation of channels was expected");
            std::vector<LayerChain> branches;
            for (std::size_t n = 0; !node.input(n).empty(); ++n) {
                const auto branch = chains_.find(node.input(n));
                if (branch == chains_.end()) throw std::invalid_argument("a branch that is no layer has no spelling");
                branches.push_back(branch->second);
            }
            chain = LayerChain::concatenation(branches);
        } else if (node.type == "Add") {
            if (is_weight(node.input(0)) || is_weight(node.input(1))) return chain.add_bias();
            const auto other = chains_.find(node.input(1));
            if (other == chains_.end()) throw std::invalid_argument("a sum with something that is no layer has no spelling");
            chain = LayerChain::sum(std::move(chain), other->second);
        } else if (!nothing.contains(node.type)) {
            throw std::invalid_argument("Denim has no layer for it");
        }
    }

    [[nodiscard]] bool is_weight(std::string_view name) const { return weights_.contains(name); }
    [[nodiscard]] const AnyArray& weight(const OnnxNode& node, std::size_t place, std::size_t axes) const {
        const auto found = weights_.find(node.input(place));
        if (found == weights_.end() || found->second->shape.size() != axes)
            throw std::invalid_argument(sentence("weights of ", axes, " axes were expected in the file"));
        return *found->second;
    }
    static std::size_t extent(std::int64_t number) {
        if (number < 0 || number > 1'000'000)
            throw std::invalid_argument(sentence("an extent was expected, ", number, " came"));
        return static_cast<std::size_t>(number);
    }
    static LayerChain::Windows windows(const OnnxNode& node, std::array<std::size_t, 2> size) {
        using Numbers = std::vector<std::int64_t>;
        LayerChain::Windows result{.size = size};
        const Numbers step = node.attribute<Numbers>("strides").value_or(Numbers{1, 1}),
                      zeros = node.attribute<Numbers>("pads").value_or(Numbers{0, 0, 0, 0});
        if (step.size() != 2 || zeros.size() != 4) throw std::invalid_argument("windows over two axes were expected");
        const Numbers dilation = node.attribute<Numbers>("dilations").value_or(Numbers{1, 1});
        if (dilation.size() != 2) throw std::invalid_argument("windows over two axes were expected");
        for (std::size_t n = 0; n < 2; ++n) result.dilation[n] = extent(dilation[n]);
        for (std::size_t n = 0; n < 2; ++n) result.step[n] = extent(step[n]);
        for (std::size_t n = 0; n < 4; ++n) result.zeros[n] = extent(zeros[n]);
        const std::string padding = node.attribute<std::string>("auto_pad").value_or("NOTSET");
        result.same = padding == "SAME_UPPER";
        if (padding == "SAME_LOWER") throw std::invalid_argument("odd zeros above and to the left have no spelling");
        return result;
    }

    std::string file_;
    const OnnxValue* input_ = nullptr;
    std::string last_;  // the value that the last layer gives
    std::map<std::string, const AnyArray*, std::less<>> weights_;
    std::map<std::string, LayerChain, std::less<>> chains_;  // what is known of each value
    std::set<std::string, std::less<>> raw_;                 // pixels in front of the first layer
};

}  // namespace detail

/// The type that computes what the model computes, up to its logits: "using NAME = denim::Network<...>;". Throws FileError
/// under the name `file` for what has no spelling.
inline std::string spell_onnx(const std::string& file, const OnnxModel& model, const std::string& name = "Model") {
    try {
        return detail::OnnxSpelling{file, model}.spelling(name);
    } catch (const std::invalid_argument& error) {
        throw FileError(file, error.what());
    }
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/weights.hpp

// The parameters of a network in a safetensors file, as named rows of numbers: nothing here knows the network's type.

#include <deque>

namespace denim::inline DENIM_TARGET {

/// One row of a network's parameters; the values stand in someone else's memory.
struct NamedTensor {
    std::string name;
    std::vector<std::size_t> shape;
    std::span<const float> values;
};

/// The weights of a file, and what stands beside them. The values lie in the file, which stays mapped as long as this lives.
class Weights {
public:
    explicit Weights(Safetensors file) : file_(std::move(file)), metadata_(read_metadata(file_.name(), file_.metadata())) {
        for (const TensorEntry& entry : file_.tensors()) {
            const AnyArrayView view = file_.view(entry);
            if (view.type == ElementType::float32 && reinterpret_cast<std::uintptr_t>(view.bytes.data()) % alignof(float) == 0)
                tensors_.push_back({entry.name, entry.shape, view.values<float>()});
            else
                tensors_.push_back({entry.name, entry.shape, converted_.emplace_back(convert(entry.name, view))});
        }
    }
    Weights(Weights&&) = default;

    /// The name of the file.
    [[nodiscard]] const std::string& name() const { return file_.name(); }
    [[nodiscard]] const WeightsMetadata& metadata() const { return metadata_; }
    /// In the order of the file.
    [[nodiscard]] const std::vector<NamedTensor>& tensors() const { return tensors_; }

    /// The row of this name; throws FileError if there is none.
    [[nodiscard]] const NamedTensor& tensor(std::string_view name) const {
        const auto found = std::ranges::find(tensors_, name, &NamedTensor::name);
        if (found == tensors_.end()) throw FileError(this->name(), "a tensor " + detail::in_quotes(name) + " was expected");
        return *found;
    }

private:
    [[nodiscard]] std::vector<float> convert(const std::string& tensor, const AnyArrayView& view) const {
        try {
            return view.as<float>();
        } catch (const std::range_error& error) {
            throw FileError(name(), "tensor " + detail::in_quotes(tensor) + ": " + error.what());
        }
    }

    Safetensors file_;
    WeightsMetadata metadata_;
    std::vector<NamedTensor> tensors_;
    std::deque<std::vector<float>> converted_;
};

/// Writes a network's rows and metadata; the file is a safetensors file that any program reads.
inline void write_weights(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                          const WeightsMetadata& metadata = {}) {
    std::vector<NamedView> views;
    for (const auto& [name, shape, values] : tensors) views.push_back({name, AnyArrayView::of<float>(values, shape)});
    write_safetensors(path, views, write_metadata(metadata));
}

/// Opens a safetensors file of weights, ours or another program's: rows of other types than float32 are converted.
inline Weights read_weights(const std::filesystem::path& path) { return Weights{Safetensors{path}}; }

/// Throws FileError unless the file holds exactly the rows of `expected` (their values do not matter), in any order, and the
/// architecture, where both sides name one. The message lists both sides, row by row where they differ.
inline void check_weights(const Weights& weights, std::span<const NamedTensor> expected, std::string_view architecture) {
    std::map<std::string_view, const NamedTensor*> found;
    for (const NamedTensor& tensor : weights.tensors()) found.emplace(tensor.name, &tensor);
    struct Difference {
        std::string file, network;
    };
    const auto text = [](const NamedTensor& tensor) { return tensor.name + ' ' + detail::shape_text(tensor.shape); };
    std::vector<Difference> differences;
    std::size_t same = 0;
    const std::string& saved = weights.metadata().architecture;
    if (!saved.empty() && !architecture.empty() && saved != architecture)
        differences.push_back({saved, std::string{architecture}});
    for (const NamedTensor& tensor : expected) {
        const auto other = found.extract(tensor.name);
        if (other && other.mapped()->shape == tensor.shape)
            ++same;
        else
            differences.push_back({other ? text(*other.mapped()) : "-", text(tensor)});
    }
    for (const NamedTensor& tensor : weights.tensors())
        if (found.contains(tensor.name)) differences.push_back({text(tensor), "-"});
    if (differences.empty()) return;
    const std::string left = "in the file", right = "in the network";
    std::size_t width = left.size();
    for (const auto& [file, network] : differences) width = std::max(width, std::min<std::size_t>(file.size(), 60));
    const auto line = [&](const std::string& file, const std::string& network) {
        return "\n    " + file + std::string(width - std::min(width, file.size()), ' ') + " | " + network;
    };
    std::string message =
        detail::sentence("the weights do not fit the network: ", differences.size(), " rows differ, ", same, " fit");
    message += line(left, right);
    constexpr std::size_t most = 200;
    for (std::size_t i = 0; i < std::min(most, differences.size()); ++i)
        message += line(differences[i].file, differences[i].network);
    if (differences.size() > most) message += detail::sentence("\n    ... and ", differences.size() - most, " more");
    throw FileError(weights.name(), message);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/snapshot_file.hpp

// A snapshot as a safetensors file: tensors "parameters", "optimizer", "average" where there is one, "history" (epochs, 8),
// "counters", "scores", and what callbacks remember under "callback/...".

namespace denim::inline DENIM_TARGET {

/// Writes a snapshot; the file appears whole or not at all.
inline void write_snapshot(const std::filesystem::path& path, const Snapshot& snapshot) {
    std::vector<double> history;
    for (const Epoch& each : snapshot.history.epochs)
        history.insert(history.end(),
                       {static_cast<double>(each.number), each.train.loss, each.train.accuracy, each.validation.loss,
                        each.validation.accuracy, each.rate, each.seconds, each.images_per_second});
    const std::array<std::uint64_t, 6> counters{snapshot.step,
                                                snapshot.epoch,
                                                snapshot.batch,
                                                snapshot.images,
                                                snapshot.finished ? 1u : 0u,
                                                snapshot.history.best_epoch};
    const std::array<double, 4> scores{snapshot.train.loss, snapshot.train.accuracy, snapshot.seconds,
                                       static_cast<double>(snapshot.rate)};
    const auto row = []<class Number>(std::span<const Number> numbers) {
        return AnyArrayView::of<Number>(numbers, {numbers.size()});
    };
    std::vector<NamedView> tensors{{"parameters", row(std::span{snapshot.parameters})},
                                   {"optimizer", row(std::span{snapshot.optimizer})},
                                   {"history", AnyArrayView::of<double>(history, {snapshot.history.epochs.size(), 8})},
                                   {"counters", row(std::span<const std::uint64_t>{counters})},
                                   {"scores", row(std::span<const double>{scores})}};
    if (!snapshot.average.empty()) tensors.push_back({"average", row(std::span{snapshot.average})});
    for (const auto& [name, number] : snapshot.memory.numbers)
        tensors.push_back({"callback/number/" + name, row(std::span{&number, 1})});
    for (const auto& [name, array] : snapshot.memory.arrays)
        tensors.push_back({"callback/array/" + name, row(std::span{array})});
    write_safetensors(path, tensors, {{"run", snapshot.run}, {"snapshot", "1"}});
}

/// The way back; throws FileError if the file is no snapshot.
inline Snapshot read_snapshot(const std::filesystem::path& path) {
    const Safetensors file{path};
    const auto find = [&](const std::string& key) {
        const auto found = file.metadata().find(key);
        return found == file.metadata().end() ? std::string{} : found->second;
    };
    if (find("snapshot") != "1") throw FileError(file.name(), "a snapshot of version 1 was expected");
    Snapshot snapshot{find("run")};
    std::vector<double> history, scores;
    std::vector<std::uint64_t> counters;
    for (const TensorEntry& tensor : file.tensors()) {
        const AnyArrayView view = file.view(tensor);
        const std::string_view name = tensor.name, number = "callback/number/", array = "callback/array/";
        if (name == "parameters")
            snapshot.parameters = view.as<float>();
        else if (name == "optimizer")
            snapshot.optimizer = view.as<float>();
        else if (name == "average")
            snapshot.average = view.as<float>();
        else if (name == "history")
            history = view.as<double>();
        else if (name == "scores")
            scores = view.as<double>();
        else if (name == "counters")
            counters = view.as<std::uint64_t>();
        else if (name.starts_with(number) && view.size() == 1)
            snapshot.memory.numbers[std::string{name.substr(number.size())}] = view.as<double>()[0];
        else if (name.starts_with(array))
            snapshot.memory.arrays[std::string{name.substr(array.size())}] = view.as<float>();
    }
    if (counters.size() != 6 || scores.size() != 4 || history.size() % 8 != 0)
        throw FileError(file.name(), "the snapshot lacks its counters, scores or history");
    snapshot.step = counters[0];
    snapshot.epoch = static_cast<std::size_t>(counters[1]);
    snapshot.batch = static_cast<std::size_t>(counters[2]);
    snapshot.images = static_cast<std::size_t>(counters[3]);
    snapshot.finished = counters[4] != 0;
    snapshot.history.best_epoch = static_cast<std::size_t>(counters[5]);
    snapshot.train = {scores[0], scores[1]};
    snapshot.seconds = scores[2];
    snapshot.rate = static_cast<float>(scores[3]);
    for (std::size_t at = 0; at < history.size(); at += 8) {
        const double* each = &history[at];
        snapshot.history.epochs.push_back(
            {static_cast<std::size_t>(each[0]), {each[1], each[2]}, {each[3], each[4]}, each[5], each[6], each[7]});
    }
    return snapshot;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/checkpoint.hpp

namespace denim::inline DENIM_TARGET {

/// Keeps a run in a folder: `last.checkpoint` to go on from, `best.safetensors` for `load`. A program that is killed and
/// started again goes on from its last checkpoint, and ends with the same bits as if it had never stopped. An older checkpoint
/// stays whole until the new one is on the disk; a full disk is a FileError.
struct Checkpoint {
    std::filesystem::path folder;
    std::size_t every_epochs = 1;                ///< 0: at the end of the run only
    double every_minutes = 0;                    ///< also in the middle of an epoch; 0: not
    Monitor monitor = Monitor::validation_loss;  ///< of the best; without a validation set the training loss
    std::vector<std::string> labels = {};        ///< names of the classes, for best.safetensors
    bool resume = true;  ///< go on from last.checkpoint where there is one; it has to be of the same run

    [[nodiscard]] std::filesystem::path last() const { return folder / "last.checkpoint"; }
    [[nodiscard]] std::filesystem::path best() const { return folder / "best.safetensors"; }

    void on_begin(Run& run) {
        best_score_ = std::numeric_limits<double>::max();
        saved_ = Clock::now();
        if (!labels.empty() && labels.size() != run.learner.classes())
            throw std::invalid_argument("denim: Checkpoint: the network has " + std::to_string(run.learner.classes()) +
                                        " outputs, but " + std::to_string(labels.size()) +
                                        " labels came; expected one for each");
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) throw FileError(folder.string(), "the folder for checkpoints cannot be made: " + error.message());
        remove_partial_files();
        if (!resume || !std::filesystem::exists(last())) return;
        try {
            run.resumable->resume(read_snapshot(last()));
        } catch (const std::invalid_argument& problem) {
            throw FileError(last().string(),
                            std::string{"take another folder, remove the file, or set .resume = false. "} + problem.what());
        }
    }
    void on_rest(Run& run) {
        const bool ended = run.between_epochs();
        if (ended) save_best(run);
        const bool by_epoch = ended && ((every_epochs != 0 && run.epoch % every_epochs == 0) || run.epoch == run.epochs);
        const bool by_time =
            every_minutes > 0 && Clock::now() - saved_ > std::chrono::duration<double, std::ratio<60>>(every_minutes);
        if (!by_epoch && !by_time && !run.interrupted && !(ended && run.stop)) return;
        write_snapshot(last(), run.resumable->snapshot());
        saved_ = Clock::now();
    }
    void remember(CallbackMemory& memory) const { memory.numbers["Checkpoint.best"] = best_score_; }
    void recall(const CallbackMemory& memory) {
        if (memory.numbers.contains("Checkpoint.best")) best_score_ = memory.numbers.at("Checkpoint.best");
    }

    // What it knows of a run.
    using Clock = std::chrono::steady_clock;
    double best_score_ = 0;
    Clock::time_point saved_ = {};

    void save_best(Run& run) {
        const Epoch& epoch = run.history.epochs.back();
        const double score = run.validation ? watched_score(monitor, epoch, "Checkpoint") : epoch.train.loss;
        if (!(score < best_score_)) return;
        best_score_ = score;
        std::vector<NamedTensor> tensors;
        const std::span<const float> parameters = run.learner.parameters();
        for (const Row& row : run.learner.rows())
            tensors.push_back(
                {row.name,
                 {row.extents.values.begin(), row.extents.values.begin() + static_cast<std::ptrdiff_t>(row.extents.rank)},
                 parameters.subspan(row.offset, row.size())});
        // A picture of every brightness, as `save` keeps it, with what the network says of it.
        SampleOutput sample{std::vector<float>(run.learner.input().size()), {}};
        for (std::size_t n = 0; n < sample.input.size(); ++n) sample.input[n] = static_cast<float>(n * 97 % 256) / 255.0f;
        Samples one;
        one.pictures = Pictures{run.learner.input(), 1, nullptr, sample.input.data()};
        sample.output = run.learner.logits(one);
        WeightsMetadata metadata;
        metadata.architecture = run.learner.architecture();
        metadata.labels = labels;
        metadata.sample = sample;
        write_weights(best(), tensors, metadata);
    }
    /// What a run that was killed while it wrote has left.
    void remove_partial_files() const {
        for (const auto& entry : std::filesystem::directory_iterator{folder})
            if (const std::string name = entry.path().filename().string();
                name.starts_with(".denim-") && name.ends_with(".partial")) {
                std::error_code ignored;
                std::filesystem::remove(entry.path(), ignored);
            }
    }
};

static_assert(Callback<Checkpoint>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/weight_layout.hpp

// How frameworks lay the numbers of one weight, and the way between them.

namespace denim::inline DENIM_TARGET {

/// The framework that a file of weights comes from or goes to.
enum class WeightLayout {
    keras,    ///< Conv (H, W, in, out); Dense (inputs, outputs) behind a flatten in HWC order. Denim's own
    pytorch,  ///< Conv (out, in, H, W); Linear (outputs, inputs) behind a flatten in CHW order
};

/// One parameter of a network, as a file of another framework has to fit it.
struct WeightPlace {
    std::string name;        ///< the row's: "0.weights"
    Extents extents;         ///< the row's
    std::size_t offset = 0;  ///< in the network's array
    Shape in = {};           ///< what enters the layer: a dense layer's inputs are its numbers in HWC order
    std::size_t layer = 0;   ///< parameters of one layer have one number, which rises along the network
};

namespace detail {

/// A weight as (H, W, in, out): a dense layer is a convolution whose window is the whole picture. Vectors have no axes.
inline std::array<std::size_t, 4> weight_axes(const WeightPlace& place) {
    const auto& [values, rank] = place.extents;
    if (rank == 4) return values;
    if (rank == 3) return {values[0], values[1], 1, values[2]};  // one filter for each channel
    const bool flattened = place.in.size() == values[0];
    const Shape in = flattened ? place.in : Shape{1, 1, values[0]};
    return {in.height, in.width, in.channels, values[1]};
}

/// Calls each(ours, theirs) with the two places of every number, theirs rising.
template <class Each>
void each_weight(const WeightPlace& place, WeightLayout layout, Each each) {
    if (layout == WeightLayout::keras || place.extents.rank < 2) {
        for (std::size_t n = 0; n < place.extents.size(); ++n) each(n, n);
        return;
    }
    const auto [height, width, in, out] = weight_axes(place);
    std::size_t theirs = 0;
    for (std::size_t o = 0; o < out; ++o)
        for (std::size_t i = 0; i < in; ++i)
            for (std::size_t y = 0; y < height; ++y)
                for (std::size_t x = 0; x < width; ++x) each(((y * width + x) * in + i) * out + o, theirs++);
}

}  // namespace detail

/// The shape that the parameter has in a file of that framework.
inline std::vector<std::size_t> shape_in(const WeightPlace& place, WeightLayout layout) {
    const auto& [values, rank] = place.extents;
    if (rank >= 2 && layout == WeightLayout::pytorch) {
        if (rank == 2) return {values[1], values[0]};
        const auto [height, width, in, out] = detail::weight_axes(place);
        return {out, in, height, width};
    }
    std::vector<std::size_t> shape(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank));
    if (rank == 3) shape.push_back(1);
    return shape;
}

/// Numbers of a file of that framework, in our order.
inline std::vector<float> from_layout(const WeightPlace& place, WeightLayout layout, std::span<const float> theirs) {
    std::vector<float> ours(theirs.size());
    detail::each_weight(place, layout, [&](std::size_t our, std::size_t their) { ours[our] = theirs[their]; });
    return ours;
}

/// Our numbers in the order of that framework.
inline std::vector<float> to_layout(const WeightPlace& place, WeightLayout layout, std::span<const float> ours) {
    std::vector<float> theirs(ours.size());
    detail::each_weight(place, layout, [&](std::size_t our, std::size_t their) { theirs[their] = ours[our]; });
    return theirs;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/foreign_weights.hpp

// The arrays of an npz or safetensors file that another framework wrote, and what their names say.

#include <cctype>

namespace denim::inline DENIM_TARGET {

/// One array of numbers in a file of weights.
struct ForeignTensor {
    std::string name;
    std::vector<std::size_t> shape;
    std::vector<float> values;
    std::optional<WeightLayout> layout = {};  ///< where it is not that of the whole file

    ForeignTensor() = default;
    ForeignTensor(std::string called, std::vector<std::size_t> extents, std::vector<float> numbers)
        : name(std::move(called)), shape(std::move(extents)), values(std::move(numbers)) {}
};

/// All of them. An npz file keeps the order in which its arrays were written, a safetensors file does not.
struct ForeignWeights {
    std::string file;
    bool ordered = false;
    std::vector<ForeignTensor> tensors;
};

namespace detail {

/// What a name says: the layer ("conv1" of "conv1.weight" and of "conv1_kernel"), and which of its parameters: 0 weights or
/// gamma, 1 bias or beta, 2 mean, 3 variance; `unknown` if it says nothing ("arr_0").
struct WeightName {
    static constexpr std::size_t unknown = 4;
    std::string layer;
    std::size_t slot = unknown;
};

inline WeightName parse_weight_name(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::size_t>, 15> endings{{{"depthwise_kernel", 0},
                                                                                {"kernel", 0},
                                                                                {"weights", 0},
                                                                                {"weight", 0},
                                                                                {"gamma", 0},
                                                                                {"bias", 1},
                                                                                {"beta", 1},
                                                                                {"moving_mean", 2},
                                                                                {"running_mean", 2},
                                                                                {"mean", 2},
                                                                                {"moving_variance", 3},
                                                                                {"running_variance", 3},
                                                                                {"running_var", 3},
                                                                                {"variance", 3},
                                                                                {"var", 3}}};
    if (name.ends_with(":0")) name.remove_suffix(2);  // TensorFlow's variables
    for (const auto& [ending, slot] : endings) {
        if (!name.ends_with(ending)) continue;
        const std::string_view before = name.substr(0, name.size() - ending.size());
        if (before.empty()) return {"", slot};
        if (std::string_view{"./_"}.find(before.back()) != std::string_view::npos)
            return {std::string{before.substr(0, before.size() - 1)}, slot};
    }
    return {std::string{name}, WeightName::unknown};
}

/// Names in the order that people expect: "conv2" before "conv10", "dense" before "dense_1".
inline bool natural_less(std::string_view a, std::string_view b) {
    const auto digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    while (!a.empty() && !b.empty()) {
        const auto length = [&](std::string_view text) {
            return static_cast<std::size_t>(std::ranges::find_if_not(text, digit) - text.begin());
        };
        std::size_t first = length(a), second = length(b);
        if (first > 0 && second > 0) {
            while (first > 1 && a.front() == '0') a.remove_prefix(1), --first;
            while (second > 1 && b.front() == '0') b.remove_prefix(1), --second;
            if (first != second) return first < second;
            if (const int order = a.substr(0, first).compare(b.substr(0, second))) return order < 0;
            a.remove_prefix(first), b.remove_prefix(second);
        } else {
            if (a.front() != b.front()) return a.front() < b.front();
            a.remove_prefix(1), b.remove_prefix(1);
        }
    }
    return a.size() < b.size();
}

}  // namespace detail

/// Reads an npz or a safetensors file (told apart by their first bytes), numbers converted to float. PyTorch's counters
/// `num_batches_tracked` are left out: they are no weights.
inline ForeignWeights read_foreign_weights(const std::filesystem::path& path) {
    ForeignWeights weights{path.string(), false, {}};
    const auto add = [&](const std::string& name, const AnyArrayView& array) {
        if (name.ends_with("num_batches_tracked")) return;
        try {
            weights.tensors.push_back({name, array.shape, array.as<float>()});
        } catch (const std::range_error& error) {
            throw FileError(weights.file, "array " + detail::in_quotes(name) + ": " + error.what());
        }
    };
    ByteSource source{path};
    std::array<std::byte, 4> begin{};
    source.read(0, std::span{begin}.first(static_cast<std::size_t>(std::min<std::uint64_t>(4, source.size()))));
    if (std::memcmp(begin.data(), "PK", 2) == 0) {
        const Npz file{std::move(source)};
        weights.ordered = true;
        for (const std::string& name : file.names()) add(name, file.read(name));
    } else {
        const Safetensors file{path};
        for (const TensorEntry& tensor : file.tensors()) add(tensor.name, file.view(tensor));
    }
    return weights;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/match_weights.hpp

// Which array of another framework's file is which parameter of a network: by a table of names, by order and shape, or by
// names and shape.

namespace denim::inline DENIM_TARGET {

/// Names of a network's rows, and under which name each stands in a file: {{"0.weights", "features.0.weight"}, ...}.
using NameTable = std::map<std::string, std::string>;

namespace detail {

/// Both sides of a file that does not fit, line by line.
inline std::string both_tables(const ForeignWeights& file, std::span<const WeightPlace> network, WeightLayout layout) {
    constexpr std::size_t most = 200;
    std::vector<std::pair<std::string, std::string>> lines{{"in the file", "in the network"}};
    for (std::size_t n = 0; n < std::min(most, std::max(file.tensors.size(), network.size())); ++n) {
        lines.emplace_back("-", "-");
        if (n < file.tensors.size())
            lines.back().first = file.tensors[n].name.substr(0, 60) + ' ' + shape_text(file.tensors[n].shape);
        if (n < network.size())
            lines.back().second =
                network[n].name + ' ' +
                shape_text(shape_in(network[n], n < file.tensors.size() ? file.tensors[n].layout.value_or(layout) : layout));
    }
    std::size_t width = 0;
    for (const auto& [left, right] : lines) width = std::max(width, left.size());
    std::string text;
    for (const auto& [left, right] : lines) text += "\n    " + left + std::string(width - left.size(), ' ') + " | " + right;
    if (std::max(file.tensors.size(), network.size()) > most) text += "\n    ...";
    return text;
}

/// One layer's parameters, on either side, with what its name and shapes say.
struct WeightGroup {
    std::string layer;
    std::vector<std::pair<std::size_t, std::vector<std::size_t>>> shapes;  // slot and shape of each
    std::vector<std::size_t> members;                                      // their numbers
};

inline std::vector<WeightGroup> groups_of(const std::vector<std::pair<WeightName, std::vector<std::size_t>>>& items) {
    std::vector<WeightGroup> groups;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto& [name, shape] = items[n];
        auto group = std::ranges::find(groups, name.layer, &WeightGroup::layer);
        if (group == groups.end()) group = groups.insert(group, {name.layer, {}, {}});
        const std::pair entry{name.slot, shape};
        const auto place = std::ranges::upper_bound(group->shapes, entry) - group->shapes.begin();
        group->shapes.insert(group->shapes.begin() + place, entry);
        group->members.insert(group->members.begin() + place, n);
    }
    return groups;
}

/// "conv_12" without what tells it from "conv_3", and "2.0" without anything: numbers give an order.
inline std::string without_numbers(std::string text) {
    std::erase_if(text, [](char letter) { return letter == '_' || letter == '.' || (letter >= '0' && letter <= '9'); });
    return text;
}

}  // namespace detail

/// For each parameter of the network, the number of its array in the file. What `names` lists is taken by name. The rest goes
/// by the order of an ordered file; in an unordered one, a layer's arrays are found by their shapes, and layers of the same
/// shapes by their numbers ("features.0", "features.3"). Throws FileError with both tables where anything is left over, has
/// another shape, or could be meant in two ways.
inline std::vector<std::size_t> match_weights(const ForeignWeights& file, std::span<const WeightPlace> network,
                                              WeightLayout layout, const NameTable& names = {}) {
    const auto fail = [&](const std::string& sentence) {
        throw FileError(file.file, sentence + detail::both_tables(file, network, layout));
    };
    std::vector<std::size_t> found(network.size(), file.tensors.size());
    std::vector<std::size_t> places, tensors;  // those that no name settles
    std::vector<bool> taken(file.tensors.size(), false);
    for (const auto& [ours, theirs] : names) {
        const auto place = std::ranges::find(network, ours, &WeightPlace::name);
        const auto tensor = std::ranges::find(file.tensors, theirs, &ForeignTensor::name);
        if (place == network.end())
            fail("the table of names says " + detail::in_quotes(ours) + ", which is no row of the network");
        if (tensor == file.tensors.end())
            fail("the table of names says " + detail::in_quotes(theirs) + ", which is not in the file");
        const auto number = static_cast<std::size_t>(tensor - file.tensors.begin());
        if (taken[number]) fail("the table of names says " + detail::in_quotes(theirs) + " twice");
        if (tensor->shape != shape_in(*place, tensor->layout.value_or(layout)))
            fail("the network's row " + detail::in_quotes(ours) + " does not fit " + detail::in_quotes(theirs) +
                 " of the file");
        taken[number] = true;
        found[static_cast<std::size_t>(place - network.begin())] = number;
    }
    for (std::size_t n = 0; n < network.size(); ++n)
        if (found[n] == file.tensors.size()) places.push_back(n);
    for (std::size_t n = 0; n < taken.size(); ++n)
        if (!taken[n]) tensors.push_back(n);
    if (places.size() != tensors.size())
        fail(detail::sentence(network.size(), " arrays were expected, the file has ", file.tensors.size()));

    if (file.ordered) {
        for (std::size_t n = 0; n < places.size(); ++n) found[places[n]] = tensors[n];
    } else {
        std::vector<std::pair<detail::WeightName, std::vector<std::size_t>>> ours, theirs;
        for (const std::size_t n : places)
            ours.push_back({{std::to_string(network[n].layer), detail::parse_weight_name(network[n].name).slot},
                            shape_in(network[n], layout)});
        for (const std::size_t n : tensors)
            theirs.push_back({detail::parse_weight_name(file.tensors[n].name), file.tensors[n].shape});
        const auto of_network = detail::groups_of(ours);
        auto of_file = detail::groups_of(theirs);
        std::ranges::sort(of_file, [](const detail::WeightGroup& left, const detail::WeightGroup& right) {
            if (detail::natural_less(left.layer, right.layer)) return true;
            return !detail::natural_less(right.layer, left.layer) && left.members.front() < right.members.front();
        });
        std::vector<bool> used(of_file.size(), false);
        for (const auto& group : of_network) {
            const auto fits = [&](const detail::WeightGroup& other) { return other.shapes == group.shapes; };
            std::size_t first = of_file.size();
            for (std::size_t n = of_file.size(); n-- > 0;)
                if (!used[n] && fits(of_file[n])) first = n;
            if (first == of_file.size())
                fail("no layer of the file has the shapes of the network's row " +
                     detail::in_quotes(network[places[group.members[0]]].name));
            for (const auto& other : of_file)
                if (fits(other) && detail::without_numbers(other.layer) != detail::without_numbers(of_file[first].layer))
                    fail("the layers " + detail::in_quotes(of_file[first].layer) + " and " + detail::in_quotes(other.layer) +
                         " have the same shapes, and this file keeps no order: give a table of names");
            used[first] = true;
            for (std::size_t n = 0; n < group.members.size(); ++n)
                found[places[group.members[n]]] = tensors[of_file[first].members[n]];
        }
    }
    for (std::size_t n = 0; n < network.size(); ++n) {
        const ForeignTensor& tensor = file.tensors[found[n]];
        const std::size_t slot = detail::parse_weight_name(tensor.name).slot,
                          ours = detail::parse_weight_name(network[n].name).slot;
        const bool other_kind = !names.contains(network[n].name) && slot != detail::WeightName::unknown && slot != ours;
        if (tensor.shape != shape_in(network[n], tensor.layout.value_or(layout)) || other_kind)
            fail("the network's row " + detail::in_quotes(network[n].name) + " does not fit " + detail::in_quotes(tensor.name) +
                 " of the file");
    }
    return found;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format/onnx_weights.hpp

// The weights of an ONNX file in the order in which its nodes use them.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Walks over the nodes and takes from each what it learns.
class OnnxWeights {
public:
    OnnxWeights(const std::string& file, const OnnxModel& model, double epsilon)
        : model_(model), epsilon_(epsilon), result_{file, true, {}} {
        for (const auto& [name, array] : model.weights) arrays_.emplace(name, Stored{&array});
        for (const OnnxNode& node : model.nodes)
            for (const std::string& output : node.outputs) makers_.emplace(output, &node);
        for (const OnnxNode& node : model.nodes) rename(node);
        for (const OnnxNode& node : model.nodes) visit(node);
    }
    [[nodiscard]] ForeignWeights take() { return std::move(result_); }

private:
    struct Stored {
        const AnyArray* array;
        bool turned = false;  // a matrix whose axes are exchanged before it is used
    };

    // Weights under another name, as they are or transposed.
    void rename(const OnnxNode& node) {
        const auto found = arrays_.find(node.input(0));
        if (found == arrays_.end() || node.outputs.empty()) return;
        if (node.type == "Identity") arrays_.emplace(node.outputs[0], found->second);
        if (node.type == "Transpose" && found->second.array->shape.size() == 2)
            arrays_.emplace(node.outputs[0], Stored{found->second.array, !found->second.turned});
    }

    void visit(const OnnxNode& node) {
        if (node.type == "Conv") {
            add(node, 1, ".weight");
            if (!node.input(2).empty()) add(node, 2, ".bias");
        } else if (node.type == "Gemm") {
            if (node.attribute<float>("alpha").value_or(1) != 1 || node.attribute<float>("beta").value_or(1) != 1 ||
                node.attribute<std::int64_t>("transA").value_or(0) != 0)
                fail(node, "multiplies by more than its weights");
            add_dense(node, node.attribute<std::int64_t>("transB").value_or(0) != 0);
            if (!node.input(2).empty()) add(node, 2, ".bias");
        } else if (node.type == "MatMul" && is_weight(node.input(1))) {
            add_dense(node, false);
        } else if (node.type == "Add" && (is_bias(node, 0) || is_bias(node, 1))) {
            add(node, is_bias(node, 0) ? 0 : 1, ".bias");
        } else if (node.type == "BatchNormalization") {
            for (const auto& [place, role] : {std::pair{1, ".weight"}, {2, ".bias"}, {3, ".running_mean"}, {4, ".running_var"}})
                add(node, static_cast<std::size_t>(place), role);
            change_epsilon(static_cast<double>(node.attribute<float>("epsilon").value_or(1e-5f)));
        } else if (node.type == "LayerNormalization") {
            const float epsilon = node.attribute<float>("epsilon").value_or(1e-5f);
            if (epsilon != 1e-3f) fail(node, "has the epsilon " + std::to_string(epsilon) + ", 0.001 was expected");
            add(node, 1, ".weight");
            add(node, 2, ".bias");
        }
    }

    [[nodiscard]] bool is_weight(std::string_view name) const { return arrays_.contains(name); }
    // A weight that is added to what a product gave.
    [[nodiscard]] bool is_bias(const OnnxNode& node, std::size_t place) const {
        const auto maker = makers_.find(node.input(1 - place));
        return is_weight(node.input(place)) && maker != makers_.end() &&
               (maker->second->type == "MatMul" || maker->second->type == "Conv");
    }
    [[noreturn]] void fail(const OnnxNode& node, const std::string& text) const {
        throw FileError(result_.file, "the node " + in_quotes(node.name.empty() ? node.type : node.name) + ' ' + text);
    }

    ForeignTensor& add(const OnnxNode& node, std::size_t place, const char* role) {
        const auto found = arrays_.find(node.input(place));
        if (found == arrays_.end())
            fail(node, "computes with " + in_quotes(node.input(place)) + ", which the file does not hold as numbers");
        // The role as PyTorch names it, so that a bias is not taken for weights; the layer as the node or else the array is
        // called.
        const std::string layer = node.name.empty() ? std::string{node.input(place)} : node.name;
        try {
            ForeignTensor& tensor =
                result_.tensors.emplace_back(layer + role, found->second.array->shape, found->second.array->as<float>());
            if (std::string_view{role} == ".bias") tensor.shape = {tensor.values.size()};
            return tensor;
        } catch (const std::range_error& error) {
            fail(node, error.what());
        }
    }

    // Weights (outputs, inputs), as PyTorch has them; the flatten in front says in which order the inputs come.
    void add_dense(const OnnxNode& node, bool outputs_first) {
        ForeignTensor& tensor = add(node, 1, ".weight");
        if (tensor.shape.size() != 2)
            fail(node, "has weights of the shape " + shape_text(tensor.shape) + ", two axes were expected");
        outputs_first = outputs_first != arrays_.at(node.input(1)).turned;
        const bool channels_last = flattens_channels_last(node.input(0));
        if (outputs_first != channels_last) {
            if (channels_last) tensor.layout = WeightLayout::keras;
            return;
        }
        const std::size_t rows = tensor.shape[0], columns = tensor.shape[1];
        std::vector<float> turned(tensor.values.size());
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t column = 0; column < columns; ++column)
                turned[column * rows + row] = tensor.values[row * columns + column];
        tensor.values = std::move(turned);
        tensor.shape = {columns, rows};
        if (channels_last) tensor.layout = WeightLayout::keras;
    }

    // True if the value went from (N, C, H, W) to (N, H, W, C) before it became a vector.
    [[nodiscard]] bool flattens_channels_last(std::string_view value) const {
        for (std::size_t steps = 0; steps < model_.nodes.size(); ++steps) {
            const auto maker = makers_.find(value);
            if (maker == makers_.end()) return false;
            const OnnxNode& node = *maker->second;
            if (node.type == "Transpose")
                return node.attribute<std::vector<std::int64_t>>("perm") == std::vector<std::int64_t>{0, 2, 3, 1};
            constexpr std::array through{"Flatten", "Reshape", "Squeeze", "Dropout", "Identity", "Relu", "Cast"};
            if (std::ranges::find(through, node.type) == through.end()) return false;
            value = node.input(0);
        }
        return false;
    }

    // Lets the BatchNorm just added give the same numbers with our epsilon, by its gamma.
    void change_epsilon(double from) {
        if (from == static_cast<double>(static_cast<float>(epsilon_))) return;
        ForeignTensor* const last = &result_.tensors.back();
        std::vector<float>&gamma = last[-3].values, &variance = last[0].values;
        for (std::size_t c = 0; c < std::min(gamma.size(), variance.size()); ++c) {
            const double spread = static_cast<double>(variance[c]);
            gamma[c] = static_cast<float>(static_cast<double>(gamma[c]) * std::sqrt((spread + epsilon_) / (spread + from)));
        }
    }

    const OnnxModel& model_;
    double epsilon_;
    ForeignWeights result_;
    std::map<std::string_view, Stored> arrays_;
    std::map<std::string_view, const OnnxNode*> makers_;
};

}  // namespace detail

/// The weights of Conv, Gemm, MatMul with Add, BatchNormalization and LayerNormalization, in the order of the nodes and as
/// PyTorch lays them out;
/// a BatchNorm is made to give the same numbers with the given epsilon. Throws FileError under the name `file`.
inline ForeignWeights onnx_weights(const std::string& file, const OnnxModel& model, double epsilon) {
    return detail::OnnxWeights{file, model, epsilon}.take();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/import_weights.hpp

// Weights from Keras and PyTorch into a network, and the way back.

namespace denim::inline DENIM_TARGET {

/// How weights come and go.
struct WeightOptions {
    NameTable names = {};                           ///< where order and shapes do not tell which array is which
    std::optional<double> batch_norm_epsilon = {};  ///< of their BatchNorm layers; unless set Keras's 1e-3, PyTorch's 1e-5
};

namespace detail {

template <class Network>
std::vector<WeightPlace> weight_places(const Network& network) {
    std::vector<WeightPlace> places;
    std::size_t row = 0, layer = 0;
    for (const Entry& entry : Network::Graph::trace.entries) {
        for (std::size_t n = 0; n < entry.rows; ++n, ++row)
            places.push_back(
                {network.rows()[row].name, network.rows()[row].extents, network.rows()[row].offset, entry.in, layer});
        ++layer;
    }
    return places;
}

/// Lets BatchNorm layers that were trained with the epsilon `from` give the same numbers with the epsilon `to`: by their gamma.
inline void change_epsilon(std::span<const WeightPlace> places, std::span<float> parameters, double from, double to) {
    for (std::size_t gamma = 0; gamma + 3 < places.size() && from != to; ++gamma) {
        const WeightPlace& variance = places[gamma + 3];
        if (!places[gamma].name.ends_with(".gamma") || !variance.name.ends_with(".variance") ||
            variance.layer != places[gamma].layer)
            continue;
        for (std::size_t c = 0; c < variance.extents.size(); ++c) {
            const double spread = static_cast<double>(parameters[variance.offset + c]);
            float& factor = parameters[places[gamma].offset + c];
            factor = static_cast<float>(static_cast<double>(factor) * std::sqrt((spread + to) / (spread + from)));
        }
    }
}

inline double epsilon_of(WeightLayout layout, const WeightOptions& options) {
    return options.batch_norm_epsilon.value_or(layout == WeightLayout::keras ? 1e-3 : 1e-5);
}

/// Puts a file's arrays into the network, all or none.
template <class Network>
void take_weights(Network& network, const ForeignWeights& file, WeightLayout layout, const WeightOptions& options) {
    static_assert(std::is_same_v<typename Network::Scalar, float>,
                  "denim: import_weights: only networks in fp32 take weights.");
    const auto places = weight_places(network);
    const auto found = match_weights(file, places, layout, options.names);
    std::vector<float> parameters(network.parameters().size());
    for (std::size_t n = 0; n < places.size(); ++n) {
        const ForeignTensor& tensor = file.tensors[found[n]];
        if (!std::ranges::all_of(tensor.values, [](float number) { return is_finite(number); }))
            throw FileError(file.file, "array " + in_quotes(tensor.name) + " holds a number that is not finite");
        const auto numbers = from_layout(places[n], tensor.layout.value_or(layout), tensor.values);
        std::ranges::copy(numbers, parameters.begin() + static_cast<std::ptrdiff_t>(places[n].offset));
    }
    change_epsilon(places, parameters, epsilon_of(layout, options), batch_norm_epsilon);
    network.edit_parameters([&](std::span<float> to) { std::ranges::copy(parameters, to.begin()); });
}

}  // namespace detail

/// Reads weights that Keras or PyTorch wrote as npz or safetensors: import_weights(network, "weights.npz",
/// WeightLayout::keras). Arrays go to rows by order and shape, or by a table of names; see match_weights and docs/interop.md.
/// Throws FileError that lists both sides, and then the network is as it was.
template <class Network>
void import_weights(Network& network, const std::filesystem::path& file, WeightLayout layout,
                    const WeightOptions& options = {}) {
    detail::take_weights(network, read_foreign_weights(file), layout, options);
}

/// Reads the weights of an ONNX file into a network of the same architecture: those of Conv, Gemm, MatMul and
/// BatchNormalization go to rows in the order of the nodes. Throws FileError that lists both sides, and then the network is as
/// it was.
template <class Network>
void import_onnx(Network& network, const std::filesystem::path& file, const NameTable& names = {}) {
    const ForeignWeights weights = onnx_weights(file.string(), read_onnx(file), batch_norm_epsilon);
    detail::take_weights(network, weights, WeightLayout::pytorch, {.names = names, .batch_norm_epsilon = batch_norm_epsilon});
}

/// Writes the weights as Keras or PyTorch has them, to npz or, by the file's name, to safetensors; in the network's order,
/// under the names of its rows (or those that the table of names gives them).
template <class Network>
void export_weights(const Network& network, const std::filesystem::path& file, WeightLayout layout,
                    const WeightOptions& options = {}) {
    const auto places = detail::weight_places(network);
    std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
    detail::change_epsilon(places, parameters, batch_norm_epsilon, detail::epsilon_of(layout, options));
    std::vector<std::vector<float>> numbers;
    std::vector<NamedView> views;
    numbers.reserve(places.size());
    for (const WeightPlace& place : places) {
        numbers.push_back(to_layout(place, layout, std::span{parameters}.subspan(place.offset, place.extents.size())));
        const auto name = options.names.find(place.name);
        views.push_back({name == options.names.end() ? place.name : name->second,
                         AnyArrayView::of(std::span<const float>{numbers.back()}, shape_in(place, layout))});
    }
    if (file.extension() == ".safetensors")
        write_safetensors(file, views);
    else
        write_npz(file, views);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/onnx_graph.hpp

// An ONNX graph while it grows, layer by layer.

namespace denim::inline DENIM_TARGET {

/// A value of the graph: (N, C, H, W), or behind a dense layer (N, n).
struct OnnxFlow {
    std::string name;
    bool vector = false;
};

/// A graph that grows node by node. Names begin with the place of the layer: "2.0.Conv".
class OnnxGraph {
public:
    OnnxModel model;
    std::string layer;  ///< the place of the layer that is being written

    /// Adds a node of one output, and gives the output's name.
    std::string add(const std::string& type, std::vector<std::string> inputs, std::vector<OnnxAttribute> attributes = {}) {
        const std::string name = fresh(type);
        model.nodes.push_back({type, name, std::move(inputs), {name}, std::move(attributes)});
        return name;
    }
    /// Adds numbers that the file holds, and gives their name.
    template <Element Number>
    std::string constant(const std::string& name, std::span<const Number> numbers, std::vector<std::size_t> shape) {
        model.weights.emplace_back(fresh(name), AnyArray::of(numbers, std::move(shape)));
        return model.weights.back().first;
    }
    /// The flow as (N, n), numbers of a pixel in rows of one channel after another; or as (N, C, 1, 1).
    OnnxFlow as_vector(const OnnxFlow& flow) {
        return flow.vector ? flow : OnnxFlow{add("Flatten", {flow.name}, {{"axis", std::int64_t{1}}}), true};
    }
    OnnxFlow as_picture(const OnnxFlow& flow) {
        if (!flow.vector) return flow;
        const std::int64_t axes[]{2, 3};
        return {add("Unsqueeze", {flow.name, constant<std::int64_t>("axes", axes, {2})}), false};
    }
    /// (N, C, H, W) as (N, H, W, C), and back.
    std::string channels_last(const std::string& x) { return transpose(x, {0, 2, 3, 1}); }
    std::string channels_first(const std::string& x) { return transpose(x, {0, 3, 1, 2}); }

private:
    std::string transpose(const std::string& x, std::vector<std::int64_t> order) {
        return add("Transpose", {x}, {{"perm", std::move(order)}});
    }
    std::string fresh(const std::string& word) {
        const std::string name = layer + '.' + word;
        const auto same = std::ranges::count_if(used_, [&](const std::string& other) { return other == name; });
        used_.push_back(name);
        return same ? name + '_' + std::to_string(same + 1) : name;
    }

    std::vector<std::string> used_;
};

/// What a layer has while it is written: the values that it reads, its shapes, its parameters.
struct OnnxLayer {
    std::vector<OnnxFlow> inputs;
    Shape in, out;
    std::span<const float> parameters;  ///< all rows of the layer
    std::vector<WeightPlace> rows;      ///< their places in `parameters`

    /// The parameter of this name as PyTorch lays it out, put into the graph.
    std::string weight(OnnxGraph& graph, std::string_view name) const {
        const auto row = std::ranges::find_if(rows, [&](const WeightPlace& place) { return place.name == name; });
        const auto numbers = parameters.subspan(row->offset, row->extents.size());
        return graph.constant<float>(row->name, to_layout(*row, WeightLayout::pytorch, numbers),
                                     shape_in(*row, WeightLayout::pytorch));
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/onnx_layers.hpp

// Each layer as nodes of an ONNX graph. A layer of one's own is exported once an overload of `to_onnx` for its spec stands
// beside it, in its namespace.

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The operator of an activation and its attributes; GELU and SiLU have none in opset 17.
template <class Function>
inline const OnnxNode onnx_operator{};
template <>
inline const OnnxNode onnx_operator<ReLU>{.type = "Relu"};
template <>
inline const OnnxNode onnx_operator<LeakyReLU>{.type = "LeakyRelu", .attributes = {{"alpha", 0.3f}}};
template <>
inline const OnnxNode onnx_operator<ELU>{.type = "Elu"};
template <>
inline const OnnxNode onnx_operator<HardSwish>{.type = "HardSwish"};
template <>
inline const OnnxNode onnx_operator<Sigmoid>{.type = "Sigmoid"};
template <>
inline const OnnxNode onnx_operator<Tanh>{.type = "Tanh"};
template <>
inline const OnnxNode onnx_operator<Softmax>{.type = "Softmax", .attributes = {{"axis", std::int64_t{1}}}};

/// Adds an activation behind a value.
template <class Function>
std::string add_activation(OnnxGraph& graph, const std::string& x) {
    const auto scalar = [&](const char* name, float number) { return graph.constant<float>(name, std::span{&number, 1}, {}); };
    if constexpr (std::is_same_v<Function, Linear>) {
        return x;
    } else if constexpr (std::is_same_v<Function, SiLU>) {
        return graph.add("Mul", {x, graph.add("Sigmoid", {x})});
    } else if constexpr (std::is_same_v<Function, GELU>) {
        const std::string erf = graph.add("Erf", {graph.add("Mul", {x, scalar("root_of_half", 0.70710678f)})});
        return graph.add("Mul", {graph.add("Mul", {x, scalar("half", 0.5f)}), graph.add("Add", {erf, scalar("one", 1.0f)})});
    } else {
        if (onnx_operator<Function>.type.empty())
            throw std::invalid_argument("denim: export_onnx: the activation of layer " + graph.layer +
                                        " has no operator in ONNX");
        return graph.add(onnx_operator<Function>.type, {x}, onnx_operator<Function>.attributes);
    }
}

}  // namespace detail

template <class Function>
OnnxFlow to_onnx(const Activation<Function>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return {detail::add_activation<Function>(graph, layer.inputs[0].name), layer.inputs[0].vector};
}

namespace detail {

/// Window, stride and zeros of a convolution or a pool whose windows reach over `touched` pixels.
template <class Spec>
std::vector<OnnxAttribute> windows_of(const OnnxLayer& layer, std::size_t window, std::size_t touched) {
    const auto number = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    const auto after = [&](std::size_t in, std::size_t out) {  // zeros behind the last row or column
        const std::size_t reach = (out - 1) * Spec::stride + touched - Spec::before(in);
        return number(reach > in ? reach - in : 0);
    };
    const std::vector<std::int64_t> pads{number(Spec::before(layer.in.height)), number(Spec::before(layer.in.width)),
                                         after(layer.in.height, layer.out.height), after(layer.in.width, layer.out.width)};
    return {{"kernel_shape", std::vector{number(window), number(window)}},
            {"strides", std::vector{number(Spec::stride), number(Spec::stride)}},
            {"pads", pads}};
}

}  // namespace detail

namespace detail {

template <class Spec>
OnnxFlow convolution_to_onnx(const OnnxLayer& layer, OnnxGraph& graph, std::size_t window, std::size_t groups) {
    std::vector<std::string> inputs{graph.as_picture(layer.inputs[0]).name, layer.weight(graph, "weights")};
    if (Spec::bias) inputs.push_back(layer.weight(graph, "bias"));
    std::vector<OnnxAttribute> attributes = windows_of<Spec>(layer, window, Spec::reach);
    const auto step = static_cast<std::int64_t>(Spec::dilation);
    if (Spec::dilation > 1) attributes.push_back({"dilations", std::vector{step, step}});
    if (groups > 1) attributes.push_back({"group", static_cast<std::int64_t>(groups)});
    return {add_activation<typename Spec::Function>(graph, graph.add("Conv", inputs, attributes))};
}

}  // namespace detail

template <std::size_t Window, std::size_t Filters, class... Options>
OnnxFlow to_onnx(const Conv<Window, Filters, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Spec = Conv<Window, Filters, Options...>;
    return detail::convolution_to_onnx<Spec>(layer, graph, Window, Spec::groups);
}

template <std::size_t Window, class... Options>
OnnxFlow to_onnx(const DepthwiseConv<Window, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    return detail::convolution_to_onnx<DepthwiseConv<Window, Options...>>(layer, graph, Window, layer.in.channels);
}

template <class Operation, std::size_t Window, class... Options>
OnnxFlow to_onnx(const Pool<Operation, Window, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const char* const type = std::is_same_v<Operation, Max> ? "MaxPool" : "AveragePool";  // what lies outside does not count
    return {graph.add(type, {graph.as_picture(layer.inputs[0]).name},
                      detail::windows_of<Pool<Operation, Window, Options...>>(layer, Window, Window))};
}

template <std::size_t Outputs, class... Options>
OnnxFlow to_onnx(const Dense<Outputs, Options...>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    using Spec = Dense<Outputs, Options...>;
    std::vector<std::string> inputs{graph.as_vector(layer.inputs[0]).name, layer.weight(graph, "weights")};
    if (Spec::bias) inputs.push_back(layer.weight(graph, "bias"));
    const std::string sum = graph.add("Gemm", inputs, {{"transB", std::int64_t{1}}});
    return {detail::add_activation<typename Spec::Function>(graph, sum), true};
}

inline OnnxFlow to_onnx(const BatchNorm& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    std::vector<std::string> inputs{layer.inputs[0].name};
    for (const char* const row : {"gamma", "beta", "mean", "variance"}) inputs.push_back(layer.weight(graph, row));
    return {graph.add("BatchNormalization", inputs, {{"epsilon", static_cast<float>(batch_norm_epsilon)}}),
            layer.inputs[0].vector};
}

template <class Operation>
OnnxFlow to_onnx(const GlobalPool<Operation>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const char* const type = std::is_same_v<Operation, Max> ? "GlobalMaxPool" : "GlobalAveragePool";
    return layer.inputs[0].vector ? layer.inputs[0] : OnnxFlow{graph.add(type, {layer.inputs[0].name})};
}

inline OnnxFlow to_onnx(const Flatten& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    if (layer.inputs[0].vector) return layer.inputs[0];
    return graph.as_vector({graph.channels_last(layer.inputs[0].name)});
}

inline OnnxFlow to_onnx(const LayerNorm& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const auto& [x, vector] = layer.inputs[0];
    const std::string normal = graph.add(
        "LayerNormalization", {vector ? x : graph.channels_last(x), layer.weight(graph, "gamma"), layer.weight(graph, "beta")},
        {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(layer_norm_epsilon)}});
    return {vector ? normal : graph.channels_first(normal), vector};
}

inline OnnxFlow to_onnx(const Addition& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const OnnxFlow &skip = layer.inputs[0], &main = layer.inputs[1];
    if (main.vector == skip.vector) return {graph.add("Add", {skip.name, main.name}), main.vector};
    return {graph.add("Add", {graph.as_vector(skip).name, graph.as_vector(main).name}), true};
}

inline OnnxFlow to_onnx(const Multiplication& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const OnnxFlow &in = layer.inputs[0], &inner = layer.inputs[1];
    if (in.vector) return {graph.add("Mul", {in.name, graph.as_vector(inner).name}), true};
    return {graph.add("Mul", {in.name, graph.as_picture(inner).name})};
}

template <std::size_t Count>
OnnxFlow to_onnx(const Concatenation<Count>& /*spec*/, const OnnxLayer& layer, OnnxGraph& graph) {
    const bool vectors = std::ranges::any_of(layer.inputs, [](const OnnxFlow& flow) { return flow.vector; });
    std::vector<std::string> names;
    for (const OnnxFlow& flow : layer.inputs) names.push_back(vectors ? graph.as_vector(flow).name : flow.name);
    return {graph.add("Concat", names, {{"axis", std::int64_t{1}}}), vectors};
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/save.hpp

// A network to a file and back. The file is a safetensors file that other programs read; it knows its architecture and labels,
// and holds one picture with the logits that it gave, so that whoever loads it can tell that nothing changed.

namespace denim::inline DENIM_TARGET {

/// What a file keeps beside the weights.
struct SaveOptions {
    std::vector<std::string> labels = {};  ///< the names of the classes, one for each output; may be left out
    std::map<std::string, std::string> others = {};  ///< metadata of one's own, UTF-8, under keys of one's own
};

namespace detail {

template <class Network>
std::vector<NamedTensor> tensors_of(const Network& network) {
    std::vector<NamedTensor> tensors;
    for (const Row& row : network.rows())
        tensors.push_back(
            {row.name,
             {row.extents.values.begin(), row.extents.values.begin() + static_cast<std::ptrdiff_t>(row.extents.rank)},
             network.parameters().subspan(row.offset, row.size())});
    return tensors;
}

/// A picture of every brightness, and the network's logits for it.
template <class Network>
SampleOutput sample_of(const Network& network) {
    constexpr Shape shape = Network::input;
    Array<float, 3> picture({shape.height, shape.width, shape.channels});
    std::size_t n = 0;
    for (float& number : picture) number = static_cast<float>(n++ * 97 % 256) / 255.0f;
    const auto logits = network.predict(picture);
    return {{picture.begin(), picture.end()}, {logits.begin(), logits.end()}};
}

}  // namespace detail

/// Writes a network: save(network, "primary.safetensors", {.labels = names}). The file appears whole or not at all.
template <class Network>
void save(const Network& network, const std::filesystem::path& path, const SaveOptions& options = {}) {
    static_assert(std::is_same_v<typename Network::Scalar, float>, "denim: save: only networks in fp32 are saved.");
    if (!options.labels.empty() && options.labels.size() != Network::output.channels)
        throw std::invalid_argument("denim: save: the network has " + std::to_string(Network::output.channels) +
                                    " outputs, but " + std::to_string(options.labels.size()) +
                                    " labels came; expected one for each");
    WeightsMetadata metadata;
    metadata.architecture = detail::architecture_of<Network>();
    metadata.labels = options.labels;
    metadata.others = options.others;
    metadata.sample = detail::sample_of(network);
    write_weights(path, detail::tensors_of(network), metadata);
}

/// Puts weights that were read into a network, whose architecture, names and shapes must be theirs; gives what stands beside
/// them. Throws FileError with both sides, and then the network is as it was.
template <class Network>
WeightsMetadata load_into(Network& network, const Weights& weights) {
    check_weights(weights, detail::tensors_of(network), detail::architecture_of<Network>());
    if (!weights.metadata().labels.empty() && weights.metadata().labels.size() != Network::output.channels)
        throw FileError(weights.name(), "has " + std::to_string(weights.metadata().labels.size()) +
                                            " labels, but the network has " + std::to_string(Network::output.channels) +
                                            " outputs");
    Network loaded = network;
    loaded.edit_parameters([&](std::span<float> parameters) {
        for (const Row& row : loaded.rows()) {
            const NamedTensor& tensor = weights.tensor(row.name);
            for (const float number : tensor.values)
                if (!detail::is_finite(number))
                    throw FileError(weights.name(), "tensor '" + row.name + "' holds a number that is not finite");
            std::copy(tensor.values.begin(), tensor.values.end(), parameters.begin() + static_cast<std::ptrdiff_t>(row.offset));
        }
    });
    if (weights.metadata().sample) check_sample(weights.name(), *weights.metadata().sample, detail::sample_of(loaded).output);
    network = std::move(loaded);
    return weights.metadata();
}

/// Reads weights into a network from its file, likewise.
template <class Network>
WeightsMetadata load_into(Network& network, const std::filesystem::path& path) {
    return load_into(network, read_weights(path));
}

/// A network from its file: load<Primary>("primary.safetensors").
template <class Network>
Network load(const std::filesystem::path& path) {
    Network network;
    load_into(network, path);
    return network;
}

/// Puts weights that are part of the program, see embed, into a network; gives their labels and what else stands beside them.
template <class Network>
WeightsMetadata load_embedded_into(Network& network, std::span<const char* const> text) {
    const std::vector<std::byte> bytes = detail::from_base64(text);
    return load_into(network, Weights{Safetensors{"the embedded weights", bytes}});
}

/// A network from weights that are part of the program: load_embedded<Primary>(primary_weights).
template <class Network>
Network load_embedded(std::span<const char* const> text) {
    Network network;
    load_embedded_into(network, text);
    return network;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/export_onnx.hpp

// A trained network as an ONNX file, for ONNX Runtime, OpenVINO and others.

namespace denim::inline DENIM_TARGET {

/// What stands in the file beside the layers.
struct OnnxOptions {
    bool bytes = false;                    ///< takes photographs as uint8, and does what `preprocessing` says itself
    Preprocessing preprocessing = {};      ///< with `bytes`: (byte * scale - mean) / deviation; times 1/255 unless set
    bool probabilities = false;            ///< gives softmax of the logits
    std::vector<std::string> labels = {};  ///< the names of the classes, kept in the file's metadata
};

namespace detail {

/// A layer that can be written: an overload of to_onnx takes its spec.
template <class Spec>
concept HasOnnx =
    requires(const Spec& spec, const OnnxLayer& layer, OnnxGraph& graph) { OnnxFlow{to_onnx(spec, layer, graph)}; };

// From the input (N, H, W, C), as Denim takes it, to (N, C, H, W).
inline OnnxFlow onnx_input(OnnxGraph& graph, Shape in, const OnnxOptions& options) {
    graph.model.inputs.push_back(
        {"images", options.bytes ? ElementType::uint8 : ElementType::float32, {0, in.height, in.width, in.channels}});
    graph.layer = "input";
    std::string value = "images";
    if (options.bytes) {
        const auto& [scale, mean, deviation] = options.preprocessing;
        const auto each = [&](const char* type, const std::vector<float>& numbers, const char* name) {
            if (numbers.empty()) return;
            if (numbers.size() != in.channels)
                throw std::invalid_argument("denim: export_onnx: preprocessing has " + std::to_string(numbers.size()) +
                                            " numbers, but pictures have " + std::to_string(in.channels) +
                                            " channels; expected one for each");
            value = graph.add(type, {value, graph.constant<float>(name, numbers, {numbers.size()})});
        };
        value = graph.add("Cast", {value}, {{"to", std::int64_t{1}}});
        value = graph.add("Mul", {value, graph.constant<float>("scale", std::span{&scale, 1}, {})});
        each("Sub", mean, "mean");
        each("Div", deviation, "deviation");
    }
    return {graph.channels_first(value)};
}

// Softmax of each head by itself.
inline std::string softmax_of_heads(OnnxGraph& graph, const std::string& logits, std::span<const std::size_t> heads) {
    std::vector<std::int64_t> widths(heads.begin(), heads.end());
    OnnxNode split{"Split", graph.layer + ".Split", {logits, graph.constant<std::int64_t>("widths", widths, {widths.size()})}, {}, {}};
    split.attributes = {{"axis", std::int64_t{1}}};
    for (std::size_t head = 0; head < heads.size(); ++head) split.outputs.push_back(graph.layer + ".head_" + std::to_string(head));
    graph.model.nodes.push_back(split);
    std::vector<std::string> probabilities;
    for (const std::string& head : split.outputs) probabilities.push_back(graph.add("Softmax", {head}, {{"axis", std::int64_t{1}}}));
    return graph.add("Concat", probabilities, {{"axis", std::int64_t{1}}});
}

// Layers go by their entries in the flat list, as the user wrote them: what fuses inside stays inside.
template <class Network, std::size_t Index>
void add_onnx_layer(OnnxGraph& graph, std::vector<OnnxFlow>& values, const Network& network,
                    const std::vector<std::string>& names) {
    using Spec = typename Network::Graph::template At<Index>;
    constexpr Entry entry = Network::Graph::trace.entries[Index];
    OnnxLayer layer{{}, entry.in, entry.out, network.parameters().subspan(entry.first_parameter, entry.parameters), {}};
    for (std::size_t n = 0; n < entry.inputs; ++n) layer.inputs.push_back(values[entry.from[n]]);
    if constexpr (passes_on(role_of<Spec>()) || requires { Spec::training_only; }) {
        values.push_back(layer.inputs[0]);
    } else {
        static_assert(HasOnnx<Spec>,
                      "denim: export_onnx: a layer has no overload of to_onnx; write one beside the layer, see "
                      "denim/training/onnx_layers.hpp.");
        if constexpr (role_of<Spec>() == Role::layer) {
            std::size_t offset = 0;
            for (const Parameter& parameter : Spec::parameters(entry.in)) {
                layer.rows.push_back({parameter.name, parameter.extents, offset, entry.in, Index});
                offset += parameter.extents.size();
            }
        }
        graph.layer = names[Index];
        values.push_back(to_onnx(Spec{}, layer, graph));
    }
}

}  // namespace detail

/// The network as an ONNX graph (opset 17) with a free batch: "images" (N, H, W, C) to "logits" or "probabilities" (N,
/// outputs). Dropout is gone, BatchNorm goes by its running statistics.
template <class Network>
OnnxModel onnx_model(const Network& network, const OnnxOptions& options = {}) {
    static_assert(std::is_same_v<typename Network::Scalar, float>, "denim: export_onnx: only networks in fp32 are exported.");
    OnnxGraph graph;
    std::vector<OnnxFlow> values{detail::onnx_input(graph, Network::input, options)};
    std::vector<std::string> names;
    detail::name_entries<typename Network::Layers>("", names);
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (detail::add_onnx_layer<Network, Index>(graph, values, network, names), ...);
    }(std::make_index_sequence<Network::Graph::count>{});
    OnnxFlow result = values[Network::Graph::trace.result];
    graph.layer = "output";
    if constexpr (Network::output.height * Network::output.width == 1)
        result = graph.as_vector(result);
    else  // as Denim gives it
        result = {graph.add("Flatten", {graph.channels_last(result.name)}), true};
    const char* const name = options.probabilities ? "probabilities" : "logits";
    const bool softmax = options.probabilities && Network::heads.size() == 1;
    if (options.probabilities && !softmax) result.name = detail::softmax_of_heads(graph, result.name, Network::heads);
    graph.model.nodes.push_back({softmax ? "Softmax" : "Identity", name, {result.name}, {name}, {}});
    graph.model.outputs.push_back({name, ElementType::float32, {0, Network::output.size()}});
    graph.model.metadata["architecture"] = detail::architecture_of<Network>();
    if (!options.labels.empty()) graph.model.metadata["labels"] = nlohmann::json(options.labels).dump();
    return std::move(graph.model);
}

/// Writes the network as an ONNX file: export_onnx(network, "primary.onnx", {.bytes = true}).
template <class Network>
void export_onnx(const Network& network, const std::filesystem::path& path, const OnnxOptions& options = {}) {
    write_onnx(path, onnx_model(network, options));
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/training/load_matching.hpp

// Weights of one network into another that shares some of its layers: a trunk under another head.

namespace denim::inline DENIM_TARGET {

/// What load_matching took, what it left, and why.
struct MatchReport {
    /// A row of the network or a tensor of the file that was left.
    struct Left {
        std::string name, why;
    };
    std::vector<std::string> taken;  ///< rows that have the file's numbers now
    std::vector<Left> left;          ///< rows that are as they were
    std::vector<Left> unused;        ///< tensors of the file that went nowhere

    friend std::ostream& operator<<(std::ostream& out, const MatchReport& report) {
        out << report.taken.size() << " of " << report.taken.size() + report.left.size() << " arrays taken\n";
        for (const std::string& name : report.taken) out << "  taken   " << name << '\n';
        for (const Left& row : report.left) out << "  left    " << row.name << ": " << row.why << '\n';
        for (const Left& tensor : report.unused) out << "  unused  " << tensor.name << ": " << tensor.why << '\n';
        return out;
    }
};

namespace detail {

/// "2.0" of "2.0.weights".
inline std::string layer_of_row(const std::string& row) { return row.substr(0, row.rfind('.')); }

/// Whether a row is one of `names`, or inside a layer that is.
inline bool is_named(const std::string& row, std::span<const std::string> names) {
    return std::ranges::any_of(names, [&](const std::string& name) { return row == name || row.starts_with(name + '.'); });
}

/// Why a row does not fit the file, or nothing.
inline std::string misfit(const Row& row, const denim::Weights& weights, std::span<const std::string> skip) {
    if (is_named(row.name, skip)) return "it was to be skipped";
    const auto tensor = std::ranges::find(weights.tensors(), row.name, &NamedTensor::name);
    if (tensor == weights.tensors().end()) return "the file has no array of this name";
    const std::span<const std::size_t> extents{row.extents.values.data(), row.extents.rank};
    if (std::ranges::equal(tensor->shape, extents)) return {};
    const auto words = [](const auto& shape) {
        std::string text;
        for (const std::size_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
        return '(' + text + ')';
    };
    return "the file has " + words(tensor->shape) + ", the network " + words(extents);
}

}  // namespace detail

/// Puts those layers of a file of weights into a network that have the same names and shapes in both; the others stay as they
/// are. A layer is taken whole or not at all. `skip` names layers or arrays that shall stay even where they fit, for example a
/// head of as many classes that are others. Throws FileError, and then the network is as it was, if no layer fits or a number
/// is not finite. What it took can be kept as it is by freeze.
template <class Network>
MatchReport load_matching(Network& network, const Weights& weights, const std::vector<std::string>& skip = {}) {
    static_assert(std::is_same_v<typename Network::Scalar, float>, "denim: load_matching: only networks in fp32 take weights.");
    std::map<std::string, std::string> misfits;  // a layer, and the row that keeps it out
    for (const Row& row : network.rows())
        if (!detail::misfit(row, weights, skip).empty()) misfits.emplace(detail::layer_of_row(row.name), row.name);
    MatchReport report;
    std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
    for (const Row& row : network.rows()) {
        const auto other = misfits.find(detail::layer_of_row(row.name));
        if (other != misfits.end()) {
            const std::string why = detail::misfit(row, weights, skip);
            report.left.push_back({row.name, why.empty() ? other->second + " of the same layer does not fit" : why});
            continue;
        }
        const NamedTensor& tensor = weights.tensor(row.name);
        if (!std::ranges::all_of(tensor.values, [](float number) { return detail::is_finite(number); }))
            throw FileError(weights.name(), "tensor '" + row.name + "' holds a number that is not finite");
        std::ranges::copy(tensor.values, parameters.begin() + static_cast<std::ptrdiff_t>(row.offset));
        report.taken.push_back(row.name);
    }
    if (report.taken.empty())
        throw FileError(weights.name(), "no layer of the network fits; its first array, " +
                                            detail::in_quotes(report.left[0].name) + ": " + report.left[0].why);
    for (const NamedTensor& tensor : weights.tensors()) {
        if (std::ranges::find(report.taken, tensor.name) != report.taken.end()) continue;
        const auto row = std::ranges::find(report.left, tensor.name, &MatchReport::Left::name);
        report.unused.push_back({tensor.name, row == report.left.end() ? "the network has no array of this name" : row->why});
    }
    network.edit_parameters([&](std::span<float> to) { std::ranges::copy(parameters, to.begin()); });
    return report;
}

/// From a file, as `save` and Checkpoint write it: load_matching(network, "primary.safetensors").
template <class Network>
MatchReport load_matching(Network& network, const std::filesystem::path& path, const std::vector<std::string>& skip = {}) {
    return load_matching(network, read_weights(path), skip);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/format.hpp

// Files that other tools read, and networks saved and loaded: needs zlib, nlohmann-json and protozero.

// ---- denim/image/stb_image_write.hpp

// The door to stb_image_write.h, which writes pictures. Its code stands in denim::stb with internal linkage, and every macro that
// steers it is put aside and given back, so that a program's own copy, before or after this header, stays as it was.

#pragma push_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#pragma push_macro("STB_IMAGE_WRITE_STATIC")
#undef STB_IMAGE_WRITE_STATIC
#pragma push_macro("INCLUDE_STB_IMAGE_WRITE_H")
#undef INCLUDE_STB_IMAGE_WRITE_H
#pragma push_macro("STBIWDEF")
#undef STBIWDEF
#pragma push_macro("STBIW_ASSERT")
#undef STBIW_ASSERT
#pragma push_macro("STBIW_MALLOC")
#undef STBIW_MALLOC
#pragma push_macro("STBIW_REALLOC")
#undef STBIW_REALLOC
#pragma push_macro("STBIW_REALLOC_SIZED")
#undef STBIW_REALLOC_SIZED
#pragma push_macro("STBIW_FREE")
#undef STBIW_FREE
#pragma push_macro("STBIW_MEMMOVE")
#undef STBIW_MEMMOVE
#pragma push_macro("STBIW_CRC32")
#undef STBIW_CRC32
#pragma push_macro("STBIW_ZLIB_COMPRESS")
#undef STBIW_ZLIB_COMPRESS
#pragma push_macro("STBI_WRITE_NO_STDIO")
#undef STBI_WRITE_NO_STDIO
#pragma push_macro("STBIW_UCHAR")
#undef STBIW_UCHAR
#pragma push_macro("stbi__flip_vertically_on_write")
#undef stbi__flip_vertically_on_write

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(condition) static_cast<void>(0)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
namespace denim::inline DENIM_TARGET::stb {
#if __has_include(<stb_image_write.h>)
#include <stb_image_write.h>
#else
#include <stb/stb_image_write.h>
#endif
}  // namespace denim::inline DENIM_TARGET::stb
#pragma GCC diagnostic pop

#pragma pop_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_WRITE_STATIC")
#pragma pop_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma pop_macro("STBIWDEF")
#pragma pop_macro("STBIW_ASSERT")
#pragma pop_macro("STBIW_MALLOC")
#pragma pop_macro("STBIW_REALLOC")
#pragma pop_macro("STBIW_REALLOC_SIZED")
#pragma pop_macro("STBIW_FREE")
#pragma pop_macro("STBIW_MEMMOVE")
#pragma pop_macro("STBIW_CRC32")
#pragma pop_macro("STBIW_ZLIB_COMPRESS")
#pragma pop_macro("STBI_WRITE_NO_STDIO")
#pragma pop_macro("STBIW_UCHAR")
#pragma pop_macro("stbi__flip_vertically_on_write")
// ---- denim/image/encode.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

inline void append_bytes(void* to, void* from, int size) {
    auto& bytes = *static_cast<std::vector<std::uint8_t>*>(to);
    const std::size_t before = bytes.size(), count = static_cast<std::size_t>(size);
    bytes.resize(before + count);
    std::memcpy(bytes.data() + before, from, count);
}

inline void check_encoded(int success, const Picture& picture) {
    if (success == 0 || picture.size.pixels() == 0)
        throw std::invalid_argument("denim: a picture of " + std::to_string(picture.size.height) + " x " +
                                    std::to_string(picture.size.width) + " pixels cannot be written");
}

}  // namespace detail

/// The bytes of a PNG file of the picture.
inline std::vector<std::uint8_t> encode_png(const Picture& picture) {
    std::vector<std::uint8_t> bytes;
    const auto side = [](std::size_t length) { return static_cast<int>(length); };
    detail::check_encoded(
        stb::stbi_write_png_to_func(detail::append_bytes, &bytes, side(picture.size.width), side(picture.size.height),
                                    Picture::channels, picture.pixels.data(), side(picture.size.width * Picture::channels)),
        picture);
    return bytes;
}

/// The bytes of a JPEG file of the picture; `quality` is 1 to 100.
inline std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality = 90) {
    if (quality < 1 || quality > 100)
        throw std::invalid_argument("denim: the quality of a JPEG is 1 to 100, but got " + std::to_string(quality));
    std::vector<std::uint8_t> bytes;
    detail::check_encoded(
        stb::stbi_write_jpg_to_func(detail::append_bytes, &bytes, static_cast<int>(picture.size.width),
                                    static_cast<int>(picture.size.height), Picture::channels, picture.pixels.data(), quality),
        picture);
    return bytes;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image/picture_file.hpp

// Pictures and their files.

namespace denim::inline DENIM_TARGET {

/// The picture in a file; throws FileError if there is none that can be read.
inline Picture read_picture(const std::filesystem::path& path, PictureLimits limits = {}) {
    try {
        return decode(read_file(path), limits);
    } catch (const PictureError& error) {
        throw FileError(path.string(), error.what());
    }
}

/// The picture in a file, fitted into a frame (see `fit`): quicker than reading it whole first.
inline Picture read_picture(const std::filesystem::path& path, Size frame, PictureLimits limits = {}) {
    try {
        return decode(read_file(path), frame, limits);
    } catch (const PictureError& error) {
        throw FileError(path.string(), error.what());
    }
}

/// Writes the picture as PNG. The file appears whole or not at all; throws FileError.
inline void write_png(const std::filesystem::path& path, const Picture& picture) {
    const std::vector<std::uint8_t> bytes = encode_png(picture);
    AtomicFile file{path};
    file.write(std::as_bytes(std::span{bytes}));
    file.commit();
}

/// Writes the picture as JPEG of a quality from 1 to 100. The file appears whole or not at all; throws FileError.
inline void write_jpeg(const std::filesystem::path& path, const Picture& picture, int quality = 90) {
    const std::vector<std::uint8_t> bytes = encode_jpeg(picture, quality);
    AtomicFile file{path};
    file.write(std::as_bytes(std::span{bytes}));
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image.hpp

// Picture files to pixels and back: needs stb.

// ---- denim/report/chart.hpp

namespace denim::inline DENIM_TARGET {

/// A line of a chart: y over x, with a name for its legend.
struct Series {
    std::string name = {};
    std::vector<double> x = {}, y = {};
};

namespace detail {

inline std::string html_text(std::string_view text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '&')
            safe += "&amp;";
        else if (letter == '<')
            safe += "&lt;";
        else if (letter == '>')
            safe += "&gt;";
        else if (letter == '"')
            safe += "&quot;";
        else
            safe += letter;
    }
    return safe;
}

inline std::string short_number(double number) {
    char text[40];
    std::snprintf(text, sizeof text, "%.4g", number);
    return text;
}

/// With this many digits behind the point; nothing for what is not a number.
inline std::string decimals(double number, int digits = 4) {
    char text[60];
    std::snprintf(text, sizeof text, "%.*f", digits, number);
    return number == number ? text : "";
}

/// Round numbers that cover low to high: about five of them.
inline std::vector<double> ticks(double low, double high) {
    const double rough = (high - low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
    const double step = rough / power < 1.5   ? power
                        : rough / power < 3.5 ? 2 * power
                        : rough / power < 7.5 ? 5 * power
                                              : 10 * power;
    std::vector<double> places;
    for (double at = std::ceil(low / step - 1e-9) * step; at <= high + 1e-9 * step; at += step)
        places.push_back(std::fabs(at) < 1e-12 * step ? 0 : at);
    return places;
}

}  // namespace detail

/// Lines as an SVG picture whose colours the page's style sheet sets (classes s0 to s7, axis, grid, text). Numbers that are not
/// finite are left out.
inline std::string line_chart(std::string_view title, std::string_view x_name, std::span<const Series> all) {
    constexpr double width = 560, height = 300, left = 58, right = 14, top = 14, bottom = 44;
    double low = std::numeric_limits<double>::infinity(), high = -low, first = low, last = -low;
    for (const Series& series : all)
        for (std::size_t n = 0; n < series.y.size(); ++n)
            if (std::isfinite(series.y[n])) {
                low = std::min(low, series.y[n]), high = std::max(high, series.y[n]);
                first = std::min(first, series.x[n]), last = std::max(last, series.x[n]);
            }
    if (!(low <= high)) return "<p>no numbers for " + detail::html_text(title) + "</p>\n";
    if (high - low < 1e-9) low -= 0.5 * std::max(std::fabs(low), 1e-3), high += 0.5 * std::max(std::fabs(high), 1e-3);
    if (last - first < 1e-9) first -= 0.5, last += 0.5;
    const double margin = 0.05 * (high - low);
    low = low >= 0 && low - margin < 0 ? 0 : low - margin;
    high += margin;
    const auto px = [&](double x) { return left + (x - first) / (last - first) * (width - left - right); };
    const auto py = [&](double y) { return height - bottom - (y - low) / (high - low) * (height - top - bottom); };
    const auto format = [](const char* pattern, auto... numbers) {
        char text[240];
        std::snprintf(text, sizeof text, pattern, numbers...);
        return std::string{text};
    };
    std::string svg = "<figure><figcaption>" + detail::html_text(title) +
                      "</figcaption>\n<svg viewBox=\"0 0 560 300\" role=\"img\" aria-label=\"" + detail::html_text(title) +
                      "\">\n";
    for (const double at : detail::ticks(low, high))
        svg += format(
            "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/><text class=\"text\" x=\"%.1f\" y=\"%.1f\" "
            "text-anchor=\"end\">%s</text>\n",
            left, py(at), width - right, left - 6, py(at) + 4, detail::short_number(at).c_str());
    for (const double at : detail::ticks(first, last))
        if (at == std::floor(at) || last - first < 2)
            svg += format(
                "<path class=\"axis\" d=\"M%.1f %.1fv5\"/><text class=\"text\" x=\"%.1f\" y=\"%.1f\" "
                "text-anchor=\"middle\">%s</text>\n",
                px(at), height - bottom, px(at), height - bottom + 18, detail::short_number(at).c_str());
    svg += format("<path class=\"axis\" d=\"M%.1f %.1fV%.1fH%.1f\"/>\n", left, top, height - bottom, width - right);
    svg +=
        format("<text class=\"text\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", (left + width - right) / 2, height - 6) +
        detail::html_text(x_name) + "</text>\n";
    for (std::size_t k = 0; k < all.size(); ++k) {
        const Series& series = all[k];
        const std::string colour = format("s%zu", k % 8);
        std::string path, points;
        bool begun = false;
        for (std::size_t n = 0; n < series.y.size(); ++n) {
            if (!std::isfinite(series.y[n])) {
                begun = false;
                continue;
            }
            path += format(begun ? "L%.1f %.1f" : "M%.1f %.1f", px(series.x[n]), py(series.y[n]));
            points += format("<circle class=\"%s dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>", colour.c_str(),
                             px(series.x[n]), py(series.y[n])) +
                      detail::html_text(series.name) + ": " + detail::short_number(series.y[n]) + " at " +
                      detail::short_number(series.x[n]) + "</title></circle>\n";
            begun = true;
        }
        svg += "<path class=\"" + colour + " line\" d=\"" + path + "\"/>\n" + (series.y.size() <= 60 ? points : "");
    }
    svg += "</svg>\n<p class=\"legend\">";
    for (std::size_t k = 0; k < all.size(); ++k)
        svg += "<span class=\"s" + std::to_string(k % 8) + "\"><i></i>" + detail::html_text(all[k].name) + "</span> ";
    return svg + "</p></figure>\n";
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/page.hpp

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Light and dark by what the reader's system asks for; one column on a telephone.
inline constexpr std::string_view page_style = R"(
:root{color-scheme:light dark;--ground:#fff;--ink:#1c1e21;--soft:#5c636b;--line:#d8dce0;--card:#f5f7f9;
--c0:#1f6fb4;--c1:#d9632a;--c2:#2a9253;--c3:#b3395b;--c4:#7652b3;--c5:#8a6d1c;--c6:#16899b;--c7:#6b7178}
@media(prefers-color-scheme:dark){:root{--ground:#15181b;--ink:#e7eaed;--soft:#a2abb4;--line:#383f46;--card:#1e2327;
--c0:#68b0ee;--c1:#f39a68;--c2:#63c98a;--c3:#ef7d9c;--c4:#b598ef;--c5:#d9b95a;--c6:#5cc9d9;--c7:#a7aeb5}}
*{box-sizing:border-box}body{margin:0 auto;max-width:75rem;padding:1rem;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}h1{font-size:1.6rem;margin:.4rem 0}h2{font-size:1.2rem;margin:1.6rem 0 .5rem}
.soft,figcaption{color:var(--soft)}.row>figure:only-child{max-width:44rem}.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:1rem}
figure{margin:0;padding:.8rem;background:var(--card);border-radius:.5rem;min-width:0}figcaption{font-size:.9rem;margin-bottom:.3rem}
svg,img{display:block;width:100%;height:auto}.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th{color:var(--soft);font-weight:600}
td:first-child,th:first-child{text-align:left;padding-left:0}.text{fill:var(--soft);font:12px system-ui,sans-serif}.axis{stroke:var(--soft);fill:none}
.grid{stroke:var(--line);fill:none}.line{fill:none;stroke-width:2}.legend{margin:.3rem 0 0;font-size:.9rem}.legend span{margin-right:1rem;white-space:nowrap}
.legend i{display:inline-block;width:.8rem;height:.8rem;border-radius:.2rem;background:var(--c);margin-right:.35rem}
.s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}.s4{--c:var(--c4)}.s5{--c:var(--c5)}.s6{--c:var(--c6)}.s7{--c:var(--c7)}
.line{stroke:var(--c)}.dot{fill:var(--c)}.photos{display:grid;grid-template-columns:repeat(auto-fill,minmax(8rem,1fr));gap:.8rem}
.photos figure{padding:.5rem}.photos img{background:#fff;border-radius:.3rem;object-fit:contain;aspect-ratio:3/4}
td:first-child{white-space:normal;overflow-wrap:anywhere;min-width:8.5rem}.wrong{color:var(--c3)}
@media(max-width:34rem){th,td{padding:.25rem .4rem;font-size:.85rem}.text{font-size:19px}}pre{overflow-x:auto;background:var(--card);padding:.8rem;border-radius:.5rem;font-size:.8rem}
)";

}  // namespace detail

/// A page in one HTML file, without scripts, network or other files; readable in light and dark and on a telephone.
class Page {
public:
    explicit Page(std::string title) : title_(std::move(title)) {}

    void heading(std::string_view text) { body_ += "<h2>" + detail::html_text(text) + "</h2>\n"; }
    void paragraph(std::string_view text) { body_ += "<p>" + detail::html_text(text) + "</p>\n"; }
    /// As it is, letters of equal width.
    void listing(std::string_view text) { body_ += "<pre>" + detail::html_text(text) + "</pre>\n"; }
    /// The first line is the header; the first column is text, the others numbers.
    void table(const std::vector<std::vector<std::string>>& lines) {
        body_ += "<div class=\"wide\"><table>\n";
        for (std::size_t row = 0; row < lines.size(); ++row) {
            body_ += "<tr>";
            for (const std::string& cell : lines[row])
                body_ += (row == 0 ? "<th>" : "<td>") + detail::html_text(cell) + (row == 0 ? "</th>" : "</td>");
            body_ += "</tr>\n";
        }
        body_ += "</table></div>\n";
    }
    /// Figures side by side where there is room; each comes from `line_chart` or `picture`.
    void figures(std::span<const std::string> all) {
        body_ += "<div class=\"row\">\n";
        for (const std::string& figure : all) body_ += figure;
        body_ += "</div>\n";
    }
    /// Small photographs in a grid; each comes from `photograph`.
    void photographs(std::span<const std::string> all) {
        body_ += "<div class=\"photos\">\n";
        for (const std::string& figure : all) body_ += figure;
        body_ += "</div>\n";
    }

    static std::string picture(const Picture& picture, std::string_view caption) {
        return "<figure><figcaption>" + detail::html_text(caption) + "</figcaption><img alt=\"" + detail::html_text(caption) +
               "\" src=\"data:image/png;base64," + detail::to_base64(encode_png(picture)) + "\"></figure>\n";
    }
    static std::string photograph(const Picture& picture, std::string_view truth, std::string_view predicted,
                                  double confidence) {
        const bool right = truth == predicted;
        return "<figure><img alt=\"" + detail::html_text(truth) + "\" src=\"data:image/jpeg;base64," +
               detail::to_base64(encode_jpeg(picture)) + "\"><figcaption>" + detail::html_text(truth) + "<br><span class=\"" +
               (right ? "right" : "wrong") + "\">" + detail::html_text(predicted) + ' ' + detail::decimals(confidence, 2) +
               "</span></figcaption></figure>\n";
    }

    [[nodiscard]] std::string text() const {
        const std::string title = detail::html_text(title_);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
               "content=\"width=device-width,initial-scale=1\">\n<title>" +
               title + "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>" + std::string{detail::page_style} +
               "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n" + body_ + "</body>\n</html>\n";
    }
    /// The file appears whole or not at all; throws FileError.
    void write(const std::filesystem::path& path) const {
        AtomicFile file{path};
        file.write(text());
        file.commit();
    }

private:
    std::string title_, body_;
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/report_parts.hpp

// What pages about runs, sweeps and comparisons share.

namespace denim::inline DENIM_TARGET::detail {

/// Five digits, wherever the point stands.
inline std::string five_digits(double number) {
    char text[40];
    std::snprintf(text, sizeof text, "%.5g", number);
    return number == number ? text : "";
}

inline std::string parameter_text(const HyperParameter& parameter) {
    if (const auto* number = std::get_if<double>(&parameter)) return short_number(*number);
    if (const auto* truth = std::get_if<bool>(&parameter)) return *truth ? "yes" : "no";
    return std::get<std::string>(parameter);
}

/// One curve of a history.
inline Series curve(std::string name, const History& history, double Score::*value, bool of_validation) {
    Series series{std::move(name)};
    for (const Epoch& epoch : history.epochs) {
        series.x.push_back(static_cast<double>(epoch.number));
        series.y.push_back((of_validation ? epoch.validation : epoch.train).*value);
    }
    return series;
}

}  // namespace denim::inline DENIM_TARGET::detail

namespace denim::inline DENIM_TARGET {

/// What a page was made on, and where it is above 0 the time that training took.
inline void add_machine(Page& page, double seconds) {
    page.heading("Machine and time");
    page.paragraph(machine_line("fp32"));
    if (seconds > 0) page.paragraph("Time of training: " + detail::decimals(seconds, 1) + " s.");
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/comparison_report.hpp

namespace denim::inline DENIM_TARGET {

/// Two approaches over the same seeds, and where they are known what each got right of the same pictures, seed by seed.
struct ComparisonReport {
    std::string name = "A comparison", first = "first", second = "second";
    std::vector<std::uint64_t> seeds = {};
    std::vector<double> first_totals = {}, second_totals = {};
    std::vector<std::vector<int>> first_right = {}, second_right = {};
};

/// The comparison as a part of a page: totals, the paired test, and McNemar's test of each seed.
inline void add_comparison(Page& page, const ComparisonReport& report) {
    const Repeats first = repeats(report.first_totals), second = repeats(report.second_totals);
    page.heading("Totals");
    std::vector<std::vector<std::string>> lines{{"approach", "runs", "mean", "deviation", "95 % interval", "least", "largest"}};
    for (const auto& [name, all] : {std::pair{&report.first, &first}, std::pair{&report.second, &second}})
        lines.push_back({*name, std::to_string(all->count), detail::five_digits(all->mean), detail::five_digits(all->deviation),
                         all->count > 1 ? detail::five_digits(all->low) + " to " + detail::five_digits(all->high) : "",
                         detail::short_number(all->least), detail::short_number(all->largest)});
    page.table(lines);
    if (first.count > 1) {
        const PairedTest test = paired_test(report.first_totals, report.second_totals);
        page.paragraph("Paired over seeds, " + report.first + " minus " + report.second + ": " +
                       detail::five_digits(test.difference.mean) + " (95 % interval " +
                       detail::five_digits(test.difference.low) + " to " + detail::five_digits(test.difference.high) +
                       "), t = " + detail::decimals(test.t, 2) + ", p = " + detail::decimals(test.probability) + ".");
    } else {
        page.paragraph("One run of each proves nothing: repeat them over several seeds.");
    }
    Series a{report.first}, b{report.second};
    std::vector<std::vector<std::string>> seeds{
        {"seed", report.first, report.second, "only first right", "only second right", "McNemar's p"}};
    for (std::size_t n = 0; n < report.first_totals.size(); ++n) {
        const std::string seed = n < report.seeds.size() ? std::to_string(report.seeds[n]) : std::to_string(n + 1);
        std::vector<std::string> line{seed, detail::short_number(report.first_totals[n]),
                                      detail::short_number(report.second_totals[n])};
        if (n < report.first_right.size() && n < report.second_right.size()) {
            const McNemar test = mcnemar(report.first_right[n], report.second_right[n]);
            line.insert(line.end(),
                        {std::to_string(test.first_only), std::to_string(test.second_only), detail::decimals(test.exact)});
        }
        line.resize(seeds[0].size());
        seeds.push_back(std::move(line));
        a.x.push_back(static_cast<double>(n + 1)), a.y.push_back(report.first_totals[n]);
        b.x.push_back(static_cast<double>(n + 1)), b.y.push_back(report.second_totals[n]);
    }
    const Series both[] = {a, b};
    const std::string chart = line_chart("Total of each seed", "seed, in order", both);
    page.figures({&chart, 1});
    page.heading("Seed by seed");
    page.table(seeds);
}

/// A page about a comparison: totals by seed, the paired test, and McNemar's test of each seed.
inline void write_report(const std::filesystem::path& path, const ComparisonReport& report) {
    Page page{report.name};
    add_comparison(page, report);
    add_machine(page, 0);
    page.write(path);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/image/font_outlines.hpp

// The outlines of DejaVu Sans for Latin letters, written by tests/runtime/image/make_font.py, which says how they are packed.
// The font's own notice:
//
// Copyright (c) 2003 by Bitstream, Inc. All Rights Reserved. Bitstream Vera is a trademark of Bitstream, Inc. DejaVu changes
// are in public domain.
//
// Permission is hereby granted, free of charge, to any person obtaining a copy of the fonts accompanying this license
// ("Fonts") and associated documentation files (the "Font Software"), to reproduce and distribute the Font Software,
// including without limitation the rights to use, copy, merge, publish, distribute, and/or sell copies of the Font Software,
// and to permit persons to whom the Font Software is furnished to do so, subject to the following conditions:
//
// The above copyright and trademark notices and this permission notice shall be included in all copies of one or more of the
// Font Software typefaces.
//
// The Font Software may be modified, altered, or added to, and in particular the designs of glyphs or characters in the
// Fonts may be modified and additional glyphs or characters may be added to the Fonts, only if the fonts are renamed to
// names not containing either the words "Bitstream" or the word "Vera".
//
// This License becomes null and void to the extent applicable to Fonts or Font Software that has been modified and is
// distributed under the "Bitstream Vera" names.
//
// The Font Software may be sold as part of a larger software package but no copy of one or more of the Font Software
// typefaces may be sold by itself.
//
// THE FONT SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO ANY
// WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF COPYRIGHT, PATENT, TRADEMARK, OR
// OTHER RIGHT. IN NO EVENT SHALL BITSTREAM OR THE GNOME FOUNDATION BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY,
// INCLUDING ANY GENERAL, SPECIAL, INDIRECT, INCIDENTAL, OR CONSEQUENTIAL DAMAGES, WHETHER IN AN ACTION OF CONTRACT, TORT OR
// OTHERWISE, ARISING FROM, OUT OF THE USE OR INABILITY TO USE THE FONT SOFTWARE OR FROM OTHER DEALINGS IN THE FONT SOFTWARE.
//
// Except as contained in this notice, the names of Gnome, the Gnome Foundation, and Bitstream Inc., shall not be used in
// advertising or otherwise to promote the sale, use or other dealings in this Font Software without prior written
// authorization from the Gnome Foundation or Bitstream Inc., respectively. For further information, contact: fonts at gnome
// dot org.

// clang-format off
namespace denim::inline DENIM_TARGET::detail {

/// Units of the outlines in the height of a line of text (the em).
inline constexpr int font_em = 512;

inline constexpr std::string_view font_outlines =
    "IACjAAAhAM0AAgQPTUAzAADAzQAGP02AdQEzAACAXf/7ptcA+1oiAOwAAgQPXIB1AQCAdf/VAACAiwAED4C6AIB1AQCAdf/WAACAiwAjAK0BAgQPgAYBgOEA"
    "twDrrUkAHP///w+A4ACAcAHmmEkAG2goAOaYTgAA2agA7K1PAADapwDmmNgAGmi2AOaY2AAaaLIAACZYABRTsAAAJ1oAGmgkAEYBAyJnJs9MAoCtALXnAABL"
    "5gDLDOULAC0a8DTwHAAAcskIzSwAJQApNy8zAwA7GQAAxhf/LPgU+gDU7ArUDOkBAJU59zXTANkA1sfPy/wHE4CUAIDAAABn4/3h5QDqAOsd6AcTgK0AgJAA"
    "AJQgBCAcABYAFuEaJQDmAQUMSQKAdAGApADqAOjbAN8A4BjaFgAWABgmACAAIeglDEkCgHQBgMQAKAAuyQDRANLSydgA2ADSNwAuAC8uNwxJAnKAXAHrAOfb"
    "AN8A4BjaFgAWABkmACAAIeclBA+AVAGAfAEoAIAW/4B9/tgADEkCcoB8ASgAL8kA0QDR0crYANgA0jcALgAvLzcmAI8BAgpJAnyAyQDq6+rYAOoA3DbPKAAX"
    "ACoQEhAnM0+SZBKAoACA5QB/gH7/DxYQMwIcLgD93+bA6eBGucAA3SXm6cfr3wDEALNFADUAICI5IRj0EPQfAA8AKTcxLgAVACn3FvcA0uoM2AzvAOYA3+UA"
    "6gDzD+YnAI0AAQQPXIB1AQCAdf/VAACAiwAoAMgAAQ7JJICfAICEAd7H4I8AxwDGIY8hxtgA2jvbcgA4ADclciY6KQDIAAEOkwkpgIQBKAAlxiaOAMkAyNqO"
    "28XYACE6IXEAOgA533EqAAABARL//wOA8QCAOAGmz1rP8eisMwCh5AAAX6zN8RhaMaYxDxhUzgBeHAAAolQyKwCtAQEM/w+A7ACAQQEAgHX/gIsAAADVgHX/"
    "AACAdf/WAACAiwCAdP8AACuAjAAAAICLACwAowABBj88QDUAANTXsOAAFFAtALkAAQQPGYChAICHAAAA14B5/wAuAKMAAQQPN0A1AADAywAvAKwAAQQPgIIA"
    "gHUBKgCAfv+AW/7WADAARgECDEkCgKMAgFQB2QDYswCzALQosycAJwAnTQBMAE3ZTQxJAoCjAIB8AT8AQp0AoQCivp3BAMEAvmMAXgBfQmMxAEYBAQv/B0Aq"
    "UgAAgB0Bpu4ALloSMgAAgLX+UgAA1oAq/wAyAEYBAR2fJJMEYiqAsAAAANaAFP8AACocHmRkDA8YGxQmABIAHtYm3gDpAMvv4u8AMx4NNgwWADoARMYA0ADo"
    "79fp5Pr5vbszAEYBASlJJnmSSQCA0ACAyQAk+SnOANwAybTEugDoAM8J5QkAMRX0MvMbADAAMSYAIwAi0iXXANUAACktACUAKB4AHAAd1x/aAOsA0fbj9wAt"
    "HQgyCBcAOQBDzADTAOHc1jQARgECAweAwgCASQGAgP+AOf+AgAAAC/8HgLQAgHUBQAAAgA3/NQAA1ssAAKjOAABYgFf/AAAxNQBGAQEenySTJDeAdQGAxwAA"
    "ANaAaP8AAKQKBBYEDAA+AEm7AMYAxLW9vADoANAI5ggAMxbzMPQbACsAMi4AJwAnzi3VAOsA2Pfr9zYARgECDEkCgKkAgM8A3gDY0QDYANgo0SIAIgAoLwAo"
    "ACjYLxmTJEkAgA0BgG0BANLtCdoK7ADOAMy8/LwPFiwXGwA4AEK7AMYAxry7xwC/ALxjAF4AWVRpRgAUACb4NwBGAQEHfyqAdQGA8AAAAOuAeP+AoP7MAH+A"
    "SwGATf8AOABGAQMMSQKAowCAsQDcANfaAN4A3inaJAAkACknACEAItcmGEmSJHCAxwDgCNwsACAALT80OAA3AEDMANMA4NzU4Pgk9ynPANwAyr3GwwDCAL46"
    "ADYAJCkxDEkCXoAWAQDkJN8hACAAJSEAHAAe2yDgAN8A3OA5AEYBAhmTJEkAOAgALhP3J/YTADIANUMERfHr0+jmAMgAvkQAOwA5REY5AEEARJ0AoQCorJe5"
    "AO0A2QcMSQKAnQCApgAiACcuACkAKNkv3gDeANjRANgA1yjSOgCsAAIEDzxANQAAwMsABA88gAkBNQAAwMsAOwCsAAIEDzyACQE1AADAywAGPzxANQAA1New"
    "4AAUUDwArQEBB3+AdwGA/ACA/v6kgAIBpQDTgL/+dAApgEEBdT0ArQECBA82gOgAgEEBAADWgL/+AAQPNoCCAIBBAQAA1oC//gA+AK0BAQd/NoD8AAAugEEB"
    "iwDXgL/+jAAtgAIBWz8AEAECBA9iQDIAAMDOACFnkkkmAYCTAGTQAAAnABkOIBcWFhYODg0XAAwAF98b5gDsANPv6O8ALxcOMA4aAC4AONAA2ADt7t3q6+rr"
    "9PT28v76/vv/8QDzQAAAAgIMSQKAvgCAhgAA3CTYHwAfACMpACMAI9wp4QDiANzYQUnyJEmSSZIkAYBHATzx7Nnu5gDVAMo+ADIAMjY/KwAaACftD+0AISMA"
    "AIBI/yUFKTgALAAb8C/wFOYhtiLUAOEAx/Do8Nnn1K0A0ADYHbob5hrmReUoACAAPhUaFRbk4ei35toA0QCuIeAf4B/fUgAwAC0iUx8fISBUIS8ANQBb1R/Y"
    "EucUxwDhAL6xtLr/QQBeAQIDB4CvAIBEAbuARv+AigAACP+AkgCAdQE6AICOAICL/swA3mCAV/8A3qDLAEIAXwEDCScBZYCyAACAeP9RACgAKCEAIwAj2CHY"
    "AAknAWWATAEAj0sAJAAlHAAdABzbHNwAD5NkMoB1AYCBAAA6AD/QANQA3uDX4Psm+CnNANoAzrzKwQCAev8AQwBmAQEak2SSAIBKAYBYAQDL5hjGF+AAwAC8"
    "sgC2ALZEskAAIAA6GBoYAMvl7sXu3wCrAJ9nAFoAWmFoVQAhADzuRACKAQIJJwFlgEwBAIDe/j0ATQBIRgBLAEu4RrMACZMBMoB1AWgAbABmpgCgAJ+appQA"
    "mABFAEQBAQz/DzKAdQGA7AAAANaAR/8AAJGAsQAAANaAT/8AAIB4/4C+AAAA1oAP/wBGACYBAQr/AzKAdQGA1wAAANaAXP8AAJKAlAAAANWAbP8AAIBO/80A"
    "RwCNAQEeP0kmCYAxATUAZa0AACmAhQAAAIBg/+PruevYAKkAnWYAWwBcY2ZXACUAQe4c7gDL5BfBGN0AvAC7tAC0ALVFs0QAGwAqCkgAgQEBDP8PMoB1ATMA"
    "AIBn/4C3AAAAgJkAMwAAgIv+zQAAgLIAgEn/AACATv/NAEkAlwABBA8ygHUBMwAAgIv+zQBKAJcAAQznCTKAdQEzAACApf4AvM3ExwDtAAAqDwAiABsmADBL"
    "AFABAQv/BzKAdQEzAACAY/+ApwCAnQBBAIBH/4BS/4DGAIA5/74AgE3/gLQAAIBM/80ATAAdAQEGPzKAdQEzAACAtf6AtQAAANaAGP8ATQC6AQEN/x8ygHUB"
    "TABfgAL/X4D+AEwAAICL/s4AAIBIAaCAAP/OAJ+AAAEAgLj+zwBOAH8BAQr/AzKAdQFEAICmAIDI/gCAOAExAACAi/68AIBa/4A4AQCAyP7PAE8AkwECDEkC"
    "gMoAgFMByQC/rgC5ALpBrjcANwBAUgBGAEfAUgxJAoDKAIB8AU4AXpcApwCoopeyALEAomkAWABZXmlQADUBAgknAWWATAEAgHT/PwAkACYkACIAIdol3AAL"
    "kwcygHUBcgA/AEDHAMoAyMDIwQDBAACAav/NAFEAkwECDEkCgMoAgFMByQC/rgC5ALpBrjcANwBAUgBGAEfAUhJPkgCAEAEHQ7fDAMk89//4APwAsQCiaQBY"
    "AFleaU8ATgBelwCnAL/MpFIAZAECFHl+AoDjAICvABH7HtwQ4DOaygDQYO0l3hniAMkAAIBi/80AAIB1AXIAQAA/ywDKANzf0gknAWWATAEAgHv/PwAlACUi"
    "ACEAINsi2wBTAEUBASiTTDLJJIASAYBpAQDP4w7NDegA1wDT4ADjAOce5yr4Hvo59TXJANMAyrjIugDlAMQM4AsANB/vO+8dACsALyIAHwAc3h/aCOEGxwvO"
    "MAArADFGOT0AGgA39lQAOQEBCP/+gHUBgDwBAADWgHz/AACAtf7NAACASwGAe/8AVQB3AQESJ08CLIB1ATMAAIAd/wDELMwxADAALDQAPACA4wAyAACAF/8A"
    "t7i2ugC5ALdKAElWAF4BAQd/gJIAAIBy/4B1ATUAdoDG/neAOgE0AIBy/4CL/lcA+gEBDf8fEYB1ATMAToDF/k+AOwE5AE6Axf5OgDsBNACigIv+wACygEQB"
    "sIC8/sAAWABfAQEM/w8ggHUBNgBdgHX/XYCLADcAiIBN/4CAAIA+/8kAmICfAJaAYf/JAICFAIDHAFkAOQEBCf8B/4B1ATYAaIBn/2eAmQA2AIB8/4A9/wCA"
    "Tv/NAACAsgBaAF8BAQr/Ax2AdQGAJQEAANqAFP+A2/6A8gAAANaAz/4AACaA7ACAJQGAGv8AWwDIAAEI/yyAhQFqAADcxAAAgH/+PAAA3JYAXACsAAEEDyqA"
    "dQGAggCAW/7WAIB+/4ClAV0AyAABCP+AnACAhQEAgDf+lgAAJDwAAICBAcQAACReAK0BAQd/gO8AgHUBgIgAgHX/zQCSY5KdzgCAiACAiwBfAAABAQQPgAUB"
    "qwDcgPb+AAAkYAAAAQEED1yAmgFGotoArl5hADoBAgtJBoCwAICNAMgA1eYA4QDoIOMcACYALjcALAALG09yMgGACwGAoAAAgGD/0gAAKvHn0OjeANYAzTAA"
    "KQAvPzA/AEAAAAQAINcj2gDoANL06/UAKhkKMAoWAD0APMFiAEUBAgxJAoD5AICMAAAy1zrbANsA18YAzgDNKcYlACUAKToRSfIBXYDuAA4YLRkeADMAQK8A"
    "vgC+wK/NAOIA0xjyGQDW0QAAgIUBLwBjABoBARqTZJIAgPoAgA0BANXsC9kL7ADTAM/HAM0AzDHILQAUACcKFAsA1uz31/fpAMEAtU8ARABETE9BABUAKfdk"
    "AEUBAhE/SQCA6ACA7gAAgJcALgAAgHv+0gAAKvLn1OjhAM0AwFEAQgBCQFEzAB8ALOcMSQJMgIwAAM0qxiQAJAAqOgAzADLWOtwA3ADWxmUAOwECFSeTBIAg"
    "AYCYAADpgCz/AAPRM84uABsAMQ0ZDQDU5/bM9eYAvACyTgBCAEVKUUAAOABCtwdJgPIAgKUA/ybXLd4A2gDR1P3ZZgC0AAEU5/8JgL4AgIUBANrUAOcA7ewA"
    "5gDnTAAA3LQAAIAM/9IAAID0ANQAACQsAAAUAC4rKy8AZwBFAQIMSQKA6ACAjwAAMtc32wDbANfJAM4AzynIJQAlACk4HclkkhyAFgEjALjBu78A5wDVB+wH"
    "AC0U9Sj2FAAuACwvAC8AF/Ln1OjhAMwAwU4AQQBBP080AB8ALOcO6AAqLgBoAEQBARRPfgKAGQGAqQAAgFf/0gAAgKgAACfhKOEA2wDV0ADXAIBi/9EAAICF"
    "AS8AAIBn/xAaLRkdADEAMcRpAI4AAgQPMIAYAS4AAIDo/tIABA8wgIUBLgAAxtIAagCOAAIM5wkwgBgBLgAAgOP+AMvY0NIA7wAAJgwAGgATGQAmBA8wgIUB"
    "LgAAxtIAawAoAQEL/wcugIUBLwAAgBr/gIkAeTsAgGv/gH3/gJsAgGv/xACAcv+AiQAAgHf/0QBsAI4AAQQPMICFAS4AAIB7/tIAbQDzAQEjyZMnPwGACgGA"
    "4gASHzAeIAAsAC/DAMcAgFf/0gAAgKgAACjjJ+MA3QDW0ADXAIBi/9IAAICoAAAo4yfjANwA19AA1wCAYv/RAACAGAEvAADUDxosGR8AHgAr4W4ARAEBFE9+"
    "AoAZAYCpAACAV//SAACAqAAAJ+Eo4QDbANXQANcAgGL/0QAAgBgBLwAA1BAaLRkdADEAMcRvADkBAgxJAoCdAID4ANsA1cYAzgDOK8YlACUAKjoAMgAy1joM"
    "SQKAnQCAHwE8AESyALsAu7yyxADDALxOAEUARUROcABFAQIRP0kAXSoAgGz/0QAAgIIBLwAA1g4YLRkeADMAQK8AvgC+wK/NAOIA0xgMSQKA+QCAjAAAMtc6"
    "2wDbANfGAM4AzSnGJQAlACk6cQBFAQIMSQJMgIwAAM0qxiQAJAAqOgAzADLWOtwA3ADWxhFJ8gGA6AAq8ufU6OEAzQDAUQBCAEJAUTMAHwAs5w7oACouAACA"
    "fv7SAHIA0gABEslPAoDSAIDtAPkF7QT2ANgA180A0QCAbP/RAACAGAEvAADUDhovGSEABQAL/wf+cwALAQEok0wyySSA4wCAEAEA1OwK1grqAN0A3usA6wDw"
    "Ge4l+BD8MPYq2gDdANnC08oA6gDPCeUIADAZ8jLzGAAhACIXABQAEucU1QrwBNYI2iYAIAAoOCszABoALfh0AMkAARQ/zw9egGgBALBeAADcogAAgGj/AN4S"
    "7B0ALwAA2tEAywDYKAA0AICYAN4AACQiAABQdQBEAQIUT34CLG4AgKoALgAAgFj/ANge2SAAJQArLwApAICfAC4AAIDo/tIAACvv59Tn4wDQAM48AQGAnwCA"
    "HwF2AC8BAQd/D4AYATEAWIAV/1eA6wAxAJeA6P7BAHcAowEBDf8fFoAYAS4AOYAm/zmA2gA2ADqAJv85gNoALgC3gOj+ygDEgOYAw4Aa/8oAeAAvAQEM/w+A"
    "GQGAGAGbgHj/aoBw/8oArm6vksoAbYCSAJyAhgA2AEqcS2R5AC8BARB5/oClAObsztvi4QDbAAAmHAASABYSDCIIFI+AFAExAFiAJf9XgNsAMQB6AA0BAQr/"
    "AxyAGAGA2wAAANaAU/+AN/+ArQAAANuAH/8AACqArQCAyQCAWf8AewBGAQElZ555JhOABgHQANzwAMIA1iYANwA7ACblHdwA8QAAJA8AJAAbHQAlADwANyol"
    "PgAQAADc7wDdAOrqAN0AwgDZ6dzl+hz5Ft0A2QDCANwW6iMAfACsAAEED2yAhwEAgAD+1QAAgAACfQBGAQElM5lnnhlA0BIAIgAWFgAkAD4AJxYjHAfkBuok"
    "ACcAPgAk6hXeAO4AACQQAD4AKtsAyQDEANsb4yMAEAAA3PAA3QDl4wDaAMUAydbawgDwAH4ArQEBHlOVqQqAdwGAzAAA1OXs1O/oAOQA3A/9Af8A/gH8AdkQ"
    "6QDqANXt5+sALBoULREZABsAJfEC/wIAAv8D/yfwFwAWACoToQDNAAIED4CAAIDYAM0AAEAzAAY/gIAAo80AAICjAAVaKQAFpqIARgECBxOAqgAhAIDWANv7"
    "18gA0gDSKccbM/PkAYAJAYANAQDV7QreC+8BAIAo/xEBIwsSCQDW7/je9+3/ALnnAABIwwW+TQBAAEBCTT0FAEgZAAC4E/8i+KMARgEBHJP/fwKAFAGAbQEA"
    "0+wK3grxANsA49kAywDKYgAA3Z4AAIuAiwAAANaACP8AACo7AAB1zwAAIzEAADwAQTY9OgAPACb4pABGAQIkT548eQKA3wCA+AAzNB3kzcwJ8gniAPAA8Pbk"
    "9vI0zOTkzDPy9uL38QDyAOIJ8QnMzOQdMzT3D/ceAA4AEAkdCg7MNB0dM8wOCh0JEAAPAB73DEkCgOYAgKEAABzaJuMA5ADZ2gDkAOMn2RwAHQAmJ6UARgEB"
    "Gf///wGAIwFymQAAjs4AAHKYAAAeaAAADesnrQAAH0IAsICSADAAX4BR/16ArwAwALCAbv9CAADhrQDs2QDzZwCmAKwAAgQPbGYAgEL/1QAAgL4ABA9sgGYB"
    "AIBC/9UAAIC+AKcAAAECDEkCX4DqAPD08eoA9ADuIt4/3g8MEBYADAAT3CIzk0qSTJokAYDPAIBuAQDW6wrdCvIA5wDm7ADuAOoz4wf8A/414yDZAOcA6erd"
    "6PMQ8w7lAPAA3M3W1QDuANkH6ggAKRb2JfYOABoAHBUAEwAayR/5A8se4CYAGgAXFyMXDfEK8hwAEgAgMigpABIAJ/moAAABAgQPgJgAgIQBMgAAzs4ABA82"
    "gIQBMgAAzs4AqQAAAgMYSZIkgAABgHMBJgBC5RvkG+UbvwDZANrlv+Xl5eW+5NoA2gC+HOUb5RvlQQAmACcbQRsbGxxCGxhJkiSAAAGAWgHfAMjo6Ojp6ejH"
    "AN8A4BjHF+kY6DjpIQAhADkXFxgXFxg4ACEAIeg56RfpGMcYGpNkkgCASwGAHAEA4O8I4AjvANsA1tQA2QDZK9QnABAAHggRCADg7/ne+e4AygDCPQA0ADU+"
    "PDYAEgAi+aoA8QADBA8jgJQAgKwAAADhgFT/ABtPcjIBgM4AgCMBAJDbAAAc9fHc7ukA4ADaIgAcACIvIzAALQAAAQAW4xfiAPEA3vjv9wAgEgckBxIALgAs"
    "1AtJBoCJAIAUAdgA4e8A7QDwGOwUABoAISQAHQAHqwA5AQIHf4AJAYAJAQDQtb1LvQDQi2kAFAd/gJ0AgAkBANC1vUu9ANCLaQAUrACtAQEGPzaA2ACAQQEA"
    "AIBw/9YAAGWA6f4ArgAAAgQYSZIkgAABgFoB3wDI6Ojo6enoxwDfAOAYxxfpGOg46SEAIQA5FxcYFxcYOAAhACHoOekX6RjHGBhJkiSAAAGAcwEmAELlG+Qb"
    "5Ru/ANkA2uW/5eXl5b7k2gDaAL4c5RvlG+VBACYAJxtBGxsbHEIbCU8AgPkAgAwB4QAAux8AHAAVDwATABPqEBRJng+A+wCAJgEsACviAOIA6ubk6PwG/hHs"
    "C+4jyNUA4DXxGO0N8wDvAACm2gAAgNIArwAAAQEEDzWAfgGAlgAAANqAav8AsAAAAQIMSQKAgACAXAHsAOTkAOwA7BzlFAAUABwbABQAFOQcD0kSgIAAgHwB"
    "EAAe9Ar0DPUL4wDwAN/S0t8A3gDTLQAiACIuLrEArQECDP8PgOwAgEEBAJ+AiwAAANaAdf8AAJ/WAABhgHT/AAAqgIwAAABhBA82KoBBAQAA1oC//gCyAM0A"
    "ARlfyaQAQ4DEAGoAAOOAa/8AABsICBAOVkwAGAAQ5hXqAPQA4ffu9wAfEwciBw4AJAAs3wDlAN2tufL0swDNAAEpSSZ5kkkAgIMAgBgBF/wZ5ADsAOHR3tQA"
    "8QDhBe4GAB4O+R35EQAbAB4UABIAEuUT5ADrAAAbFwAYABgQAA8AD+cP6QD2AOb77PoAHRIFIAQOACQAKuIA6ADu6ui0AAABAQQPgKMAgJoBMQCvotoAtQBG"
    "AQEhT55MkgEslgCAggEuAACAUv8A3CLbIgAlACUqACoAgKMALgAAgCj/APIJ8QkAAgAIAwcDANv2+u779wDvAOsT/BT07Nzt5wDnANwT9hQAgHb/tgBGAQEO"
    "/wmAngCAdQFwAACAWv7dAACAhwHRAACAef7cAACA0wDKBMY4AC4AL0A6twCjAAEEDzeA0gA1AADAywC4AAABARRJJgmAlQAADvAN5gD0AOri6eMA9ADrA/UD"
    "ACEI/BP8DAAOAA8MAAwAB/UW9Q+5AM0AAQv/ByeAwgAzAACAmQDI9gAdOgoiAACASv8zAADlgHb/ALoA8QADBA8jgJQAgKwAAADhgFT/AAxJAnmAfAEtADPJ"
    "ANAA0M3J0wDTAMw4AC8AMDQ3DEkCeYBfAeUA4dgA3gDfINgaABoAHygAIQAi4Si7ADkBAgd/MIAJAXaXAOyKlwAwTEO0Qwd/gJ0AgAkBdZcA7IuXADBLQ7VD"
    "vADwAQQL/wcngMIAMwAAgJkAyPYAHToKIgAAgEr/MwAA5YB2/wADB4CaAYCyALOYTQAL/weAlAGA0QAqAACAef8iAADk3gAA0twAAC6YAAAfBA+AWAGAfAEo"
    "AIAY/4B9/tgAvQDwAQML/wcngMIAMwAAgJkAyPYAHToKIgAAgEr/MwAA5YB2/wAZX8mkAIBmARxqAADkgGr/AAAcCQcPDlZNABcAEeYU6wDzAOL37vcAHxMH"
    "IQcOACUAK98A5QDdrrny9AQPgFgBgHwBKACAGP+Aff7YAL4A8AEEKUkmeZJJAICDAIAYARf8GeQA7ADh0d7UAPEA4QXuBgAeDvkd+REAGwAeFAASABLlE+QA"
    "6wAAGxcAGAAYEAAPAA/nD+kA9gDm++z6AB0SBSAEDgAkACriAOgA7uroAweAmgGAsgCzmE0AC/8HgJQBgNEAKgAAgHn/IgAA5N4AANLcAAAumAAAHwQPgFgB"
    "gHwBKACAGP+Aff7YAL8AEAECIWeSSSYBfYC0AC8AANkA5/Pf6erq6vHz8+gA9ADqIeQbABQALRIYEQDR6fLQ8uYA0gDIMAAoABMSIhYVFhYMDAoNAgYCBQEQ"
    "AA0ED4CuAIDYAM4AAEAyAMAAXgEDAweArwCARAG7gEb/gIoAAAj/gJIAgHUBOgCAjgCAi/7MAN5ggFf/AN6gywAED4ChAIDbATG+2gDGQsEAXgEDAweArwCA"
    "RAG7gEb/gIoAAAj/gJIAgHUBOgCAjgCAi/7MAN5ggFf/AN6gywAED4C9AIDbAS4Ax77aAMIAXgEDAweArwCARAG7gEb/gIoAAAj/gJIAgHUBOgCAjgCAi/7M"
    "AN5ggFf/AN6gywAHf4CYAIDbAS4ANb7dANcs19TdAMMAXgEDAweArwCARAG7gEb/gIoAAAj/gJIAgHUBOgCAjgCAi/7MAN5ggFf/AN6gywAek5PJCYCuAICs"
    "AfII+gP4A/0A9wD29AD0AP/gAAAZGh4WAAkAD/wM+Q74Bv0I/QQACAAKDQAKAAIgAP/m5uPrAPgA8QTEAF4BBAMHgK8AgEQBu4BG/4CKAAAI/4CSAIB1AToA"
    "gI4AgIv+zADeYIBX/wDeoMsABA+AxgCA1AEzAADNzQAED2WA1AEzAADNzQDFAF4BAwxJAoDVAICWAQAQ6hbwAPAA6usA7wDxFuoQABAAFhYDB4CvAIBEAbyA"
    "Rv+AiAAAE0nyB4CJAIBdAfEL8BwAEgAdKCgdAB0AKNgA4wDv8OPx9YCFAICj/swA3mCAV/8A3qDLAMYA8wECEP//gM0BgHUBANaAR/8AAJGAsgAAANaATv8A"
    "AIB4/4C+AAAA1oAP/wAAYIB8/wDYoM0AgJwAgHUBBA+AwQCATgGtgDz/cwAAgMQAxwBmAQIak2SSAIBKAYBYAQDL5hjGF+AAwAC8sgC2ALZEskAAIAA6GBoY"
    "AMvl7sXu3wCrAJ9nAFoAWmFoVQAhADzuFEkmCYDgAAAO8A7mAPQA6uLp4gD0AOsD9QMAIQj8E/wMAA8ADgwADAAH9hb0D8gARAECDP8PMoB1AYDsAAAA1oBH"
    "/wAAkYCxAAAA1oBP/wAAgHj/gL4AAADWgA//AAQPgJkAgNsBMb7aAMZCyQBEAQIM/w8ygHUBgOwAAADWgEf/AACRgLEAAADWgE//AACAeP+AvgAAANaAD/8A"
    "BA+AtQCA2wEvAMa+2gDKAEQBAgz/DzKAdQGA7AAAANaAR/8AAJGAsQAAANaAT/8AAIB4/4C+AAAA1oAP/wAHf4CQAIDbAS8ANb7dANcs1tTdAMsARAEDDP8P"
    "MoB1AYDsAAAA1oBH/wAAkYCxAAAA1oBP/wAAgHj/gL4AAADWgA//AAQPgL8AgNQBMwAAzc0ABA9dgNQBMwAAzc0AzACXAAIEDzKAdQEzAACAi/7NAAQPPoDb"
    "ATC+2gDHQs0AlwACBA8ygHUBMwAAgIv+zQAED1qA2wEuAMe+2QDOAJcAAgQPMoB1ATMAAICL/s0AB380gNsBLwA1vt0A1yzW1N4AzwCXAAMEDzKAdQEzAACA"
    "i/7NAAQPY4DUATMAAM3NAAQPAoDUATIAAM3OANAAjQECDZMfNYB1AWgAbABlpgCgAJ+bppQAmAAAgK8AzQAAJDMADX8SaIBMAQCHVAAA3KwAAIB7/zwATgBH"
    "RgBLAEu5RrIA0QB/AQIK/wMygHUBRACApgCAyP4AgDgBMQAAgIv+vACAWv+AOAEAgMj+zwAek5PJCYC+AICsAfII+gP4A/0A9wD29AD0AP/hAAAZGh4VAAkA"
    "D/wM+Q/4Bf0J/QQACAAKDQAKAAIfAADm5uPrAPcA8gTSAJMBAwxJAoDKAIBTAckAv64AuQC6Qa43ADcAQFIARgBHwFIMSQKAygCAfAFOAF6XAKcAqKKXsgCx"
    "AKJpAFgAWV5pBA+AvACA2wEwvtoAx0LTAJMBAwxJAoDKAIBTAckAv64AuQC6Qa43ADcAQFIARgBHwFIMSQKAygCAfAFOAF6XAKcAqKKXsgCxAKJpAFgAWV5p"
    "BA+A2ACA2wEuAMe+2QDUAJMBAwxJAoDKAIBTAckAv64AuQC6Qa43ADcAQFIARgBHwFIMSQKAygCAfAFOAF6XAKcAqKKXsgCxAKJpAFgAWV5pB3+AsgCA2wEv"
    "ADW+3QDXLNbU3gDVAJMBAwxJAoDKAIBTAckAv64AuQC6Qa43ADcAQFIARgBHwFIMSQKAygCAfAFOAF6XAKcAqKKXsgCxAKJpAFgAWV5pHpOTyQmAyQCArAHx"
    "CPoD+AP+APYA9vQA9AD/4QAAGRoeFQAKAA/8DPkO+Ab9CP0EAAgACg0ACgACHwAA5ubj6wD3APIE1gCTAQQMSQKAygCAUwHJAL+uALkAukGuNwA3AEBSAEYA"
    "R8BSDEkCgMoAgHwBTgBelwCnAKiil7IAsQCiaQBYAFleaQQPgOEAgNQBMwAAzc0ABA+AgACA1AEyAADNzgDXAK0BAQz/D4BnAYATAY6Nco7i4o1yjo7iHnJy"
    "jnMeHnKNc3PYAJMBAwqTAIAuAYAWAYBM/4As/xDwKPAYADcAQFIARgAc9i4KSQKAGQGAMgHxENgR6ADJAL+uALkA5ArRCu8YSZ7kRDfsGe1CACgAWV5pTwAg"
    "ADjtFe0pMBnq1s4T5hS+ANgAqKKXsgDgAMgT6hLX0OcW2QB3AQISJ08CLIB1ATMAAIAd/wDELMwxADAALDQAPACA4wAyAACAF/8At7i2ugC5ALdKAEkED4Ct"
    "AIDbATG+2gDGQtoAdwECEidPAiyAdQEzAACAHf8AxCzMMQAwACw0ADwAgOMAMgAAgBf/ALe4troAuQC3SgBJBA+AyQCA2wEvAMa+2gDbAHcBAhInTwIsgHUB"
    "MwAAgB3/AMQszDEAMAAsNAA8AIDjADIAAIAX/wC3uLa6ALkAt0oASQd/gKQAgNsBLwA1vt0A1yzW1N0A3AB3AQMSJ08CLIB1ATMAAIAd/wDELMwxADAALDQA"
    "PACA4wAyAACAF/8At7i2ugC5ALdKAEkED4DTAIDUATMAAM3NAAQPcYDUATMAAM3NAN0AOQECCf8B/4B1ATYAaIBn/2eAmQA2AIB8/4A9/wCATv/NAACAsgAE"
    "D4CqAIDbAS8Ax77aAN4ANgECDU8eMoB1ATMAAL4/AD8AQMgAyQDJwMfBAMEAAKzNAAknAWWACgEAgHT/PwAkACYkACIAItok3ADfAEIBATBJMskkk+QugBwB"
    "ADI8NzcANAA3xgDI2v7W4wDoAPQP7BD2D/Yp5hjcAOgA1MjTywDwAN4G7gYAKRT4I/kQAB0AHhgAFwAQ8RTnEOkO6A7qIgAXACAqKyYH/hrfHOQA3wDe3QDf"
    "AIDl/tEA4AA6AQMLSQaAsACAjQDIANXmAOEA6CDjHAAmAC43ACwACxtPcjIBgAsBgKAAAIBg/9IAACrx59Do3gDWAM0wACkALz8wPwBAAAAEACDXI9oA6ADS"
    "9Ov1ACoZCjAKFgA9ADzBBA9wgJoBR6LZAK9e4QA6AQMLSQaAsACAjQDIANXmAOEA6CDjHAAmAC43ACwACxtPcjIBgAsBgKAAAIBg/9IAACrx59Do3gDWAM0w"
    "ACkALz8wPwBAAAAEACDXI9oA6ADS9Ov1ACoZCjAKFgA9ADzBBA+AtwCAmgEyAK+i2QDiADoBAwtJBoCwAICNAMgA1eYA4QDoIOMcACYALjcALAALG09yMgGA"
    "CwGAoAAAgGD/0gAAKvHn0OjeANYAzTAAKQAvPzA/AEAAAAQAINcj2gDoANL06/UAKhkKMAoWAD0APMEHf4CCAICaASUAPaLeANI91MPdAOMAOgEDC0kGgLAA"
    "gI0AyADV5gDhAOgg4xwAJgAuNwAsAAsbT3IyAYALAYCgAACAYP/SAAAq8efQ6N4A1gDNMAApAC8/MD8AQAAABAAg1yPaAOgA0vTr9QAqGQowChYAPQA8wRyT"
    "yWQCgJQAgFYB8Q77BfgF/AD3APfu/+vhAAAiGiUXAAkAEPkK9w7zBfsJ+wMACQAJEgEVHwD/3ufb6QD3APAH5AA6AQQLSQaAsACAjQDIANXmAOEA6CDjHAAm"
    "AC43ACwACxtPcjIBgAsBgKAAAIBg/9IAACrx59Do3gDWAM0wACkALz8wPwBAAAAEACDXI9oA6ADS9Ov1ACoZCjAKFgA9ADzBBA+ArACAhAEzAADOzQAED0qA"
    "hAEzAADOzQDlADoBBAtJBoCwAICNAMgA1eYA4QDoIOMcACYALjcALAALG09yMgGACwGAoAAAgGD/0gAAKvHn0OjeANYAzTAAKQAvPzA/AEAAAAQAINcj2gDo"
    "ANL06/UAKhkKMAoWAD0APMEMSQKAugCAfQEAEOoW8ADwAOrqAPAA8BbqEAAQABYWDEkCgNkAgH0BAOPY2OMA5ADYKAAdAB0oKBwAHQAo2OYA9wEDB0mArgGA"
    "pQD/Jtct3gDaANHU/dktyckkyckEgPkAgPEAEhY1GCEAOQBCtwDCAOmALP8AA9Azzi4AGgAyDRkOANTn9sz15gDWAMIe7B7u4sri3ADRAMwvACoALz8wPwBA"
    "AAAEACDXI9oA6ADS9Ov1ACoZCjAKFgAkADXoC0kGgLAAgI0AyADV5gDhAOgg4xwAJgAuNwAsAAvnABoBAhqTZJIAgPoAgA0BANXsC9kL7ADTAM/HAM0AzDHI"
    "LQAUACcKFAsA1uz31/fpAMEAtU8ARABETE9BABUAKfcUSSYJgLkAAA3wDuYA9ADq4uniAPUA6gP1AwAhCfwT/AsADwAPDAAMAAf1FvUP6AA7AQMVJ5MEgCAB"
    "gJgAAOmALP8AA9Ezzi4AGwAxDRkNANTn9sz15gC8ALJOAEIARUpRQAA4AEK3B0mA8gCApQD/Jtct3gDaANHU/dkED36AmgFHotoArl7pADsBAxUnkwSAIAGA"
    "mAAA6YAs/wAD0TPOLgAbADENGQ0A1Of2zPXmALwAsk4AQgBFSlFAADgAQrcHSYDyAIClAP8m1y3eANoA0dT92QQPgMYAgJoBMQCvotoA6gA7AQMVJ5MEgCAB"
    "gJgAAOmALP8AA9Ezzi4AGwAxDRkNANTn9sz15gC8ALJOAEIARUpRQAA4AEK3B0mA8gCApQD/Jtct3gDaANHU/dkHf4CQAICaASUAPaLeANM908PdAOsAOwEE"
    "FSeTBIAgAYCYAADpgCz/AAPRM84uABsAMQ0ZDQDU5/bM9eYAvACyTgBCAEVKUUAAOABCtwdJgPIAgKUA/ybXLd4A2gDR1P3ZBA+AugCAhAEzAADOzQAED1iA"
    "hAEzAADOzQDsAI4AAwQPI4CaAUei2QCvXgQPMIAYAS4AAIDo/tIAAQFHgB8B7QCOAAMED2qAmgEyAK6i2gAEDzCAGAEuAACA6P7SAAEBR4AfAe4AjgADBA8w"
    "gBgBLgAAgOj+0gABAUeAHwEHfzWAmgElAD2i3QDTPdPD3gDvAI4ABAQPMIAYAS4AAIDo/tIAAQFHgB8BBA9fgIQBMwAAzs0ABA/9gIQBMwAAzs0A8AA5AQIP"
    "SRKA0gCA5QDzBOoE9gDWANLKAM8A0SvJJQAkACs3AC8AH/MvGkmS/wOA4QCAHQEg3Ry4ANQAwLmzxwDGALlNAEAAP0VNNwAFAA3/Cv/ZLbDl+BlGF9MzOQAf"
    "3FQbCOi26PEARAECFE9+AoAZAYCpAACAV//SAACAqAAAJ+Eo4QDbANXQANcAgGL/0QAAgBgBLwAA1BAaLRkdADEAMcQck8lkAoClAIBWAfIO+gX4Bf0A9gD3"
    "7gDr4QAAIholFgAKABD5CfcO8wb7CPsDAAoACRIAFR8AAN7m2+oA9gDwB/IAOQEDDEkCgJ0AgPgA2wDVxgDOAM4rxiUAJQAqOgAyADLWOgxJAoCdAIAfATwA"
    "RLIAuwC7vLLEAMMAvE4ARQBFRE4ED3iAmgFHotoArl7zADkBAwxJAoCdAID4ANsA1cYAzgDOK8YlACUAKjoAMgAy1joMSQKAnQCAHwE8AESyALsAu7yyxADD"
    "ALxOAEUARUROBA+AwACAmgExAK+i2gD0ADkBAwxJAoCdAID4ANsA1cYAzgDOK8YlACUAKjoAMgAy1joMSQKAnQCAHwE8AESyALsAu7yyxADDALxOAEUARURO"
    "B3+AigCAmgElAD2i3gDTPdPD3QD1ADkBAwxJAoCdAID4ANsA1cYAzgDOK8YlACUAKjoAMgAy1joMSQKAnQCAHwE8AESyALsAu7yyxADDALxOAEUARUROHJPJ"
    "ZAKAnACAVgHyDvoF+AX8APcA9+4A6+AAASIZJRcACQAQ+Qr3DvMG+wj7AwAJAAoSABUfAADe5tvpAPcA8Af2ADkBBAxJAoCdAID4ANsA1cYAzgDOK8YlACUA"
    "KjoAMgAy1joMSQKAnQCAHwE8AESyALsAu7yyxADDALxOAEUARUROBA+AtACAhAEzAADOzQAED1KAhAEzAADOzQD3AK0BAwQPgLgAgBwBPQAAwsMABA+AuABj"
    "PQAAw8MABA82gLYAgEEBAADVgL/+APgAOQEDCpMAgOIAgMgAhoBs/wv2GfYRACUAKjoAMgAU/B0KSQKA0ACA4wD2C+YK8QDaANbFAMsA7gXlBPQYSZ7kNyrz"
    "E/IxAB4ARUROPQAXACjzEPMjKhjs29MO7Q3PAOIAu7yyxADoANcN8Qzd1ugU+QBEAQMUT34CLG4AgKoALgAAgFj/ANge2SAAJQArLwApAICfAC4AAIDo/tIA"
    "ACvv59Tn4wDQAM48AQGAnwCAHwEED3qAmgFHotoArl76AEQBAxRPfgIsbgCAqgAuAACAWP8A2B7ZIAAlACsvACkAgJ8ALgAAgOj+0gAAK+/n1OfjANAAzjwB"
    "AYCfAIAfAQQPgMIAgJoBMQCvotoA+wBEAQMUT34CLG4AgKoALgAAgFj/ANge2SAAJQArLwApAICfAC4AAIDo/tIAACvv59Tn4wDQAM48AQGAnwCAHwEHf4CM"
    "AICaASUAPaLeANM908PdAPwARAEEFE9+AixuAICqAC4AAIBY/wDYHtkgACUAKy8AKQCAnwAuAACA6P7SAAAr7+fU5+MA0ADOPAEBgJ8AgB8BBA+AtgCAhAEz"
    "AADOzQAED1SAhAEzAADOzQD9AC8BAhB5/oClAObsztvi4QDbAAAmHAASABYSDCIIFI+AFAExAFiAJf9XgNsAMQAED4C6AICaATIArqLaAP4ARQECET9JAF0q"
    "AIBs/9EAAIDvAS8AAIBp/w4YLRkeADMAQK8AvgC+wK/NAOIA0xgMSQKA+QCAjAAAMtc62wDbANfGAM4AzSnGJQAlACk6/wAvAQMQef6ApQDm7M7b4uEA2wAA"
    "JhwAEgAWEgwiCBSPgBQBMQBYgCX/V4DbADEABA+ArwCAhAEzAADOzQAED02AhAEzAADOzQBSASQCAhH/JwGA/gGAdQEA1oBH/wAAkYCyAAAA1oBO/wAAgHj/"
    "gL4AAADWgPb+AJMAkV8AXABbb19tAAmTAYASAYBLAeAAsACwuAC4ALhQt1AAIABTAQwCAwdJgMIBgKUAACbXLd4A2QDS1P3ZISeTJEkAgPEBgJgAAOmALP8A"
    "A9Ezzi4AGwAyDRgNANTn9sz15QDYAMQb7Bzu5Mzl3QDDALxOAEUARUROPQAjADTkEeUTGzocJAA5AEK3DEkCgJ0AgPgA2wDVxgDOAM4rxiUAJQAqOgAyADLW"
    "OngBOQEDCf8B/4B1ATYAaIBn/2eAmQA2AIB8/4A9/wCATv/NAACAsgAED4C0AIDUATMAAM3NAAQPUoDUATMAAM3NABMgAAEBBA8ZgJ4AgM4AAADcgDL/ABQg"
    "AAIBBA8ZgJ4AgM4BAADcgDL+ABggowABBj9ggPoAzAAALChPIQDrsRkgowABBj9BgHUBNQAA2tex3wAVTxwgCQECBj9ggPoAzAAALChPIQDrsQY/gMcAgPoA"
    "ywAALClPIADssR0gCQECBj9AgHUBNQAA1dew4AAUUAY/gKYAgHUBNQAA1dew4AAUUCYgAAIDBA+A5gBANAAAwMwABA+AkAFANQAAwMsABA87QDUAAMDLAKwg"
    "RgEBMpMnTyZPngCAJAGAWAEAy+kb1hbmANkAzs740YCQAADy4YB6/wD/+gD1APcA+AD1AfpvAPLhowAI0TLOJwAaACoWFxsAy+ru0e7oAMUAs0j2QcsADh8i"
    "AAAFAAwACAAJAAwABdAADh8nAApBTUg7ABkALu6SIa0BAQr/A4CUAYCsAADpnp7iHjo6gM/+AAArgDEBAMY6Hh79/w0CAwQPgAYBgNMBgAABgAH/gAD/gAH/"
    "gAL/gP8ABA+A7QBAAMAzAABAI1MrmWQGgB4BZAAfAA0CDwEFAgYFBwYICwsWFRcXCBAJEQATACjJMNIA5gDQ8ujyANEYES0RFAAbACDlAOkA9PTp8vLp6unq"
    "8uAA5wDZ";

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/image/glyphs.hpp

namespace denim::inline DENIM_TARGET::detail {

/// A straight piece of a glyph's outline, in units of the em, y upwards from the base line.
struct Stroke {
    float from_x, from_y, to_x, to_y;
};

struct Glyph {
    float advance = 0;
    std::vector<Stroke> strokes;
};

/// The bytes that a base64 text stands for.
inline std::vector<std::uint8_t> from_base64(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
        const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::size_t digit = digits.find(letter);
        if (digit == digits.npos) continue;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        if ((count += 6) >= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> (count -= 8)));
    }
    return bytes;
}

/// Unpacks font_outlines; curves become four pieces each.
class OutlineReader {
public:
    explicit OutlineReader(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] bool more() const { return at_ < bytes_.size(); }
    std::pair<char32_t, Glyph> next() {
        const auto code = static_cast<char32_t>(word());
        Glyph glyph{static_cast<float>(word()), {}};
        for (int contour = byte(); contour > 0; --contour) add_contour(glyph.strokes);
        return {code, std::move(glyph)};
    }

private:
    struct Point {
        float x, y;
        bool on;
    };

    void add_contour(std::vector<Stroke>& strokes) {
        std::vector<Point> points(static_cast<std::size_t>(byte()));
        for (std::size_t first = 0; first < points.size(); first += 8) {
            const int bits = byte();
            for (std::size_t n = first; n < std::min(first + 8, points.size()); ++n)
                points[n].on = (bits >> (n - first) & 1) != 0;
        }
        float x = 0, y = 0;
        for (Point& point : points) {
            point.x = x += number();
            point.y = y += number();
        }
        // Between two control points lies a point of the curve: TrueType's rule. Begin at a point that is on the curve.
        std::vector<Point> path;
        for (std::size_t n = 0; n < points.size(); ++n) {
            const Point& here = points[n];
            const Point& after = points[(n + 1) % points.size()];
            path.push_back(here);
            if (!here.on && !after.on) path.push_back({(here.x + after.x) / 2, (here.y + after.y) / 2, true});
        }
        std::size_t begin = 0;
        while (begin < path.size() && !path[begin].on) ++begin;
        Point last = path[begin % path.size()];
        for (std::size_t n = 1; n <= path.size(); ++n) {
            const Point& next = path[(begin + n) % path.size()];
            if (next.on) {
                strokes.push_back({last.x, last.y, next.x, next.y});
                last = next;
                continue;
            }
            const Point& end = path[(begin + ++n) % path.size()];
            Point from = last;
            for (int piece = 1; piece <= 4; ++piece) {
                const float t = static_cast<float>(piece) / 4, u = 1 - t;
                const Point to{u * u * last.x + 2 * u * t * next.x + t * t * end.x,
                               u * u * last.y + 2 * u * t * next.y + t * t * end.y, true};
                strokes.push_back({from.x, from.y, to.x, to.y});
                from = to;
            }
            last = end;
        }
    }
    int byte() { return bytes_.at(at_++); }
    int word() {
        const int low = byte();
        return low | byte() << 8;
    }
    float number() {
        const auto small = static_cast<std::int8_t>(byte());
        return static_cast<float>(small != -128 ? small : static_cast<std::int16_t>(word()));
    }

    std::vector<std::uint8_t> bytes_;
    std::size_t at_ = 0;
};

/// The glyph of a character; a question mark in a box for those that the font lacks.
inline const Glyph& glyph_of(char32_t code) {
    static const std::map<char32_t, Glyph> glyphs = [] {
        std::map<char32_t, Glyph> all;
        for (OutlineReader reader{from_base64(font_outlines)}; reader.more();) all.insert(reader.next());
        return all;
    }();
    const auto found = glyphs.find(code);
    return found != glyphs.end() ? found->second : glyphs.at(U'\uFFFD');
}

/// The characters of a UTF-8 text; a byte that is none becomes U+FFFD.
inline std::u32string characters_of(std::string_view text) {
    std::u32string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at++]);
        const int more = first < 0x80                    ? 0
                         : first >= 0xc2 && first < 0xe0 ? 1
                         : first >= 0xe0 && first < 0xf0 ? 2
                         : first >= 0xf0 && first < 0xf5 ? 3
                                                         : -1;
        char32_t code = more == 0 ? first : more == 1 ? first & 31u : more == 2 ? first & 15u : first & 7u;
        bool whole = more >= 0;
        for (int n = 0; n < more && whole; ++n) {
            whole = at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
            if (whole) code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fu);
        }
        result += whole ? code : U'\uFFFD';
    }
    return result;
}

}  // namespace denim::inline DENIM_TARGET::detail
// ---- denim/image/draw.hpp

// Rectangles, pictures and texts into a picture. Whatever lies beyond its sides is left out.

namespace denim::inline DENIM_TARGET {

/// Where something stands in a picture: pixels from its left and top side.
struct Box {
    int left = 0, top = 0, width = 0, height = 0;
};

/// Lays `colour` over a pixel; `cover` is 0 to 1.
inline void blend(Picture& picture, int x, int y, Colour colour, float cover) {
    if (x < 0 || y < 0 || std::cmp_greater_equal(x, picture.size.width) || std::cmp_greater_equal(y, picture.size.height))
        return;
    std::uint8_t* pixel = picture.at(static_cast<std::size_t>(y), static_cast<std::size_t>(x));
    const std::uint8_t parts[] = {colour.red, colour.green, colour.blue};
    for (int part = 0; part < 3; ++part) {
        const auto under = static_cast<float>(pixel[part]);
        pixel[part] = static_cast<std::uint8_t>(std::lround(under + (static_cast<float>(parts[part]) - under) * cover));
    }
}

/// A rectangle of one colour.
inline void fill(Picture& picture, Box box, Colour colour) {
    for (int y = std::max(box.top, 0); y < box.top + box.height; ++y)
        for (int x = std::max(box.left, 0); x < box.left + box.width; ++x) blend(picture, x, y, colour, 1);
}

/// The inside border of a rectangle.
inline void outline(Picture& picture, Box box, Colour colour, int thickness = 1) {
    fill(picture, {box.left, box.top, box.width, thickness}, colour);
    fill(picture, {box.left, box.top + box.height - thickness, box.width, thickness}, colour);
    fill(picture, {box.left, box.top, thickness, box.height}, colour);
    fill(picture, {box.left + box.width - thickness, box.top, thickness, box.height}, colour);
}

/// Another picture with its top left corner at (left, top).
inline void paste(Picture& picture, int left, int top, const Picture& other) {
    for (std::size_t y = 0; y < other.size.height; ++y)
        for (std::size_t x = 0; x < other.size.width; ++x) {
            const std::uint8_t* pixel = other.at(y, x);
            blend(picture, left + static_cast<int>(x), top + static_cast<int>(y), {pixel[0], pixel[1], pixel[2]}, 1);
        }
}

/// Which way a text runs.
enum class Direction { right, up };

/// How a text looks.
struct TextStyle {
    float height = 16;  ///< of the em, in pixels; capital letters have 0.73 of it
    Colour colour = {};
    Direction direction = Direction::right;
};

/// How long a UTF-8 text is, in pixels.
inline float text_width(std::string_view text, float height) {
    float width = 0;
    for (const char32_t code : detail::characters_of(text)) width += detail::glyph_of(code).advance;
    return width * height / static_cast<float>(detail::font_em);
}

namespace detail {

/// Adds the signed area to the right of a line to the pixels of each row that it crosses; sums along a row then give how much
/// of each pixel lies inside. (Levien's font-rs describes the method.)
inline void accumulate(std::vector<float>& sums, int width, int height, float x0, float y0, float x1, float y1) {
    if (y0 == y1) return;
    const float sign = y0 < y1 ? 1.0f : -1.0f;
    if (y0 > y1) {
        std::swap(x0, x1);
        std::swap(y0, y1);
    }
    const float slope = (x1 - x0) / (y1 - y0);
    for (int row = std::max(0, static_cast<int>(std::floor(y0))); row < std::min(height, static_cast<int>(std::ceil(y1)));
         ++row) {
        const float top = std::max(y0, static_cast<float>(row)), bottom = std::min(y1, static_cast<float>(row + 1));
        const float at_top = x0 + (top - y0) * slope, at_bottom = x0 + (bottom - y0) * slope, area = sign * (bottom - top);
        const float left = std::min(at_top, at_bottom), right = std::max(at_top, at_bottom);
        const int first = static_cast<int>(std::floor(left)), last = static_cast<int>(std::floor(right));
        float before = 0, share_before = 0;
        for (int x = first; x <= last + 1; ++x) {
            const auto edge = static_cast<float>(x + 1);
            // How much of the row up to `edge` lies right of the line, then how much of this pixel alone.
            const float covered = right - left < 1e-6f ? std::max(0.0f, edge - left)
                                  : edge <= left       ? 0
                                  : edge >= right      ? edge - (left + right) / 2
                                                       : (edge - left) * (edge - left) / (2 * (right - left));
            const float share = covered - before;
            if (x >= 0 && x < width) sums[static_cast<std::size_t>(row * width + x)] += area * (share - share_before);
            before = covered;
            share_before = share;
        }
    }
}

}  // namespace detail

/// Writes a UTF-8 text; (x, y) is where its base line begins. Letters beyond Latin-1 become a question mark in a box.
inline void draw_text(Picture& picture, float x, float y, std::string_view text, const TextStyle& style = {}) {
    const float scale = style.height / static_cast<float>(detail::font_em);
    const bool up = style.direction == Direction::up;
    float along = 0;
    for (const char32_t code : detail::characters_of(text)) {
        const detail::Glyph& glyph = detail::glyph_of(code);
        const int reach = static_cast<int>(std::ceil(style.height * 1.5f)) + 2, side = 2 * reach;
        const float from_x = up ? x : x + along, from_y = up ? y - along : y;
        const int left = static_cast<int>(std::floor(from_x)) - reach, top = static_cast<int>(std::floor(from_y)) - reach;
        std::vector<float> sums(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
        const auto to_x = [&](float gx, float gy) { return from_x - static_cast<float>(left) + scale * (up ? -gy : gx); };
        const auto to_y = [&](float gx, float gy) { return from_y - static_cast<float>(top) - scale * (up ? gx : gy); };
        for (const detail::Stroke& stroke : glyph.strokes)
            detail::accumulate(sums, side, side, to_x(stroke.from_x, stroke.from_y), to_y(stroke.from_x, stroke.from_y),
                               to_x(stroke.to_x, stroke.to_y), to_y(stroke.to_x, stroke.to_y));
        for (int row = 0; row < side; ++row) {
            float sum = 0;
            for (int column = 0; column < side; ++column) {
                sum += sums[static_cast<std::size_t>(row * side + column)];
                if (const float cover = std::min(std::fabs(sum), 1.0f); cover > 1.0f / 512)
                    blend(picture, left + column, top + row, style.colour, cover);
            }
        }
        along += glyph.advance * scale;
    }
}

/// The same, with (x, y) in the middle of the text and of its capital letters.
inline void draw_text_around(Picture& picture, float x, float y, std::string_view text, const TextStyle& style = {}) {
    const float half = text_width(text, style.height) / 2, capital = 0.365f * style.height;
    if (style.direction == Direction::up)
        draw_text(picture, x + capital, y + half, text, style);
    else
        draw_text(picture, x - half, y + capital, text, style);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/colour_scale.hpp

namespace denim::inline DENIM_TARGET {

/// A colour between colours that stand at equal distances; `place` is 0 to 1.
inline Colour colour_between(std::span<const Colour> colours, double place) {
    const double at = std::clamp(place, 0.0, 1.0) * static_cast<double>(colours.size() - 1);
    const auto low = static_cast<std::size_t>(at), high = std::min(low + 1, colours.size() - 1);
    const auto mix = [&](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a + (b - a) * (at - static_cast<double>(low))));
    };
    return {mix(colours[low].red, colours[high].red), mix(colours[low].green, colours[high].green),
            mix(colours[low].blue, colours[high].blue)};
}

/// White to dark blue: the nine "Blues" of ColorBrewer (Brewer, Apache licence 2.0).
inline Colour blue_scale(double place) {
    static constexpr std::array<Colour, 9> colours{{{247, 251, 255},
                                                    {222, 235, 247},
                                                    {198, 219, 239},
                                                    {158, 202, 225},
                                                    {107, 174, 214},
                                                    {66, 146, 198},
                                                    {33, 113, 181},
                                                    {8, 81, 156},
                                                    {8, 48, 107}}};
    return colour_between(colours, place);
}

/// Blue (0) through green and yellow to red (1).
inline Colour heat_scale(double place) {
    static constexpr std::array<Colour, 5> colours{
        {{40, 60, 190}, {30, 160, 200}, {120, 200, 80}, {250, 210, 40}, {210, 30, 30}}};
    return colour_between(colours, place);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/confusion_picture.hpp

namespace denim::inline DENIM_TARGET {

/// How a confusion matrix is drawn.
struct ConfusionPictureOptions {
    std::size_t size = 800;  ///< pixels of its width, at least 600; the height follows
    std::string title = "Confusion matrix";
};

namespace detail {

/// The largest height of at most `wanted` at which all texts fit into `room` pixels.
inline float fitting_height(std::span<const std::string> texts, float room, float wanted) {
    float longest = 1;
    for (const std::string& text : texts) longest = std::max(longest, text_width(text, 1));
    return std::min(wanted, room / longest);
}

}  // namespace detail

/// Draws counts (true class, predicted class): the blue scale shows counts, the text each row's share to two decimals, white
/// above half of the largest count. Class names stand on both axes; throws std::invalid_argument unless there is one for each
/// class.
inline Picture draw_confusion(const Confusion& counts, const std::vector<std::string>& names,
                              const ConfusionPictureOptions& options = {}) {
    const std::size_t classes = counts.shape(0);
    if (classes == 0 || counts.shape(1) != classes || names.size() != classes || options.size < 600)
        throw std::invalid_argument(
            "denim: draw_confusion: a square matrix, a name for each of its classes and at least 600 pixels were expected, but "
            "got " +
            std::to_string(classes) + " x " + std::to_string(counts.shape(1)) + ", " + std::to_string(names.size()) +
            " names and " + std::to_string(options.size) + " pixels");
    constexpr Colour ink{30, 30, 30};
    const auto side = static_cast<float>(options.size), many = static_cast<float>(classes);
    // Names take what they need, the cells get the rest.
    const float name_height = detail::fitting_height(names, 0.22f * side, std::min(0.028f * side, 0.5f * side / many));
    float longest = 0;
    for (const std::string& name : names) longest = std::max(longest, text_width(name, name_height));
    const float margin = 0.02f * side, label = 0.03f * side, top = 2 * margin + 1.2f * label;
    const float wanted = side - 3 * margin - longest - 1.4f * label - 0.12f * side;
    const int cell = static_cast<int>(std::min(wanted, side - top - 3 * margin - longest - 1.4f * label) / many);
    const int left = static_cast<int>(2 * margin + longest + 1.6f * label), upper = static_cast<int>(top),
              whole = cell * static_cast<int>(classes);
    const bool upright = longest > 0.9f * static_cast<float>(cell);
    const float names_below = upright ? longest : name_height;
    Picture picture{Size{static_cast<std::size_t>(static_cast<float>(upper + whole) + 2 * margin + names_below + 1.5f * label),
                         options.size}};
    const auto middle = [&](std::size_t place) { return (static_cast<float>(place) + 0.5f) * static_cast<float>(cell); };

    std::size_t largest = 0;
    for (const std::size_t count : counts) largest = std::max(largest, count);
    const float text_height = std::min(0.36f * static_cast<float>(cell), 0.035f * side);
    for (std::size_t row = 0; row < classes; ++row) {
        std::size_t sum = 0;
        for (std::size_t column = 0; column < classes; ++column) sum += counts(row, column);
        for (std::size_t column = 0; column < classes; ++column) {
            const std::size_t count = counts(row, column);
            const Box box{left + static_cast<int>(column) * cell, upper + static_cast<int>(row) * cell, cell, cell};
            fill(picture, box, blue_scale(detail::ratio(count, largest)));
            char words[16];
            std::snprintf(words, sizeof words, "%.2f", detail::ratio(count, sum));
            draw_text_around(picture, static_cast<float>(left) + middle(column), static_cast<float>(upper) + middle(row), words,
                             {.height = text_height, .colour = 2 * count > largest ? white : ink});
        }
        draw_text(picture, static_cast<float>(left) - margin / 2 - text_width(names[row], name_height),
                  static_cast<float>(upper) + middle(row) + 0.35f * name_height, names[row],
                  {.height = name_height, .colour = ink});
        const float below = static_cast<float>(upper + whole) + margin / 2;
        if (upright)
            draw_text(picture, static_cast<float>(left) + middle(row) + 0.35f * name_height,
                      below + text_width(names[row], name_height), names[row],
                      {.height = name_height, .colour = ink, .direction = Direction::up});
        else
            draw_text_around(picture, static_cast<float>(left) + middle(row), below + 0.5f * name_height, names[row],
                             {.height = name_height, .colour = ink});
    }
    outline(picture, {left - 1, upper - 1, whole + 2, whole + 2}, ink);
    const float centre = static_cast<float>(left) + static_cast<float>(whole) / 2;
    draw_text_around(picture, centre, margin + label / 2, options.title, {.height = 1.2f * label, .colour = ink});
    draw_text_around(picture, centre, static_cast<float>(upper + whole) + margin + names_below + label, "Predicted label",
                     {.height = label, .colour = ink});
    draw_text_around(picture, margin + label / 2, static_cast<float>(upper) + static_cast<float>(whole) / 2, "True label",
                     {.height = label, .colour = ink, .direction = Direction::up});
    // The scale of counts, beside the matrix.
    const int bar = left + whole + static_cast<int>(1.2f * margin), width = static_cast<int>(0.03f * side);
    for (int y = 0; y < whole; ++y) fill(picture, {bar, upper + y, width, 1}, blue_scale(1 - static_cast<double>(y) / whole));
    outline(picture, {bar - 1, upper - 1, width + 2, whole + 2}, ink);
    for (const std::size_t part : {0u, 1u, 2u}) {
        const std::size_t count = largest * part / 2;
        draw_text(
            picture, static_cast<float>(bar + width) + 0.3f * margin,
            static_cast<float>(upper) +
                static_cast<float>(whole) * (1 - static_cast<float>(detail::ratio(count, std::max<std::size_t>(largest, 1)))) +
                (part == 0   ? 0
                 : part == 2 ? 0.6f
                             : 0.3f) *
                    0.022f * side,
            std::to_string(count), {.height = 0.022f * side, .colour = ink});
    }
    return picture;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/filter_picture.hpp

namespace denim::inline DENIM_TARGET {

/// Draws the filters of a first layer, weights (window, window, channels, filters): mid-grey is 0, all share one scale. Three
/// channels are red, green and blue; others are averaged to grey. `zoom` is the side of a weight in pixels, 0 for one that
/// gives about 600.
inline Picture draw_filters(std::span<const float> weights, std::size_t window, std::size_t channels, std::size_t zoom = 0) {
    const std::size_t block = window * window * channels;
    if (block == 0 || weights.empty() || weights.size() % block != 0)
        throw std::invalid_argument("denim: draw_filters: weights (window, window, channels, filters) of a window of " +
                                    std::to_string(window) + " and " + std::to_string(channels) +
                                    " channels were expected, but got " + std::to_string(weights.size()) + " numbers");
    const std::size_t filters = weights.size() / block;
    const auto columns = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(filters)))),
               rows = (filters + columns - 1) / columns;
    if (zoom == 0) zoom = std::max<std::size_t>(600 / (columns * (window + 1)), 4);
    const std::size_t gap = std::max<std::size_t>(zoom / 2, 2), step = window * zoom + gap;
    float largest = 0;
    for (const float weight : weights) largest = std::max(largest, std::fabs(weight));
    Picture picture{Size{rows * step + gap, columns * step + gap}};
    for (std::size_t filter = 0; filter < filters; ++filter)
        for (std::size_t y = 0; y < window; ++y)
            for (std::size_t x = 0; x < window; ++x) {
                const auto byte = [&](float weight) {
                    return static_cast<std::uint8_t>(std::lround(127.5f + (largest > 0 ? 127.5f * weight / largest : 0)));
                };
                const auto weight = [&](std::size_t channel) {
                    return weights[((y * window + x) * channels + channel) * filters + filter];
                };
                float mean = 0;
                for (std::size_t channel = 0; channel < channels; ++channel)
                    mean += weight(channel) / static_cast<float>(channels);
                const Colour colour = channels == 3 ? Colour{byte(weight(0)), byte(weight(1)), byte(weight(2))}
                                                    : Colour{byte(mean), byte(mean), byte(mean)};
                fill(picture,
                     {static_cast<int>(gap + filter % columns * step + x * zoom),
                      static_cast<int>(gap + filter / columns * step + y * zoom), static_cast<int>(zoom),
                      static_cast<int>(zoom)},
                     colour);
            }
    return picture;
}

/// draw_filters(network.layer<0>().weights())
template <class Weights>
    requires requires(const Weights& weights) { weights.shape(3); }
Picture draw_filters(const Weights& weights, std::size_t zoom = 0) {
    const std::vector<float> numbers(weights.begin(), weights.end());
    return draw_filters(numbers, weights.shape(0), weights.shape(2), zoom);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/occlusion.hpp

// Where a network looked: a grey patch moves over the photograph, and the places where it lowers the probability of the
// predicted class are those that count. Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2014),
// section 4.2.

namespace denim::inline DENIM_TARGET {

/// The patch; 0 chooses an eighth of the shorter side, and half of the patch as step.
struct OcclusionOptions {
    std::size_t patch = 0, step = 0;
    std::uint8_t grey = 128;
    std::size_t head = 0;  ///< whose answer is looked at, of a network with several heads
};

/// How much each place counts.
struct Occlusion {
    std::size_t predicted = 0;  ///< class of the whole photograph, of the head that was asked
    double probability = 0;     ///< of that class
    std::size_t rows = 0, columns = 0;
    std::vector<float> drops;  ///< (rows, columns): the probability that a patch there takes away; negative where it helps
};

/// Measures one photograph (H, W, C) of std::uint8_t. Throws std::invalid_argument if the network does not have the head.
template <class Network, class Photograph>
Occlusion occlude(const Predictor<Network>& predictor, const Photograph& photograph, OcclusionOptions options = {}) {
    constexpr Shape shape = Network::input;
    if (options.head >= Network::heads.size())
        throw std::invalid_argument("denim: occlude: the network has " + std::to_string(Network::heads.size()) +
                                    " heads, counted from 0, but head " + std::to_string(options.head) + " was asked for");
    const auto heads = Network::heads.begin() + static_cast<std::ptrdiff_t>(options.head);
    const std::size_t classes = *heads, before = std::accumulate(Network::heads.begin(), heads, std::size_t{0});
    const Pictures source = Pictures::of(photograph, shape);
    static_assert(std::is_same_v<std::remove_cv_t<typename Photograph::value_type>, std::uint8_t>,
                  "denim: occlude: a photograph of std::uint8_t was expected.");
    if (options.patch == 0) options.patch = std::max<std::size_t>(std::min(shape.height, shape.width) / 8, 1);
    if (options.step == 0) options.step = std::max<std::size_t>(options.patch / 2, 1);
    Occlusion result;
    result.rows = (shape.height + options.step - 1) / options.step;
    result.columns = (shape.width + options.step - 1) / options.step;
    // The whole photograph comes first, then one with a patch around the middle of each place; a row of places at a time.
    const auto probabilities = [&](const std::vector<std::uint8_t>& pictures) {
        Pictures batch{shape, pictures.size() / shape.size()};
        batch.bytes = pictures.data();
        constexpr std::size_t outputs = Network::output.size();
        std::vector<float> logits(batch.count * outputs);
        predictor.predict(batch, logits.data());
        for (std::size_t n = 0; n < batch.count; ++n)
            std::copy_n(logits.data() + n * outputs + before, classes, logits.data() + n * classes);
        return softmax(std::span{logits}.first(batch.count * classes), classes);
    };
    const std::vector<float> whole = probabilities({source.bytes, source.bytes + shape.size()});
    result.predicted = static_cast<std::size_t>(std::max_element(whole.begin(), whole.end()) - whole.begin());
    result.probability = static_cast<double>(whole[result.predicted]);
    for (std::size_t row = 0; row < result.rows; ++row) {
        std::vector<std::uint8_t> pictures(result.columns * shape.size());
        for (std::size_t column = 0; column < result.columns; ++column) {
            std::uint8_t* picture = pictures.data() + column * shape.size();
            std::copy_n(source.bytes, shape.size(), picture);
            const auto from = [&](std::size_t place) {
                const std::size_t centre = place * options.step + options.step / 2;
                return centre > options.patch / 2 ? centre - options.patch / 2 : 0;
            };
            const auto to = [&](std::size_t place, std::size_t side) {
                return std::min(place * options.step + options.step / 2 + (options.patch + 1) / 2, side);
            };
            for (std::size_t y = from(row); y < to(row, shape.height); ++y)
                std::fill(picture + (y * shape.width + from(column)) * shape.channels,
                          picture + (y * shape.width + to(column, shape.width)) * shape.channels, options.grey);
        }
        const std::vector<float> covered = probabilities(pictures);
        for (std::size_t column = 0; column < result.columns; ++column)
            result.drops.push_back(whole[result.predicted] - covered[column * classes + result.predicted]);
    }
    return result;
}

/// Lays the measure over the photograph, enlarged to `height` rows: what counts most is red, what does not stays as it is.
inline Picture draw_occlusion(const Picture& photograph, const Occlusion& occlusion, std::size_t height = 400) {
    Picture result =
        resize(photograph, Size{height, std::max<std::size_t>(photograph.size.width * height / photograph.size.height, 1)});
    float largest = 0.05f;  // less than this is noise
    for (const float drop : occlusion.drops) largest = std::max(largest, drop);
    const auto at = [&](std::ptrdiff_t row, std::ptrdiff_t column) {
        row = std::clamp<std::ptrdiff_t>(row, 0, static_cast<std::ptrdiff_t>(occlusion.rows) - 1);
        column = std::clamp<std::ptrdiff_t>(column, 0, static_cast<std::ptrdiff_t>(occlusion.columns) - 1);
        return std::max(occlusion.drops[static_cast<std::size_t>(row) * occlusion.columns + static_cast<std::size_t>(column)],
                        0.0f) /
               largest;
    };
    for (std::size_t y = 0; y < result.size.height; ++y)
        for (std::size_t x = 0; x < result.size.width; ++x) {
            const auto place = [](std::size_t pixel, std::size_t pixels, std::size_t places) {
                return (static_cast<float>(pixel) + 0.5f) * static_cast<float>(places) / static_cast<float>(pixels) - 0.5f;
            };
            const float row = place(y, result.size.height, occlusion.rows),
                        column = place(x, result.size.width, occlusion.columns);
            const auto top = static_cast<std::ptrdiff_t>(std::floor(row)),
                       left = static_cast<std::ptrdiff_t>(std::floor(column));
            const float down = row - static_cast<float>(top), right = column - static_cast<float>(left);
            const float heat = (at(top, left) * (1 - right) + at(top, left + 1) * right) * (1 - down) +
                               (at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right) * down;
            blend(result, static_cast<int>(x), static_cast<int>(y), heat_scale(static_cast<double>(heat)), 0.75f * heat);
        }
    return result;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/photograph_sheet.hpp

namespace denim::inline DENIM_TARGET {

/// A photograph with what it is and what a network takes it for.
struct LabelledPhotograph {
    Picture picture;
    std::string truth, predicted;
    double confidence = 0;  ///< probability of `predicted`

    [[nodiscard]] bool right() const { return truth == predicted; }
};

/// One picture (H, W, C) as bytes 0 to 255 with 3 channels, or 1, which becomes grey.
inline Picture picture_of(const std::uint8_t* bytes, Shape shape) {
    if (shape.channels == 3)
        return Picture{Size{shape.height, shape.width}, std::vector<std::uint8_t>(bytes, bytes + shape.size())};
    Picture picture{Size{shape.height, shape.width}};
    for (std::size_t n = 0; n < shape.height * shape.width; ++n)
        std::fill_n(picture.pixels.begin() + static_cast<std::ptrdiff_t>(3 * n), 3, bytes[n * shape.channels]);
    return picture;
}

/// The pictures of a set (`images` of std::uint8_t, `labels`) that logits (N, classes) get wrong, the surest first, at most
/// `most`.
template <class Set>
std::vector<LabelledPhotograph> mistakes_of(const Set& set, std::span<const float> logits,
                                            const std::vector<std::string>& names, std::size_t most = 24) {
    const std::size_t classes = names.size(), count = set.labels.size();
    const Shape shape{set.images.shape(1), set.images.shape(2), set.images.shape(3)};
    const std::vector<float> probabilities = softmax(logits, classes);
    const std::vector<std::int32_t> predicted = predicted_classes(logits, classes);
    std::vector<LabelledPhotograph> wrong;
    for (std::size_t n = 0; n < count; ++n) {
        const auto truth = static_cast<std::size_t>(set.labels(n)), called = static_cast<std::size_t>(predicted[n]);
        if (truth == called) continue;
        wrong.push_back({picture_of(set.images.data() + n * shape.size(), shape), names[truth], names[called],
                         static_cast<double>(probabilities[n * classes + called])});
    }
    const auto surer = [](const auto& left, const auto& right) { return left.confidence > right.confidence; };
    for (auto one = wrong.begin(); one != wrong.end(); ++one)
        std::rotate(std::upper_bound(wrong.begin(), one, *one, surer), one, one + 1);
    if (wrong.size() > most) wrong.resize(most);
    return wrong;
}

namespace detail {

/// The text, cut with "…" where it is longer than `room`.
inline std::string shortened(std::string text, float height, float room) {
    if (text_width(text, height) <= room) return text;
    while (!text.empty() && text_width(text + "\xe2\x80\xa6", height) > room) {
        while (text.size() > 1 && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
        text.pop_back();
    }
    return text + "\xe2\x80\xa6";
}

}  // namespace detail

/// Draws photographs in rows of `columns`: below each its true label, and the predicted one with its probability, green if
/// right, red if wrong.
inline Picture draw_photographs(std::span<const LabelledPhotograph> photographs, std::size_t columns = 6,
                                Size frame = {200, 150}) {
    if (photographs.empty() || columns == 0)
        throw std::invalid_argument("denim: draw_photographs: at least one photograph and one column were expected");
    columns = std::min(columns, photographs.size());
    const std::size_t gap = 12, text = 17, rows = (photographs.size() + columns - 1) / columns;
    const std::size_t width = frame.width + gap, height = frame.height + 2 * text + 2 * gap;
    Picture sheet{Size{rows * height + gap, columns * width + gap}};
    for (std::size_t n = 0; n < photographs.size(); ++n) {
        const LabelledPhotograph& photograph = photographs[n];
        const int left = static_cast<int>(gap + n % columns * width), top = static_cast<int>(gap + n / columns * height);
        const Colour mark = photograph.right() ? Colour{20, 120, 60} : Colour{200, 30, 30};
        const Box box{left - 2, top - 2, static_cast<int>(frame.width) + 4, static_cast<int>(frame.height) + 4};
        paste(sheet, left, top, fit(photograph.picture, frame));
        outline(sheet, box, photograph.right() ? Colour{210, 210, 210} : mark, 2);
        const auto write = [&](std::size_t line, const std::string& words, Colour colour) {
            const float size = 14;
            draw_text(sheet, static_cast<float>(left),
                      static_cast<float>(top + static_cast<int>(frame.height + (line + 1) * text)),
                      detail::shortened(words, size, static_cast<float>(frame.width)), {.height = size, .colour = colour});
        };
        write(0, photograph.truth, {30, 30, 30});
        char confidence[16];
        std::snprintf(confidence, sizeof confidence, "%.2f ", photograph.confidence);
        write(1, confidence + photograph.predicted, mark);
    }
    return sheet;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/run_report.hpp

namespace denim::inline DENIM_TARGET {

/// What a page about one run shows; parts that are empty are left out.
struct RunReport {
    std::string name = "A run";
    std::string network = {};  ///< network.summary()
    HyperParameters parameters = {};
    History history = {};
    std::vector<std::string> labels = {};  ///< class names
    std::vector<std::int32_t> truth = {};  ///< of the test set
    std::vector<float> logits = {};        ///< (N, classes) of the test set
    std::vector<LabelledPhotograph> mistakes = {};
    std::vector<std::pair<std::string, Picture>> pictures = {};  ///< filters, where it looked: caption and picture
};

namespace detail {

inline void add_scores(Page& page, const RunReport& run) {
    const std::size_t classes = run.labels.size();
    const Confusion counts = confusion_matrix(run.truth, std::span<const float>{run.logits}, classes);
    page.heading("Test set");
    const Calibration known = calibration(softmax(run.logits, classes), run.truth, classes);
    page.paragraph("Accuracy " + decimals(accuracy(counts)) + " of " + std::to_string(run.truth.size()) +
                   " pictures; expected calibration error " + decimals(known.error) +
                   (classes > 2
                        ? "; right class among the first two " + decimals(top_k_accuracy(run.logits, run.truth, classes, 2))
                        : "") +
                   ".");
    const std::string figure =
        Page::picture(draw_confusion(counts, run.labels), "Counts as blue, shares of each true class as text");
    page.figures({&figure, 1});
    std::vector<std::vector<std::string>> lines{{"class", "pictures", "precision", "recall", "F1"}};
    const std::vector<ClassScore> scores = class_scores(counts);
    for (std::size_t k = 0; k < classes; ++k)
        lines.push_back({run.labels[k], std::to_string(scores[k].count), decimals(scores[k].precision, 3),
                         decimals(scores[k].recall, 3), decimals(scores[k].f1, 3)});
    const ClassScore mean = macro_average(scores);
    lines.push_back({"mean of classes", std::to_string(mean.count), decimals(mean.precision, 3), decimals(mean.recall, 3),
                     decimals(mean.f1, 3)});
    page.table(lines);
}

}  // namespace detail

/// A page about one run.
inline void write_report(const std::filesystem::path& path, const RunReport& run) {
    Page page{run.name};
    double seconds = 0;
    for (const Epoch& epoch : run.history.epochs) seconds += epoch.seconds;
    if (!run.history.epochs.empty()) {
        page.heading("Learning");
        const auto chart = [&](const char* title, double Score::*value) {
            const Series both[] = {detail::curve("training", run.history, value, false),
                                   detail::curve("validation", run.history, value, true)};
            return line_chart(title, "epoch", both);
        };
        const std::string charts[] = {chart("Loss", &Score::loss), chart("Accuracy", &Score::accuracy)};
        page.figures(charts);
    }
    if (!run.truth.empty()) detail::add_scores(page, run);
    if (!run.mistakes.empty()) {
        page.heading("Mistakes");
        std::vector<std::string> figures;
        for (const LabelledPhotograph& each : run.mistakes)
            figures.push_back(Page::photograph(each.picture, each.truth, each.predicted, each.confidence));
        page.photographs(figures);
    }
    if (!run.pictures.empty()) {
        page.heading("What it sees");
        std::vector<std::string> figures;
        for (const auto& [caption, picture] : run.pictures) figures.push_back(Page::picture(picture, caption));
        page.figures(figures);
    }
    if (!run.parameters.empty()) {
        page.heading("Hyper-parameters");
        std::vector<std::vector<std::string>> lines{{"name", "value"}};
        for (const auto& [name, value] : run.parameters) lines.push_back({name, detail::parameter_text(value)});
        page.table(lines);
    }
    if (!run.network.empty()) {
        page.heading("Network");
        page.listing(run.network);
    }
    add_machine(page, seconds);
    page.write(path);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/grid.hpp

namespace denim::inline DENIM_TARGET {

/// The values of one axis of a grid.
template <std::size_t... Numbers>
struct Values {};

namespace detail {

template <template <std::size_t...> class Family, class Chosen, class... Axes>
struct GridExpansion;

template <template <std::size_t...> class Family, std::size_t... Chosen>
struct GridExpansion<Family, std::index_sequence<Chosen...>> {
    static constexpr std::size_t count = 1;
    template <class Each>
    static void visit(Each& each) {
        each.template operator()<Family<Chosen...>>(std::array<std::size_t, sizeof...(Chosen)>{Chosen...});
    }
};

template <template <std::size_t...> class Family, std::size_t... Chosen, std::size_t... Numbers, class... Rest>
struct GridExpansion<Family, std::index_sequence<Chosen...>, Values<Numbers...>, Rest...> {
    static constexpr std::size_t count =
        (GridExpansion<Family, std::index_sequence<Chosen..., Numbers>, Rest...>::count + ... + 0);
    template <class Each>
    static void visit(Each& each) {
        (GridExpansion<Family, std::index_sequence<Chosen..., Numbers>, Rest...>::visit(each), ...);
    }
};

}  // namespace detail

/// All networks of a family: Grid<Base, Values<3, 5>, Values<32, 64>> is Base<3, 32>, Base<3, 64>, Base<5, 32>, Base<5, 64>.
template <template <std::size_t...> class Family, class... Axes>
struct Grid {
    static constexpr std::size_t axes = sizeof...(Axes);
    static constexpr std::size_t count = detail::GridExpansion<Family, std::index_sequence<>, Axes...>::count;

    /// Calls `each.template operator()<Network>(values)` for every network, the last axis turning fastest.
    template <class Each>
    static void visit(Each each) {
        detail::GridExpansion<Family, std::index_sequence<>, Axes...>::visit(each);
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/sweep_point.hpp

namespace denim::inline DENIM_TARGET {

/// A network of a grid without its type, as a sweep trains it. A large grid is made of several vectors of these, each in a
/// source file of its own: they compile side by side, without the training loop and what it writes, and a program that appends
/// one to another and sweeps them does not compile the networks again.
struct SweepPoint {
    /// A new network, and what teaches it by batches of so many pictures at most.
    struct Made {
        std::shared_ptr<void> network;
        std::unique_ptr<Learner> learner;
    };

    std::vector<std::size_t> values;  ///< one for each axis of the grid
    std::size_t numbers = 0;          ///< parameters of the network
    std::string architecture;         ///< its type, as users write it
    Made (*make)(Seed seed, std::size_t largest_batch, const LossOfHeads& loss) = nullptr;
};

/// Every network of a grid, the last axis turning fastest.
template <template <std::size_t...> class Family, class... Axes>
std::vector<SweepPoint> sweep_points(Grid<Family, Axes...> grid) {
    std::vector<SweepPoint> points;
    grid.visit([&]<class Network>(const auto& values) {
        points.push_back({{values.begin(), values.end()},
                          Network::parameter_count,
                          detail::architecture_of<Network>(),
                          [](Seed seed, std::size_t largest_batch, const LossOfHeads& loss) {
                              auto network = std::make_shared<Network>(seed);
                              auto learner = std::make_unique<LearnerOf<Network>>(*network, largest_batch, loss);
                              return SweepPoint::Made{std::move(network), std::move(learner)};
                          }});
    });
    return points;
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/sweep_table.hpp

namespace denim::inline DENIM_TARGET {

/// One run of a sweep.
struct SweepRun {
    std::uint64_t seed = 0;
    std::string folder = {};  ///< below the sweep's log
    History history = {};
    Score test = {};  ///< of the weights that were kept; NaN where the sweep got no test set

    /// The epoch whose weights were kept: the best by validation loss.
    [[nodiscard]] const Epoch& best() const {
        return *std::min_element(history.epochs.begin(), history.epochs.end(), [](const Epoch& left, const Epoch& right) {
            return left.validation.loss < right.validation.loss ||
                   (left.validation.loss == left.validation.loss && right.validation.loss != right.validation.loss);
        });
    }
    [[nodiscard]] double seconds() const {
        double sum = 0;
        for (const Epoch& epoch : history.epochs) sum += epoch.seconds;
        return sum;
    }
};

/// One setting with its repeats.
struct SweepRow {
    std::string name = {};  ///< "kernel=3, filters=32, rate=0.001"
    HyperParameters parameters = {};
    std::size_t numbers = 0;  ///< of the network
    std::vector<SweepRun> runs = {};

    [[nodiscard]] Repeats accuracy() const {
        return of([](const SweepRun& run) { return run.best().validation.accuracy; });
    }
    [[nodiscard]] Repeats test_accuracy() const {
        return of([](const SweepRun& run) { return run.test.accuracy; });
    }
    [[nodiscard]] Repeats loss() const {
        return of([](const SweepRun& run) { return run.best().validation.loss; });
    }
    [[nodiscard]] Repeats epochs() const {
        return of([](const SweepRun& run) { return static_cast<double>(run.best().number); });
    }
    [[nodiscard]] Repeats seconds() const {
        return of([](const SweepRun& run) { return run.seconds(); });
    }

private:
    template <class Value>
    [[nodiscard]] Repeats of(Value value) const {
        std::vector<double> values;
        for (const SweepRun& run : runs) values.push_back(value(run));
        return repeats(values);
    }
};

/// All settings of a sweep, the best mean validation accuracy first.
struct SweepTable {
    std::string name = {};
    std::vector<SweepRow> rows = {};

    [[nodiscard]] bool tested() const {
        return !rows.empty() && !rows[0].runs.empty() && !std::isnan(rows[0].runs[0].test.accuracy);
    }

    /// Best first; equals stay in their order.
    void sort() {
        const auto better = [](const SweepRow& left, const SweepRow& right) { return left.accuracy().mean > right.accuracy().mean; };
        for (auto row = rows.begin(); row != rows.end(); ++row)
            std::rotate(std::upper_bound(rows.begin(), row, *row, better), row, row + 1);
    }

    friend std::ostream& operator<<(std::ostream& out, const SweepTable& table) {
        std::size_t width = 7;
        for (const SweepRow& row : table.rows) width = std::max(width, row.name.size());
        const bool tested = table.tested();
        char line[200], test[40] = "";
        if (tested) std::snprintf(test, sizeof test, "  %-16s", "test accuracy");
        std::snprintf(line, sizeof line, "%4s  %-20s  %-15s%s  %-15s  %6s  %7s\n", "runs", "validation accuracy",
                      "95 % interval", test, "validation loss", "epochs", "seconds");
        out << "setting" << std::string(width - 7, ' ') << "  " << line;
        for (const SweepRow& row : table.rows) {
            const Repeats accuracy = row.accuracy(), loss = row.loss();
            char interval[40] = "";
            if (accuracy.count > 1) std::snprintf(interval, sizeof interval, "%.4f-%.4f", accuracy.low, accuracy.high);
            if (tested) std::snprintf(test, sizeof test, "  %-16s", row.test_accuracy().text().c_str());
            std::snprintf(line, sizeof line, "%4zu  %-20s  %-15s%s  %-15s  %6.1f  %7.1f\n", accuracy.count,
                          accuracy.text().c_str(), interval, test, loss.text(3).c_str(), row.epochs().mean, row.seconds().mean);
            out << row.name << std::string(width - row.name.size(), ' ') << "  " << line;
        }
        return out;
    }
};

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/tensor_board.hpp

namespace denim::inline DENIM_TARGET {

/// Logs a run for TensorBoard: scalars under train/ and validation/, a confusion matrix of the validation set and histograms of
/// the parameters after each epoch, the network as a text, its hyper-parameters for the HParams page. Whatever an epoch logs is
/// on its way to the disk when the epoch ends; a run that goes on from a checkpoint continues its curves.
struct TensorBoard {
    std::filesystem::path folder;
    std::vector<std::string> labels = {};  ///< class names; numbers if there are none
    HyperParameters parameters = {};
    std::string group = {};  ///< repeats of one setting have one group
    bool confusion = true;
    std::size_t histograms_every = 1;  ///< epochs; 0: none

    void on_begin(Run&) { files_ = nullptr; }
    void on_batch(Run& run) { open(run); }
    void on_epoch(Run& run) {
        open(run);
        const Epoch& epoch = run.history.epochs.back();
        Files& to = *files_;
        to.train.write(run.epoch, scalar_message("epoch_loss", epoch.train.loss));
        to.train.write(run.epoch, scalar_message("epoch_accuracy", epoch.train.accuracy));
        to.train.write(run.epoch, scalar_message("epoch_learning_rate", epoch.rate));
        to.train.write(run.epoch, scalar_message("images_per_second", epoch.images_per_second));
        if (histograms_every != 0 && run.epoch % histograms_every == 0)
            for (const Row& row : run.learner.rows())
                to.train.write(run.epoch,
                               histogram_message(row.name, run.learner.parameters().subspan(row.offset, row.size())));
        if (run.validation) {
            to.validation.write(run.epoch, scalar_message("epoch_loss", epoch.validation.loss));
            to.validation.write(run.epoch, scalar_message("epoch_accuracy", epoch.validation.accuracy));
            if (confusion && !run.validation->labels.empty()) write_confusion(run);
        }
        flush();
    }
    void on_end(Run& run) {
        if (run.interrupted) return;
        open(run);
        files_->root.write(0, session_end_message(SessionStatus::success, detail::seconds_since_1970()));
        flush();
    }

    struct Files {
        EventFile root, train, validation;
    };
    std::shared_ptr<Files> files_ = nullptr;

    void open(Run& run) {
        if (files_) return;
        const std::size_t first = run.between_epochs() ? run.epoch + 1 : run.epoch;
        files_ = std::make_shared<Files>(
            Files{EventFile{folder, first}, EventFile{folder / "train", first}, EventFile{folder / "validation", first}});
        files_->root.write(0, session_start_message(parameters, group.empty() ? folder.filename().string() : group,
                                                    detail::seconds_since_1970()));
        files_->root.write(0,
                           text_message("network", run.learner.architecture() + "\n\n    " + indented(run.learner.summary())));
        flush();
    }
    void flush() {
        files_->root.flush();
        files_->train.flush();
        files_->validation.flush();
    }
    void write_confusion(Run& run) {
        const auto heads = run.learner.heads();
        std::size_t first = 0;
        for (std::size_t head = 0; head < heads.size(); first += heads[head], ++head) {
            std::vector<std::string> names;
            for (std::size_t k = 0; k < heads[head]; ++k)
                names.push_back(first + k < labels.size() ? labels[first + k] : std::to_string(k));
            const std::string which = heads.size() == 1 ? "" : ", head " + std::to_string(head);
            const auto slice = head_slice<float>(run.validation_logits, run.validation->labels, heads, head);
            const Confusion counts = confusion_matrix(slice.labels, slice.logits, heads[head]);
            const Picture picture =
                draw_confusion(counts, names, {.title = "Confusion matrix" + which + ", epoch " + std::to_string(run.epoch)});
            const std::vector<std::uint8_t> png = encode_png(picture);
            files_->validation.write(run.epoch,
                                     image_message("Confusion Matrix" + which, {picture.size.height, picture.size.width, png}));
        }
    }
    /// Code in Markdown is indented.
    static std::string indented(std::string text) {
        for (std::size_t at = text.find('\n'); at != text.npos && at + 1 < text.size(); at = text.find('\n', at + 1))
            text.insert(at + 1, "    ");
        return text;
    }
};

static_assert(Callback<TensorBoard>);

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/sweep_run.hpp

namespace denim::inline DENIM_TARGET {

/// What varies at run time, and how each run learns. Every network of the grid meets every rate, L2, dropout and seed.
struct SweepOptions {
    std::filesystem::path log;           ///< folder; each run has its own below: logs, last checkpoint, best weights
    std::vector<std::string> axes = {};  ///< names of the grid's axes, for tables
    std::vector<float> rates = {1e-3f};
    std::vector<float> l2 = {0};
    std::vector<float> dropout = {0.5f};  ///< what every Dropout layer drops
    std::size_t repeats = 1;              ///< seeds, from `first_seed` on
    std::uint64_t first_seed = 1;
    std::size_t epochs = 15, batch = 64;
    std::size_t patience = 2;  ///< of EarlyStopping on the validation loss
    std::function<Optimizer(float)> optimizer = [](float rate) { return Optimizer{Adam{.rate = rate}}; };
    Augmentation augmentation = {};
    std::vector<std::string> labels = {};
    /// Runs at a time, which share the threads. More than one is faster where a network is too small to keep all threads busy;
    /// the results have the same bits.
    std::size_t side_by_side = 1;
    std::FILE* progress = stderr;  ///< a line for each run, or null
};

namespace detail {

/// A name for each value of a setting: {"kernel", 3}.
using NamedValue = std::pair<std::string, double>;

inline std::string setting_name(std::span<const NamedValue> values, const char* between) {
    std::string text;
    for (const auto& [name, value] : values) {
        char number[40];
        std::snprintf(number, sizeof number, "%g", value);
        text += (text.empty() ? "" : between) + name + "=" + number;
    }
    return text;
}

/// What a run has of the settings that vary at run time.
struct RunRates {
    float learning, l2, dropout;

    /// Those that a table names: the learning rate, and the others where they are not as usual.
    [[nodiscard]] std::vector<NamedValue> named(const SweepOptions& options) const {
        const auto shortest = [](float number) {  // 0.001, not 0.00100000005
            char text[40];
            std::snprintf(text, sizeof text, "%g", static_cast<double>(number));
            return std::stod(text);
        };
        std::vector<NamedValue> values{{"rate", shortest(learning)}};
        if (options.l2.size() > 1 || l2 != 0) values.emplace_back("l2", shortest(l2));
        if (options.dropout.size() > 1 || dropout != 0.5f) values.emplace_back("dropout", shortest(dropout));
        return values;
    }
};

/// Where one run of a sweep lies, and what it has that others have not.
struct RunSetting {
    std::filesystem::path folder;
    HyperParameters parameters;  ///< what the logs say of it
    std::uint64_t seed = 1;
    RunRates rates;
};

/// What a sweep learns from, and is scored on; nothing is chosen by the test set, which may be null.
template <class Train, class Validation, class Test>
struct SweepSets {
    const Train& train;
    const Validation& validation;
    const Test* test;
};

/// One run in its folder. A run that is done leaves `finished.snapshot`, without weights, and is not repeated.
template <class Train, class Validation, class Test>
std::pair<History, Score> sweep_run(const SweepPoint& point, const SweepSets<Train, Validation, Test>& sets,
                                    const SweepOptions& options, const RunSetting& run) {
    const std::string description =
        "pictures " + std::to_string(sets.train.labels.size()) + " and " + std::to_string(sets.validation.labels.size()) +
        (sets.test ? " and " + std::to_string(sets.test->labels.size()) : "") + ", epochs " + std::to_string(options.epochs) +
        ", batch " + std::to_string(options.batch) + ", patience " + std::to_string(options.patience) + ", " +
        point.architecture;
    const std::filesystem::path finished = run.folder / "finished.snapshot";
    if (std::filesystem::exists(finished)) {
        const Snapshot result = read_snapshot(finished);
        if (result.run != description)
            throw FileError(
                finished.string(),
                "this run was made with other options or sets; take another log folder or remove this one\n    there: " +
                    result.run + "\n    here: " + description);
        const auto remembered = [&](const char* name) {
            const auto& numbers = result.memory.numbers;
            return numbers.contains(name) ? numbers.at(name) : std::numeric_limits<double>::quiet_NaN();
        };
        return {result.history, {remembered("test loss"), remembered("test accuracy")}};
    }
    const FitOptions fit_options{.epochs = options.epochs,
                                 .batch = options.batch,
                                 .optimizer = options.optimizer(run.rates.learning),
                                 .seed = Seed{run.seed},
                                 .augmentation = options.augmentation};
    check(fit_options);
    const SweepPoint::Made made =
        point.make(Seed{run.seed}, std::min<std::size_t>(options.batch, sets.train.labels.shape(0)), {fit_options.loss});
    Learner& learner = *made.learner;
    for (LayerSettings& settings : learner.settings()) {
        settings.l2 = run.rates.l2;
        settings.rate = run.rates.dropout;
    }
    const Samples train = Samples::of(sets.train, learner.input(), learner.heads(), "training"),
                  validation = Samples::of(sets.validation, learner.input(), learner.heads(), "validation");
    Checkpoint checkpoint{.folder = run.folder, .labels = options.labels};
    StopOnNaN stop_on_nan{options.progress};
    EarlyStopping early_stopping{.patience = options.patience};
    CtrlC ctrl_c;
    CsvLog csv_log{run.folder / "history.csv"};
    TensorBoard tensor_board{.folder = run.folder, .labels = options.labels, .parameters = run.parameters};
    Snapshot result{description};
    result.history = teach(learner, train, &validation, fit_options, checkpoint, stop_on_nan, early_stopping, ctrl_c, csv_log,
                           tensor_board);
    Score score;
    if (sets.test) {
        const Samples test = Samples::of(*sets.test, learner.input(), learner.heads(), "test");
        score = learner.score(learner.logits(test), test);
        result.memory.numbers = {{"test loss", score.loss}, {"test accuracy", score.accuracy}};
    }
    write_snapshot(finished, result);
    std::filesystem::remove(checkpoint.last());
    return {result.history, score};
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/sweep.hpp

#include <thread>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// One run that has to be: where its result goes, and how it comes about.
struct SweepJob {
    std::size_t row = 0, run = 0;
    std::function<std::pair<History, Score>()> fit = {};
};

/// Runs the jobs, some at a time; the first error ends all.
inline void run_jobs(SweepTable& table, const std::vector<SweepJob>& jobs, const SweepOptions& options) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr error;
    std::size_t done = 0;
    const auto work = [&] {
        for (std::size_t place; (place = next++) < jobs.size();) {
            const SweepJob& job = jobs[place];
            SweepRow& row = table.rows[job.row];
            try {
                auto [history, test] = job.fit();
                const std::scoped_lock lock{mutex};
                SweepRun& run = row.runs[job.run];
                run.history = std::move(history);
                run.test = test;
                ++done;
                if (options.progress && !run.history.epochs.empty())
                    std::fprintf(options.progress,
                                 "run %zu/%zu  %s, seed %llu: epoch %zu of %zu, validation accuracy %.4f, loss %.4f, %.1f s\n",
                                 done, jobs.size(), row.name.c_str(), static_cast<unsigned long long>(run.seed),
                                 run.best().number, run.history.epochs.size(), run.best().validation.accuracy,
                                 run.best().validation.loss, run.seconds());
            } catch (...) {
                const std::scoped_lock lock{mutex};
                if (!error) error = std::current_exception();
                next = jobs.size();
            }
        }
    };
    const std::size_t team = std::min(std::max<std::size_t>(options.side_by_side, 1), jobs.size());
    if (team <= 1) {
        work();
    } else {
        const std::size_t all = threads(), before = thread_settings().threads;
        set_threads(std::max<std::size_t>(all / team, 1));
        std::vector<std::thread> workers;
        for (std::size_t n = 0; n < team; ++n) workers.emplace_back(work);
        for (std::thread& worker : workers) worker.join();
        set_threads(before);
    }
    if (error) std::rethrow_exception(error);
}

template <class Train, class Validation, class Test>
SweepTable sweep(const std::vector<SweepPoint>& points, const SweepSets<Train, Validation, Test>& sets,
                 const SweepOptions& options) {
    const auto listening = SignalGuard::shared();  // between two runs as well
    SweepTable table{options.log.filename().string()};
    std::vector<SweepJob> jobs;
    std::map<std::string, std::vector<HyperParameter>> domains;
    const auto add_row = [&](const SweepPoint& point, const std::vector<NamedValue>& named, const RunRates& rates) {
        SweepRow row{setting_name(named, ", "), {}, point.numbers, {}};
        for (const auto& [name, value] : named) {
            row.parameters[name] = value;
            auto& domain = domains[name];
            if (std::find(domain.begin(), domain.end(), HyperParameter{value}) == domain.end()) domain.push_back(value);
        }
        const std::string group = setting_name(named, ",");
        for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
            const std::uint64_t seed = options.first_seed + repeat;
            row.runs.push_back({seed, group + ",seed=" + std::to_string(seed)});
            RunSetting run{options.log / row.runs.back().folder, row.parameters, seed, rates};
            run.parameters["seed"] = static_cast<double>(seed);
            jobs.push_back(
                {table.rows.size(), repeat, [&, run = std::move(run)] { return sweep_run(point, sets, options, run); }});
        }
        table.rows.push_back(std::move(row));
    };
    for (const SweepPoint& point : points) {
        std::vector<NamedValue> shape;
        for (std::size_t n = 0; n < point.values.size(); ++n)
            shape.emplace_back(n < options.axes.size() ? options.axes[n] : "axis " + std::to_string(n + 1),
                               static_cast<double>(point.values[n]));
        for (const float rate : options.rates)
            for (const float l2 : options.l2)
                for (const float dropout : options.dropout) {
                    const RunRates rates{rate, l2, dropout};
                    std::vector<NamedValue> named = shape;
                    for (const NamedValue& each : rates.named(options)) named.push_back(each);
                    add_row(point, named, rates);
                }
    }
    for (std::size_t repeat = 0; repeat < options.repeats; ++repeat)
        domains["seed"].push_back(static_cast<double>(options.first_seed + repeat));
    const Metric metrics[] = {{}, {.tag = "epoch_loss", .name = "validation loss"}};
    EventFile{options.log}.write(0, experiment_message(domains, metrics));
    run_jobs(table, jobs, options);
    table.sort();
    return table;
}

}  // namespace detail

/// Trains every network with every rate, L2 and seed, scores the weights that each run kept on a test set, which nothing is
/// chosen by, and gives a table with the best mean validation accuracy first. `options.axes` names the axes of the points. A
/// sweep that is killed and started again goes on where it was. Ctrl-C throws Interrupted.
template <class Train, class Validation, class Test>
SweepTable sweep(const std::vector<SweepPoint>& points, const Train& train, const Validation& validation, const Test& test,
                 const SweepOptions& options) {
    return detail::sweep<Train, Validation, Test>(points, {train, validation, &test}, options);
}

/// The same of every network of a grid.
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation, class Test>
SweepTable sweep(Grid<Family, Axes...> grid, const Train& train, const Validation& validation, const Test& test,
                 const SweepOptions& options) {
    return sweep(sweep_points(grid), train, validation, test, options);
}

/// The same without a test set.
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation>
SweepTable sweep(Grid<Family, Axes...> grid, const Train& train, const Validation& validation, const SweepOptions& options) {
    return detail::sweep<Train, Validation, Validation>(sweep_points(grid), {train, validation, nullptr}, options);
}

/// sweep<Base, Values<3, 5>, Values<32, 64>>(train, validation, {.log = "logs/primary"})
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation>
SweepTable sweep(const Train& train, const Validation& validation, const SweepOptions& options) {
    return sweep(Grid<Family, Axes...>{}, train, validation, options);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report/sweep_report.hpp

namespace denim::inline DENIM_TARGET {

/// The sweep as a part of a page: the table, the curves of each setting's first run, all runs, the machine.
inline void add_sweep(Page& page, const SweepTable& table) {
    page.heading("Settings, best first");
    const bool tested = table.tested();
    std::vector<std::vector<std::string>> lines{
        {"setting", "runs", "validation accuracy", "95 % interval", "validation loss", "best epoch", "parameters", "seconds"}};
    if (tested) lines[0].insert(lines[0].begin() + 4, "test accuracy");
    double seconds = 0;
    std::vector<Series> accuracy, loss;
    for (const SweepRow& row : table.rows) {
        const Repeats right = row.accuracy();
        lines.push_back({row.name, std::to_string(right.count), right.text(),
                         right.count > 1 ? detail::decimals(right.low) + " to " + detail::decimals(right.high) : "",
                         row.loss().text(3), detail::decimals(row.epochs().mean, 1), detail::with_commas(row.numbers),
                         detail::decimals(row.seconds().mean, 1)});
        if (tested) lines.back().insert(lines.back().begin() + 4, row.test_accuracy().text());
        for (const SweepRun& run : row.runs) seconds += run.seconds();
        if (accuracy.size() < 8) {
            accuracy.push_back(detail::curve(row.name, row.runs[0].history, &Score::accuracy, true));
            loss.push_back(detail::curve(row.name, row.runs[0].history, &Score::loss, true));
        }
    }
    page.table(lines);
    page.heading(table.rows.size() > 8 ? "Curves of the best eight, first repeat" : "Curves, first repeat");
    const std::string charts[] = {line_chart("Validation accuracy", "epoch", accuracy),
                                  line_chart("Validation loss", "epoch", loss)};
    page.figures(charts);
    page.heading("Runs");
    std::vector<std::vector<std::string>> runs{
        {"run", "validation accuracy", "validation loss", "best epoch", "epochs", "seconds"}};
    for (const SweepRow& row : table.rows)
        for (const SweepRun& run : row.runs)
            runs.push_back({run.folder, detail::decimals(run.best().validation.accuracy),
                            detail::decimals(run.best().validation.loss), std::to_string(run.best().number),
                            std::to_string(run.history.epochs.size()), detail::decimals(run.seconds(), 1)});
    page.table(runs);
    add_machine(page, seconds);
}

/// A page about a sweep: the table, and the curves of each setting's first run.
inline void write_report(const std::filesystem::path& path, const SweepTable& table) {
    Page page{table.name.empty() ? "A sweep" : table.name};
    add_sweep(page, table);
    page.write(path);
}

}  // namespace denim::inline DENIM_TARGET
// ---- denim/report.hpp

// Pictures, logs and pages of what a network does: needs what denim/image.hpp and denim/format.hpp need.

// ---- denim/all.hpp

// Everything: the core, and sets of photographs, files, pictures, logs and pages with the libraries that they stand on (zlib,
// nlohmann-json, protozero, stb).

