// SPDX-License-Identifier: MIT
// expect: denim: Product: the branches give different shapes, so they cannot be multiplied; give them the same strides, Same or windows of the same size, and as many filters at their ends.
// expect: /problem_at_layer<4, Product<Conv<3, 4>, Conv<1, 4>>::Multiplied, Shape\{6, 6, 4\}, Shape\{8, 8, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Product<Conv<3, 4>, Conv<1, 4>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Product<Conv<3, 4>, Conv<3, 4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
