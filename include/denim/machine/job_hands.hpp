// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Several processes that work on one list of jobs, each at one job at a time. All have the same list, and ask in the same way.
class JobHands {
public:
    JobHands() = default;
    JobHands(const JobHands&) = delete;
    JobHands& operator=(const JobHands&) = delete;
    virtual ~JobHands() = default;

    /// The one that writes what is of all jobs.
    [[nodiscard]] virtual bool leads() const = 0;
    /// A job of `count` that nobody has begun, or `count` where there is none left or this one asks to stop; then it does not ask again.
    virtual std::size_t next(std::size_t count, bool stop) = 0;
    /// To be called now and then within a job: who leads answers the others meanwhile.
    virtual void look() = 0;
    /// Waits until nobody works any more, and gives everybody's texts to all.
    virtual std::vector<std::string> end(const std::vector<std::string>& own) = 0;
};

}  // namespace denim::inline DENIM_TARGET
