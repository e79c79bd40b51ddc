// SPDX-License-Identifier: MIT
#pragma once

// Bytes of a picture file in, pixels out: JPEG, PNG, BMP, GIF (the first picture), TGA, PSD and PNM. Grey becomes RGB, what is
// transparent is laid over white, a camera's orientation is followed, 16 bits become 8. What is cut off is an error.

#include <denim/image/bytes.hpp>
#include <denim/image/picture.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/raster.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace denim {

/// How large a picture may be; asked before memory is taken.
struct PictureLimits {
    std::size_t pixels = 100'000'000;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What the beginning of a picture file says.
struct PictureFacts {
    Size size;               ///< as stored, before the camera's orientation
    std::size_t memory = 0;  ///< bytes that decoding takes at its peak, about
};

/// The kind of picture that the first bytes promise, "JPEG" for example; empty if none.
DENIM_ONCE std::string_view picture_kind(std::span<const std::uint8_t> file);

/// Reads size and cost from the beginning of a picture file; throws PictureError if there is no whole header.
DENIM_ONCE PictureFacts examine(std::span<const std::uint8_t> file);

namespace detail {

DENIM_ONCE Raster decode_raster(Bytes file, PictureLimits limits);

}  // namespace detail

/// The picture in `file`, the bytes of a picture file. Throws PictureError if there is none, if it is cut off or damaged, or
/// if it is beyond `limits`.
DENIM_ONCE Picture decode(std::span<const std::uint8_t> file, PictureLimits limits = {});

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/image/bmp.hpp>
#include <denim/image/gif.hpp>
#include <denim/image/jpeg.hpp>
#include <denim/image/png.hpp>
#include <denim/image/pnm.hpp>
#include <denim/image/psd.hpp>
#include <denim/image/tga.hpp>

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string_view picture_kind(std::span<const std::uint8_t> file) {
    if (detail::jpeg_start(file) > 0) return "JPEG";
    constexpr std::pair<std::string_view, std::string_view> signs[] = {{"\x89PNG", "PNG"}, {"GIF8", "GIF"}, {"8BPS", "PSD"},
                                                                       {"P5", "PNM"},      {"P6", "PNM"},   {"BM", "BMP"}};
    for (const auto& [sign, kind] : signs)
        if (detail::starts_with(file, sign)) return kind;
    return detail::read_tga_header(file) ? "TGA" : "";  // which has no such sign
}

DENIM_ONCE PictureFacts examine(std::span<const std::uint8_t> file) {
    if (file.empty()) throw PictureError("the file is empty");
    if (file.size() > std::size_t{1} << 30) throw PictureError("the file is larger than 1 GiB");
    const std::string_view kind = picture_kind(file);
    const auto plain = [](Size size) { return PictureFacts{size, sizeof(detail::Raster::Word) * size.pixels()}; };
    if (kind == "JPEG") {
        const detail::JpegMarkers markers{file};
        if (markers.size.pixels() > 0) return {markers.size, detail::jpeg_memory(markers)};
        throw PictureError("the JPEG " + (markers.fault.empty() ? "has no frame: it is cut off or damaged" : markers.fault));
    }
    if (kind == "PNG") {
        const detail::PngHeader header = detail::read_png_header(file);
        PictureFacts facts = plain(header.size);
        facts.memory += header.size.pixels() == 0 ? 0 : header.stored_bytes();
        return facts;
    }
    if (kind == "GIF") {
        if (const auto size = detail::read_gif_size(file)) return plain(*size);
        throw PictureError("the header of the GIF is cut off or damaged");
    }
    if (kind == "PNM") {
        if (const auto header = detail::read_pnm_header(file)) return plain(header->size);
        throw PictureError("the header of the PNM is cut off or damaged");
    }
    if (kind == "PSD") return plain(detail::read_psd_header(file).size);
    if (kind == "BMP") return plain(detail::read_bmp_header(file).size);
    if (kind == "TGA") return plain(detail::read_tga_header(file)->size);
    throw PictureError("it is not a picture that can be read (JPEG, PNG, BMP, GIF, TGA, PSD, PNM)");
}

DENIM_ONCE Picture decode(std::span<const std::uint8_t> file, PictureLimits limits) {
    return detail::decode_raster(file, limits).picture();
}

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE Raster decode_raster(Bytes file, PictureLimits limits) {
    const PictureFacts facts = examine(file);
    const Size size = facts.size;
    if (size.pixels() == 0) throw PictureError("the picture has no pixels");
    if (size.height > limits.pixels / size.width)
        throw PictureError("the picture has " + size_text(size) + ", more than the " + std::to_string(limits.pixels) +
                           " pixels that are allowed");
    const std::string_view kind = picture_kind(file);
    // The largest honest blocks: pixels of eight bytes with what names their filters.
    const BlockPool::Limit limit{block_pool(), 9 * size.pixels() + 2 * file.size() + (std::size_t{1} << 24)};
    if (kind == "JPEG") return read_jpeg(file);
    if (kind == "PNG") return read_png(file);
    if (kind == "GIF") return read_gif(file);
    if (kind == "PSD") return read_psd(file, read_psd_header(file));
    if (kind == "BMP") return read_bmp(file, read_bmp_header(file));
    if (kind == "TGA") return read_tga(file, *read_tga_header(file));
    if (auto raster = read_pnm(file, *read_pnm_header(file))) return std::move(*raster);
    throw PictureError("the PNM is cut off");
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
