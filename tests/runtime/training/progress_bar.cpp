// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include <denim/training/progress_bar.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

using namespace denim;

TEST_CASE("not on a terminal: a plain line for each epoch, without control characters") {
    FakeLearner learner;
    learner.validation_losses = {0.5};
    std::FILE* words = std::tmpfile();
    fake_fit(learner, 3, ProgressBar{words});
    std::rewind(words);
    std::string text(2000, ' ');
    text.resize(std::fread(text.data(), 1, text.size(), words));
    std::fclose(words);
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
    CHECK(text.starts_with("epoch 1/3  loss 0."));
    CHECK(text.find("validation 0.5000 0.7500") != std::string::npos);
    for (const char letter : text) CHECK((letter == '\n' || (letter >= 0x20 && letter < 0x7f)));
}

TEST_CASE("the line on a terminal") {
    FakeLearner learner;
    History history;
    history.epochs.resize(2);
    Run run{learner, history};
    run.epochs = 15, run.epoch = 3, run.batches = 200, run.batch = 50, run.images = 3200, run.training_images = 12800,
    run.seconds = 8;
    run.train = {0.43211, 0.85119};
    CHECK(ProgressBar::line(run) ==
          "epoch 3/15 [=====>              ] 50/200  loss 0.4321  accuracy 0.8512  400 images/s  0:24 left, 6:48 in all");
    run.reads = true;
    run.waited = 2;
    CHECK(ProgressBar::line(run).ends_with("6:48 in all  reading waited for 25 %"));
    run.batch = 200, run.images = 12800, run.seconds = 32;
    CHECK(ProgressBar::line(run).find("[====================] 200/200") != std::string::npos);
    run.train.accuracy = std::numeric_limits<double>::quiet_NaN();  // a loss that has none
    CHECK(ProgressBar::line(run).find("loss 0.4321  400 images/s") != std::string::npos);
    CHECK(ProgressBar::duration(3 * 3600 + 5 * 60) == "3:05:00");
    CHECK(ProgressBar::duration(59.6) == "1:00");
}

TEST_CASE("on a terminal the line that changes is wiped before the line that stays") {
    const int screen = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (screen < 0 || ::grantpt(screen) != 0 || ::unlockpt(screen) != 0) {
        MESSAGE("there are no terminals here");
        return;
    }
    const int end = ::open(::ptsname(screen), O_RDWR | O_NOCTTY);  // not this program's own, whose end would end it
    REQUIRE(end >= 0);
    std::FILE* terminal = ::fdopen(end, "w");
    REQUIRE(terminal);
    FakeLearner learner;
    learner.validation_losses = {0.5};
    fake_fit(learner, 2, ProgressBar{terminal});
    std::fclose(terminal);  // then what it was told can be read to its end
    std::string text;
    char piece[500];
    for (ssize_t count; (count = ::read(screen, piece, sizeof piece)) > 0;) text.append(piece, static_cast<std::size_t>(count));
    ::close(screen);
    CHECK(text.starts_with("\r\x1b[Kepoch 1/2  loss 0."));
    CHECK(text.find("\n\r\x1b[Kepoch 2/2  loss 0.") != std::string::npos);
}

TEST_CASE("nowhere to write to: nothing is written") {
    FakeLearner learner;
    learner.validation_losses = {0.5};
    CHECK(fake_fit(learner, 2, ProgressLine{nullptr}, ProgressBar{nullptr}).epochs.size() == 2);
}
