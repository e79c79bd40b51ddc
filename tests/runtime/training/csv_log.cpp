// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"
#include "scratch.hpp"

#include <denim/training/csv_log.hpp>

#include <doctest/doctest.h>

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
    CHECK(message_of([&] { fake_fit(learner, 1, CsvLog{"/nowhere/log.csv"}); }).find("/nowhere/log.csv") != std::string::npos);
}
