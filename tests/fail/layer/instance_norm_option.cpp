// SPDX-License-Identifier: MIT
// expect: denim: InstanceNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<InstanceNormOf<Same>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<InstanceNormOf<NoBeta>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
