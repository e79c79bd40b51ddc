// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/data_set.hpp>
#include <denim/loss/head_losses.hpp>

#include "fashion/catalogue.hpp"
#include "fashion/networks.hpp"

#include <filesystem>
#include <type_traits>
#include <utility>

namespace fashion {

/// Photographs of a task with its labels, and what each shows: its place in `kinds` of the catalogue.
struct LabelledSet : denim::DataSet {
    std::vector<std::int32_t> shown;
};

/// Reads TASK-PART.npz as convert_images wrote it; throws denim::FileError if it is another set.
LabelledSet read_set(const std::filesystem::path& folder, const Task& task, std::string_view part);

/// Photographs with a label for each of `head_tasks`, `denim::no_label` where a question does not concern one.
struct HeadSet {
    denim::Array<std::uint8_t, 4> images;
    denim::Array<std::int32_t, 2> labels;
    std::vector<std::int32_t> shown;

    explicit HeadSet(LabelledSet set)
        : images(std::move(set.images)),
          labels(denim::Array<std::int32_t, 2>::from_shape({set.shown.size(), head_tasks.size()})),
          shown(std::move(set.shown)) {
        for (std::size_t n = 0; n < shown.size(); ++n) {
            const Kind& kind = kinds[static_cast<std::size_t>(shown[n])];
            for (std::size_t head = 0; head < head_tasks.size(); ++head)
                labels(n, head) = concerns(head_tasks[head], kind) ? label(head_tasks[head], kind) : denim::no_label;
        }
    }
};

/// The three parts of what a network learns from.
template <class Set>
struct Sets {
    Set train, validation, test;
};
using TaskSets = Sets<LabelledSet>;

/// Whether a task's network answers several questions at once.
template <class Task>
inline constexpr bool has_heads = Task::Network::heads.size() > 1;

/// Whether a task's network tells the categories apart.
template <class Task>
inline constexpr bool tells_category = has_heads<Task> || std::is_same_v<Task, Primary>;

template <class Task>
using SetsOf = Sets<std::conditional_t<has_heads<Task>, HeadSet, LabelledSet>>;

/// What a task's network is asked: one question, or one for each head.
template <class Task>
std::span<const fashion::Task> questions_of() {
    if constexpr (has_heads<Task>)
        return head_tasks;
    else
        return {&task_named(Task::name), 1};
}

/// What stands before the keys of a question in a model's metadata.
template <class Task>
std::string key_of(const fashion::Task& question) {
    return has_heads<Task> ? std::string{question.name} + '.' : "";
}

TaskSets read_sets(const std::filesystem::path& folder, const Task& task);

/// The sets that a task's network learns from; one for all labels takes those of the primary task, where all photographs are.
template <class Task>
SetsOf<Task> sets_of(const std::filesystem::path& folder) {
    TaskSets sets = read_sets(folder, task_named(has_heads<Task> ? tasks[0].name : Task::name));
    if constexpr (has_heads<Task>)
        return {HeadSet{std::move(sets.train)}, HeadSet{std::move(sets.validation)}, HeadSet{std::move(sets.test)}};
    else
        return sets;
}

}  // namespace fashion
