// SPDX-License-Identifier: MIT
// expect: denim: InstanceNorm: an option stands twice.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<InstanceNormOf<NoGamma, NoGamma>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<InstanceNormOf<NoGamma>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
