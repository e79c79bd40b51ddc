// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/draw.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/metric/confusion.hpp>
#include <denim/report/colour_scale.hpp>

#include <cmath>

namespace denim {

/// How a confusion matrix is drawn.
struct ConfusionPictureOptions {
    std::size_t size = 800;  ///< pixels of its width, at least 600; the height follows
    std::string title = "Confusion matrix";
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Draws counts (true class, predicted class): the blue scale shows counts, the text each row's share to two decimals, white
/// above half of the largest count. Class names stand on both axes; throws std::invalid_argument unless there is one for each
/// class. Of many classes, shares and names that would be too small to read are left out, and of more than half as many as pixels the picture is
/// wider, 2 pixels for each.
DENIM_ONCE Picture draw_confusion(const Confusion& counts, const std::vector<std::string>& names,
                              const ConfusionPictureOptions& options = {});

/// What such a picture shows, in a sentence for who does not see it: how many are right, and the most frequent mistake. Throws as it does.
DENIM_ONCE std::string describe_confusion(const Confusion& counts, const std::vector<std::string>& names);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

/// The largest height of at most `wanted` at which all texts fit into `room` pixels.
inline float fitting_height(std::span<const std::string> texts, float room, float wanted) {
    float longest = 1;
    for (const std::string& text : texts) longest = std::max(longest, text_width(text, 1));
    return std::min(wanted, room / longest);
}

inline void check_confusion(const char* who, const Confusion& counts, const std::vector<std::string>& names) {
    if (const std::size_t classes = counts.shape(0); classes == 0 || counts.shape(1) != classes || names.size() != classes)
        throw std::invalid_argument("denim: " + std::string{who} + ": a square matrix and a name for each of its classes were expected, but got " +
                                    std::to_string(classes) + " x " + std::to_string(counts.shape(1)) + " and " + std::to_string(names.size()) +
                                    " names");
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string describe_confusion(const Confusion& counts, const std::vector<std::string>& names) {
    detail::check_confusion("describe_confusion", counts, names);
    std::size_t all = 0, right = 0, most = 0, truth = 0, answer = 0;
    for (std::size_t row = 0; row < names.size(); ++row)
        for (std::size_t column = 0; column < names.size(); ++column) {
            const std::size_t count = counts(row, column);
            all += count;
            if (row == column)
                right += count;
            else if (count > most)
                most = count, truth = row, answer = column;
        }
    return "Confusion matrix of " + std::to_string(names.size()) + (names.size() == 1 ? " class: " : " classes: ") + std::to_string(right) +
           " of " + std::to_string(all) + " right" +
           (most > 0 ? "; most often wrong: " + names[truth] + " taken for " + names[answer] + ", " + std::to_string(most) +
                           (most == 1 ? " time" : " times")
                     : "");
}

DENIM_ONCE Picture draw_confusion(const Confusion& counts, const std::vector<std::string>& names,
                              const ConfusionPictureOptions& options) {
    const std::size_t classes = counts.shape(0);
    detail::check_confusion("draw_confusion", counts, names);
    if (options.size < 600)
        throw std::invalid_argument("denim: draw_confusion: a size of at least 600 pixels was expected, but got " +
                                    std::to_string(options.size));
    constexpr Colour ink{30, 30, 30};
    constexpr float readable = 5;  // pixels of a letter's height
    const std::size_t size = std::max(options.size, 2 * classes);
    const auto side = static_cast<float>(size), many = static_cast<float>(classes);
    // Names take what they need, the cells get the rest.
    const std::size_t named = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(2 * many * readable / side)));  // each so many
    const float name_height = detail::fitting_height(names, 0.22f * side, std::min(0.028f * side, 0.5f * side / many * static_cast<float>(named)));
    float longest = 0;
    for (const std::string& name : names) longest = std::max(longest, text_width(name, name_height));
    const float margin = 0.02f * side, label = 0.03f * side, top = 2 * margin + 1.2f * label;
    const float wanted = side - 3 * margin - longest - 1.4f * label - 0.12f * side;
    const int cell = static_cast<int>(std::min(wanted, side - top - 3 * margin - longest - 1.4f * label) / many);
    const int left = static_cast<int>(2 * margin + longest + 1.6f * label), upper = static_cast<int>(top),
              whole = cell * static_cast<int>(classes);
    const bool upright = longest > 0.9f * static_cast<float>(cell);
    const float names_below = upright ? longest : name_height;
    Picture picture{Size{static_cast<std::size_t>(static_cast<float>(upper + whole) + 2 * margin + names_below + 1.5f * label),
                         size}};
    const auto middle = [&](std::size_t place) { return (static_cast<float>(place) + 0.5f) * static_cast<float>(cell); };

    std::size_t largest = 0;
    for (const std::size_t count : counts) largest = std::max(largest, count);
    const float text_height = std::min(0.36f * static_cast<float>(cell), 0.035f * side);
    for (std::size_t row = 0; row < classes; ++row) {
        std::size_t sum = 0;
        for (std::size_t column = 0; column < classes; ++column) sum += counts(row, column);
        for (std::size_t column = 0; column < classes; ++column) {
            const std::size_t count = counts(row, column);
            const Box box{left + static_cast<int>(column) * cell, upper + static_cast<int>(row) * cell, cell, cell};
            fill(picture, box, blue_scale(detail::ratio(count, largest)));
            if (text_height < readable) continue;
            draw_text_around(picture, static_cast<float>(left) + middle(column), static_cast<float>(upper) + middle(row),
                             detail::fixed(detail::ratio(count, sum), 2),
                             {.height = text_height, .colour = 2 * count > largest ? white : ink});
        }
        if (row % named != 0) continue;
        draw_text(picture, static_cast<float>(left) - margin / 2 - text_width(names[row], name_height),
                  static_cast<float>(upper) + middle(row) + 0.35f * name_height, names[row],
                  {.height = name_height, .colour = ink});
        const float below = static_cast<float>(upper + whole) + margin / 2;
        if (upright)
            draw_text(picture, static_cast<float>(left) + middle(row) + 0.35f * name_height,
                      below + text_width(names[row], name_height), names[row],
                      {.height = name_height, .colour = ink, .direction = Direction::up});
        else
            draw_text_around(picture, static_cast<float>(left) + middle(row), below + 0.5f * name_height, names[row],
                             {.height = name_height, .colour = ink});
    }
    outline(picture, {left - 1, upper - 1, whole + 2, whole + 2}, ink);
    const float centre = static_cast<float>(left) + static_cast<float>(whole) / 2;
    draw_text_around(picture, centre, margin + label / 2, options.title, {.height = 1.2f * label, .colour = ink});
    draw_text_around(picture, centre, static_cast<float>(upper + whole) + margin + names_below + label, "Predicted label",
                     {.height = label, .colour = ink});
    draw_text_around(picture, margin + label / 2, static_cast<float>(upper) + static_cast<float>(whole) / 2, "True label",
                     {.height = label, .colour = ink, .direction = Direction::up});
    // The scale of counts, beside the matrix.
    const int bar = left + whole + static_cast<int>(1.2f * margin), width = static_cast<int>(0.03f * side);
    for (int y = 0; y < whole; ++y) fill(picture, {bar, upper + y, width, 1}, blue_scale(1 - static_cast<double>(y) / whole));
    outline(picture, {bar - 1, upper - 1, width + 2, whole + 2}, ink);
    for (const std::size_t part : {0u, 1u, 2u}) {
        const std::size_t count = largest * part / 2;
        if (part == 1 && count == 0) continue;  // stands there already
        draw_text(
            picture, static_cast<float>(bar + width) + 0.3f * margin,
            static_cast<float>(upper) +
                static_cast<float>(whole) * (1 - static_cast<float>(detail::ratio(count, std::max<std::size_t>(largest, 1)))) +
                (part == 0   ? 0
                 : part == 2 ? 0.6f
                             : 0.3f) *
                    0.022f * side,
            std::to_string(count), {.height = 0.022f * side, .colour = ink});
    }
    return picture;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
