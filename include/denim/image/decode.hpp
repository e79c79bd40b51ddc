// SPDX-License-Identifier: MIT
#pragma once

// Bytes of a picture file in, pixels out: JPEG, PNG, BMP, GIF (the first picture), TGA, PSD and PNM. Grey becomes RGB, what is
// transparent is laid over white, a camera's orientation is followed, 16 bits become 8. What is cut off is an error.

#include <denim/image/jpeg_markers.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/pnm.hpp>
#include <denim/image/psd.hpp>
#include <denim/image/raster.hpp>
#include <denim/image/stb_image.hpp>

#include <string_view>

namespace denim::inline DENIM_TARGET {

/// How large a picture may be; asked before memory is taken.
struct PictureLimits {
    std::size_t pixels = 100'000'000;
};

/// What the beginning of a picture file says.
struct PictureFacts {
    Size size;               ///< as stored, before the camera's orientation
    std::size_t memory = 0;  ///< bytes that decoding takes at its peak, about
};

namespace detail {

/// The kind of picture that the first bytes promise; empty if none (a TGA has no such sign).
inline std::string_view picture_kind(Bytes file) {
    if (jpeg_start(file) > 0) return "JPEG";
    constexpr std::pair<std::string_view, std::string_view> signs[] = {{"\x89PNG", "PNG"},
                                                                       {"GIF8", "GIF"},
                                                                       {"8BPS", "PSD"},
                                                                       {"P5", "PNM"},
                                                                       {"P6", "PNM"},
                                                                       {"BM", "BMP"}};
    for (const auto& [sign, kind] : signs)
        if (file.size() >= sign.size() && std::memcmp(file.data(), sign.data(), sign.size()) == 0) return kind;
    return {};
}

/// Gives a file to stb piece by piece, and notices when more is asked for than there is: most of stb's readers take zeros for
/// what is cut off.
struct PieceReader {
    Bytes file;
    std::size_t position = 0;
    bool asked_too_much = false;
    const char* buffer = nullptr;  // where stb's own buffer stands; filling it in part is no mistake

    static int read(void* self, char* to, int size) {
        auto& reader = *static_cast<PieceReader*>(self);
        const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0));
        const std::size_t count = std::min(wanted, reader.file.size() - reader.position);
        if (reader.buffer == nullptr) reader.buffer = to;
        if (to == reader.buffer ? count == 0 : count < wanted) reader.asked_too_much = true;
        std::memcpy(to, reader.file.data() + reader.position, count);
        reader.position += count;
        return static_cast<int>(count);
    }
    static void skip(void* self, int size) {
        auto& reader = *static_cast<PieceReader*>(self);
        const std::size_t wanted = static_cast<std::size_t>(std::max(size, 0)), left = reader.file.size() - reader.position;
        if (wanted > left) reader.asked_too_much = true;
        reader.position += std::min(wanted, left);
    }
    static int at_end(void* self) {
        const auto& reader = *static_cast<PieceReader*>(self);
        return reader.position == reader.file.size();
    }
};

inline void lay_over_white(Raster& raster) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(raster.words());
    for (std::size_t i = 0; i < raster.size().pixels() * sizeof(Raster::Word); i += sizeof(Raster::Word)) {
        const unsigned alpha = bytes[i + 3];
        if (alpha == 255) continue;
        for (std::size_t c = 0; c < Picture::channels; ++c)
            bytes[i + c] = static_cast<std::uint8_t>((bytes[i + c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
}

inline std::string size_text(Size size) { return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels"; }

}  // namespace detail

/// Reads size and cost from the beginning of a picture file; throws PictureError if there is no whole header.
inline PictureFacts examine(std::span<const std::uint8_t> file) {
    if (file.empty()) throw PictureError("the file is empty");
    if (file.size() > std::size_t{1} << 30) throw PictureError("the file is larger than 1 GiB");
    const std::string_view kind = detail::picture_kind(file);
    if (kind == "JPEG") {
        const detail::JpegMarkers markers = detail::read_jpeg_markers(file);
        if (markers.size.pixels() == 0) throw PictureError("the JPEG has no frame: it is cut off or damaged");
        return {markers.size, 4 * markers.size.pixels() + (markers.progressive ? 3 : 1) * markers.plane_bytes};
    }
    if (kind == "PNG" && file.size() >= 24) {  // stb does not say the size of one that is too large for it
        std::size_t width = 0, height = 0;
        for (std::size_t i = 0; i < 4; ++i) width = width << 8 | file[16 + i], height = height << 8 | file[20 + i];
        return {{height, width}, 9 * height * width};
    }
    if (kind == "PNM") {
        const auto header = detail::read_pnm_header(file);
        if (!header) throw PictureError("the header of the PNM is cut off or damaged");
        return {header->size, 4 * header->size.pixels()};
    }
    if (kind == "PSD") {
        const auto header = detail::read_psd_header(file);
        if (!header) throw PictureError("the header of the PSD is cut off or damaged, or its colours are not RGB or grey");
        return {header->size, 4 * header->size.pixels()};
    }
    int width = 0, height = 0, channels = 0;
    if (stb::stbi_info_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels) == 0)
        throw PictureError(kind.empty()
                               ? std::string{"it is not a picture that can be read (JPEG, PNG, BMP, GIF, TGA, PSD, PNM)"}
                               : "the header of the " + std::string{kind} + " is cut off or damaged");
    const auto extent = [](int value) { return static_cast<std::size_t>(std::abs(static_cast<long long>(value))); };
    const Size size{extent(height), extent(width)};  // a BMP that begins at its top has a negative height
    return {size, 9 * size.pixels()};
}

namespace detail {

inline Raster decode_raster(Bytes file, PictureLimits limits) {
    const PictureFacts facts = examine(file);
    const Size size = facts.size;
    if (size.pixels() == 0) throw PictureError("the picture has no pixels");
    if (size.height > limits.pixels / size.width)
        throw PictureError("the picture has " + size_text(size) + ", more than the " + std::to_string(limits.pixels) +
                           " pixels that are allowed");
    // The largest honest blocks: pixels of eight bytes, and a growing copy of the file.
    const BlockPool::Limit limit{block_pool(), 9 * size.pixels() + 2 * file.size() + (std::size_t{1} << 24)};
    int width = 0, height = 0, channels = 0;
    const std::string_view kind = picture_kind(file);
    // Four channels: stb's conversion of colours is vectorised for words only.
    if (kind == "JPEG") {
        const JpegMarkers markers = read_jpeg_markers(file);
        if (!markers.complete) throw PictureError("the JPEG is cut off: its end is missing");
        if (!markers.sound) throw PictureError("the JPEG is damaged: a Huffman table is cut off or has more than 256 codes");
        void* words = stb::stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &channels, 4);
        if (words == nullptr) throw PictureError("the JPEG is damaged: " + std::string{stb::stbi_failure_reason()});
        return turned({{static_cast<std::size_t>(height), static_cast<std::size_t>(width)}, words}, markers.orientation);
    }
    if (kind == "PNM") {
        if (auto raster = read_pnm(file, *read_pnm_header(file))) return std::move(*raster);
        throw PictureError("the PNM is cut off");
    }
    if (kind == "PSD") {
        if (auto raster = read_psd(file, *read_psd_header(file))) return std::move(*raster);
        throw PictureError("the PSD is cut off or damaged");
    }
    PieceReader reader{file};
    const stb::stbi_io_callbacks calls{PieceReader::read, PieceReader::skip, PieceReader::at_end};
    void* pixels = stb::stbi_load_from_callbacks(&calls, &reader, &width, &height, &channels, 4);
    Raster raster{{static_cast<std::size_t>(height), static_cast<std::size_t>(width)}, pixels};
    const std::string name = kind.empty() ? "picture" : std::string{kind};
    if (reader.asked_too_much) throw PictureError("the " + name + " is cut off");
    if (pixels == nullptr) throw PictureError("the " + name + " is damaged: " + stb::stbi_failure_reason());
    lay_over_white(raster);
    return raster;
}

}  // namespace detail

/// The picture in `file`, the bytes of a picture file. Throws PictureError if there is none, if it is cut off or damaged, or
/// if it is beyond `limits`.
inline Picture decode(std::span<const std::uint8_t> file, PictureLimits limits = {}) {
    return detail::decode_raster(file, limits).picture();
}

}  // namespace denim::inline DENIM_TARGET
