// SPDX-License-Identifier: MIT
#pragma once

// Names of photographs with their labels: of a folder, or of a table. No file is opened but the table.

#include <denim/data/name_list.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/machine/read_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Photographs by name, and the class of each.
struct PhotographNames {
    std::filesystem::path folder;  ///< where relative names begin
    NameList names;                ///< of a folder, sorted byte by byte
    std::vector<std::int32_t> labels;
    std::vector<std::string> class_names;
};

namespace detail {

inline bool is_picture_name(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    if (dot == name.npos || name.starts_with('.')) return false;
    std::string ending{name.substr(dot + 1)};
    for (char& letter : ending) letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    static constexpr std::string_view known[] = {"jpg", "jpeg", "png", "bmp", "gif", "tga", "psd", "pnm", "ppm", "pgm"};
    return std::ranges::find(known, ending) != std::end(known);
}

/// Calls `visit(name)` for each picture below a folder, in the order of their names from there, byte by byte. Throws FileError where a folder cannot
/// be read, or a link leads back to one of the folders that it is in (`around`).
template <class Visit>
void each_picture_below(const std::filesystem::path& folder, const std::string& prefix, Visit&& visit,
                        std::vector<std::filesystem::path> around = {}) {
    std::error_code unknown;
    around.push_back(std::filesystem::canonical(folder, unknown));  // without an answer the folder cannot be read either
    if (!unknown && std::ranges::count(around, around.back()) > 1)
        throw FileError(folder.string(), "it is a link to a folder that it is in, " + around.back().string() +
                                             ", so its photographs would come again and again; remove it");
    std::vector<std::string> entries;  // folders end in a slash, so that they stand where their pictures do
    std::error_code error;
    for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        std::string name = at->path().filename().string();
        if (name.starts_with('.')) continue;
        if (at->is_directory(error))
            entries.push_back(std::move(name) + '/');
        else if (is_picture_name(name))
            entries.push_back(std::move(name));
        error.clear();  // a link to nothing is found out when it is read
    }
    if (error) throw FileError(folder.string(), "the folder cannot be read: " + error.message());
    std::ranges::sort(entries);
    for (std::string& entry : entries) {
        if (!entry.ends_with('/')) {
            visit(prefix + entry);
            continue;
        }
        each_picture_below(folder / entry.substr(0, entry.size() - 1), prefix + entry, visit, around);
    }
}

/// Numbers names of classes as they come; `finish` puts them in order.
class ClassNumbers {
public:
    explicit ClassNumbers(std::vector<std::string> given) : names_(std::move(given)), given_(!names_.empty()) {
        for (std::size_t n = 0; n < names_.size(); ++n)
            if (const auto [known, fresh] = numbers_.emplace(names_[n], static_cast<std::int32_t>(n)); !fresh)
                throw std::invalid_argument("denim: class_names: a name for each class was expected, but '" + names_[n] + "' is given to classes " +
                                            std::to_string(known->second) + " and " + std::to_string(n));
    }
    /// -1 where names were given and this is none of them.
    std::int32_t of(const std::string& name) {
        if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
        if (given_) return -1;
        names_.push_back(name);
        return numbers_.emplace(name, static_cast<std::int32_t>(names_.size() - 1)).first->second;
    }
    /// The names sorted, numbers by value, unless they were given; labels follow.
    std::vector<std::string> finish(std::vector<std::int32_t>& labels) {
        if (given_) return names_;
        std::vector<std::int32_t> order(names_.size()), place(names_.size());
        for (std::size_t n = 0; n < order.size(); ++n) order[n] = static_cast<std::int32_t>(n);
        const auto key = [&](std::int32_t n) -> std::pair<std::size_t, std::string_view> {
            const std::string& name = names_[static_cast<std::size_t>(n)];
            const bool number = !name.empty() && name.find_first_not_of("0123456789") == name.npos;
            return {number ? name.size() : ~std::size_t{0}, name};
        };
        std::ranges::sort(order, {}, key);
        std::vector<std::string> sorted;
        for (std::size_t n = 0; n < order.size(); ++n) {
            place[static_cast<std::size_t>(order[n])] = static_cast<std::int32_t>(n);
            sorted.push_back(names_[static_cast<std::size_t>(order[n])]);
        }
        for (std::int32_t& label : labels) label = place[static_cast<std::size_t>(label)];
        return sorted;
    }

private:
    std::vector<std::string> names_;
    bool given_;
    std::unordered_map<std::string, std::int32_t> numbers_;
};

/// The fields of the next line of a table with commas (RFC 4180), which is taken off `text`; false at its end. Quotes that nothing closes leave
/// no fields.
inline bool next_csv_line(std::string_view& text, std::vector<std::string>& fields) {
    fields.clear();
    if (text.empty()) return false;
    std::string field;
    std::size_t at = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char letter = text[at];
        if (quoted) {
            if (letter != '"')
                field += letter;
            else if (at + 1 < text.size() && text[at + 1] == '"')
                field += text[++at];
            else
                quoted = false;
        } else if (letter == '"' && field.empty()) {
            quoted = true;
        } else if (letter == ',') {
            fields.push_back(std::move(field));
            field.clear();
        } else if (letter == '\n') {
            ++at;
            break;
        } else {
            field += letter;
        }
    }
    if (field.ends_with('\r')) field.pop_back();
    fields.push_back(std::move(field));
    if (quoted) fields.clear();
    text.remove_prefix(at);
    return true;
}

}  // namespace detail

/// The pictures below a folder, by the endings of their names, hidden ones passed over. `class_of(name)` gives the class of one by its name from
/// the folder on, "shoes/boots/1.jpg"; empty: it is no part of the set. With `class_names` labels are places in these, and others are no part.
inline PhotographNames names_in_folder(const std::filesystem::path& folder, const std::function<std::string(const std::string&)>& class_of,
                                       std::vector<std::string> class_names = {}) {
    PhotographNames all;
    all.folder = folder;
    detail::ClassNumbers numbers{std::move(class_names)};
    detail::each_picture_below(folder, "", [&](const std::string& name) {
        const std::string of = class_of(name);
        const std::int32_t label = of.empty() ? -1 : numbers.of(of);
        if (label < 0) return;
        all.names.add(name);
        all.labels.push_back(label);
    });
    all.class_names = numbers.finish(all.labels);
    all.names.shrink();
    return all;
}

/// What a table (CSV) names, in its order: columns of the names `columns`, or the first two where its first line does not have these. Paths begin at
/// the table's folder. Throws FileError where a line has too few fields, where the first one is a header of other names, and for a table in UTF-16.
inline PhotographNames names_in_table(const std::filesystem::path& table, std::vector<std::string> class_names = {},
                                      const std::array<std::string, 2>& columns = {"path", "label"}) {
    PhotographNames all;
    all.folder = table.parent_path();
    detail::ClassNumbers numbers{std::move(class_names)};
    const std::vector<std::uint8_t> bytes = read_file(table);
    std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    if (text.find('\0') != text.npos)
        throw FileError(table.string(), "text was expected, UTF-8, but there are bytes of 0 in it; a table in UTF-16 is to be saved as UTF-8");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::size_t path = 0, label = 1;
    std::vector<std::string> fields;
    for (std::size_t line = 1; detail::next_csv_line(text, fields); ++line) {
        if (fields.size() == 1 && fields[0].empty()) continue;
        if (line == 1) {
            const auto first = std::ranges::find(fields, columns[0]), second = std::ranges::find(fields, columns[1]);
            if (first != fields.end() && second != fields.end()) {
                path = static_cast<std::size_t>(first - fields.begin());
                label = static_cast<std::size_t>(second - fields.begin());
                continue;
            }
        }
        if (fields.size() <= std::max(path, label) || fields[path].empty() || fields[label].empty())
            throw FileError(table.string(), "line " + std::to_string(line) + ": a path and a label were expected, as in \"shoes/1.jpg,shoes\"");
        std::error_code unknown;
        if (line == 1 && !detail::is_picture_name(std::filesystem::path{fields[0]}.filename().native()) &&
            !std::filesystem::exists(all.folder / fields[0], unknown))
            throw FileError(table.string(), "line 1: columns '" + columns[0] + "' and '" + columns[1] + "', or a photograph, were expected, but got '" +
                                                fields[0] + "' and '" + fields[1] + "'; names_in_table takes the names of the columns");
        const std::int32_t number = numbers.of(fields[label]);
        if (number < 0) continue;
        all.names.add(fields[path]);
        all.labels.push_back(number);
    }
    all.class_names = numbers.finish(all.labels);
    all.names.shrink();
    return all;
}

}  // namespace denim::inline DENIM_TARGET
