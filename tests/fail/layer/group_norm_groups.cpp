// SPDX-License-Identifier: MIT
// expect: denim: GroupNorm: there must be at least one group.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<0>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<GroupNorm<2>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
