// SPDX-License-Identifier: MIT
// expect: denim: GroupNorm: an option stands twice.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<2, NoBeta, NoBeta>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<2, NoBeta, NoGamma>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
