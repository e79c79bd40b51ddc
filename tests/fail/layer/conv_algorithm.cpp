// SPDX-License-Identifier: MIT
// expect: denim: Conv: Algorithm<Transformed> takes square windows of 3, 5 or 7 at stride 1; use Algorithm<Direct>, or leave the choice out.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<14, 12, 1>, Sequential<Conv<3, 4, Stride<2>, Algorithm<Transformed>>, Dense<2>>>;
#else
using Tested = Network<Image<14, 12, 1>, Sequential<Conv<3, 4, Stride<2>, Algorithm<Direct>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
