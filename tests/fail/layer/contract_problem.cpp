// SPDX-License-Identifier: MIT
// expect: denim: layer: it does not accept the shape that it gets, so a template <Shape In> struct Problem was expected, with a static_assert that says why.
// expect: /problem_at_layer<1, Even, Shape\{7, 7, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

struct Even : Flatten {
    static constexpr bool accepts(Shape in) { return in.height % 2 == 0; }
};

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<2, 4>, Even, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Even, Dense<2>>>;
#endif

int main() {
    const Tested network;
    return static_cast<int>(Predictor{network}.predict(Array<float, 3>({8, 8, 1}))(0));
}
