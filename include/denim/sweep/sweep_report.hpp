// SPDX-License-Identifier: MIT
#pragma once

#include <denim/report/report_parts.hpp>
#include <denim/sweep/sweep_table.hpp>

namespace denim::inline DENIM_TARGET {

/// The sweep as a part of a page: the table, the curves of each setting's first run, all runs, the machine.
DENIM_ONCE void add_sweep(Page& page, const SweepTable& table);

/// A page about a sweep: the table, and the curves of each setting's first run.
DENIM_ONCE void write_report(const std::filesystem::path& path, const SweepTable& table);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void add_sweep(Page& page, const SweepTable& table) {
    page.heading("Settings, best first");
    const bool tested = table.tested();
    std::vector<std::vector<std::string>> lines{
        {"setting", "runs", "validation accuracy", "95 % interval", "validation loss", "best epoch", "parameters", "seconds"}};
    if (tested) lines[0].insert(lines[0].begin() + 4, "test accuracy");
    double seconds = 0;
    std::vector<Series> accuracy, loss;
    for (const SweepRow& row : table.rows) {
        const Repeats right = row.accuracy();
        lines.push_back({row.name, std::to_string(right.count), right.text(),
                         right.count > 1 ? detail::decimals(right.low) + " to " + detail::decimals(right.high) : "",
                         row.loss().text(3), detail::decimals(row.epochs().mean, 1), detail::with_commas(row.numbers),
                         detail::decimals(row.seconds().mean, 1)});
        if (tested) lines.back().insert(lines.back().begin() + 4, row.test_accuracy().text());
        for (const SweepRun& run : row.runs) seconds += run.seconds();
        if (accuracy.size() < 8) {
            accuracy.push_back(detail::curve(row.name, row.runs[0].history, &Score::accuracy, true));
            loss.push_back(detail::curve(row.name, row.runs[0].history, &Score::loss, true));
        }
    }
    page.table(lines);
    page.heading(table.rows.size() > 8 ? "Curves of the best eight, first repeat" : "Curves, first repeat");
    const std::string charts[] = {line_chart("Validation accuracy", "epoch", accuracy),
                                  line_chart("Validation loss", "epoch", loss)};
    page.figures(charts);
    page.heading("Runs");
    std::vector<std::vector<std::string>> runs{
        {"run", "validation accuracy", "validation loss", "best epoch", "epochs", "seconds"}};
    for (const SweepRow& row : table.rows)
        for (const SweepRun& run : row.runs)
            runs.push_back({run.folder, detail::decimals(run.best().validation.accuracy),
                            detail::decimals(run.best().validation.loss), std::to_string(run.best().number),
                            std::to_string(run.history.epochs.size()), detail::decimals(run.seconds(), 1)});
    page.table(runs);
    add_machine(page, seconds);
}

DENIM_ONCE void write_report(const std::filesystem::path& path, const SweepTable& table) {
    Page page{table.name.empty() ? "A sweep" : table.name};
    add_sweep(page, table);
    page.write(path);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
