// SPDX-License-Identifier: MIT
#include <denim/format/npz.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "hostile.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

/// Opens the file and reads all of its arrays, whole and by rows.
void read_all(std::span<const std::byte> bytes) {
    const Npz file{ByteSource{"test.npz", bytes}};
    for (const std::string& name : file.names()) {
        const AnyArray whole = file.read(name);
        if (!whole.shape.empty() && !file.header(name).fortran_order) CHECK(file.rows(name).read(0, whole.shape[0]) == whole);
    }
    if (file.names().empty()) throw FileError("test.npz", "no arrays");
}

std::vector<std::byte> small_file(Compression compression) {
    const Scratch scratch;
    write_npz(scratch / "x.npz", {{"a", golden_values(ElementType::float32)}, {"b", golden_count<std::uint8_t>()}},
              compression);
    return read_bytes(scratch / "x.npz");
}

void put(std::vector<std::byte>& bytes, std::size_t at, std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes[at + static_cast<std::size_t>(i)] = static_cast<std::byte>(value >> (8 * i));
}

/// Where a record of the archive begins.
std::size_t find(const std::vector<std::byte>& bytes, std::string_view mark, std::size_t from = 0) {
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    REQUIRE(text.find(mark, from) != text.npos);
    return text.find(mark, from);
}

constexpr std::string_view directory_mark = "PK\1\2";

}  // namespace

TEST_CASE("files of numpy.savez and numpy.savez_compressed are read, each array by its name") {
    for (const char* name : {"types.npz", "types_compressed.npz"}) {
        const Npz file{golden(name)};
        CHECK(file.contains("int8"));
        CHECK(!file.contains("int8.npy"));
        for (std::size_t i = 0; i <= static_cast<std::size_t>(ElementType::float64); ++i) {
            const auto type = static_cast<ElementType>(i);
            if (type == ElementType::bfloat16) continue;
            CHECK(file.read(element_name(type)) == golden_values(type));
            CHECK(file.header(element_name(type)).type == type);
        }
    }
    const auto all = read_npz(golden("types_compressed.npz"));
    CHECK(all.size() == 13);
    CHECK(all.at("zeros") == AnyArray{ElementType::float32, {40, 50}});
    CHECK_THROWS_WITH_AS(
        static_cast<void>(Npz{golden("types.npz")}.read("none")),
        doctest::Contains("runtime/format/golden/types.npz: an array 'none' was expected, the file has 'bool', "), FileError);
}

TEST_CASE("what is written is read back, the same bytes each time") {
    const Scratch scratch;
    for (const Compression compression : {Compression::stored, Compression::deflated}) {
        const AnyArray images = golden_count<std::uint8_t>(), labels = golden_values(ElementType::int32),
                       none{ElementType::float32, {0, 5}};
        write_npz(scratch / "a.npz", {{"images", images}, {"labels \xc3\xa9", labels}, {"none", none}}, compression);
        write_npz(scratch / "b.npz", {{"images", images}, {"labels \xc3\xa9", labels}, {"none", none}}, compression);
        CHECK(read_bytes(scratch / "a.npz") == read_bytes(scratch / "b.npz"));
        const Npz file{scratch / "a.npz"};
        CHECK(file.names() == std::vector<std::string>{"images", "labels \xc3\xa9", "none"});
        CHECK(file.read("images") == images);
        CHECK(file.read("labels \xc3\xa9") == labels);
        CHECK(file.read("none") == none);
    }
    CHECK_THROWS_AS(write_npz(scratch / "c.npz", {{"a", golden_count<float>()}, {"a", golden_count<float>()}}),
                    std::invalid_argument);
    CHECK(std::distance(std::filesystem::directory_iterator{scratch.folder()}, {}) == 2);
}

TEST_CASE("an empty archive has no arrays") {
    const Scratch scratch;
    write_npz(scratch / "x.npz", {});
    CHECK(Npz{scratch / "x.npz"}.names().empty());
    CHECK(read_bytes(scratch / "x.npz").size() == 22);
}

TEST_CASE("cut and damaged archives are errors") {
    for (const Compression compression : {Compression::stored, Compression::deflated}) {
        const auto good = small_file(compression);
        check_cuts(good, read_all);
        check_flips(good, read_all);
    }
    check_cuts(read_bytes(golden("types_compressed.npz")), read_all);
}

TEST_CASE("the checksum finds every flipped bit of the data") {
    for (const Compression compression : {Compression::stored, Compression::deflated}) {
        const auto good = small_file(compression);
        const std::size_t data = 30 + 5, end = find(good, "PK\3\4", 4);
        for (std::size_t at = data; at < end; ++at)
            for (int bit = 0; bit < 8; ++bit) {
                auto bad = good;
                bad[at] ^= std::byte(1 << bit);
                CAPTURE(at);
                const Npz file{ByteSource{"test.npz", bad}};
                // The last bits of deflated data are padding.
                if (at + 1 == end && compression == Compression::deflated) continue;
                CHECK_THROWS_AS(static_cast<void>(file.read("a")), FileError);
                CHECK_NOTHROW(static_cast<void>(file.read("b")));
            }
    }
}

TEST_CASE("an archive that claims more than it holds is refused before memory is taken") {
    const auto good = small_file(Compression::deflated);
    const std::size_t entry = find(good, directory_mark);
    const auto refused = [](const std::vector<std::byte>& bad) { CHECK_THROWS_AS(read_all(bad), FileError); };

    auto bomb = good;  // the entry claims 4 GB
    put(bomb, entry + 24, 0xfffffff0, 4);
    refused(bomb);
    auto wrong_size = good;  // the entry gives more bytes than it claims
    put(wrong_size, entry + 24, 100, 4);
    refused(wrong_size);
    auto beyond = good;  // the entry reaches beyond the file
    put(beyond, entry + 20, 0x7fffffff, 4);
    refused(beyond);
    auto same = good;  // two entries over the same bytes
    put(same, find(good, directory_mark, entry + 4) + 42, 0, 4);
    refused(same);
    auto encrypted = good;
    put(encrypted, entry + 8, 1, 2);
    refused(encrypted);
    auto method = good;
    put(method, entry + 10, 14, 2);
    refused(method);
    auto crowded = good;  // 65,000 entries
    put(crowded, good.size() - 12, 65000, 2);
    put(crowded, good.size() - 14, 65000, 2);
    refused(crowded);
}

TEST_CASE("a small array with a large amount of data behind its header is refused after the array") {
    const Scratch scratch;
    // An entry of 50 MB of zeros whose directory says 192 bytes, as its npy header does.
    const std::string header = npy_header(ElementType::uint8, {64});
    {
        detail::ZipWriter zip{scratch / "bomb.npz"};
        zip.begin("a.npy", 192, Compression::deflated);
        zip.write(std::as_bytes(std::span{header}));
        zip.write(std::vector<std::byte>(50'000'000));
        zip.end();
        zip.finish();
    }
    CHECK_THROWS_WITH_AS(static_cast<void>(Npz{scratch / "bomb.npz"}.read("a")),
                         doctest::Contains("more than 192 bytes come out of the compressed data"), FileError);
}

TEST_CASE("entries that are no arrays are left alone") {
    const Scratch scratch;
    {
        detail::ZipWriter zip{scratch / "x.npz"};
        zip.begin("readme.txt", 2, Compression::stored);
        zip.write(bytes_of_text("hi"));
        zip.end();
        zip.begin("text.npy", 2, Compression::stored);
        zip.write(bytes_of_text("hi"));
        zip.end();
        zip.finish();
    }
    const Npz file{scratch / "x.npz"};
    CHECK(file.names() == std::vector<std::string>{"text"});
    CHECK_THROWS_WITH_AS(static_cast<void>(file.read("text")), doctest::Contains("x.npz, array 'text': "), FileError);
}
