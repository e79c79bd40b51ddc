// SPDX-License-Identifier: MIT
// expect: denim: BatchNorm: an option stands twice.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<BatchNormOf<Epsilon<0.1>, Epsilon<0.2>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<BatchNormOf<Epsilon<0.1>, Momentum<0.2>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
