// SPDX-License-Identifier: MIT
// Compiled twice, for two vector units, and linked with itself: AS_MAIN asks both objects for the code that they run.
#include <denim/denim.hpp>

#include <string_view>

using Network = denim::Network<denim::Image<8, 8, 1>, denim::Sequential<denim::Conv<3, 8>, denim::MaxPool, denim::Dense<2>>>;

const char* FUNCTION(float* logits) {
    const denim::Array<std::uint8_t, 4> picture{std::array<std::size_t, 4>{1, 8, 8, 1}, 100};
    const auto all = Network{}.predict(picture);
    logits[0] = all(0, 0), logits[1] = all(0, 1);
    return DENIM_TARGET_NAME;
}

#ifdef AS_MAIN
const char* of_the_other(float* logits);

int main() {
    float ours[2], others[2];
    const char *mine = of_main(ours), *theirs = of_the_other(others);
    const bool near = std::abs(ours[0] - others[0]) < 1e-5f && std::abs(ours[1] - others[1]) < 1e-5f;
    return std::string_view{mine}.starts_with("avx2_omp_") && std::string_view{theirs}.starts_with("sse4_omp_") && near ? 0 : 1;
}
#endif
