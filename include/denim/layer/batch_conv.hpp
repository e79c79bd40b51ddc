// SPDX-License-Identifier: MIT
#pragma once

#include <denim/kernel/batch_convolution.hpp>
#include <denim/layer/conv_windows.hpp>

#include <cstddef>

namespace denim::inline DENIM_TARGET {

/// A convolution that learns from the whole batch at once: of many weights and small pictures, see kernel::takes_whole_batch.
template <kernel::Convolution Of, class Arithmetic>
struct BatchConvLayer : LayerDefaults<Arithmetic> {
    using Kernel = kernel::BatchConvolution<Of, Arithmetic>;

    static constexpr Works works = Works::on_batches;
    static constexpr const char* algorithm = Kernel::name;
    static constexpr bool sums_with_peers = true;
    static constexpr std::size_t prepared_size = Kernel::prepared_size, prepare_parts = Kernel::prepare_parts;
    static constexpr std::size_t scratch_size = Kernel::scratch_size, scratch_per_sample = Kernel::scratch_per_sample;
    static constexpr std::size_t operations = Of.operations();
    static constexpr bool backward_reads_output = Of.epilogue != kernel::Epilogue::linear, forward_reads_parameters = false;

    static void prepare(const float* parameters, float* prepared, std::size_t part) { Kernel::prepare(parameters, parameters + Of.weights(), prepared, part); }
    static void forward(const Forward<Arithmetic>& at) { Kernel::forward(at.input(), at.prepared, at.output, at.scratch, at.count); }
    template <Gradient Input>
    static void backward(const Backward<Arithmetic>& at) {
        Kernel::template backward<Input>(at.output, at.output_gradient, at.prepared, at.input_gradient(), at.scratch, at.count);
        part_of(at).sum(Of.weights() + (Of.bias ? Of.filters() : 0), at.gradients, [&](const Shares& shares, std::size_t first, float* to) {
            Kernel::gradients(at.input(), at.scratch, at.count, shares, first, to);
        });
    }
};

namespace detail {

template <kernel::Convolution Of, class Arithmetic, Mode For>
struct ChooseConv {
    using type = ConvLayer<Of, Arithmetic, For>;
};
template <kernel::Convolution Of, class Arithmetic>
    requires(kernel::takes_whole_batch<Arithmetic>(Of))
struct ChooseConv<Of, Arithmetic, Mode::training> {
    using type = BatchConvLayer<Of, Arithmetic>;
};

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET
