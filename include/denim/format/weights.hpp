// SPDX-License-Identifier: MIT
#pragma once

// The parameters of a network in a safetensors file, as named rows of numbers: nothing here knows the network's type.

#include <denim/format/safetensors.hpp>
#include <denim/format/weights_metadata.hpp>
#include <denim/machine/finite.hpp>
#include <denim/tensor/row.hpp>

#include <deque>

namespace denim {

/// One row of a network's parameters; the values stand in someone else's memory.
struct NamedTensor {
    std::string name;
    std::vector<std::size_t> shape;
    std::span<const float> values;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The rows of a network's parameters.
DENIM_ONCE std::vector<NamedTensor> named_tensors(std::span<const Row> rows, std::span<const float> parameters);

}  // namespace detail

/// The weights of a file, and what stands beside them. The values lie in the file, which stays mapped as long as this lives.
class Weights {
public:
    explicit Weights(Safetensors file);
    Weights(Weights&&) = default;

    /// The name of the file.
    [[nodiscard]] const std::string& name() const { return file_.name(); }
    [[nodiscard]] const WeightsMetadata& metadata() const { return metadata_; }
    /// In the order of the file.
    [[nodiscard]] const std::vector<NamedTensor>& tensors() const { return tensors_; }

    /// The row of this name; throws FileError if there is none.
    [[nodiscard]] const NamedTensor& tensor(std::string_view name) const;
    /// What its numbers are in the file; likewise.
    [[nodiscard]] ElementType type(std::string_view name) const { return file_.view(name).type; }

private:
    [[nodiscard]] std::vector<float> convert(const std::string& tensor, const AnyArrayView& view) const;

    Safetensors file_;
    WeightsMetadata metadata_;
    std::vector<NamedTensor> tensors_;
    std::deque<std::vector<float>> converted_;
};

/// Writes a network's rows and metadata; the file is a safetensors file that any program reads.
DENIM_ONCE void write_weights(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                          const WeightsMetadata& metadata = {});

/// Opens a safetensors file of weights, ours or another program's: rows of other types than float32 are converted. A network takes none of whole
/// numbers, which are quantised.
DENIM_ONCE Weights read_weights(const std::filesystem::path& path);

/// Throws FileError unless the file holds exactly the rows of `expected` (their values do not matter), in any order, and the
/// architecture, where both sides name one. The message lists both sides, row by row where they differ.
DENIM_ONCE void check_weights(const Weights& weights, std::span<const NamedTensor> expected, std::string_view architecture);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

DENIM_ONCE std::vector<NamedTensor> named_tensors(std::span<const Row> rows, std::span<const float> parameters) {
    std::vector<NamedTensor> tensors;
    for (const Row& row : rows) {
        const std::size_t* const extents = row.extents.values.data();
        tensors.push_back({row.name, {extents, extents + row.extents.rank}, parameters.subspan(row.offset, row.size())});
    }
    return tensors;
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void write_weights(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                          const WeightsMetadata& metadata) {
    for (const NamedTensor& tensor : tensors)
        if (!all_finite(tensor.values))
            throw std::invalid_argument("denim: " + path.string() + " is not written: tensor '" + tensor.name +
                                        "' holds a number that is not finite");
    std::vector<NamedView> views;
    for (const auto& [name, shape, values] : tensors) views.push_back({name, AnyArrayView::of<float>(values, shape)});
    write_safetensors(path, views, write_metadata(metadata));
}

DENIM_ONCE Weights read_weights(const std::filesystem::path& path) { return Weights{Safetensors{path}}; }

DENIM_ONCE void check_weights(const Weights& weights, std::span<const NamedTensor> expected, std::string_view architecture) {
    std::map<std::string_view, const NamedTensor*> found;
    for (const NamedTensor& tensor : weights.tensors()) found.emplace(tensor.name, &tensor);
    struct Difference {
        std::string file, network;
    };
    const auto text = [](const NamedTensor& tensor) { return tensor.name + ' ' + detail::shape_text(tensor.shape); };
    std::vector<Difference> differences;
    std::size_t same = 0;
    const std::string& saved = weights.metadata().architecture;
    if (!saved.empty() && !architecture.empty() && saved != architecture)
        differences.push_back({saved, std::string{architecture}});
    for (const NamedTensor& tensor : expected) {
        const auto other = found.extract(tensor.name);
        if (other && other.mapped()->shape == tensor.shape)
            ++same;
        else
            differences.push_back({other ? text(*other.mapped()) : "-", text(tensor)});
    }
    for (const NamedTensor& tensor : weights.tensors())
        if (found.contains(tensor.name)) differences.push_back({text(tensor), "-"});
    for (const NamedTensor& tensor : weights.tensors())
        if (const ElementType type = weights.type(tensor.name); differences.empty() && !is_float(type))
            throw FileError(weights.name(), "tensor " + detail::in_quotes(tensor.name) + ": " + detail::no_float(type));
    if (differences.empty()) return;
    const std::string left = "in the file", right = "in the network";
    std::size_t width = left.size();
    for (const auto& [file, network] : differences) width = std::max(width, std::min<std::size_t>(file.size(), 60));
    const auto line = [&](const std::string& file, const std::string& network) {
        return "\n    " + file + std::string(width - std::min(width, file.size()), ' ') + " | " + network;
    };
    std::string message =
        detail::sentence("the weights do not fit the network: ", differences.size(), " rows differ, ", same, " fit");
    message += line(left, right);
    constexpr std::size_t most = 200;
    for (std::size_t i = 0; i < std::min(most, differences.size()); ++i)
        message += line(differences[i].file, differences[i].network);
    if (differences.size() > most) message += detail::sentence("\n    ... and ", differences.size() - most, " more");
    throw FileError(weights.name(), message);
}

DENIM_ONCE Weights::Weights(Safetensors file)
    : file_(std::move(file)), metadata_(read_metadata(file_.name(), file_.metadata())) {
    for (const TensorEntry& entry : file_.tensors()) {
        const AnyArrayView view = file_.view(entry);
        if (view.type == ElementType::float32 && reinterpret_cast<std::uintptr_t>(view.bytes.data()) % alignof(float) == 0)
            tensors_.push_back({entry.name, entry.shape, view.values<float>()});
        else
            tensors_.push_back({entry.name, entry.shape, converted_.emplace_back(convert(entry.name, view))});
    }
}

DENIM_ONCE const NamedTensor& Weights::tensor(std::string_view name) const {
    const auto found = std::ranges::find(tensors_, name, &NamedTensor::name);
    if (found == tensors_.end()) throw FileError(this->name(), "a tensor " + detail::in_quotes(name) + " was expected");
    return *found;
}

DENIM_ONCE std::vector<float> Weights::convert(const std::string& tensor, const AnyArrayView& view) const {
    try {
        return view.as<float>();
    } catch (const std::range_error& error) {
        throw FileError(name(), "tensor " + detail::in_quotes(tensor) + ": " + error.what());
    }
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
