// SPDX-License-Identifier: MIT
#pragma once

// What the markers of a JPEG file say before any pixel is decoded: its size, how the camera was held, whether its tables, its
// scans and its end are there. ITU-T T.81, annexes B and F. stb_image takes a table that is missing for one of zeros.

#include <denim/image/jpeg_codes.hpp>
#include <denim/image/orientation.hpp>
#include <denim/image/picture.hpp>

#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Walks through the segments of a JPEG file.
class JpegMarkers : JpegCodes {
public:
    Size size = {};               ///< zero if there is no frame
    std::size_t plane_bytes = 0;  ///< samples of all components, subsampled as they are, in whole blocks
    std::size_t blocks = 0;       ///< of 8 x 8 samples, at least
    bool progressive = false;
    bool complete = false;   ///< the end marker stands where it should
    bool restarts = false;   ///< the scans are cut into intervals
    std::string fault = {};  ///< why it cannot be read, though it is whole: the end of a sentence that begins with "the JPEG"
    Orientation orientation;

    explicit JpegMarkers(Bytes file) : file_(file) {
        std::size_t at = jpeg_start(file);
        keep(at - 2, at);
        for (bool inside_scan = false; at < file.size();) {
            const std::size_t before = at;
            at = inside_scan ? end_of_scan(at) : find_marker(at);
            if (inside_scan) keep(before, std::min(at, file.size()));
            if (at + 1 >= file.size()) return;
            const std::size_t marker = at;
            while (at < file.size() && file[at] == 0xFF) ++at;
            if (at == file.size()) return;
            const unsigned code = file[at++];
            inside_scan = code == scan;
            if (code <= temporary || is_restart(code) || code == start) continue;  // nothing that belongs between segments
            if (code == end) {
                keep(marker, at);
                complete = scanned_;
                if (complete && fault.empty()) check_whole();
                return;
            }
            const std::size_t length = big_endian(file, at, 2);
            if (at + 2 > file.size() || length > file.size() - at) return;
            if (length < 2) {
                fail("is damaged: a segment is shorter than the number that says its length");
                return;
            }
            keep(marker, at + length);
            read(code, file.subspan(at + 2, length - 2));
            at += length;
        }
    }

    /// The file, or in `repaired` what is left of it without the bytes between segments that no segment has: stb_image reads on
    /// only where it finds none.
    [[nodiscard]] Bytes without_strays(std::vector<std::uint8_t>& repaired) const {
        if (pieces_.size() == 1) return pieces_.front();
        for (const Bytes piece : pieces_) repaired.insert(repaired.end(), piece.begin(), piece.end());
        return repaired;
    }

private:
    struct Component {
        unsigned name, wide, high, table;  // factors of sampling, and the table of quantisation
        bool scanned = false;
    };

    static std::size_t parts(std::size_t whole, std::size_t part) { return (whole + part - 1) / part; }

    void fail(std::string_view reason) {
        if (fault.empty()) fault = reason;
    }
    void keep(std::size_t from, std::size_t to) {
        if (!pieces_.empty() && pieces_.back().data() + pieces_.back().size() == file_.data() + from)
            pieces_.back() = {pieces_.back().data(), pieces_.back().size() + to - from};
        else if (to > from)
            pieces_.push_back(file_.subspan(from, to - from));
    }

    /// The next 0xFF, or the file's end.
    [[nodiscard]] std::size_t find_marker(std::size_t at) const {
        const void* found = std::memchr(file_.data() + at, 0xFF, file_.size() - at);
        return found == nullptr ? file_.size()
                                : static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - file_.data());
    }
    /// What stands behind the 0xFF at `at`, and the ones that fill up there; 0 at the file's end.
    [[nodiscard]] unsigned code_at(std::size_t at) const {
        while (at < file_.size() && file_[at] == 0xFF) ++at;
        return at < file_.size() ? file_[at] : 0;
    }
    /// Where the coded data end that begin at `at`: at a marker, which one that restarts has to have data behind it not to be.
    [[nodiscard]] std::size_t end_of_scan(std::size_t at) {
        std::size_t seen = 0;
        for (at = find_marker(at); at + 1 < file_.size(); at = find_marker(at)) {
            const unsigned code = file_[at + 1];
            if (is_restart(code)) {
                const bool data = at + 2 < file_.size() && (file_[at + 2] != 0xFF || code_at(at + 2) == 0);
                if (!data) break;
                ++seen;
            } else if (code == 0xFF) {
                const unsigned behind = code_at(at);
                if (behind != 0 && !is_restart(behind)) break;
                ++at;
                continue;
            } else if (code != 0) {
                break;
            }
            at += 2;
        }
        if (seen < restarts_due_) fail("is cut off or damaged: a marker that restarts its scan is missing");
        if (seen > 0 && interval_ == 0) fail("is damaged: a marker restarts a scan that has no intervals");
        return at;
    }

    void read(unsigned code, Bytes segment) {
        if (code == huffman) return read_huffman(segment);
        if (code == quantisation) return read_quantisation(segment);
        if (code == scan) return read_scan(segment);
        if (code == interval) interval_ = big_endian(segment, 0, 2);
        if (code == arithmetic) fail("is of a kind that is not read: its coding is arithmetic");
        if (code == lossless) fail("is of a kind that is not read: JPEG-LS");
        if (code >= first_frame && code <= last_frame && code != extension && code != arithmetic) read_frame(code, segment);
        if (code == application1) {
            constexpr std::string_view xmp{"http://ns.adobe.com/xap/1.0/\0", 29};
            if (starts_with(segment, exif_prefix)) orientation.read_exif(segment.subspan(exif_prefix.size()));
            if (starts_with(segment, xmp)) orientation.read_xmp(segment.subspan(xmp.size()));
        }
    }

    void read_frame(unsigned code, Bytes segment) {
        if (!components_.empty()) return fail("is damaged: it has more than one frame");
        if (segment.size() < 6 || segment.size() < 6u + 3u * segment[5]) return fail("is damaged: its frame is cut off");
        size = {big_endian(segment, 1, 2), big_endian(segment, 3, 2)};
        progressive = code == progressive_frame;
        if (code > extension) fail("is of a kind that is not read: its coding is arithmetic");
        if (code == 0xC3) fail("is of a kind that is not read: it is lossless");
        if (code > 0xC3) fail("is of a kind that is not read: it is hierarchical");
        if (segment[0] != 8)
            fail("is of a kind that is not read: its samples have " + std::to_string(segment[0]) + " bits, not 8");
        if (size.height == 0) fail("is of a kind that is not read: its height does not stand in its frame");
        if (segment[5] != 1 && segment[5] != 3 && segment[5] != 4)
            return fail("is of a kind that is not read: it has " + std::to_string(segment[5]) + " components, not 1, 3 or 4");
        for (std::size_t i = 0; i < segment[5]; ++i) {
            const unsigned factors = segment[7 + 3 * i];
            components_.push_back({segment[6 + 3 * i], factors >> 4, factors & 15u, segment[8 + 3 * i]});
            widest_ = std::max<std::size_t>(widest_, factors >> 4);
            highest_ = std::max<std::size_t>(highest_, factors & 15u);
        }
        for (const Component& component : components_) {
            if (component.wide < 1 || component.wide > 4 || component.high < 1 || component.high > 4 || component.table > 3)
                return fail("is damaged: its frame names sizes or tables that there cannot be");
            if (widest_ % component.wide != 0 || highest_ % component.high != 0)
                return fail("is of a kind that is not read: its components' sizes are no whole multiples");
            plane_bytes +=
                parts(size.width, 8 * widest_) * parts(size.height, 8 * highest_) * 64 * component.wide * component.high;
            blocks += blocks_of(component);
        }
    }
    [[nodiscard]] std::size_t blocks_of(const Component& component) const {
        return parts(parts(size.width * component.wide, widest_), 8) * parts(parts(size.height * component.high, highest_), 8);
    }

    /// Whole tables of at most 256 codes each: older stb_image writes beyond its own for others.
    void read_huffman(Bytes segment) {
        constexpr std::size_t head = 17, most = 256, largest_step = 11;
        while (!segment.empty()) {
            std::size_t codes = 0;
            for (std::size_t i = 1; i < std::min(head, segment.size()); ++i) codes += segment[i];
            if (segment.size() < head || codes > most || segment.size() < head + codes)
                return fail("is damaged: a Huffman table is cut off or has more than 256 codes");
            for (std::size_t i = head; segment[0] < 16 && i < head + codes; ++i)
                if (segment[i] > largest_step) fail("is damaged: a Huffman table has steps that its samples cannot make");
            if (segment[0] < 32) huffman_[segment[0] >> 4][segment[0] & 15u] = true;
            segment = segment.subspan(head + codes);
        }
    }
    void read_quantisation(Bytes segment) {
        while (!segment.empty()) {
            const std::size_t bytes = 1 + (segment[0] >> 4 == 0 ? 64u : 128u);
            if (segment.size() < bytes) return fail("is damaged: a quantisation table is cut off");
            if ((segment[0] & 15u) < 4) quantised_[segment[0] & 15u] = true;
            segment = segment.subspan(bytes);
        }
    }

    void read_scan(Bytes segment) {
        scanned_ = true;
        const std::size_t count = segment.empty() ? 0 : segment[0];
        if (components_.empty()) fail("is damaged: a scan stands before its frame");
        if (!fault.empty()) return;
        if (count < 1 || count > 4 || segment.size() < 4 + 2 * count) return fail("is damaged: the head of a scan is cut off");
        const unsigned first = segment[1 + 2 * count], again = segment[3 + 2 * count] >> 4;
        std::size_t intervals = parts(size.width, 8 * widest_) * parts(size.height, 8 * highest_);
        for (std::size_t i = 0; i < count; ++i) {
            const unsigned tables = segment[2 + 2 * i];
            const auto component = std::ranges::find(components_, unsigned{segment[1 + 2 * i]}, &Component::name);
            if (component == components_.end())
                return fail("is damaged: a scan is of a component that its frame does not name");
            const bool dc = !progressive || (first == 0 && again == 0), ac = progressive ? first > 0 : true;
            if (!quantised_[component->table]) fail("is damaged: it lacks a quantisation table");
            if ((dc && !huffman_[0][tables >> 4]) || (ac && !huffman_[1][tables & 15u]))
                fail("is damaged: it lacks a Huffman table");
            component->scanned = component->scanned || dc;
            if (count == 1) intervals = blocks_of(*component);
        }
        restarts = restarts || interval_ > 0;
        restarts_due_ = interval_ == 0 || intervals == 0 ? 0 : (intervals - 1) / interval_;
    }
    void check_whole() {
        for (const Component& component : components_)
            if (!component.scanned) return fail("is cut off or damaged: a component has no scan");
    }

    Bytes file_;
    std::vector<Bytes> pieces_;
    std::vector<Component> components_;
    std::size_t widest_ = 1, highest_ = 1, interval_ = 0, restarts_due_ = 0;
    bool huffman_[2][16] = {}, quantised_[4] = {}, scanned_ = false;
};

}  // namespace denim::inline DENIM_TARGET::detail
