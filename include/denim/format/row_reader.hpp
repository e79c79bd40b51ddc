// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/idx.hpp>
#include <denim/format/npy_header.hpp>

#include <cassert>
#include <memory>

namespace denim::inline DENIM_TARGET {

/// Reads rows (slices of the first axis) of an npy file, or of an array in an npz file, that need not fit in memory. Any rows
/// of a stored array are read from where they are; a compressed one is unpacked up to them, so go forward. The checksum is
/// compared with the last row, unless rows of a stored array were left out.
class RowReader {
public:
    /// The rows of an npy file.
    explicit RowReader(ByteSource source) : source_(std::make_shared<const ByteSource>(std::move(source))) {
        stream_ = std::make_unique<detail::StoredStream>(*source_, source_->name(), 0, source_->size());
        begin();
    }
    /// The rows of what `stream`, which reads from `source`, gives.
    RowReader(std::shared_ptr<const ByteSource> source, std::unique_ptr<detail::ByteStream> stream)
        : source_(std::move(source)), stream_(std::move(stream)) {
        begin();
    }

    /// The rows of an IDX file, gzipped or not.
    static RowReader of_idx(ByteSource source) { return RowReader{std::make_shared<const ByteSource>(std::move(source))}; }

    [[nodiscard]] ElementType type() const { return header_.type; }
    /// Of the whole array.
    [[nodiscard]] const std::vector<std::size_t>& shape() const { return header_.shape; }
    [[nodiscard]] std::size_t rows() const { return header_.shape.front(); }
    [[nodiscard]] std::size_t row_bytes() const { return row_; }
    /// Whether rows come quickly only one after the other, as they are compressed.
    [[nodiscard]] bool forward() const { return !stream_->place(); }
    /// Where the first row stands in the file, unless it is compressed.
    [[nodiscard]] std::optional<std::uint64_t> first_byte() const {
        const auto place = stream_->place();
        return place ? std::optional{*place + start_} : std::nullopt;
    }
    /// Whether the file has the other byte order than this machine.
    [[nodiscard]] bool swapped() const { return header_.swapped; }
    /// A number that changes when the file is written.
    [[nodiscard]] std::uint64_t stamp() const { return source_->stamp(); }

    /// One row of an array that is not compressed, for any number of threads at once; the checksum of an archive is not compared. Throws
    /// std::logic_error where the array is compressed.
    void read_one(std::size_t row, std::span<std::byte> to) const {
        check(row, row + 1);
        const auto place = stream_->place();
        if (!place) throw std::logic_error(detail::sentence(stream_->name(), ": rows of a compressed array were asked for in any order"));
        if (to.size() != row_)
            throw std::invalid_argument(detail::sentence(stream_->name(), ": a row takes ", row_, " bytes, there is room for ", to.size()));
        source_->read(*place + start_ + row * row_, to);
        if (header_.swapped) detail::reverse_elements(to, element_size(header_.type));
    }

    /// Rows `first` to `last`, without the last; throws std::out_of_range if there are fewer.
    AnyArray read(std::size_t first, std::size_t last) {
        check(first, last);
        std::vector<std::size_t> part = header_.shape;
        part.front() = last - first;
        AnyArray array{header_.type, std::move(part)};
        read(first, last, array.bytes);
        return array;
    }

    /// The same into `to`, which has room for them exactly.
    void read(std::size_t first, std::size_t last, std::span<std::byte> to) {
        check(first, last);
        if (to.size() != (last - first) * row_)
            throw std::invalid_argument(detail::sentence(stream_->name(), ": ", last - first, " rows take ",
                                                         (last - first) * row_, " bytes, there is room for ", to.size()));
        if (to.empty()) return;
        stream_->seek(start_ + first * row_);
        stream_->read(to);
        if (last == rows() && stream_->size() == detail::unknown_size) stream_->check_end();
        if (header_.swapped) detail::reverse_elements(to, element_size(header_.type));
    }

private:
    explicit RowReader(std::shared_ptr<const ByteSource> idx) : source_(std::move(idx)) {
        auto [stream, most_bytes] = detail::open_idx(*source_);
        stream_ = std::move(stream);
        detail::IdxHeader header = detail::read_idx_header(*stream_);
        detail::check_idx_size(header, *stream_, most_bytes);
        start_ = stream_->position();
        header_ = {header.type, std::endian::native == std::endian::little && element_size(header.type) > 1, false, std::move(header.shape)};
        if (const std::uint64_t wanted = header_.bytes(); !forward() && stream_->size() - start_ != wanted)
            stream_->fail(detail::sentence(wanted, " bytes were expected behind the IDX header, ", stream_->size() - start_, " came"));
        row_ = rows() == 0 ? 0 : header_.bytes() / rows();
    }
    void begin() {
        header_ = read_npy_header(*stream_);
        start_ = stream_->position();
        if (header_.shape.empty()) stream_->fail("an array with rows was expected, a single number came");
        if (header_.fortran_order && header_.shape.size() > 1)
            stream_->fail("an array in C order was expected: in Fortran order no row stands together");
        if (const std::uint64_t wanted = header_.bytes(); stream_->size() - start_ != wanted)
            stream_->fail(detail::sentence(wanted, " bytes of ", element_name(header_.type), ' ',
                                           detail::shape_text(header_.shape), " were expected behind the npy header, ",
                                           stream_->size() - start_, " came"));
        row_ = rows() == 0 ? 0 : header_.bytes() / rows();
    }
    void check(std::size_t first, std::size_t last) const {
        assert(stream_ && "denim: this reader of rows was moved from: only assign to it, or let it go");
        if (first > last || last > rows())
            throw std::out_of_range(
                detail::sentence(stream_->name(), ": rows ", first, " to ", last, " were asked for, the array has ", rows()));
    }

    std::shared_ptr<const ByteSource> source_;
    std::unique_ptr<detail::ByteStream> stream_;
    NpyHeader header_;
    std::uint64_t start_ = 0;
    std::size_t row_ = 0;
};

}  // namespace denim::inline DENIM_TARGET
