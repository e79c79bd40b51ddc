// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/picture.hpp>

#include <cstring>

namespace denim::inline DENIM_TARGET {

/// The bytes of a PNG file of the picture.
DENIM_ONCE std::vector<std::uint8_t> encode_png(const Picture& picture);

/// The bytes of a JPEG file of the picture; `quality` is 1 to 100.
DENIM_ONCE std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality = 90);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/image/stb_image_write.hpp>

namespace denim::inline DENIM_TARGET {
namespace detail {

inline void append_bytes(void* to, void* from, int size) {
    auto& bytes = *static_cast<std::vector<std::uint8_t>*>(to);
    const std::size_t before = bytes.size(), count = static_cast<std::size_t>(size);
    bytes.resize(before + count);
    std::memcpy(bytes.data() + before, from, count);
}

inline void check_encoded(int success, const Picture& picture) {
    if (success == 0 || picture.size.pixels() == 0)
        throw std::invalid_argument("denim: a picture of " + std::to_string(picture.size.height) + " x " +
                                    std::to_string(picture.size.width) + " pixels cannot be written");
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::vector<std::uint8_t> encode_png(const Picture& picture) {
    std::vector<std::uint8_t> bytes;
    const auto side = [](std::size_t length) { return static_cast<int>(length); };
    detail::check_encoded(
        stb::stbi_write_png_to_func(detail::append_bytes, &bytes, side(picture.size.width), side(picture.size.height),
                                    Picture::channels, picture.pixels.data(), side(picture.size.width * Picture::channels)),
        picture);
    return bytes;
}

DENIM_ONCE std::vector<std::uint8_t> encode_jpeg(const Picture& picture, int quality) {
    if (quality < 1 || quality > 100)
        throw std::invalid_argument("denim: the quality of a JPEG is 1 to 100, but got " + std::to_string(quality));
    std::vector<std::uint8_t> bytes;
    detail::check_encoded(
        stb::stbi_write_jpg_to_func(detail::append_bytes, &bytes, static_cast<int>(picture.size.width),
                                    static_cast<int>(picture.size.height), Picture::channels, picture.pixels.data(), quality),
        picture);
    return bytes;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
