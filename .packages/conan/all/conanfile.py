# SPDX-License-Identifier: MIT
import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, get
from conan.tools.layout import basic_layout
from conan.tools.scm import Version

required_conan_version = ">=2.0"


class DenimConan(ConanFile):
    name = "denim"
    description = "Convolutional networks on CPUs, from types"
    license = "MIT"
    topics = ("neural-network", "cnn", "deep-learning", "simd", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_openmp": [True, False], "with_image": [True, False], "with_format": [True, False]}
    default_options = {"with_openmp": True, "with_image": True, "with_format": True}
    no_copy_source = True

    # The oldest that Denim's tests know.
    _compilers = {"gcc": "12", "clang": "16"}

    @property
    def _archive(self):
        return self.conan_data["sources"].get(self.version)

    def export_sources(self):
        if not self._archive:
            checkout = os.path.join(self.recipe_folder, "..", "..", "..")
            copy(self, "LICENSE", checkout, os.path.join(self.export_sources_folder, "src"))
            copy(self, "include/denim/*", checkout, os.path.join(self.export_sources_folder, "src"))

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        # The versions of xsimd and nlohmann_json are those that xtensor's recipe asks for.
        self.requires("xtensor/0.27.1")
        self.requires("xsimd/13.2.0")
        if self.options.with_image:
            self.requires("stb/cci.20240531")
        if self.options.with_format:
            self.requires("zlib/[>=1.2.11 <2]")
            self.requires("nlohmann_json/3.11.3")
            self.requires("protozero/1.7.1")

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration(f"{self.ref} needs POSIX: it maps files into memory.")
        if self.settings.compiler == "apple-clang" and self.options.with_openmp:
            raise ConanInvalidConfiguration("Apple's clang has no OpenMP: set with_openmp=False.")
        oldest = self._compilers.get(str(self.settings.compiler))
        if oldest and Version(self.settings.compiler.version) < oldest:
            raise ConanInvalidConfiguration(f"{self.ref} needs {self.settings.compiler} {oldest} or newer.")

    def source(self):
        if self._archive:
            get(self, **self._archive, strip_root=True)

    def build(self):
        pass

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        for headers_and_sources in ("*.hpp", "*.cpp"):  # the latter for who compiles once what networks share
            copy(self, headers_and_sources, os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))

    def package_info(self):
        # The targets of Denim's own CMake package. All of them together have a name that it does not use, since denim::denim is the core.
        self.cpp_info.set_property("cmake_file_name", "denim")
        self.cpp_info.set_property("cmake_target_name", "denim::package")
        self.cpp_info.set_property("pkg_config_name", "denim-package")

        def component(name, requires):
            info = self.cpp_info.components[name]
            info.set_property("cmake_target_name", f"denim::{name}")
            info.set_property("pkg_config_name", "denim" if name == "denim" else f"denim-{name}")
            info.requires = requires
            info.bindirs = []
            info.libdirs = []
            return info

        core = component("denim", ["xtensor::xtensor", "xsimd::xsimd"])
        if self.options.with_openmp:
            core.cxxflags = core.exelinkflags = core.sharedlinkflags = ["-fopenmp"]
        if self.options.with_image:
            component("image", ["denim", "stb::stb"])
        if self.options.with_format:
            component("format", ["denim", "zlib::zlib", "nlohmann_json::nlohmann_json", "protozero::protozero"])
            component("exchange", ["format"])
        if self.options.with_image and self.options.with_format:
            component("report", ["image", "format"])
            component("sweep", ["report"])
            component("all", ["exchange", "sweep"])
