// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/softmax_cross_entropy.hpp>
#include <denim/metric/confusion.hpp>
#include <denim/network/predictor.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
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
        out << "accuracy " << result.accuracy << " (" << result.correct << " of " << result.count << "), loss " << result.loss << '\n';
        if (result.confusion.shape(0) > 100) return out;
        out << "class  pictures  precision  recall     F1\n";
        std::size_t number = 0;
        for (const ClassScore& score : class_scores(result.confusion)) {
            char line[80];
            std::snprintf(line, sizeof line, "%5zu  %8zu  %9.4f  %6.4f  %5.4f\n", number++, score.count, score.precision, score.recall, score.f1);
            out << line;
        }
        return out;
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
