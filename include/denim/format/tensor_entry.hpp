// SPDX-License-Identifier: MIT
#pragma once

#include <denim/format/element_type.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace denim {

/// One row of a safetensors header: a tensor, and where its bytes stand behind the header.
struct TensorEntry {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::size_t> shape;
    std::uint64_t begin = 0, end = 0;
};

/// What a safetensors file says about itself: tensors in the order of their bytes, and free text by key.
struct SafetensorsHeader {
    std::vector<TensorEntry> tensors;
    std::map<std::string, std::string> metadata;
};

}  // namespace denim
