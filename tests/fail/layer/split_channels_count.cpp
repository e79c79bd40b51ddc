// SPDX-License-Identifier: MIT
// expect: denim: SplitChannels: there must be 2 to 8 branches.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<SplitChannels<Conv<3, 4>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<SplitChannels<Conv<3, 4>, Conv<3, 4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
