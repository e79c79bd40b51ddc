// SPDX-License-Identifier: MIT
#pragma once

#include <denim/image/font_outlines.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A straight piece of a glyph's outline, in units of the em, y upwards from the base line.
struct Stroke {
    float from_x, from_y, to_x, to_y;
};

struct Glyph {
    float advance = 0;
    std::vector<Stroke> strokes;
};

/// The bytes that a base64 text stands for.
inline std::vector<std::uint8_t> from_base64(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
        const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const std::size_t digit = digits.find(letter);
        if (digit == digits.npos) continue;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        if ((count += 6) >= 8) bytes.push_back(static_cast<std::uint8_t>(bits >> (count -= 8)));
    }
    return bytes;
}

/// Unpacks font_outlines; curves become four pieces each.
class OutlineReader {
public:
    explicit OutlineReader(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

    [[nodiscard]] bool more() const { return at_ < bytes_.size(); }
    std::pair<char32_t, Glyph> next() {
        const auto code = static_cast<char32_t>(word());
        Glyph glyph{static_cast<float>(word()), {}};
        for (int contour = byte(); contour > 0; --contour) add_contour(glyph.strokes);
        return {code, std::move(glyph)};
    }

private:
    struct Point {
        float x, y;
        bool on;
    };

    void add_contour(std::vector<Stroke>& strokes) {
        std::vector<Point> points(static_cast<std::size_t>(byte()));
        for (std::size_t first = 0; first < points.size(); first += 8) {
            const int bits = byte();
            for (std::size_t n = first; n < std::min(first + 8, points.size()); ++n)
                points[n].on = (bits >> (n - first) & 1) != 0;
        }
        float x = 0, y = 0;
        for (Point& point : points) {
            point.x = x += number();
            point.y = y += number();
        }
        // Between two control points lies a point of the curve: TrueType's rule. Begin at a point that is on the curve.
        std::vector<Point> path;
        for (std::size_t n = 0; n < points.size(); ++n) {
            const Point& here = points[n];
            const Point& after = points[(n + 1) % points.size()];
            path.push_back(here);
            if (!here.on && !after.on) path.push_back({(here.x + after.x) / 2, (here.y + after.y) / 2, true});
        }
        std::size_t begin = 0;
        while (begin < path.size() && !path[begin].on) ++begin;
        Point last = path[begin % path.size()];
        for (std::size_t n = 1; n <= path.size(); ++n) {
            const Point& next = path[(begin + n) % path.size()];
            if (next.on) {
                strokes.push_back({last.x, last.y, next.x, next.y});
                last = next;
                continue;
            }
            const Point& end = path[(begin + ++n) % path.size()];
            Point from = last;
            for (int piece = 1; piece <= 4; ++piece) {
                const float t = static_cast<float>(piece) / 4, u = 1 - t;
                const Point to{u * u * last.x + 2 * u * t * next.x + t * t * end.x,
                               u * u * last.y + 2 * u * t * next.y + t * t * end.y, true};
                strokes.push_back({from.x, from.y, to.x, to.y});
                from = to;
            }
            last = end;
        }
    }
    int byte() { return bytes_.at(at_++); }
    int word() {
        const int low = byte();
        return low | byte() << 8;
    }
    float number() {
        const auto small = static_cast<std::int8_t>(byte());
        return static_cast<float>(small != -128 ? small : static_cast<std::int16_t>(word()));
    }

    std::vector<std::uint8_t> bytes_;
    std::size_t at_ = 0;
};

/// The glyph of a character; a question mark in a box for those that the font lacks.
inline const Glyph& glyph_of(char32_t code) {
    static const std::map<char32_t, Glyph> glyphs = [] {
        std::map<char32_t, Glyph> all;
        for (OutlineReader reader{from_base64(font_outlines)}; reader.more();) all.insert(reader.next());
        return all;
    }();
    const auto found = glyphs.find(code);
    return found != glyphs.end() ? found->second : glyphs.at(U'\uFFFD');
}

/// The characters of a UTF-8 text; a byte that is none becomes U+FFFD.
inline std::u32string characters_of(std::string_view text) {
    std::u32string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at++]);
        const int more = first < 0x80                    ? 0
                         : first >= 0xc2 && first < 0xe0 ? 1
                         : first >= 0xe0 && first < 0xf0 ? 2
                         : first >= 0xf0 && first < 0xf5 ? 3
                                                         : -1;
        char32_t code = more == 0 ? first : more == 1 ? first & 31u : more == 2 ? first & 15u : first & 7u;
        bool whole = more >= 0;
        for (int n = 0; n < more && whole; ++n) {
            whole = at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
            if (whole) code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fu);
        }
        result += whole ? code : U'\uFFFD';
    }
    return result;
}

}  // namespace denim::inline DENIM_TARGET::detail
