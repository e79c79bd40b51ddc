// SPDX-License-Identifier: MIT
#pragma once

// Nodes of ONNX that compute with numbers of the file and with extents alone: their results are known when the file is read.

#include <denim/exchange/onnx_whole_numbers.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The array with its axes in another order.
inline AnyArray transposed(const AnyArray& array, const std::vector<std::int64_t>& order) {
    const std::size_t rank = array.shape.size(), bytes = element_size(array.type);
    std::vector<std::size_t> strides(rank, 1), steps(rank), at(rank, 0);
    for (std::size_t n = rank; n-- > 1;) strides[n - 1] = strides[n] * array.shape[n];
    AnyArray result{array.type, std::vector<std::size_t>(rank)};
    std::vector<bool> seen(rank, false);
    if (order.size() != rank) throw std::invalid_argument(sentence("an order of ", rank, " axes was expected"));
    for (std::size_t n = 0; n < rank; ++n) {
        if (order[n] < 0 || order[n] >= static_cast<std::int64_t>(rank) || seen[static_cast<std::size_t>(order[n])])
            throw std::invalid_argument("its order of axes is none");
        seen[static_cast<std::size_t>(order[n])] = true;
        result.shape[n] = array.shape[static_cast<std::size_t>(order[n])];
        steps[n] = strides[static_cast<std::size_t>(order[n])];
    }
    result.bytes.resize(array.bytes.size());
    std::size_t from = 0;
    for (std::size_t to = 0; to < array.size(); ++to) {
        std::memcpy(result.bytes.data() + to * bytes, array.bytes.data() + from * bytes, bytes);
        for (std::size_t n = rank; n-- > 0;) {
            from += steps[n];
            if (++at[n] < result.shape[n]) break;
            from -= steps[n] * result.shape[n];
            at[n] = 0;
        }
    }
    return result;
}

/// An axis from 0 on, where the file may count from the end.
inline std::size_t onnx_axis(std::int64_t axis, std::size_t rank) {
    const auto most = static_cast<std::int64_t>(rank);
    if (axis < -most || axis >= most) throw std::invalid_argument(sentence("an axis of ", rank, " was expected, ", axis, " came"));
    return static_cast<std::size_t>(axis < 0 ? axis + most : axis);
}

/// The axes of a Squeeze, Unsqueeze or reduction: an attribute, or from a later version of ONNX on an input.
inline std::optional<std::vector<std::int64_t>> onnx_axes(const OnnxBuilder& builder, const OnnxNode& node, const OnnxAttributes& attributes) {
    if (attributes.has("axes")) return attributes.get("axes", OnnxBuilder::Numbers{});
    if (node.input(1).empty()) return std::nullopt;
    return builder.numbers(node.input(1)).values;
}

/// Computes a node whose inputs are all numbers of the file: what only moves them.
inline AnyArray fold_array(const OnnxBuilder& builder, const OnnxNode& node, const AnyArray& array) {
    using Numbers = OnnxBuilder::Numbers;
    if (auto whole = fold_whole_numbers(builder, node, array)) return std::move(*whole);
    AnyArray result = array;
    const std::size_t rank = array.shape.size();
    if (node.type == "Identity") return result;
    if (node.type == "Transpose") {
        Numbers order(rank);
        for (std::size_t n = 0; n < rank; ++n) order[n] = static_cast<std::int64_t>(rank - 1 - n);
        return transposed(array, OnnxAttributes{node, {"perm"}}.get("perm", order));
    }
    if (node.type == "Cast") {
        const std::int64_t to = OnnxAttributes{node, {"to", "saturate", "round_mode"}}.get("to", std::int64_t{0});
        const auto type = std::ranges::find(onnx_types, static_cast<std::int32_t>(to), &std::pair<std::int32_t, ElementType>::first);
        const auto exact = [](ElementType of) { return of == ElementType::float32 || of == ElementType::float64; };
        if (type != std::end(onnx_types) && type->second == array.type) return result;
        if (type != std::end(onnx_types) && exact(type->second) && array.type != ElementType::float64)
            return type->second == ElementType::float32 ? AnyArray::of(std::span<const float>{array.as<float>()}, array.shape)
                                                        : AnyArray::of(std::span<const double>{array.as<double>()}, array.shape);
        if (type != std::end(onnx_types) && type->second == ElementType::int64)
            return AnyArray::of(std::span<const std::int64_t>{array.as<std::int64_t>()}, array.shape);
        throw std::invalid_argument("numbers of the file that are converted to another type are not read");
    }
    if (node.type == "Reshape") {
        const bool zero_copies = OnnxAttributes{node, {"allowzero"}}.get("allowzero", std::int64_t{0}) == 0;
        const Numbers to = builder.numbers(node.input(1)).values;
        result.shape.clear();
        std::size_t product = 1, rest = to.size();
        for (std::size_t n = 0; n < to.size(); ++n) {
            if (to[n] == -1) rest = n;
            result.shape.push_back(to[n] == 0 && zero_copies && n < rank ? array.shape[n] : to[n] == -1 ? 1 : onnx_extent(to[n]));
            product *= std::max<std::size_t>(result.shape.back(), 1);
            if (product > array.size()) throw std::invalid_argument("a reshape to as many numbers was expected");
        }
        if (rest < to.size()) result.shape[rest] = array.size() / product;
    } else if (node.type == "Unsqueeze" || node.type == "Squeeze") {
        const auto axes = onnx_axes(builder, node, OnnxAttributes{node, {"axes"}});
        if (!axes) throw std::invalid_argument("its axes were expected");
        Numbers places;
        const bool adds = node.type == "Unsqueeze";
        for (const std::int64_t axis : *axes) places.push_back(static_cast<std::int64_t>(onnx_axis(axis, adds ? rank + axes->size() : rank)));
        std::ranges::sort(places);
        if (adds)
            for (const std::int64_t place : places)
                result.shape.insert(result.shape.begin() + std::min(place, static_cast<std::int64_t>(result.shape.size())), 1);
        else
            for (auto place = places.rbegin(); place != places.rend(); ++place)
                if (*place < static_cast<std::int64_t>(result.shape.size())) result.shape.erase(result.shape.begin() + *place);
    } else {
        throw std::invalid_argument("it computes with numbers of the file, which is not done here; fold constants when the model is exported");
    }
    const auto size = checked_size(result.shape);
    if (!size || *size != array.size()) throw std::invalid_argument("a reshape to as many numbers was expected");
    return result;
}

/// A sum, difference, product or quotient of extents, as exporters cut channels: the batch's extent is in none.
inline std::int64_t computed_extent(const std::string& type, std::int64_t a, std::int64_t b) {
    for (const std::int64_t number : {a, b})
        if (number < 0 || number > 1'000'000)
            throw std::invalid_argument(number == TensorView::batch ? "it computes with the extent of the batch"
                                                                    : "it computes with numbers that are no extents");
    if (type == "Div" && b == 0) throw std::invalid_argument("it divides by an extent of 0");
    return type == "Add" ? a + b : type == "Sub" ? a - b : type == "Mul" ? a * b : a / b;
}

/// Computes a node on lists of extents.
inline OnnxNumbers fold_extents(const OnnxBuilder& builder, const OnnxNode& node) {
    using Numbers = OnnxBuilder::Numbers;
    if (node.type == "Shape") {
        const OnnxAttributes attributes{node, {"start", "end"}};
        Numbers extents{TensorView::batch};
        for (const std::size_t extent : builder.tensor(node.input(0), true).view.sizes()) extents.push_back(static_cast<std::int64_t>(extent));
        const auto rank = static_cast<std::int64_t>(extents.size());
        const auto place = [&](const char* name, std::int64_t otherwise) {
            const std::int64_t stated = attributes.get(name, otherwise);
            return std::clamp<std::int64_t>(stated < 0 ? stated + rank : stated, 0, rank);
        };
        const std::int64_t begin = place("start", 0), end = std::max(begin, place("end", rank));
        return {Numbers(extents.begin() + begin, extents.begin() + end)};
    }
    if (node.type == "Concat") {
        OnnxAttributes{node, {"axis"}}.expect("axis", std::int64_t{0}, "a concatenation of lists was expected");
        OnnxNumbers all;
        for (const std::string& input : node.inputs) {
            const OnnxNumbers part = builder.numbers(input);
            if (!part.list) throw std::invalid_argument("a list of extents was expected, one number came");
            all.values.insert(all.values.end(), part.values.begin(), part.values.end());
        }
        return all;
    }
    OnnxNumbers first = builder.numbers(node.input(0));
    const auto size = static_cast<std::int64_t>(first.values.size());
    if (node.type == "Identity" || node.type == "Cast") {
        return first;
    } else if (node.type == "Unsqueeze" || node.type == "Squeeze") {
        static_cast<void>(OnnxAttributes{node, {"axes"}});
        if (first.values.size() != 1) throw std::invalid_argument("a list of one extent was expected");
        first.list = node.type == "Unsqueeze";
        return first;
    } else if (node.type == "Gather") {
        OnnxAttributes{node, {"axis"}}.expect("axis", std::int64_t{0}, "a part of a list was expected");
        const OnnxNumbers places = builder.numbers(node.input(1));
        OnnxNumbers taken{{}, places.list};
        for (const std::int64_t place : places.values) taken.values.push_back(first.values[onnx_axis(place, first.values.size())]);
        return taken;
    } else if (node.type == "Slice" && node.inputs.size() >= 3) {
        const auto one = [&](std::size_t place, std::int64_t otherwise) {
            if (node.input(place).empty()) return otherwise;
            const Numbers values = builder.numbers(node.input(place)).values;
            if (values.size() != 1) throw std::invalid_argument("a slice of one axis was expected");
            return values[0] < 0 ? std::max<std::int64_t>(values[0] + size, 0) : std::min(values[0], size);
        };
        if (!node.input(4).empty() && builder.numbers(node.input(4)).values != Numbers{1})
            throw std::invalid_argument("a slice at step 1 was expected");
        const std::int64_t begin = one(1, 0), end = std::max(begin, one(2, size));
        return {Numbers(first.values.begin() + begin, first.values.begin() + end)};
    } else if (node.type == "Add" || node.type == "Sub" || node.type == "Mul" || node.type == "Div") {
        const OnnxNumbers second = builder.numbers(node.input(1));
        if (second.values.size() != 1 && first.values.size() != 1 && second.values.size() != first.values.size())
            throw std::invalid_argument("as many extents on both sides were expected");
        OnnxNumbers result{{}, first.list || second.list};
        const std::size_t count = first.values.size() == 1 ? second.values.size() : first.values.size();
        const auto at = [](const Numbers& numbers, std::size_t n) { return numbers[numbers.size() == 1 ? 0 : n]; };
        for (std::size_t n = 0; n < count; ++n) result.values.push_back(computed_extent(node.type, at(first.values, n), at(second.values, n)));
        return result;
    }
    throw std::invalid_argument("it computes with extents, which is not followed");
}

}  // namespace denim::inline DENIM_TARGET::detail
