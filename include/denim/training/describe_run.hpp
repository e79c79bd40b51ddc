// SPDX-License-Identifier: MIT
#pragma once

// What a run of `fit` is: everything that has to be equal for the same bits, as names and values.

#include <denim/machine/content_sum.hpp>
#include <denim/machine/settings_record.hpp>
#include <denim/training/callback_list.hpp>
#include <denim/training/fit_options.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace denim::inline DENIM_TARGET::detail {

/// "sum 00000000000003e8"
template <class Number>
std::string sum_text(std::span<const Number> numbers) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "sum ";
    const std::uint64_t sum = content_sum(numbers);
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[sum >> shift & 15];
    return text;
}

/// "training.pictures = 60 of (8, 8, 1) as bytes, sum ...", and the labels or numbers likewise.
inline void describe_samples(SettingsRecord& to, const std::string& name, const Samples& samples) {
    const Pictures& pictures = samples.pictures;
    const std::size_t numbers = pictures.count * pictures.shape.size();
    if (samples.source)
        to(name + ".pictures", std::to_string(pictures.count) + " of " + to_string(pictures.shape) + " from a source")
          (name + ".source", *samples.source);
    else
        to(name + ".pictures", std::to_string(pictures.count) + " of " + to_string(pictures.shape) +
                               (pictures.bytes ? " as bytes, " + sum_text(std::span{pictures.bytes, numbers})
                                               : " as floats, " + sum_text(std::span{pictures.floats, numbers})));
    if (samples.numbers.empty())
        to(name + ".labels", std::to_string(samples.labels.size()) + ", " + sum_text(samples.labels));
    else
        to(name + ".numbers", std::to_string(samples.numbers.size()) + ", " + sum_text(std::span<const float>{samples.numbers}));
}

/// A run before its first step. The number of epochs is no part of it where it changes no step: such a run may learn for longer.
inline SettingsRecord describe_run(Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
                             std::span<const CallbackReference> callbacks) {
    SettingsRecord run;
    learner.describe(run);
    const std::span<const float> parameters = learner.parameters();
    run("initial parameters", std::to_string(parameters.size()) + ", " + sum_text(parameters));
    for (const Row& row : learner.rows()) {
        if (row.moved == Moved::by_gradient) run(row.name + ".trained", row.trained);
        if (row.decays) run(row.name + ".l2", row.l2);
        if (row.moved == Moved::by_gradient && row.rate_factor != 1) run(row.name + ".rate_factor", row.rate_factor);
    }
    describe_samples(run, "training", train);
    if (validation)
        describe_samples(run, "validation", *validation);
    else
        run("validation", "none");
    run("batch", options.batch)("seed", options.seed.value)("shuffle", options.shuffle)("optimizer", options.optimizer);
    run("loss", options.loss)("head_losses", options.head_losses)("head_weights", options.head_weights);
    run("schedule", options.schedule)("averaging", options.averaging)("clip_norm", options.clip_norm);
    run("augmentation", options.augmentation);
    if (train.source && train.source->forward() && options.shuffle) run("reading.mixed", options.reading.mixed);
    if (options.balanced) run("balanced", options.balanced);
    if (options.schedule || options.averaging) run("epochs", options.epochs);
    describe_callbacks(run, callbacks);
    return run;
}

}  // namespace denim::inline DENIM_TARGET::detail
