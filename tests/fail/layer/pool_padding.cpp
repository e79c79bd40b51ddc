// SPDX-License-Identifier: MIT
// expect: denim: Pool: a Padding of less than the window's size was expected, so that each window touches the picture.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, Padding<0, 0, 2, 0>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Pool<Max, 2, Padding<0, 0, 1, 0>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
