// SPDX-License-Identifier: MIT
// expect: denim: layer: a type among the layers is none: one was expected that derives from SpecDefaults or has accepts, output, parameters and border; an activation alone is an Activation<...>, an option stands inside of a layer.
// expect: denim: layer: static constexpr bool accepts(Shape in) was expected: whether the layer takes this shape.
// expect: denim: layer: static constexpr Shape output(Shape in) was expected: what leaves where this shape enters.
// expect: denim: layer: static constexpr std::array<Parameter, N> parameters(Shape in) was expected.
// expect: denim: layer: template <class Arithmetic> static constexpr Border border(Shape in) was expected: the zeros that it wants around its input.
// expect: denim: layer: template <class Arithmetic, Layout Out, Layout In> Layer was expected, a type or an alias, with a Layout for each input: what computes.
// errors: 6
#include <denim/layer/check_layer.hpp>

using namespace denim;

template <class Arithmetic>
struct Good : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

#ifdef WRONG
struct Nothing {};
#else
struct Nothing : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Good<Arithmetic>;
};
#endif
static_assert(check_layer<Nothing, Shape{2, 2, 8}>());

struct AcceptsLater : SpecDefaults {
#ifdef WRONG
    static bool accepts(Shape /*in*/) { return true; }
#else
    static constexpr bool accepts(Shape /*in*/) { return true; }
#endif
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Good<Arithmetic>;
};
static_assert(check_layer<AcceptsLater, Shape{2, 2, 8}>());

struct GivesPixels : SpecDefaults {
#ifdef WRONG
    static constexpr std::size_t output(Shape in) { return in.size(); }
#else
    static constexpr Shape output(Shape in) { return in; }
#endif
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Good<Arithmetic>;
};
static_assert(check_layer<GivesPixels, Shape{2, 2, 8}>());

struct ListsNames : SpecDefaults {
#ifdef WRONG
    static constexpr std::array<const char*, 1> parameters(Shape /*in*/) { return {"weights"}; }
#else
    static constexpr std::array<Parameter, 0> parameters(Shape /*in*/) { return {}; }
#endif
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Good<Arithmetic>;
};
static_assert(check_layer<ListsNames, Shape{2, 2, 8}>());

struct BorderOfNothing : SpecDefaults {
#ifdef WRONG
    static constexpr Border border(Shape /*in*/) { return {}; }
#else
    template <class Arithmetic>
    static constexpr Border border(Shape /*in*/) {
        return {};
    }
#endif
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Good<Arithmetic>;
};
static_assert(check_layer<BorderOfNothing, Shape{2, 2, 8}>());

struct Unbound : SpecDefaults {
#ifdef WRONG
    template <class Arithmetic>
#else
    template <class Arithmetic, Layout Out, Layout In>
#endif
    using Layer = Good<Arithmetic>;
};
static_assert(check_layer<Unbound, Shape{2, 2, 8}>());
