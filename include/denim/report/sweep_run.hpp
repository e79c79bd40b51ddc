// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/adam.hpp>
#include <denim/report/sweep_table.hpp>
#include <denim/report/tensor_board.hpp>
#include <denim/training/checkpoint.hpp>
#include <denim/training/csv_log.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/early_stopping.hpp>
#include <denim/training/evaluate.hpp>
#include <denim/training/fit.hpp>
#include <denim/training/stop_on_nan.hpp>

#include <functional>
#include <limits>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// What varies at run time, and how each run learns. Every network of the grid meets every rate, L2, dropout and seed.
struct SweepOptions {
    std::filesystem::path log;           ///< folder; each run has its own below: logs, last checkpoint, best weights
    std::vector<std::string> axes = {};  ///< names of the grid's axes, for tables
    std::vector<float> rates = {1e-3f};
    std::vector<float> l2 = {0};
    std::vector<float> dropout = {0.5f};  ///< what every Dropout layer drops
    std::size_t repeats = 1;              ///< seeds, from `first_seed` on
    std::uint64_t first_seed = 1;
    std::size_t epochs = 15, batch = 64;
    std::size_t patience = 2;  ///< of EarlyStopping on the validation loss
    std::function<Optimizer(float)> optimizer = [](float rate) { return Optimizer{Adam{.rate = rate}}; };
    Augmentation augmentation = {};
    std::vector<std::string> labels = {};
    /// Runs at a time, which share the threads. More than one is faster where a network is too small to keep all threads busy;
    /// the results have the same bits.
    std::size_t side_by_side = 1;
    std::FILE* progress = stderr;  ///< a line for each run, or null
};

namespace detail {

/// A name for each value of a setting: {"kernel", 3}.
using NamedValue = std::pair<std::string, double>;

inline std::string setting_name(std::span<const NamedValue> values, const char* between) {
    std::string text;
    for (const auto& [name, value] : values) {
        char number[40];
        std::snprintf(number, sizeof number, "%g", value);
        text += (text.empty() ? "" : between) + name + "=" + number;
    }
    return text;
}

/// What a run has of the settings that vary at run time.
struct RunRates {
    float learning, l2, dropout;

    /// Those that a table names: the learning rate, and the others where they are not as usual.
    [[nodiscard]] std::vector<NamedValue> named(const SweepOptions& options) const {
        const auto shortest = [](float number) {  // 0.001, not 0.00100000005
            char text[40];
            std::snprintf(text, sizeof text, "%g", static_cast<double>(number));
            return std::stod(text);
        };
        std::vector<NamedValue> values{{"rate", shortest(learning)}};
        if (options.l2.size() > 1 || l2 != 0) values.emplace_back("l2", shortest(l2));
        if (options.dropout.size() > 1 || dropout != 0.5f) values.emplace_back("dropout", shortest(dropout));
        return values;
    }
};

/// One run in its folder. A run that is done leaves `finished.snapshot`, without weights, and is not repeated.
template <class Network, class Train, class Validation, class Test>
std::pair<History, Score> sweep_run(const Train& train, const Validation& validation, const Test* test,
                                    const SweepOptions& options, const std::filesystem::path& folder,
                                    const HyperParameters& parameters, std::uint64_t seed, const RunRates& rates) {
    const std::string sets = "pictures " + std::to_string(train.labels.size()) + " and " +
                             std::to_string(validation.labels.size()) +
                             (test ? " and " + std::to_string(test->labels.size()) : "") + ", epochs " +
                             std::to_string(options.epochs) + ", batch " + std::to_string(options.batch) + ", patience " +
                             std::to_string(options.patience) + ", " + architecture_of<Network>();
    const std::filesystem::path finished = folder / "finished.snapshot";
    if (std::filesystem::exists(finished)) {
        const Snapshot result = read_snapshot(finished);
        if (result.run != sets)
            throw FileError(
                finished.string(),
                "this run was made with other options or sets; take another log folder or remove this one\n    there: " +
                    result.run + "\n    here: " + sets);
        const auto remembered = [&](const char* name) {
            const auto& numbers = result.memory.numbers;
            return numbers.contains(name) ? numbers.at(name) : std::numeric_limits<double>::quiet_NaN();
        };
        return {result.history, {remembered("test loss"), remembered("test accuracy")}};
    }
    Network network{Seed{seed}};
    for (LayerSettings& settings : network.all_settings()) {
        settings.l2 = rates.l2;
        settings.rate = rates.dropout;
    }
    Checkpoint checkpoint{.folder = folder, .labels = options.labels};
    History history =
        fit(network, train, validation,
            {.epochs = options.epochs,
             .batch = options.batch,
             .optimizer = options.optimizer(rates.learning),
             .seed = Seed{seed},
             .augmentation = options.augmentation},
            checkpoint, StopOnNaN{options.progress}, EarlyStopping{.patience = options.patience}, CtrlC{},
            CsvLog{folder / "history.csv"}, TensorBoard{.folder = folder, .labels = options.labels, .parameters = parameters});
    Snapshot result{sets};
    result.history = history;
    Score score;
    if (test) {
        const Evaluation tested = evaluate(network, *test);
        score = {tested.loss, tested.accuracy};
        result.memory.numbers = {{"test loss", score.loss}, {"test accuracy", score.accuracy}};
    }
    write_snapshot(finished, result);
    std::filesystem::remove(checkpoint.last());
    return {history, score};
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
