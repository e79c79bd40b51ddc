// SPDX-License-Identifier: MIT
// expect: denim: layer: a type among the layers is none: one was expected that derives from SpecDefaults or has accepts, output, parameters and border; an activation alone is an Activation<...>, an option stands inside of a layer.
// expect: /problem_at_layer<1, Shortcut<Conv<1, 8>>, Shape\{8, 8, 8\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 8>, Shortcut<Conv<1, 8>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 8>, Conv<1, 8>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
