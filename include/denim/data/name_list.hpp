// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/content_sum.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Many names one behind another in one block of memory: what a million of them take is their letters and 8 bytes each.
class NameList {
public:
    void add(std::string_view name) {
        letters_.append(name);
        ends_.push_back(letters_.size());
    }
    /// Gives back what was reserved and is not needed.
    void shrink() {
        letters_.shrink_to_fit();
        ends_.shrink_to_fit();
    }

    [[nodiscard]] std::size_t size() const { return ends_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const {
        const std::size_t first = index == 0 ? 0 : ends_[index - 1];
        return std::string_view{letters_}.substr(first, ends_[index] - first);
    }

private:
    std::string letters_;
    std::vector<std::size_t> ends_;
};

/// 64 bits that tell names apart.
inline std::uint64_t name_sum(std::string_view name, std::uint64_t before = 0) {
    const std::uint64_t sum = xxh64(std::as_bytes(std::span{name.data(), name.size()}));
    const std::uint64_t both[] = {before, sum};
    return before == 0 ? sum : xxh64(std::as_bytes(std::span{both}));
}

}  // namespace denim::inline DENIM_TARGET
