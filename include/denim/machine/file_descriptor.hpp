// SPDX-License-Identifier: MIT
#pragma once

// The door to the operating system's files: whole reads and writes with errors that name the file.

#include <denim/machine/file_error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// The operating system's words for the last error.
inline std::string system_reason(int code = errno) { return std::generic_category().message(code); }

/// "folder", "pipe", ...: what stands there in place of a regular file.
inline const char* kind_of_file(mode_t mode) {
    if (S_ISDIR(mode)) return "folder";
    return S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device";
}

/// 64 bits that change when a file is written: of its size and when it was written last.
inline std::uint64_t file_stamp(const struct stat& status) {
    const auto mix = [](std::uint64_t sum, auto part) { return (sum ^ static_cast<std::uint64_t>(part)) * 0x9E3779B97F4A7C15u; };
#if defined(__APPLE__)
    const auto& written = status.st_mtimespec;
#else
    const auto& written = status.st_mtim;
#endif
    std::uint64_t sum = mix(mix(mix(1, status.st_size), written.tv_sec), written.tv_nsec);
    return sum ^ sum >> 32;
}

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
        if (!S_ISREG(status.st_mode)) throw FileError(path.string(), std::string{"a regular file was expected, it is a "} + kind_of_file(status.st_mode));
        file.size_ = static_cast<std::uint64_t>(status.st_size);
        return file;
    }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }
    /// Bytes of the file when it was opened.
    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// See file_stamp; of the file as it is now.
    [[nodiscard]] std::uint64_t stamp(const std::string& name) const {
        struct stat status;
        if (::fstat(number_, &status) != 0) throw FileError(name, "cannot be examined: " + system_reason());
        return file_stamp(status);
    }

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

    /// Waits until all that was written is on the disk. A file system that cannot tell is no error: it is said once, on standard
    /// error.
    void sync(const std::string& name) const {
        int code = 0;
        do code = ::fsync(number_) == 0 ? 0 : errno;
        while (code == EINTR);
        if (code == 0) return;
        if (code != EINVAL && code != ENOSYS && code != EOPNOTSUPP && code != ENOTSUP && code != EROFS)
            throw FileError(name, "cannot be written: " + system_reason(code));
        static std::atomic_flag said;
        if (said.test_and_set()) return;
        std::fprintf(stderr, "denim: %s: its file system cannot sync files (%s); what is written may be lost if the machine stops\n",
                     name.c_str(), system_reason(code).c_str());
    }

    /// Claims the file for this opening of it, in this process or another, until it is closed (or the process ends). False where
    /// another opening has it, or the file system knows no locks.
    [[nodiscard]] bool claim() const {
        int done = 0;
        do done = ::flock(number_, LOCK_EX | LOCK_NB);
        while (done != 0 && errno == EINTR);
        return done == 0;
    }

    /// False if closing brought a late error to light.
    bool close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    static constexpr std::size_t largest_call = std::size_t{1} << 30;
    int number_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace denim::inline DENIM_TARGET::detail
