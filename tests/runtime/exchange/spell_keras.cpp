// SPDX-License-Identifier: MIT
// Which models of Keras have a spelling, and how the others are refused. tests/python/keras_spelling.py asks Keras itself.
#include <denim/exchange/spell_keras.hpp>

#include <doctest/doctest.h>

#include "messages.hpp"

using namespace denim;

namespace {

std::string spelled(const std::string& text) { return spell_keras(ByteSource{"k", std::as_bytes(std::span{text})}); }

// A layer as Keras 3 writes it; with the names of its inputs, as it stands in a functional model.
std::string layer(const std::string& kind, const std::string& name, const std::string& config = "", const std::string& inputs = "",
                  const std::string& arguments = "") {
    std::string text = R"({"module": "keras.layers", "registered_name": null, "class_name": ")" + kind + R"(", "name": ")" + name +
                       R"(", "config": {"name": ")" + name + '"' + (config.empty() ? "" : ", " + config) + "}";
    if (!inputs.empty()) text += R"(, "inbound_nodes": [{"args": [)" + inputs + R"(], "kwargs": {)" + arguments + "}}]";
    return text + "}";
}
std::string from(const std::string& name, int call = 0) {
    return R"({"class_name": "__keras_tensor__", "config": {"keras_history": [")" + name + "\", " + std::to_string(call) + ", 0]}}";
}
const std::string input = layer("InputLayer", "i", R"("batch_shape": [null, 8, 8, 3])");

std::string line(const std::string& layers) {
    return R"({"class_name": "Sequential", "config": {"layers": [)" + input + ", " + layers + "]}}";
}
std::string graph(const std::string& layers, const std::string& output, const std::string& inputs = R"(["i", 0, 0])") {
    return R"({"class_name": "Functional", "config": {"layers": [)" + input + ", " + layers + R"(], "input_layers": )" + inputs +
           R"(, "output_layers": )" + output + "}}";
}

void check_refused(const std::string& model, const std::string& sentence) {
    const std::string message = message_of([&] { spelled(model); });
    CHECK_MESSAGE(message.find(sentence) != std::string::npos, message);
}
void check_spelled(const std::string& model, const std::string& layers) {
    std::string text = message_of([&] { CHECK(spelled(model).find(layers) != std::string::npos); });
    CHECK_MESSAGE(text.empty(), text);
}

const std::string conv = R"("filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same")";

}  // namespace

TEST_CASE("a setting that changes what a layer computes is used or refused with its key and value") {
    const auto refused = [](const char* kind, const std::string& config, const std::string& reason) {
        check_refused(line(layer("Conv2D", "c", conv) + ", " + layer(kind, "this", config)),
                      "k: the layer 'this' (" + std::string{kind} + "): " + reason);
    };
    refused("BatchNormalization", R"("axis": 1)", "'axis' is '1'; a BatchNorm over the channels was expected");
    refused("BatchNormalization", R"("axis": [2])", "'axis' is '[2]'");
    refused("BatchNormalization", R"("scale": 1)", "'scale' is '1'; true or false was expected");
    refused("BatchNormalization", R"("epsilon": 0)", "'epsilon' is '0'; a number above 0 was expected");
    refused("BatchNormalization", R"("renorm": true)", "'renorm' is 'true'");
    refused("BatchNormalization", R"("virtual_batch_size": 4)", "'virtual_batch_size' is '4'");
    refused("LayerNormalization", R"("rms_scaling": true)", "'rms_scaling' is 'true'");
    refused("LayerNormalization", R"("axis": [1, 2, 3])", "'axis' is '[1,2,3]'");
    refused("PReLU", "", "'shared_axes' is 'missing'; a PReLU with a slope for each channel was expected, shared_axes=[1, 2]");
    refused("PReLU", R"("shared_axes": [1])", "'shared_axes' is '[1]'");
    refused("Activation", R"("activation": "PReLU")", "the activation 'PReLU' has no spelling");
    refused("Softmax", R"("axis": 1)", "'axis' is '1'; a softmax over the channels was expected");
    refused("Conv2D", conv + R"(, "data_format": "channels_first")", "'data_format' is '\"channels_first\"'; channels_last was expected");
    refused("Flatten", R"("data_format": "channels_first")", "'data_format'");
    refused("GlobalAveragePooling2D", R"("data_format": "channels_first")", "'data_format'");
    refused("MaxPooling2D", R"("pool_size": 2, "padding": "causal")", "'padding' is '\"causal\"'; valid or same was expected");
    refused("Conv2D", conv + R"(, "activation": {"class_name": "function"})", "'activation' is");
    refused("Conv2D", conv + R"(, "lora_rank": 4)", "'lora_rank' is '4'");
    refused("DepthwiseConv2D", R"("kernel_size": 3, "depth_multiplier": 2)", "'depth_multiplier' is '2'; more than one filter");
    refused("SeparableConv2D", R"("filters": 4, "kernel_size": 3, "depth_multiplier": 2)", "'depth_multiplier' is '2'; more than one filter");
    refused("ReLU", R"("threshold": 0.5)", "'threshold' is '0.5'");
    refused("ReLU", R"("max_value": 6, "negative_slope": 0.1)", "'negative_slope' is '0.1'; a ReLU that is both cut off and tilted");
    refused("ReLU", R"("max_value": 0)", "'max_value' is '0'; a number above 0 was expected");
    refused("LeakyReLU", R"("alpha": -0.1)", "'alpha' is '-0.1'; a number of at least 0 was expected");
    refused("LeakyReLU", R"("alpha": 0.3, "negative_slope": 0.1)", "'negative_slope' is '0.1'");
    refused("ELU", R"("alpha": 0)", "'alpha' is '0'; a number above 0 was expected");
    refused("Dropout", R"("rate": 0.5, "beyond": 1)", "'beyond' is '1'; Denim does not know what that does");
    refused("Conv2D", conv + R"(, "use_bias": 0)", "'use_bias' is '0'; true or false was expected");
    refused("Conv2D", R"("filters": 4)", "'kernel_size' is 'missing'");
    refused("Dropout", R"("dtype": "int8")", "'dtype' is '\"int8\"'; floats were expected");
    refused("Reshape", R"("target_shape": [4, 16, 4])", "'target_shape' is '[4,16,4]'; a Reshape that moves numbers");
    refused("Reshape", R"("target_shape": [])", "'target_shape' is '[]'");
    refused("Permute", R"("dims": [2, 1, 3])", "Denim has no layer for it");
    refused("Rescaling", R"("scale": "half")", "'scale' is '\"half\"'; a number was expected");
    refused("Normalization", R"("axis": [-1], "mean": null, "variance": 1.0)", "'mean' is 'null'; a number for each channel was expected, or one for all");
    refused("Normalization", R"("axis": [1], "mean": 0.5, "variance": 0.25)", "'axis' is '[1]'; a Normalization of the channels was expected");
    refused("Normalization", R"("axis": -1, "mean": 0.5, "variance": 0.25, "invert": true)", "'invert' is 'true'");
    check_refused(line(layer("Flatten", "f") + ", " + layer("BatchNormalization", "this", R"("axis": 3)")), "'axis' is '3'");
    check_refused(line(layer("Flatten", "f") + ", " + layer("Conv2D", "this", conv)), "a picture was expected, a row of numbers came");
    check_refused(R"({"class_name": "Sequential", "config": {"layers": [)" + layer("InputLayer", "i", R"("batch_shape": [null, 8, 8, 3], "dtype": "uint8")") + "]}}",
                  "the layer 'i' (InputLayer): 'dtype' is '\"uint8\"'");
    std::string own = line(layer("Dense", "this", R"("units": 2)"));
    own.replace(own.rfind("null"), 4, R"("mine>Dense")");
    check_refused(own, "the layer 'this' (Dense): it is a class of one's own");
    own.replace(own.rfind("keras.layers"), 12, "mine.layers.");
    check_refused(own, "the layer 'this' (Dense): it is of the module");
}

TEST_CASE("what only matters while a model learns is left out, and what does nothing is passed by") {
    check_spelled(line(layer("Conv2D", "c", conv + R"(, "kernel_constraint": {"class_name": "MaxNorm"}, "bias_regularizer": {}, "trainable": false,
                  "dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}, "groups": 1, "dilation_rate": [1, 1])") +
                       ", " + layer("BatchNormalization", "b", R"("axis": [3], "momentum": 0.9, "synchronized": false, "renorm": false)") + ", " +
                       layer("Reshape", "r", R"("target_shape": [8, 8, -1])") + ", " + layer("Dropout", "d", R"("rate": 0.1, "seed": 3)") + ", " +
                       layer("GlobalAveragePooling2D", "g", R"("keepdims": true)") + ", " + layer("Reshape", "s", R"("target_shape": [-1])") + ", " +
                       layer("Dense", "e", R"("units": 3, "activation": "softmax", "quantization_config": null)")),
                  "denim::Conv<3, 4, denim::Same, denim::Linear>,\n    denim::BatchNorm,\n    denim::Dropout,\n    "
                  "denim::GlobalPool<denim::Average>,\n    denim::Dense<3>>>;");
}

TEST_CASE("activations with numbers of their own, and by their names") {
    const auto behind = [](const std::string& kind, const std::string& settings, const std::string& word) {
        check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer(kind, "a", settings) + ", " + layer("Dropout", "d", R"("rate": 0.1)")),
                      "denim::Conv<3, 4, denim::Same" + word + ">,\n    denim::Dropout>>;");
    };
    behind("ReLU", R"("max_value": null, "negative_slope": 0.0, "threshold": 0.0)", "");
    behind("ReLU", R"("max_value": 6.0)", ", denim::ReLU6");
    behind("ReLU", R"("max_value": 1)", ", denim::Clip<0, 1>");
    behind("ReLU", R"("negative_slope": 0.01)", ", denim::LeakyReLUOf<0.01>");
    behind("LeakyReLU", R"("negative_slope": 0.3)", ", denim::LeakyReLU");
    behind("LeakyReLU", R"("alpha": 0.10000000149011612)", ", denim::LeakyReLUOf<0.1>");
    behind("ELU", R"("alpha": 1.0)", ", denim::ELU");
    behind("ELU", R"("alpha": 0.5)", ", denim::ELUOf<0.5>");
    for (const auto& [theirs, ours] : {std::pair{"relu6", "ReLU6"}, {"hard_sigmoid", "HardSigmoid"}, {"softplus", "Softplus"}, {"mish", "Mish"},
                                       {"hard_tanh", "Clip<-1, 1>"}, {"hard_silu", "HardSwish"}, {"elu", "ELU"}, {"tanh", "Tanh"}})
        behind("Activation", R"("activation": ")" + std::string{theirs} + '"', std::string{", denim::"} + ours);
}

TEST_CASE("normalisations with an epsilon of their own, without gamma or beta") {
    const auto behind = [](const char* kind, const std::string& config, const std::string& spelling) {
        check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer(kind, "this", config)), "denim::Linear>,\n    denim::" + spelling + ">>;");
    };
    behind("BatchNormalization", R"("epsilon": 1e-5, "momentum": 0.9)", "BatchNormOf<denim::Epsilon<1e-05>>");
    behind("BatchNormalization", R"("scale": false, "epsilon": 0.001)", "BatchNormOf<denim::NoGamma>");
    behind("BatchNormalization", R"("scale": false, "center": false, "epsilon": 1.001e-5)", "BatchNormOf<denim::Epsilon<1.001e-05>, denim::NoGamma, denim::NoBeta>");
    behind("LayerNormalization", R"("center": false, "epsilon": 1e-6)", "LayerNormOf<denim::Epsilon<1e-06>, denim::NoBeta>");
    behind("LayerNormalization", R"("center": true, "scale": true)", "LayerNorm");
    behind("GroupNormalization", R"("groups": 2, "axis": -1, "epsilon": 0.001, "center": false)", "GroupNorm<2, denim::NoBeta>");
    behind("GroupNormalization", R"("groups": -1)", "InstanceNorm");
    check_refused(line(layer("Conv2D", "c", conv) + ", " + layer("GroupNormalization", "this", "")), "32 groups do not divide 4 channels");
    check_refused(line(layer("Conv2D", "c", conv) + ", " + layer("GroupNormalization", "this", R"("groups": 2, "axis": 1)")), "a GroupNorm over the channels was expected");
}

TEST_CASE("numbers that are stated") {
    const auto first = [](const std::string& kind, const std::string& settings, const std::string& spelling) {
        check_spelled(line(layer(kind, "this", settings) + ", " + layer("Conv2D", "c", conv)), "denim::Sequential<\n    denim::" + spelling + ",\n    denim::Conv<");
    };
    first("Rescaling", R"("scale": 0.00392156862745098, "offset": 0.0)", "Rescale<0.003921569>");
    first("Rescaling", R"("scale": 0.00784313725490196, "offset": -1)", "Rescale<0.007843138, -1>");
    first("Normalization", R"("axis": [-1], "invert": false, "mean": [123.675, 116.28, 103.53], "variance": [3409.976025, 3262.6944, 3291.890625])",
          "Normalise<denim::Mean<123.675, 116.28, 103.53>, denim::Deviation<58.395, 57.12, 57.375>>");
    first("Normalization", R"("axis": [3], "mean": [0.5, 0.5, 0.5], "variance": 0)", "Normalise<denim::Mean<0.5>, denim::Deviation<1e-07>>");
    first("Normalization", R"("axis": null, "mean": 0.5, "variance": 0.25)", "Normalise<denim::Mean<0.5>, denim::Deviation<0.5>>");
    // adapted to data: the numbers are weights
    first("Normalization", R"("axis": [-1], "mean": null, "variance": null)", "BatchNormOf<denim::Epsilon<1e-14>, denim::NoGamma, denim::NoBeta>");
}

TEST_CASE("a dropout of numbers, and of samples") {
    const auto behind = [](const std::string& noise, const std::string& spelling) {
        check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer("Dropout", "this", R"("rate": 0.2, "seed": null, "noise_shape": )" + noise)), "denim::Linear>,\n    denim::" + spelling + ">>;");
    };
    behind("null", "Dropout");
    behind("[null, 1, 1, 4]", "Dropout");
    behind("[null, 1, 1, 1]", "StochasticDepth<0.2>");
}

TEST_CASE("windows and channels one after the other, and a Dense of each pixel") {
    const std::string other = R"("depthwise_initializer": {}, "pointwise_initializer": {}, "pointwise_regularizer": null, "depth_multiplier": 1, "groups": 1)";
    check_spelled(line(layer("SeparableConv2D", "s", conv + ", " + other + R"(, "activation": "relu")") + ", " + layer("Dropout", "d", R"("rate": 0.1)") + ", " +
                       layer("SeparableConv2D", "t", R"("filters": 5, "kernel_size": [1, 3], "strides": [2, 2], "use_bias": false, "activation": "linear")")),
                  "denim::SeparableConv<3, 4, denim::Same>,\n    denim::Dropout,\n    denim::SeparableConv<denim::Window<1, 3>, 5, denim::Stride<2>, denim::NoBias, denim::Linear>>>;");
    check_spelled(line(layer("Dense", "d", R"("units": 6, "activation": "gelu")") + ", " + layer("Dense", "e", R"("units": 4, "use_bias": false)") + ", " +
                       layer("GlobalAveragePooling2D", "g") + ", " + layer("Dense", "f", R"("units": 2)")),
                  "denim::Conv<1, 6, denim::GELU>,\n    denim::Conv<1, 4, denim::NoBias, denim::Linear>,\n    denim::GlobalPool<denim::Average>,\n    denim::Dense<2>>>;");
    // in two branches, which must not share it
    const std::string shared = layer("SeparableConv2D", "s", conv, from("i")) + ", " + layer("ReLU", "r", "", from("s")) + ", " + layer("Activation", "t", R"("activation": "tanh")", from("s")) +
                               ", " + layer("Add", "a", "", "[" + from("r") + ", " + from("t") + "]");
    check_spelled(graph(shared, R"(["a", 0, 0])"), "denim::SeparableConv<3, 4, denim::Same, denim::Linear>,\n    denim::Residual<");
}

TEST_CASE("layers with a number for each channel") {
    check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer("PReLU", "p", R"("shared_axes": [1, 2], "alpha_initializer": "zeros", "alpha_constraint": null)") + ", " +
                       layer("Flatten", "f") + ", " + layer("Dense", "d", R"("units": 2)") + ", " + layer("PReLU", "q", R"("shared_axes": null)")),
                  "denim::Linear>,\n    denim::PReLU,\n    denim::Dense<2>,\n    denim::PReLU>>;");
    check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer("LayerScale", "s", R"("init_values": 1e-06, "projection_dim": 4)")), "denim::Linear>,\n    denim::Scale>>;");
}

TEST_CASE("zeros around pictures, and pictures without their edges") {
    const auto padded = [](const std::string& how) { return line(layer("ZeroPadding2D", "this", how) + ", " + layer("Conv2D", "c", conv)); };
    check_spelled(padded(R"("padding": [[1, 1], [1, 1]], "data_format": "channels_last")"), "<\n    denim::Pad<1>,");
    check_spelled(padded(R"("padding": [[0, 1], [2, 3]])"), "<\n    denim::Pad<0, 2, 1, 3>,");
    check_spelled(padded(R"("padding": [1, 2])"), "<\n    denim::Pad<1, 2, 1, 2>,");
    check_spelled(line(layer("Cropping2D", "this", R"("cropping": [[0, 1], [2, 3]])") + ", " + layer("Conv2D", "c", conv)), "<\n    denim::Crop<0, 2, 1, 3>,");
    check_refused(padded(R"("padding": [[0, -1], [2, 3]])"), "a size was expected");
    check_refused(padded(R"("padding": [[1, 1], [1, 1]], "data_format": "channels_first")"), "channels_last was expected");
    check_refused(line(layer("Cropping2D", "this", R"("cropping": 9)")), "nothing is left of the picture");
}

TEST_CASE("a softmax is left out at the end only, and of a row only") {
    check_spelled(line(layer("Conv2D", "c", R"("filters": 4, "kernel_size": 8)") + ", " + layer("Softmax", "s", R"("axis": -1)") + ", " +
                       layer("Dense", "d", R"("units": 2, "activation": "softmax")")),
                  "denim::Conv<8, 4, denim::Softmax>,\n    denim::Dense<2>>>;");
    check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer("Activation", "a", R"("activation": "softmax")")),
                  "denim::Conv<3, 4, denim::Same, denim::Softmax>>>;");
    check_spelled(line(layer("Flatten", "f") + ", " + layer("Activation", "a", R"("activation": "softmax")") + ", " + layer("Dense", "d", R"("units": 2)")),
                  "denim::Flatten,\n    denim::Activation<denim::Softmax>,\n    denim::Dense<2>>>;");
}

TEST_CASE("every layer and every connection is on the one way from input to output") {
    const std::string c = layer("Conv2D", "c", conv, from("i")), d = layer("Conv2D", "d", conv, from("c"));
    check_spelled(graph(c + ", " + d, R"([["d", 0, 0]])"), "denim::Conv<3, 4, denim::Same, denim::Linear>,\n    denim::Conv<3, 4");
    const std::string both = R"(], "kwargs": {}}, {"args": [)";
    check_refused(graph(layer("Conv2D", "c", conv, from("i") + both + from("c")), R"(["c", 1, 0])"),
                  "the layer 'c' (Conv2D): it is called 2 times; a layer that is shared has no spelling");
    check_refused(graph(c + ", " + layer("Conv2D", "d", conv, from("c", 1)), R"(["d", 0, 0])"), "the layer 'd' (Conv2D): it reads call 1, output 0 of 'c'");
    check_refused(graph(c + ", " + d, R"(["c", 0, 0])"), "the layer 'd' (Conv2D): nothing reads what it gives; the model's output is that of 'c'");
    check_refused(graph(c + ", " + d, R"([["c", 0, 0], ["d", 0, 0]])"), "a model of one input and one output was expected, it has 2 output_layers");
    check_refused(graph(c + ", " + d, R"(["d", 0, 0])", R"([["i", 0, 0], ["j", 0, 0]])"), "it has 2 input_layers");
    check_refused(graph(layer("InputLayer", "j", R"("batch_shape": [null, 8, 8, 3])") + ", " + c, R"(["c", 0, 0])"),
                  "the layer 'j' (InputLayer): a model of one input was expected, this is another");
    check_refused(graph(d + ", " + c, R"(["d", 0, 0])"), "the layer 'd' (Conv2D): it reads 'c', which is no layer in front of it");
    check_refused(graph(c + ", " + c, R"(["c", 0, 0])"), "another layer has this name");
    check_refused(graph(c, R"(["x", 0, 0])"), "there is no layer 'x', which is to be the output");
    check_refused(graph(layer("Add", "a", "", from("i") + ", 1.0"), R"(["a", 0, 0])"), "the layer 'a' (Add): it is called with '1.0'");
    check_refused(graph(layer("BatchNormalization", "b", "", from("i"), R"("training": true)"), R"(["b", 0, 0])"),
                  "the layer 'b' (BatchNormalization): it is called with 'training' 'true', which has no spelling");
    check_spelled(graph(layer("BatchNormalization", "b", "", from("i"), R"("training": false, "mask": null)"), R"(["b", 0, 0])"), "BatchNorm>>;");
    check_refused(graph(layer("Dropout", "b", "", from("i") + ", " + from("i")), R"(["b", 0, 0])"), "one input was expected, it has 2");
}

TEST_CASE("branches that share layers are spelled with each layer once, or refused") {
    const auto named = [](const char* name, const char* input) { return layer("Conv2D", name, conv, from(input)) + ", "; };
    const std::string begin = named("a", "i") + named("b", "a") + named("c", "a");
    check_spelled(graph(begin + layer("Concatenate", "j", R"("axis": -1)", "[" + from("c") + ", " + from("b") + "]"), R"(["j", 0, 0])"),
                  "denim::Conv<3, 4, denim::Same, denim::Linear>,\n    denim::Parallel<denim::Conv");
    const auto joined = [&](const char* first, const char* second, const char* third) {
        return graph(begin + named("d", "i") + layer("Concatenate", "j", R"("axis": -1)", "[" + from(first) + ", " + from(second) + ", " + from(third) + "]"),
                     R"(["j", 0, 0])");
    };
    check_spelled(joined("c", "b", "d"), "denim::Parallel<denim::Sequential<denim::Conv<3, 4, denim::Same, denim::Linear>, denim::Parallel<denim::Conv");
    check_refused(joined("c", "d", "b"), "the layer 'j' (Concatenate): its branches share layers in a way that has no spelling");
    check_refused(graph(begin + layer("Concatenate", "j", R"("axis": 1)", "[" + from("c") + ", " + from("b") + "]"), R"(["j", 0, 0])"),
                  "the layer 'j' (Concatenate): 'axis' is '1'; a concatenation of channels was expected");
    // What a sum reads without its activation stays without it.
    check_spelled(graph(named("a", "i") + layer("ReLU", "r", "", from("a")) + ", " + named("b", "r") + layer("Add", "s", "", "[" + from("b") + ", " + from("a") + "]"),
                        R"(["s", 0, 0])"),
                  "denim::Conv<3, 4, denim::Same, denim::Linear>,\n    denim::Residual<denim::Activation<denim::ReLU>, denim::Conv<3, 4, denim::Same, denim::Linear>>>>;");
    check_refused(graph(begin + layer("Subtract", "j", "", "[" + from("c") + ", " + from("b") + "]"), R"(["j", 0, 0])"), "Denim has no layer for it");
}

TEST_CASE("models as Keras 2 writes them") {
    const std::string text = R"({"class_name": "Functional", "config": {"layers": [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [null, 8, 8, 3], "dtype": "float32", "sparse": false, "ragged": false, "name": "i"}, "name": "i", "inbound_nodes": []},
        {"class_name": "Conv2D", "config": {"name": "c", "trainable": true, "dtype": "float32", "filters": 3, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same",
         "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "relu", "use_bias": true}, "name": "c", "inbound_nodes": [[["i", 0, 0, {}]]]},
        {"class_name": "Add", "config": {"name": "a"}, "name": "a", "inbound_nodes": [[["c", 0, 0, {}], ["i", 0, 0, {ARGUMENT}]]]}],
        "input_layers": [["i", 0, 0]], "output_layers": [["a", 0, 0]]}})";
    const auto with = [&](const std::string& argument) {
        std::string all = text;
        return all.replace(all.find("ARGUMENT"), 8, argument);
    };
    check_spelled(with(""), "denim::Residual<denim::Conv<3, 3, denim::Same>>>>;");
    check_refused(with(R"("training": true)"), "the layer 'a' (Add): it is called with 'training' 'true'");
    check_spelled(R"({"class_name": "Sequential", "config": [{"class_name": "Flatten", "config": {"name": "f", "batch_input_shape": [null, 2, 2, 1]}},
                  {"class_name": "Dense", "config": {"name": "d", "units": 2}}]})",
                  "denim::Image<2, 2, 1>, denim::Sequential<\n    denim::Dense<2>>>;");
}

TEST_CASE("a file of another kind is named as what it is") {
    check_refused("\x89HDF\r\n\x1a\n with groups and data sets", "a .keras file or the text of model.to_json() was expected; this is an HDF5 file");
    check_refused("[1, 2]", "the text of model.to_json() was expected");
    check_refused("\x93NUMPY and so on", "this is a .npy file of NumPy's");
}

TEST_CASE("models within a model are laid open") {
    const std::string inner_line = layer("Sequential", "line", R"("layers": [)" + layer("InputLayer", "o", R"("batch_shape": [null, 8, 8, 3])") + ", " + layer("Conv2D", "c", conv) + ", " +
                                                                    layer("ReLU", "r", "") + "]", from("i"));
    const std::string inner_graph = layer("Functional", "graph", R"("layers": [)" + layer("InputLayer", "o", R"("batch_shape": [null, 8, 8, 4])") + ", " + layer("Conv2D", "c", conv, from("o")) + ", " +
                                                                      layer("Add", "s", "", "[" + from("c") + ", " + from("o") + "]") + R"(], "input_layers": ["o", 0, 0], "output_layers": ["s", 0, 0])",
                                          from("line"));
    const std::string both = graph(inner_line + ", " + inner_graph + ", " + layer("Conv2D", "c", conv, from("graph")), R"(["c", 0, 0])");
    check_spelled(both, "denim::Conv<3, 4, denim::Same>,\n    denim::Residual<denim::Conv<3, 4, denim::Same, denim::Linear>>,\n    denim::Conv<3, 4, denim::Same, denim::Linear>>>;");
    const SpelledKeras model = spelled_keras(ByteSource{"k", {}}, both);
    std::vector<std::string> layers;
    detail::each_leaf(model.network.layers, "", [&](const detail::SpelledLayer& spelled, const std::string&) { layers.push_back(model.layers.at(spelled.source.value())); });
    CHECK(layers == std::vector<std::string>{"line/c", "graph/c", "c"});
    const SpelledKeras classes = spelled_keras(ByteSource{"k", {}}, line(layer("Flatten", "f") + ", " + layer("Dense", "d", R"("units": 3, "activation": "softmax")")));
    CHECK(classes.network.without_softmax);
    CHECK(classes.layers.at(classes.network.layers.back().source.value()) == "d");
    check_refused(graph(inner_line + ", " + layer("Permute", "p", "", from("line")), R"(["p", 0, 0])"), "the layer 'p' (Permute)");
    check_refused(line(layer("Sequential", "two", R"("layers": [)" + layer("Permute", "p") + "]")), "the layer 'two/p' (Permute): Denim has no layer for it");
    check_refused(line(layer("Sequential", "two", R"("layers": [)" + layer("ReLU", "r") + ", " + layer("InputLayer", "o", R"("batch_shape": [null, 8, 8, 3])") + "]")),
                  "the layer 'two/o' (InputLayer): a model of one input was expected, this is another");
    check_refused(graph(layer("Sequential", "two", R"("layers": [])", from("i") + ", " + from("i")), R"(["two", 0, 0])"), "a model of one input within a model was expected, it reads 2");
}

TEST_CASE("sums and products with a number, and a hard sigmoid that is written out") {
    const auto operation = [](const char* kind, const char* name, const char* input, const std::string& number) {
        std::string text = layer(kind, name, "", from(input) + ", " + number);
        return text.replace(text.find("keras.layers"), 12, "keras.src.ops.numpy") + ", ";
    };
    const auto behind = [&](const std::string& layers, const char* output) { return graph(layer("Conv2D", "c", conv, from("i")) + ", " + layers, std::string{R"([")"} + output + R"(", 0, 0])"); };
    const std::string six = layer("ReLU", "r", R"("max_value": 6)", from("s")) + ", ";
    const auto without_comma = [](std::string text) { return text.substr(0, text.size() - 2); };
    check_spelled(behind(without_comma(operation("Add", "s", "c", "3.0") + six + operation("Multiply", "m", "r", "0.16666666666666666")), "m"), "denim::Conv<3, 4, denim::Same, denim::HardSigmoid>>>;");
    check_spelled(behind(without_comma(operation("Add", "s", "c", "2.0") + six + operation("Multiply", "m", "r", "0.16666666666666666")), "m"),
                  "denim::Rescale<1, 2>,\n    denim::Activation<denim::ReLU6>,\n    denim::Rescale<0.16666667>>>;");
    check_refused(behind(without_comma(operation("Add", "s", "c", from("i") + ", 3.0")), "s"), "the layer 's' (Add): it is called with a number and 2 values");
    // what the sum reads is read by others too, before the hard sigmoid
    check_spelled(behind(operation("Add", "s", "c", "3.0") + six + operation("Multiply", "m", "r", "0.16666666666666666") + layer("Multiply", "p", "", "[" + from("c") + ", " + from("m") + "]"), "p"),
                  "denim::Conv<3, 4, denim::Same, denim::Linear>,\n    denim::Gate<denim::Activation<denim::HardSigmoid>>>>;");
    std::string scaled = layer("CustomScaleLayer", "a", R"("scale": 0.17)", "[" + from("i") + ", " + from("d") + "]");
    scaled.replace(scaled.find("keras.layers"), 12, "keras.src.applications.inception_resnet_v2").replace(scaled.find("null"), 4, R"("CustomScaleLayer")");
    check_spelled(graph(layer("Conv2D", "d", R"("filters": 3, "kernel_size": 1)", from("i")) + ", " + scaled, R"(["a", 0, 0])"),
                  "denim::Residual<denim::Conv<1, 3, denim::Linear>, denim::Rescale<0.17>>>>;");
}

TEST_CASE("a convolution of a group for each channel is a DepthwiseConv") {
    check_spelled(line(layer("Conv2D", "c", conv) + ", " + layer("Conv2D", "d", conv + R"(, "groups": 4)") + ", " + layer("Conv2D", "e", conv + R"(, "groups": 2)")),
                  "denim::DepthwiseConv<3, denim::Same, denim::Linear>,\n    denim::Conv<3, 4, denim::Same, denim::Groups<2>, denim::Linear>>>;");
}

TEST_CASE("windows, steps and dilations by axis") {
    check_spelled(line(layer("Conv2D", "c", R"("filters": 4, "kernel_size": [1, 7], "strides": [2, 1], "padding": "same")")),
                  "denim::Conv<denim::Window<1, 7>, 4, denim::Same, denim::Stride<2, 1>, denim::Linear>");
    check_spelled(line(layer("Conv2D", "c", R"("filters": 4, "kernel_size": [3, 3], "dilation_rate": [1, 2], "strides": [2, 1])")),
                  "denim::Conv<3, 4, denim::Dilation<1, 2>, denim::Stride<2, 1>, denim::Linear>");
    check_spelled(line(layer("DepthwiseConv2D", "d", R"("kernel_size": [3, 1], "padding": "same")")),
                  "denim::DepthwiseConv<denim::Window<3, 1>, denim::Same, denim::Linear>");
    check_spelled(line(layer("MaxPooling2D", "p", R"("pool_size": [2, 1])")), "denim::Pool<denim::Max, denim::Window<2, 1>>");
    check_spelled(line(layer("AveragePooling2D", "p", R"("pool_size": [2, 2], "strides": [2, 1])")), "denim::Pool<denim::Average, 2, denim::Stride<2, 1>>");
    check_refused(line(layer("Conv2D", "c", R"("filters": 4, "kernel_size": [3, 3], "strides": [2, 1], "dilation_rate": [2, 1])")),
                  "steps of more than 1 together with a dilation have no spelling");
}

TEST_CASE("vectors and sequences enter as they do in Keras") {
    const auto model = [](const std::string& shape, const std::string& layers) {
        return R"({"class_name": "Sequential", "config": {"layers": [)" + layer("InputLayer", "i", R"("batch_shape": )" + shape) + ", " + layers + "]}}";
    };
    check_spelled(model("[null, 13]", layer("Dense", "d", R"("units": 64, "activation": "relu")") + ", " + layer("BatchNormalization", "b", R"("axis": 1)") + ", " +
                                          layer("Dense", "e", R"("units": 1)")),
                  "denim::Network<denim::Input<13>, denim::Sequential<\n    denim::Dense<64, denim::ReLU>,\n    denim::BatchNorm,\n    denim::Dense<1>>>;");
    const std::string wave = "[null, 40, 3]";
    check_spelled(model(wave, layer("Conv1D", "c", R"("filters": 8, "kernel_size": [5], "strides": [2], "padding": "same", "activation": "relu")") + ", " +
                                  layer("MaxPooling1D", "m", R"("pool_size": [2], "strides": [2], "padding": "valid")") + ", " +
                                  layer("DepthwiseConv1D", "dw", R"("kernel_size": [3], "dilation_rate": [2])") + ", " +
                                  layer("BatchNormalization", "b", R"("axis": -1)") + ", " + layer("PReLU", "p", R"("shared_axes": [1])") + ", " +
                                  layer("AveragePooling1D", "a", R"("pool_size": 2)") + ", " + layer("Reshape", "r", R"("target_shape": [3, 8])") + ", " +
                                  layer("GlobalAveragePooling1D", "g") + ", " + layer("Dense", "e", R"("units": 4)")),
                  "denim::Image<1, 40, 3>, denim::Sequential<\n    denim::Conv<denim::Window<1, 5>, 8, denim::Same, denim::Stride<1, 2>>,\n"
                  "    denim::Pool<denim::Max, denim::Window<1, 2>>,\n    denim::DepthwiseConv<denim::Window<1, 3>, denim::Dilation<1, 2>, denim::Linear>,\n"
                  "    denim::BatchNorm,\n    denim::PReLU,\n    denim::Pool<denim::Average, denim::Window<1, 2>>,\n    denim::GlobalPool<denim::Average>,\n"
                  "    denim::Dense<4>>>;");
    check_spelled(model(wave, layer("Conv1D", "c", R"("filters": 2, "kernel_size": 3, "padding": "causal", "dilation_rate": 4)") + ", " + layer("Flatten", "f") + ", " +
                                  layer("Dense", "e", R"("units": 2)")),
                  "denim::Conv<denim::Window<1, 3>, 2, denim::Padding<0, 8, 0, 0>, denim::Dilation<1, 4>, denim::Linear>,\n    denim::Dense<2>>>;");
    check_refused(model(wave, layer("Conv1D", "this", R"("filters": 2, "kernel_size": [3, 3])")), "'kernel_size' is '[3,3]'");
    check_refused(model(wave, layer("Conv1D", "this", R"("filters": 2, "kernel_size": 3, "padding": "full")")), "'padding' is '\"full\"'; valid, same or causal was expected");
    check_spelled(model(wave, layer("ZeroPadding1D", "p", R"("padding": [2, 1])") + ", " + layer("Cropping1D", "c", R"("cropping": [1, 1])")),
                  "denim::Pad<0, 2, 0, 1>,\n    denim::Crop<0, 1, 0, 1>>>;");
    check_refused(model(wave, layer("Conv2D", "this", conv)), "the layer 'this' (Conv2D): a picture was expected, a sequence came");
    check_refused(line(layer("Conv1D", "this", R"("filters": 2, "kernel_size": 3)")), "the layer 'this' (Conv1D): a sequence was expected, a picture came");
    check_refused(model("[null, 13]", layer("MaxPooling1D", "this")), "a sequence was expected, a row of numbers came");
    check_refused(model(wave, layer("PReLU", "this", R"("shared_axes": [1, 2])")), "'shared_axes' is '[1,2]'");
    check_refused(model("[null, null, 3]", layer("Flatten", "f")), "pictures (height, width, channels), sequences (length, channels) or vectors of known size were expected");
    check_refused(model("[null]", layer("Flatten", "f")), "or vectors of known size were expected");
    check_refused(model("[null, 2, 3, 4, 5]", layer("Flatten", "f")), "or vectors of known size were expected");
}
