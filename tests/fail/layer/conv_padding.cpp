// SPDX-License-Identifier: MIT
// expect: denim: Conv: a Padding of less than the pixels that a window reaches over was expected, so that each window touches the picture.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<3, 4, Padding<3>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<3, 4, Padding<2>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
