// SPDX-License-Identifier: MIT
// expect: denim: Parallel: the branches give pictures of different sizes, so their channels cannot stand side by side; give them the same strides, and Same or windows of the same size.
// expect: /problem_at_layer<5, Parallel<Conv<1, 2>, Conv<3, 2>>::Concatenated, Shape\{6, 6, 2\}, Shape\{4, 4, 2\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Parallel<Conv<1, 2>, Conv<3, 2>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Parallel<Conv<1, 2>, Conv<3, 2, Same>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
