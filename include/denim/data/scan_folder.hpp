// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_error.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace denim {

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

}  // namespace denim

namespace denim::inline DENIM_TARGET {

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
