// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

// The pages of the documentation, and what headers have to do with them.

/// The project's folder; tests run in it or in tests/.
inline const std::filesystem::path root = std::filesystem::exists("../docs") ? ".." : ".";

inline std::string read(const std::filesystem::path& path) {
    std::ifstream file{path};
    REQUIRE_MESSAGE(file, path.string());
    return {std::istreambuf_iterator<char>{file}, {}};
}

inline std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator{root / folder}) paths.push_back(entry.path());
    std::ranges::sort(paths);
    return paths;
}

inline std::vector<std::filesystem::path> layer_headers() {
    const auto paths = files_in("include/denim/layer");
    REQUIRE(paths.size() > 20);
    return paths;
}

/// The cells of the table below a heading, line by line, without backslashes and without the line that says what the columns
/// hold.
inline std::vector<std::vector<std::string>> table_below(const std::string& page, const std::string& heading) {
    const std::size_t begin = ("\n" + page).find("\n" + heading + "\n");
    REQUIRE_MESSAGE(begin != std::string::npos, heading);
    std::istringstream lines{page.substr(begin + heading.size() + 1)};
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(lines, line) && !line.starts_with("#");) {
        if (!line.starts_with("| ")) continue;
        std::erase(line, '\\');
        std::vector<std::string> cells;
        for (std::size_t at = 1, end; (end = line.find('|', at)) != std::string::npos; at = end + 1) {
            const std::size_t first = std::min(line.find_first_not_of(' ', at), end),
                              last = line.find_last_not_of(' ', end - 1);
            cells.push_back(last < first ? "" : line.substr(first, last + 1 - first));
        }
        rows.push_back(cells);
    }
    REQUIRE(rows.size() > 1);
    rows.erase(rows.begin());
    return rows;
}

inline std::vector<std::string> first_cells(const std::string& page, const std::string& heading) {
    std::vector<std::string> cells;
    for (const auto& row : table_below(page, heading)) cells.push_back(row.at(0));
    return cells;
}

/// What static_assert says in a header, without "denim: ": literals side by side are one.
inline std::vector<std::string> sentences_of(const std::string& text) {
    static const std::regex sentence{R"re("denim: ((?:[^"\\]|\\.)*)"((?:\s*"(?:[^"\\]|\\.)*")*))re"}, quotes{R"re("\s*")re"};
    std::vector<std::string> all;
    for (std::sregex_iterator match{text.begin(), text.end(), sentence}, end; match != end; ++match) {
        const std::string rest = (*match)[2];
        const std::size_t open = rest.find('"');
        std::string tail = open == std::string::npos ? "" : std::regex_replace(rest.substr(open + 1), quotes, "");
        if (!tail.empty()) tail.pop_back();
        all.push_back((*match)[1].str() + tail);
    }
    return all;
}

/// "batch_norm" as "BatchNorm".
inline std::string pascal_case(const std::string& stem) {
    std::string name;
    bool upper = true;
    for (const char letter : stem) {
        if (letter != '_') name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter))) : letter;
        upper = letter == '_';
    }
    return name == "Prelu" ? "PReLU" : name;
}
