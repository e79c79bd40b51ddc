// SPDX-License-Identifier: MIT
// expect: denim: Normalise: as many numbers as it gets channels were expected in its Mean and its Deviation, or one for all.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 3>, Sequential<Normalise<Mean<0.5, 0.25>, Deviation<0.25>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 3>, Sequential<Normalise<Mean<0.5, 0.25, 0>, Deviation<0.25>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
