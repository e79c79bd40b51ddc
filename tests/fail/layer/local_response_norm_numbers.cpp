// SPDX-License-Identifier: MIT
// expect: denim: LocalResponseNorm: an alpha of at least 0 and a bias above 0 were expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<LocalResponseNormOf<5, 0.1, 0.75, 0>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<LocalResponseNormOf<5, 0.1, 0.75, 1>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
