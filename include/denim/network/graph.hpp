// SPDX-License-Identifier: MIT
#pragma once

// From the list of layers and the shape of a picture to values: which entry reads what, which shape flows where, which
// parameters stand at which place. All of it is plain constexpr data, computed by one fold over the list.

#include <denim/layer/activation_function.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/contract.hpp>
#include <denim/layer/recompute.hpp>
#include <denim/machine/each_index.hpp>
#include <denim/network/names.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

namespace denim {

/// What makes shares of logits.
enum class Squash { none, softmax, sigmoid };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// An entry of the flat list, traced. Value v + 1 is what entry v gives; value 0 is the network's input.
struct Entry {
    Role role = Role::layer;
    Shape in, out;
    std::array<std::size_t, max_inputs> from{};  ///< the values that it reads
    std::size_t inputs = 1;
    std::size_t rows = 0;                             ///< how many parameters it has
    bool decays = false;                              ///< some of them are weights: it has an L2
    bool has_rate = false;                            ///< it has a rate, as Dropout
    bool states_rate = false;                         ///< its type says where that begins, as StochasticDepth
    float rate = LayerSettings{}.rate;                ///< where it begins
    Squash squash = Squash::none;                     ///< its activation, where it makes shares of logits
    std::size_t first_parameter = 0, parameters = 0;  ///< its numbers in the network's one array
};

/// The whole list, traced up to the first entry that does not fit.
template <std::size_t Count>
struct Trace {
    static constexpr std::size_t none = Count;

    std::array<Entry, Count> entries{};
    std::size_t problem = none;           ///< the first entry that does not accept what it gets
    std::size_t rows = 0, parameters = 0;  ///< of all entries
    std::size_t result = 0;               ///< the value that leaves
};

namespace detail {

template <class Type>
concept StatesRate = std::same_as<decltype(Type::rate), const float>;

template <class Type>
constexpr Squash squash_of() {
    if constexpr (requires { typename Type::Function; })
        return std::same_as<typename Type::Function, Softmax>   ? Squash::softmax
               : std::same_as<typename Type::Function, Sigmoid> ? Squash::sigmoid
                                                                : Squash::none;
    else
        return Squash::none;
}

/// The state of the fold: the value that flows, and those that forks remember.
struct Flow {
    std::size_t current = 0;
    std::array<std::size_t, 64> remembered{};
    std::size_t depth = 0;
};

template <std::size_t Count>
constexpr Shape shape_of(const Trace<Count>& trace, Shape input, std::size_t value) {
    return value == 0 ? input : trace.entries[value - 1].out;
}

template <class Entries>
consteval auto trace_entries(Shape input) {
    constexpr std::size_t count = Entries::size;
    Trace<count> trace;
    Flow flow;
    const auto visit = [&]<std::size_t index>() {
        using Type = type_at<Entries, index>;
        if (trace.problem != count) return;
        Entry& entry = trace.entries[index];
        entry.role = role_of<Type>();
        entry.from[0] = flow.current;
        entry.in = shape_of(trace, input, flow.current);
        entry.first_parameter = trace.parameters;
        if constexpr (is_refused<Type>) {
            trace.problem = index;
        } else if constexpr (!check_spec<Type, false>()) {
            trace.problem = index;
        } else if constexpr (role_of<Type>() == Role::join) {
            if (flow.depth + 1 < Type::inputs) {
                trace.problem = index;
                return;
            }
            entry.inputs = Type::inputs;  // what was remembered, in order, and last what flows
            flow.depth -= Type::inputs - 1;
            for (std::size_t n = 0; n + 1 < Type::inputs; ++n) entry.from[n] = flow.remembered[flow.depth + n];
            entry.from[Type::inputs - 1] = flow.current;
            const auto shape = [&](std::size_t n) { return shape_of(trace, input, entry.from[n]); };
            const auto apply = [&]<std::size_t... Input>(std::index_sequence<Input...>) {
                if (Type::accepts(shape(Input)...))
                    entry.out = Type::output(shape(Input)...);
                else
                    trace.problem = index;
            };
            apply(std::make_index_sequence<Type::inputs>{});
        } else if constexpr (role_of<Type>() == Role::turn) {
            if (flow.depth == 0) {
                trace.problem = index;
                return;
            }
            std::size_t& top = flow.remembered[flow.depth - 1];
            entry.from[0] = std::exchange(top, flow.current);
            entry.in = entry.out = shape_of(trace, input, entry.from[0]);
            if (!Type::last) flow.remembered[flow.depth++] = entry.from[0];
        } else {
            if (!Type::accepts(entry.in)) {
                trace.problem = index;
                return;
            }
            entry.out = Type::output(entry.in);
            if constexpr (requires { Type::has_rate; }) entry.has_rate = Type::has_rate;
            if constexpr (StatesRate<Type>) entry.states_rate = true, entry.rate = Type::rate;
            entry.squash = squash_of<Type>();
            for (const Parameter& parameter : Type::parameters(entry.in)) {
                ++entry.rows;
                entry.decays |= parameter.decays && parameter.moved == Moved::by_gradient;
                entry.parameters += parameter.extents.size();
            }
            trace.rows += entry.rows;
            trace.parameters += entry.parameters;
            if constexpr (role_of<Type>() == Role::fork) flow.remembered[flow.depth++] = flow.current;
        }
        if (trace.problem == count) flow.current = index + 1;
    };
    each_index<0, count>(visit);
    trace.result = flow.current;
    return trace;
}

template <class Spec, Shape... Got>
inline constexpr bool joins_nothing = role_of<Spec>() == Role::turn || (role_of<Spec>() == Role::join && sizeof...(Got) == 1);

/// A layer that is none, that joins what nobody remembered, or that refuses a shape without a word.
template <class Spec, Shape... Got>
struct Unexplained {
    static constexpr bool entry = check_spec<Spec, true>();
    static constexpr bool alone = entry && joins_nothing<Spec, Got...>;
    static_assert(!alone, "denim: layer: a Fork was expected in front of a Turn, and a Fork or Turn in front of a join for each of its inputs but the last.");
    static_assert(!entry || alone, "denim: layer: it does not accept the shape that it gets, so a template <Shape In> struct Problem was expected, with a "
                                   "static_assert that says why.");
};
template <class Spec, Shape... Got>
consteval auto problem_of() {
    if constexpr (check_spec<Spec, false>() && !joins_nothing<Spec, Got...> && requires { typename Spec::template Problem<Got...>; })
        return Identity<typename Spec::template Problem<Got...>>{};
    else
        return Identity<Unexplained<Spec, Got...>>{};
}

}  // namespace detail

/// What the compiler's message names when a layer does not fit: its number in the flat list (from 0), itself, the shapes it got.
template <std::size_t Index, class Spec, Shape... Got>
struct problem_at_layer : decltype(detail::problem_of<Spec, Got...>())::type {};

/// The same inside a block with a name of its own, the innermost.
template <class Block, std::size_t Index, class Spec, Shape... Got>
struct problem_in_block : problem_at_layer<Index, Spec, Got...> {};
template <std::size_t Index, class Spec, Shape... Got>
struct problem_in_block<void, Index, Spec, Got...> : problem_at_layer<Index, Spec, Got...> {};

/// The flat list of a network with its shapes: `trace` holds the facts, `At<n>` the types.
template <class Input, class Body>
struct Graph {
    using Picture = Input;
    using Layers = Body;
    using Entries = expanded<Body>;
    static constexpr std::size_t count = Entries::size;
    static_assert(count > 0, "denim: Network: there must be at least one layer.");

    template <std::size_t Index>
    using At = type_at<Entries, Index>;

    static constexpr Shape input = Input::shape;
    static constexpr Trace<count> trace = detail::trace_entries<Entries>(input);
    static constexpr Shape output = detail::shape_of(trace, input, trace.result);
    static constexpr auto& recomputed = detail::recomputed_entries<Body>;  ///< an array of RecomputedEntries, the outer in front of its inner

private:
    template <class Type>
    static constexpr bool is_heads = requires { Type::heads; };

    static consteval auto find_heads() {
        if constexpr (trace.problem == count && is_heads<At<count - 1>>) {
            std::array<std::size_t, trace.entries[count - 1].inputs> widths{};
            for (std::size_t n = 0; n < widths.size(); ++n)
                widths[n] = detail::shape_of(trace, input, trace.entries[count - 1].from[n]).channels;
            return widths;
        } else {
            return std::array{output.channels};
        }
    }

public:
    /// How many logits each head has, one after the other in the output; one head unless the last layer is Heads<...>.
    static constexpr auto heads = find_heads();
    static_assert([]<std::size_t... Index>(std::index_sequence<Index...>) {
        const std::array<bool, count> all{is_heads<At<Index>>..., false};
        return std::none_of(all.begin(), all.end(), [](bool heads) { return heads; });
    }(std::make_index_sequence<count - 1>{}), "denim: Heads: it must be the last layer of the network.");

    /// One sentence for the first layer that does not fit, with its number and shapes.
    static consteval bool explain() {
        if constexpr (trace.problem == count) {
            return true;
        } else if constexpr (detail::is_refused<At<trace.problem>>) {
            return true;  // the sentence has been said
        } else {
            return []<std::size_t... Got>(std::index_sequence<Got...>) {
                using Block = typename decltype(detail::block_around<Body, trace.problem, void>())::type;
                return sizeof(problem_in_block<Block, trace.problem, At<trace.problem>,
                                               detail::shape_of(trace, input, trace.entries[trace.problem].from[Got])...>) > 0;
            }(std::make_index_sequence<trace.entries[trace.problem].inputs>{});
        }
    }
};

/// What losses and scores are of. A network that ends in a picture can be made, saved, loaded, exported and asked for its numbers,
/// for example as the trunk of another.
template <class Of>
struct AnswersInNumbers {
    static_assert(Of::trace.problem != Of::count || (Of::output.height == 1 && Of::output.width == 1),
                  "denim: Network: it ends in a picture, but what is learned, scored or told apart must be one row of numbers; "
                  "let it end in Dense, GlobalPool or Flatten.");
};

}  // namespace denim::inline DENIM_TARGET
