// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', Filters): convolution, bias, activation.
// Valid: H' = (H - Window) / stride + 1. Same: H' = ceil(H / stride). Columns alike. Weights (Window, Window, C, Filters).

#include <denim/kernel/algorithm.hpp>
#include <denim/layer/activation.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/fusion.hpp>
#include <denim/layer/options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

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
    static constexpr std::size_t scratch_size = Kernel::scratch_size, record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Of.operations();

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
        Kernel::finish(of.accumulators, of.shares, of.distance, of.gradients, of.gradients + Of.weights(), part);
    }
};

/// Convolution with Filters kernels of Window x Window. Options: Same or Valid, Stride<N>, an activation (ReLU unless said otherwise; Linear for none),
/// NoBias, HeUniform, HeNormal, Algorithm<Direct or Transformed>.
template <std::size_t Window, std::size_t Filters, class... Options>
struct Conv : SpecDefaults {
    static_assert(Window > 0, "denim: Conv: the window needs at least one row and column.");
    static_assert(Filters > 0, "denim: Conv: there must be at least one filter.");
    static_assert(((detail::only<Same, Valid, NoBias, HeUniform, HeNormal>::among<Options> || is_activation<Options> ||
                    detail::choice_of<Options> != kernel::Choice::fastest) && ...),
                  "denim: Conv: an option is not one of Same, Valid, Stride<N>, NoBias, HeUniform, HeNormal, Algorithm<...>, or an activation.");

    static constexpr bool same = detail::has<Same, Options...>;
    static constexpr bool bias = !detail::has<NoBias, Options...>;
    using Function = detail::activation_among<ReLU, Options...>;
    static constexpr bool linear = std::same_as<Function, Linear>, relu = std::same_as<Function, ReLU>;
    static constexpr std::size_t stride = detail::stride_or<Options...>(1);
    static constexpr kernel::Choice choice = detail::chosen_kernel<Options...>();
    static_assert(choice != kernel::Choice::transformed || (stride == 1 && (Window == 3 || Window == 5 || Window == 7)),
                  "denim: Conv: Algorithm<Transformed> takes windows of 3, 5 or 7 at stride 1; use Algorithm<Direct>, or leave the choice out.");

    /// Windows along `in` rows or columns, and zeros in front of the first.
    static constexpr std::size_t extent(std::size_t in) { return same ? (in + stride - 1) / stride : (in - Window) / stride + 1; }
    static constexpr std::size_t before(std::size_t in) {
        if (!same) return 0;
        const std::size_t reach = (extent(in) - 1) * stride + Window;
        return reach > in ? (reach - in) / 2 : 0;
    }

    static constexpr bool accepts(Shape in) { return same ? in.size() > 0 : in.height >= Window && in.width >= Window && in.channels > 0; }
    static constexpr Shape output(Shape in) { return {extent(in.height), extent(in.width), Filters}; }
    static constexpr auto parameters(Shape in) {
        const Parameter weights{"weights", {Window, Window, in.channels, Filters}, detail::initial_of<Options...>(), true,
                                Moved::by_gradient, Window * Window * in.channels, Window * Window * Filters};
        if constexpr (bias)
            return std::array{weights, Parameter{"bias", {Filters}}};
        else
            return std::array{weights};
    }

    /// The kernel's geometry; with Epilogue::relu_pool `out` is the pooled picture.
    static constexpr kernel::Convolution geometry(Layout in, Layout out, kernel::Epilogue with) {
        const Shape z = output(in.shape);
        return {in, out, z.height, z.width, Window, stride, before(in.shape.height), before(in.shape.width), with, bias, choice};
    }
    static constexpr kernel::Epilogue epilogue = relu ? kernel::Epilogue::relu : kernel::Epilogue::linear;

    template <class Arithmetic>
    static constexpr Border border(Shape in, kernel::Epilogue with = epilogue) {
        const Shape z = output(in);
        const auto after = [](std::size_t size, std::size_t count, std::size_t front) {
            const std::size_t reach = (count - 1) * stride + Window;
            return reach > size + front ? reach - size - front : 0;
        };
        const Border touched{before(in.height), before(in.width), after(in.height, z.height, before(in.height)),
                             after(in.width, z.width, before(in.width))};
        const Shape kept = with == kernel::Epilogue::relu_pool ? Shape{z.height / 2, z.width / 2, z.channels} : z;
        return kernel::border<Arithmetic>(geometry({in, touched}, {kept}, with));
    }

    template <class Arithmetic, Layout Out, Layout In, Mode For>
    using BoundTo = detail::activated<ConvLayer<geometry(In, Out, epilogue), Arithmetic, For>, std::conditional_t<relu, Linear, Function>, Out>;
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = BoundTo<Arithmetic, Out, In, Mode::training>;
    template <class Arithmetic, Layout Out, Layout In>
    using InferenceLayer = BoundTo<Arithmetic, Out, In, Mode::inference>;

    template <Shape In>
    struct Problem {
        static_assert(accepts(In), "denim: Conv: the window does not fit the picture that it gets; choose Same or a smaller window, or enlarge the image.");
    };
};

static_assert(Spec<Conv<3, 8, Same, Stride<2>, Linear>>);
static_assert(Layer<Conv<3, 8>::Layer<Fast, Layout{{6, 6, 8}, {}, Fast::channel_stride(8)}, Layout{{8, 8, 3}}>>);

}  // namespace denim::inline DENIM_TARGET
