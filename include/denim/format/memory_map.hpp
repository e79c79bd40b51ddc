// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>

#include <sys/mman.h>

namespace denim::inline DENIM_TARGET {

/// A whole file as read-only memory, loaded by the operating system page by page as it is touched. Whoever replaces the file
/// by renaming (as AtomicFile does) leaves the map whole; a file that is cut while it is mapped ends the program (SIGBUS).
class MemoryMap {
public:
    MemoryMap() = default;
    explicit MemoryMap(const std::filesystem::path& path) {
        const auto file = detail::FileDescriptor::open(path);
        if (file.size() == 0) return;
        const auto size = static_cast<std::size_t>(file.size());
        void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (memory == MAP_FAILED) throw FileError(path.string(), "cannot be mapped into memory: " + detail::system_reason());
        bytes_ = {static_cast<const std::byte*>(memory), size};
    }
    MemoryMap(MemoryMap&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    MemoryMap& operator=(MemoryMap&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MemoryMap() {
        if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    }

    /// Page-aligned, valid as long as the map lives.
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
    std::span<const std::byte> bytes_;
};

}  // namespace denim::inline DENIM_TARGET
