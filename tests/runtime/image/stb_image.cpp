// SPDX-License-Identifier: MIT
// A program with its own stb, configured in its own way, before ours.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_MAX_DIMENSIONS 50
#include <stb_image.h>
#include <stb_image_write.h>

#include <denim/image/decode.hpp>
#include <denim/image/encode.hpp>

#include <doctest/doctest.h>

TEST_CASE("a program's own stb before ours keeps its settings, and ours keeps its own") {
    const denim::Picture picture{denim::Size{60, 60}};
    const auto png = denim::encode_png(picture), jpeg = denim::encode_jpeg(picture);
    int width = 0, height = 0, channels = 0;
    CHECK(stbi_load_from_memory(jpeg.data(), static_cast<int>(jpeg.size()), &width, &height, &channels, 3) == nullptr);
    CHECK(stbi_load_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels, 3) == nullptr);
    const auto small = denim::encode_png(denim::Picture{denim::Size{40, 30}});
    stbi_uc* pixels = stbi_load_from_memory(small.data(), static_cast<int>(small.size()), &width, &height, &channels, 3);
    REQUIRE(pixels != nullptr);
    CHECK(pixels[0] == 255);
    CHECK(width == 30);
    stbi_image_free(pixels);
    CHECK(denim::decode(jpeg).size == picture.size);
    CHECK(denim::decode(png) == picture);
#if !defined(STBI_ONLY_PNG) || STBI_MAX_DIMENSIONS != 50
    FAIL("the program's settings are gone");
#endif
}
