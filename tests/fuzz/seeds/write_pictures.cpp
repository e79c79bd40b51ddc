// SPDX-License-Identifier: MIT
// Writes one small picture of each kind into a folder: where the fuzzer of the decoder begins.
#include "picture_files.hpp"

#include <denim/image.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace picture_files;

int main(int /*count*/, char** arguments) {
    const std::filesystem::path folder = arguments[1];
    const auto write = [&](const char* name, const auto& bytes) {
        std::ofstream{folder / name, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                             static_cast<std::streamsize>(bytes.size()));
    };
    const denim::Picture picture = pattern(denim::Size{9, 7});
    write("a.png", denim::encode_png(picture));
    write("a.jpg", denim::encode_jpeg(picture));
    write("turned.jpg", with_orientation(denim::encode_jpeg(slope(denim::Size{17, 18})), 6));
    write("a.ppm", pnm(picture));
    write("a.pgm", grey_pnm(picture));
    write("a.bmp", bmp(picture));
    write("a.tga", tga(picture));
    write("a.psd", psd(picture));
    write("b.psd", psd(picture, 16, 9, true));
    write("a.gif", gif(denim::Size{2, 2}, {{0, 1, 2, 3}}));
}
