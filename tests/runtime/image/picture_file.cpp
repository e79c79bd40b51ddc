// SPDX-License-Identifier: MIT
#include <denim/image/picture_file.hpp>

#include <doctest/doctest.h>

#include "picture_files.hpp"
#include "scratch.hpp"

using namespace denim;

TEST_CASE("a written picture is read again, whole or fitted") {
    const Scratch scratch;
    const Picture picture = picture_files::pattern({40, 30});
    write_png(scratch / "a.png", picture);
    CHECK(read_picture(scratch / "a.png") == picture);
    CHECK(read_picture(scratch / "a.png", Size{12, 9}) == fit(picture, {12, 9}));
    CHECK(read_picture(scratch / "a.png", Size{12, 20}) == fit(picture, {12, 20}));
    write_jpeg(scratch / "b.jpg", picture);
    CHECK(read_picture(scratch / "b.jpg") == decode(encode_jpeg(picture)));
}

TEST_CASE("errors name the file") {
    const Scratch scratch;
    const auto message = [&](const std::string& name) -> std::string {
        try {
            read_picture(scratch / name);
        } catch (const FileError& error) {
            return error.what();
        }
        return "read";
    };
    std::ofstream{scratch / "empty.jpg"};
    CHECK(message("empty.jpg") == (scratch / "empty.jpg").string() + ": the file is empty");
    CHECK(message("none.jpg") == (scratch / "none.jpg").string() + ": cannot be opened for reading: No such file or directory");
    std::filesystem::create_directory(scratch / "folder.jpg");
    CHECK(message("folder.jpg") == (scratch / "folder.jpg").string() + ": a regular file was expected, it is a folder");
    CHECK_THROWS_AS(write_png(scratch / "none" / "a.png", Picture{Size{2, 2}}), FileError);
    CHECK_THROWS_AS(write_png(scratch / "a.png", Picture{}), std::invalid_argument);
    CHECK_THROWS_AS(encode_jpeg(Picture{Size{2, 2}}, 0), std::invalid_argument);
    CHECK(std::filesystem::is_empty(scratch / "folder.jpg"));
    CHECK_FALSE(std::filesystem::exists(scratch / "a.png"));
}
