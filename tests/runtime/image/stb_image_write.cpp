// SPDX-License-Identifier: MIT
// A program with its own stb after ours.
#include <denim/image/decode.hpp>
#include <denim/image/encode.hpp>

#if defined(STB_IMAGE_IMPLEMENTATION) || defined(STB_IMAGE_STATIC) || defined(STBIDEF) || defined(STBI_MALLOC) || \
    defined(STBI_NO_HDR) || defined(STBI_INCLUDE_STB_IMAGE_H) || defined(STBIWDEF) || defined(STBI_WRITE_NO_STDIO)
#error "denim leaves settings of stb behind"
#endif

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image.h>
#include <stb_image_write.h>

#include <doctest/doctest.h>

TEST_CASE("a program's own stb after ours is whole") {
    const denim::Picture picture{denim::Size{7, 9}};
    const auto png = denim::encode_png(picture);
    int width = 0, height = 0, channels = 0;
    float* numbers = stbi_loadf_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels, 3);
    REQUIRE(numbers != nullptr);
    CHECK(numbers[0] == 1.0f);
    stbi_image_free(numbers);
    int length = 0;
    unsigned char* written = stbi_write_png_to_mem(picture.pixels.data(), 27, 9, 7, 3, &length);
    REQUIRE(written != nullptr);
    CHECK(denim::decode({written, static_cast<std::size_t>(length)}) == picture);
    free(written);
}
