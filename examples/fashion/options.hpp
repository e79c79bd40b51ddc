// SPDX-License-Identifier: MIT
#pragma once

// The command line that the programs of the study share.

#include <denim/machine/threads.hpp>
#include <denim/training/interrupted.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>

namespace fashion {

struct Options {
    std::filesystem::path data = "sets", models = "models", logs = "logs", report = "report";
    std::size_t epochs = 0;  ///< at most; 0: the study's
    std::size_t repeat = 1;  ///< seeds, from `seed` on
    std::uint64_t seed = 1;
    std::size_t threads = 0;
    bool grid = false;   ///< every setting of the study in place of its best one
    bool quick = false;  ///< few epochs

    /// Quick runs have logs of their own: they are not the first epochs of long ones.
    [[nodiscard]] std::filesystem::path log(const std::string& task) const { return (quick ? logs / "quick" : logs) / task; }
    [[nodiscard]] std::size_t epochs_of(std::size_t study) const { return epochs != 0 ? epochs : quick ? 4 : study; }
};

/// The main function of such a program: 0, or 1 if the work failed, 2 for a wrong command line, 130 after Ctrl-C. `add` may
/// declare further options; `work` gets the common ones.
template <class Work, class Add>
int run_program(int count, char** words, const char* name, const char* description, Options options, Work work, Add add) {
    CLI::App app{description};
    app.add_option("--data", options.data, "the sets, by convert_images")->capture_default_str();
    app.add_option("--models", options.models, "where trained networks go")->capture_default_str();
    app.add_option("--logs", options.logs, "logs for TensorBoard; a run that is there already is not repeated")
        ->capture_default_str();
    app.add_option("--report", options.report, "where the page with the results goes")->capture_default_str();
    app.add_option("--epochs", options.epochs, "at most; 0: as many as the study")->capture_default_str();
    app.add_option("--repeat", options.repeat, "runs of each setting, each from its own seed")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--seed", options.seed, "the first seed")->capture_default_str();
    app.add_option("--threads", options.threads, "0: all cores")->capture_default_str();
    app.add_flag("--quick", options.quick, "few epochs: minutes");
    add(app, options);
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        denim::set_threads(options.threads);
        work(options);
        return 0;
    } catch (const denim::Interrupted& stop) {
        std::cerr << name << ": " << stop.what() << '\n';
        return 130;
    } catch (const std::exception& error) {
        std::cerr << name << ": " << error.what() << '\n';
        return 1;
    }
}

/// The same for a program without options of its own.
template <class Work>
int run_program(int count, char** words, const char* name, const char* description, Work work) {
    return run_program(count, words, name, description, Options{}, work, [](CLI::App&, Options&) {});
}

/// The same for a program with a whole grid of settings.
template <class Work>
int run_grid_program(int count, char** words, const char* name, const char* description, Work work) {
    return run_program(count, words, name, description, Options{}, work, [](CLI::App& app, Options& options) {
        app.add_flag("--grid", options.grid, "every setting of the study; hours");
    });
}

}  // namespace fashion
