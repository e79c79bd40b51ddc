// SPDX-License-Identifier: MIT
// A network of the zoo at its full size, for full_size_zoo.py, which compiles this.
//     program FOLDER NAME EPSILON     reads NAME.weights, whose BatchNorms have that epsilon, and the pictures NAME.x.npy (N, H, W, C), and
//                                     writes NAME.y.npy
#include "../zoo_logits.hpp"

#include <denim/zoo.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

using namespace denim;

namespace {

struct NoNames {
    NameTable operator()(const auto& /*network*/) const { return {}; }
};

struct Asked {
    std::filesystem::path folder;
    std::string name;
    double epsilon;

    /// `names` gives a table where order does not tell branches apart.
    template <class Body, class Names = NoNames>
    void compute(const char* which, Names names = {}, WeightLayout layout = WeightLayout::pytorch) const {
        if (name != which) return;
        Network<Image<224, 224, 3>, Body> network;
        import_weights(network, folder / (name + ".weights"), layout, {.names = names(network), .batch_norm_epsilon = epsilon});
        write_zoo_logits(network, folder, name);
    }
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fprintf(stderr, "use: %s FOLDER NAME EPSILON\n", arguments[0]);
        return 2;
    }
    try {
        const Asked asked{arguments[1], arguments[2], std::stod(arguments[3])};
        const auto resnet = [](const auto& network) { return zoo::resnet_names(network); };
        const auto shuffle = [](const auto& network) { return zoo::shufflenet_v2_names(network); };
        asked.compute<zoo::ResNet18<>>("resnet18", resnet);
        asked.compute<zoo::ResNet34<>>("resnet34", resnet);
        asked.compute<zoo::ResNet50<>>("resnet50", resnet);
        asked.compute<zoo::MobileNetV1<>>("mobilenet_v1", NoNames{}, WeightLayout::keras);
        asked.compute<zoo::MobileNetV2<>>("mobilenet_v2");
        asked.compute<zoo::MobileNetV3Small<>>("mobilenet_v3_small");
        asked.compute<zoo::MobileNetV3Large<>>("mobilenet_v3_large");
        asked.compute<zoo::EfficientNetB0<>>("efficientnet_b0");
        asked.compute<zoo::MNASNet<>>("mnasnet1_0");
        asked.compute<zoo::RegNetY400MF<>>("regnet_y_400mf", [](const auto& network) { return zoo::regnet_names(network); });
        asked.compute<zoo::ShuffleNetV2<1000, 50>>("shufflenet_v2_x0_5", shuffle);
        asked.compute<zoo::ShuffleNetV2<>>("shufflenet_v2_x1_0", shuffle);
        asked.compute<zoo::SqueezeNet<>>("squeezenet1_1");
        asked.compute<zoo::DenseNet121<>>("densenet121");
        asked.compute<zoo::GoogLeNet<>>("googlenet", [](const auto& network) { return zoo::googlenet_names(network); });
        asked.compute<zoo::ConvNeXtT<>>("convnext_tiny", [](const auto& network) { return zoo::convnext_names(network); });
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
