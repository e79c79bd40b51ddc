// SPDX-License-Identifier: MIT
// expect: denim: Normalise: a Mean and a Deviation of at least one number each were expected: Normalise<Mean<0.5>, Deviation<0.25>>.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 3>, Sequential<Normalise<Deviation<0.25>, Mean<0.5>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 3>, Sequential<Normalise<Mean<0.5>, Deviation<0.25>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
