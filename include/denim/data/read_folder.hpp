// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/data_set.hpp>
#include <denim/data/photograph_names.hpp>
#include <denim/data/scan_folder.hpp>
#include <denim/image/fit.hpp>
#include <denim/machine/read_file.hpp>
#include <denim/machine/threads.hpp>

namespace denim {

/// Which part of `category/subclass/photo` is the label.
enum class LabelOf { category, subclass };

/// What the labels are, and what becomes of files that cannot be read.
struct FolderOptions {
    LabelOf label = LabelOf::category;
    std::vector<std::string> class_names = {};   ///< labels in this order; empty: the folders' names, sorted
    std::vector<Rejection>* rejected = nullptr;  ///< takes what cannot be read; without it, the first such file is an error
    PictureLimits limits = {};
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Reads photographs from `folder/category/subclass/`, each fitted into a frame of `size` (see `fit`), in the order of their
/// names, on all threads. Labels are places in class_names; photographs of other classes are left out if a list is given.
///
///     DataSet photos = read_folder("photos", Size{120, 90});
inline DataSet read_folder(const std::filesystem::path& folder, Size size, const FolderOptions& options = {}) {
    FolderScan scan = scan_folder(folder);
    const auto name = [&](const FoundPhoto& photo) -> const std::string& {
        return options.label == LabelOf::category ? photo.category : photo.subclass;
    };
    static_cast<void>(detail::ClassNumbers{options.class_names});  // each name once
    std::vector<std::string> names = options.class_names;
    if (names.empty()) {
        for (const FoundPhoto& photo : scan.photos) names.push_back(name(photo));
        std::ranges::sort(names);
        names.erase(std::ranges::unique(names).begin(), names.end());
    }
    std::erase_if(scan.photos, [&](const FoundPhoto& photo) { return std::ranges::find(names, name(photo)) == names.end(); });

    DataSet set = DataSet::with_room(scan.photos.size(), {size.height, size.width, Picture::channels}, names);
    std::vector<std::string> reasons(scan.photos.size());
    parallel_for(scan.photos.size(), scan.photos.size() * 1'000'000, [&](std::size_t i) {
        try {
            detail::fit_into(set.picture(i), detail::decode_raster(read_file(scan.photos[i].path), options.limits), size, white,
                             Filter::bicubic);
        } catch (const PictureError& error) {
            reasons[i] = error.what();
        } catch (const FileError& error) {
            reasons[i] = reason_in(error, scan.photos[i].path);
        }
    });
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < scan.photos.size(); ++i) {
        set.labels(i) = static_cast<std::int32_t>(std::ranges::find(names, name(scan.photos[i])) - names.begin());
        set.sources.push_back(scan.photos[i].path.string());
        if (reasons[i].empty())
            good.push_back(i);
        else
            scan.rejected.push_back({scan.photos[i].path, reasons[i]});
    }
    if (options.rejected != nullptr)
        *options.rejected = scan.rejected;
    else if (!scan.rejected.empty())
        throw FileError(scan.rejected.front().path.string(), scan.rejected.front().reason);
    return good.size() == set.size() ? set : set.select(good);
}

}  // namespace denim::inline DENIM_TARGET
