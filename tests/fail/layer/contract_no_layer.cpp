// SPDX-License-Identifier: MIT
// expect: denim: layer: a type among the layers is none: one was expected that derives from SpecDefaults or has accepts, output, parameters and border; an activation alone is an Activation<...>, an option stands inside of a layer.
// expect: /problem_at_layer<1, ReLU, Shape\{6, 6, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Linear>, ReLU, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Linear>, Activation<ReLU>, Dense<2>>>;
#endif

int main() {
    const Tested network;
    return static_cast<int>(Predictor{network}.predict(Array<float, 3>({8, 8, 1}))(0));
}
