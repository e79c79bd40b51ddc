// SPDX-License-Identifier: MIT
// expect: denim: Residual: the inner layers and the Shortcut give different shapes, so they cannot be added; give both the same strides and as many filters at their ends.
// expect: /problem_at_layer<4, Residual<Conv<3, 8, Same, Stride<2>>, Shortcut<Conv<1, 8>>>::Sum, Shape\{4, 4, 8\}, Shape\{8, 8, 8\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Residual<Conv<3, 8, Same, Stride<2>>, Shortcut<Conv<1, 8>>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Residual<Conv<3, 8, Same, Stride<2>>, Shortcut<Conv<1, 8, Stride<2>>>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
