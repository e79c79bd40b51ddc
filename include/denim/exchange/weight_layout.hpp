// SPDX-License-Identifier: MIT
#pragma once

// How frameworks lay the numbers of one weight, and the way between them.

#include <denim/machine/file_error.hpp>
#include <denim/tensor/extents.hpp>
#include <denim/tensor/shape.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace denim {

/// The framework that a file of weights comes from or goes to.
enum class WeightLayout {
    keras,    ///< Conv (H, W, in, out); Dense (inputs, outputs) behind a flatten in HWC order. Denim's own
    pytorch,  ///< Conv (out, in, H, W); Linear (outputs, inputs) behind a flatten in CHW order
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// One parameter of a network, as a file of another framework has to fit it.
struct WeightPlace {
    std::string name;        ///< the row's: "0.weights"
    Extents extents;         ///< the row's
    std::size_t offset = 0;  ///< in the network's array
    Shape in = {};           ///< what enters the layer: a dense layer's inputs are its numbers in HWC order
    std::size_t layer = 0;   ///< parameters of one layer have one number, which rises along the network
    /// Where a flatten in front put channels first: which of our inputs each of theirs is. Empty: they are the same.
    std::vector<std::size_t> order = {};
    std::vector<std::size_t> beside = {};  ///< rising numbers of layers in other branches: no order holds between them and this one
};

namespace detail {

/// A weight as (H, W, in, out): a dense layer is a convolution whose window is the whole picture, and what has one number for
/// each channel is a convolution without outputs.
DENIM_ONCE std::array<std::size_t, 4> weight_axes(const WeightPlace& place);

/// Calls each(ours, theirs) with the two places of every number, theirs rising.
template <class Each>
void each_weight(const WeightPlace& place, WeightLayout layout, Each each) {
    if (layout == WeightLayout::keras || (place.extents.rank < 2 && place.order.empty())) {
        for (std::size_t n = 0; n < place.extents.size(); ++n) each(n, n);
        return;
    }
    const auto [height, width, in, out] = weight_axes(place);
    std::size_t theirs = 0;
    for (std::size_t o = 0; o < out; ++o)
        for (std::size_t i = 0; i < in; ++i)
            for (std::size_t y = 0; y < height; ++y)
                for (std::size_t x = 0; x < width; ++x)
                    each(((y * width + x) * in + (place.order.empty() ? i : place.order[i])) * out + o, theirs++);
}

}  // namespace detail

/// The shape that the parameter has in a file of that framework.
DENIM_ONCE std::vector<std::size_t> shape_in(const WeightPlace& place, WeightLayout layout);

namespace detail {

/// Axes of extent 1 with which a framework keeps numbers for each channel, in front of them and behind.
struct AxesOfOne {
    std::string_view row;
    WeightLayout layout;
    std::size_t before, behind;
};
inline constexpr std::array<AxesOfOne, 3> axes_of_one{{{".slope", WeightLayout::keras, 2, 0},      // shared_axes=[1, 2]
                                                       {".slope", WeightLayout::keras, 1, 0},      // shared_axes=[1], of sequences
                                                       {".factor", WeightLayout::pytorch, 0, 2}}};  // torchvision's layer_scale

/// The shape that a weight has without its window, if that is of one pixel: of a convolution of 1 x 1 that of a dense layer.
DENIM_ONCE std::vector<std::size_t> without_pixel(const std::vector<std::size_t>& shape, WeightLayout layout);

/// Whether an array of this shape may be the parameter: a dense layer of each pixel and a convolution of 1 x 1 are one, and what goes along a
/// sequence has no axis of rows.
DENIM_ONCE bool fits(const std::vector<std::size_t>& shape, const WeightPlace& place, WeightLayout layout);

}  // namespace detail

/// Numbers of a file of that framework, in our order.
DENIM_ONCE std::vector<float> from_layout(const WeightPlace& place, WeightLayout layout, std::span<const float> theirs);

/// Our numbers in the order of that framework.
DENIM_ONCE std::vector<float> to_layout(const WeightPlace& place, WeightLayout layout, std::span<const float> ours);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::array<std::size_t, 4> weight_axes(const WeightPlace& place) {
    const auto& values = place.extents.values;
    const std::size_t rank = place.extents.rank;
    if (rank == 4) return values;
    if (rank == 3) return {values[0], values[1], values[2], 1};  // one filter for each channel
    if (rank == 1) return {1, 1, values[0], 1};
    const bool picture = place.order.empty() && place.in.size() == values[0];
    const Shape in = picture ? place.in : Shape{1, 1, values[0]};
    return {in.height, in.width, in.channels, values[1]};
}

}  // namespace detail

DENIM_ONCE std::vector<std::size_t> shape_in(const WeightPlace& place, WeightLayout layout) {
    const auto& values = place.extents.values;
    const std::size_t rank = place.extents.rank;
    if (rank >= 2 && layout == WeightLayout::pytorch) {
        if (rank == 2) return {values[1], values[0]};
        const auto [height, width, in, out] = detail::weight_axes(place);
        return rank == 3 ? std::vector{in, out, height, width} : std::vector{out, in, height, width};
    }
    std::vector<std::size_t> shape(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank));
    if (rank == 3) shape.push_back(1);
    if (place.name.ends_with(".slope") && layout == WeightLayout::keras && place.in.height * place.in.width != 1)
        shape.insert(shape.begin(), {1, 1});  // shared_axes=[1, 2]
    return shape;
}

namespace detail {

DENIM_ONCE std::vector<std::size_t> without_pixel(const std::vector<std::size_t>& shape, WeightLayout layout) {
    const std::size_t window = layout == WeightLayout::keras ? 0 : 2;
    if (shape.size() != 4 || shape[window] * shape[window + 1] != 1) return shape;
    return {shape[2 - window], shape[3 - window]};
}

DENIM_ONCE bool fits(const std::vector<std::size_t>& shape, const WeightPlace& place, WeightLayout layout) {
    const std::vector<std::size_t> expected = shape_in(place, layout);
    const auto& values = place.extents.values;
    const std::size_t rank = place.extents.rank;
    if (shape == expected) return true;
    if (rank == 1)
        return std::ranges::any_of(axes_of_one, [&](const AxesOfOne& axes) {
            std::vector<std::size_t> spread(axes.before, 1);
            spread.push_back(values[0]);
            spread.insert(spread.end(), axes.behind, 1);
            return place.name.ends_with(axes.row) && layout == axes.layout && shape == spread;
        });
    // A convolution in as many groups as it has channels is a depthwise one, with the same numbers in the same order.
    if (rank == 3 && layout == WeightLayout::keras && shape == std::vector<std::size_t>{values[0], values[1], 1, values[2]}) return true;
    if (rank >= 3 && values[0] == 1) {
        std::vector<std::size_t> row = expected;
        row.erase(row.begin() + (layout == WeightLayout::keras ? 0 : 2));
        if (shape == row) return true;
    }
    const bool of_pixels = rank == 4 || (rank == 2 && place.in.height * place.in.width == 1);
    return of_pixels && without_pixel(shape, layout) == without_pixel(expected, layout);
}

}  // namespace detail

DENIM_ONCE std::vector<float> from_layout(const WeightPlace& place, WeightLayout layout, std::span<const float> theirs) {
    std::vector<float> ours(theirs.size());
    detail::each_weight(place, layout, [&](std::size_t our, std::size_t their) { ours[our] = theirs[their]; });
    return ours;
}

DENIM_ONCE std::vector<float> to_layout(const WeightPlace& place, WeightLayout layout, std::span<const float> ours) {
    std::vector<float> theirs(ours.size());
    detail::each_weight(place, layout, [&](std::size_t our, std::size_t their) { theirs[their] = ours[our]; });
    return theirs;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
