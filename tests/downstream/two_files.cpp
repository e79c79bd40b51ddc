// SPDX-License-Identifier: MIT
// The other file of a program that includes the single header twice.
#include HEADER

std::size_t numbers_of_another_file() {
    using namespace denim;
    return Network<Image<8, 8, 1>, Sequential<Conv<3, 8>, MaxPool, Dense<2>>>::parameter_count;
}
