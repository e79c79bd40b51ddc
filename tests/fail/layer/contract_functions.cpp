// SPDX-License-Identifier: MIT
// expect: denim: layer: static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t part) was expected.
// expect: denim: layer: a prepare of its own was expected, since prepared_size is not 0.
// expect: denim: layer: static void forward(const Forward<Scalar>& at) was expected.
// expect: denim: layer: template <Gradient Input> static void backward(const Backward<Scalar>& at) was expected, with a Gradient for each input.
// expect: denim: layer: a backward was expected that takes Gradient::write, Gradient::add and Gradient::none for each input.
// expect: denim: layer: static void finish(const Finish<Scalar>& sum, std::size_t part) was expected.
// expect: denim: layer: a finish of its own was expected, since accumulator_size is not 0.
// expect: denim: layer: an accumulator_size was expected, since its spec has parameters: there backward gathers their gradients.
// errors: 9
#include <denim/layer/check_layer.hpp>

using namespace denim;

template <class Arithmetic>
struct Good : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    static void forward(const Forward<Scalar>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Scalar>& /*at*/) {}
};

template <class Arithmetic>
struct Alone : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
};

struct PreparesAtOnce : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        using Scalar = typename Arithmetic::Scalar;
        static void prepare(const Scalar* /*parameters*/, Scalar* /*prepared*/) {}
#else
        using Scalar = typename Arithmetic::Scalar;
        static void prepare(const Scalar* /*parameters*/, Scalar* /*prepared*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<PreparesAtOnce, Shape{2, 2, 8}>());

struct PreparesNothing : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr std::size_t prepared_size = 8;
#else
        using Scalar = typename Arithmetic::Scalar;
        static constexpr std::size_t prepared_size = 8;
        static void prepare(const Scalar* /*parameters*/, Scalar* /*prepared*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<PreparesNothing, Shape{2, 2, 8}>());

struct NoForward : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        using Scalar = typename Arithmetic::Scalar;
        template <Gradient>
        static void backward(const Backward<Scalar>& /*at*/) {}
#else
        using Scalar = typename Arithmetic::Scalar;
        template <Gradient>
        static void backward(const Backward<Scalar>& /*at*/) {}
        static void forward(const Forward<Scalar>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<NoForward, Shape{2, 2, 8}>());

struct ForwardOfObject : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        using Scalar = typename Arithmetic::Scalar;
        template <Gradient>
        static void backward(const Backward<Scalar>& /*at*/) {}
        void forward(const Forward<Scalar>& /*at*/) {}
#else
        using Scalar = typename Arithmetic::Scalar;
        template <Gradient>
        static void backward(const Backward<Scalar>& /*at*/) {}
        static void forward(const Forward<Scalar>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<ForwardOfObject, Shape{2, 2, 8}>());

struct BackwardOfNoGradient : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        using Scalar = typename Arithmetic::Scalar;
        static void forward(const Forward<Scalar>& /*at*/) {}
        static void backward(const Backward<Scalar>& /*at*/) {}
#else
        using Scalar = typename Arithmetic::Scalar;
        static void forward(const Forward<Scalar>& /*at*/) {}
        template <Gradient>
        static void backward(const Backward<Scalar>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<BackwardOfNoGradient, Shape{2, 2, 8}>());

struct NeverAdds : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        using Scalar = typename Arithmetic::Scalar;
        static void forward(const Forward<Scalar>& /*at*/) {}
        template <Gradient To>
            requires(To != Gradient::add)
        static void backward(const Backward<Scalar>& /*at*/) {}
#else
        using Scalar = typename Arithmetic::Scalar;
        static void forward(const Forward<Scalar>& /*at*/) {}
        template <Gradient To>
        static void backward(const Backward<Scalar>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<NeverAdds, Shape{2, 2, 8}>());

struct FinishesAtOnce : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        using Scalar = typename Arithmetic::Scalar;
        static void finish(const Finish<Scalar>& /*sum*/) {}
#else
        using Scalar = typename Arithmetic::Scalar;
        static void finish(const Finish<Scalar>& /*sum*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<FinishesAtOnce, Shape{2, 2, 8}>());

struct FinishesNothing : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr std::size_t accumulator_size = 8;
#else
        using Scalar = typename Arithmetic::Scalar;
        static constexpr std::size_t accumulator_size = 8;
        static void finish(const Finish<Scalar>& /*sum*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<FinishesNothing, Shape{2, 2, 8}>());

struct GathersNothing : SpecDefaults {
    static constexpr std::array<Parameter, 1> parameters(Shape in) { return {Parameter{"factors", {in.channels}}}; }
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifndef WRONG
        static constexpr std::size_t accumulator_size = 8;
        using Scalar = typename Arithmetic::Scalar;
        static void finish(const Finish<Scalar>& /*sum*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<GathersNothing, Shape{2, 2, 8}>());
