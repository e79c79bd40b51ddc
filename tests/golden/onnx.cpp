// SPDX-License-Identifier: MIT
// What is read of ONNX files, evaluated layer by layer, against what ONNX Runtime gives (make_onnx.py); and two of them as
// compiled networks with the files' weights.
#include "graph_values.hpp"

#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace denim;

namespace {

template <class Values>
void check_close(const std::string& name, const Values& ours, const std::vector<float>& theirs) {
    REQUIRE_MESSAGE(ours.size() == theirs.size(), name);
    double worst = 0, largest = 1;
    for (std::size_t n = 0; n < theirs.size(); ++n) {
        worst = std::max(worst, std::fabs(static_cast<double>(ours[n]) - static_cast<double>(theirs[n])));
        largest = std::max(largest, std::fabs(static_cast<double>(theirs[n])));
    }
    CHECK_MESSAGE(worst <= 1e-5 * largest, name << " differs by " << worst);
}

// The network with the file's weights gives what ONNX Runtime gives.
template <class Model>
void check_import(const std::string& name) {
    const Npz file{"golden/onnx.npz"};
    const auto pictures = file.read(name + ".pictures").as<float>();
    Model network{Seed{3}};
    import_onnx(network, "golden/onnx/" + name + ".onnx");
    constexpr Shape in = Model::input;
    const auto logits =
        network.predict(view(pictures.data(), std::array<std::size_t, 4>{pictures.size() / in.size(), in.height, in.width, in.channels}));
    check_close(name, std::vector<float>(logits.data(), logits.data() + logits.size()), file.read(name + ".results").as<float>());
}

}  // namespace

TEST_CASE("graphs that are read give what ONNX Runtime gives") {
    const Npz file{"golden/onnx.npz"};
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"golden/onnx"}) {
        const std::string name = entry.path().stem().string();
        const OnnxModel model = read_onnx(entry.path());
        const LayerGraph graph = onnx_layer_graph(name, model);
        const auto pictures = file.read(name + ".pictures").as<float>();
        const GraphValues values{graph};
        std::vector<double> results;
        for (std::size_t at = 0; at < pictures.size(); at += graph.picture.size())
            for (const double number : values(std::span{pictures}.subspan(at, graph.picture.size()))) results.push_back(number);
        check_close(name, results, file.read(name + ".results").as<float>());
        ++files;
    }
    CHECK(files == 12);
}

TEST_CASE("branches take their own weights in whatever order the file computes them") {
    check_import<Network<Image<8, 8, 3>, Sequential<Conv<1, 6>, Parallel<Conv<3, 6, Same>, Conv<3, 6, Same>>, GlobalPool<Average>, Dense<3>>>>(
        "branches_in_other_order");
}

TEST_CASE("a flatten's order is followed through a permutation and the layers behind it") {
    check_import<Network<Image<8, 8, 3>, Sequential<Conv<3, 4, Linear>, Flatten, BatchNorm, Dense<10>>>>("flatten_bn1d");
    check_import<Network<Image<8, 8, 3>, Sequential<Conv<3, 4, LeakyReLU>, Dense<10>>>>("flatten_leaky_perm");
    check_import<Network<Image<8, 8, 3>, Sequential<Conv<3, 4, Linear>, Flatten, Activation<LeakyReLU>, Dropout, Dense<10>>>>("flatten_leaky_perm");
}
