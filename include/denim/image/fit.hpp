// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/decode.hpp>
#include <denim/image/resize.hpp>

namespace denim::inline DENIM_TARGET {

/// The largest size of `picture`'s aspect inside `frame`, each side at least 1: what is not 3:4 in a frame of 3:4 leaves room
/// beside it or above and below. Of the two whole numbers next to the exact side, the one that keeps the aspect better.
DENIM_ONCE Size fitted_size(Size picture, Size frame);

namespace detail {

/// Writes the picture, as large as `frame` allows and in its middle, to (height, width, 3) bytes.
DENIM_ONCE void fit_into(std::uint8_t* to, Raster picture, Size frame, Colour border, Filter filter);

}  // namespace detail

/// The picture inside a frame: resized as large as its aspect allows, in the middle, `border` around it.
DENIM_ONCE Picture fit(const Picture& picture, Size frame, Colour border = white, Filter filter = Filter::bicubic);

/// `fit` of `decode`, without the whole picture in between.
DENIM_ONCE Picture decode(std::span<const std::uint8_t> file, Size frame, PictureLimits limits = {});

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE Size fitted_size(Size picture, Size frame) {
    if (picture.pixels() == 0 || frame.pixels() == 0)
        throw std::invalid_argument("denim: a picture without pixels fits no frame, and nothing fits a frame without pixels");
    const double aspect = static_cast<double>(picture.width) / static_cast<double>(picture.height);
    const bool bound_by_height = frame.width * picture.height >= picture.width * frame.height;
    const double bound = static_cast<double>(bound_by_height ? frame.height : frame.width);
    const double exact = bound_by_height ? bound * aspect : bound / aspect, low = std::floor(exact), high = std::ceil(exact);
    const auto error = [&](double side) { return std::abs(aspect - (bound_by_height ? side / bound : bound / side)); };
    const auto side = static_cast<std::size_t>(std::max(low == 0 || error(high) < error(low) ? high : low, 1.0));
    return bound_by_height ? Size{frame.height, std::min(side, frame.width)} : Size{std::min(side, frame.height), frame.width};
}

DENIM_ONCE Picture fit(const Picture& picture, Size frame, Colour border, Filter filter) {
    Picture result{frame, border};
    detail::fit_into(result.pixels.data(), detail::Raster::of(picture), frame, border, filter);
    return result;
}

DENIM_ONCE Picture decode(std::span<const std::uint8_t> file, Size frame, PictureLimits limits) {
    Picture result{frame};
    detail::fit_into(result.pixels.data(), detail::decode_raster(file, limits), frame, white, Filter::bicubic);
    return result;
}

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE void fit_into(std::uint8_t* to, Raster picture, Size frame, Colour border, Filter filter) {
    const Size inside = fitted_size(picture.size(), frame);
    const Raster small = resized(std::move(picture), inside, filter);
    if (inside != frame) {
        const Picture background{frame, border};
        std::copy(background.pixels.begin(), background.pixels.end(), to);
    }
    const std::size_t top = (frame.height - inside.height) / 2, left = (frame.width - inside.width) / 2;
    small.copy_to(to + (top * frame.width + left) * Picture::channels, frame.width * Picture::channels);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
