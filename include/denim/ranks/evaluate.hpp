// SPDX-License-Identifier: MIT
#pragma once

#include <denim/ranks/rank_peers.hpp>
#include <denim/training/evaluate.hpp>
#include <denim/training/predict.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// What `body(peers)` gives; peers are null where there is one rank.
template <class Body>
auto with_peers(const Ranks& ranks, Body&& body) {
    return ranks.together([&] {
        std::optional<RankPeers> peers;
        if (ranks.size() > 1) peers.emplace(ranks);
        return body(peers ? &*peers : nullptr);
    });
}

}  // namespace detail

/// `evaluate` by all ranks together: each answers and reads some of the pictures, all get what one process would.
template <class Network, LearnableSet Set>
Evaluation evaluate(const Network& network, const Set& set, const Ranks& ranks, const Reading& reading = {}) {
    return detail::with_peers(ranks, [&](Peers<float>* peers) { return detail::evaluate(network, set, reading, peers); });
}
template <class Network, LearnableSet Set>
Score evaluate(const Network& network, const Set& set, const Loss& loss, const Ranks& ranks, const Reading& reading = {}) {
    return detail::with_peers(ranks, [&](Peers<float>* peers) { return detail::evaluate(network, set, loss, reading, peers); });
}

/// Logits (N, outputs) of pictures (N, H, W, C) or of a source, on all ranks, each of which answers some of them; NaN for what the source leaves out.
template <class Network, class Asked>
    requires requires { Network::input; }
auto predict(const Network& network, const Asked& asked, const Ranks& ranks, const Reading& reading = {}) {
    using Stored = typename Network::Stored;
    constexpr std::size_t outputs = Network::output.size();
    return detail::with_peers(ranks, [&](Peers<float>* peers) {
        Samples samples;
        if constexpr (PictureSource<Asked>)
            samples = Samples::without_targets(SourceReference{asked}, Network::input, "asked");
        else
            samples.pictures = Pictures::of(asked, Network::input);
        const auto& predictor = detail::answering(network);
        const auto answer = [&](const Pictures& pictures, Stored* to) { predictor.predict(pictures, to); };
        Array<Stored, 2> logits(std::array{samples.count(), outputs});
        if (!peers) {
            if constexpr (PictureSource<Asked>)
                return predict(network, asked, reading);
            else
                answer(samples.pictures, logits.data());
            return logits;
        }
        const auto [all, left] = detail::answer_with_peers<Stored>(*peers, samples, outputs, reading, answer);
        std::ranges::copy(all, logits.data());
        for (const std::uint32_t sample : left) std::fill_n(logits.data() + sample * outputs, outputs, not_a_number<Stored>());
        return logits;
    });
}

}  // namespace denim::inline DENIM_TARGET
