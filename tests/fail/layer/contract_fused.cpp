// SPDX-License-Identifier: MIT
// expect: denim: layer: of a Fused, static constexpr bool exists = true was expected.
// expect: denim: layer: of a Fused, layers of one input were expected behind the first; it may be a join.
// expect: denim: layer: of a Fused, template <class Arithmetic> static constexpr Border border(Shape in) was expected, as of its first layer.
// expect: denim: layer: template <class Arithmetic, Layout Out, Layout In> Layer was expected, a type or an alias, with a Layout for each input: what computes.
// errors: 4
#include <denim/layer/residual.hpp>

using namespace denim;

template <class Arithmetic>
struct Good : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

template <int>
struct Own : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Good<Arithmetic>;
};

#ifdef WRONG
template <class Arithmetic, Mode For>
struct denim::Fused<Arithmetic, For, Own<1>, Own<2>> : SpecDefaults {};

template <class Arithmetic, Mode For>
struct denim::Fused<Arithmetic, For, Own<1>, Residual<>::Sum> : SpecDefaults {
    static constexpr bool exists = true;
};

template <class Arithmetic, Mode For>
struct denim::Fused<Arithmetic, For, Own<1>, Own<3>> {
    static constexpr bool exists = true;
};

template <class Arithmetic, Mode For>
struct denim::Fused<Arithmetic, For, Own<1>, Own<4>> : SpecDefaults {
    static constexpr bool exists = true;
};
#endif

static_assert(check_fused<Mode::training, Shape{2, 2, 8}, Own<1>, Own<2>>());
static_assert(check_fused<Mode::training, Shape{2, 2, 8}, Own<1>, Residual<>::Sum>());
static_assert(check_fused<Mode::training, Shape{2, 2, 8}, Own<1>, Own<3>>());
static_assert(check_fused<Mode::training, Shape{2, 2, 8}, Own<1>, Own<4>>());
