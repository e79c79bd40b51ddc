// SPDX-License-Identifier: MIT
// kill -9 at any moment, then the same again: the run ends with the bits of one that was never stopped. Each run is a process
// of its own; the test itself stays without threads, so that it may fork.
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace denim;

namespace {

// Kills the process right before its n-th rename, between the writing of a checkpoint and its name. Set before there are threads.
int renames_left = -1;

using Small = Network<Image<12, 12, 1>, Sequential<Conv<3, 8>, MaxPool, BatchNorm, Dropout, Dense<3>>>;

struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    explicit Set(std::size_t count, std::uint64_t seed)
        : images(std::array<std::size_t, 4>{count, 12, 12, 1}), labels(std::array<std::size_t, 1>{count}) {
        Random random{Seed{seed}};
        for (std::size_t n = 0; n < count; ++n) labels(n) = static_cast<std::int32_t>(n % 3);
        for (std::uint8_t& pixel : images) pixel = static_cast<std::uint8_t>(random.below(256));
    }
};

// What is kept in many places: averaged weights, the best and the last good ones, in the middle of epochs and at their ends; and as
// much as fits into the time.
enum class Kept { often, in_time };

void train(Kept kept, const std::filesystem::path& folder) {
    const Set train{150, 1}, validation{60, 2};
    Small network{Seed{1}};
    const FitOptions options{.epochs = 8, .batch = 16, .seed = Seed{3}, .augmentation = {.flip = true}};
    if (kept == Kept::often) {
        fit(network, train, validation, options, Checkpoint{.folder = folder, .every_epochs = 1, .every_minutes = 1e-4}, EarlyStopping{.patience = 3});
    } else {
        FitOptions averaged = options;
        averaged.averaging = Ema{.momentum = 0.9};
        fit(network, train, validation, averaged, StopOnNaN{}, Checkpoint{folder}, EarlyStopping{.patience = 3});
    }
    save(network, folder / "result.safetensors");
}

// The child's end: 0 for a run that reached its end, else the number of the signal that killed it.
int run_child(Kept kept, const std::filesystem::path& folder, int microseconds, int renames = -1) {
    const ::pid_t child = ::fork();
    if (child == 0) {
        renames_left = renames;
        int status = 1;
        try {
            train(kept, folder);
            status = 0;
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        std::_Exit(status);
    }
    if (microseconds >= 0) {
        ::usleep(static_cast<useconds_t>(microseconds));
        ::kill(child, SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

// Stands in for the C library's, for this program.
extern "C" int rename(const char* from, const char* to) noexcept {
    if (renames_left > 0 && --renames_left == 0) std::raise(SIGKILL);
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

TEST_CASE("twenty kills at random moments, each resumed, and as many between write and rename") {
    for (const Kept kept : {Kept::often, Kept::in_time}) {
        const Scratch scratch;
        const auto start = std::chrono::steady_clock::now();
        REQUIRE(run_child(kept, scratch / "whole", -1) == 0);
        const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
        const std::vector<std::byte> expected = read_bytes(scratch / "whole/result.safetensors");
        const std::vector<std::byte> best = read_bytes(scratch / "whole/best.safetensors");
        REQUIRE(expected.size() > 1000);
        REQUIRE(best.size() > 1000);
        const auto check = [&](const std::filesystem::path& folder) {
            CHECK(read_bytes(folder / "result.safetensors") == expected);
            CHECK(read_bytes(folder / "best.safetensors") == best);
        };

        // On a busy machine the first run may take many times what the others do: each that ends unkilled makes the moments earlier.
        Random random{Seed{static_cast<std::uint64_t>(whole)}};
        auto latest = static_cast<std::uint32_t>(whole);
        int killed = 0, ended = 0;
        while (killed < 20) {
            const auto folder = scratch / ("killed-" + std::to_string(ended));
            if (run_child(kept, folder, static_cast<int>(random.below(latest))) == SIGKILL) {
                ++killed;
            } else {
                check(folder);
                latest -= latest / 4;
                ++ended;
            }
        }
        REQUIRE(run_child(kept, scratch / ("killed-" + std::to_string(ended)), -1) == 0);
        check(scratch / ("killed-" + std::to_string(ended)));

        for (int renames = 1; renames <= 20; ++renames) {
            const int signal = run_child(kept, scratch / "renames", -1, renames % 7 + 1);
            CHECK((signal == SIGKILL || signal == 0));
            if (signal == 0) {
                check(scratch / "renames");
                std::filesystem::remove_all(scratch / "renames");
            }
        }
        REQUIRE(run_child(kept, scratch / "renames", -1) == 0);
        check(scratch / "renames");
        MESSAGE(killed << " kills over " << ended + 1 << " runs of " << whole / 1000 << " ms");
    }
}
