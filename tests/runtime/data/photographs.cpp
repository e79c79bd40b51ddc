// SPDX-License-Identifier: MIT
#include <denim/data/picture_cache.hpp>
#include <denim/data/split_by_name.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>

#include "messages.hpp"
#include "picture_files.hpp"
#include "scratch.hpp"

using namespace denim;
using namespace picture_files;

namespace {

constexpr Size frame{12, 9};

void put(const std::filesystem::path& path, const File& file) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
}

/// Photographs of two classes, numbered over both.
void put_some(const std::filesystem::path& root, unsigned count, unsigned first = 0) {
    for (unsigned i = first; i < first + count; ++i)
        put(root / (i % 2 == 0 ? "shoes/boots" : "glasses") / (std::to_string(i) + ".png"), encode_png(pattern({24, 18}, i)));
}

template <class Source>
std::vector<std::uint8_t> read(const Source& source, std::size_t index) {
    std::vector<std::uint8_t> bytes(12 * 9 * 3);
    if (!source.read(index, bytes.data())) bytes.clear();
    return bytes;
}

}  // namespace

TEST_CASE("photographs come as read_folder reads them, by the names of their folders") {
    const Scratch scratch;
    put_some(scratch.folder(), 7);
    put(scratch / "glasses/.hidden.png", {1});
    put(scratch / "glasses/notes.txt", {65});
    const Photographs photos{scratch.folder(), frame};
    REQUIRE(photos.size() == 7);
    CHECK(photos.class_names == std::vector<std::string>{"glasses", "shoes"});
    CHECK(photos.name(0) == "glasses/1.png");
    CHECK(photos.name(6) == "shoes/boots/6.png");
    CHECK(std::vector<std::int32_t>(photos.labels().begin(), photos.labels().end()) == std::vector<std::int32_t>{0, 0, 0, 1, 1, 1, 1});
    CHECK(read(photos, 1) == fit(pattern({24, 18}, 3), frame).pixels);
    CHECK(Photographs{scratch.folder(), frame, {.class_names = {"shoes"}}}.size() == 4);
    const Photographs kinds{scratch.folder(), frame, {.class_of = [](const std::string& name) { return name.substr(name.rfind('/') + 1, 1); }}};
    CHECK(kinds.class_names.size() == 7);
    CHECK(message_of([&] { Photographs(scratch.folder(), frame, {.label_folder = 1}); }) ==
          (scratch / "glasses/1.png").string() + ": it is not in a folder that names its class");
    CHECK(Photographs{scratch.folder(), frame, {.label_folder = 1, .unreadable = Unreadable::is_left_out}}.class_names ==
          std::vector<std::string>{"boots"});
    const std::vector<std::size_t> places{5, 0};
    const Photographs part = photos.select(places).select(std::vector<std::size_t>{1, 0});
    CHECK(part.name(0) == "glasses/1.png");
    CHECK(part.label(1) == 1);
    CHECK(read(part, 1) == read(photos, 5));
    CHECK_THROWS_AS(static_cast<void>(photos.select(std::vector<std::size_t>{7})), std::out_of_range);
    CHECK_THROWS_AS((Photographs{scratch / "none", frame}), FileError);
}

TEST_CASE("a table names photographs and their labels") {
    const Scratch scratch;
    put_some(scratch.folder(), 3);
    const auto table = [&](const std::string& text) {
        std::ofstream{scratch / "list.csv"} << text;
        return Photographs::of_table(scratch / "list.csv", frame);
    };
    const Photographs photos = table("\xEF\xBB\xBFlabel,price,path\r\n\"2\",9,glasses/1.png\r\n10,8,\"shoes/boots/0.png\"\r\n\r\n2,7," +
                                     (scratch / "shoes/boots/2.png").string());
    REQUIRE(photos.size() == 3);
    CHECK(photos.class_names == std::vector<std::string>{"2", "10"});
    CHECK(photos.label(1) == 1);
    CHECK(read(photos, 0) == fit(pattern({24, 18}, 1), frame).pixels);
    CHECK(read(photos, 2) == fit(pattern({24, 18}, 2), frame).pixels);
    const Photographs quoted = table("glasses/1.png,\"a \"\"b\"\", c\"\nshoes/boots/0.png,a\n");
    CHECK(quoted.class_names == std::vector<std::string>{"a", "a \"b\", c"});
    for (const std::string wrong : {"a.png,\"shoes\nb.png,hats\n", "a.png,\n", ",shoes\n", "\"", "a.png,\"shoes\"\"\n"})
        CHECK(message_of([&] { table(wrong); }).find("line 1: a path and a label were expected") != std::string::npos);
    for (const std::string header : {"file,class", "path,class", "Path,Label", "image,label"})
        CHECK(message_of([&] { table(header + "\nglasses/1.png,glasses\n"); })
                  .ends_with("list.csv: line 1: columns 'path' and 'label', or a photograph, were expected, but got '" + header.substr(0, header.find(',')) + "' and '" +
                             header.substr(header.find(',') + 1) + "'; names_in_table takes the names of the columns"));
    std::filesystem::copy_file(scratch / "glasses/1.png", scratch / "without_ending");
    CHECK(table("without_ending,glasses\n").size() == 1);
    CHECK(table("gone.png,glasses\n").size() == 1);  // that is told when it is read
    CHECK(names_in_table(scratch / "list.csv", {}, {"file", "class"}).names.size() == 1);
    CHECK(message_of([&] { table("path,label\nglasses/1.png\n"); })
              .ends_with("list.csv: line 2: a path and a label were expected, as in \"shoes/1.jpg,shoes\""));
}

TEST_CASE("what cannot be read, or was changed, stops or is left out and named, as asked") {
    const Scratch scratch;
    put_some(scratch.folder(), 4);
    put(scratch / "shoes/cut.png", cut(encode_png(pattern({12, 9})), 0.5));
    const Photographs strict{scratch.folder(), frame};
    const Photographs lenient{scratch.folder(), frame, {.unreadable = Unreadable::is_left_out}};
    CHECK(message_of([&] { read(strict, 4); }) == (scratch / "shoes/cut.png").string() + ": the PNG is cut off");
    CHECK(read(lenient, 4).empty());
    CHECK(read(lenient, 4).empty());
    REQUIRE(lenient.left_out().size() == 1);
    CHECK(lenient.left_out()[0].reason == "the PNG is cut off");

    CHECK(read(strict, 0) == read(lenient, 0));
    put(scratch / "glasses/1.png", encode_png(pattern({30, 18}, 1)));
    CHECK(message_of([&] { read(strict, 0); }).ends_with("1.png: it was changed since it was first read"));
    CHECK(read(lenient, 0).empty());
    std::filesystem::remove(scratch / "glasses/3.png");
    CHECK(message_of([&] { read(strict, 1); }).find("3.png: cannot be opened") != std::string::npos);
    CHECK(read(lenient, 1).empty());
    CHECK(lenient.left_out().size() == 3);
}

TEST_CASE("a split by name moves nothing when photographs come or go") {
    const Scratch scratch;
    for (unsigned i = 0; i < 300; ++i) put(scratch / ("shoes/" + std::to_string(i / 3) + "-" + std::to_string(i % 3) + ".png"), {});
    const auto product = [](std::string_view name) { return name.substr(0, name.find('-')); };
    const auto parts = [&](const NamedSplit& split) {
        std::map<std::string, int> all;
        for (std::size_t i = 0; i < split.train.size(); ++i) all[std::string{split.train.name(i)}] = 0;
        for (std::size_t i = 0; i < split.validation.size(); ++i) all[std::string{split.validation.name(i)}] = 1;
        for (std::size_t i = 0; i < split.test.size(); ++i) all[std::string{split.test.name(i)}] = 2;
        return all;
    };
    const auto before = parts(split_by_name(Photographs{scratch.folder(), frame}, {70, 10, 20}, Seed{1}, product));
    CHECK(before.size() == 300);
    for (const auto& [name, part] : before) CHECK(part == before.at(std::string{product(name)} + "-0.png"));
    std::array<int, 3> counts{};
    for (const auto& [name, part] : before) ++counts[static_cast<std::size_t>(part)];
    CHECK(counts[0] > 160);
    CHECK(counts[1] > 6);
    CHECK(counts[2] > 30);
    for (unsigned i = 0; i < 300; ++i) put(scratch / ("hats/" + std::to_string(i) + ".png"), {});
    std::filesystem::remove(scratch / "shoes/0-0.png");
    const auto after = parts(split_by_name(Photographs{scratch.folder(), frame}, {70, 10, 20}, Seed{1}, product));
    CHECK(after.size() == 599);
    for (const auto& [name, part] : before)
        if (name != "shoes/0-0.png") CHECK(part == after.at(name));
    CHECK(after != parts(split_by_name(Photographs{scratch.folder(), frame}, {70, 10, 20}, Seed{2}, product)));
    CHECK_THROWS_AS(part_of_name("a", {0, 0, 0}, Seed{}), std::invalid_argument);
}

TEST_CASE("a cache gives what was decoded, again after changes, in any state of its file") {
    const Scratch scratch;
    const std::filesystem::path root = scratch / "photos", path = scratch / "pictures.cache";
    put_some(root, 6);
    put(root / "glasses/1.png", pnm(pattern({24, 18}, 1)));  // whose pixels may change without its size
    const Photographs photos{root, frame};
    std::vector<std::vector<std::uint8_t>> expected;
    for (std::size_t i = 0; i < 6; ++i) expected.push_back(read(photos, i));
    {
        const CachedSource cached{photos, path};
        static_assert(PictureSource<CachedSource<Photographs>>);
        for (int round = 0; round < 2; ++round)
            for (std::size_t i = 0; i < 6; ++i) CHECK(read(cached, i) == expected[i]);
        CHECK(cached.label(5) == photos.label(5));
    }
    CHECK(std::filesystem::file_size(path) == 64 + 6 * (324 + 24));

    // A file that says it is the same, but for its pixels, shows who was asked.
    const auto swap_pixels = [&](const std::string& name, unsigned with) {
        struct stat status;
        ::stat((root / name).c_str(), &status);
        put(root / name, pnm(pattern({24, 18}, with)));
        const timespec times[] = {status.st_atim, status.st_mtim};
        ::utimensat(AT_FDCWD, (root / name).c_str(), times, 0);
    };
    swap_pixels("glasses/1.png", 9);
    CHECK(read(CachedSource{Photographs{root, frame}, path}, 0) == expected[0]);
    CHECK(read(Photographs{root, frame}, 0) != expected[0]);
    put(root / "glasses/3.png", encode_png(pattern({30, 20}, 8)));  // and one that has changed
    put(root / "a/new.png", encode_png(pattern({24, 18}, 7)));       // a new one before all
    std::filesystem::remove(root / "glasses/5.png");
    {
        const Photographs now{root, frame};
        const CachedSource cached{now, path};
        CHECK(read(cached, 0) == fit(pattern({24, 18}, 7), frame).pixels);
        CHECK(read(cached, 1) == expected[0]);  // from the cache, though another place
        CHECK(read(cached, 2) == fit(pattern({30, 20}, 8), frame).pixels);
        cached.fill();
    }
    CHECK(std::filesystem::file_size(path) == 64 + 6 * (324 + 24));  // the one that went gave its slot

    // Every byte of the first slot may be spoiled, and the file cut anywhere.
    const Photographs now{root, frame};
    const std::vector<std::byte> whole = read_bytes(path);
    for (std::size_t at = 64; at < 64 + 348; at += 7) {
        std::vector<std::byte> spoiled = whole;
        spoiled[at] ^= std::byte{4};
        write_bytes(path, spoiled);
        const CachedSource cached{now, path};
        for (std::size_t i = 2; i < 6; ++i) CHECK(read(cached, i) == read(now, i));
    }
    for (std::size_t size = 64; size < whole.size(); size += 97) {
        write_bytes(path, std::span{whole}.first(size));
        const CachedSource cached{now, path};
        for (std::size_t i = 2; i < 6; ++i) CHECK(read(cached, i) == read(now, i));
    }
    CHECK(message_of([&] { CachedSource{Photographs{root, Size{9, 9}}, path}; })
              .ends_with("the cache has pictures of shape (12, 9, 3), but this source gives (9, 9, 3); take another file for each size"));
    std::ofstream{scratch / "text"} << "a text that somebody wants to keep, longer than the head of a cache is, 64 bytes";
    CHECK(message_of([&] { CachedSource{now, scratch / "text"}; }).find("a cache of decoded pictures was expected") != std::string::npos);
}

namespace {

/// A source that says neither which pictures it has nor when they change.
struct Anonymous {
    std::uint8_t colour = 0;
    mutable std::size_t read_before = 0;

    [[nodiscard]] std::size_t size() const { return 3; }
    [[nodiscard]] Shape shape() const { return {2, 2, 1}; }
    [[nodiscard]] bool label(std::size_t index) const { return index == 2; }
    void read(std::size_t index, std::uint8_t* to) const {
        ++read_before;
        std::fill_n(to, 4, static_cast<std::uint8_t>(colour + index));
    }
};

}  // namespace

TEST_CASE("sources without a key or a version do not get each other's pictures from one cache") {
    const Scratch scratch;
    std::array<std::uint8_t, 4> picture{};
    for (const std::uint8_t colour : {std::uint8_t{10}, std::uint8_t{20}}) {
        const Anonymous source{colour};
        const CachedSource cached{source, scratch / "pictures.cache"};
        for (int round = 0; round < 2; ++round)
            for (std::size_t n = 0; n < 3; ++n) {
                CHECK(cached.read(n, picture.data()));
                CHECK(picture[3] == colour + n);
            }
        CHECK(source.read_before == 3);  // once each
    }
}

TEST_CASE("programs that write one cache at once, and are killed, leave one that is right") {
    const Scratch scratch;
    const std::filesystem::path root = scratch / "photos", path = scratch / "pictures.cache";
    put_some(root, 20);
    const Photographs photos{root, frame};
    std::vector<std::vector<std::uint8_t>> expected;
    for (std::size_t i = 0; i < 20; ++i) expected.push_back(read(photos, i));
    for (unsigned round = 0; round < 5; ++round) {
        std::filesystem::remove(path);
        std::array<pid_t, 3> writers{};
        for (pid_t& writer : writers) {
            writer = ::fork();
            if (writer != 0) continue;
            const CachedSource cached{photos, path};
            for (;;)
                for (std::size_t i = 0; i < 20; ++i)
                    if (read(cached, i) != expected[i]) ::_exit(1);
        }
        ::usleep(3000 + 4000 * round);
        for (const pid_t writer : writers) {
            int status = 0;
            ::kill(writer, SIGKILL);
            ::waitpid(writer, &status, 0);
            CHECK(WIFSIGNALED(status));  // none has found a picture that was wrong
        }
        const CachedSource cached{photos, path};
        for (std::size_t i = 0; i < 20; ++i) CHECK(read(cached, i) == expected[i]);
    }
}

TEST_CASE("a link back to a folder that it is in is named; one to another folder is followed") {
    const Scratch scratch;
    put_some(scratch / "photos", 4);
    put(scratch / "more/5.png", encode_png(pattern({24, 18}, 5)));
    std::filesystem::create_directory_symlink(scratch / "more", scratch / "photos/shoes/more");
    CHECK(Photographs{scratch / "photos", frame}.size() == 5);
    const std::filesystem::path link = scratch / "photos/shoes/boots/again";
    for (const char* target : {".", "..", "../../../photos"}) {
        std::filesystem::create_directory_symlink(target, link);
        const std::string said = message_of([&] { Photographs{scratch / "photos", frame}; });
        CHECK(said.starts_with(link.string() + ": it is a link to a folder that it is in, "));
        std::filesystem::remove(link);
    }
}

TEST_CASE("names that two classes have, labels that fit nothing and a table that is no UTF-8 are errors") {
    const Scratch scratch;
    put_some(scratch.folder(), 4);
    CHECK(message_of([&] { Photographs{scratch.folder(), frame, {.class_names = {"shoes", "glasses", "shoes"}}}; }) ==
          "denim: class_names: a name for each class was expected, but 'shoes' is given to classes 0 and 2");
    const auto made = [](std::vector<std::int32_t> labels) {
        PhotographNames names;
        names.names.add("a.png");
        names.names.add("b.png");
        names.labels = std::move(labels);
        names.class_names = {"shoes"};
        return message_of([&] { Photographs{std::move(names), frame}; });
    };
    CHECK(made({0, 0}).empty());
    CHECK(made({0}) == "denim: Photographs: a label for each of 2 names was expected, but 1 came");
    CHECK(made({0, 1}) == "denim: Photographs: labels below the 1 class names were expected, but got 1");
    CHECK(made({-1, 0}).ends_with("but got -1"));
    std::ofstream{scratch / "list.csv"} << "glasses/1.png,glasses\n";
    CHECK(Photographs::of_table(scratch / "list.csv", frame).size() == 1);
    CHECK(message_of([&] { Photographs::of_table(scratch / "list.csv", frame, {.label_folder = 1}); }) ==
          "denim: Photographs: a table says the class of each photograph, but got class_of or label_folder");
    std::ofstream{scratch / "list.csv"} << std::string{"g\0,\0s\0\n\0", 8};
    CHECK(message_of([&] { Photographs::of_table(scratch / "list.csv", frame); }).find("a table in UTF-16 is to be saved as UTF-8") != std::string::npos);
}
