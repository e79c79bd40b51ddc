// SPDX-License-Identifier: MIT
#include "comma_locale.hpp"

#include <denim/machine/number_text.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <limits>
#include <sstream>

using namespace denim::detail;

namespace {

std::string printed(const char* form, int digits, double number) {
    char text[400];
    std::snprintf(text, sizeof text, form, digits, number);
    return text;
}

}  // namespace

TEST_CASE("numbers are written as printf writes them") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double number : {0.0, -0.0, 1.0, 0.1, 2.0 / 3, -12345.678, 1e-7, 123456789.0, 1e20, 1e300, 5e-324, infinity, -infinity})
        for (const int digits : {0, 1, 4, 9, 17}) {
            CHECK(fixed(number, digits) == printed("%.*f", digits, number));
            CHECK(general(number, digits) == printed("%.*g", digits, number));
        }
    CHECK(fixed(std::numeric_limits<double>::quiet_NaN(), 3) == "nan");
    CHECK(fixed(1, -1) == "1");
    CHECK(fixed(1, 100'000).size() == 1002);  // a thousand digits are the most
}

TEST_CASE("and whatever locale the program has, and read back") {
    const CommaLocale locale;
    std::ostringstream stream;
    stream << 1234.5;
    REQUIRE(stream.str() == "1.234,5");
    if (CommaLocale::reaches_printf()) CHECK(printed("%.*f", 1, 1234.5) == "1234,5");
    CHECK(fixed(1234.5, 2) == "1234.50");
    CHECK(general(0.001) == "0.001");
    CHECK(number_in("0.001") == 0.001);
    CHECK(number_in("1e-3") == 0.001);
    for (const char* const no_number : {"", "1,5", "1.5 ", "one"}) CHECK(number_in(no_number) == 0);
    CHECK(sentence("at ", 1234567u, ": ", 0.25f, '/', std::string{"x"}, true) == "at 1234567: 0.25/x1");
}

TEST_CASE("columns") {
    CHECK(to_the_right("ab", 4) == "  ab");
    CHECK(to_the_left("ab", 4) == "ab  ");
    CHECK(to_the_right("abcde", 4) == "abcde");
}
