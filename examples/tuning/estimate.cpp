// SPDX-License-Identifier: MIT
#include "tuning/estimate.hpp"

#include "shown_name.hpp"
#include "tuning/trunks.hpp"

#include <denim/machine/threads.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <utility>

namespace tuning {

namespace fs = std::filesystem;
using command_line::shown;

std::vector<denim::Fold> outer_folds(const Options& options, std::span<const std::int32_t> labels) {
    if (!(options.split > 0)) return options.folds >= 2 ? denim::k_folds(labels, options.folds, denim::Seed{options.seed}) : std::vector<denim::Fold>{};
    std::vector<denim::Fold> folds = denim::repeated_splits(labels, 1, options.split, denim::Seed{options.seed});
    denim::Fold& split = folds.front();
    const auto only = std::ranges::stable_partition(split.test, [&](std::size_t n) { return std::ranges::count(labels, labels[n]) > 1; });
    split.train.insert(split.train.end(), only.begin(), only.end());
    split.test.erase(only.begin(), only.end());
    if (split.test.empty()) throw std::invalid_argument("--split keeps no photograph back: a larger share was expected, or more photographs");
    return folds;
}

Estimate estimate(const Options& options, const PhotoFolder& folder, const Model& model, const KeptFeatures& kept, const Choices& choices) {
    Estimate result;
    std::size_t number = 0;
    const std::vector<denim::Fold> folds = outer_folds(options, folder.labels);
    for (const denim::Fold& fold : folds) {
        const Chosen chosen = choose(model, kept, fold.train, options.inner, choices, denim::Seed{options.seed});
        const auto learned = learn(model, kept, fold.train, chosen.setting, denim::Seed{options.seed});
        TunedTexts texts{.trunk = learned->trunk(), .kinds = folder.kinds};
        texts.calibrate(chosen.logits, chosen.labels);
        const Selection asked{kept, fold.test, false};
        const std::vector<float> logits = learned->logits(asked.cuts);
        std::size_t right = 0;
        for (std::size_t n = 0; n < fold.test.size(); ++n) {
            result.photographs.push_back(fold.test[n]);
            result.verdicts.push_back(judge(texts, std::span{logits}.subspan(n * room, room)));
            right += std::cmp_equal(result.verdicts.back().best, folder.labels[fold.test[n]]) ? 1 : 0;
        }
        std::printf("%s %zu of %zu: every label of %zu of %zu right; %s\n", options.split > 0 ? "split" : "fold", ++number, folds.size(), right,
                    fold.test.size(), chosen.setting.text().c_str());
        std::fflush(stdout);
    }
    return result;
}

namespace {

/// Whether the first `levels` labels are the same.
bool levels_right(const std::string& truth, const std::string& answer, std::size_t levels) {
    auto a = levels_of(truth), b = levels_of(answer);
    a.resize(std::min(a.size(), levels));
    b.resize(std::min(b.size(), levels));
    return a == b;
}

std::string counted(const std::string& what, std::size_t right, std::size_t of) {
    return what + " right: " + std::to_string(right) + " of " + std::to_string(of);
}

}  // namespace

std::vector<std::string> score_lines(const PhotoFolder& folder, const Estimate& of) {
    std::size_t deepest = 0;
    for (const std::string& kind : folder.kinds) deepest = std::max(deepest, levels_of(kind).size());
    std::vector<std::size_t> right(deepest + 1);
    std::map<std::string, std::pair<std::size_t, std::size_t>> by_first;
    for (std::size_t n = 0; n < of.photographs.size(); ++n) {
        const std::string& truth = folder.kinds[static_cast<std::size_t>(folder.labels[of.photographs[n]])];
        const std::string& answer = folder.kinds[of.verdicts[n].best];
        for (std::size_t levels = 1; levels <= deepest; ++levels) right[levels] += levels_right(truth, answer, levels) ? 1 : 0;
        auto& [own, all] = by_first[levels_of(truth).front()];
        own += truth == answer ? 1 : 0;
        ++all;
    }
    std::vector<std::string> lines;
    for (std::size_t levels = 1; levels <= deepest; ++levels)
        lines.push_back(counted(levels == deepest ? "every label" : levels == 1 ? "the first label" : "the first " + std::to_string(levels) + " labels",
                                right[levels], of.photographs.size()));
    if (deepest > 1)
        for (const auto& [first, count] : by_first) lines.push_back(counted(shown(first) + ", every label", count.first, count.second));
    return lines;
}

void score(const fs::path& other, const fs::path& file) {
    const TunedFile network{file};
    const PhotoFolder folder = read_photo_folder(other, network.frame(), network.texts().kinds);
    for (const denim::Rejection& rejection : folder.rejected)
        std::cerr << "fine_tune: " << shown(rejection.path) << ": " << shown(rejection.reason) << '\n';
    if (folder.size() == 0) throw std::runtime_error(other.string() + ": at least one photograph was expected, label/.../photograph.jpg, but none came");
    Estimate all{everything(folder.size()), std::vector<Verdict>(folder.size())};
    denim::parallel_for(folder.size(), folder.size() * 100'000'000, [&](std::size_t n) { all.verdicts[n] = network.ask(folder.photograph(n)); });
    for (std::size_t n = 0; n < folder.size(); ++n) {
        const std::string &truth = folder.kinds[static_cast<std::size_t>(folder.labels[n])], &answer = folder.kinds[all.verdicts[n].best];
        if (truth != answer) std::printf("%s is labelled %s\n", shown(folder.paths[n]).c_str(), shown(answer).c_str());
    }
    for (const std::string& line : score_lines(folder, all)) std::printf("%s: %s\n", shown(other).c_str(), line.c_str());
}

}  // namespace tuning
