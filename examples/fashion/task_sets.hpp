// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/data_set.hpp>
#include <denim/loss/head_losses.hpp>

#include "fashion/catalogue.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

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
    [[nodiscard]] std::size_t size() const { return shown.size(); }
};

/// What networks learn from.
template <class Set>
struct Sets {
    std::span<const Task> questions;  ///< that the labels answer: one, or one for each head
    Set train, validation, test;
};
using TaskSets = Sets<LabelledSet>;
using HeadSets = Sets<HeadSet>;

/// The three sets of a task of the catalogue; throws std::invalid_argument if there is none of that name.
TaskSets read_sets(const std::filesystem::path& folder, std::string_view task);

/// All photographs, which are those of the primary task, with the labels of all heads.
HeadSets read_head_sets(const std::filesystem::path& folder);

}  // namespace fashion
