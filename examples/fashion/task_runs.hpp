// SPDX-License-Identifier: MIT
#pragma once

// What the programs of the tasks share: which run is kept, what `label` has to know of a network, the page about it, and what is printed.

#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>
#include <denim/report.hpp>
#include <denim/sweep.hpp>
#include <denim/training/head_slice.hpp>

#include "fashion/confidence.hpp"
#include "fashion/familiarity.hpp"
#include "fashion/kind_probabilities.hpp"
#include "fashion/options.hpp"
#include "fashion/task_sets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

// Compiled once for all programs, in task_runs.cpp.
extern template denim::SweepTable denim::sweep(const std::vector<denim::SweepPoint>&, const fashion::LabelledSet&,
                                               const fashion::LabelledSet&, const fashion::LabelledSet&,
                                               const denim::SweepOptions&);

namespace fashion {

/// The run of a setting with the least validation loss.
const denim::SweepRun& best_run(const denim::SweepRow& row);

/// What `label` reads beside the weights: what the network's confidence is worth, by validation photographs, and, if it tells the
/// categories apart, what photographs of each look like.
template <class Network, class Set>
std::map<std::string, std::string> notes_for_label(const Network& network, const Sets<Set>& sets) {
    constexpr auto heads = Network::heads;
    std::map<std::string, std::string> notes;
    const auto logits = network.predict(sets.validation.images);
    for (std::size_t head = 0; head < heads.size(); ++head) {
        const auto slice = denim::head_slice<float>(
            {logits.data(), logits.size()}, {sets.validation.labels.data(), sets.validation.labels.size()}, heads, head);
        notes.merge(Confidence::of(slice.logits, slice.labels, heads[head]).texts(key_of(sets.questions, head)));
    }
    if (sets.questions[0].answer == &Kind::category)
        notes.merge(Familiarity::of({sets.train.images, sets.train.shown}, {sets.validation.images, sets.validation.shown}).texts());
    return notes;
}

/// What a page shows of a run that was kept, and how its network does on the test photographs.
template <class Network>
denim::RunReport report_of(const std::string& name, const Network& network, const denim::SweepRow& setting, const denim::SweepRun& run,
                           const LabelledSet& test) {
    denim::RunReport page = denim::report(network, run.history, test);
    page.name = name;
    page.parameters = setting.parameters;
    page.parameters["seed"] = static_cast<double>(run.seed);
    return page;
}

/// The same of a network with heads, as if it had been asked for the kind.
template <class Network>
denim::RunReport report_of(const std::string& name, const Network& network, const denim::SweepRow& setting, const denim::SweepRun& run,
                           const HeadSet& test) {
    denim::RunReport page{.name = name, .network = network.summary(), .parameters = setting.parameters, .history = run.history};
    page.parameters["seed"] = static_cast<double>(run.seed);
    const auto answers = network.probabilities(test.images);
    for (const Kind& kind : kinds) page.labels.emplace_back(kind.folder);
    page.truth = test.shown;
    for (std::size_t n = 0; n < test.size(); ++n)
        for (const double probability : kind_probabilities({&answers(n, 0), Network::output.size()}))
            page.logits.push_back(static_cast<float>(std::log(std::max(probability, 1e-30))));
    const denim::Array<std::int32_t, 1> shown = xt::adapt(page.truth, std::array{page.truth.size()});
    page.mistakes = denim::mistakes_of(denim::LabelledPair{test.images, shown}, page.logits, page.labels);
    page.pictures.emplace_back("Filters of the first layer", denim::draw_filters(network.template layer<0>().weights()));
    return page;
}

/// A line of results: "glasses   test 94.80 %  (study 94.80 %)  500 photographs, 12 s a run, kernel=3, filters=32, rate=0.001".
/// `study`: the test accuracy that the study printed, 0 if none.
void print_result(const std::string& task, const denim::SweepRow& setting, std::size_t photographs, double study = 0);

/// Shows a grid as a table on standard output and as a page.
void show_grid(const Options& options, const std::string& task, const std::string& family, denim::SweepTable table);

}  // namespace fashion
