// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/npy_header.hpp>
#include <denim/format/zip_writer.hpp>

namespace denim::inline DENIM_TARGET {

/// Writes an npz file array by array, and an array a few rows at a time, so that neither has to fit in memory:
///
///     NpzWriter file{"fashion.npz", Compression::deflated};
///     file.begin("images", ElementType::uint8, {count, 120, 90, 3});
///     while (...) file.append(AnyArrayView::of<std::uint8_t>(pixels, {rows, 120, 90, 3}));
///     file.write("labels", labels);
///     file.finish();
///
/// The file appears with `finish`; without it nothing is left behind.
class NpzWriter {
public:
    explicit NpzWriter(const std::filesystem::path& path, Compression compression = Compression::stored)
        : zip_(path), compression_(compression) {}

    /// A whole array.
    void write(const std::string& name, const AnyArrayView& array) {
        open(name, array.type, array.shape);
        zip_.write(array.bytes);
        end();
    }

    /// Begins an array of this shape; its rows (slices of the first axis) come through `append`.
    void begin(const std::string& name, ElementType type, std::vector<std::size_t> shape) {
        if (shape.empty())
            throw std::invalid_argument(zip_.name() + ": an array that is written by rows has at least one axis");
        open(name, type, std::move(shape));
        if (left_ == 0) end();
    }

    /// The next rows, of the type and row shape that `begin` said.
    void append(const AnyArrayView& rows) {
        if (!open_ || rows.type != type_ || rows.shape.size() != shape_.size() ||
            !std::equal(rows.shape.begin() + 1, rows.shape.end(), shape_.begin() + 1) || rows.shape[0] > left_)
            throw std::invalid_argument(detail::sentence(where(), "rows of ", expected(), " were expected, ",
                                                         element_name(rows.type), ' ', detail::shape_text(rows.shape),
                                                         " came"));
        zip_.write(rows.bytes);
        left_ -= rows.shape[0];
        if (left_ == 0) end();
    }

    /// Makes the file appear; throws std::logic_error if rows are missing.
    void finish() {
        whole();
        zip_.finish();
    }

private:
    void open(const std::string& name, ElementType type, std::vector<std::size_t> shape) {
        whole();
        const std::size_t bytes = detail::bytes_of(shape, type);
        const std::string header = npy_header(type, shape);
        zip_.begin(name + ".npy", header.size() + bytes, compression_);
        name_ = name, type_ = type, shape_ = std::move(shape), left_ = shape_.empty() ? 1 : shape_[0], open_ = true;
        zip_.write(std::as_bytes(std::span{header}));
    }
    void end() {
        zip_.end();
        open_ = false;
    }
    void whole() const {
        if (open_)
            throw std::logic_error(
                detail::sentence(where(), "all rows of ", expected(), " were expected, ", left_, " are missing"));
    }
    [[nodiscard]] std::string where() const { return zip_.name() + ", array " + detail::in_quotes(name_) + ": "; }
    [[nodiscard]] std::string expected() const {
        return open_ ? detail::sentence(element_name(type_), ' ', detail::shape_text(shape_)) : "no open array";
    }

    detail::ZipWriter zip_;
    Compression compression_;
    std::string name_;
    ElementType type_ = ElementType::float32;
    std::vector<std::size_t> shape_;
    std::size_t left_ = 0;  // rows
    bool open_ = false;
};

/// Writes arrays under their names, as numpy.savez or numpy.savez_compressed does.
inline void write_npz(const std::filesystem::path& path, const std::vector<NamedView>& arrays,
                      Compression compression = Compression::stored) {
    NpzWriter file{path, compression};
    for (const auto& [name, array] : arrays) file.write(name, array);
    file.finish();
}

}  // namespace denim::inline DENIM_TARGET
