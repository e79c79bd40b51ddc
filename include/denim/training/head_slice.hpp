// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/head_losses.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// One head by itself: the pictures that have a label for it.
template <class Stored>
struct HeadSlice {
    std::vector<Stored> logits;        ///< (N, classes of the head)
    std::vector<std::int32_t> labels;  ///< (N,)
};

/// What logits (N, outputs) and labels (N, heads) say about head number `head`; `heads` says how many logits each has.
template <class Stored>
HeadSlice<Stored> head_slice(std::span<const Stored> logits, std::span<const std::int32_t> labels,
                             std::span<const std::size_t> heads, std::size_t head) {
    HeadSlice<Stored> slice;
    const std::size_t outputs = std::accumulate(heads.begin(), heads.end(), std::size_t{0}),
                      count = labels.size() / heads.size();
    const std::size_t first = std::accumulate(heads.data(), heads.data() + head, std::size_t{0});
    for (std::size_t n = 0; n < count; ++n) {
        const std::int32_t label = labels[n * heads.size() + head];
        if (label == no_label) continue;
        const auto part = logits.subspan(n * outputs + first, heads[head]);
        slice.logits.insert(slice.logits.end(), part.begin(), part.end());
        slice.labels.push_back(label);
    }
    return slice;
}

}  // namespace denim::inline DENIM_TARGET
