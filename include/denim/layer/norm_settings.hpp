// SPDX-License-Identifier: MIT
#pragma once

// What the options of a normalisation say: the number added to the variance, and which rows it has.

#include <denim/layer/options.hpp>
#include <denim/layer/parameter.hpp>

#include <array>
#include <concepts>
#include <cstddef>

namespace denim::inline DENIM_TARGET::detail {

/// True if no more than one of the options is so.
constexpr bool at_most_one(auto... is) { return (std::size_t{0} + ... + static_cast<std::size_t>(is)) <= 1; }

/// What the options of a normalisation say; Keras's epsilon and momentum unless they do.
template <class... Options>
struct NormSettings {
    static constexpr bool states_epsilon = (is_epsilon<Options> || ...);
    static constexpr bool has_gamma = !(std::same_as<NoGamma, Options> || ...), has_beta = !(std::same_as<NoBeta, Options> || ...);
    /// True if none stands twice.
    static constexpr bool agree = detail::at_most_one(is_epsilon<Options>...) && detail::at_most_one(is_momentum<Options>...) &&
                                  detail::at_most_one(std::same_as<NoGamma, Options>...) && detail::at_most_one(std::same_as<NoBeta, Options>...);
    static constexpr double epsilon = [] {
        double number = 1e-3;
        ((number = [&] { if constexpr (is_epsilon<Options>) return Options::value; else return number; }()), ...);
        return number;
    }();
    static constexpr double momentum = [] {
        double number = 0.99;
        ((number = [&] { if constexpr (is_momentum<Options>) return Options::value; else return number; }()), ...);
        return number;
    }();

    /// Its rows: gamma and beta, as far as it has them, and those that More adds.
    template <std::size_t More = 0>
    static constexpr auto rows(std::size_t channels, const std::array<Parameter, More>& more = {}) {
        std::array<Parameter, has_gamma + has_beta + More> all{};
        std::size_t next = 0;
        if constexpr (has_gamma) all[next++] = Parameter{"gamma", {channels}, Initial::ones};
        if constexpr (has_beta) all[next++] = Parameter{"beta", {channels}};
        for (const Parameter& each : more) all[next++] = each;
        return all;
    }
    /// Where rows stand among so many channels' parameters, gradients or sums; a gamma that is not there is 1, such a beta 0.
    static constexpr std::size_t before_beta = has_gamma, before_rest = has_gamma + has_beta;
    template <class Computed>
    static Computed gamma(const auto* parameters, std::size_t c) {
        return has_gamma ? Computed(parameters[c]) : Computed{1};
    }
    template <class Computed>
    static Computed beta(const auto* parameters, std::size_t channels, std::size_t c) {
        return has_beta ? Computed(parameters[before_beta * channels + c]) : Computed{0};
    }
};

}  // namespace denim::inline DENIM_TARGET::detail
