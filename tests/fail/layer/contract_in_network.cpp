// SPDX-License-Identifier: MIT
// expect: denim: layer: prepared_size, accumulator_size, scratch_size, scratch_per_sample, record_size and operations were expected, each a static constexpr std::size_t; LayerDefaults has them.
// expect: /BoundLayer<Twice, /
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

struct Twice : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : LayerDefaults<Arithmetic> {
#ifdef WRONG
        static constexpr int record_size = 8;
#else
        static constexpr std::size_t record_size = 8;
#endif
        static void forward(const Forward<Arithmetic>& /*at*/) {}
        template <Gradient Input>
        static void backward(const Backward<Arithmetic>& /*at*/) {}
    };
};
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Twice, Dense<2>>>;

int main() {
    const Tested network;
    Trainer<Tested::Graph, Fast, SoftmaxCrossEntropy> trainer{1};
    const Array<float, 4> pictures({1, 8, 8, 1});
    const std::int32_t label = 0;
    const std::uint32_t number = 0;
    const Pictures source = Pictures::of(pictures, Tested::input);
    trainer.step(network.parameters(), network.all_settings(), {source, {&label, 1}, {&number, 1}});
    return static_cast<int>(Predictor{network}.predict(pictures)(0, 0));
}
