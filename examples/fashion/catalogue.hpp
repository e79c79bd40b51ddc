// SPDX-License-Identifier: MIT
#pragma once

// The labels of the study: 3 categories, 17 kinds of things in them, and the tasks that networks learn.

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fashion {

/// What a photograph shows. The order is the order of the labels.
struct Kind {
    std::string_view category, gender, type;
    std::string_view folder;  ///< category/folder/photograph.jpg
};

inline constexpr std::array<Kind, 17> kinds{{
    {"glasses", "", "optical", "optical"},
    {"glasses", "", "sunglasses", "sunglasses"},

    {"trousers", "male", "trousers", "trousers-male"},
    {"trousers", "male", "jeans", "jeans-male"},
    {"trousers", "female", "trousers", "trousers-female"},
    {"trousers", "female", "jeans", "jeans-female"},

    {"shoes", "male", "boots", "boots-male"},
    {"shoes", "male", "trainers", "trainers-male"},
    {"shoes", "male", "sandals", "sandals-male"},  // flip-flops, slides and slippers too
    {"shoes", "male", "formal", "formal-male"},
    {"shoes", "male", "others", "others-male"},
    {"shoes", "female", "boots", "boots-female"},
    {"shoes", "female", "ballerina", "ballerina-female"},
    {"shoes", "female", "trainers", "trainers-female"},
    {"shoes", "female", "heels", "heels-female"},
    {"shoes", "female", "sandals", "sandals-female"},
    {"shoes", "female", "others", "others-female"},
}};

/// One question to a network: which photographs it is asked about, and which word of a kind is the answer.
struct Task {
    std::string_view name;
    std::string_view category, gender;  ///< empty: all
    std::string_view Kind::*answer;
};

inline constexpr std::array<Task, 10> tasks{{
    {"primary", "", "", &Kind::category},
    {"glasses", "glasses", "", &Kind::type},
    {"trousers-all", "trousers", "", &Kind::folder},
    {"trousers-gender", "trousers", "", &Kind::gender},
    {"trousers-male", "trousers", "male", &Kind::type},
    {"trousers-female", "trousers", "female", &Kind::type},
    {"shoes-all", "shoes", "", &Kind::folder},
    {"shoes-gender", "shoes", "", &Kind::gender},
    {"shoes-male", "shoes", "male", &Kind::type},
    {"shoes-female", "shoes", "female", &Kind::type},
}};

/// What one network with a head for each answers at once. Types are asked for within a category, each in a head of its own:
/// what it learns of glasses, which are easy, says nothing of how far it can be believed about trousers.
inline constexpr std::array<Task, 5> head_tasks{{
    {"category", "", "", &Kind::category},
    {"gender", "", "", &Kind::gender},
    {"type-of-glasses", "glasses", "", &Kind::type},
    {"type-of-trousers", "trousers", "", &Kind::type},
    {"type-of-shoes", "shoes", "", &Kind::type},
}};

/// Throws std::invalid_argument if there is none.
inline const Task& task_named(std::string_view name) {
    const auto found = std::ranges::find(tasks, name, &Task::name);
    if (found == tasks.end()) throw std::invalid_argument("the catalogue has no task " + std::string{name});
    return *found;
}

/// The parts that a data set is cut in; sets are called task-part.
inline constexpr std::array<std::string_view, 3> parts{"train", "validation", "test"};

/// The place of a folder among the kinds.
inline std::optional<std::size_t> find_kind(std::string_view category, std::string_view folder) {
    const auto found =
        std::ranges::find_if(kinds, [&](const Kind& kind) { return kind.category == category && kind.folder == folder; });
    return found == kinds.end() ? std::nullopt : std::optional{static_cast<std::size_t>(found - kinds.begin())};
}

/// True if the task asks about this kind, and there is an answer.
constexpr bool concerns(const Task& task, const Kind& kind) {
    return (task.category.empty() || task.category == kind.category) && (task.gender.empty() || task.gender == kind.gender) &&
           !(kind.*task.answer).empty();
}

/// The task's answers in the order of their labels.
inline std::vector<std::string> class_names(const Task& task) {
    std::vector<std::string> names;
    for (const Kind& kind : kinds)
        if (concerns(task, kind) && std::ranges::find(names, kind.*task.answer) == names.end())
            names.emplace_back(kind.*task.answer);
    return names;
}

/// The answers to several questions, one's behind another's.
inline std::vector<std::string> class_names(std::span<const Task> questions) {
    std::vector<std::string> names;
    for (const Task& question : questions)
        for (std::string& name : class_names(question)) names.push_back(std::move(name));
    return names;
}

/// What stands before the keys of a question in a model's metadata, where the network answers several.
inline std::string key_of(std::span<const Task> questions, std::size_t head) {
    return questions.size() > 1 ? std::string{questions[head].name} + '.' : "";
}

/// The label of a kind in a task that concerns it.
inline int label(const Task& task, const Kind& kind) {
    const auto names = class_names(task);
    return static_cast<int>(std::ranges::find(names, kind.*task.answer) - names.begin());
}

}  // namespace fashion
