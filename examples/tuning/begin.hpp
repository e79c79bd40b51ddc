// SPDX-License-Identifier: MIT
#pragma once

// What fine_tune begins with: weights that others learned, a file of its own, or nothing; and drawings, where they come first.

#include "tuning/choose.hpp"
#include "tuning/options.hpp"
#include "tuning/photo_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace tuning {

/// The network to begin with, and the kinds that it knows already.
struct Begun {
    std::unique_ptr<Model> model;
    std::vector<std::string> kinds = {};
    bool taught = false;  ///< by other pictures: its body is worth keeping
    bool knows = false;   ///< its last layer too, of a file of this program
    std::vector<float> drawn = {};               ///< features of drawings, to be learned beside photographs
    std::vector<std::int32_t> drawn_labels = {};
};

/// Says what it begins with. Throws denim::FileError for files that are missing or no networks.
Begun begin(const Options& options);

/// Reads a folder to be learned, says what is in it and which kinds are too few to be split, and gives the network an output for each kind. Throws
/// std::runtime_error for fewer than two kinds, and for more than there is room for.
PhotoFolder read_to_learn(const Options& options, const std::filesystem::path& folder, Begun& begun);

/// What is tried: with a body that is worth keeping the last layer, by least squares where it knows no kinds yet, with drawings beside and without;
/// then the body. Else the body at once.
Choices choices_of(const Options& options, const Begun& begun);

/// How a photograph may be changed and stay of its kind.
denim::Augmentation usual_changes();

/// Drawings, where a body is worth keeping, are learned by the last layer beside photographs, so that their features are all that is taken of them here;
/// else all of the network learns them first.
void learn_drawings(const Options& options, Begun& begun);

}  // namespace tuning
