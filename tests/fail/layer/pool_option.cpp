// SPDX-License-Identifier: MIT
// expect: denim: Pool: an option is not one of Same, Valid, Padding<...>, Stride<...>, CeilMode, CountPadding.
// expect: Pool<Max, 2, ReLU>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Pool<Max, 2, ReLU>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Pool<Max, 2, Stride<1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
