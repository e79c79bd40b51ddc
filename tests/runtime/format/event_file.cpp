// SPDX-License-Identifier: MIT
// TensorBoard itself reads these files in tests/python/event_files.py.
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/format/event_file.hpp>

#include <doctest/doctest.h>

#include <cstring>

using namespace denim;

namespace {

// How many whole records there are, and how many bytes they take.
std::pair<std::size_t, std::size_t> whole_records(const std::vector<std::byte>& bytes) {
    std::size_t count = 0, at = 0;
    while (at + 12 <= bytes.size()) {
        std::uint64_t length;
        std::memcpy(&length, &bytes[at], sizeof length);
        if (at + 16 + length > bytes.size()) break;
        const std::string_view content{reinterpret_cast<const char*>(&bytes[at + 12]), length};
        if (std::memcmp(detail::record(content).data(), &bytes[at], 16 + length) != 0) break;
        at += 16 + length;
        ++count;
    }
    return {count, at};
}

}  // namespace

TEST_CASE("what is flushed is whole; files of one folder have names of their own") {
    const Scratch scratch;
    EventFile one{scratch / "run"}, two{scratch / "run"};
    CHECK(one.path() != two.path());
    one.write(1, scalar_message("loss", 0.5));
    one.write(2, text_message("words", "caf\xc3\xa9"));
    CHECK(whole_records(read_bytes(one.path())).first == 2);
    one.flush();
    const auto bytes = read_bytes(one.path());
    CHECK(whole_records(bytes) == std::pair<std::size_t, std::size_t>{4, bytes.size()});
}

TEST_CASE("the message of a scalar, byte for byte") {
    const std::string expected{"\x0a\x01x\x4a\x0d\x0a\x09\x0a\x07scalars\x20\x01\x42\x08\x08\x01\x2a\x04\x00\x00\x80\x3f", 28};
    CHECK(scalar_message("x", 1) == expected);
}

TEST_CASE("a folder that cannot be is an error that names it") {
    const Scratch scratch;
    write_bytes(scratch / "file", {});
    CHECK(message_of([&] { EventFile{scratch / "file"}; }).find("file") != std::string::npos);
}
