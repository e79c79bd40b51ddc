// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/job_hands.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/optimizer/adam.hpp>
#include <denim/sweep/sweep_point.hpp>
#include <denim/sweep/sweep_table.hpp>
#include <denim/training/fit.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
    Reading reading = {};  ///< of sets that are sources, which all runs share
    std::vector<std::string> labels = {};
    /// Runs at a time, which share the threads. More than one is faster where a network is too small to keep all threads busy;
    /// the results have the same bits.
    std::size_t side_by_side = 1;
    std::FILE* progress = stderr;  ///< a line for each run, or null
    JobHands* hands = nullptr;     ///< other processes that take runs too, see RankHands; they see the same log folder
};

namespace detail {

/// Throws std::invalid_argument if an option is not accepted, or would make no difference.
inline void check(const SweepOptions& options, const std::vector<SweepPoint>& points) {
    const auto fail = [](const std::string& what) { throw std::invalid_argument("denim: " + what); };
    const std::size_t counts[] = {points.size(), options.rates.size(), options.l2.size(), options.dropout.size(), options.repeats};
    if (std::ranges::count(counts, std::size_t{0}) > 0)
        fail("sweep: at least 1 network, rate, l2, dropout and repeat were expected, but got " + std::to_string(counts[0]) + ", " +
             std::to_string(counts[1]) + ", " + std::to_string(counts[2]) + ", " + std::to_string(counts[3]) + " and " +
             std::to_string(counts[4]));
    for (const float l2 : options.l2) check_setting("sweep", "l2", l2, accepted_l2);
    for (const float rate : options.dropout) check_setting("sweep", "dropout", rate, accepted_rate);
    std::size_t axes = 0;
    for (const SweepPoint& point : points) axes = std::max(axes, point.values.size());
    if (options.axes.size() > axes)
        fail("sweep: names of at most " + std::to_string(axes) + " axes were expected, as the networks have, but " +
             std::to_string(options.axes.size()) + " came");
    if (!options.optimizer) fail("sweep: an optimizer was expected, but it is empty");
    std::map<float, float> taken;  // by what the optimizers learn at, the rates that they were asked for
    for (const float rate : options.rates) {
        check_setting("sweep", "a rate", rate, at_least_0);
        const Optimizer optimizer = options.optimizer(rate);
        optimizer.check();
        const auto [other, is_new] = taken.emplace(optimizer.rate(), rate);
        if (!is_new && other->second != rate)
            fail("sweep: the optimizers for the rates " + shortest_text(other->second) + " and " + shortest_text(rate) + " both learn at " +
                 shortest_text(optimizer.rate()));
    }
    if (std::ranges::all_of(points, [](const SweepPoint& point) { return point.dropouts.empty(); }) && options.dropout != std::vector<float>{0.5f})
        std::fputs("denim: sweep: no network of the grid has a Dropout, so .dropout makes no difference\n", stderr);
}

/// A name for each value of a setting: {"kernel", 3}.
using NamedValue = std::pair<std::string, double>;

inline std::string setting_name(std::span<const NamedValue> values, const char* between) {
    std::string text;
    for (const auto& [name, value] : values) {
        text += (text.empty() ? "" : between) + name + "=" + shortest_text(value);
    }
    return text;
}

/// What a run has of the settings that vary at run time.
struct RunRates {
    float learning, l2, dropout;

    /// Those that a table names: the learning rate, and the others where they are not as usual.
    [[nodiscard]] std::vector<NamedValue> named(const SweepOptions& options) const {
        const auto shortest = [](float number) {  // 0.001, not 0.00100000005
            return number_in(shortest_text(number));
        };
        std::vector<NamedValue> values{{"rate", shortest(learning)}};
        if (options.l2.size() > 1 || l2 != 0) values.emplace_back("l2", shortest(l2));
        if (options.dropout.size() > 1 || dropout != 0.5f) values.emplace_back("dropout", shortest(dropout));
        return values;
    }
};

/// Where one run of a sweep lies, and what it has that others have not.
struct RunSetting {
    std::filesystem::path folder;
    HyperParameters parameters;  ///< what the logs say of it
    std::uint64_t seed = 1;
    RunRates rates;
};

/// What a sweep learns from, and is scored on; nothing is chosen by the test set, which may be null.
template <class Train, class Validation, class Test>
struct SweepSets {
    const Train& train;
    const Validation& validation;
    const Test* test;
};

template <LearnableSet Set>
std::size_t size_of(const Set& set) {
    if constexpr (LabelledImages<Set>)
        return set.labels.shape(0);
    else
        return set.size();
}

/// One run in its folder, of a network that has begun. A run that is done leaves `finished.snapshot` and is not repeated.
DENIM_ONCE std::pair<History, Score> sweep_run(Learner& learner, const Samples& train, Samples& validation, Samples* test,
                                               const FitOptions& fit_options, const SweepOptions& options, const RunSetting& run);

template <class Train, class Validation, class Test>
std::pair<History, Score> sweep_run(const SweepPoint& point, const SweepSets<Train, Validation, Test>& sets,
                                    const SweepOptions& options, const RunSetting& run) {
    const FitOptions fit_options{.epochs = options.epochs,
                                 .batch = options.batch,
                                 .optimizer = options.optimizer(run.rates.learning),
                                 .seed = Seed{run.seed},
                                 .augmentation = options.augmentation,
                                 .reading = options.reading};
    check(fit_options, {});
    const SweepPoint::Made made =
        point.make(Seed{run.seed}, std::min<std::size_t>(options.batch, size_of(sets.train)), {fit_options.loss});
    Learner& learner = *made.learner;
    for (LayerSettings& settings : learner.settings()) settings.l2 = run.rates.l2;
    for (const std::size_t layer : point.dropouts) learner.settings()[layer].rate = run.rates.dropout;
    const auto samples = [&](const auto& set, const char* name) {
        return Samples::of(set, learner.input(), learner.heads(), name);
    };
    const Samples train = samples(sets.train, "training");
    Samples validation = samples(sets.validation, "validation");
    Samples test = sets.test ? samples(*sets.test, "test") : Samples{};
    return sweep_run(learner, train, validation, sets.test ? &test : nullptr, fit_options, options, run);
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/report/tensor_board.hpp>
#include <denim/training/checkpoint.hpp>
#include <denim/training/csv_log.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/early_stopping.hpp>
#include <denim/training/stop_on_nan.hpp>
#include <denim/training/training_loop.hpp>

namespace denim::inline DENIM_TARGET::detail {

/// Answers processes that come free.
struct LookAtHands {
    JobHands* hands;

    void on_batch(Run& /*run*/) const {
        if (hands) hands->look();
    }
};

/// What a finished run leaves: its history and its score on the test set, in a snapshot without weights. Throws FileError if it
/// is of another run.
inline std::pair<History, Score> read_finished(const std::filesystem::path& file, const SettingsRecord& run) {
    const Snapshot result = read_snapshot(file);
    if (const std::string other = run.differences_from(result.run); !other.empty())
        throw FileError(file.string(),
                        "this run was made with other options or sets; take another log folder or remove this one" + other);
    const auto remembered = [&](const char* name) {
        const auto& numbers = result.memory.numbers;
        return numbers.contains(name) ? numbers.at(name) : not_a_number<double>();
    };
    return {result.history, {remembered("test loss"), remembered("test accuracy")}};
}

DENIM_ONCE std::pair<History, Score> sweep_run(Learner& learner, const Samples& train, Samples& validation, Samples* test,
                                               const FitOptions& fit_options, const SweepOptions& options, const RunSetting& run) {
    Checkpoint checkpoint{.folder = run.folder, .at_end = false, .labels = options.labels};
    StopOnNaN stop_on_nan{options.progress};
    EarlyStopping early_stopping{.patience = options.patience};
    CtrlC ctrl_c;
    LookAtHands look_at_hands{options.hands};
    CsvLog csv_log{run.folder / "history.csv"};
    TensorBoard tensor_board{.folder = run.folder, .labels = options.labels, .parameters = run.parameters};
    const std::array callbacks{CallbackReference{checkpoint}, CallbackReference{stop_on_nan}, CallbackReference{early_stopping},
                               CallbackReference{ctrl_c},     CallbackReference{csv_log},     CallbackReference{tensor_board},
                               CallbackReference{look_at_hands}};
    TrainingLoop loop{learner, train, &validation, fit_options, callbacks};

    Snapshot result{loop.record()};
    result.run("epochs of the sweep", options.epochs);
    if (test)
        describe_samples(result.run, "test", *test);
    else
        result.run("test", "none");
    const std::filesystem::path finished = run.folder / "finished.snapshot";
    if (std::filesystem::exists(finished)) return read_finished(finished, result.run);

    result.history = loop.run();
    Score score;
    if (test) {
        score = learner.score(all_logits(learner, *test, options.reading), *test);
        result.memory.numbers = {{"test loss", score.loss}, {"test accuracy", score.accuracy}};
    }
    write_snapshot(finished, result);
    std::filesystem::remove(checkpoint.last());
    return {result.history, score};
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
