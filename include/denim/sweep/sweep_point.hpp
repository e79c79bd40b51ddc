// SPDX-License-Identifier: MIT
#pragma once

#include <denim/sweep/grid.hpp>
#include <denim/training/learner.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A network of a grid without its type, as a sweep trains it. A large grid is made of several vectors of these, each in a
/// source file of its own: they compile side by side, without the training loop and what it writes, and a program that appends
/// one to another and sweeps them does not compile the networks again.
struct SweepPoint {
    /// A new network, and what teaches it by batches of so many pictures at most.
    struct Made {
        std::shared_ptr<void> network;
        std::unique_ptr<Learner> learner;
    };

    std::vector<std::size_t> values;  ///< one for each axis of the grid
    std::size_t numbers = 0;          ///< parameters of the network
    std::string architecture;         ///< its type, as users write it
    Made (*make)(Seed seed, std::size_t largest_batch, const LossOfHeads& loss) = nullptr;
    std::vector<std::size_t> dropouts = {};  ///< its layers whose rate the sweep sets: those whose types do not say where it begins
};

namespace detail {

/// The layers of a network with a rate of which its type says nothing.
inline std::vector<std::size_t> dropouts_of(std::span<const Entry> entries) {
    std::vector<std::size_t> all;
    for (std::size_t n = 0; n < entries.size(); ++n)
        if (entries[n].has_rate && !entries[n].states_rate) all.push_back(n);
    return all;
}

}  // namespace detail

/// Every network of a grid, the last axis turning fastest.
template <template <std::size_t...> class Family, class... Axes>
std::vector<SweepPoint> sweep_points(Grid<Family, Axes...> grid) {
    std::vector<SweepPoint> points;
    grid.visit([&]<class Network>(const auto& values) {
        points.push_back({{values.begin(), values.end()},
                          Network::parameter_count,
                          detail::architecture_of<Network>(),
                          [](Seed seed, std::size_t largest_batch, const LossOfHeads& loss) {
                              auto network = std::make_shared<Network>(seed);
                              auto learner = std::make_unique<NetworkLearner>(*network, largest_batch, loss);
                              return SweepPoint::Made{std::move(network), std::move(learner)};
                          },
                          detail::dropouts_of(Network::Graph::trace.entries)});
    });
    return points;
}

}  // namespace denim::inline DENIM_TARGET
