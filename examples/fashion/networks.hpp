// SPDX-License-Identifier: MIT
#pragma once

// The networks of the study, and what each task trains unless it is asked for its whole grid.

#include <denim/denim.hpp>
#include <denim/sweep/grid.hpp>

namespace fashion {

/// Photographs as the networks get them: 120 rows of 90 pixels.
using Frame = denim::Image<120, 90, 3>;

/// The families of networks that answer with one of so many classes.
template <std::size_t Classes>
struct Families {
    template <std::size_t Kernel, std::size_t Filters>
    using Base = denim::Network<Frame, denim::Sequential<denim::Conv<Kernel, Filters>, denim::MaxPool, denim::Conv<3, Filters>,
                                                         denim::MaxPool, denim::Dense<Classes>>>;

    /// One convolution, no pool.
    template <std::size_t Kernel, std::size_t Filters>
    using Model1 = denim::Network<Frame, denim::Sequential<denim::Conv<Kernel, Filters>, denim::Dense<Classes>>>;

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

/// Where the grid of a family lies below a task's logs, and what its axes are called.
struct Family {
    const char* name;
    std::vector<std::string> axes;
};
inline Family base() { return {"base", {"kernel", "filters"}}; }
inline Family model_1() { return {"model-1", {"kernel", "filters"}}; }
inline Family model_2() { return {"model-2", {"kernel", "filters", "second"}}; }
inline Family model_3() { return {"model-3", {"kernel", "filters", "second", "dense"}}; }

/// How a task is learned: its setting, at most so many epochs, and the test accuracy that the study printed (0: none).
template <std::size_t Classes>
struct SmallTask {  // its network is a base
    using Network = typename Families<Classes>::template Base<3, 32>;
    using Setting = denim::Grid<Families<Classes>::template Base, denim::Values<3>, denim::Values<32>>;
    static Family family() { return base(); }
    static constexpr std::size_t epochs = 15;
    static constexpr denim::Augmentation augmentation{};
};
template <std::size_t Classes>
struct WideTask {  // its network is a model 3
    using Network = typename Families<Classes>::template Model3<3, 64, 3, 512>;
    using Setting = denim::Grid<Families<Classes>::template Model3, denim::Values<3>, denim::Values<64>, denim::Values<3>,
                                denim::Values<512>>;
    static Family family() { return model_3(); }
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
    static Family family() { return {"heads", model_3().axes}; }
    static constexpr std::size_t epochs = 20;
    static constexpr denim::Augmentation augmentation{.flip = true};
    static constexpr const char* name = "every-label";
    static constexpr double study = 0;
};

}  // namespace fashion
