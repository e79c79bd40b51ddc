// SPDX-License-Identifier: MIT
#pragma once

// The command line that the programs of the study share.

#include <denim/machine/job_hands.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace fashion {

struct Options {
    std::filesystem::path data = "sets", models = "models", logs = "logs", report = "report";
    std::size_t epochs = 0;  ///< at most; 0: the study's
    std::size_t repeat = 1;  ///< seeds, from `seed` on
    std::uint64_t seed = 1;
    std::size_t threads = 0;
    std::size_t side_by_side = 1;  ///< runs at a time, which share the threads
    bool grid = false;   ///< every setting of the study in place of its best one
    bool quick = false;  ///< few epochs
    denim::JobHands* hands = nullptr;  ///< the ranks of mpirun, which share the runs of sweeps

    /// Quick runs have logs of their own: they are not the first epochs of long ones.
    [[nodiscard]] std::filesystem::path log(const std::string& task) const { return (quick ? logs / "quick" : logs) / task; }
    [[nodiscard]] std::size_t epochs_of(std::size_t study) const { return epochs != 0 ? epochs : quick ? 4 : study; }
};

/// The main function of such a program: 0, or 1 if the work failed, 2 for a wrong command line, 130 after Ctrl-C. `add` may
/// declare further options; `work` gets the common ones, and finds the folders for models and pages.
int run_program(int count, char** words, const char* name, const char* description, Options options,
                const std::function<void(const Options&)>& work, const std::function<void(CLI::App&, Options&)>& add);

/// The same for a program without options of its own.
int run_program(int count, char** words, const char* name, const char* description,
                const std::function<void(const Options&)>& work);

/// The same for a program with a whole grid of settings.
int run_grid_program(int count, char** words, const char* name, const char* description,
                     const std::function<void(const Options&)>& work);

}  // namespace fashion
