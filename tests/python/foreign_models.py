# SPDX-License-Identifier: MIT
"""Models of torchvision, keras.applications and MLPerf Tiny in one step: exported with random weights, spelled and made a program by
print_network, compiled, and its logits compared with ONNX Runtime's or Keras's on 8 pictures.

    python tests/python/foreign_models.py [BUILD-FOLDER [all | NAME...]]

Six small ones are in one program; of those that are asked for by name six at a time, which takes minutes. Torchvision's need it installed.
Takes the compiler from CXX and options from CXXFLAGS. docs/interop.md has what it printed.
"""
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402

root = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "tests" / "python" / "lib"))
from models import paper_models  # noqa: E402
from printed_programs import Refused, compiled, logits_of, write_program  # noqa: E402
from random_models import apart, draw_keras_weights, draw_pictures, draw_torch_weights  # noqa: E402

program = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test") / "examples" / "print_network"

of_torchvision = ["alexnet", "vgg11", "vgg16_bn", "resnet18", "resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "mobilenet_v2",
                  "mobilenet_v3_small", "mobilenet_v3_large", "squeezenet1_0", "squeezenet1_1", "shufflenet_v2_x1_0", "densenet121", "googlenet",
                  "inception_v3", "mnasnet1_0", "regnet_x_400mf", "regnet_y_400mf", "efficientnet_b0", "efficientnet_v2_s", "convnext_tiny"]  # fmt: skip
of_keras = ["VGG16", "VGG19", "ResNet50", "ResNet50V2", "MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0",
            "EfficientNetV2B0", "DenseNet121", "InceptionV3", "InceptionResNetV2", "Xception", "NASNetMobile", "ConvNeXtTiny"]  # fmt: skip
of_papers = {"resnet8": (32, 32, 3), "visual_wake_words": (96, 96, 3), "ds_cnn": (49, 10, 1), "efficientnet_lite0": (224, 224, 3)}
small = ["resnet8", "visual_wake_words", "ds_cnn", "small_resnet", "small_excite", "scaled_block"]
refused = ["swin_t", "vit_b_16"]
large_pictures = {"inception_v3", "InceptionV3", "InceptionResNetV2", "Xception"}
together = 6  # models in one program, where they are asked for by name
# What stands in front of these divides by 255 or the like.
of_bytes = {"MobileNetV3Small", "MobileNetV3Large", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny"}


class SmallResNet(torch.nn.Module):
    """Two blocks with a way around each, as torchvision writes them."""

    def __init__(self):
        super().__init__()
        from torch import nn

        def norm(*sizes, **options):
            return nn.Sequential(nn.Conv2d(*sizes, bias=False, **options), nn.BatchNorm2d(sizes[1]))

        self.stem, self.relu, self.pool = norm(3, 8, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)
        sizes = [(8, 8, 1), (8, 16, 2)]
        self.branches = nn.ModuleList(nn.Sequential(norm(a, b, 3, stride=s, padding=1), nn.ReLU(), norm(b, b, 3, padding=1)) for a, b, s in sizes)
        self.shortcuts = nn.ModuleList([nn.Identity(), norm(8, 16, 1, stride=2)])
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.pool(self.relu(self.stem(x)))
        for branch, shortcut in zip(self.branches, self.shortcuts):
            x = self.relu(branch(x) + shortcut(x))
        return self.head(x.mean((2, 3)))


class SmallExcite(torch.nn.Module):
    """Inverted residuals with squeeze and excitation, and a list of branches that grows."""

    def __init__(self):
        super().__init__()
        from torch import nn
        from torch.nn import functional

        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.Hardswish())
        self.wide = nn.Sequential(nn.Conv2d(8, 24, 1, bias=False), nn.BatchNorm2d(24), nn.SiLU(),
                                  nn.Conv2d(24, 24, 5, padding=2, groups=24, bias=False), nn.BatchNorm2d(24), nn.SiLU())  # fmt: skip
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(24, 6, 1), nn.ReLU(), nn.Conv2d(6, 24, 1), nn.Hardsigmoid())
        self.narrow = nn.Sequential(nn.Conv2d(24, 8, 1, bias=False), nn.BatchNorm2d(8))
        self.dense = nn.ModuleList(nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, 4, 3, padding=1, bias=False)) for c in [8, 12, 16])
        self.head, self.gelu = nn.Linear(20, 10), functional.gelu

    def forward(self, x):
        x = self.stem(x)
        wide = self.wide(x)
        parts = [x + self.narrow(wide * self.gate(wide))]
        for layer in self.dense:
            parts.append(layer(torch.cat(parts, 1)))
        return self.head(self.gelu(torch.cat(parts, 1)).mean((2, 3)))


def torch_model(name):
    if name.startswith("small_"):
        return {"small_resnet": SmallResNet, "small_excite": SmallExcite}[name](), (64, 48, 3)
    import torchvision

    options = {"googlenet": {"aux_logits": False, "init_weights": True}, "inception_v3": {"aux_logits": False, "init_weights": True}}
    side = 299 if name in large_pictures else 224
    return getattr(torchvision.models, name)(weights=None, **options.get(name, {})), (side, side, 3)


def export_torch(name, folder, random):
    """The file, the pictures (N, H, W, C), and ONNX Runtime's logits."""
    torch.manual_seed(3)
    model, shape = torch_model(name)
    pictures = draw_pictures(random, 8, shape)
    if name not in refused:
        draw_torch_weights(model, pictures)
    file = folder / f"{name}.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model.eval(), pictures[:1], file, dynamo=False, input_names=["images"])
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    logits = np.concatenate([session.run(None, {"images": pictures[n : n + 1].numpy()})[0] for n in range(8)])
    return file, pictures.permute(0, 2, 3, 1).numpy(), logits


def scaled_block():
    """A way around a convolution in as many groups as channels, with a factor for each channel, as ConvNeXt has them."""
    from keras.src.applications.convnext import LayerScale

    x = inputs = keras.Input((16, 12, 3))
    x = keras.layers.Conv2D(8, 3, activation="relu")(x)
    x = keras.layers.add([x, LayerScale(1.0, 8)(keras.layers.Conv2D(8, 3, padding="same", groups=8)(x))])
    return keras.Model(inputs, keras.layers.Dense(5)(keras.layers.GlobalAveragePooling2D()(x)))


def keras_model(name):
    if name == "scaled_block":
        return scaled_block(), (16, 12, 3)
    if name in of_papers:
        model = paper_models.model_of(getattr(paper_models, name), of_papers[name])
        model.layers[-1].activation = keras.activations.softmax
        return model, of_papers[name]
    side = 299 if name in large_pictures else 224
    return getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3)), (side, side, 3)


def export_keras(name, folder, random):
    """Likewise, Keras's logits: a softmax at the end stands in the file alone."""
    keras.utils.set_random_seed(3)
    model, shape = keras_model(name)
    pictures = draw_pictures(random, 8, shape).permute(0, 2, 3, 1).numpy() * np.float32(255 if name in of_bytes else 1)
    draw_keras_weights(model, pictures, random)
    file = folder / f"{name}.keras"
    model.save(file)
    if getattr(model.layers[-1], "activation", None) is keras.activations.softmax:
        model.layers[-1].activation = keras.activations.linear
    return file, pictures, np.asarray(model.predict(pictures, verbose=0)).reshape(8, -1)


def export(name, folder):
    random = np.random.default_rng(7)  # anew, whichever names are asked for
    by_torch = name in of_torchvision or name in refused or name.startswith("small_")
    try:
        file, pictures, logits = (export_torch if by_torch else export_keras)(name, folder, random)
    except ValueError as error:  # Keras cannot make the model
        raise Refused(f"{keras.__name__} {keras.__version__}: {str(error).strip()}") from error
    write_program(program, file, folder)
    np.save(folder / f"{name}.x.npy", np.ascontiguousarray(pictures, dtype=np.float32))
    return logits


def compare(name, expected, folder):
    """How much the logits of two pictures differ, and by how much ours differ from theirs, of the largest."""
    ours = logits_of(name, folder)
    assert ours.shape == expected.shape, (name, ours.shape, expected.shape)
    difference = np.abs(ours - expected).max() / np.abs(expected).max()
    assert apart(expected) > 0.1, (name, "the logits of two pictures are too much alike to tell anything", apart(expected))
    assert difference <= 1e-4, (name, difference)
    return apart(expected), difference


def small_ones(folder):
    expected = {name: export(name, folder) for name in small}
    compiled(small, folder, options="-Og")
    differences = {name: compare(name, logits, folder)[1] for name, logits in expected.items()}
    worst = max(differences, key=differences.get)
    print(f"{len(small)} models of other frameworks became programs that give their logits, the largest relative difference is "
          f"{differences[worst]:.1e} ({worst})")  # fmt: skip


def by_name(names, folder):
    """Some at a time, which share the code of their kernels."""
    passed = 0
    print("| model | pictures apart | largest difference |\n|---|---|---|", flush=True)
    for begin in range(0, len(names), together):
        expected, begun = {}, time.time()
        for name in names[begin : begin + together]:
            try:
                expected[name] = export(name, folder)
            except Refused as error:
                print(f"| `{name}` | | {error} |", flush=True)
        exported = time.time()
        if expected:
            compiled(expected, folder, options="-O1", precompiled=True)
        print(f"{len(expected)} exported in {exported - begun:.0f} s, compiled in {time.time() - exported:.0f} s", file=sys.stderr, flush=True)
        for name, logits in expected.items():
            try:
                away, difference = compare(name, logits, folder)
                print(f"| `{name}` | {away:.0%} | {difference:.1e} |", flush=True)
                passed += 1
            except (AssertionError, subprocess.CalledProcessError) as error:
                print(f"| `{name}` | | FAILED: {error} |", flush=True)
        for file in [file for name in expected for file in folder.glob(f"{name}.*")]:  # hundreds of megabytes each
            file.unlink()
    print(f"{passed} of {len(names)} passed")


def run(folder):
    if len(sys.argv) > 2:
        by_name([*of_torchvision, *of_keras, *of_papers, *refused] if sys.argv[2:] == ["all"] else sys.argv[2:], folder)
    else:
        small_ones(folder)


if not program.exists():
    print("there are no example programs: skipped")
elif subprocess.run(["pkg-config", "--exists", "hdf5"]).returncode != 0:
    print("HDF5 is not installed: skipped")
else:
    with tempfile.TemporaryDirectory() as place:
        run(Path(place))
