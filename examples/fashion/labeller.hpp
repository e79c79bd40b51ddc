// SPDX-License-Identifier: MIT
#pragma once

#include <denim/report/occlusion.hpp>

#include "fashion/labels.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace fashion {

/// How the labels are found: the category by a network of its own and what is below it by one network of each category (all),
/// or by one for the gender and one for the types of each gender (separate); or everything by one network with several heads.
enum class Approach { all, separate, heads };

/// The networks of an approach; any number of threads may ask.
class Answers {
public:
    virtual ~Answers() = default;
    [[nodiscard]] virtual Labels label(const std::uint8_t* pixels) const = 0;
    [[nodiscard]] virtual std::array<denim::Occlusion, 2> explain(const std::uint8_t* pixels, const Labels& labels) const = 0;
};

/// Labels photographs; any number of threads may ask. Its networks are compiled in labeller.cpp.
class Labeller {
public:
    /// Opens the models that the approach needs; throws denim::FileError if one is missing or of another network or task.
    Labeller(const std::filesystem::path& models, Approach approach);

    /// Of a photograph in the frame: 120 x 90 x 3 bytes.
    [[nodiscard]] Labels label(const std::uint8_t* pixels) const { return answers_->label(pixels); }

    /// Where the network that chose its category looked, and where the one that chose its type.
    [[nodiscard]] std::array<denim::Occlusion, 2> explain(const std::uint8_t* pixels, const Labels& labels) const {
        return answers_->explain(pixels, labels);
    }

private:
    std::unique_ptr<const Answers> answers_;
};

}  // namespace fashion
