// SPDX-License-Identifier: MIT
#include "tuning/choose.hpp"

#include "tuning/least_squares.hpp"
#include "tuning/trunks.hpp"

#include <denim/machine/number_text.hpp>
#include <denim/metric/calibration.hpp>

#include <algorithm>
#include <cmath>
#include <compare>
#include <functional>
#include <limits>
#include <numeric>

namespace tuning {

namespace {

constexpr float last_rate = 1e-3f;

/// The mean cross-entropy of logits (N, room) at the temperature that suits them best: too much confidence is mended later, and says nothing of
/// what has been learned.
double mended_loss(std::span<const float> logits, std::span<const std::int32_t> labels) {
    const std::vector<float> probabilities = denim::softmax(logits, room, denim::fit_temperature(logits, labels, room));
    double sum = 0;
    for (std::size_t n = 0; n < labels.size(); ++n)
        sum -= std::log(std::max(static_cast<double>(probabilities[n * room + static_cast<std::size_t>(labels[n])]), 1e-12));
    return sum / static_cast<double>(labels.size());
}

/// What an epoch is worth: how many photographs it gets wrong, and where that is the same the loss. So few photographs make the loss alone stop
/// before the network tells them apart.
struct Worth {
    std::size_t wrong = std::numeric_limits<std::size_t>::max();
    double loss = 0;

    friend auto operator<=>(const Worth&, const Worth&) = default;
};
Worth worth_of(std::span<const float> logits, std::span<const std::int32_t> labels) {
    const std::vector<std::int32_t> answers = denim::predicted_classes(logits, room);
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < labels.size(); ++n) wrong += answers[n] != labels[n] ? 1 : 0;
    return {wrong, mended_loss(logits, labels)};
}

/// The epoch, counted from 0, that is worth most; of equals the first.
std::size_t best_of(const std::vector<Worth>& epochs) {
    return static_cast<std::size_t>(std::ranges::min_element(epochs, std::less{}) - epochs.begin());
}
std::vector<double> losses_of(const std::vector<Worth>& epochs) {
    std::vector<double> losses;
    for (const Worth& epoch : epochs) losses.push_back(epoch.loss);
    return losses;
}

/// What the networks of all folds say, epoch by epoch.
struct Curve {
    std::vector<std::vector<float>> logits;  ///< of each epoch, fold behind fold

    void add(const std::vector<std::vector<float>>& of_epochs) {
        logits.resize(of_epochs.size());
        for (std::size_t epoch = 0; epoch < of_epochs.size(); ++epoch)
            logits[epoch].insert(logits[epoch].end(), of_epochs[epoch].begin(), of_epochs[epoch].end());
    }
    [[nodiscard]] std::vector<Worth> worth(std::span<const std::int32_t> labels) const {
        std::vector<Worth> all;
        for (const std::vector<float>& epoch : logits) all.push_back(worth_of(epoch, labels));
        return all;
    }
};

void learn_last(Model& model, const Words& words, const Selection& train, const Setting& setting, denim::Seed seed) {
    if (setting.last_epochs > 0)
        model.learn_last(train.of_features(), nullptr, {.epochs = setting.last_epochs, .rate = last_rate, .l2 = setting.l2, .seed = seed});
    else
        model.set_last(least_squares(train.rows_of(setting.beside), words, {&setting.l2, 1}).front());
}

}  // namespace

std::string Setting::text() const {
    const auto epochs = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " epoch" : " epochs"); };
    std::string text = "the last layer " + (last_epochs > 0 ? epochs(last_epochs) : "by least squares") + " with an L2 of " + denim::shortest_text(l2);
    if (beside > 0) text += ", drawings beside at a weight of " + denim::shortest_text(beside);
    if (body_epochs > 0) text += ", then " + epochs(body_epochs) + " with the last blocks at " + denim::shortest_text(body_factor) + " of the rate";
    return text;
}

Chosen choose(const Model& begun, const KeptFeatures& kept, std::span<const std::size_t> photographs, std::size_t folds, const Choices& choices,
              denim::Seed seed) {
    std::vector<std::int32_t> labels;
    for (const std::size_t n : photographs) labels.push_back(kept.labels[n]);
    std::vector<Sides> sides;
    for (const denim::Fold& fold : denim::k_folds(labels, folds, seed)) {
        const auto places = [&](const std::vector<std::size_t>& of) {
            std::vector<std::size_t> all;
            for (const std::size_t n : of) all.push_back(photographs[n]);
            return all;
        };
        sides.push_back({Selection{kept, places(fold.train), true}, Selection{kept, places(fold.test), false}});
    }
    return choose(begun, kept.words, sides, choices, seed);
}

Chosen choose(const Model& begun, const Words& words, std::span<const Sides> sides, const Choices& choices, denim::Seed seed) {
    Chosen chosen;
    for (const Sides& each : sides) chosen.labels.insert(chosen.labels.end(), each.kept_back.labels.begin(), each.kept_back.labels.end());
    Worth best;
    for (const float beside : choices.beside) {
        if (choices.squares.empty()) break;
        Curve curve;
        for (const Sides& each : sides) {
            std::vector<std::vector<float>> logits;
            for (const auto& layer : least_squares(each.train.rows_of(beside), words, choices.squares))
                logits.push_back(logits_of(layer, each.kept_back.features));
            curve.add(logits);
        }
        const std::vector<Worth> all = curve.worth(chosen.labels);
        const std::size_t at = best_of(all);
        if (!(all[at] < best)) continue;
        best = all[at];
        chosen.setting = {.l2 = choices.squares[at], .beside = beside};
        chosen.logits = curve.logits[at];
        chosen.last_loss = losses_of(all);
    }
    for (const float l2 : choices.l2) {
        Curve curve;
        for (const Sides& each : sides) {
            const Lesson kept_back = each.kept_back.of_features();
            const LessonOptions options{.epochs = choices.last_epochs, .rate = last_rate, .l2 = l2, .seed = seed};
            curve.add(begun.copy()->learn_last(each.train.of_features(), &kept_back, options).logits);
        }
        const std::vector<Worth> epochs = curve.worth(chosen.labels);
        const std::size_t epoch = best_of(epochs);
        if (!(epochs[epoch] < best)) continue;
        best = epochs[epoch];
        chosen.setting = {.l2 = l2, .last_epochs = epoch + 1};
        chosen.logits = curve.logits[epoch];
        chosen.last_loss = losses_of(epochs);
    }
    if (choices.body_factors.empty() || choices.body_epochs == 0) return chosen;
    std::vector<std::unique_ptr<Model>> models;
    for (const Sides& each : sides) learn_last(*models.emplace_back(begun.copy()), words, each.train, chosen.setting, seed);
    chosen.body_loss = {best.loss};
    for (const float factor : choices.body_factors) {
        Curve curve;
        for (std::size_t n = 0; n < sides.size(); ++n) {
            const Lesson kept_back = sides[n].kept_back.of_cuts();
            const LessonOptions options{.epochs = choices.body_epochs, .rate = begun.rate(), .body_factor = factor, .seed = seed};
            curve.add(models[n]->copy()->learn_body(sides[n].train.of_cuts(), &kept_back, options).logits);
        }
        const std::vector<Worth> epochs = curve.worth(chosen.labels);
        const std::size_t epoch = best_of(epochs);
        if (epochs[epoch] < best || chosen.body_loss.size() == 1) {
            const std::vector<double> losses = losses_of(epochs);
            chosen.body_loss.resize(1);
            chosen.body_loss.insert(chosen.body_loss.end(), losses.begin(), losses.end());
        }
        if (!(epochs[epoch] < best)) continue;
        best = epochs[epoch];
        chosen.setting.body_factor = factor;
        chosen.setting.body_epochs = epoch + 1;
        chosen.logits = curve.logits[epoch];
    }
    return chosen;
}

std::unique_ptr<Model> learn(const Model& begun, const KeptFeatures& kept, std::span<const std::size_t> photographs, const Setting& setting,
                             denim::Seed seed) {
    std::unique_ptr<Model> model = begun.copy();
    const Selection train{kept, photographs, true};
    learn_last(*model, kept.words, train, setting, seed);
    if (setting.body_epochs > 0)
        model->learn_body(train.of_cuts(), nullptr,
                          {.epochs = setting.body_epochs, .rate = model->rate(), .body_factor = setting.body_factor, .seed = seed});
    return model;
}

}  // namespace tuning
