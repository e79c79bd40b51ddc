// SPDX-License-Identifier: MIT
// expect: denim: Conv: options contradict each other; take one at most of Same, Valid and Padding, and one Stride, Dilation, Groups, initialiser, Algorithm and activation.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<3, 4, Same, Valid>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<3, 4, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
