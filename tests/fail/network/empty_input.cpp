// SPDX-License-Identifier: MIT
// expect: denim: Input: there must be at least one feature.
// expect: Input<0>
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Input<0>, Sequential<Dense<2>>>;
#else
using Tested = Network<Input<1>, Sequential<Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
