// SPDX-License-Identifier: MIT
#include "fashion/pretrained_comparison.hpp"

#include "fashion/contest.hpp"
#include "fashion/pretrained_runs.hpp"
#include "shown_name.hpp"
#include "tuning/pretrained.hpp"

#include <array>
#include <iostream>

namespace fashion {
namespace {

/// One network a category, and one that tells the category.
Entry enter_one_each(const Contest& contest) {
    const denim::SweepRow primary = contest.train<Primary>(), glasses = contest.train<Glasses>(), trousers = contest.train<TrousersAll>(),
                          shoes = contest.train<ShoesAll>();
    return {{.name = "all",
             .networks = 4,
             .parameters = primary.numbers + glasses.numbers + trousers.numbers + shoes.numbers,
             .for_all_categories = true,
             .seconds = seconds_of({&primary, &glasses, &trousers, &shoes})},
            [&contest, primary, glasses, trousers, shoes](std::size_t n) {
                const auto of_category = contest.predictor<Primary>(primary.runs[n]);
                const auto of_glasses = contest.predictor<Glasses>(glasses.runs[n]);
                const auto of_trousers = contest.predictor<TrousersAll>(trousers.runs[n]);
                const auto of_shoes = contest.predictor<ShoesAll>(shoes.runs[n]);
                return timed(contest, [&] {
                    std::array<std::vector<std::size_t>, 3> places;
                    const auto categories = likeliest(*of_category, contest.test, contest.everyone);
                    for (const std::size_t place : contest.everyone) places[static_cast<std::size_t>(categories[place])].push_back(place);
                    const std::array answers{likeliest(*of_glasses, contest.test, places[0]), likeliest(*of_trousers, contest.test, places[1]),
                                             likeliest(*of_shoes, contest.test, places[2])};
                    std::vector<std::int32_t> all(contest.test.size());
                    std::int32_t first = 0;  // the catalogue has one category's kinds behind another's
                    for (std::size_t category = 0; category < places.size(); ++category) {
                        for (std::size_t k = 0; k < places[category].size(); ++k) all[places[category][k]] = first + answers[category][k];
                        first += static_cast<std::int32_t>(std::ranges::count(kinds, class_names(head_tasks[0])[category], &Kind::category));
                    }
                    return all;
                });
            }};
}

Entry enter(const PretrainedRuns& runs, const char* name, TrunkAnswers TrunkRun::*part) {
    Contestant contestant{.name = name, .networks = 1, .parameters = runs.all.front().parameters, .for_all_categories = true};
    for (const TrunkRun& run : runs.all) contestant.seconds.push_back((run.*part).seconds);
    return {contestant, [&runs, part](std::size_t n) {
                const TrunkAnswers& of = runs.all[n].*part;
                return Said{of.answers, of.milliseconds};
            }};
}

Comparison compare_with(const Contest& contest, const PretrainedRuns& runs) {
    std::vector<Entry> entries{enter_one_each(contest), enter_heads(contest)};
    if (!runs.all.empty()) {
        entries.push_back(enter(runs, "frozen", &TrunkRun::frozen));
        entries.push_back(enter(runs, "tuned", &TrunkRun::tuned));
    }
    Comparison comparison = compare(contest, std::move(entries));
    comparison.question = "From scratch or pretrained";
    comparison.note = "From scratch: all is one network a category behind one that tells the category, heads one network with a head for each question. ";
    comparison.note += runs.all.empty() ? "There were no pretrained weights." : runs.note();
    comparison.note += " Points are told within the right category: one for the gender (glasses have none, and it is right), one for the type.";
    return comparison;
}

}  // namespace

Comparison compare_pretrained(const Options& options, const PretrainedOptions& pretrained) {
    const Contest contest{options, task_named(Primary::name)};
    const std::filesystem::path weights = pretrained.weights.empty() ? tuning::default_weights() : pretrained.weights;
    if (pretrained.weights.empty() && pretrained.trunk != "small" && !std::filesystem::exists(weights)) {
        PretrainedRuns runs = runs_in_logs(options, contest);
        if (runs.all.size() >= options.repeat)
            runs.all.resize(options.repeat);
        else
            runs.all.clear();
        std::cout << "there are no pretrained weights at " << command_line::shown(weights) << "; "
                  << (runs.all.empty() ? "networks from scratch are compared alone" : "what the logs have of them is taken")
                  << "; examples/pretrained/get gets some\n";
        return compare_with(contest, runs);
    }
    return compare_with(contest, train_pretrained(options, pretrained, contest));
}

std::optional<Comparison> comparison_in_logs(const Options& options) {
    const PretrainedRuns runs = runs_in_logs(options, Contest{options, task_named(Primary::name)});
    if (runs.all.empty()) return std::nullopt;
    Options of_runs = options;
    of_runs.repeat = runs.all.size();
    return compare_with(Contest{of_runs, task_named(Primary::name)}, runs);
}

}  // namespace fashion
