// SPDX-License-Identifier: MIT
#pragma once

// The codes of JPEG's segments, each behind 0xFF; ITU-T T.81, table B.1.

#include <denim/image/bytes.hpp>

namespace denim::inline DENIM_TARGET::detail {

struct JpegCodes {
    enum : unsigned {
        temporary = 0x01,
        first_frame = 0xC0,
        progressive_frame = 0xC2,
        huffman = 0xC4,
        extension = 0xC8,
        arithmetic = 0xCC,
        last_frame = 0xCF,
        first_restart = 0xD0,
        last_restart = 0xD7,
        start = 0xD8,
        end = 0xD9,
        scan = 0xDA,
        quantisation = 0xDB,
        interval = 0xDD,
        application1 = 0xE1,
        lossless = 0xF7,
    };

    static bool is_restart(unsigned code) { return code >= first_restart && code <= last_restart; }
};

/// Where the first segment of a JPEG may begin: behind the start marker, which more than one 0xFF may lead; 0 if it is no JPEG.
/// What stb takes for one has to be one here, so that nothing goes there unchecked.
inline std::size_t jpeg_start(Bytes file) {
    std::size_t at = 0;
    while (at < file.size() && file[at] == 0xFF) ++at;
    return at > 0 && at < file.size() && file[at] == 0xD8 ? at + 1 : 0;
}

}  // namespace denim::inline DENIM_TARGET::detail
