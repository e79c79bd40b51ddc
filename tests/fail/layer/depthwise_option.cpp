// SPDX-License-Identifier: MIT
// expect: denim: DepthwiseConv: an option is not one of Same, Valid, Padding<...>, Stride<...>, Dilation<...>, NoBias, GlorotUniform, GlorotNormal, HeUniform, HeNormal, or an activation.
// expect: DepthwiseConv<3, Groups<1>>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<DepthwiseConv<3, Groups<1>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<DepthwiseConv<3, Same>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
