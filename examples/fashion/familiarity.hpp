// SPDX-License-Identifier: MIT
#pragma once

// How much a photograph is like those that a network learned from. A network of three categories finds the nearest of the three
// in anything, and is sure of it; so this looks at the photograph itself: how dark it is at 24 x 18 points, scaled to length 1, as a sum of the
// mean of a category's photographs and of their principal components. How far it is from such a sum, its distance from the space of
// pictures (Turk and Pentland, "Eigenfaces for recognition", 1991), is told by its place among those of validation photographs. Without the
// scale a white page is near: that something is light all over is what the first component says, and pale trousers are nearly that.

#include <denim/tensor/array.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fashion {

/// Photographs (N, 120, 90, 3) and what each shows: its place in `kinds` of the catalogue.
struct ShownPhotographs {
    const denim::Array<std::uint8_t, 4>& images;
    std::span<const std::int32_t> shown;
};

class Familiarity {
public:
    /// Learns from training photographs what those of each category are made of, and from validation photographs how far others
    /// may be from that; where a category has none of these, from its training photographs.
    static Familiarity of(const ShownPhotographs& train, const ShownPhotographs& validation);

    /// Of a photograph, 120 x 90 x 3 bytes, that is taken for one of a category: the share of that category's validation
    /// photographs that are at least as far from its space. 0 for a category that was not learned, and for a picture that is white all over.
    [[nodiscard]] double score(const std::uint8_t* pixels, std::string_view category) const;

    /// As a model's file keeps it.
    [[nodiscard]] std::map<std::string, std::string> texts() const;
    /// Throws std::invalid_argument if the text is missing or not of the form that `texts` gives.
    static Familiarity from(const std::map<std::string, std::string>& texts);

private:
    /// The pictures of a category.
    struct Space {
        std::vector<float> mean;
        std::vector<std::vector<float>> components;  ///< of length 1, at right angles to each other, or 0
        std::vector<double> distances;               ///< of validation photographs, from the least to the largest

        [[nodiscard]] double distance(std::vector<float> picture) const;
    };
    std::map<std::string, Space, std::less<>> spaces_;  ///< of each category
};

}  // namespace fashion
