// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/softmax_cross_entropy.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/metric/confusion.hpp>
#include <denim/network/predictor.hpp>
#include <denim/training/answers.hpp>
#include <denim/training/head_slice.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// How many letters a UTF-8 text has: what does not begin one has the bits 10 in front.
inline std::size_t letters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

}  // namespace detail

/// How one head of a network does, on the pictures that have a label for it.
struct HeadEvaluation {
    std::size_t count = 0, correct = 0;
    double loss = 0, accuracy = 0;
    /// confusion(true class, predicted class): how many pictures. One whose logits hold a NaN has no class: it is not correct,
    /// stands in no column, and makes the loss NaN.
    Array<std::size_t, 2> confusion;
    std::vector<std::string> class_names = {};  ///< for what is printed, where the set has a name for each class; else empty: numbers

    friend std::ostream& operator<<(std::ostream& out, const HeadEvaluation& result) {
        return out << result.first_line() << result.table();
    }

protected:
    [[nodiscard]] std::string first_line() const {
        return detail::sentence("accuracy ", accuracy, " (", correct, " of ", count, "), loss ", loss, '\n');
    }

private:
    [[nodiscard]] std::string table() const {
        if (confusion.shape(0) > 100) return {};
        using detail::fixed, detail::to_the_left, detail::to_the_right;
        const bool named = class_names.size() == confusion.shape(0);
        std::size_t width = 5, number = 0;
        for (const std::string& name : class_names) width = std::max(width, named ? detail::letters(name) : 0);
        std::string text = to_the_left("class", width) + "  pictures  precision  recall     F1\n";
        for (const ClassScore& score : class_scores(confusion)) {
            const std::string name = named ? class_names[number] : to_the_right(std::to_string(number), 5);
            ++number;
            text += name + std::string(width - detail::letters(name), ' ') + "  " + to_the_right(std::to_string(score.count), 8) + "  " +
                    to_the_right(fixed(score.precision, 4), 9) + "  " + fixed(score.recall, 4) + "  " + fixed(score.f1, 4) + '\n';
        }
        return text;
    }
};

/// How a trained network does on a set. Of several heads, a picture counts as correct where all that have a label are, and the
/// loss is the sum over the heads.
struct Evaluation : HeadEvaluation {
    /// Each head by itself; of a network with one output it says the same again. With several, `confusion` has no classes.
    std::vector<HeadEvaluation> heads = {};

    friend std::ostream& operator<<(std::ostream& out, const Evaluation& result) {
        if (result.heads.size() < 2) return out << static_cast<const HeadEvaluation&>(result);
        out << "all heads: " << result.first_line();
        for (std::size_t head = 0; head < result.heads.size(); ++head)
            out << "head " + std::to_string(head) + ": " << result.heads[head];
        return out;
    }
};

namespace detail {

template <class Stored>
HeadEvaluation evaluate_head(const HeadSlice<Stored>& of, std::size_t classes) {
    HeadEvaluation result;
    result.count = of.labels.size();
    result.confusion = Array<std::size_t, 2>(std::array{classes, classes}, std::size_t{0});
    for (std::size_t n = 0; n < of.labels.size(); ++n) {
        const Stored* sample = of.logits.data() + n * classes;
        const std::size_t predicted = place_of_largest(sample, classes);
        const auto label = static_cast<std::size_t>(of.labels[n]);
        if (predicted < classes) ++result.confusion(label, predicted);
        result.correct += predicted == label;
    }
    if (result.count == 0) return result;
    const Score mean = score<SoftmaxCrossEntropy, Stored>({}, of.logits, {of.labels}, std::span{&classes, 1});
    result.loss = mean.loss;
    result.accuracy = mean.accuracy;
    return result;
}

template <class Set>
concept NamesClasses = requires(const Set& set) {
    { *set.class_names.begin() } -> std::convertible_to<std::string>;
};

inline void require_classes(std::span<const Gives> heads) {
    for (std::size_t head = 0; head < heads.size(); ++head)
        if (heads[head] != Gives::classes)
            throw std::invalid_argument("denim: evaluate: head " + std::to_string(head) + " was trained by a loss of " + words_of(heads)[head] +
                                        ", not of classes of which one is right; name the loss: evaluate(network, set, BinaryCrossEntropy{})");
}

template <class Network, LearnableSet Set>
Evaluation evaluate(const Network& network, const Set& set, const Reading& reading, Peers<float>* peers) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    using Stored = typename Network::Stored;
    detail::require_classes(network.gives());
    Samples samples = Samples::of(set, Network::input, Network::heads, "test");
    const std::vector<Stored> logits = detail::answers_of(network, samples, reading, peers);
    Evaluation result;
    for (std::size_t head = 0; head < Network::heads.size(); ++head)
        result.heads.push_back(
            detail::evaluate_head(head_slice<Stored>(logits, samples.labels, Network::heads, head), Network::heads[head]));
    if constexpr (Network::heads.size() == 1) {
        if constexpr (detail::NamesClasses<Set>)
            if (std::vector<std::string> names(set.class_names.begin(), set.class_names.end()); names.size() == Network::heads[0])
                result.heads[0].class_names = std::move(names);
        static_cast<HeadEvaluation&>(result) = result.heads[0];
        return result;
    }
    const Score mean = score<SoftmaxCrossEntropy, Stored>({}, logits, samples.targets(), Network::heads);
    result.count = samples.count();
    result.loss = mean.loss;
    result.accuracy = mean.accuracy;
    result.correct = static_cast<std::size_t>(std::lround(mean.accuracy * static_cast<double>(samples.count())));
    result.confusion = Array<std::size_t, 2>(std::array<std::size_t, 2>{0, 0});
    return result;
}

template <class Network, LearnableSet Set>
Score evaluate(const Network& network, const Set& set, const Loss& loss, const Reading& reading, Peers<float>* peers) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    for (const std::size_t outputs : Network::heads) loss.check(outputs);
    Samples samples = Samples::of(set, Network::input, Network::heads, "test", loss);
    const std::vector<float> logits = detail::answers_of(network, samples, reading, peers);
    return score<Loss, float>(loss, logits, samples.targets(), Network::heads);
}

}  // namespace detail

/// Scores a network on a set of labelled images (`images`, `labels`), or on a source, see PictureSource. With `class_names`, as a DataSet has
/// them, one for each output, what is printed names the classes. Throws std::invalid_argument if it
/// learned by a loss that does not tell classes apart: then the next function scores it.
template <class Network, LearnableSet Set>
Evaluation evaluate(const Network& network, const Set& set, const Reading& reading = {}) {
    return detail::evaluate(network, set, reading, nullptr);
}

/// Mean of another loss and its accuracy, on a set with the targets that it wants.
template <class Network, LearnableSet Set>
Score evaluate(const Network& network, const Set& set, const Loss& loss, const Reading& reading = {}) {
    return detail::evaluate(network, set, loss, reading, nullptr);
}

/// From two arrays.
template <class Network, class Images, class Labels>
    requires(!LearnableSet<Images>)
Evaluation evaluate(const Network& network, const Images& images, const Labels& labels) {
    return evaluate(network, LabelledPair{images, labels});
}

}  // namespace denim::inline DENIM_TARGET
