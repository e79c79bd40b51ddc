// SPDX-License-Identifier: MIT
#include <denim/machine/settings_record.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <locale>

using namespace denim;

namespace {

enum class Colour : std::uint8_t { red, green };

struct Inner {
    int depth = 3;
    void describe(SettingsRecord& to) const { to("depth", depth); }
};

struct Outer {
    Inner first, second{4};
    void describe(SettingsRecord& to) const { to.kind("an Outer")("first", first)("second", second); }
};

struct Silent {
    float number = 1;
};

struct Commas final : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("every kind of value is a line") {
    SettingsRecord settings;
    settings("yes", true)("count", std::uint8_t{200})("large", std::uint64_t{1} << 63)("below", -5)("colour", Colour::green);
    settings("float", 0.1f)("double", 0.1)("third", 1.0f / 3)("none", std::numeric_limits<double>::quiet_NaN());
    settings("text", "two\nlines \\ and = more")("list", std::vector<float>{1, 0.5f})("outer", Outer{});
    CHECK(settings.text() == "yes = true\ncount = 200\nlarge = 9223372036854775808\nbelow = -5\ncolour = 1\n"
                             "float = 0.1\ndouble = 0.1\nthird = 0.33333334\nnone = nan\n"
                             "text = two\\nlines \\\\ and = more\nlist.0 = 1\nlist.1 = 0.5\nlist.count = 2\n"
                             "outer = an Outer\nouter.first.depth = 3\nouter.second.depth = 4\n");
    CHECK(SettingsRecord::from_text(settings.text()) == settings);
    CHECK(*settings.find("outer.second.depth") == "4");
    CHECK(settings.find("outer.third.depth") == nullptr);
}

TEST_CASE("neighbouring numbers have other texts, and no locale changes them") {
    SettingsRecord settings, neighbours, elsewhere;
    const float rate = 0.012345671f;
    settings("rate", rate)("decay", 1e-3);
    neighbours("rate", std::nextafter(rate, 1.0f))("decay", std::nextafter(1e-3, 1.0));
    CHECK(settings.all()[0].value != neighbours.all()[0].value);
    CHECK(settings.all()[1].value != neighbours.all()[1].value);
    const std::locale before = std::locale::global(std::locale{std::locale::classic(), new Commas});
    elsewhere("rate", rate)("decay", 1e-3)("count", 1234567);
    std::locale::global(before);
    CHECK(elsewhere.text() == settings.text() + "count = 1234567\n");
}

TEST_CASE("what differs is named with both values, the first dozen of it") {
    SettingsRecord there, here;
    there("batch", 3)("seed", 5)("old", 1);
    here("batch", 4)("seed", 5)("new", 2);
    CHECK(there.differences_from(there) == "");
    CHECK(here.differences_from(there) == "\n    batch: the snapshot has 3, this run 4\n    new: the snapshot has nothing, this run 2"
                                      "\n    old: the snapshot has 1, this run nothing");
    SettingsRecord many;
    for (int n = 0; n < 15; ++n) many("number " + std::to_string(n), n);
    CHECK(many.differences_from({}).ends_with("number 11: the snapshot has nothing, this run 11\n    and 3 more"));
}

TEST_CASE("a type is named as users write it, and says whether it describes itself") {
    const auto kind = [](const auto& type) {
        SettingsRecord settings;
        detail::describe_type(settings, type);
        return settings.all()[0].value;
    };
    CHECK(kind(Silent{}).ends_with("Silent, which does not describe itself"));
    CHECK(kind(Inner{}).ends_with("Inner"));
    struct Nothing {};
    CHECK(kind(Nothing{}).ends_with("Nothing"));
}
