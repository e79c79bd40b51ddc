// SPDX-License-Identifier: MIT
// A slip of the pen that is another type, in the last layer of a network that learns: one sentence.
// expect: denim: Dense: an option is not one of NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.
// expect: Dense<2, Relu>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

struct Relu {};

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, Dense<2, Relu>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, Dense<2, ReLU>>>;
#endif

int main() {
    Tested network{Seed{1}};
    const Array<std::uint8_t, 4> images = xt::zeros<std::uint8_t>({4, 8, 8, 1});
    const Array<int, 1> labels = xt::zeros<int>({4});
    fit(network, images, labels, {.epochs = 1});
    return static_cast<int>(evaluate(network, images, labels).correct);
}
