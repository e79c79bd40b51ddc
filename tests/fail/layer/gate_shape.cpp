// SPDX-License-Identifier: MIT
// expect: denim: Gate: the inner layers must keep the shape of the input, or give one number for each of its channels; let them end in as many outputs as it has channels.
// expect: /problem_at_layer<4, Gate<GlobalPool<Average>, Dense<2>>::Product, Shape\{8, 8, 4\}, Shape\{1, 1, 2\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Gate<GlobalPool<Average>, Dense<2>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 1>, Sequential<Conv<1, 4>, Gate<GlobalPool<Average>, Dense<4>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
