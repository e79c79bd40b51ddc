// SPDX-License-Identifier: MIT
// expect: denim: Normalise: deviations above 0 were expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 3>, Sequential<Normalise<Mean<0.5>, Deviation<0.25, 0, 1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 3>, Sequential<Normalise<Mean<0.5>, Deviation<0.25, 0.5, 1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
