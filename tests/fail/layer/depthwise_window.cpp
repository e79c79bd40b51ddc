// SPDX-License-Identifier: MIT
// expect: denim: DepthwiseConv: the window does not fit the picture that it gets; choose Same, a Padding or a smaller window, or enlarge the image.
// expect: /problem_at_layer<0, DepthwiseConv<9>, Shape\{8, 8, 1\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<DepthwiseConv<9>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<DepthwiseConv<9, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
