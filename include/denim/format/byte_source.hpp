// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>

#include <cstring>
#include <string_view>

namespace denim::inline DENIM_TARGET {

/// Bytes that readers can ask for at any place: a file, or memory that someone else owns and keeps.
class ByteSource {
public:
    /// A file; throws FileError if it cannot be opened or is none.
    ByteSource(const std::filesystem::path& path) : name_(path.string()), file_(detail::FileDescriptor::open(path)) {}
    ByteSource(const char* path) : ByteSource(std::filesystem::path{path}) {}
    ByteSource(const std::string& path) : ByteSource(std::filesystem::path{path}) {}
    /// Memory; `name` stands for it in messages.
    ByteSource(std::string name, std::span<const std::byte> memory) : name_(std::move(name)), memory_(memory) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t size() const { return file_ ? file_.size() : memory_.size(); }

    /// A number that changes when the file is written; 0 of memory.
    [[nodiscard]] std::uint64_t stamp() const { return file_ ? file_.stamp(name_) : 0; }

    /// Fills `to` with the bytes from `offset` on; throws FileError if the source ends before.
    void read(std::uint64_t offset, std::span<std::byte> to) const {
        if (offset > size() || to.size() > size() - offset)
            fail(detail::sentence("bytes ", offset, " to ", offset + to.size(), " were expected, the file ends at ", size()));
        if (to.empty()) return;
        if (!file_)
            std::memcpy(to.data(), memory_.data() + offset, to.size());
        else if (file_.read(offset, to, name_) != to.size())
            fail("the file became shorter while it was read");
    }

    [[noreturn]] void fail(std::string_view sentence) const { throw FileError(name_, sentence); }

private:
    std::string name_;
    detail::FileDescriptor file_;
    std::span<const std::byte> memory_;
};

namespace detail {

/// The unsigned number that stands at `bytes`, lowest byte first.
template <class Unsigned>
Unsigned little_endian(const std::byte* bytes) {
    Unsigned value = 0;
    for (std::size_t i = sizeof(Unsigned); i-- > 0;)
        value = static_cast<Unsigned>(value << 8 | static_cast<Unsigned>(bytes[i]));
    return value;
}

/// Turns each element of `size` bytes around, from the other byte order to this one.
inline void reverse_elements(std::span<std::byte> bytes, std::size_t size) {
    if (size < 2) return;
    for (std::size_t at = 0; at + size <= bytes.size(); at += size) std::ranges::reverse(bytes.subspan(at, size));
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
