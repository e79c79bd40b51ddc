// SPDX-License-Identifier: MIT
// expect: denim: LayerNorm: an option stands twice.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<LayerNormOf<NoBeta, NoBeta>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<LayerNormOf<NoBeta, NoGamma>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
