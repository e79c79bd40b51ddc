// SPDX-License-Identifier: MIT
#include "fashion/options.hpp"

#include "command_line.hpp"
#include "shown_name.hpp"

#include <denim/machine/threads.hpp>
#if defined(DENIM_WITH_RANKS)
#include <denim/ranks/rank_hands.hpp>
#include <denim/ranks/run_on_ranks.hpp>
#endif
#include <denim/training/interrupted.hpp>

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace fashion {

namespace {

void run_work(const Options& options, const std::function<void(const Options&)>& work) {
    command_line::require_folder(options.models);
    command_line::require_folder(options.report);
    work(options);
}

#if defined(DENIM_WITH_RANKS)
/// Every rank of mpirun does the work and takes its runs of the sweeps; what comes of them is written, and said, by rank 0 alone: the others
/// have a folder for it that is thrown away.
int work_on_ranks(int count, char** words, Options options, const std::function<void(const Options&)>& work) {
    return denim::run_on_ranks(count, words, [&](const denim::Ranks& ranks) {
        denim::RankHands hands{ranks};
        options.hands = &hands;
        if (ranks.leads()) {
            run_work(options, work);
            return 0;
        }
        const auto aside = std::filesystem::temp_directory_path() / ("denim-rank-" + std::to_string(ranks.rank()) + "-" + std::to_string(::getpid()));
        options.models = aside / "models";
        options.report = aside / "report";
        if (!std::freopen("/dev/null", "w", stdout)) throw std::runtime_error("standard output cannot be closed");
        run_work(options, work);
        std::filesystem::remove_all(aside);
        return 0;
    });
}
#endif

}  // namespace

int run_program(int count, char** words, const char* name, const char* description, Options options,
                const std::function<void(const Options&)>& work, const std::function<void(CLI::App&, Options&)>& add) {
    CLI::App app{description};
    app.add_option("--data", options.data, "the sets, by convert_images")->capture_default_str();
    app.add_option("--models", options.models, "where trained networks go")->capture_default_str();
    app.add_option("--logs", options.logs, "logs for TensorBoard; a run that is there already is not repeated")
        ->capture_default_str();
    app.add_option("--report", options.report, "where the page with the results goes")->capture_default_str();
    app.add_option("--epochs", options.epochs, "at most; 0: as many as the study")->check(command_line::whole_number(0, 1'000'000))->capture_default_str();
    app.add_option("--repeat", options.repeat, "runs of each setting, each from its own seed")
        ->check(command_line::whole_number(1, 1'000'000))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "the first seed")->check(command_line::whole_number())->capture_default_str();
    app.add_option("--threads", options.threads, "0: all cores")->check(command_line::threads())->capture_default_str();
    app.add_option("--side-by-side", options.side_by_side, "runs at a time, which share the threads; the results are the same")
        ->check(command_line::whole_number(1, 1024))
        ->capture_default_str();
    app.add_flag("--quick", options.quick, "few epochs: minutes");
#if defined(DENIM_WITH_RANKS)
    bool ranks = false;
    app.add_flag("--ranks", ranks, "started by mpirun: its ranks share the runs; all see the same folders");
#endif
    add(app, options);
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        denim::set_threads(options.threads);
#if defined(DENIM_WITH_RANKS)
        if (ranks) return work_on_ranks(count, words, options, work);
#endif
        run_work(options, work);
        return command_line::finish(name, 0);
    } catch (const denim::Interrupted& stop) {
        std::cerr << name << ": " << stop.what() << '\n';
        return 130;
    } catch (const std::exception& error) {
        std::cerr << name << ": " << command_line::shown(error.what()) << '\n';
        return 1;
    }
}

int run_program(int count, char** words, const char* name, const char* description,
                const std::function<void(const Options&)>& work) {
    return run_program(count, words, name, description, Options{}, work, [](CLI::App&, Options&) {});
}

int run_grid_program(int count, char** words, const char* name, const char* description,
                     const std::function<void(const Options&)>& work) {
    return run_program(count, words, name, description, Options{}, work, [](CLI::App& app, Options& options) {
        app.add_flag("--grid", options.grid, "every setting of the study; hours");
    });
}

}  // namespace fashion
