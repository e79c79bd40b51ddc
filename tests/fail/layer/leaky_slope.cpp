// SPDX-License-Identifier: MIT
// expect: denim: LeakyReLUOf: the slope must be at least 0.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 8, LeakyReLUOf<-0.1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 8, LeakyReLUOf<0.1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
