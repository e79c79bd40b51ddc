// SPDX-License-Identifier: MIT
#pragma once

#include "scratch.hpp"

#include <clocale>
#include <cstdlib>
#include <locale>
#include <string>

/// While it lives, the program's world is German: streams made meanwhile write 1.234,5, and printf 1234,5 where there is such a
/// locale or one can be made.
class CommaLocale {
public:
    CommaLocale() : before_(std::locale::global(std::locale{std::locale::classic(), new Comma})), c_before_(std::setlocale(LC_ALL, nullptr)) {
        for (const char* const name : {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8"})
            if (std::setlocale(LC_ALL, name)) return;
        if (!made()) return;
        ::setenv("LOCPATH", folder().folder().c_str(), 1);
        std::setlocale(LC_ALL, "de_DE.UTF-8");
    }
    CommaLocale(const CommaLocale&) = delete;
    CommaLocale& operator=(const CommaLocale&) = delete;
    ~CommaLocale() {
        std::locale::global(before_);
        std::setlocale(LC_ALL, c_before_.c_str());
        ::unsetenv("LOCPATH");
    }

    /// Whether printf writes a comma as well.
    [[nodiscard]] static bool reaches_printf() { return *std::localeconv()->decimal_point == ','; }

private:
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };

    static const Scratch& folder() {
        static const Scratch one;
        return one;
    }
    static bool made() {  // takes seconds
        static const std::string name = (folder() / "de_DE.UTF-8").string();
        static const bool done = std::system(("localedef -i de_DE -f UTF-8 '" + name + "' >'" + name + ".log' 2>&1").c_str()) == 0;
        return done;
    }

    std::locale before_;
    std::string c_before_;
};
