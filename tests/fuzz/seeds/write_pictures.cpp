// SPDX-License-Identifier: MIT
// Writes one small picture of each kind into a folder: where the fuzzer of the decoder begins.
#include "picture_parts.hpp"

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

    const denim::Size two{1, 2};
    const File jpeg = denim::encode_jpeg(slope(denim::Size{9, 8}));
    write("strays.jpg", with_bytes(with_bytes(jpeg, segment(jpeg, 0xC0), {0xFF, 0}), jpeg.size(), {0xFF, 0xD0}));
    write("interval.jpg", with_segment(jpeg, 0xDD, {0, 4}));
    for (const unsigned interlaced : {0u, 1u})
        for (const unsigned kind : {0u, 3u}) {
            const File rows{0, 0b01100000, 0, 0b01000000}, palette{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
            const PngParts parts{two,         2, kind, interlaced, {{"PLTE", palette}, {"tRNS", {0, 1}}, {"eXIf", tiff(6)}},
                                 stored(rows)};
            write(("small" + std::to_string(interlaced) + std::to_string(kind) + ".png").c_str(), png(parts));
        }
    write("canvas.gif",
          gif({.canvas = {4, 5}, .left = 2, .top = 1, .frame = {2, 2}, .colours = {3, 2, 2, 3}, .background = 1}));
    write("clear.gif",
          gif({.canvas = {3, 2}, .frame = {3, 2}, .colours = {3, 2, 2, 3, 1, 0}, .transparent = 2, .interlaced = true}));
    const File colours{0, 0, 0, 0, 0, 0, 255, 0};
    write("runs8.bmp",
          bmp({.size = two, .bits = 8, .compression = 1, .palette = colours, .pixels = {1, 1, 0, 2, 0, 0, 1, 0, 0, 1}}));
    write("runs4.bmp", bmp({.size = {2, 3},
                            .bits = 4,
                            .compression = 2,
                            .palette = colours,
                            .pixels = {0, 3, 0x10, 0x10, 0, 0, 3, 0x11, 0, 1}}));
    File masks;
    for (const std::size_t mask : {31u << 11, 63u << 5, 31u}) append_little(masks, mask, 4);
    write("masks.bmp", bmp({.size = two, .bits = 16, .compression = 3, .masks = masks, .pixels = {1, 2, 3, 4}}));
    write("old.bmp", bmp({.size = two, .bits = 1, .header = 12, .palette = {0, 0, 0, 9, 9, 9}, .pixels = {0x40, 0, 0, 0}}));
    write("right.tga", tga({.size = two, .descriptor = 0x30, .pixels = {1, 2, 3, 4, 5, 6}}));
    write("runs.tga", tga({.size = {2, 2}, .kind = 10, .bits = 16, .descriptor = 0x21, .pixels = {0x81, 1, 2, 1, 3, 4, 5, 6}}));
    write("palette.tga", tga({.size = two,
                              .kind = 1,
                              .bits = 8,
                              .pixels = {5, 6},
                              .first = 5,
                              .colours = 2,
                              .entry = 24,
                              .palette = {1, 2, 3, 4, 5, 6}}));
    write("alpha.psd", psd({.size = two, .channels = 4, .resources = File(20), .rows = {0, 0, 1, 2, 3, 4, 5, 6, 0, 128}}));
}
