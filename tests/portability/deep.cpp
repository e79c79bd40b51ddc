// SPDX-License-Identifier: MIT
// 401 layers, which learn and answer: nothing in the network is a loop that a compiler gives up on, or that grows with the square.
#include <denim/denim.hpp>

using namespace denim;

using Block = Sequential<Conv<1, 8, Linear>, BatchNorm, Activation<ReLU>, Conv<3, 8, Same, Linear>>;
using Ten = Sequential<Block, Block, Block, Block, Block, Block, Block, Block, Block, Block>;
using Deep = Network<Image<8, 8, 8>, Sequential<Ten, Ten, Ten, Ten, Ten, Ten, Ten, Ten, Ten, Ten, Dense<3>>>;
static_assert(Deep::Graph::count == 401);

int main() {
    Deep network{Seed{1}};
    const Array<float, 4> pictures = xt::ones<float>({2, 8, 8, 8});
    fit(network, pictures, Array<std::int32_t, 1>{0, 1}, {.epochs = 1, .batch = 2});
    return Predictor{network}.predict(pictures).size() == 6 ? 0 : 1;
}
