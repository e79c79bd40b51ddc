// SPDX-License-Identifier: MIT
#pragma once

#include <denim/kernel/algorithm.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/window_axis.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A convolution bound to its geometry; Conv, and Conv with what fuses behind it, become this. For inference only what forward
/// reads is prepared.
template <kernel::Convolution Of, class Arithmetic, Mode For>
struct ConvLayer : LayerDefaults<Arithmetic> {
    using Stored = typename Arithmetic::Stored;
    using Kernel = kernel::algorithm<Of, Arithmetic>;
    static constexpr kernel::Convolution geometry = Of;

    static constexpr const char* algorithm = Kernel::name;
    static constexpr std::size_t prepared_size = For == Mode::training ? Kernel::prepared_size : Kernel::forward_prepared_size;
    static constexpr std::size_t prepare_parts = For == Mode::training ? Kernel::prepare_parts : Kernel::forward_prepare_parts;
    static constexpr std::size_t accumulator_size = Kernel::accumulator_size, finish_parts = Kernel::finish_parts;
    static constexpr std::size_t scratch_size = For == Mode::training ? Kernel::scratch_size : Kernel::forward_scratch_size;
    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Of.operations();
    static constexpr bool backward_reads_output = Of.epilogue != kernel::Epilogue::linear, forward_reads_parameters = false;

    static void prepare(const Stored* parameters, Stored* prepared, std::size_t part) {
        Kernel::prepare(parameters, parameters + Of.weights(), prepared, part);
    }
    static void forward(const Forward<Arithmetic>& at) {
        Kernel::forward(at.input(), at.prepared, at.output, at.record, at.scratch, at.first_band, at.last_band);
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        Kernel::template backward<Input>(at.input(), at.output, at.output_gradient, at.prepared, at.input_gradient(), at.record,
                                         at.scratch, at.accumulator);
    }
    static void finish(const Finish<Arithmetic>& of, std::size_t part) {
        Kernel::finish(of.accumulator, of.gradients, of.gradients + Of.weights(), part);
    }
};

namespace detail {

/// An activation that kernels have in registers; linear for others.
template <class Function>
inline constexpr kernel::Epilogue epilogue_of = std::same_as<Function, ReLU>    ? kernel::Epilogue::relu
                                                : std::same_as<Function, ReLU6> ? kernel::Epilogue::relu6
                                                                                : kernel::Epilogue::linear;

}  // namespace detail

/// What the convolutions share: where the windows stand, and what their options say.
template <WindowSize Window, class... Options>
struct ConvWindows : SpecDefaults {
    static_assert(Window.count() > 0, "denim: Conv: the window needs at least one row and column.");

    static constexpr bool bias = !detail::has<NoBias, Options...>;
    using Function = detail::activation_among<ReLU, Options...>;
    static constexpr bool linear = std::same_as<Function, Linear>, relu = std::same_as<Function, ReLU>;
    static constexpr WindowSize stride = detail::stride_or<Options...>(1), dilation = detail::dilation_among<Options...>();
    static_assert((stride.rows == 1 || dilation.rows == 1) && (stride.columns == 1 || dilation.columns == 1),
                  "denim: Conv: a Stride and a Dilation of more than 1 along the same axis do not go together; leave one out.");
    static constexpr WindowSize reach{(Window.rows - 1) * dilation.rows + 1, (Window.columns - 1) * dilation.columns + 1};  ///< from the first tap to the last
    static constexpr kernel::Choice choice = detail::chosen_kernel<Options...>();
    static constexpr kernel::Epilogue epilogue = detail::epilogue_of<Function>;
    using Behind = std::conditional_t<epilogue == kernel::Epilogue::linear, Function, Linear>;  ///< the activation that is no epilogue

    static constexpr WindowAxis rows = detail::row_axis<Options...>(reach, stride), columns = detail::column_axis<Options...>(reach, stride);
    static_assert(rows.touches() && columns.touches(),
                  "denim: Conv: a Padding of less than the pixels that a window reaches over was expected, so that each window touches the picture.");

    static constexpr bool fits(Shape in) { return in.channels > 0 && rows.fits(in.height) && columns.fits(in.width); }

protected:
    /// The kernel's geometry; with Epilogue::relu_pool `out` is the pooled picture.
    static constexpr kernel::Convolution convolution(Layout in, Layout out, kernel::Epilogue with, std::size_t groups) {
        return {in,
                out,
                rows.count(in.shape.height),
                columns.count(in.shape.width),
                Window,
                stride,
                rows.before(in.shape.height),
                columns.before(in.shape.width),
                with,
                bias,
                choice,
                dilation,
                groups};
    }

    template <class Arithmetic>
    static constexpr Border border_of(Shape in, std::size_t filters, kernel::Epilogue with, std::size_t groups) {
        const Border touched{rows.before(in.height), columns.before(in.width), rows.after(in.height), columns.after(in.width)};
        const std::size_t pool = with == kernel::Epilogue::relu_pool ? 2 : 1;
        const Shape kept{rows.count(in.height) / pool, columns.count(in.width) / pool, filters};
        return kernel::border<Arithmetic>(convolution({in, touched}, {kept}, with, groups));
    }
};

}  // namespace denim::inline DENIM_TARGET
