// SPDX-License-Identifier: MIT
// expect: denim: Crop: nothing is left of the picture that it gets; take less away or enlarge the image.
// expect: /problem_at_layer<0, Crop<4>, Shape\{8, 8, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Crop<4>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Crop<3>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
