// SPDX-License-Identifier: MIT
// Chromium opens whole pages in tests/python/sweep.py.
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/report/comparison_report.hpp>
#include <denim/report/run_report.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace denim;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("base64 as RFC 4648 has it") {
    const auto of = [](std::string_view text) {
        return detail::to_base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    };
    CHECK(of("") == "");
    CHECK(of("f") == "Zg==");
    CHECK(of("fo") == "Zm8=");
    CHECK(of("foo") == "Zm9v");
    CHECK(of("foobar") == "Zm9vYmFy");
}

TEST_CASE("what comes from users is text, never markup; the page asks for nothing from outside") {
    Page page{"<b>&\""};
    page.heading("<i>");
    page.table({{"<u>"}, {"a&b"}});
    const std::string text = page.text();
    for (const char* const tag : {"<b>", "<i>", "<u>", "<script", "http"}) CHECK_FALSE(has(text, tag));
    CHECK(has(text, "<title>&lt;b&gt;&amp;&quot;</title>"));
    CHECK(has(text, "prefers-color-scheme:dark"));
    CHECK(has(text, "width=device-width"));
    const std::string unknown = Page::photograph(Picture{Size{4, 4}}, "a<b.jpg", "shoes 0.99");
    CHECK(has(unknown, "a&lt;b.jpg<br>shoes 0.99<"));
    CHECK_FALSE(has(unknown, "wrong"));  // nobody knows
}

TEST_CASE("lines of a paragraph stay lines") {
    Page page{"p"};
    page.paragraph("a<b\nsecond\n\nlast\n");
    CHECK(has(page.text(), "<p>a&lt;b<br>\nsecond<br>\n<br>\nlast</p>"));
    page.paragraph("");
    CHECK(has(page.text(), "<p></p>"));
}

TEST_CASE("who hears the page is told each thing once: the caption, and what it does not say") {
    const Picture some{Size{4, 4}};
    CHECK(has(Page::picture(some, "Filters"), "<figcaption>Filters</figcaption><img alt=\"\" "));
    CHECK(has(Page::picture(some, "Counts", "7 of \"8\" right"), "<figcaption>Counts</figcaption><img alt=\"7 of &quot;8&quot; right\" "));
    CHECK(has(Page::photograph(some, "a.jpg", "shoes 0.99"), "<img alt=\"\" "));
    CHECK(has(Page::photograph(some, "shoes", "boots", 0.5), "<img alt=\"\" "));
}

TEST_CASE("a picture with words in it is never made too small to read, it scrolls; a small one fits") {
    CHECK(has(Page::picture(Picture{Size{4, 600}}, "Counts"), "<div class=\"wide\"><img alt=\"\" src=\"data:image/png;base64,"));
    CHECK_FALSE(has(Page::picture(Picture{Size{4, 599}}, "Filters"), "class=\"wide\""));
    CHECK(has(Page{"any"}.text(), ".row .wide>img{min-width:36rem}"));
}

TEST_CASE("of what a photograph is taken for only what is wrong has the colour of mistakes") {
    const auto page = [](const char* truth, const char* predicted) { return Page::photograph(Picture{Size{4, 4}}, truth, predicted, 0.5); };
    CHECK(has(page("shoes, female, boots", "shoes, male, boots"), "<br>shoes, <span class=\"wrong\">male</span>, boots 0.50<"));
    CHECK_FALSE(has(page("shoes, female, boots", "shoes, female, boots"), "wrong"));
    CHECK(has(page("jeans", "<i>"), "<br><span class=\"wrong\">&lt;i&gt;</span> 0.50<"));
    // Another number of words: each stands in its place, or in none.
    CHECK(has(page("glasses, optical", "shoes, male, boots"),
              "<span class=\"wrong\">shoes</span>, <span class=\"wrong\">male</span>, <span class=\"wrong\">boots</span> 0.50<"));
}

TEST_CASE("a run's page shows what there is and leaves out the rest") {
    const Scratch scratch;
    RunReport run{.name = "primary"};
    write_report(scratch / "empty.html", run);
    CHECK_FALSE(has(read(scratch / "empty.html"), "Test set"));
    run.history.epochs = {{1, {0.5, 0.8}, {0.6, 0.7}}, {2, {0.4, 0.9}, {0.5, 0.75}}};
    run.labels = {"boots", "heels"};
    run.truth = {0, 1, 1, 0};
    run.logits = {2, 1, 0, 3, 1, 0, 5, 1};
    run.mistakes = {{Picture{Size{4, 3}}, "heels", "boots", 0.73}};
    run.parameters = {{"rate", 0.001}, {"flip", true}, {"network", std::string{"base"}}};
    run.pictures = {{"filters", Picture{Size{4, 3}}}};
    write_report(scratch / "run.html", run);
    const std::string text = read(scratch / "run.html");
    for (const char* const part :
         {"Accuracy 0.7500 of 4 pictures", "right; most often wrong: heels taken for boots, 1 time\"", "<td>heels</td><td>2</td><td>1.000</td><td>0.500</td><td>0.667</td>", "boots</span> 0.73",
          "data:image/jpeg;base64,", "Over epoch: training from 0.5 at 1 to 0.4 at 2; validation from 0.6 at 1 to 0.5 at 2\"", "<td>rate</td><td>0.001</td>", "<td>flip</td><td>yes</td>", "Machine and time"})
        CHECK_MESSAGE(has(text, part), part);
}

TEST_CASE("a comparison says what the tests say") {
    const Scratch scratch;
    ComparisonReport report{
        .first = "all", .second = "separate", .first_totals = {861, 855, 858}, .second_totals = {860, 849, 861}};
    report.first_right = {{1, 1, 0}};
    report.second_right = {{1, 0, 0}};
    write_report(scratch / "comparison.html", report);
    const std::string text = read(scratch / "comparison.html");
    CHECK(has(text, "all minus separate: 1.3333"));
    CHECK(has(text, "p = 0.6595"));
    CHECK(has(text, "<td>1</td><td>0</td><td>1.0000</td>"));
    report.first_totals = {1};
    report.second_totals = {2};
    write_report(scratch / "one.html", report);
    CHECK(has(read(scratch / "one.html"), "proves nothing"));
    report.second_totals = {};
    CHECK(message_of([&] { write_report(scratch / "none.html", report); }) ==
          "denim: comparison: a total of both approaches for each seed was expected, but got 1 and 0");
    CHECK_FALSE(std::filesystem::exists(scratch / "none.html"));
    report.second_totals = {2};
    CHECK(message_of([&] { write_report("/nowhere/page.html", report); }).find("/nowhere/page.html") != std::string::npos);
}
