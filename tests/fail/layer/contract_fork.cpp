// SPDX-License-Identifier: MIT
// expect: denim: layer: a Fork was expected in front of a Turn, and a Fork or Turn in front of a join for each of its inputs but the last.
// expect: /problem_at_layer<1, Parallel<Sequential<>, Sequential<>>::Concatenated, Shape\{6, 6, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

struct Doubled {
    using Join = Parallel<Sequential<>, Sequential<>>::Concatenated;
#ifdef WRONG
    using Expanded = List<Conv<3, 4>, Join>;
#else
    using Expanded = List<Conv<3, 4>, Fork, Join>;
#endif
};
using Tested = Network<Image<8, 8, 1>, Sequential<Doubled, Dense<2>>>;

int main() {
    const Tested network;
    return static_cast<int>(Predictor{network}.predict(Array<float, 3>({8, 8, 1}))(0));
}
