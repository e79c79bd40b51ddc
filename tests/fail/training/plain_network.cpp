// SPDX-License-Identifier: MIT
// expect: denim: fit: networks learn in fp32; a network of Plain<double> is for checks, through a Trainer.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<2>>, Plain<double>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<2>>>;
#endif

int main() {
    Tested network;
    fit(network, Array<float, 4>({1, 8, 8, 1}), Array<int, 1>({1}), {.epochs = 1});
}
