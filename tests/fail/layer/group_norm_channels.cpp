// SPDX-License-Identifier: MIT
// expect: denim: GroupNorm: the groups must divide the channels that it gets; each has as many as the others.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<3>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<4>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
