// SPDX-License-Identifier: MIT
#pragma once

// A folder of labelled photographs: every folder on the way to one is a label of it, category/subclass/.../photograph.jpg.

#include <denim/data/scan_folder.hpp>
#include <denim/tensor/pictures.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tuning {

/// Photographs in one frame, one after the other.
struct PhotoFolder {
    denim::Shape frame;
    std::vector<std::uint8_t> pixels = {};
    std::vector<std::filesystem::path> paths = {};
    std::vector<std::int32_t> labels = {};      ///< places in `kinds`
    std::vector<std::string> kinds = {};        ///< "shoes/boots-female", sorted by name
    std::vector<denim::Rejection> rejected = {};

    [[nodiscard]] std::size_t size() const { return paths.size(); }
    [[nodiscard]] const std::uint8_t* photograph(std::size_t n) const { return pixels.data() + n * frame.size(); }
};

/// Reads all photographs below `folder`, at any depth, each fitted into the frame, on all threads; what is none is rejected. Kinds that are named
/// beforehand come first, in that order, whether there are photographs of them or not. Throws denim::FileError if the folder cannot be read.
PhotoFolder read_photo_folder(const std::filesystem::path& folder, denim::Shape frame, std::vector<std::string> kinds = {});

/// The labels of a kind, from the outermost folder: "shoes", "boots-female".
std::vector<std::string> levels_of(std::string_view kind);

/// The words of each kind that others have too, by number: "shoes", and within it "boots" and "female", of "shoes/boots-female".
using Words = std::vector<std::vector<std::size_t>>;
Words words_of(std::span<const std::string> kinds);

}  // namespace tuning
