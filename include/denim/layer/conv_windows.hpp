// SPDX-License-Identifier: MIT
#pragma once

#include <denim/kernel/algorithm.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/layer/options.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A convolution bound to its geometry; Conv, and Conv with what fuses behind it, become this. For inference only what forward
/// reads is prepared.
template <kernel::Convolution Of, class Arithmetic, Mode For>
struct ConvLayer : LayerDefaults<typename Arithmetic::Scalar> {
    using Scalar = typename Arithmetic::Scalar;
    using Kernel = kernel::algorithm<Of, Arithmetic>;

    static constexpr const char* algorithm = Kernel::name;
    static constexpr std::size_t prepared_size = For == Mode::training ? Kernel::prepared_size : Kernel::forward_prepared_size;
    static constexpr std::size_t prepare_parts = For == Mode::training ? Kernel::prepare_parts : Kernel::forward_prepare_parts;
    static constexpr std::size_t accumulator_size = Kernel::accumulator_size, finish_parts = Kernel::finish_parts;
    static constexpr std::size_t scratch_size = For == Mode::training ? Kernel::scratch_size : Kernel::forward_scratch_size;
    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Of.operations();
    static constexpr bool backward_reads_output = Of.epilogue != kernel::Epilogue::linear, forward_reads_parameters = false;

    static void prepare(const Scalar* parameters, Scalar* prepared, std::size_t part) {
        Kernel::prepare(parameters, parameters + Of.weights(), prepared, part);
    }
    static void forward(const Forward<Scalar>& at) {
        Kernel::forward(at.input(), at.prepared, at.output, at.record, at.scratch, at.first_band, at.last_band);
    }
    template <Gradient Input>
    static void backward(const Backward<Scalar>& at) {
        Kernel::template backward<Input>(at.input(), at.output, at.output_gradient, at.prepared, at.input_gradient(), at.record,
                                         at.scratch, at.accumulator);
    }
    static void finish(const Finish<Scalar>& of, std::size_t part) {
        Kernel::finish(of.accumulator, of.gradients, of.gradients + Of.weights(), part);
    }
};

/// What the convolutions share: where the windows of Window x Window stand, and what their options say.
template <std::size_t Window, class... Options>
struct ConvWindows : SpecDefaults {
    static_assert(Window > 0, "denim: Conv: the window needs at least one row and column.");

    static constexpr bool same = detail::has<Same, Options...>;
    static constexpr bool bias = !detail::has<NoBias, Options...>;
    using Function = detail::activation_among<ReLU, Options...>;
    static constexpr bool linear = std::same_as<Function, Linear>, relu = std::same_as<Function, ReLU>;
    static constexpr std::size_t stride = detail::stride_or<Options...>(1), dilation = detail::dilation_among<Options...>;
    static_assert(stride == 1 || dilation == 1,
                  "denim: Conv: a Stride and a Dilation of more than 1 do not go together; leave one out.");
    static constexpr std::size_t reach = (Window - 1) * dilation + 1;  ///< pixels from the first tap to the last
    static constexpr kernel::Choice choice = detail::chosen_kernel<Options...>();
    static constexpr kernel::Epilogue epilogue = relu ? kernel::Epilogue::relu : kernel::Epilogue::linear;

    /// Windows along `in` rows or columns, and zeros in front of the first.
    static constexpr std::size_t extent(std::size_t in) {
        return same ? in / stride + (in % stride != 0) : (in - reach) / stride + 1;
    }
    static constexpr std::size_t before(std::size_t in) {
        const std::size_t touched = (extent(in) - 1) * stride + reach;
        return same && touched > in ? (touched - in) / 2 : 0;
    }
    static constexpr bool fits(Shape in) {
        return same ? in.size() > 0 : in.height >= reach && in.width >= reach && in.channels > 0;
    }

protected:
    /// The kernel's geometry; with Epilogue::relu_pool `out` is the pooled picture.
    static constexpr kernel::Convolution convolution(Layout in, Layout out, kernel::Epilogue with, std::size_t groups) {
        return {in,
                out,
                extent(in.shape.height),
                extent(in.shape.width),
                Window,
                stride,
                before(in.shape.height),
                before(in.shape.width),
                with,
                bias,
                choice,
                dilation,
                groups};
    }

    template <class Arithmetic>
    static constexpr Border border_of(Shape in, std::size_t filters, kernel::Epilogue with, std::size_t groups) {
        const auto after = [](std::size_t size) {
            const std::size_t touched = (extent(size) - 1) * stride + reach;
            return touched > size + before(size) ? touched - size - before(size) : 0;
        };
        const Border touched{before(in.height), before(in.width), after(in.height), after(in.width)};
        const std::size_t pool = with == kernel::Epilogue::relu_pool ? 2 : 1;
        const Shape kept{extent(in.height) / pool, extent(in.width) / pool, filters};
        return kernel::border<Arithmetic>(convolution({in, touched}, {kept}, with, groups));
    }
};

}  // namespace denim::inline DENIM_TARGET
