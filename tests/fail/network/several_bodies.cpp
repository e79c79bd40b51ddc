// SPDX-License-Identifier: MIT
// Layers one after the other without a Sequential around them, in a network that learns; so its body is the convolution, which ends in a
// picture, as the second sentence says.
// expect: denim: Network: an Image or Input and one body were expected; several layers go into a Sequential<...>.
// errors: 2
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Conv<3, 8>, Dense<2>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, Dense<2>>>;
#endif

int main() {
    Tested network{Seed{1}};
    const Array<std::uint8_t, 4> images = xt::zeros<std::uint8_t>({4, 8, 8, 1});
    const Array<int, 1> labels = xt::zeros<int>({4});
    fit(network, images, labels, {.epochs = 1});
    return static_cast<int>(evaluate(network, images, labels).correct);
}
