// SPDX-License-Identifier: MIT
// Fashion-MNIST: 60,000 grey pictures of clothes in 10 classes. Two convolutions, one epoch, the classes that it confuses.
//     fashion_mnist [FOLDER of the four IDX files] [PICTURES to learn from]
#include <denim/all.hpp>
#include <iostream>
#include <numeric>
using namespace denim;

using Clothes = Network<Image<28, 28, 1>, Sequential<Conv<3, 32, Same>, MaxPool, Conv<3, 64, Same>, MaxPool, Dropout, Dense<10>>>;

int main(int count, char** words) {
    const std::filesystem::path folder = count > 1 ? words[1] : "/usr/share/datasets/fashion-mnist";
    const std::vector<std::string> names{"T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "trainer", "bag", "boot"};
    const auto read = [&](const std::string& part) {
        return StreamedDataSet{folder / (part + "-images-idx3-ubyte.gz"), folder / (part + "-labels-idx1-ubyte.gz"), names}.load();
    };
    DataSet train = read("train");
    const DataSet test = read("t10k");
    if (count > 2) {
        std::vector<std::size_t> first(std::stoul(words[2]));
        std::iota(first.begin(), first.end(), std::size_t{0});
        train = train.select(first);
    }

    Clothes network{Seed{1}};
    const History history = fit(network, train, {.epochs = 1, .batch = 64, .optimizer = Adam{.rate = 2e-3f}}, ProgressLine{});
    std::cout << evaluate(network, test);
    write_report("fashion_mnist.html", network, history, test);
}
