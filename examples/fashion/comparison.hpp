// SPDX-License-Identifier: MIT
#pragma once

// One network for all labels of a category, or one for the gender and one for the type of each gender? Both answer for the same
// test photographs, seed by seed, and are scored as the study does: a point for the right gender, a point for the right type.

#include <denim/report/comparison_report.hpp>

#include "fashion/task_runs.hpp"

namespace fashion {

/// One approach over all seeds.
struct Contestant {
    std::string name;
    std::size_t networks = 0, parameters = 0;
    std::vector<double> totals = {};           ///< points, by seed
    std::vector<std::vector<int>> right = {};  ///< by seed and photograph: all labels right
    std::vector<double> seconds = {};          ///< of training, by seed
    double milliseconds = 0;                   ///< for a photograph, mean over seeds and photographs of the test set
    denim::Confusion confusion = {};           ///< of the category's kinds, all seeds together

    [[nodiscard]] double share_right() const { return denim::accuracy(confusion); }
};

struct Comparison {
    std::string category;
    std::size_t photographs = 0;
    std::vector<std::uint64_t> seeds = {};
    Contestant all, separate;

    /// The best total that there could be.
    [[nodiscard]] std::size_t points() const { return 2 * photographs; }

    /// In one sentence, no more than the figures carry.
    [[nodiscard]] std::string verdict() const {
        const double difference = denim::repeats(all.totals).mean - denim::repeats(separate.totals).mean;
        char text[400];
        if (seeds.size() < 2) {
            std::snprintf(text, sizeof text,
                          "One run of each proves nothing: all %.0f, separate %.0f of %zu points; repeat them.", all.totals[0],
                          separate.totals[0], points());
            return text;
        }
        const denim::PairedTest test = denim::paired_test(all.totals, separate.totals);
        const double ratio = static_cast<double>(separate.parameters) / static_cast<double>(all.parameters);
        if (test.probability < 0.05)
            std::snprintf(text, sizeof text,
                          "%s is better: by %.1f of %zu points in the mean of %zu seeds (95 %% interval of all minus separate "
                          "%.1f to %.1f, p = %.4f); "
                          "separate has %.1f times the parameters.",
                          difference > 0 ? "One network" : "Separate networks", std::fabs(difference), points(), seeds.size(),
                          test.difference.low, test.difference.high, test.probability, ratio);
        else
            std::snprintf(text, sizeof text,
                          "%zu seeds show no difference: all minus separate is %.1f of %zu points (95 %% interval %.1f to "
                          "%.1f, p = %.2f), and the one "
                          "network is simpler: separate has %.1f times the parameters.",
                          seeds.size(), difference, points(), test.difference.low, test.difference.high, test.probability,
                          ratio);
        return text;
    }
};

/// Trains what is missing of one category's four tasks, and compares them.
Comparison compare_trousers(const Options& options);
Comparison compare_shoes(const Options& options);

inline std::ostream& operator<<(std::ostream& out, const Comparison& comparison) {
    char line[200];
    std::snprintf(line, sizeof line, "%8s  %10s  %10s  %22s\n", "seed", "all", "separate", "McNemar's p (all right)");
    out << comparison.category << ", " << comparison.photographs << " test photographs, points of " << comparison.points()
        << '\n'
        << line;
    for (std::size_t n = 0; n < comparison.seeds.size(); ++n) {
        const denim::McNemar test = denim::mcnemar(comparison.all.right[n], comparison.separate.right[n]);
        std::snprintf(line, sizeof line, "%8llu  %10.0f  %10.0f  %22.4f\n",
                      static_cast<unsigned long long>(comparison.seeds[n]), comparison.all.totals[n],
                      comparison.separate.totals[n], test.exact);
        out << line;
    }
    for (const Contestant* each : {&comparison.all, &comparison.separate}) {
        std::snprintf(
            line, sizeof line,
            "%-8s  mean %s of %zu points, all labels right %.4f, %zu parameters, trained in %.0f s, %.2f ms a photograph\n",
            each->name.c_str(), denim::repeats(each->totals).text(1).c_str(), comparison.points(), each->share_right(),
            each->parameters, denim::repeats(each->seconds).mean, each->milliseconds);
        out << line;
    }
    return out << comparison.verdict() << '\n';
}

/// The comparison as a part of a page.
inline void add_comparison(denim::Page& page, const Comparison& comparison) {
    page.heading("One network or three: " + comparison.category);
    page.paragraph(comparison.verdict());
    std::vector<std::vector<std::string>> lines{{"approach", "networks", "parameters", "training, s", "a photograph, ms",
                                                 "points of " + std::to_string(comparison.points()), "all labels right"}};
    for (const Contestant* each : {&comparison.all, &comparison.separate})
        lines.push_back({each->name, std::to_string(each->networks), denim::detail::with_commas(each->parameters),
                         denim::detail::decimals(denim::repeats(each->seconds).mean, 1),
                         denim::detail::decimals(each->milliseconds, 2), denim::repeats(each->totals).text(1),
                         denim::detail::decimals(each->share_right())});
    page.table(lines);
    if (comparison.seeds.size() > 1)
        denim::add_comparison(page, {.name = "",
                                     .first = "all",
                                     .second = "separate",
                                     .seeds = comparison.seeds,
                                     .first_totals = comparison.all.totals,
                                     .second_totals = comparison.separate.totals,
                                     .first_right = comparison.all.right,
                                     .second_right = comparison.separate.right});
    std::vector<std::string> names;
    for (const Kind& kind : kinds)
        if (kind.category == comparison.category) names.emplace_back(kind.folder);
    const std::string figures[] = {
        denim::Page::picture(denim::draw_confusion(comparison.all.confusion, names), "One network, all seeds"),
        denim::Page::picture(denim::draw_confusion(comparison.separate.confusion, names), "Three networks, all seeds")};
    page.figures(figures);
}

/// The main function of compare_trousers and compare_shoes.
template <class Compare>
int run_comparison(int count, char** words, const char* name, const char* description, Compare compare) {
    return run_program(
        count, words, name, description, Options{.repeat = 10},
        [&](const Options& options) {
            const Comparison comparison = compare(options);
            std::cout << comparison << std::flush;
            std::filesystem::create_directories(options.report);
            denim::Page page{"One network or three?"};
            add_comparison(page, comparison);
            denim::add_machine(page, 0);
            page.write(options.report / (std::string{name} + ".html"));
        },
        [](CLI::App&, Options&) {});
}

}  // namespace fashion
