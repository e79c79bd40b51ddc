// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/half.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace denim {

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

}  // namespace denim

namespace denim::inline DENIM_TARGET {

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

inline bool is_float(ElementType type) { return type >= ElementType::float16; }

namespace detail {

/// Why numbers of this type are no weights: whole ones are quantised, and mean nothing without their scale.
inline std::string no_float(ElementType type) {
    return "numbers of float16, bfloat16, float32 or float64 were expected, " + std::string{element_name(type)} + " came";
}

}  // namespace detail

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
