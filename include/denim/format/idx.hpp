// SPDX-License-Identifier: MIT
#pragma once

// One array in the file format of the MNIST family, gzipped or not (http://yann.lecun.com/exdb/mnist): two zero bytes, the
// type, the number of axes, the extents and the elements, highest byte first.

#include <denim/format/any_array.hpp>
#include <denim/format/byte_stream.hpp>

#include <bit>
#include <memory>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

struct IdxHeader {
    ElementType type = ElementType::uint8;
    std::vector<std::size_t> shape = {};
};

/// Reads what stands in front of the elements.
DENIM_ONCE IdxHeader read_idx_header(ByteStream& stream);

/// Throws FileError unless an array of this header fits into `most_bytes`.
DENIM_ONCE void check_idx_size(const IdxHeader& header, const ByteStream& stream, std::uint64_t most_bytes);

DENIM_ONCE AnyArray read_idx_stream(ByteStream& stream, std::uint64_t most_bytes);

DENIM_ONCE bool is_gzip(const ByteSource& source);

/// The bytes of an IDX file, unpacked where they are gzipped, and how many these may be.
DENIM_ONCE std::pair<std::unique_ptr<ByteStream>, std::uint64_t> open_idx(const ByteSource& source);

}  // namespace detail

/// Reads an IDX file, for example train-images-idx3-ubyte.gz, as uint8 (60000, 28, 28). Throws FileError for everything else.
DENIM_ONCE AnyArray read_idx(const ByteSource& source);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE IdxHeader read_idx_header(ByteStream& stream) {
    std::array<std::byte, 4> start{};
    stream.read(start);
    if (start[0] != std::byte{0} || start[1] != std::byte{0})
        stream.fail("an IDX file was expected, its first two bytes are not zero");
    using enum ElementType;
    static constexpr std::pair<int, ElementType> known[] = {{0x08, uint8}, {0x09, int8},    {0x0b, int16},
                                                            {0x0c, int32}, {0x0d, float32}, {0x0e, float64}};
    const auto code = std::to_integer<int>(start[2]);
    const auto* const type = std::ranges::find(known, code, &std::pair<int, ElementType>::first);
    if (type == std::end(known)) stream.fail(sentence("an IDX type of 8, 9 or 11 to 14 was expected, ", code, " came"));
    std::vector<std::size_t> shape(std::to_integer<std::size_t>(start[3]));
    if (shape.empty()) stream.fail("an IDX file with at least one axis was expected");
    for (std::size_t& extent : shape) {
        std::array<std::byte, 4> field{};
        stream.read(field);
        std::ranges::reverse(field);
        extent = little_endian<std::uint32_t>(field.data());
    }
    return {type->second, std::move(shape)};
}

DENIM_ONCE void check_idx_size(const IdxHeader& header, const ByteStream& stream, std::uint64_t most_bytes) {
    const auto bytes = checked_size(header.shape, element_size(header.type));
    if (!bytes || *bytes > most_bytes)
        stream.fail(sentence("the IDX file says that it holds ", element_name(header.type), ' ', shape_text(header.shape),
                             ", its size allows no more than ", most_bytes, " bytes"));
}

DENIM_ONCE AnyArray read_idx_stream(ByteStream& stream, std::uint64_t most_bytes) {
    IdxHeader header = read_idx_header(stream);
    check_idx_size(header, stream, most_bytes);
    AnyArray array{header.type, std::move(header.shape)};
    stream.read(array.bytes);
    stream.check_end();
    if (std::endian::native == std::endian::little) reverse_elements(array.bytes, element_size(array.type));
    return array;
}

DENIM_ONCE bool is_gzip(const ByteSource& source) {
    std::array<std::byte, 2> start{};
    if (source.size() >= start.size()) source.read(0, start);
    return start[0] == std::byte{0x1f} && start[1] == std::byte{0x8b};
}

DENIM_ONCE std::pair<std::unique_ptr<ByteStream>, std::uint64_t> open_idx(const ByteSource& source) {
    if (is_gzip(source))
        return {std::make_unique<InflatedStream>(source, source.name(), 0, source.size(), unknown_size, InflatedStream::Wrapping::gzip),
                source.size() * largest_ratio};
    return {std::make_unique<StoredStream>(source, source.name(), 0, source.size()), source.size()};
}

}  // namespace detail

DENIM_ONCE AnyArray read_idx(const ByteSource& source) {
    const auto [stream, most_bytes] = detail::open_idx(source);
    return detail::read_idx_stream(*stream, most_bytes);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
