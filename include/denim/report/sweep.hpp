// SPDX-License-Identifier: MIT
#pragma once

#include <denim/optimizer/adam.hpp>
#include <denim/report/grid.hpp>
#include <denim/report/sweep_table.hpp>
#include <denim/report/tensor_board.hpp>
#include <denim/training/checkpoint.hpp>
#include <denim/training/csv_log.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/early_stopping.hpp>
#include <denim/training/fit.hpp>
#include <denim/training/stop_on_nan.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace denim::inline DENIM_TARGET {

/// What varies at run time, and how each run learns. Every network of the grid meets every rate, every L2 and every seed.
struct SweepOptions {
    std::filesystem::path log;           ///< folder; each run has its own below: logs, last checkpoint, best weights
    std::vector<std::string> axes = {};  ///< names of the grid's axes, for tables
    std::vector<float> rates = {1e-3f};
    std::vector<float> l2 = {0};
    std::size_t repeats = 1;  ///< seeds, from `first_seed` on
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

/// One run that has to be: where its result goes, and how it comes about.
struct SweepJob {
    std::size_t row = 0, run = 0;
    std::function<History()> fit = {};
};

/// Runs the jobs, some at a time; the first error ends all.
inline void run_jobs(SweepTable& table, const std::vector<SweepJob>& jobs, const SweepOptions& options) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr error;
    std::size_t done = 0;
    const auto work = [&] {
        for (std::size_t place; (place = next++) < jobs.size();) {
            const SweepJob& job = jobs[place];
            SweepRow& row = table.rows[job.row];
            try {
                History history = job.fit();
                const std::scoped_lock lock{mutex};
                SweepRun& run = row.runs[job.run];
                run.history = std::move(history);
                ++done;
                if (options.progress && !run.history.epochs.empty())
                    std::fprintf(options.progress,
                                 "run %zu/%zu  %s, seed %llu: epoch %zu of %zu, validation accuracy %.4f, loss %.4f, %.1f s\n",
                                 done, jobs.size(), row.name.c_str(), static_cast<unsigned long long>(run.seed),
                                 run.best().number, run.history.epochs.size(), run.best().validation.accuracy,
                                 run.best().validation.loss, run.seconds());
            } catch (...) {
                const std::scoped_lock lock{mutex};
                if (!error) error = std::current_exception();
                next = jobs.size();
            }
        }
    };
    const std::size_t team = std::min(std::max<std::size_t>(options.side_by_side, 1), jobs.size());
    if (team <= 1) {
        work();
    } else {
        const std::size_t all = threads(), before = thread_settings().threads;
        set_threads(std::max<std::size_t>(all / team, 1));
        std::vector<std::thread> workers;
        for (std::size_t n = 0; n < team; ++n) workers.emplace_back(work);
        for (std::thread& worker : workers) worker.join();
        set_threads(before);
    }
    if (error) std::rethrow_exception(error);
}

/// One run in its folder. A run that is done leaves `finished.snapshot`, without weights, and is not repeated.
template <class Network, class Train, class Validation>
History sweep_run(const Train& train, const Validation& validation, const SweepOptions& options,
                  const std::filesystem::path& folder, const HyperParameters& parameters, std::uint64_t seed, float rate,
                  float l2) {
    const std::string sets = "pictures " + std::to_string(train.labels.size()) + " and " +
                             std::to_string(validation.labels.size()) + ", epochs " + std::to_string(options.epochs) +
                             ", batch " + std::to_string(options.batch) + ", patience " + std::to_string(options.patience) +
                             ", " + architecture_of<Network>();
    const std::filesystem::path finished = folder / "finished.snapshot";
    if (std::filesystem::exists(finished)) {
        const Snapshot result = read_snapshot(finished);
        if (result.run != sets)
            throw FileError(
                finished.string(),
                "this run was made with other options or sets; take another log folder or remove this one\n    there: " +
                    result.run + "\n    here: " + sets);
        return result.history;
    }
    Network network{Seed{seed}};
    for (LayerSettings& settings : network.all_settings()) settings.l2 = l2;
    Checkpoint checkpoint{.folder = folder, .labels = options.labels};
    History history =
        fit(network, train, validation,
            {.epochs = options.epochs,
             .batch = options.batch,
             .optimizer = options.optimizer(rate),
             .seed = Seed{seed},
             .augmentation = options.augmentation},
            checkpoint, StopOnNaN{options.progress}, EarlyStopping{.patience = options.patience}, CtrlC{},
            CsvLog{folder / "history.csv"}, TensorBoard{.folder = folder, .labels = options.labels, .parameters = parameters});
    Snapshot result{sets};
    result.history = history;
    write_snapshot(finished, result);
    std::filesystem::remove(checkpoint.last());
    return history;
}

}  // namespace detail

/// Trains every network of a grid with every rate, L2 and seed, and gives a table with the best mean validation accuracy first.
/// A sweep that is killed and started again goes on where it was. Ctrl-C throws Interrupted.
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation>
SweepTable sweep(Grid<Family, Axes...>, const Train& train, const Validation& validation, const SweepOptions& options) {
    const auto listening = detail::SignalGuard::shared();  // between two runs as well
    SweepTable table{options.log.filename().string()};
    std::vector<detail::SweepJob> jobs;
    std::map<std::string, std::vector<HyperParameter>> domains;
    const auto add = [&]<class Network>(const auto& values) {
        for (const float rate : options.rates)
            for (const float l2 : options.l2) {
                std::vector<detail::NamedValue> named;
                for (std::size_t n = 0; n < values.size(); ++n)
                    named.emplace_back(n < options.axes.size() ? options.axes[n] : "axis " + std::to_string(n + 1),
                                       static_cast<double>(values[n]));
                const auto shortest = [](float number) {  // 0.001, not 0.00100000005
                    char text[40];
                    std::snprintf(text, sizeof text, "%g", static_cast<double>(number));
                    return std::stod(text);
                };
                named.emplace_back("rate", shortest(rate));
                if (options.l2.size() > 1 || l2 != 0) named.emplace_back("l2", shortest(l2));
                SweepRow row{detail::setting_name(named, ", "), {}, Network::parameter_count, {}};
                for (const auto& [name, value] : named) {
                    row.parameters[name] = value;
                    auto& domain = domains[name];
                    if (std::find(domain.begin(), domain.end(), HyperParameter{value}) == domain.end()) domain.push_back(value);
                }
                const std::string group = detail::setting_name(named, ",");
                for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
                    const std::uint64_t seed = options.first_seed + repeat;
                    row.runs.push_back({seed, group + ",seed=" + std::to_string(seed)});
                    HyperParameters parameters = row.parameters;
                    parameters["seed"] = static_cast<double>(seed);
                    domains["seed"];
                    jobs.push_back({table.rows.size(), repeat,
                                    [&, parameters, seed, rate, l2, folder = options.log / row.runs.back().folder] {
                                        return detail::sweep_run<Network>(train, validation, options, folder, parameters, seed,
                                                                          rate, l2);
                                    }});
                }
                table.rows.push_back(std::move(row));
            }
    };
    Grid<Family, Axes...>::visit(add);
    for (std::size_t repeat = 0; repeat < options.repeats; ++repeat)
        domains["seed"].push_back(static_cast<double>(options.first_seed + repeat));
    const Metric metrics[] = {{}, {.tag = "epoch_loss", .name = "validation loss"}};
    EventFile{options.log}.write(0, experiment_message(domains, metrics));
    detail::run_jobs(table, jobs, options);
    table.sort();
    return table;
}

/// sweep<Base, Values<3, 5>, Values<32, 64>>(train, validation, {.log = "logs/primary"})
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation>
SweepTable sweep(const Train& train, const Validation& validation, const SweepOptions& options) {
    return sweep(Grid<Family, Axes...>{}, train, validation, options);
}

}  // namespace denim::inline DENIM_TARGET
