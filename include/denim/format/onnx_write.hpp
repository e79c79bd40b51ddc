// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/onnx_model.hpp>
#include <denim/machine/atomic_file.hpp>

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// The bytes of an ONNX file. Throws std::length_error beyond the 2 GiB that such a file may have.
DENIM_ONCE std::string to_bytes(const OnnxModel& model);

/// Writes an ONNX file; it appears whole or not at all.
DENIM_ONCE void write_onnx(const std::filesystem::path& path, const OnnxModel& model);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <protozero/pbf_writer.hpp>

namespace denim::inline DENIM_TARGET {
namespace detail {

inline std::int32_t onnx_number(ElementType type) {
    return std::ranges::find(onnx_types, type, &std::pair<std::int32_t, ElementType>::second)->first;
}

inline void add_tensor(protozero::pbf_writer message, const std::string& name, const AnyArray& array) {
    using namespace onnx_field;
    for (const std::size_t extent : array.shape) message.add_int64(tensor_dims, static_cast<std::int64_t>(extent));
    message.add_int32(tensor_type, onnx_number(array.type));
    if (!name.empty()) message.add_string(tensor_name, name);
    message.add_bytes(tensor_raw, reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
}

inline void add_attribute(protozero::pbf_writer message, const OnnxAttribute& attribute) {
    using namespace onnx_field;
    message.add_string(attribute_name, attribute.name);
    const auto add = [&]<class Value>(const Value& value) {
        if constexpr (std::is_same_v<Value, std::int64_t>) {
            message.add_int64(attribute_int, value);
            message.add_int32(attribute_type, of_int);
        } else if constexpr (std::is_same_v<Value, float>) {
            message.add_float(attribute_float, value);
            message.add_int32(attribute_type, of_float);
        } else if constexpr (std::is_same_v<Value, std::string>) {
            message.add_bytes(attribute_string, value);
            message.add_int32(attribute_type, of_string);
        } else if constexpr (std::is_same_v<Value, AnyArray>) {
            add_tensor(protozero::pbf_writer{message, attribute_tensor}, "", value);
            message.add_int32(attribute_type, of_tensor);
        } else if constexpr (std::is_same_v<Value, std::vector<float>>) {
            for (const float number : value) message.add_float(attribute_floats, number);
            message.add_int32(attribute_type, of_floats);
        } else if constexpr (std::is_same_v<Value, std::vector<std::int64_t>>) {
            for (const std::int64_t number : value) message.add_int64(attribute_ints, number);
            message.add_int32(attribute_type, of_ints);
        } else {
            throw std::invalid_argument("denim: the attribute " + attribute.name + " was not read and cannot be written");
        }
    };
    std::visit(add, attribute.value);
}

inline void add_value(protozero::pbf_writer message, const OnnxValue& value) {
    using namespace onnx_field;
    message.add_string(value_name, value.name);
    protozero::pbf_writer type{message, value_type}, tensor{type, type_tensor};
    tensor.add_int32(element_type_number, onnx_number(value.type));
    protozero::pbf_writer shape{tensor, type_shape};
    for (const std::size_t extent : value.shape) {
        protozero::pbf_writer dimension{shape, shape_dim};
        if (extent > 0)
            dimension.add_int64(dim_value, static_cast<std::int64_t>(extent));
        else
            dimension.add_string(dim_name, "N");
    }
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string to_bytes(const OnnxModel& model) {
    using namespace detail::onnx_field;
    std::size_t size = 0;
    for (const auto& [name, array] : model.weights) size += array.bytes.size();
    if (size >= (std::size_t{1} << 31) - (std::size_t{1} << 24))
        throw std::length_error("denim: an ONNX file holds at most 2 GiB, these weights have " + std::to_string(size) +
                                " bytes");
    std::string bytes;
    protozero::pbf_writer file{bytes};
    file.add_int64(ir_version, 8);
    file.add_string(producer_name, model.producer);
    {
        protozero::pbf_writer body{file, graph};
        for (const OnnxNode& node : model.nodes) {
            protozero::pbf_writer message{body, graph_node};
            for (const std::string& input : node.inputs) message.add_string(node_input, input);
            for (const std::string& output : node.outputs) message.add_string(node_output, output);
            message.add_string(node_name, node.name);
            message.add_string(node_type, node.type);
            if (!node.domain.empty()) message.add_string(node_domain, node.domain);
            for (const OnnxAttribute& attribute : node.attributes) detail::add_attribute({message, node_attribute}, attribute);
        }
        body.add_string(graph_name, "network");
        for (const auto& [name, array] : model.weights) detail::add_tensor({body, graph_initializer}, name, array);
        for (const OnnxValue& value : model.inputs) detail::add_value({body, graph_input}, value);
        for (const OnnxValue& value : model.outputs) detail::add_value({body, graph_output}, value);
    }
    {
        protozero::pbf_writer opset{file, opset_import};
        opset.add_string(opset_domain, "");
        opset.add_int64(opset_version, model.opset);
    }
    for (const auto& [key, value] : model.metadata) {
        protozero::pbf_writer pair{file, metadata_props};
        pair.add_string(pair_key, key);
        pair.add_string(pair_value, value);
    }
    return bytes;
}

DENIM_ONCE void write_onnx(const std::filesystem::path& path, const OnnxModel& model) {
    const std::string bytes = to_bytes(model);
    AtomicFile file{path};
    file.write(bytes);
    file.commit();
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
