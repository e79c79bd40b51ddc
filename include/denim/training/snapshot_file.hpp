// SPDX-License-Identifier: MIT
#pragma once

// A snapshot as a safetensors file: tensors "parameters", "optimizer", "average" where there is one, "history" (epochs, 8),
// "counters", "scores", and what callbacks remember under "callback/...". Numbers that are those of another tensor stand once: the
// metadata says "same as/NAME" with the other's name.

#include <denim/format/safetensors.hpp>
#include <denim/machine/finite.hpp>
#include <denim/training/snapshot.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Writes a snapshot; the file appears whole or not at all.
DENIM_ONCE void write_snapshot(const std::filesystem::path& path, const SnapshotView& snapshot);

/// The way back; throws FileError if the file is no snapshot.
DENIM_ONCE Snapshot read_snapshot(const std::filesystem::path& path);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void write_snapshot(const std::filesystem::path& path, const SnapshotView& snapshot) {
    if (!all_finite(snapshot.parameters) || !all_finite(snapshot.optimizer) || !all_finite(snapshot.average))
        throw FileError(path.string(),
                        "is not written: a weight of the run, or a number of its optimizer, is not finite; what stood there stays");
    std::vector<double> history;
    for (const Epoch& each : snapshot.history.epochs)
        history.insert(history.end(),
                       {static_cast<double>(each.number), each.train.loss, each.train.accuracy, each.validation.loss,
                        each.validation.accuracy, each.rate, each.seconds, each.images_per_second});
    const std::array<std::uint64_t, 6> counters{snapshot.step,
                                                snapshot.epoch,
                                                snapshot.batch,
                                                snapshot.images,
                                                snapshot.finished ? 1u : 0u,
                                                snapshot.history.best_epoch};
    const std::array<double, 4> scores{snapshot.train.loss, snapshot.train.accuracy, snapshot.seconds,
                                       static_cast<double>(snapshot.rate)};
    const auto row = []<class Number>(std::span<const Number> numbers) {
        return AnyArrayView::of<Number>(numbers, {numbers.size()});
    };
    std::vector<NamedView> tensors{{"history", AnyArrayView::of<double>(history, {snapshot.history.epochs.size(), 8})},
                                   {"counters", row(std::span<const std::uint64_t>{counters})},
                                   {"scores", row(std::span<const double>{scores})}};
    std::map<std::string, std::string> metadata{{"run", snapshot.run.text()}, {"snapshot", "3"}};
    const auto add = [&](const std::string& name, std::span<const float> numbers) {
        const AnyArrayView view = row(numbers);
        const auto same = std::ranges::find_if(tensors, [&](const NamedView& each) {
            return !numbers.empty() && each.array.bytes.data() == view.bytes.data() && each.array.bytes.size() == view.bytes.size();
        });
        if (same == tensors.end())
            tensors.push_back({name, view});
        else
            metadata["same as/" + name] = same->name;
    };
    add("parameters", snapshot.parameters);
    add("optimizer", snapshot.optimizer);
    if (!snapshot.average.empty()) add("average", snapshot.average);
    for (const auto& [name, number] : snapshot.memory.numbers)
        tensors.push_back({"callback/number/" + name, row(std::span{&number, 1})});
    for (const auto& [name, array] : snapshot.memory.arrays) add("callback/array/" + name, array);
    write_safetensors(path, tensors, metadata);
}

DENIM_ONCE Snapshot read_snapshot(const std::filesystem::path& path) {
    const Safetensors file{path};
    const auto find = [&](const std::string& key) {
        const auto found = file.metadata().find(key);
        return found == file.metadata().end() ? std::string{} : found->second;
    };
    if (find("snapshot") != "3") throw FileError(file.name(), "a snapshot of version 3 was expected");
    Snapshot snapshot{SettingsRecord::from_text(find("run"))};
    std::vector<double> history, scores;
    std::vector<std::uint64_t> counters;
    constexpr std::string_view number = "callback/number/", array = "callback/array/", same = "same as/";
    std::map<std::string, SharedNumbers> shared;
    const auto take = [&](std::string_view name, const TensorEntry& tensor) {
        const AnyArrayView view = file.view(tensor);
        if (name == "parameters")
            snapshot.parameters = view.as<float>();
        else if (name == "optimizer")
            snapshot.optimizer = view.as<float>();
        else if (name == "average")
            snapshot.average = view.as<float>();
        else if (name == "history")
            history = view.as<double>();
        else if (name == "scores")
            scores = view.as<double>();
        else if (name == "counters")
            counters = view.as<std::uint64_t>();
        else if (name.starts_with(number) && view.size() == 1)
            snapshot.memory.numbers[std::string{name.substr(number.size())}] = view.as<double>()[0];
        else if (name.starts_with(array)) {
            const auto [place, fresh] = shared.try_emplace(tensor.name);
            if (fresh) place->second = view.as<float>();
            snapshot.memory.arrays[std::string{name.substr(array.size())}] = place->second;
        }
    };
    for (const TensorEntry& tensor : file.tensors()) take(tensor.name, tensor);
    for (const auto& [key, other] : file.metadata())
        if (key.starts_with(same)) {
            const auto found = std::ranges::find(file.tensors(), other, &TensorEntry::name);
            if (found == file.tensors().end()) throw FileError(file.name(), "a tensor " + detail::in_quotes(other) + " was expected");
            take(std::string_view{key}.substr(same.size()), *found);
        }
    if (counters.size() != 6 || scores.size() != 4 || history.size() % 8 != 0)
        throw FileError(file.name(), "the snapshot lacks its counters, scores or history");
    snapshot.step = counters[0];
    snapshot.epoch = static_cast<std::size_t>(counters[1]);
    snapshot.batch = static_cast<std::size_t>(counters[2]);
    snapshot.images = static_cast<std::size_t>(counters[3]);
    snapshot.finished = counters[4] != 0;
    snapshot.history.best_epoch = static_cast<std::size_t>(counters[5]);
    snapshot.train = {scores[0], scores[1]};
    snapshot.seconds = scores[2];
    snapshot.rate = static_cast<float>(scores[3]);
    for (std::size_t at = 0; at < history.size(); at += 8) {
        const double* each = &history[at];
        snapshot.history.epochs.push_back(
            {static_cast<std::size_t>(each[0]), {each[1], each[2]}, {each[3], each[4]}, each[5], each[6], each[7]});
    }
    return snapshot;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
