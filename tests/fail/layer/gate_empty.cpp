// SPDX-License-Identifier: MIT
// expect: denim: Gate: there must be at least one inner layer.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Gate<>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Gate<Conv<3, 4, Same>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
