// SPDX-License-Identifier: MIT
// expect: denim: LocalResponseNorm: an odd window was expected; frameworks place even ones differently.
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<LocalResponseNorm<4>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<LocalResponseNorm<5>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
