// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/array.hpp>

#include <cassert>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Labelled pictures in memory.
struct DataSet {
    Array<std::uint8_t, 4> images = Array<std::uint8_t, 4>::from_shape({0, 0, 0, 0});  ///< (N, H, W, C)
    Array<std::int32_t, 1> labels = Array<std::int32_t, 1>::from_shape({0});           ///< (N,): places in class_names
    std::vector<std::string> class_names = {};
    std::vector<std::string> sources = {};  ///< the file of each picture, or empty

    [[nodiscard]] std::size_t size() const {
        check_owned();
        return images.shape(0);
    }
    /// Of one picture.
    [[nodiscard]] Shape shape() const {
        check_owned();
        return {images.shape(1), images.shape(2), images.shape(3)};
    }
    /// The bytes of one picture.
    [[nodiscard]] const std::uint8_t* picture(std::size_t index) const { return images.data() + index * shape().size(); }
    [[nodiscard]] std::uint8_t* picture(std::size_t index) { return images.data() + index * shape().size(); }

    [[nodiscard]] std::int32_t label(std::size_t index) const { return labels(index); }
    /// Copies the bytes of one picture to `to`.
    void read(std::size_t index, std::uint8_t* to) const { std::memcpy(to, picture(index), shape().size()); }

    /// Room for `count` pictures of `shape`, their bytes not yet set.
    static DataSet with_room(std::size_t count, Shape shape, std::vector<std::string> class_names) {
        DataSet set;
        set.images = Array<std::uint8_t, 4>::from_shape({count, shape.height, shape.width, shape.channels});
        set.labels = Array<std::int32_t, 1>::from_shape({count});
        set.class_names = std::move(class_names);
        return set;
    }

    /// Throws std::invalid_argument if the counts of pictures, labels and sources differ or a label names no class.
    void check() const {
        const auto fail = [](const std::string& what) { throw std::invalid_argument("denim: data set: " + what); };
        if (labels.size() != size())
            fail(std::to_string(size()) + " labels were expected, one for each picture, " + std::to_string(labels.size()) +
                 " came");
        if (!sources.empty() && sources.size() != size())
            fail(std::to_string(size()) + " sources were expected, or none, " + std::to_string(sources.size()) + " came");
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (labels(i) < 0 || static_cast<std::size_t>(labels(i)) >= class_names.size())
                fail("label " + std::to_string(i) + " is " + std::to_string(labels(i)) + ", but there are " +
                     std::to_string(class_names.size()) + " class names");
    }

    /// The pictures at these places, in this order.
    [[nodiscard]] DataSet select(std::span<const std::size_t> places) const {
        DataSet part = with_room(places.size(), shape(), class_names);
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (places[i] >= size())
                throw std::out_of_range("denim: data set: picture " + std::to_string(places[i]) + " was asked for, there are " +
                                        std::to_string(size()));
            read(places[i], part.picture(i));
            part.labels(i) = labels(places[i]);
            if (!sources.empty()) part.sources.push_back(sources[places[i]]);
        }
        return part;
    }

private:
    void check_owned() const {  // an array that was moved from keeps its extents
        assert((images.shape(0) == 0 || !images.storage().empty()) &&
               "denim: this data set was moved from: only assign to it, or let it go");
    }
};

}  // namespace denim::inline DENIM_TARGET
