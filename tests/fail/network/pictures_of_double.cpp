// SPDX-License-Identifier: MIT
// expect: denim: pictures are arrays of std::uint8_t (0 to 255, scaled by 1/255 on the way) or of float; convert others first.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

using Tested = Network<Image<8, 8, 1>, Sequential<Dense<2>>>;

int main() {
#ifdef WRONG
    Array<double, 4> pictures({1, 8, 8, 1});
#else
    Array<float, 4> pictures({1, 8, 8, 1});
#endif
    return Tested{}.predict(pictures)(0, 0) > 0;
}
