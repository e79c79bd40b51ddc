// SPDX-License-Identifier: MIT
// expect: denim: Conv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, Groups<N>, NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, Algorithm<...>, or an activation.
// expect: Conv<3, 4, Max>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Max>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
