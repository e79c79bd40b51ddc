// SPDX-License-Identifier: MIT
#include "tuning/photo_folder.hpp"

#include "fashion/photographs.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tuning {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> parts_of(std::string_view text, char between) {
    std::vector<std::string> parts;
    for (std::size_t end = 0; end != text.npos;) {
        end = text.find(between);
        parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return parts;
}

}  // namespace

std::vector<std::string> levels_of(std::string_view kind) { return parts_of(kind, '/'); }

Words words_of(std::span<const std::string> kinds) {
    std::map<std::string, std::set<std::size_t>> having;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        std::string within;
        for (const std::string& level : levels_of(kinds[kind])) {
            having[within + level].insert(kind);
            for (const std::string& word : parts_of(level, '-')) having[within + word].insert(kind);
            within += level + '/';
        }
    }
    Words words(kinds.size());
    std::size_t count = 0;
    for (const auto& [word, some] : having) {
        if (some.size() < 2 || some.size() == kinds.size()) continue;
        for (const std::size_t kind : some) words[kind].push_back(count);
        ++count;
    }
    return words;
}

PhotoFolder read_photo_folder(const fs::path& folder, denim::Shape frame, std::vector<std::string> kinds) {
    PhotoFolder read{.frame = frame, .kinds = std::move(kinds)};
    struct Found {
        fs::path path;
        std::string kind;
    };
    std::vector<Found> found;
    std::vector<fs::path> around;  // a link may lead back to one of the folders that it is in
    const auto visit = [&](const auto& self, const fs::path& at, const std::string& kind) -> void {
        std::error_code unknown;
        const fs::path real = fs::canonical(at, unknown);
        if (!unknown && std::ranges::find(around, real) != around.end()) {
            read.rejected.push_back({at, "it is a link to a folder that it is in, so its photographs would come again and again"});
            return;
        }
        std::vector<fs::path> entries;
        try {
            entries = denim::detail::sorted_entries(at);
        } catch (const denim::FileError& error) {
            if (kind.empty()) throw;
            read.rejected.push_back({at, denim::reason_in(error, at)});
        }
        around.push_back(real);
        for (const fs::path& entry : entries) {
            const std::string name = entry.filename().native();
            if (name.starts_with('.')) continue;
            std::error_code error;
            if (fs::is_directory(entry, error) && denim::is_utf8(name)) {
                self(self, entry, kind.empty() ? name : kind + "/" + name);
                continue;
            }
            std::string reason = denim::detail::reason_against(entry);
            if (reason.empty() && kind.empty()) reason = "it is in no folder that would be its label";
            if (reason.empty())
                found.push_back({entry, kind});
            else
                read.rejected.push_back({entry, std::move(reason)});
        }
        around.pop_back();
    };
    visit(visit, folder, "");

    read.pixels.resize(found.size() * frame.size());
    std::vector<std::string> reasons(found.size());
    fashion::MemoryBudget budget{std::size_t{100} << 20};
    denim::parallel_for(found.size(), found.size() * 1'000'000, [&](std::size_t n) {
        denim::Picture picture;
        reasons[n] = fashion::read_or_reason(found[n].path, denim::Size{frame.height, frame.width}, budget, picture);
        if (reasons[n].empty()) std::ranges::copy(picture.pixels, read.pixels.begin() + static_cast<std::ptrdiff_t>(n * frame.size()));
    });
    std::vector<std::string> others;
    for (std::size_t n = 0; n < found.size(); ++n)
        if (reasons[n].empty() && std::ranges::find(read.kinds, found[n].kind) == read.kinds.end()) others.push_back(found[n].kind);
    std::ranges::sort(others);
    others.erase(std::ranges::unique(others).begin(), others.end());
    read.kinds.insert(read.kinds.end(), others.begin(), others.end());
    for (std::size_t n = 0; n < found.size(); ++n) {
        if (!reasons[n].empty()) {
            read.rejected.push_back({found[n].path, reasons[n]});
            continue;
        }
        const auto to = read.pixels.begin() + static_cast<std::ptrdiff_t>(read.size() * frame.size());
        std::copy_n(read.pixels.begin() + static_cast<std::ptrdiff_t>(n * frame.size()), frame.size(), to);
        read.paths.push_back(found[n].path);
        read.labels.push_back(static_cast<std::int32_t>(std::ranges::find(read.kinds, found[n].kind) - read.kinds.begin()));
    }
    read.pixels.resize(read.size() * frame.size());
    return read;
}

}  // namespace tuning
