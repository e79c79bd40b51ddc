// SPDX-License-Identifier: MIT
#pragma once

// What the part of a network that does not learn gives for photographs, computed once: of each as it is, and of changed versions.

#include <denim/data/augmentation.hpp>

#include "tuning/model.hpp"
#include "tuning/photo_folder.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace tuning {

/// Rows of numbers of photographs; version 0 of each is the photograph as it is.
struct KeptFeatures {
    std::size_t versions = 1, cut_size = 0, feature_size = 0;
    std::vector<float> cuts = {}, features = {};  ///< (photographs, versions, size): what the front gives, and what the last layer reads
    std::vector<std::int32_t> labels = {};         ///< of each photograph

    static KeptFeatures of(const Model& model, const PhotoFolder& folder, std::size_t versions, const denim::Augmentation& changes,
                           denim::Seed seed) {
        KeptFeatures kept{.versions = versions, .cut_size = model.cut().size(), .feature_size = model.features(), .labels = folder.labels};
        constexpr std::size_t at_once = 64;
        const std::size_t size = folder.frame.size();
        kept.cuts.reserve(folder.size() * versions * kept.cut_size);
        std::vector<std::uint8_t> pixels;
        for (std::size_t first = 0; first < folder.size(); first += at_once) {
            const std::size_t count = std::min(at_once, folder.size() - first);
            pixels.resize(count * versions * size);
            denim::parallel_for(count * versions, count * versions * size * 20, [&](std::size_t n) {
                const std::size_t photograph = first + n / versions, version = n % versions;
                std::uint8_t* const to = pixels.data() + n * size;
                if (version == 0)
                    std::copy_n(folder.photograph(photograph), size, to);
                else
                    changes.apply(folder.photograph(photograph), folder.frame, to, denim::Augmentation::random_of(seed, version, photograph));
            });
            const std::vector<float> cuts = model.cuts({folder.frame, count * versions, pixels.data(), nullptr});
            kept.cuts.insert(kept.cuts.end(), cuts.begin(), cuts.end());
        }
        kept.features = model.features_of(kept.cuts);
        return kept;
    }

    /// What the front gives for a photograph as it is.
    [[nodiscard]] std::span<const float> cut(std::size_t photograph) const {
        return std::span{cuts}.subspan(photograph * versions * cut_size, cut_size);
    }
};

/// Some photographs to learn from, all their versions, or to be asked about, as they are.
struct Selection {
    std::vector<float> cuts, features;
    std::vector<std::int32_t> labels;

    Selection(const KeptFeatures& kept, std::span<const std::size_t> photographs, bool all_versions) {
        const std::size_t versions = all_versions ? kept.versions : 1;
        const auto take = [&](const std::vector<float>& from, std::size_t size, std::vector<float>& to) {
            to.reserve(photographs.size() * versions * size);
            for (const std::size_t n : photographs) {
                const auto first = from.begin() + static_cast<std::ptrdiff_t>(n * kept.versions * size);
                to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(versions * size));
            }
        };
        take(kept.cuts, kept.cut_size, cuts);
        take(kept.features, kept.feature_size, features);
        for (const std::size_t n : photographs) labels.insert(labels.end(), versions, kept.labels[n]);
    }
    [[nodiscard]] Lesson of_features() const { return {features, labels}; }
    [[nodiscard]] Lesson of_cuts() const { return {cuts, labels}; }
};

}  // namespace tuning
