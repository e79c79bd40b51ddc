// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/byte_stream.hpp>
#include <denim/machine/atomic_file.hpp>

#include <set>

namespace denim {

/// How the arrays of an npz file stand in it: as they are (numpy.savez) or deflated (numpy.savez_compressed).
enum class Compression { stored, deflated };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Writes an archive entry by entry, each as its bytes come. Entries and archives beyond `zip32_limit` bytes take the zip64
/// form (a smaller limit is for tests). The date is always 1980-01-01, so that the same content gives the same bytes.
class ZipWriter {
public:
    explicit ZipWriter(const std::filesystem::path& path, std::uint64_t zip32_limit = 0xfffffffe)
        : file_(path), limit_(zip32_limit), output_(std::size_t{1} << 16) {}
    ZipWriter(const ZipWriter&) = delete;
    ZipWriter& operator=(const ZipWriter&) = delete;
    ~ZipWriter() {
        if (deflating_) ::deflateEnd(&state_);
    }

    [[nodiscard]] const std::string& name() const { return file_.name(); }

    /// Begins an entry of `size` bytes.
    void begin(const std::string& entry, std::uint64_t size, Compression compression) {
        if (entry.size() > 0xffff) throw std::invalid_argument("a name in a zip archive has at most 65535 bytes");
        if (!names_.insert(entry).second) throw std::invalid_argument(name() + ": two entries " + in_quotes(entry));
        entries_.push_back({entry, file_.size(), size, 0, 0, compression == Compression::deflated, false});
        Entry& now = entries_.back();
        now.wide = size + size / 1000 + 4096 > limit_;  // deflate makes what it cannot shrink a little larger
        write_local_header(now);
        if (now.deflated) {
            state_ = {};
            // Bare deflate, as zip has it.
            if (::deflateInit2(&state_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
                throw std::bad_alloc{};
            deflating_ = true;
        }
    }

    void write(std::span<const std::byte> bytes) {
        Entry& now = entries_.back();
        now.checksum = checksum(bytes, now.checksum);
        if (now.deflated)
            deflate(bytes, Z_NO_FLUSH);
        else
            put(bytes);
    }

    /// Ends the entry and fills in what its header could not know.
    void end() {
        Entry& now = entries_.back();
        if (now.deflated) {
            deflate({}, Z_FINISH);
            ::deflateEnd(&state_);
            deflating_ = false;
        }
        Record fixed;
        fixed.u32(now.checksum);
        if (!now.wide) fixed.u32(now.packed).u32(now.size);
        file_.overwrite(now.offset + 14, fixed.bytes());
        if (!now.wide) return;
        Record sizes;
        sizes.u64(now.size).u64(now.packed);
        file_.overwrite(now.offset + 30 + now.name.size() + 4, sizes.bytes());
    }

    /// Writes the directory and makes the file appear.
    void finish() {
        const std::uint64_t start = file_.size();
        for (const Entry& entry : entries_) write_directory_entry(entry);
        const std::uint64_t size = file_.size() - start, count = entries_.size();
        Record record;
        const bool wide = start > limit_ || size > limit_ || count > std::min<std::uint64_t>(limit_, 0xfffe);
        if (wide) {
            record.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(count).u64(count).u64(size).u64(start);
            record.u32(0x07064b50).u32(0).u64(start + size).u32(1);
        }
        const std::uint64_t shown = wide ? 0xffff : count;
        record.u32(0x06054b50).u16(0).u16(0).u16(shown).u16(shown);
        record.u32(wide ? 0xffffffff : size).u32(wide ? 0xffffffff : start).u16(0);
        file_.write(record.bytes());
        file_.commit();
    }

private:
    struct Entry {
        std::string name;
        std::uint64_t offset, size, packed;
        std::uint32_t checksum;
        bool deflated, wide;
    };

    /// Numbers one after the other, lowest byte first.
    class Record {
    public:
        Record& u16(std::uint64_t value) { return add(value, 2); }
        Record& u32(std::uint64_t value) { return add(value, 4); }
        Record& u64(std::uint64_t value) { return add(value, 8); }
        [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

    private:
        Record& add(std::uint64_t value, int count) {
            for (int i = 0; i < count; ++i) bytes_.push_back(static_cast<std::byte>(value >> (8 * i)));
            return *this;
        }
        std::vector<std::byte> bytes_;
    };

    /// Version needed, flags (bit 11: the name is UTF-8), method, time and date.
    static void describe(Record& record, const Entry& entry, bool wide) {
        record.u16(wide ? 45 : 20).u16(0x800).u16(entry.deflated ? 8 : 0).u16(0).u16(0x21);
    }

    void write_local_header(const Entry& entry) {
        Record record;
        record.u32(0x04034b50);
        describe(record, entry, entry.wide);
        record.u32(0).u32(entry.wide ? 0xffffffff : 0).u32(entry.wide ? 0xffffffff : 0);
        record.u16(entry.name.size()).u16(entry.wide ? 20 : 0);
        file_.write(record.bytes());
        file_.write(entry.name);
        Record extra;
        if (entry.wide) extra.u16(1).u16(16).u64(0).u64(0);
        file_.write(extra.bytes());
    }

    void write_directory_entry(const Entry& entry) {
        const bool far = entry.offset > limit_, wide = entry.wide || far;
        Record record;
        record.u32(0x02014b50).u16(wide ? 45 : 20);
        describe(record, entry, wide);
        record.u32(entry.checksum).u32(entry.wide ? 0xffffffff : entry.packed).u32(entry.wide ? 0xffffffff : entry.size);
        record.u16(entry.name.size()).u16(wide ? 4 + (entry.wide ? 16 : 0) + (far ? 8 : 0) : 0).u16(0);
        record.u16(0).u16(0).u32(0).u32(far ? 0xffffffff : entry.offset);
        file_.write(record.bytes());
        file_.write(entry.name);
        if (!wide) return;
        Record extra;
        extra.u16(1).u16((entry.wide ? 16u : 0u) + (far ? 8u : 0u));
        if (entry.wide) extra.u64(entry.size).u64(entry.packed);
        if (far) extra.u64(entry.offset);
        file_.write(extra.bytes());
    }

    void put(std::span<const std::byte> bytes) {
        file_.write(bytes);
        entries_.back().packed += bytes.size();
    }

    void deflate(std::span<const std::byte> bytes, int flush) {
        do {
            const std::size_t count = std::min<std::size_t>(bytes.size(), 1u << 30);
            state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
            state_.avail_in = static_cast<uInt>(count);
            bytes = bytes.subspan(count);
            do {
                state_.next_out = reinterpret_cast<Bytef*>(output_.data());
                state_.avail_out = static_cast<uInt>(output_.size());
                ::deflate(&state_, flush);
                put(std::span{output_}.first(output_.size() - state_.avail_out));
            } while (state_.avail_out == 0);
        } while (!bytes.empty());
    }

    AtomicFile file_;
    std::uint64_t limit_;
    std::vector<Entry> entries_;
    std::set<std::string> names_;
    std::vector<std::byte> output_;
    z_stream state_{};
    bool deflating_ = false;
};

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET
