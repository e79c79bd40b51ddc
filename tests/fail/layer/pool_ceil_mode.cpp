// SPDX-License-Identifier: MIT
// expect: denim: Pool: CeilMode and Same do not go together; Same has a window for each step already.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, Same, CeilMode>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, CeilMode>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
