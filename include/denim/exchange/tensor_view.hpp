// SPDX-License-Identifier: MIT
#pragma once

// How a tensor of another framework lies over a value of Denim's, through transpositions and reshapes.

#include <denim/machine/file_error.hpp>
#include <denim/tensor/shape.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A tensor (N, ...) and which of rows, columns and channels each axis behind the batch runs through: (N, C, H, W) is
/// {{channels}, {rows}, {columns}}, flattened {{channels, rows, columns}}. Parts of extent 1 are left out.
struct TensorView {
    enum Part : std::uint8_t { rows, columns, channels };
    static constexpr std::int64_t batch = INT64_MIN;  ///< in a list of extents: that of the batch

    std::size_t value = 0;                  ///< the number of the value in its LayerGraph
    std::array<std::size_t, 3> extents{};   ///< of its rows, columns and channels
    bool flat = false;                      ///< the value is one row of these numbers, in HWC order
    std::vector<std::vector<Part>> axes{};  ///< behind the batch

    static TensorView of(std::size_t value, Shape shape, const std::vector<Part>& order) {
        TensorView view{value, {shape.height, shape.width, shape.channels}};
        for (const Part part : order) view.axes.push_back(view.without_ones({part}));
        return view;
    }

    /// (N, C, H, W); of a sequence (N, C, L).
    static TensorView channels_first_of(std::size_t value, Shape shape, bool sequence) {
        return of(value, shape, sequence ? std::vector{channels, columns} : std::vector{channels, rows, columns});
    }

    [[nodiscard]] Shape shape() const { return flat ? Shape{1, 1, extents[0] * extents[1] * extents[2]} : Shape{extents[0], extents[1], extents[2]}; }
    [[nodiscard]] std::size_t extent(std::size_t axis) const { return size(axes[axis]); }
    /// All extents behind the batch.
    [[nodiscard]] std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> result;
        for (const auto& axis : axes) result.push_back(size(axis));
        return result;
    }
    /// True if this axis is just that part.
    [[nodiscard]] bool is(std::size_t axis, Part part) const { return !flat && axes[axis] == without_ones({part}); }
    /// A picture (N, C, H, W) or a sequence (N, C, L), which is a picture of one row.
    [[nodiscard]] bool channels_first() const {
        return (axes.size() == 3 && is(0, channels) && is(1, rows) && is(2, columns)) || (sequence() && is(0, channels) && is(1, columns));
    }
    [[nodiscard]] bool channels_last() const {
        return (axes.size() == 3 && is(0, rows) && is(1, columns) && is(2, channels)) || (sequence() && is(0, columns) && is(1, channels));
    }
    /// True for one axis that is all of a value of one pixel.
    [[nodiscard]] bool vector() const { return axes.size() == 1 && (flat || is(0, channels)); }
    /// The numbers come in HWC order.
    [[nodiscard]] bool in_order() const { return order() == without_ones({rows, columns, channels}); }

    /// For each number of the tensor, in its order: where it stands in the value.
    [[nodiscard]] std::vector<std::size_t> places() const {
        const std::array<std::size_t, 3> strides{extents[1] * extents[2], extents[2], 1};
        std::vector<std::size_t> result{0};
        for (const Part part : order()) {
            std::vector<std::size_t> finer;
            finer.reserve(result.size() * extents[part]);
            for (const std::size_t place : result)
                for (std::size_t n = 0; n < extents[part]; ++n) finer.push_back(place + n * strides[part]);
            result = std::move(finer);
        }
        return result;
    }

    /// So many rows, columns or channels are left.
    void shorten(Part part, std::size_t extent) {
        extents[part] = extent;
        for (auto& axis : axes) axis = without_ones(std::move(axis));
    }

    /// `order` counts the batch as axis 0.
    void transpose(const std::vector<std::int64_t>& order) {
        if (order.size() != axes.size() + 1) throw std::invalid_argument(sentence("an order of ", axes.size() + 1, " axes was expected"));
        std::vector<bool> seen(order.size(), false);
        std::vector<std::vector<Part>> turned;
        for (std::size_t n = 0; n < order.size(); ++n) {
            if (order[n] < 0 || static_cast<std::size_t>(order[n]) >= order.size() || seen[static_cast<std::size_t>(order[n])])
                throw std::invalid_argument("its order of axes is none");
            seen[static_cast<std::size_t>(order[n])] = true;
            if ((n == 0) != (order[n] == 0)) throw std::invalid_argument("the batch becomes another axis, which has no spelling");
            if (n > 0) turned.push_back(axes[static_cast<std::size_t>(order[n]) - 1]);
        }
        axes = std::move(turned);
    }

    /// To these extents, the batch first (as `batch`, -1, or its number): axes may run together or come apart where they did,
    /// but none is cut.
    void reshape(const std::vector<std::int64_t>& to, std::size_t batch_size, bool zero_copies) {
        const std::vector<Part> parts = order();
        const std::size_t all = size(parts);
        if (to.empty()) throw std::invalid_argument("no axis is left");
        std::vector<std::size_t> wanted;
        std::optional<std::size_t> rest;  // which of them is -1
        std::size_t product = 1;
        for (std::size_t n = 1; n < to.size(); ++n) {
            std::int64_t extent = to[n];
            if (extent == 0 && zero_copies && n <= axes.size()) extent = static_cast<std::int64_t>(size(axes[n - 1]));
            if (extent == -1 && !rest) rest = n - 1, extent = 1;
            if (extent < 1 || product > all / static_cast<std::size_t>(extent))
                throw std::invalid_argument(sentence("a reshape to other extents (number ", n, " is ", to[n], ") has no spelling"));
            product *= static_cast<std::size_t>(extent);
            wanted.push_back(static_cast<std::size_t>(extent));
        }
        const bool batch_first = to[0] == batch || (to[0] == 0 && zero_copies) ||
                                 (batch_size > 0 && to[0] == static_cast<std::int64_t>(batch_size)) || (to[0] == -1 && !rest && product == all);
        if (!batch_first || all % product != 0 || (!rest && product != all))
            throw std::invalid_argument("a reshape that does not leave the batch as it is has no spelling");
        if (rest) wanted[*rest] = all / product;
        std::vector<std::vector<Part>> cut;
        std::size_t next = 0;
        for (const std::size_t extent : wanted) {
            cut.emplace_back();
            std::size_t reached = 1;
            while (reached < extent && next < parts.size()) {
                cut.back().push_back(parts[next]);
                reached *= extents[parts[next++]];
            }
            if (reached != extent) throw std::invalid_argument("a reshape that cuts rows, columns or channels apart has no spelling");
        }
        axes = std::move(cut);
    }

private:
    [[nodiscard]] bool sequence() const { return axes.size() == 2 && extents[rows] == 1; }
    [[nodiscard]] std::size_t size(const std::vector<Part>& parts) const {
        std::size_t product = 1;
        for (const Part part : parts) product *= extents[part];
        return product;
    }
    [[nodiscard]] std::vector<Part> without_ones(std::vector<Part> parts) const {
        std::erase_if(parts, [&](Part part) { return extents[part] == 1; });
        return parts;
    }
    [[nodiscard]] std::vector<Part> order() const {
        std::vector<Part> parts;
        for (const auto& axis : axes) parts.insert(parts.end(), axis.begin(), axis.end());
        return parts;
    }
};

}  // namespace denim::inline DENIM_TARGET::detail
