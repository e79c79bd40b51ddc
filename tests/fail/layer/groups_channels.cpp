// SPDX-License-Identifier: MIT
// expect: denim: Conv: Groups<N> must divide the channels that it gets; each group sees as many as the others.
// expect: /problem_at_layer<1, Conv<3, 6, Groups<3>>, Shape\{8, 8, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Conv<3, 6, Groups<3>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 6>, Conv<3, 6, Groups<3>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
