// SPDX-License-Identifier: MIT
// expect: denim: ShuffleChannels: its groups must divide the channels that it gets.
// expect: /problem_at_layer<0, ShuffleChannels<3>, Shape\{8, 8, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<ShuffleChannels<3>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<ShuffleChannels<4>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
