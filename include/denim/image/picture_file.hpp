// SPDX-License-Identifier: MIT
#pragma once

// Pictures and their files.

#include <denim/image/decode.hpp>
#include <denim/image/encode.hpp>
#include <denim/image/fit.hpp>
#include <denim/machine/atomic_file.hpp>
#include <denim/machine/read_file.hpp>

namespace denim::inline DENIM_TARGET {

/// The picture in a file; throws FileError if there is none that can be read.
inline Picture read_picture(const std::filesystem::path& path, PictureLimits limits = {}) {
    try {
        return decode(read_file(path), limits);
    } catch (const PictureError& error) {
        throw FileError(path.string(), error.what());
    }
}

/// The picture in a file, fitted into a frame (see `fit`): quicker than reading it whole first.
inline Picture read_picture(const std::filesystem::path& path, Size frame, PictureLimits limits = {}) {
    try {
        return decode(read_file(path), frame, limits);
    } catch (const PictureError& error) {
        throw FileError(path.string(), error.what());
    }
}

/// Writes the picture as PNG. The file appears whole or not at all; throws FileError.
inline void write_png(const std::filesystem::path& path, const Picture& picture) {
    const std::vector<std::uint8_t> bytes = encode_png(picture);
    AtomicFile file{path};
    file.write(std::as_bytes(std::span{bytes}));
    file.commit();
}

/// Writes the picture as JPEG of a quality from 1 to 100. The file appears whole or not at all; throws FileError.
inline void write_jpeg(const std::filesystem::path& path, const Picture& picture, int quality = 90) {
    const std::vector<std::uint8_t> bytes = encode_jpeg(picture, quality);
    AtomicFile file{path};
    file.write(std::as_bytes(std::span{bytes}));
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET
