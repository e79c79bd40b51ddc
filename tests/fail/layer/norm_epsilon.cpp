// SPDX-License-Identifier: MIT
// expect: denim: Epsilon: a number above 0 was expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<LayerNormOf<Epsilon<0>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<LayerNormOf<Epsilon<1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
