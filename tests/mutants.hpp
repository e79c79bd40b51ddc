// SPDX-License-Identifier: MIT
#pragma once

// The switches of tests/mutants, which includes this before everything else: its copy of the headers holds many changes at once, each off
// unless DENIM_MUTANT in the environment is its number. Where a number in DENIM_MUTANTS_SEEN names a file, the switches that a program came
// by are written there at its end.

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace denim_mutants {

inline constexpr int most = 10000;

struct Seen {
    bool of[most];
    ~Seen() {
        const char* name = std::getenv("DENIM_MUTANTS_SEEN");
        if (std::FILE* file = name ? std::fopen(name, "a") : nullptr) {
            for (int n = 0; n < most; ++n)
                if (of[n]) std::fprintf(file, "%d\n", n);
            std::fclose(file);
        }
    }
};
inline Seen seen;
inline const int chosen = std::getenv("DENIM_MUTANT") ? std::atoi(std::getenv("DENIM_MUTANT")) : 0;

/// Not constexpr: a change among constants does not compile, and is tried by itself.
inline bool now(int number) {
    seen.of[number] = true;
    return number == chosen;
}

// `a < less<7>{} < b` is a < b, or the changed comparison: the first sign takes the left side, the second the right one, each as strong as it was.
#define DENIM_MUTANTS_SIGN(Name, sign, changed)                                                           \
    template <int Number>                                                                                 \
    struct Name {                                                                                         \
        template <class Left>                                                                             \
        struct Held {                                                                                     \
            Left&& side;                                                                                  \
            template <class Right>                                                                        \
            friend auto operator sign(Held held, Right&& right) {                                         \
                Left&& left = static_cast<Left&&>(held.side);                                             \
                using Result = decltype(static_cast<Left&&>(left) sign std::forward<Right>(right));       \
                if (now(Number)) return static_cast<Result>(changed);                                     \
                return static_cast<Result>(static_cast<Left&&>(left) sign std::forward<Right>(right));    \
            }                                                                                             \
        };                                                                                                \
        template <class Left>                                                                             \
        friend auto operator sign(Left&& left, Name) {                                                    \
            return Held<Left>{std::forward<Left>(left)};                                                  \
        }                                                                                                 \
    };
// `a += adds<7>{} += b`: here the right side is taken first.
#define DENIM_MUTANTS_ASSIGNMENT(Name, sign, other)                                   \
    template <int Number>                                                             \
    struct Name {                                                                     \
        template <class Right>                                                        \
        struct Held {                                                                 \
            Right&& right;                                                            \
            template <class Left>                                                     \
            friend decltype(auto) operator sign(Left&& left, Held held) {             \
                if (now(Number)) return left other static_cast<Right&&>(held.right);  \
                return left sign static_cast<Right&&>(held.right);                    \
            }                                                                         \
        };                                                                            \
        template <class Right>                                                        \
        friend auto operator sign(Name, Right&& right) {                              \
            return Held<Right>{std::forward<Right>(right)};                           \
        }                                                                             \
    };

DENIM_MUTANTS_SIGN(less, <, left <= right)
DENIM_MUTANTS_SIGN(at_most, <=, left < right)
DENIM_MUTANTS_SIGN(more, >, left >= right)
DENIM_MUTANTS_SIGN(at_least, >=, left > right)
DENIM_MUTANTS_SIGN(equal, ==, left != right)
DENIM_MUTANTS_SIGN(differs, !=, left == right)
DENIM_MUTANTS_SIGN(plus, +, left - right)
DENIM_MUTANTS_SIGN(minus, -, left + right)
DENIM_MUTANTS_SIGN(times, *, left / right)
DENIM_MUTANTS_SIGN(over, /, left* right)
DENIM_MUTANTS_SIGN(plus_nothing, +, left)
DENIM_MUTANTS_SIGN(minus_nothing, -, left)
DENIM_MUTANTS_SIGN(times_nothing, *, left)
DENIM_MUTANTS_SIGN(over_nothing, /, left)
DENIM_MUTANTS_ASSIGNMENT(adds, +=, -=)
DENIM_MUTANTS_ASSIGNMENT(subtracts, -=, +=)

}  // namespace denim_mutants
