// SPDX-License-Identifier: MIT
// expect: denim: MaxPool: the window does not fit the picture that it gets; remove a pool or enlarge the image.
// expect: problem_at_layer<3, Pool<Max, 2>, Shape{1, 1, 64}>
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<12, 12, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<4, 64>, MaxPool, Dense<3>>>;
#else
using Tested = Network<Image<16, 16, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<4, 64>, MaxPool, Dense<3>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
