// SPDX-License-Identifier: MIT
// Averages of more numbers than one thread takes at a time, which change places with what learns.
#include "kept_threads.hpp"

#include <denim/training/averaged_parameters.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace denim;

TEST_CASE("each number's average is its own, for any number of threads") {
    const testing::KeptThreads kept_threads;
    for (const std::size_t wanted : {1u, 3u}) {
        set_threads(wanted);
        set_serial_threshold(0);
        std::vector<float> first(40'003), second(first.size()), third(first.size());
        for (std::size_t n = 0; n < first.size(); ++n) {
            first[n] = static_cast<float>(n);
            second[n] = 3 * first[n] + 1;
            third[n] = -first[n];
        }
        AveragedParameters average;
        average.take(first, 0);  // a share of nothing
        CHECK(average.numbers().empty());
        average.take(first, 0.25);  // the first ones are the average
        CHECK(std::ranges::equal(average.numbers(), first));
        average.take(second, 0.25);
        for (std::size_t n = 0; n < first.size(); ++n)
            if (average.numbers()[n] != doctest::Approx(0.75 * first[n] + 0.25 * second[n])) FAIL(n);
        average.take(third, 0);
        average.take(third, 1);
        CHECK(std::ranges::equal(average.numbers(), third));

        std::vector<float> network = first;
        average.show(true, network);
        CHECK(average.shown());
        CHECK(network == third);
        CHECK(std::ranges::equal(average.numbers(), first));
        average.show(true, network);
        CHECK(network == third);
        average.show(false, network);
        CHECK(network == first);
    }
}

TEST_CASE("without an average nothing is shown; one that is resumed is beside") {
    AveragedParameters average;
    std::vector<float> network{1, 2};
    average.show(true, network);
    CHECK(!average.shown());
    average.resume(std::vector<float>{3, 4});
    CHECK(!average.shown());
    average.show(true, network);
    CHECK(network == std::vector<float>{3, 4});
}
