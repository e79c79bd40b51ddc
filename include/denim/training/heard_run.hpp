// SPDX-License-Identifier: MIT
#pragma once

// A run and those who hear of it. Where several processes compute it together, what their leader knows and decides reaches the others.

#include <denim/machine/content_sum.hpp>
#include <denim/machine/peers.hpp>
#include <denim/optimizer/optimizer.hpp>
#include <denim/tensor/aligned_array.hpp>
#include <denim/training/averaged_parameters.hpp>
#include <denim/training/callback.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/tell_peers.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The leader's weights and settings of layers to everybody.
inline void share_weights(Peers<float>& peers, Learner& learner) {
    peers.broadcast(bytes_at(learner.parameters().data(), learner.parameters().size_bytes()));
    peers.broadcast(bytes_at(learner.settings().data(), learner.settings().size_bytes()));
}

/// Where the run begins or goes on, and from which numbers: the leader's, who may have read a snapshot.
inline void share_state(Peers<float>& peers, Run& run, OptimizerState& optimizer, AveragedParameters& average, float& scheduled_rate) {
    struct State {
        std::size_t step, epoch, batch, images, best_epoch;
        Score train;
        double seconds;
        float rate, scheduled_rate;
        bool stop, interrupted;
        std::size_t epochs;
    };
    State state{optimizer.step, run.epoch, run.batch, run.images, run.history.best_epoch, run.train, run.seconds, run.rate, scheduled_rate, run.stop,
                run.interrupted, run.history.epochs.size()};
    peers.broadcast(bytes_at(&state, sizeof state));
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
    while (run.history.epochs.size() < state.epochs) run.history.epochs.emplace_back();
    while (run.history.epochs.size() > state.epochs) run.history.epochs.pop_back();
    peers.broadcast(bytes_at(run.history.epochs.data(), state.epochs * sizeof(Epoch)));
    share_weights(peers, run.learner);
    peers.broadcast(bytes_at(optimizer.numbers.data(), optimizer.numbers.size() * sizeof(float)));
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
        AlignedArray<std::uint8_t> all(peers_->count() * sizeof own);
        peers_->gather(bytes_at(&own, sizeof own), std::vector<std::size_t>(peers_->count(), sizeof own), bytes_at(all.data(), all.size()));
        Word leader;
        bool asked = false, differ = false;
        for (std::size_t peer = 0; peer < peers_->count(); ++peer) {
            Word word;
            std::memcpy(&word, all.data() + peer * sizeof word, sizeof word);
            if (peer == 0) leader = word;
            asked = asked || word.asked;
            differ = differ || word.weights != leader.weights;
        }
        run_.history.best_epoch = leader.best_epoch;
        run_.rate = leader.rate;
        run_.stop = leader.stop;
        run_.interrupted = leader.interrupted;
        if (leader.changed) share_weights(*peers_, run_.learner);
        if (peers_->leads() && asked) interrupt_asked = 1;  // a CtrlC that the leader hears looks at it in the next step
        if (same && !leader.changed && differ)
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
