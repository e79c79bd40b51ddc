# SPDX-License-Identifier: MIT
"""A sweep of four networks on drawn photographs (sweep.cpp): TensorBoard serves its scalars, images and hparams, its pages open in
Chromium without a word in the console, and a sweep that is killed, or whose runs stand side by side, gives the same numbers.

    python tests/python/sweep.py [BUILD-FOLDER]
"""
import io
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from tensorboard_server import Server

build = Path(sys.argv[1] if len(sys.argv) > 1 else "build/test")
program = build / "tests" / "python" / "sweep"


def results(folder, *arguments):
    """The lines of a whole sweep, and what it said beside them."""
    done = subprocess.run([program, folder, *arguments], check=True, capture_output=True, text=True)
    return sorted(done.stdout.splitlines()), done.stderr


def check_resume(folder, expected, seconds):
    with subprocess.Popen([program, folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()  # the first run has ended
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait() == 130 and "interrupted after batch" in said, said
    kills = 0
    for _ in range(6):
        with subprocess.Popen([program, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(random.uniform(0.2, 0.8) * seconds)
            process.kill()
            kills += process.wait() != 0
    assert results(folder)[0] == expected
    return kills


def check_server(folder):
    with Server(folder) as server:
        runs = server.wait_for_runs(25)
        name = "kernel=5,filters=8,rate=0.003,seed=2"
        assert {name, name + "/train", name + "/validation"} <= set(runs), runs
        for part in ["train", "validation"]:
            for tag in ["epoch_loss", "epoch_accuracy"]:
                values = server.json("data/plugin/scalars/scalars", tag=tag, run=f"{name}/{part}")
                assert [step for _, step, _ in values] == [1, 2, 3, 4], (part, tag, values)
        images = server.json("data/plugin/images/images", tag="Confusion Matrix", run=name + "/validation", sample=0)
        assert [image["step"] for image in images] == [1, 2, 3, 4], images
        picture = Image.open(io.BytesIO(server.bytes("data/plugin/images/individualImage?" + images[-1]["query"])))
        assert picture.size[0] == 800 and len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) > 50
        assert len(server.json("data/plugin/histograms/histograms", tag="0.weights", run=name + "/train")) == 4
        assert "MaxPool" in server.json("data/plugin/text/text", tag="network", run=name)[0]["text"]

        infos = {info["name"]: info["domainDiscrete"] for info in server.json("data/plugin/hparams/experiment", {"experimentName": ""})["hparamInfos"]}
        assert infos == {"kernel": [3, 5], "filters": [4, 8], "rate": [0.003], "seed": [1, 2]}, infos
        request = {"experimentName": "", "startIndex": 0, "sliceSize": 100, "allowedStatuses": ["STATUS_SUCCESS"],
                   "colParams": [{"metric": {"group": "validation", "tag": "epoch_accuracy"}, "order": "ORDER_DESC"}]}
        groups = server.json("data/plugin/hparams/session_groups", request)["sessionGroups"]
        assert len(groups) == 8 and all(len(group["sessions"]) == 1 for group in groups), groups
        values = [group["metricValues"][0]["value"] for group in groups]
        assert values == sorted(values, reverse=True) and 0.5 < values[0] <= 1, values


def check_pages(folder):
    browser = next((found for name in ["chromium", "chromium-browser", "google-chrome"] if (found := shutil.which(name))), None)
    if not browser:
        print("no Chromium here: the pages are not opened")
        return
    for page in ["run", "sweep", "comparison"]:
        text = (folder / f"{page}.html").read_text()
        assert "http:" not in text.replace("http://www.w3.org", "") and "https:" not in text and "<script" not in text
        shots = []
        for scheme in ["0", "1"]:
            shot = folder / f"{page}-{scheme}.png"
            command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=1000,1400", f"--blink-settings=preferredColorScheme={scheme}"]
            said = subprocess.run([*command, f"--screenshot={shot}", (folder / f"{page}.html").resolve().as_uri()], capture_output=True, text=True, timeout=300).stderr
            assert "CONSOLE" not in said, said
            pixels = np.asarray(Image.open(shot).convert("L"))
            assert pixels.std() > 5
            shots.append(np.median(pixels))
        assert shots[0] < 60 and shots[1] > 200, (page, shots)
    print("three pages opened in light and dark, the console stayed empty")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ["whole", "killed", "beside"]:
            (folder / part).mkdir()
        start = time.monotonic()
        expected, said = results(folder / "whole")
        seconds = time.monotonic() - start
        assert len(expected) == 8 and "run 8/8" in said, (expected, said)
        again, said = results(folder / "whole")
        assert again == expected, "a sweep that is done gives its table again"
        assert results(folder / "beside", "2")[0] == expected, "two runs at a time give the same numbers"
        kills = check_resume(folder / "killed", expected, seconds)
        print(f"killed {kills} times and resumed: the same numbers")
        check_pages(folder / "whole")
        for logs in ["whole", "killed"]:
            check_server(folder / logs / "logs")
            print(f"TensorBoard serves the sweep that was {logs}")


main()
