// SPDX-License-Identifier: MIT
// Weights from PyTorch, without Python: torch.save(model.state_dict(), "model.pt") of
//     nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 8 * 8, 5))
//     pytorch_weights FILE (.pt, .pth, .npz or .safetensors)
#include <denim/all.hpp>
#include <iomanip>
#include <iostream>
using namespace denim;

using Model = Network<Image<16, 16, 3>, Sequential<Conv<3, 8, Padding<1>, Linear>, BatchNorm, Activation<ReLU>, MaxPool, Flatten, Dense<5>>>;

int main(int count, char** words) {
    if (count != 2) {
        std::cerr << "pytorch_weights FILE\n";
        return 2;
    }
    Model network;
    import_weights(network, words[1], WeightLayout::pytorch);
    std::cout << network.summary();

    Array<float, 4> images(std::array<std::size_t, 4>{1, 16, 16, 3});  // PyTorch's picture is (1, 3, 16, 16): permute(0, 2, 3, 1)
    for (std::size_t n = 0; n < images.size(); ++n) images.data()[n] = static_cast<float>(n % 7) / 7;
    for (const float logit : network.predict(images)) std::cout << std::fixed << std::setprecision(4) << logit << ' ';
    std::cout << '\n';
    save(network, "model.safetensors");
}
