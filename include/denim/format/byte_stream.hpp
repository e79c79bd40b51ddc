// SPDX-License-Identifier: MIT
#pragma once

// The door to zlib: bytes in a row, stored or deflated, with their checksum.

#include <denim/format/byte_source.hpp>

#include <zlib.h>

#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

inline constexpr std::uint64_t unknown_size = std::numeric_limits<std::uint64_t>::max();

/// No deflated byte gives more bytes than this (258 of two bits): what claims more is refused before memory is taken.
inline constexpr std::uint64_t largest_ratio = 1032;

inline std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t start = 0) {
    if (bytes.empty()) return start;  // zlib takes a null pointer for a question about the start value
    return static_cast<std::uint32_t>(::crc32_z(start, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// A part of a source that is read from its beginning on.
class ByteStream {
public:
    /// `size`: bytes that it gives, if known; `expected`: their CRC-32, compared at the end unless `seek` left some out.
    ByteStream(std::string name, std::uint64_t size, std::optional<std::uint32_t> expected)
        : name_(std::move(name)), size_(size), expected_(expected) {}
    virtual ~ByteStream() = default;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t position() const { return position_; }

    /// Fills `to` with the next bytes; throws FileError if there are fewer.
    void read(std::span<std::byte> to) {
        if (to.size() > size_ - position_)
            fail(sentence("bytes up to ", position_ + to.size(), " were expected, the data end at ", size_));
        attempt([&] { take(to); });
        position_ += to.size();
        if (expected_) checksum_ = checksum(to, checksum_);
        if (position_ == size_ && !to.empty()) attempt([&] { check_end(); });
    }

    /// The next byte to read is the one at `position` <= size().
    void seek(std::uint64_t position) {
        if (position == position_) return;
        if (can_jump()) {
            position_ = position;
            expected_.reset();
            return;
        }
        if (position < position_) {
            attempt([&] { restart(); });
            position_ = 0;
            checksum_ = 0;
        }
        std::vector<std::byte> skipped(static_cast<std::size_t>(std::min<std::uint64_t>(position - position_, 1u << 16)));
        while (position_ < position)
            read(std::span{skipped}.first(std::min<std::size_t>(skipped.size(), position - position_)));
    }

    /// Where the first byte stands in the source, if all stand there as they are.
    [[nodiscard]] virtual std::optional<std::uint64_t> place() const { return std::nullopt; }

    /// Throws FileError unless all was read, nothing follows, and the checksum is right.
    void check_end() {
        finish();
        if (expected_ && checksum_ != *expected_)
            fail(sentence("the checksum ", *expected_, " was expected, the data have ", checksum_));
    }

    [[noreturn]] void fail(std::string_view text) const { throw FileError(name_, text); }

protected:
    virtual void take(std::span<std::byte> to) = 0;
    [[nodiscard]] virtual bool can_jump() const = 0;
    virtual void restart() = 0;
    virtual void finish() = 0;

private:
    /// After an error nobody knows where the stream stands: it fails from then on.
    template <class Step>
    void attempt(Step step) {
        if (broken_) fail("it cannot be read any more after an error");
        broken_ = true;
        step();
        broken_ = false;
    }

    std::string name_;
    std::uint64_t size_, position_ = 0;
    std::optional<std::uint32_t> expected_;
    std::uint32_t checksum_ = 0;
    bool broken_ = false;
};

/// Bytes that stand in the source as they are.
class StoredStream final : public ByteStream {
public:
    StoredStream(const ByteSource& source, std::string name, std::uint64_t offset, std::uint64_t size,
                 std::optional<std::uint32_t> expected = {})
        : ByteStream(std::move(name), size, expected), source_(source), offset_(offset) {}

    [[nodiscard]] std::optional<std::uint64_t> place() const override { return offset_; }

private:
    void take(std::span<std::byte> to) override { source_.read(offset_ + position(), to); }
    [[nodiscard]] bool can_jump() const override { return true; }
    void restart() override {}
    void finish() override {
        if (position() != size()) fail(sentence(size() - position(), " bytes follow that do not belong to the array"));
    }

    const ByteSource& source_;
    std::uint64_t offset_;
};

/// Deflated bytes, bare (zip) or in gzip members one after the other.
class InflatedStream final : public ByteStream {
public:
    enum class Wrapping { none, gzip };

    /// The `packed` bytes of the source at `offset` hold `size` bytes.
    InflatedStream(const ByteSource& source, std::string name, std::uint64_t offset, std::uint64_t packed, std::uint64_t size,
                   Wrapping wrapping, std::optional<std::uint32_t> expected = {})
        : ByteStream(std::move(name), size, expected),
          source_(source),
          offset_(offset),
          packed_(packed),
          gzip_(wrapping == Wrapping::gzip),
          input_(std::size_t{1} << 16) {
        if (::inflateInit2(&state_, gzip_ ? 15 + 16 : -15) != Z_OK) throw std::bad_alloc{};
    }
    InflatedStream(const InflatedStream&) = delete;
    InflatedStream& operator=(const InflatedStream&) = delete;
    ~InflatedStream() override { ::inflateEnd(&state_); }

private:
    void take(std::span<std::byte> to) override {
        if (inflate(to) != to.size()) fail(sentence("the compressed data end early, at byte ", position(), " or soon after"));
    }

    [[nodiscard]] bool can_jump() const override { return false; }
    void restart() override {
        ::inflateReset(&state_);
        state_.avail_in = 0;
        consumed_ = 0;
        ended_ = false;
    }

    void finish() override {
        std::array<std::byte, 1> more{};
        if (inflate(more) != 0) fail(sentence("more than ", position(), " bytes come out of the compressed data"));
        if (packed_ != consumed_ || state_.avail_in != 0) fail("bytes follow after the end of the compressed data");
    }

    /// How many of the wanted bytes there were.
    std::size_t inflate(std::span<std::byte> to) {
        std::size_t done = 0;
        while (!ended_ && done < to.size()) {
            if (state_.avail_in == 0 && consumed_ < packed_) refill();
            const auto room = static_cast<uInt>(std::min<std::size_t>(to.size() - done, 1u << 30));
            state_.next_out = reinterpret_cast<Bytef*>(to.data() + done);
            state_.avail_out = room;
            const int code = ::inflate(&state_, Z_NO_FLUSH);
            const std::size_t given = room - state_.avail_out;
            done += given;
            if (code == Z_STREAM_END)
                ended_ = !next_member();
            else if (code == Z_MEM_ERROR)
                throw std::bad_alloc{};
            else if (code != Z_OK && code != Z_BUF_ERROR)
                fail(sentence("the compressed data are damaged: ", state_.msg ? state_.msg : "zlib stops"));
            else if (given == 0 && state_.avail_in == 0 && consumed_ == packed_)
                fail("the compressed data are cut");
        }
        return done;
    }

    void refill() {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(packed_ - consumed_, input_.size()));
        source_.read(offset_ + consumed_, std::span{input_}.first(count));
        consumed_ += count;
        state_.next_in = reinterpret_cast<Bytef*>(input_.data());
        state_.avail_in = static_cast<uInt>(count);
    }

    bool next_member() {
        if (!gzip_) return false;
        if (state_.avail_in == 0 && consumed_ < packed_) refill();
        return state_.avail_in != 0 && ::inflateReset(&state_) == Z_OK;
    }

    const ByteSource& source_;
    std::uint64_t offset_, packed_, consumed_ = 0;
    bool gzip_, ended_ = false;
    std::vector<std::byte> input_;
    z_stream state_{};
};

}  // namespace denim::inline DENIM_TARGET::detail
