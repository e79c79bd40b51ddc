// SPDX-License-Identifier: MIT
// expect: denim: Residual: the inner layers change the shape, so their result cannot be added to the input; give them Same, stride 1 and as many filters as the input has channels.
// expect: /problem_in_block<Basic<8>, 3, Residual<Conv<3, 8, Same>>::Sum, Shape\{8, 8, 4\}, Shape\{8, 8, 8\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

template <std::size_t Channels>
struct Basic : Sequential<Residual<Conv<3, Channels, Same>>, Activation<ReLU>> {};

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Repeat<1, Basic<8>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Repeat<1, Basic<4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
