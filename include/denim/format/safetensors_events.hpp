// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/any_array.hpp>
#include <denim/format/tensor_entry.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

inline constexpr std::pair<std::string_view, ElementType> safetensors_types[] = {
    {"BOOL", ElementType::boolean}, {"I8", ElementType::int8},       {"I16", ElementType::int16},
    {"I32", ElementType::int32},    {"I64", ElementType::int64},     {"U8", ElementType::uint8},
    {"U16", ElementType::uint16},   {"U32", ElementType::uint32},    {"U64", ElementType::uint64},
    {"F16", ElementType::float16},  {"BF16", ElementType::bfloat16}, {"F32", ElementType::float32},
    {"F64", ElementType::float64}};

/// Takes the events of the JSON parser (its SAX interface) one by one, so that a hostile header is refused at its first wrong
/// word: memory and time stay in proportion to the text, whatever its depth.
class SafetensorsEvents {
public:
    explicit SafetensorsEvents(SafetensorsHeader& header) : header_(header) {}

    /// Why the text was refused.
    std::string problem;

    bool null() { return refuse("null"); }
    bool boolean(bool) { return refuse("a boolean"); }
    bool number_integer(std::int64_t value) { return refuse("the number " + std::to_string(value)); }
    bool number_float(double, const std::string& text) { return refuse("the number " + in_quotes(text)); }
    bool binary(const std::vector<std::uint8_t>&) { return refuse("binary data"); }

    bool number_unsigned(std::uint64_t value) {
        if (place_ == Place::shape && tensor_.shape.size() < 64)
            tensor_.shape.push_back(value);
        else if (place_ == Place::offsets && offsets_ < 2)
            (offsets_++ == 0 ? tensor_.begin : tensor_.end) = value;
        else
            return refuse("the number " + std::to_string(value));
        return true;
    }

    bool string(const std::string& text) {
        if (place_ == Place::metadata_value) {
            place_ = Place::metadata;
            return header_.metadata.emplace(key_, text).second || say("the metadata key " + in_quotes(key_) + " stands twice");
        }
        if (place_ != Place::type) return refuse("the text " + in_quotes(text));
        const auto* const found = std::ranges::find(safetensors_types, text, &std::pair<std::string_view, ElementType>::first);
        if (found == std::end(safetensors_types))
            return say("the type of tensor " + in_quotes(tensor_.name) + ", " + in_quotes(text) +
                       ", is none of BOOL, I8 to I64, U8 to U64, F16, BF16, F32, F64");
        tensor_.type = found->second;
        place_ = Place::tensor;
        return true;
    }

    bool key(const std::string& text) {
        key_ = text;
        if (place_ == Place::top) {
            if (text == "__metadata__" && std::exchange(has_metadata_, true)) return say("the metadata stand twice");
            place_ = text == "__metadata__" ? Place::metadata_begin : Place::tensor_begin;
            tensor_ = {};
            tensor_.name = text;
            seen_ = offsets_ = 0;
            return true;
        }
        if (place_ == Place::metadata) {
            place_ = Place::metadata_value;
            return true;
        }
        const unsigned which = text == "dtype" ? 1 : text == "shape" ? 2 : text == "data_offsets" ? 4 : 0;
        if (which == 0 || (seen_ & which)) return refuse("the key " + in_quotes(text));
        seen_ |= which;
        place_ = which == 1 ? Place::type : which == 2 ? Place::shape_begin : Place::offsets_begin;
        return true;
    }

    bool start_object(std::size_t) {
        if (place_ == Place::start)
            place_ = Place::top;
        else if (place_ == Place::tensor_begin)
            place_ = Place::tensor;
        else if (place_ == Place::metadata_begin)
            place_ = Place::metadata;
        else
            return refuse("an object");
        return true;
    }

    bool end_object() {
        if (place_ == Place::tensor) {
            if (seen_ != 7) return say("tensor " + in_quotes(tensor_.name) + " lacks one of dtype, shape and data_offsets");
            header_.tensors.push_back(std::move(tensor_));
        }
        place_ = place_ == Place::top ? Place::end : Place::top;
        return true;
    }

    bool start_array(std::size_t) {
        if (place_ == Place::shape_begin)
            place_ = Place::shape;
        else if (place_ == Place::offsets_begin)
            place_ = Place::offsets;
        else
            return refuse("an array");
        return true;
    }

    bool end_array() {
        if (place_ == Place::offsets && offsets_ != 2) return say("tensor " + in_quotes(tensor_.name) + " lacks an offset");
        place_ = Place::tensor;
        return true;
    }

    bool parse_error(std::size_t place, const std::string&, const nlohmann::json::exception&) {
        return say(sentence("it is no JSON from byte ", place, " on"));
    }

private:
    enum class Place {
        start,
        top,
        end,
        tensor_begin,
        tensor,
        type,
        shape_begin,
        shape,
        offsets_begin,
        offsets,
        metadata_begin,
        metadata,
        metadata_value
    };
    bool say(std::string text) {
        problem = std::move(text);
        return false;
    }
    bool refuse(const std::string& what) {
        static constexpr std::string_view expected[] = {"an object",
                                                        "a tensor's name",
                                                        "its end",
                                                        "a tensor",
                                                        "dtype, shape and data_offsets",
                                                        "a type",
                                                        "a shape",
                                                        "at most 64 extents of 0 or more",
                                                        "two offsets",
                                                        "two offsets of 0 or more",
                                                        "the metadata",
                                                        "text",
                                                        "text"};
        return say(sentence(expected[static_cast<std::size_t>(place_)], " was expected",
                            place_ == Place::start ? "" : " at " + in_quotes(key_), ", ", what, " came"));
    }

    SafetensorsHeader& header_;
    Place place_ = Place::start;
    std::string key_;
    TensorEntry tensor_;
    unsigned seen_ = 0, offsets_ = 0;
    bool has_metadata_ = false;
};

}  // namespace denim::inline DENIM_TARGET::detail
