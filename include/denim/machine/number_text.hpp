// SPDX-License-Identifier: MIT
#pragma once

// Numbers to text and back. Whatever locale the program has set (std::locale::global, setlocale), the decimal point is a point
// and thousands are not grouped, so that files and names can be read elsewhere.

#include <denim/machine/finite.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

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
