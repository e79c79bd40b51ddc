// SPDX-License-Identifier: MIT
#pragma once

#include <denim/training/history.hpp>
#include <denim/training/learner.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A run of `fit` as callbacks see it.
struct Run {
    Learner& learner;
    History& history;           ///< the epochs that have ended
    std::size_t epochs = 0;     ///< wanted
    std::size_t epoch = 0;      ///< under way, from 1
    std::size_t batches = 0;    ///< in an epoch
    std::size_t batch = 0;      ///< done in this epoch
    std::size_t images = 0;     ///< seen in this epoch
    std::size_t training_images = 0;  ///< in the training set
    Score train = {};           ///< mean of this epoch so far
    double seconds = 0;         ///< since this epoch began
    float rate = 0;             ///< the learning rate; a callback may change it
    bool stop = false;          ///< a callback sets it: the run ends after this batch
};

namespace detail {

template <class Type>
concept HearsBegin = requires(Type& callback, Run& run) { callback.on_begin(run); };
template <class Type>
concept HearsBatch = requires(Type& callback, Run& run) { callback.on_batch(run); };
template <class Type>
concept HearsEpoch = requires(Type& callback, Run& run) { callback.on_epoch(run); };
template <class Type>
concept HearsEnd = requires(Type& callback, Run& run) { callback.on_end(run); };

}  // namespace detail

/// What a class needs to be a callback: at least one of on_begin, on_batch, on_epoch and on_end, each taking a Run&.
template <class Type>
concept Callback = detail::HearsBegin<Type> || detail::HearsBatch<Type> || detail::HearsEpoch<Type> || detail::HearsEnd<Type>;

/// A callback without its type; it refers to the caller's object.
class CallbackReference {
public:
    template <Callback Type>
    explicit CallbackReference(Type& callback) : callback_(std::addressof(callback)) {
        if constexpr (detail::HearsBegin<Type>) begin_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_begin(run); };
        if constexpr (detail::HearsBatch<Type>) batch_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_batch(run); };
        if constexpr (detail::HearsEpoch<Type>) epoch_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_epoch(run); };
        if constexpr (detail::HearsEnd<Type>) end_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_end(run); };
    }

    void on_begin(Run& run) const { begin_(callback_, run); }
    void on_batch(Run& run) const { batch_(callback_, run); }
    void on_epoch(Run& run) const { epoch_(callback_, run); }
    void on_end(Run& run) const { end_(callback_, run); }

private:
    using Hook = void (*)(void*, Run&);
    static constexpr Hook nothing = [](void*, Run&) {};

    void* callback_;
    Hook begin_ = nothing, batch_ = nothing, epoch_ = nothing, end_ = nothing;
};

}  // namespace denim::inline DENIM_TARGET
