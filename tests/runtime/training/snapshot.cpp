// SPDX-License-Identifier: MIT
// What a run's state costs: who reads it copies nothing, who keeps it copies into memory that there is.
#include "runtime/training/fake_learner.hpp"

#include "scratch.hpp"

#include <denim/training/checkpoint.hpp>
#include <denim/training/early_stopping.hpp>
#include <denim/training/stop_on_nan.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t large = 400'000;       // bytes of the weights
std::atomic<std::size_t> large_arrays = 0;  // that this program has asked for

}  // namespace

// Every array of the program comes and goes through these; inlined, g++ takes a malloc for a mismatch.
extern "C++" {
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    if (bytes >= large) ++large_arrays;
    if (void* const memory = std::malloc(bytes)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    if (bytes >= large) ++large_arrays;
    const auto step = static_cast<std::size_t>(alignment);
    if (void* const memory = std::aligned_alloc(step, (bytes + step - 1) / step * step)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
}

using namespace denim;

TEST_CASE("a snapshot is a view of the run") {
    struct Look {
        std::size_t taken = 0;
        void on_begin(Run& run) const { run.resumable->record(); }
        void on_rest(Run& run) {
            const std::size_t before = large_arrays;
            const SnapshotView now = run.resumable->snapshot();
            CHECK(large_arrays == before);
            CHECK(now.parameters.data() == run.learner.parameters().data());
            CHECK(now.parameters.size() == large / 4);
            CHECK(now.optimizer.size() == 2 * now.parameters.size());
            CHECK(now.average.empty());
            CHECK(now.batch == run.batch);
            ++taken;
        }
    } look;
    FakeLearner learner{large / 4};
    learner.validation_losses = {0.5};
    fake_fit(learner, 2, look, EarlyStopping{.patience = 9}, StopOnNaN{nullptr});
    CHECK(look.taken == 10);
}

TEST_CASE("what keeps weights in each epoch takes no more memory in many epochs than in a few") {
    const auto taken = [](std::size_t epochs, double momentum) {
        const Scratch scratch;
        FakeLearner learner{large / 4};
        learner.validation_losses = {0.9, 0.8, 0.7, 0.75, 0.6, 0.5, 0.55, 0.4, 0.3, 0.2};
        FitOptions options{.epochs = epochs};
        if (momentum > 0) options.averaging = Ema{momentum};
        const std::size_t before = large_arrays;
        fake_fit(learner, options, EarlyStopping{.patience = 99}, StopOnNaN{nullptr}, Checkpoint{.folder = scratch / "run", .every_epochs = 1});
        return large_arrays - before;
    };
    // The optimizer's two of each weight, the copy of these; an average; the best weights, the last good ones, those on their way to the disk.
    CHECK(taken(30, 0) <= 6);
    CHECK(taken(30, 0.5) <= 9);
    CHECK(taken(1, 0) > 2);
}

TEST_CASE("a file has shared numbers once, and gives them back to all who had them") {
    const Scratch scratch;
    const std::vector<float> weights{1, 2, 3, 4, 5, 6, 7, 8, 9}, moments{0.5f, 0.25f};
    const SharedNumbers shared{std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9}}, other{std::vector<float>{7, 7}};
    SnapshotView view{.parameters = {shared.data(), shared.size()}, .optimizer = moments, .average = {shared.data(), shared.size()}};
    view.memory.arrays = {{"best", shared}, {"good", other}, {"good again", other}, {"none", {}}, {"none again", {}}};
    view.memory.numbers = {{"best", 0.5}};
    write_snapshot(scratch / "shared", view);
    const Safetensors file{scratch / "shared"};
    std::size_t floats = 0;
    for (const TensorEntry& tensor : file.tensors())
        if (tensor.type == ElementType::float32) floats += (tensor.end - tensor.begin) / 4;
    CHECK(floats == 9 + 2 + 2);
    const Snapshot back = read_snapshot(scratch / "shared");
    CHECK(back.parameters == weights);
    CHECK(back.average == weights);
    CHECK(back.optimizer == moments);
    CHECK(back.memory.numbers == view.memory.numbers);
    REQUIRE(back.memory.arrays.size() == 5);
    const auto numbers = [&](const char* name) {
        const SharedNumbers& array = back.memory.arrays.at(name);
        return std::vector<float>(array.begin(), array.end());
    };
    CHECK(numbers("best") == weights);
    CHECK(numbers("good") == std::vector<float>{7, 7});
    CHECK(numbers("good again") == std::vector<float>{7, 7});
    CHECK(back.memory.arrays.at("good").data() == back.memory.arrays.at("good again").data());
    CHECK(numbers("none").empty());
    CHECK(numbers("none again").empty());
    const SnapshotView again = back;
    CHECK(again.parameters.data() == back.parameters.data());
    CHECK(again.average.size() == 9);
}

TEST_CASE("all that a run counts and scores comes back from its file") {
    const Scratch scratch;
    const std::vector<float> weights{1, 2};
    SnapshotView view{.parameters = weights, .optimizer = {}, .average = {}};
    view.step = 11;
    view.epoch = 3;
    view.batch = 5;
    view.images = 320;
    view.finished = true;
    view.train = {0.625, 0.75};
    view.seconds = 12.5;
    view.rate = 0.03125f;
    view.history.best_epoch = 2;
    view.history.epochs = {{1, {0.5, 0.25}, {0.75, 0.125}, 0.0625, 3.5, 4.5}};
    write_snapshot(scratch / "run", view);
    const Snapshot back = read_snapshot(scratch / "run");
    CHECK(back.step == 11);
    CHECK(back.epoch == 3);
    CHECK(back.batch == 5);
    CHECK(back.images == 320);
    CHECK(back.finished);
    CHECK(back.train.loss == 0.625);
    CHECK(back.train.accuracy == 0.75);
    CHECK(back.seconds == 12.5);
    CHECK(back.rate == 0.03125f);
    CHECK(back.history.best_epoch == 2);
    REQUIRE(back.history.epochs.size() == 1);
    const auto& [epoch, train, validation, rate, seconds, images, waited] = back.history.epochs.front();
    CHECK(epoch == 1);
    CHECK(train.loss == 0.5);
    CHECK(train.accuracy == 0.25);
    CHECK(validation.loss == 0.75);
    CHECK(validation.accuracy == 0.125);
    CHECK(waited == 0);
    CHECK(rate == 0.0625);
    CHECK(seconds == 3.5);
    CHECK(images == 4.5);
}

TEST_CASE("a file that says of a tensor that it is one which is not there is none of ours") {
    const Scratch scratch;
    write_safetensors(scratch / "file", {}, {{"run", ""}, {"snapshot", "3"}, {"same as/average", "elsewhere"}});
    CHECK_THROWS_WITH_AS(read_snapshot(scratch / "file"), doctest::Contains("a tensor 'elsewhere' was expected"), FileError);
    write_safetensors(scratch / "file", {}, {{"run", ""}, {"snapshot", "2"}});
    CHECK_THROWS_WITH_AS(read_snapshot(scratch / "file"), doctest::Contains("a snapshot of version 3 was expected"), FileError);
}
