# SPDX-License-Identifier: MIT
"""TensorBoard reads what Denim logs: its own reader reads the event files that `event_files` (event_files.cpp) writes, then its server
is started on loopback and asked for scalars, images, histograms, texts and hparams.

    python tests/python/event_files.py [BUILD-FOLDER]
"""
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing import event_file_loader, plugin_event_accumulator

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from tensorboard_server import Server

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "tests" / "python" / "event_files"


def scalars(folder):
    reader = plugin_event_accumulator.EventAccumulator(str(folder))
    reader.Reload()
    return [(event.step, round(float(event.tensor_proto.float_val[0]), 5)) for event in reader.Tensors("epoch_accuracy")]


def check_files(folder):
    """Every record and checksum, and the values."""
    for file in folder.rglob("events.out.*"):
        events = list(event_file_loader.RawEventFileLoader(str(file)).Load())
        assert len(events) >= 2, file
    assert scalars(folder / "run-1" / "validation") == [(1, 0.1), (2, 0.2), (3, 0.3)]
    assert scalars(folder / "run-2" / "validation") == [(1, 0.2), (2, 0.4), (3, 0.75)]
    (cut,) = (folder / "run-1").glob("events.out.*")
    whole = len(list(event_file_loader.RawEventFileLoader(str(cut)).Load()))
    cut.with_name("events.out.tfevents.cut").write_bytes(cut.read_bytes()[:-30])
    assert len(list(event_file_loader.RawEventFileLoader(str(cut.with_name("events.out.tfevents.cut"))).Load())) == whole - 1
    cut.with_name("events.out.tfevents.cut").unlink()


def check_server(folder):
    with Server(folder) as server:
        runs = server.wait_for_runs(5)
        assert sorted(runs) == [".", "run-1", "run-1/validation", "run-2", "run-2/validation"], runs
        values = server.json("data/plugin/scalars/scalars", tag="epoch_accuracy", run="run-2/validation")
        assert [(step, round(value, 5)) for _, step, value in values] == [(1, 0.2), (2, 0.4), (3, 0.75)], values
        images = server.json("data/plugin/images/images", tag="Confusion Matrix", run="run-1/validation", sample=0)
        assert [image["step"] for image in images] == [1, 2, 3], images
        picture = Image.open(io.BytesIO(server.bytes("data/plugin/images/individualImage?" + images[2]["query"])))
        assert picture.size == (5, 3) and (np.asarray(picture) == (30, 20, 30)).all()
        (_, step, rows) = server.json("data/plugin/histograms/histograms", tag="weights", run="run-1")[0]
        assert rows == [[-1, 0, 2], [0, 1, 2], [1, 2, 0], [2, 3, 1]], rows
        text = server.json("data/plugin/text/text", tag="summary", run="run-1")
        assert "café" in text[0]["text"] and "<table>" in text[0]["text"], text

        experiment = server.json("data/plugin/hparams/experiment", {"experimentName": ""})
        infos = {info["name"]: info.get("domainDiscrete") for info in experiment["hparamInfos"]}
        assert infos == {"rate": [0.1, 0.2], "network": ["base"], "flip": [True]}, infos
        assert experiment["metricInfos"][0]["name"] == {"group": "validation", "tag": "epoch_accuracy"}, experiment
        request = {"experimentName": "", "startIndex": 0, "sliceSize": 100, "allowedStatuses": ["STATUS_SUCCESS", "STATUS_RUNNING"],
                   "colParams": [{"hparam": "rate", "order": "ORDER_ASC"}, {"metric": {"group": "validation", "tag": "epoch_accuracy"}}]}
        groups = server.json("data/plugin/hparams/session_groups", request)["sessionGroups"]
        found = [(group["hparams"]["rate"], round(group["metricValues"][0]["value"], 5), group["sessions"][0]["status"]) for group in groups]
        assert found == [(0.1, 0.3, "STATUS_SUCCESS"), (0.2, 0.75, "STATUS_SUCCESS")], found


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([program, folder], check=True)
        check_files(folder)
        check_server(folder)
    print("TensorBoard reads and serves scalars, images, histograms, texts and hparams")


main()
