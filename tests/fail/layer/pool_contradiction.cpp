// SPDX-License-Identifier: MIT
// expect: denim: Pool: options contradict each other; take one at most of Same, Valid and Padding, and one Stride.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, Valid, Same>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, Same, Stride<1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
