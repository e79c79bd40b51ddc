# SPDX-License-Identifier: MIT
"""Writes include/denim/image/font_outlines.hpp from a TrueType file: python tests/runtime/image/make_font.py DejaVuSans.ttf LICENCE

Each glyph: code point, advance (16 bits each, lowest byte first), contours; each contour: points, a bit for each that lies on
the curve, then each point's distance from the one before, x and y: one byte, or -128 and two bytes. All in base64.
LICENCE is a text file with the font's notice, which goes into the header as it is.
"""
import base64
import struct
import sys
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

em = 512
characters = [*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100), 0x152, 0x153, 0x178, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026, 0x20AC, 0x2192, 0xFFFD]
font = TTFont(sys.argv[1])
notice = Path(sys.argv[2]).read_text()
scale = em / font["head"].unitsPerEm
glyphs, names, metrics = font.getGlyphSet(), font.getBestCmap(), font["hmtx"]


def number(value):
    return struct.pack("<b", value) if -127 <= value <= 127 else struct.pack("<bh", -128, value)


def contours(name):
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    every, points = [], []
    for verb, arguments in pen.value:
        if verb == "moveTo":
            points = [(*arguments[0], True)]
        elif verb == "lineTo":
            points.append((*arguments[0], True))
        elif verb == "qCurveTo":
            if arguments[-1] is None:
                points += [(*point, False) for point in arguments[:-1]]
            else:
                points += [(*point, False) for point in arguments[:-1]] + [(*arguments[-1], True)]
        elif verb in ("closePath", "endPath"):
            if len(points) > 1 and points[0] == points[-1]:
                points.pop()
            every.append([(round(x * scale), round(y * scale), on) for x, y, on in points])
    return every


stream = b""
for code in characters:
    name = names[code]
    shape = contours(name)
    stream += struct.pack("<HHB", code, round(metrics[name][0] * scale), len(shape))
    for points in shape:
        assert len(points) < 256
        stream += bytes([len(points)])
        bits = [on for *_, on in points]
        stream += bytes(sum(bit << place for place, bit in enumerate(bits[at:at + 8])) for at in range(0, len(bits), 8))
        x = y = 0
        for to_x, to_y, _ in points:
            stream += number(to_x - x) + number(to_y - y)
            x, y = to_x, to_y

text = base64.b64encode(stream).decode()
lines = [text[at:at + 120] for at in range(0, len(text), 120)]
wrapped = "\n".join(("// " + line).rstrip() for line in notice.strip().splitlines())
header = f"""// SPDX-License-Identifier: MIT
#pragma once

// The outlines of DejaVu Sans for Latin letters, written by tests/runtime/image/make_font.py, which says how they are packed.
// The font's own notice:
//
{wrapped}

#include <denim/machine/target.hpp>

#include <string_view>

// clang-format off
namespace denim::inline DENIM_TARGET::detail {{

/// Units of the outlines in the height of a line of text (the em).
inline constexpr int font_em = {em};

inline constexpr std::string_view font_outlines =
    {chr(10).join(('    ' if n else '') + chr(34) + line + chr(34) for n, line in enumerate(lines))};

}}  // namespace denim::inline DENIM_TARGET::detail
"""
Path(__file__).parents[3].joinpath("include/denim/image/font_outlines.hpp").write_text(header)
print(len(characters), "glyphs,", len(stream), "bytes,", header.count("\n"), "lines")
