// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/activation_function.hpp>
#include <denim/loss/probabilities.hpp>
#include <denim/machine/largest.hpp>
#include <denim/network/batch_predictor.hpp>
#include <denim/network/network.hpp>
#include <denim/network/plan_table.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A trained network that answers: it owns prepared weights and changes by assignment alone. Any number of threads may ask at once. A
/// picture's answer has the same bits alone and in any batch.
template <class Network>
class Predictor {
public:
    using Scalar = typename Network::Scalar;
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>;
    static constexpr std::size_t outputs = Network::output.size();

    explicit Predictor(const Network& network) : steps_(table_of<Plan>) { take(network); }

    /// As `predictor = Predictor{network}`, in the memory that there is. As with any assignment, nobody may be asking meanwhile.
    void assign(const Network& network) {
        if (steps_.whole())
            take(network);
        else
            *this = Predictor{network};
    }

    /// Logits (N, outputs) of pictures (N, H, W, C), or (outputs) of one picture (H, W, C); std::uint8_t or float. Vectors come as
    /// (N, C), or (C) for one. Of a network that ends in a picture, such as the trunk of another, its numbers in (H, W, C) order.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const {
        const Pictures source = Pictures::of(pictures, Network::input);
        if constexpr (is_one_sample<Expression>) {
            Array<Scalar, 1> logits(std::array{outputs});
            predict(source, logits.data());
            return logits;
        } else {
            Array<Scalar, 2> logits(std::array{source.count, outputs});
            predict(source, logits.data());
            return logits;
        }
    }

    /// The same as probabilities, head by head, as the loss means them that the network learned by: numbers from 0 to 1, a softmax
    /// of classes (they add to 1), a sigmoid of each label that may stand side by side with others. Where a NaN is, NaN. Throws
    /// std::invalid_argument if a head gives numbers that are no probabilities (MeanSquaredError).
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures) const {
        detail::require_probabilities("probabilities", gives_);
        return probabilities(pictures, gives_);
    }
    /// Softmax of each head, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Softmax /*function*/) const {
        return probabilities(pictures, of_all(Gives::classes));
    }
    /// The sigmoid of each logit, whatever the loss was.
    template <class Expression>
    [[nodiscard]] auto probabilities(const Expression& pictures, Sigmoid /*function*/) const {
        return probabilities(pictures, of_all(Gives::labels));
    }
    /// What each head gives, see Network::gives.
    [[nodiscard]] std::span<const Gives> gives() const { return gives_; }

    /// The class with the largest logit for each head: (N, heads), or (heads) of one picture. Throws std::runtime_error where a
    /// logit is a NaN.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const {
        static_assert(AnswersInNumbers<typename Network::Graph>::holds);
        constexpr std::size_t heads = Network::heads.size();
        const auto logits = predict(pictures);
        const auto fill = [&](auto result) {
            const Scalar* from = logits.data();
            for (std::size_t n = 0; n < result.size(); from += Network::heads[n % heads], ++n)
                result.data()[n] = static_cast<std::int32_t>(detail::class_of(from, Network::heads[n % heads], n / heads));
            return result;
        };
        if constexpr (is_one_sample<Expression>)
            return fill(Array<std::int32_t, 1>(std::array{heads}));
        else
            return fill(Array<std::int32_t, 2>(std::array{logits.shape(0), heads}));
    }

    /// Logits of `pictures`, one sample's after another's, into `to`, which has room for as many times `outputs`.
    void predict(const Pictures& pictures, Scalar* to) const {
        assert(steps_.whole() && "denim: this predictor was moved from: only assign to it, or let it go");
        pictures.check(Network::input);
        steps_.predict(pictures, to);
    }

private:
    void take(const Network& network) {
        std::ranges::copy(network.gives(), gives_.begin());
        steps_.take(network.parameters().data(), network.all_settings());
    }

    using GivesOfHeads = std::array<Gives, Network::heads.size()>;
    static constexpr GivesOfHeads of_all(Gives what) {
        GivesOfHeads all{};
        all.fill(what);
        return all;
    }
    template <class Expression>
    auto probabilities(const Expression& pictures, const GivesOfHeads& gives) const {
        auto result = predict(pictures);
        const std::span<Scalar> numbers{result.data(), result.size()};
        for (std::size_t first = 0; first < numbers.size();)  // of a network that gives a picture, pixel by pixel
            for (std::size_t head = 0; head < gives.size(); first += Network::heads[head++])
                to_probabilities(numbers.subspan(first, Network::heads[head]), Network::heads[head], gives[head]);
        return result;
    }

    GivesOfHeads gives_{};
    BatchPredictor<Scalar> steps_;
};

template <class Input, class Body, class Arithmetic>
Predictor(const Network<Input, Body, Arithmetic>&) -> Predictor<Network<Input, Body, Arithmetic>>;

template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::predict(const Expression& pictures) const {
    return Predictor{*this}.predict(pictures);
}
template <class Input, class Body, class Arithmetic>
template <class Expression, class... Function>
auto Network<Input, Body, Arithmetic>::probabilities(const Expression& pictures, Function... function) const {
    return Predictor{*this}.probabilities(pictures, function...);
}
template <class Input, class Body, class Arithmetic>
template <class Expression>
auto Network<Input, Body, Arithmetic>::classes(const Expression& pictures) const {
    return Predictor{*this}.classes(pictures);
}

}  // namespace denim::inline DENIM_TARGET
