// SPDX-License-Identifier: MIT
// expect: denim: Residual: the inner layers change the shape, so their result cannot be added to the input; give them Same, stride 1 and as many filters as the input has channels.
// expect: /problem_at_layer<3, Residual<Conv<3, 8, Same>>::Sum, Shape\{8, 8, 4\}, Shape\{8, 8, 8\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Residual<Conv<3, 8, Same>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Residual<Conv<3, 4, Same>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
