// SPDX-License-Identifier: MIT
#pragma once

// One array in a file, as numpy.save writes it.

#include <denim/format/npy_header.hpp>
#include <denim/machine/atomic_file.hpp>

#include <numeric>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Reads an npy file that fills the stream to its end.
DENIM_ONCE AnyArray read_npy_stream(ByteStream& stream);

}  // namespace detail

/// Reads what numpy.save wrote: bool, integers, floats of 16, 32 and 64 bits, either byte order, C or Fortran order (the
/// array comes in C order). Throws FileError for everything else.
DENIM_ONCE AnyArray read_npy(const ByteSource& source);

/// Writes what numpy.load reads, byte for byte as numpy.save does.
DENIM_ONCE void write_npy(const std::filesystem::path& path, const AnyArrayView& array);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

/// The same elements, first axis slowest instead of first axis fastest.
inline void fortran_to_c(AnyArray& array) {
    const std::size_t rank = array.shape.size(), size = element_size(array.type);
    if (rank < 2 || array.bytes.empty()) return;
    std::vector<std::size_t> strides(rank, size), index(rank, 0);
    for (std::size_t axis = 1; axis < rank; ++axis) strides[axis] = strides[axis - 1] * array.shape[axis - 1];
    std::vector<std::byte> ordered(array.bytes.size());
    const std::size_t inner = array.shape.back(), step = strides.back();
    std::byte* to = ordered.data();
    for (const std::byte* const end = to + ordered.size(); to != end;) {
        const std::byte* from =
            array.bytes.data() + std::inner_product(index.begin(), index.end(), strides.begin(), std::size_t{0});
        for (std::size_t i = 0; i < inner; ++i, to += size, from += step) std::memcpy(to, from, size);
        for (std::size_t axis = rank - 1; axis-- > 0 && ++index[axis] == array.shape[axis];) index[axis] = 0;
    }
    array.bytes = std::move(ordered);
}

DENIM_ONCE AnyArray read_npy_stream(ByteStream& stream) {
    const NpyHeader header = read_npy_header(stream);
    if (const std::uint64_t wanted = header.bytes(); stream.size() - stream.position() != wanted)
        stream.fail(sentence(wanted, " bytes of ", element_name(header.type), ' ', shape_text(header.shape),
                             " were expected behind the npy header, ", stream.size() - stream.position(), " came"));
    AnyArray array{header.type, header.shape};
    stream.read(array.bytes);
    stream.check_end();
    if (header.swapped) reverse_elements(array.bytes, element_size(array.type));
    if (header.fortran_order) fortran_to_c(array);
    return array;
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE AnyArray read_npy(const ByteSource& source) {
    detail::StoredStream stream{source, source.name(), 0, source.size()};
    return detail::read_npy_stream(stream);
}

DENIM_ONCE void write_npy(const std::filesystem::path& path, const AnyArrayView& array) {
    const std::string header = npy_header(array.type, array.shape);
    AtomicFile file{path};
    file.write(header);
    file.write(array.bytes);
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
