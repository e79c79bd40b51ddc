# SPDX-License-Identifier: MIT
"""What print_network says of models that Keras itself wrote: the type that computes the same, or an error that names the layer.

    python tests/python/keras_spelling.py [BUILD-FOLDER] [OUT-FOLDER]

With a second folder, the models that have a spelling go there with inputs and answers of Keras's, and a program that compares.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers as L  # noqa: E402

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "examples" / "print_network"
SHAPE = (9, 8, 3)


def line(*layers):
    return keras.Sequential([L.Input(SHAPE), *layers])


def graph(make, shape=SHAPE):
    image = L.Input(shape)
    return keras.Model(image, make(image))


def head(x):
    return L.Dense(3, name="head")(L.GlobalAveragePooling2D()(x))


def conv(x, filters=4, size=3, name=None):
    return L.Conv2D(filters, size, padding="same", activation="relu", name=name)(x)


def diamond(x):
    x = conv(x, 4, 1, "stem")
    deep = conv(conv(x, 4, 3, "deep1"), 4, 3, "deep2")
    return head(L.Concatenate()([conv(x, 4, 3, "short"), deep]))


def excite(x):
    x = conv(x)
    gate = L.Dense(4, activation="sigmoid")(L.Dense(2, activation="relu")(L.Reshape((1, 1, 4))(L.GlobalAveragePooling2D()(x))))
    return head(L.Multiply()([x, gate]))


def read_before_relu(x):
    x = L.Conv2D(4, 3, padding="same", name="c")(x)
    return head(L.Add()([L.Conv2D(4, 3, padding="same")(L.ReLU()(x)), x]))


def shared_neighbours(x):
    first = conv(x, 4, 3, "first")
    return head(L.Concatenate()([conv(first), conv(first), conv(x)]))


SPELLED = {
    "shared_neighbours": graph(shared_neighbours),
    "plain": line(L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(5, activation="softmax")),
    "pools": line(L.MaxPooling2D(3, 2, padding="same"), L.AveragePooling2D(3, 1, padding="same"), L.AveragePooling2D(2), L.Flatten(), L.Dense(2)),
    "strided": line(L.Conv2D(4, 3, strides=2, padding="same"), L.Conv2D(3, 4, padding="same", use_bias=False, activation="tanh"), L.Flatten(), L.Dense(2)),
    "dilated": line(L.Conv2D(4, 3, dilation_rate=2, padding="same"), L.DepthwiseConv2D(3, activation="gelu"), L.Conv2D(4, 1, groups=2), L.Flatten(), L.Dense(2)),
    "separable": line(L.SeparableConv2D(4, 3, activation="relu"), L.SeparableConv2D(6, 3, strides=2, padding="same", use_bias=False), L.BatchNormalization(),
                      L.SeparableConv2D(3, 2, activation="gelu"), L.Flatten(), L.Dense(2)),
    "dense_on_pixels": line(L.Conv2D(4, 3), L.Dense(6, activation="gelu"), L.Dense(3, use_bias=False), L.GlobalAveragePooling2D(), L.Dense(2)),
    "norms": line(L.Conv2D(4, 3), L.BatchNormalization(momentum=0.9), L.ReLU(), L.LayerNormalization(), L.GlobalMaxPooling2D(), L.BatchNormalization(),
                  L.LayerNormalization(), L.Dense(3)),
    "norm_options": line(L.Conv2D(4, 3), L.BatchNormalization(scale=False, epsilon=1e-5), L.BatchNormalization(center=False), L.LayerNormalization(epsilon=1e-6),
                         L.LayerNormalization(center=False), L.LayerNormalization(scale=False), L.GlobalMaxPooling2D(), L.Dense(3)),
    "flat_norm": line(L.Conv2D(4, 3), L.Flatten(), L.BatchNormalization(), L.Dense(3)),
    "flat_layer_norm": line(L.Conv2D(2, 3), L.Flatten(), L.ReLU(), L.LayerNormalization(), L.Dense(3)),
    "flat_twice": line(L.MaxPooling2D(), L.Flatten(), L.Dropout(0.3), L.Activation("elu"), L.Flatten(), L.Dense(4, activation="softmax"), L.Dense(3)),
    "softmax_in_the_middle": line(L.Conv2D(4, 3), L.Softmax(), L.Conv2D(4, 3), L.Activation("softmax"), L.Flatten(), L.Dense(4), L.Softmax(), L.Dense(2, activation="softmax")),
    "softmax_of_pixels": line(L.Conv2D(4, 3), L.Softmax()),
    "softmax_of_a_row": line(L.MaxPooling2D(4), L.Flatten(), L.Softmax(), L.Dense(3)),
    "activations": line(L.Conv2D(4, 3, activation="silu"), L.LeakyReLU(0.3), L.ELU(), L.Activation("gelu"), L.Activation("hard_silu"), L.ReLU(max_value=6), L.LeakyReLU(0.01), L.ELU(alpha=0.5), L.Activation("hard_sigmoid"), L.Activation("softplus"), L.Activation("mish"), L.Flatten(), L.Dense(3, activation="sigmoid")),
    "constraints": line(L.Conv2D(4, 3, kernel_constraint="max_norm", kernel_regularizer="l2", bias_initializer="ones"), L.Flatten(), L.Dense(3)),
    "reshaped": line(L.Conv2D(4, 3), L.Reshape((7, 6, 4)), L.GlobalAveragePooling2D(), L.Reshape((1, 1, 4)), L.Conv2D(5, 1), L.Reshape((-1,)), L.Dense(2)),
    "kept_axes": line(L.Conv2D(4, 3), L.GlobalAveragePooling2D(keepdims=True), L.BatchNormalization(axis=3), L.Conv2D(3, 1), L.Flatten()),
    "rescaled": line(L.Rescaling(1 / 127.5, -1), L.Conv2D(4, 3), L.Rescaling(0.5), L.GlobalAveragePooling2D(), L.Rescaling(2, 1), L.Dense(2)),
    "normalized": line(L.Normalization(mean=[0.485, 0.456, 0.406], variance=[0.0524, 0.0502, 0.0506]), L.Conv2D(4, 3), L.Flatten(), L.Normalization(mean=0.5, variance=0.1), L.Dense(2)),
    "adapted": line(L.Normalization(), L.Conv2D(2, 3)),
    "padding": line(L.ZeroPadding2D(), L.Conv2D(2, 3)),
    "within": line(L.Conv2D(2, 3), keras.Sequential([L.Conv2D(4, 3), L.BatchNormalization(epsilon=1e-5)]), keras.Sequential([L.Conv2D(2, 3), L.Flatten()])),
    "numbers": graph(lambda x: head(0.5 * conv(x) + 1.0)),
    "hard_sigmoid": graph(lambda x: head((y := conv(x)) * (L.ReLU(6.0)(y + 3.0) * (1.0 / 6.0)))),
    "residual": graph(lambda x: head(L.Add()([conv(conv(y := conv(x))), y]))),
    "operators": graph(lambda x: head(conv(y := conv(x)) + y)),
    "stochastic_depth": graph(lambda x: head(L.Add()([L.Dropout(0.2, noise_shape=(None, 1, 1, 1))(conv(conv(y := conv(x)))), y]))),
    "diamond": graph(diamond),
    "excite": graph(excite),
    "read_before_relu": graph(read_before_relu),
    "flat_branches": graph(lambda x: L.Dense(3)(L.Concatenate()([L.Flatten()(L.MaxPooling2D(2)(y := conv(x))), L.Flatten()(L.Conv2D(2, 3)(y))]))),
    "row_residual": graph(lambda x: L.Dense(3)(L.Add()([L.Dense(6)(y := L.Dense(6, activation="relu")(L.Flatten()(x))), y]))),
}  # fmt: skip


def shared(x):
    again = L.Conv2D(3, 3, padding="same", name="again")
    return head(again(again(x)))


def shared_relu(x):
    relu = L.ReLU(name="again")
    return head(relu(L.Conv2D(4, 3)(relu(L.Conv2D(4, 3)(x)))))


def partly_shared(x):
    first = conv(x, 4, 3, "first")
    return head(L.Concatenate(name="join")([conv(first), conv(x), conv(first)]))


def two_inputs():
    a, b = L.Input(SHAPE, name="a"), L.Input(SHAPE, name="b")
    return keras.Model([a, b], head(L.Add()([conv(a, 4), conv(b, 4)])))


def two_outputs():
    image = L.Input(SHAPE)
    x = conv(image)
    return keras.Model(image, [head(x), L.Dense(2)(L.GlobalMaxPooling2D()(x))])


class Dense(L.Dense):  # another class of that name
    def call(self, x):
        return super().call(x) * 2


REFUSED = {
    "bn_axis1": (line(L.Conv2D(4, 3), L.BatchNormalization(axis=1, name="this")), "'axis' is '1'"),
    "bn_axis2": (line(L.Conv2D(4, 3), L.BatchNormalization(axis=2, name="this")), "'axis' is '2'"),
    "bn_training": (graph(lambda x: L.BatchNormalization(name="this")(x, training=True)), "'training' 'true'"),
    "ln_axes": (line(L.LayerNormalization(axis=[1, 2, 3], name="this")), "'axis' is '[1,2,3]'"),
    "ln_rows": (line(L.LayerNormalization(axis=1, name="this")), "'axis' is '[1]'"),
    "softmax_axis": (line(L.Conv2D(4, 3), L.Softmax(axis=1, name="this"), L.Flatten(), L.Dense(2)), "'axis' is '1'"),
    "concatenate_rows": (graph(lambda x: L.Concatenate(axis=1, name="this")([conv(x), L.Conv2D(4, 1)(x)])), "'axis' is '1'"),
    "shared": (graph(shared), "'again' (Conv2D): it is called 2 times"),
    "shared_relu": (graph(shared_relu), "'again' (ReLU): it is called 2 times"),
    "partly_shared": (graph(partly_shared), "'join' (Concatenate): its branches share layers"),
    "two_inputs": (two_inputs(), "a model of one input"),
    "two_outputs": (two_outputs(), "one output was expected"),
    "permute": (line(L.Permute((2, 1, 3), name="this"), L.Flatten(), L.Dense(2)), "no layer for it"),
    "reshape": (line(L.Reshape((8, 9, 3), name="this"), L.Flatten(), L.Dense(2)), "'target_shape' is '[8,9,3]'"),
    "reshape_channels": (line(L.Reshape((9, 24, 1), name="this"), L.Conv2D(2, 3)), "'target_shape' is '[9,24,1]'"),
    "arithmetic_on_the_input": (graph(lambda x: head(conv(x / 255))), "no layer for it"),
    "operation": (graph(lambda x: head(keras.ops.relu(L.Conv2D(4, 3)(x)))), "no layer for it"),
    "separable_depth_multiplier": (line(L.SeparableConv2D(4, 3, depth_multiplier=2, name="this")), "'depth_multiplier' is '2'"),
    "depth_multiplier": (line(L.DepthwiseConv2D(3, depth_multiplier=2, name="this")), "'depth_multiplier' is '2'"),
    "cut_and_tilted": (line(L.ReLU(max_value=6, negative_slope=0.1, name="this")), "'negative_slope' is '0.1'"),
    "leaky_by_name": (line(L.Conv2D(4, 3, activation="leaky_relu", name="this")), "'leaky_relu'"),
    "own_function": (line(L.Activation(keras.ops.cos, name="this")), "an activation of Keras's by its name"),
    "own_class": (line(L.Flatten(), Dense(2, name="this")), "(Dense)"),
    "sum_of_itself": (graph(lambda x: head((lambda y: L.Add(name="this")([y, y]))(conv(x)))), "a value with itself"),
    "sum_of_rows_and_columns": (graph(lambda x: L.Add(name="this")([y := conv(x), L.GlobalAveragePooling2D(keepdims=True)(y)])), "two shapes"),
    "subtract": (graph(lambda x: L.Subtract(name="this")([conv(y := conv(x)), y])), "no layer for it"),
    "whole_numbers": (keras.Sequential([L.Input(SHAPE, dtype="uint8", name="this"), L.Conv2D(2, 3)]), "'dtype' is '\"uint8\"'"),
    "unknown_size": (keras.Sequential([L.Input((None, None, 3), name="this"), L.Conv2D(2, 3), L.GlobalMaxPooling2D()]), "of known size"),
}  # fmt: skip


def text_of(model, folder, name):
    path = folder / f"{name}.json"
    path.write_text(model.to_json())
    run = subprocess.run([program, path, "--name", name], capture_output=True, text=True)
    return run.returncode, run.stdout if run.returncode == 0 else run.stderr


# Layers of the same shapes side by side: our row, Keras's name.
NAMES = {"diamond": {"1.0": "short", "1.1.0": "deep1", "1.1.1": "deep2", "0": "stem", "3": "head"}}


def give_weights(model):
    random = np.random.default_rng(4)
    for weight in model.weights:
        positive = weight.path.endswith("variance")
        weight.assign(random.uniform(0.2, 2, weight.shape) if positive else random.normal(0, 0.4, weight.shape))


def write_comparison(spelled, folder):
    pictures = np.random.default_rng(5).random((4, *SHAPE), dtype=np.float32)
    np.savez(folder / "pictures.npz", pictures=pictures)
    for name in spelled:
        model = SPELLED[name]
        give_weights(model)
        np.savez(folder / f"{name}.npz", **{weight.path: weight.numpy() for weight in model.weights})
        last = model.layers[-1]
        if getattr(last, "activation", None) is keras.activations.softmax and len(last.output.shape) == 2:
            last.activation = keras.activations.linear  # print_network leaves it out
        np.savez(folder / f"{name}.answers.npz", answers=np.asarray(model(pictures).detach()).reshape(4, -1))
    body = ""
    for name in spelled:
        rows = [(row, layer, *slot) for row, layer in NAMES.get(name, {}).items() for slot in [("weights", "kernel"), ("bias", "bias")]]
        table = ", ".join(f'{{"{row}.{ours}", "{layer}/{theirs}"}}' for row, layer, ours, theirs in rows)
        body += f'    compare<{name}>("{name}", {{{table}}});\n'
    (folder / "compare.cpp").write_text("#include <denim/denim.hpp>\n#include <denim/exchange.hpp>\n#include <denim/format.hpp>\n#include <iostream>\n" + "".join(spelled.values()) + """
template <class Network>
void compare(const std::string& name, const denim::NameTable& names) {
    using namespace denim;
    try {
        Network network;
        if (!network.rows().empty()) import_weights(network, name + ".npz", WeightLayout::keras, {.names = names});
        const auto x = Npz{"pictures.npz"}.read("pictures").as<float>(), y = Npz{name + ".answers.npz"}.read("answers").as<float>();
        const auto p = network.predict(view(x.data(), std::array<std::size_t, 4>{4, 9, 8, 3}));
        double worst = 0, largest = 0;
        for (std::size_t n = 0; n < y.size(); ++n)
            worst = std::max(worst, double(std::abs(y[n] - p.data()[n]))), largest = std::max(largest, double(std::abs(y[n])));
        std::cout << name << ": " << (p.size() == y.size() && worst <= 1e-4 * largest ? "right " : "WRONG ") << worst / largest << std::endl;
    } catch (const std::exception& error) {
        std::cout << name << ": " << error.what() << std::endl;
    }
}
int main() {
""" + body + "}\n")


def main():
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    spelled, wrong = {}, []
    for name, model in SPELLED.items():
        status, text = text_of(model, folder, name)
        if status != 0 or f"using {name} = denim::Network<" not in text:
            wrong.append(f"{name}: {text}")
        spelled[name] = text
    for name, (model, reason) in REFUSED.items():
        status, text = text_of(model, folder, name)
        names = "the layer 'this'" if any(layer.name == "this" for layer in model.layers) else ""
        if status == 0 or reason not in text or names not in text:
            wrong.append(f"{name} should be refused, as {reason}: {text}")
    assert not wrong, "\n".join(wrong)
    if len(sys.argv) > 2:
        write_comparison(spelled, folder)
    print(f"{len(SPELLED)} models of Keras {keras.__version__} have a spelling, {len(REFUSED)} are refused by name")


main()
