// SPDX-License-Identifier: MIT
#include <denim/machine/atomic_file.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <csignal>

#include "scratch.hpp"

using namespace denim;

namespace {

/// While it lives, no file of this process grows beyond `bytes`: writing fails as on a full disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int);
};

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

long files_in(const Scratch& scratch) { return std::distance(std::filesystem::directory_iterator{scratch.folder()}, {}); }

}  // namespace

TEST_CASE("a file appears with commit, and an older one stands until then") {
    const Scratch scratch;
    write_bytes(scratch / "x", bytes_of_text("old"));
    AtomicFile file{scratch / "x"};
    file.write("hello ");
    file.write(std::string(1'000'000, '.'));
    file.write("world");
    CHECK(file.size() == 1'000'011);
    file.overwrite(0, bytes_of_text("J"));
    CHECK(text_of(scratch / "x") == "old");
    file.commit();
    CHECK(text_of(scratch / "x") == "Jello " + std::string(1'000'000, '.') + "world");
    CHECK(files_in(scratch) == 1);
}

TEST_CASE("a file without commit leaves nothing behind") {
    const Scratch scratch;
    write_bytes(scratch / "x", bytes_of_text("old"));
    try {
        AtomicFile file{scratch / "x"};
        file.write("new");
        throw std::runtime_error{"stop"};
    } catch (const std::runtime_error&) {
    }
    CHECK(text_of(scratch / "x") == "old");
    CHECK(files_in(scratch) == 1);
}

TEST_CASE("a full disk is an error and leaves the older file whole") {
    const Scratch scratch;
    write_bytes(scratch / "x", bytes_of_text("old"));
    for (const std::size_t size : {1000u, 10'000'000u}) {  // found at commit, and while writing
        const FullDisk disk{500};
        CHECK_THROWS_WITH_AS(
            [&] {
                AtomicFile file{scratch / "x"};
                file.write(std::string(size, '.'));
                file.commit();
            }(),
            doctest::Contains("x: cannot be written: "), FileError);
    }
    CHECK(text_of(scratch / "x") == "old");
    CHECK(files_in(scratch) == 1);
}

TEST_CASE("a folder that is not there or cannot hold the file is an error that says so") {
    const Scratch scratch;
    CHECK_THROWS_WITH_AS(AtomicFile(scratch / "no" / "x"), doctest::Contains("cannot be written into its folder: No such file"),
                         FileError);
    CHECK_THROWS_WITH_AS(AtomicFile{scratch.folder()}, doctest::Contains("it is a folder"), FileError);
    CHECK_THROWS_AS(AtomicFile{scratch.folder() / ""}, FileError);
    CHECK(files_in(scratch) == 0);
}

TEST_CASE("a link stays a link, and its target keeps its rights") {
    const Scratch scratch;
    write_bytes(scratch / "target", bytes_of_text("old"));
    std::filesystem::permissions(scratch / "target", std::filesystem::perms{0640});
    std::filesystem::create_symlink("target", scratch / "link");
    AtomicFile file{scratch / "link"};
    file.write("new");
    file.commit();
    CHECK(std::filesystem::is_symlink(scratch / "link"));
    CHECK(text_of(scratch / "target") == "new");
    CHECK(std::filesystem::status(scratch / "target").permissions() == std::filesystem::perms{0640});
}

TEST_CASE("a name as long as the file system allows has room for its temporary one") {
    const Scratch scratch;
    AtomicFile file{scratch / std::string(255, 'x')};
    file.write("new");
    file.commit();
    CHECK(text_of(scratch / std::string(255, 'x')) == "new");
}
