// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>

#include <string_view>

namespace denim::inline DENIM_TARGET {

/// Appends a text to a file of `size` bytes and syncs it. Gives false, and the file stays as it is, where it has another size or is
/// no regular file; throws FileError where it cannot be written, and then it has its old size again.
inline bool append_to_file(const std::filesystem::path& path, std::uint64_t size, std::string_view text) {
    const detail::FileDescriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat status;
    if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) != size)
        return false;
    try {
        file.write(size, std::as_bytes(std::span{text.data(), text.size()}), path.string());
        file.sync(path.string());
    } catch (const FileError&) {
        static_cast<void>(!::ftruncate(file.number(), static_cast<off_t>(size)));
        throw;
    }
    return true;
}

}  // namespace denim::inline DENIM_TARGET
