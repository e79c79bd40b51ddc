// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/settings_record.hpp>
#include <denim/metric/history.hpp>
#include <denim/training/shared_numbers.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What callbacks remember of a run, by name.
struct CallbackMemory {
    std::map<std::string, double> numbers = {};
    std::map<std::string, SharedNumbers> arrays = {};
};

/// All that a run needs to go on as if it had never stopped. Random numbers come from counters, so the step and the epoch are
/// their whole state.
template <class Numbers>
struct SnapshotOf {
    SettingsRecord run = {};  ///< network, sets, options and callbacks: another run cannot go on from here
    Numbers parameters = {}, optimizer = {};
    Numbers average = {};                          ///< of the parameters, where there is one
    std::uint64_t step = 0;                        ///< that the optimizer has taken
    std::size_t epoch = 0, batch = 0, images = 0;  ///< see Run
    Score train = {0, 0};
    double seconds = 0;
    float rate = 0;
    bool finished = false;  ///< a callback has ended the run
    History history = {};
    CallbackMemory memory = {};

    /// A view of it.
    operator SnapshotOf<std::span<const float>>() const  // NOLINT: meant to convert
        requires(!std::is_same_v<Numbers, std::span<const float>>)
    {
        return {run, parameters, optimizer, average, step, epoch, batch, images, train, seconds, rate, finished, history, memory};
    }
};

/// One that has its numbers, and one whose numbers stand where they are: of a run, until its next step.
using Snapshot = SnapshotOf<std::vector<float>>;
using SnapshotView = SnapshotOf<std::span<const float>>;

/// What takes snapshots and goes on from them: the training loop.
class Resumable {
public:
    Resumable() = default;
    Resumable(const Resumable&) = delete;
    Resumable& operator=(const Resumable&) = delete;
    virtual ~Resumable() = default;

    /// What the run is; it is made when it is asked for the first time, which has to be before the first step: in on_begin.
    virtual const SettingsRecord& record() = 0;
    /// The run as it stands, nothing of it copied. Throws std::logic_error if nobody has asked for the record.
    [[nodiscard]] virtual SnapshotView snapshot() const = 0;
    /// Call it before the run begins, from on_begin. Throws std::invalid_argument if the snapshot is of another run, naming what
    /// differs with both values.
    virtual void resume(const SnapshotView& snapshot) = 0;
};

}  // namespace denim::inline DENIM_TARGET
