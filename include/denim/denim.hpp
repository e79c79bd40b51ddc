// SPDX-License-Identifier: MIT
#pragma once

// The core of Denim, in the way of the data: the machine, arrays, kernels, layers, networks, learning.

#include <denim/machine/target.hpp>
#include <denim/machine/accepted.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/random.hpp>
#include <denim/machine/simd.hpp>
#include <denim/machine/simd_order.hpp>
#include <denim/machine/simd_functions.hpp>
#include <denim/machine/threads.hpp>

#include <denim/tensor/shape.hpp>
#include <denim/tensor/layout.hpp>
#include <denim/tensor/array.hpp>
#include <denim/tensor/pictures.hpp>
#include <denim/tensor/row.hpp>

#include <denim/kernel/convolution.hpp>
#include <denim/kernel/algorithm.hpp>

#include <denim/layer/concept.hpp>
#include <denim/layer/composition.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/conv.hpp>
#include <denim/layer/depthwise_conv.hpp>
#include <denim/layer/separable_conv.hpp>
#include <denim/layer/pool.hpp>
#include <denim/layer/conv_pool.hpp>
#include <denim/layer/pad.hpp>
#include <denim/layer/crop.hpp>
#include <denim/layer/slice.hpp>
#include <denim/layer/shuffle_channels.hpp>
#include <denim/layer/dense.hpp>
#include <denim/layer/flatten.hpp>
#include <denim/layer/global_pool.hpp>
#include <denim/layer/layer_norm.hpp>
#include <denim/layer/group_norm.hpp>
#include <denim/layer/instance_norm.hpp>
#include <denim/layer/local_response_norm.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/conv_batch_norm.hpp>
#include <denim/layer/dropout.hpp>
#include <denim/layer/stochastic_depth.hpp>
#include <denim/layer/prelu.hpp>
#include <denim/layer/scale.hpp>
#include <denim/layer/rescale.hpp>
#include <denim/layer/normalise.hpp>
#include <denim/layer/sum.hpp>
#include <denim/layer/product.hpp>
#include <denim/layer/repeat.hpp>
#include <denim/layer/residual.hpp>
#include <denim/layer/gate.hpp>
#include <denim/layer/parallel.hpp>
#include <denim/layer/split_channels.hpp>
#include <denim/layer/heads.hpp>
#include <denim/layer/recompute.hpp>

#include <denim/loss/binary_cross_entropy.hpp>
#include <denim/loss/focal.hpp>
#include <denim/loss/mean_squared_error.hpp>
#include <denim/loss/softmax_cross_entropy.hpp>

#include <denim/optimizer/adam.hpp>
#include <denim/optimizer/adam_w.hpp>
#include <denim/optimizer/clip.hpp>
#include <denim/optimizer/lion.hpp>
#include <denim/optimizer/rms_prop.hpp>
#include <denim/optimizer/sgd.hpp>

#include <denim/metric/calibration.hpp>
#include <denim/metric/comparison.hpp>
#include <denim/metric/confusion.hpp>
#include <denim/metric/repeats.hpp>
#include <denim/metric/roc.hpp>
#include <denim/metric/target_score.hpp>

#include <denim/schedule/constant_rate.hpp>
#include <denim/schedule/cosine_rate.hpp>
#include <denim/schedule/exponential_rate.hpp>
#include <denim/schedule/one_cycle_rate.hpp>
#include <denim/schedule/plateau_rate.hpp>
#include <denim/schedule/step_rate.hpp>

#include <denim/network/describe.hpp>
#include <denim/network/network.hpp>
#include <denim/network/predictor.hpp>
#include <denim/network/settings.hpp>
#include <denim/network/summary.hpp>
#include <denim/network/trainer.hpp>

#include <denim/training/averaging.hpp>
#include <denim/training/csv_log.hpp>
#include <denim/training/ctrl_c.hpp>
#include <denim/training/early_stopping.hpp>
#include <denim/training/evaluate.hpp>
#include <denim/training/evaluate_targets.hpp>
#include <denim/training/fit.hpp>
#include <denim/training/progress_bar.hpp>
#include <denim/training/progress_line.hpp>
#include <denim/training/stop_on_nan.hpp>
