// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"
#include "said.hpp"
#include "scratch.hpp"

#include <denim/training/checkpoint.hpp>
#include <denim/training/early_stopping.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>
#include <thread>

#include <sys/resource.h>

using namespace denim;

namespace {

// Ends a run as if from outside.
struct Leave {
    std::size_t epoch, batch;
    void on_batch(Run& run) const {
        if (run.epoch == epoch && run.batch == batch) run.stop = run.interrupted = true;
    }
};

struct Crash {
    std::size_t epoch, batch;
    void on_batch(Run& run) const {
        if (run.epoch == epoch && run.batch == batch) throw std::runtime_error("crash");
    }
};

// A rate that a callback changes is part of the state.
struct Fall {
    void on_batch(Run& run) const { run.rate *= 0.99f; }
};

const std::vector<double> losses{0.9, 0.5, 0.6, 0.55, 0.4, 0.3};

FakeLearner& scripted(FakeLearner& learner) {
    learner.validation_losses = losses;
    return learner;
}

}  // namespace

TEST_CASE("a run that was interrupted in the middle of an epoch goes on with the same bits, early stopping included") {
    FakeLearner whole;
    const History expected = fake_fit(scripted(whole), 20, Fall{}, EarlyStopping{.patience = 2});
    REQUIRE(expected.epochs.size() == 4);
    for (const std::size_t epoch : {1u, 2u, 3u, 4u})
        for (const std::size_t batch : {1u, 3u, 4u}) {
            const Scratch scratch;
            FakeLearner first, second;
            CHECK_THROWS_AS(fake_fit(scripted(first), 20, Checkpoint{scratch / "run"}, Fall{}, EarlyStopping{.patience = 2},
                                     Leave{epoch, batch}),
                            Interrupted);
            scripted(second).begin_at(epoch - 1);
            History history;
            const std::string nothing =
                said([&] { history = fake_fit(second, 20, Checkpoint{scratch / "run"}, Fall{}, EarlyStopping{.patience = 2}); });
            CHECK(nothing.empty());
            INFO(epoch << ' ' << batch);
            CHECK(numbers_of(second) == numbers_of(whole));
            CHECK(history.epochs.size() == expected.epochs.size());
            CHECK(history.best_epoch == expected.best_epoch);
            for (std::size_t n = 0; n < history.epochs.size(); ++n)
                CHECK(history.epochs[n].train.loss == expected.epochs[n].train.loss);
            // Started once more, it is done already, and says so.
            FakeLearner third;
            const std::string line = said([&] {
                fake_fit(scripted(third), 20, Checkpoint{scratch / "run"}, Fall{}, EarlyStopping{.patience = 2}, Crash{5, 1});
            });
            CHECK(numbers_of(third) == numbers_of(whole));
            CHECK(line == "denim: fit: " + (scratch / "run" / "last.checkpoint").string() +
                              " is of this run, which ended after 4 epochs: its weights and history are taken up, and nothing is learned; to learn "
                              "anew, remove the file\n");
        }
}

TEST_CASE("after a crash it goes on from the last epoch that was kept, and may learn for longer") {
    const Scratch scratch;
    FakeLearner whole, first, second, third;
    fake_fit(whole, 9, Fall{});
    CHECK_THROWS(fake_fit(first, 5, Checkpoint{.folder = scratch / "run", .every_epochs = 2}, Fall{}, Crash{4, 2}));
    write_bytes(scratch / "run/.denim-0.partial", {});
    CHECK(read_snapshot(scratch / "run/last.checkpoint").epoch == 2);
    fake_fit(second, 5, Checkpoint{.folder = scratch / "run", .every_epochs = 2}, Fall{});
    CHECK(read_snapshot(scratch / "run/last.checkpoint").epoch == 5);
    CHECK_FALSE(std::filesystem::exists(scratch / "run/.denim-0.partial"));
    CHECK(fake_fit(third, 9, Checkpoint{scratch / "run"}, Fall{}).epochs.size() == 9);
    CHECK(numbers_of(third) == numbers_of(whole));
}

namespace {

// A clock that goes on by what an epoch takes and by what writing does, which is known by its thread.
std::atomic<double> time_now = 0, writing_takes = 0;
std::thread::id training;
double clock_of_the_test() {
    if (std::this_thread::get_id() != training) time_now += writing_takes;
    return time_now;
}

// Four batches take a second; looks at the files after each epoch, when what was begun is on the disk.
struct Watch {
    Checkpoint& checkpoint;
    std::vector<std::size_t> last = {};           // the epoch that stands in last.checkpoint
    std::vector<std::vector<float>> best = {};  // what stands in best.safetensors
    void on_batch(Run&) const { time_now += 0.25; }
    void on_rest(Run& run) {
        if (!run.between_epochs()) return;
        checkpoint.writer_->wait();
        last.push_back(std::filesystem::exists(checkpoint.last()) ? read_snapshot(checkpoint.last()).epoch : 0);
        best.push_back(std::filesystem::exists(checkpoint.best()) ? best_of(checkpoint) : std::vector<float>{});
    }
    static std::vector<float> best_of(const Checkpoint& checkpoint) {
        const Weights weights = read_weights(checkpoint.best());
        return {weights.tensor("0.weights").values.begin(), weights.tensor("0.weights").values.end()};
    }
};

Checkpoint timed(const std::filesystem::path& folder, double seconds) {
    training = std::this_thread::get_id();
    writing_takes = seconds;
    return {.folder = folder, .clock_ = clock_of_the_test};
}

}  // namespace

TEST_CASE("unless it is told how often, a checkpoint takes at most 3 % of the time; the last is kept") {
    const Scratch scratch;
    Checkpoint checkpoint = timed(scratch / "run", 0.1);
    Watch watch{checkpoint};
    FakeLearner learner;
    fake_fit(learner, 14, checkpoint, watch);
    // 3.33 s from when one was begun: after epoch 1, 5 and 9, of those between.
    CHECK(watch.last == std::vector<std::size_t>{1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 13, 14});

    Checkpoint quick = timed(scratch / "quick", 0.02);
    Watch each{quick};
    fake_fit(learner, 5, quick, each);
    CHECK(each.last == std::vector<std::size_t>{1, 2, 3, 4, 5});

    Checkpoint slow = timed(scratch / "slow", 1000);
    Watch rarely{slow};
    fake_fit(learner, 30, slow, rarely);
    CHECK(rarely.last.front() == 1);
    CHECK(rarely.last[28] == 1);
    CHECK(rarely.last.back() == 30);

    Checkpoint stopped = timed(scratch / "stopped", 1000);
    Watch early{stopped};
    FakeLearner scripted_learner;
    fake_fit(scripted(scripted_learner), 20, stopped, EarlyStopping{.patience = 2}, early);
    CHECK(early.last == std::vector<std::size_t>{1, 1, 1, 4});

    // A million weights are 20 MB, which are taken for 0.08 s until it is known better.
    Checkpoint of_many = timed(scratch / "many", 0.02);
    Watch first{of_many};
    FakeLearner many{1'000'000};
    fake_fit(many, 5, of_many, first);
    CHECK(first.last == std::vector<std::size_t>{0, 0, 3, 4, 5});
}

TEST_CASE("where the end is kept in another way, the last epoch is one of all, and the best is on the disk") {
    const Scratch scratch;
    Checkpoint checkpoint = timed(scratch / "run", 0.1);
    checkpoint.at_end = false;
    Watch watch{checkpoint};
    Remember remember;
    FakeLearner learner;
    fake_fit(learner, 7, checkpoint, watch, remember);
    CHECK(watch.last == std::vector<std::size_t>{1, 1, 1, 1, 5, 5, 5});
    CHECK(watch.best.back() == remember.all[4]);
    CHECK(Watch::best_of(checkpoint) == remember.all[6]);
    CHECK(read_snapshot(checkpoint.last()).epoch == 5);
    FakeLearner goes_on;
    fake_fit(goes_on, 7, checkpoint);
    CHECK(numbers_of(goes_on) == numbers_of(learner));
}

TEST_CASE("what was asked for is kept, whatever it takes") {
    const Scratch scratch;
    Checkpoint every_second = timed(scratch / "second", 1000);
    every_second.every_epochs = 2;
    Watch watch{every_second};
    FakeLearner learner;
    fake_fit(learner, 7, every_second, watch);
    CHECK(watch.last == std::vector<std::size_t>{0, 2, 2, 4, 4, 6, 7});

    Checkpoint at_the_end = timed(scratch / "end", 0);
    at_the_end.every_epochs = 0;
    Watch end{at_the_end};
    FakeLearner crashes, ends;
    CHECK_THROWS(fake_fit(crashes, 9, at_the_end, Crash{9, 4}));
    fake_fit(ends, 9, at_the_end, end);
    CHECK(end.last == std::vector<std::size_t>{0, 0, 0, 0, 0, 0, 0, 0, 9});

    Checkpoint by_time = timed(scratch / "time", 0);
    by_time.every_epochs = 0;
    by_time.every_minutes = 2.6 / 60;  // 11 batches
    Watch minutes{by_time};
    FakeLearner timed_learner;
    CHECK_THROWS(fake_fit(timed_learner, 6, by_time, minutes, Crash{6, 3}));
    CHECK(minutes.last == std::vector<std::size_t>{0, 0, 3, 3, 3});
    const Snapshot last = read_snapshot(by_time.last());
    CHECK(last.epoch == 6);
    CHECK(last.batch == 2);
}

TEST_CASE("the best weights stand before the checkpoint that knows of them, and reach the disk however the run ends") {
    const Scratch scratch;
    Checkpoint checkpoint = timed(scratch / "run", 0.1);
    Watch watch{checkpoint};
    Remember remember;
    FakeLearner learner;
    learner.validation_losses = {0.9, 0.8, 0.7, 0.75, 0.76, 0.6, 0.5, 0.9};
    CHECK_THROWS(fake_fit(learner, 20, checkpoint, watch, remember, Crash{8, 1}));
    REQUIRE(watch.last == std::vector<std::size_t>{1, 1, 1, 1, 5, 5, 5});
    const auto& all = remember.all;
    CHECK(watch.best == std::vector<std::vector<float>>{all[0], all[0], all[0], all[0], all[2], all[2], all[2]});
    CHECK(Watch::best_of(checkpoint) == all[6]);
    // The run that goes on finds the same best, and keeps it in the end though it is not the last.
    FakeLearner again;
    again.validation_losses = learner.validation_losses;
    again.begin_at(5);
    fake_fit(again, 10, checkpoint);
    CHECK(Watch::best_of(checkpoint) == all[6]);
    CHECK(read_snapshot(checkpoint.last()).epoch == 10);
}

TEST_CASE("checkpoints by time stand in the middle of epochs") {
    const Scratch scratch;
    FakeLearner learner;
    CHECK_THROWS(
        fake_fit(learner, 5, Checkpoint{.folder = scratch / "run", .every_epochs = 0, .every_minutes = 1e-12}, Crash{2, 3}));
    const Snapshot snapshot = read_snapshot(scratch / "run/last.checkpoint");
    CHECK(snapshot.epoch == 2);
    CHECK(snapshot.batch == 2);
    CHECK(snapshot.step == 6);
}

TEST_CASE("minutes that are no time are refused, and nothing is written") {
    const Scratch scratch;
    for (const double minutes : {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        FakeLearner learner;
        CHECK(message_of([&] { fake_fit(learner, 2, Checkpoint{.folder = scratch / "run", .every_minutes = minutes}); })
                  .starts_with("denim: Checkpoint: every_minutes was expected as a finite number of at least 0, but is "));
        CHECK_FALSE(std::filesystem::exists(scratch / "run"));
    }
}

TEST_CASE("the best epoch is kept as weights that other programs read") {
    const Scratch scratch;
    FakeLearner learner;
    Remember remember;
    fake_fit(scripted(learner), 4, Checkpoint{.folder = scratch / "run", .labels = {"a", "b"}}, remember);
    const Weights weights = read_weights(scratch / "run/best.safetensors");
    CHECK(weights.metadata().architecture == "Fake");
    CHECK(weights.metadata().labels == std::vector<std::string>{"a", "b"});
    const auto values = weights.tensor("0.weights").values;
    CHECK(std::vector<float>(values.begin(), values.end()) == remember.all[1]);
    CHECK(weights.metadata().sample->output == std::vector<float>{remember.all[1][0], remember.all[1][1]});
}

TEST_CASE("the checkpoint of another run, and a file that is none, are errors that name the file") {
    const Scratch scratch;
    FakeLearner learner;
    fake_fit(learner, 1, Checkpoint{scratch / "run"});
    FakeSet set;
    Checkpoint checkpoint{scratch / "run"};
    const std::array<CallbackReference, 1> callbacks{CallbackReference{checkpoint}};
    const FitOptions options{.epochs = 2, .batch = 4, .seed = Seed{5}};
    const std::string message = message_of([&] {
        detail::TrainingLoop{learner, set.samples(), nullptr, options, callbacks}.run();
    });
    INFO(message);
    CHECK(message.find("last.checkpoint: take another folder") != std::string::npos);
    CHECK(message.find("batch: the snapshot has 3, this run 4") != std::string::npos);
    CHECK(message.find("seed") == std::string::npos);
    FakeLearner fresh;
    CHECK(fake_fit(fresh, 1, Checkpoint{.folder = scratch / "run", .resume = false}).epochs.size() == 1);

    const std::vector<std::byte> good = read_bytes(scratch / "run/last.checkpoint");
    for (std::size_t size = 0; size < good.size(); size += 7) {
        write_bytes(scratch / "run/last.checkpoint", std::span{good}.first(size));
        CHECK_THROWS_AS(read_snapshot(scratch / "run/last.checkpoint"), FileError);
    }
    CHECK(message_of([&] { fake_fit(fresh, 1, Checkpoint{.folder = scratch / "run", .labels = {"one"}}); }).find("1 labels") !=
          std::string::npos);
}

TEST_CASE("no room on the disk is an error, and the older checkpoint stays whole") {
    const Scratch scratch;
    FakeLearner learner, other;
    fake_fit(learner, 2, Checkpoint{scratch / "run"});
    const std::vector<std::byte> before = read_bytes(scratch / "run/last.checkpoint");
    ::rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const ::rlimit small{64, limit.rlim_max};
    const auto signal = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string message = message_of([&] { fake_fit(other, 4, Checkpoint{scratch / "run"}); });
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, signal);
    CHECK(message.find("cannot be written") != std::string::npos);
    CHECK(read_bytes(scratch / "run/last.checkpoint") == before);
    CHECK(read_snapshot(scratch / "run/last.checkpoint").epoch == 2);
    FakeLearner whole, third;
    fake_fit(whole, 4);
    fake_fit(third, 4, Checkpoint{scratch / "run"});
    CHECK(numbers_of(third) == numbers_of(whole));
}

TEST_CASE("what goes wrong while training goes on is thrown from fit, as what it is") {
    struct Vanish {
        const Checkpoint& checkpoint;
        std::size_t epoch, after = 0;
        void on_epoch(Run& run) const {
            if (run.epoch != epoch) return;
            checkpoint.writer_->wait();
            std::filesystem::remove_all(checkpoint.folder);
        }
        void on_batch(Run& run) {
            if (run.epoch <= epoch) return;
            std::this_thread::sleep_for(std::chrono::milliseconds{++after == 1 ? 100 : 1});  // the write fails meanwhile
        }
    };
    for (const std::size_t epoch : {1u, 3u, 1000u, 2000u}) {
        const Scratch scratch;
        FakeLearner learner;
        learner.validation_losses = {0.5};  // the first epoch stays the best, so that nothing else is written
        Checkpoint checkpoint{.folder = scratch / "run", .every_epochs = epoch};
        Vanish vanish{checkpoint, epoch};
        const auto run = [&] { fake_fit(learner, 2000, vanish, checkpoint); };
        CHECK_THROWS_WITH_AS(run(), doctest::Contains("cannot be written into its folder"), FileError);
        CHECK(vanish.after < (epoch == 1000 ? 2000 : 4 * (2000 - epoch) + 1));  // long before the next write
        CHECK_FALSE(std::filesystem::exists(scratch / "run"));
    }
}

TEST_CASE("weights that are no numbers are kept nowhere, and what stood there stays") {
    struct Poison {
        std::size_t epoch;
        void on_epoch(Run& run) const {
            if (run.epoch == epoch) run.learner.parameters()[3] = NAN;
        }
    };
    const Scratch scratch;
    FakeLearner learner;
    learner.validation_losses = {0.5, 0.25, 0.1};
    const std::string message = message_of([&] { fake_fit(learner, 4, Poison{2}, Checkpoint{.folder = scratch / "run", .every_epochs = 1}); });
    CHECK(message.find("not finite") != std::string::npos);
    const Snapshot kept = read_snapshot(scratch / "run/last.checkpoint");
    CHECK(kept.epoch == 1);
    CHECK(all_finite(kept.parameters));
    CHECK(all_finite(read_weights(scratch / "run/best.safetensors").tensor("0.weights").values));
    CHECK_THROWS_AS(write_snapshot(scratch / "run/last.checkpoint", Snapshot{.parameters = {NAN}}), FileError);
    CHECK_THROWS_AS(write_snapshot(scratch / "run/last.checkpoint", Snapshot{.average = {NAN}}), FileError);
    CHECK_THROWS_AS(write_snapshot(scratch / "run/last.checkpoint", Snapshot{.optimizer = {NAN}}), FileError);
    CHECK(read_snapshot(scratch / "run/last.checkpoint").epoch == 1);
}

TEST_CASE("a run of fewer epochs than the checkpoint has is another one") {
    const Scratch scratch;
    FakeLearner first, second;
    fake_fit(first, 4, Checkpoint{scratch / "run"});
    CHECK(message_of([&] { fake_fit(second, 3, Checkpoint{scratch / "run"}); }).find("epochs: the snapshot has 4, this run 3") !=
          std::string::npos);
}

TEST_CASE("callbacks' settings are part of a run, and two of one type remember apart") {
    const Scratch scratch;
    const EarlyStopping by_loss{.patience = 3}, by_accuracy{.patience = 9, .monitor = Monitor::train_accuracy};
    FakeLearner whole, first, second, third;
    EarlyStopping one = by_loss, two = by_accuracy, one_again = by_loss, two_again = by_accuracy;
    fake_fit(scripted(whole), 5, one, two);
    CHECK_THROWS_AS(
        fake_fit(scripted(first), 5, Checkpoint{scratch / "run"}, EarlyStopping{by_loss}, EarlyStopping{by_accuracy}, Leave{4, 1}),
        Interrupted);
    scripted(second).begin_at(3);
    fake_fit(second, 5, Checkpoint{scratch / "run"}, one_again, two_again);
    CHECK(one_again.best_ == one.best_);
    CHECK(two_again.best_ == two.best_);
    CHECK(two_again.best_epoch_ == two.best_epoch_);
    CHECK(one.best_ != two.best_);
    const std::string message = message_of(
        [&] { fake_fit(scripted(third), 5, Checkpoint{scratch / "run"}, EarlyStopping{.patience = 4}, EarlyStopping{by_accuracy}); });
    INFO(message);
    CHECK(message.find("EarlyStopping.patience: the snapshot has 3, this run 4") != std::string::npos);
    CHECK(message.find("EarlyStopping 2") == std::string::npos);
}

TEST_CASE("what another process is writing into the folder stays") {
    const Scratch scratch;
    std::filesystem::create_directory(scratch / "run");
    AtomicFile other{scratch / "run/other"};
    other.write("theirs");
    FakeLearner learner;
    fake_fit(learner, 1, Checkpoint{scratch / "run"});
    CHECK_NOTHROW(other.commit());
}

TEST_CASE("a folder that cannot be written is an error before the first batch") {
    const Scratch scratch;
    write_bytes(scratch / "file", bytes_of_text("no folder"));
    struct Count {
        std::size_t batches = 0;
        void on_batch(Run&) { ++batches; }
    } count;
    FakeLearner learner;
    CHECK_THROWS_AS(fake_fit(learner, 1, count, Checkpoint{scratch / "file/run"}), FileError);
    std::filesystem::create_directories(scratch / "run/best.safetensors");
    CHECK_THROWS_AS(fake_fit(learner, 1, count, Checkpoint{scratch / "run"}), FileError);
    CHECK_THROWS_AS(fake_fit(learner, 1, count, Checkpoint{.folder = scratch / "run", .every_epochs = 0}), FileError);
    CHECK(count.batches == 0);
}

TEST_CASE("a snapshot of a run that nobody described before it began is an error") {
    struct Late {
        void on_epoch(Run& run) const { static_cast<void>(run.resumable->snapshot()); }
    };
    struct Early : Late {
        std::size_t settings = 0;
        void on_begin(Run& run) { settings = run.resumable->record().all().size(); }
    } early;
    FakeLearner learner;
    CHECK_THROWS_AS(fake_fit(learner, 1, Late{}), std::logic_error);
    fake_fit(learner, 1, early);
    CHECK(early.settings > 20);
}
