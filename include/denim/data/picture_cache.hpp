// SPDX-License-Identifier: MIT
#pragma once

// Decoded pictures in one file on disk: a head of 64 bytes (a sign, the shape, bytes or floats), then a slot for each picture: its numbers, the
// key by which it is known again, the version of what it was decoded from, and a sum over all three. A slot whose sum is wrong holds nothing:
// so a program that is killed leaves a file that is whole, and programs that write one file at once write the same or spoil no more than a slot.

#include <denim/data/picture_source.hpp>
#include <denim/machine/atomic_file.hpp>
#include <denim/machine/content_sum.hpp>
#include <denim/machine/threads.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The file, which knows no source. Many threads, and programs, may read and write at once.
class PictureCacheFile {
public:
    /// Opens a file, or makes it, for pictures of these keys. Throws FileError where a file is there that is no cache of such pictures.
    PictureCacheFile(const std::filesystem::path& path, Shape shape, bool of_bytes, std::span<const std::uint64_t> keys)
        : name_(path.string()),
          picture_bytes_(shape.size() * (of_bytes ? 1 : sizeof(float))),
          head_{sign, shape.height, shape.width, shape.channels, of_bytes} {
        if (!std::filesystem::exists(path)) {
            AtomicFile file{path};
            file.write(std::as_bytes(std::span{head_}));
            file.commit();
        }
        file_ = detail::FileDescriptor{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK)};
        if (!file_) throw FileError(name_, "the cache cannot be opened: " + detail::system_reason());
        std::array<std::uint64_t, 8> there{};
        if (file_.read(0, std::as_writable_bytes(std::span{there}), name_) != sizeof there || there[0] != sign)
            throw FileError(name_, "a cache of decoded pictures was expected; take another name, nothing of this file was changed");
        if (there != head_)
            throw FileError(name_, "the cache has pictures of shape " + to_string(Shape{there[1], there[2], there[3]}) +
                                       (there[4] ? "" : " as floats") + ", but this source gives " + to_string(shape) +
                                       (of_bytes ? "" : " as floats") + "; take another file for each size");
        find_slots(keys);
    }

    /// False where the file has not this picture in this version, whole.
    bool read(std::size_t index, std::uint64_t key, std::uint64_t version, void* to) const {
        thread_local std::vector<std::byte> slot;
        slot.resize(slot_bytes());
        if (file_.read(place(index), slot, name_) != slot.size()) return false;
        if (tag_of(slot) != Tag{key, version, sum_of(slot, key, version)}) return false;
        std::memcpy(to, slot.data(), picture_bytes_);
        return true;
    }
    /// Writes one picture. A full disk, or another reason why the file does not take it, is said once, and nothing more is written.
    void write(std::size_t index, std::uint64_t key, std::uint64_t version, const void* from) const {
        if (full_) return;
        thread_local std::vector<std::byte> slot;
        slot.resize(slot_bytes());
        std::memcpy(slot.data(), from, picture_bytes_);
        const Tag tag{key, version, sum_of(slot, key, version)};
        std::memcpy(slot.data() + picture_bytes_, &tag, sizeof tag);
        try {
            file_.write(place(index), slot, name_);
        } catch (const FileError& error) {
            if (!full_.exchange(true)) std::fprintf(stderr, "denim: %s; pictures are decoded anew in each epoch\n", error.what());
        }
    }

private:
    struct Tag {
        std::uint64_t key, version, sum;

        friend bool operator==(const Tag&, const Tag&) = default;
    };
    static constexpr std::uint64_t sign = 0x31306369'706e6564;  // "denpic01"

    [[nodiscard]] std::size_t slot_bytes() const { return picture_bytes_ + sizeof(Tag); }
    [[nodiscard]] std::uint64_t place(std::size_t index) const { return sizeof head_ + std::uint64_t{slots_[index]} * slot_bytes(); }
    [[nodiscard]] Tag tag_of(std::span<const std::byte> slot) const {
        Tag tag{};
        std::memcpy(&tag, slot.data() + picture_bytes_, sizeof tag);
        return tag;
    }
    [[nodiscard]] std::uint64_t sum_of(std::span<const std::byte> slot, std::uint64_t key, std::uint64_t version) const {
        const std::uint64_t parts[] = {xxh64(slot.first(picture_bytes_)), key, version};
        return xxh64(std::as_bytes(std::span{parts}));
    }

    // A picture that the file has keeps its slot; others take those that none of these pictures has, and then new ones.
    void find_slots(std::span<const std::uint64_t> keys) {
        struct stat status;
        if (::fstat(file_.number(), &status) != 0) throw FileError(name_, "cannot be examined: " + detail::system_reason());
        const std::uint64_t there = (static_cast<std::uint64_t>(status.st_size) - sizeof head_) / slot_bytes();
        constexpr std::uint32_t none = ~std::uint32_t{0};
        slots_.assign(keys.size(), none);
        std::vector<std::uint32_t> spare;
        if (there > 0) {
            std::unordered_map<std::uint64_t, std::uint32_t> places;
            places.reserve(keys.size());
            for (std::size_t index = 0; index < keys.size(); ++index) places.emplace(keys[index], static_cast<std::uint32_t>(index));
            for (std::uint64_t slot = 0; slot < there; ++slot) {
                std::uint64_t key = 0;
                file_.read(sizeof head_ + slot * slot_bytes() + picture_bytes_, std::as_writable_bytes(std::span{&key, 1}), name_);
                const auto found = places.find(key);
                if (found != places.end() && slots_[found->second] == none)
                    slots_[found->second] = static_cast<std::uint32_t>(slot);
                else
                    spare.push_back(static_cast<std::uint32_t>(slot));
            }
        }
        std::size_t next = 0, fresh = there;
        for (std::uint32_t& slot : slots_)
            if (slot == none) slot = next < spare.size() ? spare[next++] : static_cast<std::uint32_t>(fresh++);
    }

    std::string name_;
    std::size_t picture_bytes_;
    std::array<std::uint64_t, 8> head_;
    detail::FileDescriptor file_;
    std::vector<std::uint32_t> slots_;  // of each picture
    mutable std::atomic<bool> full_ = false;
};

/// A source whose pictures are decoded once and then come from a cache on disk: itself a PictureSource, with the same numbers. A picture whose
/// file has changed since is decoded again. Where a source goes only forward all of it is read at once, and afterwards pictures come in any order.
///
///     const Photographs photos{"photos", Size{224, 224}};
///     const CachedSource cached{photos, "photos.cache"};    // 150 kB a picture
template <PictureSource Source>
class CachedSource {
public:
    /// Keeps a reference to `source`. Its members `key(index)` and `version(index)` tell pictures and their changes apart; of a source that has
    /// neither, nobody knows whether a file has its pictures or another's, so that each CachedSource decodes them once itself.
    CachedSource(const Source& source, const std::filesystem::path& path)
        : source_(source), erased_(source), file_(path, erased_.shape(), erased_.bytes(), keys()) {
        if (erased_.forward()) fill();
    }

    [[nodiscard]] std::size_t size() const { return source_.size(); }
    [[nodiscard]] Shape shape() const { return source_.shape(); }
    [[nodiscard]] auto label(std::size_t index) const { return source_.label(index); }
    [[nodiscard]] auto label(std::size_t index, std::size_t head) const
        requires requires(const Source& source) { source.label(index, head); }
    {
        return source_.label(index, head);
    }
    [[nodiscard]] float number(std::size_t index, std::size_t output) const
        requires requires(const Source& source) { source.number(index, output); }
    {
        return source_.number(index, output);
    }
    template <class Number>
        requires(std::same_as<Number, std::uint8_t> ? detail::Reads<Source, std::uint8_t> : !detail::Reads<Source, std::uint8_t>)
    bool read(std::size_t index, Number* to) const {
        const std::uint64_t known = key(index), now = version(index);
        if (now != 0 && file_.read(index, known, now, to)) return true;
        if (!erased_.read(index, to)) return false;
        if (now != 0) file_.write(index, known, now, to);
        return true;
    }
    void describe(SettingsRecord& to) const { erased_.describe(to); }
    [[nodiscard]] std::uint64_t key(std::size_t index) const {
        if constexpr (requires { source_.key(index); })
            return source_.key(index);
        else
            return index + 1;
    }
    [[nodiscard]] std::uint64_t version(std::size_t index) const {
        if constexpr (requires { source_.version(index); })
            return source_.version(index);
        else if constexpr (requires { source_.key(index); })
            return 1;
        else
            return own_;
    }

    /// Decodes what the file does not have yet, on all threads.
    void fill() const {
        const std::size_t team = erased_.forward() ? 1 : threads();
        std::vector<std::vector<float>> rooms(team);
        parallel_for(Team{team}, size(), size() * std::size_t{1'000'000}, [&](std::size_t index, std::size_t worker) {
            rooms[worker].resize(erased_.picture_bytes() / sizeof(float) + 1);
            using Number = std::conditional_t<detail::Reads<Source, std::uint8_t>, std::uint8_t, float>;
            read(index, reinterpret_cast<Number*>(rooms[worker].data()));
        });
    }

private:
    [[nodiscard]] std::vector<std::uint64_t> keys() const {
        std::vector<std::uint64_t> all(size());
        for (std::size_t index = 0; index < all.size(); ++index) all[index] = key(index);
        return all;
    }

    static std::uint64_t drawn_number() {
        std::random_device device;
        return (std::uint64_t{device()} << 32 | device()) | 1;
    }

    const Source& source_;
    SourceReference erased_;
    PictureCacheFile file_;
    std::uint64_t own_ = drawn_number();
};

}  // namespace denim::inline DENIM_TARGET
