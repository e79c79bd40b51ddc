// SPDX-License-Identifier: MIT
#pragma once

// Lists of files as people write them, a path a line.

#include <filesystem>
#include <istream>
#include <optional>
#include <string>

namespace fashion {

/// The next path, or nothing at the end of the list; empty lines are passed over. A list may come from Windows: with "\r\n" at the
/// ends of its lines, and with the mark of UTF-8 in front. A name that does end in "\r" is found all the same.
inline std::optional<std::filesystem::path> next_path(std::istream& list) {
    for (std::string line; std::getline(list, line);) {
        if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
        std::error_code ignored;
        if (line.ends_with('\r') && !std::filesystem::exists(line, ignored)) line.pop_back();
        if (!line.empty()) return line;
    }
    return std::nullopt;
}

}  // namespace fashion
