// SPDX-License-Identifier: MIT
#pragma once

#include <denim/layer/concept.hpp>
#include <denim/tensor/array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace denim::inline DENIM_TARGET {

/// A layer's parameters as arrays, over the network's own numbers: const Stored to read, Stored inside `edit` to write.
template <class Spec, Shape In, class Stored>
class LayerView {
    static constexpr auto table = Spec::parameters(In);
    static constexpr bool has(std::string_view name) {
        return std::any_of(table.begin(), table.end(), [&](const Parameter& parameter) { return parameter.name == name; });
    }
    static constexpr std::size_t place(std::string_view name) {
        std::size_t row = 0;
        while (table[row].name != name) ++row;
        return row;
    }

public:
    explicit LayerView(Stored* parameters) : parameters_(parameters) {}

    /// Conv: (window, window, channels, filters). Dense: (inputs, outputs).
    [[nodiscard]] auto weights() const
        requires(has("weights"))
    {
        return row<place("weights")>();
    }
    /// (filters) or (outputs)
    [[nodiscard]] auto bias() const
        requires(has("bias"))
    {
        return row<place("bias")>();
    }
    /// BatchNorm: the factor of each channel.
    [[nodiscard]] auto gamma() const
        requires(has("gamma"))
    {
        return row<place("gamma")>();
    }
    /// BatchNorm: what is added to each channel.
    [[nodiscard]] auto beta() const
        requires(has("beta"))
    {
        return row<place("beta")>();
    }
    /// BatchNorm: the running mean of each channel.
    [[nodiscard]] auto mean() const
        requires(has("mean"))
    {
        return row<place("mean")>();
    }
    /// BatchNorm: the running variance of each channel.
    [[nodiscard]] auto variance() const
        requires(has("variance"))
    {
        return row<place("variance")>();
    }

    /// PReLU: the slope of each channel.
    [[nodiscard]] auto slope() const
        requires(has("slope"))
    {
        return row<place("slope")>();
    }
    /// Scale: the factor of each channel.
    [[nodiscard]] auto factor() const
        requires(has("factor"))
    {
        return row<place("factor")>();
    }

    /// Parameter number Row of the layer, in the order of its table.
    template <std::size_t Row>
    [[nodiscard]] auto row() const {
        constexpr Extents extents = table[Row].extents;
        std::array<std::size_t, extents.rank> shape{};
        std::copy_n(extents.values.begin(), extents.rank, shape.begin());
        std::size_t offset = 0;
        for (std::size_t before = 0; before < Row; ++before) offset += table[before].extents.size();
        return view(parameters_ + offset, shape);
    }

private:
    Stored* parameters_;
};

}  // namespace denim::inline DENIM_TARGET
