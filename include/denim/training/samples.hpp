// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/pictures.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What networks learn from: anything with `images` (N, H, W, C) and `labels` (N), for example a DataSet.
template <class Type>
concept LabelledImages = requires(const Type& set) {
    set.images;
    set.labels;
};

/// Images and labels side by side, where they are two arrays.
template <class Images, class Labels>
struct LabelledPair {
    const Images& images;
    const Labels& labels;
};
template <class Images, class Labels>
LabelledPair(const Images&, const Labels&) -> LabelledPair<Images, Labels>;

/// Pictures with the number of the right class of each, checked against the network that learns from them.
struct Samples {
    Pictures pictures;
    std::span<const std::int32_t> labels;
    std::vector<std::int32_t> kept;  ///< the labels, where they were not contiguous 32-bit integers

    Samples() = default;
    Samples(const Samples&) = delete;
    Samples(Samples&&) = default;
    Samples& operator=(const Samples&) = delete;
    Samples& operator=(Samples&&) = default;
    ~Samples() = default;

    [[nodiscard]] std::size_t count() const { return pictures.count; }

    /// Throws if the set is empty, the counts differ, or a label is not below `classes`. `name` stands in the message.
    template <LabelledImages Set>
    static Samples of(const Set& set, Shape input, std::size_t classes, const std::string& name) {
        using Label = std::remove_cvref_t<decltype(*set.labels.begin())>;
        static_assert(std::integral<Label>, "denim: labels are whole numbers: the class of each picture, from 0.");
        Samples samples;
        samples.pictures = Pictures::of(set.images, input);
        if (set.labels.dimension() != 1)
            throw std::invalid_argument("denim: the labels of the " + name + " set were expected as one array of shape (N,), but they have " +
                                        std::to_string(set.labels.dimension()) + " dimensions");
        samples.kept.reserve(set.labels.size());
        std::size_t place = 0;
        for (const Label label : set.labels) {
            if (std::cmp_less(label, 0) || std::cmp_greater_equal(label, classes))
                throw std::invalid_argument("denim: label number " + std::to_string(place) + " of the " + name + " set is " + std::to_string(label) +
                                            ", but the network's last layer has " + std::to_string(classes) + " outputs: labels go from 0 to " +
                                            std::to_string(classes - 1));
            samples.kept.push_back(static_cast<std::int32_t>(label));
            ++place;
        }
        samples.labels = samples.kept;
        if (samples.count() == 0) throw std::invalid_argument("denim: the " + name + " set is empty; at least one picture was expected");
        if (samples.labels.size() != samples.count())
            throw std::invalid_argument("denim: the " + name + " set has " + std::to_string(samples.count()) + " pictures, but " +
                                        std::to_string(samples.labels.size()) + " labels; expected one for each");
        return samples;
    }
};

}  // namespace denim::inline DENIM_TARGET
