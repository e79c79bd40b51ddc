// SPDX-License-Identifier: MIT
#pragma once
#include <denim/exchange/spelled_network.hpp>
#include <denim/format/byte_source.hpp>

// A Keras model, from its .keras file (a zip archive with config.json) or from the text of model.to_json(). Keras's older .h5
// files are HDF5, which is not read: keras.models.load_model("x.h5").save("x.keras") turns one into the other.

#include <string>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// config.json of a .keras archive, or the source itself.
DENIM_ONCE std::string keras_config(const ByteSource& source);

}  // namespace detail

/// A Keras model in Denim's words, and the names of its layers, which `source` of each spelled layer counts.
struct SpelledKeras {
    SpelledNetwork network;
    std::vector<std::string> layers;
};

/// From the text of model.to_json(), which `source` holds as far as errors are concerned. Throws FileError for what has no spelling.
DENIM_ONCE SpelledKeras spelled_keras(const ByteSource& source, const std::string& text);

/// The type that computes what the Keras model computes, up to its logits: "using NAME = denim::Network<...>;". Throws
/// FileError for what has no spelling.
DENIM_ONCE std::string spell_keras(const ByteSource& source, const std::string& name = "Model");

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/exchange/keras_spelling.hpp>
#include <denim/format/file_kind.hpp>
#include <denim/format/weights_metadata.hpp>
#include <denim/format/zip_directory.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>

namespace denim::inline DENIM_TARGET {

namespace detail {

DENIM_ONCE std::string keras_config(const ByteSource& source) {
    constexpr std::uint64_t most = 1 << 26;
    std::array<std::byte, 2> begin{};
    if (source.size() < 2) source.fail("a Keras model was expected, it has less than 2 bytes");
    source.read(0, begin);
    std::string text;
    const auto room = [&](std::uint64_t size) {
        if (size > most) source.fail(sentence("a Keras model of at most ", most, " bytes was expected, it has ", size));
        text.resize(static_cast<std::size_t>(size));
        return std::as_writable_bytes(std::span{text});
    };
    if (begin[0] == std::byte{'P'} && begin[1] == std::byte{'K'}) {
        const ZipDirectory directory{source};
        const ZipEntry* const entry = directory.find("config.json");
        if (!entry) source.fail("a Keras archive was expected, it has no config.json; this is " + file_kind(source));
        const auto stream = ZipDirectory::open(source, *entry, source.name() + ", config.json");
        stream->read(room(stream->size()));
    } else {
        source.read(0, room(source.size()));
    }
    return text;
}

}  // namespace detail

DENIM_ONCE SpelledKeras spelled_keras(const ByteSource& source, const std::string& text) {
    if (detail::deepest_bracket(text) > 64) source.fail("the model nests too deep");
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object()) {
        const std::string kind = detail::file_kind(source);
        source.fail("a .keras file or the text of model.to_json() was expected" +
                    (kind.empty() ? "; its first bytes are those of neither" : "; this is " + kind));
    }
    try {
        const detail::KerasModel model{json};
        SpelledKeras spelled{detail::KerasSpelling{model}.network(), {}};
        for (const detail::KerasLayer& layer : model.layers()) spelled.layers.push_back(layer.name);
        return spelled;
    } catch (const std::invalid_argument& error) {
        source.fail(error.what());
    } catch (const nlohmann::json::exception& error) {
        source.fail(std::string{"it does not describe a model as Keras does: "} + error.what());
    }
}

DENIM_ONCE std::string spell_keras(const ByteSource& source, const std::string& name) {
    try {
        return detail::spelling_of(spelled_keras(source, detail::keras_config(source)).network, name);
    } catch (const std::invalid_argument& error) {
        source.fail(error.what());
    }
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
