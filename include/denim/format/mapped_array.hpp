// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/memory_map.hpp>
#include <denim/format/npz.hpp>
#include <denim/format/row_reader.hpp>
#include <denim/tensor/array.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// The array of an npy or IDX file, or one of an npz file, as it lies on disk: the operating system loads pages as they are touched and lets go of
/// them when memory is short. Throws FileError where its numbers are of another type or rank, compressed, of the other byte order or not aligned.
/// A file that is cut while it is mapped ends the program (see MemoryMap); one that is replaced by renaming stays as it was.
///
///     const MappedArray<std::uint8_t, 4> images{"images.npy"};
///     fit(network, images.array(), labels, {.epochs = 5});
template <class Number, std::size_t Rank>
class MappedArray {
public:
    explicit MappedArray(const std::filesystem::path& path) : map_(path) {
        const std::string name = path.string();
        const auto bytes = map_.bytes();
        const bool npy = !bytes.empty() && bytes[0] == std::byte{0x93};
        take(npy ? RowReader{ByteSource{name, bytes}} : RowReader::of_idx(ByteSource{name, bytes}), name);
    }
    /// An array of an npz file, by its name.
    MappedArray(const std::filesystem::path& path, std::string_view array) : map_(path) {
        take(Npz{ByteSource{path.string(), map_.bytes()}}.rows(array), path.string() + ", array " + std::string{array});
    }

    /// A view, as long as this lives.
    [[nodiscard]] auto array() const { return view(numbers_, extents_); }

private:
    void take(const RowReader& rows, const std::string& name) {
        const auto fail = [&](const std::string& what) { throw FileError(name, what); };
        if (rows.type() != element_type<Number> || rows.shape().size() != Rank)
            fail("an array of " + std::string{element_name(element_type<Number>)} + " with " + std::to_string(Rank) + " axes was expected, " +
                 std::string{element_name(rows.type())} + " " + detail::shape_text(rows.shape()) + " came");
        const std::optional<std::uint64_t> first = rows.first_byte();
        if (!first || rows.swapped()) fail("an array that is not compressed, in this machine's byte order, was expected");
        std::copy_n(rows.shape().begin(), Rank, extents_.begin());
        const std::byte* const at = map_.bytes().data() + *first;
        if (reinterpret_cast<std::uintptr_t>(at) % alignof(Number) != 0)
            fail("numbers at a multiple of " + std::to_string(alignof(Number)) + " bytes were expected; an npy file has them there");
        numbers_ = reinterpret_cast<const Number*>(at);
    }

    MemoryMap map_;
    const Number* numbers_ = nullptr;
    std::array<std::size_t, Rank> extents_{};
};

}  // namespace denim::inline DENIM_TARGET
