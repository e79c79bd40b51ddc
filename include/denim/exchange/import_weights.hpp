// SPDX-License-Identifier: MIT
#pragma once

// Weights from Keras and PyTorch into a network, and the way back.

#include <denim/exchange/match_weights.hpp>
#include <denim/exchange/weight_places.hpp>
#include <denim/layer/batch_norm.hpp>
#include <denim/machine/each_index.hpp>
#include <denim/network/network.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace denim {

/// How weights come and go.
struct WeightOptions {
    NameTable names = {};  ///< where order and shapes do not tell which array is which
    /// Of their BatchNorm layers; unless set what the file says, else Keras's 1e-3, PyTorch's 1e-5, and of BatchNormOf<Epsilon<...>> its own.
    std::optional<double> batch_norm_epsilon = {};
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

/// What a layer adds to the variance if it is a BatchNorm, and whether its type says so.
struct OwnEpsilon {
    double value = 0;
    bool stated = false;
};

/// For each entry of a network's graph.
template <class Network>
std::vector<OwnEpsilon> own_epsilons() {
    using Graph = typename Network::Graph;
    std::vector<OwnEpsilon> all(Graph::trace.entries.size());
    each_index<0, Graph::trace.entries.size()>([&]<std::size_t Number>() {
        using Spec = typename Graph::template At<Number>;
        if constexpr (is_batch_norm<Spec>) all[Number] = {Spec::Settings::epsilon, Spec::Settings::states_epsilon};
    });
    return all;
}

/// Lets BatchNorm layers give the same numbers with the epsilon that they have on the other side, by their gamma: on the way in from the
/// file's to the network's, on the way out back. `told` is what the file says of each place. Throws std::invalid_argument if a layer without
/// gamma would have to change.
DENIM_ONCE void change_epsilon(std::span<const WeightPlace> places, std::span<float> parameters, std::span<const OwnEpsilon> own, WeightLayout layout,
                           const WeightOptions& options, bool in, std::span<const std::optional<double>> told = {});

/// Numbers of a network, as that layout has them, to npz or safetensors, under the names of its rows or those that the table gives them.
DENIM_ONCE void write_foreign_weights(const std::filesystem::path& file, WeightLayout layout, std::span<const WeightPlace> places,
                                      std::span<const float> parameters, const NameTable& names);

/// Puts a file's arrays into the network, all or none.
template <class Network>
void take_weights(Network& network, const ForeignWeights& file, WeightLayout layout, const WeightOptions& options) {
    static_assert(std::is_same_v<typename Network::Stored, float>,
                  "denim: import_weights: only networks in fp32 take weights.");
    const auto places = weight_places(network, layout);
    const auto found = match_weights(file, places, layout, options.names);
    std::vector<float> parameters(network.parameters().size());
    std::vector<std::optional<double>> epsilons;
    for (std::size_t n = 0; n < places.size(); ++n) {
        const ForeignTensor& tensor = file.tensors[found[n]];
        epsilons.push_back(tensor.epsilon);
        if (!all_finite(tensor.values))
            throw FileError(file.file, "array " + in_quotes(tensor.name) + " holds a number that is not finite");
        const auto numbers = from_layout(places[n], tensor.layout.value_or(layout), tensor.values);
        std::ranges::copy(numbers, parameters.begin() + static_cast<std::ptrdiff_t>(places[n].offset));
    }
    try {
        change_epsilon(places, parameters, own_epsilons<Network>(), layout, options, true, epsilons);
    } catch (const std::invalid_argument& error) {
        throw FileError(file.file, error.what());
    }
    network.edit_parameters([&](std::span<float> to) { std::ranges::copy(parameters, to.begin()); });
}

}  // namespace detail

/// Reads weights that Keras or PyTorch wrote as npz or safetensors: import_weights(network, "weights.npz",
/// WeightLayout::keras). Arrays go to rows by order and shape, or by a table of names; see match_weights and docs/interop.md.
/// Throws FileError that lists both sides, and then the network is as it was.
template <class Network>
void import_weights(Network& network, const std::filesystem::path& file, WeightLayout layout,
                    const WeightOptions& options = {}) {
    detail::take_weights(network, read_foreign_weights(file), layout, options);
}

/// Writes the weights as Keras or PyTorch has them, to npz or, by the file's name, to safetensors; in the network's order,
/// under the names of its rows (or those that the table of names gives them).
template <class Network>
void export_weights(const Network& network, const std::filesystem::path& file, WeightLayout layout,
                    const WeightOptions& options = {}) {
    const auto places = detail::weight_places(network, layout);
    std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
    require_finite_rows(network.rows(), parameters, file.string());
    detail::change_epsilon(places, parameters, detail::own_epsilons<Network>(), layout, options, false);
    detail::write_foreign_weights(file, layout, places, parameters, options.names);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/exchange/changed_gamma.hpp>
#include <denim/format/npz_writer.hpp>
#include <denim/format/safetensors.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE void write_foreign_weights(const std::filesystem::path& file, WeightLayout layout, std::span<const WeightPlace> places,
                                      std::span<const float> parameters, const NameTable& names) {
    std::vector<std::vector<float>> numbers;
    std::vector<NamedView> views;
    numbers.reserve(places.size());
    for (const WeightPlace& place : places) {
        numbers.push_back(to_layout(place, layout, parameters.subspan(place.offset, place.extents.size())));
        const auto name = names.find(place.name);
        views.push_back({name == names.end() ? place.name : name->second,
                         AnyArrayView::of(std::span<const float>{numbers.back()}, shape_in(place, layout))});
    }
    if (file.extension() == ".safetensors")
        write_safetensors(file, views);
    else
        write_npz(file, views);
}

DENIM_ONCE void change_epsilon(std::span<const WeightPlace> places, std::span<float> parameters, std::span<const OwnEpsilon> own, WeightLayout layout,
                           const WeightOptions& options, bool in, std::span<const std::optional<double>> told) {
    for (std::size_t place = 0; place < places.size(); ++place) {
        const WeightPlace& variance = places[place];
        const OwnEpsilon& ours = own[variance.layer];
        if (ours.value == 0 || !variance.name.ends_with(".variance")) continue;
        const double usual = ours.stated ? ours.value : layout == WeightLayout::keras ? 1e-3 : 1e-5;
        const double theirs = options.batch_norm_epsilon.value_or(place < told.size() ? told[place].value_or(usual) : usual);
        if (theirs == ours.value) continue;
        const auto gamma =
            std::ranges::find_if(places, [&](const WeightPlace& other) { return other.layer == variance.layer && other.name.ends_with(".gamma"); });
        if (gamma == places.end())
            throw std::invalid_argument(sentence(in ? "" : "denim: export_weights: ", variance.name,
                                                 " is of a BatchNorm with the epsilon ", ours.value, ", there it is ", theirs,
                                                 "; without a gamma that makes up for it, both were expected to be the same: Epsilon<...>"));
        for (std::size_t c = 0; c < variance.extents.size(); ++c) {
            float& factor = parameters[gamma->offset + c];
            factor = changed_gamma(factor, parameters[variance.offset + c], in ? theirs : ours.value, in ? ours.value : theirs);
        }
    }
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
