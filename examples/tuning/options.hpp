// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tuning {

/// What fine_tune is asked to do; its command line says what each is.
struct Options {
    std::filesystem::path photographs, drawings, test, out = "models/pretrained.safetensors", report = "report/fine_tune.html", weights, from;
    std::string trunk, size;
    std::size_t folds = 5, inner = 3, versions = 6, drawn_versions = 1, last_epochs = 40, body_epochs = 6, threads = 0;
    double split = 0;  ///< the share of a single split, 0: folds
    std::uint64_t seed = 1;
};

}  // namespace tuning
