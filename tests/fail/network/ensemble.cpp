// SPDX-License-Identifier: MIT
// expect: denim: Ensemble: networks with the same input, the same heads and one arithmetic were expected.
#include <denim/denim.hpp>
#include <denim/network/ensemble.hpp>

using namespace denim;

template <std::size_t Classes>
using Tested = Network<Image<8, 8, 1>, Sequential<Dense<Classes>>>;

int main() {
#ifdef WRONG
    return Ensemble{Tested<2>{}, Tested<3>{}}.size() == 2;
#else
    return Ensemble{Tested<2>{}, Tested<2>{}}.size() == 2;
#endif
}
