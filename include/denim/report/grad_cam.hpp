// SPDX-License-Identifier: MIT
#pragma once

// Where a network looked, by one step back: the channels of an inner layer, each as much as the logit grows with it. Selvaraju et al., "Grad-CAM:
// Visual explanations from deep networks via gradient-based localization" (2017), equations 1 and 2. Occlusion asks the same by many steps forward.

#include <denim/machine/largest.hpp>
#include <denim/network/inner_values.hpp>
#include <denim/report/heat_picture.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace denim {

/// What is asked.
struct GradCamOptions {
    std::size_t head = 0;                      ///< whose answer is looked at, of a network with several heads
    std::optional<std::size_t> of_class = {};  ///< of that head; unless set, the one with the largest logit
};

/// How much each place of the layer speaks for the class.
struct GradCam {
    std::size_t of_class = 0;
    double logit = 0;  ///< of that class
    std::size_t rows = 0, columns = 0;
    std::vector<float> heat;  ///< (rows, columns), at least 0
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Measures one photograph (H, W, C), or what else the network takes, at the layer `name`: the last one that gives a picture tells most, "7" for
/// example. Throws std::invalid_argument if the network does not have the layer, the head or the class, or takes pictures of another shape, and
/// std::runtime_error for a logit that is no number.
template <class Network, class Photograph>
GradCam grad_cam(const Network& network, std::string_view name, const Photograph& photograph, const GradCamOptions& options = {}) {
    constexpr Shape shape = Network::input;
    if (options.head >= Network::heads.size())
        throw std::invalid_argument("denim: grad_cam: the network has " + std::to_string(Network::heads.size()) +
                                    " heads, counted from 0, but head " + std::to_string(options.head) + " was asked for");
    const auto heads = Network::heads.begin() + static_cast<std::ptrdiff_t>(options.head);
    const std::size_t before = std::accumulate(Network::heads.begin(), heads, std::size_t{0});
    if (options.of_class && *options.of_class >= *heads)
        throw std::invalid_argument("denim: grad_cam: the head has " + std::to_string(*heads) + " classes, counted from 0, but class " +
                                    std::to_string(*options.of_class) + " was asked for");
    const Pictures source = Pictures::of(photograph, shape);
    detail::require_one(source, "grad_cam");
    using Number = std::remove_cv_t<typename Photograph::value_type>;
    const Number* numbers = nullptr;
    if constexpr (std::is_same_v<Number, float>)
        numbers = source.floats;
    else
        numbers = source.bytes;
    const auto one = xt::adapt(numbers, shape.size(), xt::no_ownership(), std::array<std::size_t, 4>{1, shape.height, shape.width, shape.channels});
    std::size_t output = before + options.of_class.value_or(0);
    auto values = inner_values(network, name, one, std::span{&output, 1});
    if (!options.of_class) {
        const std::size_t best = place_of_largest(values.outputs.data() + before, *heads);
        if (best == *heads) throw std::runtime_error("denim: grad_cam: a logit of the photograph is not a number, so it has no class");
        if (output != before + best) {
            output = before + best;
            values = inner_values(network, name, one, std::span{&output, 1});
        }
    }
    GradCam result{output - before, static_cast<double>(values.outputs(0, output)), values.activations.shape(1), values.activations.shape(2), {}};
    const std::size_t places = result.rows * result.columns, channels = values.activations.shape(3);
    std::vector<double> weights(channels);
    for (std::size_t place = 0; place < places; ++place)
        for (std::size_t c = 0; c < channels; ++c)
            weights[c] += static_cast<double>(values.gradients.data()[place * channels + c]) / static_cast<double>(places);
    for (std::size_t place = 0; place < places; ++place) {
        double heat = 0;
        for (std::size_t c = 0; c < channels; ++c) heat += weights[c] * static_cast<double>(values.activations.data()[place * channels + c]);
        result.heat.push_back(static_cast<float>(std::max(heat, 0.0)));
    }
    return result;
}

/// Lays it over the photograph, enlarged to `height` rows: what speaks most for the class is red.
inline Picture draw_grad_cam(const Picture& photograph, const GradCam& seen, std::size_t height = 400) {
    return draw_heat(photograph, seen.heat, seen.rows, seen.columns, height);
}

}  // namespace denim::inline DENIM_TARGET
