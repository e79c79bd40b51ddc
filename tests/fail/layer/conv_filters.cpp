// SPDX-License-Identifier: MIT
// expect: denim: Conv: there must be at least one filter.
// expect: Conv<3, 0>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 0>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 1>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
