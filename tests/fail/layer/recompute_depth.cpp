// SPDX-License-Identifier: MIT
// expect: denim: Recompute: at most 32 were expected, one within the other.
#include <denim/denim.hpp>

using namespace denim;

template <int Depth>
struct Nest {
    using type = Recompute<Flatten, typename Nest<Depth - 1>::type>;
};
template <>
struct Nest<0> {
    using type = Flatten;
};

#ifdef WRONG
using Tested = Network<Image<2, 2, 1>, Sequential<Nest<33>::type, Dense<2>>>;
#else
using Tested = Network<Image<2, 2, 1>, Sequential<Nest<32>::type, Dense<2>>>;
#endif

int main() { return static_cast<int>(Tested{}.summary().size()); }
