// SPDX-License-Identifier: MIT
#pragma once

// Names of files and labels as a line of text can hold them: a name may have a line break in it, or what changes a terminal.

#include <denim/data/scan_folder.hpp>

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace command_line {

/// A name in one line: control characters (U+0080 to U+009F too) and bytes that are not UTF-8 as \x0A, a backslash as two.
inline std::string shown(std::string_view name) {
    const bool valid = denim::is_utf8(name);
    std::string text;
    const auto code_at = [&](std::size_t at) { return at < name.size() ? static_cast<unsigned char>(name[at]) : 0u; };
    const auto escape = [&](std::size_t at) {
        char hex[5];
        std::snprintf(hex, sizeof hex, "\\x%02X", code_at(at));
        text += hex;
    };
    for (std::size_t at = 0; at < name.size(); ++at) {
        const unsigned code = code_at(at);
        if (code == '\\')
            text += "\\\\";
        else if (code < 0x20 || code == 0x7F || (code >= 0x80 && !valid))
            escape(at);
        else if (code == 0xC2 && code_at(at + 1) < 0xA0)
            escape(at), escape(++at);
        else
            text += name[at];
    }
    return text;
}
inline std::string shown(const std::filesystem::path& path) { return shown(std::string_view{path.native()}); }
inline std::string shown(const std::string& text) { return shown(std::string_view{text}); }
inline std::string shown(const char* text) { return shown(std::string_view{text}); }

/// The name of which `shown` made this; what it never makes stays as it is.
inline std::string name_of_shown(std::string_view text) {
    std::string name;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned code = 0;
        if (text[at] != '\\' || at + 1 == text.size()) {
            name += text[at];
        } else if (text[at + 1] == '\\') {
            name += text[++at];
        } else if (text[at + 1] == 'x' && at + 4 <= text.size() &&
                   std::from_chars(text.data() + at + 2, text.data() + at + 4, code, 16).ptr == text.data() + at + 4) {
            name += static_cast<char>(code);
            at += 3;
        } else {
            name += text[at];
        }
    }
    return name;
}

}  // namespace command_line
