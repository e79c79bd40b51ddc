// SPDX-License-Identifier: MIT
#pragma once

// The core of Denim, in the way of the data: the machine, arrays, kernels, layers, networks, learning.

#include <denim/machine/target.hpp>
#include <denim/machine/accepted.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/random.hpp>
#include <denim/machine/say_once.hpp>
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

#include <denim/layer/spelling_table.hpp>

#include <denim/data/augmentation.hpp>
#include <denim/data/batches.hpp>

#include <denim/loss/binary_cross_entropy.hpp>
#include <denim/loss/focal.hpp>
#include <denim/loss/mean_squared_error.hpp>
#include <denim/loss/softmax_cross_entropy.hpp>

#include <denim/optimizer/adam.hpp>
#include <denim/optimizer/adam_w.hpp>
#include <denim/optimizer/check_step.hpp>
#include <denim/optimizer/clip.hpp>
#include <denim/optimizer/l2.hpp>
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
#include <denim/training/interrupted.hpp>
#include <denim/training/predict.hpp>
#include <denim/training/progress_bar.hpp>
#include <denim/training/progress_line.hpp>
#include <denim/training/stop_on_nan.hpp>
