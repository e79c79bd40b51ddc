// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>
#include <denim/tensor/shape.hpp>

#include <array>
#include <cassert>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>

namespace denim::inline DENIM_TARGET {

/// Pictures of one shape, the first ones in memory and the others in a file without a name, for work on more of them than
/// memory holds. Many threads may read and write, each its own pictures; the file goes with the store. Throws FileError (no
/// right, full disk).
class PictureStore {
public:
    /// Makes the file in `folder`; at most `memory` bytes of pictures stay out of it.
    PictureStore(const std::filesystem::path& folder, Shape shape, std::size_t memory)
        : shape_(shape),
          kept_(memory / std::max<std::size_t>(shape.size(), 1)),
          memory_(std::make_unique_for_overwrite<std::uint8_t[]>(kept_ * shape.size())) {
        std::random_device random;
        std::filesystem::path path;
        do {
            std::array<char, 40> name{};
            std::snprintf(name.data(), name.size(), ".denim-%08x%08x.pictures", random(), random());
            path = folder / name.data();
            file_ = detail::FileDescriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
        } while (!file_ && errno == EEXIST);
        name_ = "pictures in " + folder.string();
        if (!file_) throw FileError(name_, "no file can be made there: " + detail::system_reason());
        ::unlink(path.c_str());
    }

    [[nodiscard]] Shape shape() const { return shape_; }

    void write(std::size_t index, const std::uint8_t* from) {
        check_owned();
        if (index < kept_) return static_cast<void>(std::memcpy(memory_.get() + index * shape_.size(), from, shape_.size()));
        file_.write(std::uint64_t{index} * shape_.size(), std::as_bytes(std::span{from, shape_.size()}), name_);
    }

    void read(std::size_t index, std::uint8_t* to) const {
        check_owned();
        if (index < kept_) return static_cast<void>(std::memcpy(to, memory_.get() + index * shape_.size(), shape_.size()));
        const auto room = std::as_writable_bytes(std::span{to, shape_.size()});
        if (file_.read(std::uint64_t{index} * shape_.size(), room, name_) != room.size())
            throw FileError(name_, "picture " + std::to_string(index) + " was asked for and never written");
    }

private:
    void check_owned() const { assert(file_ && "denim: this store of pictures was moved from: only let it go"); }

    Shape shape_;
    std::size_t kept_;
    std::unique_ptr<std::uint8_t[]> memory_;  // untouched pages cost nothing
    std::string name_;
    detail::FileDescriptor file_;
};

}  // namespace denim::inline DENIM_TARGET
