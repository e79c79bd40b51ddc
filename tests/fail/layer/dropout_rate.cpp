// SPDX-License-Identifier: MIT
// expect: denim: DropoutOf: a rate from 0 to less than 1 was expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 2>, Sequential<Residual<Conv<3, 2, Same>, DropoutOf<1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 2>, Sequential<Residual<Conv<3, 2, Same>, DropoutOf<0>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
