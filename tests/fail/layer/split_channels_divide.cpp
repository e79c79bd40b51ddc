// SPDX-License-Identifier: MIT
// expect: denim: SplitChannels: the number of its branches must divide the channels that it gets; for runs of other sizes write Parallel with a Slice<First, Count> at the beginning of each branch.
// expect: /problem_at_layer<1, ChannelRun<0, 3>, Shape\{8, 8, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<SplitChannels<Conv<3, 4>, Conv<3, 4>, Conv<3, 4>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<SplitChannels<Conv<3, 4>, Conv<3, 4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
