// SPDX-License-Identifier: MIT
// expect: denim: settings: the layers of a composition may differ; read the setting of one of them, settings<2, 0>().
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, MaxPool, Residual<Conv<3, 4, Same>, Conv<1, 4>>, Dropout, Dense<2>>>;

int main() {
    Tested network;
#ifdef WRONG
    return network.settings<2>().l2 > 0;
#else
    return network.settings<2, 1>().l2 > 0;
#endif
}
