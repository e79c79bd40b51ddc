// SPDX-License-Identifier: MIT
// expect: denim: Residual: a Shortcut must be the last of its arguments, and the only one.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Residual<Shortcut<Conv<1, 8>>, Conv<1, 8>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Residual<Conv<1, 8>, Shortcut<Conv<1, 8>>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
