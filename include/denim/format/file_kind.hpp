// SPDX-License-Identifier: MIT
#pragma once

// What a file is that a reader cannot read, by its first bytes: so that the error names it.

#include <denim/format/byte_source.hpp>
#include <denim/format/zip_directory.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace denim::inline DENIM_TARGET::detail {

/// What a zip archive holds, by the names in it.
DENIM_ONCE std::string zip_kind(const ByteSource& source);

/// "a PyTorch file, which holds ...": what the source is, as far as its first bytes tell; empty if they do not.
DENIM_ONCE std::string file_kind(const ByteSource& source);

/// Likewise for one who wanted weights: with what reads those of other programs.
DENIM_ONCE std::string weights_kind(const ByteSource& source);

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE std::string zip_kind(const ByteSource& source) {
    try {
        const ZipDirectory directory{source};
        const auto any = [&](auto&& fits) { return std::ranges::any_of(directory.entries(), fits, &ZipEntry::name); };
        if (any([](const std::string& name) { return name.ends_with("/constants.pkl"); }))
            return "a TorchScript file; export the model with torch.onnx.export";
        if (any([](const std::string& name) { return name.ends_with("data.pkl"); }))
            return "a PyTorch file, which holds weights and no graph; export the model with torch.onnx.export";
        if (directory.find("config.json")) return "a Keras model (.keras)";
        if (any([](const std::string& name) { return name.ends_with(".npy"); })) return "an npz file of NumPy's";
    } catch (const FileError&) {
    }
    return "a zip archive";
}

DENIM_ONCE std::string file_kind(const ByteSource& source) {
    std::array<char, 64> begin{};
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(begin.size(), source.size()));
    if (count == 0) return "an empty file";
    source.read(0, std::as_writable_bytes(std::span{begin}.first(count)));
    const std::string_view bytes{begin.data(), count};
    const auto at = [&](std::size_t place, std::string_view word) { return bytes.substr(std::min(place, count)).starts_with(word); };
    if (at(0, "PK\x03\x04") || at(0, "PK\x05\x06")) return zip_kind(source);
    using Beginning = std::pair<std::string_view, const char*>;
    for (const auto& [word, kind] :
         {Beginning{"\x89HDF\r\n\x1a\n",
                    "an HDF5 file (Keras's older .h5?); keras.models.load_model(\"x.h5\").save(\"x.keras\") makes a .keras of it"},
          Beginning{"\x93NUMPY", "a .npy file of NumPy's"}, Beginning{"GGUF", "a GGUF file"}, Beginning{"<?xml", "an XML file (OpenVINO's?)"},
          Beginning{"\x1f\x8b", "a file compressed by gzip; unpack it first"}, Beginning{"\x89PNG", "a PNG picture"},
          Beginning{"\xff\xd8\xff", "a JPEG picture"}, Beginning{"version https://git-lfs", "a pointer of Git LFS, not the file itself"}})
        if (at(0, word)) return kind;
    if (at(4, "TFL3")) return "a TensorFlow Lite model";
    if (at(2, "\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"))
        return "a PyTorch file of before version 1.6, which holds weights and no graph; export the model with torch.onnx.export";
    if (count > 2 && begin[0] == '\x80' && begin[1] >= 2 && begin[1] <= 5) return "a pickle of Python's";
    if (count > 8 && begin[8] == '{' && little_endian<std::uint64_t>(std::as_bytes(std::span{begin}).data()) < source.size())
        return "a safetensors file, which holds weights and no graph";
    const auto first = bytes.find_first_not_of(" \t\r\n");
    if (first != bytes.npos && (bytes[first] == '{' || bytes[first] == '[')) return "a JSON text";
    if (std::ranges::all_of(bytes,
                            [](char letter) { return (letter >= ' ' && letter <= '~') || letter == '\n' || letter == '\r' || letter == '\t'; }))
        return "a text";
    return "";
}

DENIM_ONCE std::string weights_kind(const ByteSource& source) {
    const std::string kind = file_kind(source), name = kind.substr(0, kind.find_first_of(",;"));
    if (kind.starts_with("a PyTorch file")) return name + "; import_weights(network, FILE, WeightLayout::pytorch) reads it";
    if (kind.starts_with("an npz file")) return name + "; import_weights(network, FILE, LAYOUT) reads it, where LAYOUT says whose its arrays are";
    if (kind.starts_with("a Keras model") || kind.starts_with("an HDF5 file")) return name + "; with denim/hdf5.hpp, import_weights(network, FILE) reads it";
    return kind;
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
