// SPDX-License-Identifier: MIT
#pragma once

// A log that TensorBoard reads: messages Event of tensorboard/compat/proto/event.proto as TFRecords, each a length, its
// checksum, the bytes, their checksum.

#include <denim/format/crc32c.hpp>
#include <denim/format/hparams_message.hpp>
#include <denim/format/summary_message.hpp>
#include <denim/machine/file_descriptor.hpp>

#include <atomic>
#include <bit>
#include <cassert>
#include <chrono>
#include <cstdio>
#include <string>

namespace denim::inline DENIM_TARGET {

namespace detail {

static_assert(std::endian::native == std::endian::little, "denim: event files are written lowest byte first");

/// A record as the file has it; checksums are turned and moved by a constant, as TensorFlow's record_writer.cc does.
inline std::string record(std::string_view content) {
    const auto masked = [](std::string_view bytes) {
        const std::uint32_t sum = crc32c(std::as_bytes(std::span{bytes}));
        return std::rotr(sum, 15) + 0xa282ead8u;
    };
    const auto bytes_of = [](auto number) { return std::string{reinterpret_cast<const char*>(&number), sizeof number}; };
    const std::string length = bytes_of(std::uint64_t{content.size()});
    return length + bytes_of(masked(length)) + std::string{content} + bytes_of(masked(content));
}

inline double seconds_since_1970() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace detail

/// Writes one event file into a folder, which it makes where it is missing. What `flush` has written is whole and readable even
/// if the program is killed; the rest is written at the end of its life. Errors are FileErrors.
class EventFile {
public:
    /// `first_step`: whatever older files of the folder hold from this step on is void (a run that was killed goes on).
    explicit EventFile(const std::filesystem::path& folder, std::size_t first_step = 0);
    EventFile(EventFile&&) = default;
    EventFile& operator=(EventFile&&) = delete;
    ~EventFile() {
        try {
            if (file_) flush();
        } catch (const FileError&) {  // a destructor has nobody to tell; whoever wants to know calls flush
        }
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// One value at a step; `message` comes from scalar_message, image_message and their like.
    void write(std::size_t step, std::string_view message);

    /// Hands everything to the operating system.
    void flush() {
        file_.write(written_, std::as_bytes(std::span{buffer_}), path_.string());
        written_ += buffer_.size();
        buffer_.clear();
    }

private:
    void begin_session(std::size_t step) {
        std::string event = begin_event(), session;
        protozero::pbf_writer{session}.add_enum(1, 1);  // SessionLog {status 1: START}
        protozero::pbf_writer writer{event};
        writer.add_int64(2, static_cast<std::int64_t>(step));
        writer.add_message(7, session);
        buffer_ += detail::record(event);
    }
    static std::string begin_event() {
        std::string event;
        protozero::pbf_writer{event}.add_double(1, detail::seconds_since_1970());
        return event;
    }

    std::filesystem::path path_;
    detail::FileDescriptor file_;
    std::uint64_t written_ = 0;
    std::string buffer_;
};

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE EventFile::EventFile(const std::filesystem::path& folder, std::size_t first_step) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw FileError(folder.string(), "the folder for a log cannot be made: " + error.message());
    static std::atomic<unsigned> count = 0;
    do {
        char name[96];
        std::snprintf(name, sizeof name, "events.out.tfevents.%010lld.denim.%ld.%u",
                      static_cast<long long>(detail::seconds_since_1970()), static_cast<long>(::getpid()), count++);
        path_ = folder / name;
        file_ = detail::FileDescriptor{::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    } while (!file_ && errno == EEXIST);
    if (!file_) throw FileError(path_.string(), "cannot be written: " + detail::system_reason());
    std::string event = begin_event();
    protozero::pbf_writer{event}.add_string(3, "brain.Event:2");
    buffer_ += detail::record(event);
    begin_session(first_step);
    flush();
}

DENIM_ONCE void EventFile::write(std::size_t step, std::string_view message) {
    assert(file_ && "denim: this event file was moved from: only let it go");
    std::string event = begin_event(), summary;
    protozero::pbf_writer{summary}.add_message(1, message.data(), message.size());
    protozero::pbf_writer writer{event};
    writer.add_int64(2, static_cast<std::int64_t>(step));
    writer.add_message(5, summary);
    buffer_ += detail::record(event);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
