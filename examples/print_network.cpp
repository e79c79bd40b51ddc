// SPDX-License-Identifier: MIT
// Prints the type of the network that an ONNX or Keras file describes, ready to be pasted into a program:
//     print_network model.onnx        print_network model.keras        print_network model.json     (text of model.to_json())
// or the whole of a small program, which has its weights from the same file, or from one in Denim's own form that is written beside it:
//     print_network model.onnx --program > label_photo.cpp
//     print_network model.onnx --program --weights model.safetensors > label_photo.cpp
#include <denim/exchange/spell_keras.hpp>
#include <denim/exchange/spell_onnx.hpp>
#include <denim/exchange/spelled_program.hpp>
#include <denim/exchange/spelled_weights.hpp>
#include <denim/format/onnx.hpp>
#ifdef DENIM_WITH_HDF5
#include <denim/hdf5.hpp>
#endif

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace denim;

struct Asked {
    std::string file, name = "Model", weights;
    bool program = false;
};

/// Prints what was asked for of a network; `numbers` gives its weights, `form` says how a program takes them from the file itself.
void print(const Asked& asked, const SpelledNetwork& network, ProgramWeights::Form form, const SpelledNumbers& numbers) {
    const bool own = !asked.weights.empty();
    SpelledProgram program{"", network};
    if (asked.program)
        program = spelled_program(network, asked.file, {own ? ProgramWeights::Form::denim : form, own ? asked.weights : asked.file}, asked.name);
    else
        program.text = detail::spelling_of(network, asked.name);
    if (own) write_spelled_weights(asked.file, program.network, numbers, asked.weights);
    if (std::fputs(program.text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
        throw std::runtime_error(std::string{"what is printed cannot be written: "} + std::strerror(errno));
}

void print_onnx(const Asked& asked) {
    const OnnxModel model = read_onnx(asked.file);
    const LayerGraph graph = onnx_layer_graph(asked.file, model);
    print(asked, detail::spelled_graph(asked.file, graph), ProgramWeights::Form::onnx, numbers_of_graph(graph));
}

void print_keras(const Asked& asked) {
    const ByteSource source{asked.file};
    if ((asked.program || !asked.weights.empty()) && detail::file_kind(source) == "a JSON text")
        source.fail("a file with weights was expected (.keras or .h5), this has the layers alone");
#ifdef DENIM_WITH_HDF5
    const SpelledKeras spelled = read_spelled_keras(asked.file);
    const KerasWeights weights = asked.weights.empty() ? KerasWeights{} : read_keras_weights(asked.file);
    print(asked, spelled.network, ProgramWeights::Form::keras, numbers_of_keras(weights, spelled));
#else
    print(asked, spelled_keras(source, detail::keras_config(source)).network, ProgramWeights::Form::keras,
          [&](std::size_t, const std::string&) -> std::vector<float> { source.fail("its weights are HDF5, which this program was built without"); });
#endif
}

}  // namespace

int main(int count, char** arguments) {
    Asked asked;
    CLI::App app{
        "Prints the denim::Network<...> that an ONNX file (.onnx) or a Keras model (.keras, .h5, or .json with the text of "
        "model.to_json()) describes"};
    app.add_option("file", asked.file, "the model")->required();
    app.add_option("--name", asked.name, "the name of the type")->capture_default_str();
    app.add_flag("--program", asked.program, "print a program that takes the weights from the model's file and labels a picture");
    app.add_option("--weights", asked.weights, "write the weights to this file (.safetensors), as denim::load reads them; a program takes them from there");
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        if (std::error_code missing; !asked.weights.empty() && std::filesystem::equivalent(asked.file, asked.weights, missing))
            throw std::runtime_error(asked.weights + ": --weights is the model itself, which would be lost; give another file");
        std::string ending = std::filesystem::path{asked.file}.extension().string();
        for (char& letter : ending) letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
        ending == ".onnx" ? print_onnx(asked) : print_keras(asked);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
