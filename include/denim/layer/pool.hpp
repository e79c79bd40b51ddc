// SPDX-License-Identifier: MIT
#pragma once

// (H, W, C) -> (H', W', C): the largest number, or the mean, of each window, channel by channel. H' = (H + zeros - rows of the window) / stride
// + 1, and with Same H' = ceil(H / stride). Columns alike. What lies outside of the picture does not count, unless an average is told so.

#include <denim/kernel/plain_pool.hpp>
#include <denim/kernel/pool.hpp>
#include <denim/layer/check_layer.hpp>
#include <denim/layer/concept.hpp>
#include <denim/layer/options.hpp>
#include <denim/layer/window_axis.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace denim::inline DENIM_TARGET {

/// A pool bound to its layouts. A max pool records which number of each window won (row by row; the first of equals), and its
/// backward gives the gradient to it.
template <class Kernel, class Arithmetic, Layout Out>
struct PoolLayer : LayerDefaults<Arithmetic> {
    static constexpr std::size_t record_size = Kernel::record_size;
    static constexpr std::size_t bands = Kernel::bands, operations = Out.shape.size();
    static constexpr bool backward_reads_input = false, backward_reads_output = false;

    static void forward(const Forward<Arithmetic>& at) {
        Kernel::forward(at.input(), at.output, at.record, at.first_band, at.last_band);
    }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        Kernel::template backward<Input>(at.output_gradient, at.record, at.input_gradient());
    }
};

/// Pooling over windows of Window, a side or Window<Rows, Columns>; the step is the window's size unless Stride<N> or Stride<Rows, Columns>
/// says otherwise. Operation: Max or Average. Options: Same, Valid or Padding<...>, Stride<...>, CeilMode; of an average CountPadding.
template <class Operation, WindowSize Window, class... Options>
struct Pool : SpecDefaults {
    static_assert(std::same_as<Operation, Max> || std::same_as<Operation, Average>, "denim: Pool: the operation must be Max or Average.");
    static_assert(Window.count() > 0, "denim: Pool: the window needs at least one row and column.");
    static_assert(detail::only<Same, Valid, CeilMode, CountPadding>::among<Options...>,
                  "denim: Pool: an option is not one of Same, Valid, Padding<...>, Stride<...>, CeilMode, CountPadding.");
    static_assert(detail::one_of_a_kind<Options...>(),
                  "denim: Pool: options contradict each other; take one at most of Same, Valid and Padding, and one Stride.");

    static constexpr WindowSize stride = detail::stride_or<Options...>(detail::steps_of(Window.rows, Window.columns));
    static constexpr bool counts_padding = detail::has<CountPadding, Options...>;
    static constexpr WindowAxis rows = detail::row_axis<Options...>(Window, stride), columns = detail::column_axis<Options...>(Window, stride);
    static_assert(Window.count() == 0 || (rows.touches() && columns.touches()),
                  "denim: Pool: a Padding of less than the window's size was expected, so that each window touches the picture.");
    static_assert(!detail::has<CeilMode, Options...> || !detail::has<Same, Options...>,
                  "denim: Pool: CeilMode and Same do not go together; Same has a window for each step already.");
    static_assert(!counts_padding || std::same_as<Operation, Average>, "denim: Pool: CountPadding is an option of Pool<Average, ...>.");

    static constexpr kernel::Windows windows(Shape in) {
        const auto clips = [](const WindowAxis& axis, std::size_t size) { return axis.before(size) > 0 || axis.after(size) > 0; };
        return {.size = Window,
                .stride = stride,
                .top = rows.before(in.height),
                .left = columns.before(in.width),
                .clipped = clips(rows, in.height) || clips(columns, in.width),
                .counts_padding = counts_padding,
                .bottom = rows.back,
                .right = columns.back};
    }

    static constexpr bool accepts(Shape in) { return in.channels > 0 && rows.fits(in.height) && columns.fits(in.width); }
    static constexpr Shape output(Shape in) { return {rows.count(in.height), columns.count(in.width), in.channels}; }

    template <class Arithmetic, Layout Out, Layout In>
    struct Kernel {
        using Stored = typename Arithmetic::Stored;
        using Computed = typename Arithmetic::Computed;
        static constexpr kernel::Windows of = windows(In.shape);
        using Plain = std::conditional_t<std::same_as<Operation, Max>,
                kernel::PlainMaxPool<Out, In, of, Stored, Computed>, kernel::PlainAveragePool<Out, In, of, Stored, Computed>>;
        using Quick = std::conditional_t<std::same_as<Operation, Max>, kernel::MaxPool<Out, In, of>, kernel::AveragePool<Out, In, of>>;
        using type = std::conditional_t<Arithmetic::policy == Policy::plain, Plain, Quick>;
    };
    template <class Arithmetic, Layout Out, Layout In>
    using Layer = PoolLayer<typename Kernel<Arithmetic, Out, In>::type, Arithmetic, Out>;

    template <Shape In>
    struct Problem {
        static_assert(!std::same_as<Operation, Max> || accepts(In),
                      "denim: MaxPool: the window does not fit the picture that it gets; remove a pool or enlarge the image.");
        static_assert(std::same_as<Operation, Max> || accepts(In),
                      "denim: Pool: the window does not fit the picture that it gets; remove a pool or enlarge the image.");
    };
};

/// The largest of each 2 x 2 window, at stride 2.
using MaxPool = Pool<Max, 2>;

static_assert(check_layer<MaxPool, Shape{5, 4, 8}>());

}  // namespace denim::inline DENIM_TARGET
