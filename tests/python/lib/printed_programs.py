# SPDX-License-Identifier: MIT
"""The programs that print_network writes for files of other frameworks, compiled and run."""
import os
import shlex
import subprocess
from pathlib import Path

import numpy as np

root = Path(__file__).resolve().parents[3]


class Refused(Exception):
    """A model that has no spelling."""


def write_program(program, file, folder):
    """By print_network: the program that reads the file itself, and its weights in Denim's own form: one gives what the other gives."""
    for options, to in [([], f"{file.stem}.cpp"), (["--weights", folder / f"{file.stem}.safetensors"], f"{file.stem}_own.cpp")]:
        run = subprocess.run([program, file, "--program", *options], capture_output=True, text=True)
        if run.returncode != 0:
            raise Refused(run.stderr.strip().removeprefix(f"{file}: "))
        (folder / to).write_text(run.stdout)


headers = """#include "zoo_logits.hpp"
#include <denim/hdf5.hpp>
#include <denim/image.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <iostream>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

template <class Network>
void write(const std::string& name, const Network& network) {
    write_zoo_logits(network, ".", name);
    Network own;
    load_into(own, name + ".safetensors");
    if (!std::ranges::equal(own.parameters(), network.parameters())) throw std::runtime_error("the weights of --weights are others");
}
"""
# Each program stands in a namespace of its own, in which its main has another name.
part = """
namespace NAME {
#define main label
#include "NAME.cpp"
#undef main
}
"""
main = """
int main(int, char** arguments) {
    try {
        const std::string name = arguments[1];
CALLS    } catch (const std::exception& error) {
        std::cerr << error.what() << '\\n';
        return 1;
    }
}
"""


def compile_with_options(options, *files):
    """Takes the compiler from CXX, and from CXXFLAGS options in place of these."""
    hdf5 = shlex.split(subprocess.run(["pkg-config", "--cflags", "--libs", "hdf5"], check=True, capture_output=True, text=True).stdout)
    stb = [f"-isystem{place}" for place in ["/usr/include/stb"] if Path(place).exists()]
    given = shlex.split(os.environ.get("CXXFLAGS", options))
    command = [*shlex.split(os.environ.get("CXX", "c++")), "-std=c++20", "-march=native", "-fopenmp", *given, *stb]
    subprocess.run([*command, f"-I{root / 'include'}", f"-I{root / 'tests' / 'python'}", *files, *hdf5, "-lz"], check=True)


def compiled(names, folder, options, precompiled=False):
    """One program of several, which share the code of their kernels. `precompiled` headers pay where others follow."""
    if not (folder / "headers.hpp").exists():
        (folder / "headers.hpp").write_text(headers)
        if precompiled:
            compile_with_options(options, "-c", "-x", "c++-header", folder / "headers.hpp", "-o", folder / "headers.hpp.gch")
    calls = "".join(f'        if (name == "{name}") write("{name}", {name}::trained());\n' for name in names)
    parts = "".join(part.replace("NAME", name) for name in names)
    (folder / "logits.cpp").write_text('#include "headers.hpp"\n' + parts + main.replace("CALLS", calls))
    compile_with_options(options, folder / "logits.cpp", "-o", folder / "logits")


def logits_of(name, folder):
    """Of the pictures NAME.x.npy (N, H, W, C)."""
    subprocess.run([folder / "logits", name], check=True, cwd=folder)
    return np.load(folder / f"{name}.y.npy")
