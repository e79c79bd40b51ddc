// SPDX-License-Identifier: MIT
// Networks of the zoo with Keras's weights: zoo.py compares their logits with those of Keras's own models.
//     zoo FOLDER     for each network reads NAME.npz and the pictures NAME.x.npy (N, H, W, C), and writes NAME.y.npy
#include "zoo_logits.hpp"

#include <denim/zoo.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

using namespace denim;

namespace {

template <class Input, class Body>
void compute(const std::filesystem::path& folder, const std::string& name, double epsilon = 1e-3) {
    Network<Input, Body> network;
    import_weights(network, folder / (name + ".npz"), WeightLayout::keras, {.batch_norm_epsilon = epsilon});
    write_zoo_logits(network, folder, name);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "use: %s FOLDER\n", arguments[0]);
        return 2;
    }
    try {
        compute<Image<32, 32, 3>, zoo::MobileNetV1<10, 50>>(arguments[1], "mobilenet_v1");
        compute<Image<33, 33, 3>, zoo::MobileNetV2<10>>(arguments[1], "mobilenet_v2");
        compute<Image<33, 33, 3>, zoo::MobileNetV3Small<10>>(arguments[1], "mobilenet_v3_small");
        compute<Image<33, 33, 3>, zoo::EfficientNetB0<10>>(arguments[1], "efficientnet_b0");
        compute<Image<33, 33, 3>, zoo::DenseNet121<10>>(arguments[1], "densenet121", 1.001e-5);
        compute<Image<33, 33, 3>, zoo::EfficientNetLite0<10>>(arguments[1], "efficientnet_lite0");
        compute<Image<32, 32, 3>, zoo::ResNet8<>>(arguments[1], "resnet8");
        compute<Image<96, 96, 3>, zoo::VisualWakeWords<>>(arguments[1], "visual_wake_words");
        compute<Image<49, 10, 1>, zoo::DSCNN<>>(arguments[1], "ds_cnn");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
