// SPDX-License-Identifier: MIT
// A slip of the pen that is another type: one sentence, and no proof of it.
// expect: denim: Conv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, Groups<N>, NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, Algorithm<...>, or an activation.
// expect: Conv<3, 8, Sam>
// never-g++: /&&|\|\|/
// errors: 1
// lines-g++: 13
#include <denim/denim.hpp>

using namespace denim;

struct Sam {};

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 8, Sam>, MaxPool, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 8, Same>, MaxPool, Dense<2>>>;
#endif

int main() {
    Tested network{Seed{1}};
    const Array<std::uint8_t, 4> images = xt::zeros<std::uint8_t>({4, 8, 8, 1});
    const Array<int, 1> labels = xt::zeros<int>({4});
    fit(network, images, labels, {.epochs = 1});
    return static_cast<int>(evaluate(network, images, labels).correct);
}
