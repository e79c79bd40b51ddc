// SPDX-License-Identifier: MIT
#pragma once

// Data sets in files of arrays: an npz file as numpy.load reads it, with `images` uint8 (N, H, W, C) and `labels` int32 (N,), or two files, npy or
// IDX.

#include <denim/data/data_set.hpp>
#include <denim/format/npz.hpp>
#include <denim/format/row_reader.hpp>
#include <denim/machine/settings_record.hpp>

#include <mutex>

namespace denim::inline DENIM_TARGET {

/// Labelled pictures that stay in their file, for sets larger than memory: a PictureSource. Only the labels are read at once. Pictures are
/// quick to reach in any order where the file is not compressed (numpy.savez, numpy.save, convert_images, IDX that is not gzipped); a
/// compressed one goes only forward. Many threads may read. A file that is written while it is read from is a FileError.
class StreamedDataSet {
public:
    /// Opens an npz file; throws FileError if the arrays are missing or of another type or shape, or if a label names no class.
    explicit StreamedDataSet(const std::filesystem::path& path, std::vector<std::string> names = {});
    /// Opens two files, npy or IDX: pictures (N, H, W, C), or (N, H, W) of one channel, as bytes, and labels (N,) of whole numbers.
    StreamedDataSet(const std::filesystem::path& image_file, const std::filesystem::path& label_file, std::vector<std::string> names = {});

    std::vector<std::string> class_names;
    std::vector<std::int32_t> labels;

    [[nodiscard]] std::size_t size() const { return labels.size(); }
    [[nodiscard]] Shape shape() const { return shape_; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return labels[index]; }
    /// Whether pictures are compressed, so that they come quickly only one after the other.
    [[nodiscard]] bool forward() const { return images_->forward(); }
    /// A number that changes when the file is written.
    [[nodiscard]] std::uint64_t version(std::size_t /*index*/) const { return stamp_; }
    void read(std::size_t index, std::uint8_t* to) const {
        if (forward()) return read_many(index, index + 1, to);
        images_->read_one(index, std::as_writable_bytes(std::span{to, shape_.size()}));
        check_unchanged();
    }
    void describe(SettingsRecord& to) const { to("file", name_)("stamp", stamp_); }

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
        check_unchanged();
    }
    void check_unchanged() const {
        if (images_->stamp() != stamp_) fail("it was written while its pictures were read");
    }
    [[noreturn]] void fail(const std::string& sentence) const { throw FileError(name_, sentence); }
    void take(RowReader images, const AnyArray& label_array);

    static bool is_npy(const ByteSource& source) {
        std::array<std::byte, 1> start{};
        if (source.size() > 0) source.read(0, start);
        return start[0] == std::byte{0x93};
    }

    std::string name_;
    Shape shape_;
    std::uint64_t stamp_ = 0;
    std::unique_ptr<RowReader> images_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
};

inline void StreamedDataSet::take(RowReader images, const AnyArray& label_array) {
    images_ = std::make_unique<RowReader>(std::move(images));
    stamp_ = images_->stamp();
    const auto& extents = images_->shape();
    if (images_->type() != ElementType::uint8 || (extents.size() != 4 && extents.size() != 3))
        fail("images of uint8 (N, H, W, C), or (N, H, W), were expected, " + std::string{element_name(images_->type())} + " " +
             detail::shape_text(extents) + " came");
    if (label_array.shape.size() != 1 || label_array.shape[0] != extents[0])
        fail("labels of shape (" + std::to_string(extents[0]) + ",) were expected, one for each image, " +
             detail::shape_text(label_array.shape) + " came");
    labels = label_array.as<std::int32_t>();
    shape_ = {extents[1], extents[2], extents.size() == 4 ? extents[3] : 1};
    for (const std::int32_t label : labels)
        if (label < 0 || (!class_names.empty() && static_cast<std::size_t>(label) >= class_names.size()))
            fail((class_names.empty() ? "labels of at least 0" : "labels below " + std::to_string(class_names.size())) +
                 " were expected, one is " + std::to_string(label));
}

inline StreamedDataSet::StreamedDataSet(const std::filesystem::path& path, std::vector<std::string> names)
    : class_names(std::move(names)), name_(path.string()) {
    const Npz file{path};
    take(file.rows("images"), file.read("labels"));
}

inline StreamedDataSet::StreamedDataSet(const std::filesystem::path& image_file, const std::filesystem::path& label_file,
                                        std::vector<std::string> names)
    : class_names(std::move(names)), name_(image_file.string()) {
    ByteSource images{image_file};
    const ByteSource label_source{label_file};
    const AnyArray label_array = is_npy(label_source) ? read_npy(label_source) : read_idx(label_source);
    const bool npy = is_npy(images);
    take(npy ? RowReader{std::move(images)} : RowReader::of_idx(std::move(images)), label_array);
}

/// Reads a data set from an npz file into memory; see StreamedDataSet for what the file holds and what is an error.
inline DataSet read_data_set(const std::filesystem::path& path, std::vector<std::string> class_names = {}) {
    return StreamedDataSet{path, std::move(class_names)}.load();
}

}  // namespace denim::inline DENIM_TARGET
