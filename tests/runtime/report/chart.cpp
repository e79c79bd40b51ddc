// SPDX-License-Identifier: MIT
#include <denim/report/chart.hpp>

#include <doctest/doctest.h>

using namespace denim;

namespace {

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a chart has a line and a legend for each series, with gaps for what is not a number") {
    const Series all[] = {{"training", {1, 2, 3}, {0.5, 0.4, 0.3}}, {"a < b & c", {1, 2, 3, 4}, {0.5, NAN, INFINITY, 0.1}}};
    const std::string chart = line_chart("Loss", "epoch", all);
    CHECK(count(chart, "class=\"s0 line\"") == 1);
    CHECK(count(chart, "class=\"s1 line\"") == 1);
    CHECK(count(chart, "<circle") == 5);
    CHECK(count(chart, "nan") + count(chart, "inf\"") == 0);
    CHECK(count(chart, "a &lt; b &amp; c") == 4);
    CHECK(count(chart, "aria-label=\"Over epoch: training from 0.5 at 1 to 0.3 at 3; a &lt; b &amp; c from 0.5 at 1 to 0.1 at 4\"") == 1);
    CHECK(count(chart, "<svg") == count(chart, "</svg>"));
}

TEST_CASE("one point, equal numbers and no numbers at all have charts too") {
    const Series one[] = {{"one", {1}, {0.5}}}, flat[] = {{"flat", {1, 2}, {0, 0}}}, none[] = {{"none", {1}, {NAN}}};
    CHECK(count(line_chart("a", "b", one), "<circle") == 1);
    CHECK(count(line_chart("a", "b", flat), "nan") == 0);
    CHECK(line_chart("a", "b", none).find("no numbers") != std::string::npos);
}

TEST_CASE("points alone stand off the edges of the chart") {
    const Series all[] = {{"small", {19.3}, {0.72}}, {"large", {57.9}, {0.74}}};
    const std::string chart = line_chart("a", "b", all);
    CHECK(count(chart, "r=\"6\"") == 2);
    for (const char* const dot : {"s0 dot\" cx=\"", "s1 dot\" cx=\""}) {
        const double x = std::stod(chart.substr(chart.find(dot) + std::string{dot}.size()));
        CHECK(x > 12 + 10 * std::string{"0.725"}.size() + 10);
        CHECK(x < 420 - 20 - 10);
    }
}

TEST_CASE("between whole numbers, epochs say, stands no tick; between others it does") {
    const Series epochs[] = {{"loss", {1, 2}, {0.5, 0.4}}}, rates[] = {{"loss", {-3.5, -2.5}, {0.5, 0.4}}};
    CHECK(count(line_chart("a", "b", epochs), ">1.2<") == 0);
    CHECK(count(line_chart("a", "b", epochs), ">2<") == 1);
    CHECK(count(line_chart("a", "b", rates), ">-2.6<") == 1);
}

TEST_CASE("ticks are round") {
    CHECK(detail::ticks(0, 1).size() == 6);
    CHECK(detail::ticks(848, 861).front() == 848);
    CHECK(detail::ticks(1, 4) == std::vector<double>{1, 1.5, 2, 2.5, 3, 3.5, 4});
}

TEST_CASE("ticks whose numbers have no room side by side are fewer") {
    const auto places = [](const std::vector<detail::Tick>& ticks) {
        std::vector<double> all;
        for (const detail::Tick& tick : ticks) all.push_back(tick.at);
        return all;
    };
    const std::vector<double> five{1000, 1100, 1200, 1300, 1400};
    CHECK(places(detail::ticks_with_room(five, 250)) == five);
    CHECK(places(detail::ticks_with_room(five, 240)) == std::vector<double>{1000, 1200, 1400});
    CHECK(places(detail::ticks_with_room(five, 20)) == std::vector<double>{1000});
    CHECK(detail::ticks_with_room({}, 100).empty());
}

TEST_CASE("numbers of any size have a chart that ends; what is not finite on either axis is left out") {
    const Series far[] = {{"far", {1, 2}, {1e20, 1e20 + 20'000}}}, both[] = {{"both", {1, 2, 3}, {-1.7e308, 1.7e308, 2}}},
                 late[] = {{"late", {1e15, 1e15 + 1}, {1, 2}}}, nowhere[] = {{"nowhere", {-INFINITY, 2, NAN}, {1, 2, 3}}};
    CHECK(count(line_chart("a", "b", far), "<circle") == 2);
    CHECK(line_chart("a", "b", far).size() < 5'000);
    CHECK(count(line_chart("a", "b", both), "<circle") == 1);
    CHECK(count(line_chart("a", "b", late), "<circle") == 2);
    CHECK(count(line_chart("a", "b", nowhere), "<circle") == 1);
    for (const std::span<const Series> all : {std::span<const Series>{far}, std::span<const Series>{both}, std::span<const Series>{late},
                                              std::span<const Series>{nowhere}})
        CHECK(count(line_chart("a", "b", all), "nan") + count(line_chart("a", "b", all), "inf") == 0);
    const Series short_of[] = {{"short", {1}, {0.5, 0.25}}};
    CHECK_THROWS_WITH_AS(line_chart("a", "b", short_of), "denim: line_chart: an x for each of 2 numbers of 'short' was expected, but got 1",
                         std::invalid_argument);
}
