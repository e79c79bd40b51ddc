// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/byte_source.hpp>
#include <denim/format/onnx_model.hpp>

#include <protozero/pbf_reader.hpp>

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

namespace onnx_field {

/// A field with the form that it has to have: a text, bytes or a message; a whole number; a float. Others are skipped.
constexpr std::uint32_t text(std::uint32_t field) { return protozero::tag_and_type(field, protozero::pbf_wire_type::length_delimited); }
constexpr std::uint32_t number(std::uint32_t field) { return protozero::tag_and_type(field, protozero::pbf_wire_type::varint); }
constexpr std::uint32_t single(std::uint32_t field) { return protozero::tag_and_type(field, protozero::pbf_wire_type::fixed32); }

}  // namespace onnx_field

/// Lists of one kind come packed into one field or as a field each.
inline void read_longs(protozero::pbf_reader& message, std::vector<std::int64_t>& to) {
    if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
        for (const std::int64_t number : message.get_packed_int64()) to.push_back(number);
    else
        to.push_back(message.get_int64());
}

/// A tensor of the file: its name, and its numbers or why they are not read.
struct OnnxTensor {
    std::string name;
    std::variant<AnyArray, OnnxUnread> value;
};

/// Reads one tensor. Numbers come as bytes, or each in a field of its own as ONNX widens them: 16 bits in an int32.
class OnnxTensorReader {
public:
    explicit OnnxTensorReader(const ByteSource& source) : source_(source) {}

    [[nodiscard]] OnnxTensor read(protozero::pbf_reader message) {
        using namespace onnx_field;
        while (message.next()) switch (message.tag_and_type()) {
                case number(tensor_dims):
                case text(tensor_dims):
                    read_longs(message, extents_);
                    break;
                case number(tensor_type):
                    kind_ = message.get_int32();
                    break;
                case text(tensor_name):
                    name_ = message.get_string();
                    break;
                case text(tensor_raw): {
                    const auto view = message.get_view();
                    const auto raw = std::as_bytes(std::span{view.data(), view.size()});
                    raw_.assign(raw.begin(), raw.end());
                    break;
                }
                case single(tensor_floats):
                case text(tensor_floats):
                    if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
                        for (const float value : message.get_packed_float()) floats_.push_back(value);
                    else
                        floats_.push_back(message.get_float());
                    break;
                case protozero::tag_and_type(tensor_doubles, protozero::pbf_wire_type::fixed64):
                case text(tensor_doubles):
                    if (message.wire_type() == protozero::pbf_wire_type::length_delimited)
                        for (const double value : message.get_packed_double()) doubles_.push_back(value);
                    else
                        doubles_.push_back(message.get_double());
                    break;
                case number(tensor_ints):
                case text(tensor_ints):
                case number(tensor_longs):
                case text(tensor_longs):
                case number(tensor_unsigned):
                case text(tensor_unsigned):
                    read_longs(message, whole_);  // the same bits
                    break;
                case number(tensor_location):
                    external_ = message.get_int32() != 0;
                    break;
                case text(tensor_external):
                    external_ = true;
                    message.skip();
                    break;
                default:
                    message.skip();
            }
        return {std::move(name_), value()};
    }

private:
    [[nodiscard]] std::variant<AnyArray, OnnxUnread> value() {
        if (external_) return OnnxUnread{"lies in another file; export the model with its weights inside"};
        const auto type = std::ranges::find(onnx_types, kind_, &std::pair<std::int32_t, ElementType>::first);
        if (type == std::end(onnx_types)) return OnnxUnread{sentence("has elements of ONNX's type ", kind_, ", which is not read")};
        AnyArray array;
        array.type = type->second;
        array.shape.clear();
        for (const std::int64_t extent : extents_) {
            if (extent < 0) source_.fail(sentence("the tensor ", in_quotes(name_), " has the extent ", extent));
            array.shape.push_back(static_cast<std::size_t>(extent));
        }
        if (raw_.empty()) visit_element(array.type, [&]<class Number>() { narrow<Number>(); });
        const auto wanted = checked_size(array.shape, element_size(array.type));
        if (!wanted || *wanted != raw_.size())
            source_.fail(sentence("the tensor ", in_quotes(name_), ' ', shape_text(array.shape), " of ", element_name(array.type), " has ",
                                  raw_.size(), " bytes"));
        array.bytes = std::move(raw_);
        return array;
    }

    template <class Number>
    void narrow() {
        const auto append = [&](const auto& number) {
            const auto part = std::as_bytes(std::span{&number, 1});
            raw_.insert(raw_.end(), part.begin(), part.end());
        };
        if constexpr (std::is_same_v<Number, float>) {
            for (const float number : floats_) append(number);
        } else if constexpr (std::is_same_v<Number, double>) {
            for (const double number : doubles_) append(number);
        } else {
            for (const std::int64_t wide : whole_) {
                if constexpr (std::is_integral_v<Number>) {
                    if (sizeof(Number) < 8 && !std::in_range<Number>(wide))
                        source_.fail(sentence("the tensor ", in_quotes(name_), " of ", element_name(element_type<Number>), " holds ", wide));
                    append(static_cast<Number>(wide));
                } else if constexpr (std::is_same_v<Number, Boolean>) {
                    append(Boolean{wide != 0});
                } else {
                    Number half;
                    half.bits = static_cast<std::uint16_t>(wide);
                    append(half);
                }
            }
        }
    }

    const ByteSource& source_;
    std::string name_;
    std::vector<std::int64_t> extents_, whole_;
    std::vector<float> floats_;
    std::vector<double> doubles_;
    std::vector<std::byte> raw_;
    std::int32_t kind_ = 0;
    bool external_ = false;
};

}  // namespace denim::inline DENIM_TARGET::detail
