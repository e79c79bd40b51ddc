// SPDX-License-Identifier: MIT
// expect: denim: Slice: the picture that it gets has no such channels; First + Count must not be more than it has.
// expect: /problem_at_layer<0, Slice<2, 3>, Shape\{8, 8, 4\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<Slice<2, 3>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<Slice<2, 2>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
