// SPDX-License-Identifier: MIT
// expect: denim: SeparableConv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.
// expect: SeparableConv<3, 4, Groups<2>>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 2>, Sequential<SeparableConv<3, 4, Groups<2>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 2>, Sequential<SeparableConv<3, 4, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
