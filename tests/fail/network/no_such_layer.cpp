// SPDX-License-Identifier: MIT
// expect: denim: Network: there is no layer at this place; layers count from 0, in the order of the list.
// errors: 1
#include <denim/denim.hpp>

using namespace denim;

using Tested = Network<Image<8, 8, 1>, Sequential<Conv<3, 4>, Dense<2>>>;

int main() {
#ifdef WRONG
    constexpr std::size_t place = 2;
#else
    constexpr std::size_t place = 1;
#endif
    return Tested{}.layer<place>().bias()(0) > 0;
}
