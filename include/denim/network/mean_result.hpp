// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/finite.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/machine/peers.hpp>
#include <denim/network/batch.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// The mean loss of a batch and how many were right, from the sums of the shares that are computed here, which are changed, and those of the
/// others. Throws LossNotFinite.
template <class Scalar>
StepResult mean_result(const Batch& batch, const BatchPart<Scalar>& part, std::span<StepResult> of_shares) {
    const auto join = [](StepResult& to, const StepResult& from) {
        to.loss += from.loss;
        to.correct += from.correct;
    };
    std::vector<StepResult> rows;
    each_subtree(part.shares.count, part.own, [&](const ShareRange& subtree) {
        const auto own = of_shares.subspan(subtree.first - part.own.first, subtree.count());
        join_in_pairs(own.size(), [&](std::size_t to, std::size_t from) { join(own[to], own[from]); });
        rows.push_back(own[0]);
    });
    if (part.peers) {
        rows = part.gather_rows(std::span<const StepResult>{rows}, 1);
        for (const PeerTree::Join& each : part.tree->joins) join(rows[each.to], rows[each.from]);
    }
    StepResult result = rows[0];
    result.loss /= static_cast<double>(batch.whole());
    if (!is_finite(result.loss)) throw LossNotFinite{batch.step};
    return result;
}

}  // namespace denim::inline DENIM_TARGET
