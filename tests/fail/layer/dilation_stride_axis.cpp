// SPDX-License-Identifier: MIT
// expect: denim: Conv: a Stride and a Dilation of more than 1 along the same axis do not go together; leave one out.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<3, 4, Stride<1, 2>, Dilation<2>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<3, 4, Stride<1, 2>, Dilation<2, 1>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
