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
DENIM_ONCE Picture read_picture(const std::filesystem::path& path, PictureLimits limits = {});

/// The picture in a file, fitted into a frame (see `fit`): quicker than reading it whole first.
DENIM_ONCE Picture read_picture(const std::filesystem::path& path, Size frame, PictureLimits limits = {});

/// Writes the picture as PNG. The file appears whole or not at all; throws FileError.
DENIM_ONCE void write_png(const std::filesystem::path& path, const Picture& picture);

/// Writes the picture as JPEG of a quality from 1 to 100. The file appears whole or not at all; throws FileError.
DENIM_ONCE void write_jpeg(const std::filesystem::path& path, const Picture& picture, int quality = 90);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE Picture read_picture(const std::filesystem::path& path, PictureLimits limits) {
    try {
        return decode(read_file(path), limits);
    } catch (const PictureError& error) {
        throw FileError(path.string(), error.what());
    }
}

DENIM_ONCE Picture read_picture(const std::filesystem::path& path, Size frame, PictureLimits limits) {
    try {
        return decode(read_file(path), frame, limits);
    } catch (const PictureError& error) {
        throw FileError(path.string(), error.what());
    }
}

DENIM_ONCE void write_png(const std::filesystem::path& path, const Picture& picture) {
    const std::vector<std::uint8_t> bytes = encode_png(picture);
    AtomicFile file{path};
    file.write(std::as_bytes(std::span{bytes}));
    file.commit();
}

DENIM_ONCE void write_jpeg(const std::filesystem::path& path, const Picture& picture, int quality) {
    const std::vector<std::uint8_t> bytes = encode_jpeg(picture, quality);
    AtomicFile file{path};
    file.write(std::as_bytes(std::span{bytes}));
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
