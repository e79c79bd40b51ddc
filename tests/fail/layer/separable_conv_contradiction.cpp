// SPDX-License-Identifier: MIT
// expect: denim: SeparableConv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, Dilation, initialiser and activation.
// expect: SeparableConv<3, 4, Same, Padding<1>>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 2>, Sequential<SeparableConv<3, 4, Same, Padding<1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 2>, Sequential<SeparableConv<3, 4, Padding<1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
