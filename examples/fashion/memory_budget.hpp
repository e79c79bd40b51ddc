// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace fashion {

/// Keeps the memory of many threads together below a bound: who needs more than is left waits until others are done. Who
/// needs more than the whole bound has it alone.
class MemoryBudget {
public:
    explicit MemoryBudget(std::size_t bytes) : bytes_(bytes) {}

    /// A part of the budget, given back at the end of its life.
    class Share {
    public:
        Share(MemoryBudget& budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {
            std::unique_lock lock{budget_.mutex_};
            budget_.freed_.wait(lock, [&] { return budget_.used_ == 0 || budget_.used_ + bytes_ <= budget_.bytes_; });
            budget_.used_ += bytes_;
        }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() {
            {
                const std::lock_guard lock{budget_.mutex_};
                budget_.used_ -= bytes_;
            }
            budget_.freed_.notify_all();
        }

    private:
        MemoryBudget& budget_;
        std::size_t bytes_;
    };

private:
    std::size_t bytes_, used_ = 0;
    std::mutex mutex_;
    std::condition_variable freed_;
};

}  // namespace fashion
