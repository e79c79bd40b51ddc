// SPDX-License-Identifier: MIT
#pragma once

#include "fashion/wardrobe/fabric.hpp"
#include "fashion/wardrobe/stroke.hpp"

namespace denim::inline DENIM_TARGET::wardrobe {

/// How a part takes the light. Widths are in the object's unit.
struct Finish {
    double alpha = 1;     ///< how opaque it is
    double edge = 0;      ///< how much it darkens towards its outline, where a round body turns away
    double round = 0.03;  ///< over this width
    double relief = 0;    ///< light from above: upper edges brighter, lower ones darker
    double gloss = 0;     ///< highlights of polished leather
    double soften = 0;    ///< the outline out of focus: folds, shadows
    double shade = 0;     ///< not painted: what lies below is darkened by this share (negative: lightened)
    int inside = -1;      ///< the part that it ends at, by number
    bool framed = true;   ///< the photograph is cropped to it
};

/// One outline with its fabric and finish.
struct Part {
    Paths outlines;
    Fabric fabric;
    Finish finish;
};

/// An object as parts, painted in their order.
class Drawing {
public:
    /// Adds a filled outline; gives the part's number, for `Finish::inside`.
    int fill(Paths outlines, Fabric fabric, Finish finish = {}) {
        parts_.push_back({std::move(outlines), std::move(fabric), finish});
        return static_cast<int>(parts_.size()) - 1;
    }
    int fill(Path outline, Fabric fabric, Finish finish = {}) {
        return fill(Paths{std::move(outline)}, std::move(fabric), finish);
    }
    int line(const Path& path, double width, Fabric fabric, Finish finish = {}) {
        return fill(stroke(path, width), std::move(fabric), finish);
    }
    int dot(Point centre, double rx, double ry, Fabric fabric, Finish finish = {}) {
        return fill(ellipse(centre, rx, ry), std::move(fabric), finish);
    }
    /// A seam's thread.
    int stitch(const Path& path, double width, Colour thread, Finish finish = {}, double on = 0.008, double off = 0.005) {
        return fill(stitches(path, width, on, off), thread, finish);
    }
    /// A fold: what lies under the line is darkened (or, below 0, lightened), softly.
    int fold(const Path& path, double width, double shade, int inside, double soften) {
        Paths outlines = stroke(path, width, width * 0.4);
        return fill(std::move(outlines), Colour{}, {.soften = soften, .shade = shade, .inside = inside});
    }

    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

private:
    std::vector<Part> parts_;
};

}  // namespace denim::inline DENIM_TARGET::wardrobe
