// SPDX-License-Identifier: MIT
#pragma once

// Where a network looked: a grey patch moves over the photograph, and the places where it lowers the probability of the
// predicted class are those that count. Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2014),
// section 4.2.

#include <denim/loss/probabilities.hpp>
#include <denim/network/predictor.hpp>
#include <denim/report/heat_picture.hpp>

#include <numeric>

namespace denim {

/// The patch; 0 chooses an eighth of the shorter side, and half of the patch as step.
struct OcclusionOptions {
    std::size_t patch = 0, step = 0;
    std::uint8_t grey = 128;
    std::size_t head = 0;  ///< whose answer is looked at, of a network with several heads
};

/// How much each place counts.
struct Occlusion {
    std::size_t predicted = 0;  ///< class of the whole photograph, of the head that was asked
    double probability = 0;     ///< of that class
    std::size_t rows = 0, columns = 0;
    std::vector<float> drops;  ///< (rows, columns): the probability that a patch there takes away; negative where it helps
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Measures one photograph (H, W, C) of std::uint8_t. Throws std::invalid_argument if the network does not have the head.
template <class Network, class Photograph>
Occlusion occlude(const Predictor<Network>& predictor, const Photograph& photograph, OcclusionOptions options = {}) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    constexpr Shape shape = Network::input;
    if (options.head >= Network::heads.size())
        throw std::invalid_argument("denim: occlude: the network has " + std::to_string(Network::heads.size()) +
                                    " heads, counted from 0, but head " + std::to_string(options.head) + " was asked for");
    const auto heads = Network::heads.begin() + static_cast<std::ptrdiff_t>(options.head);
    const std::size_t classes = *heads, before = std::accumulate(Network::heads.begin(), heads, std::size_t{0});
    detail::require_probabilities("occlude", predictor.gives().subspan(options.head, 1));
    const Pictures source = Pictures::of(photograph, shape);
    detail::require_one(source, "occlude");
    static_assert(std::is_same_v<std::remove_cv_t<typename Photograph::value_type>, std::uint8_t>,
                  "denim: occlude: a photograph of std::uint8_t was expected.");
    if (options.patch == 0) options.patch = std::max<std::size_t>(std::min(shape.height, shape.width) / 8, 1);
    if (options.step == 0) options.step = std::max<std::size_t>(options.patch / 2, 1);
    options.patch = std::min(options.patch, 2 * std::max(shape.height, shape.width));  // hides all from any place
    options.step = std::min(options.step, std::max(shape.height, shape.width));
    Occlusion result;
    result.rows = (shape.height + options.step - 1) / options.step;
    result.columns = (shape.width + options.step - 1) / options.step;
    // The whole photograph comes first, then one with a patch around the middle of each place; a row of places at a time.
    const auto probabilities = [&](const std::vector<std::uint8_t>& pictures) {
        Pictures batch{shape, pictures.size() / shape.size()};
        batch.bytes = pictures.data();
        constexpr std::size_t outputs = Network::output.size();
        std::vector<float> logits(batch.count * outputs);
        predictor.predict(batch, logits.data());
        for (std::size_t n = 0; n < batch.count; ++n)
            std::copy_n(logits.data() + n * outputs + before, classes, logits.data() + n * classes);
        logits.resize(batch.count * classes);
        to_probabilities(std::span{logits}, classes, predictor.gives()[options.head]);
        return logits;
    };
    const std::vector<float> whole = probabilities({source.bytes, source.bytes + shape.size()});
    result.predicted = place_of_largest(whole.data(), whole.size());
    if (result.predicted == whole.size())
        throw std::runtime_error("denim: occlude: a logit of the photograph is not a number, so it has no class");
    result.probability = static_cast<double>(whole[result.predicted]);
    for (std::size_t row = 0; row < result.rows; ++row) {
        std::vector<std::uint8_t> pictures(result.columns * shape.size());
        for (std::size_t column = 0; column < result.columns; ++column) {
            std::uint8_t* picture = pictures.data() + column * shape.size();
            std::copy_n(source.bytes, shape.size(), picture);
            const auto from = [&](std::size_t place, std::size_t side) {
                const std::size_t centre = place * options.step + options.step / 2;
                return std::min(centre > options.patch / 2 ? centre - options.patch / 2 : 0, side);  // of a long step, beyond the shorter side
            };
            const auto to = [&](std::size_t place, std::size_t side) {
                return std::min(place * options.step + options.step / 2 + (options.patch + 1) / 2, side);
            };
            for (std::size_t y = from(row, shape.height); y < to(row, shape.height); ++y)
                std::fill(picture + (y * shape.width + from(column, shape.width)) * shape.channels,
                          picture + (y * shape.width + to(column, shape.width)) * shape.channels, options.grey);
        }
        const std::vector<float> covered = probabilities(pictures);
        for (std::size_t column = 0; column < result.columns; ++column)
            result.drops.push_back(whole[result.predicted] - covered[column * classes + result.predicted]);
    }
    return result;
}

/// The short way for a script: prepares the network for this one photograph.
template <class Input, class Body, class Arithmetic, class Photograph>
Occlusion occlude(const Network<Input, Body, Arithmetic>& network, const Photograph& photograph, OcclusionOptions options = {}) {
    return occlude(Predictor{network}, photograph, options);
}

/// Lays the measure over the photograph, enlarged to `height` rows: what counts most is red, what does not stays as it is.
inline Picture draw_occlusion(const Picture& photograph, const Occlusion& occlusion, std::size_t height = 400) {
    constexpr float noise = 0.05f;  // a smaller drop is none
    return draw_heat(photograph, occlusion.drops, occlusion.rows, occlusion.columns, height, noise);
}

}  // namespace denim::inline DENIM_TARGET
