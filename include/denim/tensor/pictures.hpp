// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/array.hpp>
#include <denim/tensor/shape.hpp>

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Pictures as the network takes them: `count` samples of `shape`, each a plain (H, W, C) block of bytes 0 to 255 or of floats,
/// one after the other. They stay where the user has them; only what is not contiguous, or lazy, is copied once and kept here.
struct Pictures {
    Shape shape = {};
    std::size_t count = 0;
    const std::uint8_t* bytes = nullptr;  ///< one of the two is set
    const float* floats = nullptr;
    std::shared_ptr<const void> kept = nullptr;

    /// Takes an array (N, H, W, C), or (H, W, C) for one picture, of std::uint8_t or float: container, view, adaptor or expression.
    /// Where the network takes vectors, (N, C), or (C) for one.
    template <class Expression>
    static Pictures of(const Expression& expression, Shape expected);

    /// Throws std::invalid_argument unless the pictures have the shape that a network takes.
    void check(Shape expected) const;
};

namespace detail {

template <class Expression>
concept ContiguousInterface = requires(const Expression& array) {
    array.data();
    array.strides();
    array.data_offset();
};

// Row-major without gaps; extents of 1 have stride 0 in xtensor, so their stride says nothing.
template <class Expression>
bool is_contiguous(const Expression& array) {
    std::ptrdiff_t wanted = 1;
    for (std::size_t d = array.dimension(); d-- > 0;) {
        if (array.shape(d) != 1 && static_cast<std::ptrdiff_t>(array.strides()[d]) != wanted) return false;
        wanted *= static_cast<std::ptrdiff_t>(array.shape(d));
    }
    return true;
}

}  // namespace detail

template <class Expression>
Pictures Pictures::of(const Expression& expression, Shape expected) {
    using Value = std::remove_cv_t<typename Expression::value_type>;
    static_assert(std::is_same_v<Value, std::uint8_t> || std::is_same_v<Value, float>,
                  "denim: pictures are arrays of std::uint8_t (0 to 255, scaled by 1/255 on the way) or of float; convert others first.");
    const std::size_t rank = expression.dimension(), axes = expected.vector() && rank < 3 ? 1 : 3, first = rank == axes ? 0 : 1;
    const std::array extents{expected.height, expected.width, expected.channels};
    bool fits = rank == first + axes;
    for (std::size_t axis = 0; fits && axis < axes; ++axis) fits = expression.shape(first + axis) == extents[3 - axes + axis];
    if (!fits) {
        const std::string one = expected.vector() ? detail::shape_text(std::array{expected.channels}) : to_string(expected);
        throw std::invalid_argument(std::string{"denim: the network takes "} + (expected.vector() ? "vectors" : "pictures") + " of shape (N, " +
                                    (expected.vector() ? std::to_string(expected.channels) + ")" : one.substr(1)) + " or one of " + one +
                                    ", but got an array of shape " + detail::shape_text(expression.shape()));
    }
    Pictures pictures{expected, first == 1 ? static_cast<std::size_t>(expression.shape(0)) : 1};
    const auto point_to = [&](const Value* numbers) {
        if constexpr (std::is_same_v<Value, float>)
            pictures.floats = numbers;
        else if constexpr (std::is_same_v<Value, std::uint8_t>)
            pictures.bytes = numbers;
    };
    if constexpr (detail::ContiguousInterface<Expression>)
        if (detail::is_contiguous(expression)) {
            assert((expression.data() || pictures.count == 0) && "denim: the array of pictures was moved from");
            point_to(expression.data() + expression.data_offset());
            return pictures;
        }
    auto copy = std::make_shared<std::vector<Value>>(expression.template begin<xt::layout_type::row_major>(),
                                                     expression.template end<xt::layout_type::row_major>());
    point_to(copy->data());
    pictures.kept = std::move(copy);
    return pictures;
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void Pictures::check(Shape expected) const {
    if (shape != expected)
        throw std::invalid_argument("denim: the network takes pictures of shape " + to_string(expected) + ", but these have the shape " +
                                    to_string(shape));
    if (count > 0 && !bytes && !floats)
        throw std::invalid_argument("denim: " + std::to_string(count) + " pictures were expected, but neither bytes nor floats came");
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
