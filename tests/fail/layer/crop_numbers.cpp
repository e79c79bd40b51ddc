// SPDX-License-Identifier: MIT
// expect: denim: Crop: one number was expected, or four: above, to the left, below and to the right.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Crop<1, 2>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Crop<1, 2, 1, 2>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
