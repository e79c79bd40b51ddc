// SPDX-License-Identifier: MIT
#pragma once

// An ONNX file as data: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, as far as networks of Denim need it.

#include <denim/format/any_array.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace denim {

/// What stands for a value of a kind that is not read: a graph, a type, a list of texts.
struct OnnxUnread {
    std::string reason;
};

/// What enters or leaves: an extent is a number, or 0 where it is free (the batch).
struct OnnxValue {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::size_t> shape = {};
    bool readable = true;  ///< false: its elements are of a type that has no name here
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// A named property of a node.
struct OnnxAttribute {
    std::string name;
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>, AnyArray, OnnxUnread> value;
};

/// One operation: named values to named values.
struct OnnxNode {
    std::string type = {}, name = {};
    std::vector<std::string> inputs = {}, outputs = {};
    std::vector<OnnxAttribute> attributes = {};
    std::string domain = {};  ///< whose operator it is; ONNX's own without a name

    /// The attribute of this name; nothing if there is none, or it is of another type.
    template <class Value>
    [[nodiscard]] std::optional<Value> attribute(std::string_view of) const {
        const auto found = std::ranges::find(attributes, of, &OnnxAttribute::name);
        if (found == attributes.end() || !std::holds_alternative<Value>(found->value)) return std::nullopt;
        return std::get<Value>(found->value);
    }
    /// Input number `place`; empty if the node has fewer.
    [[nodiscard]] std::string_view input(std::size_t place) const {
        return place < inputs.size() ? inputs[place] : std::string_view{};
    }
};

/// A whole file: nodes in the order of computation, weights by name. Constants of every kind are weights.
struct OnnxModel {
    std::int64_t opset = 17;
    std::string producer = "denim";
    std::vector<OnnxNode> nodes = {};
    std::vector<std::pair<std::string, AnyArray>> weights = {};
    std::map<std::string, std::string> unread = {};  ///< tensors that are not read, and why: an error once somebody needs them
    std::vector<OnnxValue> inputs = {}, outputs = {};
    std::map<std::string, std::string> metadata = {};
};

namespace detail {

/// Numbers that onnx.proto gives to element types.
inline constexpr std::pair<std::int32_t, ElementType> onnx_types[] = {
    {1, ElementType::float32},  {2, ElementType::uint8},    {3, ElementType::int8},    {4, ElementType::uint16},
    {5, ElementType::int16},    {6, ElementType::int32},    {7, ElementType::int64},   {9, ElementType::boolean},
    {10, ElementType::float16}, {11, ElementType::float64}, {12, ElementType::uint32}, {13, ElementType::uint64},
    {16, ElementType::bfloat16}};

/// Field numbers of onnx.proto's messages.
namespace onnx_field {
enum Model : std::uint32_t { ir_version = 1, producer_name = 2, graph = 7, opset_import = 8, metadata_props = 14 };
enum Opset : std::uint32_t { opset_domain = 1, opset_version = 2 };
enum Pair : std::uint32_t { pair_key = 1, pair_value = 2 };
enum Graph : std::uint32_t { graph_node = 1, graph_name = 2, graph_initializer = 5, graph_input = 11, graph_output = 12 };
enum Node : std::uint32_t {
    node_input = 1,
    node_output = 2,
    node_name = 3,
    node_type = 4,
    node_attribute = 5,
    node_domain = 7,
    node_overload = 8
};
enum Attribute : std::uint32_t {
    attribute_name = 1,
    attribute_float = 2,
    attribute_int = 3,
    attribute_string = 4,
    attribute_tensor = 5,
    attribute_floats = 7,
    attribute_ints = 8,
    attribute_strings = 9,
    attribute_type = 20,
    attribute_reference = 21
};
enum AttributeType : std::int32_t { of_float = 1, of_int = 2, of_string = 3, of_tensor = 4, of_floats = 6, of_ints = 7 };
enum Tensor : std::uint32_t {
    tensor_dims = 1,
    tensor_type = 2,
    tensor_floats = 4,
    tensor_ints = 5,
    tensor_longs = 7,
    tensor_unsigned = 11,
    tensor_name = 8,
    tensor_raw = 9,
    tensor_doubles = 10,
    tensor_external = 13,
    tensor_location = 14
};
enum Value : std::uint32_t {
    value_name = 1,
    value_type = 2,
    type_tensor = 1,
    element_type_number = 1,
    type_shape = 2,
    shape_dim = 1,
    dim_value = 1,
    dim_name = 2
};
}  // namespace onnx_field

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
