// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/balanced_order.hpp>
#include <denim/data/batches.hpp>
#include <denim/training/fit_options.hpp>
#include <denim/training/samples.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Throws std::invalid_argument where the samples cannot be put in the order that the options ask for.
DENIM_ONCE void check_order(const FitOptions& options, const Samples& train);

/// The numbers of the samples in the order of an epoch (the first is 1).
DENIM_ONCE std::vector<std::uint32_t> order_of_epoch(const Samples& train, const FitOptions& options, std::uint64_t epoch);

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void check_order(const FitOptions& options, const Samples& train) {
    if (!options.balanced) return;
    std::string but;
    if (!options.shuffle) but = ".shuffle = false";
    if (train.heads != 1) but = "a network of several heads";
    if (train.labels.empty()) but = "a loss that wants numbers";
    if (train.source && train.source->forward()) but = "a source that goes only forward";
    if (but.empty()) return;
    throw std::invalid_argument("denim: fit: classes are balanced in a shuffled order of samples with one label each, but got " + but);
}

DENIM_ONCE std::vector<std::uint32_t> order_of_epoch(const Samples& train, const FitOptions& options, std::uint64_t epoch) {
    if (options.balanced) return balanced_order(train.labels, options.seed, epoch);
    if (!options.shuffle || !train.source || !train.source->forward())
        return epoch_order(train.count(), options.seed, epoch, options.shuffle);
    const std::size_t picture = std::max<std::size_t>(train.source->picture_bytes(), 1);
    return mixed_order(train.count(), options.reading.mixed / picture, options.seed, epoch);
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
