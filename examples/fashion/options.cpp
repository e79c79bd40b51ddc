// SPDX-License-Identifier: MIT
#include "fashion/options.hpp"

#include <denim/machine/threads.hpp>
#include <denim/training/interrupted.hpp>

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

namespace fashion {

int run_program(int count, char** words, const char* name, const char* description, Options options,
                const std::function<void(const Options&)>& work, const std::function<void(CLI::App&, Options&)>& add) {
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
