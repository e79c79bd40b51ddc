// SPDX-License-Identifier: MIT
// expect: denim: Dilation: one number was expected, or two: of rows and of columns.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<DepthwiseConv<3, Dilation<1, 2, 1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<DepthwiseConv<3, Dilation<1, 2>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
