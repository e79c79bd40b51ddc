// SPDX-License-Identifier: MIT
#pragma once

// One array in the file format of the MNIST family, gzipped or not (http://yann.lecun.com/exdb/mnist): two zero bytes, the
// type, the number of axes, the extents and the elements, highest byte first.

#include <denim/format/any_array.hpp>
#include <denim/format/byte_stream.hpp>

#include <bit>

namespace denim::inline DENIM_TARGET {

namespace detail {

inline AnyArray read_idx_stream(ByteStream& stream, std::uint64_t most_bytes) {
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
    const std::size_t size = element_size(type->second);
    const auto bytes = checked_size(shape, size);
    if (!bytes || *bytes > most_bytes)
        stream.fail(sentence("the IDX file says that it holds ", element_name(type->second), ' ', shape_text(shape),
                             ", its size allows no more than ", most_bytes, " bytes"));
    AnyArray array{type->second, std::move(shape)};
    stream.read(array.bytes);
    stream.check_end();
    if (std::endian::native == std::endian::little) reverse_elements(array.bytes, size);
    return array;
}

}  // namespace detail

/// Reads an IDX file, for example train-images-idx3-ubyte.gz, as uint8 (60000, 28, 28). Throws FileError for everything else.
inline AnyArray read_idx(const ByteSource& source) {
    std::array<std::byte, 2> start{};
    if (source.size() >= start.size()) source.read(0, start);
    if (start[0] == std::byte{0x1f} && start[1] == std::byte{0x8b}) {
        detail::InflatedStream stream{source,        source.name(),        0,
                                      source.size(), detail::unknown_size, detail::InflatedStream::Wrapping::gzip};
        return detail::read_idx_stream(stream, source.size() * detail::largest_ratio);
    }
    detail::StoredStream stream{source, source.name(), 0, source.size()};
    return detail::read_idx_stream(stream, source.size());
}

}  // namespace denim::inline DENIM_TARGET
