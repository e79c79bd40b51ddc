// SPDX-License-Identifier: MIT
#pragma once

// A network to a file and back. The file is a safetensors file that other programs read; it knows its architecture and labels,
// and holds one picture with the logits that it gave, so that whoever loads it can tell that nothing changed.

#include <denim/format/embed.hpp>
#include <denim/format/weights.hpp>
#include <denim/network/architecture.hpp>
#include <denim/network/predictor.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace denim {

/// What a file keeps beside the weights.
struct SaveOptions {
    std::vector<std::string> labels = {};  ///< the names of the classes, one for each output; may be left out
    std::map<std::string, std::string> others = {};  ///< metadata of one's own, UTF-8, under keys of one's own
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

/// A picture of every brightness, and the network's logits for it.
template <class Network>
SampleOutput sample_of(const Network& network) {
    SampleOutput sample{sample_picture(Network::input.size()), std::vector<float>(Network::output.size())};
    Predictor{network}.predict(Pictures{Network::input, 1, nullptr, sample.input.data()}, sample.output.data());
    return sample;
}

/// What the heads give, where the file says it.
template <class Network>
void take_outputs(Network& network, const std::string& file, const std::vector<std::string>& words) {
    if (!words.empty() && words.size() != Network::heads.size())
        throw FileError(file, sentence("says what ", words.size(), " heads give, but the network has ", Network::heads.size()));
    for (std::size_t head = 0; head < words.size(); ++head) {
        const auto word = std::ranges::find(gives_words, words[head]);
        if (word == gives_words.end())
            throw FileError(file, sentence("says that head ", head, " gives ", in_quotes(words[head]),
                                           "; classes, labels or numbers was expected"));
        network.set_gives(head, static_cast<Gives>(word - gives_words.begin()));
    }
}

}  // namespace detail

/// Writes a network: save(network, "primary.safetensors", {.labels = names}). The file appears whole or not at all. Throws
/// std::invalid_argument before anything is written where a weight is not finite: load would refuse it.
template <class Network>
void save(const Network& network, const std::filesystem::path& path, const SaveOptions& options = {}) {
    static_assert(std::is_same_v<typename Network::Stored, float>, "denim: save: only networks in fp32 are saved.");
    if (!options.labels.empty() && options.labels.size() != Network::output.size())
        throw std::invalid_argument("denim: save: the network has " + std::to_string(Network::output.size()) +
                                    " outputs, but " + std::to_string(options.labels.size()) +
                                    " labels came; expected one for each");
    WeightsMetadata metadata;
    metadata.architecture = detail::architecture_of<Network>();
    metadata.labels = options.labels;
    metadata.outputs = words_of(network.gives());
    metadata.others = options.others;
    metadata.sample = detail::sample_of(network);
    write_weights(path, detail::named_tensors(network.rows(), network.parameters()), metadata);
}

/// Puts weights that were read into a network, whose architecture, names and shapes must be theirs; gives what stands beside
/// them. Throws FileError with both sides, and then the network is as it was.
template <class Network>
WeightsMetadata load_into(Network& network, const Weights& weights) {
    check_weights(weights, detail::named_tensors(network.rows(), network.parameters()), detail::architecture_of<Network>());
    if (!weights.metadata().labels.empty() && weights.metadata().labels.size() != Network::output.size())
        throw FileError(weights.name(), "has " + std::to_string(weights.metadata().labels.size()) +
                                            " labels, but the network has " + std::to_string(Network::output.size()) +
                                            " outputs");
    Network loaded = network;
    loaded.edit_parameters([&](std::span<float> parameters) {
        for (const Row& row : loaded.rows()) {
            const NamedTensor& tensor = weights.tensor(row.name);
            if (!all_finite(tensor.values))
                throw FileError(weights.name(), "tensor '" + row.name + "' holds a number that is not finite");
            std::copy(tensor.values.begin(), tensor.values.end(), parameters.begin() + static_cast<std::ptrdiff_t>(row.offset));
        }
    });
    detail::take_outputs(loaded, weights.name(), weights.metadata().outputs);
    if (weights.metadata().sample) check_sample(weights.name(), *weights.metadata().sample, detail::sample_of(loaded).output);
    network = std::move(loaded);
    return weights.metadata();
}

/// Reads weights into a network from its file, likewise.
template <class Network>
WeightsMetadata load_into(Network& network, const std::filesystem::path& path) {
    return load_into(network, read_weights(path));
}

/// A network from its file: load<Primary>("primary.safetensors").
template <class Network>
Network load(const std::filesystem::path& path) {
    Network network;
    load_into(network, path);
    return network;
}

/// Puts weights that are part of the program, see embed, into a network; gives their labels and what else stands beside them.
template <class Network>
WeightsMetadata load_embedded_into(Network& network, std::span<const char* const> text) {
    const std::vector<std::byte> bytes = detail::from_base64(text);
    return load_into(network, Weights{Safetensors{"the embedded weights", bytes}});
}

/// A network from weights that are part of the program: load_embedded<Primary>(primary_weights).
template <class Network>
Network load_embedded(std::span<const char* const> text) {
    Network network;
    load_embedded_into(network, text);
    return network;
}

}  // namespace denim::inline DENIM_TARGET
