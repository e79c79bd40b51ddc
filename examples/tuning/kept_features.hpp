// SPDX-License-Identifier: MIT
#pragma once

// What the part of a network that does not learn gives for photographs, computed once: of each as it is, and of changed versions.

#include <denim/data/augmentation.hpp>

#include "tuning/least_squares.hpp"
#include "tuning/model.hpp"
#include "tuning/photo_folder.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace tuning {

/// How features are computed.
struct KeptOptions {
    std::size_t versions = 1;  ///< of each photograph, the first as it is
    denim::Augmentation changes = {};
    denim::Seed seed = {};
    bool cuts = true;  ///< kept too, for a body that learns
};

/// The places of all of some photographs.
inline std::vector<std::size_t> everything(std::size_t count) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

/// Rows of numbers of photographs; version 0 of each is the photograph as it is.
struct KeptFeatures {
    std::size_t versions = 1, cut_size = 0, feature_size = 0;
    std::vector<float> cuts = {}, features = {};  ///< (photographs, versions, size): what the front gives, if it is kept, and what
                                                  ///< the last layer reads
    std::vector<std::int32_t> labels = {};         ///< of each photograph
    Words words = {};                              ///< of each kind
    std::vector<float> beside = {};                ///< features of drawings, which may be learned beside the photographs
    std::vector<std::int32_t> beside_labels = {};

    static KeptFeatures of(const Model& model, const PhotoFolder& folder, const KeptOptions& options) {
        const std::size_t versions = options.versions, size = folder.frame.size();
        KeptFeatures kept{.versions = versions, .cut_size = options.cuts ? model.cut().size() : 0, .feature_size = model.features(), .labels = folder.labels,
                          .words = words_of(folder.kinds)};
        constexpr std::size_t at_once = 64;
        kept.cuts.reserve(folder.size() * versions * kept.cut_size);
        kept.features.reserve(folder.size() * versions * kept.feature_size);
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
                    options.changes.apply(folder.photograph(photograph), folder.frame, to,
                                          denim::Augmentation::random_of(options.seed, version, photograph));
            });
            const std::vector<float> cuts = model.cuts({folder.frame, count * versions, pixels.data(), nullptr});
            const std::vector<float> features = model.features_of(cuts);
            if (options.cuts) kept.cuts.insert(kept.cuts.end(), cuts.begin(), cuts.end());
            kept.features.insert(kept.features.end(), features.begin(), features.end());
        }
        return kept;
    }
};

/// Some photographs to learn from, all their versions, drawings behind them, or to be asked about, as they are.
struct Selection {
    std::vector<float> cuts, features;
    std::vector<std::int32_t> labels;
    std::size_t rows = 0;  ///< of photographs

    Selection() = default;
    Selection(const KeptFeatures& kept, std::span<const std::size_t> photographs, bool to_learn) {
        const std::size_t versions = to_learn ? kept.versions : 1;
        const auto take = [&](const std::vector<float>& from, std::size_t size, std::vector<float>& to) {
            to.reserve(photographs.size() * versions * size + (to_learn ? kept.beside.size() : 0));
            for (const std::size_t n : photographs) {
                const auto first = from.begin() + static_cast<std::ptrdiff_t>(n * kept.versions * size);
                to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(versions * size));
            }
        };
        take(kept.cuts, kept.cut_size, cuts);
        take(kept.features, kept.feature_size, features);
        for (const std::size_t n : photographs) labels.insert(labels.end(), versions, kept.labels[n]);
        rows = labels.size();
        if (!to_learn) return;
        features.insert(features.end(), kept.beside.begin(), kept.beside.end());
        labels.insert(labels.end(), kept.beside_labels.begin(), kept.beside_labels.end());
    }
    [[nodiscard]] Lesson of_features() const {
        return {std::span{features}.first(labels.empty() ? 0 : features.size() / labels.size() * rows), std::span{labels}.first(rows)};
    }
    [[nodiscard]] Rows rows_of(float beside) const { return {features, labels, rows, beside}; }
    [[nodiscard]] Lesson of_cuts() const { return {cuts, std::span{labels}.first(rows)}; }
};

}  // namespace tuning
