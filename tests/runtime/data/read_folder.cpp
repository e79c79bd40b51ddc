// SPDX-License-Identifier: MIT
#include <denim/data/read_folder.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include "picture_files.hpp"
#include "scratch.hpp"

using namespace denim;
using namespace picture_files;

namespace {

void put(const std::filesystem::path& path, const File& file) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(file.data()),
                                                static_cast<std::streamsize>(file.size()));
}

}  // namespace

TEST_CASE("folders give labels, in their order or in a given one") {
    const Scratch scratch;
    const std::filesystem::path root = scratch.folder();
    for (unsigned i = 0; i < 3; ++i)
        put(root / "shoes" / "boots" / (std::to_string(i) + ".png"), encode_png(pattern({24, 18}, i)));
    put(root / "glasses" / "optical" / "b.ppm", pnm(pattern({40, 40})));
    put(root / "glasses" / "sun" / "a.bmp", bmp(pattern({12, 9})));
    put(root / "glasses" / "sun" / ".DS_Store", {1, 2, 3});

    const DataSet set = read_folder(root, Size{12, 9});
    REQUIRE(set.size() == 5);
    CHECK(set.shape() == Shape{12, 9, 3});
    CHECK(set.class_names == std::vector<std::string>{"glasses", "shoes"});
    CHECK(std::vector<int>(set.labels.begin(), set.labels.end()) == std::vector<int>{0, 0, 1, 1, 1});
    CHECK(set.sources[0] == (root / "glasses" / "optical" / "b.ppm").string());
    CHECK(std::memcmp(set.picture(1), pattern({12, 9}).pixels.data(), 324) == 0);
    CHECK(std::memcmp(set.picture(0), fit(pattern({40, 40}), {12, 9}).pixels.data(), 324) == 0);
    CHECK(std::memcmp(set.picture(4), resize(pattern({24, 18}, 2), {12, 9}).pixels.data(), 324) == 0);

    const DataSet kinds = read_folder(root, Size{12, 9}, {.label = LabelOf::subclass, .class_names = {"sun", "boots"}});
    REQUIRE(kinds.size() == 4);
    CHECK(kinds.label(0) == 0);
    CHECK(kinds.label(1) == 1);
}

TEST_CASE("what cannot be read is an error, or is listed while the rest is read") {
    const Scratch scratch;
    const std::filesystem::path root = scratch.folder(), boots = root / "shoes" / "boots";
    put(boots / "good.png", encode_png(pattern({12, 9})));
    CHECK(read_folder(root, Size{12, 9}).size() == 1);
    put(boots / "cut.png", cut(encode_png(pattern({12, 9})), 0.5));
    CHECK_THROWS_AS(read_folder(root, Size{12, 9}), FileError);
    put(boots / "empty.jpg", {});
    put(boots / "na\xFFme.png", encode_png(pattern({12, 9})));
    put(root / "shoes" / "stray.png", encode_png(pattern({12, 9})));
    put(root / "stray.txt", {65});
    put(boots / "deeper" / "a.png", encode_png(pattern({12, 9})));
    std::filesystem::create_symlink("nowhere", boots / "link.png");
    std::filesystem::create_symlink("loop.png", boots / "loop.png");
    ::mkfifo((boots / "pipe.png").c_str(), 0600);

    std::vector<Rejection> rejected;
    CHECK(read_folder(root, Size{12, 9}, {.rejected = &rejected}).size() == 1);
    const auto reason = [&](const std::string& name) -> std::string {
        for (const Rejection& file : rejected)
            if (file.path.filename() == name) return file.reason;
        return "not listed";
    };
    CHECK(rejected.size() == 9);
    CHECK(reason("cut.png") == "the PNG is cut off");
    CHECK(reason("empty.jpg") == "the file is empty");
    CHECK(reason("na\xFFme.png") == "its name is not UTF-8");
    CHECK(reason("stray.png") == "it is not in a folder category/subclass");
    CHECK(reason("stray.txt") == "it is not in a folder category/subclass");
    CHECK(reason("deeper") == "it is a folder where a photograph was expected");
    CHECK(reason("link.png") == "it is a link to nothing");
    CHECK(reason("loop.png").starts_with("it cannot be examined"));
    CHECK(reason("pipe.png") == "it is not a regular file");
    CHECK_THROWS_AS(read_folder(root / "none", Size{12, 9}), FileError);
}

TEST_CASE("a folder that cannot be listed is rejected with all that is in it") {
    const Scratch scratch;
    const std::filesystem::path root = scratch.folder(), boots = root / "shoes" / "boots";
    put(root / "shoes" / "heels" / "a.png", encode_png(pattern({12, 9})));
    put(boots / "b.png", encode_png(pattern({12, 9})));
    ::chmod(boots.c_str(), 0);
    const bool all_powerful = ::geteuid() == 0;  // to whom every folder opens
    constexpr uid_t nobody = 65534;
    if (all_powerful && ::seteuid(nobody) != 0) return;
    std::error_code unreachable;
    if (std::filesystem::directory_iterator{root, unreachable}; !unreachable) {
        const FolderScan scan = scan_folder(root);
        CHECK(scan.photos.size() == 1);
        REQUIRE(scan.rejected.size() == 1);
        CHECK(scan.rejected[0].path == boots);
        CHECK(scan.rejected[0].reason == "the folder cannot be read: Permission denied");
    }
    if (all_powerful) CHECK(::seteuid(0) == 0);
    ::chmod(boots.c_str(), 0700);
}

TEST_CASE("UTF-8 is what RFC 3629 says") {
    for (const char* text : {"", "photo.jpg", "Fu\xC3\x9F", "\xE9\x9E\x8B", "\xF0\x9F\x91\x96", "\xF4\x8F\xBF\xBF"})
        CHECK(is_utf8(text));
    for (const char* text : {"\x80", "\xC3", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80",
                             "\xF4\x90\x80\x80", "\xF0\x80\x80\x80", "\xE9\x9E", "\xFF", "a\xC3(b"})
        CHECK_FALSE(is_utf8(text));
}

TEST_CASE("a name that two classes have is an error") {
    const Scratch scratch;
    put(scratch / "shoes/boots/a.png", encode_png(pattern({12, 9})));
    CHECK_THROWS_WITH_AS(read_folder(scratch.folder(), Size{12, 9}, {.class_names = {"shoes", "shoes"}}),
                         "denim: class_names: a name for each class was expected, but 'shoes' is given to classes 0 and 1", std::invalid_argument);
}
