// SPDX-License-Identifier: MIT
#include "messages.hpp"

#include <denim/machine/background.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include <cerrno>
#include <dlfcn.h>
#include <pthread.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DENIM_TEST_THREAD_SANITIZER
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define DENIM_TEST_THREAD_SANITIZER
#endif

#ifndef DENIM_TEST_THREAD_SANITIZER  // which has one of its own
namespace {

std::atomic<bool> threads_refused = false;

}  // namespace

// Stands in for the C library's, for this program.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument) noexcept {
    if (threads_refused) return EAGAIN;
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
    return create(thread, attributes, run, argument);
}
#endif

using namespace denim;

TEST_CASE("work is done on another thread, while the caller goes on") {
    std::atomic<bool> go = false;
    std::thread::id where;
    Background background;
    CHECK_FALSE(background.busy());
    background.begin([&] {
        while (!go) std::this_thread::yield();
        where = std::this_thread::get_id();
    });
    CHECK(background.busy());
    go = true;
    background.wait();
    CHECK_FALSE(background.busy());
    CHECK(where != std::this_thread::get_id());
    CHECK(where != std::thread::id{});
}

TEST_CASE("one piece at a time, in their order") {
    std::atomic<int> done = 0, late = 0;
    {
        Background background;
        for (int n = 0; n < 20; ++n)
            background.begin([&done, &late, n] {
                if (done++ != n) ++late;
            });
    }
    CHECK(done == 20);
    CHECK(late == 0);
}

TEST_CASE("what the work throws reaches who waits, once; the next piece is not begun") {
    Background background;
    const auto fail = [] { throw std::range_error("of the work"); };
    bool begun = false;
    background.begin(fail);
    CHECK_THROWS_AS(background.wait(), std::range_error);
    CHECK_NOTHROW(background.wait());
    background.begin(fail);
    CHECK(message_of([&] { background.begin([&] { begun = true; }); }) == "of the work");
    CHECK_NOTHROW(background.wait());
    CHECK_FALSE(begun);
    background.begin(fail);  // and nobody waits
}

TEST_CASE("what the work holds goes with it") {
    const auto held = std::make_shared<int>(1);
    Background background;
    background.begin([held] {});
    background.wait();
    CHECK(held.use_count() == 1);
}

#ifndef DENIM_TEST_THREAD_SANITIZER
TEST_CASE("where there is no thread, the work is done at once") {
    Background background;
    threads_refused = true;
    std::thread::id where;
    background.begin([&] { where = std::this_thread::get_id(); });
    CHECK(where == std::this_thread::get_id());
    CHECK_FALSE(background.busy());
    CHECK_NOTHROW(background.wait());
    background.begin([] { throw std::range_error("of the work"); });
    CHECK_THROWS_AS(background.wait(), std::range_error);
    threads_refused = false;
}
#endif
