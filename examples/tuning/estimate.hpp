// SPDX-License-Identifier: MIT
#pragma once

// How often a network is right about photographs that it has not seen.

#include <denim/data/folds.hpp>

#include "tuning/choose.hpp"
#include "tuning/options.hpp"
#include "tuning/photo_folder.hpp"
#include "tuning/tuned_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tuning {

/// What networks that did not see them say of some photographs.
struct Estimate {
    std::vector<std::size_t> photographs = {};
    std::vector<Verdict> verdicts = {};
};

/// The outer folds, or one stratified split, in which a kind's only photograph is learned; none where neither is asked for. Throws
/// std::invalid_argument where a side would be empty.
std::vector<denim::Fold> outer_folds(const Options& options, std::span<const std::int32_t> labels);

/// Each photograph is scored by a network that saw neither it nor what was chosen with its help. Says how each fold goes.
Estimate estimate(const Options& options, const PhotoFolder& folder, const Model& model, const KeptFeatures& kept, const Choices& choices);

/// How many have their first label right, their first two, ..., every one; then every one for each first label.
std::vector<std::string> score_lines(const PhotoFolder& folder, const Estimate& of);

/// Says what the network of a file says of another folder's photographs.
void score(const std::filesystem::path& other, const std::filesystem::path& file);

}  // namespace tuning
