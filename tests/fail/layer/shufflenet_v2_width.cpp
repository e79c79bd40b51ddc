// SPDX-License-Identifier: MIT
// expect: denim: ShuffleNetV2: a width of 50, 100, 150 or 200 per cent was expected.
#include <denim/denim.hpp>
#include <denim/zoo/shufflenet_v2.hpp>

using namespace denim;

#ifdef WRONG
using Tested = Network<Image<32, 32, 3>, zoo::ShuffleNetV2<10, 75>>;
#else
using Tested = Network<Image<32, 32, 3>, zoo::ShuffleNetV2<10, 50>>;
#endif

int main() { return static_cast<int>(Tested{}.parameters().size()); }
