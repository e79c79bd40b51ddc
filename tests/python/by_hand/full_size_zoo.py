# SPDX-License-Identifier: MIT
"""Networks of the zoo at their full size beside torchvision's own models, and of MobileNetV1 Keras's: with the same random weights the logits
agree. Compiles a program of all, which takes minutes; so it is run by hand, and docs/zoo.md has what it printed:

    python tests/python/by_hand/full_size_zoo.py [NAME...]

Needs numpy, safetensors, torch, torchvision and keras; takes the compiler from CXX and options from CXXFLAGS.
"""
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import numpy as np
import torch
from safetensors.numpy import save

root = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(root / "tests" / "python" / "lib"))
from comparison import Comparison  # noqa: E402
from random_models import draw_pictures, draw_torch_weights  # noqa: E402

networks = ["resnet18", "resnet34", "resnet50", "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_b0", "mnasnet1_0",
            "regnet_y_400mf", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "squeezenet1_1", "densenet121", "googlenet", "convnext_tiny"]  # fmt: skip
# Whose arrays come by a table of names; the others' come by their order, which a safetensors file does not keep.
by_names = {"resnet18", "resnet34", "resnet50", "regnet_y_400mf", "shufflenet_v2_x0_5", "shufflenet_v2_x1_0", "googlenet", "convnext_tiny"}
side = 224
compare = Comparison()


def torchvision_model(name, pictures):
    """Weights as torchvision draws them, factors and biases drawn away from 1 and 0; means and variances of the pictures, as in training."""
    import torchvision

    options = {"aux_logits": False, "init_weights": True} if name == "googlenet" else {}
    torch.manual_seed(3)
    model = getattr(torchvision.models, name)(weights=None, **options)
    draw_torch_weights(model, pictures)
    with torch.no_grad():
        logits = model.eval()(pictures).numpy()
    epsilons = {module.eps for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)} or {1e-5}
    weights = {key: value.numpy() for key, value in model.state_dict().items() if not key.endswith("num_batches_tracked")}
    return logits, weights, epsilons.pop()


def keras_model(random, pictures):
    """MobileNetV1, likewise."""
    import keras

    model = keras.applications.MobileNet(weights=None, classifier_activation=None)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.gamma.assign(random.uniform(0.5, 1.5, layer.gamma.shape))
            layer.beta.assign(random.uniform(-0.3, 0.3, layer.beta.shape))
            layer.momentum = 0.0
    pictures = pictures.permute(0, 2, 3, 1).numpy()
    model(pictures, training=True)
    arrays = [array for layer in model.layers for array in layer.get_weights()]
    return np.asarray(model.predict(pictures, verbose=0)), {f"{n:04}": array for n, array in enumerate(arrays)}, 1e-3


def compiled(folder):
    program, here = folder / "full_size_zoo", Path(__file__).parent
    subprocess.run([*shlex.split(os.environ.get("CXX", "c++")), "-std=c++20", "-march=native", "-fopenmp", *shlex.split(os.environ.get("CXXFLAGS", "-O2")),
                    f"-I{root / 'include'}", here / "full_size_zoo.cpp", "-lz", "-o", program], check=True)  # fmt: skip
    return program


def main(names, folder):
    program = compiled(folder)
    print("| model | apart | largest difference |\n|---|---|---|", flush=True)
    for name in names:
        random = np.random.default_rng(7)  # anew, whichever names are asked for
        pictures = draw_pictures(random, 8, (side, side, 3))
        logits, weights, epsilon = keras_model(random, pictures) if name == "mobilenet_v1" else torchvision_model(name, pictures)
        two = [0, np.abs(logits - logits[0]).max(axis=1).argmax()]  # the first, and the one that is the least like it
        expected = logits[two]
        apart = np.abs(expected[0] - expected[1]).max() / np.abs(expected).max()
        assert apart > 0.1, (name, "the logits of two pictures are too much alike to tell anything", apart)
        weights = {key: np.ascontiguousarray(value, dtype=np.float32) for key, value in weights.items()}
        with open(folder / f"{name}.weights", "wb") as file:  # Denim looks at what is in it
            file.write(save(weights)) if name in by_names else np.savez(file, **weights)
        np.save(folder / f"{name}.x.npy", np.ascontiguousarray(pictures[two].permute(0, 2, 3, 1).numpy()))
        subprocess.run([program, folder, name, str(epsilon)], check=True)
        logits = np.load(folder / f"{name}.y.npy")
        compare(name, expected, logits)
        print(f"| `{name}` | {apart:.0%} | {np.abs(expected - logits).max() / np.abs(expected).max():.1e} |", flush=True)
    print(f"{compare.count} networks, the largest relative difference is {compare.worst:.1e}")


with tempfile.TemporaryDirectory() as place:
    main(sys.argv[1:] or networks, Path(place))
