// SPDX-License-Identifier: MIT
// expect: denim: ShuffleChannels: at least one group was expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<ShuffleChannels<0>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<ShuffleChannels<1>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
