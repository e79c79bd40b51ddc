// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/probabilities.hpp>
#include <denim/machine/finite.hpp>
#include <denim/network/predictor.hpp>
#include <denim/training/answers.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace denim::inline DENIM_TARGET {

/// Logits (N, outputs) of the pictures of a source by a network, a Predictor or an Ensemble, the next ones read while it answers; NaN for what
/// the source leaves out.
template <class Network, PictureSource Source>
    requires requires { Network::input; }
auto predict(const Network& network, const Source& source, const Reading& reading = {}) {
    using Stored = typename Network::Stored;
    constexpr std::size_t outputs = Network::output.size();
    const auto& predictor = detail::answering(network);
    const Samples samples = Samples::without_targets(SourceReference{source}, Network::input, "asked");
    Array<Stored, 2> logits(std::array{samples.count(), outputs});
    const auto left = detail::each_chunk(
        samples, reading, [&](const Pictures& pictures, std::size_t first) { predictor.predict(pictures, logits.data() + first * outputs); });
    for (const std::uint32_t sample : left) std::fill_n(logits.data() + sample * outputs, outputs, not_a_number<Stored>());
    return logits;
}

/// The same as probabilities, see Predictor::probabilities.
template <class Network, PictureSource Source>
    requires requires { Network::input; }
auto probabilities(const Network& network, const Source& source, const Reading& reading = {}) {
    detail::require_probabilities("probabilities", network.gives());
    auto result = predict(network, source, reading);
    const std::span numbers{result.data(), result.size()};
    for (std::size_t first = 0; first < numbers.size();)
        for (std::size_t head = 0; head < Network::heads.size(); first += Network::heads[head++])
            to_probabilities(numbers.subspan(first, Network::heads[head]), Network::heads[head], network.gives()[head]);
    return result;
}

}  // namespace denim::inline DENIM_TARGET
