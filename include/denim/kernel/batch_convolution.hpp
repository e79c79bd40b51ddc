// SPDX-License-Identifier: MIT
#pragma once

// The convolution of a whole batch, for layers that learn many weights from small pictures: sample by sample, each of them would go through the sums of all
// weights' gradients in memory. Here a block of these sums stays in registers while all samples go by (dense_gradient.hpp), and weights are read once
// for all of them (batch_tiles.hpp, and run_batch of register_tiles.hpp). Forward has the bits of a sample alone.

#include <denim/kernel/algorithm.hpp>
#include <denim/kernel/batch_tiles.hpp>
#include <denim/machine/peers.hpp>
#include <denim/machine/threads.hpp>

#include <algorithm>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// Whether the whole batch goes together: where the sums of the weights' gradients are more than the second level holds, and few pixels would make a
/// sample visit them all. (MobileNetV2 at 96 x 96 learns 1.035 times as fast with its smaller ones sample by sample, ResNet-18 1.4 times as fast with its
/// larger ones together.)
template <class Arithmetic>
constexpr bool takes_whole_batch(const Convolution& of) {
    const Family chosen = family<Arithmetic>(of);
    if (of.pooled() || of.output.stride != round_up(of.filters(), simd::lanes<float>)) return false;
    if (chosen == Family::direct ? !has_phases(of) || of.input.stride > round_up(of.channels(), simd::lanes<float>)
                                 : chosen != Family::transformed || of.channels() <= few_channels)
        return false;
    const std::size_t sums = (chosen == Family::transformed ? tile * tile : of.window.count()) * of.channels() * of.filters();
    return sums >= 262'144 && of.rows * of.columns <= 200;
}

/// Pictures of a batch follow each other as their layouts are large.
template <Convolution Of, class Arithmetic>
struct BatchConvolution {
    using One = algorithm<Of, Arithmetic>;

private:
    static constexpr bool transformed = family<Arithmetic>(Of) == Family::transformed;
    static constexpr bool masks = Of.bias || Of.epilogue != Epilogue::linear;
    static constexpr std::size_t padded = Of.output.stride, side = transformed ? tile + 1 - Of.side() : 1;
    static constexpr BatchTilePass there = transformed ? batch_tile_pass(forward_pass(Of)) : BatchTilePass{};
    static constexpr BatchTilePass back = transformed ? batch_tile_pass(backward_pass(Of)) : BatchTilePass{};
    static constexpr DirectPass direct = [] {
        DirectPass pass = direct_pass(Of);
        pass.forward_tiles = register_tiles<Of, Gradient::write, true>();
        pass.phases = input_phases(Of, true);
        return pass;
    }();
    static constexpr DenseGradient dense = dense_gradient<Of>();
    static constexpr Layout z = gradient_picture(Of);  // for tiles, within the zeros that they touch
    static constexpr std::size_t operations = Of.operations();
    // Of scratch, for each sample: the gradient of the biases, its part of the panels, and room for z's gradient within zeros; then tiles.
    static constexpr std::size_t panels = dense.panels() * dense.panel_size(Of), room = round_up(transformed ? z.size() : direct.phases.z.size(), 16);

public:
    static constexpr const char* name = One::name;
    static constexpr std::size_t forward_prepared_size = transformed ? One::forward_prepared_size : direct.forward_tiles.packed_size;
    static constexpr std::size_t prepared_size = transformed ? One::prepared_size : forward_prepared_size + direct.backward_weights();
    static constexpr std::size_t prepare_parts = One::prepare_parts;
    static constexpr std::size_t scratch_size = transformed ? std::max(there.scratch(), back.scratch()) : 0;
    static constexpr std::size_t scratch_per_sample =
        padded + panels + room + (transformed ? std::max(there.scratch_per_sample(), back.scratch_per_sample()) : 0);

    /// As of the algorithm for one sample; what is prepared stands otherwise.
    static void prepare(const float* weights, const float* bias, float* prepared, std::size_t part) {
        if constexpr (transformed)
            One::prepare(weights, bias, prepared, part);
        else
            direct.prepare(weights, bias, prepared, part);
    }

    static void forward(const float* input, const float* prepared, float* output, float* scratch, std::size_t samples) {
        if constexpr (transformed) {
            constexpr std::size_t first = Of.input.offset(0 - Of.top, 0 - Of.left);
            run_batch_tiles<side>(there, multiply_by<there.rows, there.of.width>(), input + first, Of.input.size(), prepared + padded,
                                  Scratch{scratch, samples}.tiles, samples, [&](std::size_t sample) {
                                      return detail::WriteOutput<Of.epilogue, side>{rows_of(Of.output), prepared, output + sample * Of.output.size(), nullptr};
                                  });
        } else {
            parallel_for(direct.forward_tiles.groups(), samples * operations, [&](std::size_t group) {
                direct.forward_tiles.run_batch(Of, input, Of.input.size(), prepared, output, Of.output.size(), samples, group);
            });
        }
    }

    /// The input's gradient; what the weights' gradient reads is left in scratch.
    template <Gradient Input>
    static void backward(const float* output, float* output_gradient, const float* prepared, float* input_gradient, float* scratch, std::size_t samples) {
        const Scratch at{scratch, samples};
        parallel_for(samples, samples * operations, [&](std::size_t sample) {
            float *const bias = at.biases + sample * padded, *const own = at.pictures + sample * room;
            float *const panel = at.panels + sample * dense.panel_size(Of), *const dy = output_gradient + sample * Of.output.size();
            const float* const y = output + sample * Of.output.size();
            const std::size_t distance = samples * dense.panel_size(Of);
            std::fill_n(bias, padded, 0.0f);
            if constexpr (transformed) {
                std::fill_n(own, z.size(), 0.0f);
                unfold_gradient<Of.epilogue>(Of, z, y, dy, nullptr, own, bias);
                constexpr Layout inside = inside_of_tiles();
                dense.pack(inside, own, panel, distance);
            } else {
                if constexpr (masks) mask_gradient<Of.epilogue>(Of.output, y, dy, bias);
                dense.pack(Of.output, dy, panel, distance);
                if constexpr (Input != Gradient::none) direct.phases.surround(Of, dy, own);
                if constexpr (Input == Gradient::write) direct.phases.clear_others(Of, input_gradient + sample * Of.input.size());
            }
        });
        if constexpr (!transformed && Input != Gradient::none) run_phases<Input>(at.pictures, prepared + forward_prepared_size, input_gradient, samples);
        if constexpr (transformed && Input != Gradient::none)
            run_batch_tiles<side>(back, multiply_by<back.rows, back.of.width>(), at.pictures, room, prepared + forward_prepared_size, at.tiles, samples,
                                  [&](std::size_t sample) {
                                      return detail::WriteGradient<Input, side>{rows_of(Of.input), input_gradient + sample * Of.input.size()};
                                  });
    }

    /// Behind that: writes the gradient of weights and biases of `shares`, whose first sample is number `first` of all `samples`.
    static void gradients(const float* input, float* scratch, std::size_t samples, const Shares& shares, std::size_t first, float* to) {
        const Scratch at{scratch, samples};
        parallel_for(dense.batch_parts(Of), shares.samples * operations, [&](std::size_t part) {
            dense.of_batch(Of, input + first * Of.input.size(), at.panels + first * dense.panel_size(Of), samples * dense.panel_size(Of), shares, to, part);
        });
        if constexpr (Of.bias) {
            float* const rows = at.biases + first * padded;
            BatchPart<float>{shares}.join(rows, padded, [](float* sum, const float* other, std::size_t, std::size_t) {
                for (std::size_t n = 0; n < padded; ++n) sum[n] += other[n];
            });
            std::copy_n(rows, Of.filters(), to + Of.weights());
        }
    }

private:
    template <Gradient Input>
    static void run_phases(const float* pictures, const float* packed, float* input_gradient, std::size_t samples) {
        static constexpr InputPhases phases = input_phases<Of, Input, true>();
        std::size_t groups = 0;
        for (std::size_t n = 0; n < phases.count; ++n) groups += phases.list[n].any() ? phases.list[n].tiles.groups() : 0;
        parallel_for(groups, samples * operations, [&](std::size_t group) {
            std::size_t n = 0;
            for (; !phases.list[n].any() || group >= phases.list[n].tiles.groups(); ++n)
                if (phases.list[n].any()) group -= phases.list[n].tiles.groups();
            const InputPhase& phase = phases.list[n];
            phase.tiles.run_batch(phase.of, pictures, room, packed + phase.packed, input_gradient + phase.first, Of.input.size(), samples, group);
        });
    }

    struct Scratch {
        float *biases, *panels, *pictures, *tiles;
        Scratch(float* scratch, std::size_t samples)
            : biases(scratch), panels(biases + samples * padded), pictures(panels + samples * BatchConvolution::panels), tiles(pictures + samples * room) {}
    };
    // The picture that the tiles read, with what lies beyond z as its border.
    static constexpr Layout inside_of_tiles() {
        Layout inside = z;
        inside.border.bottom += z.shape.height - Of.rows;
        inside.border.right += z.shape.width - Of.columns;
        inside.shape.height = Of.rows;
        inside.shape.width = Of.columns;
        return inside;
    }
};

}  // namespace denim::inline DENIM_TARGET::kernel
