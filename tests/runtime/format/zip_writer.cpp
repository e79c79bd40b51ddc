// SPDX-License-Identifier: MIT
#include <denim/format/zip_writer.hpp>

#include <denim/format/npz.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "hostile.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

/// Two entries, in the zip64 form from a small limit on.
std::vector<std::byte> archive(std::uint64_t limit, Compression compression) {
    const Scratch scratch;
    const AnyArray array = golden_count<float>();
    const std::string header = npy_header(array.type, array.shape);
    {
        detail::ZipWriter zip{scratch / "x.npz", limit};
        for (const char* name : {"first.npy", "second.npy"}) {
            zip.begin(name, header.size() + array.bytes.size(), compression);
            zip.write(std::as_bytes(std::span{header}));
            zip.write(array.bytes);
            zip.end();
        }
        zip.finish();
    }
    return read_bytes(scratch / "x.npz");
}

void read_all(std::span<const std::byte> bytes) {
    const auto arrays = read_npz(ByteSource{"test.npz", bytes});
    if (arrays.empty()) throw FileError("test.npz", "no arrays");
}

}  // namespace

TEST_CASE("zip64 archives are written and read, cut and damaged ones refused") {
    const std::size_t plain = archive(0xfffffffe, Compression::stored).size();
    for (const std::uint64_t limit : {0, 100, 10000})
        for (const Compression compression : {Compression::stored, Compression::deflated}) {
            const auto bytes = archive(limit, compression);
            if (compression == Compression::stored) CHECK((bytes.size() > plain) == (limit < 10000));
            const auto arrays = read_npz(ByteSource{"test.npz", bytes});
            REQUIRE(arrays.size() == 2);
            CHECK(arrays.at("first") == golden_count<float>());
            CHECK(arrays.at("second") == golden_count<float>());
            check_cuts(bytes, read_all);
            if (limit == 0) check_flips(bytes, read_all);
        }
}

TEST_CASE("70,000 entries need the zip64 form") {
    const Scratch scratch;
    {
        detail::ZipWriter zip{scratch / "x.npz"};
        for (int i = 0; i < 70'000; ++i) {
            zip.begin(std::to_string(i) + ".npy", 0, Compression::stored);
            zip.end();
        }
        zip.finish();
    }
    const Npz file{scratch / "x.npz"};
    CHECK(file.names().size() == 70'000);
    CHECK(file.names().back() == "69999");
}

TEST_CASE("an archive that is not finished leaves nothing behind") {
    const Scratch scratch;
    {
        detail::ZipWriter zip{scratch / "x.npz"};
        zip.begin("a", 2, Compression::deflated);
        zip.write(bytes_of_text("hi"));
    }
    CHECK(std::filesystem::is_empty(scratch.folder()));
}
