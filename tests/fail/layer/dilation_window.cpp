// SPDX-License-Identifier: MIT
// expect: denim: Conv: the window does not fit the picture that it gets; choose Same, a Padding or a smaller window, or enlarge the image.
// expect: /problem_at_layer<0, Conv<3, 4, Dilation<4>>, Shape\{8, 8, 1\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Dilation<4>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Dilation<4>, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
