// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/augmentation.hpp>
#include <denim/loss/softmax_cross_entropy.hpp>
#include <denim/optimizer/adam.hpp>
#include <denim/optimizer/optimizer.hpp>
#include <denim/training/augmented_batches.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How a network learns.
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch = 32;  ///< pictures in a step; the last one of an epoch may have fewer
    Optimizer optimizer = Adam{};
    Seed seed{};  ///< of the order of the pictures in each epoch, of augmentation and of dropout
    bool shuffle = true;
    Augmentation augmentation{};  ///< how the pictures of the training set, then bytes, change from epoch to epoch
};

namespace detail {

/// Adds the penalty of rows with L2, l2 * sum of squares, to the gradients; gives the penalty.
inline double add_l2(std::span<const Row> rows, std::span<const float> parameters, std::span<float> gradients) {
    double penalty = 0;
    for (const Row& row : rows) {
        if (row.l2 == 0) continue;
        double squares = 0;
        for (std::size_t n = row.offset; n < row.offset + row.size(); ++n) {
            squares += static_cast<double>(parameters[n]) * static_cast<double>(parameters[n]);
            gradients[n] += 2 * row.l2 * parameters[n];
        }
        penalty += static_cast<double>(row.l2) * squares;
    }
    return penalty;
}

/// The training loop, for any network.
inline History run_fit(Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
                       std::span<const CallbackReference> callbacks) {
    using Clock = std::chrono::steady_clock;
    const auto seconds_since = [](Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const auto tell = [&](auto hook, Run& run) {
        for (const CallbackReference& callback : callbacks) (callback.*hook)(run);
    };
    History history;
    OptimizerState state{options.optimizer, learner.parameters().size()};
    Run run{learner, history};
    run.epochs = options.epochs;
    run.training_images = train.count();
    run.rate = options.optimizer.rate();
    run.batches = (train.count() + options.batch - 1) / options.batch;
    std::vector<std::uint32_t> order(train.count());
    const auto places = [&](std::size_t batch) {
        const std::size_t first = batch * options.batch;
        return std::span{order}.subspan(first, std::min(options.batch, train.count() - first));
    };
    std::optional<AugmentedBatches> augmented;
    if (options.augmentation != Augmentation{})
        augmented.emplace(train, options.augmentation, options.seed, std::min(options.batch, train.count()));
    const auto next_step = [&] {
        if (!augmented) return learner.step({train.pictures, train.labels, places(run.batch), options.seed, state.step});
        const Batch batch = augmented->take(state.step);
        if (run.batch + 1 < run.batches) augmented->prepare(places(run.batch + 1), run.epoch);
        return learner.step(batch);
    };

    tell(&CallbackReference::on_begin, run);
    while (run.epoch < options.epochs && !run.stop) {
        ++run.epoch;
        run.batch = run.images = 0;
        run.train = {0, 0};
        const Clock::time_point start = Clock::now();
        std::iota(order.begin(), order.end(), 0u);
        if (options.shuffle) shuffle(order, Random{options.seed, run.epoch});
        if (augmented) augmented->prepare(places(0), run.epoch);
        while (run.batch < run.batches && !run.stop) {
            const std::size_t size = places(run.batch).size();
            StepResult result = next_step();
            result.loss += add_l2(learner.rows(), learner.parameters(), learner.gradients());
            update_parameters(options.optimizer, state, learner.rows(), learner.parameters(), learner.gradients(), run.rate);
            const auto share = static_cast<double>(size) / static_cast<double>(run.images + size);
            run.train.loss += (result.loss - run.train.loss) * share;
            run.train.accuracy += (static_cast<double>(result.correct) / static_cast<double>(size) - run.train.accuracy) * share;
            run.images += size;
            ++run.batch;
            run.seconds = seconds_since(start);
            tell(&CallbackReference::on_batch, run);
        }
        Epoch epoch{run.epoch, run.train, {}, static_cast<double>(run.rate)};
        epoch.images_per_second = static_cast<double>(run.images) / run.seconds;
        if (validation) epoch.validation = learner.evaluate(*validation);
        epoch.seconds = seconds_since(start);
        history.epochs.push_back(epoch);
        tell(&CallbackReference::on_epoch, run);
    }
    tell(&CallbackReference::on_end, run);
    return history;
}

inline void check(const FitOptions& options) {
    if (options.epochs == 0 || options.batch == 0)
        throw std::invalid_argument("denim: fit: at least 1 epoch and batches of at least 1 picture were expected, but got " +
                                    std::to_string(options.epochs) + " epochs and batches of " + std::to_string(options.batch));
}

template <class Network, LabelledImages Train, class... Callbacks>
History fit(Network& network, const Train& train_set, const Samples* validation, const FitOptions& options, Callbacks&... callbacks) {
    check(options);
    const Samples train = Samples::of(train_set, Network::input, Network::output.channels, "training");
    LearnerOf<Network, SoftmaxCrossEntropy> learner{network, std::min(options.batch, train.count())};
    const std::array<CallbackReference, sizeof...(Callbacks)> references{CallbackReference{callbacks}...};
    return run_fit(learner, train, validation, options, references);
}

}  // namespace detail

/// Teaches a network the labels of a training set, by softmax cross-entropy; after each epoch the validation set is scored. Sets
/// have `images` (N, H, W, C), std::uint8_t or float, and `labels` (N). A step whose loss is not finite throws, and the network
/// stays as it was before it. The same seed gives the same bits for any number of threads.
template <class Network, LabelledImages Train, LabelledImages Validation, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const Validation& validation, const FitOptions& options, Callbacks&&... callbacks) {
    const Samples samples = Samples::of(validation, Network::input, Network::output.channels, "validation");
    return detail::fit(network, train, &samples, options, callbacks...);
}

/// Without a validation set.
template <class Network, LabelledImages Train, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, train, nullptr, options, callbacks...);
}

/// From two arrays.
template <class Network, class Images, class Labels, class... Callbacks>
    requires(!LabelledImages<Images> && (Callback<std::remove_reference_t<Callbacks>> && ...))
History fit(Network& network, const Images& images, const Labels& labels, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, LabelledPair{images, labels}, nullptr, options, callbacks...);
}

}  // namespace denim::inline DENIM_TARGET
