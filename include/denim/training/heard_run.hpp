// SPDX-License-Identifier: MIT
#pragma once

// A run and those who hear of it. Where several processes compute it together, what their leader knows and decides reaches the others.

#include <denim/machine/content_sum.hpp>
#include <denim/machine/peers.hpp>
#include <denim/optimizer/optimizer.hpp>
#include <denim/training/averaged_parameters.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/tell_peers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The leader's weights and settings of layers to everybody.
inline void share_weights(Peers<float>& peers, Learner& learner) {
    broadcast(peers, learner.parameters());
    broadcast(peers, learner.settings());
}

/// Where the run begins or goes on, and from which numbers: the leader's, who may have read a snapshot.
inline void share_state(Peers<float>& peers, Run& run, OptimizerState& optimizer, AveragedParameters& average, float& scheduled_rate) {
    struct State {
        std::size_t step, epoch, batch, images, best_epoch;
        Score train;
        double seconds;
        float rate, scheduled_rate;
        bool stop, interrupted;
    };
    State state{optimizer.step, run.epoch, run.batch, run.images, run.history.best_epoch, run.train, run.seconds, run.rate, scheduled_rate, run.stop,
                run.interrupted};
    broadcast(peers, std::span{&state, 1});
    optimizer.step = state.step;
    run.epoch = state.epoch;
    run.batch = state.batch;
    run.images = state.images;
    run.history.best_epoch = state.best_epoch;
    run.train = state.train;
    run.seconds = state.seconds;
    run.rate = state.rate;
    scheduled_rate = state.scheduled_rate;
    run.stop = state.stop;
    run.interrupted = state.interrupted;
    broadcast(peers, run.history.epochs);
    share_weights(peers, run.learner);
    broadcast(peers, optimizer.numbers.span());
    std::vector<float> averaged{average.numbers().begin(), average.numbers().end()};
    broadcast(peers, averaged);
    average.resume(averaged);
}

/// A run as its callbacks hear it: with peers those of the leader alone, and what they change reaches everybody.
class HeardRun {
public:
    HeardRun(Run& run, std::span<const CallbackReference> callbacks, Peers<float>* peers)
        : run_(run), peers_(peers), callbacks_(!peers || peers->leads() ? callbacks : callbacks.first(0)) {}

    [[nodiscard]] std::span<const CallbackReference> callbacks() const { return callbacks_; }

    void tell(void (CallbackReference::*hook)(Run&) const) {
        for (const CallbackReference& callback : callbacks_) (callback.*hook)(run_);
    }
    /// One hook after the other, behind which everybody has the leader's weights, settings and rate, and stops where it does. Where `same` is
    /// asked for, everybody's weights are compared: throws std::runtime_error should they differ.
    void tell_all(std::initializer_list<void (CallbackReference::*)(Run&) const> hooks, bool same = false) {
        const std::uint64_t before = peers_ && !callbacks_.empty() ? content() : 0;
        for (const auto hook : hooks) tell(hook);
        if (peers_) agree(!callbacks_.empty() && content() != before, same);
    }

private:
    void agree(bool changed, bool same) {
        struct Word {
            std::uint64_t weights = 0;
            std::size_t best_epoch = 0;
            float rate = 0;
            bool stop = false, interrupted = false, changed = false, asked = false;
        };
        Word own{0, run_.history.best_epoch, run_.rate, run_.stop, run_.interrupted, changed, interrupt_asked != 0};
        if (same) own.weights = content_sum(std::span<const float>{run_.learner.parameters()});
        const std::vector<Word> all = gather(*peers_, own);
        run_.history.best_epoch = all[0].best_epoch;
        run_.rate = all[0].rate;
        run_.stop = all[0].stop;
        run_.interrupted = all[0].interrupted;
        if (all[0].changed) share_weights(*peers_, run_.learner);
        if (peers_->leads() && std::ranges::any_of(all, &Word::asked)) interrupt_asked = 1;  // a CtrlC that the leader hears looks at it in the next step
        if (same && !all[0].changed && std::ranges::any_of(all, [&](const Word& each) { return each.weights != all[0].weights; }))
            throw std::runtime_error("denim: fit: after epoch " + std::to_string(run_.epoch) +
                                     " the same weights were expected on all ranks, but they differ; it takes the same program on processors of one kind");
    }
    // Of what callbacks may change.
    [[nodiscard]] std::uint64_t content() const {
        std::uint64_t sum = content_sum(std::span<const float>{run_.learner.parameters()});
        for (const LayerSettings& layer : run_.learner.settings()) {
            const float numbers[] = {layer.rate, layer.l2, layer.rate_factor, layer.frozen ? 1.0f : 0.0f};
            sum = sum * 31 + xxh64(std::as_bytes(std::span{numbers}));
        }
        return sum;
    }

    Run& run_;
    Peers<float>* peers_;
    std::span<const CallbackReference> callbacks_;
};

}  // namespace denim::inline DENIM_TARGET::detail
