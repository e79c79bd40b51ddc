// SPDX-License-Identifier: MIT
#pragma once

#include <denim/network/workspace.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Workspaces for calls from any number of threads. They go back after each call, so that the next one finds its memory warm, and
/// there are never more of them than calls at a time: one that is too small grows.
template <class Stored, class Computed = Stored>
class Workspaces {
public:
    using Space = Workspace<Stored, Computed>;

    explicit Workspaces(const PlanTable<Stored, Computed>& plan) : plan_(&plan) {}

    /// A workspace for as long as this lives.
    class Borrowed {
    public:
        Borrowed(Workspaces& from, std::unique_ptr<Space> taken) : space(std::move(taken)), from_(from) {}
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed() { from_.give_back(std::move(space)); }

        std::unique_ptr<Space> space;

    private:
        Workspaces& from_;
    };

    /// One with room for so many samples in its batch: the smallest that is large enough, or the largest, which grows.
    [[nodiscard]] Borrowed take(std::size_t samples) {
        std::unique_ptr<Space> space;
        {
            const std::scoped_lock lock{mutex_};
            const auto best = std::min_element(idle_.begin(), idle_.end(), [samples](const auto& a, const auto& b) {
                const std::size_t one = a->capacity(), other = b->capacity();
                if ((one < samples) != (other < samples)) return one >= samples;
                return one < samples ? one > other : one < other;
            });
            if (best != idle_.end()) {
                std::swap(*best, idle_.back());
                space = std::move(idle_.back());
                idle_.pop_back();
            }
        }
        if (!space) space = std::make_unique<Space>(*plan_, samples);
        space->reserve_samples(samples);
        return {*this, std::move(space)};
    }

private:
    void give_back(std::unique_ptr<Space> space) {
        const std::scoped_lock lock{mutex_};
        idle_.push_back(std::move(space));
    }

    const PlanTable<Stored, Computed>* plan_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Space>> idle_;
};

}  // namespace denim::inline DENIM_TARGET
