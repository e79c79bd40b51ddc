# SPDX-License-Identifier: MIT
"""TensorBoard's own server on loopback, asked by HTTP."""
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class Server:
    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--load_fast=false", "--reload_interval=1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, CUDA_VISIBLE_DEVICES=""))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def bytes(self, path, body=None, **query):
        address = f"http://127.0.0.1:{self.port}/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        request = urllib.request.Request(address, None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def json(self, path, body=None, **query):
        return json.loads(self.bytes(path, body, **query))

    def wait_for_runs(self, count, seconds=120):
        """The runs, once that many are there."""
        end = time.monotonic() + seconds
        runs = []
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("the server ended")
            try:
                runs = self.json("data/runs")
                if len(runs) >= count:
                    return runs
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.3)
        raise RuntimeError(f"{count} runs were expected, the server has {runs}")
