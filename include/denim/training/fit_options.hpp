// SPDX-License-Identifier: MIT
#pragma once

#include <denim/data/augmentation.hpp>
#include <denim/data/picture_source.hpp>
#include <denim/loss/loss.hpp>
#include <denim/loss/softmax_cross_entropy.hpp>
#include <denim/optimizer/adam.hpp>
#include <denim/optimizer/optimizer.hpp>
#include <denim/schedule/schedule.hpp>
#include <denim/training/averaging.hpp>

#include <cstddef>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// How a network learns.
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch = 32;  ///< pictures in a step; the last one of an epoch may have fewer
    Optimizer optimizer = Adam{};
    Loss loss = SoftmaxCrossEntropy{};
    Schedule schedule{};    ///< how the optimizer's rate changes; see cosine_rate.hpp and its neighbours
    double clip_norm = 0;   ///< the length to which a longer gradient of all parameters is shortened; 0: none
    Averaging averaging{};  ///< Ema or Swa: what is scored and stays is an average of weights
    Seed seed{};            ///< of the order of the pictures in each epoch, of augmentation and of dropout
    bool shuffle = true;
    bool balanced = false;  ///< every class of the training set comes equally often in an epoch, see balanced_order; of networks with one head
    Augmentation augmentation{};           ///< how the pictures of the training set, then bytes, change from epoch to epoch
    std::vector<float> head_weights = {};  ///< of a network with Heads: what the loss of each counts; all 1 unless set
    Reading reading{};                     ///< of sets that are sources: see PictureSource
    std::vector<Loss> head_losses = {};    ///< likewise: the loss of each, which wants labels; `loss` for all unless set
};

}  // namespace denim::inline DENIM_TARGET
