// SPDX-License-Identifier: MIT
#pragma once

// JPEG, by stb_image: what it takes as it comes is looked at before.

#include <denim/image/jpeg_markers.hpp>
#include <denim/image/picture_error.hpp>
#include <denim/image/raster.hpp>
#include <denim/image/stb_calls.hpp>

namespace denim::inline DENIM_TARGET::detail {

/// Bytes that decoding takes at its peak, about: pixels, samples, and coefficients when they come in several scans.
inline std::size_t jpeg_memory(const JpegMarkers& markers) {
    const std::size_t words = sizeof(Raster::Word) * markers.size.pixels();
    const std::size_t decoding = words + (markers.progressive ? 3 : 1) * markers.plane_bytes;
    return std::max(decoding, markers.orientation.value() > 1 ? 2 * words : 0);
}

/// The picture of a JPEG, as the camera was held. Throws PictureError.
inline Raster read_jpeg(Bytes file) {
    const JpegMarkers markers{file};
    if (!markers.fault.empty()) throw PictureError("the JPEG " + markers.fault);
    if (!markers.complete) throw PictureError("the JPEG is cut off: its end is missing");
    if (markers.blocks / 8 > file.size()) throw PictureError("the JPEG is cut off: it has more pixels than its bytes can hold");
    // Where a scan is damaged, stb passes over the rest of an interval: what another picture left there may not be seen.
    const BlockPool::Limit limit{block_pool(), block_pool().limit(), markers.restarts};
    std::vector<std::uint8_t> repaired;
    const Bytes clean = markers.without_strays(repaired);
    int width = 0, height = 0;
    void* words = stb_jpeg(clean, width, height);  // four channels: stb's conversion of colours is vectorised for words only
    if (words == nullptr)
        throw PictureError("the JPEG is damaged: " + (stb_reason().empty() ? "its pixels cannot be decoded" : stb_reason()));
    return turned({{static_cast<std::size_t>(height), static_cast<std::size_t>(width)}, words}, markers.orientation.value());
}

}  // namespace denim::inline DENIM_TARGET::detail
