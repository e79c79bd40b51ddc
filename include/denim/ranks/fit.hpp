// SPDX-License-Identifier: MIT
#pragma once

#include <denim/ranks/rank_peers.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/fit.hpp>
#include <denim/training/tell_peers.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// What has to be equal on all ranks before they begin; the weights are the leader's, and pictures are not compared.
inline SettingsRecord describe_on_ranks(const Learner& learner, const Samples& train, const Samples* validation, const FitOptions& options,
                                        const Ranks& ranks) {
    SettingsRecord run;
    learner.describe(run);
    run("statistics by rank", ranks.options().statistics_by_rank)("bf16 on the wire", ranks.options().bf16_on_wire);
    run("vectors", DENIM_TARGET_NAME)("training pictures", train.count())("validation pictures", validation ? validation->count() : 0);
    run("epochs", options.epochs)("batch", options.batch)("seed", options.seed.value)("shuffle", options.shuffle)("balanced", options.balanced);
    run("optimizer", options.optimizer)("loss", options.loss)("head_losses", options.head_losses)("head_weights", options.head_weights);
    run("schedule", options.schedule)("averaging", options.averaging)("clip_norm", options.clip_norm)("augmentation", options.augmentation);
    return run;
}

/// Throws std::invalid_argument where this rank's record is not the leader's.
inline void require_equal(const SettingsRecord& own, const SettingsRecord& leader) {
    std::string other;
    const auto compare = [&](const std::string& name, const std::string* there, const std::string* here) {
        if (!there || !here || *there != *here)
            other += "\n    " + name + ": rank 0 has " + (there ? *there : "nothing") + ", this rank " + (here ? *here : "nothing");
    };
    for (const auto& each : own.all()) compare(each.name, leader.find(each.name), &each.value);
    for (const auto& each : leader.all())
        if (!own.find(each.name)) compare(each.name, &each.value, nullptr);
    if (!other.empty()) throw std::invalid_argument("denim: fit: on all ranks the same run was expected, but this one differs" + other);
}

template <class Network, LearnableSet Train, class Validation, class... Callbacks>
History fit_on_ranks(Network& network, const Train& train_set, const Validation* validation_set, const FitOptions& options, const Ranks& ranks,
                     Callbacks&... callbacks) {
    std::optional<Samples> train, validation;
    ranks.each([&] {
        check(options, Network::heads);
        train = Samples::of(train_set, Network::input, Network::heads, "training", options.loss);
        check_order(options, *train);
        if constexpr (!std::is_same_v<Validation, void>)
            validation = Samples::of(*validation_set, Network::input, Network::heads, "validation", options.loss);
    });
    Samples* const checked = validation ? &*validation : nullptr;
    std::optional<RankPeers> peers;
    if (ranks.size() > 1) peers.emplace(ranks);
    Peers<float>* const others = peers ? &*peers : nullptr;
    std::optional<NetworkLearner> learner;
    ranks.each([&] {
        learner.emplace(network, std::min(options.batch, train->count()), LossOfHeads{options.loss, options.head_losses}, options.head_weights, others);
    });
    if (others) {
        const SettingsRecord own = describe_on_ranks(*learner, *train, checked, options, ranks);
        const std::string text = own.text();
        std::vector<char> of_leader{text.begin(), text.end()};
        broadcast(*others, of_leader);
        ranks.each([&] { require_equal(own, SettingsRecord::from_text({of_leader.data(), of_leader.size()})); });
    }
    std::shared_ptr<SignalGuard> listening;  // the leader's CtrlC hears of signals to any rank
    if ((std::is_same_v<std::remove_const_t<Callbacks>, CtrlC> || ...)) listening = SignalGuard::shared();
    return ranks.together([&] {
        const std::array<CallbackReference, sizeof...(Callbacks)> references{CallbackReference{callbacks}...};
        return run_training(*learner, *train, checked, options, references, others);
    });
}

}  // namespace detail

/// `fit` by all ranks together: each computes its shares of every batch and reads no other pictures; the bits of the weights are those of one
/// process, for any number of ranks and threads. Every rank calls it with the same network, options and sets; the weights that it begins from are
/// rank 0's, and in the end all have the same. Callbacks are heard on rank 0 alone, which writes files; what they change reaches all: weights,
/// settings of layers, the rate, `stop`. A checkpoint goes on with any number of ranks. CtrlC hears of a signal to any rank.
///
/// RankOptions may keep BatchNorm's statistics by rank, or send gradients as bf16; then the bits are still the same on all ranks, but others for
/// another number of them.
///
/// Errors are as Ranks says. Also an error: a source that leaves out a picture of the training set, a layer of one's own on batches that does not say
/// sums_with_peers, and std::runtime_error after an epoch that has left other weights on some rank, as processors of two kinds may.
template <class Network, LearnableSet Train, LearnableSet Validation, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const Validation& validation, const FitOptions& options, const Ranks& ranks, Callbacks&&... callbacks) {
    return detail::fit_on_ranks(network, train, &validation, options, ranks, callbacks...);
}

/// Without a validation set.
template <class Network, LearnableSet Train, class... Callbacks>
    requires(Callback<std::remove_reference_t<Callbacks>> && ...)
History fit(Network& network, const Train& train, const FitOptions& options, const Ranks& ranks, Callbacks&&... callbacks) {
    return detail::fit_on_ranks(network, train, static_cast<const void*>(nullptr), options, ranks, callbacks...);
}

}  // namespace denim::inline DENIM_TARGET
