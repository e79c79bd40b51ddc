// SPDX-License-Identifier: MIT
#include "scratch.hpp"

#include <denim/sweep/sweep_report.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace denim;

TEST_CASE("a sweep's page and table, best first, with spread over repeats") {
    const Scratch scratch;
    const auto run = [](std::uint64_t seed, double accuracy) {
        SweepRun each{seed, "seed=" + std::to_string(seed), {}};
        each.history.epochs = {{1, {0.9, 0.5}, {0.8, 0.1}}, {2, {0.5, 0.8}, {0.3, accuracy}}, {3, {0.4, 0.9}, {0.4, 0.99}}};
        return each;
    };
    SweepTable table{"primary",
                     {{"kernel=3", {}, 1234, {run(1, 0.7), run(2, 0.8)}}, {"kernel=5", {}, 5678, {run(1, 0.9), run(2, 0.9)}}}};
    table.sort();
    CHECK(table.rows[0].name == "kernel=5");
    CHECK(table.rows[1].accuracy().mean == doctest::Approx(0.75));
    CHECK(table.rows[1].runs[0].best().number == 2);
    std::ostringstream words;
    words << table;
    CHECK(words.str().find("kernel=5") < words.str().find("kernel=3"));
    CHECK(words.str().find("0.7500 +- 0.0707") != std::string::npos);
    write_report(scratch / "sweep.html", table);
    std::ifstream file{scratch / "sweep.html"};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    CHECK(text.find("0.7500 +- 0.0707") != text.npos);
    CHECK(text.find("5,678") != text.npos);
    table.rows[1].runs[1].history = {};
    CHECK_THROWS_WITH_AS(write_report(scratch / "none.html", table),
                         "denim: sweep: a run with at least one epoch was expected, but that of seed 2 has none", std::invalid_argument);
}
