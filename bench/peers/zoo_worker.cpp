// SPDX-License-Identifier: MIT
// Denim as one of the peers, with a network that people bring: BODY<CLASSES> of pictures of HEIGHT x WIDTH x CHANNELS comes from CMake, one
// program for each; with TRAINS it learns too. `--export` draws weights, and writes them as ONNX, for the peers, beside Denim's own file.
#include "peer.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/zoo.hpp>

#include <CLI/CLI.hpp>

#include <cmath>
#include <string>

using namespace denim;
using namespace denim::zoo;

namespace {

/// Simonyan and Zisserman's network A, as torchvision's vgg11 has it, without its dropout.
template <std::size_t Classes>
using VGG11 = Sequential<Conv<3, 64, Same>, MaxPool, Conv<3, 128, Same>, MaxPool, Conv<3, 256, Same>, Conv<3, 256, Same>, MaxPool,  //
                         Conv<3, 512, Same>, Conv<3, 512, Same>, MaxPool, Conv<3, 512, Same>, Conv<3, 512, Same>, MaxPool,          //
                         Dense<4096, ReLU>, Dense<4096, ReLU>, Dense<Classes>>;
using Zoo = Network<Image<HEIGHT, WIDTH, CHANNELS>, BODY<CLASSES>>;

// So large that what flows keeps its size through a hundred layers (He et al.), with biases and running statistics other than 0 and 1.
Zoo drawn() {
    Zoo network;
    Random random{Seed{1}};
    const auto last = [](const Extents& extents) { return extents.values[extents.rank - 1]; };
    for (const Row& row : network.rows())
        network.edit_parameters([&](std::span<float> parameters) {
            const bool scales = row.name.ends_with("gamma") || row.name.ends_with("variance");
            const double limit = row.extents.rank == 1 ? 0.1 : std::sqrt(6.0 / static_cast<double>(row.size() / last(row.extents)));
            for (float& number : parameters.subspan(row.offset, row.size()))
                number = static_cast<float>(scales ? random.uniform(0.5, 1.5) : random.uniform(-limit, limit));
        });
    return network;
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"A network of the zoo, trained and asked as a peer of other frameworks."};
    peer::Options options;
    std::string onnx;
    app.add_option("--export", onnx, "draws weights and writes them here, and into the file of --weights");
    return peer::run(app, options, count, arguments, [&] {
        if (onnx.empty()) return peer::serve<Zoo, TRAINS>(options, [&] { return load<Zoo>(options.weights); });
        const Zoo network = drawn();
        save(network, options.weights);
        export_onnx(network, onnx);
    });
}
