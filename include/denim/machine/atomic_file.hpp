// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>
#include <denim/machine/replaced_file.hpp>

#include <array>
#include <cstdio>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A file that appears whole or not at all: bytes go to a temporary name in the same folder; `commit` syncs them to the disk
/// and renames. Until then an older file of the name stays as it was, and without `commit` nothing is left behind.
/// Through a symbolic link the link's target is written. The file keeps the mode, and where that is allowed the owner, of the one
/// that it replaces. Every error (no folder, no right, full disk, a name that leads to a folder, a device or a pipe) is a
/// FileError. The temporary file is locked as long as somebody writes it.
class AtomicFile {
public:
    explicit AtomicFile(const std::filesystem::path& path) : path_(path), name_(path.string()) {
        if (!path_.has_filename()) throw FileError(name_, "a file name was expected");
        const auto replaced = detail::ReplacedFile::at(path_, name_);
        path_ = detail::behind_links(path_);
        while (!open_temporary(replaced ? S_IRUSR | S_IWUSR : 0666)) {}
        if (replaced) replaced->hand_over(file_);
    }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile() { discard(); }

    /// The name that the file will have.
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Bytes written so far.
    [[nodiscard]] std::uint64_t size() const { return written_ + buffer_.size(); }

    /// Appends.
    void write(std::span<const std::byte> bytes) {
        if (buffer_.size() + bytes.size() > buffered) flush();
        if (bytes.size() >= buffered) {
            file_.write(written_, bytes, name_);
            written_ += bytes.size();
        } else {
            buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
        }
    }
    void write(std::string_view text) { write(std::as_bytes(std::span{text.data(), text.size()})); }

    /// Writes again what stands at `offset`, for sizes that are known late.
    void overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
        flush();
        file_.write(offset, bytes, name_);
    }

    /// Makes the file appear under its name; call it once, at the end.
    void commit() {
        flush();
        file_.sync(name_);
        const detail::FileDescriptor claimed{::dup(file_.number())};  // until the file has its name
        if (!file_.close()) throw FileError(name_, "cannot be written: " + detail::system_reason());
        if (::rename(temporary_.c_str(), path_.c_str()) != 0)
            throw FileError(name_, "cannot be given its name: " + detail::system_reason());
        temporary_.clear();
        // The new name reaches the disk with its folder; file systems that cannot sync folders do without.
        const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path{"."};
        const detail::FileDescriptor directory{::open(folder.c_str(), O_RDONLY | O_CLOEXEC)};
        if (directory) static_cast<void>(::fsync(directory.number()));
    }

    /// Throws a FileError where a file of this name could not be written now, and leaves nothing behind.
    static void try_writing(const std::filesystem::path& path) { const AtomicFile attempt{path}; }

    /// Removes the temporary files in a folder that nobody writes any more, of programs that were killed meanwhile. Those that
    /// another process, or this one, is writing stay.
    static void remove_abandoned(const std::filesystem::path& folder) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator{folder, ignored}) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with(".denim-") || !name.ends_with(".partial")) continue;
            const detail::FileDescriptor file{::open(entry.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
            struct stat status;
            if (file && ::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode) && file.claim())
                ::unlink(entry.path().c_str());
        }
    }

private:
    // False if the name was taken, or somebody who cleans up was here before the file was claimed: then another name.
    bool open_temporary(mode_t mode) {
        std::random_device random;
        std::array<char, 40> word{};
        std::snprintf(word.data(), word.size(), ".denim-%08x%08x.partial", random(), random());
        temporary_ = path_.parent_path() / word.data();
        file_ = detail::FileDescriptor{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
        if (!file_ && errno == EEXIST) return false;
        if (!file_) throw FileError(name_, "cannot be written into its folder: " + detail::system_reason());
        const bool claimed = file_.claim(), taken = !claimed && errno == EWOULDBLOCK;  // else there are no locks here
        struct stat status;
        return !taken && ::fstat(file_.number(), &status) == 0 && status.st_nlink > 0;
    }
    void flush() {
        file_.write(written_, buffer_, name_);
        written_ += buffer_.size();
        buffer_.clear();
    }
    void discard() noexcept {
        if (temporary_.empty()) return;
        file_.close();
        ::unlink(temporary_.c_str());
    }

    static constexpr std::size_t buffered = std::size_t{1} << 18;
    std::filesystem::path path_, temporary_;
    std::string name_;
    detail::FileDescriptor file_;
    std::uint64_t written_ = 0;
    std::vector<std::byte> buffer_;
};

}  // namespace denim::inline DENIM_TARGET
