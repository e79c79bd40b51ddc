// SPDX-License-Identifier: MIT
#pragma once

#include <denim/ranks/ranks.hpp>

#include <cstdio>
#include <exception>

namespace denim::inline DENIM_TARGET {

/// The main function of a program on ranks: begins MPI, gives what `program(Ranks)` gives, ends MPI.
///
///     int main(int count, char** words) {
///         return denim::run_on_ranks(count, words, [](const denim::Ranks& ranks) { ...; return 0; });
///     }
///
/// Interrupted gives its exit status on all ranks, NotFinite Ranks::exit_status, with its sentence from rank 0. Anything else that is thrown ends
/// all ranks.
template <class Program>
int run_on_ranks(int count, char** words, Program&& program) {
    int level = 0;
    if (MPI_Init_thread(&count, &words, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) {
        std::fputs("denim: MPI cannot begin\n", stderr);
        return Ranks::exit_status;
    }
    const Ranks ranks;
    int status = Ranks::exit_status;
    const auto say = [&](const std::exception& error) {
        if (ranks.leads()) std::fprintf(stderr, "%s\n", error.what());
    };
    try {
        status = ranks.together([&] { return program(ranks); });
    } catch (const Interrupted& error) {
        say(error);
        status = Interrupted::exit_status;
    } catch (const std::exception& error) {
        say(error);
    }
    MPI_Finalize();
    return status;
}

}  // namespace denim::inline DENIM_TARGET
