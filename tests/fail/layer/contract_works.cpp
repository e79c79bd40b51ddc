// SPDX-License-Identifier: MIT
// expect: denim: layer: a record_size of 0 was expected of a layer on batches; what its backward wants to know again stays in scratch_per_sample.
// expect: denim: layer: an accumulator_size of 0 was expected of a layer on batches; its backward writes the gradients themselves.
// expect: denim: layer: a scratch_per_sample of 0 was expected of a layer on samples; scratch_size is what each thread has, record_size what each sample keeps.
// expect: denim: layer: a gather and a join of its own, and a gather_back and a join_back, were expected of a layer on joined samples, each static void of const Forward<Arithmetic>& or const Backward<Arithmetic>&; LayerDefaults has the latter two.
// errors: 4
#include <denim/layer/check_layer.hpp>

using namespace denim;

template <class Arithmetic>
struct Good : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

struct RecordsBatches : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr Works works = Works::on_batches;
        static constexpr std::size_t record_size = 1;
#else
        static constexpr Works works = Works::on_batches;
#endif
    };
};
static_assert(check_layer<RecordsBatches, Shape{2, 2, 8}>());

struct GathersBatches : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr Works works = Works::on_batches;
        static constexpr std::size_t accumulator_size = 1;
#else
        static constexpr Works works = Works::on_batches;
#endif
    };
};
static_assert(check_layer<GathersBatches, Shape{2, 2, 8}>());

struct ScratchOfSamples : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr std::size_t scratch_per_sample = 1;
#else
        static constexpr std::size_t scratch_size = 1;
#endif
    };
};
static_assert(check_layer<ScratchOfSamples, Shape{2, 2, 8}>());

struct JoinsNothing : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
        static constexpr Works works = Works::on_joined_samples;
        static void gather(const Forward<Arithmetic>& /*at*/) {}
#ifndef WRONG
        static void join(const Forward<Arithmetic>& /*at*/) {}
#endif
    };
};
static_assert(check_layer<JoinsNothing, Shape{2, 2, 8}>());
