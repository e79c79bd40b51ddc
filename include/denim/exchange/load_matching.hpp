// SPDX-License-Identifier: MIT
#pragma once

// Weights of one network into another that shares some of its layers: a trunk under another head.

#include <denim/exchange/weight_layout.hpp>
#include <denim/format/weights.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <ostream>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// What load_matching took, what it left, and why.
struct MatchReport {
    /// A row of the network or a tensor of the file that was left.
    struct Left {
        std::string name, why;
    };
    std::vector<std::string> taken;  ///< rows that have the file's numbers now
    std::vector<Left> left;          ///< rows that are as they were
    std::vector<Left> unused;        ///< tensors of the file that went nowhere

    friend std::ostream& operator<<(std::ostream& out, const MatchReport& report) {
        out << detail::sentence(report.taken.size(), " of ", report.taken.size() + report.left.size(), " arrays taken\n");
        for (const std::string& name : report.taken) out << "  taken   " << name << '\n';
        for (const Left& row : report.left) out << "  left    " << row.name << ": " << row.why << '\n';
        for (const Left& tensor : report.unused) out << "  unused  " << tensor.name << ": " << tensor.why << '\n';
        return out;
    }
};

namespace detail {

/// "2.0" of "2.0.weights".
DENIM_ONCE std::string layer_of_row(const std::string& row);

/// Why a row does not fit the file, or nothing.
DENIM_ONCE std::string misfit(const Row& row, const denim::Weights& weights, std::span<const std::string> skip);

}  // namespace detail

/// Puts those layers of a file of weights into a network that have the same names and shapes in both; the others stay as they
/// are. A layer is taken whole or not at all. `skip` names layers or arrays that shall stay even where they fit, for example a
/// head of as many classes that are others. Throws FileError, and then the network is as it was, if no layer fits or a number
/// is not finite. What it took can be kept as it is by freeze.
template <class Network>
MatchReport load_matching(Network& network, const Weights& weights, const std::vector<std::string>& skip = {}) {
    static_assert(std::is_same_v<typename Network::Stored, float>, "denim: load_matching: only networks in fp32 take weights.");
    std::map<std::string, std::string> misfits;  // a layer, and the row that keeps it out
    for (const Row& row : network.rows())
        if (!detail::misfit(row, weights, skip).empty()) misfits.emplace(detail::layer_of_row(row.name), row.name);
    MatchReport report;
    std::vector<float> parameters(network.parameters().begin(), network.parameters().end());
    for (const Row& row : network.rows()) {
        const auto other = misfits.find(detail::layer_of_row(row.name));
        if (other != misfits.end()) {
            const std::string why = detail::misfit(row, weights, skip);
            report.left.push_back({row.name, why.empty() ? other->second + " of the same layer does not fit" : why});
            continue;
        }
        const NamedTensor& tensor = weights.tensor(row.name);
        if (!all_finite(tensor.values))
            throw FileError(weights.name(), "tensor '" + row.name + "' holds a number that is not finite");
        std::ranges::copy(tensor.values, parameters.begin() + static_cast<std::ptrdiff_t>(row.offset));
        report.taken.push_back(row.name);
    }
    if (report.taken.empty())
        throw FileError(weights.name(), "no layer of the network fits; its first array, " +
                                            detail::in_quotes(report.left[0].name) + ": " + report.left[0].why);
    for (const NamedTensor& tensor : weights.tensors()) {
        if (std::ranges::find(report.taken, tensor.name) != report.taken.end()) continue;
        const auto row = std::ranges::find(report.left, tensor.name, &MatchReport::Left::name);
        report.unused.push_back({tensor.name, row == report.left.end() ? "the network has no array of this name" : row->why});
    }
    network.edit_parameters([&](std::span<float> to) { std::ranges::copy(parameters, to.begin()); });
    return report;
}

/// From a file, as `save` and Checkpoint write it: load_matching(network, "primary.safetensors").
template <class Network>
MatchReport load_matching(Network& network, const std::filesystem::path& path, const std::vector<std::string>& skip = {}) {
    return load_matching(network, read_weights(path), skip);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::string layer_of_row(const std::string& row) { return row.substr(0, row.rfind('.')); }

/// Whether a row is one of `names`, or inside a layer that is.
inline bool is_named(const std::string& row, std::span<const std::string> names) {
    return std::ranges::any_of(names, [&](const std::string& name) { return row == name || row.starts_with(name + '.'); });
}

DENIM_ONCE std::string misfit(const Row& row, const denim::Weights& weights, std::span<const std::string> skip) {
    if (is_named(row.name, skip)) return "it was to be skipped";
    const auto tensor = std::ranges::find(weights.tensors(), row.name, &NamedTensor::name);
    if (tensor == weights.tensors().end()) return "the file has no array of this name";
    const std::span<const std::size_t> extents{row.extents.values.data(), row.extents.rank};
    const std::vector<std::size_t> expected(extents.begin(), extents.end());
    if (const ElementType type = weights.type(row.name); !is_float(type)) return no_float(type);
    if (without_pixel(tensor->shape, WeightLayout::keras) == without_pixel(expected, WeightLayout::keras)) return {};
    return "the file has " + shape_text(tensor->shape) + ", the network " + shape_text(extents);
}

}  // namespace detail

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
