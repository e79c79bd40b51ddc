// SPDX-License-Identifier: MIT
// expect: denim: SplitChannels: the branches give pictures of different sizes, so their channels cannot stand side by side; give them the same strides, and Same or windows of the same size.
// expect: /problem_at_layer<5, SplitChannels<Conv<3, 4>, Sequential<>>::Concatenated, Shape\{6, 6, 4\}, Shape\{8, 8, 2\}>/
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<8, 8, 4>, Sequential<SplitChannels<Conv<3, 4>, Sequential<>>, Dense<2>>>;
#else
using Tested = Network<Image<8, 8, 4>, Sequential<SplitChannels<Conv<3, 4, Same>, Sequential<>>, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
