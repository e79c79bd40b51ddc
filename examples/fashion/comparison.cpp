// SPDX-License-Identifier: MIT
#include "fashion/contest.hpp"

#include <numeric>
#include <stdexcept>

namespace fashion {
namespace {

template <class All>
Entry enter_all(const Contest& contest) {
    const denim::SweepRow row = contest.train<All>();
    return {{.name = "all", .networks = 1, .parameters = row.numbers, .seconds = seconds_of({&row})},
            [&contest, row](std::size_t n) {
                const auto all = contest.predictor<All>(row.runs[n]);
                return timed(contest, [&] { return likeliest(*all, contest.test, contest.everyone); });
            }};
}

template <class Gender, class Male, class Female>
Entry enter_separate(const Contest& contest) {
    const denim::SweepRow gender = contest.train<Gender>(), male = contest.train<Male>(), female = contest.train<Female>();
    return {{.name = "separate",
             .networks = 3,
             .parameters = gender.numbers + male.numbers + female.numbers,
             .seconds = seconds_of({&gender, &male, &female})},
            [&contest, gender, male, female](std::size_t n) {
                const auto of_gender = contest.predictor<Gender>(gender.runs[n]);
                const auto of_men = contest.predictor<Male>(male.runs[n]);
                const auto of_women = contest.predictor<Female>(female.runs[n]);
                return timed(contest, [&] {
                    const auto genders = likeliest(*of_gender, contest.test, contest.everyone);
                    std::array<std::vector<std::size_t>, 2> places;
                    for (const std::size_t place : contest.everyone)
                        places[static_cast<std::size_t>(genders[place])].push_back(place);
                    std::vector<std::int32_t> answers(contest.test.size());
                    const auto men = likeliest(*of_men, contest.test, places[0]),
                               women = likeliest(*of_women, contest.test, places[1]);
                    for (std::size_t k = 0; k < men.size(); ++k) answers[places[0][k]] = men[k];
                    for (std::size_t k = 0; k < women.size(); ++k)
                        answers[places[1][k]] = women[k] + static_cast<std::int32_t>(Male::Network::output.size());
                    return answers;
                });
            }};
}

/// Points for gender and type of each photograph, what is all right, and the confusions.
void score(Contestant& contestant, const Contest& contest, const std::vector<std::int32_t>& answers) {
    double points = 0;
    std::vector<int> right;
    std::vector<std::int32_t> truths;
    for (const std::size_t n : contest.everyone) {
        truths.push_back(contest.truth(n));
        const Kind &truth = contest.own[static_cast<std::size_t>(truths[n])], &answer = contest.own[static_cast<std::size_t>(answers[n])];
        const bool category = answer.category == truth.category;
        points += (category && answer.gender == truth.gender ? 1 : 0) + (category && answer.type == truth.type ? 1 : 0);
        right.push_back(answers[n] == truths[n] ? 1 : 0);
    }
    contestant.totals.push_back(points);
    contestant.right.push_back(std::move(right));
    const denim::Confusion counts = denim::confusion_matrix(truths, answers, contest.own.size());
    if (contestant.confusion.size() == 0)
        contestant.confusion = counts;
    else
        contestant.confusion += counts;
}

/// Trains what is missing of one category's four tasks and of the network with heads, and compares them.
template <class All, class Gender, class Male, class Female>
Comparison compare_approaches(const Options& options) {
    const Contest contest{options, task_named(All::name)};
    return compare(contest, {enter_all<All>(contest), enter_separate<Gender, Male, Female>(contest), enter_heads(contest)});
}

}  // namespace

Contest::Contest(const Options& from, const Task& of)
    : options(from), category(of.category), own(kinds), test(read_set(from.data, of, parts[2])), everyone(test.size()) {
    std::iota(everyone.begin(), everyone.end(), std::size_t{0});
    if (category.empty()) return;
    const auto first = static_cast<std::size_t>(std::ranges::find(kinds, category, &Kind::category) - kinds.begin());
    own = own.subspan(first, static_cast<std::size_t>(std::ranges::count(kinds, category, &Kind::category)));
}

std::vector<double> seconds_of(std::initializer_list<const denim::SweepRow*> rows) {
    std::vector<double> sums((*rows.begin())->runs.size());
    for (const denim::SweepRow* row : rows)
        for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += row->runs[n].seconds();
    return sums;
}

Entry enter_heads(const Contest& contest) {
    const denim::SweepRow row = contest.train<EveryLabel>();
    return {{.name = "heads", .networks = 1, .parameters = row.numbers, .for_all_categories = true, .seconds = seconds_of({&row})},
            [&contest, row](std::size_t n) {
                const auto network = contest.predictor<EveryLabel>(row.runs[n]);
                return timed(contest, [&] {
                    const auto heads = network->probabilities(contest.test.images);
                    std::vector<std::int32_t> answers;
                    for (const std::size_t place : contest.everyone) {
                        const auto all = kind_probabilities({&heads(place, 0), EveryLabel::Network::output.size()});
                        if (!denim::all_finite(all)) throw std::runtime_error("the network's answer to a photograph is not a number");
                        const auto own = all.begin() + (contest.own.data() - kinds.data());
                        answers.push_back(static_cast<std::int32_t>(std::max_element(own, own + std::ssize(contest.own)) - own));
                    }
                    return answers;
                });
            }};
}

Comparison compare(const Contest& contest, std::vector<Entry> entries) {
    Comparison result{contest.category, contest.test.size()};
    const std::size_t repeat = contest.options.repeat;
    for (std::size_t n = 0; n < repeat; ++n) {
        result.seeds.push_back(contest.options.seed + n);
        for (auto& [contestant, ask] : entries) {
            const Said said = ask(n);
            contestant.milliseconds += said.milliseconds / static_cast<double>(repeat);
            score(contestant, contest, said.answers);
        }
    }
    for (Entry& entry : entries) result.contestants.push_back(std::move(entry.contestant));
    return result;
}

Comparison compare_trousers(const Options& options) {
    return compare_approaches<TrousersAll, TrousersGender, TrousersMale, TrousersFemale>(options);
}
Comparison compare_shoes(const Options& options) { return compare_approaches<ShoesAll, ShoesGender, ShoesMale, ShoesFemale>(options); }

}  // namespace fashion
