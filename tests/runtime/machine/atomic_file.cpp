// SPDX-License-Identifier: MIT
#include <denim/machine/atomic_file.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include "scratch.hpp"

using namespace denim;

namespace {

int sync_fails_with = 0;

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

// Stands in for the C library's, for this program.
extern "C" int fsync(int file) {
    if (sync_fails_with == 0) return static_cast<int>(::syscall(SYS_fsync, file));
    errno = sync_fails_with;
    return -1;
}

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

TEST_CASE("a file system that cannot sync is no error, a disk that fails while it syncs is one") {
    const Scratch scratch;
    for (const int code : {EINVAL, ENOSYS, EOPNOTSUPP, EIO, ENOSPC}) {
        sync_fails_with = code;
        const auto write = [&] {
            AtomicFile file{scratch / "x"};
            file.write(std::to_string(code));
            file.commit();
        };
        if (code == EIO || code == ENOSPC)
            CHECK_THROWS_WITH_AS(write(), doctest::Contains("x: cannot be written: "), FileError);
        else
            CHECK_NOTHROW(write());
        sync_fails_with = 0;
        CHECK(text_of(scratch / "x") == std::to_string(code == EIO || code == ENOSPC ? EOPNOTSUPP : code));
    }
    CHECK(files_in(scratch) == 1);
}

TEST_CASE("what nobody writes any more is removed; what this process or another one is writing stays") {
    const Scratch scratch;
    write_bytes(scratch / ".denim-0123456789abcdef.partial", bytes_of_text("left behind"));
    std::filesystem::create_directory(scratch / ".denim-folder.partial");
    write_bytes(scratch / "others.partial", bytes_of_text("somebody else's"));
    int ready[2], go[2];
    REQUIRE((::pipe(ready) == 0 && ::pipe(go) == 0));
    const ::pid_t child = ::fork();
    if (child == 0) {
        char letter = 0;
        int status = 1;
        try {
            AtomicFile file{scratch / "child"};
            file.write("from another process");
            if (::write(ready[1], "x", 1) == 1 && ::read(go[0], &letter, 1) == 1) file.commit();
            status = 0;
        } catch (const FileError&) {
        }
        std::_Exit(status);
    }
    char letter = 0;
    REQUIRE(::read(ready[0], &letter, 1) == 1);
    {
        AtomicFile file{scratch / "x"};
        file.write("mine");
        CHECK(files_in(scratch) == 5);
        AtomicFile::remove_abandoned(scratch.folder());
        CHECK(files_in(scratch) == 4);
        CHECK_FALSE(std::filesystem::exists(scratch / ".denim-0123456789abcdef.partial"));
        file.commit();
    }
    REQUIRE(::write(go[1], "x", 1) == 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    CHECK(text_of(scratch / "x") == "mine");
    CHECK(text_of(scratch / "child") == "from another process");
    for (const int each : {ready[0], ready[1], go[0], go[1]}) ::close(each);
}

TEST_CASE("writing while others clean up loses nothing") {
    const Scratch scratch;
    std::atomic<bool> done = false;
    std::thread cleaner{[&] {
        while (!done) AtomicFile::remove_abandoned(scratch.folder());
    }};
    std::string wrong;
    for (int n = 0; n < 300 && wrong.empty(); ++n) try {
            AtomicFile file{scratch / "x"};
            file.write(std::to_string(n));
            file.commit();
            if (text_of(scratch / "x") != std::to_string(n)) wrong = "lost " + std::to_string(n);
        } catch (const FileError& error) {
            wrong = error.what();
        }
    done = true;
    cleaner.join();
    CHECK(wrong == "");
    CHECK(files_in(scratch) == 1);
}

TEST_CASE("whether a file can be written is found out without a trace") {
    const Scratch scratch;
    write_bytes(scratch / "x", bytes_of_text("old"));
    AtomicFile::try_writing(scratch / "x");
    AtomicFile::try_writing(scratch / "y");
    CHECK(text_of(scratch / "x") == "old");
    CHECK(files_in(scratch) == 1);
    CHECK_THROWS_WITH_AS(AtomicFile::try_writing(scratch / "no" / "x"), doctest::Contains("cannot be written into its folder"),
                         FileError);
}

TEST_CASE("what is no regular file is not replaced, by its name or through a link") {
    const Scratch scratch;
    REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0644) == 0);
    std::filesystem::create_symlink("/dev/null", scratch / "nowhere");
    std::filesystem::create_symlink(scratch.folder(), scratch / "folder");
    CHECK_THROWS_WITH_AS(AtomicFile{scratch / "pipe"},
                         doctest::Contains("pipe: cannot be written: a regular file was expected, it is a pipe"), FileError);
    CHECK_THROWS_WITH_AS(AtomicFile{scratch / "nowhere"}, doctest::Contains("a regular file was expected, it is a device"), FileError);
    CHECK_THROWS_WITH_AS(AtomicFile{"/dev/null"}, doctest::Contains("/dev/null: cannot be written: a regular file was expected"), FileError);
    CHECK_THROWS_WITH_AS(AtomicFile{scratch / "folder"}, doctest::Contains("it is a folder"), FileError);
    if (::geteuid() == 0 && ::mknod((scratch / "device").c_str(), S_IFCHR | 0666, 0x103) == 0) {
        CHECK_THROWS_AS(AtomicFile{scratch / "device"}, FileError);
        CHECK(std::filesystem::is_character_file(scratch / "device"));
        std::filesystem::remove(scratch / "device");
    }
    CHECK(std::filesystem::is_fifo(scratch / "pipe"));
    CHECK(files_in(scratch) == 3);
}

TEST_CASE("a file keeps its mode, whatever the umask, and nobody else reads the new one meanwhile") {
    const Scratch scratch;
    const mode_t before = ::umask(0);
    for (const unsigned mode : {0600u, 0640u, 0666u, 0751u, 02775u}) {
        write_bytes(scratch / "x", bytes_of_text("old"));
        ::chmod((scratch / "x").c_str(), mode);
        AtomicFile file{scratch / "x"};
        file.write("new");
        struct stat status {};
        for (const auto& entry : std::filesystem::directory_iterator{scratch.folder()}) {
            ::stat(entry.path().c_str(), &status);
            CHECK((status.st_mode & 07777) == mode);
        }
        file.commit();
        ::stat((scratch / "x").c_str(), &status);
        CHECK((status.st_mode & 07777) == mode);
        CHECK(text_of(scratch / "x") == "new");
    }
    ::umask(027);
    AtomicFile file{scratch / "first"};
    file.commit();
    ::umask(before);
    CHECK(std::filesystem::status(scratch / "first").permissions() == std::filesystem::perms{0640});
}

TEST_CASE("a file that may not be written is not replaced, and root's saving leaves a file its owner") {
    const Scratch scratch;
    write_bytes(scratch / "x", bytes_of_text("old"));
    if (::geteuid() == 0) {
        REQUIRE(::chown((scratch / "x").c_str(), 1234, 1234) == 0);
        AtomicFile file{scratch / "x"};
        file.commit();
        struct stat status {};
        ::stat((scratch / "x").c_str(), &status);
        CHECK(status.st_uid == 1234);
        CHECK(status.st_gid == 1234);
    } else {
        ::chmod((scratch / "x").c_str(), 0444);
        CHECK_THROWS_WITH_AS(AtomicFile{scratch / "x"}, doctest::Contains("cannot be written: Permission denied"), FileError);
        CHECK(text_of(scratch / "x") == "old");
    }
}

TEST_CASE("links that lead to a file that is not there yet stay links, also one behind another") {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "run");
    std::filesystem::create_symlink("run/weights", scratch / "second");
    std::filesystem::create_symlink(scratch / "second", scratch / "first");
    for (const char* const text : {"new", "newer"}) {
        AtomicFile file{scratch / "first"};
        file.write(text);
        file.commit();
        CHECK(std::filesystem::is_symlink(scratch / "first"));
        CHECK(std::filesystem::is_symlink(scratch / "second"));
        CHECK(text_of(scratch / "run" / "weights") == text);
    }
    std::filesystem::create_symlink("circle", scratch / "circle");
    CHECK_THROWS_AS(AtomicFile{scratch / "circle"}, FileError);
    CHECK(std::filesystem::is_symlink(scratch / "circle"));
}
