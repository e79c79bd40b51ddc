// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"
#include "scratch.hpp"

#include <denim/training/checkpoint.hpp>
#include <denim/training/csv_log.hpp>

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace denim;

TEST_CASE("one line for each epoch under a header") {
    const Scratch scratch;
    FakeLearner learner;
    learner.validation_losses = {0.5, 0.25};
    fake_fit(learner, 2, CsvLog{scratch / "log.csv"});
    std::ifstream file{scratch / "log.csv"};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "epoch,loss,accuracy,validation_loss,validation_accuracy,rate,images_per_second,seconds");
    CHECK(lines[1].starts_with("1,0.575,"));
    CHECK(lines[2].find(",0.25,0.75,0.001") != std::string::npos);
}

TEST_CASE("numbers that there are not are empty; a folder that is missing is an error") {
    History history;
    history.epochs.push_back({1, {0.5, 1}, {}});
    CHECK(csv(history).ends_with("\n1,0.5,1,,,0,0,0\n"));
    history.epochs.push_back({2, {0.5, 1}, {NAN, 0.25}});
    CHECK(csv(history).ends_with("\n2,0.5,1,nan,0.25,0,0,0\n"));
    FakeLearner learner;
    struct Count {
        std::size_t batches = 0;
        void on_batch(Run&) { ++batches; }
    } count;
    CHECK(message_of([&] { fake_fit(learner, 1, CsvLog{"/nowhere/log.csv"}, count); }).find("/nowhere/log.csv") !=
          std::string::npos);
    CHECK(count.batches == 0);
}

TEST_CASE("the file grows by a line an epoch, and has each epoch once after a run was killed and resumed, or somebody cut it") {
    const Scratch scratch;
    const auto numbers = [&] {
        std::ifstream file{scratch / "log.csv"};
        std::string epochs;
        for (std::string line; std::getline(file, line);) epochs += line.substr(0, line.find(',')) + ' ';
        return epochs;
    };
    struct Look {
        std::filesystem::path file;
        std::vector<ino_t> seen = {};
        void on_rest(Run& run) {
            struct stat status;
            if (run.between_epochs() && ::stat(file.c_str(), &status) == 0) seen.push_back(status.st_ino);
        }
    } look{scratch / "log.csv"};
    struct Crash {
        std::size_t epoch;
        void on_batch(Run& run) const {
            if (run.epoch == epoch) throw std::runtime_error("crash");
        }
    };
    struct Cut {
        std::filesystem::path file;
        void on_batch(Run& run) const {
            if (run.epoch == 6 && run.batch == 1) std::filesystem::resize_file(file, 100);
        }
    };
    FakeLearner first, second;
    const Checkpoint kept{.folder = scratch / "run", .every_epochs = 2};
    CHECK_THROWS(fake_fit(first, 7, CsvLog{scratch / "log.csv"}, Checkpoint{kept}, look, Crash{4}));
    CHECK(numbers() == "epoch 1 2 3 ");
    REQUIRE(look.seen.size() == 3);
    CHECK(look.seen[0] == look.seen[1]);
    CHECK(look.seen[1] == look.seen[2]);
    fake_fit(second, 7, CsvLog{scratch / "log.csv"}, Checkpoint{kept}, Cut{scratch / "log.csv"});
    CHECK(numbers() == "epoch 1 2 3 4 5 6 7 ");
}
