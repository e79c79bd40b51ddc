// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"
#include "shared_data.hpp"

#include <denim/data/read_folder.hpp>
#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/format.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

using namespace denim;

namespace {

using Small =
    Network<Image<7, 6, 2>,
            Sequential<Conv<3, 4, Same>, Residual<Conv<3, 4, Same, NoBias>, BatchNorm>, MaxPool, Dense<5, ReLU>, Dense<3>>>;
using Study = Network<Image<120, 90, 3>, Sequential<Conv<3, 32>, MaxPool, Conv<3, 32>, MaxPool, Dense<3>>>;

Small some_network() {
    Small network{Seed{5}};
    network.edit([](auto& layers) {
        const auto norm = layers.template get<1, 1>();
        for (std::size_t c = 0; c < 4; ++c) {
            const auto n = static_cast<float>(c);
            norm.gamma()(c) = 1.5f - n, norm.beta()(c) = n, norm.mean()(c) = 0.1f * n, norm.variance()(c) = 0.0005f + n;
        }
        layers.template get<0>().bias()(1) = 0.25f;
    });
    return network;
}

template <class Network>
Network filled() {
    Network network{Seed{3}};
    network.edit_parameters([](std::span<float> numbers) {
        float number = 1;
        for (float& each : numbers) each = number++;
    });
    return network;
}

template <class Network>
float largest_difference(const Network& a, const Network& b) {
    float largest = 0;
    for (std::size_t n = 0; n < a.parameters().size(); ++n)
        largest = std::max(largest, std::fabs(a.parameters()[n] - b.parameters()[n]));
    return largest;
}

// The study's network by definition, in double precision: valid 3 x 3 windows with ReLU, then the largest of 2 x 2.
using Volume = std::vector<double>;
Volume convolved_and_pooled(const Volume& in, Shape& shape, const std::vector<float>& kernel, const std::vector<float>& bias) {
    const std::size_t channels = shape.channels, filters = bias.size(), height = (shape.height - 2) / 2,
                      width = (shape.width - 2) / 2;
    Volume out(height * width * filters, 0.0);
    std::vector<double> sum(filters);
    for (std::size_t y = 0; y < 2 * height; ++y)
        for (std::size_t x = 0; x < 2 * width; ++x) {
            for (std::size_t f = 0; f < filters; ++f) sum[f] = static_cast<double>(bias[f]);
            for (std::size_t i = 0; i < 9 * channels; ++i) {
                const double pixel = in[((y + i / (3 * channels)) * shape.width + x) * channels + i % (3 * channels)];
                for (std::size_t f = 0; f < filters; ++f) sum[f] += pixel * static_cast<double>(kernel[i * filters + f]);
            }
            double* to = out.data() + ((y / 2) * width + x / 2) * filters;
            for (std::size_t f = 0; f < filters; ++f) to[f] = std::max(to[f], sum[f]);  // from 0 on: ReLU
        }
    shape = {height, width, filters};
    return out;
}

}  // namespace

TEST_CASE("weights go out in another framework's layout and come back") {
    const Scratch scratch;
    const Small network = some_network();
    for (const auto layout : {WeightLayout::keras, WeightLayout::pytorch})
        for (const char* name : {"w.npz", "w.safetensors"}) {
            export_weights(network, scratch / name, layout);
            Small loaded;
            import_weights(loaded, scratch / name, layout);
            CHECK(largest_difference(network, loaded) <=
                  (layout == WeightLayout::keras ? 0.0f : 1e-6f));  // gamma is scaled twice
        }
    const auto arrays = read_npz(scratch / "w.npz");
    CHECK(arrays.at("0.weights").shape == std::vector<std::size_t>{4, 2, 3, 3});
    CHECK(arrays.at("3.weights").shape == std::vector<std::size_t>{5, 36});
    // PyTorch's BatchNorm adds 1e-5 to the variance, ours 1e-3.
    const double gamma = static_cast<double>(arrays.at("1.1.gamma").as<float>()[0]);
    CHECK(gamma / std::sqrt(0.0005 + 1e-5) == doctest::Approx(1.5 / std::sqrt(0.0005 + 1e-3)).epsilon(1e-6));
    const NameTable names{{"0.weights", "first.kernel"}};
    export_weights(network, scratch / "named.npz", WeightLayout::keras, {.names = names});
    CHECK(read_npz(scratch / "named.npz").contains("first.kernel"));
    Small loaded;
    import_weights(loaded, scratch / "named.npz", WeightLayout::keras, {.names = names});
    CHECK(largest_difference(network, loaded) == 0.0f);
}

TEST_CASE("slopes and factors as Keras, PyTorch and torchvision shape them") {
    const Scratch scratch;
    using Net = Network<Image<4, 3, 2>, Sequential<Conv<1, 5, Linear>, PReLU, Scale, Dense<4>, PReLU>>;
    const Net network = filled<Net>();
    for (const WeightLayout layout : {WeightLayout::keras, WeightLayout::pytorch}) {
        export_weights(network, scratch / "channels.npz", layout);
        Net other;
        import_weights(other, scratch / "channels.npz", layout);
        CHECK(largest_difference(network, other) == 0);
    }
    export_weights(network, scratch / "keras.npz", WeightLayout::keras);
    const ForeignWeights keras = read_foreign_weights(scratch / "keras.npz");
    REQUIRE(keras.tensors.size() == 7);
    CHECK(keras.tensors[2].shape == std::vector<std::size_t>{1, 1, 5});
    CHECK(keras.tensors[3].shape == std::vector<std::size_t>{5});
    CHECK(keras.tensors[6].shape == std::vector<std::size_t>{4});
    const std::vector<float> five{1, 2, 3, 4, 5};
    std::vector<NamedView> views{{"block.layer_scale", AnyArrayView::of(std::span<const float>{five}, {5, 1, 1})}};
    write_npz(scratch / "torchvision.npz", views);
    Network<Image<4, 3, 5>, Sequential<Scale>> factors;
    import_weights(factors, scratch / "torchvision.npz", WeightLayout::pytorch);
    CHECK(factors.layer<0>().factor() == Array<float, 1>{1, 2, 3, 4, 5});
}

TEST_CASE("the parts of a SeparableConv2D, by order and by name") {
    const Scratch scratch;
    using Net = Network<Image<4, 4, 2>, Sequential<SeparableConv<3, 5, Same>, SeparableConv<3, 2, Same>, SeparableConv<3, 5, Same>>>;
    const Net network = filled<Net>();
    const auto views = [&](const std::vector<std::string>& layers) {
        std::vector<NamedView> all;
        for (std::size_t n = 0; n < 9; ++n) {
            const Row& row = network.rows()[n];
            const auto numbers = network.parameters().subspan(row.offset, row.size());
            const std::string name = layers[n / 3] + std::array{"depthwise_kernel", "pointwise_kernel", "bias"}[n % 3];
            const std::vector<std::vector<std::size_t>> shapes{{3, 3, row.extents.values[2], 1}, {1, 1, row.extents.values[2], row.extents.values[3]}, {row.size()}};
            all.push_back({name, AnyArrayView::of(numbers, shapes[n % 3])});
        }
        return all;
    };
    const auto keras = views({"separable_conv2d/", "separable_conv2d_1/", "separable_conv2d_2/"});
    write_npz(scratch / "ordered.npz", keras);
    write_safetensors(scratch / "named.safetensors", keras);
    for (const char* const file : {"ordered.npz", "named.safetensors"}) {
        Net other;
        import_weights(other, scratch / file, WeightLayout::keras);
        CHECK(largest_difference(network, other) == 0);
    }
    write_safetensors(scratch / "two.safetensors", views({"stem/", "middle/", "end/"}));
    Net other;
    CHECK(message_of([&] { import_weights(other, scratch / "two.safetensors", WeightLayout::keras); }).find("have the same shapes, and this file keeps no order") !=
          std::string::npos);
}

TEST_CASE("a dense layer of each pixel is a convolution of 1 x 1, and a convolution of one pixel a dense layer") {
    const Scratch scratch;
    const std::vector<float> numbers{1, 2, 3, 4, 5, 6};
    const std::vector<float> turned{1, 4, 2, 5, 3, 6};  // (3, 2)
    const auto check = [&]<class Net>(Net network, const char* name, std::vector<std::size_t> shape, WeightLayout layout) {
        for (const char* const ending : {"npz", "safetensors"}) {
            const auto path = scratch / (std::string{"dense."} + ending);
            const std::vector<NamedView> views{{name, AnyArrayView::of(std::span<const float>{numbers}, shape)}};
            if (path.extension() == ".npz")
                write_npz(path, views);
            else
                write_safetensors(path, views);
            network.edit_parameters([](std::span<float> all) { std::ranges::fill(all, 0.0f); });
            import_weights(network, path, layout);
            const auto& expected = layout == WeightLayout::keras ? numbers : turned;
            CHECK(std::ranges::equal(network.parameters(), expected));
        }
    };
    const Network<Image<4, 4, 3>, Sequential<Conv<1, 2, NoBias>>> keras, pytorch;
    const Network<Image<4, 4, 3>, Sequential<GlobalPool<Average>, Dense<2, NoBias>>> pooled;
    check(keras, "dense/kernel", {3, 2}, WeightLayout::keras);
    check(pytorch, "fc.weight", {2, 3}, WeightLayout::pytorch);
    check(pooled, "conv/kernel", {1, 1, 3, 2}, WeightLayout::keras);
    check(pooled, "conv.weight", {2, 3, 1, 1}, WeightLayout::pytorch);
    // not where the window is no single pixel, and not where a flatten decides about the order
    const auto refused = [&]<class Net>(Net network, std::vector<std::size_t> shape) {
        write_npz(scratch / "other.npz", std::vector<NamedView>{{"weight", AnyArrayView::of(std::span<const float>{numbers}, std::move(shape))}});
        CHECK_THROWS_AS(import_weights(network, scratch / "other.npz", WeightLayout::pytorch), FileError);
    };
    refused(Network<Image<4, 4, 3>, Sequential<Conv<Window<1, 2>, 1, NoBias>>>{}, {2, 3});
    refused(Network<Image<3, 1, 1>, Sequential<Dense<2, NoBias>>>{}, {2, 3, 1, 1});
    refused(Network<Image<4, 4, 2>, Sequential<Conv<1, 3, NoBias>>>{}, {2, 3});
}

TEST_CASE("BatchNorm with an epsilon of its own takes gamma as it is, another file's with the epsilon that is named; without gamma both must be the same") {
    const Scratch scratch;
    using Stated = Network<Image<3, 2, 2>, Sequential<BatchNormOf<Epsilon<1e-5>>, Dense<2>, BatchNormOf<NoBeta>>>;
    Stated network{Seed{3}};
    network.edit_parameters([](std::span<float> numbers) {
        for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = 0.25f + 0.01f * static_cast<float>(n);
    });
    export_weights(network, scratch / "stated.npz", WeightLayout::pytorch);
    const ForeignWeights file = read_foreign_weights(scratch / "stated.npz");
    CHECK(file.tensors[0].values[0] == network.layer<0>().gamma()(0));
    CHECK(file.tensors[6].values[0] == doctest::Approx(network.layer<2>().gamma()(0) * std::sqrt((network.layer<2>().variance()(0) + 1e-5) / (network.layer<2>().variance()(0) + 1e-3))).epsilon(1e-6));
    Stated other;
    import_weights(other, scratch / "stated.npz", WeightLayout::pytorch);
    CHECK(largest_difference(network, other) < 1e-6f);
    import_weights(other, scratch / "stated.npz", WeightLayout::pytorch, {.batch_norm_epsilon = 0.5});
    const double variance = network.layer<0>().variance()(1);
    CHECK(other.layer<0>().gamma()(1) == doctest::Approx(network.layer<0>().gamma()(1) * std::sqrt((variance + 1e-5) / (variance + 0.5))).epsilon(1e-6));

    using Plainer = Network<Image<3, 2, 2>, Sequential<BatchNormOf<NoGamma, NoBeta>>>;
    using Same = Network<Image<3, 2, 2>, Sequential<BatchNormOf<Epsilon<1e-5>, NoGamma, NoBeta>>>;
    export_weights(Plainer{}, scratch / "plainer.npz", WeightLayout::keras);
    Plainer plainer;
    CHECK_NOTHROW(import_weights(plainer, scratch / "plainer.npz", WeightLayout::keras));
    const std::string message = message_of([&] { import_weights(plainer, scratch / "plainer.npz", WeightLayout::pytorch); });
    CHECK(message.find("0.variance is of a BatchNorm with the epsilon 0.001, there it is 1e-05; without a gamma") != std::string::npos);
    Same same;
    CHECK_NOTHROW(import_weights(same, scratch / "plainer.npz", WeightLayout::pytorch));
}

TEST_CASE("groups of a picture that PyTorch flattened are other groups") {
    const Scratch scratch;
    const Network<Image<3, 2, 2>, Sequential<Flatten, GroupNorm<2>, Dense<2>>> behind;
    CHECK_NOTHROW(export_weights(behind, scratch / "groups.npz", WeightLayout::keras));
    CHECK(message_of([&] { export_weights(behind, scratch / "groups.npz", WeightLayout::pytorch); }).find("the order that its numbers have there is not known") != std::string::npos);
    const Network<Image<3, 2, 2>, Sequential<GroupNorm<2>, Flatten, GroupNorm<1>, Dense<2>>> before;
    CHECK_NOTHROW(export_weights(before, scratch / "groups.npz", WeightLayout::pytorch));
}

TEST_CASE("a file that does not fit changes nothing") {
    const Scratch scratch;
    const Small network = some_network();
    export_weights(network, scratch / "w.npz", WeightLayout::keras);
    Small other{Seed{6}};
    const Small before = other;
    CHECK(message_of([&] {
              import_weights(other, scratch / "w.npz", WeightLayout::pytorch);
          }).find("| 0.weights (4, 2, 3, 3)") != std::string::npos);
    auto arrays = read_npz(scratch / "w.npz");
    arrays.at("4.bias").values<float>()[1] = std::nanf("");
    std::vector<NamedView> views;
    for (const Row& row : network.rows()) views.push_back({row.name, arrays.at(row.name)});
    write_npz(scratch / "nan.npz", views);
    CHECK(message_of([&] {
              import_weights(other, scratch / "nan.npz", WeightLayout::keras);
          }).find("'4.bias' holds a number that is not finite") != std::string::npos);
    write_bytes(scratch / "text", bytes_of_text("no weights at all"));
    CHECK_THROWS_AS(import_weights(other, scratch / "text", WeightLayout::keras), FileError);
    const auto named = [&](const std::string& bytes, const char* kind) {
        write_bytes(scratch / "other", bytes_of_text(bytes));
        const std::string imported = message_of([&] { import_weights(other, scratch / "other", WeightLayout::pytorch); });
        CHECK_MESSAGE(imported.find(std::string{"an npz, safetensors or PyTorch file was expected, this is "} + kind) != std::string::npos, imported);
        const std::string loaded = message_of([&] { load_into(other, scratch / "other"); });
        CHECK_MESSAGE(loaded.find(std::string{"a safetensors file was expected, this is "} + kind) != std::string::npos, loaded);
    };
    named("\x89HDF\r\n\x1a\n with groups and data sets", "an HDF5 file");
    write_bytes(scratch / "other", bytes_of_text("\x80\x02\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02"));
    CHECK(message_of([&] { import_weights(other, scratch / "other", WeightLayout::pytorch); }).find("of the pickle: it is cut") != std::string::npos);
    CHECK(message_of([&] { load_into(other, scratch / "other"); }).find("a safetensors file was expected, this is a PyTorch file") != std::string::npos);
    named("{\"class_name\": \"Sequential\"}", "a JSON text");
    write_bytes(scratch / "empty", {});
    CHECK_THROWS_AS(import_weights(other, scratch / "empty", WeightLayout::keras), FileError);
    CHECK_THROWS_AS(import_weights(other, scratch / "missing", WeightLayout::keras), FileError);
    CHECK(largest_difference(other, before) == 0.0f);
}

TEST_CASE("a state dict of torch.save is read without Python, BatchNorm and all") {
    const auto file = golden("pytorch/checkpoint.pth");
    Network<Image<4, 4, 1>, Sequential<Conv<3, 2, Linear>, BatchNorm, Dense<2>>> other;
    CHECK(message_of([&] { import_weights(other, file, WeightLayout::pytorch); }).find("2.weights") != std::string::npos);
    Network<Image<4, 4, 1>, Sequential<Conv<3, 2, Linear>, BatchNormOf<Epsilon<1e-5>>>> network;
    import_weights(network, file, WeightLayout::pytorch);
    const auto weights = network.layer<0>().weights();  // PyTorch's (filter, channel, row, column) were 0, 1 / 4, 2 / 4, ...
    for (std::size_t f = 0; f < 2; ++f)
        for (std::size_t y = 0; y < 3; ++y)
            for (std::size_t x = 0; x < 3; ++x) CHECK(weights(y, x, 0, f) == static_cast<float>(9 * f + 3 * y + x) / 4);
    CHECK(network.layer<0>().bias()(1) == 1.25f);
    CHECK(network.layer<1>().gamma()(1) == 2.25f);
    CHECK(network.layer<1>().beta()(0) == 3);
    CHECK(network.layer<1>().mean()(0) != 0);
}

TEST_CASE("what stands behind a flatten is re-ordered from channels first") {
    const Scratch scratch;
    using Direct = Network<Image<2, 3, 4>, Sequential<Conv<1, 4>, Dense<5>>>;
    using Flat = Network<Image<2, 3, 4>, Sequential<Conv<1, 4>, Flatten, Dropout, Activation<Tanh>, BatchNorm, Dense<5>, Dense<24>, Dense<2>>>;
    const Flat network = filled<Flat>();
    export_weights(network, scratch / "flat.npz", WeightLayout::pytorch, {.batch_norm_epsilon = 1e-3});
    const auto arrays = read_npz(scratch / "flat.npz");
    const auto dense = arrays.at("5.weights").as<float>();
    const auto view = network.layer<5>().weights();
    for (std::size_t o = 0; o < 5; ++o)
        for (std::size_t c = 0; c < 4; ++c)
            for (std::size_t pixel = 0; pixel < 6; ++pixel) CHECK(dense[o * 24 + c * 6 + pixel] == view(pixel * 4 + c, o));
    for (const char* name : {"gamma", "beta", "mean", "variance"}) {
        const Row& row = *std::ranges::find(network.rows(), std::string{"4."} + name, &Row::name);
        const auto theirs = arrays.at(row.name).as<float>();
        for (std::size_t n = 0; n < 24; ++n) CHECK(theirs[n] == network.parameters()[row.offset + n % 6 * 4 + n / 6]);
    }
    CHECK(arrays.at("6.bias").as<float>()[7] == network.layer<6>().bias()(7));  // as many outputs as a flatten gave, in no other order
    CHECK(arrays.at("7.weights").as<float>()[1] == network.layer<7>().weights()(1, 0));
    Flat loaded;
    import_weights(loaded, scratch / "flat.npz", WeightLayout::pytorch, {.batch_norm_epsilon = 1e-3});
    CHECK(largest_difference(network, loaded) == 0.0f);
    export_weights(network, scratch / "keras.npz", WeightLayout::keras);
    CHECK(read_npz(scratch / "keras.npz").at("5.weights").as<float>()[1] == view(0, 1));

    // With a flatten in front or without one, a file says the same.
    using Written = Network<Image<2, 3, 4>, Sequential<Conv<1, 4>, Flatten, Dense<5>>>;
    export_weights(filled<Written>(), scratch / "written.npz", WeightLayout::pytorch);
    Direct direct;
    import_weights(direct, scratch / "written.npz", WeightLayout::pytorch);
    CHECK(std::ranges::equal(direct.parameters(), filled<Written>().parameters()));
}

TEST_CASE("branches that are flattened keep their order side by side") {
    const Scratch scratch;
    using Side = Network<Image<2, 2, 3>, Sequential<Parallel<Flatten, Sequential<Conv<1, 2>, Flatten>>, Dense<2>>>;
    const Side network = filled<Side>();
    export_weights(network, scratch / "w.npz", WeightLayout::pytorch);
    const auto dense = read_npz(scratch / "w.npz").at("1.weights").as<float>();
    const auto ours = network.layer<1>().weights();
    CHECK(dense[1] == ours(3, 0));            // channel 0 of the second pixel
    CHECK(dense[12 + 1] == ours(12 + 2, 0));  // likewise, in the second branch
    CHECK(dense[12 + 4] == ours(12 + 1, 0));  // channel 1 of the first pixel
    using Mixed = Network<Image<2, 2, 3>, Sequential<Flatten, Residual<Dense<12>>, Dense<2>>>;
    CHECK(message_of([&] { export_weights(Mixed{}, scratch / "m.npz", WeightLayout::pytorch); }).find("the order that its numbers have there is not known") !=
          std::string::npos);
    export_weights(Mixed{}, scratch / "m.npz", WeightLayout::keras);
    Mixed mixed;
    CHECK(!message_of([&] { import_weights(mixed, scratch / "m.npz", WeightLayout::pytorch); }).empty());
    import_weights(mixed, scratch / "m.npz", WeightLayout::keras);
}

TEST_CASE("what stands beside a layer is in another branch: not before it, not behind it") {
    using Chain = Network<Image<4, 4, 3>, Sequential<Conv<1, 6>, Residual<Conv<3, 6, Same>, Conv<3, 6, Same>>, Dense<3>>>;
    for (const auto& place : detail::weight_places(Chain{}, WeightLayout::keras)) CHECK(place.beside.empty());
    using Two = Network<Image<4, 4, 3>, Sequential<Conv<1, 6>, Parallel<Conv<3, 6, Same>, Sequential<Conv<3, 6, Same>, Conv<1, 6>>>, Dense<3>>>;
    std::vector<std::size_t> counts;
    for (const auto& place : detail::weight_places(Two{}, WeightLayout::keras)) counts.push_back(place.beside.size());
    CHECK(counts == std::vector<std::size_t>{0, 0, 2, 2, 1, 1, 1, 1, 0, 0});  // weights and bias of each
}

TEST_CASE("branches do not take each other's weights") {
    const Scratch scratch;
    using Deep = Network<Image<4, 4, 3>, Sequential<Conv<1, 6>, Parallel<Conv<3, 6, Same>, Sequential<Conv<3, 6, Same>, Conv<3, 6, Same>>>,
                                                    GlobalPool<Average>, Dense<3>>>;
    const Deep network = filled<Deep>();
    // As Keras lists them: the deepest first, whatever the order of the branches.
    const std::array<std::pair<const char*, const char*>, 5> keras{
        {{"0", "stem"}, {"1.1.0", "deep1"}, {"1.0", "short"}, {"1.1.1", "deep2"}, {"3", "head"}}};
    export_weights(network, scratch / "own.npz", WeightLayout::keras);
    const auto arrays = read_npz(scratch / "own.npz");
    std::vector<NamedView> named, nameless;
    NameTable names;
    for (const auto& [row, layer] : keras)
        for (const auto& [ours, theirs] : {std::pair{".weights", "/kernel"}, {".bias", "/bias"}}) {
            const AnyArray& array = arrays.at(std::string{row} + ours);
            named.push_back({std::string{layer} + theirs, array});
            nameless.push_back({"arr_" + std::to_string(nameless.size()), array});
            names[std::string{row} + ours] = std::string{layer} + theirs;
        }
    write_npz(scratch / "nameless.npz", nameless);
    write_npz(scratch / "named.npz", named);
    write_safetensors(scratch / "named.safetensors", named);
    Deep loaded;
    const Deep before = loaded;
    for (const char* file : {"nameless.npz", "named.npz", "named.safetensors"})
        CHECK(message_of([&] { import_weights(loaded, scratch / file, WeightLayout::keras); }).find("give a table of names") != std::string::npos);
    CHECK(largest_difference(loaded, before) == 0.0f);
    for (const char* file : {"named.npz", "named.safetensors"}) {
        loaded = before;
        import_weights(loaded, scratch / file, WeightLayout::keras, {.names = names});
        CHECK(largest_difference(loaded, network) == 0.0f);
    }
    loaded = before;
    import_weights(loaded, scratch / "own.npz", WeightLayout::keras);
    CHECK(largest_difference(loaded, network) == 0.0f);
}

TEST_CASE("the study's own weights label its photographs") {
    const auto weights = shared_data("seed-weights/primary-run-1.npz"), photos = shared_data("photos");
    if (!weights || !photos) return;
    Study network;
    import_weights(network, *weights, WeightLayout::keras);
    const DataSet set = read_folder(*photos, Size{120, 90});
    REQUIRE(set.size() == 55);
    const auto logits = network.predict(set.images);
    const auto arrays = read_npz(*weights);
    const auto numbers = [&](const char* name) { return arrays.at(name).as<float>(); };
    const auto dense = numbers("dense_kernel"), bias = numbers("dense_bias");
    const std::array<std::string, 3> categories{"glasses", "trousers", "shoes"};
    std::size_t right = 0;
    double largest = 0;
    for (std::size_t n = 0; n < set.size(); ++n) {
        Shape shape{120, 90, 3};
        Volume value(shape.size());
        for (std::size_t i = 0; i < value.size(); ++i) value[i] = set.images.data()[n * value.size() + i] / 255.0;
        value = convolved_and_pooled(value, shape, numbers("conv1_kernel"), numbers("conv1_bias"));
        value = convolved_and_pooled(value, shape, numbers("conv2_kernel"), numbers("conv2_bias"));
        std::size_t best = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            double logit = static_cast<double>(bias[k]);
            for (std::size_t i = 0; i < value.size(); ++i) logit += value[i] * static_cast<double>(dense[i * 3 + k]);
            largest = std::max(largest, std::fabs(logit - static_cast<double>(logits(n, k))));
            if (logits(n, k) > logits(n, best)) best = k;
        }
        const std::string& name = set.class_names.at(static_cast<std::size_t>(set.labels(n)));
        right += name.substr(0, name.find('/')) == categories[best];
    }
    MESSAGE("largest difference of a logit: " << largest);
    CHECK(right == 55);
    CHECK(largest < 1e-3);
}

TEST_CASE("weights along sequences have no axis of rows in Keras and PyTorch") {
    const Scratch scratch;
    using Net = Network<Image<1, 12, 3>, Sequential<Conv<Window<1, 5>, 8>, DepthwiseConv<Window<1, 3>, NoBias>, PReLU, Conv<Window<1, 3>, 8, NoBias>, Dense<4>>>;
    const Net network = filled<Net>();
    for (const WeightLayout layout : {WeightLayout::keras, WeightLayout::pytorch}) {
        const bool keras = layout == WeightLayout::keras;
        export_weights(network, scratch / "pictures.npz", layout);
        ForeignWeights file = read_foreign_weights(scratch / "pictures.npz");
        for (ForeignTensor& tensor : file.tensors)  // what they would have written
            if (tensor.shape.size() == 4) tensor.shape.erase(tensor.shape.begin() + (keras ? 0 : 2));
            else if (keras && tensor.shape.size() == 3) tensor.shape.erase(tensor.shape.begin());
        std::vector<NamedView> views;
        for (std::size_t n = 0; n < file.tensors.size(); ++n)
            views.push_back({"part." + std::to_string(n / 2) + (file.tensors[n].name.ends_with("bias") ? ".bias" : ".weight") + std::to_string(n),
                             AnyArrayView::of(std::span<const float>{file.tensors[n].values}, file.tensors[n].shape)});
        write_npz(scratch / "sequences.npz", views);
        Net ordered;
        import_weights(ordered, scratch / "sequences.npz", layout);
        CHECK(largest_difference(network, ordered) == 0);
        const std::vector<std::string> names{"c1.weight", "c1.bias", "d.weight", "p.alpha", "c2.weight", "e.weight", "e.bias"};
        for (std::size_t n = 0; n < names.size(); ++n) views[n].name = names[n];
        write_safetensors(scratch / "sequences.safetensors", views);
        Net unordered;
        import_weights(unordered, scratch / "sequences.safetensors", layout);
        CHECK(largest_difference(network, unordered) == 0);
    }
    const std::vector<float> numbers(5 * 3 * 8);
    const std::vector<NamedView> views{{"w", AnyArrayView::of(std::span<const float>{numbers}, {3, 5, 8})}};
    write_npz(scratch / "turned.npz", views);
    Network<Image<1, 12, 3>, Sequential<Conv<Window<1, 5>, 8, NoBias>>> turned;
    CHECK_THROWS_AS(import_weights(turned, scratch / "turned.npz", WeightLayout::keras), FileError);
    Network<Image<5, 12, 3>, Sequential<Conv<Window<5, 1>, 8, NoBias>>> column;
    CHECK_THROWS_AS(import_weights(column, scratch / "turned.npz", WeightLayout::keras), FileError);
}
