// SPDX-License-Identifier: MIT
// expect: denim: Product: there must be 2 to 8 branches.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Product<>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Product<Conv<3, 4>, Conv<3, 4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
