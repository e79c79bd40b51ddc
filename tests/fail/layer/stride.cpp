// SPDX-License-Identifier: MIT
// expect: denim: Stride: the step from one window to the next must be at least 1.
// expect: Stride<0>
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Stride<0>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Stride<2>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
