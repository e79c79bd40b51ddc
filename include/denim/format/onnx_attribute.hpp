// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/onnx_tensor.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// A named property of a node. Of a kind that is not read, it says so.
inline OnnxAttribute read_attribute(const ByteSource& source, protozero::pbf_reader message) {
    using namespace onnx_field;
    OnnxAttribute attribute{"", OnnxUnread{"has an attribute of a kind that is not read"}};
    std::vector<std::int64_t> ints;
    std::vector<float> floats;
    std::int32_t kind = 0;
    while (message.next()) switch (message.tag_and_type()) {
            case text(attribute_name):
                attribute.name = message.get_string();
                break;
            case single(attribute_float):
                attribute.value = message.get_float();
                break;
            case number(attribute_int):
                attribute.value = message.get_int64();
                break;
            case text(attribute_string):
                attribute.value = message.get_string();
                break;
            case text(attribute_tensor): {
                auto tensor = OnnxTensorReader{source}.read(message.get_message()).value;
                std::visit([&](auto& value) { attribute.value = std::move(value); }, tensor);
                break;
            }
            case number(attribute_ints):
            case text(attribute_ints):
                read_longs(message, ints);
                break;
            case single(attribute_floats):
            case text(attribute_floats):
                if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
                    for (const float value : message.get_packed_float()) floats.push_back(value);
                else
                    floats.push_back(message.get_float());
                break;
            case number(attribute_type):
                kind = message.get_int32();
                break;
            default:
                message.skip();
        }
    // proto3 leaves out what is zero or empty: the type says which of them it is.
    const bool unset = std::holds_alternative<OnnxUnread>(attribute.value) && kind != of_tensor;
    if (!ints.empty() || kind == of_ints)
        attribute.value = std::move(ints);
    else if (!floats.empty() || kind == of_floats)
        attribute.value = std::move(floats);
    else if (unset && kind == of_float)
        attribute.value = 0.0f;
    else if (unset && kind == of_int)
        attribute.value = std::int64_t{0};
    else if (unset && kind == of_string)
        attribute.value = std::string{};
    return attribute;
}

}  // namespace denim::inline DENIM_TARGET::detail
