// SPDX-License-Identifier: MIT
// expect: denim: SqueezeExcite: the reduction must be at least 1.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<SqueezeExcite<4, 0>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<SqueezeExcite<4, 2>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
