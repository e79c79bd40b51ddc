// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/hparams_message.hpp>
#include <denim/machine/finite.hpp>
#include <denim/metric/history.hpp>
#include <denim/metric/repeats.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <string>

namespace denim::inline DENIM_TARGET {

/// One run of a sweep.
struct SweepRun {
    std::uint64_t seed = 0;
    std::string folder = {};  ///< below the sweep's log
    History history = {};
    Score test = {};  ///< of the weights that were kept; NaN where the sweep got no test set

    /// The epoch whose weights were kept: the best by validation loss. Throws std::invalid_argument where there is none.
    [[nodiscard]] const Epoch& best() const {
        if (history.epochs.empty())
            throw std::invalid_argument("denim: sweep: a run with at least one epoch was expected, but that of seed " + std::to_string(seed) + " has none");
        return *std::min_element(history.epochs.begin(), history.epochs.end(), [](const Epoch& left, const Epoch& right) {
            return is_less(left.validation.loss, right.validation.loss);
        });
    }
    [[nodiscard]] double seconds() const {
        double sum = 0;
        for (const Epoch& epoch : history.epochs) sum += epoch.seconds;
        return sum;
    }
};

/// One setting with its repeats.
struct SweepRow {
    std::string name = {};  ///< "kernel=3, filters=32, rate=0.001"
    HyperParameters parameters = {};
    std::size_t numbers = 0;  ///< of the network
    std::vector<SweepRun> runs = {};

    [[nodiscard]] Repeats accuracy() const {
        return of([](const SweepRun& run) { return run.best().validation.accuracy; });
    }
    [[nodiscard]] Repeats test_accuracy() const {
        return of([](const SweepRun& run) { return run.test.accuracy; });
    }
    [[nodiscard]] Repeats loss() const {
        return of([](const SweepRun& run) { return run.best().validation.loss; });
    }
    [[nodiscard]] Repeats epochs() const {
        return of([](const SweepRun& run) { return static_cast<double>(run.best().number); });
    }
    [[nodiscard]] Repeats seconds() const {
        return of([](const SweepRun& run) { return run.seconds(); });
    }

private:
    template <class Value>
    [[nodiscard]] Repeats of(Value value) const {
        std::vector<double> values;
        for (const SweepRun& run : runs) values.push_back(value(run));
        return repeats(values);
    }
};

/// All settings of a sweep, the best mean validation accuracy first.
struct SweepTable {
    std::string name = {};
    std::vector<SweepRow> rows = {};

    [[nodiscard]] bool tested() const {
        return !rows.empty() && !rows[0].runs.empty() && !is_nan(rows[0].runs[0].test.accuracy);
    }

    /// Best first; equals stay in their order, and what is not a number comes last.
    void sort() {
        const auto better = [](const SweepRow& left, const SweepRow& right) {
            const double one = left.accuracy().mean, other = right.accuracy().mean;
            return is_nan(one) || is_nan(other) ? is_nan(other) && !is_nan(one) : one > other;
        };
        for (auto row = rows.begin(); row != rows.end(); ++row)
            std::rotate(std::upper_bound(rows.begin(), row, *row, better), row, row + 1);
    }

    friend std::ostream& operator<<(std::ostream& out, const SweepTable& table) {
        std::size_t width = 7;
        for (const SweepRow& row : table.rows) width = std::max(width, row.name.size());
        const bool tested = table.tested();
        using detail::fixed, detail::to_the_left, detail::to_the_right;
        const auto line = [&](const std::array<std::string, 8>& cells) {
            return to_the_left(cells[0], width) + "  " + to_the_right(cells[1], 4) + "  " + to_the_left(cells[2], 20) + "  " +
                   to_the_left(cells[3], 15) + (tested ? "  " + to_the_left(cells[4], 16) : "") + "  " + to_the_left(cells[5], 15) +
                   "  " + to_the_right(cells[6], 6) + "  " + to_the_right(cells[7], 7) + '\n';
        };
        std::string text = line({"setting", "runs", "validation accuracy", "95 % interval", "test accuracy", "validation loss",
                                 "epochs", "seconds"});
        for (const SweepRow& row : table.rows) {
            const Repeats accuracy = row.accuracy();
            text += line({row.name, std::to_string(accuracy.count), accuracy.text(),
                          accuracy.count > 1 ? fixed(accuracy.low, 4) + '-' + fixed(accuracy.high, 4) : "",
                          tested ? row.test_accuracy().text() : "", row.loss().text(3), fixed(row.epochs().mean, 1),
                          fixed(row.seconds().mean, 1)});
        }
        return out << text;
    }
};

}  // namespace denim::inline DENIM_TARGET
