// SPDX-License-Identifier: MIT
// expect: denim: Conv: the window needs at least one row and column.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<Window<3, 0>, 4>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Conv<Window<3, 1>, 4>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
