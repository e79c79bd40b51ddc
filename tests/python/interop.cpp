// SPDX-License-Identifier: MIT
// Networks to other frameworks and back: weights.py and onnx_files.py run this program and compare logits.
//     interop write FOLDER     each network's weights in every form, pictures, and its logits for them
//     interop read FOLDER      imports NETWORK.FORM.* from other frameworks, and writes the logits to NETWORK.FORM.logits.npy
#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

using namespace denim;

namespace {

template <std::size_t Height, std::size_t Width, std::size_t Channels, class... Layers>
using Net = Network<Image<Height, Width, Channels>, Sequential<Layers...>>;

using Study = Net<30, 26, 3, Conv<5, 12>, MaxPool, Conv<3, 16>, MaxPool, Dense<3>>;
using Deep =
    Net<16, 15, 3, Conv<3, 8, Same, NoBias, Linear>, BatchNorm, Residual<Conv<3, 8, Same>, BatchNorm, Conv<3, 8, Same, Linear>>,
        Pool<Max, 3, Stride<2>>, Conv<3, 10>, Dropout, Dense<12, ReLU>, BatchNorm, Dense<4, NoBias>>;
using Strided = Net<11, 14, 2, Conv<3, 5, Same, Stride<2>>, Conv<4, 6, Same, Linear>, Conv<2, 3, Stride<3>>>;
using Activations = Net<7, 6, 3, Conv<3, 5, GELU>, Activation<LeakyReLU>, Conv<2, 4, SiLU>, Activation<ELU>, Activation<HardSwish>,
                        Dense<8, Tanh>, Activation<Sigmoid>, Dense<4, Softmax>>;
using OneDense = Net<3, 4, 5, Dense<6>>;
using OneNorm = Net<5, 4, 3, BatchNorm>;
using OnePool = Net<9, 8, 3, MaxPool>;
using Pools = Net<11, 10, 3, Pool<Average, 3, Same, Stride<2>>, Pool<Max, 3, Same, Stride<1>>, Pool<Average, 2>>;
using OneDropout = Net<3, 3, 2, Dropout>;
using OneResidual = Net<6, 5, 4, Residual<Conv<3, 4, Same>>, Dense<4>, Residual<Dense<4, ReLU>>>;
using SmallLayers = Net<7, 6, 3, Conv<3, 5>, LayerNorm, Residual<Conv<3, 5, Same>, LayerNorm>, GlobalPool<Max>, LayerNorm, Dense<4>>;
using Flattened = Net<7, 6, 3, Conv<3, 5>, Flatten, LayerNorm, Dense<8, ReLU>, GlobalPool<Average>, Flatten, Dense<4>>;
using TwoHeads = Net<9, 7, 3, Conv<3, 5>, Parallel<Conv<1, 3>, Sequential<Conv<1, 2>, Conv<3, 4, Same>>>, Heads<Dense<3>, Sequential<Dense<8, ReLU>, Dense<2>>>>;
using Mobile = Net<12, 11, 3, Conv<3, 8, Same, Stride<2>>, DepthwiseConv<3, Same>, Conv<1, 12, Linear>, BatchNorm,
                   Residual<DepthwiseConv<5, Same, Dilation<2>>, SqueezeExcite<12, 4>, Conv<1, 12, Linear>>, Conv<3, 8, Groups<4>, Same, Dilation<2>>, GlobalPool<Average>,
                   Gate<Dense<8, Sigmoid>>, Dense<4>>;
using Moves = Net<9, 8, 3, Pad<1, 0, 0, 2>, MaxPool, Conv<1, 8>, SplitChannels<Sequential<>, Conv<3, 4, Same>>, ShuffleChannels<2>, Crop<0, 1, 1, 0>, Slice<1, 6>,
                  GlobalPool<Average>, Dense<4>>;

// Fills every row with its own noise; variances are positive, some of them small.
template <class Network>
Network network_of(std::uint64_t seed) {
    Network network{Seed{seed}};
    network.edit_parameters([&](std::span<float> numbers) {
        for (const Row& row : network.rows()) {
            Random random{Seed{seed}, row.offset};
            const bool positive = row.name.ends_with("variance");
            if (row.extents.rank > 1) continue;
            for (float& number : numbers.subspan(row.offset, row.size()))
                number = static_cast<float>(positive ? std::exp(random.uniform(-8.0, 1.0)) : random.uniform(-0.6, 0.9));
        }
    });
    return network;
}

template <class Network>
Array<std::uint8_t, 4> pictures_for() {
    constexpr Shape in = Network::input;
    Array<std::uint8_t, 4> pictures({7, in.height, in.width, in.channels});
    Random random{Seed{9}};
    for (std::uint8_t& byte : pictures) byte = static_cast<std::uint8_t>(random.uniform(0.0, 255.99));
    return pictures;
}

template <class Network>
std::vector<std::byte> write_logits(const Network& network, const std::filesystem::path& path,
                                    const Array<std::uint8_t, 4>& pictures) {
    const auto logits = network.predict(pictures);
    const AnyArray array =
        AnyArray::of(std::span<const float>{logits.data(), logits.size()}, {logits.shape(0), logits.shape(1)});
    write_npy(path, array);
    return array.bytes;
}

template <class Network>
void write(const std::filesystem::path& folder, const std::string& name) {
    const auto network = network_of<Network>(17);
    const auto pictures = pictures_for<Network>();
    const auto file = [&](const char* ending) { return folder / (name + ending); };
    write_logits(network, file(".logits.npy"), pictures);
    const std::uint32_t channels = Network::output.channels;
    write_npy(file(".channels.npy"), AnyArrayView::of(std::span<const std::uint32_t>{&channels, 1}, {1}));
    write_npy(file(".pictures.npy"), AnyArrayView::of(std::span<const std::uint8_t>{pictures.data(), pictures.size()},
                                                      {pictures.shape().begin(), pictures.shape().end()}));
    for (const char* ending : {".npz", ".safetensors"}) {
        if (network.rows().empty()) continue;
        export_weights(network, folder / (name + ".to_keras" + ending), WeightLayout::keras);
        export_weights(network, folder / (name + ".to_pytorch" + ending), WeightLayout::pytorch);
    }
    export_onnx(network, file(".onnx"));
    export_onnx(network, file(".bytes.onnx"), {.bytes = true, .probabilities = true, .labels = {"a", "b", "c"}});
    export_onnx(network, file(".scaled.onnx"),
                {.bytes = true,
                 .preprocessing = {.scale = 1.0f / 255.0f,
                                   .mean = std::vector<float>(Network::input.channels, 0.0f),
                                   .deviation = std::vector<float>(Network::input.channels, 1.0f)}});
}

template <class Network>
void read(const std::filesystem::path& folder, const std::string& name) {
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        const std::string file = entry.path().filename().string();
        const auto is = [&](const char* origin) { return file.starts_with(name + "." + origin + "."); };
        Network network;
        if (is("from_keras"))
            import_weights(network, entry.path(), WeightLayout::keras);
        else if (is("from_pytorch"))
            import_weights(network, entry.path(), WeightLayout::pytorch);
        else if (is("from_onnx"))
            import_onnx(network, entry.path());
        else
            continue;
        write_logits(network, folder / (file + ".logits.npy"), pictures_for<Network>());
    }
}

template <class Each>
void each_network(Each each) {
    each.template operator()<Study>("study");
    each.template operator()<Deep>("deep");
    each.template operator()<Strided>("strided");
    each.template operator()<Activations>("activations");
    each.template operator()<OneDense>("dense");
    each.template operator()<OneNorm>("batch_norm");
    each.template operator()<OnePool>("pool");
    each.template operator()<Pools>("pools");
    each.template operator()<OneDropout>("dropout");
    each.template operator()<OneResidual>("residual");
    each.template operator()<SmallLayers>("small_layers");
    each.template operator()<Flattened>("flattened");
    each.template operator()<TwoHeads>("heads");
    each.template operator()<Moves>("moves");
    each.template operator()<Mobile>("mobile");
}

}  // namespace

int main(int count, char** arguments) {
    const std::string act = count == 3 ? arguments[1] : "";
    if (act != "write" && act != "read") {
        std::fprintf(stderr, "use: %s write FOLDER, or %s read FOLDER\n", arguments[0], arguments[0]);
        return 2;
    }
    try {
        each_network([&]<class Network>(const char* name) {
            if (act == "write") {
                write<Network>(arguments[2], name);
            } else {
                read<Network>(arguments[2], name);
            }
        });
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
