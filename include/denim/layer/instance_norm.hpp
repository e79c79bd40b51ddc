// SPDX-License-Identifier: MIT
#pragma once

// Shape kept. Each channel of each picture by itself: GroupNorm of one channel a group.

#include <denim/layer/group_norm.hpp>

namespace denim::inline DENIM_TARGET {

/// Normalisation of each channel over the pixels of its picture: PyTorch's InstanceNorm2d(C, affine=True). Options: Epsilon<0.001>, NoGamma,
/// NoBeta; PyTorch's epsilon is 1e-5, and it has neither gamma nor beta unless it is asked for them. A NaN makes NaNs of its channel.
template <class... Options>
struct InstanceNormOf : SpecDefaults {
    static_assert(detail::norm_options<Options...>, "denim: InstanceNorm: an option is not one of Epsilon<...>, NoGamma, NoBeta.");
    static_assert(detail::NormSettings<Options...>::agree, "denim: InstanceNorm: an option stands twice.");
    using Settings = detail::NormSettings<Options...>;

    static constexpr auto parameters(Shape in) { return Settings::rows(in.channels); }

    template <class Arithmetic, Layout Out, Layout In>
    using Layer = GroupNormLayer<Arithmetic, Out, In, In.shape.channels, Settings>;
};

/// InstanceNorm with epsilon 1e-3, gamma and beta.
struct InstanceNorm : InstanceNormOf<> {};

// The closing line stands in tests/runtime/layer/instance_norm.cpp: every program would pay for it.

}  // namespace denim::inline DENIM_TARGET
