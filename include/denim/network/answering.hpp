// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/activation_function.hpp>
#include <denim/loss/probabilities.hpp>
#include <denim/machine/largest.hpp>
#include <denim/network/graph.hpp>
#include <denim/tensor/pictures.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace denim::inline DENIM_TARGET {

/// What Predictor and Ensemble answer, from the two things that each has by itself: `predict(pictures, to)`, logits one sample's after another's, and
/// `gives()`, what each head means by them.
template <class Self, class Network>
class Answering {
public:
    using Stored = typename Network::Stored;
    using Graph = typename Network::Graph;
    static constexpr Shape input = Network::input, output = Network::output;
    static constexpr const auto& heads = Network::heads;
    static constexpr std::size_t outputs = output.size();

    /// Logits (N, outputs) of pictures (N, H, W, C), or (outputs) of one picture (H, W, C); std::uint8_t or float. Vectors come as
    /// (N, C), or (C) for one. Of a network that ends in a picture, such as the trunk of another, its numbers in (H, W, C) order.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const {
        const Pictures source = Pictures::of(pictures, Network::input);
        if constexpr (is_one_sample<Expression>) {
            Array<Stored, 1> logits(std::array{outputs});
            self().predict(source, logits.data());
            return logits;
        } else {
            Array<Stored, 2> logits(std::array{source.count, outputs});
            self().predict(source, logits.data());
            return logits;
        }
    }

    /// The same as probabilities, head by head, as the loss means them that the network learned by: numbers from 0 to 1, a softmax
    /// of classes (they add to 1), a sigmoid of each label that may stand side by side with others. Where a NaN is, NaN. Throws
    /// std::invalid_argument if a head gives numbers that are no probabilities (MeanSquaredError).
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures) const {
        detail::require_probabilities("probabilities", self().gives());
        return squashed(pictures, self().gives());
    }
    /// Softmax of each head, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Softmax /*function*/) const {
        return squashed(pictures, of_all(Gives::classes));
    }
    /// The sigmoid of each logit, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Sigmoid /*function*/) const {
        return squashed(pictures, of_all(Gives::labels));
    }
    /// The class with the largest logit for each head: (N, heads), or (heads) of one picture. Throws std::runtime_error where a
    /// logit is a NaN.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const {
        static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
        const auto logits = predict(pictures);
        const auto fill = [&](auto result) {
            const Stored* from = logits.data();
            for (std::size_t n = 0; n < result.size(); from += heads[n % heads.size()], ++n)
                result.data()[n] = static_cast<std::int32_t>(detail::class_of(from, heads[n % heads.size()], n / heads.size()));
            return result;
        };
        if constexpr (is_one_sample<Expression>)
            return fill(Array<std::int32_t, 1>(std::array{heads.size()}));
        else
            return fill(Array<std::int32_t, 2>(std::array{logits.shape(0), heads.size()}));
    }

private:
    [[nodiscard]] const Self& self() const { return static_cast<const Self&>(*this); }

    static constexpr std::array<Gives, Network::heads.size()> of_all(Gives what) {
        std::array<Gives, Network::heads.size()> all{};
        all.fill(what);
        return all;
    }
    template <class Expression>
    auto squashed(const Expression& pictures, std::span<const Gives> gives) const {
        auto result = predict(pictures);
        const std::span<Stored> numbers{result.data(), result.size()};
        for (std::size_t first = 0; first < numbers.size();)  // of a network that gives a picture, pixel by pixel
            for (std::size_t head = 0; head < gives.size(); first += Network::heads[head++])
                to_probabilities(numbers.subspan(first, Network::heads[head]), Network::heads[head], gives[head]);
        return result;
    }
};

}  // namespace denim::inline DENIM_TARGET
