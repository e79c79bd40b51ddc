// SPDX-License-Identifier: MIT
#pragma once

// Logits of all pictures of a set, in memory or read from a source while others are answered.

#include <denim/network/predictor.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>
#include <denim/training/tell_peers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Calls `each(pictures, first)` with the pictures of a source from its first on, some at a time; `first` is the number of the first of them.
/// Gives the samples that the source left out, whose pictures say nothing.
DENIM_ONCE std::vector<std::uint32_t> each_chunk(const Samples& samples, const Reading& reading,
                                             const std::function<void(const Pictures&, std::size_t first)>& each);

}  // namespace detail

/// Logits (N, outputs) of all samples, by `predict(pictures, to)`. What a source leaves out is no part of the samples afterwards. Throws
/// std::runtime_error where nothing is left.
template <class Stored, class Predict>
std::vector<Stored> answers(Samples& samples, std::size_t outputs, const Reading& reading, Predict&& predict) {
    std::vector<Stored> logits(samples.count() * outputs);
    if (!samples.source) {
        predict(samples.pictures, logits.data());
        return logits;
    }
    const auto left = detail::each_chunk(
        samples, reading, [&](const Pictures& pictures, std::size_t first) { predict(pictures, logits.data() + first * outputs); });
    if (left.size() == samples.count())
        throw std::runtime_error("denim: the source left out all of its " + std::to_string(left.size()) + " pictures");
    samples.leave_out(left, logits);
    return logits;
}

namespace detail {

/// Logits of all samples, each peer's some of them, and the samples that a source left out, whose logits say nothing.
template <class Stored>
struct PeersAnswers {
    std::vector<Stored> logits;
    std::vector<std::uint32_t> left_out;
};
template <class Stored, class Predict>
PeersAnswers<Stored> answer_with_peers(Peers<float>& peers, const Samples& samples, std::size_t outputs, const Reading& reading, Predict&& predict) {
    const std::size_t first = samples.count() * peers.own() / peers.count(), last = samples.count() * (peers.own() + 1) / peers.count();
    std::vector<Stored> own((last - first) * outputs);
    std::vector<std::uint32_t> left;
    if (first < last && !samples.source) {
        Pictures some = samples.pictures;
        const std::size_t size = some.shape.size();
        some.count = last - first;
        if (some.bytes) some.bytes += first * size;
        if (some.floats) some.floats += first * size;
        predict(some, own.data());
    } else if (first < last) {
        Samples some;
        some.pictures = {samples.pictures.shape, last - first};
        some.source = samples.source;
        for (std::size_t sample = first; sample < last; ++sample) some.places.push_back(static_cast<std::uint32_t>(samples.place(sample)));
        left = detail::each_chunk(some, reading, [&](const Pictures& pictures, std::size_t at) { predict(pictures, own.data() + at * outputs); });
        for (std::uint32_t& sample : left) sample += static_cast<std::uint32_t>(first);
    }
    return {gather_all(peers, std::span<const Stored>{own}), gather_all(peers, std::span<const std::uint32_t>{left})};
}

/// As `answers`.
template <class Stored, class Predict>
std::vector<Stored> answers_of_peers(Peers<float>& peers, Samples& samples, std::size_t outputs, const Reading& reading, Predict&& predict) {
    auto [logits, left] = answer_with_peers<Stored>(peers, samples, outputs, reading, predict);
    if (left.size() == samples.count())
        throw std::runtime_error("denim: the source left out all of its " + std::to_string(left.size()) + " pictures");
    samples.leave_out(left, logits);
    return logits;
}

/// Of samples in memory or from a source, which may leave some out: then these are no part of them any more. With peers each answers some of
/// them, and all get all.
DENIM_ONCE std::vector<float> all_logits(Learner& learner, Samples& samples, const Reading& reading, Peers<float>* peers = nullptr);

template <class Type>
concept AnswersPictures = requires(const Type& type, const Pictures& pictures, typename Type::Stored* to) { type.predict(pictures, to); };

/// What answers, a Predictor or an Ensemble; of a network a predictor that is made for it.
template <class Network>
decltype(auto) answering(const Network& network) {
    if constexpr (AnswersPictures<Network>)
        return (network);
    else
        return Predictor{network};
}

template <class Network>
std::vector<typename Network::Stored> answers_of(const Network& network, Samples& samples, const Reading& reading, Peers<float>* peers = nullptr) {
    using Stored = typename Network::Stored;
    const auto& predictor = answering(network);
    const auto predict = [&](const Pictures& pictures, Stored* to) { predictor.predict(pictures, to); };
    if (peers) return answers_of_peers<Stored>(*peers, samples, Network::output.size(), reading, predict);
    return answers<Stored>(samples, Network::output.size(), reading, predict);
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/training/prepared_batches.hpp>

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE std::vector<std::uint32_t> each_chunk(const Samples& samples, const Reading& reading,
                                             const std::function<void(const Pictures&, std::size_t first)>& each) {
    const std::size_t chunk = std::clamp<std::size_t>((std::size_t{4} << 20) / std::max<std::size_t>(samples.source->picture_bytes(), 1), 64, 1024);
    std::vector<std::uint32_t> order(samples.count()), left_out;
    std::iota(order.begin(), order.end(), 0u);
    PreparedBatches batches{samples, {}, {}, std::min(chunk, samples.count()), reading};
    batches.begin(order, 0, 1);
    for (std::size_t first = 0; first < order.size(); first += chunk) {
        Pictures pictures = batches.take(0).pictures;
        pictures.count = std::min(chunk, order.size() - first);
        left_out.insert(left_out.end(), batches.left_out().begin(), batches.left_out().end());
        each(pictures, first);
    }
    return left_out;
}

DENIM_ONCE std::vector<float> all_logits(Learner& learner, Samples& samples, const Reading& reading, Peers<float>* peers) {
    const auto predict = [&](const Pictures& pictures, float* to) {
        Samples part;
        part.pictures = pictures;
        std::ranges::copy(learner.logits(part), to);
    };
    if (peers) return answers_of_peers<float>(*peers, samples, learner.classes(), reading, predict);
    if (!samples.source) return learner.logits(samples);
    return answers<float>(samples, learner.classes(), reading, predict);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
