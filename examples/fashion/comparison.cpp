// SPDX-License-Identifier: MIT
#include "fashion/comparison.hpp"

#include <chrono>
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

}  // namespace

Comparison compare_trousers(const Options& options) {
    return compare<TrousersAll, TrousersGender, TrousersMale, TrousersFemale>(options, "trousers");
}
Comparison compare_shoes(const Options& options) {
    return compare<ShoesAll, ShoesGender, ShoesMale, ShoesFemale>(options, "shoes");
}

}  // namespace fashion
