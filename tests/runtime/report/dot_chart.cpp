// SPDX-License-Identifier: MIT
#include <denim/report/dot_chart.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// The number behind a word.
double number_behind(const std::string& text, const std::string& word) {
    const std::size_t at = text.find(word);
    REQUIRE(at != text.npos);
    return std::stod(text.substr(at + word.size()));
}

}  // namespace

TEST_CASE("each number has a dot and its name, and a bar where its interval is known; the larger stands to the right") {
    const Dot all[] = {{"a < b", 861, 850, 872}, {"three", 845.5, 840, 851}, {"one run", 900}, {"none", NAN}};
    const std::string chart = dot_chart("Points", "of 1000", all);
    CHECK(count(chart, "<circle") == 3);
    CHECK(count(chart, " line\"") == 2);
    CHECK(count(chart, "a &lt; b: 861<") == 1);
    CHECK(count(chart, "three: 845.5<") == 1);
    CHECK(count(chart, "nan") + count(chart, "inf") + count(chart, "none") == 0);
    CHECK(count(chart, "Points") == 1);  // the caption; who does not see hears the numbers
    CHECK(count(chart, "aria-label=\"of 1000: a &lt; b 861, interval from 850 to 872; three 845.5, interval from 840 to 851; one run 900\"") == 1);
    CHECK(count(chart, "<svg") == count(chart, "</svg>"));
    const double first = number_behind(chart, "s0 dot\" cx=\""), second = number_behind(chart, "s1 dot\" cx=\""),
                 third = number_behind(chart, "s2 dot\" cx=\"");
    CHECK(second < first);
    CHECK(first < third);
    // In proportion: (861 - 845.5) / (900 - 845.5).
    CHECK((first - second) / (third - second) == doctest::Approx(15.5 / 54.5).epsilon(0.01));
}

TEST_CASE("equal numbers and no numbers at all have charts too") {
    const Dot equal[] = {{"a", 0}, {"b", 0}}, none[] = {{"a", INFINITY}};
    CHECK(count(dot_chart("a", "b", equal), "<circle") == 2);
    CHECK(count(dot_chart("a", "b", equal), "nan") == 0);
    CHECK(count(dot_chart("a", "b", none), "no numbers") == 1);
    CHECK(count(dot_chart("a", "b", {}), "no numbers") == 1);
}
