// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"
#include "scratch.hpp"

#include <denim/training/checkpoint.hpp>
#include <denim/training/early_stopping.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <limits>

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
            const History history = fake_fit(second, 20, Checkpoint{scratch / "run"}, Fall{}, EarlyStopping{.patience = 2});
            INFO(epoch << ' ' << batch);
            CHECK(numbers_of(second) == numbers_of(whole));
            CHECK(history.epochs.size() == expected.epochs.size());
            CHECK(history.best_epoch == expected.best_epoch);
            for (std::size_t n = 0; n < history.epochs.size(); ++n)
                CHECK(history.epochs[n].train.loss == expected.epochs[n].train.loss);
            // Started once more, it is done already.
            FakeLearner third;
            fake_fit(scripted(third), 20, Checkpoint{scratch / "run"}, Fall{}, EarlyStopping{.patience = 2}, Crash{5, 1});
            CHECK(numbers_of(third) == numbers_of(whole));
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
    const FakeSet set;
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
    const std::string message = message_of([&] { fake_fit(learner, 4, Poison{2}, Checkpoint{scratch / "run"}); });
    CHECK(message.find("not finite") != std::string::npos);
    const Snapshot kept = read_snapshot(scratch / "run/last.checkpoint");
    CHECK(kept.epoch == 1);
    CHECK(all_finite(kept.parameters));
    CHECK(all_finite(read_weights(scratch / "run/best.safetensors").tensor("0.weights").values));
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
