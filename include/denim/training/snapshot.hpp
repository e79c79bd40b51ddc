// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/history.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What callbacks remember of a run, by name.
struct CallbackMemory {
    std::map<std::string, double> numbers = {};
    std::map<std::string, std::vector<float>> arrays = {};
};

/// All that a run needs to go on as if it had never stopped. Random numbers come from counters, so the step and the epoch are
/// their whole state.
struct Snapshot {
    std::string run = {};  ///< network, data and options, as a text: another run cannot go on from here
    std::vector<float> parameters = {}, optimizer = {};
    std::vector<float> average = {};               ///< of the parameters, where there is one
    std::uint64_t step = 0;                        ///< that the optimizer has taken
    std::size_t epoch = 0, batch = 0, images = 0;  ///< see Run
    Score train = {0, 0};
    double seconds = 0;
    float rate = 0;
    bool finished = false;  ///< a callback has ended the run
    History history = {};
    CallbackMemory memory = {};
};

/// What takes snapshots and goes on from them: the training loop.
class Resumable {
public:
    Resumable() = default;
    Resumable(const Resumable&) = delete;
    Resumable& operator=(const Resumable&) = delete;
    virtual ~Resumable() = default;

    [[nodiscard]] virtual Snapshot snapshot() const = 0;
    /// Call it before the run begins, from on_begin. Throws std::invalid_argument if the snapshot is of another run.
    virtual void resume(const Snapshot& snapshot) = 0;
};

}  // namespace denim::inline DENIM_TARGET
