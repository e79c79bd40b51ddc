// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/file_descriptor.hpp>

#include <limits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The bytes of a file, or its first `most`. Throws FileError if it cannot be opened or read or is not a regular file.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path,
                                           std::size_t most = std::numeric_limits<std::size_t>::max()) {
    const auto file = detail::FileDescriptor::open(path);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(file.size(), most)));
    bytes.resize(file.read(0, std::as_writable_bytes(std::span{bytes}), path.string()));
    return bytes;
}

}  // namespace denim::inline DENIM_TARGET
