// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/byte_source.hpp>
#include <denim/format/onnx_model.hpp>

#include <protozero/pbf_reader.hpp>

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

namespace onnx_field {

/// A field with the form that it has to have: a text, bytes or a message; a whole number; a float. Others are skipped.
constexpr std::uint32_t text(std::uint32_t field) {
    return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited);
}
constexpr std::uint32_t number(std::uint32_t field) { return protozero::tag_and_type(field, protozero::pbf_wire_type::varint); }
constexpr std::uint32_t single(std::uint32_t field) {
    return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed32);
}

}  // namespace onnx_field

/// Lists of one kind come packed into one field or as a field each.
inline void read_longs(protozero::pbf_reader& message, std::vector<std::int64_t>& to) {
    if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
        for (const std::int64_t number : message.get_packed_int64()) to.push_back(number);
    else
        to.push_back(message.get_int64());
}

/// The bytes of a tensor as an array, if they fill its shape.
inline AnyArray array_of(const ByteSource& source, const std::string& name, const std::vector<std::int64_t>& extents,
                         std::int32_t kind, std::vector<std::byte> bytes) {
    const auto type = std::ranges::find(onnx_types, kind, &std::pair<std::int32_t, ElementType>::first);
    if (type == std::end(onnx_types))
        source.fail(sentence("the tensor ", in_quotes(name), " has elements of ONNX's type ", kind, ", which is not read"));
    AnyArray array;
    array.type = type->second;
    array.shape.clear();
    for (const std::int64_t extent : extents) {
        if (extent < 0) source.fail(sentence("the tensor ", in_quotes(name), " has the extent ", extent));
        array.shape.push_back(static_cast<std::size_t>(extent));
    }
    const auto wanted = checked_size(array.shape, element_size(array.type));
    if (!wanted || *wanted != bytes.size())
        source.fail(sentence("the tensor ", in_quotes(name), ' ', shape_text(array.shape), " of ", element_name(array.type),
                             " has ", bytes.size(), " bytes"));
    array.bytes = std::move(bytes);
    return array;
}

/// A tensor of the file, and its name.
inline std::pair<std::string, AnyArray> read_tensor(const ByteSource& source, protozero::pbf_reader message) {
    using namespace onnx_field;
    std::string name;
    std::vector<std::int64_t> extents;
    std::int32_t kind = 0;
    std::vector<std::byte> bytes;
    const auto append = [&](const auto& value) {
        const auto part = std::as_bytes(std::span{&value, 1});
        bytes.insert(bytes.end(), part.begin(), part.end());
    };
    while (message.next()) switch (message.tag_and_type()) {
            case number(tensor_dims):
            case text(tensor_dims):
                read_longs(message, extents);
                break;
            case number(tensor_type):
                kind = message.get_int32();
                break;
            case text(tensor_name):
                name = message.get_string();
                break;
            case text(tensor_raw): {
                const auto view = message.get_view();
                const auto raw = std::as_bytes(std::span{view.data(), view.size()});
                bytes.assign(raw.begin(), raw.end());
                break;
            }
            case single(tensor_floats):
            case text(tensor_floats):
                if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
                    for (const float value : message.get_packed_float()) append(value);
                else
                    append(message.get_float());
                break;
            case number(tensor_longs):
            case text(tensor_longs): {
                std::vector<std::int64_t> values;
                read_longs(message, values);
                for (const std::int64_t value : values) append(value);
                break;
            }
            case text(tensor_external):
                source.fail("the tensor " + in_quotes(name) +
                            " lies in another file; export the model with its weights inside");
            default:
                message.skip();
        }
    return {name, array_of(source, name, extents, kind, std::move(bytes))};
}

}  // namespace denim::inline DENIM_TARGET::detail
