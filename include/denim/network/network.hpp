// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/target.hpp>
#include <denim/network/graph.hpp>
#include <denim/network/graph_table.hpp>
#include <denim/network/input.hpp>
#include <denim/network/layer_view.hpp>
#include <denim/network/names.hpp>
#include <denim/network/network_state.hpp>
#include <denim/network/settings.hpp>
#include <denim/tensor/row.hpp>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace denim::inline DENIM_TARGET {

namespace detail {

// A class whose static_assert has failed is no constant for clang, so what it says stands by itself, and `Fast` in the place of what is no arithmetic.
template <bool Holds>
struct TakesOneBody {
    static_assert(Holds, "denim: Network: an Image or Input and one body were expected; several layers go into a Sequential<...>.");
};
template <class Type>
inline constexpr bool is_arithmetic = requires {
    typename Type::Stored;
    typename Type::Computed;
    { Type::policy } -> std::convertible_to<Policy>;
};
template <class Type>
using arithmetic_or_fast = typename std::conditional_t<is_arithmetic<Type>, std::type_identity<Type>, std::type_identity<Fast>>::type;

}  // namespace detail

/// A network: a type that knows every shape, and one array that holds every parameter. It learns with `fit` or a Trainer, and
/// answers through a Predictor.
///
/// Input: Image<Height, Width, Channels>, or Input<Features>. Body: Sequential<...>. Arithmetic: Fast (fp32), or Plain<double> for checks, see
/// kernel/arithmetic.hpp.
template <class Input, class Body, class Arithmetic = Fast>
class Network {
public:
    using Numbers = detail::arithmetic_or_fast<Arithmetic>;
    using Stored = typename Numbers::Stored;
    using Picture = Input;
    using Layers = Body;
    using Graph = denim::Graph<Input, Body>;
    static_assert(sizeof(detail::TakesOneBody<detail::is_arithmetic<Arithmetic>>) > 0);
    static_assert(Graph::explain());

    /// What enters and what leaves.
    static constexpr Shape input = Graph::input, output = Graph::output;
    /// How many logits each head has, one behind the other in the output: {outputs} unless the last layer is Heads<...>.
    static constexpr auto heads = Graph::heads;
    /// How many numbers it holds, running statistics included.
    static constexpr std::size_t parameter_count = Graph::trace.parameters;

    /// Begins as its layers say (Glorot's uniform weights, zero biases), drawn from the seed.
    /// Throws std::logic_error for a layer that refuses its shape while its Problem says nothing.
    explicit Network(Seed seed = Seed{}) : state_(graph_table<Graph>, seed) {
        if constexpr (Graph::trace.problem != Graph::count)
            throw std::logic_error("denim: Network: layer " + std::to_string(Graph::trace.problem) +
                                   " does not accept the shape that it gets, but the static_asserts of its Problem hold");
    }

    /// All parameters, and the rows that describe them.
    [[nodiscard]] std::span<const Stored> parameters() const {
        check_owned();
        return state_.parameters.span();
    }
    [[nodiscard]] std::span<const Row> rows() const {
        check_owned();
        return state_.rows;
    }

    /// A layer's parameters to read: layer<0>().weights(); <2, 0> is the first layer inside the third.
    template <std::size_t... Path>
    [[nodiscard]] auto layer() const {
        check_owned();
        return view_of<Path...>(state_.parameters.data());
    }

    /// Changes parameters: edit([](auto& layers) { layers.template get<0>().weights() *= 0.5f; }).
    /// Predictors made before keep what they were made from.
    template <class Change>
    void edit(Change change) {
        check_owned();
        Editable layers{state_.parameters.data()};
        change(layers);
    }

    /// Changes parameters as one array; for optimizers and files.
    template <class Change>
    auto edit_parameters(Change change) {
        check_owned();
        return change(state_.parameters.span());
    }

    /// Logits of pictures, the short way for a script: prepares, predicts and forgets. See Predictor.
    template <class Expression>
    [[nodiscard]] auto predict(const Expression& pictures) const;
    /// What the loss that it learned by makes of the logits, or Softmax{} or Sigmoid{}, likewise.
    template <class Expression, class... Function>
    [[nodiscard]] auto probabilities(const Expression& pictures, Function... function) const;
    /// The class with the largest logit for each head, (N, heads) or (heads), likewise.
    template <class Expression>
    [[nodiscard]] auto classes(const Expression& pictures) const;

    /// A table of the layers: shapes, parameters, operations, algorithm; and what the program runs on.
    [[nodiscard]] std::string summary() const;

    /// What each head gives: logits of classes, until fit teaches it by another loss, or a file that is loaded says otherwise.
    [[nodiscard]] std::span<const Gives> gives() const {
        check_owned();
        return state_.gives;
    }
    /// For a network that learns by a Trainer of one's own.
    void set_gives(std::size_t head, Gives what) { state_.gives.at(head) = what; }

    /// The run-time settings of a layer, or of all layers of a composition that have them: settings<5>().rate = 0.3f. They take
    /// effect at the next step; `fit` throws if one is not accepted.
    template <std::size_t... Path>
    [[nodiscard]] auto settings() {
        check_owned();
        constexpr detail::PathEnd end = at_path<Path...>();
        const detail::SettingsPlace place{std::span{state_.settings}.subspan(end.first, end.entries),
                                          std::span{Graph::trace.entries}.subspan(end.first, end.entries), this,
                                          [](void* network) { static_cast<Network*>(network)->update_rows(); }};
        return SettingsAt<layers_with<Path...>(LayerSetting::rate), layers_with<Path...>(LayerSetting::l2),
                          layers_with<Path...>(LayerSetting::frozen)>{place};
    }
    /// Of all layers, forks and joins in the order of the flat list.
    [[nodiscard]] std::span<const LayerSettings> all_settings() const {
        check_owned();
        return state_.settings;
    }

    /// Changes settings as one array; for sweeps and callbacks. Those that a layer does not have are not looked at.
    template <class Change>
    auto edit_settings(Change change) {
        check_owned();
        struct Arrive {  // also where `change` throws
            Network& network;
            ~Arrive() { network.update_rows(); }
        } arrive{*this};
        return change(std::span<LayerSettings>{state_.settings});
    }

    /// Keeps the layer at the path as it is while the others learn; a composition with all its layers.
    template <std::size_t... Path>
    void freeze(bool frozen = true) {
        settings<Path...>().frozen = frozen;
    }
    template <std::size_t... Path>
    void unfreeze() {
        freeze<Path...>(false);
    }

    /// All that it holds, for who works on networks without their types.
    [[nodiscard]] NetworkState<Stored>& state() {
        check_owned();
        return state_;
    }

private:
    // What optimizers see of the settings; whoever changes these calls it.
    void update_rows() {
        check_owned();
        state_.update_rows();
    }

    struct Editable {
        Stored* parameters;
        template <std::size_t... Path>
        [[nodiscard]] auto get() const {
            return view_of<Path...>(parameters);
        }
    };

    template <std::size_t... Path>
    static consteval detail::PathEnd at_path() {
        constexpr detail::PathEnd end = detail::follow<0, Path...>(List<Body>{});
        static_assert(end.first != detail::PathEnd::nowhere,
                      "denim: Network: there is no layer at this place; layers count from 0, in the order of the list.");
        return end.first == detail::PathEnd::nowhere ? detail::PathEnd{0, 1} : end;  // the first, so that nothing else is said
    }
    template <std::size_t... Path>
    static consteval std::size_t layers_with(LayerSetting which) {
        return detail::layers_with(Graph::trace, at_path<Path...>(), which);
    }
    template <std::size_t... Path, class Number>
    static auto view_of(Number* parameters) {
        constexpr std::size_t index = at_path<Path...>().first;
        constexpr Entry at = Graph::trace.entries[index];
        return LayerView<typename Graph::template At<index>, at.in, Number>{parameters + at.first_parameter};
    }

    void check_owned() const {
        assert(state_.whole() && "denim: this network was moved from: only assign to it, or let it go");
    }

    NetworkState<Stored> state_;
};

}  // namespace denim::inline DENIM_TARGET
