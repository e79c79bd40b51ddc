// SPDX-License-Identifier: MIT
#pragma once

#include <denim/metric/comparison.hpp>
#include <denim/report/report_parts.hpp>

namespace denim {

/// Two approaches over the same seeds, and where they are known what each got right of the same pictures, seed by seed.
struct ComparisonReport {
    std::string name = "A comparison", first = "first", second = "second";
    std::vector<std::uint64_t> seeds = {};
    std::vector<double> first_totals = {}, second_totals = {};
    std::vector<std::vector<int>> first_right = {}, second_right = {};
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// The comparison as a part of a page: totals, the paired test, and McNemar's test of each seed. Without a name it has no headings:
/// they are the page's. Throws std::invalid_argument unless both have a total for each seed, of one at least.
DENIM_ONCE void add_comparison(Page& page, const ComparisonReport& report);

/// A page about a comparison: totals by seed, the paired test, and McNemar's test of each seed.
DENIM_ONCE void write_report(const std::filesystem::path& path, const ComparisonReport& report);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void add_comparison(Page& page, const ComparisonReport& report) {
    if (report.first_totals.size() != report.second_totals.size())
        throw std::invalid_argument("denim: comparison: a total of both approaches for each seed was expected, but got " +
                                    std::to_string(report.first_totals.size()) + " and " + std::to_string(report.second_totals.size()));
    const Repeats first = repeats(report.first_totals), second = repeats(report.second_totals);
    if (!report.name.empty()) page.heading("Totals");
    std::vector<std::vector<std::string>> lines{{"approach", "runs", "mean", "deviation", "95 % interval", "least", "largest"}};
    for (const auto& [name, all] : {std::pair{&report.first, &first}, std::pair{&report.second, &second}})
        lines.push_back({*name, std::to_string(all->count), detail::five_digits(all->mean), detail::five_digits(all->deviation),
                         all->count > 1 ? detail::five_digits(all->low) + " to " + detail::five_digits(all->high) : "",
                         detail::short_number(all->least), detail::short_number(all->largest)});
    page.table(lines);
    if (first.count > 1) {
        const PairedTest test = paired_test(report.first_totals, report.second_totals);
        page.paragraph("Paired over seeds, " + report.first + " minus " + report.second + ": " +
                       detail::five_digits(test.difference.mean) + " (95 % interval " +
                       detail::five_digits(test.difference.low) + " to " + detail::five_digits(test.difference.high) +
                       "), t = " + detail::decimals(test.t, 2) + ", p = " + detail::decimals(test.probability) + ".");
    } else {
        page.paragraph("One run of each proves nothing: repeat them over several seeds.");
    }
    Series a{report.first}, b{report.second};
    std::vector<std::vector<std::string>> seeds{
        {"seed", report.first, report.second, "only first right", "only second right", "McNemar's p"}};
    for (std::size_t n = 0; n < report.first_totals.size(); ++n) {
        const std::string seed = n < report.seeds.size() ? std::to_string(report.seeds[n]) : std::to_string(n + 1);
        std::vector<std::string> line{seed, detail::short_number(report.first_totals[n]),
                                      detail::short_number(report.second_totals[n])};
        if (n < report.first_right.size() && n < report.second_right.size()) {
            const McNemar test = mcnemar(report.first_right[n], report.second_right[n]);
            line.insert(line.end(),
                        {std::to_string(test.first_only), std::to_string(test.second_only), detail::decimals(test.exact)});
        }
        line.resize(seeds[0].size());
        seeds.push_back(std::move(line));
        a.x.push_back(static_cast<double>(n + 1)), a.y.push_back(report.first_totals[n]);
        b.x.push_back(static_cast<double>(n + 1)), b.y.push_back(report.second_totals[n]);
    }
    const Series both[] = {a, b};
    const std::string chart = line_chart("Totals of " + report.first + " and " + report.second, "seed, in order", both);
    page.figures({&chart, 1});
    if (!report.name.empty()) page.heading("Seed by seed");
    page.table(seeds);
}

DENIM_ONCE void write_report(const std::filesystem::path& path, const ComparisonReport& report) {
    Page page{report.name};
    add_comparison(page, report);
    add_machine(page, 0);
    page.write(path);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
