// SPDX-License-Identifier: MIT
// expect: denim: Sum: the branches give different shapes, so they cannot be added; give them the same strides, Same or windows of the same size, and as many filters at their ends.
// expect: /problem_at_layer<6, Sum<Conv<3, 4, Same>, Sequential<>, Conv<3, 5, Same>>::Added, Shape\{8, 8, 4\}, Shape\{8, 8, 4\}, Shape\{8, 8, 5\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Sum<Conv<3, 4, Same>, Sequential<>, Conv<3, 5, Same>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Sum<Conv<3, 4, Same>, Sequential<>, Conv<3, 4, Same>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
