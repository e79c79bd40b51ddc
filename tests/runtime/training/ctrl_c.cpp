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

namespace {

void count_with_facts(int, siginfo_t*, void*) { ++handled; }

struct sigaction action_of(int signal) {
    struct sigaction now {};
    ::sigaction(signal, nullptr, &now);
    return now;
}

struct Throw {
    void on_epoch(Run&) const { throw std::runtime_error{"stop"}; }
};

}  // namespace

TEST_CASE("after a run, and after one that an exception ended, the program's own handlers are back with flags and mask") {
    for (const int signal : {SIGINT, SIGTERM}) {
        struct sigaction own {}, before {};
        own.sa_sigaction = count_with_facts;
        own.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
        sigemptyset(&own.sa_mask);
        sigaddset(&own.sa_mask, SIGUSR1);
        ::sigaction(signal, &own, &before);
        CtrlC ctrl_c;  // outlives the runs
        for (const bool throws : {false, true}) {
            FakeLearner learner;
            if (throws)
                CHECK_THROWS_WITH(fake_fit(learner, 2, ctrl_c, Throw{}), "stop");
            else
                fake_fit(learner, 2, ctrl_c);
            const struct sigaction now = action_of(signal);
            CHECK((now.sa_sigaction == &count_with_facts));
            CHECK((now.sa_flags & (SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART)) == (SA_SIGINFO | SA_NODEFER | SA_ONSTACK));
            CHECK(sigismember(&now.sa_mask, SIGUSR1) == 1);
            CHECK(sigismember(&now.sa_mask, SIGUSR2) == 0);
        }
        ::sigaction(signal, &before, nullptr);
    }
}

TEST_CASE("a handler that the program sets during a run stays") {
    const struct sigaction before = action_of(SIGINT);
    struct Set {
        void on_epoch(Run&) const { std::signal(SIGINT, [](int) { ++handled; }); }
    };
    FakeLearner learner;
    fake_fit(learner, 1, CtrlC{}, Set{});
    const int count = handled;
    std::raise(SIGINT);
    CHECK(handled == count + 1);
    ::sigaction(SIGINT, &before, nullptr);
}
