// SPDX-License-Identifier: MIT
// The main function of a program that holds itself three times, each compiled for other vector units and closed in itself, as
// .cmake/denim_every_machine.cmake makes it: takes the widest copy that this processor runs, DENIM_WIDEST in the environment narrows it.
// Compiled for the plainest processor, and with nothing of Denim, so that it runs on each.

#include <cstdio>
#include <cstdlib>
#include <cstring>

using Main = int(int, char**, char**);
using Constructor = void(int, char**, char**);

// A copy's constructors of global objects would run before main, and with instructions that the processor may not have: they are called here.
#define DENIM_COPY(vectors)                                        \
    extern "C" Main denim_main_##vectors;                          \
    extern "C" [[gnu::weak]] Constructor* const __start_denim_init_##vectors[]; \
    extern "C" [[gnu::weak]] Constructor* const __stop_denim_init_##vectors[]
DENIM_COPY(sse2);
DENIM_COPY(avx2);
DENIM_COPY(avx512);
#undef DENIM_COPY

namespace {

struct Copy {
    const char* vectors;
    bool runs;
    Main* main;
    Constructor *const *first, *const *last;
};

int run(const Copy& copy, int count, char** words, char** environment) {
    for (Constructor* const* constructor = copy.first; constructor != copy.last; ++constructor) (*constructor)(count, words, environment);
    return copy.main(count, words, environment);
}

}  // namespace

int main(int count, char** words, char** environment) {
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vl");
    const Copy copies[] = {
        {"avx512", avx512, denim_main_avx512, __start_denim_init_avx512, __stop_denim_init_avx512},
        {"avx2", avx2, denim_main_avx2, __start_denim_init_avx2, __stop_denim_init_avx2},
        {"sse2", true, denim_main_sse2, __start_denim_init_sse2, __stop_denim_init_sse2},
    };
    const char* widest = std::getenv("DENIM_WIDEST");
    if (widest && !*widest) widest = nullptr;
    bool narrow_enough = !widest;
    for (const Copy& copy : copies) {
        if (widest && std::strcmp(widest, copy.vectors) == 0) narrow_enough = true;
        if (narrow_enough && copy.runs) return run(copy, count, words, environment);
    }
    std::fprintf(stderr, "DENIM_WIDEST is '%s': it may be avx512, avx2 or sse2\n", widest);
    return 2;
}
