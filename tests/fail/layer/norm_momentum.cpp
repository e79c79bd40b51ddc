// SPDX-License-Identifier: MIT
// expect: denim: Momentum: a number from 0 to less than 1 was expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<BatchNormOf<Momentum<1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<BatchNormOf<Momentum<0>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
