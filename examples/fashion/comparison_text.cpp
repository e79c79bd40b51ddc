// SPDX-License-Identifier: MIT
// A comparison in words, tables and pictures.
#include "fashion/comparison.hpp"

#include <denim/report/dot_chart.hpp>

namespace fashion {
namespace {

/// Printed as printf does.
template <class... Value>
std::string printed(const char* form, const Value&... values) {
    char text[400];
    std::snprintf(text, sizeof text, form, values...);
    return text;
}

/// Who has how many points, and what the right labels cost in training and in parameters.
void add_charts(denim::Page& page, const Comparison& comparison) {
    std::vector<denim::Dot> points;
    std::vector<denim::Series> by_time, by_size;
    for (const Contestant& each : comparison.contestants) {
        const denim::Repeats totals = denim::repeats(each.totals);
        points.push_back({each.name, totals.mean, totals.low, totals.high});
        const double right = 100 * each.share_right();
        by_time.push_back({each.name, {denim::repeats(each.seconds).mean}, {right}});
        by_size.push_back({each.name, {static_cast<double>(each.parameters) / 1e6}, {right}});
    }
    const std::string figures[] = {
        denim::dot_chart("Points of " + std::to_string(comparison.points()) +
                             (comparison.seeds.size() > 1 ? ", mean of the seeds and its 95 % interval" : ""),
                         "points", points),
        denim::line_chart("All labels right, %, by time of training", "seconds", by_time),
        denim::line_chart("All labels right, %, by size", "million parameters", by_size)};
    page.figures(figures);
}

}  // namespace

std::string Comparison::verdict() const {
    std::string words;
    const auto add = [&](const char* between, const std::string& part) { words += (words.empty() ? "" : between) + part; };
    if (seeds.size() < 2) {
        for (const Contestant& each : contestants) add(", ", printed("%s %.0f", each.name.c_str(), each.totals[0]));
        return printed("One run of each proves nothing: %s of %zu points; repeat them.", words.c_str(), points());
    }
    // Several pairs are several chances to err: they share the 5 % (Bonferroni), p and intervals alike.
    const auto pairs = static_cast<double>(contestants.size() * (contestants.size() - 1) / 2);
    each_pair([&](const Contestant& first, const Contestant& second) {
        const denim::PairedTest test = denim::paired_test(first.totals, second.totals, 1 - 0.05 / pairs);
        const double p = std::fmin(pairs * test.probability, 1);
        const bool ahead = test.difference.mean > 0;
        add("; ", p < 0.05 ? printed("%s is better than %s", (ahead ? first : second).name.c_str(),
                                     (ahead ? second : first).name.c_str())
                           : printed("no difference shows between %s and %s", first.name.c_str(), second.name.c_str()));
        words += printed(" (%s minus %s %.1f, interval %.1f to %.1f, p = %.4f)", first.name.c_str(), second.name.c_str(),
                         test.difference.mean, test.difference.low, test.difference.high, p);
    });
    std::string sizes;
    for (const Contestant& each : contestants)
        if (&each != &contestants[0])
            sizes += (sizes.empty() ? "" : ", ") +
                     printed("%s %.2g", each.name.c_str(),
                             static_cast<double>(each.parameters) / static_cast<double>(contestants[0].parameters));
    return printed("%zu seeds, %zu points: ", seeds.size(), points()) + words + "; for one parameter of " +
           contestants[0].name + " there are: " + sizes + ".";
}

std::ostream& operator<<(std::ostream& out, const Comparison& comparison) {
    out << comparison.of() << ", " << comparison.photographs << " test photographs, points of " << comparison.points()
        << "; McNemar's p of all labels right\n"
        << printed("%8s", "seed");
    for (const Contestant& each : comparison.contestants) out << printed("  %9s", each.name.c_str());
    comparison.each_pair([&](const Contestant& first, const Contestant& second) {
        out << printed("  %18s", (first.name + " | " + second.name).c_str());
    });
    out << '\n';
    for (std::size_t n = 0; n < comparison.seeds.size(); ++n) {
        out << printed("%8llu", static_cast<unsigned long long>(comparison.seeds[n]));
        for (const Contestant& each : comparison.contestants) out << printed("  %9.0f", each.totals[n]);
        comparison.each_pair([&](const Contestant& first, const Contestant& second) {
            out << printed("  %18.4f", denim::mcnemar(first.right[n], second.right[n]).exact);
        });
        out << '\n';
    }
    for (const Contestant& each : comparison.contestants)
        out << printed(
            "%-8s  mean %s of %zu points, all labels right %.4f, %zu parameters, trained in %.0f s%s, %.2f ms a photograph\n",
            each.name.c_str(), denim::repeats(each.totals).text(1).c_str(), comparison.points(), each.share_right(),
            each.parameters, denim::repeats(each.seconds).mean, each.for_all_categories ? " for all categories" : "",
            each.milliseconds);
    if (!comparison.note.empty()) out << comparison.note << '\n';
    return out << comparison.verdict() << '\n';
}

void add_comparison(denim::Page& page, const Comparison& comparison) {
    page.heading(comparison.question + ": " + comparison.of());
    page.paragraph(comparison.verdict());
    if (!comparison.note.empty()) page.paragraph(comparison.note);
    std::vector<std::vector<std::string>> lines{{"approach", "points of " + std::to_string(comparison.points()), "all labels right, %",
                                                 "networks", "for", "parameters", "training, s", "a photograph, ms"}};
    for (const Contestant& each : comparison.contestants)
        lines.push_back(
            {each.name, denim::repeats(each.totals).text(1), denim::detail::decimals(100 * each.share_right(), 2),
             std::to_string(each.networks), each.for_all_categories ? "all categories" : comparison.of(),
             denim::detail::with_commas(each.parameters), denim::detail::decimals(denim::repeats(each.seconds).mean, 1),
             denim::detail::decimals(each.milliseconds, 2)});
    page.table(lines);
    add_charts(page, comparison);
    if (comparison.seeds.size() > 1)
        comparison.each_pair([&](const Contestant& first, const Contestant& second) {
            page.heading(first.name + " and " + second.name + ": " + comparison.of());
            denim::add_comparison(page, {.name = "",
                                         .first = first.name,
                                         .second = second.name,
                                         .seeds = comparison.seeds,
                                         .first_totals = first.totals,
                                         .second_totals = second.totals,
                                         .first_right = first.right,
                                         .second_right = second.right});
        });
    std::vector<std::string> names, figures;
    for (const Kind& kind : kinds)
        if (comparison.category.empty() || kind.category == comparison.category) names.emplace_back(kind.folder);
    for (const Contestant& each : comparison.contestants)
        figures.push_back(
            denim::Page::picture(denim::draw_confusion(each.confusion, names),
                                 each.name + (comparison.seeds.size() > 1 ? ", all seeds together" : ""),
                                 denim::describe_confusion(each.confusion, names)));
    page.figures(figures);
}

}  // namespace fashion
