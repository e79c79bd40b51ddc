// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/exchange/import_onnx.hpp>
#include <denim/exchange/spell_onnx.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace denim;

namespace testing {

struct Mish {  // one of a user's own, whatever its name
    static constexpr bool of_input = true;
    template <class Number>
    static Number value(Number x) {
        return x;
    }
    template <class Number>
    static Number slope(Number x, Number /*y*/) {
        return x;
    }
};

}  // namespace testing

namespace {

using Small = Network<Image<9, 8, 2>,
                      Sequential<Conv<3, 4, Same, Stride<2>>, Residual<Conv<3, 4, Same, NoBias, Linear>, BatchNorm>, MaxPool, Dropout, Dense<3>>>;

std::vector<std::string> types_of(const OnnxModel& model) {
    std::vector<std::string> types;
    for (const OnnxNode& node : model.nodes) types.push_back(node.type);
    return types;
}

}  // namespace

TEST_CASE("each layer becomes its nodes, in the order in which the user wrote them") {
    const OnnxModel model = onnx_model(Small{Seed{1}}, {.bytes = true, .probabilities = true, .labels = {"a", "b", "c"}});
    CHECK(types_of(model) == std::vector<std::string>{"Cast", "Mul", "Transpose", "Conv", "Relu", "Conv", "BatchNormalization", "Add", "MaxPool",
                                                      "Flatten", "Gemm", "Softmax"});
    CHECK(model.nodes[3].attribute<std::vector<std::int64_t>>("pads") == std::vector<std::int64_t>{1, 0, 1, 1});
    CHECK(model.nodes[7].inputs == std::vector<std::string>{"0.Relu", "1.1.BatchNormalization"});
    CHECK(model.inputs.at(0).type == ElementType::uint8);
    CHECK(model.inputs.at(0).shape == std::vector<std::size_t>{0, 9, 8, 2});
    CHECK(model.outputs.at(0).name == "probabilities");
    CHECK(model.metadata.at("labels") == R"(["a","b","c"])");
    CHECK(model.weights.back().second.shape == std::vector<std::size_t>{3});
    CHECK(onnx_model(Small{}).inputs.at(0).type == ElementType::float32);
    CHECK(message_of([] {
              (void)onnx_model(Small{}, {.bytes = true, .preprocessing = {.mean = {1, 2, 3}}});
          }).find("3 numbers, but pictures have 2") != std::string::npos);
}

TEST_CASE("weights come back from the file, and a file of another network changes nothing") {
    const Scratch scratch;
    const Small network{Seed{4}};
    export_onnx(network, scratch / "small.onnx");
    Small loaded;
    import_onnx(loaded, scratch / "small.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    const Small before = loaded;
    const auto refused = [&](const char* name, auto change) {
        OnnxModel other = read_onnx(scratch / "small.onnx");
        change(other);
        write_onnx(scratch / name, other);
        const std::string message = message_of([&] { import_onnx(loaded, scratch / name); });
        CHECK(std::ranges::equal(before.parameters(), loaded.parameters()));
        return message.substr(message.find(name) + std::string{name}.size());
    };
    const auto node = [](OnnxModel& model, const char* type) -> OnnxNode& { return *std::ranges::find(model.nodes, type, &OnnxNode::type); };
    const auto set = [](OnnxNode& of, const char* name, std::vector<std::int64_t> values) {
        std::ranges::find(of.attributes, name, &OnnxAttribute::name)->value = std::move(values);
    };
    CHECK(refused("missing.onnx", [&](OnnxModel& m) {
              m.nodes.erase(m.nodes.begin() + (&node(m, "MaxPool") - m.nodes.data())), node(m, "Flatten").inputs[0] = "1.Add";
          }).find("the node '4.Gemm' (Gemm): weights (3, 16) do not fit the last axis of its input") != std::string::npos);
    CHECK(refused("pads.onnx", [&](OnnxModel& m) { set(node(m, "Conv"), "pads", {1, 1, 1, 0}); }).find("(layer 0)") != std::string::npos);
    CHECK(refused("window.onnx",
                  [&](OnnxModel& m) {
                      set(node(m, "MaxPool"), "kernel_shape", {3, 2});
                  })
              .starts_with(": the node '2.MaxPool' (MaxPool) is Max pooling over windows of 3 x 2, steps 2 x 2, zeros 0 0 0 0, where the network has "
                           "Max pooling over windows of 2 x 2"));
    CHECK(refused("activation.onnx", [&](OnnxModel& m) { node(m, "Relu").type = "Tanh"; }) ==
          ": the node '0.Relu' (Tanh) is the activation tanh, where the network has the activation relu (layer 0)");
    CHECK(refused("pool.onnx", [&](OnnxModel& m) { node(m, "MaxPool").type = "AveragePool"; }).find("Average pooling") != std::string::npos);
    CHECK(refused("norm.onnx", [&](OnnxModel& m) {
              node(m, "BatchNormalization").type = "MeanVarianceNormalization";
          }).find("(MeanVarianceNormalization): Denim has no layer") != std::string::npos);
    CHECK(refused("scaled.onnx", [&](OnnxModel& m) {
              m.nodes.insert(m.nodes.begin(), {"Neg", "first", {"images"}, {"n"}}), node(m, "Transpose").inputs[0] = "n";
          }).find("the node 'first' (Neg): Denim has no layer for it") != std::string::npos);
    CHECK(refused("nan.onnx", [&](OnnxModel& m) {
              m.weights[0].second.values<float>()[0] = std::nanf("");
          }).find("holds a number that is not finite") != std::string::npos);
    CHECK(refused("no.onnx", [&](OnnxModel& m) {
              m.nodes.clear(), m.outputs[0].name = "images";
          }).find("pictures (9, 8, 2) were expected, the file takes (8, 2, 9)") != std::string::npos);
}

TEST_CASE("what the file does to bytes and to logits besides is passed over if the network does so, too") {
    const Scratch scratch;
    const Small network{Seed{4}};
    Small loaded;
    export_onnx(network, scratch / "bytes.onnx", {.bytes = true, .probabilities = true});
    import_onnx(loaded, scratch / "bytes.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    export_onnx(network, scratch / "neutral.onnx", {.bytes = true, .preprocessing = {.mean = {0, 0}, .deviation = {1, 1}}});
    import_onnx(loaded, scratch / "neutral.onnx");
    export_onnx(network, scratch / "mean.onnx", {.bytes = true, .preprocessing = {.mean = {0.5f, 0.25f}}});
    CHECK(message_of([&] { import_onnx(loaded, scratch / "mean.onnx"); }).find("the node 'input.Sub' (Sub) is the layer Normalise<Mean<0.5, 0.25>, Deviation<1>>, where the network has") !=
          std::string::npos);
    // a network that does so itself takes it
    Network<Image<9, 8, 2>, Sequential<Normalise<Mean<0.5, 0.25>, Deviation<1>>, Conv<3, 4, Same>, Dense<3>>> normal{Seed{2}}, other;
    Network<Image<9, 8, 2>, Sequential<Conv<3, 4, Same>, Dense<3>>> bare;
    bare.edit_parameters([&](std::span<float> numbers) { std::ranges::copy(normal.parameters(), numbers.begin()); });
    export_onnx(bare, scratch / "bare.onnx", {.bytes = true, .preprocessing = {.mean = {0.5f, 0.25f}}});
    import_onnx(other, scratch / "bare.onnx");
    CHECK(std::ranges::equal(normal.parameters(), other.parameters()));
}

TEST_CASE("one Concat of all branches and one of Concats are the same") {
    const Scratch scratch;
    using Net = Network<Image<4, 3, 2>, Sequential<Parallel<Conv<1, 2>, Sequential<Conv<1, 3>, Parallel<Conv<1, 2>, Conv<3, 2, Same>>>>, Dense<2>>>;
    const Net network{Seed{6}};
    OnnxModel model = onnx_model(network);
    const auto inner = std::ranges::find(model.nodes, "Concat", &OnnxNode::type);
    const auto outer = std::find_if(inner + 1, model.nodes.end(), [](const OnnxNode& node) { return node.type == "Concat"; });
    REQUIRE(outer != model.nodes.end());
    const auto joined = std::ranges::find(outer->inputs, inner->outputs[0]);
    REQUIRE(joined != outer->inputs.end());
    outer->inputs.insert(outer->inputs.erase(joined), inner->inputs.begin(), inner->inputs.end());
    model.nodes.erase(inner);
    write_onnx(scratch / "flat.onnx", model);
    Net loaded;
    import_onnx(loaded, scratch / "flat.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
}

TEST_CASE("numbers that stand in a type go out, and come back only to a network of the same") {
    const Scratch scratch;
    const auto check = [&]<class Net, class Other>(const Net& network, Other wrong, const std::vector<std::string>& nodes) {
        CHECK(types_of(onnx_model(network)) == nodes);
        export_onnx(network, scratch / "stated.onnx");
        Net loaded;
        import_onnx(loaded, scratch / "stated.onnx");
        CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
        CHECK(message_of([&] { import_onnx(wrong, scratch / "stated.onnx"); }).find("is the layer ") != std::string::npos);
    };
    using Picture = Image<4, 3, 2>;
    check(Network<Picture, Sequential<Rescale<2, -1>, Conv<3, 4>, Dense<2>>>{Seed{1}}, Network<Picture, Sequential<Rescale<2, 1>, Conv<3, 4>, Dense<2>>>{},
          {"Transpose", "Mul", "Add", "Conv", "Relu", "Flatten", "Gemm", "Identity"});
    check(Network<Picture, Sequential<Normalise<Mean<0.485, 0.5>, Deviation<0.229, 0.25>>, Conv<3, 4>, Dense<2>>>{Seed{1}},
          Network<Picture, Sequential<Normalise<Mean<0.485, 0.5>, Deviation<0.229, 0.225>>, Conv<3, 4>, Dense<2>>>{},
          {"Transpose", "Sub", "Div", "Conv", "Relu", "Flatten", "Gemm", "Identity"});
    check(Network<Picture, Sequential<Normalise<Mean<0.5>, Deviation<0.25>>, Conv<3, 4>, Rescale<0.25, 1>, Dense<2>, Rescale<3, 1>>>{Seed{1}},
          Network<Picture, Sequential<Normalise<Mean<0.5>, Deviation<0.25>>, Conv<3, 4>, Rescale<0.25>, Dense<2>, Rescale<3, 1>>>{},
          {"Transpose", "Sub", "Div", "Conv", "Relu", "Mul", "Add", "Flatten", "Gemm", "Mul", "Add", "Identity"});
}

TEST_CASE("an imported network's probabilities are those that the file means") {
    const Scratch scratch;
    Small network{Seed{4}};
    const auto given_back = [&](const char* name, const OnnxOptions& options, auto change) {
        OnnxModel model = onnx_model(network, options);
        change(model);
        write_onnx(scratch / name, model);
        Small loaded;
        loaded.set_gives(0, Gives::numbers);
        import_onnx(loaded, scratch / name);
        return loaded.gives()[0];
    };
    const auto as_it_is = [](OnnxModel&) {};
    const auto by_others = [](OnnxModel& model) { model.metadata.clear(); };
    const auto with_outputs = [](const char* text) { return [text](OnnxModel& model) { model.metadata.at("outputs") = text; }; };
    CHECK(given_back("classes.onnx", {}, as_it_is) == Gives::classes);
    CHECK(given_back("softmax.onnx", {.probabilities = true}, by_others) == Gives::classes);
    network.set_gives(0, Gives::labels);
    CHECK(given_back("labels.onnx", {}, as_it_is) == Gives::labels);
    CHECK(given_back("sigmoid.onnx", {.probabilities = true}, by_others) == Gives::labels);
    CHECK(given_back("logits.onnx", {}, by_others) == Gives::numbers);  // which says nothing: it stays what it was
    CHECK(message_of([&] { given_back("chances.onnx", {}, with_outputs(R"(["chances"])")); }).find("says that head 0 gives 'chances'") != std::string::npos);
    CHECK(message_of([&] { given_back("two.onnx", {}, with_outputs(R"(["labels", "labels"])")); }).find("says what 2 heads give, but the network has 1") !=
          std::string::npos);

    Network<Image<4, 4, 1>, Sequential<Conv<1, 3>, Dense<2, Sigmoid>>> squashed{Seed{1}}, other{Seed{2}};
    OnnxModel own = onnx_model(squashed);
    own.metadata.clear();
    write_onnx(scratch / "own.onnx", own);
    import_onnx(other, scratch / "own.onnx");
    CHECK(other.gives()[0] == Gives::classes);  // the sigmoid is the network's own
}

TEST_CASE("weights that are not finite are not exported") {
    const Scratch scratch;
    Small network{Seed{4}};
    for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        network.edit_parameters([&](std::span<float> all) { all.back() = wrong; });
        CHECK(message_of([&] { export_onnx(network, scratch / "wrong.onnx"); }).find("'4.bias' holds a number that is not finite") != std::string::npos);
        CHECK(message_of([&] { export_weights(network, scratch / "wrong.npz", WeightLayout::keras); }).find("'4.bias'") != std::string::npos);
        CHECK(std::filesystem::is_empty(scratch.folder()));
    }
}

TEST_CASE("every activation's own export is read back as that network, and no other") {
    const Scratch scratch;
    using More = Network<Image<9, 8, 4>, Sequential<Conv<3, 6, ReLU6>, DepthwiseConv<3, Same, Mish>, Activation<Clip<-0.25, 3>>, Activation<Softplus>,
                                                    Conv<1, 8, LeakyReLUOf<0.01>>, Activation<ELUOf<0.5>>, Activation<HardSigmoid>, Dense<6, Clip<-1, 1>>>>;
    using Other = Network<Image<9, 8, 4>, Sequential<Conv<3, 6, ReLU6>, DepthwiseConv<3, Same, Mish>, Activation<Clip<-0.5, 3>>, Activation<Softplus>,
                                                     Conv<1, 8, LeakyReLUOf<0.01>>, Activation<ELUOf<0.5>>, Activation<HardSigmoid>, Dense<6, Clip<-1, 1>>>>;
    const More network{Seed{7}};
    export_onnx(network, scratch / "more.onnx");
    More loaded{Seed{8}};
    import_onnx(loaded, scratch / "more.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    Other other{Seed{8}};
    CHECK(message_of([&] { import_onnx(other, scratch / "more.onnx"); }).find("is the activation clip of -0.25, 3, where the network has the activation clip of -0.5, 3") !=
          std::string::npos);
    CHECK(types_of(onnx_model(Network<Image<1, 1, 3>, Sequential<Dense<3, Mish>, Activation<GELU>>>{})) ==
          std::vector<std::string>{"Gemm", "Softplus", "Tanh", "Mul", "Mul", "Mul", "Erf", "Add", "Mul", "Identity"});
    using Own = Network<Image<1, 1, 3>, Sequential<Activation<testing::Mish>>>;
    CHECK(message_of([] { (void)onnx_model(Own{}); }).find("the activation of layer 0 has no operator in ONNX") != std::string::npos);
}

TEST_CASE("sums and products of branches, shortcuts and repeated blocks are read back as that network") {
    const Scratch scratch;
    using Deep = Network<Image<9, 8, 4>, Sequential<Residual<Conv<3, 6, Same, Stride<2>>, Conv<3, 6, Same, Linear>, BatchNorm, Shortcut<Conv<1, 6, Same, Stride<2>, Linear>, BatchNorm>>,
                                                    Activation<ReLU6>, Repeat<2, Residual<Conv<3, 6, Same>, Conv<1, 6, Times<0.25>>>>,
                                                    Sum<Conv<1, 6>, Sequential<>, Sequential<Conv<3, 6, Same>, BatchNorm>>,
                                                    Product<Conv<1, 6, Tanh>, Sequential<>, Conv<3, 6, Same, Sigmoid>>, Sum<Dense<4>, Sequential<GlobalPool<Max>, Conv<1, 4>>>, Dense<3>>>;
    const Deep network{Seed{7}};
    export_onnx(network, scratch / "deep.onnx");
    Deep loaded{Seed{8}};
    import_onnx(loaded, scratch / "deep.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    const std::vector<std::string> types = types_of(onnx_model(network));
    CHECK(std::ranges::count(types, "Add") == 6);
    CHECK(std::ranges::count(types, "Mul") == 4);
}

TEST_CASE("every layer's own export is read back as that network") {
    const Scratch scratch;
    using Others =
        Network<Image<9, 8, 4>,
                Sequential<Conv<3, 6, GELU>, DepthwiseConv<3, Same, SiLU>,
                           Parallel<Conv<1, 4, ELU>, Sequential<Conv<1, 2, Tanh>, Conv<3, 4, Same, HardSwish>>>, Pool<Average, 3, Same, Stride<2>>,
                           LayerNorm, SqueezeExcite<8, 4>, Conv<1, 8, Softmax>, Activation<LeakyReLU>, Flatten, BatchNorm, Dense<6, Sigmoid>,
                           Residual<Dense<6, ReLU>>, Gate<Dense<6, Sigmoid>>, Heads<Dense<2>, Sequential<Dense<4>, Dense<3>>>>>;
    const Others network{Seed{7}};
    for (const bool probabilities : {false, true}) {
        export_onnx(network, scratch / "others.onnx", {.bytes = probabilities, .probabilities = probabilities});
        Others loaded{Seed{8}};
        import_onnx(loaded, scratch / "others.onnx");
        CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    }
}

TEST_CASE("a number for each channel goes out along the channels and comes back, of pictures, rows and one channel, also where all are alike") {
    const Scratch scratch;
    using Net = Network<Image<5, 4, 3>, Sequential<Scale, Conv<3, 6, Linear>, PReLU, Residual<Conv<1, 6, GELU>, ScaleOf<0.1>>, Activation<Times<0.5>>, Scale, Conv<1, 1>,
                                                   Scale, Activation<Times<2>>, Flatten, Scale, Dense<4>, PReLUOf<0.25>, Dense<1>, Scale>>;
    Net network{Seed{7}};
    for (const bool alike : {true, false}) {
        if (!alike)
            network.edit_parameters([](std::span<float> numbers) {
                for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = 0.01f * static_cast<float>(n) - 1;
            });
        export_onnx(network, scratch / "channels.onnx");
        Net loaded{Seed{8}};
        import_onnx(loaded, scratch / "channels.onnx");
        CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    }
    const OnnxModel model = onnx_model(network);
    const auto slopes = std::ranges::find(model.weights, "2.slope", [](const auto& named) { return named.first; });
    REQUIRE(slopes != model.weights.end());
    CHECK(slopes->second.shape == std::vector<std::size_t>{1, 6, 1, 1});
}

TEST_CASE("normalisations with options are read back as that network; what a network has no row for must be neutral in the file") {
    const Scratch scratch;
    using Net = Network<Image<5, 4, 3>, Sequential<Conv<3, 6>, BatchNormOf<Epsilon<1e-5>, NoGamma>, LayerNormOf<Epsilon<1e-5>, NoBeta>, Conv<1, 4>,
                                                   BatchNormOf<NoBeta>, LayerNormOf<NoGamma>, Dense<5>, BatchNormOf<NoGamma, NoBeta>, LayerNormOf<NoGamma, NoBeta>>>;
    Net network{Seed{7}};
    network.edit_parameters([](std::span<float> numbers) {
        for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = 0.01f * static_cast<float>(n % 97) + 0.1f;
    });
    const OnnxModel model = onnx_model(network);
    const auto node = std::ranges::find(model.nodes, "LayerNormalization", &OnnxNode::type);
    CHECK(node->inputs.size() == 2);
    CHECK(node->attribute<float>("epsilon") == 1e-5f);
    export_onnx(network, scratch / "options.onnx");
    Net loaded{Seed{8}};
    import_onnx(loaded, scratch / "options.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));

    using Whole = Network<Image<2, 2, 3>, Sequential<BatchNorm, Dense<2>>>;
    using Part = Network<Image<2, 2, 3>, Sequential<BatchNormOf<NoBeta, Epsilon<1e-5>>, Dense<2>>>;
    Whole whole{Seed{3}};
    export_onnx(whole, scratch / "whole.onnx");
    Part part{Seed{4}};
    import_onnx(part, scratch / "whole.onnx");  // gamma makes up for the epsilon
    CHECK(part.layer<0>().gamma()(1) == doctest::Approx(std::sqrt((1 + 1e-5) / (1 + 1e-3))));
    whole.edit([](auto& layers) { layers.template get<0>().beta()(1) = 0.5f; });
    export_onnx(whole, scratch / "shifted.onnx");
    CHECK(message_of([&] { import_onnx(part, scratch / "shifted.onnx"); }).find("array '0.beta' changes what leaves the layer, the network's has no beta") != std::string::npos);
    using Other = Network<Image<2, 2, 3>, Sequential<LayerNorm, Dense<2>>>;
    export_onnx(Network<Image<2, 2, 3>, Sequential<LayerNormOf<Epsilon<0.5>>, Dense<2>>>{}, scratch / "half.onnx");
    Other other;
    CHECK(message_of([&] { import_onnx(other, scratch / "half.onnx"); })
              .find("is layer normalisation with the epsilon 0.5, where the network has layer normalisation with the epsilon 0.001") != std::string::npos);
}

TEST_CASE("normalisations of groups of channels are read back as that network, with gamma and beta or without") {
    const Scratch scratch;
    using Net = Network<Image<5, 4, 6>, Sequential<GroupNorm<3>, Conv<3, 6>, GroupNorm<2, NoBeta, Epsilon<1e-5>>, InstanceNorm, GroupNorm<6, NoGamma>, GroupNorm<1>, Conv<1, 4>,
                                                   InstanceNormOf<NoGamma, NoBeta>, Scale, GroupNorm<2, NoGamma, NoBeta>, Activation<ReLU>, Flatten, GroupNorm<3>, Dense<6>, GroupNorm<3>, Dense<2>>>;
    Net network{Seed{7}};
    network.edit_parameters([](std::span<float> numbers) {
        for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = 0.01f * static_cast<float>(n % 97) + 0.1f;
    });
    export_onnx(network, scratch / "groups.onnx");
    Net loaded{Seed{8}};
    import_onnx(loaded, scratch / "groups.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
}

TEST_CASE("windows, steps and dilations by axis go out, and come back as they were written") {
    using Axes = Network<Image<9, 12, 4>, Sequential<Conv<Window<1, 7>, 4, Same>, DepthwiseConv<Window<3, 1>, Stride<2, 1>, Linear>, Conv<3, 4, Padding<1>, Dilation<1, 2>, Linear>,
                                                     Pool<Max, Window<2, 1>>, Pool<Average, Window<1, 3>, Stride<1, 2>>, Dense<3>>>;
    const Scratch scratch;
    const Axes network{Seed{4}};
    export_onnx(network, scratch / "axes.onnx");
    Axes loaded;
    import_onnx(loaded, scratch / "axes.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));

    const OnnxModel model = read_onnx(scratch / "axes.onnx");
    std::vector<std::vector<std::int64_t>> sizes, steps;
    for (const OnnxNode& node : model.nodes)
        if (node.type == "Conv" || node.type.ends_with("Pool")) {
            sizes.push_back(node.attribute<std::vector<std::int64_t>>("kernel_shape").value());
            steps.push_back(node.attribute<std::vector<std::int64_t>>("strides").value());
        }
    CHECK(sizes == std::vector<std::vector<std::int64_t>>{{1, 7}, {3, 1}, {3, 3}, {2, 1}, {1, 3}});
    CHECK(steps == std::vector<std::vector<std::int64_t>>{{1, 1}, {2, 1}, {1, 1}, {2, 1}, {1, 2}});
    std::string text = spell_onnx("axes.onnx", model);
    for (std::size_t at = 0; (at = text.find("denim::")) != text.npos;) text.erase(at, 7);
    for (const char* const layer : {" Conv<Window<1, 7>, 4, Same>,", " DepthwiseConv<Window<3, 1>, Stride<2, 1>, Linear>,", " Conv<3, 4, Padding<1>, Dilation<1, 2>, Linear>,",
                                    " Pool<Max, Window<2, 1>>,", " Pool<Average, Window<1, 3>, Stride<1, 2>>,"})
        CHECK_MESSAGE(text.find(layer) != text.npos, layer << " is not in " << text);

    Network<Image<9, 12, 4>, Sequential<Conv<Window<7, 1>, 4, Same>, DepthwiseConv<Window<3, 1>, Stride<2, 1>, Linear>, Conv<3, 4, Padding<1>, Dilation<1, 2>, Linear>,
                                        Pool<Max, Window<2, 1>>, Pool<Average, Window<1, 3>, Stride<1, 2>>, Dense<3>>>
        turned;
    CHECK(message_of([&] { import_onnx(turned, scratch / "axes.onnx"); }).find("over windows of 1 x 7") != std::string::npos);
}

TEST_CASE("a local response normalisation is read back as that network, with its numbers") {
    const Scratch scratch;
    using Net = Network<Image<5, 4, 6>, Sequential<Conv<3, 6>, LocalResponseNorm<5>, Conv<1, 4>, LocalResponseNormOf<3, 0.5, 0.5, 2>, Dense<2>>>;
    const Net network{Seed{7}};
    export_onnx(network, scratch / "lrn.onnx");
    Net loaded{Seed{8}};
    import_onnx(loaded, scratch / "lrn.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    Network<Image<5, 4, 6>, Sequential<Conv<3, 6>, LocalResponseNorm<5>, Conv<1, 4>, LocalResponseNormOf<3, 0.5, 0.5, 1>, Dense<2>>> other;
    CHECK(message_of([&] { import_onnx(other, scratch / "lrn.onnx"); })
              .find("is a local response normalisation of 3, 0.5, 0.5, 2, where the network has a local response normalisation of 3, 0.5, 0.5, 1") != std::string::npos);
}

TEST_CASE("what moves numbers goes out, and comes back as the same network, also as it is written otherwise") {
    const Scratch scratch;
    using Net = Network<Image<7, 6, 3>,
                        Sequential<Pad<1, 0, 0, 2>, MaxPool, Conv<1, 8>, SplitChannels<Sequential<>, Conv<3, 4, Same>>, ShuffleChannels<2>, Crop<0, 1, 1, 0>, Slice<1, 6>, Pad<1>,
                                   Conv<3, 4>, GlobalPool<Average>, ShuffleChannels<2>, SplitChannels<Dense<3>, Sequential<>>, Dense<2>>>;
    const Net network{Seed{7}};
    export_onnx(network, scratch / "moves.onnx");
    Net loaded{Seed{8}};
    import_onnx(loaded, scratch / "moves.onnx");
    CHECK(std::ranges::equal(network.parameters(), loaded.parameters()));
    using Long = Network<Image<7, 6, 3>,
                         Sequential<Pad<1, 0, 0, 2>, MaxPool, Conv<1, 8>, Parallel<Slice<0, 4>, Sequential<Slice<4, 4>, Conv<3, 4, Same>>>, ShuffleChannels<2>, Crop<0, 1, 1, 0>,
                                    Slice<1, 6>, Conv<3, 4, Padding<1>>, GlobalPool<Average>, ShuffleChannels<2>, Parallel<Sequential<Slice<0, 2>, Dense<3>>, Slice<2, 2>>, Dense<2>>>;
    Long other{Seed{8}};
    import_onnx(other, scratch / "moves.onnx");
    CHECK(std::ranges::equal(network.parameters(), other.parameters()));
    Network<Image<7, 6, 3>, Sequential<Pad<1, 0, 0, 1>, MaxPool, Conv<1, 8>, Dense<2>>> wrong;
    CHECK(message_of([&] { import_onnx(wrong, scratch / "moves.onnx"); }).find("is zeros around the picture, 1, 0, 0, 2, where the network has zeros around the picture, 1, 0, 0, 1") != std::string::npos);
}
