// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/softmax_cross_entropy.hpp>
#include <denim/network/predictor.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How a trained network does on a set.
struct Evaluation {
    std::size_t count = 0, correct = 0;
    double loss = 0, accuracy = 0;
    /// confusion(true class, predicted class): how many pictures.
    Array<std::size_t, 2> confusion;

    friend std::ostream& operator<<(std::ostream& out, const Evaluation& result) {
        return out << "accuracy " << result.accuracy << " (" << result.correct << " of " << result.count << "), loss " << result.loss << '\n';
    }
};

/// Scores a network on a set of labelled images (`images`, `labels`).
template <class Network, LabelledImages Set>
Evaluation evaluate(const Network& network, const Set& set) {
    constexpr std::size_t classes = Network::output.channels;
    using Scalar = typename Network::Scalar;
    const Samples samples = Samples::of(set, Network::input, classes, "test");
    std::vector<Scalar> logits(samples.count() * classes);
    Predictor{network}.predict(samples.pictures, logits.data());
    const Score mean = score<SoftmaxCrossEntropy, Scalar>(logits, samples.labels, classes);
    Evaluation result{samples.count(), 0, mean.loss, mean.accuracy, Array<std::size_t, 2>(std::array{classes, classes}, std::size_t{0})};
    for (std::size_t n = 0; n < samples.count(); ++n) {
        const Scalar* sample = logits.data() + n * classes;
        const auto predicted = static_cast<std::size_t>(std::max_element(sample, sample + classes) - sample);
        const auto label = static_cast<std::size_t>(samples.labels[n]);
        ++result.confusion(label, predicted);
        result.correct += predicted == label;
    }
    return result;
}

/// From two arrays.
template <class Network, class Images, class Labels>
    requires(!LabelledImages<Images>)
Evaluation evaluate(const Network& network, const Images& images, const Labels& labels) {
    return evaluate(network, LabelledPair{images, labels});
}

}  // namespace denim::inline DENIM_TARGET
