// SPDX-License-Identifier: MIT
// expect: denim: GroupNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<2, Momentum<0.9>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<2, Epsilon<0.9>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
