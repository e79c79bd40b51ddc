// SPDX-License-Identifier: MIT
#pragma once

// Zip archives, as far as npz files use them: APPNOTE.TXT of PKWARE, sections 4.3 and 4.5.3 (zip64).

#include <denim/format/byte_stream.hpp>

#include <map>

namespace denim::inline DENIM_TARGET::detail {

/// One file of an archive.
struct ZipEntry {
    std::string name;
    std::uint16_t flags = 0, method = 0;  // method 0: stored, 8: deflated
    std::uint32_t checksum = 0;
    std::uint64_t packed = 0, size = 0;  // bytes in the archive, and unpacked
    std::uint64_t offset = 0, end = 0;   // its local header, and where the next one (or the directory) begins
};

/// Reads numbers one after the other from a part of a source that was read already.
class ZipFields {
public:
    ZipFields(std::span<const std::byte> bytes, const ByteSource& source) : bytes_(bytes), source_(source) {}

    template <class Unsigned>
    Unsigned next() {
        return little_endian<Unsigned>(take(sizeof(Unsigned)).data());
    }
    std::uint16_t u16() { return next<std::uint16_t>(); }
    std::uint32_t u32() { return next<std::uint32_t>(); }
    std::uint64_t u64() { return next<std::uint64_t>(); }
    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size()) source_.fail("the zip archive's directory is cut");
        const auto part = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return part;
    }
    [[nodiscard]] std::size_t left() const { return bytes_.size(); }

private:
    std::span<const std::byte> bytes_;
    const ByteSource& source_;
};

/// The table of contents at the end of an archive, checked: entries lie inside the file and do not overlap.
class ZipDirectory {
public:
    explicit ZipDirectory(const ByteSource& source) {
        find(source);
        std::vector<std::byte> bytes(static_cast<std::size_t>(size_));
        source.read(offset_, bytes);
        ZipFields fields{bytes, source};
        for (std::uint64_t i = 0; i < count_; ++i) add(read_entry(fields, source), source);
        if (fields.left() != 0) source.fail(sentence("the zip archive's directory has ", fields.left(), " bytes too many"));
        // By place in the file, so that each knows where it has to end.
        std::vector<ZipEntry*> ordered;
        for (ZipEntry& entry : entries_) ordered.push_back(&entry);
        std::ranges::sort(ordered, {}, &ZipEntry::offset);
        for (std::size_t i = 0; i < ordered.size(); ++i) {
            ZipEntry& entry = *ordered[i];
            entry.end = i + 1 < ordered.size() ? ordered[i + 1]->offset : offset_;
            if (entry.end < entry.offset || entry.packed > entry.end - entry.offset)
                source.fail("the zip archive's entry " + in_quotes(entry.name) + " overlaps what follows it");
        }
    }

    /// In the order of the directory.
    [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

    [[nodiscard]] const ZipEntry* find(std::string_view name) const {
        const auto found = places_.find(name);
        return found == places_.end() ? nullptr : &entries_[found->second];
    }

    /// The unpacked bytes of an entry; `name` stands for them in messages.
    static std::unique_ptr<ByteStream> open(const ByteSource& source, const ZipEntry& entry, const std::string& name) {
        const auto fail = [&](std::string_view text) { throw FileError(name, text); };
        if (entry.flags & 1) fail("an entry without encryption was expected");
        if (entry.method != 0 && entry.method != 8)
            fail(sentence("a stored or deflated entry was expected, compression method ", entry.method, " came"));
        std::array<std::byte, 30> local{};
        source.read(entry.offset, local);
        if (little_endian<std::uint32_t>(local.data()) != 0x04034b50) fail("the entry's local header is not one");
        const std::uint64_t names = little_endian<std::uint16_t>(&local[26]), extra = little_endian<std::uint16_t>(&local[28]);
        const std::uint64_t start = entry.offset + local.size() + names + extra;
        if (start > entry.end || entry.packed > entry.end - start) fail("the entry reaches into what follows it");
        if (entry.method == 0) {
            if (entry.packed != entry.size) fail("the entry is stored, yet has two sizes");
            return std::make_unique<StoredStream>(source, name, start, entry.size, entry.checksum);
        }
        if (entry.size / largest_ratio > entry.packed)
            fail(sentence(entry.packed, " compressed bytes cannot hold the ", entry.size, " that the entry claims"));
        return std::make_unique<InflatedStream>(source, name, start, entry.packed, entry.size, InflatedStream::Wrapping::none,
                                                entry.checksum);
    }

private:
    /// Finds the end record, which only a comment may follow, and its zip64 twin before it.
    void find(const ByteSource& source) {
        constexpr std::uint64_t record = 22, locator = 20, twin = 56;
        const std::uint64_t tail = std::min<std::uint64_t>(source.size(), record + 65535);
        std::vector<std::byte> bytes(static_cast<std::size_t>(tail));
        source.read(source.size() - tail, bytes);
        std::uint64_t at = tail;
        for (std::uint64_t comment = 0; comment + record <= tail && at == tail; ++comment) {
            const std::byte* const candidate = bytes.data() + (tail - record - comment);
            if (little_endian<std::uint32_t>(candidate) == 0x06054b50 &&
                little_endian<std::uint16_t>(candidate + 20) == comment)
                at = tail - record - comment;
        }
        if (at == tail) source.fail("a zip archive was expected, it has no end record (cut, or another kind of file)");
        std::uint64_t place = source.size() - tail + at;
        ZipFields fields{std::span<const std::byte>{bytes}.subspan(static_cast<std::size_t>(at), record), source};
        fields.u32();
        const std::uint16_t disk = fields.u16(), first = fields.u16(), here = fields.u16();
        count_ = fields.u16(), size_ = fields.u32(), offset_ = fields.u32();
        bool single = disk == 0 && first == 0 && here == count_;
        if (at >= locator && little_endian<std::uint32_t>(&bytes[static_cast<std::size_t>(at - locator)]) == 0x07064b50) {
            place = little_endian<std::uint64_t>(&bytes[static_cast<std::size_t>(at - locator + 8)]);
            std::array<std::byte, twin> wide{};
            source.read(place, wide);
            if (little_endian<std::uint32_t>(wide.data()) != 0x06064b50) source.fail("the zip64 end record is not one");
            count_ = little_endian<std::uint64_t>(&wide[32]);
            size_ = little_endian<std::uint64_t>(&wide[40]);
            offset_ = little_endian<std::uint64_t>(&wide[48]);
            single = little_endian<std::uint64_t>(&wide[16]) == 0 && little_endian<std::uint64_t>(&wide[24]) == count_;
        }
        if (!single) source.fail("a zip archive in one part was expected");
        if (offset_ > place || size_ != place - offset_ || count_ > size_ / 46)
            source.fail(sentence("the zip archive's directory (", count_, " entries in ", size_, " bytes at ", offset_,
                                 ") does not end where its end record stands, at ", place));
    }

    static ZipEntry read_entry(ZipFields& fields, const ByteSource& source) {
        ZipEntry entry;
        if (fields.u32() != 0x02014b50) source.fail("the zip archive's directory is damaged");
        fields.take(4);  // versions
        entry.flags = fields.u16(), entry.method = fields.u16();
        fields.take(4);  // time and date
        entry.checksum = fields.u32();
        entry.packed = fields.u32(), entry.size = fields.u32();
        const std::size_t name = fields.u16(), extra = fields.u16(), comment = fields.u16();
        fields.take(8);  // disk and attributes
        entry.offset = fields.u32();
        const auto letters = fields.take(name);
        entry.name.assign(reinterpret_cast<const char*>(letters.data()), letters.size());
        ZipFields extras{fields.take(extra), source};
        fields.take(comment);
        while (extras.left() >= 4) {
            const std::uint16_t kind = extras.u16(), length = extras.u16();
            ZipFields field{extras.take(length), source};
            if (kind != 1) continue;
            for (std::uint64_t* wide : {&entry.size, &entry.packed, &entry.offset})
                if (*wide == 0xffffffff) *wide = field.u64();
        }
        return entry;
    }

    void add(ZipEntry entry, const ByteSource& source) {
        if (!places_.emplace(entry.name, entries_.size()).second)
            source.fail("the zip archive has two entries " + in_quotes(entry.name));
        entries_.push_back(std::move(entry));
    }

    std::uint64_t count_ = 0, size_ = 0, offset_ = 0;
    std::vector<ZipEntry> entries_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace denim::inline DENIM_TARGET::detail
