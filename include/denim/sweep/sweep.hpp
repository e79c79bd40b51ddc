// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/event_file.hpp>
#include <denim/sweep/grid.hpp>
#include <denim/sweep/sweep_point.hpp>
#include <denim/sweep/sweep_run.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/interrupted.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// One run that has to be: where its result goes, and how it comes about.
struct SweepJob {
    std::size_t row = 0, run = 0;
    std::function<std::pair<History, Score>()> fit = {};
};

inline void say_of_run(const SweepOptions& options, std::size_t number, std::size_t count, const SweepRow& row, const SweepRun& run) {
    if (!options.progress || run.history.epochs.empty()) return;
    std::fputs(sentence("run ", number, '/', count, "  ", row.name, ", seed ", run.seed, ": epoch ", run.best().number, " of ",
                        run.history.epochs.size(), ", validation accuracy ", fixed(run.best().validation.accuracy, 4), ", loss ",
                        fixed(run.best().validation.loss, 4), ", ", fixed(run.seconds(), 1), " s\n")
                   .c_str(),
               options.progress);
}

/// A job's result as bytes, for other processes, and the way back to its place in the table.
inline std::string packed_result(std::size_t place, const SweepRun& run) {
    struct {
        std::size_t place, best_epoch;
        Score test;
    } const head{place, run.history.best_epoch, run.test};
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    return bytes.append(reinterpret_cast<const char*>(run.history.epochs.data()), run.history.epochs.size() * sizeof(Epoch));
}
inline void take_result(SweepTable& table, const std::vector<SweepJob>& jobs, const std::string& bytes) {
    struct {
        std::size_t place, best_epoch;
        Score test;
    } head;
    std::memcpy(&head, bytes.data(), sizeof head);
    SweepRun& run = table.rows[jobs[head.place].row].runs[jobs[head.place].run];
    run.test = head.test;
    run.history.best_epoch = head.best_epoch;
    run.history.epochs.resize((bytes.size() - sizeof head) / sizeof(Epoch));
    std::memcpy(static_cast<void*>(run.history.epochs.data()), bytes.data() + sizeof head, bytes.size() - sizeof head);
}

/// Runs the jobs together with other processes, each one at a time. Interrupted ends all behind the runs that they are at; another error is the
/// caller's to tell them.
inline void run_jobs_with_hands(SweepTable& table, const std::vector<SweepJob>& jobs, const SweepOptions& options) {
    std::vector<std::string> results;
    std::optional<Interrupted> interrupted;
    for (std::size_t place; (place = options.hands->next(jobs.size(), interrupted.has_value())) < jobs.size();) {
        const SweepJob& job = jobs[place];
        SweepRun& run = table.rows[job.row].runs[job.run];
        try {
            std::tie(run.history, run.test) = job.fit();
            results.push_back(packed_result(place, run));
            say_of_run(options, place + 1, jobs.size(), table.rows[job.row], run);
        } catch (const Interrupted& error) {
            interrupted = error;
        }
    }
    const std::vector<std::string> all = options.hands->end(results);
    if (interrupted) throw *interrupted;
    if (all.size() < jobs.size()) throw Interrupted{"denim: sweep: interrupted, as another process was"};
    for (const std::string& bytes : all) take_result(table, jobs, bytes);
}

/// Runs the jobs, some at a time; the first error ends all.
inline void run_jobs(SweepTable& table, const std::vector<SweepJob>& jobs, const SweepOptions& options) {
    if (options.hands) return run_jobs_with_hands(table, jobs, options);
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr error;
    std::size_t done = 0;
    const auto work = [&] {
        for (std::size_t place; (place = next++) < jobs.size();) {
            const SweepJob& job = jobs[place];
            SweepRow& row = table.rows[job.row];
            try {
                auto [history, test] = job.fit();
                const std::scoped_lock lock{mutex};
                SweepRun& run = row.runs[job.run];
                run.history = std::move(history);
                run.test = test;
                ++done;
                say_of_run(options, done, jobs.size(), row, run);
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

template <class Train, class Validation, class Test>
SweepTable sweep(const std::vector<SweepPoint>& points, const SweepSets<Train, Validation, Test>& sets,
                 const SweepOptions& options) {
    check(options, points);
    const auto listening = SignalGuard::shared();  // between two runs as well
    SweepTable table{options.log.filename().string()};
    std::vector<SweepJob> jobs;
    std::map<std::string, std::vector<HyperParameter>> domains;
    std::set<std::string> folders;
    const auto add_row = [&](const SweepPoint& point, const std::vector<NamedValue>& named, const RunRates& rates) {
        SweepRow row{setting_name(named, ", "), {}, point.numbers, {}};
        for (const auto& [name, value] : named) {
            row.parameters[name] = value;
            auto& domain = domains[name];
            if (std::find(domain.begin(), domain.end(), HyperParameter{value}) == domain.end()) domain.push_back(value);
        }
        const std::string group = setting_name(named, ",");
        for (std::size_t repeat = 0; repeat < options.repeats; ++repeat) {
            const std::uint64_t seed = options.first_seed + repeat;
            row.runs.push_back({seed, group + ",seed=" + std::to_string(seed)});
            if (!folders.insert(row.runs.back().folder).second)
                throw std::invalid_argument("denim: sweep: two runs would have the folder " + row.runs.back().folder +
                                            "; expected networks, rates, l2 and dropout each once");
            RunSetting run{options.log / row.runs.back().folder, row.parameters, seed, rates};
            run.parameters["seed"] = static_cast<double>(seed);
            jobs.push_back(
                {table.rows.size(), repeat, [&, run = std::move(run)] { return sweep_run(point, sets, options, run); }});
        }
        table.rows.push_back(std::move(row));
    };
    for (const SweepPoint& point : points) {
        std::vector<NamedValue> shape;
        for (std::size_t n = 0; n < point.values.size(); ++n)
            shape.emplace_back(n < options.axes.size() ? options.axes[n] : "axis " + std::to_string(n + 1),
                               static_cast<double>(point.values[n]));
        for (const float rate : options.rates)
            for (const float l2 : options.l2)
                for (const float dropout : options.dropout) {
                    const RunRates rates{rate, l2, dropout};
                    std::vector<NamedValue> named = shape;
                    for (const NamedValue& each : rates.named(options)) named.push_back(each);
                    add_row(point, named, rates);
                }
    }
    for (std::size_t repeat = 0; repeat < options.repeats; ++repeat)
        domains["seed"].push_back(static_cast<double>(options.first_seed + repeat));
    const Metric metrics[] = {{}, {.tag = "epoch_loss", .name = "validation loss"}};
    if (!options.hands || options.hands->leads()) EventFile{options.log}.write(0, experiment_message(domains, metrics));
    run_jobs(table, jobs, options);
    table.sort();
    return table;
}

}  // namespace detail

/// Trains every network with every rate, L2 and seed, scores the weights that each run kept on a test set, which nothing is
/// chosen by, and gives a table with the best mean validation accuracy first. `options.axes` names the axes of the points. A
/// sweep that is killed and started again goes on where it was. Ctrl-C throws Interrupted.
template <class Train, class Validation, class Test>
SweepTable sweep(const std::vector<SweepPoint>& points, const Train& train, const Validation& validation, const Test& test,
                 const SweepOptions& options) {
    return detail::sweep<Train, Validation, Test>(points, {train, validation, &test}, options);
}

/// The same of every network of a grid.
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation, class Test>
SweepTable sweep(Grid<Family, Axes...> grid, const Train& train, const Validation& validation, const Test& test,
                 const SweepOptions& options) {
    return sweep(sweep_points(grid), train, validation, test, options);
}

/// The same without a test set.
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation>
SweepTable sweep(Grid<Family, Axes...> grid, const Train& train, const Validation& validation, const SweepOptions& options) {
    return detail::sweep<Train, Validation, Validation>(sweep_points(grid), {train, validation, nullptr}, options);
}

/// sweep<Base, Values<3, 5>, Values<32, 64>>(train, validation, {.log = "logs/primary"})
template <template <std::size_t...> class Family, class... Axes, class Train, class Validation>
SweepTable sweep(const Train& train, const Validation& validation, const SweepOptions& options) {
    return sweep(Grid<Family, Axes...>{}, train, validation, options);
}

}  // namespace denim::inline DENIM_TARGET
