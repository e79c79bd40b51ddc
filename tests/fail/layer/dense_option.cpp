// SPDX-License-Identifier: MIT
// expect: denim: Dense: an option is not one of NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.
// expect: Dense<2, Same>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<2, Same>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<2, ReLU>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
