// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/hparams_message.hpp>
#include <denim/metric/repeats.hpp>
#include <denim/training/history.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ostream>

namespace denim::inline DENIM_TARGET {

/// One run of a sweep.
struct SweepRun {
    std::uint64_t seed = 0;
    std::string folder = {};  ///< below the sweep's log
    History history = {};
    Score test = {};  ///< of the weights that were kept; NaN where the sweep got no test set

    /// The epoch whose weights were kept: the best by validation loss.
    [[nodiscard]] const Epoch& best() const {
        return *std::min_element(history.epochs.begin(), history.epochs.end(), [](const Epoch& left, const Epoch& right) {
            return left.validation.loss < right.validation.loss ||
                   (left.validation.loss == left.validation.loss && right.validation.loss != right.validation.loss);
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
        return !rows.empty() && !rows[0].runs.empty() && !std::isnan(rows[0].runs[0].test.accuracy);
    }

    /// Best first; equals stay in their order.
    void sort() {
        const auto better = [](const SweepRow& left, const SweepRow& right) { return left.accuracy().mean > right.accuracy().mean; };
        for (auto row = rows.begin(); row != rows.end(); ++row)
            std::rotate(std::upper_bound(rows.begin(), row, *row, better), row, row + 1);
    }

    friend std::ostream& operator<<(std::ostream& out, const SweepTable& table) {
        std::size_t width = 7;
        for (const SweepRow& row : table.rows) width = std::max(width, row.name.size());
        const bool tested = table.tested();
        char line[200], test[40] = "";
        if (tested) std::snprintf(test, sizeof test, "  %-16s", "test accuracy");
        std::snprintf(line, sizeof line, "%4s  %-20s  %-15s%s  %-15s  %6s  %7s\n", "runs", "validation accuracy",
                      "95 % interval", test, "validation loss", "epochs", "seconds");
        out << "setting" << std::string(width - 7, ' ') << "  " << line;
        for (const SweepRow& row : table.rows) {
            const Repeats accuracy = row.accuracy(), loss = row.loss();
            char interval[40] = "";
            if (accuracy.count > 1) std::snprintf(interval, sizeof interval, "%.4f-%.4f", accuracy.low, accuracy.high);
            if (tested) std::snprintf(test, sizeof test, "  %-16s", row.test_accuracy().text().c_str());
            std::snprintf(line, sizeof line, "%4zu  %-20s  %-15s%s  %-15s  %6.1f  %7.1f\n", accuracy.count,
                          accuracy.text().c_str(), interval, test, loss.text(3).c_str(), row.epochs().mean, row.seconds().mean);
            out << row.name << std::string(width - row.name.size(), ' ') << "  " << line;
        }
        return out;
    }
};

}  // namespace denim::inline DENIM_TARGET
