// SPDX-License-Identifier: MIT
// expect: denim: layer: an InferenceLayer was expected beside a Layer on joined samples: a trained network has no batch to join.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

template <class Arithmetic>
struct Centred : LayerDefaults<Arithmetic> {
    static constexpr Works works = Works::on_joined_samples;
    static void gather(const Forward<Arithmetic>& /*at*/) {}
    static void join(const Forward<Arithmetic>& /*at*/) {}
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};
template <class Arithmetic>
struct Nothing : LayerDefaults<Arithmetic> {
    static void forward(const Forward<Arithmetic>& /*at*/) {}
    template <Gradient>
    static void backward(const Backward<Arithmetic>& /*at*/) {}
};

struct Centre : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = Centred<Arithmetic>;
#ifndef WRONG
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = Nothing<Arithmetic>;
#endif
};

int main() {
    Network<Image<4, 4, 3>, Sequential<Centre, Dense<3>>> network{Seed{1}};
    Predictor predictor{network};
}
