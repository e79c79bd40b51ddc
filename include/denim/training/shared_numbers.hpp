// SPDX-License-Identifier: MIT
#pragma once

#include <denim/tensor/aligned_array.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Numbers that many keep and nobody changes: copies of it share them.
class SharedNumbers {
public:
    SharedNumbers() = default;
    /// Copies them.
    SharedNumbers(const std::vector<float>& numbers)  // NOLINT: meant to convert
        : numbers_(std::make_shared<AlignedArray<float>>(numbers)) {}
    explicit SharedNumbers(std::shared_ptr<const AlignedArray<float>> numbers) : numbers_(std::move(numbers)) {}

    [[nodiscard]] std::size_t size() const { return numbers_ ? numbers_->size() : 0; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] const float* data() const { return numbers_ ? numbers_->data() : nullptr; }
    [[nodiscard]] const float* begin() const { return data(); }
    [[nodiscard]] const float* end() const { return data() + size(); }

private:
    std::shared_ptr<const AlignedArray<float>> numbers_;
};

}  // namespace denim::inline DENIM_TARGET
