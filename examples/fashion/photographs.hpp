// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/duplicates.hpp>
#include <denim/data/picture_store.hpp>
#include <denim/data/scan_folder.hpp>
#include <denim/image.hpp>
#include <denim/machine/threads.hpp>

#include "fashion/catalogue.hpp"
#include "fashion/memory_budget.hpp"
#include "fashion/progress.hpp"

#include <algorithm>

namespace fashion {

/// A photograph that was read: its file, its place among the kinds, its place in the store, and a fingerprint of its pixels.
struct Photograph {
    std::filesystem::path path;
    std::size_t kind = 0, place = 0;
    std::uint64_t fingerprint = 0;
};

/// Reads a photograph into a frame of `size`. The budget bounds what all threads use for the large ones; small files are read
/// in one go.
inline denim::Picture read_within(const std::filesystem::path& path, denim::Size size, MemoryBudget& budget) {
    constexpr std::size_t beginning = 1 << 16, largest = 1 << 30;
    std::vector<std::uint8_t> file = denim::read_file(path, beginning);
    const std::uintmax_t whole = std::filesystem::file_size(path);
    if (whole > largest) throw denim::PictureError("the file is larger than 1 GiB");
    std::size_t memory = largest;  // unless the header says less, such a picture is read while no other is
    try {
        memory = denim::examine(file).memory + static_cast<std::size_t>(whole);
    } catch (const denim::PictureError&) {
        // A JPEG's frame, or a PNM's sizes behind comments, may stand behind the beginning.
        if (file.size() == whole || denim::picture_kind(file).empty()) throw;
    }
    const MemoryBudget::Share share{budget, memory};
    if (file.size() != whole) file = denim::read_file(path);
    return denim::decode(file, size);
}

/// Why a photograph cannot be read, after putting it into `picture`; empty if it can.
inline std::string read_or_reason(const std::filesystem::path& path, denim::Size size, MemoryBudget& budget,
                                  denim::Picture& picture) {
    try {
        picture = read_within(path, size, budget);
        return {};
    } catch (const denim::PictureError& error) {
        return error.what();
    } catch (const denim::FileError& error) {
        return denim::reason_in(error, path);
    } catch (const std::filesystem::filesystem_error& error) {
        return "it cannot be examined: " + error.code().message();
    } catch (const std::bad_alloc&) {
        return "it takes more memory than there is";
    }
}

/// Files as they are, folders with all that lies in them, by name. Folders behind links are passed over; what cannot be a photograph, and a
/// folder that cannot be read, are among the files: who reads them is told why.
inline std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& named) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    const auto is_folder = [](const fs::path& path) {
        std::error_code error;
        return fs::is_directory(path, error);
    };
    const auto visit = [&](const auto& self, const fs::path& folder) -> void {
        std::vector<fs::path> entries;
        try {
            entries = denim::detail::sorted_entries(folder);
        } catch (const denim::FileError&) {
            return files.push_back(folder);
        }
        for (const fs::path& entry : entries) {
            std::error_code error;
            if (!is_folder(entry))
                files.push_back(entry);
            else if (!fs::is_symlink(entry, error))
                self(self, entry);
        }
    };
    for (const fs::path& path : named) {
        if (!is_folder(path)) {
            files.push_back(path);
            continue;
        }
        const auto first = static_cast<std::ptrdiff_t>(files.size());
        visit(visit, path);
        std::ranges::sort(files.begin() + first, files.end());
    }
    return files;
}

/// Reads all photographs of the catalogue below `folder` into `store`, on all threads; what cannot be read goes to `rejected`.
inline std::vector<Photograph> read_photographs(const std::filesystem::path& folder, denim::Size size,
                                                denim::PictureStore& store, std::vector<denim::Rejection>& rejected) {
    denim::FolderScan scan = denim::scan_folder(folder);
    rejected = std::move(scan.rejected);
    std::vector<Photograph> photographs;
    for (denim::FoundPhoto& photo : scan.photos)
        if (const auto kind = find_kind(photo.category, photo.subclass))
            photographs.push_back({std::move(photo.path), *kind, photographs.size()});
        else
            rejected.push_back({std::move(photo.path), "the catalogue has no " + photo.category + "/" + photo.subclass});

    std::vector<std::string> reasons(photographs.size());
    MemoryBudget budget{std::size_t{100} << 20};
    Progress progress{"photographs", photographs.size()};
    denim::parallel_for(photographs.size(), photographs.size() * 1'000'000, [&](std::size_t i) {
        denim::Picture picture;
        reasons[i] = read_or_reason(photographs[i].path, size, budget, picture);
        if (reasons[i].empty()) {
            photographs[i].fingerprint = denim::fingerprint(picture.pixels);
            store.write(i, picture.pixels.data());
        }
        progress.advance();
    });
    for (std::size_t i = 0; i < reasons.size(); ++i)
        if (!reasons[i].empty()) rejected.push_back({photographs[i].path, reasons[i]});
    std::erase_if(photographs, [&](const Photograph& photograph) { return !reasons[photograph.place].empty(); });
    return photographs;
}

}  // namespace fashion
