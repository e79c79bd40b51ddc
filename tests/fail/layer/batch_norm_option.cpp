// SPDX-License-Identifier: MIT
// expect: denim: BatchNorm: an option is not one of Epsilon<...>, Momentum<...>, NoGamma, NoBeta.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<BatchNormOf<NoBias>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<BatchNormOf<NoBeta>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
