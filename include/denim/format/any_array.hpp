// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/element_type.hpp>
#include <denim/machine/file_error.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

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
        if (!is_finite(static_cast<float>(result)) && is_finite(static_cast<double>(value))) return std::nullopt;
        return result;
    } else if constexpr (std::is_integral_v<Target> && std::is_integral_v<From>) {
        if (!std::in_range<Target>(value)) return std::nullopt;
        return static_cast<Target>(value);
    } else if constexpr (std::is_integral_v<Target>) {
        // 2^n bounds are exact in floating point where the largest integer is not.
        const double low = std::is_signed_v<Target> ? -std::ldexp(1.0, 8 * sizeof(Target) - 1) : 0.0;
        const double high = std::ldexp(1.0, 8 * sizeof(Target) - (std::is_signed_v<Target> ? 1 : 0));
        const auto wide = static_cast<double>(value);
        if (is_nan(wide) || !(wide >= low && wide < high) || std::trunc(wide) != wide) return std::nullopt;
        return static_cast<Target>(wide);
    } else {
        if constexpr (sizeof(Target) < sizeof(From) && std::is_floating_point_v<From>)
            if (is_finite(value) && std::fabs(value) > std::numeric_limits<Target>::max()) return std::nullopt;
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
