// SPDX-License-Identifier: MIT
#pragma once

// The door to the operating system's files: whole reads and writes with errors that name the file.

#include <denim/machine/file_error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// The operating system's words for the last error.
inline std::string system_reason(int code = errno) { return std::generic_category().message(code); }

/// An open file, closed at the end of its life.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)), size_(other.size_) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(number_, other.number_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~FileDescriptor() { close(); }

    /// Opens a regular file for reading.
    static FileDescriptor open(const std::filesystem::path& path) {
        // Without O_NONBLOCK, opening a pipe waits for its writer.
        FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
        if (!file) throw FileError(path.string(), "cannot be opened for reading: " + system_reason());
        struct stat status;
        if (::fstat(file.number_, &status) != 0) throw FileError(path.string(), "cannot be examined: " + system_reason());
        if (!S_ISREG(status.st_mode)) throw FileError(path.string(), "a regular file was expected");
        file.size_ = static_cast<std::uint64_t>(status.st_size);
        return file;
    }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }
    /// Bytes of the file when it was opened.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Fills `to` from `offset` on, and says how many bytes the file had.
    std::size_t read(std::uint64_t offset, std::span<std::byte> to, const std::string& name) const {
        std::size_t done = 0;
        while (done < to.size()) {
            const auto count =
                ::pread(number_, to.data() + done, std::min(to.size() - done, largest_call), static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw FileError(name, "cannot be read: " + system_reason());
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    /// Writes all of `from` at `offset`.
    void write(std::uint64_t offset, std::span<const std::byte> from, const std::string& name) const {
        while (!from.empty()) {
            const auto count = ::pwrite(number_, from.data(), std::min(from.size(), largest_call), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) throw FileError(name, "cannot be written: " + system_reason(count == 0 ? ENOSPC : errno));
            from = from.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }

    /// False if closing brought a late error to light.
    bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    static constexpr std::size_t largest_call = std::size_t{1} << 30;
    int number_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
