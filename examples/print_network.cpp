// SPDX-License-Identifier: MIT
// Prints the type of the network that an ONNX or Keras file describes, ready to be pasted into a program:
//     print_network model.onnx        print_network model.keras        print_network model.json     (text of model.to_json())
#include <denim/exchange/spell_keras.hpp>
#include <denim/exchange/spell_onnx.hpp>
#include <denim/format/onnx.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

int main(int count, char** arguments) {
    std::string file, name = "Model";
    CLI::App app{
        "Prints the denim::Network<...> that an ONNX file (.onnx) or a Keras model (.keras, or .json with the text of "
        "model.to_json()) describes"};
    app.add_option("file", file, "the model")->required();
    app.add_option("--name", name, "the name of the type")->capture_default_str();
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        const bool onnx = std::filesystem::path{file}.extension() == ".onnx";
        const std::string spelling =
            onnx ? denim::spell_onnx(file, denim::read_onnx(file), name) : denim::spell_keras(file, name);
        std::fputs(spelling.c_str(), stdout);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
