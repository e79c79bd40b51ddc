// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/any_array.hpp>
#include <denim/format/tensor_entry.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Reads the JSON of a header whose tensors fill `bytes` bytes behind it: each right for its type and shape, none over another,
/// no gaps. Throws FileError under the name of the file.
DENIM_ONCE SafetensorsHeader read_safetensors_header(const std::string& file, std::string_view text, std::uint64_t bytes);

/// The JSON of a header; throws std::invalid_argument for names and metadata that are not UTF-8.
DENIM_ONCE std::string safetensors_header(const SafetensorsHeader& header);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/format/safetensors_events.hpp>

#include <nlohmann/json.hpp>

namespace denim::inline DENIM_TARGET {

DENIM_ONCE SafetensorsHeader read_safetensors_header(const std::string& file, std::string_view text, std::uint64_t bytes) {
    SafetensorsHeader header;
    detail::SafetensorsEvents events{header};
    const auto fail = [&](const std::string& sentence) {
        throw FileError(file, "the safetensors header is damaged: " + sentence);
    };
    if (!nlohmann::json::sax_parse(text, &events)) fail(events.problem);
    std::ranges::sort(header.tensors, {}, [](const TensorEntry& tensor) { return std::tie(tensor.begin, tensor.end, tensor.name); });
    std::vector<std::string_view> names;
    std::uint64_t at = 0;
    for (const TensorEntry& tensor : header.tensors) {
        const auto wanted = checked_size(tensor.shape, element_size(tensor.type));
        if (tensor.begin != at || tensor.end < tensor.begin || tensor.end > bytes)
            fail(detail::sentence("tensor ", detail::in_quotes(tensor.name), " was expected from byte ", at, " on and up to ",
                                  bytes, " at most, its offsets are ", tensor.begin, " and ", tensor.end));
        if (!wanted || *wanted != tensor.end - tensor.begin)
            fail(detail::sentence("tensor ", detail::in_quotes(tensor.name), ", ", element_name(tensor.type), ' ',
                                  detail::shape_text(tensor.shape), ", does not fill the ", tensor.end - tensor.begin,
                                  " bytes between its offsets"));
        at = tensor.end;
        names.push_back(tensor.name);
    }
    if (at != bytes) fail(detail::sentence("its tensors take ", at, " bytes, ", bytes, " follow it"));
    std::ranges::sort(names);
    if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
        fail("two tensors are named " + detail::in_quotes(*twice));
    return header;
}

DENIM_ONCE std::string safetensors_header(const SafetensorsHeader& header) {
    nlohmann::ordered_json::object_t rows;
    if (!header.metadata.empty()) rows.emplace_back("__metadata__", header.metadata);
    for (const TensorEntry& tensor : header.tensors) {
        const auto* const type =
            std::ranges::find(detail::safetensors_types, tensor.type, &std::pair<std::string_view, ElementType>::second);
        nlohmann::ordered_json row;
        row["dtype"] = type->first;
        row["shape"] = tensor.shape;
        row["data_offsets"] = {tensor.begin, tensor.end};
        rows.emplace_back(tensor.name, std::move(row));
    }
    try {
        return nlohmann::ordered_json(std::move(rows)).dump();
    } catch (const nlohmann::json::exception&) {
        throw std::invalid_argument("names and metadata of a safetensors file are UTF-8");
    }
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
