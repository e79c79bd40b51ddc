# SPDX-License-Identifier: MIT
"""MLPerf Tiny's pretrained models, as Keras 2 wrote them (.h5), beside Keras: the same classes on the sample inputs of its repository and on
100 random pictures. Run by hand with a copy of github.com/mlcommons/tiny:

    python tests/python/by_hand/mlperf_tiny.py BUILD-FOLDER TINY-FOLDER
"""
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras  # noqa: E402
import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))
from printed_programs import compiled, logits_of, write_program  # noqa: E402
from random_models import draw_pictures  # noqa: E402

program, tiny = Path(sys.argv[1]) / "examples" / "print_network", Path(sys.argv[2]) / "benchmark"


class DepthwiseConv2D(keras.layers.DepthwiseConv2D):
    """Keras 2 writes a number of groups, which Keras 3 does not take."""

    def __init__(self, groups=1, **settings):
        assert groups == 1
        super().__init__(**settings)


def samples(file, shape):
    """The numbers of a source file of the reference submissions, as pictures; grey ones three times."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", (tiny / file).read_text(), flags=re.S)
    numbers = np.array([float(each) for each in re.findall(r"-?\d+\.?\d*", text[text.index("=") :])], dtype=np.float32)
    if numbers.size % np.prod(shape) == 0:
        return numbers.reshape(-1, *shape)
    return np.repeat(numbers.reshape(-1, *shape[:2], 1), shape[2], axis=3)


def check(name, model, pictures, folder):
    if model.layers[-1].activation is keras.activations.softmax:
        model.layers[-1].activation = keras.activations.linear
    expected = np.asarray(model.predict(pictures, verbose=0))
    np.save(folder / f"{name}.x.npy", np.ascontiguousarray(pictures, dtype=np.float32))
    ours = logits_of(name, folder)
    difference = np.abs(ours - expected).max() / np.abs(expected).max()
    same = int((ours.argmax(axis=1) == expected.argmax(axis=1)).sum())
    classes = len(np.unique(expected.argmax(axis=1)))
    print(f"{name}: {same} of {len(pictures)} the same class, {classes} classes came, the largest relative difference is {difference:.1e}")
    assert same == len(pictures) and difference <= 1e-4


def main(folder):
    random = np.random.default_rng(11)
    training = tiny / "training"
    files = {"resnet8": training / "image_classification/trained_models/pretrainedResnet.h5",
             "visual_wake_words": training / "visual_wake_words/trained_models/vww_96.h5",
             "anomaly": training / "anomaly_detection/trained_models/ad01.h5"}  # fmt: skip
    for name, file in files.items():
        shutil.copy(file, folder / f"{name}.h5")
        write_program(program, folder / f"{name}.h5", folder)
    compiled(files, folder, options="-O1")
    pictures = {
        # as they were trained: bytes from 0 to 255, and numbers from 0 to 1
        "resnet8": np.concatenate([samples("reference_submissions/image_classification/ic/ic_inputs.cc", (32, 32, 3)),
                                   255 * draw_pictures(random, 100, (32, 32, 3)).permute(0, 2, 3, 1).numpy()]),
        "visual_wake_words": np.concatenate([(1 + samples("training/visual_wake_words/trained_models/vww/vww_inputs.cc", (96, 96, 3))) / 2,
                                             draw_pictures(random, 100, (96, 96, 3)).permute(0, 2, 3, 1).numpy()]),
        "anomaly": random.normal(-20, 10, (100, 640)).astype(np.float32),
    }  # fmt: skip
    for name in files:
        model = keras.models.load_model(folder / f"{name}.h5", compile=False, custom_objects={"DepthwiseConv2D": DepthwiseConv2D})
        check(name, model, pictures[name], folder)


with tempfile.TemporaryDirectory() as place:
    main(Path(place))
