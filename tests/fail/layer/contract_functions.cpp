// SPDX-License-Identifier: MIT
// expect: denim: layer: static void prepare(const Stored* parameters, Stored* prepared, std::size_t part) was expected.
// expect: denim: layer: a prepare of its own was expected, since prepared_size is not 0.
// expect: denim: layer: static void forward(const Forward<Arithmetic>& at) was expected.
// expect: denim: layer: template <Gradient Input> static void backward(const Backward<Arithmetic>& at) was expected, with a Gradient for each input.
// expect: denim: layer: a backward was expected that takes Gradient::write, Gradient::add and Gradient::none for each input.
// expect: denim: layer: static void finish(const Finish<Arithmetic>& sum, std::size_t part) was expected.
// expect: denim: layer: a finish of its own was expected, since accumulator_size is not 0.
// expect: denim: layer: an accumulator_size was expected, since its spec has parameters: there backward gathers their gradients.
// errors: 9
#include <denim/layer/check_layer.hpp>

using namespace denim;

template <class Arithmetic>
struct Good : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

template <class Arithmetic>
struct Alone : LayerDefaults<Arithmetic> {
};

struct PreparesAtOnce : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        using Stored = typename Arithmetic::Stored;
        static void prepare(const Stored* /*parameters*/, Stored* /*prepared*/) {}
#else
        using Stored = typename Arithmetic::Stored;
        static void prepare(const Stored* /*parameters*/, Stored* /*prepared*/, std::size_t /*part*/) {}
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
        using Stored = typename Arithmetic::Stored;
        static constexpr std::size_t prepared_size = 8;
        static void prepare(const Stored* /*parameters*/, Stored* /*prepared*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<PreparesNothing, Shape{2, 2, 8}>());

struct NoForward : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        template <Gradient>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
#else
        template <Gradient>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
        static void forward(const Forward<Arithmetic>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<NoForward, Shape{2, 2, 8}>());

struct ForwardOfObject : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        template <Gradient>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
        void forward(const Forward<Arithmetic>& /*at*/) {}
#else
        template <Gradient>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
        static void forward(const Forward<Arithmetic>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<ForwardOfObject, Shape{2, 2, 8}>());

struct BackwardOfNoGradient : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        static void forward(const Forward<Arithmetic>& /*at*/) {}
        static void backward(const Backward<Arithmetic>& /*at*/) {}
#else
        static void forward(const Forward<Arithmetic>& /*at*/) {}
        template <Gradient>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<BackwardOfNoGradient, Shape{2, 2, 8}>());

struct NeverAdds : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Alone<Arithmetic> {
#ifdef WRONG
        static void forward(const Forward<Arithmetic>& /*at*/) {}
        template <Gradient To>
            requires(To != Gradient::add)
        static void backward(const Backward<Arithmetic>& /*at*/) {}
#else
        static void forward(const Forward<Arithmetic>& /*at*/) {}
        template <Gradient To>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<NeverAdds, Shape{2, 2, 8}>());

struct FinishesAtOnce : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static void finish(const Finish<Arithmetic>& /*sum*/) {}
#else
        static void finish(const Finish<Arithmetic>& /*sum*/, std::size_t /*part*/) {}
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
        static constexpr std::size_t accumulator_size = 8;
        static void finish(const Finish<Arithmetic>& /*sum*/, std::size_t /*part*/) {}
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
        static void finish(const Finish<Arithmetic>& /*sum*/, std::size_t /*part*/) {}
#endif
    };
};
static_assert(check_layer<GathersNothing, Shape{2, 2, 8}>());
