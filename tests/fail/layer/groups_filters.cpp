// SPDX-License-Identifier: MIT
// expect: denim: Conv: Groups<N> must divide the number of filters; each group has as many as the others.
// expect: Conv<3, 7, Groups<2>>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Conv<3, 7, Groups<2>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Conv<3, 8, Groups<2>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
