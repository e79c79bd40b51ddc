// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/draw.hpp>
#include <denim/image/fit.hpp>
#include <denim/loss/probabilities.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/metric/confusion.hpp>
#include <denim/tensor/array.hpp>

#include <span>

namespace denim::inline DENIM_TARGET {

/// A photograph with what it is and what a network takes it for.
struct LabelledPhotograph {
    Picture picture;
    std::string truth, predicted;
    double confidence = 0;  ///< probability of `predicted`

    [[nodiscard]] bool right() const { return truth == predicted; }
};

/// One picture (H, W, C) as bytes 0 to 255 with 3 channels, or 1, which becomes grey. Throws std::invalid_argument for others.
DENIM_ONCE Picture picture_of(const std::uint8_t* bytes, Shape shape);

/// The pictures of a set (`images` of std::uint8_t, `labels`) that logits (N, classes) get wrong, the surest first, at most
/// `most`. `gives` is Network::gives: how logits become confidence. Throws std::invalid_argument where pictures, labels, logits and names do not fit
/// each other.
template <class Set>
std::vector<LabelledPhotograph> mistakes_of(const Set& set, std::span<const float> logits,
                                            const std::vector<std::string>& names, std::size_t most = 24,
                                            Gives gives = Gives::classes) {
    const std::size_t classes = names.size(), count = set.labels.size();
    const Shape shape{set.images.shape(1), set.images.shape(2), set.images.shape(3)};
    if (set.images.shape(0) != count)
        throw std::invalid_argument("denim: mistakes_of: a label for each of " + std::to_string(set.images.shape(0)) + " pictures was expected, but " +
                                    std::to_string(count) + " came");
    std::vector<std::int32_t> labels;
    for (std::size_t n = 0; n < count; ++n) labels.push_back(static_cast<std::int32_t>(set.labels(n)));
    detail::check_scores(logits, labels, classes);
    std::vector<float> probabilities(logits.begin(), logits.end());
    to_probabilities(std::span{probabilities}, classes, gives);
    const std::vector<std::int32_t> predicted = predicted_classes(logits, classes);
    std::vector<LabelledPhotograph> wrong;
    for (std::size_t n = 0; n < count; ++n) {
        const auto truth = static_cast<std::size_t>(labels[n]), called = static_cast<std::size_t>(predicted[n]);
        if (truth == called) continue;
        wrong.push_back({picture_of(set.images.data() + n * shape.size(), shape), names[truth], names[called],
                         static_cast<double>(probabilities[n * classes + called])});
    }
    const auto surer = [](const auto& left, const auto& right) { return left.confidence > right.confidence; };
    for (auto one = wrong.begin(); one != wrong.end(); ++one)
        std::rotate(std::upper_bound(wrong.begin(), one, *one, surer), one, one + 1);
    if (wrong.size() > most) wrong.resize(most);
    return wrong;
}

namespace detail {

/// The text, cut with "…" where it is longer than `room`.
DENIM_ONCE std::string shortened(std::string text, float height, float room);

}  // namespace detail

/// Draws photographs in rows of `columns`: below each its true label, and the predicted one with its probability, green if
/// right, red if wrong.
DENIM_ONCE Picture draw_photographs(std::span<const LabelledPhotograph> photographs, std::size_t columns = 6,
                                Size frame = {200, 150});

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE Picture picture_of(const std::uint8_t* bytes, Shape shape) {
    if (shape.channels == 3)
        return Picture{Size{shape.height, shape.width}, std::vector<std::uint8_t>(bytes, bytes + shape.size())};
    if (shape.channels != 1)
        throw std::invalid_argument("denim: picture_of: a picture of 3 channels or 1 was expected, but its shape is " + to_string(shape));
    Picture picture{Size{shape.height, shape.width}};
    for (std::size_t n = 0; n < shape.height * shape.width; ++n)
        std::fill_n(picture.pixels.begin() + static_cast<std::ptrdiff_t>(3 * n), 3, bytes[n * shape.channels]);
    return picture;
}

DENIM_ONCE Picture draw_photographs(std::span<const LabelledPhotograph> photographs, std::size_t columns,
                                Size frame) {
    if (photographs.empty() || columns == 0)
        throw std::invalid_argument("denim: draw_photographs: at least one photograph and one column were expected");
    columns = std::min(columns, photographs.size());
    const std::size_t gap = 12, text = 17, rows = (photographs.size() + columns - 1) / columns;
    const std::size_t width = frame.width + gap, height = frame.height + 2 * text + 2 * gap;
    Picture sheet{Size{rows * height + gap, columns * width + gap}};
    for (std::size_t n = 0; n < photographs.size(); ++n) {
        const LabelledPhotograph& photograph = photographs[n];
        const int left = static_cast<int>(gap + n % columns * width), top = static_cast<int>(gap + n / columns * height);
        const Colour mark = photograph.right() ? Colour{20, 120, 60} : Colour{200, 30, 30};
        const Box box{left - 2, top - 2, static_cast<int>(frame.width) + 4, static_cast<int>(frame.height) + 4};
        paste(sheet, left, top, fit(photograph.picture, frame));
        outline(sheet, box, photograph.right() ? Colour{210, 210, 210} : mark, 2);
        const auto write = [&](std::size_t line, const std::string& words, Colour colour) {
            const float size = 14;
            draw_text(sheet, static_cast<float>(left),
                      static_cast<float>(top + static_cast<int>(frame.height + (line + 1) * text)),
                      detail::shortened(words, size, static_cast<float>(frame.width)), {.height = size, .colour = colour});
        };
        write(0, photograph.truth, {30, 30, 30});
        write(1, detail::fixed(photograph.confidence, 2) + ' ' + photograph.predicted, mark);
    }
    return sheet;
}

}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE std::string shortened(std::string text, float height, float room) {
    if (text_width(text, height) <= room) return text;
    while (!text.empty() && text_width(text + "\xe2\x80\xa6", height) > room) {
        while (text.size() > 1 && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
        text.pop_back();
    }
    return text + "\xe2\x80\xa6";
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
