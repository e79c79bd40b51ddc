// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>

#include <optional>

namespace denim::inline DENIM_TARGET::detail {

/// Where a name leads through symbolic links, be a file there yet or not.
inline std::filesystem::path behind_links(std::filesystem::path path) {
    const std::string name = path.string();
    std::error_code error;
    for (int links = 0; std::filesystem::is_symlink(path, error); ++links) {
        if (links == 40) throw FileError(name, "cannot be written: " + system_reason(ELOOP));
        path = path.parent_path() / std::filesystem::read_symlink(path, error);
    }
    return path;
}

/// The file that another one is about to take the place of, as far as the new one has to be like it.
class ReplacedFile {
public:
    /// Nothing where there is no such file yet. Throws FileError under `name` where there is something else, which nobody wants to
    /// lose to a file, or one that may not be written.
    static std::optional<ReplacedFile> at(const std::filesystem::path& path, const std::string& name) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) return std::nullopt;
        if (S_ISDIR(status.st_mode)) throw FileError(name, "cannot be written: it is a folder");
        if (!S_ISREG(status.st_mode))
            throw FileError(name, sentence("cannot be written: a regular file was expected, it is a ", kind_of_file(status.st_mode)));
        if (::access(path.c_str(), W_OK) != 0) throw FileError(name, "cannot be written: " + system_reason());
        return ReplacedFile{status.st_mode & 07777, status.st_uid, status.st_gid};
    }

    /// Gives the new file the mode, and the owner and the group where that is allowed. Where it keeps another group, that group may
    /// no more than everybody.
    void hand_over(const FileDescriptor& to) const {
        if (::fchown(to.number(), owner_, group_) != 0) static_cast<void>(::fchown(to.number(), ~uid_t{0}, group_));
        struct stat now {};
        if (::fstat(to.number(), &now) != 0) return;
        mode_t mode = mode_;
        if (now.st_uid != owner_) mode &= ~mode_t{S_ISUID};
        if (now.st_gid != group_) mode = (mode & ~mode_t{S_ISGID | S_IRWXG}) | (mode & (mode & S_IRWXO) << 3);
        static_cast<void>(::fchmod(to.number(), mode));
    }

private:
    ReplacedFile(mode_t mode, uid_t owner, gid_t group) : mode_(mode), owner_(owner), group_(group) {}

    mode_t mode_;
    uid_t owner_;
    gid_t group_;
};

}  // namespace denim::inline DENIM_TARGET::detail
