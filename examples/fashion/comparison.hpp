// SPDX-License-Identifier: MIT
#pragma once

// One network for all labels of a category, or one for the gender and one for the type of each gender? Both answer for the same
// test photographs, seed by seed, and are scored as the study does: a point for the right gender, a point for the right type.

#include <denim/report/comparison_report.hpp>

#include "fashion/task_runs.hpp"

#include <chrono>

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

/// The likeliest classes of the pictures at some places of a set.
template <class Network>
std::vector<std::int32_t> likeliest(const denim::Predictor<Network>& predictor, const denim::DataSet& set,
                                    std::span<const std::size_t> places) {
    std::vector<std::uint8_t> pixels;
    for (const std::size_t place : places)
        pixels.insert(pixels.end(), set.picture(place), set.picture(place) + set.shape().size());
    denim::Pictures pictures{set.shape(), places.size()};
    pictures.bytes = pixels.data();
    std::vector<float> logits(places.size() * Network::output.size());
    predictor.predict(pictures, logits.data());
    return denim::predicted_classes(logits, Network::output.size());
}

/// Trains what is missing of one category's four tasks and compares them.
template <class All, class Gender, class Male, class Female>
Comparison compare(const Options& options, const std::string& category) {
    const auto runs = [&]<class Task>(std::type_identity<Task>) {
        return train_runs<Task>(options, TaskSets{options.data, task_named(Task::name)}, Task::family(),
                                typename Task::Setting{})
            .rows[0];
    };
    const denim::SweepRow all = runs(std::type_identity<All>{}), gender = runs(std::type_identity<Gender>{}),
                          male = runs(std::type_identity<Male>{}), female = runs(std::type_identity<Female>{});
    const LabelledSet test = read_set(options.data, task_named(All::name), parts[2]);
    const auto first = std::ranges::find(kinds, category, &Kind::category);
    const std::size_t count = class_names(task_named(All::name)).size(), men = class_names(task_named(Male::name)).size();
    std::vector<std::size_t> everyone(test.size());
    std::iota(everyone.begin(), everyone.end(), std::size_t{0});

    Comparison result{
        category, test.size(), {}, {"all", 1, all.numbers}, {"separate", 3, gender.numbers + male.numbers + female.numbers}};
    const auto score = [&](Contestant& contestant, std::span<const std::int32_t> answers) {
        double points = 0;
        std::vector<int> right;
        for (std::size_t n = 0; n < test.size(); ++n) {
            const Kind &truth = kinds[static_cast<std::size_t>(test.shown[n])], &answer = *(first + answers[n]);
            points += (answer.gender == truth.gender ? 1 : 0) + (answer.type == truth.type ? 1 : 0);
            right.push_back(answer.folder == truth.folder ? 1 : 0);
        }
        contestant.totals.push_back(points);
        contestant.right.push_back(std::move(right));
        const denim::Confusion counts = denim::confusion_matrix({test.labels.data(), test.size()}, answers, count);
        if (contestant.confusion.size() == 0)
            contestant.confusion = counts;
        else
            contestant.confusion += counts;
    };
    const auto timed = [&](Contestant& contestant, auto work) {
        const auto start = std::chrono::steady_clock::now();
        const auto answers = work();
        const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
        contestant.milliseconds += time.count() / static_cast<double>(test.size() * all.runs.size());
        score(contestant, answers);
    };
    for (std::size_t n = 0; n < all.runs.size(); ++n) {
        const auto predictor = [&]<class Task>(std::type_identity<Task>, const denim::SweepRow& row) {
            return denim::Predictor{network_of<typename Task::Network>(options, Task::name, Task::family(), row.runs[n])};
        };
        const auto one = predictor(std::type_identity<All>{}, all);
        const auto of_gender = predictor(std::type_identity<Gender>{}, gender);
        const auto of_men = predictor(std::type_identity<Male>{}, male);
        const auto of_women = predictor(std::type_identity<Female>{}, female);
        result.seeds.push_back(all.runs[n].seed);
        result.all.seconds.push_back(all.runs[n].seconds());
        result.separate.seconds.push_back(gender.runs[n].seconds() + male.runs[n].seconds() + female.runs[n].seconds());
        timed(result.all, [&] { return likeliest(one, test, everyone); });
        timed(result.separate, [&] {
            const auto genders = likeliest(of_gender, test, everyone);
            std::array<std::vector<std::size_t>, 2> places;
            for (std::size_t place = 0; place < test.size(); ++place)
                places[static_cast<std::size_t>(genders[place])].push_back(place);
            std::vector<std::int32_t> answers(test.size());
            const auto men_types = likeliest(of_men, test, places[0]), women_types = likeliest(of_women, test, places[1]);
            for (std::size_t k = 0; k < men_types.size(); ++k) answers[places[0][k]] = men_types[k];
            for (std::size_t k = 0; k < women_types.size(); ++k)
                answers[places[1][k]] = women_types[k] + static_cast<std::int32_t>(men);
            return answers;
        });
    }
    return result;
}

inline Comparison compare_trousers(const Options& options) {
    return compare<TrousersAll, TrousersGender, TrousersMale, TrousersFemale>(options, "trousers");
}
inline Comparison compare_shoes(const Options& options) {
    return compare<ShoesAll, ShoesGender, ShoesMale, ShoesFemale>(options, "shoes");
}

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
    denim::detail::add_comparison(page, {.name = "",
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
            denim::detail::add_machine(page, 0);
            page.write(options.report / (std::string{name} + ".html"));
        },
        [](CLI::App&, Options&) {});
}

}  // namespace fashion
