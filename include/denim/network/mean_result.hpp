// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/machine/peers.hpp>
#include <denim/network/batch.hpp>

#include <cstddef>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The mean loss of a batch and how many were right, from the sums of the shares that are computed here, which are changed, and those of the
/// others. Throws LossNotFinite.
template <class Computed>
StepResult mean_result(const Batch& batch, const BatchPart<Computed>& part, StepResult* of_shares) {
    const auto join = [](StepResult& to, const StepResult& from) {
        to.loss += from.loss;
        to.correct += from.correct;
    };
    std::vector<StepResult> rows;
    each_subtree(part.shares.count, part.own, [&](const ShareRange& subtree) {
        StepResult* const own = of_shares + (subtree.first - part.own.first);
        join_in_pairs(subtree.count(), [&](std::size_t to, std::size_t from) { join(own[to], own[from]); });
        rows.push_back(own[0]);
    });
    if (part.peers) {
        const std::vector<StepResult> brought = rows;
        rows.assign(part.tree->rows.size(), {});
        part.gather_rows(brought.data(), sizeof(StepResult), rows.data());
        for (const PeerTree::Join& each : part.tree->joins) join(rows[each.to], rows[each.from]);
    }
    StepResult result = rows[0];
    result.loss /= static_cast<double>(batch.whole());
    if (!is_finite(result.loss)) throw LossNotFinite{batch.step};
    return result;
}

}  // namespace denim::inline DENIM_TARGET
