// SPDX-License-Identifier: MIT
// expect: denim: Dense: options contradict each other; take one initialiser and one activation at most.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Dense<4, HeNormal, HeUniform>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Dense<4, HeNormal, ReLU>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
