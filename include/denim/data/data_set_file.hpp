// SPDX-License-Identifier: MIT
#pragma once

// Data sets in npz files, as numpy.load reads them: `images` uint8 (N, H, W, C) and `labels` int32 (N,).

#include <denim/data/data_set.hpp>
#include <denim/format/npz.hpp>
#include <denim/format/row_reader.hpp>

#include <mutex>

namespace denim::inline DENIM_TARGET {

/// Labelled pictures that stay in their npz file, for sets larger than memory: only the labels are read at once. Pictures are
/// quick to reach in any order where the file is not compressed (numpy.savez, convert_images). Many threads may read.
class StreamedDataSet {
public:
    /// Opens a file; throws FileError if the arrays are missing or of another type or shape, or if a label names no class.
    explicit StreamedDataSet(const std::filesystem::path& path, std::vector<std::string> names = {});

    std::vector<std::string> class_names;
    std::vector<std::int32_t> labels;

    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] Shape shape() const { return shape_; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return labels[index]; }
    void read(std::size_t index, std::uint8_t* to) const { read_many(index, index + 1, to); }

    /// All of it in memory.
    [[nodiscard]] DataSet load() const {
        DataSet set = DataSet::with_room(size(), shape_, class_names);
        std::copy(labels.begin(), labels.end(), set.labels.begin());
        read_many(0, size(), set.images.data());
        return set;
    }

private:
    void read_many(std::size_t first, std::size_t last, std::uint8_t* to) const {
        const std::lock_guard lock{*mutex_};
        images_->read(first, last, std::as_writable_bytes(std::span{to, (last - first) * shape_.size()}));
    }

    Shape shape_;
    std::unique_ptr<RowReader> images_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

inline StreamedDataSet::StreamedDataSet(const std::filesystem::path& path, std::vector<std::string> names)
    : class_names(std::move(names)) {
    const Npz file{path};
    const auto fail = [&](const std::string& sentence) { throw FileError(path.string(), sentence); };
    const AnyArray label_array = file.read("labels");
    images_ = std::make_unique<RowReader>(file.rows("images"));
    const auto& extents = images_->shape();
    if (images_->type() != ElementType::uint8 || extents.size() != 4)
        fail("images of uint8 (N, H, W, C) were expected, " + std::string{element_name(images_->type())} + " " +
             detail::shape_text(extents) + " came");
    if (label_array.shape.size() != 1 || label_array.shape[0] != extents[0])
        fail("labels of shape (" + std::to_string(extents[0]) + ",) were expected, one for each image, " +
             detail::shape_text(label_array.shape) + " came");
    labels = label_array.as<std::int32_t>();
    shape_ = {extents[1], extents[2], extents[3]};
    for (const std::int32_t label : labels)
        if (label < 0 || (!class_names.empty() && static_cast<std::size_t>(label) >= class_names.size()))
            fail("labels below " + std::to_string(class_names.size()) + " were expected, one is " + std::to_string(label));
}

/// Reads a data set from an npz file into memory; see StreamedDataSet for what the file holds and what is an error.
inline DataSet read_data_set(const std::filesystem::path& path, std::vector<std::string> class_names = {}) {
    return StreamedDataSet{path, std::move(class_names)}.load();
}

}  // namespace denim::inline DENIM_TARGET
