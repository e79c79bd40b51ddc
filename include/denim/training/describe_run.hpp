// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/batches.hpp>
#include <denim/training/fit_options.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// FNV-1a over numbers.
class Sum {
public:
    void add(std::uint64_t number) { sum_ = (sum_ ^ number) * 0x100000001b3; }
    void add(float number) { add(std::uint64_t{std::bit_cast<std::uint32_t>(number)}); }
    /// To six places, so that another machine's rounding gives the same.
    void add_rounded(double number) { add(static_cast<std::uint64_t>(std::llround(number * 1e6))); }
    [[nodiscard]] std::uint64_t value() const { return sum_; }

private:
    std::uint64_t sum_ = 0xcbf29ce484222325;
};

/// What a schedule and an averaging do at sixteen moments of a run whose scores do not change.
inline void add_moments(Sum& sum, const FitOptions& options, std::size_t batches) {
    History history;
    for (std::size_t n = 0; n < 16; ++n) {
        const std::size_t step = batches * options.epochs * n / 16;
        for (std::size_t epoch = history.epochs.size() + 1; epoch <= step / batches; ++epoch)
            history.epochs.push_back({epoch, {1, 0.5}, {1, 0.5}});
        const Moment at{step, batches, options.epochs, history},
            end{step / batches * batches + batches - 1, batches, options.epochs, history};
        sum.add_rounded(static_cast<double>(options.schedule.factor(at)));
        sum.add_rounded(options.averaging.share(at));
        sum.add_rounded(options.averaging.share(end));
    }
}

/// What a loss says of made-up logits, on the first pictures.
inline void add_loss(Sum& sum, const LossOfHeads& loss, const Learner& learner, const Samples& train) {
    std::vector<float> logits(learner.classes()), gradient(learner.classes());
    for (std::size_t k = 0; k < logits.size(); ++k) logits[k] = static_cast<float>(k * 7 % 5) * 0.5f - 1;
    for (std::size_t n = 0; n < std::min<std::size_t>(train.count(), 16); ++n)
        sum.add_rounded(head_losses(loss, logits.data(), learner.heads(), train.targets(), n, {}, gradient.data(), 1).loss);
}

/// What has to be equal for the same bits, as a text; sums of what is long.
inline std::string describe_run(const Learner& learner, const Samples& train, const FitOptions& options) {
    Sum labels, settings;
    for (const std::int32_t label : train.labels) labels.add(static_cast<std::uint64_t>(label));
    for (const float number : train.numbers) labels.add(number);
    add_loss(settings, {options.loss, options.head_losses}, learner, train);
    for (const Row& row : learner.rows()) {
        settings.add(std::uint64_t{row.trained ? 1u : 0u});
        settings.add(static_cast<std::uint64_t>(static_cast<double>(row.l2) * 1e15));
    }
    const Augmentation& change = options.augmentation;
    for (const float range :
         {change.shift, change.turn, change.zoom, change.crop, change.brightness, change.contrast, change.saturation,
          change.hue, change.erase, static_cast<float>(change.ground), change.flip ? 1.0f : 0.0f})
        settings.add(range);
    for (const float weight : options.head_weights) settings.add(weight);
    for (const float number : options.optimizer.trial()) settings.add_rounded(static_cast<double>(number));
    add_moments(settings, options, batches_of(train.count(), options.batch));
    std::ostringstream text;
    text << learner.architecture() << "; " << train.count() << " pictures, labels " << std::hex << labels.value() << std::dec
         << "; batch " << options.batch << ", seed " << options.seed.value << (options.shuffle ? "" : ", not shuffled")
         << (change != Augmentation{} ? ", augmented" : "") << "; rate " << options.optimizer.rate() << ", "
         << options.optimizer.state_arrays() << " numbers of the optimizer for each parameter";
    if (options.schedule) text << ", scheduled";
    if (options.averaging) text << ", averaged";
    if (options.schedule || options.averaging) text << " over " << options.epochs << " epochs";
    if (options.clip_norm > 0) text << ", clipped at " << options.clip_norm;
    text << "; settings " << std::hex << settings.value();
    return text.str();
}

}  // namespace denim::inline DENIM_TARGET::detail
