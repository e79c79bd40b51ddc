// SPDX-License-Identifier: MIT
#pragma once

// Which kernel computes a convolution: chosen from its geometry, at compile time.

#include <denim/kernel/arithmetic.hpp>
#include <denim/kernel/depthwise_convolution.hpp>
#include <denim/kernel/direct_convolution.hpp>
#include <denim/kernel/plain_convolution.hpp>
#include <denim/kernel/split_convolution.hpp>
#include <denim/kernel/tiling.hpp>
#include <denim/kernel/compiled_kernels.hpp>

namespace denim::inline DENIM_TARGET::kernel {

/// The families of kernels.
enum class Family { plain, direct, transformed, depthwise, split };

/// Transformed where the tiles pay: stride 1, windows of 3 x 3, 5 x 5 or 7 x 7, and a picture that fills half of its tiles. (Of four
/// 6 x 6 tiles 7 x 7 fills a third and 8 x 8 two fifths: with many channels forward gains by tiles, back and few channels lose.)
/// What the layer or the network asks for goes first.
template <class Arithmetic>
constexpr Family family(const Convolution& of) {
    if (Arithmetic::policy == Policy::plain) return Family::plain;
    if (depthwise(of)) return Family::depthwise;
    if (of.groups > 1 || of.dilation != 1) return Family::split;
    if (Arithmetic::policy == Policy::direct || of.choice == Choice::direct || !transformable(of)) return Family::direct;
    if (of.choice == Choice::transformed) return Family::transformed;
    const Tiles tiles = output_tiles(of);
    constexpr std::size_t least_share = 50;  // percent
    return 100 * of.rows * of.columns >= least_share * tiles.count() * tiles.side * tiles.side ? Family::transformed : Family::direct;
}

namespace detail {

template <Convolution Of, class Arithmetic, Family Chosen>
struct KernelOf {
    using type = PlainConvolution<Of, typename Arithmetic::Stored, typename Arithmetic::Computed>;
};
template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::direct> {
    using type = DirectConvolution<Of>;
};
template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::transformed> {
    using type = TransformedConvolution<Of>;
};
template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::depthwise> {
    using type = DepthwiseConvolution<Of>;
};

}  // namespace detail

/// The kernel of a convolution.
template <Convolution Of, class Arithmetic>
using algorithm = typename detail::KernelOf<Of, Arithmetic, family<Arithmetic>(Of)>::type;

/// The border that the kernel wants around the input, given a geometry whose input border covers what the windows touch.
template <class Arithmetic>
constexpr Border border(const Convolution& of) {
    const Family chosen = family<Arithmetic>(of);
    if (chosen == Family::split) return {};  // its copies have borders of their own
    return chosen == Family::transformed ? widest(of.input.border, transformed_border(of)) : of.input.border;
}

namespace detail {

template <Convolution Of, class Arithmetic>
struct KernelOf<Of, Arithmetic, Family::split> {
    static constexpr Convolution part = [] {
        Convolution dense = dense_part(Of);
        dense.input.border = border<Arithmetic>(dense);
        return dense;
    }();
    using type = SplitConvolution<Of, part, algorithm<part, Arithmetic>>;
};

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET::kernel
