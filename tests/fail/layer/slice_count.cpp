// SPDX-License-Identifier: MIT
// expect: denim: Slice: at least one channel was expected.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Slice<1, 0>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Slice<1, 1>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
