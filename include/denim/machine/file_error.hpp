// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/number_text.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

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
