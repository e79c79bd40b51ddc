// SPDX-License-Identifier: MIT
#pragma once

// The study's networks, for programs that need many of them at once: study, compare_..., label, and the large grids. The program of a task
// (primary.cpp, glasses.cpp, ...) spells its own; a type is the same whoever spells it, so these read what it wrote, and refuse another.

#include <denim/denim.hpp>
#include <denim/sweep/grid.hpp>

#include "fashion/task_sets.hpp"

#include <string>
#include <type_traits>
#include <vector>

namespace fashion {

/// Photographs as the networks get them: 120 rows of 90 pixels.
using Frame = denim::Image<120, 90, 3>;

/// The families of networks that answer with one of so many classes.
template <std::size_t Classes>
struct Families {
    template <std::size_t Kernel, std::size_t Filters>
    using Base = denim::Network<Frame, denim::Sequential<denim::Conv<Kernel, Filters>, denim::MaxPool, denim::Conv<3, Filters>,
                                                         denim::MaxPool, denim::Dense<Classes>>>;

    /// The base with another second kernel.
    template <std::size_t Kernel, std::size_t Filters, std::size_t Second>
    using Model2 =
        denim::Network<Frame, denim::Sequential<denim::Conv<Kernel, Filters>, denim::MaxPool, denim::Conv<Second, Filters>,
                                                denim::MaxPool, denim::Dense<Classes>>>;

    /// Model 2 with a wide layer before the last.
    template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
    using Model3 =
        denim::Network<Frame, denim::Sequential<denim::Conv<Kernel, Filters>, denim::MaxPool, denim::Conv<Second, Filters>,
                                                denim::MaxPool, denim::Dense<Wide, denim::ReLU>, denim::Dense<Classes>>>;
};

/// How a task is learned: its setting and where its runs lie below its logs, at most so many epochs, and the test accuracy that the study
/// printed (0: none).
template <std::size_t Classes>
struct SmallTask {  // its network is a base
    using Network = typename Families<Classes>::template Base<3, 32>;
    using Setting = denim::Grid<Families<Classes>::template Base, denim::Values<3>, denim::Values<32>>;
    static constexpr const char* family = "base";
    static std::vector<std::string> axes() { return {"kernel", "filters"}; }
    static constexpr std::size_t epochs = 15;
    static constexpr denim::Augmentation augmentation{};
};
template <std::size_t Classes>
struct WideTask {  // its network is a model 3
    using Network = typename Families<Classes>::template Model3<3, 64, 3, 512>;
    using Setting = denim::Grid<Families<Classes>::template Model3, denim::Values<3>, denim::Values<64>, denim::Values<3>,
                                denim::Values<512>>;
    static constexpr const char* family = "model-3";
    static std::vector<std::string> axes() { return {"kernel", "filters", "second", "dense"}; }
    static constexpr std::size_t epochs = 20;
    static constexpr denim::Augmentation augmentation{};
};

struct Primary : SmallTask<3> {
    static constexpr const char* name = "primary";
    static constexpr double study = 0.9988;
};
struct Glasses : SmallTask<2> {
    static constexpr const char* name = "glasses";
    static constexpr double study = 0.9480;
};
struct TrousersAll : WideTask<4> {
    static constexpr const char* name = "trousers-all";
    static constexpr double study = 0.7400;
};
struct TrousersGender : WideTask<2> {
    static constexpr const char* name = "trousers-gender";
    static constexpr double study = 0.8760;
};
struct TrousersMale : WideTask<2> {
    static constexpr const char* name = "trousers-male";
    static constexpr double study = 0.8680;
};
struct TrousersFemale : WideTask<2> {
    static constexpr const char* name = "trousers-female";
    static constexpr double study = 0.8320;
};
struct ShoesAll : WideTask<11> {
    static constexpr const char* name = "shoes-all";
    static constexpr double study = 0.7173;
    static constexpr denim::Augmentation augmentation{.flip = true};
};
struct ShoesGender : WideTask<2> {
    static constexpr const char* name = "shoes-gender";
    static constexpr double study = 0;
};
struct ShoesMale : WideTask<5> {
    static constexpr const char* name = "shoes-male";
    static constexpr double study = 0.8687;
};
struct ShoesFemale : WideTask<6> {
    static constexpr const char* name = "shoes-female";
    static constexpr double study = 0.8194;
};

/// All labels of all photographs in one network: the trunk of a model 3, and a head for each of the catalogue's `head_tasks`.
struct EveryLabel {
    template <std::size_t Kernel, std::size_t Filters, std::size_t Second, std::size_t Wide>
    using WithHeads = denim::Network<
        Frame,
        denim::Sequential<denim::Conv<Kernel, Filters>, denim::MaxPool, denim::Conv<Second, Filters>, denim::MaxPool,
                          denim::Dense<Wide, denim::ReLU>,
                          denim::Heads<denim::Dense<3>, denim::Dense<2>, denim::Dense<2>, denim::Dense<2>, denim::Dense<7>>>>;
    using Network = WithHeads<3, 64, 3, 512>;
    using Setting = denim::Grid<WithHeads, denim::Values<3>, denim::Values<64>, denim::Values<3>, denim::Values<512>>;
    static constexpr const char* family = "heads";
    static std::vector<std::string> axes() { return {"kernel", "filters", "second", "dense"}; }
    static constexpr std::size_t epochs = 20;
    static constexpr denim::Augmentation augmentation{.flip = true};
    static constexpr const char* name = "every-label";
    static constexpr double study = 0;
};

/// Whether a task's network answers several questions at once.
template <class Task>
inline constexpr bool has_heads = Task::Network::heads.size() > 1;

/// Whether a task's network tells the categories apart.
template <class Task>
inline constexpr bool tells_category = has_heads<Task> || std::is_same_v<Task, Primary>;

/// What a task's network is asked: one question, or one for each head.
template <class Task>
std::span<const fashion::Task> questions_of() {
    if constexpr (has_heads<Task>)
        return head_tasks;
    else
        return {&task_named(Task::name), 1};
}

/// What a task's network learns from.
template <class Task>
auto sets_of(const std::filesystem::path& folder) {
    if constexpr (has_heads<Task>)
        return read_head_sets(folder);
    else
        return read_sets(folder, Task::name);
}

}  // namespace fashion
