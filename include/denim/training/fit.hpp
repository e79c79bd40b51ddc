// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/callback.hpp>
#include <denim/training/fit_options.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/order_of_epoch.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Throws std::invalid_argument where options are not accepted, or do not suit a network of such heads.
DENIM_ONCE void check(const FitOptions& options, std::span<const std::size_t> heads);

/// A run of training, for any network.
DENIM_ONCE History run_training(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options,
                                  std::span<const CallbackReference> callbacks, Peers<float>* peers = nullptr);

template <class... Callbacks>
History teach(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options,
              Callbacks&... callbacks) {
    const std::array<CallbackReference, sizeof...(Callbacks)> references{CallbackReference{callbacks}...};
    return run_training(learner, train, validation, options, references);
}

template <class Network, LearnableSet Train, class... Callbacks>
History fit(Network& network, const Train& train_set, Samples* validation, const FitOptions& options,
            Callbacks&... callbacks) {
    check(options, Network::heads);
    const Samples train = Samples::of(train_set, Network::input, Network::heads, "training", options.loss);
    check_order(options, train);
    NetworkLearner learner{network, std::min(options.batch, train.count()), LossOfHeads{options.loss, options.head_losses},
                               options.head_weights};
    return teach(learner, train, validation, options, callbacks...);
}

}  // namespace detail

/// Teaches a network the labels of a training set, by softmax cross-entropy or another loss; after each epoch the validation
/// set is scored. Sets have `images` (N, H, W, C), std::uint8_t or float, and `labels` (N), or (N, heads) where the network
/// ends in Heads<...>, or (N, outputs) of numbers where the loss wants these; or they are read while the network learns, see
/// PictureSource: the same bits where the order is the same. A step whose loss is not finite throws, and the
/// network stays as it was before it. The same seed gives the same bits for any number of threads.
template <class Network, LearnableSet Train, LearnableSet Validation, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const Validation& validation, const FitOptions& options,
            Callbacks&&... callbacks) {
    Samples samples = Samples::of(validation, Network::input, Network::heads, "validation", options.loss);
    return detail::fit(network, train, &samples, options, callbacks...);
}

/// Without a validation set.
template <class Network, LearnableSet Train, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, train, nullptr, options, callbacks...);
}

/// From two arrays.
template <class Network, class Images, class Labels, class... Callbacks>
    requires(!LearnableSet<Images> && (Callback<std::remove_reference_t<Callbacks>> && ...))
History fit(Network& network, const Images& images, const Labels& labels, const FitOptions& options, Callbacks&&... callbacks) {
    return detail::fit(network, LabelledPair{images, labels}, nullptr, options, callbacks...);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/training/first_look.hpp>
#include <denim/training/training_loop.hpp>

namespace denim::inline DENIM_TARGET::detail {

inline void check_options(const FitOptions& options) {
    if (options.epochs == 0 || options.batch == 0)
        throw std::invalid_argument("denim: fit: at least 1 epoch and batches of at least 1 picture were expected, but got " +
                                    std::to_string(options.epochs) + " epochs and batches of " + std::to_string(options.batch));
    check_setting("fit", "epochs", options.epochs, Accepted{.lowest = 1, .highest = 0xffffffff});
    if (!at_least_0.takes(options.clip_norm))
        throw std::invalid_argument("denim: fit: a finite clip_norm of at least 0 was expected, but got " + shortest_text(options.clip_norm));
    options.optimizer.check();
}

inline void check_head_weights(const std::vector<float>& weights, std::size_t heads) {
    if (!weights.empty() && weights.size() != heads)
        throw std::invalid_argument("denim: fit: the network has " + std::to_string(heads) + " heads, but " +
                                    std::to_string(weights.size()) + " head_weights came; expected one for each, or none");
    for (const float weight : weights)
        if (!at_least_0.takes(static_cast<double>(weight)))
            throw std::invalid_argument("denim: fit: head_weights were expected as finite numbers of at least 0, but one is " +
                                        shortest_text(weight));
    if (!weights.empty() && std::ranges::all_of(weights, [](float weight) { return weight == 0; }))
        throw std::invalid_argument("denim: fit: head_weights above 0 were expected, but all are 0");
}

inline void check_losses(const FitOptions& options, std::span<const std::size_t> heads) {
    if (!options.head_losses.empty() && options.head_losses.size() != heads.size())
        throw std::invalid_argument("denim: fit: the network has " + std::to_string(heads.size()) + " heads, but " +
                                    std::to_string(options.head_losses.size()) +
                                    " head_losses came; expected one for each, or none");
    const LossOfHeads losses{options.loss, options.head_losses};
    for (std::size_t head = 0; head < heads.size(); ++head) {
        losses.of(head).check(heads[head]);
        if (!options.head_losses.empty() && losses.of(head).wants() != Wants::label)
            throw std::invalid_argument("denim: fit: head_losses were expected to want labels, but that of head " +
                                        std::to_string(head) + " wants a number for each output");
    }
}

DENIM_ONCE void check(const FitOptions& options, std::span<const std::size_t> heads) {
    check_options(options);
    check_head_weights(options.head_weights, heads.size());
    check_losses(options, heads);
}

DENIM_ONCE History run_training(Learner& learner, const Samples& train, Samples* validation, const FitOptions& options,
                                  std::span<const CallbackReference> callbacks, Peers<float>* peers) {
    if (!peers || peers->leads()) take_first_look(learner, train, options);
    return TrainingLoop{learner, train, validation, options, callbacks, peers}.run();
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
