// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim {

/// A line of a chart: y over x, with a name for its legend.
struct Series {
    std::string name = {};
    std::vector<double> x = {}, y = {};
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::string html_text(std::string_view text);

DENIM_ONCE std::string short_number(double number);

/// With this many digits behind the point; nothing for what is not a number.
DENIM_ONCE std::string decimals(double number, int digits = 4);

/// Round numbers that cover low to high: about five of them.
DENIM_ONCE std::vector<double> ticks(double low, double high);

/// Charts are this wide, in the units of their own in which page_style gives the height of letters: on a telephone these become about 0.8 pixels.
inline constexpr double chart_width = 420;
/// What a digit takes of it where letters are highest.
inline constexpr double digit_width = 10;

/// A number below a horizontal axis.
struct Tick {
    double at;
    std::string words;
};
/// Those that have room side by side: all ticks, or every second one, or fewer.
DENIM_ONCE std::vector<Tick> ticks_with_room(const std::vector<double>& places, double room);

}  // namespace detail

/// Lines as an SVG picture whose colours the page's style sheet sets (classes s0 to s7, axis, grid, text); series of one point each are
/// dots, which are kept off the chart's edges. Who hears the page is told each line's ends. Numbers that are not finite are left
/// out. Throws std::invalid_argument for a series without an x for each y.
DENIM_ONCE std::string line_chart(std::string_view title, std::string_view x_name, std::span<const Series> all);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE std::string html_text(std::string_view text) {
    std::string safe;
    for (const char letter : text) {
        if (letter == '&')
            safe += "&amp;";
        else if (letter == '<')
            safe += "&lt;";
        else if (letter == '>')
            safe += "&gt;";
        else if (letter == '"')
            safe += "&quot;";
        else
            safe += letter;
    }
    return safe;
}

DENIM_ONCE std::string short_number(double number) {
    return general(number, 4);
}

DENIM_ONCE std::string decimals(double number, int digits) {
    return is_nan(number) ? "" : fixed(number, digits);
}

/// Finite, and so small that sums of two are finite too.
inline bool is_drawn(double number) {
    return is_finite(number) && std::fabs(number) < 1e300;
}

/// Makes a range that has no width beside its numbers larger on both sides, by this share of them, `least` at least; false where it has one.
inline bool widen(double& low, double& high, double share, double least) {
    const double size = std::max(std::fabs(low), std::fabs(high)), more = std::max(share * size, least);
    if (high - low >= 1e-9 * std::max(size, 1.0)) return false;
    low -= more, high += more;
    return true;
}

DENIM_ONCE std::vector<double> ticks(double low, double high) {
    const double rough = (high - low) / 5, power = std::pow(10, std::floor(std::log10(rough)));
    const double step = rough / power < 1.5   ? power
                        : rough / power < 3.5 ? 2 * power
                        : rough / power < 7.5 ? 5 * power
                                              : 10 * power;
    std::vector<double> places;
    for (double at = std::ceil(low / step - 1e-9) * step; at <= high + 1e-9 * step; at += step)
        places.push_back(std::fabs(at) < 1e-12 * step ? 0 : at);
    return places;
}

DENIM_ONCE std::vector<Tick> ticks_with_room(const std::vector<double>& places, double room) {
    std::size_t longest = 0;
    for (const double at : places) longest = std::max(longest, short_number(at).size());
    const double needed = digit_width * (static_cast<double>(longest) + 1) * static_cast<double>(places.size());
    const auto step = static_cast<std::size_t>(std::ceil(std::max(needed / room, 1.0)));
    std::vector<Tick> kept;
    for (std::size_t n = 0; n < places.size(); n += step) kept.push_back({places[n], short_number(places[n])});
    return kept;
}

/// What a line shows for who hears the page: its ends; of numbers that a chart has no place for, nothing.
inline std::string series_words(const Series& series) {
    std::vector<std::size_t> drawn;
    for (std::size_t n = 0; n < series.y.size(); ++n)
        if (is_drawn(series.x[n]) && is_drawn(series.y[n])) drawn.push_back(n);
    if (drawn.empty()) return {};
    const auto point = [&](std::size_t n) { return short_number(series.y[n]) + " at " + short_number(series.x[n]); };
    return series.name + (series.name.empty() ? "" : " ") +
           (drawn.size() > 1 ? "from " + point(drawn.front()) + " to " + point(drawn.back()) : point(drawn[0]));
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string line_chart(std::string_view title, std::string_view x_name, std::span<const Series> all) {
    constexpr double width = detail::chart_width, height = 250, right = 20, top = 12, bottom = 50;
    double low = std::numeric_limits<double>::max(), high = -low, first = low, last = -low;
    const auto there = [](const Series& series, std::size_t n) { return detail::is_drawn(series.x[n]) && detail::is_drawn(series.y[n]); };
    for (const Series& series : all)
        if (series.x.size() != series.y.size())
            throw std::invalid_argument("denim: line_chart: an x for each of " + std::to_string(series.y.size()) + " numbers of '" + series.name +
                                        "' was expected, but got " + std::to_string(series.x.size()));
    for (const Series& series : all)
        for (std::size_t n = 0; n < series.y.size(); ++n)
            if (there(series, n)) {
                low = std::min(low, series.y[n]), high = std::max(high, series.y[n]);
                first = std::min(first, series.x[n]), last = std::max(last, series.x[n]);
            }
    if (!(low <= high)) return "<p>no numbers for " + detail::html_text(title) + "</p>\n";
    const auto counts = [&](const Series& series) { return std::ranges::all_of(series.x, [](double x) { return x == std::round(x); }); };
    const bool counted = std::ranges::all_of(all, counts) && last > first;  // epochs, say: there is nothing between them
    const bool dots = std::ranges::all_of(all, [](const Series& series) { return series.y.size() <= 1; });
    detail::widen(low, high, 0.5, 0.5e-3);
    if (!detail::widen(first, last, 1e-3, 0.5) && dots) {
        const double room = 0.08 * (last - first);
        first = first >= 0 && first - room < 0 ? 0 : first - room;
        last += room;
    }
    const double margin = 0.05 * (high - low);
    low = low >= 0 && low - margin < 0 ? 0 : low - margin;
    high += margin;
    const std::vector<double> rows = detail::ticks(low, high);
    std::size_t longest = 0;
    for (const double at : rows) longest = std::max(longest, detail::short_number(at).size());
    const double left = 12 + detail::digit_width * static_cast<double>(longest);
    const auto px = [&](double x) { return left + (x - first) / (last - first) * (width - left - right); };
    const auto py = [&](double y) { return height - bottom - (y - low) / (high - low) * (height - top - bottom); };
    const auto place = [](double number) { return detail::fixed(number, 1); };
    const auto text_at = [&](double x, double y, const char* anchor) {
        return "<text class=\"text\" x=\"" + place(x) + "\" y=\"" + place(y) + "\" text-anchor=\"" + anchor + "\">";
    };
    std::string spoken;
    for (const Series& series : all)
        if (const std::string words = detail::series_words(series); !words.empty()) spoken += (spoken.empty() ? ": " : "; ") + words;
    std::string svg = "<figure><figcaption>" + detail::html_text(title) +
                      "</figcaption>\n<svg viewBox=\"0 0 420 250\" role=\"img\" aria-label=\"" +
                      detail::html_text("Over " + std::string{x_name} + spoken) + "\">\n";
    for (const double at : rows)
        svg += "<path class=\"grid\" d=\"M" + place(left) + ' ' + place(py(at)) + 'H' + place(width - right) + "\"/>" +
               text_at(left - 6, py(at) + 5, "end") + detail::short_number(at) + "</text>\n";
    std::vector<double> columns = detail::ticks(first, last);
    if (counted)  // steps of -ffast-math are not whole to the last bit
        std::erase_if(columns, [](double at) { return std::fabs(at - std::round(at)) >= 1e-6; });
    for (const detail::Tick& tick : detail::ticks_with_room(columns, width - left - right))
        svg += "<path class=\"axis\" d=\"M" + place(px(tick.at)) + ' ' + place(height - bottom) + "v5\"/>" +
               text_at(px(tick.at), height - bottom + 21, "middle") + tick.words + "</text>\n";
    svg += "<path class=\"axis\" d=\"M" + place(left) + ' ' + place(top) + 'V' + place(height - bottom) + 'H' + place(width - right) +
           "\"/>\n";
    svg += text_at((left + width - right) / 2, height - 7, "middle") + detail::html_text(x_name) + "</text>\n";
    for (std::size_t k = 0; k < all.size(); ++k) {
        const Series& series = all[k];
        const std::string colour = "s" + std::to_string(k % 8);
        std::string path, points;
        bool begun = false;
        for (std::size_t n = 0; n < series.y.size(); ++n) {
            if (!there(series, n)) {
                begun = false;
                continue;
            }
            const std::string x = place(px(series.x[n])), y = place(py(series.y[n]));
            path += (begun ? 'L' : 'M') + x + ' ' + y;
            points += "<circle class=\"" + colour + " dot\" cx=\"" + x + "\" cy=\"" + y + "\" r=\"" + (dots ? "6" : "3") + "\"><title>" +
                      detail::html_text(series.name) + ": " + detail::short_number(series.y[n]) + " at " +
                      detail::short_number(series.x[n]) + "</title></circle>\n";
            begun = true;
        }
        svg += "<path class=\"" + colour + " line\" d=\"" + path + "\"/>\n" + (series.y.size() <= 60 ? points : "");
    }
    svg += "</svg>\n<p class=\"legend\">";
    for (std::size_t k = 0; k < all.size(); ++k)
        svg += "<span class=\"s" + std::to_string(k % 8) + "\"><i></i>" + detail::html_text(all[k].name) + "</span> ";
    return svg + "</p></figure>\n";
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
