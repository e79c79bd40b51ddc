// SPDX-License-Identifier: MIT
// expect: denim: Conv: the window does not fit the picture that it gets; choose Same, a Padding or a smaller window, or enlarge the image.
// expect: Conv<WindowSize{1, 9}, 4>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<Window<1, 9>, 4>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<Window<1, 8>, 4>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
