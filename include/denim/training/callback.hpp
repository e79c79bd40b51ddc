// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/settings_record.hpp>
#include <denim/metric/history.hpp>
#include <denim/training/kept_weights.hpp>
#include <denim/training/learner.hpp>
#include <denim/training/snapshot.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// A run of `fit` as callbacks see it.
struct Run {
    Learner& learner;
    History& history;                 ///< the epochs that have ended
    std::size_t epochs = 0;           ///< wanted
    std::size_t epoch = 0;            ///< under way, from 1
    std::size_t batches = 0;          ///< in an epoch
    std::size_t batch = 0;            ///< done in this epoch
    std::size_t images = 0;           ///< seen in this epoch
    std::size_t training_images = 0;  ///< in the training set
    Score train = {};                 ///< mean of this epoch so far
    double seconds = 0;               ///< since this epoch began
    double waited = 0;                ///< of these, the ones in which the network waited for pictures
    bool reads = false;               ///< the training set is a source, see PictureSource
    float rate = 0;                   ///< the learning rate; a callback may change it, unless fit has a schedule
    bool stop = false;                ///< a callback sets it: the run ends after this batch
    bool interrupted =
        false;  ///< set with `stop` by what may go on later: the run ends without this epoch, and fit throws Interrupted
    const Samples* validation = nullptr;            ///< null where there is none
    std::span<const float> validation_logits = {};  ///< (N, classes), in on_epoch
    Resumable* resumable = nullptr;                 ///< takes and restores snapshots
    std::vector<std::shared_ptr<const void>> kept = {};  ///< what a callback wants alive until the run ends, by an exception too
    KeptWeights copies = {};                             ///< what callbacks keep of the weights

    /// Whether the epoch has ended, and stands in the history.
    [[nodiscard]] bool between_epochs() const { return history.epochs.size() == epoch; }
    /// A copy of the weights as they are now; callbacks that keep the same ones share it.
    [[nodiscard]] SharedNumbers keep_weights() { return copies.keep(learner.parameters()); }
};

namespace detail {

template <class Type>
concept HearsBegin = requires(Type& callback, Run& run) { callback.on_begin(run); };
template <class Type>
concept HearsReady = requires(Type& callback, Run& run) { callback.on_ready(run); };
template <class Type>
concept HearsBatch = requires(Type& callback, Run& run) { callback.on_batch(run); };
template <class Type>
concept HearsEpoch = requires(Type& callback, Run& run) { callback.on_epoch(run); };
template <class Type>
concept HearsRest = requires(Type& callback, Run& run) { callback.on_rest(run); };
template <class Type>
concept HearsNaN = requires(Type& callback, Run& run) { callback.on_nan(run); };
template <class Type>
concept HearsEnd = requires(Type& callback, Run& run) { callback.on_end(run); };

template <class Type>
concept Remembers = requires(Type& callback, CallbackMemory& memory) {
    callback.remember(memory);
    callback.recall(memory);
};

}  // namespace detail

/// What a class needs to be a callback: at least one of these, each taking a Run&. on_begin; on_ready before the first batch,
/// when all callbacks have begun and a run that goes on stands where it was (files are opened here, so that a folder that cannot
/// be written is an error before anything is learned); on_batch and on_epoch (after them), on_end; on_rest after on_batch and
/// on_epoch, when all callbacks have heard these; on_nan where the loss or a gradient of a step, or a weight behind
/// it, is not finite: somebody has to set `stop`, or fit throws. What has to survive a kill goes through `remember(CallbackMemory&) const` and `recall(const CallbackMemory&)`.
/// One that changes what is learned, or when a run ends, lists its settings (see accepted.hpp) or describes itself (see SettingsRecord):
/// then a checkpoint of others, or of a run without it, is not taken for its own.
template <class Type>
concept Callback = detail::HearsBegin<Type> || detail::HearsReady<Type> || detail::HearsBatch<Type> || detail::HearsEpoch<Type> ||
                   detail::HearsRest<Type> || detail::HearsNaN<Type> || detail::HearsEnd<Type>;

/// A callback without its type; it refers to the caller's object.
class CallbackReference {
public:
    template <Callback Type>
    explicit CallbackReference(Type& callback)
        : callback_(const_cast<void*>(static_cast<const void*>(std::addressof(callback)))),
          name_(&detail::spelling<std::remove_const_t<Type>>) {
        if constexpr (detail::HearsBegin<Type>)
            begin_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_begin(run); };
        if constexpr (detail::HearsReady<Type>)
            ready_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_ready(run); };
        if constexpr (detail::HearsBatch<Type>)
            batch_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_batch(run); };
        if constexpr (detail::HearsEpoch<Type>)
            epoch_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_epoch(run); };
        if constexpr (detail::HearsRest<Type>) rest_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_rest(run); };
        if constexpr (detail::HearsNaN<Type>) nan_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_nan(run); };
        if constexpr (detail::Remembers<Type>) {
            remember_ = [](void* erased, CallbackMemory& memory) { static_cast<Type*>(erased)->remember(memory); };
            recall_ = [](void* erased, CallbackMemory& memory) { static_cast<Type*>(erased)->recall(memory); };
        }
        if constexpr (DescribesItself<Type> || ListsSettings<Type>)
            describe_ = [](const void* erased, SettingsRecord& to) { to("", *static_cast<const Type*>(erased)); };
        if constexpr (detail::HearsEnd<Type>) end_ = [](void* erased, Run& run) { static_cast<Type*>(erased)->on_end(run); };
    }

    void on_begin(Run& run) const { begin_(callback_, run); }
    void on_ready(Run& run) const { ready_(callback_, run); }
    void on_batch(Run& run) const { batch_(callback_, run); }
    void on_epoch(Run& run) const { epoch_(callback_, run); }
    void on_rest(Run& run) const { rest_(callback_, run); }
    void on_nan(Run& run) const { nan_(callback_, run); }
    void on_end(Run& run) const { end_(callback_, run); }
    void remember(CallbackMemory& memory) const { remember_(callback_, memory); }
    void recall(CallbackMemory& memory) const { recall_(callback_, memory); }

    /// The callback's type.
    [[nodiscard]] std::string name() const { return name_(); }
    [[nodiscard]] bool described() const { return describe_ != nullptr; }
    void describe(SettingsRecord& to) const { describe_(callback_, to); }

private:
    using Hook = void (*)(void*, Run&);
    static constexpr Hook nothing = [](void*, Run&) {};

    using MemoryHook = void (*)(void*, CallbackMemory&);
    static constexpr MemoryHook no_memory = [](void*, CallbackMemory&) {};

    void* callback_;
    std::string (*name_)();
    void (*describe_)(const void*, SettingsRecord&) = nullptr;
    Hook begin_ = nothing, ready_ = nothing, batch_ = nothing, epoch_ = nothing, rest_ = nothing, nan_ = nothing, end_ = nothing;
    MemoryHook remember_ = no_memory, recall_ = no_memory;
};

}  // namespace denim::inline DENIM_TARGET
