// SPDX-License-Identifier: MIT
// expect: denim: Heads: it must be the last layer of the network.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Heads<Dense<3>, Dense<2>>, Activation<ReLU>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Heads<Dense<3>, Sequential<Dense<2>, Activation<ReLU>>>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
