// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/peers.hpp>
#include <denim/network/batch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// What is computed here of the batches of an epoch: all of each, or with peers the samples of its own shares.
class BatchParts {
public:
    struct Part {
        std::size_t first, count;           ///< in the order of the epoch
        std::size_t samples, first_sample;  ///< of the whole batch; where the part begins in it
    };

    /// Batches of `batch` samples; the last one has what is left.
    BatchParts(std::size_t samples, std::size_t batch, const Peers<float>* peers) : samples_(samples), batch_(batch), peers_(peers) {}

    [[nodiscard]] Part of(std::size_t batch) const {
        const std::size_t first = batch * batch_, samples = std::min(batch_, samples_ - first);
        if (!peers_) return {first, samples, samples, 0};
        const Shares shares{samples};
        const ShareRange own = shares_of_peer(shares, peers_->own(), peers_->count());
        const std::size_t before = std::min(samples, own.first * shares.each);
        return {first + before, shares.only(own).samples, samples, before};
    }
    /// The most samples that a part has.
    [[nodiscard]] std::size_t largest() const {
        const std::size_t whole = std::min(batch_, samples_);
        return peers_ ? LargestPart(whole, peers_->own(), peers_->count()).samples : whole;
    }
    /// Of the samples of an epoch those that are computed here, in order.
    [[nodiscard]] std::vector<std::uint32_t> own(std::span<const std::uint32_t> order) const {
        std::vector<std::uint32_t> all;
        for (std::size_t batch = 0; batch * batch_ < samples_; ++batch) {
            const auto part = order.subspan(of(batch).first, of(batch).count);
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }

    /// The batch, which is that part. Throws std::runtime_error where there are peers and something was left out.
    [[nodiscard]] Batch placed(Batch batch, const Part& part, std::span<const std::uint32_t> left_out = {}) const {
        if (!peers_) return batch;
        if (!left_out.empty())
            throw std::runtime_error("denim: fit: the source left out picture " + std::to_string(left_out[0]) +
                                     "; where ranks share a batch every picture is needed, so remove it from the set");
        batch.samples_of_all = part.samples;
        batch.first_sample = part.first_sample;
        return batch;
    }

private:
    std::size_t samples_, batch_;
    const Peers<float>* peers_;
};

}  // namespace denim::inline DENIM_TARGET::detail
