// SPDX-License-Identifier: MIT
#pragma once

// The networks that fine_tune teaches, in two parts: a front that stays as it is, so that what it gives for a photograph is computed once, and a
// body, the last blocks, that may learn. The frame's size is part of the type, so each size is a source of its own, lite_....cpp.

#include <denim/denim.hpp>
#include <denim/exchange/import_weights.hpp>
#include <denim/zoo/efficientnet.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace tuning {

/// How many kinds of photographs a network has room for; outputs that no kind has are shut by their bias.
inline constexpr std::size_t room = 64;

/// EfficientNet-Lite0 up to its last five blocks, and these. Weights: examples/pretrained/get. Sides of 32 n + 1 are odd at every stride of 2: then the
/// zeros of TensorFlow's "same", by which the weights were learned, are those of the zoo.
template <std::size_t Height, std::size_t Width>
struct Lite {
    static_assert(Height % 32 == 1 && Width % 32 == 1);
    static std::string name() { return Height == 321 ? "lite" : "lite-" + std::to_string(Height) + "x" + std::to_string(Width); }
    using Frame = denim::Image<Height, Width, 3>;
    using Front = denim::Sequential<denim::Rescale<1.9921875, -0.9921875>,  // (byte - 127) / 128
                                    denim::zoo::ConvNorm<3, 32, denim::ReLU6, denim::Stride<2>>,
                                    denim::zoo::InvertedStage<1, 32, 16, 1, 3, 1, denim::ReLU6>,
                                    denim::zoo::InvertedStage<2, 16, 24, 6, 3, 2, denim::ReLU6>,
                                    denim::zoo::InvertedStage<2, 24, 40, 6, 5, 2, denim::ReLU6>,
                                    denim::zoo::InvertedStage<3, 40, 80, 6, 3, 2, denim::ReLU6>,
                                    denim::zoo::InvertedStage<3, 80, 112, 6, 5, 1, denim::ReLU6>,
                                    denim::zoo::InvertedResidual<112, 672, 192, 5, 2, denim::ReLU6>>;
    using Body = denim::Sequential<denim::Repeat<3, denim::zoo::InvertedResidual<192, 1152, 192, 5, 1, denim::ReLU6>>,
                                   denim::zoo::InvertedResidual<192, 1152, 320, 3, 1, denim::ReLU6>,
                                   denim::zoo::ConvNorm<1, 1280, denim::ReLU6>, denim::GlobalPool<denim::Average>>;
    static constexpr const char* last_picture = "2";  ///< the layer of the body whose places are looked at
    static constexpr bool norms_stay = true;          ///< BatchNorm by the statistics of a million pictures
    static constexpr float rate = 3e-4f;              ///< of the body

    /// The weights that others learned from ImageNet, all but the last layer's. Throws denim::FileError.
    template <class Whole>
    static void import_into(Whole& network, const std::filesystem::path& file) {
        using Theirs = denim::Network<Frame, denim::Sequential<denim::zoo::EfficientNetLite0<1000>>>;
        constexpr std::size_t last = 1280 * 1000 + 1000, shared = Theirs::parameter_count - last;
        static_assert(shared + (1280 + 1) * room == Whole::parameter_count);
        Theirs theirs;
        denim::import_weights(theirs, file, denim::WeightLayout::pytorch, {.batch_norm_epsilon = 1e-3});
        network.edit_parameters([&](std::span<float> to) { std::copy_n(theirs.parameters().begin(), shared, to.begin()); });
    }
};

/// A small network for where no pretrained weights are: all of it learns, so its front does nothing.
struct Small {
    static std::string name() { return "small"; }
    using Frame = denim::Image<120, 90, 3>;
    using Front = denim::Sequential<denim::Rescale<1>>;
    using Body = denim::Sequential<denim::Conv<3, 16, denim::Same>, denim::MaxPool, denim::BatchNorm, denim::Conv<3, 32, denim::Same>, denim::MaxPool,
                                   denim::BatchNorm, denim::Conv<3, 48, denim::Same>, denim::MaxPool, denim::BatchNorm,
                                   denim::Conv<3, 64, denim::Same>, denim::MaxPool, denim::BatchNorm, denim::Dense<96, denim::ReLU>>;
    static constexpr const char* last_picture = "11";
    static constexpr bool norms_stay = false;
    static constexpr float rate = 2e-3f;
};

}  // namespace tuning
