// SPDX-License-Identifier: MIT
// expect: denim: Conv: the window does not fit the picture that it gets; choose Same, a Padding or a smaller window, or enlarge the image.
// expect: problem_at_layer<2, Conv<7, 8>, Shape{6, 5, 4}>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<14, 12, 1>, Sequential<Conv<3, 4>, MaxPool, Conv<7, 8>, Dense<2>>>;
#else
using Tested = Network<Image<14, 12, 1>, Sequential<Conv<3, 4>, MaxPool, Conv<7, 8, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
