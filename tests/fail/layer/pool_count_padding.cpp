// SPDX-License-Identifier: MIT
// expect: denim: Pool: CountPadding is an option of Pool<Average, ...>.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, Padding<1>, CountPadding>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Average, 2, Padding<1>, CountPadding>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
