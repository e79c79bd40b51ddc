// SPDX-License-Identifier: MIT
#pragma once

// The weights in Keras's own files: .keras (a zip archive with config.json and model.weights.h5), .weights.h5, and the older .h5.

#include <denim/exchange/import_weights.hpp>
#include <denim/exchange/keras_arrays.hpp>
#include <denim/exchange/keras_listing.hpp>
#include <denim/exchange/spell_keras.hpp>
#include <denim/exchange/spelled_weights.hpp>
#include <denim/format/hdf5.hpp>
#include <denim/network/graph_table.hpp>
#include <denim/tensor/row.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Reads the weights of a .keras archive, of `model.save_weights("x.weights.h5")`, or of Keras's older .h5 files with or without the model. The
/// order is that of the layers, except in a .weights.h5 file, which tells none. For trusted sources: HDF5's library is not hardened.
inline KerasWeights read_keras_weights(const std::filesystem::path& path) {
    const ByteSource source{path};
    const std::string kind = detail::file_kind(source);
    const auto with_spelling = [&](KerasWeights weights, const std::string& config) {
        if (!config.empty()) try {
                weights.spelled = spelled_keras(source, config);
            } catch (const FileError&) {  // then its weights go by their order
            }
        return weights;
    };
    if (kind == "a Keras model (.keras)") {
        const std::string config = detail::keras_config(source);
        const detail::KerasListing listing = detail::KerasListing::of(config, source.name() + ", config.json");
        const detail::ZipDirectory directory{source};
        const std::string inside = source.name() + ", model.weights.h5";
        const detail::ZipEntry* const entry = directory.find("model.weights.h5");
        if (!entry) source.fail("a Keras archive was expected, it has no model.weights.h5");
        const auto stream = detail::ZipDirectory::open(source, *entry, inside);
        std::vector<std::byte> bytes;
        for (std::uint64_t left = stream->size(); left > 0;) {  // piece by piece, whatever the archive says of its size
            const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, 1 << 24));
            bytes.resize(bytes.size() + piece);
            stream->read(std::span{bytes}.last(piece));
            left -= piece;
        }
        const Hdf5 file{inside, bytes};
        return with_spelling(detail::KerasArrays{file, source.name()}.take(listing), config);
    }
    if (!kind.starts_with("an HDF5 file"))
        source.fail("a .keras or an HDF5 file was expected" + (kind.empty() ? ", its first bytes are those of neither" : ", this is " + kind));
    const Hdf5 file{path};
    const std::string config = detail::model_config(file);
    detail::KerasListing listing;
    if (!config.empty()) listing = detail::KerasListing::of(config, file.name() + ", model_config");
    return with_spelling(detail::KerasArrays{file, source.name()}.take(listing), config);
}

/// The Keras model in a .keras file, in an .h5 file with the model, or in the text of model.to_json(), in Denim's words. Throws FileError.
inline SpelledKeras read_spelled_keras(const std::filesystem::path& path) {
    const ByteSource source{path};
    if (!detail::file_kind(source).starts_with("an HDF5 file")) return spelled_keras(source, detail::keras_config(source));
    const std::string config = detail::model_config(Hdf5{path});
    if (config.empty()) source.fail("a Keras model was expected, the file has weights alone");
    return spelled_keras(source, config);
}

/// Of the layers of a Keras model; `file` and `spelled` have to outlive it.
inline SpelledNumbers numbers_of_keras(const KerasWeights& file, const SpelledKeras& spelled) {
    return [&](std::size_t source, const std::string& row) {
        const std::string& layer = spelled.layers.at(source);
        const ForeignTensor* const array = detail::array_of(file, layer, row);
        if (!array) throw std::invalid_argument("the layer " + detail::in_quotes(layer) + " has no array for " + row);
        return array->values;
    };
}

namespace detail {

/// Which array each row is, where the file's network is layer by layer this one; nothing where it is another, or is written in another way.
inline NameTable names_by_spelling(const GraphTable& graph, std::span<const Row> rows, const KerasWeights& file) {
    struct Place {
        std::string word, layer;
        std::vector<std::string> rows;
    };
    std::vector<Place> places;
    each_leaf(file.spelled->network.layers, "", [&](const SpelledLayer& layer, const std::string&) {
        if (layer.rows.empty()) return;
        Place place{with_plain_numbers(text(layer)), file.spelled->layers.at(layer.source.value()), {}};
        for (const SpelledRow& row : layer.rows) place.rows.push_back(row.name);
        if (layer.word != "SeparableConv") return places.push_back(std::move(place));
        places.push_back({"DepthwiseConv", place.layer, {place.rows[0]}});  // two entries of a network
        places.push_back({"Conv", place.layer, {place.rows.begin() + 1, place.rows.end()}});
    });
    NameTable names;
    std::size_t place = 0, row = 0;
    for (std::size_t entry = 0; entry < graph.entries.size(); ++entry) {
        if (graph.entries[entry].rows == 0) continue;
        const std::string word = with_plain_numbers(graph.word(entry));
        if (place == places.size() || places[place].rows.size() != graph.entries[entry].rows ||
            !(word == places[place].word || (places[place].word.find('<') == std::string::npos && word.starts_with(places[place].word + '<'))))
            return {};
        for (const std::string& name : places[place].rows) {
            const ForeignTensor* const array = array_of(file, places[place].layer, name);
            if (!array || !names.emplace(rows[row++].name, array->name).second) return {};
        }
        ++place;
    }
    return place == places.size() ? names : NameTable{};
}

}  // namespace detail

/// Reads weights from Keras's own file: import_weights(network, "model.keras"). Where the file has the model, and print_network would print this
/// network of it, each array goes to its layer; else they go by their order. The epsilon of its BatchNorm layers is kept where the file has it;
/// `options` say the rest, as for other files. For trusted sources.
template <class Network>
void import_weights(Network& network, const std::filesystem::path& file, WeightOptions options = {}) {
    const KerasWeights weights = read_keras_weights(file);
    if (options.names.empty() && weights.spelled)
        options.names = detail::names_by_spelling(graph_table<typename Network::Graph>, network.rows(), weights);
    detail::take_weights(network, weights, WeightLayout::keras, options);
}

}  // namespace denim::inline DENIM_TARGET
