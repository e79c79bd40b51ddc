// SPDX-License-Identifier: MIT
#ifdef WITH_ALL
#include <denim/all.hpp>
#else
#include <denim/denim.hpp>
#endif

#include <iostream>

int main() {
    using Network = denim::Network<denim::Image<8, 8, 1>, denim::Sequential<denim::Conv<3, 8>, denim::MaxPool, denim::Dense<2>>>;
    const denim::Array<std::uint8_t, 4> picture{std::array<std::size_t, 4>{1, 8, 8, 1}, 100};
    std::cout << Network{}.summary();
#ifdef WITH_ALL
    const denim::Picture written{denim::Size{4, 5}};
    if (denim::decode(denim::encode_png(written)) != written) return 1;
#endif
    return Network{}.predict(picture).size() == 2 ? 0 : 1;
}
