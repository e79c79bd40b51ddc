// SPDX-License-Identifier: MIT
// expect: denim: Network: there must be at least one layer.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
