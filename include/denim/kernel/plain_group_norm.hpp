// SPDX-License-Identifier: MIT
#pragma once

// The plain twin of the normalisations of groups of channels: the definition, written as loops, for any numbers. It finds the numbers of both
// pictures by itself, borders and padded channels included.

#include <denim/kernel/convolution.hpp>
#include <denim/machine/finite.hpp>
#include <denim/tensor/layout.hpp>

#include <cmath>
#include <cstddef>

namespace denim::inline DENIM_TARGET::kernel {

/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, of each group of channels over all pixels. A gamma that is null is 1, such a
/// beta 0, and where the sums are null there are no gradients.
template <Layout Out, Layout In, std::size_t Groups, class Stored, class Computed = Stored>
struct PlainGroupNorm {
    static constexpr std::size_t each = In.shape.channels / Groups, count = each * In.shape.height * In.shape.width;

    static void forward(const Stored* x, const Stored* gamma, const Stored* beta, double epsilon, Stored* y) {
        for (std::size_t group = 0; group < Groups; ++group) {
            const Moments of{x, group, epsilon};
            for (std::size_t n = 0; n < count; ++n) {
                const std::size_t c = channel(group, n);
                const Computed normal = (x[place<In>(n, c)] - of.mean) / of.deviation;
                y[place<Out>(n, c)] = static_cast<Stored>((gamma ? gamma[c] * normal : normal) + (beta ? beta[c] : Stored{0}));
            }
        }
    }

    /// Adds to the sums; the gradient of the input is written, added to or left alone.
    template <Gradient Input>
    static void backward(const Stored* x, const Stored* gamma, double epsilon, const Stored* dy, Stored* dx, Computed* gamma_sums, Computed* beta_sums) {
        for (std::size_t group = 0; group < Groups; ++group) {
            const Moments of{x, group, epsilon};
            const auto normal = [&](std::size_t n) { return (x[place<In>(n, channel(group, n))] - of.mean) / of.deviation; };
            const auto to_normal = [&](std::size_t n) {  // the gradient of what is normal
                const std::size_t c = channel(group, n);
                return gamma ? Computed(gamma[c]) * dy[place<Out>(n, c)] : Computed(dy[place<Out>(n, c)]);
            };
            Computed sum{0}, along{0};
            for (std::size_t n = 0; n < count; ++n) {
                const std::size_t c = channel(group, n);
                if (gamma_sums) gamma_sums[c] += dy[place<Out>(n, c)] * normal(n);
                if (beta_sums) beta_sums[c] += dy[place<Out>(n, c)];
                sum += to_normal(n);
                along += to_normal(n) * normal(n);
            }
            // Mean and deviation depend on every number of the group.
            for (std::size_t n = 0; Input != Gradient::none && n < count; ++n) {
                Stored& gradient = dx[place<In>(n, channel(group, n))];
                const Computed all = static_cast<Computed>(count) * to_normal(n) - sum - normal(n) * along;
                gradient = static_cast<Stored>((Input == Gradient::add ? gradient : Stored{0}) + all / (static_cast<Computed>(count) * of.deviation));
            }
        }
    }

private:
    // Number n of a group: its channel, and where it lies.
    static constexpr std::size_t channel(std::size_t group, std::size_t n) { return group * each + n % each; }
    template <Layout Of>
    static constexpr std::size_t place(std::size_t n, std::size_t c) {
        return Of.offset(n / each / In.shape.width, n / each % In.shape.width) + c;
    }

    struct Moments {
        Computed mean{0}, deviation{0};  // NaN where the variance has left the range

        Moments(const Stored* x, std::size_t group, double epsilon) {
            for (std::size_t n = 0; n < count; ++n) mean += x[place<In>(n, channel(group, n))];
            mean /= static_cast<Computed>(count);
            Computed variance{0};
            for (std::size_t n = 0; n < count; ++n) {
                const Computed away = x[place<In>(n, channel(group, n))] - mean;
                variance += away * away;
            }
            variance /= static_cast<Computed>(count);
            deviation = is_finite(variance) ? std::sqrt(variance + static_cast<Computed>(epsilon)) : not_a_number<Computed>();
        }
    };
};

}  // namespace denim::inline DENIM_TARGET::kernel
