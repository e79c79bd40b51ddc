// SPDX-License-Identifier: MIT
#pragma once

#include <denim/network/answering.hpp>
#include <denim/network/batch_predictor.hpp>
#include <denim/network/network.hpp>
#include <denim/network/plan_table.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>

namespace denim::inline DENIM_TARGET {

/// A trained network that answers: it owns prepared weights and changes by assignment alone. Any number of threads may ask at once. A
/// picture's answer has the same bits alone and in any batch.
template <class Network>
class Predictor : public Answering<Predictor<Network>, Network> {
public:
    using Stored = typename Network::Stored;
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>;

    explicit Predictor(const Network& network) : steps_(table_of<Plan>) { take(network); }

    /// As `predictor = Predictor{network}`, in the memory that there is. As with any assignment, nobody may be asking meanwhile.
    void assign(const Network& network) {
        if (steps_.whole())
            take(network);
        else
            *this = Predictor{network};
    }

    using Answering<Predictor<Network>, Network>::predict;
    /// What each head gives, see Network::gives.
    [[nodiscard]] std::span<const Gives> gives() const { return gives_; }

    /// Logits of `pictures`, one sample's after another's, into `to`, which has room for as many times `outputs`.
    void predict(const Pictures& pictures, Stored* to) const {
        assert(steps_.whole() && "denim: this predictor was moved from: only assign to it, or let it go");
        pictures.check(Network::input);
        steps_.predict(pictures, to);
    }

private:
    void take(const Network& network) {
        std::ranges::copy(network.gives(), gives_.begin());
        steps_.take(network.parameters().data(), network.all_settings());
    }

    std::array<Gives, Network::heads.size()> gives_{};
    BatchPredictor<Stored, typename Network::Numbers::Computed> steps_;
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
