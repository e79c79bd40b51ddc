// SPDX-License-Identifier: MIT
#include <denim/image.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

// Any bytes are a picture or a PictureError. Pictures are small here, so that a mebibyte of memory says as much as many.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span file{data, size};
    try {
        const denim::Picture picture = denim::decode(file, denim::PictureLimits{.pixels = 1'000'000});
        if (picture.pixels.size() != picture.size.pixels() * 3 || picture.size.pixels() == 0) __builtin_trap();
        if (picture.size.pixels() < 10'000) static_cast<void>(denim::fit(picture, denim::Size{12, 9}));
    } catch (const denim::PictureError&) {
    }
    return 0;
}
