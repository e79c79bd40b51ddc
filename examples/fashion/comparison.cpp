// SPDX-License-Identifier: MIT
#include "fashion/comparison.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <numeric>

#include "fashion/tasks.hpp"

namespace fashion {
namespace {

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

/// The answers of one seed's networks: places among the kinds of the category.
using Answers = std::vector<std::int32_t>;

/// A contestant, and how the networks of its run number n are opened: what comes back answers for the test photographs.
struct Entry {
    Contestant contestant;
    std::function<std::function<Answers()>(std::size_t)> open;
};

/// What one category's contestants have in common.
struct Contest {
    const Options& options;
    std::string category;
    LabelledSet test;
    std::vector<std::size_t> everyone;  ///< all places of the test set

    Contest(const Options& from, std::string of, const Task& all)
        : options(from), category(std::move(of)), test(read_set(options.data, all, parts[2])), everyone(test.size()) {
        std::iota(everyone.begin(), everyone.end(), std::size_t{0});
    }

    template <class Task>
    [[nodiscard]] denim::SweepRow train() const {
        return StudyTask<Task>::train(options, sets_of<Task>(options.data)).rows[0];
    }
    template <class Task>
    [[nodiscard]] auto predictor(const denim::SweepRun& run) const {
        return std::make_shared<denim::Predictor<typename Task::Network>>(StudyTask<Task>::network(options, run));
    }
};

/// What several networks took to learn, seed by seed.
std::vector<double> seconds_of(std::initializer_list<const denim::SweepRow*> rows) {
    std::vector<double> sums((*rows.begin())->runs.size());
    for (const denim::SweepRow* row : rows)
        for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += row->runs[n].seconds();
    return sums;
}

template <class All>
Entry enter_all(const Contest& contest) {
    const denim::SweepRow row = contest.train<All>();
    return {{.name = "all", .networks = 1, .parameters = row.numbers, .seconds = seconds_of({&row})},
            [&contest, row](std::size_t n) {
                return [&contest, all = contest.predictor<All>(row.runs[n])] {
                    return likeliest(*all, contest.test, contest.everyone);
                };
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
                return [&contest, of_gender = contest.predictor<Gender>(gender.runs[n]),
                        of_men = contest.predictor<Male>(male.runs[n]), of_women = contest.predictor<Female>(female.runs[n])] {
                    const auto genders = likeliest(*of_gender, contest.test, contest.everyone);
                    std::array<std::vector<std::size_t>, 2> places;
                    for (const std::size_t place : contest.everyone)
                        places[static_cast<std::size_t>(genders[place])].push_back(place);
                    Answers answers(contest.test.size());
                    const auto men = likeliest(*of_men, contest.test, places[0]),
                               women = likeliest(*of_women, contest.test, places[1]);
                    for (std::size_t k = 0; k < men.size(); ++k) answers[places[0][k]] = men[k];
                    for (std::size_t k = 0; k < women.size(); ++k)
                        answers[places[1][k]] = women[k] + static_cast<std::int32_t>(Male::Network::output.size());
                    return answers;
                };
            }};
}

/// Told the category like the others: of its kinds the likeliest.
Entry enter_heads(const Contest& contest) {
    const denim::SweepRow row = contest.train<EveryLabel>();
    return {
        {.name = "heads", .networks = 1, .parameters = row.numbers, .for_all_categories = true, .seconds = seconds_of({&row})},
        [&contest, row](std::size_t n) {
            return [&contest, network = contest.predictor<EveryLabel>(row.runs[n])] {
                const auto heads = network->probabilities(contest.test.images);
                Answers answers;
                for (const std::size_t place : contest.everyone) {
                    const auto all = kind_probabilities({&heads(place, 0), EveryLabel::Network::output.size()});
                    if (!denim::all_finite(all)) throw std::runtime_error("the network's answer to a photograph is not a number");
                    const auto first = std::ranges::find(kinds, contest.category, &Kind::category) - kinds.begin();
                    const auto count = std::ranges::count(kinds, contest.category, &Kind::category);
                    const auto own = all.begin() + first;
                    answers.push_back(static_cast<std::int32_t>(std::max_element(own, own + count) - own));
                }
                return answers;
            };
        }};
}

/// Points for gender and type of each photograph, what is all right, and the confusions.
void score(Contestant& contestant, const Contest& contest, const Answers& answers) {
    const LabelledSet& test = contest.test;
    const auto first = std::ranges::find(kinds, contest.category, &Kind::category);
    double points = 0;
    std::vector<int> right;
    for (std::size_t n = 0; n < test.size(); ++n) {
        const Kind &truth = kinds[static_cast<std::size_t>(test.shown[n])], &answer = *(first + answers[n]);
        points += (answer.gender == truth.gender ? 1 : 0) + (answer.type == truth.type ? 1 : 0);
        right.push_back(answer.folder == truth.folder ? 1 : 0);
    }
    contestant.totals.push_back(points);
    contestant.right.push_back(std::move(right));
    const denim::Confusion counts =
        denim::confusion_matrix({test.labels.data(), test.size()}, answers, test.class_names.size());
    if (contestant.confusion.size() == 0)
        contestant.confusion = counts;
    else
        contestant.confusion += counts;
}

/// Trains what is missing of one category's four tasks and of the network with heads, and compares them.
template <class All, class Gender, class Male, class Female>
Comparison compare(const Options& options, const std::string& category) {
    const Contest contest{options, category, task_named(All::name)};
    Entry entries[] = {enter_all<All>(contest), enter_separate<Gender, Male, Female>(contest), enter_heads(contest)};
    Comparison result{category, contest.test.size()};
    for (std::size_t n = 0; n < options.repeat; ++n) {
        result.seeds.push_back(options.seed + n);
        for (auto& [contestant, open] : entries) {
            const auto ask = open(n);
            const auto start = std::chrono::steady_clock::now();
            const Answers answers = ask();
            const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
            contestant.milliseconds += time.count() / static_cast<double>(contest.test.size() * options.repeat);
            score(contestant, contest, answers);
        }
    }
    for (Entry& entry : entries) result.contestants.push_back(std::move(entry.contestant));
    return result;
}

}  // namespace

Comparison compare_trousers(const Options& options) {
    return compare<TrousersAll, TrousersGender, TrousersMale, TrousersFemale>(options, "trousers");
}
Comparison compare_shoes(const Options& options) {
    return compare<ShoesAll, ShoesGender, ShoesMale, ShoesFemale>(options, "shoes");
}

}  // namespace fashion
