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
/// or by one for the gender and one for the types of each gender (separate); or everything by one network with several heads; or by one that
/// others taught before and fine_tune taught these photographs (pretrained), whose labels are those of its folder.
enum class Approach { all, separate, heads, pretrained };

/// Where a network looked for an answer.
struct Explanation {
    std::string caption;  ///< the question, and its answer
    denim::Picture picture;
};
using Explanations = std::array<Explanation, 2>;

/// The networks of an approach; any number of threads may ask.
class Answers {
public:
    virtual ~Answers() = default;
    [[nodiscard]] virtual denim::Size frame() const { return {120, 90}; }
    [[nodiscard]] virtual double sure() const { return 0.5; }
    [[nodiscard]] virtual Labels label(const std::uint8_t* pixels) const = 0;
    [[nodiscard]] virtual Explanations explain(const denim::Picture& photograph, const Labels& labels) const = 0;
};

/// Labels photographs; any number of threads may ask. Its networks are compiled in labeller.cpp.
class Labeller {
public:
    /// Opens the models that the approach needs; throws denim::FileError if one is missing or of another network or task.
    Labeller(const std::filesystem::path& models, Approach approach);

    /// The frame that photographs are fitted into: 120 x 90, unless the network is a pretrained one.
    [[nodiscard]] denim::Size frame() const { return answers_->frame(); }
    /// A label that is less likely is a question.
    [[nodiscard]] double sure() const { return answers_->sure(); }

    /// Of a photograph in the frame, three bytes a pixel. The words live as long as this.
    [[nodiscard]] Labels label(const std::uint8_t* pixels) const { return answers_->label(pixels); }

    /// Where the network that chose its category looked, and where the one that chose its type; of a pretrained network Grad-CAM and occlusion.
    [[nodiscard]] Explanations explain(const denim::Picture& photograph, const Labels& labels) const {
        return answers_->explain(photograph, labels);
    }

private:
    std::unique_ptr<const Answers> answers_;
};

}  // namespace fashion
