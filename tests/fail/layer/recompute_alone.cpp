// SPDX-License-Identifier: MIT
// expect: denim: Recompute: at least two layers were expected; what leaves is kept, so of one alone there is nothing to compute again.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Recompute<Conv<3, 4>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Recompute<Conv<3, 4>, Conv<3, 4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
