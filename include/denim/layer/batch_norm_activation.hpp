// SPDX-License-Identifier: MIT
#pragma once

// BatchNorm with a ReLU or ReLU6 behind it, in one pass over the pictures on each way; in a trained network where no convolution in front takes
// both in.

#include <denim/layer/activation.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/layer/conv_windows.hpp>
#include <denim/layer/fusion.hpp>

#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// Training: on the whole batch. What BatchNorm gives is never stored; the activation's slope is one of the output.
template <class Arithmetic, kernel::Epilogue End, class Settings, Layout Out, Layout In>
struct ActivatedBatchNormLayer : BatchNormLayer<Arithmetic, Out, In, Settings> {
    using Base = BatchNormLayer<Arithmetic, Out, In, Settings>;
    using typename Base::Scalar;
    static constexpr auto pass = Base::pass.before(End);
    static constexpr std::size_t operations = Base::operations + Out.shape.size();
    static constexpr bool backward_reads_output = true;

    static void forward(const Forward<Scalar>& at) { pass.forward(at); }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        pass.backward(at, Input);
    }
};

/// A trained network: on samples.
template <class Arithmetic, kernel::Epilogue End, class Settings, Layout Out, Layout In>
struct ActivatedBatchNormInference : BatchNormInference<Arithmetic, Out, In, Settings> {
    using Base = BatchNormInference<Arithmetic, Out, In, Settings>;
    using typename Base::Scalar;
    static constexpr auto pass = Base::pass.before(End);
    static constexpr std::size_t operations = Base::operations + Out.shape.size();

    static void forward(const Forward<Scalar>& at) { pass.infer(at); }
};

template <class Arithmetic, Mode For, class Norm, class Function>
    requires(!Arithmetic::plain && detail::is_batch_norm<Norm> && detail::epilogue_of<Function> != kernel::Epilogue::linear)
struct Fused<Arithmetic, For, Norm, Activation<Function>> : SpecDefaults {
    static constexpr bool exists = true;
    static constexpr kernel::Epilogue end = detail::epilogue_of<Function>;

    template <class, Layout Out, Layout In>
    using Layer = std::conditional_t<For == Mode::training, ActivatedBatchNormLayer<Arithmetic, end, typename Norm::Settings, Out, In>,
                                     ActivatedBatchNormInference<Arithmetic, end, typename Norm::Settings, Out, In>>;
};

static_assert(check_fused<Mode::training, Shape{4, 4, 8}, BatchNorm, Activation<ReLU>>());

}  // namespace denim::inline DENIM_TARGET
