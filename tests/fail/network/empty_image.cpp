// SPDX-License-Identifier: MIT
// expect: denim: Image: rows, columns and channels must all be at least 1.
// expect: Image<8, 0, 1>
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 0, 1>, Sequential<Dense<2>>>;
#else
using Tested = Network<Image<8, 1, 1>, Sequential<Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
