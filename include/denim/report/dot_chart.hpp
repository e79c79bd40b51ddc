// SPDX-License-Identifier: MIT
#pragma once

#include <denim/report/chart.hpp>

namespace denim {

/// A number to compare with others, and where they are known the ends of its interval.
struct Dot {
    std::string name = {};
    double value = 0;
    double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Numbers as dots on one scale, one below the other, with bars for their intervals (Cleveland, "The elements of graphing data", 1985): an
/// SVG picture whose colours the page's style sheet sets, see line_chart. The scale begins where the numbers do, not at 0. Numbers that are
/// not finite are left out.
DENIM_ONCE std::string dot_chart(std::string_view title, std::string_view x_name, std::span<const Dot> all);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string dot_chart(std::string_view title, std::string_view x_name, std::span<const Dot> all) {
    constexpr double width = detail::chart_width, left = 20, right = 20, top = 8, line = 46, below = 52;
    double first = std::numeric_limits<double>::max(), last = -first;
    std::size_t count = 0;
    std::string spoken{x_name};
    for (const Dot& dot : all) {
        if (!is_finite(dot.value)) continue;
        spoken += (count++ == 0 ? ": " : "; ") + dot.name + ' ' + detail::short_number(dot.value);
        if (is_finite(dot.low) && is_finite(dot.high))
            spoken += ", interval from " + detail::short_number(dot.low) + " to " + detail::short_number(dot.high);
        for (const double number : {dot.value, dot.low, dot.high})
            if (is_finite(number)) first = std::min(first, number), last = std::max(last, number);
    }
    if (count == 0) return "<p>no numbers for " + detail::html_text(title) + "</p>\n";
    const double margin = last - first < 1e-9 ? 0.5 * std::max(std::fabs(first), 1e-3) : 0.08 * (last - first);
    first -= margin, last += margin;
    const double height = top + line * static_cast<double>(count) + below, floor = height - below;
    const auto px = [&](double x) { return left + (x - first) / (last - first) * (width - left - right); };
    const auto place = [](double number) { return detail::fixed(number, 1); };
    const auto text = [&](double x, double y, const char* anchor, std::string_view words) {
        return "<text class=\"text\" x=\"" + place(x) + "\" y=\"" + place(y) + "\" text-anchor=\"" + anchor + "\">" +
               detail::html_text(words) + "</text>\n";
    };
    std::string svg = "<figure><figcaption>" + detail::html_text(title) + "</figcaption>\n<svg viewBox=\"0 0 420 " + place(height) +
                      "\" role=\"img\" aria-label=\"" + detail::html_text(spoken) + "\">\n";
    for (const detail::Tick& tick : detail::ticks_with_room(detail::ticks(first, last), width - left - right))
        svg += "<path class=\"grid\" d=\"M" + place(px(tick.at)) + ' ' + place(top) + 'V' + place(floor) + "\"/>\n" +
               text(px(tick.at), floor + 21, "middle", tick.words);
    svg += "<path class=\"axis\" d=\"M" + place(left) + ' ' + place(floor) + 'H' + place(width - right) + "\"/>\n" +
           text(width / 2, height - 8, "middle", x_name);
    double y = top;
    for (std::size_t k = 0; k < all.size(); ++k) {
        const Dot& dot = all[k];
        if (!is_finite(dot.value)) continue;
        const std::string colour = "s" + std::to_string(k % 8), number = detail::short_number(dot.value);
        svg += text(left, y + 18, "start", dot.name + ": " + number);
        if (is_finite(dot.low) && is_finite(dot.high))
            svg += "<path class=\"" + colour + " line\" d=\"M" + place(px(dot.low)) + ' ' + place(y + 32) + 'H' + place(px(dot.high)) +
                   "\"/>\n";
        svg += "<circle class=\"" + colour + " dot\" cx=\"" + place(px(dot.value)) + "\" cy=\"" + place(y + 32) + "\" r=\"6\"/>\n";
        y += line;
    }
    return svg + "</svg></figure>\n";
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
