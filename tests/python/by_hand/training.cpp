// SPDX-License-Identifier: MIT
// Networks of the zoo that learn from PyTorch's weights: training.py lets PyTorch do the same beside it.
//     training FOLDER NAME EPOCHS BATCH RATE
// reads FOLDER/NAME.npz, as PyTorch names weights, and train.x.npy, train.y.npy, test.x.npy and test.y.npy; learns in the order of the file, and
// writes FOLDER/NAME.losses.npy: for each epoch the mean loss of its steps, and loss and accuracy of the test set behind it.
#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>
#include <denim/zoo.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace denim;

namespace {

using ResNet = Network<Image<32, 32, 3>, zoo::ResNet18<10>>;
using MobileNet = Network<Image<32, 32, 3>, zoo::MobileNetV2<10>>;

struct Set {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;

    Set(const std::filesystem::path& folder, const std::string& name) {
        const AnyArray pictures = read_npy(folder / (name + ".x.npy")), classes = read_npy(folder / (name + ".y.npy"));
        const auto& extents = pictures.shape;
        images = view(pictures.values<std::uint8_t>().data(), std::array{extents.at(0), extents.at(1), extents.at(2), extents.at(3)});
        const std::vector<std::int32_t> numbers = classes.as<std::int32_t>();
        labels = view(numbers.data(), std::array{numbers.size()});
    }
};

template <class Net>
void learn(Net network, const std::filesystem::path& folder, const std::string& name, const NameTable& names, const FitOptions& options) {
    import_weights(network, folder / (name + ".npz"), WeightLayout::pytorch, {.names = names, .batch_norm_epsilon = 1e-3});
    const Set train{folder, "train"}, test{folder, "test"};
    const History history = fit(network, train, test, options, ProgressLine{});
    std::vector<double> losses;
    for (const auto& epoch : history.epochs)
        for (const double number : {epoch.train.loss, epoch.validation.loss, epoch.validation.accuracy}) losses.push_back(number);
    write_npy(folder / (name + ".losses.npy"), AnyArray::of(std::span<const double>{losses}, {history.epochs.size(), 3}));
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 6) {
        std::fprintf(stderr, "use: %s FOLDER NAME EPOCHS BATCH RATE\n", arguments[0]);
        return 2;
    }
    try {
        const std::string name = arguments[2];
        const FitOptions options{.epochs = std::stoul(arguments[3]),
                                 .batch = std::stoul(arguments[4]),
                                 .optimizer = Sgd{.rate = std::stof(arguments[5]), .momentum = 0.9f},
                                 .shuffle = false};
        if (name == "resnet18") {
            const ResNet network;
            learn(network, arguments[1], name, zoo::resnet_names(network), options);
        } else if (name == "mobilenet_v2") {
            learn(MobileNet{}, arguments[1], name, {}, options);
        } else {
            throw std::invalid_argument("resnet18 or mobilenet_v2 was expected, " + name + " came");
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
