// SPDX-License-Identifier: MIT
// expect: denim: settings: no layer at this place has parameters that could have a rate of their own.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, MaxPool, Dense<2>>>;

int main() {
    Tested network;
#ifdef WRONG
    network.settings<1>().rate_factor = 0.1f;
#else
    network.settings<0>().rate_factor = 0.1f;
#endif
}
