// SPDX-License-Identifier: MIT
#pragma once

// The arrays of an npz, safetensors or PyTorch file that another framework wrote, and what their names say.

#include <denim/exchange/weight_layout.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// One array of numbers in a file of weights.
struct ForeignTensor {
    std::string name;
    std::vector<std::size_t> shape;
    std::vector<float> values;
    std::optional<WeightLayout> layout = {};  ///< where it is not that of the whole file
    std::optional<double> epsilon = {};       ///< of a BatchNorm's variance: what the layer adds to it, where the file says so

    ForeignTensor() = default;
    ForeignTensor(std::string called, std::vector<std::size_t> extents, std::vector<float> numbers)
        : name(std::move(called)), shape(std::move(extents)), values(std::move(numbers)) {}
};

/// All of them. An npz file keeps the order in which its arrays were written, and PyTorch's that of the modules; a safetensors file does not.
struct ForeignWeights {
    std::string file;
    bool ordered = false;
    std::vector<ForeignTensor> tensors;
};

namespace detail {

/// What a name says: the layer ("conv1" of "conv1.weight" and of "conv1_kernel"), and which of its parameters: 0 weights,
/// gamma, slopes or factors, 1 bias or beta, 2 mean, 3 variance; `unknown` if it says nothing ("arr_0").
struct WeightName {
    static constexpr std::size_t unknown = 4;
    std::string layer;
    std::size_t slot = unknown;
    std::string_view kind = {};  // its ending
};

DENIM_ONCE WeightName parse_weight_name(std::string_view name);

/// Names in the order that people expect: "conv2" before "conv10", "dense" before "dense_1".
DENIM_ONCE bool natural_less(std::string_view a, std::string_view b);

}  // namespace detail

/// Reads an npz, a safetensors or a PyTorch file (.pt, .pth; told apart by their first bytes), numbers converted to float; a file of another
/// kind is refused as what it is. PyTorch's counters `num_batches_tracked` are left out: they are no weights.
DENIM_ONCE ForeignWeights read_foreign_weights(const std::filesystem::path& path);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/format/file_kind.hpp>
#include <denim/format/npz.hpp>
#include <denim/format/pytorch.hpp>
#include <denim/format/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE WeightName parse_weight_name(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::size_t>, 20> endings{{{"depthwise_kernel", 0},
                                                                                {"pointwise_kernel", 0},
                                                                                {"kernel", 0},
                                                                                {"weights", 0},
                                                                                {"weight", 0},
                                                                                {"gamma", 0},
                                                                                {"slope", 0},
                                                                                {"alpha", 0},
                                                                                {"factor", 0},
                                                                                {"layer_scale", 0},
                                                                                {"bias", 1},
                                                                                {"beta", 1},
                                                                                {"moving_mean", 2},
                                                                                {"running_mean", 2},
                                                                                {"mean", 2},
                                                                                {"moving_variance", 3},
                                                                                {"running_variance", 3},
                                                                                {"running_var", 3},
                                                                                {"variance", 3},
                                                                                {"var", 3}}};
    if (name.ends_with(":0")) name.remove_suffix(2);  // TensorFlow's variables
    for (const auto& [ending, slot] : endings) {
        if (!name.ends_with(ending)) continue;
        const std::string_view before = name.substr(0, name.size() - ending.size());
        if (before.empty()) return {"", slot, ending};
        if (std::string_view{"./_"}.find(before.back()) != std::string_view::npos)
            return {std::string{before.substr(0, before.size() - 1)}, slot, ending};
    }
    return {std::string{name}, WeightName::unknown, {}};
}

DENIM_ONCE bool natural_less(std::string_view a, std::string_view b) {
    const auto digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    while (!a.empty() && !b.empty()) {
        const auto length = [&](std::string_view text) {
            return static_cast<std::size_t>(std::ranges::find_if_not(text, digit) - text.begin());
        };
        std::size_t first = length(a), second = length(b);
        if (first > 0 && second > 0) {
            while (first > 1 && a.front() == '0') a.remove_prefix(1), --first;
            while (second > 1 && b.front() == '0') b.remove_prefix(1), --second;
            if (first != second) return first < second;
            if (const int order = a.substr(0, first).compare(b.substr(0, second))) return order < 0;
            a.remove_prefix(first), b.remove_prefix(second);
        } else {
            if (a.front() != b.front()) return a.front() < b.front();
            a.remove_prefix(1), b.remove_prefix(1);
        }
    }
    return a.size() < b.size();
}

}  // namespace detail

DENIM_ONCE ForeignWeights read_foreign_weights(const std::filesystem::path& path) {
    ForeignWeights weights{path.string(), false, {}};
    const auto add = [&](const std::string& name, const AnyArrayView& array) {
        if (name.ends_with("num_batches_tracked")) return;
        if (!is_float(array.type)) throw FileError(weights.file, "array " + detail::in_quotes(name) + ": " + detail::no_float(array.type));
        try {
            weights.tensors.push_back({name, array.shape, array.as<float>()});
        } catch (const std::range_error& error) {
            throw FileError(weights.file, "array " + detail::in_quotes(name) + ": " + error.what());
        }
    };
    ByteSource source{path};
    const std::string kind = detail::file_kind(source);
    const auto refuse = [&] { source.fail("an npz, safetensors or PyTorch file was expected, this is " + detail::weights_kind(source)); };
    if (kind.starts_with("a PyTorch file")) {
        const PyTorchWeights file{std::move(source)};
        weights.ordered = true;
        for (std::size_t n = 0; n < file.names().size(); ++n)
            if (!file.names()[n].ends_with("num_batches_tracked")) add(file.names()[n], file.read(n));
    } else if (kind.starts_with("an npz file") || kind == "a zip archive") {
        const Npz file{path};
        if (file.names().empty()) refuse();
        weights.ordered = true;
        for (const std::string& name : file.names()) add(name, file.read(name));
    } else {
        if (!kind.empty() && !kind.starts_with("a safetensors file")) refuse();
        const Safetensors file{path};
        for (const TensorEntry& tensor : file.tensors()) add(tensor.name, file.view(tensor));
    }
    return weights;
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
