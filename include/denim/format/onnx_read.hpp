// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/byte_source.hpp>
#include <denim/format/onnx_model.hpp>

namespace denim::inline DENIM_TARGET {

/// Reads an ONNX file. What its nodes mean is for the reader to say; weights are checked against their shapes. Throws
/// FileError.
DENIM_ONCE OnnxModel read_onnx(const ByteSource& source);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/format/file_kind.hpp>
#include <denim/format/onnx_attribute.hpp>

#include <protozero/pbf_reader.hpp>

#include <bit>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// Reads the messages of an ONNX file. Nothing nests deeper than the file's form says, and nothing takes more memory than the
/// file has bytes.
class OnnxReader {
public:
    explicit OnnxReader(const ByteSource& source) : source_(source) {}

    [[nodiscard]] OnnxModel read(const std::string& bytes) const {
        using namespace onnx_field;
        OnnxModel model{.opset = 0, .producer = ""};
        bool any = false;
        for (protozero::pbf_reader file{bytes}; file.next();) switch (file.tag_and_type()) {
                case text(producer_name):
                    model.producer = file.get_string();
                    break;
                case text(graph):
                    any = true, read_graph(file.get_message(), model);
                    break;
                case text(opset_import):
                    read_opset(file.get_message(), model);
                    break;
                case text(metadata_props):
                    model.metadata.insert(read_pair(file.get_message()));
                    break;
                default:
                    file.skip();
            }
        if (const std::string kind = any ? "" : file_kind(source_); !any)
            source_.fail("an ONNX file was expected, " + (kind.empty() ? "it has no graph" : "this is " + kind));
        return model;
    }

private:
    void read_graph(protozero::pbf_reader graph, OnnxModel& model) const {
        using namespace onnx_field;
        while (graph.next()) switch (graph.tag_and_type()) {
                case text(graph_node):
                    add_node(read_node(graph.get_message()), model);
                    break;
                case text(graph_initializer):
                    add_constant(OnnxTensorReader{source_}.read(graph.get_message()), model);
                    break;
                case text(graph_input):
                    model.inputs.push_back(read_value(graph.get_message()));
                    break;
                case text(graph_output):
                    model.outputs.push_back(read_value(graph.get_message()));
                    break;
                default:
                    graph.skip();
            }
    }

    // A node that only holds numbers is a weight, whichever of its attributes holds them.
    static void add_node(OnnxNode node, OnnxModel& model) {
        if (node.type != "Constant" || !node.domain.empty() || node.outputs.size() != 1 || node.attributes.size() != 1) {
            model.nodes.push_back(std::move(node));
            return;
        }
        const auto array_of = []<class Value>(Value& value) -> std::variant<AnyArray, OnnxUnread> {
            if constexpr (std::is_same_v<Value, AnyArray> || std::is_same_v<Value, OnnxUnread>)
                return std::move(value);
            else if constexpr (std::is_same_v<Value, std::string>)
                return OnnxUnread{"is a text"};
            else if constexpr (requires { value.size(); })
                return AnyArray::of(std::span{std::as_const(value)}, {value.size()});
            else
                return AnyArray::of(std::span<const Value>{&value, 1}, {});
        };
        add_constant({node.outputs[0], std::visit(array_of, node.attributes[0].value)}, model);
    }
    static void add_constant(OnnxTensor tensor, OnnxModel& model) {
        if (auto* const array = std::get_if<AnyArray>(&tensor.value))
            model.weights.emplace_back(std::move(tensor.name), std::move(*array));
        else
            model.unread.emplace(std::move(tensor.name), std::get<OnnxUnread>(tensor.value).reason);
    }

    static void read_opset(protozero::pbf_reader message, OnnxModel& model) {
        std::string domain;
        std::int64_t version = 0;
        while (message.next()) switch (message.tag_and_type()) {
                case text(onnx_field::opset_domain):
                    domain = message.get_string();
                    break;
                case number(onnx_field::opset_version):
                    version = message.get_int64();
                    break;
                default:
                    message.skip();
            }
        if (domain.empty() || domain == "ai.onnx") model.opset = version;
    }
    static std::pair<std::string, std::string> read_pair(protozero::pbf_reader message) {
        std::pair<std::string, std::string> pair;
        while (message.next()) switch (message.tag_and_type()) {
                case text(onnx_field::pair_key):
                    pair.first = message.get_string();
                    break;
                case text(onnx_field::pair_value):
                    pair.second = message.get_string();
                    break;
                default:
                    message.skip();
            }
        return pair;
    }

    [[nodiscard]] OnnxNode read_node(protozero::pbf_reader message) const {
        using namespace onnx_field;
        OnnxNode node;
        while (message.next()) switch (message.tag_and_type()) {
                case text(node_input):
                    node.inputs.push_back(message.get_string());
                    break;
                case text(node_output):
                    node.outputs.push_back(message.get_string());
                    break;
                case text(node_name):
                    node.name = message.get_string();
                    break;
                case text(node_type):
                    node.type = message.get_string();
                    break;
                case text(node_domain):
                    node.domain = message.get_string();
                    if (node.domain == "ai.onnx") node.domain.clear();
                    break;
                case text(node_attribute):
                    node.attributes.push_back(read_attribute(source_, message.get_message()));
                    break;
                default:
                    message.skip();
            }
        return node;
    }

    [[nodiscard]] OnnxValue read_value(protozero::pbf_reader message) const {
        using namespace onnx_field;
        OnnxValue value;
        while (message.next()) {
            if (message.tag_and_type() == text(value_name)) {
                value.name = message.get_string();
            } else if (message.tag_and_type() == text(value_type)) {
                protozero::pbf_reader type = message.get_message();
                while (type.next(type_tensor, protozero::pbf_wire_type::length_delimited)) read_type(type.get_message(), value);
            } else {
                message.skip();
            }
        }
        return value;
    }
    static void read_type(protozero::pbf_reader tensor, OnnxValue& value) {
        using namespace onnx_field;
        while (tensor.next()) {
            if (tensor.tag_and_type() == number(element_type_number)) {
                const auto type = std::ranges::find(onnx_types, tensor.get_int32(), &std::pair<std::int32_t, ElementType>::first);
                value.readable = type != std::end(onnx_types);
                if (value.readable) value.type = type->second;
            } else if (tensor.tag_and_type() == text(type_shape)) {
                for (protozero::pbf_reader shape = tensor.get_message(); shape.next(shape_dim, protozero::pbf_wire_type::length_delimited);) {
                    std::int64_t extent = 0;
                    for (protozero::pbf_reader dimension = shape.get_message(); dimension.next();)
                        if (dimension.tag_and_type() == number(dim_value))
                            extent = dimension.get_int64();
                        else
                            dimension.skip();
                    value.shape.push_back(extent > 0 ? static_cast<std::size_t>(extent) : 0);
                }
            } else {
                tensor.skip();
            }
        }
    }

    const ByteSource& source_;
};

}  // namespace detail

DENIM_ONCE OnnxModel read_onnx(const ByteSource& source) {
    static_assert(std::endian::native == std::endian::little, "denim: ONNX files are read where they lie, lowest byte first");
    if (source.size() >= (std::uint64_t{1} << 31)) source.fail("an ONNX file of less than 2 GiB was expected");
    std::string bytes(static_cast<std::size_t>(source.size()), '\0');
    source.read(0, std::as_writable_bytes(std::span{bytes}));
    try {
        return detail::OnnxReader{source}.read(bytes);
    } catch (const protozero::exception& error) {
        const std::string kind = detail::file_kind(source);
        if (!kind.empty()) source.fail("an ONNX file was expected, this is " + kind);
        source.fail(std::string{"an ONNX file was expected; as such it is cut or damaged ("} + error.what() + ")");
    }
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
