// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX that compute with whole numbers of the file, as exporters write them in front of a Pad or a Reshape.

#include <denim/exchange/onnx_builder.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

inline std::vector<std::int64_t> whole_numbers(const OnnxBuilder& builder, const OnnxNode& node, std::size_t place) {
    return builder.constant(node, place, "numbers").array->as<std::int64_t>();
}

/// Every step-th part of an array along one axis.
inline AnyArray sliced(const OnnxBuilder& builder, const OnnxNode& node, const AnyArray& array) {
    const auto one = [&](std::size_t place, std::int64_t otherwise) {
        if (node.input(place).empty()) return otherwise;
        const auto numbers = whole_numbers(builder, node, place);
        if (numbers.size() != 1) throw std::invalid_argument("a slice of one axis was expected");
        return numbers[0];
    };
    const std::int64_t step = one(4, 1), rank = static_cast<std::int64_t>(array.shape.size()), stated = one(3, 0),
                       axis = stated < 0 ? stated + rank : stated;
    if (axis < 0 || axis >= rank || step == 0) throw std::invalid_argument("a slice of one axis was expected");
    const auto extent = static_cast<std::int64_t>(array.shape[static_cast<std::size_t>(axis)]);
    const auto inside = [&](std::int64_t place, bool end) {
        const std::int64_t from_begin = place < 0 && place >= -extent ? place + extent : place;
        return step > 0 ? std::clamp<std::int64_t>(from_begin, 0, extent) : std::clamp<std::int64_t>(from_begin, end ? -1 : 0, extent - 1);
    };
    std::vector<std::size_t> kept;
    const std::int64_t begin = inside(one(1, 0), false), end = inside(one(2, extent), true);
    for (std::int64_t at = begin; step > 0 ? at < end : at > end; at += std::clamp<std::int64_t>(step, -extent, extent))
        kept.push_back(static_cast<std::size_t>(at));
    std::size_t before = 1, behind = element_size(array.type);
    for (std::size_t n = 0; n < array.shape.size(); ++n)
        (static_cast<std::int64_t>(n) < axis ? before : behind) *= static_cast<std::int64_t>(n) == axis ? 1 : array.shape[n];
    AnyArray result{array.type, {}};
    result.shape = array.shape;
    result.shape[static_cast<std::size_t>(axis)] = kept.size();
    result.bytes.clear();
    for (std::size_t n = 0; n < before; ++n)
        for (const std::size_t place : kept) {
            const auto from = array.bytes.begin() + static_cast<std::ptrdiff_t>((n * static_cast<std::size_t>(extent) + place) * behind);
            result.bytes.insert(result.bytes.end(), from, from + static_cast<std::ptrdiff_t>(behind));
        }
    return result;
}

/// The result; nothing if the node is none of these.
inline std::optional<AnyArray> fold_whole_numbers(const OnnxBuilder& builder, const OnnxNode& node, const AnyArray& array) {
    constexpr std::size_t most = 4096;  // lists of extents are short
    using Numbers = std::vector<std::int64_t>;
    const auto list = [](const Numbers& numbers) { return AnyArray::of(std::span<const std::int64_t>{numbers}, {numbers.size()}); };
    if (node.type == "Shape") {
        static_cast<void>(OnnxAttributes{node});
        return list(Numbers(array.shape.begin(), array.shape.end()));
    }
    if (array.size() > most) return std::nullopt;
    if (node.type == "Slice" && node.inputs.size() >= 3) return sliced(builder, node, array);
    if (node.type == "ConstantOfShape") {
        const AnyArray value = OnnxAttributes{node, {"value"}}.get("value", AnyArray{ElementType::float32, {1}});
        std::size_t count = 1;
        for (const std::int64_t extent : array.as<std::int64_t>()) count = std::min(count, most) * onnx_extent(extent);
        if (count > most || value.size() != 1 || array.size() > 1) throw std::invalid_argument("a short list of numbers was expected");
        return list(Numbers(count, value.as<std::int64_t>()[0]));
    }
    if (array.type != ElementType::int64) return std::nullopt;
    if (node.type == "Concat") {
        OnnxAttributes{node, {"axis"}}.expect("axis", std::int64_t{0}, "a concatenation of lists was expected");
        Numbers all;
        for (std::size_t n = 0; n < node.inputs.size() && all.size() <= most; ++n) {
            if (builder.constant(node, n, "lists").array->shape.size() != 1) throw std::invalid_argument("a concatenation of lists was expected");
            const Numbers part = whole_numbers(builder, node, n);
            all.insert(all.end(), part.begin(), part.end());
        }
        return list(all);
    }
    if (node.type == "Gather" && array.shape.size() == 1) {
        OnnxAttributes{node, {"axis"}}.expect("axis", std::int64_t{0}, "a part of a list was expected");
        const Numbers all = array.as<std::int64_t>();
        Numbers taken;
        for (const std::int64_t place : whole_numbers(builder, node, 1)) {
            const std::int64_t from = place < 0 ? place + static_cast<std::int64_t>(all.size()) : place;
            if (from < 0 || from >= static_cast<std::int64_t>(all.size()) || taken.size() > most)
                throw std::invalid_argument("a part of a list was expected");
            taken.push_back(all[static_cast<std::size_t>(from)]);
        }
        return AnyArray::of(std::span<const std::int64_t>{taken}, builder.constant(node, 1, "places").array->shape);
    }
    if (node.type == "Add" || node.type == "Sub" || node.type == "Mul") {
        const Numbers a = array.as<std::int64_t>(), b = whole_numbers(builder, node, 1);
        const auto& shape = builder.constant(node, 1, "numbers").array->shape;
        if (b.size() != 1 && a.size() != 1 && array.shape != shape) throw std::invalid_argument("numbers of one shape were expected");
        Numbers result(a.size() == 1 ? b.size() : a.size());
        for (std::size_t n = 0; n < result.size(); ++n) {
            const std::int64_t first = a[a.size() == 1 ? 0 : n], second = b[b.size() == 1 ? 0 : n];
            if (std::max(std::abs(first / 2), std::abs(second / 2)) > 500'000) throw std::invalid_argument("extents were expected");
            result[n] = node.type == "Add" ? first + second : node.type == "Sub" ? first - second : first * second;
        }
        return AnyArray::of(std::span<const std::int64_t>{result}, a.size() == 1 && shape.size() >= array.shape.size() ? shape : array.shape);
    }
    return std::nullopt;
}

}  // namespace denim::inline DENIM_TARGET::detail
