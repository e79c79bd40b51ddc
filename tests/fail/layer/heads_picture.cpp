// SPDX-License-Identifier: MIT
// expect: denim: Heads: a head gives a picture, but each must end in one row of numbers; let it end in Dense.
// expect: /problem_at_layer<5, Heads<Dense<3>, Conv<3, 2>>::Concatenated, Shape\{1, 1, 3\}, Shape\{4, 4, 2\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Heads<Dense<3>, Conv<3, 2>>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Heads<Dense<3>, Sequential<Conv<3, 2>, Dense<2>>>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
