// SPDX-License-Identifier: MIT
// expect: denim: settings: no layer at this place has a rate; Dropout and StochasticDepth have.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, MaxPool, Residual<Conv<3, 4, Same>, Conv<1, 4>>, Dropout, Dense<2>>>;

int main() {
    Tested network;
#ifdef WRONG
    network.settings<4>().rate = 0.1f;
#else
    network.settings<3>().rate = 0.1f;
#endif
}
