// SPDX-License-Identifier: MIT
#include <denim/data/batches.hpp>
#include <denim/data/data_set_file.hpp>
#include <denim/format/npy.hpp>
#include <denim/format/npz_writer.hpp>

#include <doctest/doctest.h>

#include <zlib.h>

#include <array>
#include <set>

#include "kept_threads.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

DataSet drawn(std::size_t count) {
    DataSet set = DataSet::with_room(count, {20, 15, 3}, {"a", "b", "c"});
    Random random{Seed{1}};
    for (std::uint8_t& byte : set.images) byte = static_cast<std::uint8_t>(random.below(256));
    for (std::size_t i = 0; i < count; ++i) set.labels(i) = static_cast<std::int32_t>(i % 3);
    return set;
}

void write(const std::filesystem::path& path, const DataSet& set, Compression compression) {
    write_npz(path,
              {{"images", AnyArrayView::of<std::uint8_t>({set.images.data(), set.images.size()}, {set.size(), 20, 15, 3})},
               {"labels", AnyArrayView::of<std::int32_t>({set.labels.data(), set.size()}, {set.size()})}},
              compression);
}

constexpr Augmentation some{.flip = true, .shift = 0.1f, .turn = 5, .brightness = 0.2f, .hue = 9, .erase = 0.3f};

}  // namespace

TEST_CASE("the last batch of an epoch may be smaller, and is not there where nothing is left") {
    CHECK(batches_of(48, 16) == 3);
    CHECK(batches_of(49, 16) == 4);
    CHECK(batches_of(50, 16) == 4);
    CHECK(batches_of(1, 16) == 1);
    CHECK(batches_of(0, 16) == 0);
    CHECK(Batches{drawn(48), 16, Seed{3}, 1}.size() == 3);
}

TEST_CASE("the batches of an epoch have every sample once, in an order of seed and epoch") {
    const DataSet set = drawn(50);
    const Batches batches{set, 16, Seed{3}, 1};
    REQUIRE(batches.size() == 4);
    std::set<std::uint32_t> seen;
    for (std::size_t b = 0; b < batches.size(); ++b) {
        const LoadedBatch batch = batches[b];
        const auto places = batches.places(b);
        REQUIRE(places.size() == (b < 3 ? 16 : 2));
        REQUIRE(batch.images.shape(0) == places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            CHECK(batch.labels(i) == set.label(places[i]));
            CHECK(std::memcmp(batch.images.data() + i * 900, set.picture(places[i]), 900) == 0);
            seen.insert(places[i]);
        }
    }
    CHECK(seen.size() == 50);
    CHECK(epoch_order(50, Seed{3}, 1) != epoch_order(50, Seed{3}, 2));
    CHECK(epoch_order(50, Seed{3}, 1) != epoch_order(50, Seed{4}, 1));
    CHECK(epoch_order(3, Seed{3}, 1, false) == std::vector<std::uint32_t>{0, 1, 2});
    CHECK_THROWS_AS(batches[4], std::out_of_range);
    CHECK_THROWS_AS((Batches{set, 0, Seed{}, 1}), std::invalid_argument);
}

TEST_CASE("augmented batches are the same for any number of threads and any size of batch") {
    const testing::KeptThreads kept_threads;
    const DataSet set = drawn(40);
    set_serial_threshold(0);
    std::vector<std::uint8_t> one(set.images.size()), more(set.images.size()), plain(set.images.size());
    const auto order = epoch_order(40, Seed{8}, 5);
    set_threads(1);
    gather(set, order, some, Seed{8}, 5, one.data());
    set_threads(3);
    for (std::size_t i = 0; i < 40; i += 8)
        gather(set, std::span{order}.subspan(i, 8), some, Seed{8}, 5, more.data() + i * 900);
    CHECK(threads_entered() > 1);
    CHECK(one == more);
    gather(set, order, {}, Seed{8}, 5, plain.data());
    CHECK(one != plain);
    std::vector<float> floats(set.images.size());
    gather(set, order, {}, Seed{8}, 5, floats.data());
    for (std::size_t i = 0; i < floats.size(); i += 101) CHECK(floats[i] == doctest::Approx(plain[i] / 255.0));
}

TEST_CASE("a set streams from its file as it comes from memory, compressed or not") {
    const Scratch scratch;
    const DataSet set = drawn(30);
    for (const Compression compression : {Compression::stored, Compression::deflated}) {
        write(scratch / "set.npz", set, compression);
        const StreamedDataSet streamed{scratch / "set.npz", {"a", "b", "c"}};
        CHECK(streamed.shape() == set.shape());
        const DataSet loaded = read_data_set(scratch / "set.npz", {"a", "b", "c"});
        CHECK(loaded.images == set.images);
        CHECK(loaded.labels == set.labels);
        CHECK(loaded.class_names == set.class_names);
        const Batches memory{set, 7, Seed{2}, 1, some};
        const Batches disk{streamed, 7, Seed{2}, 1, some};
        for (std::size_t b = 0; b < memory.size(); ++b) {
            CHECK(memory[b].images == disk[b].images);
            CHECK(memory[b].labels == disk[b].labels);
        }
    }
}

TEST_CASE("a set streams from two files, npy or IDX, and a file that is written meanwhile is noticed") {
    const Scratch scratch;
    const DataSet set = drawn(12);
    const std::array<std::size_t, 4> extents{12, 20, 15, 3};
    write_npy(scratch / "images.npy", AnyArrayView::of<std::uint8_t>({set.images.data(), set.images.size()}, {extents.begin(), extents.end()}));
    write_npy(scratch / "labels.npy", AnyArrayView::of<std::int32_t>({set.labels.data(), set.size()}, {12}));
    std::string idx{"\0\0\x08\x04\0\0\0\x0c\0\0\0\x14\0\0\0\x0f\0\0\0\x03", 20};
    idx.append(reinterpret_cast<const char*>(set.images.data()), set.images.size());
    write_bytes(scratch / "images.idx", bytes_of_text(idx));
    std::string packed(idx.size() + 1000, '\0');
    z_stream zip{};
    REQUIRE(::deflateInit2(&zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    zip.next_in = reinterpret_cast<Bytef*>(idx.data());
    zip.avail_in = static_cast<uInt>(idx.size());
    zip.next_out = reinterpret_cast<Bytef*>(packed.data());
    zip.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(::deflate(&zip, Z_FINISH) == Z_STREAM_END);
    packed.resize(zip.total_out);
    ::deflateEnd(&zip);
    write_bytes(scratch / "images.idx.gz", bytes_of_text(packed));
    std::vector<std::uint8_t> picture(900);
    for (const char* const name : {"images.npy", "images.idx", "images.idx.gz"}) {
        const StreamedDataSet streamed{scratch / name, scratch / "labels.npy", {"a", "b", "c"}};
        CHECK(streamed.forward() == (std::string{name} == "images.idx.gz"));
        CHECK(streamed.shape() == set.shape());
        CHECK(streamed.load().images == set.images);
        for (const std::size_t place : {11u, 3u, 0u}) {
            streamed.read(place, picture.data());
            CHECK(std::memcmp(picture.data(), set.picture(place), 900) == 0);
        }
        std::ofstream{scratch / name, std::ios::app} << "more";
        const auto read = [&] { streamed.read(1, picture.data()); };
        CHECK_THROWS_WITH_AS(read(), doctest::Contains("it was written while its pictures were read"), FileError);
        CHECK_THROWS_AS((StreamedDataSet{scratch / name, scratch / "labels.npy"}.load()), FileError);  // bytes that follow the array
    }
}

TEST_CASE("files that are no data set are refused") {
    const Scratch scratch;
    const std::vector<std::uint8_t> bytes(24);
    const std::vector<std::int32_t> labels{0, 1};
    const auto refusal = [&](const std::vector<NamedView>& arrays) -> std::string {
        write_npz(scratch / "set.npz", arrays);
        try {
            read_data_set(scratch / "set.npz", {"one"});
        } catch (const FileError& error) {
            return error.what();
        }
        return "read";
    };
    const AnyArrayView images = AnyArrayView::of<std::uint8_t>(bytes, {2, 2, 2, 3});
    CHECK(refusal({{"images", images}, {"labels", AnyArrayView::of<std::int32_t>(labels, {2})}}).find("labels below 1") !=
          std::string::npos);
    const std::vector<std::int32_t> negative{0, -1};
    write_npz(scratch / "set.npz", std::vector<NamedView>{{"images", images}, {"labels", AnyArrayView::of<std::int32_t>(negative, {2})}});
    CHECK_THROWS_WITH_AS(read_data_set(scratch / "set.npz"), doctest::Contains("labels of at least 0 were expected, one is -1"), FileError);
    CHECK(
        refusal({{"images", images}, {"labels", AnyArrayView::of<std::int32_t>(labels, {1, 2})}}).find("one for each image") !=
        std::string::npos);
    CHECK(refusal({{"images", AnyArrayView::of<std::uint8_t>(bytes, {2, 12})},
                   {"labels", AnyArrayView::of<std::int32_t>(labels, {2})}})
              .find("(N, H, W, C)") != std::string::npos);
    CHECK(refusal({{"images", images}}) != "read");
    CHECK_THROWS_AS(read_data_set(scratch / "none.npz"), FileError);
}
