// SPDX-License-Identifier: MIT
// expect: denim: layer: of a join, static constexpr std::size_t inputs was expected, from 2 to 8.
// expect: denim: layer: of a join, static constexpr bool accepts(Shape...) and static constexpr Shape output(Shape...) were expected, which take as many shapes as it has inputs.
// expect: denim: layer: of a join, template <class Arithmetic> static constexpr Border border(Shape in) was expected, asked for each of its inputs; SpecDefaults has one.
// expect: denim: layer: of a join, no parameters were expected; a layer behind it may have some.
// expect: denim: layer: a backward was expected that takes Gradient::write, Gradient::add and Gradient::none for each input.
// errors: 5
#include <denim/layer/check_layer.hpp>

using namespace denim;

template <class Arithmetic, Layout...>
struct Good : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient, Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

struct Pair : SpecDefaults {
    static constexpr Role role = Role::join;
    static constexpr std::size_t inputs = 2;
    static constexpr bool accepts(Shape /*a*/, Shape /*b*/) { return true; }
    static constexpr Shape output(Shape a, Shape /*b*/) { return a; }
    template <class Arithmetic, Layout Out, Layout A, Layout B>
    using Layer = Good<Arithmetic>;
};

struct Many : Pair {
#ifdef WRONG
    static constexpr std::size_t inputs = 9;
#endif
};
static_assert(check_layer<Many, Shape{2, 2, 8}, Shape{2, 2, 8}>());

struct OfOneShape : Pair {
#ifdef WRONG
    static constexpr bool accepts(Shape /*a*/) { return true; }
#endif
};
static_assert(check_layer<OfOneShape, Shape{2, 2, 8}, Shape{2, 2, 8}>());

struct BorderOfBoth : Pair {
#ifdef WRONG
    static constexpr Border border(Shape /*a*/, Shape /*b*/) { return {}; }
#else
    template <class Arithmetic>
    static constexpr Border border(Shape /*in*/) {
        return {};
    }
#endif
};
static_assert(check_layer<BorderOfBoth, Shape{2, 2, 8}, Shape{2, 2, 8}>());

struct Learns : Pair {
#ifdef WRONG
    static constexpr std::array<Parameter, 1> parameters(Shape in) { return {Parameter{"factors", {in.channels}}}; }
#endif
};
static_assert(check_layer<Learns, Shape{2, 2, 8}, Shape{2, 2, 8}>());

// Joins are asked for the gradient of each input by itself.
struct WritesBoth : Pair {
    template <class Arithmetic, Layout Out, Layout A, Layout B>
    struct Layer : Good<Arithmetic> {
        template <Gradient ToA, Gradient ToB>
#ifdef WRONG
            requires(ToA == ToB)
#endif
        static void backward(const Backward<Arithmetic>& /*at*/) {}
    };
};
static_assert(check_layer<WritesBoth, Shape{2, 2, 8}, Shape{2, 2, 8}>());
