// SPDX-License-Identifier: MIT
#include "runtime/training/fake_learner.hpp"

#include "messages.hpp"

#include <denim/training/ctrl_c.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

struct Press {
    std::size_t epoch, batch;
    int signal = SIGINT;
    void on_batch(Run& run) const {
        if (run.epoch == epoch && run.batch == batch) std::raise(signal);
    }
};

struct Count {
    std::size_t batches = 0, epochs = 0, rests = 0, ends = 0;
    void on_batch(Run&) { ++batches; }
    void on_epoch(Run&) { ++epochs; }
    void on_rest(Run& run) { rests += run.interrupted ? 1 : 0; }
    void on_end(Run&) { ++ends; }
};

int handled = 0;

}  // namespace

TEST_CASE("Ctrl-C ends the run after the batch: callbacks hear it at rest and at the end, and fit throws") {
    std::signal(SIGINT, [](int) { ++handled; });
    for (const int signal : {SIGINT, SIGTERM}) {
        FakeLearner learner;
        Count count;
        bool caught = false;
        try {
            fake_fit(learner, 5, Press{2, 3, signal}, CtrlC{}, count);
        } catch (const Interrupted& error) {
            caught = std::string{error.what()}.find("after batch 3 of epoch 2") != std::string::npos;
            CHECK(Interrupted::exit_status == 130);
        }
        CHECK(caught);
        CHECK(count.batches == 7);
        CHECK(count.epochs == 1);
        CHECK(count.rests == 1);
        CHECK(count.ends == 1);
    }
    CHECK(handled == 0);
    std::raise(SIGINT);
    CHECK(handled == 1);
    std::signal(SIGINT, SIG_DFL);
}

TEST_CASE("a run that nobody interrupts ends as ever, and the next one too") {
    FakeLearner learner;
    CHECK(fake_fit(learner, 2, CtrlC{}).epochs.size() == 2);
    CHECK(fake_fit(learner, 2, CtrlC{}).epochs.size() == 2);
}
