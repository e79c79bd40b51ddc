// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

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
