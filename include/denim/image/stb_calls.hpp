// SPDX-License-Identifier: MIT
#pragma once

// What stb_image does for us, through functions of stb's own inside: those for all have the names of C, which the program's copy has too.

#include <denim/image/stb_image.hpp>

#include <optional>
#include <span>
#include <string>

namespace denim::inline DENIM_TARGET::detail {

/// Why the last call gave nothing; empty if stb does not say.
inline std::string stb_reason() { return stb::stbi__g_failure_reason; }

/// The pixels of a JPEG, four bytes each, in a block of the pool; nullptr if it cannot be decoded.
inline void* stb_jpeg(std::span<const std::uint8_t> file, int& width, int& height) {
    stb::stbi__g_failure_reason = "";
    stb::stbi__context context;
    stb::stbi__start_mem(&context, file.data(), static_cast<int>(file.size()));
    int channels = 0;
    return stb::stbi__load_and_postprocess_8bit(&context, &width, &height, &channels, 4);
}

/// Opens a zlib stream into `room`, a block of the pool that is replaced by a larger one if it may grow. Gives how many bytes came, or
/// nothing if it cannot be opened.
inline std::optional<std::size_t> stb_inflate(std::span<const std::uint8_t> stream, void*& room, std::size_t bytes, bool grows) {
    stb::stbi__g_failure_reason = "";
    stb::stbi__zbuf buffer;
    buffer.zbuffer = const_cast<stb::stbi_uc*>(stream.data());
    buffer.zbuffer_end = buffer.zbuffer + stream.size();
    const bool opened = stb::stbi__do_zlib(&buffer, static_cast<char*>(room), static_cast<int>(bytes), grows ? 1 : 0, 1) != 0;
    room = buffer.zout_start;
    return opened ? std::optional{static_cast<std::size_t>(buffer.zout - buffer.zout_start)} : std::nullopt;
}

}  // namespace denim::inline DENIM_TARGET::detail
