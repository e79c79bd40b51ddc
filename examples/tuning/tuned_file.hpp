// SPDX-License-Identifier: MIT
#pragma once

// One file with a network that fine_tune made, its kinds, and what its confidence is worth.

#include "tuning/model.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tuning {

/// What stands in the file beside the weights.
struct TunedTexts {
    std::string trunk;
    std::vector<std::string> kinds;  ///< "shoes/boots-female", by output
    double temperature = 1;          ///< logits are divided by it (Guo and others, 2017)
    double sure = 0.5;               ///< at this confidence and above, at most one in twenty photographs that were kept back was wrong
    std::vector<double> largest = {};     ///< the largest logit of each photograph that was kept back, from the least: what is strange has less
                                     ///< (Hendrycks and others, "Scaling out-of-distribution detection for real-world settings", 2022)

    [[nodiscard]] std::map<std::string, std::string> texts() const;
    /// Throws std::invalid_argument if a text is missing or not of the form that `texts` gives.
    static TunedTexts from(const std::map<std::string, std::string>& texts);

    /// What is learned of logits (N, room) of photographs that were kept back.
    void calibrate(std::span<const float> logits, std::span<const std::int32_t> labels);
};

/// What a network says of a photograph.
struct Verdict {
    std::vector<double> probabilities;  ///< of each kind
    std::size_t best = 0;
    double familiarity = 0;  ///< the share of photographs kept back that were no less strange
};

/// The probabilities that can be believed, from the logits (room) of one photograph. Throws std::runtime_error for a logit that is no number.
Verdict judge(const TunedTexts& texts, std::span<const float> logits);

/// A file that is open to be asked; any number of threads may.
class TunedFile {
public:
    /// Throws denim::FileError if it is no file of fine_tune's.
    explicit TunedFile(const std::filesystem::path& path);

    [[nodiscard]] denim::Shape frame() const { return model_->frame(); }
    [[nodiscard]] const TunedTexts& texts() const { return texts_; }
    [[nodiscard]] const Model& model() const { return *model_; }
    /// Of a photograph in the frame.
    [[nodiscard]] Verdict ask(const std::uint8_t* photograph) const;

private:
    TunedTexts texts_;
    std::unique_ptr<Model> model_;
    std::unique_ptr<const Asked> asked_;
};

}  // namespace tuning
