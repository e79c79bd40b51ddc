// SPDX-License-Identifier: MIT
// expect: denim: Dense: there must be at least one output.
// expect: Dense<0>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<0>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<1>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
