// SPDX-License-Identifier: MIT
// expect: denim: layer: using Stored = typename Arithmetic::Stored and using Computed = typename Arithmetic::Computed were expected; LayerDefaults<Arithmetic> has both.
// expect: denim: layer: its Stored and Computed were expected to be those of the network, Arithmetic::Stored and Arithmetic::Computed.
// expect: denim: layer: static constexpr Works works was expected, Works::on_samples, Works::on_batches or Works::on_joined_samples.
// expect: denim: layer: static constexpr const char* algorithm was expected: what summary() calls its kernel.
// expect: denim: layer: prepared_size, accumulator_size, scratch_size, scratch_per_sample, record_size and operations were expected, each a static constexpr std::size_t; LayerDefaults has them.
// expect: denim: layer: bands, prepare_parts and finish_parts were expected, each a static constexpr std::size_t of at least 1; LayerDefaults has them.
// expect: denim: layer: backward_reads_input, backward_reads_output and forward_reads_parameters were expected, each a static constexpr bool; LayerDefaults has them.
// errors: 7
#include <denim/layer/check_layer.hpp>

using namespace denim;

template <class Arithmetic>
struct Good : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

struct Bare {
    using Stored = float;
    using Computed = float;
    static void forward(const Forward<Fast>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Fast>& /*at*/) {}
};
struct Barest {
    using Stored = float;
};

struct NoNumbers : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
#ifdef WRONG
    struct Layer : Barest {
#else
    struct Layer : Good<Arithmetic> {
#endif
    };
};
static_assert(check_layer<NoNumbers, Shape{2, 2, 8}>());

struct OtherNumbers : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
#ifdef WRONG
    struct Layer : Good<Plain<double, float>> {
#else
    struct Layer : Good<Arithmetic> {
#endif
    };
};
static_assert(check_layer<OtherNumbers, Shape{2, 2, 8}>());

struct NoDefaults : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
#ifdef WRONG
    struct Layer : Bare {
#else
    struct Layer : Good<Arithmetic> {
#endif
    };
};
static_assert(check_layer<NoDefaults, Shape{2, 2, 8}>());

struct UnnamedAlgorithm : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr int algorithm = 7;
#else
        static constexpr const char* algorithm = "seven";
#endif
    };
};
static_assert(check_layer<UnnamedAlgorithm, Shape{2, 2, 8}>());

struct RecordOfInt : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr int record_size = 4;
#else
        static constexpr std::size_t record_size = 4;
#endif
    };
};
static_assert(check_layer<RecordOfInt, Shape{2, 2, 8}>());

struct NoBands : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr std::size_t bands = 0;
#else
        static constexpr std::size_t bands = 2;
#endif
    };
};
static_assert(check_layer<NoBands, Shape{2, 2, 8}>());

struct ReadsPerhaps : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : Good<Arithmetic> {
#ifdef WRONG
        static constexpr int backward_reads_input = 0;
#else
        static constexpr bool backward_reads_input = false;
#endif
    };
};
static_assert(check_layer<ReadsPerhaps, Shape{2, 2, 8}>());
